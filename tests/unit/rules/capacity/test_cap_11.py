"""CAP-11: one link or shared risk at a time."""

from __future__ import annotations

import pytest

from netdesign.model.cabling import Lag, Srlg, SrlgKind
from netdesign.model.inventory import Homing
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Severity
from netdesign.rules.capacity.cap_11_link_loss import link_loss as rule
from tests.support.sketch import GBPS, case, device, link
from tests.unit.rules.capacity.small import attached, flow, group
from tests.unit.rules.capacity.survivable import fabric, findings, mended, verdict


def test_a_fabric_with_two_of_everything_passes():
    found = verdict(rule, fabric())

    assert found.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in found.measures] == [
        ("highest utilisation of a link after a failure", 0.1, 0.85),
        ("failures tried", 18, None),
    ]


@pytest.mark.parametrize("level", [Redundancy.NONE, Redundancy.LOW])
def test_levels_that_survive_nothing_are_not_asked(level):
    assert verdict(rule, fabric(redundancy=level)).status is Status.NOT_APPLICABLE


def test_a_link_that_carries_twice_as_much_when_its_twin_fails():
    found = findings(rule, fabric(bps=180 * GBPS))

    assert {one.severity for one in found} == {None}
    one = next(one for one in found if one.witness["link"] == "l3s2")
    assert one.message == (
        "when l3s1 fails, l3s2 carries 90.100 Gbit/s from leaf3 to spine2, 90% of 100 Gbit/s; 85% is allowed"
    )
    assert (one.witness["kind"], one.witness["allowed"], one.elements) == ("link", 0.85, ("l3s2",))


def test_traffic_that_loses_its_only_way():
    made = apply(fabric(), (Set("links", "l3s2", {"in_service": False}),))

    cut = [one for one in findings(rule, made) if one.severity is Severity.CRITICAL]

    assert [one.elements for one in cut] == [("l3s1",)]
    assert "200.0 Mbit/s find no path" in cut[0].message
    flows = cut[0].witness["flows"]
    assert isinstance(flows, list)
    assert "browse" in flows


def test_a_shared_risk_of_both_ways():
    duct = Srlg(id="duct", kind=SrlgKind.CONDUIT, name="duct")
    made = apply(fabric(duct), tuple(Set("links", f"l3s{n}", {"srlgs": ("duct",)}) for n in (1, 2)))

    (found,) = findings(rule, made)

    assert (found.elements, found.witness["kind"], found.severity) == (("duct",), "srlg", Severity.CRITICAL)


def test_what_has_no_path_anyway_is_told_once():
    made = apply(fabric(), tuple(Set("links", f"l3s{n}", {"in_service": False}) for n in (1, 2)))

    found = findings(rule, made)

    assert [one.message.endswith("find no path even with nothing failed") for one in found] == [True]
    assert found[0].severity is Severity.CRITICAL


def test_endpoints_behind_an_access_point_are_at_its_link():
    air = [device("ap", Role.ACCESS_POINT), link("ap:0", "leaf4:ap", LinkPurpose.UPLINK, id="ap")]
    air += [
        group("air", 5, homing=Homing.WIRELESS, nics=1),
        attached("ap", 5, of="air"),
        flow("wifi", "air", "disk", GBPS),
    ]

    assert verdict(rule, fabric(*air)).status is Status.PASS


def test_a_bundle_that_needs_all_of_its_members():
    extra = [link("leaf3:v1", "spine1:w1", id="l3s1b"), link("leaf3:v2", "spine2:w2", id="l3s2b")]
    strict = Lag(id="po", device="leaf3", interface="po", members=("u1", "u2", "v1", "v2"), min_links=4)

    found = findings(rule, fabric(*extra, strict))

    assert found[0].severity is Severity.CRITICAL
    alike = found[0].witness["alike"]
    assert isinstance(alike, int)
    assert alike >= 1


@pytest.mark.parametrize("mutant", [one.title for one in rule.mutants])
def test_every_mutant_is_seen_and_mended(mutant):
    expected = None if "first member" in mutant else True
    assert mended(rule, fabric(), mutant) is expected


def test_mutants_ask_nothing_of_designs_without_redundancy():
    idle = case(fabric(redundancy=Redundancy.NONE))

    assert [one.mutate(idle) for one in rule.mutants] == [None] * len(rule.mutants)


def test_strict_bundles_are_a_mutant_where_a_bundle_is_the_way_out():
    lag = Lag(id="po", device="leaf3", interface="po", members=("u1", "u2"))

    assert mended(rule, fabric(lag), "have bundles go down with their first member") is True


def test_fixes_leave_what_they_do_not_understand():
    made = case(fabric())
    strange = Finding(message="", witness={"failed": ["none-such"], "kind": "srlg", "link": "none-such", "load_bps": 9})

    assert [fix.propose(made, strange) for fix in rule.fixes] == [None] * 4
    assert [fix.propose(made, Finding(message="")) for fix in rule.fixes] == [None] * 4
