from collections import defaultdict
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.ecmp import demands, ecmp_loads, ecmp_routing
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import as_networkx, graphs


def by_hand(graph, wanted):
    """Loads in exact fractions: one recursion down the shortest-path graph per demand."""
    drawn = as_networkx(graph)
    load: defaultdict[tuple[int, int], Fraction] = defaultdict(Fraction)
    unserved = []
    for source, target, amount in zip(*(column.tolist() for column in wanted), strict=True):
        if source not in drawn or target not in drawn or not nx.has_path(drawn, source, target):
            unserved.append(amount)
            continue
        unserved.append(0)
        distance = nx.single_source_dijkstra_path_length(drawn, target, weight="cost")
        held = defaultdict(Fraction, {source: Fraction(amount)})
        for node in sorted(distance, key=distance.__getitem__, reverse=True):
            hops = [
                (other, key)
                for _, other, key, cost in drawn.edges(node, keys=True, data="cost")
                if distance[other] + cost == distance[node]
            ]
            for other, key in hops:
                load[int(graph.tail[key] != node), key] += held[node] / len(hops)
                held[other] += held[node] / len(hops)
    table = [[float(load[way, edge]) for edge in range(graph.edge_count)] for way in (0, 1)]
    return np.array(table).reshape(2, graph.edge_count), unserved


@st.composite
def cases(draw, /, **options):
    graph = draw(graphs(max_nodes=8, max_edges=20, **options))
    node = st.integers(0, graph.node_count - 1)
    rows = draw(st.lists(st.tuples(node, node, st.integers(0, 9)), max_size=8))
    return graph, demands([a for a, _, _ in rows], [b for _, b, _ in rows], [c for _, _, c in rows])


def check(graph, wanted):
    expected, unserved = by_hand(graph, wanted)
    found = ecmp_loads(graph, wanted)

    np.testing.assert_allclose(found.load, expected, atol=1e-12)
    assert found.unserved.tolist() == unserved


@given(cases())
def test_hop_count_loads_are_exact(case):
    check(*case)


@given(cases(costs=True))
def test_cost_loads_are_exact(case):
    check(*case)


@given(cases(costs=True, removals=False), st.data())
def test_loads_after_a_failure_are_those_of_the_failed_graph(case, data):
    graph, wanted = case
    nodes = data.draw(st.sets(st.integers(0, graph.node_count - 1), max_size=2))
    edges = data.draw(st.sets(st.sampled_from(range(graph.edge_count)))) if graph.edge_count else set()
    routing = ecmp_routing(graph, wanted)
    expected = ecmp_loads(graph.without(nodes, edges), wanted)

    found = routing.after(nodes, edges)
    np.testing.assert_allclose(found.load, expected.load, atol=1e-12)
    assert found.unserved.tolist() == expected.unserved.tolist()
    np.testing.assert_allclose(routing.base.load, ecmp_loads(graph, wanted).load, atol=1e-12)


def test_an_untouched_destination_keeps_its_very_numbers():
    graph = multigraph(4, [0, 0, 1, 2], [1, 2, 3, 3])
    routing = ecmp_routing(graph, demands([1, 2], [0, 3], [1.0, 5.0]))

    assert routing.after(edges=[3]).load.tolist() == [[5, 0, 5, 0], [1, 5, 0, 0]]


def test_parallel_edges_are_next_hops_of_their_own():
    graph = multigraph(4, [0, 0, 0, 1, 2], [1, 1, 2, 3, 3])
    load = ecmp_loads(graph, demands(0, 3, 6)).load

    assert load[0].tolist() == [2, 2, 2, 4, 2]


def test_edges_drawn_backwards_carry_on_their_second_row():
    load = ecmp_loads(multigraph(2, [1], [0]), demands([0], [1], [7])).load

    assert load.tolist() == [[0], [7]]


def test_many_destinations_in_blocks_give_the_same_loads(monkeypatch):
    rng = np.random.default_rng(3)
    graph = multigraph(30, rng.integers(0, 30, 60), rng.integers(0, 30, 60))
    wanted = demands(rng.integers(0, 30, 90), rng.integers(0, 30, 90), rng.random(90))
    whole = ecmp_loads(graph, wanted)

    monkeypatch.setattr("netdesign.graph.ecmp.block_rows", lambda arcs: 4)
    pieces = ecmp_loads(graph, wanted)

    np.testing.assert_allclose(pieces.load, whole.load, atol=1e-12)
    assert pieces.unserved.tolist() == whole.unserved.tolist()
    np.testing.assert_allclose(ecmp_routing(graph, wanted).base.load, whole.load, atol=1e-12)


@pytest.mark.parametrize("nodes", [0, 3])
def test_no_demand_loads_nothing(nodes):
    graph = multigraph(nodes, [], [])

    assert ecmp_loads(graph, demands([], [], [])).load.shape == (2, 0)
    assert ecmp_routing(graph, demands([], [], [])).after().load.shape == (2, 0)
