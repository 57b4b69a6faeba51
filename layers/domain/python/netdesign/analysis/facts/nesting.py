"""Prefixes that share addresses: of two, one always lies in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.address_text import masked

if TYPE_CHECKING:
    from netdesign.analysis.facts.address_text import Parsed, Words
    from netdesign.graph.multigraph import Ints, Longs

ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def nested(prefixes: Parsed, group: Longs) -> tuple[tuple[int, int], ...]:
    """(outer, inner) positions of prefixes of one group and IP version that share addresses.

    Every prefix that lies in another one is inner once, in the widest; of equal ones the first is outer.
    Text that is no prefix lies in none.
    """
    known = np.flatnonzero(prefixes.version)
    words = prefixes.high[known], prefixes.low[known], prefixes.length[known]
    outer, inner = _nested(group[known], prefixes.version[known], *words)
    return tuple(sorted(zip(known[outer].tolist(), known[inner].tolist(), strict=True)))


def _nested(group: Longs, version: Ints, high: Words, low: Words, length: Ints) -> tuple[Longs, Longs]:
    """As `nested`, by row of columns."""
    count = version.size
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first, last = _ranks(version, high, low, length)
    kind = np.unique(group * 8 + version, return_inverse=True)[1].astype(np.int64) * (2 * count)
    order = np.lexsort((length, first, kind))
    start, end = (kind + first)[order], (kind + last)[order]
    most = np.maximum.accumulate(end)
    holder = np.maximum.accumulate(np.where(end > np.append(-1, most[:-1]), np.arange(count), 0))
    inner = np.flatnonzero(start[1:] <= most[:-1]) + 1
    return order[holder[inner - 1]], order[inner]


def _ranks(version: Ints, high: Words, low: Words, length: Ints) -> tuple[Longs, Longs]:
    """The order of the first and the last address of each prefix among all of them; equal addresses are equal."""
    net = masked(version, high, low, length)
    blank = np.full(version.size, ALL)
    mask = masked(version, blank, blank, length)
    four = version == 4
    top = np.where(four, np.uint64(0), ALL), np.where(four, np.uint64(0xFFFF_FFFF), ALL)
    highs, lows = (np.concatenate([n, n | (~m & t)]) for n, m, t in zip(net, mask, top, strict=True))
    order = np.lexsort((lows, highs))
    fresh = (np.diff(highs[order]) != 0) | (np.diff(lows[order]) != 0)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.concatenate([np.zeros(1, np.int64), np.cumsum(fresh)])
    return rank[: version.size], rank[version.size :]
