"""Goals that only the drawn design shows to be out of reach: money, and the time for which it is up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.design import Design
from netdesign.model.verdict import Report, Status, Verdict
from netdesign.model.vocabulary import Severity
from netdesign.services.workbench import Workbench
from netdesign.synthesis.conditions.budget import unpaid
from netdesign.synthesis.conditions.question import Question
from netdesign.synthesis.conditions.resilience import unattained

BUDGET: Final = "CAP-29"
AVAILABILITY: Final = "TOP-16"
BLOCKING: Final = (Severity.CRITICAL, Severity.ERROR)


def missed_goals(design: Design, report: Report, bench: Workbench) -> tuple[Conflict, ...]:
    """What the design was to cost at most, or to be up at least, and misses; nothing where no rule says so."""
    question = Question(design.requirements, bench.catalog, bench.parameters)
    failed = {one.rule: one for one in report.verdicts if one.status is Status.FAIL and one.severity in BLOCKING}
    return (*_cost(question, failed.get(BUDGET)), *_outage(question, failed.get(AVAILABILITY)))


def _cost(question: Question, verdict: Verdict | None) -> Iterator[Conflict]:
    totals = [_number(finding.witness.get("total_usd")) for finding in verdict.findings] if verdict else []
    if totals:
        yield unpaid(question, max(totals))


def _outage(question: Question, verdict: Verdict | None) -> Iterator[Conflict]:
    reached = [_number(finding.witness.get("availability")) for finding in verdict.findings] if verdict else []
    if reached:
        yield unattained(question, min(reached))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
