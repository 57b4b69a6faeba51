"""Equal rows of several columns get equal numbers: the way to group and to join without a loop."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from enum import Enum

    from numpy.typing import NDArray

    from netdesign.graph.multigraph import Bools, Ints, Longs

MOST = 2**62
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)


def row_codes(*columns: NDArray[Any]) -> Longs:
    """A number from 0 for each row; two rows have the same one exactly when they agree in every column."""
    mixed = np.zeros(columns[0].size, np.uint64)
    for column in columns:
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _FACTORS[0] + column.astype(np.uint64, copy=False) * _FACTORS[1]
    mixed ^= mixed >> np.uint64(32)
    order = np.argsort(mixed)
    ordered = mixed[order]
    starts = np.ones(mixed.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=starts[1:])
    codes = np.empty(mixed.size, np.int64)
    codes[order] = np.cumsum(starts) - 1
    chosen = order[np.flatnonzero(starts)][codes]
    if all(bool((column == column[chosen]).all()) for column in columns):
        return codes
    stacked = np.stack([column.astype(np.uint64) for column in columns], axis=1)
    return np.unique(stacked, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def member_codes(values: Sequence[Enum], members: Iterable[Enum]) -> Ints:
    """The position of each value in `members`; it compares identities, which enumerations guarantee."""
    identities = np.fromiter(map(id, members), np.int64)
    order = np.argsort(identities)
    found = np.searchsorted(identities[order], np.fromiter(map(id, values), np.int64, len(values)))
    return order[found].astype(np.int32)


def text_codes(values: Sequence[str | None], known: dict[str | None, int]) -> Ints:
    """The number of each text in `known`, which grows by the texts that it lacks; None has -1."""
    known.setdefault(None, -1)
    for value in dict.fromkeys(values):
        if value not in known:
            known[value] = len(known) - 1
    return np.fromiter(map(known.__getitem__, values), np.int32, len(values))


def stable_order(values: Longs) -> Longs:
    """The positions of whole numbers from -1 in ascending order of them, equal ones by position."""
    size, top = np.int64(values.size), int(values.max(initial=0)) + 2
    if top * values.size >= 1 << 62:
        return np.argsort(values, kind="stable")
    packed = (values.astype(np.int64) + 1) * size + np.arange(size)
    packed.sort()
    packed %= size
    return packed


def equal_pairs(left: Longs, right: Longs) -> tuple[Longs, Longs]:
    """Every (position in `left`, position in `right`) whose values are equal, by position in `left`.

    The values are whole numbers.
    """
    if not left.size or not right.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    least = min(int(left.min()), int(right.min()))
    left, right = left - least, right - least
    order = stable_order(right)
    first, count = _runs(left, right, order)
    at = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return np.repeat(np.arange(left.size), count), order[at]


def _runs(wanted: Longs, values: Longs, order: Longs) -> tuple[Longs, Longs]:
    """For each of `wanted`, where its equals start in `values[order]` and how many there are."""
    top = int(max(wanted.max(), values.max()))
    if top > 8 * (wanted.size + values.size) + 1024:
        ordered = values[order]
        first = np.searchsorted(ordered, wanted, "left")
        return first, np.searchsorted(ordered, wanted, "right") - first
    counts = np.bincount(values, minlength=top + 1)
    return (np.cumsum(counts) - counts)[wanted], counts[wanted]


def first_equal(wanted: Longs, keys: Longs, values: Longs) -> Longs:
    """The value at the first of `keys` that equals each of `wanted`; -1 where none does."""
    if not keys.size:
        return np.full(wanted.size, -1, np.int64)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], wanted), keys.size - 1)
    found: Longs = np.where(keys[order][at] == wanted, values[order[at]], -1).astype(np.int64)
    return found


def among(values: NDArray[Any], keys: NDArray[Any]) -> Bools:
    """Which of `values` equal one of `keys`; both are whole numbers from -1."""
    if not keys.size or not values.size:
        return np.zeros(values.size, np.bool_)
    top = int(max(values.max(), keys.max()))
    if top <= 16 * (values.size + keys.size) + 1024:
        table = np.zeros(top + 2, np.bool_)
        table[keys + 1] = True
        inside: Bools = table[values + 1]
        return inside
    ordered = np.sort(keys)
    found: Bools = ordered[np.minimum(np.searchsorted(ordered, values), ordered.size - 1)] == values
    return found


def column(facts: Sequence[object], name: str) -> list[Any]:
    """One field of every fact."""
    return list(map(attrgetter(name), facts))


def small_codes(keys: Longs) -> tuple[Longs, Longs]:
    """(first position of each distinct key, number of each key), for keys from 0 that are not much more than many."""
    size = int(keys.max(initial=-1)) + 1
    at = np.full(size, -1, np.int64)
    at[keys[::-1]] = np.arange(keys.size)[::-1]
    present = np.flatnonzero(at >= 0)
    number = np.zeros(size, np.int64)
    number[present] = np.arange(present.size)
    return at[present], number[keys]


def distinct(positions: Longs) -> Longs:
    """Each of some positions once, ascending."""
    return np.flatnonzero(np.bincount(positions)) if positions.size else positions


def whole_numbers(values: Sequence[int]) -> Longs:
    """The numbers as a column; those too large for one become the largest that fit."""
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return np.array([max(-MOST, min(value, MOST)) for value in values], np.int64)
