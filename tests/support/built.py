"""Whole designs made from requirements, once each, and what a rule says of them before and after changes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from netdesign.model.patch import Operation, apply
from netdesign.model.verdict import Status
from netdesign.rules.engine import judge_one
from tests.support.sketch import case
from tests.unit.synthesis import campus_samples, datacenter_samples

if TYPE_CHECKING:
    from netdesign.model.design import Design
    from netdesign.model.verdict import Verdict
    from netdesign.rules.card import Rule

ROUNDS = 8
SMALL = {"users": 15, "closets": 1, "endpoints": 4, "servers": 1, "area_m2": 300}
LARGE = {"users": 2_600, "closets": 8, "buildings": 2, "area_m2": 20_000, "endpoints": 60}


@cache
def built(shape: str) -> Design:
    """A design of a shape: `campus`, `tiers` (OSPF), `fabric` (EVPN campus), `branch`, or `centre` (Clos)."""
    if shape == "centre":
        centre: Design = datacenter_samples.design(datacenter_samples.requirements(racks=8, per_rack=8))
        return centre
    wishes: dict[str, dict[str, Any]] = {
        "campus": {"compliance": ["PCI DSS"]},
        "tiers": {"site": LARGE, "topology_preference": "three_tier"},
        "fabric": {"network_type": "sdn_campus"},
        "branch": {"site": SMALL, "redundancy": "low"},
    }
    asked = wishes[shape]
    return campus_samples.design(
        campus_samples.asked(asked.get("site"), **{k: v for k, v in asked.items() if k != "site"})
    )


def said(rule: Rule, design: Design, *changes: Operation) -> Verdict:
    """The verdict of a rule on a design with changes; a rule that breaks fails the test."""
    verdict = judge_one(rule, case(apply(design, changes)))
    assert not verdict.crashed, verdict.findings
    return verdict


def found(rule: Rule, design: Design, *changes: Operation) -> list[str]:
    """What a rule finds, as texts."""
    return [finding.message for finding in said(rule, design, *changes).findings]


def unmended(rule: Rule, design: Design, *, but: tuple[str, ...] = ()) -> list[str]:
    """The titles of mutants that the rule does not see, or whose findings its fixes do not take away again."""
    held = case(design)
    assert judge_one(rule, held).status is Status.PASS, judge_one(rule, held)
    wrong = []
    for mutant in rule.mutants:
        patch = mutant.mutate(held)
        if patch is None:
            wrong += [] if mutant.title in but else [f"not applicable: {mutant.title}"]
            continue
        broken = apply(design, patch)
        if judge_one(rule, case(broken)).status is not Status.FAIL:
            wrong.append(f"survived: {mutant.title}")
        elif not _mended(rule, broken):
            wrong.append(f"not mended: {mutant.title}")
    return wrong


def _mended(rule: Rule, design: Design) -> bool:
    for _ in range(ROUNDS):
        verdict = judge_one(rule, case(design))
        if verdict.status is not Status.FAIL:
            return not verdict.crashed
        better = _better(rule, design, verdict)
        if better is None:
            return False
        design = better
    return False


def _better(rule: Rule, design: Design, verdict: Verdict) -> Design | None:
    """The design after the first fix that leaves fewer findings."""
    for finding in verdict.findings:
        for fix in rule.fixes:
            patch = fix.propose(case(design), finding)
            if patch:
                after = apply(design, patch)
                then = judge_one(rule, case(after))
                if then.status is not Status.FAIL or len(then.findings) < len(verdict.findings):
                    return after
    return None
