"""A short way once around all sites, to start the search for the shortest from."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from netdesign.errors import ConflictError

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools
    from netdesign.synthesis.backbone.problem import Floats, Ints


def short_tour(sites: int, ends: Ints, cost: Floats) -> Bools:
    """Which spans lead once around: the nearest site next, then every crossing undone (Croes 1958).

    Raises `ConflictError` where some two sites have no span to choose, or there are fewer than three sites.
    """
    length = np.full((sites, sites), np.inf)
    for (a, b), one in zip(ends.tolist(), cost.tolist(), strict=True):
        length[a, b] = length[b, a] = min(length[a, b], one)
    if sites < 3 or np.isinf(length[~np.eye(sites, dtype=np.bool_)]).any():
        raise ConflictError(f"a ring of {sites} sites needs three of them, and a span between every two")
    order = _untangled(_nearest(length), length)
    around = {frozenset(pair) for pair in pairwise((*order, order[0]))}
    chosen = np.zeros(len(cost), dtype=np.bool_)
    for at, pair in enumerate(map(frozenset, ends.tolist())):
        if pair in around and cost[at] == length[tuple(ends[at])]:
            around.remove(pair)
            chosen[at] = True
    return chosen


def _nearest(length: Floats) -> list[int]:
    order, left = [0], set(range(1, len(length)))
    while left:
        order.append(min(left, key=lambda site: (length[order[-1], site], site)))
        left.remove(order[-1])
    return order


def _untangled(order: list[int], length: Floats) -> list[int]:
    better = True
    while better:
        better = False
        for i, j in combinations(range(1, len(order)), 2):
            a, b, c, d = order[i - 1], order[i], order[j], order[(j + 1) % len(order)]
            if a != d and length[a, c] + length[b, d] < length[a, b] + length[c, d] - 1e-9:
                order[i : j + 1] = order[i : j + 1][::-1]
                better = True
    return order
