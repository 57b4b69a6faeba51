"""A report as JUnit XML, so that build servers show rules as tests: a suite a category, a case a rule."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from netdesign.exchange.judged_with import accepted_by, basis, changes, why
from netdesign.exchange.xml_text import xml_text
from netdesign.model.verdict import Report, Status, Verdict
from netdesign.model.vocabulary import Category, Severity

OFF = "switched off"


def junit(report: Report) -> bytes:
    """Return the report; critical and error failures fail a case, lesser ones are its output.

    Every suite holds what the report rests on and what was changed; rules switched off are cases that were skipped.
    """
    root = Element("testsuites", name="netdesign")
    for category in Category:
        verdicts = [verdict for verdict in report.verdicts if verdict.category is category]
        suite = _suite(root, category.value, report)
        for verdict in verdicts:
            _case(suite, verdict, report)
    if report.disabled_rules:
        suite = _suite(root, OFF, report)
        for code in report.disabled_rules:
            case = SubElement(suite, "testcase", classname="netdesign.switched_off", name=xml_text(code))
            reason = why(report, code)
            SubElement(case, "skipped", message=xml_text(f"{OFF}: {reason}" if reason else OFF))
    for suite in root:
        _count(suite)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _suite(root: Element, name: str, report: Report) -> Element:
    suite = SubElement(root, "testsuite", name=name)
    properties = SubElement(suite, "properties")
    for key, value in _properties(report):
        SubElement(properties, "property", name=key, value=xml_text(value))
    return suite


def _properties(report: Report) -> Iterator[tuple[str, str]]:
    yield "design", f"{report.design} SHA-256 {report.design_digest}"
    yield "mode", report.mode.value
    yield "score", f"{report.score:.4f} of {report.threshold:.2f}"
    yield "valid", str(report.valid).lower()
    yield from basis(report)
    yield from (("changed", change) for change in changes(report))


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _case(suite: Element, verdict: Verdict, report: Report) -> None:
    case = SubElement(suite, "testcase", classname=f"netdesign.{verdict.category.value}", name=_name(verdict))
    said = [finding.message for finding in verdict.findings] or [gap.message for gap in verdict.gaps]
    if verdict.omitted_findings:
        said = [*said, f"and {verdict.omitted_findings} more, which the report does not list"]
    text = xml_text("\n".join(said))
    if verdict.crashed:
        SubElement(case, "error", message=text, type="crash")
    elif verdict.status is Status.NOT_APPLICABLE:
        SubElement(case, "skipped", message="not applicable")
    elif verdict.waived_by is not None:
        SubElement(case, "skipped", message=xml_text(f"accepted by {accepted_by(report, verdict)}")).text = text
    elif verdict.status is Status.UNKNOWN:
        SubElement(case, "skipped", message=f"unknown: {text}")
    elif verdict.status is Status.FAIL:
        blocking = verdict.severity in (Severity.CRITICAL, Severity.ERROR)
        made = SubElement(case, "failure" if blocking else "system-out")
        made.text = text
        if blocking:
            made.set("type", verdict.severity.value)
            made.set("message", xml_text(said[0]))


def _name(verdict: Verdict) -> str:
    return f"{verdict.rule} {verdict.name}"
