"""CMP-01: versions without a pack, data without a framework, frameworks without scope."""

from __future__ import annotations

import pytest

from netdesign.model.compliance import FrameworkRef, parse_framework
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Framework, SecurityLevel, Severity
from netdesign.rules.compliance.cmp_01_requirements import compliance_requirements as cmp_01
from tests.support.sketch import case, design
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding


def test_a_framework_with_a_pack_and_a_scope_passes_and_tells_its_coverage() -> None:
    found = verdict(cmp_01, audited(holding(DataClass.CHD), asked=(Framework.PCI_DSS,)))

    measures = {measure.name: measure for measure in found.measures}
    assert found.status is Status.PASS
    assert measures["frameworks"].value == "pci-dss"
    assert measures["pci-dss_scope"].value == "1 zones, 1 groups, 2 subnets, 2 devices, 0 flows"
    answered = measures["pci-dss_controls_that_rules_answer"]
    assert isinstance(answered.value, int)
    assert isinstance(answered.threshold, int)
    assert 10 < answered.value < answered.threshold


def test_it_applies_to_frameworks_and_from_enterprise_on() -> None:
    assert verdict(cmp_01, audited(security_level=SecurityLevel.CORPORATE)).status is Status.NOT_APPLICABLE
    assert verdict(cmp_01, audited()).status is Status.PASS
    iso = audited(asked=(Framework.ISO27001,), security_level=SecurityLevel.BASIC)
    assert verdict(cmp_01, iso).status is Status.PASS


@pytest.mark.parametrize("text", ["PCI DSS", "pci-dss", "PCI_DSS 4.0.1", "PCI DSS v4.0"])
def test_every_usual_spelling_finds_its_pack(text: str) -> None:
    assert messages(cmp_01, audited(holding(DataClass.CHD), frameworks=(parse_framework(text),))) == []


@pytest.mark.parametrize("text", ["PCI DSS 3.2.1", "ISO 27001:2013", "NIST CSF 1.1", "NIST 800-53 r4"])
def test_a_version_without_a_pack_is_found(text: str) -> None:
    found = verdict(
        cmp_01,
        audited(holding(DataClass.CHD), frameworks=(parse_framework(text), FrameworkRef(framework=Framework.PCI_DSS))),
    )

    assert [finding.witness["asked_for"] for finding in found.findings] == [str(parse_framework(text))]
    assert "was asked for; the control pack answers for" in found.findings[0].message
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("data", "framework"),
    [(DataClass.CHD, "pci-dss"), (DataClass.EPHI, "hipaa"), (DataClass.CUI, "fedramp or nist")],
)
def test_data_that_calls_for_a_framework_is_found_wherever_it_is_named(data: DataClass, framework: str) -> None:
    held = audited(holding(data))
    flowing = audited(Set("flows", "staff-apps", {"data_class": data}))
    stored = audited(Set("endpoint_groups", "apps", {"data_classes": (data,)}))
    stated = audited(data_classes=(data,))

    for made in (held, flowing, stored, stated):
        (message,) = messages(cmp_01, made)
        assert message.startswith(f"the network has to do with data of class {data} (")
        assert message.endswith(f"but {framework} was not asked for")


def test_nist_answers_for_federal_data_too() -> None:
    assert messages(cmp_01, audited(holding(DataClass.CUI), asked=(Framework.NIST,))) == []


def test_personal_data_calls_for_the_gdpr_where_it_is_law() -> None:
    assert "gdpr was not asked for" in messages(cmp_01, audited(holding(DataClass.PII), place="ie"))[0]
    assert verdict(cmp_01, audited(holding(DataClass.PII), place="US-VA")).status is Status.PASS
    unknown = verdict(cmp_01, audited(holding(DataClass.PII), place="unknown"))
    assert (unknown.status, unknown.gaps[0].elements) == (Status.UNKNOWN, ("dc1",))
    assert messages(cmp_01, audited(holding(DataClass.PII), place="IE", asked=(Framework.GDPR,))) == []


def test_a_framework_without_a_zone_for_its_data_is_found() -> None:
    made = audited(Set("endpoint_groups", "apps", {"data_classes": (DataClass.CHD,)}), asked=(Framework.PCI_DSS,))
    (finding,) = verdict(cmp_01, made).findings

    assert finding.message == "pci-dss was asked for, but no zone holds data of class chd"
    assert finding.elements == ("apps",)


def test_mutants_are_seen() -> None:
    assert survivors(cmp_01, audited(holding(DataClass.CHD), asked=(Framework.PCI_DSS,))) == []
    assert survivors(cmp_01, audited()) == []


def test_health_data_needs_a_flow_to_be_carried() -> None:
    assert [mutant.mutate(case(design())) is None for mutant in cmp_01.mutants] == [False, False, True]
