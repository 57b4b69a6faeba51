"""The changes that a rule itself proposes for its findings: all at once first, then one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netdesign.model.patch import Operation, Patch
from netdesign.model.verdict import Verdict
from netdesign.rules.card import Rule
from netdesign.rules.case import Case


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that may help, and what it does in words."""

    title: str
    patch: Patch
    restores: bool = False
    """It takes away only what the requirements do not call for, so that rules may cease to apply."""


def proposals(case: Case, rule: Rule, verdict: Verdict) -> Iterator[Proposal]:
    """What the rule's fixes propose, without repeating a patch."""
    seen: list[Patch] = []
    for proposal in (*_together(case, rule, verdict), *_one_by_one(case, rule, verdict)):
        if proposal.patch not in seen:
            seen.append(proposal.patch)
            yield proposal


def _together(case: Case, rule: Rule, verdict: Verdict) -> Iterator[Proposal]:
    if len(verdict.findings) < 2:
        return
    for fix in rule.fixes:
        operations: list[Operation] = []
        for finding in verdict.findings:
            patch = fix.propose(case, finding) or ()
            operations.extend(operation for operation in patch if operation not in operations)
        if operations:
            yield Proposal(fix.title, tuple(operations))


def _one_by_one(case: Case, rule: Rule, verdict: Verdict) -> Iterator[Proposal]:
    for finding in verdict.findings:
        for fix in rule.fixes:
            patch = fix.propose(case, finding)
            if patch:
                yield Proposal(fix.title, patch)
