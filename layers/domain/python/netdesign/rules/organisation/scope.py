"""What an expression sees while it is computed, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from netdesign.rules.case import Case

MAX_STEPS = 5_000_000
"""Steps that one rule may take over a whole design."""


class MissingError(Exception):
    """A fact that the expression needs is not there."""


class UnfitError(Exception):
    """The expression cannot be computed for this element: a division by zero, numbers held against text."""


@dataclass(slots=True)
class Scope:
    """What an expression may see: the case, the element it is about, loop variables, and what work is left."""

    case: Case
    facts: dict[str, Any]
    left: list[int] = field(default_factory=lambda: [MAX_STEPS])

    def step(self) -> None:
        """Count one step; raise `UnfitError` when there were too many."""
        self.left[0] -= 1
        if self.left[0] < 0:
            raise UnfitError(f"it takes more than {MAX_STEPS:,} steps")
