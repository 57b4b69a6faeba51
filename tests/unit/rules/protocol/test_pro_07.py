"""PRO-07: multicast with a tree to every receiver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import apply
from netdesign.model.traffic import MulticastDomain
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, Redundancy, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_07_multicast import multicast_broken
from tests.support.routed import DEFAULT, flow, joined, loopback, port, svi, vlan
from tests.support.sketch import case, design, device

RULE = multicast_broken
PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE), *joined("a:1", "b:1", pim=True))
POINT = loopback("a", "10.9.0.1/32")
SPARSE = MulticastDomain(id="m", vrf="default", groups="239.1.0.0/16", rendezvous_points=("10.9.0.1",))
SPECIFIC = MulticastDomain(id="m", vrf="default", groups="232.1.0.0/16", source_specific=True)


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(*PAIR, *facts, **asked))).findings]


def test_sparse_and_source_specific_domains_pass() -> None:
    assert messages(SPARSE, POINT) == []
    assert messages(SPECIFIC) == []
    verdict = judge_one(RULE, case(design(*PAIR, SPECIFIC)))
    assert (verdict.measures[0].name, verdict.measures[0].value) == ("multicast domains", 1)


@pytest.mark.parametrize(
    ("domain", "problem"),
    [
        (replace(SPARSE, groups="10.0.0.0/8"), "10.0.0.0/8 is no block of multicast addresses"),
        (replace(SPARSE, groups="rubbish"), "rubbish is no block of multicast addresses"),
        (
            replace(SPARSE, groups="224.1.0.0/16"),
            "224.1.0.0/16 is not in the block for any-source groups (239.0.0.0/8)",
        ),
        (
            replace(SPARSE, groups="232.1.0.0/16"),
            "232.1.0.0/16 is not in the block for any-source groups (239.0.0.0/8)",
        ),
        (replace(SPARSE, groups="ff35::/32"), "ff35::/32 is for source-specific groups alone"),
        (
            replace(SPECIFIC, groups="239.1.0.0/16"),
            "239.1.0.0/16 is not in the block for source-specific groups (232.0.0.0/8)",
        ),
        (
            replace(SPECIFIC, rendezvous_points=("10.9.0.1",)),
            "232.1.0.0/16 is source-specific and needs no rendezvous point",
        ),
    ],
)
def test_groups_are_in_the_block_of_their_kind(domain: MulticastDomain, problem: str) -> None:
    assert messages(domain, POINT) == [f"multicast domain m: {problem}"]


def test_ipv6_groups_are_sparse_or_source_specific() -> None:
    assert messages(replace(SPARSE, groups="ff08::/16"), POINT) == []
    assert messages(replace(SPECIFIC, groups="ff35::/32")) == []


def test_rendezvous_points_are_held_reached_and_doubled() -> None:
    nobody = "multicast domain m: nobody holds the rendezvous point"
    few = "multicast domain m has rendezvous points on {} devices, {} are needed"

    assert messages(SPARSE) == [f"{nobody} 10.9.0.1", few.format(0, 1)]
    assert messages(replace(SPARSE, rendezvous_points=())) == [few.format(0, 1)]
    assert messages(replace(SPARSE, rendezvous_points=("rubbish",))) == [f"{nobody} rubbish", few.format(0, 1)]
    assert messages(SPARSE, POINT, redundancy=Redundancy.HIGH) == [few.format(1, 2)]
    assert messages(SPARSE, POINT, loopback("b", "10.9.0.1/32"), redundancy=Redundancy.HIGH) == []


def test_a_rendezvous_point_in_another_part_of_the_network_is_out_of_reach() -> None:
    island = (device("c", Role.CORE), svi("c", "v", "10.7.0.1/24"))

    assert messages(SPARSE, POINT, *island) == [
        "multicast domain m: 1 tables of VRF default cannot reach the rendezvous point 10.9.0.1"
    ]


def test_every_routed_link_of_the_vrf_runs_pim() -> None:
    facts = (device("c", Role.CORE), *joined("b:2", "c:2", "10.0.5"))
    theirs = (
        device("p", Role.PROVIDER, managed=False),
        *joined("a:8", "p:8", "10.0.8")[:2],
        port("p:8", "10.0.8.1/31"),
    )

    assert messages(SPECIFIC, *facts) == [
        f"multicast domain m: {end} on a routed link of VRF default does not run PIM" for end in ("b:2", "c:2")
    ]
    assert [m for m in messages(SPECIFIC, *theirs) if "p:8" in m] == []
    assert messages(replace(SPECIFIC, vrf="other"), *facts) == []


def test_receivers_have_snooping_and_a_querier() -> None:
    heard = replace(SPECIFIC, receiver_vlans=("v",))
    quiet = vlan("v", 10, "a", igmp_snooping=False)

    assert messages(heard, quiet) == ["VLAN v has receivers of 232.1.0.0/16, but not IGMP snooping and an IGMP querier"]
    assert messages(heard) == ["VLAN v has receivers of 232.1.0.0/16, but not IGMP snooping and an IGMP querier"]
    assert messages(heard, vlan("v", 10, "a", igmp_querier=True)) == []
    assert messages(heard, vlan("v", 10, "a"), svi("a", "v", "10.5.0.1/24", pim=True)) == []


def test_groups_of_flows_are_routed() -> None:
    sent = flow("x", "y", multicast_group="232.1.2.3")

    assert messages(SPECIFIC, sent) == []
    assert messages(sent) == ["flow x>y sends to 232.1.2.3, which no multicast domain routes"]
    assert messages(SPECIFIC, replace(sent, multicast_group="rubbish")) == [
        "flow x>y sends to rubbish, which no multicast domain routes"
    ]


def test_overlays_replicate_at_the_ingress_or_flood_to_a_routed_group() -> None:
    vni = Vni(id="n", number=10010, kind=VniKind.L2, vlan="v")
    flooding = replace(vni, multicast_group="232.1.9.9")
    end = port("a:vtep", "10.8.0.1/32", kind=InterfaceKind.VTEP)

    assert messages(vni) == []
    assert messages(flooding, SPECIFIC, end) == []
    assert messages(flooding, SPECIFIC) == ["VNI 10010 floods to 232.1.9.9, which the underlay does not route"]


def test_a_design_that_sends_to_one_at_a_time_is_not_judged() -> None:
    assert judge_one(RULE, case(design(*PAIR, flow("x", "y")))).status is Status.NOT_APPLICABLE


def test_mutants_are_caught() -> None:
    made = design(*PAIR, SPECIFIC, Vni(id="n", number=10010, kind=VniKind.L2, vlan="v"))
    sent = design(*PAIR, flow("x", "y", multicast_group="232.1.2.3"))
    for mutant in RULE.mutants:
        assert judge_one(RULE, case(apply(made, mutant.mutate(case(made)) or ()))).status is Status.FAIL
    assert [mutant.mutate(case(sent)) is None for mutant in RULE.mutants] == [True, True, False]
    assert [mutant.mutate(case(design(*PAIR))) for mutant in RULE.mutants] == [None, None, None]
