import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.ecmp import demands, ecmp_loads
from netdesign.graph.gravity import gravity_loads, product_loads, product_routing
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import clos, graphs


def pair_by_pair(graph, amounts):
    source, target = np.nonzero(amounts)
    return ecmp_loads(graph, demands(source, target, amounts[source, target]))


def check(graph, leaving, arriving):
    amounts = np.outer(leaving, leaving if arriving is None else arriving).astype(float)
    np.fill_diagonal(amounts, 0)
    expected = pair_by_pair(graph, amounts * (100 / max(1e-300, amounts.sum())))

    found = gravity_loads(graph, 100, leaving, arriving)
    np.testing.assert_allclose(found.load, expected.load, atol=1e-9)
    np.testing.assert_allclose(found.unserved, expected.unserved.sum(), atol=1e-9)


@st.composite
def weighted(draw, /, **options):
    graph = draw(graphs(max_nodes=10, max_edges=20, **options))
    weights = st.lists(st.integers(0, 2), min_size=graph.node_count, max_size=graph.node_count)
    return graph, draw(weights), draw(st.none() | weights)


@settings(max_examples=200)
@given(weighted())
def test_hop_count_loads_are_those_of_all_pairs(case):
    check(*case)


@settings(max_examples=200)
@given(weighted(costs=True))
def test_cost_loads_are_those_of_all_pairs(case):
    check(*case)


@settings(max_examples=100)
@given(graphs(max_nodes=8, max_edges=16, costs=True), st.data())
def test_products_add_up(graph, data):
    row = st.lists(st.integers(0, 2), min_size=graph.node_count, max_size=graph.node_count)
    products = data.draw(st.lists(st.tuples(row, row), max_size=3))
    leaving, arriving = (np.array([p[k] for p in products], float).reshape(-1, graph.node_count) for k in (0, 1))
    amounts = leaving.T @ arriving
    np.fill_diagonal(amounts, 0)

    found = product_loads(graph, leaving, arriving)
    np.testing.assert_allclose(found, pair_by_pair(graph, amounts).load, atol=1e-9)


@settings(max_examples=100)
@given(graphs(max_nodes=8, max_edges=16, costs=True, removals=False), st.data())
def test_products_after_a_failure_are_those_of_the_failed_graph(graph, data):
    nodes = data.draw(st.sets(st.integers(0, graph.node_count - 1), max_size=2))
    edges = data.draw(st.sets(st.sampled_from(range(graph.edge_count)))) if graph.edge_count else set()
    row = st.lists(st.integers(0, 2), min_size=graph.node_count, max_size=graph.node_count)
    leaving, arriving = np.array(data.draw(st.tuples(*[st.tuples(row, row)] * 2)), float)
    routing = product_routing(graph, leaving, arriving)

    expected = product_loads(graph.without(nodes, edges), leaving, arriving)
    np.testing.assert_allclose(routing.after(nodes, edges), expected, atol=1e-9)


@pytest.mark.parametrize("weigh", ["leaves", "all", "uneven"])
def test_a_clos_fabric_with_failures_is_exact(weigh):
    graph = clos(pods=4, leaves=5, spines=2, cores_per_spine=3).without(nodes=[21], edges=[0, 44])
    weights = np.ones(graph.node_count)
    if weigh == "leaves":
        weights[20:] = 0
    if weigh == "uneven":
        weights[::3] = 2
    check(graph, weights, None)


def test_everything_served_leaves_exactly_nothing():
    rng = np.random.default_rng(1)

    assert gravity_loads(clos(3, 4, 2, 2), 1e6 / 3, rng.random(22)).unserved == 0.0


def test_a_tree_is_summed_without_any_search(monkeypatch):
    monkeypatch.setattr("netdesign.graph.gravity.arc_distances", None)
    chain = multigraph(3, [0, 1], [1, 2])

    assert gravity_loads(chain, 6, [1, 1, 1]).load.tolist() == [[2, 2], [2, 2]]


@pytest.mark.parametrize("weights", [[0, 0], [0, 5]])
def test_fewer_than_two_ends_exchange_nothing(weights):
    found = gravity_loads(multigraph(2, [0], [1]), 10, weights)

    assert found.load.tolist() == [[0], [0]]
    assert found.unserved == 0


def test_many_destinations_in_blocks_give_the_same_loads(monkeypatch):
    rng = np.random.default_rng(5)
    graph = multigraph(30, rng.integers(0, 30, 60), rng.integers(0, 30, 60))
    monkeypatch.setattr("netdesign.graph.gravity.block_rows", lambda arcs: 4)

    check(graph, rng.random(30), rng.random(30))
