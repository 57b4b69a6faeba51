import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.graph.connectivity import components
from netdesign.graph.disjoint import (
    Path,
    edge_disjoint,
    edge_disjoint_paths,
    flow_paths,
    minimum_cut,
    minimum_edge_cut,
    vertex_disjoint,
    vertex_disjoint_paths,
)
from netdesign.graph.multigraph import multigraph
from netdesign.graph.residual import Residual
from tests.unit.graph.samples import as_networkx, graphs, woven

INFINITE = 10**6
LAG = multigraph(2, [0, 0], [1, 1])


@st.composite
def pairs(draw):
    if draw(st.booleans()):
        return draw(woven()), 0, 1
    graph = draw(graphs(max_nodes=8, max_edges=22, min_nodes=2))
    source, target = draw(st.permutations(range(graph.node_count)))[:2]
    return graph, source, target


def unit_flow(graph, sources, targets, node_capacity, edge_capacity=1):
    """The maximum flow with split nodes, by networkx; `node_capacity(v)` limits what v forwards."""
    network = nx.DiGraph()
    network.add_nodes_from(["S", "T"])
    for node in np.flatnonzero(graph.nodes_present).tolist():
        network.add_edge((node, 0), (node, 1), capacity=node_capacity(node))
    for tail, head in as_networkx(graph).edges():
        for one, two in {(tail, head), (head, tail)} if tail != head else ():
            spare = network.get_edge_data((one, 1), (two, 0), {"capacity": 0})["capacity"]
            network.add_edge((one, 1), (two, 0), capacity=spare + edge_capacity)
    for node in sources:
        if graph.nodes_present[node]:
            network.add_edge("S", (node, 0), capacity=node_capacity(node))
    for node in targets:
        if graph.nodes_present[node]:
            network.add_edge((node, 1), "T", capacity=node_capacity(node))
    return nx.maximum_flow_value(network, "S", "T")


def is_path(graph, path):
    steps = zip(path.nodes[:-1], path.nodes[1:], path.edges, strict=True)
    return len(set(path.nodes)) == len(path.nodes) and all(
        graph.edges_present[edge] and {one, two} == {graph.tail[edge], graph.head[edge]} for one, two, edge in steps
    )


@settings(max_examples=200)
@given(pairs())
def test_edge_disjoint_is_the_maximum_flow(case):
    graph, source, target = case
    expected = unit_flow(graph, [source], [target], lambda _: INFINITE)

    assert edge_disjoint(graph, source, target) == expected
    assert edge_disjoint(graph, source, target, 2) == min(2, expected)


@settings(max_examples=200)
@given(pairs())
def test_edge_disjoint_paths_are_paths_and_share_no_edge(case):
    graph, source, target = case
    paths = edge_disjoint_paths(graph, source, target)

    edges = [edge for path in paths for edge in path.edges]
    assert len(paths) == edge_disjoint(graph, source, target)
    assert len(set(edges)) == len(edges)
    assert all(is_path(graph, path) for path in paths)
    assert all((path.nodes[0], path.nodes[-1]) == (source, target) for path in paths)


@settings(max_examples=200)
@given(pairs())
def test_vertex_disjoint_is_the_split_flow_with_one_direct_path(case):
    graph, source, target = case
    drawn = as_networkx(graph)
    direct = drawn.number_of_edges(source, target)
    terminals = {source, target}
    flow = unit_flow(graph, [source], [target], lambda v: INFINITE if v in terminals else 1)

    assert vertex_disjoint(graph, source, target) == flow - direct + (direct > 0)


@settings(max_examples=200)
@given(pairs())
def test_vertex_disjoint_paths_share_only_their_ends(case):
    graph, source, target = case
    paths = vertex_disjoint_paths(graph, source, target)

    inner = [node for path in paths for node in path.nodes[1:-1]]
    assert len(paths) == vertex_disjoint(graph, source, target)
    assert len(set(inner)) == len(inner)
    assert all(is_path(graph, path) for path in paths)


@settings(max_examples=200)
@given(pairs())
def test_minimum_cuts_separate_and_are_as_small_as_the_flow(case):
    graph, source, target = case
    assume(graph.nodes_present[source] and graph.nodes_present[target])
    edges, cut = minimum_edge_cut(graph, source, target), minimum_cut(graph, source, target)
    after_edges = components(graph.without(edges=edges))
    after_cut = components(graph.without(cut.nodes, cut.edges))
    terminals = {source, target}
    flow = unit_flow(graph, [source], [target], lambda v: INFINITE if v in terminals else 1)

    assert len(edges) == edge_disjoint(graph, source, target)
    assert after_edges[source] != after_edges[target]
    assert len(cut.nodes) + len(cut.edges) == flow
    assert after_cut[source] != after_cut[target]
    assert terminals.isdisjoint(cut.nodes)


