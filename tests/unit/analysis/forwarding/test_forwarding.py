"""Forwarding over an overlay, past failures and by policies: what tables, walks and outlooks say of small designs."""

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.failure.lookalikes import lookalikes, reduced
from netdesign.analysis.failure.routing_states import failed_outlook, plain_outlook
from netdesign.analysis.forwarding.destinations import free_address, outside_address
from netdesign.analysis.forwarding.walks import walk
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.tables.fib import Fate, Fib, fib
from netdesign.analysis.traffic.failures import FailureKind
from netdesign.graph.network import Network, compile_network
from netdesign.graph.prefixes import parse_address, parse_prefix
from netdesign.model.addressing import VirtualGateway
from netdesign.model.cabling import Lag
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.routing import (
    AddressFamily,
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    Summary,
)
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import InterfaceKind, Role
from tests.support.routed import (
    DEFAULT,
    bgp,
    bridged,
    flow,
    group,
    joined,
    loopback,
    ospf,
    peer,
    port,
    static,
    subnet,
    svi,
    vlan,
)
from tests.support.sketch import NO_CATALOG, design, device, link

EVPN = (AddressFamily.IPV4, AddressFamily.EVPN)


def network(*facts: Any) -> Network:
    return compile_network(design(*facts), NO_CATALOG)


def hops(found: Fib, name: str, vrf: str, address: str) -> list[str]:
    """The devices that a packet goes to next."""
    net = found.network
    return [net.devices[hop.device].id for hop in found.next_hops(net.device_index[name], vrf, address)]


def fate(found: Fib, name: str, vrf: str, address: str) -> Fate:
    return found.decide(found.table(found.network.device_index[name], vrf), *parse_address(address)).fate


# --- the overlay


