"""Loads found part by part are those of all demands routed in the whole graph."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.ecmp import demands, ecmp_loads
from netdesign.graph.multigraph import multigraph
from netdesign.graph.parting import parted_loads, parting


def around_a_node(random, parts):
    """Parts of up to four nodes around node 0, some of them without a way to it."""
    tails, heads, first = [], [], 1
    for _ in range(parts):
        size = int(random.integers(1, 5))
        members = [0, *range(first, first + size)]
        for _ in range(int(random.integers(0, 7))):
            tails.append(int(random.choice(members)))
            heads.append(int(random.choice(members)))
        first += size
    return first, tails, heads


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_parts_carry_what_the_whole_graph_carries(seed):
    random = np.random.default_rng(seed)
    nodes, tails, heads = around_a_node(random, int(random.integers(1, 6)))
    graph = multigraph(nodes, tails, heads, random.integers(1, 4, len(tails)) if seed % 2 else None)
    if seed % 3 == 0:
        graph = graph.without(nodes=[int(random.integers(0, nodes))])
    ends = random.integers(0, nodes, (2, 30))
    wanted = demands(ends[0], ends[1], random.integers(1, 5, 30).astype(float))

    np.testing.assert_allclose(parted_loads(graph, wanted), ecmp_loads(graph, wanted).load, atol=1e-9)


def test_every_part_gets_a_copy_of_the_node_between_them():
    star = multigraph(4, [0, 0, 0], [1, 2, 3])

    apart = parting(star)

    assert apart.node == 0
    assert len(set(apart.copy[1:].tolist())) == 3
    assert apart.graph.edges_present.all()
    assert parted_loads(star, demands(1, 2, 6.0)).tolist() == [[0.0, 6.0, 0.0], [6.0, 0.0, 0.0]]
