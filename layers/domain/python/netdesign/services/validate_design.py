"""Use case: a design judged by every rule."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from netdesign.graph.network import compile_network
from netdesign.model.canonical import design_digest
from netdesign.model.design import Design
from netdesign.model.verdict import Report, Waiver
from netdesign.model.vocabulary import Mode
from netdesign.rules.case import Case
from netdesign.rules.engine import NO_CHANGES, RuleSettings, judge
from netdesign.rules.scoring import report
from netdesign.services.workbench import Workbench


def case_of(design: Design, bench: Workbench, waivers: tuple[Waiver, ...] = (), today: str | None = None) -> Case:
    """The case that the rules get for `design`; it is judged as of its requirements' evaluation date.

    Waivers are weighed as of `today`; as of the evaluation date too where that is None.
    """
    return Case(
        network=compile_network(design, bench.catalog),
        requirements=design.requirements,
        catalog=bench.catalog,
        parameters=bench.parameters,
        evaluation_date=design.requirements.evaluation_date,
        waivers=waivers,
        today=today,
    )


def validate_design(
    design: Design,
    bench: Workbench,
    *,
    mode: Mode = Mode.STANDARD,
    settings: RuleSettings = NO_CHANGES,
    waivers: tuple[Waiver, ...] = (),
    today: str | None = None,
) -> Report:
    """Return the report on `design`, waivers weighed as of `today`; all but `duration_ms` follows from arguments."""
    started = perf_counter()
    judged = report_on(case_of(design, bench, waivers, today), mode=mode, settings=settings)
    return replace(judged, duration_ms=round((perf_counter() - started) * 1000, 1))


def report_on(case: Case, *, mode: Mode, settings: RuleSettings = NO_CHANGES) -> Report:
    """Return the report on a case; it depends on the arguments alone."""
    return report(
        judge(case, settings=settings, waivers=case.waivers),
        design=case.design.id,
        design_digest=design_digest(case.design),
        mode=mode,
        parameters=case.parameters,
        catalog=case.catalog.version,
        evaluation_date=case.evaluation_date,
        settings=settings,
        waivers=case.waivers,
        waivers_as_of=case.waiver_day,
    )
