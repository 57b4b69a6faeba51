"""CMP-22: every connection to others is listed, owned and reviewed, there are few, and the border denies by default."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.cabling import PortRef
from netdesign.model.inventory import Site
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Framework, LinkPurpose, Medium, Role, Trust
from netdesign.rules.compliance.cmp_22_boundary import managed_boundary
from tests.support.sketch import case, design, device, interface, link
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited
from tests.unit.rules.compliance.cards import mended

REVIEWED = tuple(Set("circuits", f"dia{n}", {"owner": "network", "review_date": "2027-06-01"}) for n in (1, 2))


def bounded(*changes: Operation, **wanted: Any):
    """Both circuits owned and under review."""
    return audited(*REVIEWED, *changes, asked=(Framework.NIST,), **wanted)


def test_a_managed_boundary_passes() -> None:
    found = verdict(managed_boundary, bounded())

    assert found.status is Status.PASS, found.findings
    assert {m.name: m.value for m in found.measures} == {
        "sites_that_meet_the_internet": 1,
        "connections_to_others": 2,
        "circuits_listed": 2,
    }
    assert survivors(managed_boundary, bounded()) == []
    assert verdict(managed_boundary, audited()).status is Status.NOT_APPLICABLE


def test_every_link_to_others_is_listed() -> None:
    lte = link("core1:lte", "isp1:9", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=Trust.PUBLIC, phy=None)
    leased = link("core1:far", "core2:far", LinkPurpose.UPLINK, trust=Trust.LEASED)

    made = bounded(Add("links", lte), Add("links", leased))
    assert messages(managed_boundary, made)[:2] == [
        "link core1:far--core2:far leads to others, but no circuit describes it",
        "link core1:lte--isp1:9 leads to others, but no circuit describes it",
    ]
    assert mended(managed_boundary, bounded(Add("links", leased)))
    used = bounded(Remove("circuits", "dia1"))
    assert not mended(managed_boundary, used)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": None}, "circuit dia1 has no owner"),
        ({"review_date": None}, "circuit dia1 has no review ahead (no day is set)"),
        ({"review_date": "2026-10-31"}, "circuit dia1 has no review ahead (2026-10-31)"),
        ({"review_date": "soon"}, "circuit dia1 has no review ahead (soon)"),
    ],
)
def test_every_circuit_has_an_owner_and_a_review_ahead(changes: dict[str, Any], said: str) -> None:
    made = bounded(Set("circuits", "dia1", changes))

    assert messages(managed_boundary, made) == [said]
    assert mended(managed_boundary, made)


def test_few_sites_meet_the_internet() -> None:
    facts: list[Operation] = []
    for n in (3, 4):
        facts += [
            Add("sites", Site(id=f"b{n}", name="b", jurisdiction="US-CA")),
            Add("devices", device(f"r{n}", Role.INTERNET_EDGE, site=f"b{n}")),
            Add("links", _circuit(n)),
        ]
    said = messages(managed_boundary, bounded(*facts))

    assert "3 sites in US meet the Internet, more than 2: b3, b4, dc1" in said


def _circuit(n: int):
    made = link(f"r{n}:wan", "isp1:1", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=Trust.PUBLIC, phy=None)
    from dataclasses import replace

    return replace(made, b=PortRef(device="isp1", port=f"b{n}"))


def test_the_border_is_enforced_and_denies_by_default() -> None:
    opened = bounded(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))
    assert "policy inner lets the Internet into server by default" in messages(managed_boundary, opened)
    assert mended(managed_boundary, opened)

    stray = interface("core1", "stray", vlan="user", vrf="default", addresses=("10.0.2.77/24",))
    outside = interface("core1", "out", vlan="outside", vrf="default", addresses=("10.0.200.77/24",))
    bare = bounded(Add("interfaces", stray), Add("interfaces", outside))
    assert "user meets the Internet without an enforcement point" in messages(managed_boundary, bare)


def test_mutants_and_fixes_of_nothing() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in managed_boundary.mutants] == [None] * 4
    assert [fix.propose(empty, Finding(message="")) for fix in managed_boundary.fixes] == [None] * 3