@settings(max_examples=200)
@given(graphs(max_nodes=8, max_edges=22, min_nodes=3) | woven(), st.data())
def test_sets_lend_each_member_to_one_path(graph, data):
    members = st.sets(st.integers(0, graph.node_count - 1), min_size=1, max_size=3)
    sources, targets = sorted(data.draw(members)), sorted(data.draw(members))
    expected = unit_flow(graph, sources, targets, lambda _: 1)
    paths = vertex_disjoint_paths(graph, sources, targets)

    nodes = [node for path in paths for node in path.nodes]
    assert vertex_disjoint(graph, np.array(sources), np.array(targets)) == expected == len(paths)
    assert len(set(nodes)) == len(nodes)
    assert all(path.nodes[0] in sources and path.nodes[-1] in targets for path in paths)


@settings(max_examples=200)
@given(graphs(max_nodes=8, max_edges=22, min_nodes=4) | woven(), st.data())
def test_a_fan_reaches_distinct_targets(graph, data):
    source, *others = data.draw(st.permutations(range(graph.node_count)))
    targets = others[:3]
    expected = unit_flow(graph, [source], targets, lambda v: INFINITE if v == source else 1)

    assert vertex_disjoint(graph, source, targets) == expected


@settings(max_examples=100)
@given(graphs(max_nodes=8, max_edges=22, min_nodes=4), st.data())
def test_edge_disjoint_between_sets(graph, data):
    order = data.draw(st.permutations(range(graph.node_count)))
    sources, targets = order[:2], order[2:4]
    expected = unit_flow(graph, sources, targets, lambda _: INFINITE)

    assert edge_disjoint(graph, sources, targets) == expected
    assert len(minimum_edge_cut(graph, sources, targets)) == expected


def test_parallel_direct_edges_are_two_edge_paths_and_one_vertex_path():
    assert edge_disjoint(LAG, 0, 1) == 2
    assert vertex_disjoint(LAG, 0, 1) == 1
    assert minimum_cut(LAG, 0, 1).edges == (0, 1)


def test_numpy_integers_are_single_terminals():
    first, second = np.arange(2)

    assert vertex_disjoint(multigraph(3, [0, 0, 1], [1, 2, 2]), first, second) == 2


def test_a_short_cut_between_two_long_paths_is_given_back():
    steps = [(0, 2), (2, 3), (3, 1), (2, 4), (4, 5), (5, 1), (0, 6), (6, 7), (7, 3)]
    graph = multigraph(8, [a for a, _ in steps], [b for _, b in steps])

    assert {path.nodes for path in vertex_disjoint_paths(graph, 0, 1)} == {(0, 2, 4, 5, 1), (0, 6, 7, 3, 1)}
    assert edge_disjoint(graph, 0, 1) == 2


def test_a_circle_in_the_flow_is_left_out_of_the_path():
    graph = multigraph(4, [0, 2, 3, 2], [2, 3, 2, 1])
    residual = Residual(graph, range(4), ((0,), (1,)))
    residual.flow_from = {0: 0, 3: 2, 1: 2, 2: 3}

    assert flow_paths(residual) == [Path((0, 2, 1), (0, 3))]


@pytest.mark.parametrize("count", [edge_disjoint, vertex_disjoint])
def test_no_number_of_failures_separates_a_node_from_itself(count):
    assert count(LAG, 0, 0, 3) == 3
    assert count(LAG.without(nodes=[0]), 0, 0, 3) == 0
    with pytest.raises(InvalidInputError):
        count(LAG, 0, 0)


@pytest.mark.parametrize("search", [edge_disjoint_paths, vertex_disjoint_paths, minimum_edge_cut, minimum_cut])
def test_paths_and_cuts_need_two_terminals(search):
    with pytest.raises(InvalidInputError, match="share a node"):
        search(LAG, 0, 0)


def test_a_common_member_of_two_sets_is_a_path_of_its_own():
    graph = multigraph(3, [0], [1])

    assert [path.nodes for path in vertex_disjoint_paths(graph, [0, 2], [1, 2])] == [(0, 1), (2,)]
