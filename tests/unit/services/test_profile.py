"""A profile changes how designs are judged, and every change is in the report."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from netdesign.errors import InvalidInputError
from netdesign.exchange.documents import read_document
from netdesign.exchange.judged_with import changes
from netdesign.exchange.summary import sections
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Mode, Severity
from netdesign.services.profile import profile_from, standards
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

BENCH = default_workbench()
EXAMPLE = Path(__file__).parents[3] / "events" / "profiles" / "network-standards.yaml"
DESIGN = synthesized("dc-12-racks").design


def held(document: object):
    return standards(profile_from(document), BENCH)


def report_under(document: object, design=DESIGN):
    to = held(document)
    return validate_design(design, to.bench, mode=Mode.STANDARD, settings=to.settings, waivers=to.waivers)


def test_the_example_is_applied_and_told() -> None:
    report = report_under(read_document(EXAMPLE.read_bytes()))
    verdicts = {verdict.rule: verdict for verdict in report.verdicts}
    assert "CAP-06" not in verdicts
    assert (verdicts["SEC-08"].severity, verdicts["SEC-08"].overridden) == (Severity.CRITICAL, True)
    assert verdicts["ORG-01"].status is Status.PASS
    assert verdicts["ORG-03"].waived_by in (None, "W-2026-014")
    assert report.disabled_rules == ("CAP-06",)
    assert report.changed_severities == {"SEC-08": Severity.CRITICAL}
    assert report.changed_parameters == {"redundancy.high.max_utilisation": 0.55}
    assert report.own_rules == ("ORG-01", "ORG-02", "ORG-03")
    told = changes(report)
    assert told[:4] == (
        "profile: Example network standards",
        "switched off: CAP-06 (the fill of switches is reviewed by hand each quarter)",
        "severity of SEC-08 set to critical (the security board asks for it)",
        "parameter redundancy.high.max_utilisation set to 0.55",
    )
    assert any(section.title == "What the organisation changed" for section in sections(DESIGN, report))


def test_a_report_without_a_profile_tells_no_changes() -> None:
    assert changes(validate_design(DESIGN, BENCH)) == ()


def test_a_failing_own_rule_makes_a_design_invalid_until_it_is_waived() -> None:
    rule = {
        "code": "ORG-07",
        "name": "all-off",
        "title": "Nothing runs",
        "category": "topology",
        "severity": "critical",
        "select": "sites",
        "require": "false",
        "message": "{id} stands",
    }
    waiver = {
        "id": "w",
        "rule": "ORG-07",
        "owner": "risk",
        "compensating_control": "none is needed",
        "granted": DESIGN.requirements.evaluation_date,
        "expires": (date.fromisoformat(DESIGN.requirements.evaluation_date) + timedelta(days=180)).isoformat(),
        "elements": [DESIGN.inventory.sites[0].id],
    }
    assert not report_under({"name": "p", "organisation_rules": [rule]}).valid
    waived = report_under({"name": "p", "organisation_rules": [rule], "waivers": [waiver]})
    assert waived.valid
    assert waived.waivers[0].owner == "risk"
    assert waived.waivers_as_of == DESIGN.requirements.evaluation_date
    accepted = f"waiver w of risk until {waiver['expires']}: none is needed"
    assert f"failure of ORG-07 accepted by {accepted}" in changes(waived)


def test_a_parameter_of_the_profile_decides() -> None:
    level = DESIGN.requirements.redundancy.value
    strict = report_under({"name": "p", "parameters": {f"redundancy.{level}.max_utilisation": 0.001}})
    assert next(verdict for verdict in strict.verdicts if verdict.rule == "CAP-03").status is Status.FAIL


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "/name"),
        ({"name": "p", "more": 1}, "/more"),
        ({"name": "p", "rules": [{"rule": "XXX-99", "reason": "r", "enabled": False}]}, "/rules/0/rule"),
        ({"name": "p", "rules": [{"rule": "CAP-01", "reason": "r"}]}, "/rules/0"),
        ({"name": "p", "rules": [{"rule": "CAP-01", "reason": "r", "severity": "grave"}]}, "/rules/0/severity"),
        (
            {"name": "p", "rules": [{"rule": "CAP-01", "reason": "r", "enabled": False}] * 2},
            "/rules/1/rule",
        ),
        ({"name": "p", "parameters": {"no.such": 1}}, "/parameters/no.such"),
        (
            {
                "name": "p",
                "waivers": [
                    {"id": "w", "rule": "YYY", "owner": "o", "compensating_control": "c", "expires": "2027-01-01"}
                ],
            },
            "/waivers/0/rule",
        ),
    ],
)
def test_what_is_wrong_with_a_profile_is_named(document: object, place: str) -> None:
    assert_refused(document, place)


def assert_refused(document: object, place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        held(document)
    assert any(place in fault.pointer for fault in caught.value.faults)


WAIVER = {"id": "w", "rule": "TOP-01", "owner": "o", "compensating_control": "c", "expires": "2027-01-01"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "id"),
        ({"rule": "CMP-28"}, "rule"),
        ({"rule": "waiver-governance"}, "rule"),
        ({"rule": "ORG-01"}, "rule"),
        ({"owner": " "}, "owner"),
        ({"compensating_control": ""}, "compensating_control"),
        ({"owner": "o" * 201}, "owner"),
        ({"reason": "r" * 2_001}, "reason"),
        ({"expires": "never"}, "expires"),
        ({"expires": "2027-01-01x"}, "expires"),
        ({"granted": "yesterday"}, "granted"),
        ({"granted": "2027-01-02"}, "granted"),
        ({"elements": [f"e{n}" for n in range(1_001)]}, "elements"),
    ],
)
def test_what_is_wrong_with_a_waiver_is_named(change: dict[str, object], field: str) -> None:
    assert_refused({"name": "p", "waivers": [WAIVER | change]}, f"/waivers/0/{field}")


@pytest.mark.parametrize("rule", ["TOP-01", "top-01", " Top-01 ", "no-single-point-of-failure"])
def test_a_waiver_is_of_the_rule_whatever_way_it_is_named(rule: str) -> None:
    (waiver,) = held({"name": "p", "waivers": [WAIVER | {"rule": rule}]}).waivers
    assert waiver.rule == "TOP-01"


OWN = {
    "code": "ORG-07",
    "name": "all-off",
    "title": "Nothing runs",
    "category": "topology",
    "severity": "critical",
    "select": "sites",
    "require": "false",
    "message": "{id} stands",
}


def test_own_rules_are_waived_and_changed_by_code_or_name() -> None:
    change = {"rule": "all-off", "reason": "not yet", "severity": "info"}
    to = held({"name": "p", "organisation_rules": [OWN], "waivers": [WAIVER | {"rule": "org-07"}], "rules": [change]})
    assert to.waivers[0].rule == "ORG-07"
    assert to.settings.severities == (("ORG-07", Severity.INFO),)
    assert to.settings.reasons == (("ORG-07", "not yet"),)


def test_changes_of_one_rule_under_two_names_contradict() -> None:
    off = {"rule": "CAP-06", "reason": "r", "enabled": False}
    other = {"rule": "cap-06", "reason": "r", "severity": "info"}
    assert_refused({"name": "p", "rules": [off, other]}, "/rules/1/rule")
    assert_refused({"name": "p", "rules": [off | {"reason": " "}]}, "/rules/0/reason")
