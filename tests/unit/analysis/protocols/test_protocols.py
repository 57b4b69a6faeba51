"""What single protocols bring: levels of IS-IS, routes from outside OSPF, sessions over several hops, aggregates."""

from dataclasses import replace
from typing import Any

from netdesign.analysis.failure.equal_paths import widths
from netdesign.analysis.tables.fib import Fate, Fib, fib
from netdesign.graph.network import compile_network
from netdesign.graph.prefixes import parse_address, parse_prefix
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.routing import (
    AddressFamily,
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    Summary,
)
from netdesign.model.vocabulary import Role, RoutingProtocol
from tests.support.routed import DEFAULT, bgp, joined, loopback, ospf, peer, port, static
from tests.support.sketch import NO_CATALOG, design, device, link


def made(*facts: Any) -> Fib:
    return fib(compile_network(design(DEFAULT, *facts), NO_CATALOG))


def boxes(names: str) -> tuple[Any, ...]:
    return tuple(device(name, Role.CORE) for name in names)


def hops(found: Fib, name: str, address: str) -> list[str]:
    net = found.network
    return [net.devices[hop.device].id for hop in found.next_hops(net.device_index[name], "default", address)]


def entry(found: Fib, name: str, prefix: str) -> Any:
    return found.rib.entry(found.table(found.network.device_index[name], "default"), parse_prefix(prefix))


CHAIN = (*boxes("abcd"), *joined("a:1", "b:1"), *joined("b:2", "c:2", "10.0.1"), *joined("c:3", "d:3", "10.0.2"))


def isis(name: str, **levels: str) -> tuple[Any, ...]:
    """An IS-IS process with interfaces in levels."""
    process, *members = ospf(name, *(where.strip("p") for where in levels))
    kept = [replace(m, area=level) for m, level in zip(members, levels.values(), strict=True)]
    return (replace(process, protocol=RoutingProtocol.ISIS), *kept)


def test_level_1_routers_leave_by_the_router_that_is_also_in_level_2() -> None:
    """a is in level 1 with b; b, c in level 2; d in level 1 with c."""
    found = made(
        *CHAIN,
        loopback("a", "10.9.0.1/32"),
        loopback("d", "10.9.0.4/32"),
        *isis("a", p1="level-1", plo0="level-1"),
        *isis("b", p1="level-1", p2="level-2"),
        *isis("c", p2="2", p3="1"),
        *isis("d", p3="1", plo0="1-2"),
    )

    assert hops(found, "c", "10.9.0.1") == ["b"]
    assert entry(found, "a", "10.9.0.4/32") is None
    assert hops(found, "a", "10.9.0.4") == ["b"]
    assert hops(found, "b", "10.9.0.4") == ["c"]
    assert entry(found, "b", "10.9.0.1/32").metric == 2


def test_what_is_redistributed_comes_from_outside_with_its_tag_but_not_into_stub_areas() -> None:
    tagged = Redistribution(source="static", tag=77)
    first, *rest = ospf("a", "1")
    border, one, two = ospf("b", "1", "2")
    low, three = ospf("c", "2")
    stub = {"stub_areas": ("1",)}
    found = made(
        *CHAIN,
        static("a", "10.50.0.0/16", None, discard=True),
        replace(first, redistribute=(tagged,)),
        *rest,
        replace(border, **stub),
        one,
        replace(two, area="1"),
        replace(low, **stub),
        replace(three, area="1"),
    )

    assert (entry(found, "b", "10.50.0.0/16").source, entry(found, "b", "10.50.0.0/16").marks.tag) == ("ospf", 77)
    assert entry(found, "c", "10.50.0.0/16") is None
    assert hops(found, "c", "10.50.1.1") == ["b"]


def test_summaries_of_what_comes_from_outside_replace_it() -> None:
    first, *rest = ospf("a", "1")
    wide = Summary(prefix="10.48.0.0/12")
    found = made(
        *CHAIN,
        static("a", "10.50.0.0/16", None, discard=True),
        replace(first, redistribute=(Redistribution(source="static"),), summaries=(wide,)),
        *rest,
        *ospf("b", "1"),
    )

    assert entry(found, "b", "10.48.0.0/12").source == "ospf"
    assert entry(found, "b", "10.50.0.0/16") is None


def test_sessions_over_several_hops_need_routes_to_each_other() -> None:
    ends = (loopback("a", "10.9.0.1/32"), loopback("c", "10.9.0.3/32"))
    said = (
        bgp("a", 65000, networks=("10.60.0.0/24",)),
        port("a:lan", "10.60.0.1/24"),
        bgp("c", 65000),
        peer("a", "10.9.0.3", 65000, multihop=3),
        peer("c", "10.9.0.1", 65000, multihop=3),
    )
    roads = (*ospf("a", "1", "lo0"), *ospf("b", "1", "2"), *ospf("c", "2", "lo0"))

    found = made(*CHAIN, *ends, *said, *roads)
    assert (entry(found, "c", "10.60.0.0/24").source, hops(found, "c", "10.60.0.9")) == ("bgp", ["b"])
    assert entry(found, "c", "10.60.0.0/24").distance == 200
    assert entry(made(*CHAIN, *ends, *said), "c", "10.60.0.0/24") is None


