"""CMP-28: whoever accepts a failure is not its author, says what stands in for it, and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Report, Status, Verdict, Waiver
from netdesign.model.vocabulary import Framework, Mode, Severity
from netdesign.rules.case import Case
from netdesign.rules.compliance.cmp_10_audit_trail import audit_trail
from netdesign.rules.compliance.cmp_28_waivers import waiver_governance
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.scoring import report
from tests.support.sketch import DATE, case, design
from tests.unit.rules.compliance.audited import audited

SOUND = Waiver(
    id="w1",
    rule="CMP-10",
    owner="risk officer",
    compensating_control="logs are copied by hand every day",
    expires="2027-06-01",
    granted="2026-10-01",
    elements=("log1",),
)


def waived(*waivers: Waiver) -> Case:
    """A design whose first collector takes logs in the clear, with waivers."""
    made = audited(Set("service_instances", "log1", {"transport": "udp"}), asked=(Framework.ISO27001,))
    return replace(case(made), waivers=waivers)


def said(**changes: Any) -> list[str]:
    return [f.message for f in judge_one(waiver_governance, waived(replace(SOUND, **changes))).findings]


def test_a_sound_waiver_passes() -> None:
    found = judge_one(waiver_governance, waived(SOUND))

    assert found.status is Status.PASS, found.findings
    assert {m.name: m.value for m in found.measures} == {"waivers": 1, "waivers_of_critical_failures": 0}
    assert judge_one(waiver_governance, waived()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"owner": " "}, "waiver w1 names no owner"),
        ({"compensating_control": ""}, "waiver w1 names no compensating control"),
        ({"owner": "Tester"}, "waiver w1 is owned by tester, who made the design"),
        ({"expires": "never"}, "waiver w1 ends on no day ('never')"),
        ({"expires": "2026-10-31"}, "waiver w1 expired on 2026-10-31"),
        ({"granted": "2026-12-01"}, "waiver w1 is granted from 2026-12-01 only"),
        ({"expires": "2027-10-02"}, "waiver w1 lasts until 2027-10-02, longer than 12 months"),
        ({"expires": "2027-11-02", "granted": None}, "waiver w1 lasts until 2027-11-02, longer than 12 months"),
        ({"rule": "CMP-99"}, "waiver w1 is of CMP-99, which cannot be waived"),
        ({"rule": "CMP-28"}, "waiver w1 is of CMP-28, which cannot be waived"),
        ({"elements": ()}, "waiver w1 names no elements, so that it covers whatever fails"),
        ({"elements": ("log1", "core1")}, "waiver w1 covers what CMP-10 does not find: core1"),
        ({"rule": "CMP-09"}, "waiver w1 covers CMP-09, which does not fail"),
    ],
)
def test_each_fault_of_a_waiver_is_found(changes: dict[str, Any], message: str) -> None:
    assert said(**changes) == [message]


def test_waivers_are_weighed_on_a_day_of_their_own() -> None:
    late = replace(waived(SOUND), today="2027-06-02")

    assert [f.message for f in judge_one(waiver_governance, late).findings] == ["waiver w1 expired on 2027-06-01"]


def test_a_waiver_of_what_holds_is_a_warning() -> None:
    found = judge_one(waiver_governance, waived(replace(SOUND, rule="CMP-09")))

    assert found.severity is Severity.WARNING


def test_mutants_are_seen_where_there_are_waivers() -> None:
    held = waived(replace(SOUND, granted=None, id="w2"), SOUND)
    for mutant in waiver_governance.mutants:
        patch = mutant.mutate(held)
        assert patch is not None
        made = apply(held.design, patch)
        after = replace(case(made), waivers=held.waivers, evaluation_date=made.requirements.evaluation_date)
        assert judge_one(waiver_governance, after).status is Status.FAIL
    assert [mutant.mutate(case(design())) for mutant in waiver_governance.mutants] == [None] * 4


@pytest.mark.parametrize(
    ("severity", "mode", "valid"),
    [
        (Severity.ERROR, Mode.STRICT, True),
        (Severity.CRITICAL, Mode.STRICT, False),
        (Severity.CRITICAL, Mode.LENIENT, True),
    ],
)
def test_in_strict_mode_nobody_waives_a_critical_failure(severity: Severity, mode: Mode, valid: bool) -> None:
    held = waived(SOUND)
    (found,) = judge(held, rules=(audit_trail,), waivers=held.waivers)
    assert found.waived_by == "w1"

    holding = replace(found, rule="X", status=Status.PASS, waived_by=None)
    assert (
        judged((replace(found, severity=severity), *[replace(holding, severity=Severity.CRITICAL)] * 20), mode).valid
        is valid
    )


def judged(verdicts: tuple[Verdict, ...], mode: Mode) -> Report:
    return report(
        verdicts,
        design="d",
        design_digest="",
        mode=mode,
        parameters=default_parameters(),
        catalog="",
        evaluation_date=DATE,
    )
