"""Whatever is missing from a design, and whatever its ids and words are, the compliance rules answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.governance import State
from netdesign.model.inventory import Rack, Room, RoomKind
from netdesign.model.patch import Add, Remove, SetGovernance, apply, collection_of, collections
from netdesign.model.verdict import Verdict
from netdesign.model.vocabulary import Category, DataClass, Framework
from netdesign.rules.engine import judge_one
from netdesign.rules.registry import all_rules
from tests.support.disguise import disguised
from tests.support.sketch import case, design
from tests.unit.rules.compliance.audited import audited, holding, refs

RULES = [rule for rule in all_rules() if rule.category is Category.COMPLIANCE]
DATA = (DataClass.CHD, DataClass.EPHI, DataClass.PII, DataClass.CUI)
HALL = (
    Add("rooms", Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)),
    *(Add("racks", Rack(id=f"r{n}", room="hall", row=1, position=n, usable_units=42, breaker_w=5000)) for n in (0, 1)),
)
WHOLE = apply(
    audited(holding(*DATA), *HALL, asked=tuple(Framework), place="NL"), (SetGovernance({"state": State.SUBMITTED}),)
)


def shape(verdict: Verdict) -> tuple[object, ...]:
    """What of a verdict does not depend on names."""
    return verdict.rule, verdict.status, verdict.severity, len(verdict.findings), len(verdict.gaps)


def test_the_rules_are_complete() -> None:
    assert [rule.code for rule in RULES] == [f"CMP-{number:02}" for number in range(1, 29)]
    assert all(rule.mutants for rule in RULES)


@pytest.mark.parametrize("collection", [name for name in collections() if collection_of(WHOLE, name)])
def test_no_fact_is_taken_for_granted(collection: str) -> None:
    facts = collection_of(WHOLE, collection)
    without_all = apply(WHOLE, tuple(Remove(collection, fact.id) for fact in facts))
    without_one = apply(WHOLE, (Remove(collection, facts[0].id),))

    for made in (without_all, without_one):
        held = case(made)
        assert not [rule.code for rule in RULES if judge_one(rule, held).crashed]


def test_a_design_of_nothing_is_judged() -> None:
    held = case(replace(design(frameworks=refs(*Framework)), governance=WHOLE.governance))

    assert not [rule.code for rule in RULES if judge_one(rule, held).crashed]


@pytest.mark.parametrize("seed", [1, 2])
def test_names_and_order_mean_nothing(seed: int) -> None:
    plain, other = case(WHOLE), case(disguised(WHOLE, seed))

    for rule in RULES:
        assert shape(judge_one(rule, plain)) == shape(judge_one(rule, other))
