"""Values by prefix: longest match, everything around and everything below a prefix."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Generic, TypeVar

from netdesign.graph.prefixes import Prefix, prefix_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Value = TypeVar("Value")


class PrefixTree(Generic[Value]):
    """An immutable map from prefixes to values; of equal prefixes the last one given wins.

    A match looks up one hash table per prefix length in use, which real tables have few of.
    """

    def __init__(self, items: Iterable[tuple[Prefix, Value]]) -> None:
        self._value = dict(items)
        self._sorted = sorted(self._value)
        self._lengths = {
            version: sorted({prefix.length for prefix in self._sorted if prefix.version == version})
            for version in (4, 6)
        }

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[Prefix]:
        return iter(self._sorted)

    def __contains__(self, prefix: object) -> bool:
        return prefix in self._value

    def __getitem__(self, prefix: Prefix) -> Value:
        return self._value[prefix]

    def longest_match(self, version: int, address: int) -> tuple[Prefix, Value] | None:
        """Return the most specific prefix that holds the address, with its value."""
        for length in reversed(self._lengths[version]):
            prefix = prefix_at(version, address, length)
            if prefix in self._value:
                return prefix, self._value[prefix]
        return None

    def covering(self, prefix: Prefix) -> list[tuple[Prefix, Value]]:
        """Return the prefixes that hold all of `prefix`, itself included, widest first."""
        candidates = (
            prefix_at(prefix.version, prefix.network, length)
            for length in self._lengths[prefix.version]
            if length <= prefix.length
        )
        return [(wide, self._value[wide]) for wide in candidates if wide in self._value]

    def covered(self, prefix: Prefix) -> list[tuple[Prefix, Value]]:
        """Return the prefixes inside `prefix`, itself included, in order."""
        first = bisect_left(self._sorted, prefix)
        end = bisect_left(self._sorted, Prefix(prefix.version, prefix.last + 1, -1))
        return [(narrow, self._value[narrow]) for narrow in self._sorted[first:end]]
