"""Hands out prefixes from supernets so that each can still grow where it is."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from netdesign.errors import ConflictError, Fault, InfeasibleError, InvalidInputError
from netdesign.graph.prefixes import WIDTH, Prefix, overlaps, prefix_at

if TYPE_CHECKING:
    from collections.abc import Iterable


class BuddyAllocator:
    """A buddy system: free space is kept as the largest aligned blocks, split and rejoined on demand."""

    def __init__(self, supernets: Iterable[Prefix]) -> None:
        self.supernets = tuple(sorted(supernets))
        shared = overlaps(self.supernets)
        if shared:
            outer, inner = (self.supernets[index] for index in shared[0])
            fault = Fault("/supernets", f"{outer} and {inner} overlap", "give disjoint supernets")
            raise InvalidInputError("address pool", (fault,))
        self._roots = set(self.supernets)
        self._free = set(self.supernets)
        self._used: set[Prefix] = set()
        self._queues: dict[tuple[int, int], list[Prefix]] = {}
        for supernet in self.supernets:
            self._queues.setdefault((supernet.version, supernet.length), []).append(supernet)

    def allocate(self, length: int, *, version: int = 4, dense: bool = False) -> Prefix:
        """Return a free prefix; raises `InfeasibleError` when no block is large enough.

        The block is the start of the largest free block, so that allocations bisect the space and each
        keeps free room to double in place. `dense` takes the smallest block that fits instead.
        """
        if not 0 <= length <= WIDTH[version]:
            fault = Fault("/length", f"/{length} is no IPv{version} length", f"give 0 to {WIDTH[version]}")
            raise InvalidInputError("address pool", (fault,))
        lengths = range(length, -1, -1) if dense else range(length + 1)
        block = next((b for size in lengths if (b := self._lowest(version, size)) is not None), None)
        if block is None:
            raise self._exhausted(version, length)
        return self._take(block, Prefix(version, block.network, length))

    def reserve(self, prefix: Prefix) -> Prefix:
        """Take exactly `prefix`; raises `ConflictError` when it is not wholly free."""
        around = (prefix_at(prefix.version, prefix.network, size) for size in range(prefix.length + 1))
        block = next((candidate for candidate in around if candidate in self._free), None)
        if block is None:
            raise ConflictError(self._why_not_free(prefix))
        return self._take(block, prefix)

    def grow(self, prefix: Prefix) -> Prefix:
        """Double an allocated prefix in place; raises `ConflictError` when it would have to move."""
        self._expect_used(prefix)
        buddy = _buddy(prefix)
        parent = prefix.parent() if prefix.length else prefix
        if prefix in self._roots or buddy not in self._free or parent.network != prefix.network:
            raise ConflictError(f"{prefix} cannot double in place: its neighbour is not free")
        self._free.discard(buddy)
        self._used.remove(prefix)
        self._used.add(parent)
        return parent

    def free(self, prefix: Prefix) -> None:
        """Give an allocated prefix back and rejoin free neighbours; raises `ConflictError` if not taken."""
        self._expect_used(prefix)
        self._used.remove(prefix)
        while prefix not in self._roots and (buddy := _buddy(prefix)) in self._free:
            self._free.remove(buddy)
            prefix = prefix.parent()
        self._release(prefix)

    def used(self) -> list[Prefix]:
        """Return what is allocated, in order."""
        return sorted(self._used)

    def available(self) -> list[Prefix]:
        """Return the free space as the fewest blocks, in order."""
        return sorted(self._free)

    def _take(self, block: Prefix, wanted: Prefix) -> Prefix:
        """Split `block` down to `wanted` and keep the halves beside it."""
        self._free.remove(block)
        while block.length < wanted.length:
            lower, upper = block.halves()
            block, beside = (lower, upper) if lower.covers(wanted) else (upper, lower)
            self._release(beside)
        self._used.add(wanted)
        return wanted

    def _release(self, block: Prefix) -> None:
        self._free.add(block)
        heappush(self._queues.setdefault((block.version, block.length), []), block)

    def _lowest(self, version: int, length: int) -> Prefix | None:
        """Return the lowest free block of a length; queue items that are no longer free are dropped."""
        queue = self._queues.get((version, length), [])
        while queue and queue[0] not in self._free:
            heappop(queue)
        return queue[0] if queue else None

    def _expect_used(self, prefix: Prefix) -> None:
        if prefix not in self._used:
            raise ConflictError(f"{prefix} is not an allocated prefix")

    def _why_not_free(self, prefix: Prefix) -> str:
        if not any(supernet.covers(prefix) for supernet in self.supernets):
            return f"{prefix} lies outside the supernets {_listed(self.supernets)}"
        taken = [used for used in self.used() if used.covers(prefix) or prefix.covers(used)]
        return f"{prefix} overlaps what is allocated: {_listed(taken)}"

    def _exhausted(self, version: int, length: int) -> InfeasibleError:
        pool = [supernet for supernet in self.supernets if supernet.version == version]
        left = [block for block in self.available() if block.version == version]
        most = f"; the largest free block is {min(left, key=lambda b: b.length)}" if left else ""
        problem = f"no free /{length} is left in {_listed(pool) or f'any IPv{version} supernet'}{most}"
        return InfeasibleError((Fault("/supernets", problem, "add a supernet or ask for smaller blocks"),))


def _buddy(prefix: Prefix) -> Prefix:
    flipped = prefix.network ^ (prefix.size if prefix.length else 0)
    return Prefix(prefix.version, flipped, prefix.length)


def _listed(prefixes: Iterable[Prefix]) -> str:
    shown = [str(prefix) for prefix in prefixes]
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
