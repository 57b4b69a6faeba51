"""Control packs: a framework as data, and each control judged by the rules that give evidence for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from netdesign.analysis.policy.scope import scope
from netdesign.model.verdict import Finding, Gap, Measure, Status, Verdict
from netdesign.model.vocabulary import DataClass, Framework, Severity
from netdesign.rules.verdicts import rule_of, verdict_of

if TYPE_CHECKING:
    from netdesign.rules.card import Said
    from netdesign.rules.case import Case

SEVERITIES = tuple(Severity)
LEVELS = ("low", "moderate", "high")
DEFAULT_LEVEL = "moderate"
SHOWN = 20


class Aggregation(StrEnum):
    ALL = "all"
    """Every rule that gives evidence has to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control: its id in the framework, its title in our words, and the rules that give evidence.

    A `manual` control needs people's evidence whatever the rules say. `level` is the lowest impact level
    (`low`, `moderate`, `high`) that asks for it. Where nothing holds `data`, what a control is about is not there.
    """

    id: str
    title: str
    evidence: tuple[str, ...] = ()
    aggregation: Aggregation = Aggregation.ALL
    manual: bool = False
    level: str = "low"
    data: DataClass | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """The controls of one version of a framework; `accepts` are the versions that it answers for."""

    framework: Framework
    version: str
    accepts: tuple[str, ...]
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the evidence says of a control: the worst of it. `missing` are rules that the pack of rules lacks.

    The status is None where people have to give evidence.
    """

    control: Control
    status: Status | None
    failing: tuple[Verdict, ...] = ()
    undecided: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def outcome(case: Case, control: Control, answer: Callable[[str], Verdict | None] | None = None) -> Outcome:
    """Judge one control by its evidence: what `answer` says of each rule, or else what the rule says of the case."""
    if control.data is not None and not _is_held(case, control.data):
        return Outcome(control, Status.NOT_APPLICABLE)
    found = {code: answer(code) if answer else verdict_of(case, code) for code in control.evidence}
    missing = tuple(code for code, verdict in found.items() if verdict is None)
    verdicts = [verdict for verdict in found.values() if verdict is not None]
    failing = tuple(verdict for verdict in verdicts if verdict.status is Status.FAIL)
    undecided = tuple(verdict.rule for verdict in verdicts if verdict.status is Status.UNKNOWN)
    status: Status | None = Status.NOT_APPLICABLE
    if failing:
        status = Status.FAIL
    elif control.manual or not verdicts:
        status = None
    elif undecided:
        status = Status.UNKNOWN
    elif any(verdict.status is Status.PASS for verdict in verdicts):
        status = Status.PASS
    return Outcome(control, status, failing, undecided, missing)


def _is_held(case: Case, data: DataClass) -> bool:
    """Whether a zone, an endpoint or a flow of the design has to do with data of a class."""
    held = scope(case.network, data)
    return bool(held.zones or held.groups or held.flows)


def level_of(case: Case, framework: Framework) -> str:
    """The impact level that the requirements name for a framework; moderate where they name none."""
    named = [ref.level for ref in case.requirements.frameworks if ref.framework is framework and ref.level in LEVELS]
    return max((level for level in named if level), key=LEVELS.index, default=DEFAULT_LEVEL)


def chosen(case: Case, pack: Pack) -> tuple[Control, ...]:
    """The controls of the pack that the named impact level asks for."""
    highest = LEVELS.index(level_of(case, pack.framework))
    return tuple(control for control in pack.controls if LEVELS.index(control.level) <= highest)


def computable(control: Control) -> bool:
    """Whether rules of this version can answer the control without people."""
    return not control.manual and any(rule_of(code) is not None for code in control.evidence)


def judge_pack(case: Case, pack: Pack, severity: Severity) -> Iterator[Said]:
    """Yield a finding for each control that fails, a gap for each that cannot be decided, and the coverage.

    A control weighs as much as its worst evidence, and never more than the pack's rule.
    """
    outcomes = tuple(outcome(case, control) for control in chosen(case, pack))
    for one in outcomes:
        if one.status is Status.FAIL:
            yield _finding(pack, one, severity)
        elif one.status is Status.UNKNOWN:
            codes = ", ".join(one.undecided)
            yield Gap(message=f"{pack.framework} {one.control.id} ({one.control.title}): {codes} cannot decide.")
    yield from coverage(pack, outcomes)


def _finding(pack: Pack, one: Outcome, severity: Severity) -> Finding:
    worst = min(SEVERITIES.index(verdict.severity) for verdict in one.failing)
    elements = (element for verdict in one.failing for finding in verdict.findings for element in finding.elements)
    reasons = "; ".join(f"{verdict.rule}: {verdict.findings[0].message}" for verdict in one.failing if verdict.findings)
    return Finding(
        message=f"{pack.framework} {pack.version} control {one.control.id} ({one.control.title}) fails: {reasons}",
        elements=tuple(islice(dict.fromkeys(elements), SHOWN)),
        witness={"control": one.control.id, "failing_rules": [verdict.rule for verdict in one.failing]},
        severity=SEVERITIES[max(worst, SEVERITIES.index(severity))],
    )


def coverage(pack: Pack, outcomes: tuple[Outcome, ...]) -> Iterator[Measure]:
    """How many controls of the pack each answer covers, and which rules it still waits for."""
    computed = sum(one.status is not None for one in outcomes)
    yield Measure(name="pack", value=f"{pack.framework} {pack.version}")
    yield Measure(name="controls", value=len(outcomes))
    yield Measure(name="controls_computed", value=computed)
    for status in Status:
        yield Measure(name=f"controls_{status.value}", value=sum(one.status is status for one in outcomes))
    manual = [one.control.id for one in outcomes if one.status is None]
    yield Measure(name="controls_that_need_human_evidence", value=", ".join(manual) or "none")
    missing = sorted({code for one in outcomes for code in one.missing})
    yield Measure(name="not_yet_computed_by_this_rule_pack", value=", ".join(missing) or "none")
