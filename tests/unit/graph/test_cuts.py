from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.connectivity import components
from netdesign.graph.cuts import CutFinder
from netdesign.graph.multigraph import multigraph
from tests.unit.graph.samples import graphs, woven


def failing(graph, elements):
    """The graph after elements failed: nodes below the node count, edges from there on."""
    nodes = [element for element in elements if element < graph.node_count]
    return graph.without(nodes, [e - graph.node_count for e in elements if e >= graph.node_count])


def tried_out(graph, source, target):
    """All minimal cuts of one and of two elements, by failing everything in turn."""
    nodes = set(np.flatnonzero(graph.nodes_present).tolist()) - {source, target}
    elements = [*nodes, *(graph.node_count + np.flatnonzero(graph.edges_present)).tolist()]

    def separates(some):
        label = components(failing(graph, some))
        return label[source] != label[target]

    single = {element for element in elements if separates([element])}
    others = [element for element in elements if element not in single]
    return single, {frozenset(pair) for pair in combinations(others, 2) if separates(pair)}


@settings(max_examples=200)
@given(graphs(max_nodes=8, max_edges=12, min_nodes=2) | woven(), st.data())
def test_cuts_are_exactly_those_found_by_trying(graph, data):
    source, target = data.draw(st.permutations(range(graph.node_count)))[:2]
    cuts = CutFinder(graph).between(source, target)
    label = components(graph)

    assert cuts.connected == (label[source] == label[target] >= 0)
    if cuts.connected:
        single, double = tried_out(graph, source, target)
        found = {
            frozenset((int(pair.first[i]), int(pair.second[j])))
            for pair in cuts.pairs
            for i, j in zip(*np.nonzero(pair.separates), strict=True)
        }
        assert set(cuts.single.tolist()) == single
        assert found == double


def test_a_chain_of_rings_is_searched_ring_by_ring():
    graph = multigraph(5, [0, 1, 2, 0, 2, 3, 4], [1, 2, 0, 2, 3, 4, 2])
    cuts = CutFinder(graph).between(0, 4)

    assert cuts.single.tolist() == [2]
    assert [pair.separates.sum() for pair in cuts.pairs] == [3]


def test_a_node_is_not_cut_off_from_itself():
    cuts = CutFinder(multigraph(2, [0], [1])).between(0, 0)

    assert (cuts.connected, cuts.single.tolist(), cuts.pairs) == (True, [], ())
