"""Addresses read from text, all at once: a hundred thousand of them cost what one array operation costs.

An address is 128 bits in two words; an IPv4 address lies in the lowest 32 of them. Text that does not
have the usual shape is read by the standard library, so that what is refused here is refused there.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netdesign.graph.multigraph import Bools, Ints, Longs

    Words = NDArray[np.uint64]
    Bytes = NDArray[np.uint8]

NEWLINE, DOT, SLASH, ZERO, COLON = b"\n./0:"


def _hexadecimal() -> Bytes:
    table = np.full(256, 255, np.uint8)
    for value, letter in enumerate("0123456789abcdef"):
        table[ord(letter)] = table[ord(letter.upper())] = value
    return table


_HEX = _hexadecimal()
_HIGH, _LOW = (
    np.array([(((1 << kept) - 1) << (64 - kept)) & 0xFFFF_FFFF_FFFF_FFFF for kept in some], np.uint64)
    for some in ([min(bits, 64) for bits in range(129)], [max(bits - 64, 0) for bits in range(129)])
)
"""The bits of each word that a prefix of 0 to 128 bits keeps."""
CHUNK = 8192
"""Texts read at a time: what so many take fits in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Parsed:
    """Addresses by position of their text. `version` is 4 or 6, 0 where the text is no address.

    `length` is the prefix length; `stated` says whether the text gave one.
    """

    version: Ints
    high: Words
    low: Words
    length: Ints
    stated: Bools

    def networks(self) -> tuple[Words, Words]:
        """The two words of each address with the host bits cleared."""
        return masked(self.version, self.high, self.low, self.length)


def masked(version: Ints, high: Words, low: Words, length: Ints) -> tuple[Words, Words]:
    """The two words with all bits after `length` cleared."""
    bits = np.where(version == 4, 96, 0) + length
    return high & _HIGH[bits], low & _LOW[bits]


def within(parsed: Parsed, around: Parsed) -> Bools:
    """Which of `parsed` lie whole in one of the prefixes of `around`."""
    inside = np.zeros(parsed.version.size, np.bool_)
    for version, high, low, length in zip(around.version, *around.networks(), around.length, strict=True):
        network = masked(parsed.version, parsed.high, parsed.low, np.minimum(parsed.length, length))
        inside |= (parsed.version == version) & (parsed.length >= length) & (network[0] == high) & (network[1] == low)
    return inside


def parse(texts: Sequence[str]) -> Parsed:
    """The addresses of `texts`, each like `10.0.0.1/31` or `2001:db8::1`."""
    count = len(texts)
    blank = np.zeros(count, np.uint64)
    parsed = Parsed(
        np.zeros(count, np.int32), blank, blank.copy(), np.zeros(count, np.int32), np.zeros(count, np.bool_)
    )
    joined = "\n".join(texts)
    mixed = ":" in joined and "." in joined
    six = np.array([":" in text for text in texts], np.bool_) if mixed else np.full(count, ":" in joined)
    for chosen, read in ((np.flatnonzero(~six), _read_v4), (np.flatnonzero(six), _read_v6)):
        if chosen.size:
            some = texts if chosen.size == count else [texts[at] for at in chosen.tolist()]
            for first in range(0, chosen.size, CHUNK):
                read(_one_a_line(some[first : first + CHUNK]), chosen[first : first + CHUNK], parsed)
    for at in np.flatnonzero(parsed.version == 0).tolist():
        _read_slowly(texts[at], at, parsed)
    return parsed


def _one_a_line(texts: Sequence[str]) -> Bytes:
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.replace("\n", "?") for text in texts)
    return np.frombuffer((joined + "\n").encode("ascii", "replace"), np.uint8)


def _read_v4(data: Bytes, at: Longs, parsed: Parsed) -> None:
    ends = np.flatnonzero(data < ZERO)
    kinds = data[ends]
    last = np.flatnonzero(kinds == NEWLINE)
    count = np.diff(last, prepend=-1)
    for parts in (5, 4):
        rows = np.flatnonzero(count == parts)
        if not rows.size:
            continue
        first = last[rows] - parts + 1
        good = np.ones(rows.size, np.bool_)
        values = []
        for part in range(parts):
            token = first + part
            if part < parts - 1:
                good &= kinds[token] == (SLASH if part == 4 - 1 else DOT)
            value, fine = _decimal(data, ends, token)
            good &= fine & (value <= (32 if part == 4 else 255))
            values.append(value)
        address = (values[0] << 24) | (values[1] << 16) | (values[2] << 8) | values[3]
        kept = at[rows[good]]
        parsed.version[kept] = 4
        parsed.low[kept] = address[good]
        parsed.length[kept] = values[4][good] if parts == 5 else 32
        parsed.stated[kept] = parts == 5


