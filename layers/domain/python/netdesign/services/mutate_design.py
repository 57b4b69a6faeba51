"""Use case: the rules put to the test on a design, by breaking it in each way they guard against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.rules.card import Mutant, Rule
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import Workbench


class Fate(StrEnum):
    KILLED = "killed"
    """The mutant's own rule failed on it."""
    SURVIVED = "survived"
    NOT_APPLICABLE = "not_applicable"
    """The design has nothing that the mutant could break."""
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
    failing = {verdict.rule for verdict in judge(case) if verdict.status is Status.FAIL}
    pairs = [(rule, mutant) for rule in chosen for mutant in rule.mutants]
    results = []
    for position, (rule, mutant) in enumerate(pairs):
        results.append(_result(design, bench, rule, mutant, failing, every_rule=every_rule))
        progress(position + 1, len(pairs))
    return tuple(results)


def _result(
    design: Design, bench: Workbench, rule: Rule, mutant: Mutant, failing: set[str], *, every_rule: bool
) -> MutantResult:
    if rule.code in failing:
        return MutantResult(rule.code, mutant.title, Fate.ALREADY_FAILING)
    patch = mutant.mutate(case_of(design, bench))
    if patch is None:
        return MutantResult(rule.code, mutant.title, Fate.NOT_APPLICABLE)
    broken = case_of(apply(design, patch), bench)
    own = judge_one(rule, broken)
    caught = judge(broken) if every_rule else (own,)
    others = tuple(v.rule for v in caught if v.status is Status.FAIL and v.rule not in failing)
    killed = own.status is Status.FAIL and not own.crashed
    witness = own.findings[0].message if own.findings else ""
    return MutantResult(rule.code, mutant.title, Fate.KILLED if killed else Fate.SURVIVED, witness, others)
