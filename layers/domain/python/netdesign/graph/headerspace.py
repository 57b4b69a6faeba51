"""Sets of packet headers, exact: what rules permit, which rules never act, and a packet to prove it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.errors import Fault, InvalidInputError
from netdesign.graph.boxes import Boxes, carved, clipped, difference, intersection, joined, merged, tidied

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netdesign.graph.prefixes import Prefix

Range = tuple[int, int]
ANY_PROTOCOL: Range = (0, 255)
ANY_PORT: Range = (0, 65535)
ANY_ADDRESS: dict[int, Range] = {4: (0, 2**32 - 1), 6: (0, 2**128 - 1)}


class Packet(NamedTuple):
    """One header."""

    version: int
    source: int
    target: int
    protocol: int
    source_port: int
    target_port: int


class Box(NamedTuple):
    """Headers of one IP version with every field in a range; both ends of a range are included."""

    version: int
    source: Range
    target: Range
    protocol: Range = ANY_PROTOCOL
    source_port: Range = ANY_PORT
    target_port: Range = ANY_PORT

    @property
    def size(self) -> int:
        """Return the exact number of headers."""
        return prod(high - low + 1 for low, high in self[1:])

    def contains(self, packet: Packet) -> bool:
        """Return whether the header lies in this box."""
        fields = zip(self[1:], packet[1:], strict=True)
        return self.version == packet.version and all(low <= value <= high for (low, high), value in fields)


def any_box(version: int) -> Box:
    """Return every header of an IP version."""
    return Box(version, ANY_ADDRESS[version], ANY_ADDRESS[version])


def address_range(prefix: Prefix) -> Range:
    """Return the addresses of a prefix as a range."""
    return (prefix.network, prefix.last)


_Grid = tuple[list[int], ...]
_DIMENSIONS = len(Box._fields)


@dataclass(frozen=True, eq=False)
class Space:
    """A set of headers as disjoint boxes; `&`, `|` and `-` are exact.

    Coordinates are kept as positions between the bounds that occur in `grid`, so that 128-bit
    addresses take four bytes and spaces of one rule set combine without conversion.
    """

    grid: _Grid
    cells: Boxes

    def __and__(self, other: Space) -> Space:
        if other is everything() or not self:
            return self
        if self is everything() or not other:
            return other
        grid, mine, theirs = _aligned(self, other)
        return Space(grid, intersection(mine, theirs))

    def __sub__(self, other: Space) -> Space:
        if not self or not other:
            return self
        grid, mine, theirs = _aligned(self, other)
        return Space(grid, difference(mine, theirs))

    def __or__(self, other: Space) -> Space:
        if not self or not other:
            return self or other
        grid, mine, theirs = _aligned(self, other)
        return Space(grid, joined([mine, difference(theirs, mine)], _DIMENSIONS))

    def __bool__(self) -> bool:
        return self.cells.number > 0

    def covers(self, other: Space) -> bool:
        """Return whether every header of `other` is in this space."""
        return not other - self

    def equals(self, other: Space) -> bool:
        """Return whether both hold the same headers, however they are cut into boxes."""
        return self.covers(other) and other.covers(self)

    def __contains__(self, packet: Packet) -> bool:
        return any(box.contains(packet) for box in self.boxes)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Return the disjoint boxes, in order."""
        rows = zip(self.cells.low.tolist(), self.cells.high.tolist(), strict=True)
        return tuple(sorted(self._box(low, high) for low, high in rows))

    @cached_property
    def size(self) -> int:
        """Return the exact number of headers."""
        return sum(box.size for box in self.boxes)

    def witness(self) -> Packet | None:
        """Return the smallest header in the space, or None if it is empty."""
        if not self:
            return None
        first = np.lexsort(self.cells.low.T[::-1])[0]
        box = self._box(self.cells.low[first].tolist(), self.cells.high[first].tolist())
        return Packet(box.version, *(low for low, _ in box[1:]))

    def simplified(self) -> Space:
        """Return the same headers in fewer boxes where boxes touch."""
        return Space(self.grid, merged(self.cells))

    def _box(self, low: list[int], high: list[int]) -> Box:
        bounds = zip(self.grid, low, high, strict=True)
        version, *fields = ((values[at], values[to + 1] - 1) for values, at, to in bounds)
        return Box(version[0], *fields)


def space(boxes: Iterable[Box]) -> Space:
    """Return the union of boxes, which may overlap; raises `InvalidInputError` for a reversed range."""
    given = list(boxes)
    grid = _grid(given)
    union = joined([], _DIMENSIONS)
    for low, high in zip(*_cells(grid, given), strict=True):
        one = Boxes(low[None], high[None])
        union = joined([union, difference(one, clipped(union, low, high))], _DIMENSIONS)
    return Space(grid, union)


