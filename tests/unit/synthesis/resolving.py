"""Requests resolved and asked for conflicts, with the shipped catalogue and parameters."""

from __future__ import annotations

from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.conflict import Conflict
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.conditions.wording import spoken
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.resolve import resolve
from tests.unit.model.requests import SMALL, request


def resolved(base: dict[str, Any] = SMALL, /, **fields: Any) -> ResolvedRequirements:
    """The resolved form of `base` with some fields replaced."""
    return resolve(decode(Requirements, request(base, **fields), subject="requirements"), default_parameters())


def conflicts_of(document: dict[str, Any]) -> tuple[Conflict, ...]:
    """The conflicts of a request."""
    stated = decode(Requirements, document, subject="requirements")
    return conflicts(resolve(stated, default_parameters()), default_catalog(), default_parameters(), spoken(stated))
