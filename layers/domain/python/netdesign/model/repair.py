"""What an attempt at repair did to a design, what it costs, and what it had to leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, fields, replace
from enum import Enum
from typing import Any

import orjson

from netdesign.model.canonical import to_document
from netdesign.model.design import Design
from netdesign.model.fact import fact
from netdesign.model.patch import Add, Operation, Patch, Remove, Set, SetGovernance, SetRequirement, collection_of
from netdesign.model.verdict import Scalar, Witness
from netdesign.model.vocabulary import Severity


@fact
class Change:
    """One operation on a design, for a reader: what happens to which fact, the fields it touches, what they said
    `before` and say `after`. A value that is no plain one stands as JSON text."""

    operation: str
    """`add`, `remove`, `set`, `set_requirement` or `set_governance`."""
    collection: str = ""
    id: str = ""
    fields: tuple[str, ...] = ()
    before: Witness = field(default_factory=dict)
    after: Witness = field(default_factory=dict)


@fact
class RepairStep:
    """A change that was verified and kept: which rule asked for it, and what it costs to buy and to run.

    `elements` are those that the rule's findings no longer lie on, or lay on where some are left.
    """

    rule: str
    title: str
    changes: tuple[Change, ...]
    findings_before: int
    findings_after: int
    capital_usd: float = 0
    yearly_usd: float = 0
    elements: tuple[str, ...] = ()


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


def changes_of(patch: Patch, design: Design) -> tuple[Change, ...]:
    """The operations of a patch on `design` for a reader."""
    return tuple(_change(operation, design) for operation in patch)


def _change(operation: Operation, design: Design) -> Change:
    if isinstance(operation, Add):
        new = _told(operation.fact, (one.name for one in fields(operation.fact)))
        return Change(operation="add", collection=operation.collection, id=operation.fact.id, after=new)
    if isinstance(operation, SetRequirement | SetGovernance):
        kind = "set_requirement" if isinstance(operation, SetRequirement) else "set_governance"
        return _set(
            Change(operation=kind),
            operation,
            (design.requirements if isinstance(operation, SetRequirement) else design.governance),
        )
    old = next(one for one in collection_of(design, operation.collection) if one.id == operation.id)
    if isinstance(operation, Remove):
        before = _told(old, (one.name for one in fields(old)))
        return Change(operation="remove", collection=operation.collection, id=operation.id, before=before)
    return _set(Change(operation="set", collection=operation.collection, id=operation.id), operation, old)


def _set(change: Change, operation: Set | SetRequirement | SetGovernance, old: Any) -> Change:
    names = tuple(sorted(operation.changes))
    after = {name: _plain(operation.changes[name]) for name in names}
    return replace(change, fields=names, before=_told(old, names), after=after)


def _told(fact_: Any, names: Iterable[str]) -> Witness:
    return {name: _plain(getattr(fact_, name)) for name in names}


def _plain(value: Any) -> Scalar | list[Scalar]:
    """A value as a document may hold it in one place: lists of plain values stay lists, the rest becomes text."""
    if isinstance(value, tuple | list):
        return [_scalar(one) for one in value]
    return _scalar(value)


def _scalar(value: Any) -> Scalar:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return orjson.dumps(to_document(value), option=orjson.OPT_SORT_KEYS).decode()