def _decimal(data: Bytes, ends: Longs, token: Longs) -> tuple[Longs, Bools]:
    """The number of each token of 1 to 3 digits without leading zeros, and whether it is one."""
    stop = ends[token]
    size = stop - np.where(token > 0, ends[token - 1] + 1, 0)
    fine = (size >= 1) & (size <= 3)
    value = np.zeros(token.size, np.int64)
    for place, weight in enumerate((1, 10, 100)):
        used = size > place
        digit = np.where(used, data[np.maximum(stop - 1 - place, 0)] - np.uint8(ZERO), 0).astype(np.int64)
        fine &= (digit <= 9) & ~((size == place + 1) & (place > 0) & (digit == 0))
        value += digit * weight
    return value, fine


def _read_v6(data: Bytes, at: Longs, parsed: Parsed) -> None:
    ends = np.flatnonzero((data == COLON) | (data == SLASH) | (data == NEWLINE))
    kinds = data[ends]
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    size = ends - starts
    last = np.flatnonzero(kinds == NEWLINE)
    first = np.concatenate([np.zeros(1, np.int64), last[:-1] + 1])
    stated = (last > first) & (kinds[np.maximum(last - 1, 0)] == SLASH)
    groups = last - first + 1 - stated
    row = np.repeat(np.arange(last.size), last - first + 1)
    place = np.arange(ends.size) - first[row]
    mine = place < groups[row]
    gap, good = _gaps(mine, size, place, row, groups)
    good &= np.add.reduceat((kinds == SLASH).astype(np.int64), first) == stated
    value, fine = _hexadecimals(data, ends, size)
    good &= np.logical_and.reduceat(fine | ~mine, first)
    position = np.where(place < gap[row], place, 8 - (groups[row] - place))
    counts = mine & (size > 0) & good[row]
    shifted = value << (np.uint64(16) * (3 - (np.clip(position, 0, 7) % 4)).astype(np.uint64))
    nothing = np.uint64(0)
    high = np.add.reduceat(np.where(counts & (position < 4), shifted, nothing), first)
    low = np.add.reduceat(np.where(counts & (position >= 4), shifted, nothing), first)
    length, lawful = _decimal(data, ends, last)
    good &= ~stated | (lawful & (length <= 128))
    kept = at[good]
    parsed.version[kept] = 6
    parsed.high[kept], parsed.low[kept] = high[good], low[good]
    parsed.length[kept] = np.where(stated, length, 128)[good]
    parsed.stated[kept] = stated[good]


def _gaps(mine: Bools, size: Longs, place: Longs, row: Longs, groups: Longs) -> tuple[Longs, Bools]:
    """Where each address leaves out groups (8 where it does not), and whether its shape is a usual one."""
    empty = np.flatnonzero(mine & (size == 0))
    holes = np.bincount(row[empty], minlength=groups.size)
    gap = np.full(groups.size, 8, np.int64)
    gap[row[empty[::-1]]] = place[empty[::-1]]
    whole = (holes == 0) & (groups == 8)
    middle = (holes == 1) & (gap > 0) & (gap < groups - 1) & (groups <= 8)
    end = (holes == 2) & (gap > 0) & (gap == groups - 2) & (groups <= 9)
    return gap, whole | middle | end


def _hexadecimals(data: Bytes, ends: Longs, size: Longs) -> tuple[Words, Bools]:
    """The number of each token of up to 4 hexadecimal digits, and whether it is one."""
    fine = size <= 4
    value = np.zeros(ends.size, np.uint64)
    for place in range(4):
        digit = np.where(size > place, _HEX[data[np.maximum(ends - 1 - place, 0)]], 0)
        fine &= digit < 16
        value |= digit.astype(np.uint64) << np.uint64(4 * place)
    return value, fine


def _read_slowly(text: str, at: int, parsed: Parsed) -> None:
    try:
        read = ipaddress.ip_interface(text)
    except ValueError:
        return
    if "%" in text:
        return
    number = int(read.ip)
    parsed.version[at] = read.version
    parsed.high[at], parsed.low[at] = number >> 64, number & 0xFFFF_FFFF_FFFF_FFFF
    parsed.length[at] = read.network.prefixlen
    parsed.stated[at] = "/" in text


def written(version: int, high: int, low: int, length: int | None = None) -> str:
    """The usual text of an address, with its prefix length when one is given."""
    number = (int(high) << 64) | int(low)
    address = ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number)
    return str(address) if length is None else f"{address}/{length}"
