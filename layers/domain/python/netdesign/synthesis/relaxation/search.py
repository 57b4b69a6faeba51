"""The least of a row of changes that helps, found in few trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

V = TypeVar("V")


@dataclass(slots=True)
class Trials:
    """How many designs may still be tried."""

    left: int

    def spend(self) -> bool:
        """Take one; False when none is left."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True)
class Least:
    """The place of the least change that was found to help, and whether the one before it was found not to."""

    at: int
    exact: bool


def least(values: Sequence[V], helps: Callable[[V], bool | None]) -> Least | None:
    """The first value that helps where every later one does too; None where the last does not.

    `helps` answers None when no trial is left: the search then ends with what it has.
    """
    if not values or not helps(values[-1]):
        return None
    low, high = -1, len(values) - 1
    while high - low > 1:
        middle = (low + high) // 2
        answer = helps(values[middle])
        if answer is None:
            return Least(high, exact=False)
        low, high = (low, middle) if answer else (middle, high)
    return Least(high, exact=True)
