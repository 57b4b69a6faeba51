import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.connectivity import components
from netdesign.graph.cycles import contracted, cyclomatic_number, one_cycle_per_component
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import as_networkx, graphs


@given(graphs(max_nodes=8, max_edges=14))
def test_cyclomatic_number_is_what_a_spanning_forest_leaves_over(graph):
    drawn = as_networkx(graph)
    forest = nx.minimum_spanning_edges(drawn, data=False)

    assert cyclomatic_number(graph) == drawn.number_of_edges() - len(list(forest))


@given(graphs(max_nodes=8, max_edges=14))
def test_every_component_with_a_loop_shows_one(graph):
    cycles = one_cycle_per_component(graph)
    kept = np.flatnonzero(graph.nodes_present)
    label = components(graph)
    loops = {label[kept[cycle.nodes[0]]]: cycle for cycle in cycles}
    assert len(loops) == len(cycles)
    for piece in set(label[kept].tolist()):
        rest = np.flatnonzero(label != piece)
        assert (cyclomatic_number(graph.without(nodes=rest)) > 0) == (piece in loops)
    for cycle in cycles:
        assert len(set(cycle.nodes)) == len(cycle.nodes) == len(cycle.edges) == len(set(cycle.edges))
        nodes = [int(kept[node]) for node in cycle.nodes]
        for one, two, edge in zip(nodes, [*nodes[1:], nodes[0]], cycle.edges, strict=True):
            assert sorted((one, two)) == sorted((int(graph.tail[edge]), int(graph.head[edge])))


@given(graphs(max_nodes=7, max_edges=14), st.data())
def test_contraction_keeps_the_edges_between_groups(graph, data):
    group = data.draw(st.lists(st.integers(-1, 3), min_size=graph.node_count, max_size=graph.node_count))
    small = contracted(graph, group)

    for edge, new in enumerate(small.edge_of.tolist()):
        ends = {int(small.node_of[graph.tail[edge]]), int(small.node_of[graph.head[edge]])}
        loop = graph.tail[edge] == graph.head[edge]
        assert (new >= 0) == (bool(graph.edges_present[edge]) and (loop or len(ends) == 2))
        if new >= 0:
            assert {int(small.graph.tail[new]), int(small.graph.head[new])} == ends
            assert small.first_edge[new] == edge
    labels = [label if label >= 0 else ("alone", v) for v, label in enumerate(group)]
    present = np.flatnonzero(graph.nodes_present).tolist()
    assert small.graph.node_count == len({labels[v] for v in present})
    for one in present:
        for two in present:
            assert (small.node_of[one] == small.node_of[two]) == (labels[one] == labels[two])


SQUARE_WITH_LAG = multigraph(4, [0, 0, 1, 2, 3], [1, 1, 2, 3, 0])


@pytest.mark.parametrize(
    ("nodes", "edges", "loops"),
    [
        pytest.param(None, None, [((0, 1), (0, 1))], id="a bundle without its group is a loop"),
        pytest.param(None, [7, 7, -1, -1, -1], [((0, 3, 2, 1), (4, 3, 2, 0))], id="grouped, the ring is left"),
        pytest.param([0, 1, 1, 0], [7, 7, -1, 7, -1], [], id="pairs and a bundle across them: no loop"),
    ],
)
def test_bundles_and_pairs_are_drawn_as_one(nodes, edges, loops):
    found = one_cycle_per_component(SQUARE_WITH_LAG, nodes, edges)
    expected = [(set(n), set(e)) for n, e in loops]

    assert [(set(cycle.nodes), set(cycle.edges)) for cycle in found] == expected


def test_a_cable_from_a_device_to_itself_is_a_loop():
    assert [tuple(c) for c in one_cycle_per_component(multigraph(2, [0, 1], [1, 1]))] == [((1,), (1,))]
