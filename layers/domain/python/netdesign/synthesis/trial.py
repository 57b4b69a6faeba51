"""A request tried with something changed: the design that would come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.decoding import decode
from netdesign.model.design import Design
from netdesign.model.edits import Edit, edited
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.conditions.wording import spoken
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.resolve import resolve
from netdesign.synthesis.synthesize import synthesize


@dataclass(frozen=True, slots=True)
class Shop:
    """What designs are made from and held to."""

    catalog: Catalog
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Edits of the request, parameters by dotted path, and resolved fields that no request can state."""

    edits: tuple[Edit, ...] = ()
    overrides: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


UNCHANGED = Change()


@dataclass(frozen=True, slots=True)
class Understood:
    """A request resolved, and which of its requirements exclude one another."""

    requirements: ResolvedRequirements
    conflicts: tuple[Conflict, ...]


def understood(document: object, shop: Shop, change: Change = UNCHANGED) -> Understood:
    """The request with a change, resolved and tested; raises `InvalidInputError` where it is no request any longer."""
    stated = decode(Requirements, edited(document, change.edits), subject="requirements")
    resolved = resolve(stated, shop.parameters)
    if change.facts:
        resolved = replace(resolved, **change.facts)
    return Understood(resolved, conflicts(resolved, shop.catalog, shop.parameters, spoken(stated)))


def tried(document: object, shop: Shop, change: Change = UNCHANGED) -> Design:
    """The design for the request with a change.

    Raises `InvalidInputError` where it is no request any longer, `InfeasibleError` where no design can meet it.
    """
    altered = Shop(shop.catalog, shop.parameters.with_overrides(change.overrides))
    found = understood(document, altered, change)
    if found.conflicts:
        raise InfeasibleError(found.conflicts)
    return synthesize(found.requirements, altered.catalog, altered.parameters)
