from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.branches import branches
from netdesign.graph.gravity import gravity_loads
from netdesign.graph.multigraph import multigraph
from netdesign.graph.twins import quotient
from tests.unit.graph.samples import clos
from tests.unit.graph.test_gravity import check


@st.composite
def fabrics(draw):
    """Copies of one random part around a few hubs, renumbered at random, sometimes with one flaw."""
    hubs, size, copies = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(2, 4))
    node = st.integers(0, hubs + size - 1)
    template = draw(st.lists(st.tuples(node, node, st.integers(1, 2)), min_size=1, max_size=8))
    weight = draw(st.lists(st.integers(0, 2), min_size=hubs + size, max_size=hubs + size))
    rows, weights = [], weight[:hubs] + weight[hubs:] * copies
    for copy in range(copies):
        placed = [v if v < hubs else v + copy * size for v in range(hubs + size)]
        rows += [(placed[a], placed[b], c) for a, b, c in template if max(a, b) >= hubs or copy == 0]
    name = draw(st.permutations(range(len(weights))))
    costs = [c for _, _, c in rows] if draw(st.booleans()) else None
    graph = multigraph(len(name), [name[a] for a, _, _ in rows], [name[b] for _, b, _ in rows], costs)
    flaw = draw(st.sets(st.sampled_from(range(len(rows))), max_size=1))
    weight_of = dict(zip(name, weights, strict=True))
    return graph.without(edges=flaw), [weight_of[v] for v in range(len(name))]


@settings(max_examples=200)
@given(fabrics())
def test_loads_of_repeated_parts_are_exact(fabric):
    with patch("netdesign.graph.gravity._CHEAP_SEARCHES", 0):
        check(fabric[0], fabric[1], None)


def symmetric_parts(graph, kind=None):
    small = quotient(graph)
    kinds = small.size if kind is None else kind
    return small, branches(small.arcs, kinds, small.strands)


@settings(max_examples=100)
@given(fabrics())
def test_swapping_two_parts_changes_nothing(fabric):
    small, groups = symmetric_parts(fabric[0])
    joins = np.stack([small.arcs.tail, small.arcs.head, small.strands])
    for group in groups:
        for part in range(1, len(group.nodes)):
            node, arc = np.arange(small.size.size), np.arange(small.strands.size)
            node[group.nodes[0]], node[group.nodes[part]] = group.nodes[part], group.nodes[0]
            arc[group.arcs[0]], arc[group.arcs[part]] = group.arcs[part], group.arcs[0]
            swapped = np.stack([node[joins[0]], node[joins[1]], joins[2]])
            assert np.array_equal(swapped, joins[:, arc])
            assert np.array_equal(small.size[node], small.size)


def test_the_pods_of_a_fabric_are_one_group():
    groups = symmetric_parts(clos(pods=6, leaves=4, spines=3, cores_per_spine=2))[1]

    assert [(group.nodes.shape, group.arcs.shape) for group in groups] == [((6, 4), (6, 12))]


def test_a_pod_with_a_failure_stands_alone():
    groups = symmetric_parts(clos(pods=6, leaves=4, spines=3, cores_per_spine=2).without(edges=[0]))[1]

    assert [len(group.nodes) for group in groups] == [5]


def test_kinds_keep_parts_apart():
    small = quotient(clos(pods=4, leaves=2, spines=2, cores_per_spine=2))
    kind = np.arange(small.size.size)

    assert branches(small.arcs, kind, small.strands) == []


def test_a_graph_without_parts_or_arcs_has_no_branches():
    ring = multigraph(5, range(5), [1, 2, 3, 4, 0])

    assert symmetric_parts(ring)[1] == []
    assert symmetric_parts(multigraph(3, [], []))[1] == []


def test_one_search_serves_all_pods(monkeypatch):
    searched: list[int] = []

    def search(small, sent, targets):
        searched.extend(targets)
        return np.zeros(small.strands.size)

    monkeypatch.setattr("netdesign.graph.gravity._flow_towards", search)
    fabric = clos(pods=200, leaves=4, spines=2, cores_per_spine=2)
    gravity_loads(fabric, 1, np.arange(fabric.node_count) < 800)

    assert len(searched) == 1
