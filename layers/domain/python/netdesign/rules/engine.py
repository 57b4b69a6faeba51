"""Runs the rules over a case and turns what they say into verdicts."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from netdesign.analysis.facts.days import day
from netdesign.analysis.facts.fewer_sites import fewer_sites
from netdesign.model.verdict import Finding, Gap, Measure, Status, Verdict, Waiver
from netdesign.model.vocabulary import Severity
from netdesign.rules.card import Rule
from netdesign.rules.case import Case
from netdesign.rules.registry import all_rules

WAIVER_RULE = "CMP-28"
"""The rule that judges waivers."""

MAX_FINDINGS = 100
"""Findings kept per verdict; the count of the rest is kept."""

SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What an organisation changed: rules switched off, severities overridden, rules of its own."""

    disabled: frozenset[str] = frozenset()
    severities: tuple[tuple[str, Severity], ...] = ()
    own_rules: tuple[Rule, ...] = ()
    profile: str | None = None
    """The name of the profile that the changes come from."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Why rules were switched off or given another severity, by code."""

    def rules(self) -> tuple[Rule, ...]:
        """Every rule that is switched on: the shipped ones, then the organisation's own."""
        return tuple(rule for rule in (*all_rules(), *self.own_rules) if rule.code not in self.disabled)


NO_CHANGES = RuleSettings()


def judge(
    case: Case,
    *,
    rules: Iterable[Rule] | None = None,
    settings: RuleSettings = NO_CHANGES,
    waivers: tuple[Waiver, ...] = (),
) -> tuple[Verdict, ...]:
    """Return one verdict for each enabled rule, in the order of the rules."""
    severities = dict(settings.severities)
    chosen = settings.rules() if rules is None else rules
    with _collector_paused():
        verdicts = [judge_one(rule, case) for rule in chosen if rule.code not in settings.disabled]
    return tuple(_accepted(_overridden(verdict, severities), waivers, case.waiver_day) for verdict in verdicts)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection within: analyses make millions of objects that live on, and hardly any cycle."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def judge_one(rule: Rule, case: Case) -> Verdict:
    """Return the verdict of one rule, worked out once per case. A rule that raises is a critical failure of its own."""
    days = (case.evaluation_date, case.waiver_day)
    key = ("verdict", id(rule), id(case.requirements), id(case.parameters), days, case.waivers)
    # What is kept holds rule and case, so that their identities are not given to others.
    kept: tuple[Rule, Case, Verdict] = case.network.memo(key, lambda: (rule, case, _judged(rule, case)))
    return kept[2]


def _judged(rule: Rule, case: Case) -> Verdict:
    try:
        looked_at = replace(case, network=fewer_sites(case.network)) if rule.by_likeness else case
        if not rule.applicable(looked_at):
            return _verdict(rule, Status.NOT_APPLICABLE)
        said = list(rule.check(looked_at))
        if looked_at.network is not case.network:
            count = len(looked_at.design.inventory.sites)
            said.append(Measure(name="sites_looked_at", value=count, threshold=len(case.design.inventory.sites)))
        return _gathered(rule, said)
    except Exception as error:  # the one place that may: a broken rule must fail the report, never pass it
        return _crashed(rule, error)


def _gathered(rule: Rule, said: list[Finding | Gap | Measure]) -> Verdict:
    findings = [item for item in said if isinstance(item, Finding)]
    gaps = [item for item in said if isinstance(item, Gap)]
    measures = tuple(item for item in said if isinstance(item, Measure))
    if not findings:
        status = Status.UNKNOWN if gaps else Status.PASS
        return replace(_verdict(rule, status), gaps=tuple(gaps[:MAX_FINDINGS]), measures=measures)
    findings.sort(key=lambda finding: (SEVERITIES.index(finding.severity or rule.severity), finding.elements))
    return replace(
        _verdict(rule, Status.FAIL),
        severity=findings[0].severity or rule.severity,
        findings=tuple(findings[:MAX_FINDINGS]),
        omitted_findings=max(0, len(findings) - MAX_FINDINGS),
        gaps=tuple(gaps[:MAX_FINDINGS]),
        measures=measures,
    )


def _verdict(rule: Rule, status: Status) -> Verdict:
    return Verdict(
        rule=rule.code,
        name=rule.name,
        category=rule.category,
        severity=rule.severity,
        status=status,
        references=rule.references,
    )


def _crashed(rule: Rule, error: Exception) -> Verdict:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = f"the rule itself broke ({type(error).__name__}: {error}); it proves nothing about the design"
    finding = Finding(message=message, witness={"function": frame.name, "line": frame.lineno})
    return replace(_verdict(rule, Status.FAIL), severity=Severity.CRITICAL, findings=(finding,), crashed=True)


def _overridden(verdict: Verdict, severities: dict[str, Severity]) -> Verdict:
    severity = severities.get(verdict.rule)
    if severity is None or verdict.crashed:
        return verdict
    return replace(verdict, severity=severity, overridden=True)


def _accepted(verdict: Verdict, waivers: tuple[Waiver, ...], today: str) -> Verdict:
    """The verdict, marked where one waiver or several together cover every finding of its failure."""
    if verdict.status is not Status.FAIL or verdict.crashed or verdict.omitted_findings:
        return verdict
    mine = tuple(waiver for waiver in waivers if waiver.rule == verdict.rule and _in_force(waiver, today))
    alone = next((waiver for waiver in mine if not waiver.elements or _covered(verdict, set(waiver.elements))), None)
    if alone is not None:
        return replace(verdict, waived_by=alone.id)
    if not _covered(verdict, {element for waiver in mine for element in waiver.elements}):
        return verdict
    touched = {element for finding in verdict.findings for element in finding.elements}
    return replace(verdict, waived_by=", ".join(one.id for one in mine if touched.intersection(one.elements)))


def _in_force(waiver: Waiver, today: str) -> bool:
    """Whether a waiver runs from and to days around today; the rule on waivers itself is never waived."""
    first, last, now = day(waiver.granted), day(waiver.expires), day(today)
    if last is None or now is None or (first is None and waiver.granted):
        return False
    return (first or now) <= now <= last and waiver.rule != WAIVER_RULE


def _covered(verdict: Verdict, allowed: set[str]) -> bool:
    return all(finding.elements and allowed.issuperset(finding.elements) for finding in verdict.findings)
