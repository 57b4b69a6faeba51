"""Rerouting after failures against routing everything anew on the failed graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.graph import rerouting
from netdesign.graph.ecmp import demands, ecmp_loads
from netdesign.graph.multigraph import multigraph
from netdesign.graph.rerouting import base_of, rerouted


def sample(seed: int):
    """A multigraph with loops, parallel edges, equal costs and removed parts, and demands between its nodes."""
    rng = np.random.default_rng(seed)
    nodes, edges = int(rng.integers(2, 9)), int(rng.integers(1, 16))
    cost = rng.integers(1, 4, edges) if seed % 2 else None
    graph = multigraph(nodes, rng.integers(0, nodes, edges), rng.integers(0, nodes, edges), cost)
    demand = np.zeros((nodes, nodes))
    for source, target in rng.integers(0, nodes, (int(rng.integers(1, 8)), 2)).tolist():
        demand[target, source] += 1 + int(rng.integers(0, 3))
    failures = [((), (edge,)) for edge in range(edges)] + [((node,), ()) for node in range(nodes)]
    for _ in range(5):
        pair = tuple(rng.integers(0, nodes, 2).tolist()), tuple(rng.integers(0, edges, 2).tolist())
        failures.append(pair)
    return (graph.without([0], [0]) if seed % 3 == 0 else graph), demand, failures


def wanted(demand):
    target, source = np.nonzero(demand)
    apart = source != target
    return demands(source[apart], target[apart], demand[target, source][apart])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([40, 1 << 22]))
def test_every_failure_gives_the_loads_of_the_failed_graph(seed, budget):
    graph, demand, failures = sample(seed)
    base = base_of(graph, np.arange(graph.node_count), demand)
    whole = ecmp_loads(graph, wanted(demand))
    np.testing.assert_allclose(base.on_edges, whole.load, atol=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rerouting, "BUDGET", budget)
        blocks = list(rerouted(base, failures))

    assert [block.first for block in blocks] == np.cumsum([0, *(len(b.load) for b in blocks)]).tolist()[:-1]
    loads = np.concatenate([block.load for block in blocks])
    lost = np.concatenate([block.lost for block in blocks])
    assert len(loads) == len(failures)
    for (nodes, edges), load, cut in zip(failures, loads, lost, strict=True):
        again = ecmp_loads(graph.without(nodes, edges), wanted(demand))
        np.testing.assert_allclose(load, again.load, atol=1e-9)
        assert cut + whole.unserved.sum() == pytest.approx(again.unserved.sum())


def test_a_failure_on_no_used_path_touches_nothing():
    graph = multigraph(4, [0, 1, 2], [1, 2, 3])
    demand = np.zeros((1, 4))
    demand[0, 0] = 6.0
    base = base_of(graph, np.array([1]), demand)

    assert base.touched((), (2,)) == (0, 0.0)
    count, share = base.touched((), (0,))
    assert count == 1
    assert share == pytest.approx(1.0)
    (block,) = rerouted(base, [((), (2,)), ((), (0,))])
    assert block.load[:, 0].tolist() == [[6.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert block.lost.tolist() == [0.0, 6.0]


def test_no_failures_and_no_destinations():
    graph = multigraph(2, [0], [1])
    base = base_of(graph, np.zeros(0, np.int64), np.zeros((0, 2)))

    assert list(rerouted(base, [])) == []
    (block,) = rerouted(base, [((0,), ())])
    assert block.load.tolist() == [[[0.0], [0.0]]]
