"""What each open question would change, and which are worth asking."""

from __future__ import annotations

from functools import cache

import pytest

from netdesign.model.comparison import Grounds, Sensitivity
from netdesign.model.edits import edited
from netdesign.model.resolved import Basis, ResolvedRequirements
from netdesign.synthesis.candidates.ranges import RANGES, UNTRIED
from netdesign.synthesis.candidates.scoring import score
from netdesign.synthesis.candidates.sensitivity import Known, defaulted, questions, sensitivities
from netdesign.synthesis.candidates.variants import BASE
from netdesign.synthesis.trial import Shop, tried, understood
from tests.unit.synthesis.candidates.examples import SHOP, SMALL, designs, document


@cache
def found(name: str, *, by_bound: bool = False) -> dict[str, Sensitivity]:
    base = designs(name)[BASE.id]
    known = Known(base, score(base, SHOP.catalog, SHOP.parameters).tco_usd, True)
    every = sensitivities(document(name), known, SHOP, lambda design: True, by_bound=by_bound)
    assert [one.impact for one in every] == sorted((one.impact for one in every), reverse=True)
    return {one.field: one for one in every}


@pytest.mark.parametrize("name", SMALL)
def test_every_field_that_nobody_stated_is_there_with_values_or_a_reason(name):
    asked = designs(name)[BASE.id].requirements
    open_fields = {entry.field for entry in asked.provenance if entry.basis is Basis.DEFAULT}

    assert set(found(name)) == open_fields == set(defaulted(asked))
    for one in found(name).values():
        assert one.reason
        assert bool(one.effects) == (one.grounds is not Grounds.NONE)


def test_every_field_can_be_tried_or_says_why_not():
    fields = {one.field for one in RANGES}

    assert not fields & UNTRIED.keys()
    assert fields | UNTRIED.keys() <= set(ResolvedRequirements.__dataclass_fields__)
    assert all(one.reason and one.question.endswith("?") for one in RANGES)


@pytest.mark.parametrize("field", ["expected_growth_rate", "scalability_horizon_years", "internet_facing"])
def test_the_change_is_that_of_a_design_made_with_the_value(field):
    one = next(one for one in found("dc-2-racks").values() if one.pointer == field)
    base = score(designs("dc-2-racks")[BASE.id], SHOP.catalog, SHOP.parameters).tco_usd
    value = {"expected_growth_rate": 0.3, "scalability_horizon_years": 5, "internet_facing": ["https"]}[field]

    again = tried(document("dc-2-racks") | {field: value}, SHOP)

    cost = score(again, SHOP.catalog, SHOP.parameters).tco_usd
    effect = one.effects[-1]
    assert effect.tco_usd == cost
    assert effect.change == pytest.approx((cost - base) / base, abs=1e-4)
    assert one.impact >= abs(effect.change or 0)
    assert one.ask == (one.impact > 0.1)


def test_questions_are_those_that_matter_most_first():
    every = found("dc-2-racks")
    asked = questions(every.values())

    assert asked[0].startswith("Which services are offered to the Internet? Assumed: nothing; [https]: +")
    assert len(asked) == sum(one.ask for one in every.values())
    assert any("How much does demand grow" in question for question in asked)


def test_another_shape_no_design_and_no_validity_count_more_than_money():
    base = designs("campus-branch")[BASE.id]
    known = Known(base, 49_000.0, True)
    sent = document("campus-branch")

    worse = {one.field: one for one in sensitivities(sent, known, SHOP, lambda design: False, by_bound=False)}
    none = edited(sent, ())
    without = Shop(type(SHOP.catalog)((), "empty"), SHOP.parameters)
    refused = {one.field: one for one in sensitivities(none, known, without, lambda design: True, by_bound=False)}

    assert {one.impact > 1 for one in worse.values() if one.effects} == {True}
    assert all(effect.refused for effect in refused["growth_rate"].effects)
    assert refused["growth_rate"].ask


def test_large_designs_are_weighed_by_their_least_cost():
    every = found("dc-2-racks", by_bound=True)

    assert {one.grounds for one in every.values()} == {Grounds.BOUND, Grounds.NONE}
    assert every["growth_rate"].effects[-1].tco_usd is None
    assert (every["growth_rate"].effects[-1].change or 0) > 0.05
    assert every["horizon_years"].effects[0].change is not None


def test_a_change_is_made_to_the_request_or_to_what_it_cannot_state():
    base = designs("dc-2-racks")[BASE.id]
    share = next(one for one in RANGES if one.field == "east_west_share")
    change = share.tries(base, SHOP)[0].change

    assert understood(document("dc-2-racks"), SHOP, change).requirements.east_west_share == 0.5
    workload = next(one for one in RANGES if one.field == "fabric_workload")
    words = [value.change for value in workload.tries(base, SHOP)]
    resolved = [understood(document("dc-2-racks"), SHOP, one).requirements.fabric_workload for one in words]
    assert resolved == ["light", "storage"]
