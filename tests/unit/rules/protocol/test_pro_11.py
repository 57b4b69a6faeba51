"""PRO-11: no address stands for two places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Nat, NatKind, Pool, VirtualGateway
from netdesign.model.cloud import CloudAttachment, CloudHub, CloudNetwork
from netdesign.model.patch import apply
from netdesign.model.switching import Vrf
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_11_prefix_overlap import overlapping_prefixes
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bridged, subnet, svi, vlan
from tests.support.sketch import case, design, device

RULE = overlapping_prefixes
ROUTER = (DEFAULT, device("r", Role.CORE), vlan("v1", 10, "r"), vlan("v2", 20, "r"))
CLOUD = CloudNetwork(id="vpc", provider="cloud", region="r1", prefixes=("10.0.0.0/16",), availability_zones=("a",))
HUB = CloudHub(id="hub", provider="cloud", region="r1", asn=64_600)
JOINED = CloudAttachment(id="joined", network="vpc", hub="hub", availability_zones=("a",))


def judged(*facts: Any, **asked: Any) -> Any:
    return judge_one(RULE, case(design(*ROUTER, *facts, **asked)))


def test_apart_prefixes_pass() -> None:
    verdict = judged(subnet("10.0.0.0/24", "v1"), subnet("10.0.1.0/24", "v2"), subnet("fd12::/64", "v1"))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 3


@pytest.mark.parametrize(
    ("one", "two"),
    [("10.0.0.0/23", "10.0.1.0/24"), ("fd12::/48", "fd12:0:0:7::/64"), ("0.0.0.0/0", "255.255.255.255/32")],
)
def test_two_subnets_share_addresses(one: str, two: str) -> None:
    (finding,) = judged(subnet(one, "v1"), subnet(two, "v2")).findings

    assert finding.elements == (one, two)
    assert finding.message == f"subnet {one} ({one}) and subnet {two} ({two}) share addresses"
    assert finding.witness["prefixes"] == [one, two]


def test_equal_prefixes_overlap_once_for_each_more() -> None:
    twins = [replace(subnet("10.0.0.0/24", f"v{n}"), id=f"s{n}") for n in (1, 2, 3)]

    assert [finding.elements for finding in judged(*twins).findings] == [("s1", "s2"), ("s1", "s3")]


def test_vrfs_that_nothing_joins_have_addresses_of_their_own() -> None:
    other = (Vrf(id="red", name="red"), replace(subnet("10.0.0.0/24", "v2", vrf="red"), id="twin"))
    first = subnet("10.0.0.0/24", "v1")
    legs = (svi("r", "v1", "10.0.0.1/24"), replace(svi("r", "v2", "10.0.0.1/24"), vrf="red"))

    assert judged(first, *other, *legs).status is Status.PASS


def test_vrfs_that_a_router_joins_share_addresses() -> None:
    facts = (
        Vrf(id="red", name="red"),
        replace(subnet("10.0.0.0/24", "v1", vrf="red"), id="a"),
        replace(subnet("10.0.0.0/24", "v2"), id="b"),
        vlan("v3", 30, "r", "s"),
        device("s", Role.FIREWALL),
        replace(svi("r", "v3", "10.0.9.1/24"), vrf="red"),
        svi("s", "v3", "10.0.9.2/24"),
        subnet("10.0.9.0/24", "v3"),
    )
    assert [one.elements for one in judged(*facts, *bridged("v3", "r", "s")).findings] == [("a", "b")]


def test_pools_of_vrfs_are_apart() -> None:
    pools = [
        Pool(id=f"p{n}", prefix=text, purpose="x", vrf="default")
        for n, text in enumerate(("10.0.0.0/8", "10.1.0.0/16"))
    ]
    (finding,) = judged(subnet("10.0.0.0/24", "v1"), *pools).findings

    assert finding.elements == ("p0", "p1")
    site = replace(pools[0], vrf=None)
    assert judged(subnet("10.0.0.0/24", "v1"), site, pools[1]).status is Status.PASS


def test_reserved_prefixes_are_others() -> None:
    (finding,) = judged(subnet("10.0.0.0/24", "v1"), reserved_prefixes=("10.0.0.0/16", "not a prefix")).findings

    assert finding.elements == ("10.0.0.0/24",)
    assert "reserved prefix 10.0.0.0/16" in finding.message


def test_a_joined_cloud_network_must_be_apart_or_mapped() -> None:
    ours = subnet("10.0.5.0/24", "v1")
    mapped = [
        Nat(id=f"n{n}", kind=NatKind.STATIC, devices=("r",), addresses=0, inside=(text,))
        for n, text in enumerate(("10.0.0.0/16", "10.0.0.0/8"))
    ]

    assert judged(ours, CLOUD).status is Status.PASS, "it is joined to nothing"
    assert [one.elements for one in judged(ours, CLOUD, HUB, JOINED).findings] == [("vpc", "10.0.5.0/24")]
    assert judged(ours, CLOUD, HUB, JOINED, *mapped).status is Status.PASS


def test_two_cloud_networks_on_one_hub_are_apart() -> None:
    other = replace(CLOUD, id="vpc2", prefixes=("10.0.8.0/24",))
    second = replace(JOINED, id="j2", network="vpc2")
    elsewhere = (HUB, replace(HUB, id="hub2"), JOINED, replace(second, hub="hub2"))

    assert [one.elements for one in judged(CLOUD, other, HUB, JOINED, second).findings] == [("vpc", "vpc2")]
    assert judged(CLOUD, other, *elsewhere).status is Status.PASS


def test_fixes_follow_the_gateways_and_renumber_clouds() -> None:
    gateway = svi("r", "v2", virtual_gateway=VirtualGateway.ANYCAST, virtual_addresses=("10.0.1.1",))
    made = design(
        *ROUTER,
        replace(subnet("10.0.0.0/24", "v1"), id="a"),
        replace(subnet("10.0.0.0/24", "v2", planned_hosts=40), id="b"),
        svi("r", "v1", "10.0.0.1/24"),
        gateway,
        CLOUD,
        HUB,
        JOINED,
    )
    for _ in range(4):
        findings = judge_one(RULE, case(made)).findings
        patches = [fix.propose(case(made), finding) for finding in findings for fix in RULE.fixes]
        made = apply(made, next(patch for patch in patches if patch)) if findings else made

    assert judge_one(RULE, case(made)).status is Status.PASS
    by_id = {one.id: one.prefix for one in made.addressing.subnets}
    assert by_id == {"a": "10.0.0.0/24", "b": "10.0.1.0/26"}
    assert made.cloud.cloud_networks[0].prefixes == ("10.1.0.0/16",)


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(
        *ROUTER,
        device("x", Role.CORE, sku="any"),
        *(subnet(text, name) for text, name in (("10.0.0.0/24", "v1"), ("10.0.1.0/24", "v2"))),
        *(subnet(text, name) for text, name in (("fd12:3456:789a::/64", "v1"), ("fd12:3456:789a:1::/64", "v2"))),
        svi("r", "v1", "10.0.0.1/24", "fd12:3456:789a::1/64"),
        svi("r", "v2", "10.0.1.1/24", "fd12:3456:789a:1::1/64"),
    )
    assert judge_one(RULE, case(sound)).status is Status.PASS
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert judge_one(RULE, case(design())).status is Status.NOT_APPLICABLE
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
