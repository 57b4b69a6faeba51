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
from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.model.inventory import Site
from netdesign.model.rationale import Decision, Input
from netdesign.model.security import Security
from netdesign.model.verdict import CategoryScore, Finding, Gap, Measure, Report, Status, Verdict
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
