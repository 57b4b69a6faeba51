"""CAP-22: the tables of devices."""

from __future__ import annotations

from typing import Any

from netdesign.model.addressing import Subnet
from netdesign.model.inventory import PortProfile, Site
from netdesign.model.patch import Set
from netdesign.model.routing import (
    AddressFamily,
    BgpNeighbor,
    PolicyAction,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
    StaticRoute,
)
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.switching import Vlan
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    RoutingProtocol,
    SubnetPurpose,
    Trust,
    VlanPurpose,
)
from netdesign.rules.capacity.cap_22_forwarding_tables import forwarding_tables as rule
from tests.support.sketch import GBPS, design, device, interface, link
from tests.unit.rules.capacity.small import ACCESS, attached, changed, group, judged, kills, only_finding

SMALL_TABLE = 512
EDGE = "ASR1001-HX"


def vlan(name: str = "users", *devices: str) -> list[Any]:
    """A VLAN with its IPv4 and IPv6 subnets."""
    fields: dict[str, Any] = {"vrf": "default", "purpose": SubnetPurpose.HOSTS, "site": "dc1", "vlan": name}
    return [
        Vlan(id=name, number=10, name=name, purpose=VlanPurpose.USERS, site="dc1", devices=devices),
        Subnet(id=f"{name}-4", prefix="10.0.0.0/20", **fields),
        Subnet(id=f"{name}-6", prefix="fd00:0:0:1::/64", **fields),
    ]


def floor(hosts: int = 100, **requirements: Any):
    """An access switch (EX2300: 512 IPv4 routes) that routes a VLAN of hosts."""
    svi = interface(
        "acc1",
        "irb.10",
        kind=InterfaceKind.SVI,
        mode=PortMode.ROUTED,
        vlan="users",
        vrf="default",
        addresses=("10.0.0.1/20", "fd00:0:0:1::1/64"),
    )
    facts = [
        device("acc1", Role.ACCESS, sku="EX2300-48P"),
        device("acc2", Role.ACCESS, sku=ACCESS),
        *vlan("users", "acc1", "gone"),
        svi,
        group("staff", hosts, vlans=("users",), nics=1),
        PortProfile(id="servers", mode=PortMode.ACCESS, vlans=("users",)),
        attached("acc1", hosts, of="staff"),
    ]
    return design(Site(id="dc1", name="dc1"), *facts, **requirements)


def test_hosts_and_neighbours():
    verdict = judged(rule, floor())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].threshold == 0.8
    many = changed(floor(), Set("endpoint_groups", "staff", {"count": 15000}))
    many = changed(many, Set("attachments", "staff--acc1", {"endpoints": 15000}))
    found = {one.witness["table"]: one for one in judged(rule, many).findings}
    assert found["mac"].witness["needed"] == 15000
    assert found["nd"].message.startswith("acc1 (EX2300-48P) needs 15,000 IPv6 neighbours at the horizon; it holds ")
    assert found["nd"].message.endswith("of which 80% may be planned")
    assert {one.elements for one in found.values()} == {("acc1",)}


def test_dual_homed_hosts_are_one_each():
    twice = changed(floor(12000), attached("acc2", 12000, of="staff"))
    assert {one.witness["needed"] for one in judged(rule, twice).findings} == {12000}


def test_growth_counts():
    # 4,000 neighbours of 4,000 IPv4 entries at most
    grown = judged(rule, floor(1000, growth_multiplier=8.0)).findings
    assert {one.witness["needed"] for one in grown} == {8000}


def statics(count: int) -> list[StaticRoute]:
    """Discard routes of one switch."""
    return [
        StaticRoute(id=f"r{n}", device="acc1", vrf="default", prefix=f"172.16.{n // 256}.{n % 256}/32", discard=True)
        for n in range(count)
    ]


def test_routes_of_a_small_table():
    assert judged(rule, changed(floor(), *statics(400))).status is Status.PASS
    found = only_finding(rule, changed(floor(), *statics(420)))
    assert found.message == (
        "acc1 (EX2300-48P) needs 421 IPv4 routes at the horizon; it holds 512, of which 80% may be planned"
    )


