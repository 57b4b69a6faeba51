"""What holds for every security rule: it survives broken designs, and neither names nor order sway it."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netdesign.rules.security
from netdesign.model.design import Design
from netdesign.model.patch import GROUPS, Remove, Set, apply, collection_of, collections
from netdesign.model.vocabulary import Redundancy
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.exact import administered, exact, with_guests
from tests.support.sketch import case
from tests.support.stronghold import stronghold

RULES = tuple(
    rule
    for module in pkgutil.iter_modules(netdesign.rules.security.__path__)
    for rule in vars(importlib.import_module(f"netdesign.rules.security.{module.name}")).values()
    if isinstance(rule, Rule)
)
SOUND = stronghold()
FACTS = [(name, fact.id) for name in collections() for fact in collection_of(SOUND, name) if hasattr(fact, "id")]


SAMPLES = (SOUND, administered(), with_guests(), exact(redundancy=Redundancy.HIGH))
"""Designs of which some have what a rule is about."""


def broken_by(rule: Rule) -> tuple[Design, ...]:
    """The first sample that a mutant of the rule applies to, and the mutated one; a plain sample where none does."""
    for made in SAMPLES:
        for mutant in rule.mutants:
            patch = mutant.mutate(case(made))
            if patch is not None:
                return made, apply(made, patch)
    return (SOUND,)


def crashes(made: Design) -> list[str]:
    """The codes of rules, and the titles of mutants, that break on a design."""
    held = case(made)
    broken = [rule.code for rule in RULES if judge_one(rule, held).crashed]
    for rule in RULES:
        for mutant in rule.mutants:
            mutant.mutate(held)
    return broken


def test_codes_are_those_of_the_catalogue_and_none_is_used_twice() -> None:
    codes = sorted(rule.code for rule in RULES)

    assert codes == sorted(set(codes))
    assert set(codes) <= {f"SEC-{n:02d}" for n in range(1, 31)}


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(FACTS), max_size=30))
def test_dangling_references_break_no_rule(gone: set[tuple[str, str]]) -> None:
    assert crashes(apply(SOUND, tuple(Remove(*fact) for fact in sorted(gone)))) == []


@pytest.mark.parametrize("name", sorted({name for name, _ in FACTS}))
def test_an_empty_collection_breaks_no_rule(name: str) -> None:
    assert crashes(apply(SOUND, tuple(Remove(name, identity) for at, identity in FACTS if at == name))) == []


@pytest.mark.parametrize(
    "changes",
    [
        [Set("interfaces", "core1:dmz-svi", {"addresses": ("nonsense", "10.0.0.1", "fd00::1/64")})],
        [Set("subnets", "dmz", {"prefix": ""}), Set("subnets", "user", {"prefix": "10.0.2.1/99"})],
        [Set("endpoint_groups", "staff", {"count": 0}), Set("endpoint_groups", "web", {"count": -5})],
        [Set("circuits", "dia1", {"rate_down_bps": 0}), Set("circuits", "dia2", {"rate_down_bps": -1})],
        [
            Set("flows", name, {"up_bps": 0, "down_bps": 0})
            for name in ("public", "web-apps", "staff-apps", "staff-web")
        ],
        [Set("policy_rules", "p1", {"services": (), "sources": ("x",), "destinations": ("::/0", "y")})],
        [Set("ha_groups", "fw", {"members": ()}), Set("devices", "fw1", {"power_feeds": ()})],
        [Set("service_instances", "log1", {"address": "", "transport": "", "events_per_second": 0})],
    ],
)
def test_nonsense_breaks_no_rule(changes: list[Set]) -> None:
    assert crashes(apply(SOUND, tuple(changes))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_order_of_facts_does_not_matter(rule: Rule) -> None:
    for made in broken_by(rule):
        there, back = judge_one(rule, case(made)), judge_one(rule, case(_reversed(made)))
        assert (there.status, there.severity, len(there.findings)) == (back.status, back.severity, len(back.findings))


def _reversed(made: Design) -> Design:
    for group in GROUPS:
        value = getattr(made, group)
        turned = {
            name: tuple(reversed(getattr(value, name))) for name, (home, _) in collections().items() if home == group
        }
        made = replace(made, **{group: replace(value, **turned)})
    return made


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_names_do_not_matter(rule: Rule) -> None:
    for made in broken_by(rule):
        named, renamed = judge_one(rule, case(made)), judge_one(rule, case(_renamed(made)))
        assert not named.crashed
        assert (named.status, named.severity, len(named.findings)) == (
            renamed.status,
            renamed.severity,
            len(renamed.findings),
        )


def _renamed(made: Design) -> Design:
    """Every id in other words; interfaces keep their names, for links name them."""
    facts = [fact for name in collections() for fact in collection_of(made, name) if hasattr(fact, "id")]
    code = {identity: f"x{number}" for number, identity in enumerate(sorted({fact.id for fact in facts}))}

    def other(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(other(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            kept = ("name", "port", "transport", "security", "cipher")
            return replace(
                value, **{f.name: other(getattr(value, f.name)) for f in fields(value) if f.name not in kept}
            )
        return code.get(value, value) if type(value) is str else value

    return replace(made, **{group: other(getattr(made, group)) for group in GROUPS})
