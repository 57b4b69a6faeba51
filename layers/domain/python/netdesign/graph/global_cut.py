"""The lightest cut of a weighted graph: the set of nodes whose edges outward weigh least together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Floats


def global_cut(weight: Floats) -> tuple[float, Bools]:
    """The weight of the lightest cut and its side, (nodes,) bool, of the symmetric matrix `weight` (nodes, nodes).

    At least two nodes; O(nodes^3) at worst. Source: Stoer and Wagner, "A simple min-cut algorithm", JACM 44 (1997).
    """
    left = np.array(weight, dtype=np.float64)
    np.fill_diagonal(left, 0.0)
    count = len(left)
    merged = np.eye(count, dtype=np.bool_)
    there = np.ones(count, dtype=np.bool_)
    best, side = float("inf"), merged[0]
    for _ in range(count - 1):
        before, last, cut = _phase(left, there)
        if cut < best:
            best, side = cut, merged[last].copy()
        left[before] += left[last]
        left[:, before] += left[:, last]
        left[before, before] = 0.0
        merged[before] |= merged[last]
        there[last] = False
    return best, side


def _phase(left: Floats, there: Bools) -> tuple[int, int, float]:
    """The last two nodes of a maximum adjacency order, and the weight that the very last is bound with."""
    open_, bound = there.copy(), np.where(there, 0.0, -np.inf)
    before = last = int(there.argmax())
    cut = 0.0
    for _ in range(int(there.sum())):
        before, last = last, int(np.where(open_, bound, -np.inf).argmax())
        cut = float(bound[last])
        open_[last] = False
        bound += np.where(open_, left[last], 0.0)
    return before, last, cut
