"""What stands behind a report: its versions and days, what an organisation changed, and the waivers, in words."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.model.verdict import Report, Scalar, Verdict, Waiver


def basis(report: Report) -> tuple[tuple[str, str], ...]:
    """The days and versions that a report rests on, as pairs of what and which."""
    days = (("waivers as of", report.waivers_as_of),) if report.waivers_as_of else ()
    return (
        ("judged as of", report.evaluation_date),
        *days,
        ("rules", report.rule_pack),
        ("parameters", report.parameters),
        ("catalogue", report.catalog),
    )


def changes(report: Report) -> tuple[str, ...]:
    """What an organisation changed about how the design was judged, a line each."""
    return tuple(_changes(report))


def _changes(report: Report) -> Iterator[str]:
    if report.profile:
        yield f"profile: {report.profile}"
    for rule in report.disabled_rules:
        yield f"switched off: {rule}{_why(report, rule)}"
    for rule, severity in report.changed_severities.items():
        yield f"severity of {rule} set to {severity.value}{_why(report, rule)}"
    for path, value in report.changed_parameters.items():
        yield f"parameter {path} set to {_plain(value)}"
    yield from (f"own rule: {rule}" for rule in report.own_rules)
    for verdict in report.verdicts:
        if verdict.waived_by:
            yield f"failure of {verdict.rule} accepted by {accepted_by(report, verdict)}"


def accepted_by(report: Report, verdict: Verdict) -> str:
    """The waivers of a verdict in words; their ids alone where the report does not hold them."""
    said = "; ".join(waiver_text(waiver) for waiver in report.waivers_of(verdict))
    return said or f"waiver {verdict.waived_by}"


def waiver_text(waiver: Waiver) -> str:
    """A waiver in words: who answers for it, until when, with what in its place, and why."""
    reason = f" ({waiver.reason})" if waiver.reason else ""
    return f"waiver {waiver.id} of {waiver.owner} until {waiver.expires}: {waiver.compensating_control}{reason}"


def why(report: Report, rule: str) -> str:
    """The reason that was given for changing a rule; empty where none was."""
    return report.reasons.get(rule, "")


def _why(report: Report, rule: str) -> str:
    return f" ({why(report, rule)})" if why(report, rule) else ""


def _plain(value: Scalar | list[Scalar]) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
