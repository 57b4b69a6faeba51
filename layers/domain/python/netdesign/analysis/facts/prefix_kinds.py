"""What a prefix is for: private use, documentation, hosts of somebody else."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.address_text import masked, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.analysis.facts.address_text import Parsed
    from netdesign.graph.multigraph import Bools, Longs

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
SHARED = ("100.64.0.0/10",)
"""Between customers and their provider (RFC 6598)."""
LINK_LOCAL = ("169.254.0.0/16", "fe80::/10")
SPECIAL = {
    "0.0.0.0/8": "this network",
    "127.0.0.0/8": "loopback inside a host",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "198.18.0.0/15": "benchmarks",
    "224.0.0.0/3": "multicast and reserved",
    "::/8": "reserved",
    "2001:db8::/32": "documentation",
    "3fff::/20": "documentation",
    "fc00::/8": "not assigned",
    "fd00::/48": "unique local without a random number",
    "ff00::/8": "multicast",
}
"""Prefixes that no network may use (RFC 6890, RFC 5737, RFC 3849, RFC 9637, RFC 4193)."""
CONTAINERS = ("172.17.0.0/16",)
"""What container hosts use inside themselves unless they are told otherwise."""


@cache
def _parsed(texts: tuple[str, ...]) -> Parsed:
    return parse(texts)


def inside(prefixes: Parsed, blocks: Sequence[str]) -> Bools:
    """Which prefixes lie in one of the blocks."""
    found = np.zeros(prefixes.version.size, np.bool_)
    known = _parsed(tuple(blocks))
    for at in np.flatnonzero(known.version).tolist():
        rows = np.flatnonzero((prefixes.version == known.version[at]) & (prefixes.length >= known.length[at]))
        length = np.full(rows.size, known.length[at])
        high, low = masked(prefixes.version[rows], prefixes.high[rows], prefixes.low[rows], length)
        found[rows[(high == known.high[at]) & (low == known.low[at])]] = True
    return found


def held_in(prefixes: Parsed, blocks: Sequence[str]) -> list[Longs]:
    """The prefixes (by position, ascending) that lie in each of many blocks."""
    high, low = prefixes.networks()
    columns = (column.tolist() for column in (prefixes.version, high, low, prefixes.length))
    keys = [(version, first << 64 | last, length) for version, first, last, length in zip(*columns, strict=True)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ranked, places = [keys[at] for at in order], np.array(order, np.int64)
    found: list[Longs] = []
    known = parse(blocks)
    for at, (version, length) in enumerate(zip(known.version.tolist(), known.length.tolist(), strict=True)):
        first = int(known.high[at]) << 64 | int(known.low[at])
        beyond = first + (1 << ((32 if version == 4 else 128) - length))
        bounds = bisect_left(ranked, (version, first, length)), bisect_left(ranked, (version, beyond, -1))
        stated = version > 0 and first % (beyond - first) == 0
        found.append(np.sort(places[slice(*bounds)]) if stated else places[:0])
    return found


def special_use(prefixes: Parsed) -> dict[int, str]:
    """What the prefixes that nobody may use are set aside for, by position."""
    return {at: use for block, use in SPECIAL.items() for at in np.flatnonzero(inside(prefixes, (block,))).tolist()}
