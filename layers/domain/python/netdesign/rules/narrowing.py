"""Permits that flows need and no more, for the fixes of rules that find a policy too wide or too narrow."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from netdesign.analysis.policy.needs import Crossing, crossing_boxes, crossings
from netdesign.analysis.policy.policy import concerns, ordered_rules, rule_boxes
from netdesign.graph.headerspace import space
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, PolicyRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.verdict import Finding
    from netdesign.rules.case import Case

OWNER = "network-security"


def as_flows(case: Case, rule: PolicyRule) -> Patch:
    """Put in a rule's place one permit for each flow that no other permit of its policy covers."""
    others = [
        one for one in ordered_rules(case.network, rule.policy) if one.id != rule.id and one.action is Action.PERMIT
    ]
    lost = [one for one in crossings(case.network) if _only_by(one, rule, others)]
    return (Remove("policy_rules", rule.id), *permits(case, rule.policy, lost, rule))


def _only_by(crossing: Crossing, rule: PolicyRule, others: list[PolicyRule]) -> bool:
    """Whether a crossing needs the rule: it says so or permits it, and no other permit does."""
    if not concerns(rule, crossing.source, crossing.target):
        return False
    meant = replace(rule, services=()) if crossing.flow in rule.flows else rule
    wanted = space(crossing_boxes(crossing)) & space(rule_boxes(meant))
    if not wanted:
        return False
    boxes = [box for one in others if concerns(one, crossing.source, crossing.target) for box in rule_boxes(one)]
    return not space(boxes).covers(wanted)


def permits(case: Case, policy: str, lost: list[Crossing], like: PolicyRule | None = None) -> Patch:
    """Permits for the crossings, where `like` stands or before the last rule of a policy.

    Crossings between the same addresses share a permit, treated as others that lead to the same zone.
    """
    rules = ordered_rules(case.network, policy)
    order = like.order if like is not None else max((rule.order for rule in rules), default=1) - 1
    taken = {rule.id for rule in case.design.security.policy_rules}
    together: dict[object, list[Crossing]] = {}
    for one in lost:
        key = (one.source, one.target, one.version, one.sources, one.targets)
        together.setdefault(key, []).append(one)
    made = []
    for some in together.values():
        name = next(n for n in _names(f"{policy}-{some[0].flow}-ipv{some[0].version}") if n not in taken)
        taken.add(name)
        made.append(Add("policy_rules", replace(_permit(case, policy, some, like), id=name, order=order)))
    return tuple(made)


def _names(base: str) -> Iterator[str]:
    return (base if number == 1 else f"{base}-{number}" for number in count(1))


def _permit(case: Case, policy: str, some: list[Crossing], like: PolicyRule | None) -> PolicyRule:
    first = some[0]
    rules = [rule for rule in ordered_rules(case.network, policy) if rule.action is Action.PERMIT and rule is not like]
    kin = [rule for rule in rules if first.target in rule.destination_zones] or rules
    flows = tuple(dict.fromkeys(one.flow for one in some))
    return PolicyRule(
        id="",
        policy=policy,
        order=0,
        action=Action.PERMIT,
        source_zones=(first.source,),
        destination_zones=(first.target,),
        sources=first.sources or (),
        destinations=first.targets or (),
        services=tuple(dict.fromkeys(one.service for one in some)),
        inspect=tuple(sorted({one for rule in kin for one in rule.inspect})),
        log=True,
        owner=next((rule.owner for rule in kin if rule.owner), OWNER),
        justification=f"Needed by {', '.join(flows)} (IPv{first.version}).",
        flows=flows,
    )


def final_denial(case: Case, policy: str) -> Patch:
    """A last rule that refuses and logs whatever no other takes; permits that stood behind it come before."""
    rules = ordered_rules(case.network, policy)
    last = max((rule.order for rule in rules), default=0) + 10
    taken = {rule.id for rule in case.design.security.policy_rules}
    name = next(n for n in _names(f"{policy}-rest") if n not in taken)
    rest = PolicyRule(
        id=name,
        policy=policy,
        order=last,
        action=Action.DENY,
        log=True,
        owner=OWNER,
        justification="Whatever no flow needs is refused and logged.",
    )
    return (Add("policy_rules", rest),)


def rule_found(case: Case, finding: Finding) -> PolicyRule | None:
    """The rule that a finding's witness names."""
    found: PolicyRule | None = case.network.by_id("policy_rules").get(str(finding.witness.get("rule")))
    return found


def takes_all(rule: PolicyRule) -> bool:
    """Whether a rule names nothing and so matches everything."""
    return not (rule.source_zones or rule.destination_zones or rule.sources or rule.destinations or rule.services)


def without_rule(rule: str) -> Patch:
    """The design without a rule of a policy."""
    return (Remove("policy_rules", rule),)


def widened(rule: PolicyRule, **changes: object) -> Patch:
    """The design with a rule that names other things."""
    return (Set("policy_rules", rule.id, changes),)
