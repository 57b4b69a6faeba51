"""Typed changes to a design: the one language of repair, refinement, difference and mutation tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, get_args, get_type_hints

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.design import Design

GROUPS = (
    "inventory",
    "cabling",
    "addressing",
    "switching",
    "routing",
    "overlay",
    "security",
    "infrastructure",
    "cloud",
    "traffic",
    "parts",
    "rationale",
)


@dataclass(frozen=True, slots=True)
class Add:
    """Put `fact` into `collection`; its id must be new there."""

    collection: str
    fact: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the fact with `id` out of `collection`."""

    collection: str
    id: str


@dataclass(frozen=True, slots=True)
class Set:
    """Give fields of the fact with `id` new values."""

    collection: str
    id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetRequirement:
    """Give fields of the resolved requirements new values."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetGovernance:
    """Give fields of the design's governance new values."""

    changes: Mapping[str, Any]


Operation = Add | Remove | Set | SetRequirement | SetGovernance
Patch = tuple[Operation, ...]


@cache
def collections() -> dict[str, tuple[str, type]]:
    """Every collection of a design: its name -> the group it is in and the type of its facts."""
    found: dict[str, tuple[str, type]] = {}
    hints = get_type_hints(Design)
    for group in GROUPS:
        for name, hint in get_type_hints(hints[group]).items():
            found[name] = (group, get_args(hint)[0])
    return found


def collection_of(design: Design, name: str) -> tuple[Any, ...]:
    """The facts of the collection `name`; raise `InvalidInputError` where there is no such collection."""
    if name not in collections():
        raise _refused(f"/{name}", "there is no such collection", "use one of " + ", ".join(collections()))
    facts: tuple[Any, ...] = getattr(getattr(design, collections()[name][0]), name)
    return facts


def apply(design: Design, patch: Patch) -> Design:
    """Return a copy of `design` with `patch` applied in order.

    Raises `InvalidInputError` for an unknown collection, id or field, and for an id that is taken.
    """
    changed: dict[str, dict[str, Any]] = {}
    for operation in patch:
        if isinstance(operation, SetRequirement):
            design = replace(design, requirements=_replace(design.requirements, operation.changes, "/requirements"))
        elif isinstance(operation, SetGovernance):
            design = replace(design, governance=_replace(design.governance, operation.changes, "/governance"))
        else:
            name = operation.collection
            if name not in changed:
                changed[name] = {fact.id: fact for fact in collection_of(design, name)}
            _apply_one(changed[name], operation)
    return _with_collections(design, changed)


def _apply_one(facts: dict[str, Any], operation: Add | Remove | Set) -> None:
    name = operation.collection
    if isinstance(operation, Add):
        if operation.fact.id in facts:
            raise _refused(f"/{name}/{operation.fact.id}", "the id is taken", "choose another id or set fields of it")
        facts[operation.fact.id] = operation.fact
        return
    if operation.id not in facts:
        raise _refused(f"/{name}/{operation.id}", "there is no such fact", "name an id that the design has")
    if isinstance(operation, Remove):
        del facts[operation.id]
    else:
        facts[operation.id] = _replace(facts[operation.id], operation.changes, f"/{name}/{operation.id}")


def _replace(value: Any, changes: Mapping[str, Any], pointer: str) -> Any:
    known = {field.name for field in fields(value)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise _refused(f"{pointer}/{unknown[0]}", "there is no such field", "use one of " + ", ".join(sorted(known)))
    return replace(value, **changes)


def _with_collections(design: Design, changed: dict[str, dict[str, Any]]) -> Design:
    by_group: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name, facts in changed.items():
        by_group.setdefault(collections()[name][0], {})[name] = tuple(facts.values())
    groups = {group: replace(getattr(design, group), **new) for group, new in by_group.items()}
    return replace(design, **groups)


def _refused(pointer: str, problem: str, remedy: str) -> InvalidInputError:
    return InvalidInputError("patch", (Fault(pointer, problem, remedy),))
