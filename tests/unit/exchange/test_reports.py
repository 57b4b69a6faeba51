"""Reports in the forms that other tools and people read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml

from netdesign.catalog.selection import default_catalog
from netdesign.errors import NotFoundError
from netdesign.exchange.bundle import BUNDLE, EXPORTS, Material, design_bundle, export
from netdesign.exchange.junit import junit
from netdesign.exchange.sarif import sarif
from netdesign.exchange.summary import sections
from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.model.inventory import Site
from netdesign.model.rationale import Decision, Input
from netdesign.model.security import Security
from netdesign.model.verdict import CategoryScore, Finding, Gap, Measure, Report, Status, Verdict, Waiver
from netdesign.model.vocabulary import Category, LinkPurpose, Mode, Role, Severity
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized
from tests.support.sketch import design, device, link

SARIF_SCHEMA = Path(__file__).parents[2] / "support" / "schemas" / "sarif-2.1.0-rtm.5.json"
NASTY = '<script>alert("x")</script> | `x` \x0b=cmd()'


def verdict(code: str, status: Status, severity: Severity = Severity.ERROR, **changes) -> Verdict:
    return Verdict(
        rule=code,
        name="a-rule",
        category=Category.TOPOLOGY,
        severity=severity,
        status=status,
        references=("RFC 1",),
        **changes,
    )


REPORT = Report(
    design="dsg_test",
    design_digest="0" * 64,
    mode=Mode.STRICT,
    threshold=0.9,
    score=0.5,
    valid=False,
    categories=(CategoryScore(category=Category.TOPOLOGY, score=0.5, passed=1, failed=2, unknown=1, not_applicable=1),),
    verdicts=(
        verdict("TOP-01", Status.PASS, measures=(Measure(name="n", value=1),)),
        verdict("TOP-02", Status.FAIL, findings=(Finding(message=NASTY, elements=("l1", "s1"), witness={"n": 1}),)),
        verdict("TOP-03", Status.FAIL, Severity.WARNING, findings=(Finding(message="small"),)),
        verdict("TOP-04", Status.UNKNOWN, gaps=(Gap(message="no length", elements=("c1",)),)),
        verdict("TOP-05", Status.NOT_APPLICABLE),
        verdict("TOP-06", Status.FAIL, findings=(Finding(message="known"),), waived_by="w1"),
        verdict("TOP-07", Status.FAIL, Severity.CRITICAL, findings=(Finding(message="broke"),), crashed=True),
    ),
    rule_pack="1",
    parameters="1",
    catalog="1",
    evaluation_date="2026-11-01",
)

DESIGN = design(
    Site(id="dc1", name="One"),
    device("s1", Role.SPINE, hostname=NASTY),
    device("l1", Role.LEAF),
    device("l2", Role.LEAF),
    link("l1:Ethernet1", "s1:Ethernet1"),
    link("l1:Ethernet2", "s1:Ethernet2"),
    link("l1:Ethernet3", "l2:Ethernet3", LinkPurpose.HEARTBEAT),
    Decision(id="d1", question="How many?", choice="two", formula="a+b", inputs=(Input(name="a", value="1"),)),
)
MATERIAL = Material(DESIGN, REPORT, default_catalog())


def test_sarif_has_a_result_for_each_finding_and_gap() -> None:
    (run,) = json.loads(sarif(REPORT))["runs"]

    results = [(r["ruleId"], r["kind"], r["level"], r["message"]["text"]) for r in run["results"]]
    assert results == [
        ("TOP-02", "fail", "error", NASTY),
        ("TOP-03", "fail", "warning", "small"),
        ("TOP-04", "open", "none", "no length"),
        ("TOP-06", "fail", "error", "known"),
        ("TOP-07", "fail", "error", "broke"),
    ]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [v.rule for v in REPORT.verdicts]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert run["results"][0]["locations"][1]["logicalLocations"] == [{"fullyQualifiedName": "s1"}]
    assert run["results"][3]["suppressions"][0]["status"] == "accepted"


@pytest.mark.parametrize("report", [REPORT, replace(REPORT, verdicts=())])
def test_sarif_is_valid_by_the_published_schema(report: Report) -> None:
    schema = json.loads(SARIF_SCHEMA.read_bytes())
    faults = [fault.message for fault in Draft4Validator(schema).iter_errors(json.loads(sarif(report)))]
    assert faults == []


def test_sarif_of_a_real_design_is_valid_by_the_published_schema() -> None:
    made = synthesized("dc-2-racks")
    broken = validate_design(replace(made.design, security=Security()), default_workbench())
    assert not broken.valid
    schema = json.loads(SARIF_SCHEMA.read_bytes())
    for report in (made.report, broken):
        Draft4Validator(schema).validate(json.loads(sarif(report)))


WAIVER = Waiver(
    id="w1", rule="TOP-06", owner="ada", compensating_control="a guard", expires="2027-01-01", reason="cable is late"
)
SAID = "waiver w1 of ada until 2027-01-01: a guard (cable is late)"
CHANGED = replace(
    REPORT,
    verdicts=(
        *REPORT.verdicts[:-1],
        verdict(
            "TOP-08",
            Status.FAIL,
            Severity.INFO,
            findings=(Finding(message="grave by itself", severity=Severity.ERROR),),
            overridden=True,
            omitted_findings=7,
        ),
        verdict("TOP-09", Status.FAIL, findings=(Finding(message="lesser", severity=Severity.WARNING),)),
    ),
    profile="Ours",
    disabled_rules=("CAP-06",),
    changed_severities={"TOP-08": Severity.INFO},
    reasons={"CAP-06": "done by hand"},
    changed_parameters={"a.b": 0.5, "a.c": ["x", 2]},
    own_rules=("ORG-01",),
    waivers=(WAIVER,),
    waivers_as_of="2026-11-23",
)


def test_sarif_tells_what_the_organisation_changed() -> None:
    document = json.loads(sarif(CHANGED))
    Draft4Validator(json.loads(SARIF_SCHEMA.read_bytes())).validate(document)
    (run,) = document["runs"]
    told = run["properties"]
    assert told["profile"] == "Ours"
    assert told["disabledRules"] == ["CAP-06"]
    assert told["changedSeverities"] == {"TOP-08": "info"}
    assert told["changedParameters"] == {"a.b": 0.5, "a.c": ["x", 2]}
    assert told["ownRules"] == ["ORG-01"]
    assert (told["evaluationDate"], told["waiversAsOf"]) == ("2026-11-01", "2026-11-23")
    assert (told["rulePack"], told["parameters"], told["catalogue"]) == ("1", "1", "1")
    assert told["omittedFindings"] == {"TOP-08": 7}
    (invocation,) = run["invocations"]
    overrides = {one["descriptor"]["id"]: one for one in invocation["ruleConfigurationOverrides"]}
    assert overrides["CAP-06"]["configuration"] == {"enabled": False}
    assert overrides["CAP-06"]["properties"] == {"reason": "done by hand"}
    assert overrides["TOP-08"]["configuration"] == {"level": "note"}
    assert "CAP-06" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == [
        "TOP-08: 7 more findings than this report lists"
    ]


def test_sarif_levels_are_those_of_the_report_and_waivers_are_told_whole() -> None:
    results = {one["ruleId"]: one for one in json.loads(sarif(CHANGED))["runs"][0]["results"]}
    assert {code: results[code]["level"] for code in ("TOP-08", "TOP-09")} == {"TOP-08": "note", "TOP-09": "warning"}
    assert results["TOP-06"]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": SAID},
    ]


def test_a_broken_rule_makes_the_run_unsuccessful() -> None:
    (run,) = json.loads(sarif(REPORT))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert json.loads(sarif(CHANGED))["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_junit_tells_what_the_organisation_changed() -> None:
    suites = {suite.name: suite for suite in JUnitXml.fromstring(junit(CHANGED))}
    told = [(one.name, one.value) for one in suites["topology"].properties()]
    assert ("judged as of", "2026-11-01") in told
    assert ("waivers as of", "2026-11-23") in told
    assert {value for name, value in told if name == "changed"} == {
        "profile: Ours",
        "switched off: CAP-06 (done by hand)",
        "severity of TOP-08 set to info",
        "parameter a.b set to 0.5",
        "parameter a.c set to x, 2",
        "own rule: ORG-01",
        f"failure of TOP-06 accepted by {SAID}",
    }
    assert [(case.name, case.result[0].message) for case in suites["switched off"]] == [
        ("CAP-06", "switched off: done by hand")
    ]
    said = {case.name.split()[0]: case for case in suites["topology"]}
    assert said["TOP-06"].result[0].message == f"accepted by {SAID}"
    assert "and 7 more" in said["TOP-08"].system_out


def test_a_page_of_nothing_but_rules_off_is_not_an_empty_one() -> None:
    suites = JUnitXml.fromstring(junit(replace(REPORT, verdicts=(), disabled_rules=("CAP-01", "TOP-01"))))
    assert sum(suite.tests for suite in suites) == 2
    assert sum(suite.skipped for suite in suites) == 2


def test_pages_for_people_tell_days_versions_and_what_is_left_out() -> None:
    told = {section.title: section.rows for section in sections(DESIGN, CHANGED)}
    assert ("judged as of", "2026-11-01") in told["Judged with"]
    assert ("waivers as of", "2026-11-23") in told["Judged with"]
    assert (f"failure of TOP-06 accepted by {SAID}",) in told["What the organisation changed"]
    assert ("TOP-08", "info", "and 7 more, which the report does not list") in told["Findings"]


def test_junit_loads_in_a_real_parser_with_each_fate_counted() -> None:
    suites = JUnitXml.fromstring(junit(REPORT))

    topology = next(suite for suite in suites if suite.name == "topology")
    assert (topology.tests, topology.failures, topology.errors, topology.skipped) == (7, 1, 1, 3)
    failed = next(case for case in topology if case.name == "TOP-02 a-rule")
    assert failed.result[0].type == "error"
    assert "alert" in failed.result[0].text
    warned = next(case for case in topology if case.name == "TOP-03 a-rule")
    assert warned.result == []
    assert warned.system_out == "small"


def test_the_picture_shows_each_device_and_counts_links() -> None:
    root = ElementTree.fromstring(svg(compile_network(DESIGN, default_catalog())))

    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "l1" in texts
    assert any("2 × 100" in (text or "") for text in texts)
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    dashed = [line for line in root.iter("{http://www.w3.org/2000/svg}line") if line.get("stroke-dasharray")]
    assert len(dashed) == 1


@pytest.mark.parametrize(("leaves", "boxes", "stack"), [(10, 10, None), (40, 1, "40 × leaf"), (300, 1, "300 × leaf")])
def test_a_crowded_tier_is_drawn_as_stacks(leaves: int, boxes: int, stack: str | None) -> None:
    crowd = design(Site(id="dc1", name="One"), *(device(f"l{n:03}", Role.LEAF) for n in range(leaves)))

    root = ElementTree.fromstring(svg(compile_network(crowd, default_catalog())))

    titles = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert len(titles) == boxes
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert stack is None or stack in texts


def test_a_crowded_tier_keeps_its_blocks_apart() -> None:
    crowd = design(Site(id="dc1", name="One"), *(device(f"l{n:03}", Role.LEAF, block=f"pod{n % 4}") for n in range(80)))

    root = ElementTree.fromstring(svg(compile_network(crowd, default_catalog())))

    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("20 × leaf") == 4


def test_pages_escape_what_users_wrote() -> None:
    page = export("html", MATERIAL).decode()
    notes = export("markdown", MATERIAL).decode()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\\<script\\>" in notes
    assert "How many?" in page
    assert "a = 1" in notes
    assert "<svg" in page


def test_lists_hold_every_link_and_disarm_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(export("cabling-csv", MATERIAL).decode())))

    assert [row["a_port"] for row in rows] == ["Ethernet1", "Ethernet2", "Ethernet3"]
    assert rows[0]["speed_bps"] == "100000000000"
    risky = Material(
        design(
            Site(id="dc1", name="One"),
            device("a", Role.LEAF, hostname="=1+1"),
            device("b", Role.LEAF),
            link("a:x", "b:y"),
        ),
        REPORT,
        default_catalog(),
    )
    assert "'=1+1" in export("cabling-csv", risky).decode()


def test_the_bundle_is_every_file_a_person_wants() -> None:
    files = design_bundle(MATERIAL)

    assert set(files) == {EXPORTS[form].name for form in BUNDLE}
    assert all(files.values())


@pytest.mark.parametrize("form", list(EXPORTS))
def test_an_export_gives_the_same_bytes_twice(form: str) -> None:
    assert export(form, MATERIAL) == export(form, MATERIAL)


def test_an_unknown_form_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="visio"):
        export("visio", MATERIAL)