def edge(policy: str | None = "default-only", limit: int | None = 100, **requirements: Any):
    """A router with a session to a provider that sends a default route."""
    circuit = link(
        "edge1:Te0", "isp:1", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, phy=None, trust=Trust.PUBLIC, speed_bps=GBPS
    )
    facts = [
        device("edge1", Role.INTERNET_EDGE, sku=EDGE),
        device("isp", Role.PROVIDER, managed=False),
        circuit,
        interface("edge1", "Te0", vrf="default", addresses=("192.0.2.1/31", "2001:db8::/127")),
        interface("isp", "1", vrf="default", addresses=("192.0.2.0/31", "2001:db8::1/127")),
        RoutingProcess(id="edge1:bgp", device="edge1", vrf="default", protocol=RoutingProtocol.BGP, asn=64512),
        RoutingProcess(
            id="isp:bgp",
            device="isp",
            vrf="default",
            protocol=RoutingProtocol.BGP,
            asn=64900,
            default_originate=True,
        ),
        _session("edge1:bgp", "192.0.2.0", 64900, import_policy=policy, max_prefixes=limit),
        _session("isp:bgp", "192.0.2.1", 64512),
        RoutePolicy(
            id="default-only",
            name="default-only",
            terms=(RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("0.0.0.0/0",), max_length=0),),
        ),
        RoutePolicy(
            id="marked",
            name="marked",
            terms=(
                RoutePolicyTerm(action=PolicyAction.PERMIT, communities=("64900:1",)),
                RoutePolicyTerm(action=PolicyAction.DENY),
            ),
        ),
    ]
    return design(*facts, **requirements)


def _session(process: str, peer: str, asn: int, **changes: Any) -> BgpNeighbor:
    return BgpNeighbor(
        id=f"{process}-{peer}",
        process=process,
        remote_asn=asn,
        peer_address=peer,
        families=(AddressFamily.IPV4,),
        **changes,
    )


def test_whole_internet_tables():
    assert judged(rule, edge()).status is Status.PASS
    assert judged(rule, edge(limit=None)).status is Status.PASS
    assert judged(rule, edge(policy=None)).status is Status.PASS
    assert judged(rule, edge(policy="gone", limit=None)).status is Status.PASS
    assert judged(rule, edge(policy="marked", limit=None)).status is Status.PASS
    found = only_finding(rule, edge(policy=None, limit=None))
    assert found.witness["needed"] == 1_000_002
    assert found.message.startswith("edge1 (ASR1001-HX) needs 1,000,002 IPv4 routes")
    assert only_finding(rule, edge(policy=None, limit=900_000)).witness["needed"] == 900_002
    assert kills(rule, edge())[0] is True


def walled(lines: int, **changes: Any):
    """A firewall with a rule of so many sources and destinations."""
    texts = tuple(f"10.0.{n}.0/24" for n in range(lines))
    made = PolicyRule(id="wide", policy="inner", order=1, action=Action.PERMIT, sources=texts, destinations=texts)
    policy = Policy(id="inner", name="inner", devices=("fw1", "gone"))
    return design(device("fw1", Role.FIREWALL, sku="FG-100F"), policy, made, **changes)


def test_rules_expand():
    assert judged(rule, walled(60)).status is Status.PASS
    found = only_finding(rule, walled(64))
    assert found.message.startswith("fw1 (FG-100F) needs 4,096 lines of access lists at the horizon; it holds 5,000")
    listed = changed(walled(64), device("sw1", Role.ACCESS, sku=ACCESS), interface("sw1", "vlan1", access_list="inner"))
    assert [one.elements for one in judged(rule, listed).findings] == [("fw1",), ("sw1",)]


def test_gaps():
    unknown = judged(rule, changed(floor(), Set("devices", "acc1", {"sku": None})))
    assert unknown.gaps[0].message == "nothing says how large the tables of acc1 are"
    assert judged(rule, design(device("ap1", Role.ACCESS_POINT))).status is Status.NOT_APPLICABLE
    unsized = floor()
    boxed = changed(unsized, Set("devices", "acc1", {"sku": "CM8148"}))
    assert "nothing says how many MAC addresses acc1 holds" in [gap.message for gap in judged(rule, boxed).gaps]


def test_mutants():
    assert kills(rule, floor()) == [None, True, None, None]
    assert kills(rule, changed(floor(), *statics(1))) == [None, True, True, None]
    assert kills(rule, walled(2)) == [None, None, None, True]
    assert kills(rule, design()) == [None] * 4
    assert kills(rule, edge(growth_multiplier=0.5))[0] is None