def test_bgp_aggregates_stand_while_a_part_of_them_is_known() -> None:
    talk = (bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
    whole = bgp("a", 1, networks=("10.60.0.0/24",), summaries=(Summary(prefix="10.60.0.0/16"),))

    assert entry(made(*CHAIN, *talk, whole, port("a:lan", "10.60.0.1/24")), "b", "10.60.0.0/16") is not None
    assert entry(made(*CHAIN, *talk, whole), "b", "10.60.0.0/16") is None


def test_ipv6_travels_over_ipv4_sessions_where_the_link_has_ipv6() -> None:
    both = (AddressFamily.IPV4, AddressFamily.IPV6)
    talk = (
        bgp("a", 1, networks=("fd00:9::1/128",)),
        loopback("a", "fd00:9::1/128"),
        bgp("b", 2),
        peer("a", "10.0.0.1", 2, *both),
        peer("b", "10.0.0.0", 1, *both),
    )
    dual = (link("a:1", "b:1"), port("a:1", "10.0.0.0/31", "fd00::/127"), port("b:1", "10.0.0.1/31", "fd00::1/127"))

    assert hops(made(*boxes("ab"), *dual, *talk), "b", "fd00:9::1") == ["a"]
    assert entry(made(*boxes("ab"), *joined("a:1", "b:1"), *talk), "b", "fd00:9::1/128") is None


def test_default_routes_are_originated_by_those_who_have_one() -> None:
    talk = (bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
    gives = bgp("a", 1, default_originate=True)

    assert entry(made(*CHAIN, *talk, gives), "b", "0.0.0.0/0") is None
    assert entry(made(*CHAIN, *talk, gives, static("a", "0.0.0.0/0", "10.0.0.1")), "b", "0.0.0.0/0") is not None


def test_a_provider_that_is_not_described_sends_a_default_that_policies_may_refuse() -> None:
    wire, *ports = joined("a:9", "x:9", "100.64.0")
    line = Circuit(id="c", link=wire.id, kind=CircuitKind.DIA, provider="x", site="dc1", rate_down_bps=1, rate_up_bps=1)
    edge = (*CHAIN, device("x", Role.PROVIDER, managed=False, sku=None), wire, *ports, line, bgp("a", 1))
    beyond = parse_address("8.8.8.8")

    found = made(*edge, peer("a", "100.64.0.1", 99), bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
    assert found.decide(found.table(0, "default"), *beyond).fate is Fate.OUTSIDE
    assert hops(found, "b", "8.8.8.8") == ["a"]
    shut = made(*edge, RoutePolicy(id="no", name="no"), peer("a", "100.64.0.1", 99, import_policy="no"))
    assert shut.decide(shut.table(0, "default"), *beyond).fate is Fate.NO_ROUTE


def test_a_private_network_of_a_provider_carries_routes_between_sites() -> None:
    facts: list[Any] = list(boxes("ab"))
    for at, (mine, theirs) in enumerate((("a", "x"), ("b", "y"))):
        wire, *ports = joined(f"{mine}:9", f"{theirs}:9", f"100.64.{at}")
        facts += [device(theirs, Role.PROVIDER, managed=False, sku=None), wire, *ports]
        facts.append(
            Circuit(
                id=f"c{at}",
                link=wire.id,
                kind=CircuitKind.MPLS,
                provider="carrier",
                site="dc1",
                rate_down_bps=1,
                rate_up_bps=1,
            )
        )
        facts += [port(f"{mine}:lan", f"10.{at}.0.1/24"), bgp(mine, 100 + at, networks=(f"10.{at}.0.0/24",))]
        facts += [bgp(theirs, 999), peer(mine, f"100.64.{at}.1", 999), peer(theirs, f"100.64.{at}.0", 100 + at)]
    found = made(*facts)

    assert hops(found, "b", "10.0.0.9") == ["y"]
    assert hops(found, "y", "10.0.0.9") == ["x"]


def test_routes_that_never_come_to_rest_are_said_not_to_settle() -> None:
    """Each of three systems prefers the way to d over its neighbour, who tells it only of its own direct way."""
    facts: list[Any] = [*boxes("abcd"), loopback("d", "10.9.0.9/32"), bgp("d", 4, networks=("10.9.0.9/32",))]
    better = RoutePolicyTerm(action=PolicyAction.PERMIT, set_local_preference=200)
    facts += [RoutePolicy(id="better", name="better", terms=(better,)), RoutePolicy(id="none", name="none")]
    numbers = {"a": 1, "b": 2, "c": 3}
    for at, name in enumerate("abc"):
        facts += [bgp(name, numbers[name], router_id=f"1.1.1.{at}"), *joined(f"{name}:d", f"d:{name}", f"10.1.{at}")]
        facts += [peer(name, f"10.1.{at}.1", 4), peer("d", f"10.1.{at}.0", numbers[name])]
    for at, (one, other) in enumerate((("a", "b"), ("b", "c"), ("c", "a"))):
        facts += joined(f"{one}:{other}", f"{other}:{one}", f"10.2.{at}")
        facts += [peer(one, f"10.2.{at}.1", numbers[other], import_policy="better")]
        facts += [peer(other, f"10.2.{at}.0", numbers[one], import_policy="none")]

    assert not made(*facts).rib.state(parse_prefix("10.9.0.9/32")).settled


def test_widths_of_large_networks_are_those_to_chosen_destinations() -> None:
    net = compile_network(
        design(
            DEFAULT,
            *boxes("ab"),
            *joined("a:1", "b:1"),
            *joined("a:2", "b:2", "10.0.1"),
            loopback("b", "10.9.0.2/32"),
            bgp("a", 1, max_paths=1),
            bgp("b", 2, networks=("10.9.0.2/32",)),
            *(peer("a", f"10.0.{n}.1", 2) for n in range(2)),
            *(peer("b", f"10.0.{n}.0", 1) for n in range(2)),
        ),
        NO_CATALOG,
    )

    assert widths(net, 1)[0][:2] == (2, 2)
    assert widths(net, 1) == widths(net, 100)
