"""Routing tables against an oracle that does the same the slow way, on small designs drawn at random."""

import random
from typing import Any

import pytest

from netdesign.analysis.forwarding.walks import loop, walk
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.graph.network import compile_network
from netdesign.graph.prefixes import parse_address, parse_prefix
from netdesign.model.routing import IgpInterface, PolicyAction, RoutePolicy, RoutePolicyTerm, RoutingProcess
from netdesign.model.vocabulary import Role, RoutingProtocol
from tests.support import naive_routing as naive
from tests.support.routed import DEFAULT, bgp, loopback, peer, port, static
from tests.support.sketch import NO_CATALOG, design, device, link

SEEDS = range(40)
DRAWN = 5
"""Designs for each seed: two hundred in all."""


def routers(draw, low=3, high=6):
    return [f"r{n}" for n in range(draw.randint(low, high))]


def cables(draw, names, extra=3):
    """Random links between routers that leave no router alone, some in parallel."""
    pairs = [(names[draw.randrange(at)], names[at]) for at in range(1, len(names))]
    pairs += [tuple(draw.sample(names, 2)) for _ in range(draw.randint(0, extra))]
    return pairs


def wired(pairs):
    """Facts of numbered links, the n-th in 10.1.n.0/31, and the addresses (of the first, of the second end)."""
    facts: list[Any] = [DEFAULT]
    addresses = []
    for n, (u, v) in enumerate(pairs):
        facts += [link(f"{u}:p{n}", f"{v}:p{n}")]
        facts += [port(f"{u}:p{n}", f"10.1.{n}.0/31"), port(f"{v}:p{n}", f"10.1.{n}.1/31")]
        addresses.append((f"10.1.{n}.0", f"10.1.{n}.1"))
    return facts, addresses


def boxes(names):
    return [device(name, Role.CORE) for name in names]


def forwarding(facts):
    return fib(compile_network(design(*facts), NO_CATALOG))


def table_of(found, name):
    return found.table(found.network.device_index[name], "default")


def hops_of(found, name, address):
    """(device, link number) of each next hop."""
    ports = found.network.interfaces
    here = found.network.device_index[name]
    return {
        (found.network.devices[hop.device].id, int(ports[hop.outgoing].name[1:]))
        for hop in found.next_hops(here, "default", address)
    }


# --- OSPF


def ospf_facts(names, drawn, homes):
    facts, _ = wired([(u, v) for u, v, *_ in drawn])
    facts += boxes(names)
    for name in names:
        facts.append(
            RoutingProcess(
                id=f"{name}:ospf",
                device=name,
                vrf="default",
                protocol=RoutingProtocol.OSPF,
                max_paths=64,
                router_id=name,
            )
        )
    for n, (u, v, area, cost_u, cost_v) in enumerate(drawn):
        for name, cost in ((u, cost_u), (v, cost_v)):
            facts.append(member(name, f"p{n}", area, cost))
    for n, (name, area, cost) in enumerate(homes):
        facts += [loopback(name, f"10.9.{n}.1/32"), member(name, "lo0", area, cost, passive=True)]
    return facts


