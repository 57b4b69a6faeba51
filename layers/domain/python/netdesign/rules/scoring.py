"""Turns verdicts into scores, and scores into a report."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.model.verdict import CategoryScore, Report, Scalar, Status, Verdict, Waiver
from netdesign.model.vocabulary import Category, Mode, Severity
from netdesign.rules.engine import NO_CHANGES, RuleSettings
from netdesign.rules.registry import pack_version

THRESHOLDS = {Mode.STRICT: 0.90, Mode.STANDARD: 0.85, Mode.LENIENT: 0.75}
UNKNOWN_COUNTS = {Mode.STRICT: 0.0, Mode.STANDARD: 0.5, Mode.LENIENT: 1.0}


def score(verdicts: tuple[Verdict, ...], mode: Mode) -> float:
    """The weighted share of applicable rules that hold, 0..1; 1 where none applies."""
    weighted = [
        (verdict.severity.weight, _value(verdict, mode))
        for verdict in verdicts
        if verdict.status is not Status.NOT_APPLICABLE
    ]
    total = sum(weight for weight, _ in weighted)
    return round(sum(weight * value for weight, value in weighted) / total, 4) if total else 1.0


def _value(verdict: Verdict, mode: Mode) -> float:
    if verdict.status is Status.UNKNOWN:
        return UNKNOWN_COUNTS[mode]
    return 1.0 if verdict.status is Status.PASS else 0.0


def report(
    verdicts: tuple[Verdict, ...],
    *,
    design: str,
    design_digest: str,
    mode: Mode,
    parameters: Parameters,
    catalog: str,
    evaluation_date: str,
    settings: RuleSettings = NO_CHANGES,
    waivers: tuple[Waiver, ...] = (),
    waivers_as_of: str | None = None,
) -> Report:
    """Gather `verdicts` into a report. Valid: no critical or error failure stands and the score suffices.

    Of `waivers` those are kept that accept a failure; their day stands in the report where any was weighed.
    """
    applied = {name for verdict in verdicts for name in (verdict.waived_by or "").split(", ")}
    overall = score(verdicts, mode)
    blocking = [verdict for verdict in verdicts if _blocks(verdict, mode)]
    return Report(
        design=design,
        design_digest=design_digest,
        mode=mode,
        threshold=THRESHOLDS[mode],
        score=overall,
        valid=not blocking and overall >= THRESHOLDS[mode] and bool(verdicts),
        categories=tuple(_category(category, verdicts, mode) for category in Category),
        verdicts=verdicts,
        rule_pack=pack_version(),
        parameters=parameters.version,
        catalog=catalog,
        evaluation_date=evaluation_date,
        disabled_rules=tuple(sorted(settings.disabled)),
        changed_severities=dict(sorted(settings.severities)),
        changed_parameters={path: _plain(value) for path, value in sorted(parameters.overrides.items())},
        own_rules=tuple(rule.code for rule in settings.own_rules),
        profile=settings.profile,
        reasons={code: reason for code, reason in sorted(settings.reasons) if reason},
        waivers=tuple(waiver for waiver in waivers if waiver.id in applied),
        waivers_as_of=(waivers_as_of or evaluation_date) if waivers else None,
    )


def _plain(value: object) -> Scalar | list[Scalar]:
    if isinstance(value, tuple | list):
        return [one if isinstance(one, bool | int | float | str) else str(one) for one in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _blocks(verdict: Verdict, mode: Mode) -> bool:
    """Whether a verdict keeps a design from being valid. In strict mode no waiver accepts a critical failure."""
    if verdict.status is not Status.FAIL or verdict.severity not in (Severity.CRITICAL, Severity.ERROR):
        return False
    return verdict.waived_by is None or (mode is Mode.STRICT and verdict.severity is Severity.CRITICAL)


def _category(category: Category, verdicts: tuple[Verdict, ...], mode: Mode) -> CategoryScore:
    mine = tuple(verdict for verdict in verdicts if verdict.category is category)
    count = {status: sum(verdict.status is status for verdict in mine) for status in Status}
    return CategoryScore(
        category=category,
        score=score(mine, mode),
        passed=count[Status.PASS],
        failed=count[Status.FAIL],
        unknown=count[Status.UNKNOWN],
        not_applicable=count[Status.NOT_APPLICABLE],
    )
