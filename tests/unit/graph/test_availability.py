from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.availability import (
    availability,
    k_of_n,
    pair_with_common_cause,
    parallel,
    series,
)
from netdesign.graph.connectivity import components
from netdesign.graph.cuts import CutFinder
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import graphs

Q_NODE, Q_EDGE = 1e-3, 2e-3


def enumerated(graph, source, target):
    """The exact availability, from all combinations of failed elements."""
    up = 0.0
    for states in product([True, False], repeat=graph.node_count + graph.edge_count):
        nodes, edges = states[: graph.node_count], states[graph.node_count :]
        label = components(graph.without(np.flatnonzero(~np.array(nodes)), np.flatnonzero(~np.array(edges, bool))))
        if label[source] == label[target] >= 0:
            chance = [1 - Q_NODE if works else Q_NODE for works in nodes]
            up += prod([*chance, *(1 - Q_EDGE if works else Q_EDGE for works in edges)])
    return up


@settings(max_examples=40, deadline=None)
@given(graphs(max_nodes=4, max_edges=6, min_nodes=2, removals=False))
def test_the_bound_misses_only_cuts_of_three_and_more(graph):
    found = availability(graph, 0, 1, Q_NODE, Q_EDGE)
    exact = enumerated(graph, 0, 1)

    third_order = (graph.node_count + graph.edge_count) ** 3 * Q_EDGE**3
    assert found.value == pytest.approx(exact, abs=(graph.node_count + graph.edge_count) ** 2 * Q_EDGE**2)
    assert found.value <= exact + third_order
    assert found.unavailability == pytest.approx(1 - found.value)


@given(graphs(max_nodes=6, max_edges=9, min_nodes=2), st.data())
def test_contributions_add_up_to_the_unavailability(graph, data):
    chances = st.floats(0, 0.01)
    node_q = data.draw(st.lists(chances, min_size=graph.node_count, max_size=graph.node_count))
    edge_q = data.draw(st.lists(chances, min_size=graph.edge_count, max_size=graph.edge_count))
    found = availability(CutFinder(graph), 0, 1, node_q, edge_q, top=1000)

    parts = found.contributions
    if parts:
        assert sum(part.probability for part in parts) == pytest.approx(found.unavailability)
    for part in parts:
        expected = np.prod([node_q[v] for v in part.nodes] + [edge_q[e] for e in part.edges])
        assert part.probability == pytest.approx(expected)
    assert [p.probability for p in parts] == sorted((p.probability for p in parts), reverse=True)


def test_the_worst_cut_comes_first():
    square = multigraph(4, [0, 0, 1, 2], [1, 2, 3, 3])
    found = availability(square, 0, 3, [1e-6, 1e-2, 1e-2, 1e-6], 2e-3, top=2)

    assert [(c.nodes, c.edges) for c in found.contributions] == [((1, 2), ()), ((1,), (1,))]
    assert found.contributions[0].probability == pytest.approx(1e-4)


def test_a_chain_is_the_sum_of_its_parts():
    chain = multigraph(3, [0, 1], [1, 2])

    assert availability(chain, 0, 2, 1e-4, 1e-5).unavailability == pytest.approx(3e-4 + 2e-5)


def test_what_is_apart_is_never_available():
    found = availability(multigraph(2, [], []), 0, 1, 0, 0)

    assert found == (0.0, 1.0, ())


def test_a_node_reaches_itself_while_it_is_up():
    assert availability(multigraph(1, [], []), 0, 0, 0.25, 0).value == 0.75


@given(st.lists(st.floats(0, 1), max_size=5))
def test_series_and_parallel_mirror_each_other(parts):
    assert series(parts) == pytest.approx(1 - parallel([1 - part for part in parts]))


@given(st.integers(0, 6), st.integers(0, 6), st.floats(0, 1))
def test_k_of_n_is_what_enumeration_gives(k, n, available):
    exact = sum(
        np.prod([available if up else 1 - available for up in states])
        for states in product([True, False], repeat=n)
        if sum(states) >= k
    )
    assert k_of_n(k, n, available) == pytest.approx(exact)


def test_a_pair_with_perfect_takeover_is_two_independent_members():
    assert pair_with_common_cause(0.01, 0.0) == pytest.approx(1e-4)
    assert pair_with_common_cause(0.01, 0.05, 0.98) == pytest.approx(2 * 0.01 * 0.02 + 1e-4 + 5e-4)
    assert pair_with_common_cause(1.0, 1.0, 0.0) == 1.0
