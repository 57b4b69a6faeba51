"""CAP-10: bandwidth below against bandwidth above."""

from __future__ import annotations

from netdesign.model.inventory import Homing
from netdesign.model.patch import Remove, Set
from netdesign.model.resolved import FabricWorkload
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.capacity.cap_10_oversubscription import oversubscription as rule
from tests.support.sketch import GBPS, design, device, link
from tests.unit.rules.capacity.small import attached, campus, changed, clos, group, judged, kills, only_finding, uplink


def test_ratios_within_their_ceilings():
    verdict = judged(rule, clos())
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (1.0, 3.0)
    assert judged(rule, campus()).measures[0].value == 0.5
    assert kills(rule, clos()) == [True]
    assert kills(rule, campus()) == [True]


def test_a_leaf_over_its_ceiling():
    # 20 ports of 40 Gbit/s below, 200 Gbit/s above.
    made = changed(clos(), Set("endpoint_groups", "servers", {"nic_speed_bps": 40 * GBPS}))
    finding = judged(rule, made).findings[0]
    assert finding.message == "leaf1 is oversubscribed 4.00:1; 3:1 is allowed"
    assert finding.witness == {
        "device": "leaf1",
        "below_bps": 800 * GBPS,
        "above_bps": 200 * GBPS,
        "ceiling": 3.0,
        "uplink_lost": False,
    }
    light = changed(
        clos(fabric_workload=FabricWorkload.LIGHT), Set("endpoint_groups", "servers", {"nic_speed_bps": 40 * GBPS})
    )
    assert judged(rule, light).status is Status.PASS


def test_a_lossless_fabric_is_not_oversubscribed():
    for workload in (FabricWorkload.AI, FabricWorkload.STORAGE):
        made = clos(fabric_workload=workload)
        assert judged(rule, made).status is Status.PASS
        more = changed(made, Set("endpoint_groups", "servers", {"nic_speed_bps": 11 * GBPS}))
        assert len(judged(rule, more).findings) == 2


def test_the_largest_uplink_lost():
    fast = Set("endpoint_groups", "servers", {"nic_speed_bps": 25 * GBPS})
    assert judged(rule, changed(clos(redundancy=Redundancy.MEDIUM), fast)).status is Status.PASS
    made = changed(clos(redundancy=Redundancy.HIGH), fast)
    finding = judged(rule, made).findings[0]
    assert finding.message == "leaf1 is oversubscribed 5.00:1 with its largest uplink lost; 4.5:1 is allowed"
    assert finding.witness["uplink_lost"] is True


def test_a_switch_without_uplinks():
    cut = [Remove("links", uplink(1, spine).id) for spine in (1, 2)]
    assert (
        only_finding(rule, changed(clos(), *cut)).message
        == "leaf1 is oversubscribed without any uplink; 3:1 is allowed"
    )
    measure = judged(rule, changed(clos(), *cut)).measures[0]
    assert measure.value is None


def test_access_points_weigh_on_their_switch():
    radios = [device(f"ap{at}", Role.ACCESS_POINT) for at in range(4)]
    links = [
        link(f"access1:GigabitEthernet1/0/{20 + at}", f"ap{at}:p", LinkPurpose.ATTACHMENT, speed_bps=5 * GBPS)
        for at in range(4)
    ]
    assert judged(rule, changed(campus(), *radios, *links)).measures[0].value == 1.5


def test_lower_switches_weigh_on_a_distribution_switch():
    tree = [device("core1", Role.CORE), device("dist1", Role.DISTRIBUTION)]
    tree += [device(f"a{at}", Role.ACCESS) for at in range(5)]
    links = [link(f"a{at}:u", f"dist1:{at}") for at in range(5)] + [link("dist1:u", "core1:1")]
    finding = only_finding(rule, design(*tree, *links))
    assert finding.message == "dist1 is oversubscribed 5.00:1; 4:1 is allowed"


def test_radio_clients_and_strangers_weigh_nothing():
    made = changed(
        clos(),
        group("radio", homing=Homing.WIRELESS, nic_speed_bps=100 * GBPS),
        attached("leaf1", 40, of="radio"),
        attached("leaf1", 40, of="nobody"),
        attached("gone", 40),
    )
    assert judged(rule, made).measures[0].value == 1.0


def test_one_tier_or_nothing_below():
    assert judged(rule, design(device("a", Role.LEAF))).status is Status.NOT_APPLICABLE
    bare = design(device("s", Role.SPINE), device("l", Role.LEAF), link("s:1", "l:1"))
    assert judged(rule, bare).measures[0].name == "switches with traffic from below"
    assert kills(rule, bare) == [None]
    apart = design(device("s", Role.SPINE), device("l", Role.LEAF))
    assert kills(rule, apart) == [None]
