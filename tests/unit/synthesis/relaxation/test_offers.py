"""Every way out that is offered ends its conflict, and with it a design is made where that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from netdesign.analysis.failure.outages import outages
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.graph.network import compile_network
from netdesign.model.conflict import Conflict, Proof, Relaxation
from netdesign.model.design import Design
from netdesign.model.edits import edited
from netdesign.synthesis.relaxation.offers import countered
from netdesign.synthesis.relaxation.outcome import cost_usd
from netdesign.synthesis.relaxation.search import Trials
from netdesign.synthesis.trial import Shop, tried, understood
from tests.unit.model.requests import CAMPUS, SMALL, request

SHOP = Shop(default_catalog(), default_parameters())
BRANCH: dict[str, Any] = CAMPUS | {
    "network_type": "legacy_campus",
    "scale": {"devices": 20, "users": 12, "sites": 1},
    "bandwidth": {"min": "1Gbps", "max": "1Gbps"},
    "redundancy": "low",
    "security_level": "corporate",
    "sites": [{"name": "A", "users": 12, "endpoints": 2, "servers": 1, "area_m2": 260, "buildings": 1, "closets": 1}],
}
HALL: dict[str, Any] = SMALL | {"scale": {"devices": 20, "users": 20, "sites": 1}, "redundancy": "medium"}
TWO = {"scale": {"devices": 20, "users": 12, "sites": 2}}
QUICK = settings(max_examples=2, deadline=None, phases=(Phase.explicit, Phase.generate))


def refused(document: dict[str, Any], trials: int = 40) -> tuple[Conflict, ...]:
    """The conflicts of a request with their ways out; those of its layout where the conditions hold."""
    found = understood(document, SHOP)
    if found.conflicts:
        return countered(document, found.conflicts, SHOP, Trials(trials))
    with pytest.raises(InfeasibleError) as caught:
        tried(document, SHOP)
    known = tuple(one for one in caught.value.conflicts if isinstance(one, Conflict))
    return countered(document, known, SHOP, Trials(trials))


def holds(document: dict[str, Any], conflict: Conflict, way: Relaxation) -> Design | None:
    """Check that a way out ends its conflict and brings no other; the design that is made with it, where said."""
    assert way.edits, way
    before = {one.code for one in understood(document, SHOP).conflicts}
    changed = edited(document, way.edits)
    left = {one.code for one in understood(changed, SHOP).conflicts}
    assert conflict.code not in left
    assert left <= before
    return tried(changed, SHOP) if way.proof is Proof.DESIGN else None


def near(at: int) -> dict[str, Any]:
    return {"sites": [{"name": "A", "lat": 50.0, "lon": 8.0}, {"name": "B", "lat": 50.0 + at, "lon": 9.0}]}


def text(field: str, words: str, **more: Any) -> dict[str, Any]:
    return {field: ["ERP", words], **more}


BROKEN: dict[str, Callable[[int], dict[str, Any]]] = {
    "availability-contradicts-downtime": lambda n: request(
        BRANCH, availability_requirement=0.99, max_downtime_minutes_per_year=1 + n * 10
    ),
    "redundancy-needs-sites": lambda n: request((BRANCH, HALL)[n % 2], redundancy="critical"),
    "compliance-needs-segmentation": lambda n: request(
        BRANCH, compliance=["HIPAA", "GDPR"][: 1 + n % 2], requires_segmentation=False
    ),
    "security-needs-segmentation": lambda n: request(BRANCH, requires_segmentation=False),
    "compliance-needs-denying-default": lambda n: request(BRANCH, compliance=["HIPAA"], security_level="basic"),
    "compliance-needs-validated-crypto": lambda n: request(HALL, compliance=["FedRAMP High"]),
    "compliance-keeps-terminals-apart": lambda n: request(BRANCH, compliance=["PCI DSS", "HIPAA"]),
    "security-needs-encryption": lambda n: request(HALL, security_level="government", requires_encryption=False),
    "security-needs-ipv6": lambda n: request(HALL, security_level="government", addressing={"ipv6": False}),
    "latency-below-physics": lambda n: request(HALL, max_latency_ms=1, **TWO, **near(1 + n % 30)),
    "replication-beyond-reach": lambda n: request(
        HALL, servers={"count": 20}, **TWO, **near(10 + n % 20), **text("use_cases", "synchronous replication")
    ),
    "isolated-but-connected": lambda n: request(
        BRANCH, **text("special_requirements", "air-gapped"), internet_facing=["https", "smtp"][: 1 + n % 2]
    ),
    "more-servers-than-rack-units": lambda n: request(
        HALL, servers={"count": 100 + n}, sites=[{"name": "A", "servers": 100 + n, "racks": 1 + n % 2}]
    ),
    "less-power-than-servers-draw": lambda n: request(
        HALL, servers={"count": 40 + n}, sites=[{"name": "A", "racks": 3, "kw": 2 + n % 3}]
    ),
    "address-space-too-small": lambda n: request(BRANCH, addressing={"supernets": [f"10.3.{n}.0/26", "fd00:1::/48"]}),
    "vendors-leave-no-device": lambda n: request(
        BRANCH,
        excluded_vendors=["cisco", "fortinet", "palo-alto", "juniper", "check-point", "dell", "nokia"][: 5 + n % 3],
    ),
    "rate-above-catalogue": lambda n: request(HALL, servers={"count": 10, "nic_speed": f"{3 + n % 2}Gbps"}),
}  # fmt: skip


@pytest.mark.parametrize("code", BROKEN)
@given(n=st.integers(0, 40))
@QUICK
def test_a_condition_is_met_by_each_of_its_ways_out(code, n):
    document = BROKEN[code](n)
    found = {one.code: one for one in refused(document, trials=6)}
    assume(code in found)

    assert found[code].relaxations
    for way in found[code].relaxations:
        holds(document, found[code], way)


@given(percent=st.integers(30, 80), hard=st.booleans())
@QUICK
def test_the_budget_that_is_offered_pays_for_the_design(percent, hard):
    least = cost_usd(tried(BRANCH, SHOP), SHOP)
    stated = {"constraint_type": "budget", "description": "x", "value": f"EUR {int(least * percent / 400)}"}
    document = request(BRANCH, constraints=[stated | ({"is_hard_constraint": True} if hard else {})])

    (conflict,) = refused(document)

    ways = {way.field: way for way in conflict.relaxations}
    assert conflict.code == "budget-below-least-cost"
    for field, way in ways.items():
        design = holds(document, conflict, way)
        if design is not None:
            assert cost_usd(design, SHOP) <= (design.requirements.budget_usd or 0)
            assert f"{cost_usd(design, SHOP):,.0f} USD" in way.cost, field
    raised = tried(edited(document, ways["budget"].edits), SHOP)
    assert cost_usd(raised, SHOP) == pytest.approx(least)
    assert (raised.requirements.budget_usd or 0) - least < 1_200, "no more than it takes"
    assert not understood(edited(document, ways["constraints"].edits), SHOP).requirements.budget_is_hard


def test_the_most_users_that_a_budget_pays_for_are_found():
    document = request(BRANCH, scale={"devices": 20, "users": 1500, "sites": 1}, sites=[], budget="USD 90000")

    (conflict,) = refused(document)

    way = next(way for way in conflict.relaxations if way.field == "scale/users")
    users = int(way.to_value)
    assert 0 < users < 1500
    assert cost_usd(tried(edited(document, way.edits), SHOP), SHOP) <= 90_000
    if "not tried" not in way.cost:
        more = request(document, scale={"devices": 20, "users": users + 1, "sites": 1})
        assert understood(more, SHOP).conflicts or cost_usd(tried(request(more, budget=10**9), SHOP), SHOP) > 90_000


@pytest.mark.parametrize(
    "wish",
    [
        {"availability_requirement": "99.999%"},
        {"max_downtime_minutes_per_year": 5},
        {"availability_requirement": 0.9998},
    ],
)
def test_the_availability_that_is_offered_is_reached(wish):
    document = request(BRANCH, **wish)

    (conflict,) = refused(document)

    assert conflict.code == "availability-needs-redundancy"
    ways = {way.field: way for way in conflict.relaxations}
    assert set(ways) == {"redundancy", next(iter(wish))}
    alone = [edit.pointer for edit in ways["redundancy"].edits] == ["/redundancy"]
    assert alone == (wish.get("availability_requirement") == 0.9998), "high redundancy reaches four nines and no more"
    for way in ways.values():
        design = holds(document, conflict, way)
        assert design is not None, way
        down = outages(compile_network(design, SHOP.catalog), SHOP.parameters.availability)[0].share
        assert 1 - down >= design.requirements.availability - 1e-12


def test_what_no_circuits_reach_is_lowered_to_what_the_design_reaches():
    document = request(BRANCH, redundancy="high", availability_requirement=0.99999999)

    (conflict,) = refused(document)

    (way,) = conflict.relaxations
    design = holds(document, conflict, way)
    assert conflict.code == "availability-beyond-circuits"
    assert design is not None
    assert design.requirements.availability < 0.9999999


LAYOUTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "a flow beyond all circuits": lambda n: request(
        BRANCH,
        flows=[{"from": "users", "to": "internet", "service": "https", "up": f"{200 + n}G", "down": "1G"}],
    ),
    "a flow beyond all firewalls": lambda n: request(
        BRANCH, flows=[{"from": "users", "to": "servers", "service": "https", "up": f"{3 + n}T", "down": "1G"}]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_cannot_be_laid_out_can_be_with_each_way_out(name):
    document = LAYOUTS[name](0)
    found = refused(document, trials=16)

    assert found
    for conflict in found:
        assert conflict.relaxations, conflict
        for way in conflict.relaxations:
            assert way.proof is Proof.DESIGN
            assert holds(document, conflict, way) is not None


def test_without_trials_ways_out_are_those_of_the_conditions():
    document = request(BRANCH, requires_segmentation=False)

    (conflict,) = refused(document, trials=0)

    assert [way.field for way in conflict.relaxations] == ["requires_segmentation", "security_level"]
    assert {way.proof for way in conflict.relaxations} == {Proof.CONDITIONS}


def test_what_else_has_to_give_way_is_said_and_done():
    document = request(BRANCH, availability_requirement=0.99, max_downtime_minutes_per_year=1)

    (conflict,) = refused(document)

    way = next(way for way in conflict.relaxations if way.field == "availability_requirement")
    assert way.statement.endswith(", and raise redundancy to high")
    assert [edit.pointer for edit in way.edits] == ["/availability_requirement", "/redundancy"]
    assert holds(document, conflict, way) is not None
