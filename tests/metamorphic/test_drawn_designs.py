"""What has to stay true of verdicts when a design is changed in a known way, on designs drawn at random.

A few designs here; `make metamorphic` takes hundreds (NETDESIGN_DESIGNS).
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from random import Random

import pytest

from netdesign.analysis.policy import concerns, ordered_rules, rule_boxes
from netdesign.graph.headerspace import space
from netdesign.graph.network import compile_network
from netdesign.model.design import Design
from netdesign.model.patch import Patch, Set, apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules, find_rule
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.repair_design import repair_design, worse
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.metamorphic.drawn import drawn
from tests.support.disguise import disguised

BENCH = default_workbench()
SEEDS = range(int(os.environ["NETDESIGN_DESIGNS"])) if "NETDESIGN_DESIGNS" in os.environ else (2, 3, 4)
MONOTONE = ("TOP-01", "TOP-02", "CAP-11", "CAP-12", "SEC-30")

pytestmark = pytest.mark.parametrize("seed", SEEDS)


def sound(seed: int) -> Design:
    """The design of a seed; the test is skipped where its requirements are refused."""
    design = drawn(seed)
    if design is None:
        pytest.skip("these requirements are refused")
    return design


@lru_cache(maxsize=4)
def verdicts(seed: int):
    """All verdicts on the design of a seed, by code."""
    return {verdict.rule: verdict for verdict in judge(case_of(sound(seed), BENCH))}


def statuses(design: Design) -> dict[str, Status]:
    return {verdict.rule: verdict.status for verdict in judge(case_of(design, BENCH))}


def test_a_drawn_design_has_no_critical_or_error_failure(seed: int) -> None:
    sound(seed)
    failing = [
        (verdict.rule, verdict.findings[0].message)
        for verdict in verdicts(seed).values()
        if verdict.status is Status.FAIL and verdict.severity.value in ("critical", "error")
    ]
    assert failing == []


def test_other_names_words_and_orders_change_no_verdict(seed: int) -> None:
    design = sound(seed)
    assert statuses(disguised(design, seed)) == {code: verdict.status for code, verdict in verdicts(seed).items()}


def test_what_fails_for_want_of_ways_is_not_healed_by_taking_more_away(seed: int) -> None:
    design, random = sound(seed), Random(seed)
    inside = [link.id for link in design.cabling.links if link.purpose in (LinkPurpose.FABRIC, LinkPurpose.UPLINK)]
    if len(inside) < 2:
        pytest.skip("no link can be spared")
    chosen = random.sample(inside, min(4, len(inside)))
    failed: set[str] = set()
    for count in range(1, len(chosen) + 1):
        broken = apply(design, tuple(Set("links", name, {"in_service": False}) for name in chosen[:count]))
        case = case_of(broken, BENCH)
        now = {code for code in MONOTONE if judge_one(find_rule(code), case).status is Status.FAIL}
        assert failed <= now, (failed - now, chosen[:count])
        failed = now


def test_more_capacity_never_makes_a_link_too_full(seed: int) -> None:
    design = sound(seed)
    faster: Patch = tuple(Set("links", link.id, {"speed_bps": 2 * link.speed_bps}) for link in design.cabling.links)
    wider: Patch = tuple(
        Set("circuits", one.id, {"rate_up_bps": 2 * one.rate_up_bps, "rate_down_bps": 2 * one.rate_down_bps})
        for one in design.cabling.circuits
    )
    before = verdicts(seed)["CAP-03"].status
    after = judge_one(find_rule("CAP-03"), case_of(apply(design, faster + wider), BENCH)).status
    assert after in (before, Status.PASS)


def test_the_order_of_rules_that_never_meet_means_nothing(seed: int) -> None:
    design = sound(seed)
    network = compile_network(design, BENCH.catalog)
    swaps = [pair for policy in design.security.policies for pair in _strangers(network, policy.id)]
    if not swaps:
        pytest.skip("every rule meets its neighbour")
    one, other = Random(seed).choice(swaps)
    swapped = apply(
        design,
        (Set("policy_rules", one.id, {"order": other.order}), Set("policy_rules", other.id, {"order": one.order})),
    )
    assert statuses(swapped) == {code: verdict.status for code, verdict in verdicts(seed).items()}


def _strangers(network, policy: str):
    """Neighbours in a policy that no packet can match both of."""
    zones = [zone.id for zone in network.design.security.zones]
    for one, other in pairwise(ordered_rules(network, policy)):
        together = any(concerns(one, a, b) and concerns(other, a, b) for a in zones for b in zones)
        if not together or not space(rule_boxes(one)) & space(rule_boxes(other)):
            yield one, other


def test_repair_only_improves(seed: int) -> None:
    design, random = sound(seed), Random(seed)
    case = case_of(design, BENCH)
    mutants = [(rule, mutant) for rule in all_rules() for mutant in rule.mutants]
    for _, mutant in random.sample(mutants, 3):
        patch = mutant.mutate(case)
        if patch is None:
            continue
        broken = apply(design, patch)
        made = repair_design(broken, BENCH)
        before = {verdict.rule: verdict for verdict in judge(case_of(broken, BENCH))}
        after = {verdict.rule: verdict for verdict in judge(case_of(made.design, BENCH))}
        assert worse(before, after, may_vanish=True) == ()
        failing = sum(verdict.status is Status.FAIL for verdict in before.values())
        left = sum(verdict.status is Status.FAIL for verdict in after.values())
        assert left < failing or not made.repair.steps or made.repair.score_after >= made.repair.score_before


def test_mutants_of_a_drawn_design_are_caught(seed: int) -> None:
    design, random = sound(seed), Random(seed)
    some = [replace_mutants(rule, random) for rule in random.sample(all_rules(), 12)]
    results = mutate_design(design, BENCH, rules=some, every_rule=False)
    assert [(one.rule, one.mutant) for one in results if one.fate is Fate.SURVIVED] == []


def replace_mutants(rule, random: Random):
    """The rule with one of its mutants."""
    return replace(rule, mutants=random.sample(rule.mutants, min(1, len(rule.mutants))))
