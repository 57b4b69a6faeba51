"""What becomes of every rule's mutants on one design: caught or not, and mended again or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.rules.card import Mutant, Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.mutate_design import Fate, MutantResult, mutate_design
from netdesign.services.repair_design import repair_design, worse
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant on one design. `repaired` is None where no repair was asked for, or nothing was caught."""

    design: str
    rule: str
    mutant: str
    fate: str
    witness: str
    repaired: bool | None = None
    regressions: tuple[str, ...] = ()
    left: str = ""


def rows(name: str, *, repair: bool) -> list[Row]:
    """Every mutant on the example `name`."""
    design = synthesized(name).design
    bench = default_workbench()
    found = mutate_design(design, bench, every_rule=False)
    plain = [_plain(name, result) for result in found]
    return list(_repaired(design, plain)) if repair else plain


def _plain(name: str, result: MutantResult) -> Row:
    return Row(name, result.rule, result.mutant, result.fate.value, result.witness)


def _repaired(design: Design, plain: list[Row]) -> Iterator[Row]:
    case = case_of(design, default_workbench())
    pairs = [(rule, mutant) for rule in all_rules() for mutant in rule.mutants]
    for row, (rule, mutant) in zip(plain, pairs, strict=True):
        yield _mended(case, row, rule, mutant) if row.fate == Fate.KILLED else row


def _mended(case: Case, row: Row, rule: Rule, mutant: Mutant) -> Row:
    """The row with what repair makes of the mutant, judged apart from the repair's own account."""
    bench = default_workbench()
    patch = mutant.mutate(case)
    assert patch is not None
    broken = apply(case.design, patch)
    made = repair_design(broken, bench)
    before = {verdict.rule: verdict for verdict in judge(case_of(broken, bench))}
    fixed = case_of(made.design, bench)
    after = {verdict.rule: verdict for verdict in judge(fixed)}
    reasons = [f"{left.reason}: {left.finding}" for left in made.repair.left if left.rule == rule.code]
    return Row(
        row.design,
        row.rule,
        row.mutant,
        row.fate,
        row.witness,
        repaired=judge_one(rule, fixed).status is not Status.FAIL,
        regressions=worse(before, after, may_vanish=True),
        left=reasons[0] if reasons else "",
    )
