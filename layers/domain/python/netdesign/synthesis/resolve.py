"""From requirements as sent to requirements complete: each field stated, inferred or defaulted, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.vendors import vendor_slug
from netdesign.model.requirements import ConstraintType, Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.resolution.demand import demand
from netdesign.synthesis.resolution.facts import Known, default, inferred
from netdesign.synthesis.resolution.intent import DEFAULT_EVALUATION_DATE, intent
from netdesign.synthesis.resolution.population import population


def resolve(
    requirements: Requirements, parameters: Parameters, *, as_of: str = DEFAULT_EVALUATION_DATE
) -> ResolvedRequirements:
    """Return `requirements` with every missing fact supplied; nothing later reads the request again.

    `as_of` (ISO date) is the day for which support and certificates count when no submission date is stated.
    """
    known = {
        fact.field: fact for fact in (*intent(requirements, parameters, as_of), *population(requirements, parameters))
    }
    known |= {fact.field: fact for fact in demand(requirements, parameters, known)}
    known["uninterpreted"] = _uninterpreted(requirements)
    order = [field.name for field in fields(ResolvedRequirements) if field.name != "provenance"]
    values: dict[str, Any] = {name: known[name].value for name in order}
    return ResolvedRequirements(**values, provenance=tuple(known[name].provenance for name in order))


def _uninterpreted(requirements: Requirements) -> Known[tuple[str, ...]]:
    pointers = tuple(_prose(requirements))
    if not pointers:
        return default("uninterpreted", (), "everything stated is used")
    return inferred("uninterpreted", pointers, "words that only people read; no number depends on them", *pointers)


def _prose(requirements: Requirements) -> Iterator[str]:
    """Pointers of stated inputs that nothing computes with."""
    for index, constraint in enumerate(requirements.constraints):
        if constraint.constraint_type is not ConstraintType.BUDGET:
            yield f"/constraints/{index}"
    for field in ("preferred_vendors", "excluded_vendors"):
        for index, name in enumerate(getattr(requirements, field)):
            if vendor_slug(name) is None:
                yield f"/{field}/{index}"
    if requirements.site_locations and requirements.sites:
        yield "/site_locations"
    for field in ("special_requirements", "priority", "submitted_by", "deployment_timeline"):
        if getattr(requirements, field):
            yield f"/{field}"
