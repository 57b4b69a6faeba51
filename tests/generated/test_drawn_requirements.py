"""What comes of requirements drawn at random: a valid design, or a refusal with real ways out.

A few small ones here; `make generated` takes hundreds of all sizes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.decoding import decode
from netdesign.model.edits import Edit
from netdesign.model.requirements import Requirements
from netdesign.services.synthesize_design import synthesize_design
from netdesign.services.workbench import default_workbench
from tests.generated.drawing import FULL, SMALL, TYPES, requirements
from tests.generated.page import page, summary
from tests.generated.trial import DESIGN, INVALID, REFUSAL, SLOW_S, Row, broken_ways, row

MANY = range(1, 1 + 700)
SHOWN = (3, 5, 14, 189)
"""A campus, networks at a provider and two data centres, one of which contradicts itself."""


@pytest.mark.parametrize("limits", [FULL, SMALL])
def test_drawn_requirements_can_be_read(limits) -> None:
    for seed in MANY:
        decode(Requirements, requirements(seed, limits), subject="requirements")


def test_a_seed_gives_the_same_requirements_again() -> None:
    assert requirements(11) == requirements(11)
    assert requirements(11) != requirements(11 + len(TYPES))


def test_every_type_and_size_is_drawn() -> None:
    drawn = [requirements(seed) for seed in MANY]
    sites, users, devices = ([one["scale"][name] for one in drawn] for name in ("sites", "users", "devices"))

    assert {one["network_type"] for one in drawn} == set(TYPES)
    assert (min(sites), min(users), min(devices)) == (1, 0, 1)
    assert 1_000 < max(sites) <= FULL.sites
    assert 30_000 < max(users) <= FULL.users
    assert 5_000 < max(devices) <= FULL.devices


@pytest.mark.parametrize("seed", SHOWN)
def test_a_request_gives_a_valid_design_or_a_refusal_with_ways_out(seed: int) -> None:
    found = row(seed, SMALL)

    assert found.faults == []
    assert found.outcome in (DESIGN, REFUSAL)


def test_a_way_out_that_is_none_is_told() -> None:
    document = requirements(189, SMALL)
    with pytest.raises(InfeasibleError) as refused:
        synthesize_design(document, default_workbench())
    (conflict,) = refused.value.conflicts
    assert isinstance(conflict, Conflict)
    same = Relaxation(field="servers/nics", from_value="1", to_value="1", statement="leave it at that", cost="none",
                      edits=(Edit(pointer="/servers/nics", value=1),))  # fmt: skip
    lost = replace(conflict, relaxations=(same,))

    assert any("leave it at that" in fault for fault in broken_ways(document, [lost]))
    assert broken_ways(document, [replace(conflict, relaxations=())]) == [f"{conflict.code}: no way out"]


def test_the_page_names_what_failed_and_what_took_long() -> None:
    rows = [
        Row(1, "wan", 4, 10, 5, outcome=DESIGN, seconds=2.0),
        Row(2, "hybrid", 1, 10, 5, outcome=INVALID, seconds=SLOW_S + 1, codes=["CAP-01"], faults=["CAP-01 too few"]),
        Row(3, "wan", 9, 10, 5, outcome=REFUSAL, seconds=1.0, codes=["mesh-too-large"]),
    ]

    assert summary(rows) == "3 requests: 1 design, 1 invalid, 1 refusal; 1 failed, 1 took over 60 s"
    text = page(rows)
    assert "| wan | 2 | 1 | 1 (50%) | 0 | 2.0 |" in text
    assert "Over 60 s: 2 (hybrid, 61 s)." in text
    assert "- seed 2 (hybrid, invalid):\n  - CAP-01 too few" in text
    assert "| 3 | wan | 9 | 10 | 5 | refusal | 1.0 | mesh-too-large |" in text
