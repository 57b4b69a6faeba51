"""Use case: a design from requirements that can be met, judged before anybody sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from netdesign import __version__
from netdesign.errors import InfeasibleError
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.verdict import Report
from netdesign.model.vocabulary import Mode
from netdesign.rules.engine import NO_CHANGES, RuleSettings
from netdesign.rules.registry import pack_version
from netdesign.services.counter_offers import refusal
from netdesign.services.extend_design import FIND_NOTHING, existing_of, extend_design
from netdesign.services.missed_goals import missed_goals
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import Workbench
from netdesign.synthesis.synthesize import synthesize


@dataclass(frozen=True, slots=True)
class Synthesized:
    """A design and the report on it."""

    design: Design
    report: Report


def synthesize_design(
    document: object,
    bench: Workbench,
    *,
    mode: Mode = Mode.STRICT,
    settings: RuleSettings = NO_CHANGES,
    find: Callable[[str], Design | None] = FIND_NOTHING.get,
) -> Synthesized:
    """Return a judged design for a requirements document: that which it names as `existing`, extended, or a new one.

    `find` gives a kept design by id. Raises `InvalidInputError` where the document is no requirements, and
    `InfeasibleError` with the conflicts where no design can meet them, or where the one that was made costs more
    than a hard budget, is down for longer or takes longer than it may.
    """
    existing = existing_of(document, find)
    if existing is not None:
        design = signed(extend_design(existing, document, bench).design, bench)
        return Synthesized(design, validate_design(design, bench, mode=mode, settings=settings))
    requirements = feasible(resolve_requirements(document, bench))
    try:
        made = design_for(requirements, bench, mode=mode, settings=settings)
        if missed := missed_goals(made.design, made.report, bench):
            raise InfeasibleError(missed)
    except InfeasibleError as error:
        raise refusal(document, error, requirements, bench) from error
    return made


def design_for(
    requirements: ResolvedRequirements,
    bench: Workbench,
    *,
    mode: Mode = Mode.STRICT,
    settings: RuleSettings = NO_CHANGES,
) -> Synthesized:
    """Return a judged design for requirements that are resolved and feasible."""
    design = signed(synthesize(requirements, bench.catalog, bench.parameters), bench)
    return Synthesized(design, validate_design(design, bench, mode=mode, settings=settings))


def signed(design: Design, bench: Workbench) -> Design:
    """The design with the versions of all that it was made with and is first judged by."""
    governance = replace(
        design.governance,
        generator=f"netdesign {__version__}",
        rule_pack=pack_version(),
        parameters=bench.parameters.version,
        catalog=bench.catalog.version,
    )
    return replace(design, governance=governance)
