"""More lines until no two sites are too many hops, or too long a way, apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Floats
    from netdesign.synthesis.wan.line_plan import Ground

Pair = tuple[int, int]


def near_enough(
    ground: Ground, pairs: Sequence[Pair], offers: Iterable[Sequence[int]], hops: int, stretch: float | None
) -> list[Pair]:
    """The pairs, and of the others those that bring most sites near for their cost, until all are near.

    Two sites are near if so many hops join them and, where a stretch is given, a way not longer than that many times
    the direct one.
    """
    chosen = list(pairs)
    left = [(int(a), int(b)) for a, b in offers if (int(a), int(b)) not in set(chosen)]
    step, way = _measured(ground, chosen)
    while far := _far(ground, step, way, hops, stretch):
        gains = [(_far_with(ground, step, way, pair, hops, stretch), ground.usd(*pair), pair) for pair in left]
        best = max(gains, key=lambda gain: ((far - gain[0]) / gain[1], -gain[1], gain[2]))
        chosen.append(best[2])
        left.remove(best[2])
        step, way = _measured(ground, chosen)
    return chosen


def _measured(ground: Ground, pairs: Iterable[Pair]) -> tuple[Floats, Floats]:
    """(sites, sites): fewest hops, and kilometres of the shortest way (Floyd 1962)."""
    count = len(ground.sites)
    step, way = np.full((count, count), np.inf), np.full((count, count), np.inf)
    for a, b in pairs:
        step[a, b] = step[b, a] = 1.0
        way[a, b] = way[b, a] = ground.km[a, b]
    for matrix in (step, way):
        np.fill_diagonal(matrix, 0.0)
        for middle in range(count):
            np.minimum(matrix, matrix[:, middle, None] + matrix[None, middle], out=matrix)
    return step, way


def _far(ground: Ground, step: Floats, way: Floats, hops: int, stretch: float | None) -> int:
    """How many pairs of sites are too far apart, each counted from both ends."""
    far = step > hops
    if stretch is not None and ground.known:
        far |= way > stretch * ground.km + 1e-6
    return int(far.sum())


def _far_with(ground: Ground, step: Floats, way: Floats, pair: Pair, hops: int, stretch: float | None) -> int:
    a, b = pair
    nearer = [
        np.minimum.reduce([
            matrix,
            matrix[:, a, None] + length + matrix[None, b],
            matrix[:, b, None] + length + matrix[None, a],
        ])
        for matrix, length in ((step, 1.0), (way, float(ground.km[a, b])))
    ]  # fmt: skip
    return _far(ground, nearer[0], nearer[1], hops, stretch)
