"""TOP-03: roles against cables."""

from __future__ import annotations

from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Archetype, Role
from netdesign.rules.topology.top_03_layers import topology_layers as top_03
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import campus, clos, killed, messages, verdict

THREE = {"archetype": Archetype.THREE_TIER}


def test_roles_that_fit_the_cables_pass():
    assert verdict(top_03, *clos()).status is Status.PASS
    found = verdict(top_03, *campus(), **THREE)
    assert (found.status, found.measures[0].value) == (Status.PASS, 3)


def test_does_not_apply_to_one_tier_by_design():
    pair = [device("a", Role.LEAF), device("b", Role.LEAF)]
    assert verdict(top_03, *pair, archetype=Archetype.COLLAPSED_DATACENTER).status is Status.NOT_APPLICABLE
    assert verdict(top_03, archetype=Archetype.THREE_TIER).status is Status.NOT_APPLICABLE


def test_a_leaf_below_a_leaf_and_an_island_are_found():
    facts = [*clos(), device("l8", Role.LEAF), link("l8:1", "l0:9"), device("l9", Role.LEAF)]

    found = verdict(top_03, *facts)

    assert messages(found) == [
        "l8 is a leaf, 1 hops below the top by role, but its cables put it 2 hops below the top",
        "l9 is a leaf, 1 hops below the top by role, but its cables put it nowhere below the top",
    ]
    assert found.findings[1].witness == {"role": "leaf", "claimed_tier": 1, "found_tier": None}


def test_a_spine_without_leaves_is_none():
    found = verdict(top_03, *clos(), device("s9", Role.SPINE), link("s9:1", "s0:9"))

    assert messages(found) == ["s9 is a spine, but nothing of a lower tier hangs on it"]


def test_the_archetype_fixes_the_number_of_tiers():
    found = verdict(top_03, *clos(), archetype=Archetype.FIVE_STAGE_CLOS)

    assert messages(found) == ["the tallest fabric has 2 tiers; a five_stage_clos design has 3"]


def test_mutants():
    assert killed(top_03, *clos()) == [True, True]
    assert killed(top_03, *campus(), **THREE) == [True, True]
    assert [m.mutate(case(design(*clos(1)))) for m in top_03.mutants] == [None, None]
