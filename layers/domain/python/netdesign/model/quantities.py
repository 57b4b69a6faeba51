"""Which numbers of a design make no sense by themselves: nothing counted, measured or paid is below zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from netdesign.errors import Fault
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections

SIGNED = frozenset({"latitude", "longitude", "floor"})
"""Numbers that may be below zero."""


def negatives_in(design: Design) -> Iterator[Fault]:
    """Every number below zero that counts, measures or prices something."""
    for name, (group, kind) in collections().items():
        for field in _numbers(kind):
            for position, fact in enumerate(collection_of(design, name)):
                value = getattr(fact, field)
                if value is not None and value < 0:
                    pointer = f"/{group}/{name}/{position}/{field}"
                    yield Fault(pointer, f"{value} is below zero", "give a quantity of zero or more")


@cache
def _numbers(kind: type) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    numeric = (int, float, int | None, float | None)
    return tuple(f.name for f in fields(kind) if f.name not in SIGNED and hints[f.name] in numeric)
