"""Disjoint paths and single points of failure against networkx and against brute force."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.failure.redundancy import disjoint_paths, single_points, weakest_links
from netdesign.analysis.traffic.pairs import Pair, PairKind, interior, required_pairs, ways_out, whole
from netdesign.graph.network import compile_network
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.sketch import NO_CATALOG, design, device, link


def network(*facts):
    return compile_network(design(*facts), NO_CATALOG)


def test_pairs_are_those_that_a_site_needs():
    facts: list[Any] = [
        device("c0", Role.CORE),
        device("c1", Role.CORE),
        device("a0", Role.ACCESS),
        device("a1", Role.ACCESS),
    ]
    facts += [link(f"a{m}:{n}", f"c{n}:{m}") for m in range(2) for n in range(2)]
    facts += [device("fw", Role.FIREWALL), link("c0:f", "fw:1", LinkPurpose.ATTACHMENT), device("isp", Role.PROVIDER)]
    facts += [link("c1:i", "isp:1", LinkPurpose.CIRCUIT), HaGroup(id="h", mode=HaMode.NONE, members=("fw",))]
    compiled = network(*facts, device("ap", Role.ACCESS_POINT), link("ap:1", "a0:ap", LinkPurpose.ATTACHMENT))

    assert set(required_pairs(compiled)) == {
        Pair("dc1", PairKind.SWITCH, (2, 3), (0, 1)),
        Pair("dc1", PairKind.TOP, (0,), (1,)),
        Pair("dc1", PairKind.ENFORCER, (0, 1), (4,)),
        Pair("dc1", PairKind.WAY_OUT, (0, 1), (5,)),
    }
    assert ways_out(compiled) == {"dc1": (5,)}
    assert interior(compiled).nodes_present.tolist() == [True] * 5 + [False, False]
    assert whole(compiled).nodes_present.tolist() == [True] * 6 + [False]


def test_circuits_between_sites_lead_out_of_both():
    facts = [
        device("a", Role.WAN_EDGE, site="x"),
        device("b", Role.WAN_EDGE, site="y"),
        link("a:1", "b:1", LinkPurpose.CIRCUIT),
    ]

    assert ways_out(network(*facts)) == {"x": (1,), "y": (0,)}


ROLES = (Role.CORE, Role.ACCESS, Role.ACCESS, Role.FIREWALL)


@st.composite
def campuses(draw):
    roles = [Role.CORE, *draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=7))]
    ends = st.integers(0, len(roles) - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=16))
    copies = draw(st.integers(0, 3))
    if Role.ACCESS in roles:  # more twins of one access switch, so that thinning has something to thin
        model = roles.index(Role.ACCESS)
        for _ in range(copies):
            pairs += [
                (len(roles), b if a == model else a)
                for a, b in pairs
                if (a == model) != (b == model) and max(a, b) < len(roles)
            ]
            roles.append(Role.ACCESS)
    return roles, pairs


def facts_of(campus):
    roles, pairs = campus
    facts = [device(f"d{n}", role) for n, role in enumerate(roles)]
    return [*facts, *(link(f"d{a}:{n}", f"d{b}:{n}", id=f"k{n}") for n, (a, b) in enumerate(pairs))]


def flow_between(campus, pair: Pair, *, nodes: bool) -> int:
    """Unit-capacity maximum flow; with `nodes`, devices other than single ends have capacity 1 too."""
    roles, pairs = campus
    graph = nx.DiGraph()
    sources = pair.sources[:1] if pair.kind is PairKind.SWITCH else pair.sources
    targets = pair.targets[:1] if pair.kind is PairKind.TOP else pair.targets
    shared = {sources[0]} if pair.kind in (PairKind.SWITCH, PairKind.TOP) else set()
    shared |= {targets[0]} if pair.kind is PairKind.TOP else set()
    for node in range(len(roles)):
        graph.add_edge((node, "in"), (node, "out"), capacity=99 if not nodes or node in shared else 1)
    for number, (a, b) in enumerate(pairs):
        if a != b:
            graph.add_edge((number, "x"), (number, "y"), capacity=1)
            for one in (a, b):
                graph.add_edge((one, "out"), (number, "x"), capacity=1)
                graph.add_edge((number, "y"), (one, "in"), capacity=1)
    for node in sources:
        graph.add_edge("s", (node, "in"), capacity=99)
    for node in targets:
        graph.add_edge((node, "out"), "t", capacity=99)
    return int(nx.maximum_flow_value(graph, "s", "t"))


@given(campuses())
@settings(max_examples=80, deadline=None)
def test_disjoint_paths_are_maximum_flows(campus):
    compiled = network(*facts_of(campus))

    for found in disjoint_paths(compiled, 3):
        if set(found.pair.sources) & set(found.pair.targets):
            continue
        edges = flow_between(campus, found.pair, nodes=False)
        assert found.edges == min(3, edges)
        assert found.nodes == min(3, _device_disjoint(campus, found.pair)), (campus, found)
        cut = weakest_links(compiled, found.pair)
        assert len(cut) >= edges
        if found.pair.kind is not PairKind.TOP:
            assert len(cut) == edges


def _device_disjoint(campus, pair: Pair) -> int:
    count = flow_between(campus, pair, nodes=True)
    if pair.kind is PairKind.TOP:  # parallel direct links are one path between two single ends
        direct = sum(1 for ends in campus[1] if set(ends) == {pair.sources[0], pair.targets[0]})
        count -= max(0, direct - 1)
    return count


@given(campuses())
@settings(max_examples=80, deadline=None)
def test_single_points_are_what_brute_force_finds(campus):
    compiled = network(*facts_of(campus))

    found = {(point.device, point.link) for point in single_points(compiled, False)}

    assert found == brute_force(campus)


def brute_force(campus):
    roles, pairs = campus
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(roles)))
    graph.add_edges_from((a, b, number) for number, (a, b) in enumerate(pairs) if a != b)
    found: set[tuple[int | None, int | None]] = set()
    for node in range(len(roles)):
        after = graph.copy()
        after.remove_node(node)
        if falls_apart(roles, graph, after):
            found.add((node, None))
    for a, b, number in list(graph.edges(keys=True)):
        after = graph.copy()
        after.remove_edge(a, b, number)
        if falls_apart(roles, graph, after):
            found.add((None, number))
    return found


def falls_apart(roles, before, after) -> bool:
    for component in nx.connected_components(before):
        pieces = [piece for piece in nx.connected_components(after.subgraph(component)) if piece]
        switches = [piece for piece in pieces if any(roles[n] is not Role.FIREWALL for n in piece)]
        firewalls = [piece for piece in pieces if piece not in switches]
        if len(switches) > 1 or (switches and firewalls):
            return True
    return False
