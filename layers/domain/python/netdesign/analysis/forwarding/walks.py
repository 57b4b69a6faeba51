"""Walks through forwarding tables: every way that packets can take, and how each ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.tables.fib import Fate, Fib

if TYPE_CHECKING:
    from collections.abc import Iterable


class End(NamedTuple):
    """One way that a walk can end: how, and the tables on a way there, the last one where it ends."""

    fate: Fate
    path: tuple[int, ...]

    @property
    def table(self) -> int:
        """Where it ends."""
        return self.path[-1]


class Walk(NamedTuple):
    """All ways of packets from a table to an address: one `End` for each fate and last table, and the tables passed."""

    ends: tuple[End, ...]
    tables: frozenset[int]

    @property
    def fates(self) -> frozenset[Fate]:
        """How packets can end."""
        return frozenset(end.fate for end in self.ends)

    def lost(self) -> tuple[End, ...]:
        """The ends other than delivery, at their destination or to a provider."""
        return tuple(end for end in self.ends if end.fate not in (Fate.DELIVERED, Fate.OUTSIDE))


def walk(fib: Fib, table: int, version: int, address: int) -> Walk:
    """Every way of packets from a table to an address, over all equal paths."""
    ends: dict[tuple[Fate, int], End] = {}
    seen: set[int] = set()
    stack: list[tuple[int, tuple[int, ...]]] = [(table, (table,))]
    while stack:
        here, path = stack.pop()
        seen.add(here)
        decision = fib.decide(here, version, address)
        if decision.fate is not Fate.FORWARDED:
            ends.setdefault((decision.fate, here), End(decision.fate, path))
            continue
        if decision.broken:
            ends.setdefault((Fate.UNANSWERED, here), End(Fate.UNANSWERED, path))
        for hop in decision.hops:
            if hop.table in path:
                ends.setdefault((Fate.LOOPING, hop.table), End(Fate.LOOPING, (*path, hop.table)))
            elif hop.table not in seen:
                stack.append((hop.table, (*path, hop.table)))
    loops = _missed_loops(fib, seen, version, address) if not any(k[0] is Fate.LOOPING for k in ends) else None
    if loops is not None:
        ends[Fate.LOOPING, loops.table] = loops
    return Walk(tuple(ends.values()), frozenset(seen))


def _missed_loops(fib: Fib, tables: Iterable[int], version: int, address: int) -> End | None:
    return loop(fib, tables, version, address)


def loop(fib: Fib, tables: Iterable[int], version: int, address: int) -> End | None:
    """A circle that packets to an address can go from one of the tables; None where there is none."""
    state: dict[int, int] = {}
    for start in tables:
        if start in state:
            continue
        path = [start]
        state[start] = 1
        ways = [iter(fib.decide(start, version, address).hops)]
        while path:
            hop = next(ways[-1], None)
            if hop is None:
                state[path.pop()] = 2
                ways.pop()
            elif state.get(hop.table) == 1:
                return End(Fate.LOOPING, (*path[path.index(hop.table) :], hop.table))
            elif hop.table not in state:
                state[hop.table] = 1
                path.append(hop.table)
                ways.append(iter(fib.decide(hop.table, version, address).hops))
    return None
