"""Use case: a design repaired by changes, each of which is proven on a copy before it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from netdesign.model.canonical import design_digest
from netdesign.model.design import Design
from netdesign.model.patch import Patch
from netdesign.model.repair import Remainder, Repair, RepairStep, changes_of
from netdesign.model.verdict import Status, Verdict, Waiver
from netdesign.model.vocabulary import Mode, Severity
from netdesign.rules.card import Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import NO_CHANGES, RuleSettings, judge
from netdesign.rules.scoring import report
from netdesign.services.changed_case import changed_case, finding_count
from netdesign.services.left_alone import parted
from netdesign.services.proposals import Proposal, proposals
from netdesign.services.restoration import Reference, recount, restoration
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import Workbench

MAX_CANDIDATES = 400
"""Changes tried in one repair; a change is tried by judging the changed design again."""

MAX_STEPS = 60

MAX_NARROWINGS = 16
"""Smaller restorations tried in place of one that was verified, each judged by every rule."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The design after repair, and the account of it."""

    design: Design
    repair: Repair


@dataclass
class _Attempt:
    """A repair under way: the design as it stands, its verdicts, and what was tried."""

    case: Case
    verdicts: dict[str, Verdict]
    bench: Workbench
    settings: RuleSettings
    waivers: tuple[Waiver, ...]
    reference: Reference
    steps: list[RepairStep] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    candidates: int = 0
    refused: list[tuple[Patch, tuple[str, ...]]] = field(default_factory=list)
    """Changes of the design as it stands that make other verdicts worse, and which."""

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules that judge, by code."""
        return {rule.code: rule for rule in self.settings.rules()}

    @property
    def exhausted(self) -> bool:
        return self.candidates >= MAX_CANDIDATES or len(self.steps) >= MAX_STEPS


def repair_design(
    design: Design,
    bench: Workbench,
    *,
    mode: Mode = Mode.STANDARD,
    settings: RuleSettings = NO_CHANGES,
    waivers: tuple[Waiver, ...] = (),
    today: str | None = None,
) -> Repaired:
    """Return `design` with every change that verifies, and an account of what was done, what it costs, what is left.

    A change is kept only if no verdict gets worse and the design gets strictly better. A design that nothing
    helps is returned as it is, with the reasons.
    """
    case = case_of(design, bench, waivers, today)
    before = judge(case, settings=settings, waivers=waivers)
    attempt = _Attempt(case, {v.rule: v for v in before}, bench, settings, waivers, Reference(bench))
    while _improve(attempt) and not attempt.exhausted:
        continue
    return Repaired(attempt.case.design, _account(design, before, attempt, mode))


def worse(before: dict[str, Verdict], after: dict[str, Verdict], *, may_vanish: bool = False) -> tuple[str, ...]:
    """Codes of the rules whose verdict in `after` is worse than in `before`.

    A rule that held and no longer applies counts as worse unless it `may_vanish`: what it judged was taken away.
    """
    return tuple(
        code
        for code, verdict in after.items()
        if code not in before or _worse(before[code], verdict, may_vanish=may_vanish)
    )


def _worse(old: Verdict, new: Verdict, *, may_vanish: bool) -> bool:
    if new.status is Status.NOT_APPLICABLE:
        return old.status is Status.PASS and not may_vanish
    return _badness(new) > _badness(old)


def _badness(verdict: Verdict) -> tuple[int, int, int]:
    """How bad a verdict is: nothing, unknown, or failed by severity and number of findings."""
    if verdict.status is Status.UNKNOWN:
        return (1, 0, len(verdict.gaps))
    if verdict.status is not Status.FAIL or verdict.waived_by is not None:
        return (0, 0, 0)
    return (2, verdict.severity.weight, finding_count(verdict))


def _improve(attempt: _Attempt) -> bool:
    """Work through the failing rules, the gravest first; whether anything was kept."""
    failing = sorted(
        (v for v in attempt.verdicts.values() if v.status is Status.FAIL and v.waived_by is None and not v.crashed),
        key=lambda verdict: (-verdict.severity.weight, verdict.rule),
    )
    kept = False
    for verdict in failing:
        while _mend(attempt, verdict.rule):
            kept = True
            if attempt.exhausted:
                return kept
    return kept


def _mend(attempt: _Attempt, code: str) -> bool:
    """Keep the first proposal for a failing rule that verifies; whether there was one."""
    verdict = attempt.verdicts[code]
    if verdict.status is not Status.FAIL or verdict.waived_by is not None:
        return False
    attempt.reasons[code] = "no change of facts is known that mends it"
    for proposal in _proposals(attempt, verdict):
        if attempt.exhausted:
            attempt.reasons[code] = f"the repair ended after {attempt.candidates} changes were tried"
            return False
        if _keep_if_better(attempt, verdict, proposal):
            attempt.reasons.pop(code, None)
            return True
    if attempt.reference.obstacle:
        attempt.reasons[code] = f"{attempt.reasons[code]}; {attempt.reference.obstacle}"
    return False


def _proposals(attempt: _Attempt, verdict: Verdict) -> Iterator[Proposal]:
    yield from proposals(attempt.case, attempt.rules[verdict.rule], verdict)
    yield from recount(attempt.case, attempt.bench)
    yield from attempt.reference.proposals(attempt.case, attempt.rules[verdict.rule], verdict)


def _keep_if_better(attempt: _Attempt, verdict: Verdict, proposal: Proposal) -> bool:
    known = next((harmed for patch, harmed in attempt.refused if patch == proposal.patch), ())
    if known:
        attempt.reasons[verdict.rule] = _harm(proposal, known)
        return False
    attempt.candidates += 1
    case = changed_case(attempt.case, proposal.patch, attempt.bench)
    if case is None:
        attempt.reasons[verdict.rule] = f"“{proposal.title}” does not fit the design's facts"
        return False
    after = _judged_if_own_improves(attempt, case, verdict)
    if after is None:
        attempt.reasons[verdict.rule] = f"“{proposal.title}” does not mend it"
        return False
    harmed = worse(attempt.verdicts, after, may_vanish=proposal.restores)
    if harmed:
        attempt.refused.append((proposal.patch, harmed))
        attempt.reasons[verdict.rule] = _harm(proposal, harmed)
        return False
    proposal, case, after = _narrowed(attempt, verdict, proposal, (case, after))
    attempt.steps.append(_step(attempt, case, verdict, after[verdict.rule], proposal))
    attempt.case, attempt.verdicts = case, after
    attempt.refused.clear()
    return True


def _harm(proposal: Proposal, harmed: tuple[str, ...]) -> str:
    return f"“{proposal.title}” would make {', '.join(harmed[:5])} worse"


_Judged = tuple[Case, dict[str, Verdict]]


def _narrowed(
    attempt: _Attempt, verdict: Verdict, proposal: Proposal, found: _Judged
) -> tuple[Proposal, Case, dict[str, Verdict]]:
    """A restoration without the parts that neither the rule nor any other needs; other rules ask for theirs."""
    if not proposal.restores:
        return proposal, *found
    whole = parted(proposal.patch)
    patch, width, probes = whole, len(whole) // 2, 0
    while width and probes < MAX_NARROWINGS:
        for start in range(0, len(patch), width):
            rest = patch[:start] + patch[start + width :]
            probes += 1
            smaller = _as_good(attempt, verdict, rest, found[1][verdict.rule]) if rest else None
            if smaller is not None:
                patch, found = rest, smaller
                break
            if probes >= MAX_NARROWINGS:
                break
        else:
            width //= 2
        width = min(width, len(patch) // 2)
    return restoration(patch) if len(patch) < len(whole) else proposal, *found


def _as_good(attempt: _Attempt, verdict: Verdict, patch: Patch, wanted: Verdict) -> _Judged | None:
    """The case after a patch and its verdicts, where it mends the rule as far as wanted and harms no other."""
    case = changed_case(attempt.case, patch, attempt.bench)
    after = None if case is None else _judged_if_own_improves(attempt, case, verdict)
    if case is None or after is None or _badness(after[verdict.rule]) > _badness(wanted):
        return None
    return None if worse(attempt.verdicts, after, may_vanish=True) else (case, after)


def _judged_if_own_improves(attempt: _Attempt, case: Case, verdict: Verdict) -> dict[str, Verdict] | None:
    rule = attempt.rules[verdict.rule]
    own = judge(case, rules=(rule,), settings=attempt.settings, waivers=attempt.waivers)
    if not own or _badness(own[0]) >= _badness(verdict):
        return None
    return {v.rule: v for v in judge(case, settings=attempt.settings, waivers=attempt.waivers)}


def _step(attempt: _Attempt, case: Case, old: Verdict, new: Verdict, proposal: Proposal) -> RepairStep:
    capital, yearly = _cost_change(attempt.case.design, case.design)
    return RepairStep(
        rule=old.rule,
        title=proposal.title,
        changes=changes_of(proposal.patch, attempt.case.design),
        elements=_concerned(old, new),
        findings_before=finding_count(old),
        findings_after=finding_count(new),
        capital_usd=capital,
        yearly_usd=yearly,
    )


def _concerned(old: Verdict, new: Verdict) -> tuple[str, ...]:
    """The elements of the findings that went away."""
    left = {(finding.message, finding.elements) for finding in new.findings}
    gone = (finding for finding in old.findings if (finding.message, finding.elements) not in left)
    return tuple(dict.fromkeys(element for finding in gone for element in finding.elements))


def _cost_change(before: Design, after: Design) -> tuple[float, float]:
    old = {line.id: line.amount_usd for line in before.parts.costs}
    new = {line.id: line.amount_usd for line in after.parts.costs}

    def grown(identity: str) -> float:
        return round(new.get(identity, 0.0) - old.get(identity, 0.0), 2)

    return grown("06-capital"), grown("11-yearly")


def _account(design: Design, before: tuple[Verdict, ...], attempt: _Attempt, mode: Mode) -> Repair:
    after = tuple(attempt.verdicts[verdict.rule] for verdict in before)
    old, new = (
        report(
            verdicts,
            design=design.id,
            design_digest=design_digest(judged),
            mode=mode,
            parameters=attempt.bench.parameters,
            catalog=attempt.bench.catalog.version,
            evaluation_date=attempt.case.evaluation_date,
            settings=attempt.settings,
            waivers=attempt.waivers,
            waivers_as_of=attempt.case.waiver_day,
        )
        for verdicts, judged in ((before, design), (after, attempt.case.design))
    )
    return Repair(
        design=design.id,
        digest_before=old.design_digest,
        digest_after=new.design_digest,
        score_before=old.score,
        score_after=new.score,
        valid_before=old.valid,
        valid_after=new.valid,
        steps=tuple(attempt.steps),
        left=tuple(_left(verdict, attempt) for verdict in new.failures()),
        candidates=attempt.candidates,
    )


def _left(verdict: Verdict, attempt: _Attempt) -> Remainder:
    reason = "the rule itself broke" if verdict.crashed else attempt.reasons.get(verdict.rule, "it was not tried")
    return Remainder(
        rule=verdict.rule,
        severity=Severity(verdict.severity),
        finding=verdict.findings[0].message if verdict.findings else "",
        reason=reason,
    )
