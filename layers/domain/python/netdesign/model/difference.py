"""What separates two designs, as the patch that turns the one into the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from netdesign.model.design import Design
from netdesign.model.patch import Add, Operation, Patch, Remove, Set, SetRequirement, collection_of, collections


def difference(old: Design, new: Design) -> Patch:
    """Return the patch that gives `old` the requirements and facts of `new`; governance is no part of it.

    Facts are matched by id. What is added comes before what names it as far as the order of collections allows;
    `apply` checks no names, so that any order of operations on distinct facts gives the same design.
    """
    found: list[Operation] = []
    if old.requirements != new.requirements:
        found.append(SetRequirement(_changes(old.requirements, new.requirements)))
    for name in collections():
        found.extend(_in_collection(name, collection_of(old, name), collection_of(new, name)))
    return tuple(found)


def _in_collection(name: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Operation]:
    before = {fact.id: fact for fact in old}
    after = {fact.id: fact for fact in new}
    for identity, fact in after.items():
        known = before.get(identity)
        if known is None:
            yield Add(name, fact)
        elif known != fact:
            yield Set(name, identity, _changes(known, fact))
    for identity in before:
        if identity not in after:
            yield Remove(name, identity)


def _changes(old: Any, new: Any) -> dict[str, Any]:
    return {
        field.name: getattr(new, field.name)
        for field in fields(new)
        if getattr(old, field.name) != getattr(new, field.name)
    }
