"""What has to stay true of verdicts when a design is changed in a known way.

Each relation is given a drawn design and returns how often it was put to the test, and what broke it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import Final

from netdesign.analysis.policy.policy import concerns, ordered_rules, rule_boxes
from netdesign.graph.headerspace import space
from netdesign.graph.network import Network, compile_network
from netdesign.model.design import Design
from netdesign.model.patch import Patch, Set, apply
from netdesign.model.security import PolicyRule
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import LinkPurpose
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules, find_rule
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.repair_design import repair_design, worse
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.metamorphic.drawn import drawn
from tests.support.disguise import disguised

BENCH: Final = default_workbench()
MONOTONE: Final = ("TOP-01", "TOP-02", "CAP-11", "CAP-12", "SEC-30")
REMOVALS: Final = 4
SHARES: Final = (512, 64, 8, 1)
"""By what links and circuits are divided, one after the other: what is left of them grows."""
MUTANTS: Final = 12
BROKEN: Final = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn design with all verdicts on it, by code."""

    seed: int
    design: Design
    verdicts: Mapping[str, Verdict]


@dataclass(slots=True)
class Trial:
    """How often a relation was put to the test on one design, and what broke it."""

    times: int = 0
    broken: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: object) -> None:
        """Put to the test once."""
        self.times += 1
        if not holds:
            self.broken.append(str(otherwise))


def statuses(design: Design) -> dict[str, Status]:
    """What every rule says of a design."""
    return {verdict.rule: verdict.status for verdict in judge(case_of(design, BENCH))}


def changed(one: Drawn, design: Design) -> dict[str, tuple[Status, Status]]:
    """The rules that say something else of another design."""
    after = statuses(design)
    return {code: (was.status, after[code]) for code, was in one.verdicts.items() if was.status is not after[code]}


def no_failure(one: Drawn) -> Trial:
    """A design that was just made has no critical or error failure."""
    made = Trial()
    for verdict in one.verdicts.values():
        grave = verdict.status is Status.FAIL and verdict.severity.value in {"critical", "error"}
        made.expect(not grave, grave and f"{verdict.rule}: {verdict.findings[0].message}")
    return made


def other_words(one: Drawn) -> Trial:
    """Other names, words and orders change no verdict."""
    made, other = Trial(), changed(one, disguised(one.design, one.seed))
    made.expect(not other, other)
    return made


def fewer_ways(one: Drawn) -> Trial:
    """What fails for want of ways is not healed by taking more of them away."""
    made, random = Trial(), Random(one.seed)
    inside = [link.id for link in one.design.cabling.links if link.purpose in {LinkPurpose.FABRIC, LinkPurpose.UPLINK}]
    chosen = random.sample(inside, min(REMOVALS, len(inside)))
    failed: set[str] = set()
    for count in range(1, len(chosen) + 1):
        gone = tuple(Set("links", name, {"in_service": False}) for name in chosen[:count])
        case = case_of(apply(one.design, gone), BENCH)
        now = {code for code in MONOTONE if judge_one(find_rule(code), case).status is Status.FAIL}
        if failed:
            made.expect(failed <= now, f"{failed - now} held again without {chosen[:count]}")
        failed = now
    return made


def more_capacity(one: Drawn) -> Trial:
    """What is not too full is not made so by capacity."""
    made, full = Trial(), True
    for share in SHARES:
        case = case_of(apply(one.design, _divided(one.design, share)), BENCH)
        now = judge_one(find_rule("CAP-03"), case).status is Status.FAIL
        if now or full:
            made.expect(full or not now, f"links are too full with 1/{share} of their capacity, and not with less")
        full = now
    return made