@cache
def everything(version: int | None = None) -> Space:
    """Return all headers, of one IP version or of both."""
    return space(any_box(v) for v in ((4, 6) if version is None else (version,)))


NOTHING = Space(tuple([0] for _ in range(_DIMENSIONS)), joined([], _DIMENSIONS))


class Rule(NamedTuple):
    """One line of an ordered policy; it matches a header that lies in any of its boxes."""

    permit: bool
    boxes: tuple[Box, ...]


@dataclass(frozen=True, eq=False)
class Policy:
    """What an ordered rule list does. A header that no rule matches is neither permitted nor denied.

    `effective[i]` holds the headers that rule i decides: it is empty when earlier rules shadow it.
    """

    permitted: Space
    denied: Space
    effective: tuple[Space, ...]


def first_match(rules: Sequence[Rule]) -> Policy:
    """Return the exact effect of rules of which the first that matches decides.

    What is still undecided is carved rule by rule, so that the work grows with the pieces that are
    left and not with pairs of rules.
    """
    boxes = [box for rule in rules for box in rule.boxes]
    grid = _grid(boxes)
    corners = zip(*_cells(grid, boxes), strict=True)
    undecided = _hull(grid)
    effective, settled = [], undecided.number
    for rule in rules:
        taken = []
        for low, high in islice(corners, len(rule.boxes)):
            inside, undecided = carved(undecided, low, high)
            taken.append(inside)
        effective.append(Space(grid, joined(taken, _DIMENSIONS)))
        tidy = tidied(undecided, settled)
        settled, undecided = (tidy.number if tidy is not undecided else settled), tidy
    permitted = [part.cells for part, rule in zip(effective, rules, strict=True) if rule.permit]
    denied = [part.cells for part, rule in zip(effective, rules, strict=True) if not rule.permit]
    return Policy(_union(grid, permitted), _union(grid, denied), tuple(effective))


def _union(grid: _Grid, parts: list[Boxes]) -> Space:
    return Space(grid, merged(joined(parts, _DIMENSIONS)))


def _ranges(box: Box) -> tuple[Range, ...]:
    return ((box.version, box.version), *box[1:])


def _grid(boxes: Iterable[Box]) -> _Grid:
    """Return, per field, every value at which some range begins or has just ended."""
    bounds: list[set[int]] = [set() for _ in range(_DIMENSIONS)]
    for box in boxes:
        for values, (low, high) in zip(bounds, _ranges(box), strict=True):
            if low > high:
                fault = Fault("", f"the range {low}..{high} is reversed", "give the lower end first")
                raise InvalidInputError("header space", (fault,))
            values.update((int(low), int(high) + 1))
    return tuple(sorted(values) for values in bounds)


def _cells(grid: _Grid, boxes: Sequence[Box]) -> Boxes:
    """Return the boxes, overlaps and all, as positions in the grid."""
    at = [{value: place for place, value in enumerate(values)} for values in grid]
    low = [[at[d][low] for d, (low, _) in enumerate(_ranges(box))] for box in boxes]
    high = [[at[d][high + 1] - 1 for d, (_, high) in enumerate(_ranges(box))] for box in boxes]
    shape = (len(boxes), _DIMENSIONS)
    return Boxes(*(np.array(corner, dtype=np.int32).reshape(shape) for corner in (low, high)))


def _hull(grid: _Grid) -> Boxes:
    """Return one box around the whole grid."""
    if not grid[0]:
        return joined([], _DIMENSIONS)
    high = np.array([[len(values) - 2 for values in grid]], dtype=np.int32)
    return Boxes(np.zeros_like(high), high)


def _aligned(one: Space, two: Space) -> tuple[_Grid, Boxes, Boxes]:
    """Return both spaces on one grid."""
    if one.grid is two.grid:
        return one.grid, one.cells, two.cells
    if not one or not two:
        return (one or two).grid, one.cells, two.cells
    grid = tuple(sorted({*a, *b}) for a, b in zip(one.grid, two.grid, strict=True))
    return grid, _moved(one, grid), _moved(two, grid)


def _moved(part: Space, grid: _Grid) -> Boxes:
    """Return the cells of a space as positions in a finer grid."""
    low, high = np.empty_like(part.cells.low), np.empty_like(part.cells.high)
    for d, (coarse, fine) in enumerate(zip(part.grid, grid, strict=True)):
        place = np.array([bisect_left(fine, value) for value in coarse], dtype=np.int32)
        low[:, d] = place[part.cells.low[:, d]]
        high[:, d] = place[part.cells.high[:, d] + 1] - 1
    return Boxes(low, high)
