"""An evidence pack is complete, says what people still owe, and comes out the same every time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from ipaddress import ip_address, ip_network
from zipfile import ZipFile

import pytest

from netdesign.errors import ConflictError
from netdesign.exchange.evidence_page import evidence_page
from netdesign.exchange.evidence_zip import evidence_zip
from netdesign.model.canonical import canonical, design_digest
from netdesign.model.evidence import Evidence
from netdesign.model.patch import Remove, Set, apply
from netdesign.model.profile import Profile, RuleChange
from netdesign.model.security import Action
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Framework, Mode
from netdesign.rules.packs import pack_of
from netdesign.services.evidence_pack import evidence_of_report, evidence_pack
from netdesign.services.profile import Standards, standards
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

BENCH = default_workbench()
SHIPPED = Standards(BENCH)
SHOP = synthesized("campus-shop-card-payments").design


@pytest.fixture(scope="module")
def pack():
    return evidence_pack(SHOP, Framework.PCI_DSS, SHIPPED)


def test_every_control_of_the_framework_is_there_with_all_its_rules(pack) -> None:
    wanted = {control.id: control.evidence for control in pack_of(Framework.PCI_DSS).controls}
    assert {one.id: tuple(rule.rule for rule in one.rules) for one in pack.evidence.controls} == wanted
    assert pack.evidence.requested
    assert pack.evidence.design_digest == design_digest(SHOP)


def test_a_control_that_holds_rests_on_rules_that_measured_something(pack) -> None:
    held = [one for one in pack.evidence.controls if one.status is Status.PASS]
    assert held
    for control in held:
        assert any(rule.measures for rule in control.rules if rule.status is Status.PASS)
    for control in pack.evidence.controls:
        assert control.needs_people or control.status is not None


def test_the_zip_is_the_same_every_time_and_its_manifest_agrees(pack) -> None:
    again = evidence_pack(SHOP, Framework.PCI_DSS, Standards(default_workbench()))
    made = evidence_zip(pack.evidence, pack.design, pack.report)
    assert made == evidence_zip(again.evidence, again.design, again.report)
    with ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        lines = archive.read("MANIFEST.sha256").decode().splitlines()
        told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        assert sorted(told) == sorted(set(archive.namelist()) - {"MANIFEST.sha256"})
        for name, digest in told.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        evidence = json.loads(archive.read("evidence.json"))
        assert hashlib.sha256(archive.read("report.json")).hexdigest() == evidence["report_digest"]
        assert archive.read("design.json") == canonical(SHOP)


def test_the_segmentation_tests_agree_with_the_policies_read_one_by_one(pack) -> None:
    tests = pack.evidence.segmentation_tests
    inside = {zone.id for zone in SHOP.security.zones if "chd" in zone.data_classes}
    assert inside
    assert {one.expected for one in tests} == {"passes", "is blocked"}
    for one in tests:
        assert (one.source_zone in inside) != (one.target_zone in inside)
        permitted = first_match(one)
        if one.expected == "passes":
            assert permitted, one
    blocked = [one for one in tests if one.expected == "is blocked" and one.port == 445]
    assert blocked
    assert not any(first_match(one) for one in blocked)


def first_match(test) -> bool:
    """Whether any policy permits the packet between the zones, by the plainest reading of its rules."""
    return any(_permits(policy, test) for policy in SHOP.security.policies)


def _permits(policy, test) -> bool:
    rules = [rule for rule in SHOP.security.policy_rules if rule.policy == policy.id]
    for rule in sorted(rules, key=lambda one: one.order):
        if _matches(rule, test):
            return rule.action is Action.PERMIT
    return policy.default_action is Action.PERMIT


def _matches(rule, test) -> bool:
    def within(names, text: str) -> bool:
        address = ip_address(text)
        return not names or any(
            address in ip_network(name) for name in names if ip_network(name).version == address.version
        )

    service = not rule.services or any(
        one.protocol.value in (test.protocol, "any") and one.first_port <= test.port <= one.last_port
        for one in rule.services
    )
    return (
        (not rule.source_zones or test.source_zone in rule.source_zones)
        and (not rule.destination_zones or test.target_zone in rule.destination_zones)
        and within(rule.sources, test.source)
        and within(rule.destinations, test.target)
        and service
    )


def test_the_tests_come_as_a_list_for_a_spreadsheet(pack) -> None:
    made = evidence_zip(pack.evidence, pack.design, pack.report)
    with ZipFile(io.BytesIO(made)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("segmentation-tests.csv").decode())))
    assert [row["id"] for row in rows] == [one.id for one in pack.evidence.segmentation_tests]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def text_of(evidence: Evidence) -> str:
    reader = _Text()
    reader.feed(evidence_page(evidence).decode())
    return " ".join(reader.said)


def test_the_page_names_every_control_and_its_rules(pack) -> None:
    text = text_of(pack.evidence)
    for control in pack.evidence.controls:
        assert f"{control.id} {control.title}" in text
        for rule in control.rules:
            assert rule.rule in text
    assert pack.evidence.design_digest in text
    assert "do not ask for this framework" not in text


def test_a_broken_design_shows_the_witness_at_its_control() -> None:
    last = max(SHOP.security.policy_rules, key=lambda rule: rule.order)
    broken = apply(SHOP, (Remove("policy_rules", last.id),))
    made = evidence_pack(broken, Framework.PCI_DSS, SHIPPED).evidence
    failing = {one.id: one for one in made.controls if one.status is Status.FAIL}
    assert "1.2.5" in failing
    messages = [finding.message for rule in failing["1.2.5"].rules for finding in rule.findings]
    assert messages
    assert messages[0] in text_of(made)


def test_a_framework_that_nobody_asked_for_is_said_to_be_so() -> None:
    made = evidence_pack(synthesized("dc-2-racks").design, Framework.HIPAA, SHIPPED).evidence
    assert not made.requested
    assert made.segmentation_tests == ()
    assert "do not ask for this framework" in text_of(made)


@pytest.mark.parametrize("framework", list(Framework))
def test_there_is_a_pack_for_every_framework(framework: Framework) -> None:
    made = evidence_pack(synthesized("dc-2-racks").design, framework, SHIPPED).evidence
    assert made.framework is framework
    assert made.controls


def test_a_rule_that_is_switched_off_is_asked_for_evidence_all_the_same() -> None:
    off = RuleChange(rule="SEC-08", enabled=False, reason="noise")
    made = evidence_pack(SHOP, Framework.PCI_DSS, standards(Profile(name="p", rules=(off,)), BENCH)).evidence
    rules = {rule.rule: rule for one in made.controls for rule in one.rules}
    assert rules["SEC-08"].status is Status.PASS
    assert "switched off: SEC-08 (noise)" in made.changes


def test_a_kept_report_gives_the_evidence_of_its_own_verdicts() -> None:
    report = evidence_pack(SHOP, Framework.PCI_DSS, SHIPPED, mode=Mode.LENIENT).report
    failed = replace(
        report, verdicts=tuple(replace(v, status=Status.FAIL) if v.rule == "SEC-08" else v for v in report.verdicts)
    )
    made = evidence_of_report(SHOP, Framework.PCI_DSS, failed, BENCH)
    rules = {rule.rule: rule for one in made.evidence.controls for rule in one.rules}
    assert rules["SEC-08"].status is Status.FAIL
    assert made.evidence.mode is Mode.LENIENT
    assert made.report is failed
    assert Status.FAIL in {one.status for one in made.evidence.controls}


def test_what_another_version_left_out_is_not_judged_by_this_one() -> None:
    report = evidence_pack(SHOP, Framework.PCI_DSS, SHIPPED).report
    verdicts = tuple(verdict for verdict in report.verdicts if verdict.rule != "SEC-08")
    made = evidence_of_report(SHOP, Framework.PCI_DSS, replace(report, verdicts=verdicts, rule_pack="older"), BENCH)
    rules = {rule.rule: rule for one in made.evidence.controls for rule in one.rules}
    assert rules["SEC-08"].status is None
    assert "not judged in this report" in rules["SEC-08"].title


def test_parameters_that_nobody_knows_any_more_are_a_conflict() -> None:
    report = evidence_pack(SHOP, Framework.SOC2, SHIPPED).report
    with pytest.raises(ConflictError):
        evidence_of_report(SHOP, Framework.SOC2, replace(report, changed_parameters={"gone.by": 1}), BENCH)


def test_what_is_quoted_is_no_markup() -> None:
    named = replace(
        apply(SHOP, (Set("zones", SHOP.security.zones[0].id, {"name": "x"}),)), name="<script>alert(1)</script>"
    )
    page = evidence_page(evidence_pack(named, Framework.SOC2, SHIPPED).evidence)
    assert b"<script>" not in page
