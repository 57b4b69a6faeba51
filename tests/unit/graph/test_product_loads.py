"""Several products of weights at once load edges like all their demands routed one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph.ecmp import demands, ecmp_loads
from netdesign.graph.gravity import product_loads
from netdesign.graph.multigraph import multigraph


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_products_are_sums_of_demands(seed):
    random = np.random.default_rng(seed)
    nodes, edges, products = (int(random.integers(*bounds)) for bounds in ((2, 10), (1, 20), (1, 4)))
    tails, heads = random.integers(0, nodes, (2, edges))
    graph = multigraph(nodes, tails, heads, random.integers(1, 3, edges) if seed % 2 else None)
    if seed % 3 == 0:
        graph = graph.without(nodes=[int(random.integers(0, nodes))])
    leaving, arriving = random.integers(0, 3, (2, products, nodes)).astype(float)
    wanted = leaving.T @ arriving
    np.fill_diagonal(wanted, 0)
    source, target = np.nonzero(wanted)

    expected = ecmp_loads(graph, demands(source, target, wanted[source, target])).load

    assert np.allclose(product_loads(graph, leaving, arriving), expected)
