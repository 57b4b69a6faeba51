"""Use cases on stores in memory, with a clock and identities that repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from netdesign.adapters.memory import (
    MemoryDesignRepository,
    MemoryOwnRuleRepository,
    MemoryParameterRepository,
    MemoryReportRepository,
    MemoryRuleSettingRepository,
    MemoryWaiverRepository,
)
from netdesign.errors import ConflictError, InfeasibleError, InvalidInputError, NotFoundError
from netdesign.exchange.documents import read_document
from netdesign.model.canonical import design_digest, design_from, to_document
from netdesign.model.governance import Approval, Governance, State
from netdesign.model.vocabulary import Category, Mode
from netdesign.rules.registry import all_rules, find_rule
from netdesign.services.container import Container, Principal, bench_of, settings_of
from netdesign.services.keep_designs import (
    generate_design,
    keep_design,
    replace_design,
    validate_document,
    validate_stored_design,
)
from netdesign.services.list_rules import card_document
from netdesign.services.set_rules import rules_of, set_parameters, switch_rules
from netdesign.services.workbench import default_workbench
from tests.cli.conftest import SKETCH
from tests.golden.conftest import EXAMPLES, REFUSED, synthesized
from tests.support.growing import broken_promises, larger

AT = datetime(2026, 11, 1, tzinfo=UTC)
WHO = Principal("acme", "ada")
OTHER = Principal("globex", "bob")


def counter() -> Callable[[str], str]:
    made: dict[str, int] = {}

    def identity(prefix: str) -> str:
        made[prefix] = made.get(prefix, 0) + 1
        return f"{prefix}_{made[prefix]}"

    return identity


@pytest.fixture
def container() -> Container:
    """Every store empty."""
    return Container(
        bench=default_workbench(),
        designs=MemoryDesignRepository(),
        reports=MemoryReportRepository(),
        rule_settings=MemoryRuleSettingRepository(),
        parameters=MemoryParameterRepository(),
        waivers=MemoryWaiverRepository(),
        own_rules=MemoryOwnRuleRepository(),
        dependencies=(),
        now=lambda: AT,
        new_identity=counter(),
    )


def requirements(name: str) -> object:
    return read_document((EXAMPLES / f"{name}.yaml").read_bytes())


def run(work: Any) -> Any:
    return asyncio.run(work)


def test_a_generated_design_is_kept_with_its_report(container: Container) -> None:
    kept = run(generate_design(requirements("dc-2-racks"), WHO, container, mode=Mode.STRICT))

    stored = run(container.designs.get("acme", "dsg_1"))
    report = run(container.reports.get("acme", kept.report_id))
    assert (kept.version.design_id, kept.version.version, kept.version.author) == ("dsg_1", 1, "ada")
    assert kept.version.created_at == report.created_at == AT
    assert stored.document["governance"]["author"] == "ada"
    assert kept.version.digest == report.document["design_digest"] == kept.report.design_digest
    assert stored.document["inventory"] == to_document(synthesized("dc-2-racks").design)["inventory"]
    assert (report.design_id, report.design_version, report.document["design"]) == ("dsg_1", 1, "dsg_1")


def test_nothing_is_kept_of_what_cannot_be_made(container: Container) -> None:
    with pytest.raises(InfeasibleError):
        run(generate_design(requirements(REFUSED[0]), WHO, container, mode=Mode.STRICT))
    with pytest.raises(InvalidInputError):
        run(generate_design({"name": 1}, WHO, container, mode=Mode.STRICT))
    assert run(container.designs.page("acme", limit=10)).items == ()


def test_a_kept_design_is_extended_by_its_id_and_stays_beside_the_larger_one(container: Container) -> None:
    first = run(generate_design(requirements("dc-2-racks"), WHO, container, mode=Mode.STRICT))
    wanted = larger("dc-2-racks", 2, 31) | {"existing": first.version.design_id}

    second = run(generate_design(wanted, WHO, container, mode=Mode.STRICT))

    before, after = (
        design_from(run(container.designs.get("acme", kept.version.design_id)).document) for kept in (first, second)
    )
    assert second.version.design_id != first.version.design_id
    assert list(broken_promises(before, after)) == []
    assert after.requirements.servers.count == 31
    with pytest.raises(NotFoundError):
        run(generate_design(wanted, OTHER, container, mode=Mode.STRICT))


def test_a_design_from_elsewhere_becomes_a_draft_of_whoever_keeps_it(container: Container) -> None:
    claimed = replace(
        SKETCH, governance=Governance(author="eve", state=State.APPROVED, approval=Approval(approver="e", digest="0"))
    )

    first = run(keep_design(to_document(claimed), WHO, container))
    second = run(replace_design(to_document(SKETCH), first.design_id, WHO, container, after=first.digest))

    stored = run(container.designs.get("acme", first.design_id))
    assert (first.version, second.version) == (1, 2)
    assert stored.document["governance"] == {"author": "ada", "parent_digest": first.digest}
    assert design_digest(design_from(stored.document)) == second.digest
    with pytest.raises(ConflictError):
        run(replace_design(to_document(SKETCH), first.design_id, WHO, container, after="0" * 64))
    with pytest.raises(NotFoundError):
        run(replace_design(to_document(SKETCH), first.design_id, OTHER, container, after=first.digest))


def test_a_kept_design_is_judged_in_any_version(container: Container) -> None:
    first = run(keep_design(to_document(SKETCH), WHO, container))
    run(replace_design(to_document(replace(SKETCH, name="other")), first.design_id, WHO, container, after=first.digest))

    old = run(validate_stored_design(first.design_id, WHO, container, mode=Mode.LENIENT, version=1))
    new = run(validate_stored_design(first.design_id, WHO, container, mode=Mode.LENIENT))
    given = run(validate_document(to_document(SKETCH), WHO, container, mode=Mode.LENIENT))

    assert (old.version.version, new.version.version) == (1, 2)
    assert old.report.design_digest == first.digest != new.report.design_digest
    assert old.report.verdicts == given.verdicts
    assert run(container.reports.get("acme", new.report_id)).design_version == 2
    with pytest.raises(NotFoundError):
        run(validate_stored_design(first.design_id, OTHER, container, mode=Mode.LENIENT))


def test_rules_are_switched_for_one_organisation(container: Container) -> None:
    rule = find_rule("TOP-01")

    (state,) = run(switch_rules([rule], WHO, container, enabled=False))

    assert (state.rule.code, state.enabled) == ("TOP-01", False)
    assert run(settings_of("acme", container)).disabled == {"TOP-01"}
    assert run(settings_of("globex", container)).disabled == frozenset()
    assert [found.rule.code for found in run(rules_of(WHO, container, enabled=False))] == ["TOP-01"]
    report = run(validate_document(to_document(SKETCH), WHO, container, mode=Mode.STRICT))
    assert report.disabled_rules == ("TOP-01",)
    assert "TOP-01" not in {verdict.rule for verdict in report.verdicts}


def test_rules_are_listed_by_every_filter(container: Container) -> None:
    found = run(rules_of(WHO, container, category=Category.TOPOLOGY, severity="critical", enabled=True))

    expected = [r for r in all_rules() if r.category is Category.TOPOLOGY and r.severity.value == "critical"]
    assert [state.rule for state in found] == expected
    assert len(run(rules_of(WHO, container))) == len(all_rules())
    assert run(rules_of(WHO, container, enabled=False)) == ()


def test_every_card_is_a_document_of_plain_values() -> None:
    for rule in all_rules():
        card = card_document(rule)
        assert card["code"] == rule.code
        for value in card.values():
            assert isinstance(value, (str, bool)) or all(isinstance(item, str) for item in value)


def test_parameters_are_checked_and_versioned(container: Container) -> None:
    cards = container.bench.parameters.cards()
    path, half = next((c.path, c.value / 2) for c in cards if isinstance(c.value, float) and c.value > 0)

    made = run(set_parameters({path: half}, WHO, container, after=0))

    assert made.version == 1
    assert run(bench_of("acme", container)).parameters.overrides == {path: half}
    assert run(bench_of("globex", container)) is container.bench
    with pytest.raises(ConflictError):
        run(set_parameters({}, WHO, container, after=0))
    with pytest.raises(InvalidInputError, match="weather"):
        run(set_parameters({"weather": 1}, WHO, container, after=1))
    report = run(validate_document(to_document(SKETCH), WHO, container, mode=Mode.STRICT))
    assert report.parameters != container.bench.parameters.version
