"""Candidates as a use case: judged, compared, recommended."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from netdesign.errors import InfeasibleError
from netdesign.model.canonical import design_digest, to_document
from netdesign.model.comparison import Why
from netdesign.model.vocabulary import Mode
from netdesign.services.compare_candidates import EFFORTS, Compared, compare_candidates
from netdesign.services.synthesize_design import synthesize_design
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.candidates.pareto import better_in, dominates, knee
from tests.unit.synthesis.candidates.examples import document

BENCH = default_workbench()
NAMES = ("dc-2-racks", "campus-branch")


@cache
def compared(name: str) -> Compared:
    return compare_candidates(document(name), BENCH, open_questions=False)


@pytest.mark.parametrize("name", NAMES)
def test_offers_a_few_valid_designs_that_no_other_beats(name):
    found = compared(name).comparison
    scores = {one.id: one.score for one in found.candidates}
    every = [*scores.values(), *(one.score for one in found.rejected if one.score and one.why is not Why.NOT_VALID)]

    assert 2 <= len(found.candidates) <= 4
    assert all(one.valid and not one.failed_rules for one in found.candidates)
    assert not any(dominates(other, mine) for mine in scores.values() for other in every)
    assert [one.id for one in found.candidates if one.recommended] == [found.recommended]
    assert found.candidates[0].id == found.recommended == knee(scores)
    assert "Zeleny 1973" in found.method


@pytest.mark.parametrize("name", NAMES)
def test_every_design_on_offer_stands_up_to_the_rules_again(name):
    for one in compared(name).comparison.candidates:
        made = compared(name).designs[one.id]

        assert design_digest(made.design) == one.digest
        assert validate_design(made.design, BENCH, mode=Mode.STRICT).valid
        assert (one.devices, one.links) == (len(made.design.inventory.devices), len(made.design.cabling.links))
    assert compared(name).chosen == compared(name).designs[compared(name).comparison.recommended or ""]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_offered_says_why(name):
    found = compared(name).comparison
    scores = {one.id: one.score for one in found.candidates}

    for one in found.rejected:
        assert one.reason
        if one.why is Why.DOMINATED and one.other in scores and one.score is not None:
            assert dominates(scores[one.other], one.score)
            assert all(word in one.reason for word in better_in(scores[one.other], one.score))
    assert {one.why for one in found.rejected} >= {Why.EQUAL, Why.DOMINATED}


def test_the_same_request_is_compared_the_same_way():
    again = compare_candidates(document("campus-branch"), BENCH, open_questions=False)

    assert to_document(again.comparison) == to_document(compared("campus-branch").comparison)


def test_the_next_nine_is_priced_by_a_design_that_holds():
    nine = compared("dc-2-racks").comparison.next_nine

    assert nine is not None
    assert (nine.wanted, nine.by) == (0.9999, "redundancy high")
    assert nine.now == pytest.approx(0.999735, abs=1e-6)
    bought = next(step for step in nine.tried if step.title == nine.by)
    assert bought.valid is True
    assert nine.price_usd == pytest.approx((bought.tco_usd or 0) - nine.tco_usd, abs=0.01)


def test_a_request_that_no_design_meets_is_refused_as_for_one_design():
    request = document("dc-2-racks") | {"redundancy": "critical"}

    with pytest.raises(InfeasibleError) as alone:
        synthesize_design(request, BENCH)
    with pytest.raises(InfeasibleError) as several:
        compare_candidates(request, BENCH)

    assert str(several.value) == str(alone.value)


def test_designs_that_do_not_hold_are_shown_as_such():
    request = document("campus-branch") | {"budget": 50_000}

    found = compare_candidates(request, BENCH, open_questions=False).comparison
    turned = {one.id: one for one in found.rejected}

    assert [one.id for one in found.candidates] == ["as-asked"]
    assert turned["more-redundant"].why is Why.NOT_VALID
    assert "CAP-29 budget" in turned["more-redundant"].reason


def test_where_nothing_holds_the_design_itself_is_shown_and_none_recommended():
    request = document("campus-branch") | {"budget": 40_000}

    found = compare_candidates(request, BENCH, open_questions=False)

    assert found.comparison.recommended is None
    assert [(one.id, one.valid, one.failed_rules) for one in found.comparison.candidates] == [
        ("as-asked", False, ("CAP-29",))
    ]
    assert found.chosen.design.id == found.designs["as-asked"].design.id


def test_open_questions_are_worked_out_when_asked_for(monkeypatch):
    limits = tuple((most, replace(effort, variants=1, remakes=0, designed=False)) for most, effort in EFFORTS)
    monkeypatch.setattr("netdesign.services.compare_candidates.EFFORTS", limits)

    found = compare_candidates(document("campus-branch"), BENCH).comparison

    assert len(found.untried) > 5
    assert "not made so many times" in found.untried[0]
    assert {one.grounds for one in found.sensitivities} == {"bound", "none"}
    assert len(found.questions) == sum(one.ask for one in found.sensitivities) > 0
    assert found.next_nine is not None
    assert found.next_nine.price_usd is None
