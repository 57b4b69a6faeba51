"""What becomes of every rule's mutants on one design: caught or not, and mended again or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from netdesign.model.patch import Operation, Set, SetGovernance, SetRequirement, apply
from netdesign.model.verdict import Status
from netdesign.rules.card import Mutant, Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.left_alone import GIVEN, STATED
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.repair_design import repair_design, worse
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant on one design. `repaired` is None where no repair was asked for, or nothing was caught.

    `has_fix` says whether its rule ships a fix, or repair may put back all that the mutant changed.
    """

    design: str
    rule: str
    mutant: str
    fate: str
    witness: str
    repaired: bool | None = None
    regressions: tuple[str, ...] = ()
    left: str = ""
    has_fix: bool = True


def rows(name: str) -> list[Row]:
    """Every mutant on the example `name`, and whether its own rule caught it."""
    found = mutate_design(synthesized(name).design, default_workbench(), every_rule=False)
    return [Row(name, result.rule, result.mutant, result.fate.value, result.witness) for result in found]


def to_repair(found: list[Row], designs: int) -> dict[str, list[Row]]:
    """By example, the caught mutants to be repaired: each kind on the `designs` smallest examples that have it."""
    sizes = {name: len(synthesized(name).design.inventory.devices) for name in {row.design for row in found}}
    picked: dict[str, list[Row]] = defaultdict(list)
    times: Counter[tuple[str, str]] = Counter()
    for row in sorted(found, key=lambda row: (sizes[row.design], row.design)):
        if row.fate == Fate.KILLED and times[row.rule, row.mutant] < designs:
            times[row.rule, row.mutant] += 1
            picked[row.design].append(row)
    return picked


def repaired(name: str, wanted: list[Row]) -> list[Row]:
    """The rows of one example with what repair makes of them."""
    case = case_of(synthesized(name).design, default_workbench())
    known = {(rule.code, mutant.title): (rule, mutant) for rule in all_rules() for mutant in rule.mutants}
    return [_mended(case, row, *known[row.rule, row.mutant]) for row in wanted]


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
    return replace(
        row,
        repaired=judge_one(rule, fixed).status is not Status.FAIL,
        regressions=worse(before, after, may_vanish=True),
        left=reasons[0] if reasons else "",
        has_fix=bool(rule.fixes) or not any(map(left_alone, patch)),
    )


def left_alone(operation: Operation) -> bool:
    """Whether an operation is on requirements, or on what only people can say, which repair never puts back."""
    if isinstance(operation, SetRequirement | SetGovernance) or operation.collection in GIVEN:
        return True
    stated = STATED.get(operation.collection, {})
    return isinstance(operation, Set) and stated.keys() >= operation.changes.keys()