def tenant(*leaves: str, hidden: str = "", targets: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Leaves under a spine, each with a subnet 10.1.<n>.0/24 of the VRF `red`; `hidden` does not announce its VTEP."""
    facts: list[Any] = [DEFAULT, device("s", Role.SPINE), bgp("s", 100, router_id="9.9.9.9")]
    facts.append(Vrf(id="red", name="red", route_targets_import=targets, route_targets_export=targets))
    facts.append(Vni(id="vni", number=50001, kind=VniKind.L3, vrf="red", route_target="1:1"))
    for n, leaf in enumerate(leaves):
        net, end = f"10.0.{n}", f"10.9.{n}.1/32"
        stated = () if leaf == hidden else (end,)
        facts += [
            device(leaf, Role.LEAF),
            *joined(f"{leaf}:up", f"s:{n}", net),
            port(f"{leaf}:vtep", end, kind=InterfaceKind.VTEP),
            port(f"{leaf}:lan", f"10.1.{n}.1/24", vrf="red"),
            bgp(leaf, 200 + n, router_id=f"1.1.1.{n}", networks=stated, max_paths=4),
            bgp(leaf, 200 + n, vrf="red", redistribute=(Redistribution(source="connected"),), max_paths=4),
            peer(leaf, f"{net}.1", 100, *EVPN),
            peer("s", f"{net}.0", 200 + n, *EVPN),
        ]
    return tuple(facts)


def test_a_vrf_reaches_what_other_leaves_export_through_their_endpoints() -> None:
    found = fib(network(*tenant("a", "b")))
    (hop,) = found.next_hops(found.network.device_index["a"], "red", "10.1.1.9")

    assert (found.network.devices[hop.device].id, hop.vrf, hop.tunnel) == ("b", "red", True)
    assert fate(found, "b", "red", "10.1.1.9") is Fate.DELIVERED
    assert fate(found, "a", "red", "10.5.0.1") is Fate.NO_ROUTE


def test_an_endpoint_that_is_not_announced_takes_its_leaf_out_of_the_overlay() -> None:
    found = fib(network(*tenant("a", "b", "c", hidden="b")))

    assert hops(found, "a", "red", "10.1.1.9") == []
    assert hops(found, "a", "red", "10.1.2.9") == ["c"]
    assert hops(found, "b", "red", "10.1.0.9") == ["a"]


def test_route_targets_that_do_not_match_import_nothing() -> None:
    assert hops(fib(network(*tenant("a", "b", targets=("7:7",)))), "a", "red", "10.1.1.9") == ["b"]
    vrf = Vrf(id="red", name="red", route_targets_import=("7:7",), route_targets_export=("8:8",))
    changed = [vrf if isinstance(fact, Vrf) and fact.id == "red" else fact for fact in tenant("a", "b")]
    assert hops(fib(network(*changed)), "a", "red", "10.1.1.9") == []


def test_the_spine_failing_leaves_no_overlay() -> None:
    net = network(*tenant("a", "b"))

    assert hops(fib(net, (net.device_index["s"],)), "a", "red", "10.1.1.9") == []


# --- failures and interfaces


def test_ports_bundles_sub_interfaces_and_vlan_interfaces_go_down_with_what_carries_them() -> None:
    net = network(
        DEFAULT,
        *(device(name, Role.ACCESS) for name in "abc"),
        *joined("a:1", "b:1"),
        port("a:1.5", "10.5.0.0/31", parent="1", kind=InterfaceKind.SUBINTERFACE),
        link("a:2", "c:2"),
        link("a:3", "c:3"),
        Lag(id="l", device="a", interface="ae", members=("2", "3")),
        port("a:ae", "10.6.0.0/31", kind=InterfaceKind.LAG, lag="l"),
        vlan("v", 7, "a", "b"),
        *bridged("v", "b", "c"),
        svi("b", "v", "10.7.0.1/24"),
    )

    def down(*links: str, devices: tuple[str, ...] = ()) -> list[str]:
        after = degraded(net, [net.device_index[d] for d in devices], [net.link_index[one] for one in links])
        return [p.id for p, q in zip(net.interfaces, after.interfaces, strict=True) if p.enabled and not q.enabled]

    assert degraded(net) is net
    assert down("a:1--b:1") == ["a:1", "b:1", "a:1.5"]
    assert down("a:2--c:2") == []
    assert down("a:2--c:2", "a:3--c:3") == ["a:ae"]
    assert down("b:to-c--c:to-b") == ["b:to-c", "c:to-b", "b:Vlan-v"]
    assert not interfaces(degraded(net, [net.device_index["b"]])).up[net.interface_index["b:1"]]


def test_the_active_router_of_a_pair_answers_and_the_other_one_when_it_is_gone() -> None:
    shared = {"virtual_gateway": VirtualGateway.VRRP, "virtual_addresses": ("10.3.0.9/29",)}
    net = network(
        DEFAULT,
        *(device(name, Role.CORE) for name in "abc"),
        vlan("t", 9, "a", "b", "c"),
        *bridged("t", "a", "b", "c"),
        *bridged("t", "c", "a"),
        svi("a", "t", "10.3.0.10/29", virtual_priority=90, **shared),
        svi("b", "t", "10.3.0.11/29", virtual_priority=110, **shared),
        svi("c", "t", "10.3.0.12/29"),
        static("c", "0.0.0.0/0", "10.3.0.9"),
    )

    assert hops(fib(net), "c", "default", "8.8.8.8") == ["b"]
    assert hops(fib(net, (net.device_index["b"],)), "c", "default", "8.8.8.8") == ["a"]
    assert fate(fib(net, (net.device_index["b"],)), "b", "default", "8.8.8.8") is Fate.NO_ROUTE


def test_a_tracked_static_route_goes_when_nobody_answers() -> None:
    facts = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE), *joined("a:1", "b:1"))
    road = static("a", "0.0.0.0/0", "10.0.0.9")

    lone = (*facts, port("a:9", "10.8.0.1/24"))
    assert fate(fib(network(*lone, replace(road, next_hop="10.8.0.9"))), "a", "default", "8.8.8.8") is Fate.UNANSWERED
    tracked = replace(road, next_hop="10.8.0.9", bfd=True)
    assert fate(fib(network(*lone, tracked)), "a", "default", "8.8.8.8") is Fate.NO_ROUTE


def test_a_static_route_by_a_farther_next_hop_follows_the_route_to_it() -> None:
    chain = (
        DEFAULT,
        *(device(name, Role.CORE) for name in "abc"),
        *joined("a:1", "b:1"),
        *joined("b:2", "c:2", "10.0.1"),
        loopback("c", "10.9.0.3/32"),
    )
    talking = (*ospf("a", "1"), *ospf("b", "1", "2"), *ospf("c", "2", "lo0"))
    far = static("a", "10.50.0.0/16", "10.9.0.3")

    assert hops(fib(network(*chain, *talking, far)), "a", "default", "10.50.1.1") == ["b"]
    assert fate(fib(network(*chain, far)), "a", "default", "10.50.1.1") is Fate.NO_ROUTE


def test_summaries_of_areas_stand_for_what_they_hold_and_are_discarded_where_they_are_made() -> None:
    facts = [
        DEFAULT,
        *(device(name, Role.CORE) for name in "abc"),
        *joined("a:1", "b:1"),
        *joined("b:2", "c:2", "10.0.1"),
        loopback("c", "10.9.1.1/32"),
    ]
    inner = [replace(f, area="1") if getattr(f, "area", None) else f for f in ospf("c", "2", "lo0")]
    process, one, two = ospf("b", "1", "2")
    border = replace(process, summaries=(Summary(prefix="10.9.0.0/16", area="1"),))
    found = fib(network(*facts, *ospf("a", "1"), border, one, replace(two, area="1"), *inner))

    a = found.table(0, "default")
    longest = found.rib.longest(a, *parse_address("10.9.1.1"))
    assert longest is not None
    assert str(longest[0]) == "10.9.0.0/16"
    assert walk(found, a, *parse_address("10.9.1.1")).fates == {Fate.DELIVERED}
    assert walk(found, a, *parse_address("10.9.2.1")).fates == {Fate.DISCARDED}


# --- policies and addresses


@pytest.mark.parametrize(
    ("term", "taken"),
    [
        (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("10.0.0.0/8",)), True),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("10.0.0.0/8",), max_length=8), False),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, min_length=25), False),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, communities=("1:1", "2:2")), True),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, communities=("3:3",)), False),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, tags=(5,)), True),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, tags=(6,)), False),
        (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("nonsense",)), False),
        (RoutePolicyTerm(action=PolicyAction.DENY), False),
    ],
)
def test_a_term_takes_what_its_prefixes_lengths_communities_and_tags_say(term: RoutePolicyTerm, taken: bool) -> None:
    net = network(RoutePolicy(id="p", name="p", terms=(term,)))
    marks = Marks(frozenset({"1:1"}), 5)

    assert (permits(net, "p", parse_prefix("10.1.0.0/24"), marks) is not None) is taken
    assert permits(net, None, parse_prefix("10.1.0.0/24"), marks) == marks
    assert permits(net, "unknown", parse_prefix("10.1.0.0/24"), marks) is None


def test_free_addresses_lie_in_the_block_and_in_nothing_else() -> None:
    block = parse_prefix("10.0.0.0/30")

    assert free_address(block, []) == block.network + 1
    assert free_address(block, [parse_prefix("10.0.0.0/31")]) == block.network + 2
    assert free_address(block, [parse_prefix("10.0.0.0/31"), parse_prefix("10.0.0.2/31")]) is None
    assert outside_address(network(DEFAULT), 4) == 1


# --- outlooks and lookalikes


def campus(count: int) -> tuple[Any, ...]:
    """A core with many routers that look alike, each with users, all in OSPF."""
    facts: list[Any] = [DEFAULT, device("core", Role.CORE)]
    process, *_ = ospf("core")
    facts.append(process)
    for n in range(count):
        name = f"d{n}"
        facts += [device(name, Role.DISTRIBUTION), *joined(f"{name}:1", f"core:{n}", f"10.0.{n}")]
        facts += [vlan(f"v{n}", 10, name), svi(name, f"v{n}", f"10.1.{n}.1/24"), subnet(f"10.1.{n}.0/24", f"v{n}")]
        facts += [*ospf(name, "1", f"Vlan-v{n}"), group(f"g{n}", f"v{n}"), ospf("core", str(n))[1]]
    return (*facts, flow("g0", "g1"), subnet("10.8.0.0/24"))


def test_two_of_each_kind_stand_for_a_large_network() -> None:
    net = network(*campus(6))
    label = lookalikes(net).tolist()

    assert len(set(label)) == 2
    assert [d.id for d in reduced(net, 3).devices] == ["core", "d0", "d1"]
    assert len(reduced(net, 3).links) == 2
    assert {p.device for p in reduced(net, 3).interfaces} == {"core", "d0", "d1"}
    assert [s.id for s in reduced(net, 3).design.addressing.subnets] == ["10.1.0.0/24", "10.1.1.0/24", "10.8.0.0/24"]
    assert reduced(net, 7) is net


def test_a_device_with_a_fault_looks_like_none_of_its_fellows() -> None:
    facts = [f for f in campus(6) if getattr(f, "id", "") != "d4:1@ospf"]
    kept = [d.id for d in reduced(network(*facts), 3).devices]

    assert "d4" in kept


def test_outlooks_tell_flows_that_get_lost_and_stay_silent_where_no_cable_is_left() -> None:
    sound = network(*campus(3))
    assert plain_outlook(sound, 100).astray == ()
    after = failed_outlook(sound, (FailureKind.LINK, FailureKind.NODE), 100, 10)
    assert (after.astray, after.circles, after.judged, after.states) == ((), (), 3, 3)
    broken = network(*[f for f in campus(3) if getattr(f, "id", "") != "d1:Vlan-v1@ospf"])
    (lost,) = {row.fate for row in plain_outlook(broken, 100).astray}
    assert lost == "no route"


def planes(width: int) -> tuple[Any, ...]:
    """Two pods of four leaves under two spines each, a plane of super-spines for each spine of a pod, all in OSPF.

    Only the first leaf of each pod has users, who talk with each other, and only those two route, as though no
    leaf would pass packets on from spine to spine. The leaves of the second pod are border ones.
    """
    facts: list[Any] = [DEFAULT]
    ports: dict[str, list[str]] = {}

    def wire(a: str, b: str) -> None:
        at = sum(map(len, ports.values()))
        facts.extend(joined(f"{a}:{b}", f"{b}:{a}", f"10.{200 + at // 512}.{at // 2 % 256}"))
        ports.setdefault(a, []).append(b)
        ports.setdefault(b, []).append(a)

    for pod in range(2):
        for leaf in range(4):
            for plane in range(2):
                wire(f"leaf{pod}{leaf}", f"spine{pod}{plane}")
        for plane in range(2):
            for top in range(width):
                wire(f"spine{pod}{plane}", f"top{plane}{top}")
        name = f"leaf{pod}0"
        facts += [vlan(f"v{pod}", 10, name), svi(name, f"v{pod}", f"10.1.{pod}.1/24"), group(f"g{pod}", f"v{pod}")]
        facts.append(subnet(f"10.1.{pod}.0/24", f"v{pod}"))
        ports[name].append(f"Vlan-v{pod}")
    roles = {"leaf0": Role.LEAF, "leaf1": Role.BORDER_LEAF, "spine": Role.SPINE}
    facts += [device(name, roles.get(name[:5], Role.SUPER_SPINE)) for name in ports]
    quiet = {f"leaf{pod}{leaf}" for pod in range(2) for leaf in range(1, 4)}
    facts += [fact for name, some in ports.items() if name not in quiet for fact in ospf(name, *some)]
    return (*facts, flow("g0", "g1"))


def test_each_device_that_stands_for_others_keeps_two_of_each_kind_around_it() -> None:
    """Two super-spines of one plane do not stand for those of another: they lead nowhere from its spines."""
    net = network(*planes(3))
    small = reduced(net, 10)
    label, kept = lookalikes(net).tolist(), {one.id for one in small.devices}
    around: dict[str, set[str]] = {one.id: set() for one in net.devices}
    for wire in net.links:
        around[wire.a.device].add(wire.b.device)
        around[wire.b.device].add(wire.a.device)

    states = failed_outlook(net, (FailureKind.LINK, FailureKind.NODE), 10, 100)
    assert (states.astray, states.circles, states.devices) == ((), (), len(kept))
    assert len(kept) < len(net.devices)
    for name in kept:
        kinds = {label[net.device_index[other]] for other in around[name]}
        for kind in kinds:
            some = {other for other in around[name] if label[net.device_index[other]] == kind}
            assert len(some & kept) >= min(2, len(some)), (name, some)
    assert failed_outlook(net, (FailureKind.LINK, FailureKind.NODE), 100, 100).astray == ()
