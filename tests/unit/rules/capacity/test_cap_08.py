"""CAP-08: what stands in for a failed member."""

from __future__ import annotations

from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.rules.capacity.cap_08_redundant_components import redundant_components as rule
from tests.support.sketch import GBPS, design, device, link, site
from tests.unit.rules.capacity.small import (
    asked_flow,
    attached,
    changed,
    circuit,
    firewall,
    flow,
    group,
    judged,
    kills,
    only_finding,
)


def pair(mode: HaMode = HaMode.ACTIVE_STANDBY, count: int = 2, bps: int = 0, **requirements):
    """Firewalls (1.6 Gbit/s inspected each) that stand in for one another, with traffic to the Internet."""
    numbers = range(1, count + 1)
    members = [firewall(at) for at in numbers]
    asked = {"flows": (asked_flow("servers", "internet", bps),), "sites": (site(servers=1),)} | requirements
    facts = [HaGroup(id="ha", mode=mode, members=tuple(one.id for one in members))]
    return design(*members, *facts, **asked)


def test_a_standby_that_carries_all():
    verdict = judged(rule, pair(bps=GBPS))
    assert verdict.status is Status.PASS
    assert (verdict.measures[1].value, verdict.measures[1].threshold) == (1_120_000_000, GBPS)
    assert judged(rule, pair(redundancy=Redundancy.LOW, bps=GBPS)).status is Status.PASS


def test_growth_makes_a_standby_too_small():
    finding = only_finding(rule, pair(bps=GBPS, growth_multiplier=1.5))
    assert finding.message == "ha inspects 1.120 Gbit/s at target utilisation after a failure; 1.500 Gbit/s are needed"
    assert finding.witness["able_bps"] == 1_120_000_000


def test_active_members_less_the_failed():
    able = {
        (2, Redundancy.MEDIUM): 1.6 * 0.95,
        (3, Redundancy.MEDIUM): 2 * 1.6 * 0.95,
        (3, Redundancy.CRITICAL): 1.6 * 0.8,
        (2, Redundancy.CRITICAL): 1.6 * 0.8,
        (2, Redundancy.LOW): 1.6 * 0.75,
    }
    for (count, level), gbps in able.items():
        measure = judged(rule, pair(HaMode.ACTIVE_ACTIVE, count, GBPS, redundancy=level)).measures[1]
        assert measure.value == round(gbps * GBPS)


def test_what_flows_send_past_the_group_counts():
    carried = changed(
        pair(bps=GBPS // 10),
        device("leaf1", Role.LEAF),
        device("isp", Role.PROVIDER),
        link("leaf1:1", "fw1:port1"),
        link("leaf1:2", "fw2:port1"),
        circuit(),
        circuit("fw2:wan1", "isp:2"),
        group("servers", 4),
        attached("leaf1", 4),
        flow("web", "servers", "isp", 2 * GBPS),
    )
    zoned = changed(carried, *(_bound(at, zone) for at in (1, 2) for zone in ("server", "internet")), _internet())
    assert only_finding(rule, zoned).witness["demand_bps"] == 2 * GBPS


def _bound(number: int, zone: str):
    from tests.support.sketch import interface

    return interface(f"fw{number}", f"zone-{zone}", zone=zone)


def _internet():
    from netdesign.model.security import Zone
    from netdesign.model.vocabulary import Exposure

    return Zone(id="internet", name="internet", trust=0, exposure=Exposure.INTERNET)


def test_members_that_differ():
    other = changed(pair(), Set("devices", "fw2", {"sku": "FG-200F", "software": "7.4"}))
    messages = [finding.message for finding in judged(rule, other).findings]
    assert messages == [
        "the members of ha differ in device type: FG-100F, FG-200F",
        "the members of ha differ in software: none, 7.4",
    ]


def test_a_group_of_one():
    made = changed(pair(), Set("devices", "fw2", {"in_service": False}))
    assert only_finding(rule, made).message == "ha has 1 members in service; one cannot stand in for another"
    empty = design(HaGroup(id="ha", mode=HaMode.NONE, members=("gone",)))
    assert only_finding(rule, empty).elements == ("ha", "gone")
    assert kills(rule, empty) == [None, None]


def test_what_other_devices_carry_is_not_weighed():
    routers = [device(f"r{at}", Role.INTERNET_EDGE) for at in (1, 2)]
    made = design(*routers, HaGroup(id="ha", mode=HaMode.ACTIVE_ACTIVE, members=("r1", "r2")))
    verdict = judged(rule, made)
    assert verdict.status is Status.PASS
    assert [measure.name for measure in verdict.measures] == ["high-availability groups"]
    assert kills(rule, made) == [True, None]


def test_firewalls_of_unknown_rate_are_a_gap():
    made = changed(pair(), *(Set("devices", f"fw{at}", {"sku": None}) for at in (1, 2)))
    assert judged(rule, made).gaps[0].elements == ("ha",)


def test_mutants_and_applicability():
    assert kills(rule, pair(bps=GBPS)) == [True, True]
    assert kills(rule, pair(bps=1000)) == [True, None]
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
