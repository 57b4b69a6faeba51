"""Goals that only the design shows to be missed: what it costs, how long it is down, how long packets take."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from netdesign.analysis.facts.money import money
from netdesign.analysis.failure.outages import outages
from netdesign.errors import InfeasibleError
from netdesign.graph.network import compile_network
from netdesign.model.conflict import Conflict, Proof
from netdesign.model.edits import edited
from netdesign.model.verdict import Status
from netdesign.rules.engine import RuleSettings
from netdesign.services.resolve_requirements import resolve_requirements
from netdesign.services.synthesize_design import Synthesized, design_for, synthesize_design
from netdesign.services.workbench import default_workbench

BENCH = default_workbench()
OFFICE: dict[str, Any] = {
    "project_name": "Hill office",
    "description": "An office of thirty people.",
    "network_type": "legacy_campus",
    "scale": {"devices": 10, "users": 30, "sites": 1},
    "bandwidth": {"min": "1Gbps", "max": "1Gbps"},
    "redundancy": "low",
    "security_level": "corporate",
}


def without_goal() -> Synthesized:
    """The design where nothing is said of cost, availability or latency."""
    return design_for(resolve_requirements(OFFICE, BENCH).requirements, BENCH)


def refused(**fields: Any) -> tuple[dict[str, Any], Conflict]:
    """The request with fields, and the conflict that it is refused for."""
    document = deepcopy(OFFICE) | fields
    with pytest.raises(InfeasibleError) as error:
        synthesize_design(document, BENCH)
    (conflict,) = error.value.conflicts
    assert isinstance(conflict, Conflict)
    return document, conflict


def led_to(document: dict[str, Any], conflict: Conflict) -> list[Synthesized]:
    """The designs that the ways out lead to."""
    return [synthesize_design(edited(document, way.edits), BENCH) for way in conflict.relaxations]


def test_a_budget_between_the_least_cost_and_the_cost_of_the_design_is_refused() -> None:
    design = without_goal().design
    cost = money(compile_network(design, BENCH.catalog), BENCH.parameters.cost).total(3)

    document, conflict = refused(budget=round(cost - 100))

    assert (conflict.code, conflict.requirements) == ("budget-below-design", ("budget", "scale/users"))
    assert dict(conflict.numbers) == {"budget usd": str(round(cost - 100)), "design usd": str(int(-(-cost // 1)))}
    assert conflict.relaxations[0].field == "budget"
    assert conflict.relaxations[0].proof is Proof.DESIGN
    assert all(made.report.valid for made in led_to(document, conflict))


def test_an_availability_that_the_design_does_not_have_is_refused_with_what_it_has() -> None:
    wanted = {"redundancy": "medium", "availability_requirement": 0.99998}
    design = design_for(resolve_requirements(OFFICE | wanted, BENCH).requirements, BENCH).design
    worst = outages(compile_network(design, BENCH.catalog), BENCH.parameters.availability)[0]

    document, conflict = refused(**wanted)

    assert conflict.code == "availability-not-reached"
    assert float(dict(conflict.numbers)["reached"]) == pytest.approx(1 - worst.share, abs=1e-8)
    assert {way.field for way in conflict.relaxations} == {"availability_requirement", "redundancy"}
    assert all(made.report.valid for made in led_to(document, conflict))


def test_a_latency_that_devices_alone_exceed_is_refused_with_what_they_take() -> None:
    document, conflict = refused(max_latency_ms=0.01)

    assert conflict.code == "latency-not-reached"
    (way,) = conflict.relaxations
    assert float(way.to_value) >= float(dict(conflict.numbers)["round trip ms"])
    assert all(made.report.valid for made in led_to(document, conflict))


def test_what_no_rule_is_asked_about_is_not_refused() -> None:
    settings = RuleSettings(disabled=frozenset({"CAP-27"}))

    made = synthesize_design(OFFICE | {"max_latency_ms": 0.01}, BENCH, settings=settings)

    assert all(verdict.rule != "CAP-27" or verdict.status is not Status.FAIL for verdict in made.report.verdicts)


def test_what_is_within_its_goals_is_not_refused() -> None:
    assert synthesize_design(OFFICE | {"budget": "USD 2M", "max_latency_ms": 50}, BENCH).report.valid
