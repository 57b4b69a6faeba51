"""Sets of disjoint integer boxes of any dimension, as arrays: the engine of the header space."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Corners = NDArray[np.int32]

_TIDY_ABOVE = 64


class Boxes(NamedTuple):
    """Disjoint boxes; box i spans `low[i, d]` to `high[i, d]`, both included, in dimension d."""

    low: Corners
    high: Corners

    @property
    def number(self) -> int:
        """Return the number of boxes."""
        return int(self.low.shape[0])

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Boxes:
        """Return some of the boxes."""
        return Boxes(self.low[chosen], self.high[chosen])


def joined(parts: Iterable[Boxes], dimensions: int) -> Boxes:
    """Return the boxes of all parts, which must not overlap."""
    kept = list(parts) or [Boxes(*(np.zeros((2, 0, dimensions), dtype=np.int32)))]
    return Boxes(np.concatenate([part.low for part in kept]), np.concatenate([part.high for part in kept]))


def clipped(boxes: Boxes, low: Corners, high: Corners) -> Boxes:
    """Return what lies inside the box from `low` to `high`."""
    inside = boxes.rows(_meets(boxes, low, high))
    return Boxes(np.maximum(inside.low, low), np.minimum(inside.high, high))


def carved(boxes: Boxes, low: Corners, high: Corners) -> tuple[Boxes, Boxes]:
    """Return what lies inside the box from `low` to `high`, and what is left outside it."""
    meets = _meets(boxes, low, high)
    if not meets.any():
        return boxes.rows(slice(0, 0)), boxes
    rest_low, rest_high = boxes.low[meets], boxes.high[meets]
    outside = [boxes.rows(~meets)]
    for d in range(low.size):
        below = rest_low[:, d] < low[d]
        if below.any():
            piece = Boxes(rest_low[below], rest_high[below])
            piece.high[:, d] = low[d] - 1
            rest_low[:, d] = np.maximum(rest_low[:, d], low[d])
            outside.append(piece)
        above = rest_high[:, d] > high[d]
        if above.any():
            piece = Boxes(rest_low[above], rest_high[above])
            piece.low[:, d] = high[d] + 1
            rest_high[:, d] = np.minimum(rest_high[:, d], high[d])
            outside.append(piece)
    return Boxes(rest_low, rest_high), joined(outside, low.size)


def intersection(one: Boxes, two: Boxes) -> Boxes:
    """Return what lies in both."""
    few, many = (one, two) if one.number < two.number else (two, one)
    few = _near(few, many)
    parts = (clipped(many, few.low[i], few.high[i]) for i in range(few.number))
    return joined(parts, one.low.shape[1])


def difference(boxes: Boxes, removed: Boxes) -> Boxes:
    """Return what lies in `boxes` and not in `removed`."""
    left, removed = boxes, _near(removed, boxes)
    for i in range(removed.number):
        if not left.number:
            break
        left = tidied(carved(left, removed.low[i], removed.high[i])[1], boxes.number)
    return left


def _near(boxes: Boxes, others: Boxes) -> Boxes:
    """Return the boxes that meet the one box around some others."""
    if not others.number:
        return boxes.rows(slice(0, 0))
    return boxes.rows(_meets(boxes, others.low.min(axis=0), others.high.max(axis=0)))


def tidied(boxes: Boxes, before: int) -> Boxes:
    """Return the boxes merged where that is cheap to see, if they have become many."""
    return merged(boxes) if boxes.number > max(_TIDY_ABOVE, 2 * before) else boxes


def merged(boxes: Boxes) -> Boxes:
    """Return the same set with boxes joined that touch in one dimension and agree in all others."""
    for d in range(boxes.low.shape[1]):
        boxes = _merged_along(boxes, d)
    return boxes


def _merged_along(boxes: Boxes, d: int) -> Boxes:
    if boxes.number < 2:
        return boxes
    others = [k for k in range(boxes.low.shape[1]) if k != d]
    columns = [boxes.low[:, d], *(boxes.high[:, k] for k in others), *(boxes.low[:, k] for k in others)]
    order = np.lexsort(columns)
    low, high = boxes.low[order], boxes.high[order]
    continues = low[1:, d] == high[:-1, d] + 1
    for k in others:
        continues &= (low[1:, k] == low[:-1, k]) & (high[1:, k] == high[:-1, k])
    first = np.flatnonzero(np.concatenate([[True], ~continues]))
    last = np.concatenate([first[1:], [boxes.number]]) - 1
    high[first, d] = high[last, d]
    return Boxes(low[first], high[first])


def _meets(boxes: Boxes, low: Corners, high: Corners) -> NDArray[np.bool_]:
    meets = np.ones(boxes.number, dtype=np.bool_)
    for d in range(low.size):
        meets &= boxes.low[:, d] <= high[d]
        meets &= boxes.high[:, d] >= low[d]
    return meets
