"""Where modules have to be validated, types with a known certificate are taken first and no type is refused for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.model.vocabulary import Role, SecurityLevel
from netdesign.synthesis.draft.grading import graded
from netdesign.synthesis.draft.selection import Needs, PortNeed, in_turn, select, suitable
from tests.unit.synthesis.datacenter_samples import G, requirements

CATALOG, PARAMETERS = default_catalog(), default_parameters()
GOVERNMENT = replace(requirements(), security_level=SecurityLevel.GOVERNMENT)
ROLES = (Role.FIREWALL, Role.LEAF, Role.ACCESS, Role.CORE, Role.INTERNET_EDGE)


def test_lower_levels_see_the_catalogue_as_it_is() -> None:
    assert graded(CATALOG, replace(GOVERNMENT, security_level=SecurityLevel.ENTERPRISE), PARAMETERS) is CATALOG


def test_a_drawback_names_the_day_and_follows_it() -> None:
    spring, autumn = (replace(GOVERNMENT, evaluation_date=day) for day in ("2026-03-01", "2026-11-24"))
    before, after = (graded(CATALOG, wanted, PARAMETERS) for wanted in (spring, autumn))

    assert before.device("EX4650-48Y-AFO").drawback == ""
    assert after.device("EX4650-48Y-AFO").drawback.endswith("for 2026-11-24")
    assert before.device("CCR2116-12G-4S+").drawback
    assert len(before) == len(CATALOG)
    assert before.version == CATALOG.version
    assert [one.sku for one in before.devices(Role.CORE)] == [one.sku for one in CATALOG.devices(Role.CORE)]


@given(
    st.sampled_from(ROLES),
    st.integers(1, 40),
    st.sampled_from([1 * G, 10 * G, 25 * G, 100 * G]),
    st.sampled_from([(), ("cisco",), ("fortinet", "arista")]),
)
def test_the_choice_is_the_cheapest_of_the_validated_where_one_suits(
    role: Role, count: int, speed: int, vendors: tuple[str, ...]
) -> None:
    wanted = replace(GOVERNMENT, preferred_vendors=vendors)
    needs = Needs(ports=(PortNeed(count, speed),))
    fit = suitable(CATALOG.devices(role), role, needs, replace(wanted, preferred_vendors=()))
    offered = graded(CATALOG, wanted, PARAMETERS).devices(role)
    if not fit:
        with pytest.raises(InfeasibleError):
            select(offered, role, needs, wanted)
        return
    first = [kind for kind in fit if kind.validation_on(wanted.evaluation_date)] or list(fit)
    first = [kind for kind in first if kind.vendor in vendors] or first

    chosen = select(offered, role, needs, wanted)

    assert chosen.cost_usd == min(kind.priced()[0] for kind in first)
    assert chosen.kind.sku in {kind.sku for kind in first}
    assert {kind.sku for kind in suitable(offered, role, needs, wanted)} == {kind.sku for kind in first}


def test_those_set_aside_are_named_with_the_reason() -> None:
    offered = graded(CATALOG, GOVERNMENT, PARAMETERS).devices(Role.ACCESS)
    chosen = select(offered, Role.ACCESS, Needs(ports=(PortNeed(40, G),), features=frozenset({"poe"})), GOVERNMENT)

    assert chosen.kind.sku == "ICX7150-48ZP-8X10G"
    assert any("no FIPS 140 certificate" in why for _, why in chosen.refused)


def test_choices_that_a_few_narrow_get_all_types_in_the_second_turn() -> None:
    offered = graded(CATALOG, GOVERNMENT, PARAMETERS).devices(Role.LEAF)
    first, every = in_turn(offered, Role.LEAF, Needs(), GOVERNMENT)

    assert first
    assert all(not kind.drawback for kind in first)
    assert set(first) < set(every)
    assert {kind.sku for kind in every} == {
        kind.sku for kind in suitable(CATALOG.devices(Role.LEAF), Role.LEAF, Needs(), GOVERNMENT)
    }
    assert len(list(in_turn(CATALOG.devices(Role.LEAF), Role.LEAF, Needs(), GOVERNMENT))) == 1
