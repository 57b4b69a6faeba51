"""A report as JUnit XML, so that build servers show rules as tests: a suite a category, a case a rule."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from netdesign.exchange.xml_text import xml_text
from netdesign.model.verdict import Report, Status, Verdict
from netdesign.model.vocabulary import Category, Severity


def junit(report: Report) -> bytes:
    """Return the report; critical and error failures fail a case, lesser ones are its output."""
    root = Element("testsuites", name="netdesign")
    for category in Category:
        verdicts = [verdict for verdict in report.verdicts if verdict.category is category]
        suite = SubElement(root, "testsuite", name=category.value, tests=str(len(verdicts)))
        for verdict in verdicts:
            _case(suite, verdict)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _case(suite: Element, verdict: Verdict) -> None:
    case = SubElement(suite, "testcase", classname=f"netdesign.{verdict.category.value}", name=_name(verdict))
    said = [finding.message for finding in verdict.findings] or [gap.message for gap in verdict.gaps]
    text = xml_text("\n".join(said))
    if verdict.crashed:
        SubElement(case, "error", message=text, type="crash")
    elif verdict.status is Status.NOT_APPLICABLE:
        SubElement(case, "skipped", message="not applicable")
    elif verdict.waived_by is not None:
        SubElement(case, "skipped", message=xml_text(f"waived by {verdict.waived_by}"))
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
