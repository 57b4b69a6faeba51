"""PRO-17: both ends of a trunk carry the same, and a VLAN, its subnets and its gateway belong to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import VirtualGateway
from netdesign.model.patch import apply
from netdesign.model.security import RemoteAccess
from netdesign.model.switching import Vrf
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_17_trunks_and_gateways import unlike_ends
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, port, subnet, svi, vlan
from tests.support.sketch import case, design, device, link

RULE = unlike_ends
PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
VLANS = tuple(vlan(f"v{n}", n, "a", "b") for n in (10, 20))
NETS = tuple(subnet(f"10.0.{n}.0/24", f"v{n}") for n in (10, 20))
CABLE = link("a:1", "b:1")


def trunk(where: str, *vlans: str, **changes: Any) -> Any:
    return port(where, mode=PortMode.TRUNK, vlans=vlans, **changes)


def gateways(number: int, **changes: Any) -> list[Any]:
    shared = {"virtual_gateway": VirtualGateway.VRRP, "virtual_addresses": (f"10.0.{number}.1",)} | changes
    return [svi(name, f"v{number}", f"10.0.{number}.{host}/24", **shared) for host, name in enumerate("ab", start=2)]


TRUNKS = (CABLE, trunk("a:1", "v10", "v20"), trunk("b:1", "v20", "v10"))
SOUND = (*PAIR, *VLANS, *NETS, *TRUNKS, *gateways(10), *gateways(20))


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judged(*facts).findings]


def test_equal_ends_pass() -> None:
    verdict = judged(*SOUND)

    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (0, 0)
    assert judged(*PAIR).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((trunk("a:1", "v10"), trunk("b:1", "v10", "v20")), "do not both allow v20"),
        ((trunk("a:1", "v10", native_vlan="v20"), trunk("b:1", "v10")), "carry v20 and nothing without a tag"),
        (
            (port("a:1", mode=PortMode.ACCESS, vlan="v10"), port("b:1", mode=PortMode.ACCESS, vlan="v20")),
            "carry v10 and v20 without a tag",
        ),
        ((trunk("a:1", "v10"), port("b:1", mode=PortMode.ACCESS, vlan="v10")), "carry nothing and v10 without a tag"),
    ],
)
def test_ends_that_differ(ends: tuple[Any, ...], said: str) -> None:
    made = messages(*PAIR, *VLANS, CABLE, *ends)

    assert made == [f"a:1 and b:1 are two ends of one link and {said}"]


def test_an_access_port_meets_a_native_vlan() -> None:
    ends = (trunk("a:1", "v20", native_vlan="v10"), port("b:1", mode=PortMode.ACCESS, vlan="v10"))

    assert judged(*PAIR, *VLANS, CABLE, *ends).status is Status.PASS


def test_a_vlan_is_carried_to_all_who_need_it() -> None:
    facts = (*PAIR, *VLANS, *NETS, CABLE, trunk("a:1", "v10"), trunk("b:1", "v10"), *gateways(10), *gateways(20))

    assert messages(*facts) == ["VLAN v20 is needed on a and on b, and no way between allows it"]


def test_a_vlan_of_hosts_has_one_gateway() -> None:
    rest = (*PAIR, *VLANS, *NETS, *TRUNKS, *gateways(20))
    two = gateways(10, virtual_addresses=())

    assert messages(*rest) == ["VLAN v10 of hosts has no gateway"]
    assert messages(*rest, *two) == [
        "VLAN v10 of hosts has gateways that share no virtual address: a:Vlan-v10, b:Vlan-v10"
    ]


def test_a_managed_switch_is_no_gateway() -> None:
    managed = svi("b", "v10", "10.0.10.9/24", vrf="mgmt")
    plug = port("b:m", "10.0.10.8/24", vrf="mgmt", kind=InterfaceKind.MANAGEMENT)
    facts = (*PAIR, Vrf(id="mgmt", name="mgmt"), *VLANS, *NETS, *TRUNKS, *gateways(20))

    assert judged(*facts, gateways(10)[0], managed, plug).status is Status.PASS


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (subnet("10.0.99.0/24", "v10"), "shares VLAN v10 with 10.0.10.0/24"),
        (subnet("10.0.99.0/24"), "is for hosts and in no VLAN"),
        (subnet("10.0.99.0/24", "v99"), "is in VLAN v99, which the design does not have"),
    ],
)
def test_subnets_and_vlans_belong_to_each_other(net: Any, said: str) -> None:
    assert f"subnet 10.0.99.0/24 (10.0.99.0/24) {said}" in messages(*SOUND, net)


def test_a_subnet_is_in_the_vrf_of_its_vlan() -> None:
    red = (Vrf(id="red", name="red"), *(replace(one, vrf="red") if one.id == "v10" else one for one in VLANS))
    rest = [fact for fact in SOUND if fact not in VLANS]

    assert "subnet 10.0.10.0/24 (10.0.10.0/24) is in VRF default, its VLAN v10 in red" in messages(*red, *rest)


def test_who_comes_in_from_outside_needs_no_vlan() -> None:
    net = subnet("10.0.99.0/24")
    access = RemoteAccess(id="vpn", heads=("a",), zone="z", users=5, subnets=(net.id,))

    assert judged(*SOUND, net, access).status is Status.PASS


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*SOUND)
    caught_and_mended(RULE, sound)


def test_a_subnet_follows_an_anycast_gateway() -> None:
    shared = {"virtual_gateway": VirtualGateway.ANYCAST, "virtual_addresses": ("10.0.10.1",)}
    gates = [svi(name, "v10", **shared) for name in "ab"]
    made = design(*PAIR, *VLANS, *TRUNKS, replace(NETS[0], vlan=None), NETS[1], *gates, *gateways(20))
    patches = [fix.propose(case(made), one) for one in judge_one(RULE, case(made)).findings for fix in RULE.fixes]

    assert any(p and {one.vlan for one in apply(made, p).addressing.subnets} == {"v10", "v20"} for p in patches)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
