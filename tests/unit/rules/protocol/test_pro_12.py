"""PRO-12: every address stands once, in its subnet, where a host may have it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Pool, VirtualGateway
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import apply
from netdesign.model.switching import Vrf
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, Severity, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_12_address_correctness import wrong_addresses
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bridged, joined, loopback, port, static, subnet, svi, vlan
from tests.support.sketch import case, design, device, link

RULE = wrong_addresses
PAIR = (DEFAULT, device("a", Role.CORE, sku="x"), device("b", Role.CORE, sku="x"), vlan("v", 10, "a", "b"))
LAN = subnet("10.0.0.0/24", "v")
TRUNK = bridged("v", "a", "b")
LINK = (*joined("a:1", "b:1", "10.9.0"), subnet("10.9.0.0/31", purpose=SubnetPurpose.POINT_TO_POINT))
LOOPS = tuple(
    fact
    for n, name in enumerate("ab", start=1)
    for fact in (loopback(name, f"10.8.0.{n}/32"), subnet(f"10.8.0.{n}/32", purpose=SubnetPurpose.LOOPBACK))
)


def gateways(*own: str, virtual: tuple[str, ...] = ("10.0.0.1",), priority: int | None = None) -> list[Any]:
    shared = {"virtual_gateway": VirtualGateway.VRRP, "virtual_addresses": virtual, "virtual_group": 1}
    return [svi(name, "v", text, virtual_priority=priority, **shared) for name, text in zip("ab", own, strict=True)]


def routed_twice() -> tuple[Any, ...]:
    """A second VRF on both routers, joined by a link of its own, and static routes in both VRFs."""
    second = Vrf(id="w", name="w")
    link_, one, two = joined("a:2", "b:2", "10.9.1")
    return (
        second,
        link_,
        replace(one, vrf="w"),
        replace(two, vrf="w"),
        subnet("10.9.1.0/31", purpose=SubnetPurpose.POINT_TO_POINT, vrf="w"),
        static("a", "10.20.0.0/16", "10.9.0.1"),
        static("a", "10.21.0.0/16", "10.9.0.1"),
        static("a", "10.22.0.0/16", "10.9.1.1", vrf="w"),
        static("b", "10.23.0.0/16", None, discard=True),
    )


STATICS = routed_twice()


def service(identity: str, address: str, kind: ServiceKind = ServiceKind.AAA) -> ServiceInstance:
    return ServiceInstance(
        id=identity, kind=kind, name=identity, site="dc1", zone="z", address=address, subnet=LAN.id, attached_to=("a",)
    )


SOUND = (
    *PAIR,
    LAN,
    *TRUNK,
    *LINK,
    *LOOPS,
    *gateways("10.0.0.2/24", "10.0.0.3/24"),
    service("aaa1", "10.0.0.20"),
    service("aaa2", "10.0.0.21"),
    vlan("w", 20, "a"),
    subnet("10.0.7.0/24", "w"),
)


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judged(*facts).findings]


def test_sound_addresses_pass() -> None:
    verdict = judged(*SOUND)

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 8


def test_two_interfaces_hold_one_address() -> None:
    facts = (*PAIR, LAN, *TRUNK, svi("a", "v", "10.0.0.2/24"), svi("b", "v", "10.0.0.2/24"))

    assert messages(*facts) == ["10.0.0.2/24 of a:Vlan-v is held by b:Vlan-v as well"]


def test_one_interface_holds_an_address_twice() -> None:
    facts = (*PAIR, LAN, svi("a", "v", "10.0.0.2/24", "10.0.0.2/24"))

    assert messages(*facts) == ["10.0.0.2/24 of a:Vlan-v is held by a:Vlan-v as well"]


def test_a_virtual_address_is_nobodys_own_but_the_owners() -> None:
    wrong = gateways("10.0.0.1/24", "10.0.0.3/24")
    owner = gateways("10.0.0.1/24", "10.0.0.3/24", priority=255)
    anycast = [replace(fact, virtual_gateway=VirtualGateway.ANYCAST) for fact in gateways("10.0.0.1/24", "10.0.0.1/24")]

    assert "is a virtual address as well" in messages(*PAIR, LAN, *TRUNK, *wrong)[0]
    assert messages(*PAIR, LAN, *TRUNK, *owner) == []
    assert messages(*PAIR, LAN, *TRUNK, *anycast) == []


def test_a_virtual_address_belongs_to_one_vlan() -> None:
    other = svi("b", "w", "10.0.7.2/24", virtual_gateway=VirtualGateway.VRRP, virtual_addresses=("10.0.0.1",))
    facts = (
        *PAIR,
        LAN,
        *TRUNK,
        vlan("w", 20, "b"),
        subnet("10.0.7.0/24", "w"),
        gateways("10.0.0.2/24", "10.0.0.3/24")[0],
    )

    assert "10.0.0.1/24 of a:Vlan-v is a virtual address as well, of b:Vlan-w" in messages(*facts, other)[0]


@pytest.mark.parametrize("address", ["10.0.0.0/24", "10.0.0.255/24", "fd12::/64"])
def test_no_host_has_the_networks_address(address: str) -> None:
    nets = (LAN, subnet("fd12::/64", "v"))

    assert messages(*PAIR, *nets, svi("a", "v", address)) == [
        f"{address} of a:Vlan-v is no host's: it stands for the network or for all its hosts"
    ]


def test_the_ends_of_a_link_are_in_one_subnet() -> None:
    ends = (link("a:1", "b:1"), port("a:1", "10.9.0.0/31"), port("b:1", "10.9.0.2/31"))
    nets = [subnet(text, purpose=SubnetPurpose.POINT_TO_POINT) for text in ("10.9.0.0/31", "10.9.0.2/31")]

    assert messages(*PAIR, *ends, *nets) == [
        "10.9.0.0/31 of a:1 shares no subnet with the other end of its link",
        "10.9.0.2/31 of b:1 shares no subnet with the other end of its link",
    ]


def test_neighbours_agree_about_their_mask() -> None:
    facts = (*PAIR, LAN, subnet("10.0.0.0/25", "v"), *TRUNK, svi("a", "v", "10.0.0.2/24"), svi("b", "v", "10.0.0.3/25"))

    assert messages(*facts) == ["10.0.0.3/25 of b:Vlan-v and 10.0.0.2/24 of a:Vlan-v disagree about their subnet"]


def test_a_management_port_is_in_the_vlan_of_its_switch_port() -> None:
    facts = (
        *PAIR,
        LAN,
        vlan("w", 20, "b"),
        subnet("10.0.7.0/24", "w"),
        link("a:mgmt", "b:9"),
        port("a:mgmt", "10.0.7.9/24", kind=InterfaceKind.MANAGEMENT),
        port("b:9", mode=PortMode.ACCESS, vlan="v"),
    )

    assert messages(*facts) == ["10.0.7.9/24 of a:mgmt lies in no subnet of VLAN v"]


def test_an_address_lies_in_some_subnet() -> None:
    assert messages(*PAIR, loopback("a", "10.8.0.9/32")) == ["10.8.0.9/32 of a:lo0 lies in no subnet"]
    assert messages(*PAIR, loopback("a", "ten")) == ["ten of a:lo0 is no address"]


def test_providers_have_addresses_of_their_own() -> None:
    assert messages(device("p", Role.PROVIDER), DEFAULT, port("p:1", "198.51.100.1/30")) == []


@pytest.mark.parametrize(
    ("services", "message"),
    [
        ((service("s1", "10.0.0.20"), service("s2", "10.0.0.20")), "10.0.0.20 of s2 is held by s1 as well"),
        ((service("s1", "10.0.9.20"),), "10.0.9.20 of s1 lies outside its subnet 10.0.0.0/24"),
        ((service("s1", "10.0.0.2"),), "10.0.0.2 of s1 is held by a:Vlan-v as well"),
        ((service("s1", "none"),), "none of s1 is no address"),
    ],
)
def test_services_have_addresses_of_their_own(services: tuple[Any, ...], message: str) -> None:
    assert messages(*PAIR, LAN, svi("a", "v", "10.0.0.2/24"), *services) == [message]


def test_two_kinds_of_service_share_a_host() -> None:
    pair = (service("s1", "10.0.0.20"), service("s2", "10.0.0.20", ServiceKind.DNS))

    assert messages(*PAIR, LAN, *pair) == []


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*SOUND, *STATICS)
    caught_and_mended(RULE, sound)


def test_who_names_an_address_as_a_neighbours_does_not_hold_it() -> None:
    made = design(
        *PAIR,
        *LINK[:1],
        *LINK[3:],
        port("a:1", "10.9.0.1/31"),
        port("b:1", "10.9.0.1/31"),
        static("a", "10.1.0.0/16", "10.9.0.1"),
    )
    finding = judge_one(RULE, case(made)).findings[0]
    patch = next(patch for fix in RULE.fixes if (patch := fix.propose(case(made), finding)))

    assert {one.id: one.addresses for one in apply(made, patch).addressing.interfaces} == {
        "a:1": ("10.9.0.0/31",),
        "b:1": ("10.9.0.1/31",),
    }


def test_nothing_to_break_in_an_empty_design() -> None:
    assert judge_one(RULE, case(design())).status is Status.NOT_APPLICABLE
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (
            {"prefix": "10.20.0.9/29"},
            "goes to 10.20.0.9/29, which has bits set beyond its mask: the prefix is 10.20.0.8/29",
        ),
        ({"prefix": "foo"}, "goes to foo, which is no prefix"),
        ({"prefix": "10.20.0.0/33"}, "goes to 10.20.0.0/33, which is no prefix"),
        ({"next_hop": "foo"}, "has the next hop foo, which is no address"),
        ({"next_hop": None}, "has no next hop and discards nothing"),
        ({"next_hop": "fe80::1"}, "goes to 10.20.0.0/16 by the next hop fe80::1 of another IP version"),
        ({"next_hop": "10.9.0.0"}, "has the next hop 10.9.0.0, which is an address of a itself"),
        ({"next_hop": "10.9.1.1"}, "has the next hop 10.9.1.1, which is beside a in VRF w, not in default"),
        (
            {"next_hop": "10.77.0.1"},
            "has the next hop 10.77.0.1, which no subnet of VRF default of a holds and no route leads to",
        ),
        ({"distance": 255}, "has distance 255: platforms never install it"),
        ({"vrf": "nope"}, "is in VRF nope, in which a has no interface"),
        ({"device": "gone"}, "is in VRF default, in which gone has no interface"),
    ],
)
def test_static_routes_that_lead_nowhere(route: dict[str, Any], words: str) -> None:
    made = replace(static("a", "10.20.0.0/16", "10.9.0.1"), **{"id": "r", **route})
    (finding,) = judged(*SOUND, *STATICS[:5], made).findings

    assert (finding.message, finding.severity) == (f"static route r {words}", Severity.ERROR)
    assert finding.elements == ("r",)


def test_static_routes_may_discard_and_need_other_routes() -> None:
    deep = (static("a", "10.30.0.0/16", "10.9.0.1"), static("a", "10.31.0.0/16", "10.30.0.7"))
    fine = (
        *deep,
        static("b", "10.32.0.0/16", None, discard=True),
        static("a", "10.33.0.0/16", "10.9.0.1", distance=250),
    )

    assert messages(*SOUND, *fine) == []


def test_a_loopback_in_a_pool_of_its_vrf_needs_no_subnet() -> None:
    pool = Pool(id="loops", prefix="10.8.0.0/24", purpose="loopback", vrf="default")
    extra = replace(loopback("a", "10.8.0.9/32"), id="a:lo9", name="lo9")

    assert messages(*SOUND, pool, extra) == []
    assert messages(*SOUND, extra) == ["10.8.0.9/32 of a:lo9 lies in no subnet"]
    assert messages(*SOUND, replace(pool, vrf="w"), extra) == ["10.8.0.9/32 of a:lo9 lies in no subnet"]
    assert messages(*SOUND, replace(pool, prefix="all"), extra) == ["10.8.0.9/32 of a:lo9 lies in no subnet"]
