"""The verdict of a rule by its code, for rules that rest on other rules without importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.errors import NotFoundError

if TYPE_CHECKING:
    from netdesign.model.patch import Patch
    from netdesign.model.verdict import Verdict
    from netdesign.rules.card import Rule
    from netdesign.rules.case import Case


def rule_of(code: str) -> Rule | None:
    """The rule with this code; None where the pack has no such rule."""
    from netdesign.rules.registry import find_rule

    try:
        return find_rule(code)
    except NotFoundError:
        return None


def verdict_of(case: Case, code: str) -> Verdict | None:
    """The verdict of a rule, worked out once per case; None where the pack has no such rule.

    A rule must not ask for its own verdict, directly or by way of others.
    """
    from netdesign.rules.engine import judge_one

    rule = rule_of(code)
    return None if rule is None else judge_one(rule, case)


def breaking(case: Case, *codes: str) -> Patch | None:
    """A change that makes the first of the rules fail that holds now and has a mutant that applies."""
    from netdesign.model.verdict import Status

    for code in codes:
        rule, verdict = rule_of(code), verdict_of(case, code)
        if rule is None or verdict is None or verdict.status is not Status.PASS:
            continue
        for mutant in rule.mutants:
            patch = mutant.mutate(case)
            if patch is not None:
                return patch
    return None
