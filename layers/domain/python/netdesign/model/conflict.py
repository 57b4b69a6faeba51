"""Two requirements that no design can meet together, and the cheapest way out of each side."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.edits import Edit
from netdesign.model.fact import fact


class Proof(StrEnum):
    """What was tried of a way out before it was offered."""

    NONE = "none"
    CONDITIONS = "conditions"
    """With it the necessary conditions hold; whether a design exists was not tried."""
    DESIGN = "design"
    """With it a design was made."""


@fact
class Relaxation:
    """A change of one requirement that removes the conflict; `cost` says what giving way costs.

    `edits` are the same change for programs: made to the request as it was sent, they yield one to send instead.
    """

    field: str
    """The name of the field in the request, as a JSON pointer without its first slash."""
    from_value: str
    to_value: str
    statement: str
    cost: str
    edits: tuple[Edit, ...] = ()
    proof: Proof = Proof.NONE


@fact
class Conflict:
    """A necessary condition that fails: the pair of fields, the numbers compared, and the ways out."""

    code: str
    requirements: tuple[str, str]
    statement: str
    numbers: tuple[tuple[str, str], ...]
    relaxations: tuple[Relaxation, ...]

    def __str__(self) -> str:
        ways = "; or ".join(way.statement for way in self.relaxations)
        return f"{self.statement} Way out: {ways}." if ways else self.statement
