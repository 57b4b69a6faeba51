import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from netdesign.graph.multigraph import multigraph
from netdesign.graph.shortest import diameter, distances, eccentricities
from tests.unit.graph.samples import as_networkx, clos, graphs


def dijkstra(graph):
    return dict(nx.all_pairs_dijkstra_path_length(as_networkx(graph), weight="cost"))


def table(graph):
    expected = np.full((graph.node_count, graph.node_count), np.inf)
    for source, row in dijkstra(graph).items():
        for target, distance in row.items():
            expected[source, target] = distance
    return expected.tolist()


@given(graphs(max_nodes=10, max_edges=20))
def test_hop_distances_are_those_of_networkx(graph):
    assert distances(graph, np.arange(graph.node_count)).tolist() == table(graph)


@given(graphs(max_nodes=10, max_edges=20, costs=True))
def test_cost_distances_are_those_of_dijkstra(graph):
    assert distances(graph, np.arange(graph.node_count)).tolist() == table(graph)


@given(graphs(max_nodes=10, max_edges=20, costs=True))
def test_fractional_costs_give_the_sums_of_dijkstra(graph):
    fractional = graph.reweighted(graph.edge_costs * 0.1)

    assert distances(fractional, np.arange(graph.node_count)).tolist() == table(fractional)


def test_one_source_is_one_row():
    assert distances(multigraph(3, [0, 1], [1, 2]), 0).tolist() == [[0, 1, 2]]


def check_eccentricities(graph):
    found = dijkstra(graph)
    expected = [max(found[v].values()) if v in found else -1 for v in range(graph.node_count)]

    assert eccentricities(graph).tolist() == expected
    assert diameter(graph) == max(0, *expected, 0)


@given(graphs(max_nodes=10, max_edges=20))
def test_hop_eccentricities_are_exact(graph):
    check_eccentricities(graph)


@given(graphs(max_nodes=10, max_edges=20, costs=True))
def test_cost_eccentricities_are_exact(graph):
    check_eccentricities(graph)


def test_hop_sets_wider_than_one_word():
    n = 150
    ring = multigraph(n, np.arange(n), (np.arange(n) + 1) % n)

    assert set(eccentricities(ring).tolist()) == {75.0}


@pytest.mark.parametrize(("pods", "hops"), [(1, 4), (3, 4)])
def test_the_diameter_of_a_clos_fabric(pods, hops):
    assert diameter(clos(pods, 4, 2, 3)) == hops


def test_the_diameter_of_nothing():
    assert diameter(multigraph(0, [], [])) == 0
