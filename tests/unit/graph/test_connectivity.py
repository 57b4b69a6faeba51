import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.connectivity import (
    articulation_points,
    blocks,
    bridges,
    component_count,
    components,
    separated_by,
    two_edge_components,
)
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import as_networkx, graphs


def partition(labels):
    groups: dict[int, set[int]] = {}
    for node, label in enumerate(labels.tolist()):
        if label >= 0:
            groups.setdefault(label, set()).add(node)
    return {frozenset(group) for group in groups.values()}


def as_partition(sets):
    return {frozenset(members) for members in sets}


@given(graphs())
def test_components_are_those_of_networkx(graph):
    labels = components(graph)
    expected = as_partition(nx.connected_components(as_networkx(graph)))

    assert partition(labels) == expected
    assert component_count(graph) == len(expected)
    assert (labels >= 0).tolist() == graph.nodes_present.tolist()


@given(graphs())
def test_components_are_numbered_by_smallest_node(graph):
    labels = components(graph)
    first = [np.flatnonzero(labels == number)[0] for number in range(component_count(graph))]

    assert first == sorted(first)


def test_components_of_a_long_shuffled_chain():
    order = np.random.default_rng(1).permutation(5000)
    assert component_count(multigraph(5001, order[:-1], order[1:])) == 2


@given(graphs(), st.data())
def test_separated_by_is_what_is_left_without_the_node(graph, data):
    node = data.draw(st.integers(0, graph.node_count - 1))
    left = as_networkx(graph)
    left.remove_nodes_from([node])

    assert partition(separated_by(graph, node)) == as_partition(nx.connected_components(left))
    assert separated_by(graph, node)[node] == -1


@given(graphs(max_nodes=10, max_edges=20))
def test_articulation_points_are_those_of_networkx(graph):
    assert set(np.flatnonzero(articulation_points(graph))) == set(nx.articulation_points(nx.Graph(as_networkx(graph))))


@given(graphs(max_nodes=10, max_edges=20))
def test_a_bridge_is_an_edge_whose_loss_adds_a_component(graph):
    before = component_count(graph)
    expected = [
        bool(graph.edges_present[edge]) and component_count(graph.without(edges=[edge])) > before
        for edge in range(graph.edge_count)
    ]

    assert bridges(graph).tolist() == expected


def test_parallel_edges_are_no_bridges():
    assert bridges(multigraph(3, [0, 0, 1], [1, 1, 2])).tolist() == [False, False, True]


@given(graphs(max_nodes=10, max_edges=20))
def test_blocks_are_those_of_networkx(graph):
    found: dict[int, set[int]] = {}
    for edge, block in enumerate(blocks(graph).block.tolist()):
        if block >= 0:
            found.setdefault(block, set()).update((int(graph.tail[edge]), int(graph.head[edge])))
    simple = nx.Graph(as_networkx(graph))
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))

    assert as_partition(found.values()) == as_partition(nx.biconnected_components(simple))


@given(graphs(max_nodes=10, max_edges=20))
def test_impact_counts_nodes_cut_off_from_the_largest_piece(graph):
    drawn = as_networkx(graph)
    expected = [0] * graph.node_count
    for node in drawn:
        others = nx.node_connected_component(drawn, node) - {node}
        pieces = [len(piece) for piece in nx.connected_components(drawn.subgraph(others))]
        expected[node] = len(others) - max(pieces, default=0)

    assert blocks(graph).impact.tolist() == expected


@given(graphs(max_nodes=8, max_edges=12))
def test_two_edge_components_survive_any_single_edge(graph):
    drawn = as_networkx(graph)
    drawn.remove_edges_from(list(nx.selfloop_edges(drawn, keys=True)))
    labels = two_edge_components(graph)
    for one in drawn:
        for two in drawn:
            apart = any(
                not nx.has_path(nx.restricted_view(drawn, [], [edge]), one, two) for edge in drawn.edges(keys=True)
            )
            joined = nx.has_path(drawn, one, two) and not apart
            assert (labels[one] == labels[two]) == (joined or one == two)


def test_depth_is_no_limit():
    n = 20_000
    chain = multigraph(n, np.arange(n - 1), np.arange(1, n))

    assert articulation_points(chain).sum() == n - 2
    assert bridges(chain).all()
