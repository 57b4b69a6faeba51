"""TOP-09: tiers are climbed one by one."""

from __future__ import annotations

import pytest

from netdesign.model.cabling import Mlag
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.rules.topology.top_09_hierarchy import hierarchical_structure as top_09
from tests.support.sketch import device, link
from tests.unit.rules.topology.shapes import UP, attach, campus, clos, elements, flow, group, killed, messages, verdict


def served(facts, source: str, target: str):
    return [*facts, group("g", 2), attach("g", source), group("h", 1), attach("h", target), flow("f", "g", "h")]


def test_a_clean_hierarchy_passes():
    assert verdict(top_09, *served(campus(), "a0", "a1")).status is Status.PASS
    found = verdict(top_09, *served(clos(), "l0", "l1"))
    assert (found.status, found.measures[0].value) == (Status.PASS, 0)


def test_does_not_apply_to_one_tier():
    assert verdict(top_09, device("a", Role.ACCESS)).status is Status.NOT_APPLICABLE


def test_a_link_past_a_tier_is_found():
    found = verdict(top_09, *campus(), link("a0:x", "c0:x", UP, id="skip"))

    assert messages(found) == ["link skip joins a0 to c0, past the tier between them"]
    assert found.findings[0].witness == {"lower_tier": 2, "upper_tier": 0}


def test_a_sideways_link_needs_a_pair():
    sideways = link("a0:x", "a1:x", UP, id="side")

    assert messages(verdict(top_09, *campus(), sideways)) == [
        "link side joins a0 and a1 sideways, and they are no pair"
    ]
    mlag = Mlag(id="m", peers=("a0", "a1"), domain_id=1, system_mac="02:00:00:00:00:01", peer_links=("side",))
    assert verdict(top_09, *campus(), sideways, mlag).status is Status.PASS
    assert verdict(top_09, *campus(), link("d0:x", "d1:x", LinkPurpose.PEER)).status is Status.PASS


def test_endpoints_hang_on_the_lowest_tier():
    found = verdict(top_09, *campus(), group("g", 3), attach("g", "d0", 3), attach("g", "?", 1))

    assert messages(found) == ["3 endpoints of g hang on d0, a distribution"]
    assert elements(found) == [("g@d0", "d0")]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(["s0"], ["fw (firewall) is attached to s0, a spine"], id="a spine"),
        pytest.param(["l0"], [], id="a leaf, where there are no borders"),
        pytest.param(["l0", "border"], ["fw (firewall) is attached to l0, a leaf"], id="a plain leaf beside borders"),
        pytest.param(["border"], [], id="a border leaf"),
    ],
)
def test_services_enter_at_the_border(facts, expected):
    made = [*clos(), device("fw", Role.FIREWALL)]
    if "border" in facts:
        made += [device("border", Role.BORDER_LEAF), *(link(f"border:u{n}", f"s{n}:b") for n in range(2))]
    made.append(link("fw:1", f"{facts[0]}:fw", LinkPurpose.ATTACHMENT))

    assert messages(verdict(top_09, *made)) == expected


def test_campus_cores_take_firewalls():
    facts = [*campus(), device("fw", Role.FIREWALL), link("fw:1", "c0:fw", LinkPurpose.ATTACHMENT)]

    assert verdict(top_09, *facts).status is Status.PASS


def test_a_leaf_between_spines_is_found():
    facts = [*clos(3, 2), device("fw", Role.FIREWALL)]
    facts = [f for f in facts if getattr(f, "id", "") not in ("l0s1", "l1s0")]

    found = verdict(top_09, *served(facts, "l0", "l1"))

    assert messages(found) == ["l2 carries 1000.0 Mbit/s between switches of the tier above it"]
    assert found.findings[0].witness == {"transit_bps": 1_000_000_000}


def test_mutants():
    assert killed(top_09, *served(campus(), "a0", "a1")) == [True, True, True]
    pair = Mlag(id="m", peers=("l0", "l1"), domain_id=1, system_mac="02:00:00:00:00:01")
    assert killed(top_09, *clos(), pair) == [None, None, None]
