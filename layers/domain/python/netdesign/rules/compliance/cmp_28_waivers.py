"""CMP-28: whoever accepts a failure is not its author, says what stands in for it, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.facts.days import day, months_later
from netdesign.model.patch import Patch, SetGovernance, SetRequirement
from netdesign.model.verdict import Finding, Measure, Status, Verdict, Waiver
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.organisation.definition import CODE
from netdesign.rules.verdicts import rule_of, verdict_of

OWN = "CMP-28"
SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(case.waivers)


@rule(
    code=OWN,
    name="waiver-governance",
    title="Waiver governance",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="designs for which failures are waived",
    applicable=_applies,
    flags="A waiver of no rule that there is, without a scope, an owner, or a compensating control; one whose owner is "
    "the design's author; one that has expired, is granted for a later day, ends on no day, or lasts longer than "
    "the parameter allows; one that covers more than the failure touches; one of this very rule. A waiver of a "
    "rule that does not fail is a warning.",
    passes="Every waiver has an owner who is not the author, covers a failure that is there and nothing else, and"
    " ends.",
    remedy="Name owner, scope, compensating control and an end within a year, or withdraw the waiver.",
    references=("PCI DSS Appendices B, D", "NIST SP 800-53 PM-4, RA-7", "ISO/IEC 27001 6.1.3"),
    reading="The scope is the elements that a waiver names; all of them must be elements of the failure's findings, of"
    " which a report keeps the first hundred. A waived critical failure is told by a measure; in strict mode the score"
    " counts it as if nobody had waived it, and the design is not valid.",
)
def waiver_governance(case: Case) -> Iterator[Said]:
    """Waivers one by one."""
    for one in case.waivers:
        yield from _answered(case, one)
        yield from _dated(case, one)
        yield from _scoped(case, one)
    critical = [one.id for one in case.waivers if _critical(case, one)]
    yield Measure(name="waivers", value=len(case.waivers))
    yield Measure(name="waivers_of_critical_failures", value=len(critical))


def _finding(one: Waiver, text: str, **numbers: str | int | None) -> Finding:
    return Finding(message=f"waiver {one.id} {text}", elements=(one.id,), witness={"waiver": one.id, **numbers})


def _answered(case: Case, one: Waiver) -> Iterator[Finding]:
    bare = [what for what in ("owner", "compensating_control") if not getattr(one, what).strip()]
    if bare:
        yield _finding(one, f"names no {' and no '.join(bare).replace('_', ' ')}", missing=", ".join(bare))
    author = case.design.governance.author
    if one.owner.strip() and one.owner.strip().casefold() == author.strip().casefold():
        yield _finding(one, f"is owned by {author}, who made the design", owner=one.owner)


def _dated(case: Case, one: Waiver) -> Iterator[Finding]:
    today, last = day(case.waiver_day), day(one.expires)
    start, months = day(one.granted) or today, case.parameters.compliance.waiver_max_months
    if last is None:
        yield _finding(one, f"ends on no day ({one.expires!r})", expires=one.expires)
        return
    if today is not None and last < today:
        yield _finding(one, f"expired on {one.expires}", expires=one.expires, today=today.isoformat())
    if today is not None and start is not None and start > today:
        yield _finding(one, f"is granted from {one.granted} only", granted=one.granted, today=today.isoformat())
    if start is not None and last > months_later(start, months):
        yield _finding(
            one, f"lasts until {one.expires}, longer than {months} months", expires=one.expires, months=months
        )


def _scoped(case: Case, one: Waiver) -> Iterator[Finding]:
    known = rule_of(one.rule) is not None or CODE.fullmatch(one.rule)
    if not known or one.rule == OWN:
        yield _finding(one, f"is of {one.rule or 'no rule'}, which cannot be waived", rule=one.rule)
        return
    if not one.elements:
        yield _finding(one, "names no elements, so that it covers whatever fails", rule=one.rule)
    verdict = _verdict(case, one)
    if verdict is None:  # an organisation's own rule, whose verdict no other rule sees
        return
    if verdict.status is not Status.FAIL:
        yield Finding(
            message=f"waiver {one.id} covers {one.rule}, which does not fail",
            elements=(one.id,),
            witness={"waiver": one.id, "rule": one.rule},
            severity=Severity.WARNING,
        )
        return
    touched = {element for finding in verdict.findings for element in finding.elements}
    beyond = sorted(set(one.elements) - touched) if not verdict.omitted_findings else []
    if beyond:
        yield _finding(one, f"covers what {one.rule} does not find: {', '.join(beyond[:SHOWN])}", beyond=len(beyond))


def _verdict(case: Case, one: Waiver) -> Verdict | None:
    return verdict_of(case, one.rule) if one.rule != OWN else None


def _critical(case: Case, one: Waiver) -> bool:
    verdict = _verdict(case, one)
    return verdict is not None and verdict.status is Status.FAIL and verdict.severity is Severity.CRITICAL


@waiver_governance.mutant("have the author accept the risk")
def own_risk(case: Case) -> Patch | None:
    """The owner of the first waiver made the design."""
    return (SetGovernance({"author": case.waivers[0].owner}),) if case.waivers else None


@waiver_governance.mutant("let time pass until waivers have expired")
def let_time_pass(case: Case) -> Patch | None:
    """As of a day long after."""
    return (SetRequirement({"evaluation_date": "9000-01-01"}),) if case.waivers else None


@waiver_governance.mutant("judge before the day that waivers are granted on")
def before_granted(case: Case) -> Patch | None:
    """As of a day before the first day of acceptance on record."""
    days = [one.granted for one in case.waivers if one.granted is not None]
    return (SetRequirement({"evaluation_date": "2000-01-01"}),) if any(one > "2000-01-01" for one in days) else None


@waiver_governance.mutant("waive long before it is needed")
def long_before(case: Case) -> Patch | None:
    """As of a day long ago, where no day of acceptance is on record."""
    open_ones = any(one.granted is None for one in case.waivers)
    return (SetRequirement({"evaluation_date": "2000-01-01"}),) if open_ones else None
