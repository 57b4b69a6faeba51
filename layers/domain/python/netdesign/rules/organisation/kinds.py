"""What an expression can be about: plain values, one fact, several facts, or a part of a fact."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from netdesign.model.patch import collections
from netdesign.model.references import REFERENCES


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a text, a truth value or nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A fact of a collection, or (with a path) a nested part of it; `type` is its class."""

    collection: str
    type: type
    path: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The id of a fact of `collection`; a step further leads to the fact itself."""

    collection: str


@dataclass(frozen=True, slots=True)
class Several:
    """Many of a kind."""

    item: Value | Part | Named


Kind = Value | Part | Named | Several

VALUE = Value()


def element(collection: str) -> Part:
    """The kind of the facts of a collection."""
    return Part(collection, collections()[collection][1])


@cache
def fields_of(kind: Part) -> dict[str, Kind]:
    """The fields of a fact or of a nested part, by name, with their kinds."""
    return {name: _kind(kind, name, hint) for name, hint in get_type_hints(kind.type).items()}


def _kind(owner: Part, name: str, hint: Any) -> Kind:
    path = f"{owner.path}{name}"
    targets = REFERENCES.get(owner.collection, {}).get(path, ())
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if len(targets) == 1:
            return Several(Named(targets[0]))
        nested = isinstance(inner, type) and is_dataclass(inner)
        return Several(Part(owner.collection, inner, f"{path}.") if nested else VALUE)
    if len(targets) == 1:
        return Named(targets[0])
    if isinstance(hint, type) and is_dataclass(hint):
        return Part(owner.collection, hint, f"{path}.")
    return VALUE
