"""A design in place and the one it is to become, as one: what stands stays unless the demand asks for a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final

from netdesign.graph.prefixes import parse_prefix, summarise
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.synthesis.expansion.rules_in_place import settle_rules

DERIVED: Final = frozenset({"lines", "costs", "decisions"})
"""Collections that follow from the others."""
TOLD: Final = frozenset({"flows", "policy_rules"})
"""Collections that retell the requirements."""
WORDS: Final = frozenset(
    {"hostname", "name", "description", "owner", "software", "contract", "provider", "review_date", "justification"}
)
"""Fields that people fill in; what they wrote stays."""
PLACES: Final = frozenset({"addresses", "virtual_addresses"})
"""Lists of which an interface has one at a time."""
PREFIXES: Final = frozenset({"sources", "destinations"})
"""Fields of rules that hold prefixes."""


def merged(existing: Design, wanted: Design, own: Design | None = None) -> Design:
    """`wanted` with every fact of `existing` that it lacks, and with the words and lists that stand.

    Lists of names only grow. Whatever else differs is taken from `wanted`: it is what the demand changes. Flows
    that only the old requirements (`own`) lead to go, and so do the permits for them; what people made stays.
    """
    groups: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name, (group, _) in collections().items():
        old, new = collection_of(existing, name), collection_of(wanted, name)
        if name == "policy_rules":
            new = settle_rules(old, new)
        if own is not None and name in TOLD:
            outlived = _outlived(name, own, new)
            old = tuple(fact for fact in old if fact.id not in outlived)
        facts = new if name in DERIVED else _collection(name, old, new)
        if own is not None and name == "policy_rules":
            gone = _outlived("flows", own, wanted.traffic.flows)
            facts = tuple(replace(rule, flows=tuple(flow for flow in rule.flows if flow not in gone)) for rule in facts)
        groups.setdefault(group, {})[name] = facts
    parts = {group: replace(getattr(wanted, group), **facts) for group, facts in groups.items()}
    return replace(wanted, **parts)


def _outlived(name: str, own: Design, new: Iterable[Any]) -> set[str]:
    """Ids of facts that the old requirements led to and the new ones do not."""
    return {fact.id for fact in collection_of(own, name)} - {fact.id for fact in new}


def _collection(name: str, old: Iterable[Any], new: Iterable[Any]) -> tuple[Any, ...]:
    stands = {fact.id: fact for fact in old}
    after = {fact.id: _fact(name, stands.get(fact.id), fact) for fact in new}
    return tuple(fact for _, fact in sorted((stands | after).items()))


def _fact(name: str, old: Any, new: Any) -> Any:
    """The fact as it is to be: words that stand, lists that grow, anything else as wanted."""
    if old is None or old == new:
        return new
    changes: dict[str, Any] = {}
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.name in WORDS and before is not None:
            changes[field.name] = before
        elif name == "policy_rules" and field.name in PREFIXES:
            changes[field.name] = _covering(before, after)
        elif field.name not in PLACES and _names(before) and _names(after):
            changes[field.name] = grown(before, after)
    return replace(new, **changes)


def _names(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) for one in value)


def grown(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """Names of both, in the order wanted where nothing of what stands is missing there."""
    return after if set(before) <= set(after) else (*before, *(one for one in after if one not in before))


def _covering(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The prefixes wanted, and those that stand and that they do not cover; none at all means any."""
    if not before or not after:
        return ()
    wanted = [parse_prefix(text) for text in after]
    lost = [prefix for prefix in map(parse_prefix, before) if not any(one.covers(prefix) for one in wanted)]
    return tuple(map(str, summarise([*wanted, *lost]))) if lost else after
