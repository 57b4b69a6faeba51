"""Use case: a client's requirements made complete and tested for feasibility."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.services.counter_offers import with_offers
from netdesign.services.workbench import Workbench
from netdesign.synthesis.conditions.wording import spoken
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.resolve import resolve


@dataclass(frozen=True, slots=True)
class Analysis:
    """Requirements with the provenance of each field, and what keeps them from being met."""

    requirements: ResolvedRequirements
    conflicts: tuple[Conflict, ...]


def resolve_requirements(document: object, bench: Workbench) -> Analysis:
    """Return the analysis of a document; raise `InvalidInputError` where it is no requirements."""
    stated = decode(Requirements, document, subject="requirements")
    resolved = resolve(stated, bench.parameters)
    found = conflicts(resolved, bench.catalog, bench.parameters, spoken(stated))
    return Analysis(resolved, with_offers(document, found, resolved, bench))


def feasible(analysis: Analysis) -> ResolvedRequirements:
    """Return the requirements of `analysis`; raise `InfeasibleError` with the conflicts where there are any."""
    if analysis.conflicts:
        raise InfeasibleError(analysis.conflicts)
    return analysis.requirements
