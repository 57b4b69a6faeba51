import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.multigraph import multigraph
from netdesign.graph.twins import quotient, twin_classes
from tests.unit.graph.samples import clos, graphs


def swap_changes_nothing(graph, one, two, kind):
    """Compare all edges, as (ends, cost) items, before and after exchanging two nodes."""
    swap = {one: two, two: one}
    before, after = [], []
    for edge in np.flatnonzero(graph.edges_present & (graph.tail != graph.head)).tolist():
        ends = [int(graph.tail[edge]), int(graph.head[edge])]
        before.append((sorted(ends), int(graph.edge_costs[edge])))
        after.append((sorted(swap.get(end, end) for end in ends), int(graph.edge_costs[edge])))
    same_kind = kind[one] == kind[two]
    both_present = bool(graph.nodes_present[one] and graph.nodes_present[two])
    return same_kind and both_present and sorted(before) == sorted(after)


@given(graphs(max_nodes=7, max_edges=14, costs=True), st.data())
def test_twins_are_exactly_the_nodes_that_can_be_swapped(graph, data):
    kind = data.draw(st.lists(st.integers(0, 1), min_size=graph.node_count, max_size=graph.node_count))
    label = twin_classes(graph, kind)

    for one in range(graph.node_count):
        for two in range(one):
            assert (label[one] == label[two]) == swap_changes_nothing(graph, one, two, kind)


@given(graphs(max_nodes=7, max_edges=14, costs=True))
def test_strands_of_the_quotient_are_the_edges_of_the_graph(graph):
    small = quotient(graph)
    tail, cost = small.arcs.tail, small.arcs.cost
    for direction, ends in enumerate([(graph.tail, graph.head), (graph.head, graph.tail)]):
        for edge, arc in enumerate(small.arc_of_edge[direction].tolist()):
            drawn = graph.edges_present[edge] and graph.tail[edge] != graph.head[edge]
            assert (arc >= 0) == drawn
            if drawn:
                assert tail[arc] == small.class_of[ends[0][edge]]
                assert small.arcs.head[arc] == small.class_of[ends[1][edge]]
                assert cost is None or cost[arc] == graph.edge_costs[edge]
    half_edges = np.where(tail == small.arcs.head, small.size[tail] - 1, small.size[small.arcs.head]) * small.size[tail]
    assert (half_edges * small.strands).sum() == 2 * np.count_nonzero(small.arc_of_edge[0] >= 0)


def test_a_clos_fabric_shrinks_to_pods_and_planes():
    small = quotient(clos(pods=5, leaves=8, spines=3, cores_per_spine=4))

    assert sorted(small.size.tolist()) == [1] * 15 + [4] * 3 + [8] * 5


def test_rows_of_numbers_are_kinds_too():
    star = multigraph(4, [0, 0, 0], [1, 2, 3])

    assert twin_classes(star, [[0, 0], [1, 2], [1, 2], [2, 1]]).tolist() == [0, 1, 1, 2]
    assert twin_classes(star, np.zeros((4, 0))).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(("kinds", "apart"), [([0, 0, 0, 0], False), ([0, 0, 0, 1], True)])
def test_edge_kinds_keep_nodes_apart(kinds, apart):
    graph = multigraph(3, [0, 0, 0, 0], [1, 1, 2, 2])
    label = twin_classes(graph, edge_kind=kinds)

    assert (label[1] != label[2]) == apart


def test_members_of_a_cross_connected_pair_are_twins():
    pair = multigraph(4, [0, 0, 1, 1, 0], [2, 3, 2, 3, 1])

    assert twin_classes(pair).tolist() == [0, 0, 1, 1]
