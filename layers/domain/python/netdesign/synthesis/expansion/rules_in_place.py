"""The rules of firewalls that stand keep their names and places; new ones go between them and the last denial."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from netdesign.model.security import Action, PolicyRule


def settle_rules(old: Sequence[PolicyRule], new: Sequence[PolicyRule]) -> tuple[PolicyRule, ...]:
    """`new` rules with the id and order of those of `old` that do the same job, and free ones for the rest."""
    stands: dict[str, list[PolicyRule]] = defaultdict(list)
    for rule in old:
        stands[rule.policy].append(rule)
    wanted: dict[str, list[PolicyRule]] = defaultdict(list)
    for rule in new:
        wanted[rule.policy].append(rule)
    settled = [rule for policy, rules in wanted.items() for rule in _policy(stands.get(policy, []), rules)]
    return tuple(sorted(settled, key=lambda rule: rule.id))


def _policy(old: Sequence[PolicyRule], new: Sequence[PolicyRule]) -> list[PolicyRule]:
    if not old:
        return list(new)
    pairs = _pairs(old, sorted(new, key=lambda rule: rule.order))
    found = [replace(rule, id=mate.id, order=mate.order) for rule, mate in pairs if mate is not None]
    fresh = [rule for rule, mate in pairs if mate is None]
    orders = _free_orders(old, len(fresh))
    ids = _free_ids(fresh, {rule.id for rule in old})
    return [
        *found,
        *(replace(rule, id=name, order=at) for rule, name, at in zip(fresh, ids, orders, strict=True)),
    ]


def _pairs(old: Sequence[PolicyRule], new: Sequence[PolicyRule]) -> list[tuple[PolicyRule, PolicyRule | None]]:
    """Each new rule with the one that stands and does the same job: same zones, action and family, and most flows."""
    left = list(old)
    found: list[tuple[PolicyRule, PolicyRule | None]] = []
    for rule in new:
        alike = [mate for mate in left if _job(mate) == _job(rule)]
        mate = max(alike, key=lambda one: (_likeness(one, rule), -one.order), default=None)
        if mate is not None and (_likeness(mate, rule) > 0 or not rule.flows):
            left.remove(mate)
            found.append((rule, mate))
        else:
            found.append((rule, None))
    return found


def _job(rule: PolicyRule) -> tuple[object, ...]:
    if rule.action is Action.DENY:
        return rule.action, rule.source_zones, rule.destination_zones, rule.sources, rule.destinations, rule.services
    six = any(":" in prefix for prefix in (*rule.sources, *rule.destinations))
    return rule.action, rule.source_zones, rule.destination_zones, six


def _denies_rest(rule: PolicyRule) -> bool:
    narrowed = (*rule.source_zones, *rule.destination_zones, *rule.sources, *rule.destinations, *rule.services)
    return rule.action is Action.DENY and not narrowed


def _likeness(a: PolicyRule, b: PolicyRule) -> float:
    """The share of their flows, then of their prefixes, that two rules have in common."""
    flows = len({*a.flows} & {*b.flows}) / max(1, len({*a.flows} | {*b.flows}))
    own, other = {*a.sources, *a.destinations}, {*b.sources, *b.destinations}
    return flows + len(own & other) / (1000 * max(1, len(own | other)))


def _free_orders(old: Iterable[PolicyRule], count: int) -> list[int]:
    """Free orders before the last denial, those after the last permit first."""
    taken = {rule.order for rule in old}
    end = min((rule.order for rule in old if _denies_rest(rule)), default=max(taken) + count + 1)
    permits = [order for order in taken if order < end]
    after = [order for order in range(max(permits, default=0) + 1, end) if order not in taken]
    before = [order for order in range(1, max(permits, default=0)) if order not in taken]
    return sorted((after + before[::-1])[:count])


def _free_ids(rules: Sequence[PolicyRule], taken: set[str]) -> list[str]:
    """An id of the policy for each rule that no other has."""
    found, number = list[str](), 0
    for rule in rules:
        while (name := f"{rule.policy}-{number:04d}") in taken or not number:
            number += 1
        taken.add(name)
        found.append(name)
    return found
