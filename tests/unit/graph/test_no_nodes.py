"""A graph without nodes, to which facts may still name edges."""

from __future__ import annotations

import numpy as np

from netdesign.graph.gravity import product_loads
from netdesign.graph.multigraph import Multigraph


def empty(edges: int) -> Multigraph:
    """Edges between nodes that are not there."""
    ends = np.zeros(edges, dtype=np.int32)
    return Multigraph(0, ends, ends, None, np.zeros(0, dtype=np.bool_), np.ones(edges, dtype=np.bool_))


def test_no_edge_is_present():
    assert empty(3).edges_present.tolist() == [False, False, False]


def test_nothing_is_carried():
    nothing = np.zeros((1, 0))
    assert product_loads(empty(2), nothing, nothing).tolist() == [[0.0, 0.0], [0.0, 0.0]]