def _divided(design: Design, share: int) -> Patch:
    """Links and circuits with a share of their rates."""
    links = tuple(Set("links", one.id, {"speed_bps": one.speed_bps // share}) for one in design.cabling.links)
    rates = ("rate_up_bps", "rate_down_bps")
    return links + tuple(
        Set("circuits", one.id, {name: getattr(one, name) // share for name in rates})
        for one in design.cabling.circuits
    )


def order_of_strangers(one: Drawn) -> Trial:
    """The order of rules of a policy that never meet means nothing."""
    made, network = Trial(), compile_network(one.design, BENCH.catalog)
    swaps = [pair for policy in one.design.security.policies for pair in _strangers(network, policy.id)]
    if swaps:
        a, b = Random(one.seed).choice(swaps)
        orders = (Set("policy_rules", a.id, {"order": b.order}), Set("policy_rules", b.id, {"order": a.order}))
        other = changed(one, apply(one.design, orders))
        made.expect(not other, f"{a.id} and {b.id}: {other}")
    return made


def _strangers(network: Network, policy: str) -> Iterator[tuple[PolicyRule, PolicyRule]]:
    """Neighbours in a policy that no packet can match both of."""
    zones = [zone.id for zone in network.design.security.zones]
    for one, other in pairwise(ordered_rules(network, policy)):
        together = any(concerns(one, a, b) and concerns(other, a, b) for a in zones for b in zones)
        if not together or not space(rule_boxes(one)) & space(rule_boxes(other)):
            yield one, other


def repair(one: Drawn) -> Trial:
    """Repair makes nothing worse, and each of its steps pays."""
    made, random = Trial(), Random(one.seed)
    case = case_of(one.design, BENCH)
    mutants = [(rule, mutant) for rule in all_rules() for mutant in rule.mutants]
    for rule, mutant in random.sample(mutants, BROKEN):
        patch = mutant.mutate(case)
        if patch is None:
            continue
        broken = apply(one.design, patch)
        mended = repair_design(broken, BENCH)
        before = {verdict.rule: verdict for verdict in judge(case_of(broken, BENCH))}
        after = {verdict.rule: verdict for verdict in judge(case_of(mended.design, BENCH))}
        harm = worse(before, after, may_vanish=True)
        failing, left = (sum(v.status is Status.FAIL for v in some.values()) for some in (before, after))
        steps = mended.repair.steps
        paid = left < failing or mended.repair.score_after >= mended.repair.score_before
        if steps:
            made.expect(harm == () and paid, f"{rule.code} {mutant.title!r}: {harm}, {failing} failures, then {left}")
    return made


def mutants(one: Drawn) -> Trial:
    """What a rule guards against makes it fail on any design."""
    made, random = Trial(), Random(one.seed)
    some = [_with_one_mutant(rule, random) for rule in random.sample(all_rules(), MUTANTS)]
    for result in mutate_design(one.design, BENCH, rules=some, every_rule=False):
        if result.fate in {Fate.KILLED, Fate.SURVIVED}:
            made.expect(result.fate is Fate.KILLED, f"{result.rule} {result.mutant!r} survives")
    return made


def _with_one_mutant(rule: Rule, random: Random) -> Rule:
    return replace(rule, mutants=random.sample(rule.mutants, min(1, len(rule.mutants))))


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation, and how often it must be put to the test for each design on average, so that it means something."""

    holds: Callable[[Drawn], Trial]
    least: float


RELATIONS: Final = {
    "a drawn design has no critical or error failure": Relation(no_failure, 100),
    "other names, words and orders change no verdict": Relation(other_words, 1),
    "what fails for want of ways is not healed by taking more away": Relation(fewer_ways, 0.5),
    "more capacity never makes a link too full": Relation(more_capacity, 3),
    "the order of rules that never meet means nothing": Relation(order_of_strangers, 0.8),
    "repair only improves": Relation(repair, 0.5),
    "mutants of a drawn design are caught": Relation(mutants, 3),
}


def trials(seed: int) -> dict[str, Trial] | None:
    """Every relation tried on the design of a seed; None where its requirements are refused."""
    design = drawn(seed)
    if design is None:
        return None
    verdicts = {verdict.rule: verdict for verdict in judge(case_of(design, BENCH))}
    one = Drawn(seed, design, verdicts)
    return {name: relation.holds(one) for name, relation in RELATIONS.items()}
