"""IP prefixes as plain integers: parsing, overlap, aggregation. No address objects on the hot path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from netdesign.errors import Fault, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH = {4: 32, 6: 128}
_OCTETS = {str(octet): octet for octet in range(256)}
_SPELLED_V6 = re.compile(r"[0-9A-Fa-f:.]+").fullmatch


class Prefix(NamedTuple):
    """A block of addresses; `network` has no bit set beyond `length`. Sorts covering blocks first."""

    version: int
    network: int
    length: int

    @property
    def size(self) -> int:
        """Return the number of addresses."""
        return 1 << (WIDTH[self.version] - self.length)

    @property
    def last(self) -> int:
        """Return the highest address."""
        return self.network + self.size - 1

    def covers(self, other: Prefix) -> bool:
        """Return whether every address of `other` is in this prefix."""
        shift = WIDTH[self.version] - self.length
        return (
            self.version == other.version
            and self.length <= other.length
            and self.network >> shift == other.network >> shift
        )

    def parent(self) -> Prefix:
        """Return the prefix of twice the size around this one."""
        return prefix_at(self.version, self.network, self.length - 1)

    def halves(self) -> tuple[Prefix, Prefix]:
        """Return the two prefixes of half the size."""
        lower = Prefix(self.version, self.network, self.length + 1)
        return lower, Prefix(self.version, self.network + lower.size, self.length + 1)

    def __str__(self) -> str:
        return f"{address_text(self.version, self.network)}/{self.length}"


class Interface(NamedTuple):
    """An address together with the length of the subnet it lives in."""

    version: int
    address: int
    length: int

    @property
    def prefix(self) -> Prefix:
        """Return the subnet."""
        return prefix_at(self.version, self.address, self.length)

    def __str__(self) -> str:
        return f"{address_text(self.version, self.address)}/{self.length}"


def prefix_at(version: int, address: int, length: int) -> Prefix:
    """Return the prefix of this length that contains the address."""
    shift = WIDTH[version] - length
    return Prefix(version, address >> shift << shift, length)


def parse_address(text: str) -> tuple[int, int]:
    """Return version and value of an address; raises `InvalidInputError`."""
    version = 6 if ":" in text else 4
    try:
        return version, _parse_v4(text) if version == 4 else _parse_v6(text)
    except (KeyError, ValueError):
        raise _invalid(text, f"not an IPv{version} address", "write it as 192.0.2.1 or 2001:db8::1") from None


def _parse_v4(text: str) -> int:
    first, second, third, fourth = text.split(".")
    return _OCTETS[first] << 24 | _OCTETS[second] << 16 | _OCTETS[third] << 8 | _OCTETS[fourth]


def _parse_v6(text: str) -> int:
    if not _SPELLED_V6(text):  # int() would take signs, spaces and underscores too
        raise ValueError(text)
    head, gap, tail = text.partition("::")
    if not gap:
        value, groups = _parse_groups(text, may_end_as_v4=True)
        if groups != 8:
            raise ValueError(text)
        return value
    upper, above = _parse_groups(head, may_end_as_v4=False)
    lower, below = _parse_groups(tail, may_end_as_v4=True)
    if above + below > 7:
        raise ValueError(text)
    return upper << 16 * (8 - above) | lower


def _parse_groups(text: str, *, may_end_as_v4: bool) -> tuple[int, int]:
    """Return the value of groups between colons, and how many groups they fill."""
    if not text:
        return 0, 0
    words = text.split(":")
    ending = _parse_v4(words.pop()) if may_end_as_v4 and "." in words[-1] else None
    value = 0
    for word in words:
        if len(word) > 4:
            raise ValueError(text)
        value = value << 16 | int(word, 16)
    return (value, len(words)) if ending is None else (value << 32 | ending, len(words) + 2)


def parse_interface(text: str) -> Interface:
    """Return the address and length of `address/length`; a bare address gets the full length."""
    address, slash, digits = text.partition("/")
    version, value = parse_address(address)
    width = WIDTH[version]
    if not slash:
        return Interface(version, value, width)
    if not (digits.isascii() and digits.isdigit()) or int(digits) > width:
        raise _invalid(text, "the length after the slash is not valid", f"give 0 to {width}")
    return Interface(version, value, int(digits))


def parse_prefix(text: str) -> Prefix:
    """Return the prefix; raises `InvalidInputError`, also when bits are set beyond the length."""
    version, address, length = parse_interface(text)
    prefix = prefix_at(version, address, length)
    if prefix.network != address:
        raise _invalid(text, "bits are set beyond the prefix length", f"write {prefix}")
    return prefix


def address_text(version: int, address: int) -> str:
    """Return the canonical spelling (RFC 5952 for IPv6)."""
    if version == 4:
        return ".".join(map(str, address.to_bytes(4)))
    groups = [address >> shift & 0xFFFF for shift in range(112, -1, -16)]
    start, length = _longest_zero_run(groups)
    words = [f"{group:x}" for group in groups]
    if length < 2:
        return ":".join(words)
    return ":".join(words[:start]) + "::" + ":".join(words[start + length :])


def _longest_zero_run(groups: list[int]) -> tuple[int, int]:
    best, start = (0, 0), 0
    for place, group in enumerate(groups):
        if group:
            start = place + 1
        elif place + 1 - start > best[1]:
            best = (start, place + 1 - start)
    return best


def usable_hosts(prefix: Prefix) -> int:
    """Return how many addresses hosts can have.

    IPv4 loses network and broadcast address, IPv6 the subnet-router anycast address; point-to-point
    and single-address prefixes lose nothing (RFC 3021, RFC 6164).
    """
    if prefix.size <= 2:
        return prefix.size
    return prefix.size - (2 if prefix.version == 4 else 1)


def overlaps(prefixes: Sequence[Prefix]) -> list[tuple[int, int]]:
    """Return the index pairs (covering, covered) of all prefixes that share an address.

    Of two equal prefixes the earlier one counts as covering. Takes O(n log n + pairs).
    """
    pairs: list[tuple[int, int]] = []
    covering: list[int] = []
    for index in sorted(range(len(prefixes)), key=prefixes.__getitem__):
        while covering and not prefixes[covering[-1]].covers(prefixes[index]):
            covering.pop()
        pairs.extend((outer, index) for outer in covering)
        covering.append(index)
    return pairs


def summarise(prefixes: Iterable[Prefix]) -> list[Prefix]:
    """Return the fewest prefixes that hold exactly the same addresses, in order."""
    runs: list[tuple[int, int, int]] = []
    for version, network, length in sorted(prefixes):
        end = network + (1 << (WIDTH[version] - length))
        if runs and runs[-1][0] == version and network <= runs[-1][2]:
            runs[-1] = (version, runs[-1][1], max(runs[-1][2], end))
        else:
            runs.append((version, network, end))
    return [prefix for run in runs for prefix in _cut(*run)]


def _cut(version: int, first: int, end: int) -> Iterator[Prefix]:
    """Yield the fewest prefixes from address `first` up to, but without, `end`."""
    width = WIDTH[version]
    while first < end:
        aligned = (first & -first).bit_length() - 1 if first else width
        bits = min(aligned, (end - first).bit_length() - 1)
        yield Prefix(version, first, width - bits)
        first += 1 << bits


def _invalid(text: str, problem: str, remedy: str) -> InvalidInputError:
    return InvalidInputError("prefix", (Fault("", f"{text!r}: {problem}", remedy),))