def member(name, where, area, cost, *, passive=False):
    return IgpInterface(
        id=f"{name}:{where}@{area}",
        process=f"{name}:ospf",
        interface=f"{name}:{where}",
        area=f"0.0.0.{area}",
        cost=cost,
        passive=passive,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_ospf_with_areas_finds_the_ways_that_all_pairs_distances_give(seed):
    draw = random.Random(seed)
    for _ in range(DRAWN):
        names = routers(draw)
        drawn = [
            (u, v, draw.choice([0, 0, 0, 1, 2]), draw.randint(1, 4), draw.randint(1, 4)) for u, v in cables(draw, names)
        ]
        near = {n: sorted({a for u, v, a, *_ in drawn if n in (u, v)}) for n in names}
        homes = [(name, draw.choice(near[name]), draw.randint(0, 3)) for name in names]
        found = forwarding(ospf_facts(names, drawn, homes))
        wanted = naive.ospf(names, drawn, homes)
        for (name, home), route in wanted.items():
            prefix = parse_prefix(f"10.9.{homes.index(home)}.1/32")
            entry = found.rib.entry(table_of(found, name), prefix)
            if route is None:
                assert entry is None, (names, drawn, homes, name, home)
                continue
            assert entry is not None, (names, drawn, homes, name, home, route)
            assert entry.metric == route[1], (drawn, homes, name, home, route, entry)
            assert hops_of(found, name, str(prefix).split("/")[0]) == route[2], (drawn, homes, name, home, route)


# --- BGP


def permit(identity, **changes):
    return RoutePolicy(id=identity, name=identity, terms=(RoutePolicyTerm(action=PolicyAction.PERMIT, **changes),))


def drawn_rules(draw, sessions):
    """Random policies of some sides: (deny, preference, prepend), and the facts that say so."""
    rules: dict[Any, Any] = {}
    facts: list[Any] = []
    for u, v, n in sessions:
        for own, other in ((u, v), (v, u)):
            if draw.random() < 0.35:
                deny, preference = draw.random() < 0.2, draw.choice([None, 50, 200])
                rules[own, other, n] = (deny, preference, draw.choice([0, 0, 1, 2]))
    return rules, facts


def bgp_facts(names, speakers, sessions, imports, exports):
    facts, addresses = wired([(u, v) for u, v, _ in sessions])
    facts += boxes(names)
    for name, one in speakers.items():
        number = f"10.0.0.{one.number}"
        facts.append(
            bgp(
                name,
                one.asn,
                router_id=number,
                max_paths=one.paths,
                multipath_relax=one.relaxed,
                networks=(f"10.9.{one.number}.1/32",),
            )
        )
        facts.append(loopback(name, f"10.9.{one.number}.1/32"))
    for u, v, n in sessions:
        for own, other, place in ((u, v, 1), (v, u, 0)):
            named = {}
            for kind, rules in (("import", imports), ("export", exports)):
                rule = rules.get((own, other, n))
                if rule is not None:
                    identity = f"{kind}-{own}-{other}-{n}"
                    deny, preference, prepend = rule
                    prepend = prepend if kind == "export" else 0
                    made = permit(identity, set_local_preference=preference, prepend=prepend)
                    facts.append(RoutePolicy(id=identity, name=identity) if deny else made)
                    named[f"{kind}_policy"] = identity
            facts.append(
                peer(
                    own,
                    addresses[n][place],
                    speakers[other].asn,
                    next_hop_self=True,
                    route_reflector_client=other in speakers[own].clients,
                    allow_own_asn=speakers[own].allowed,
                    **named,
                )
            )
    return facts


@pytest.mark.parametrize("seed", SEEDS)
def test_bgp_chooses_what_telling_route_by_route_leads_to(seed):
    draw = random.Random(seed)
    judged = 0
    for _ in range(DRAWN):
        names = routers(draw)
        asns = [65000 + draw.randrange(len(names)) for _ in names]
        speakers = {
            n: naive.Speaker(asn, at + 1, relaxed=draw.random() < 0.6, allowed=draw.choice([0, 0, 0, 1]))
            for at, (n, asn) in enumerate(zip(names, asns, strict=True))
        }
        sessions = [(u, v, n) for n, (u, v) in enumerate(cables(draw, names))]
        for u, v, _ in sessions:
            if speakers[u].asn == speakers[v].asn and draw.random() < 0.3:
                speakers[u].clients.add(v)
        imports, exports = drawn_rules(draw, sessions)[0], drawn_rules(draw, sessions)[0]
        found = forwarding(bgp_facts(names, speakers, sessions, imports, exports))
        for origin in names:
            wanted = naive.path_vector(speakers, sessions, origin, imports, exports)
            prefix = parse_prefix(f"10.9.{speakers[origin].number}.1/32")
            state = found.rib.state(prefix)
            assert state.settled == (wanted is not None)
            if wanted is None:
                continue
            judged += 1
            held, equal = wanted
            for name in names:
                context = (sessions, speakers, imports, exports, origin, name, held.get(name))
                entry = found.rib.entry(table_of(found, name), prefix)
                assert (entry is not None) == (name in held), context
                if name != origin and name in held:
                    paths, column = state.bgp
                    process = [p.device for p in found.network.design.routing.processes].index(name)
                    assert paths.routes[paths.best[process, column]].path == held[name].path, context
                    assert hops_of(found, name, str(prefix).split("/")[0]) == equal[name], context
    assert judged


# --- static routes and walks


@pytest.mark.parametrize("seed", SEEDS)
def test_walks_end_as_trying_every_way_does(seed):
    draw = random.Random(seed)
    for _ in range(DRAWN):
        names = routers(draw, 2, 5)
        pairs = cables(draw, names, extra=2)
        facts, addresses = wired(pairs)
        facts += boxes(names)
        tables: dict[str, list[Any]] = {name: [] for name in names}
        for n, (u, v) in enumerate(pairs):
            for name in (u, v):
                tables[name].append((f"10.1.{n}.0/31", "delivered"))
        for at, name in enumerate(names):
            facts.append(loopback(name, f"10.9.{at}.1/32"))
            tables[name].append((f"10.9.{at}.1/32", "delivered"))
        for at in range(draw.randint(2, 9)):
            prefix = draw.choice(["0.0.0.0/0", "10.9.0.0/16", "10.9.0.0/24", "10.9.1.0/24", "10.9.2.0/23"])
            name = draw.choice(names)
            if any(p == prefix and (to == "discarded") for p, to in tables[name]):
                continue
            if draw.random() < 0.2 and not any(p == prefix for p, _ in tables[name]):
                facts.append(static(name, prefix, None, discard=True, id=f"s{at}"))
                tables[name].append((prefix, "discarded"))
                continue
            n = draw.choice([n for n, pair in enumerate(pairs) if name in pair])
            far = 1 if pairs[n][0] == name else 0
            facts.append(static(name, prefix, addresses[n][far], id=f"s{at}"))
            tables[name].append((prefix, (pairs[n][far],)))
        found = forwarding(facts)
        for name in names:
            for address in ("10.9.0.1", "10.9.1.1", "10.9.2.1", "10.9.3.9", "10.9.0.77", "192.0.2.1"):
                version, number = parse_address(address)
                way = walk(found, table_of(found, name), version, number)
                got = {WORDS[fate] for fate in way.fates}
                wanted = naive.fates(tables, name, address)
                assert got == wanted, (pairs, tables, name, address)
                circle = loop(found, [table_of(found, name)], version, number)
                assert (circle is not None) == ("loop" in wanted)


WORDS = {
    Fate.DELIVERED: "delivered",
    Fate.NO_ROUTE: "no route",
    Fate.DISCARDED: "discarded",
    Fate.LOOPING: "loop",
    Fate.UNANSWERED: "dead",
}


@pytest.mark.parametrize(("distance", "installed"), [(None, True), (1, True), (254, True), (255, False), (300, False)])
def test_routes_of_distance_255_are_never_installed(distance, installed):
    facts, ((near, far),) = wired([("a", "b")])
    facts += boxes(["a", "b"])
    facts += [bgp("a", 1, networks=("10.9.1.1/32",)), bgp("b", 2, distance=distance)]
    facts += [peer("a", far, 2), peer("b", near, 1), loopback("a", "10.9.1.1/32")]
    found = forwarding(facts)
    entry = found.rib.entry(table_of(found, "b"), parse_prefix("10.9.1.1/32"))

    assert (entry is not None) is installed


def test_a_static_route_of_distance_255_is_never_installed():
    facts, ((_, far),) = wired([("a", "b")])
    made = [static("a", "10.7.0.0/16", far, distance=255), static("a", "10.8.0.0/16", far, distance=254)]
    found = forwarding([*facts, *boxes(["a", "b"]), *made])

    assert found.rib.entry(table_of(found, "a"), parse_prefix("10.7.0.0/16")) is None
    assert found.rib.entry(table_of(found, "a"), parse_prefix("10.8.0.0/16")) is not None
