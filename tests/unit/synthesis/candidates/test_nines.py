"""The next nine, and which changes reach it."""

from __future__ import annotations

import pytest

from netdesign.model.comparison import Score
from netdesign.synthesis.candidates.nines import changes, next_nine, priced, reaching, remakes
from netdesign.synthesis.candidates.scoring import score
from netdesign.synthesis.candidates.variants import BASE
from tests.unit.synthesis.candidates.examples import SHOP, designs, document


@pytest.mark.parametrize(
    ("unavailable", "expected"),
    [(0.2, 0.9), (0.01, 0.999), (0.0005, 0.9999), (0.001, 0.9999), (2.6e-4, 0.9999), (1e-12, 0.999999999)],
)
def test_the_next_nine_is_the_next_whole_one(unavailable, expected):
    assert next_nine(unavailable) == expected


def test_the_cheapest_change_that_reaches_it_is_the_price():
    base = designs("campus-branch")[BASE.id]
    present = score(base, SHOP.catalog, SHOP.parameters)
    wanted = next_nine(present.unavailability or 1)
    made = remakes(document("campus-branch"), base, SHOP, wanted, 99)

    ranked = reaching(made, wanted)
    found = priced(present, wanted, made, ranked[0])

    enough = [one.step for one in made if one.step.unavailability is not None and one.step.unavailability <= 1e-3]
    assert wanted == 0.999
    assert found.price_usd == pytest.approx(min(one.tco_usd or 0 for one in enough) - present.tco_usd, abs=0.01)
    assert found.by == "circuits for 0.999"
    again = ranked[0].design
    assert again is not None
    assert len(again.cabling.circuits) == len(base.cabling.circuits) + 1
    assert score(again, SHOP.catalog, SHOP.parameters).unavailability == ranked[0].step.unavailability
    assert again.requirements == base.requirements


def test_levels_that_the_sites_do_not_allow_are_refused_with_the_reason():
    base = designs("campus-branch")[BASE.id]
    made = {one.title: one.step for one in remakes(document("campus-branch"), base, SHOP, 0.999, 99)}

    assert "sites" in made["redundancy critical"].refused
    assert made["redundancy critical"].tco_usd is None
    assert len(remakes(document("campus-branch"), base, SHOP, 0.999, 2)) == 2


def test_downtime_in_minutes_gives_way_to_the_availability():
    sent = {"max_downtime_minutes_per_year": 500}
    base = designs("campus-branch")[BASE.id]
    edits = {title: change.edits for title, change in changes(sent, base.requirements, 0.9999)}

    assert [edit.pointer for edit in edits["circuits for 0.9999"]] == [
        "/max_downtime_minutes_per_year",
        "/availability_requirement",
    ]


def test_where_nothing_reaches_it_there_is_no_price():
    present = Score(tco_usd=5, unavailability=0.1, headroom=None, power_w=0)

    found = priced(present, 0.99, (), None)

    assert (found.now, found.price_usd, found.by) == (0.9, None, None)
