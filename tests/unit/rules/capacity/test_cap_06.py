"""CAP-06: fill of edge switches."""

from __future__ import annotations

from netdesign.model.inventory import Homing
from netdesign.model.patch import Set
from netdesign.model.resolved import ServerPopulation
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Severity
from netdesign.rules.capacity.cap_06_device_ratio import device_ratio as rule
from tests.support.sketch import GBPS, design, device, link, site
from tests.unit.rules.capacity.small import (
    ACCESS,
    LEAF,
    attached,
    campus,
    changed,
    clos,
    group,
    judged,
    kills,
    only_finding,
    uplink,
    users,
)

JACK = "GigabitEthernet1/0/{}"


def test_a_spare_share_stays_free():
    verdict = judged(rule, campus())
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (round(10 / 24, 4), round(1 / 1.2, 4))
    assert kills(rule, campus()) == [True]
    assert kills(rule, clos()) == [True]


def test_a_full_switch_is_a_warning_and_an_overfull_one_an_error():
    full = changed(campus(), attached("access1", 11, JACK, of="more", first=11), users(id="more"))
    finding = only_finding(rule, full)
    assert finding.message == "21 of the 24 ports of access1 for endpoints are in use; 83% should be at most"
    assert finding.severity is None
    over = changed(campus(), attached("access1", 20, JACK, of="more"), users(id="more"))
    assert only_finding(rule, over).severity is Severity.ERROR


def test_access_points_count():
    links = [
        link(
            f"access1:{JACK.format(11 + at)}",
            f"ap{at}:Port 1",
            LinkPurpose.ATTACHMENT,
            speed_bps=GBPS,
            phy="1000BASE-T",
        )
        for at in range(11)
    ]
    radios = [device(f"ap{at}", Role.ACCESS_POINT, sku="901-R650-XX00") for at in range(11)]
    assert only_finding(rule, changed(campus(), *links, *radios)).witness["used"] == 21


def second_switch(**changes):
    """Another access switch in the closet, with one user."""
    return changed(
        campus(),
        device("access2", Role.ACCESS, sku=ACCESS, **{"room": "closet"} | changes),
        link("access2:TenGigabitEthernet1/1/1", "core1:Ethernet3", speed_bps=10 * GBPS),
        link("access2:TenGigabitEthernet1/1/2", "core2:Ethernet3", speed_bps=10 * GBPS),
        attached("access2", 1, JACK, of="users"),
    )


def test_a_switch_too_many_in_one_closet():
    finding = only_finding(rule, second_switch())
    assert finding.message == (
        "2 like switches (access1, ...) hold 14 ports at the horizon with spares; 1 of them offer 24"
    )
    assert finding.witness == {"switches": 2, "could_go": 1, "needed": 14, "left": 24}


def test_switches_of_two_closets_do_not_replace_each_other():
    assert judged(rule, second_switch(room="other")).status is Status.PASS


def test_a_pair_for_dual_homed_endpoints_stays():
    made = changed(second_switch(), Set("endpoint_groups", "users", {"homing": Homing.ACTIVE_STANDBY}))
    assert judged(rule, made).status is Status.PASS


def fabric(leaves: int, servers: int, **requirements):
    """Leaves on two spines with as many servers on each."""
    asked = {
        "sites": (site(servers=servers),),
        "servers": ServerPopulation(count=servers, nics_per_server=2, nic_speed_bps=10 * GBPS, racks=1),
    } | requirements
    more = [device(f"leaf{at}", Role.LEAF, sku=LEAF) for at in range(3, leaves + 1)]
    links = [uplink(leaf, spine) for leaf in range(3, leaves + 1) for spine in (1, 2)]
    ends = [attached(f"leaf{at}", servers // 2) for at in range(3, leaves + 1)]
    return changed(clos(**asked), *more, *links, *ends)


def test_a_pair_of_leaves_too_many():
    finding = only_finding(rule, fabric(6, 20))
    assert (finding.witness["switches"], finding.witness["could_go"]) == (6, 2)
    # 20 + 20 on the first pair, 10 on each of the others, with a fifth to spare.
    assert finding.witness["needed"] == 96


def test_oversubscription_bounds_what_is_left():
    # With one of two spines lost, 3:1 and half more of 100 Gbit/s are 45 ports of 10 Gbit/s a leaf, not 72.
    assert only_finding(rule, fabric(6, 20)).witness["left"] == 4 * 45
    assert judged(rule, fabric(6, 20, growth_multiplier=1.9)).status is Status.PASS


def test_a_rail_group_goes_together_or_not_at_all():
    made = changed(fabric(6, 20), Set("endpoint_groups", "servers", {"homing": Homing.RAIL}))
    assert only_finding(rule, made).witness["could_go"] == 2


def test_leaves_without_uplinks_offer_all_their_ports():
    lone = [device(f"x{at}", Role.LEAF, sku=LEAF) for at in range(4)]
    made = design(*lone, group(), attached("x0", 5), servers=clos().requirements.servers)
    finding = only_finding(rule, made)
    assert finding.witness["needed"] == 6


def test_unknown_types_and_missing_facts_do_not_break_the_rule():
    made = design(device("a", Role.ACCESS), attached("a", 3, of="nobody"), attached("gone", 3))
    assert judged(rule, made).status is Status.PASS
    assert kills(rule, made) == [None]
    assert judged(rule, design()).status is Status.NOT_APPLICABLE


def test_high_redundancy_asks_for_more_room():
    made = changed(
        campus(redundancy=Redundancy.CRITICAL), attached("access1", 9, JACK, of="more", first=11), users(id="more")
    )
    assert only_finding(rule, made).witness["most"] == round(1 / 1.3, 4)
