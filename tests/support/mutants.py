"""What every rule owes on a sound sketch: each of its mutants is caught, and its own fixes mend it again."""

from __future__ import annotations

from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import case

ROUNDS = 4
"""Findings that fixes may take to mend one mutant."""


def caught_and_mended(rule: Rule, sound: Design) -> None:
    """Assert that every mutant of `rule` breaks `sound`, and that the rule's fixes mend what it broke."""
    for mutant in rule.mutants:
        patch = mutant.mutate(case(sound))
        assert patch is not None, mutant.title
        made = apply(sound, patch)
        assert judge_one(rule, case(made)).status is Status.FAIL, mutant.title
        for _ in range(ROUNDS):
            for finding in judge_one(rule, case(made)).findings[:1]:
                proposals = [fix.propose(case(made), finding) for fix in rule.fixes]
                made = apply(made, next(proposal for proposal in proposals if proposal))
        assert judge_one(rule, case(made)).status is Status.PASS, mutant.title
