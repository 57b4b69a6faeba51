"""What an attempt at repair did to a design, what it costs, and what it had to leave."""

from __future__ import annotations

from netdesign.model.fact import fact
from netdesign.model.patch import Add, Operation, Patch, Remove, Set, SetRequirement
from netdesign.model.vocabulary import Severity


@fact
class Change:
    """One operation on a design, for a reader: what happens to which fact, and the fields it touches."""

    operation: str
    """`add`, `remove`, `set`, `set_requirement` or `set_governance`."""
    collection: str = ""
    id: str = ""
    fields: tuple[str, ...] = ()


@fact
class RepairStep:
    """A change that was verified and kept: which rule asked for it, and what it costs to buy and to run."""

    rule: str
    title: str
    changes: tuple[Change, ...]
    findings_before: int
    findings_after: int
    capital_usd: float = 0
    yearly_usd: float = 0


@fact
class Remainder:
    """A rule that still fails, and why nothing was done about it."""

    rule: str
    severity: Severity
    finding: str
    reason: str


@fact
class Repair:
    """The whole attempt. A design for which `steps` is empty is unchanged."""

    design: str
    digest_before: str
    digest_after: str
    score_before: float
    score_after: float
    valid_before: bool
    valid_after: bool
    steps: tuple[RepairStep, ...]
    left: tuple[Remainder, ...]
    candidates: int
    """How many changes were tried."""

    @property
    def capital_usd(self) -> float:
        """What all steps together cost to buy."""
        return round(sum(step.capital_usd for step in self.steps), 2)

    @property
    def yearly_usd(self) -> float:
        """What all steps together cost a year."""
        return round(sum(step.yearly_usd for step in self.steps), 2)


def changes_of(patch: Patch) -> tuple[Change, ...]:
    """The operations of a patch for a reader."""
    return tuple(_change(operation) for operation in patch)


def _change(operation: Operation) -> Change:
    if isinstance(operation, Add):
        return Change(operation="add", collection=operation.collection, id=operation.fact.id)
    if isinstance(operation, Remove):
        return Change(operation="remove", collection=operation.collection, id=operation.id)
    if isinstance(operation, Set):
        return Change(
            operation="set", collection=operation.collection, id=operation.id, fields=tuple(sorted(operation.changes))
        )
    kind = "set_requirement" if isinstance(operation, SetRequirement) else "set_governance"
    return Change(operation=kind, fields=tuple(sorted(operation.changes)))
