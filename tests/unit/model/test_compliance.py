"""Names of frameworks in any usual spelling."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.compliance import FrameworkError, FrameworkRef, parse_framework
from netdesign.model.vocabulary import Framework


@pytest.mark.parametrize(
    ("text", "framework", "version", "level"),
    [
        ("PCI DSS", "pci-dss", None, None),
        ("pci-dss", "pci-dss", None, None),
        ("PCIDSS", "pci-dss", None, None),
        ("PCI_DSS 4.0.1", "pci-dss", "4.0.1", None),
        ("PCI-DSS v4.0", "pci-dss", "4.0", None),
        ("PCI DSS Level 1", "pci-dss", None, "level 1"),
        ("PCI-DSS compliance", "pci-dss", None, None),
        ("pci", "pci-dss", None, None),
        ("iso/iec 27001:2022", "iso27001", "2022", None),
        ("ISO27001", "iso27001", None, None),
        ("iso_27001", "iso27001", None, None),
        ("ISO 27001:2013", "iso27001", "2013", None),
        ("iso27k", "iso27001", None, None),
        ("ISO/IEC 27001", "iso27001", None, None),
        ("SOC 2 Type II", "soc2", None, "type ii"),
        ("SOC2", "soc2", None, None),
        ("soc2 type 1", "soc2", None, "type i"),
        ("NIST CSF", "nist", "csf", None),
        ("NIST CSF 2.0", "nist", "csf 2.0", None),
        ("800-53", "nist", "800-53", None),
        ("NIST SP 800-53 Rev. 5", "nist", "800-53 r5", None),
        ("nist 800-53r5 high", "nist", "800-53 r5", "high"),
        ("NIST 800-171", "nist", "800-171", None),
        ("NIST", "nist", None, None),
        ("NIST Cybersecurity Framework", "nist", "csf", None),
        ("FedRAMP High", "fedramp", None, "high"),
        ("fedramp moderate", "fedramp", None, "moderate"),
        ("FedRAMP", "fedramp", None, None),
        ("FedRAMP Medium", "fedramp", None, "moderate"),
        ("GDPR", "gdpr", None, None),
        ("EU GDPR", "gdpr", None, None),
        ("DSGVO", "gdpr", None, None),
        ("HIPAA", "hipaa", None, None),
        ("HIPAA/HITECH", "hipaa", None, None),
        ("HIPAA Security Rule", "hipaa", None, None),
        ("hipaa compliant", "hipaa", None, None),
    ],
)
def test_reads_the_usual_spellings(text, framework, version, level):
    assert parse_framework(text) == FrameworkRef(framework=Framework(framework), version=version, level=level)


@pytest.mark.parametrize("text", ["Hippa", "SOC 1", "ISO 9001", "", "  ", "PCI, HIPAA", 3, None, "x" * 200, ["PCI"]])
def test_refuses_others_and_lists_the_known_ones(text):
    with pytest.raises(FrameworkError) as caught:
        parse_framework(text)

    assert "PCI DSS, HIPAA, SOC 2, ISO 27001, GDPR, NIST" in caught.value.faults[0].remedy


@given(
    st.sampled_from(Framework),
    st.sampled_from([None, "2022"]),
    st.sampled_from([None, "high"]),
)
def test_a_reference_reads_back_as_written(framework, version, level):
    version = version if framework is Framework.ISO27001 else None
    level = level if framework in (Framework.FEDRAMP, Framework.NIST) else None
    reference = FrameworkRef(framework=framework, version=version, level=level)

    assert parse_framework(str(reference)) == reference


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text):
    with suppress(FrameworkError):
        assert parse_framework(text).framework in Framework
