"""The same design in other words: every id and free text replaced, every list shuffled. No verdict may notice."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random
from typing import Any

from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.references import REFERENCES

KEPT = {"sites"}
"""A site's id is how the requirements name it, so it is no free choice of the design's."""

TEXTS = {
    "devices": ("hostname", "owner", "software"),
    "rooms": ("name",),
    "sites": ("name",),
    "endpoint_groups": ("name",),
    "srlgs": ("name",),
    "interfaces": ("description",),
    "vlans": ("name",),
    "vrfs": ("name",),
    "route_policies": ("name",),
    "zones": ("name",),
    "policies": ("name",),
    "policy_rules": ("owner", "justification"),
    "wireless_networks": ("ssid",),
    "published_services": ("name",),
    "service_instances": ("name", "administration"),
    "circuits": ("provider",),
    "decisions": ("question", "choice", "formula", "result"),
    "pools": ("purpose",),
}
"""Fields whose words mean nothing beyond being equal or different."""


def disguised(design: Design, seed: int) -> Design:
    """Return `design` with new ids and words and every collection in another order."""
    random = Random(seed)
    names = _new_names(design, random)
    words: dict[str, str] = {}
    groups: dict[str, dict[str, Any]] = {}
    for collection, (group, _) in collections().items():
        facts = [_renamed(fact, collection, names, words, random) for fact in collection_of(design, collection)]
        random.shuffle(facts)
        groups.setdefault(group, {})[collection] = tuple(facts)
    changed = {group: replace(getattr(design, group), **new) for group, new in groups.items()}
    requirements = replace(design.requirements, project_name="anything", description="core firewall encryption stp")
    return replace(design, name="anything", id="dsg_anything", requirements=requirements, **changed)


def _new_names(design: Design, random: Random) -> dict[str, dict[str, str]]:
    names = {}
    for collection in collections():
        ids = [fact.id for fact in collection_of(design, collection)]
        numbers = list(range(len(ids)))
        random.shuffle(numbers)
        kept = collection in KEPT
        names[collection] = {
            old: old if kept else f"x{number:06}-{collection[:3]}" for old, number in zip(ids, numbers, strict=True)
        }
    return names


def _renamed(
    fact: Any, collection: str, names: dict[str, dict[str, str]], words: dict[str, str], random: Random
) -> Any:
    changes: dict[str, Any] = {"id": names[collection][fact.id]}
    for field, targets in REFERENCES.get(collection, {}).items():
        known = {old: new for target in targets for old, new in names[target].items()}
        head, _, tail = field.partition(".")
        value = changes.get(head, getattr(fact, head))
        changes[head] = replace(value, **{tail: known[getattr(value, tail)]}) if tail else _mapped(value, known, random)
    for field in TEXTS.get(collection, ()):
        if getattr(fact, field):
            changes[field] = words.setdefault(getattr(fact, field), f"words-{len(words)}")
    present = {field.name for field in fields(fact)}
    return replace(fact, **{name: value for name, value in changes.items() if name in present})


def _mapped(value: Any, known: dict[str, str], random: Random) -> Any:
    if value is None:
        return None
    if isinstance(value, tuple):
        new = [known[item] for item in value]
        random.shuffle(new)
        return tuple(new)
    return known[value]
