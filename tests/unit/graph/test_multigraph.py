import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import as_networkx, graphs

TRIANGLE = multigraph(3, [0, 1, 2], [1, 2, 0])


@given(graphs())
def test_degree_counts_present_edge_ends(graph):
    expected = np.zeros(graph.node_count, dtype=int)
    for node, degree in as_networkx(graph).degree():
        expected[node] = degree

    assert graph.degree().tolist() == expected.tolist()


@given(graphs())
def test_adjacency_lists_every_present_half_edge_once(graph):
    offsets, neighbour, edge = graph.adjacency()
    found = [
        (node, int(neighbour[at]), int(edge[at]))
        for node in range(graph.node_count)
        for at in range(offsets[node], offsets[node + 1])
    ]

    expected = set()
    for tail, head, key in as_networkx(graph).edges(keys=True):
        expected |= {(tail, head, key), (head, tail, key)}
    assert sorted(found) == sorted(expected)
    assert [(v, o, e) for v, pairs in enumerate(graph.neighbours) for o, e in pairs] == found


@given(graphs(), st.data())
def test_removing_twice_is_removing_both(graph, data):
    node = data.draw(st.integers(0, graph.node_count - 1))
    graph.adjacency()
    edges = data.draw(st.sets(st.sampled_from(range(graph.edge_count)))) if graph.edge_count else set()

    stepwise, at_once = graph.without(nodes=[node]).without(edges=edges), graph.without([node], edges)

    assert np.array_equal(stepwise.edges_present, at_once.edges_present)
    for one, two in zip(stepwise.adjacency(), at_once.adjacency(), strict=True):
        assert np.array_equal(one, two)


def test_removal_leaves_the_original_alone():
    failed = TRIANGLE.without(nodes=[0])

    assert failed.edges_present.tolist() == [False, True, False]
    assert TRIANGLE.edges_present.tolist() == [True, True, True]
    assert TRIANGLE.without().edges_present.tolist() == [True, True, True]


def test_removal_accepts_arrays():
    assert TRIANGLE.without(edges=np.array([1])).edges_present.tolist() == [True, False, True]


def test_costs_default_to_one_and_keep_their_kind():
    assert TRIANGLE.edge_costs.tolist() == [1, 1, 1]
    assert TRIANGLE.reweighted([1, 2, 3]).edge_costs.dtype == np.int64
    assert TRIANGLE.reweighted([0.5, 2, 3]).edge_costs.dtype == np.float64
    assert TRIANGLE.reweighted([1, 2, 3]).reweighted(None).edge_costs.tolist() == [1, 1, 1]


def test_reweighting_keeps_failures():
    graph = TRIANGLE.without(nodes=[0]).reweighted([1, 2, 3])

    assert graph.nodes_present.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        pytest.param((2, [0], [2]), "/head", id="end beyond the last node"),
        pytest.param((2, [-1], [1]), "/tail", id="negative end"),
        pytest.param((2, [0, 1], [1]), "/tail", id="more tails than heads"),
        pytest.param((2, [0], [1], [0]), "/cost", id="cost of zero"),
        pytest.param((2, [0], [1], [float("inf")]), "/cost", id="infinite cost"),
        pytest.param((2, [0], [1], [1, 2]), "/cost", id="more costs than edges"),
    ],
)
def test_refuses_arrays_that_are_no_graph(arguments, pointer):
    with pytest.raises(InvalidInputError) as caught:
        multigraph(*arguments)

    assert [fault.pointer for fault in caught.value.faults] == [pointer]
