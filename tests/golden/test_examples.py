"""Every example becomes a design that stands up to every rule, or is refused for a reason with a way out."""

from __future__ import annotations

from collections import Counter

import pytest

from netdesign.model.canonical import design_digest, design_from, to_document
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Mode, Severity
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.synthesize import synthesize
from tests.golden.conftest import QUICK, REFUSED, VALID, analysed, synthesized
from tests.support.disguise import disguised

BENCH = default_workbench()


def test_there_are_enough_examples_of_each_kind() -> None:
    assert len(VALID) + len(REFUSED) >= 12
    assert len(REFUSED) == 2


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_passes_in_strict_mode(name: str) -> None:
    report = synthesized(name).report

    said = [(v.rule, v.findings[0].message) for v in report.failures(Severity.CRITICAL, Severity.ERROR)]
    assert said == []
    assert report.valid
    assert report.mode is Mode.STRICT


def test_what_no_certificate_shows_is_listed_as_unknown_and_not_passed() -> None:
    report = synthesized("campus-government-office").report
    unknown = {verdict.rule: verdict for verdict in report.verdicts if verdict.status is Status.UNKNOWN}

    assert {"SEC-28", "CMP-07", "CMP-27"} <= unknown.keys()
    assert all("knows no certificate" in gap.message for gap in unknown["SEC-28"].gaps)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_example_names_the_conflict_and_a_way_out(name: str) -> None:
    conflicts = analysed(name).conflicts

    assert conflicts
    assert all(conflict.statement and conflict.relaxations for conflict in conflicts)


@pytest.mark.parametrize("name", VALID)
def test_a_design_survives_its_own_document(name: str) -> None:
    made = synthesized(name).design

    again = design_from(to_document(made))

    assert again == made
    assert design_digest(again) == synthesized(name).report.design_digest


@pytest.mark.parametrize("name", VALID)
def test_the_same_requirements_give_the_same_design(name: str) -> None:
    again = synthesize(analysed(name).requirements, BENCH.catalog, BENCH.parameters)

    assert design_digest(again) == design_digest(synthesized(name).design)


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("seed", [1, 2])
def test_names_order_and_words_change_no_verdict(name: str, seed: int) -> None:
    other = validate_design(disguised(synthesized(name).design, seed), BENCH, mode=Mode.STRICT)

    def answers(report):
        return {verdict.rule: (verdict.status, verdict.severity, len(verdict.findings)) for verdict in report.verdicts}

    assert answers(other) == answers(synthesized(name).report)


@pytest.mark.parametrize("name", QUICK[:3])
def test_every_applicable_mutant_is_killed_by_its_own_rule(name: str) -> None:
    results = mutate_design(synthesized(name).design, BENCH, every_rule=False)

    counts = Counter(result.fate for result in results)
    assert [(r.rule, r.mutant) for r in results if r.fate in (Fate.SURVIVED, Fate.ALREADY_FAILING)] == []
    assert counts[Fate.KILLED] >= 30, counts


@pytest.mark.parametrize("name", VALID)
def test_every_link_has_ports_a_length_and_a_priced_part(name: str) -> None:
    made = synthesized(name).design

    ends = Counter((end.device, end.port) for link in made.cabling.links for end in (link.a, link.b))
    assert [end for end, count in ends.items() if count > 1] == []
    laid = [link for link in made.cabling.links if link.purpose is not LinkPurpose.CIRCUIT]
    assert [
        link.id for link in laid if link.length_m is None or link.phy is None or link.medium is Medium.VIRTUAL
    ] == []
    bought = any(device.sku for device in made.inventory.devices)
    assert bool(made.parts.lines) == bought
    assert bought or made.cloud.cloud_charges, "what is not bought is rented from a provider"
    assert [line.part for line in made.parts.lines if line.total_usd is None] == []
    assert all(cost.formula and cost.amount_usd >= 0 for cost in made.parts.costs)
    assert all(decision.choice for decision in made.rationale.decisions)
