"""Goals that only the drawn design shows to be out of reach: money, the time for which it is up, and latency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.design import Design
from netdesign.model.verdict import Report, Status, Verdict
from netdesign.model.vocabulary import Severity
from netdesign.services.workbench import Workbench
from netdesign.synthesis.conditions.budget import unpaid
from netdesign.synthesis.conditions.distance import unreached
from netdesign.synthesis.conditions.question import Question
from netdesign.synthesis.conditions.resilience import unattained

BUDGET: Final = "CAP-29"
AVAILABILITY: Final = "TOP-16"
LATENCY: Final = "CAP-27"
BLOCKING: Final = (Severity.CRITICAL, Severity.ERROR)


def missed_goals(design: Design, report: Report, bench: Workbench) -> tuple[Conflict, ...]:
    """What the design was to keep within and does not, as the rules found; nothing where no rule says so."""
    question = Question(design.requirements, bench.catalog, bench.parameters)
    failed = {one.rule: one for one in report.verdicts if one.status is Status.FAIL and one.severity in BLOCKING}
    return (
        *_cost(question, failed.get(BUDGET)),
        *_outage(question, failed.get(AVAILABILITY)),
        *_latency(question, failed.get(LATENCY)),
    )


def _cost(question: Question, verdict: Verdict | None) -> Iterator[Conflict]:
    totals = [_number(finding.witness.get("total_usd")) for finding in verdict.findings] if verdict else []
    if totals:
        yield unpaid(question, max(totals))


def _outage(question: Question, verdict: Verdict | None) -> Iterator[Conflict]:
    reached = [_number(finding.witness.get("availability")) for finding in verdict.findings] if verdict else []
    if reached:
        yield unattained(question, min(reached))


def _latency(question: Question, verdict: Verdict | None) -> Iterator[Conflict]:
    """Where the limit for everything is missed; limits of single flows and of calls are the design's own affair."""
    limit = question.requirements.max_latency_ms
    found = [finding.witness for finding in verdict.findings] if verdict and limit is not None else []
    late = [_number(one.get("one_way_ms")) for one in found if 2 * _number(one.get("allowed_ms")) == limit]
    if late and min(late) > 0:
        yield unreached(question, 2 * max(late))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
