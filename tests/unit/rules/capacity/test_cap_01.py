"""CAP-01: as many devices as the requirements come to."""

from __future__ import annotations

from typing import Any

from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role, SecurityLevel
from netdesign.rules.capacity.cap_01_minimum_components import minima
from netdesign.rules.capacity.cap_01_minimum_components import minimum_components as rule
from tests.support.sketch import case, design, device, site
from tests.unit.rules.capacity.small import (
    INTERNET_FLOW,
    campus,
    changed,
    circuit,
    clos,
    firewall,
    judged,
    kills,
    only_finding,
    patched,
)


def test_small_networks_have_enough():
    for made in (clos(), campus()):
        verdict = judged(rule, made)
        assert verdict.status is Status.PASS
        value, threshold = verdict.measures[0].value, verdict.measures[0].threshold
        assert isinstance(value, int)
        assert isinstance(threshold, int)
        assert value >= threshold


def test_ports_of_leaves_count_what_uplinks_leave():
    leaves = minima(case(clos()))[0]
    # 48 ports of their own, and six uplink cages that are free and split into four each, on each leaf.
    assert (leaves.sort, leaves.weights, leaves.need) == ("leaves", (72, 72), 48)


def test_too_few_leaf_ports_at_the_horizon():
    finding = only_finding(rule, clos(growth_multiplier=4.0))
    assert finding.message == "dc1 has 2 leaves with 144 server ports; its requirements come to 192 server ports"
    assert finding.witness["needed"] == 192
    assert finding.elements == ("leaf1", "leaf2")


def test_one_leaf_is_too_few_where_servers_are_dual_homed():
    finding = only_finding(rule, changed(clos(), Set("devices", "leaf2", {"in_service": False})))
    assert finding.witness["unit"] == "devices"
    assert finding.message == "dc1 has 1 leaves; its requirements come to 2 devices"
    assert judged(rule, clos(redundancy=Redundancy.LOW)).status is Status.PASS


def test_upper_tiers_are_doubled_by_block():
    alone = device("core3", Role.CORE, block="b")
    assert "core switches of a block" in only_finding(rule, changed(campus(), alone)).message
    assert judged(rule, changed(campus(redundancy=Redundancy.LOW), alone)).status is Status.PASS


def test_many_edge_switches_need_a_tier_above():
    switches = [device(f"acc{at}", Role.ACCESS, sku="C9200L-24P-4X") for at in range(3)]
    finding = only_finding(rule, design(*switches))
    assert finding.message == "dc1 has 0 switches above the edge; its requirements come to 2 devices"
    assert finding.elements == ("dc1",)
    assert judged(rule, design(*switches[:2])).status is Status.PASS


def test_access_points_follow_area_clients_and_calls():
    made = campus(wireless=True, video=True, voice=True, sites=(site(users=10, area_m2=400),))
    finding = only_finding(rule, made)
    assert finding.witness == {
        "site": "dc1",
        "sort": "access points",
        "unit": "devices",
        "found": 0,
        "needed": 3,
        "devices": [],
    }


def test_firewalls_follow_inspected_traffic_and_standby():
    asked: dict[str, Any] = {"flows": (INTERNET_FLOW,), "growth_multiplier": 3.0, "sites": (site(servers=0, tier=2),)}
    # 3 Gbit/s over 1.6 Gbit/s at 70 % are three firewalls; enterprise security asks for one more.
    made = changed(design(**asked, security_level=SecurityLevel.ENTERPRISE), firewall(1), device("isp", Role.PROVIDER))
    needed = {m.sort: m.need for m in minima(case(changed(made, circuit())))}
    assert needed == {"firewalls": 4, "devices that end circuits": 1}
    assert {m.sort: m.need for m in minima(case(design(**asked)))}["firewalls"] == 1


def test_two_exits_at_a_first_tier_site_of_high_redundancy():
    made = changed(
        design(redundancy=Redundancy.HIGH),
        firewall(1),
        device("isp", Role.PROVIDER),
        circuit(),
        circuit("isp:2", "fw1:wan2"),
    )
    assert only_finding(rule, made).witness["found"] == 1


def test_what_the_catalogue_does_not_say_is_a_gap():
    made = changed(
        clos(),
        Set("devices", "leaf1", {"sku": "unknown"}),
        firewall(1, sku="DCS-7050SX3-48C8C"),
    )
    verdict = judged(rule, made)
    assert verdict.status is Status.UNKNOWN
    assert [gap.elements for gap in verdict.gaps] == [("leaf1",), ("fw1",)]


def test_nothing_asked_nothing_measured():
    assert judged(rule, design()).measures[0].value == 0


def test_mutants():
    flows = (INTERNET_FLOW,)
    for made in (clos(flows=flows), campus(flows=flows)):
        whole = changed(made, firewall(1), device("isp", Role.PROVIDER), circuit())
        assert judged(rule, whole).status is Status.PASS
        assert kills(rule, whole) == [True, True]
        patch = patched(rule, 0, whole)
        assert patch
        assert all(isinstance(made, Set) and made.changes == {"in_service": False} for made in patch)
    assert kills(rule, design()) == [None, None]
