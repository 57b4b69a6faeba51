"""Use case: the rules put to the test on a design, by breaking it in each way they guard against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Status, Verdict
from netdesign.rules.card import Mutant, Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import Workbench


class Fate(StrEnum):
    KILLED = "killed"
    """The mutant's own rule failed on it."""
    SURVIVED = "survived"
    NOT_APPLICABLE = "not_applicable"
    """The design has nothing that the mutant could break, or the rule asks nothing of it before and after."""
    ALREADY_FAILING = "already_failing"
    """The rule fails on the design as it is, so a mutant shows nothing."""


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What became of one mutant; `caught_by` are the codes of all rules that fail on it and did not before."""

    rule: str
    mutant: str
    fate: Fate
    witness: str = ""
    caught_by: tuple[str, ...] = ()


def _unwatched(done: int, total: int) -> None:
    del done, total


def mutate_design(
    design: Design,
    bench: Workbench,
    *,
    rules: Iterable[Rule] | None = None,
    every_rule: bool = True,
    progress: Callable[[int, int], None] = _unwatched,
) -> tuple[MutantResult, ...]:
    """Apply every rule's mutants to `design`, one at a time, and return what caught each.

    With `every_rule` off only the mutant's own rule is asked, which is many times faster.
    """
    chosen = tuple(all_rules() if rules is None else rules)
    case = case_of(design, bench)
    before = {verdict.rule: verdict.status for verdict in judge(case)}
    pairs = [(rule, mutant) for rule in chosen for mutant in rule.mutants]
    results = []
    for position, (rule, mutant) in enumerate(pairs):
        results.append(_result(case, bench, mutant, rule, before, every_rule=every_rule))
        progress(position + 1, len(pairs))
    return tuple(results)


def _result(
    case: Case, bench: Workbench, mutant: Mutant, rule: Rule, before: dict[str, Status], *, every_rule: bool
) -> MutantResult:
    if before.get(rule.code) is Status.FAIL:
        return MutantResult(rule.code, mutant.title, Fate.ALREADY_FAILING)
    patch = mutant.mutate(case)
    if patch is None:
        return MutantResult(rule.code, mutant.title, Fate.NOT_APPLICABLE)
    broken = case_of(apply(case.design, patch), bench)
    own = judge_one(rule, broken)
    caught = judge(broken) if every_rule else (own,)
    new = tuple(v.rule for v in caught if v.status is Status.FAIL and before.get(v.rule) is not Status.FAIL)
    witness = own.findings[0].message if own.findings else ""
    return MutantResult(rule.code, mutant.title, _fate(before.get(rule.code), own), witness, new)


def _fate(before: Status | None, own: Verdict) -> Fate:
    if own.status is Status.FAIL and not own.crashed:
        return Fate.KILLED
    if before is own.status is Status.NOT_APPLICABLE:
        return Fate.NOT_APPLICABLE
    return Fate.SURVIVED
