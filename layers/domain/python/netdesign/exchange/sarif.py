"""A report as SARIF 2.1.0 (OASIS), so that code-scanning tools show findings beside other findings."""

from __future__ import annotations

from typing import Any

import orjson

from netdesign import __version__
from netdesign.exchange.judged_with import waiver_text, why
from netdesign.model.canonical import to_document
from netdesign.model.verdict import Finding, Report, Status, Verdict
from netdesign.model.vocabulary import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def sarif(report: Report) -> bytes:
    """Return the report's failures as results, one for each finding, and its unknowns as `open` results.

    What the organisation changed stands in the run's properties and as overrides of rules' configurations; findings
    beyond those that a report keeps are told by a notification.
    """
    driver = {
        "name": "netdesign",
        "semanticVersion": __version__,
        "version": report.rule_pack,
        "rules": [*map(_descriptor, report.verdicts), *({"id": code} for code in _silent(report))],
    }
    results = (one for index, verdict in enumerate(report.verdicts) for one in _results(report, verdict, index))
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "results": list(results),
        "properties": _properties(report),
    }
    return orjson.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2)


def _silent(report: Report) -> list[str]:
    """Rules that were changed and have no verdict, such as those switched off."""
    judged = {verdict.rule for verdict in report.verdicts}
    return sorted({*report.disabled_rules, *report.changed_severities} - judged)


def _properties(report: Report) -> dict[str, Any]:
    return {
        "design": report.design,
        "designDigest": report.design_digest,
        "mode": report.mode.value,
        "score": report.score,
        "threshold": report.threshold,
        "valid": report.valid,
        "evaluationDate": report.evaluation_date,
        "waiversAsOf": report.waivers_as_of,
        "rulePack": report.rule_pack,
        "parameters": report.parameters,
        "catalogue": report.catalog,
        "profile": report.profile,
        "disabledRules": list(report.disabled_rules),
        "changedSeverities": {rule: severity.value for rule, severity in report.changed_severities.items()},
        "reasons": report.reasons,
        "changedParameters": report.changed_parameters,
        "ownRules": list(report.own_rules),
        "waivers": [to_document(waiver) for waiver in report.waivers],
        "omittedFindings": {one.rule: one.omitted_findings for one in report.verdicts if one.omitted_findings},
    }


def _invocation(report: Report) -> dict[str, Any]:
    """How the run was set up: rules off or weighed otherwise; and what it has to tell beside results."""
    crashed = [verdict.rule for verdict in report.verdicts if verdict.crashed]
    return {
        "executionSuccessful": not crashed,
        "ruleConfigurationOverrides": [
            *(_override(report, code, {"enabled": False}) for code in report.disabled_rules),
            *(
                _override(report, code, {"level": LEVELS[severity]}, severity.value)
                for code, severity in report.changed_severities.items()
                if code not in report.disabled_rules
            ),
        ],
        "toolExecutionNotifications": [
            *(_notice(code, "error", "the rule itself broke; it proves nothing about the design") for code in crashed),
            *(
                _notice(one.rule, "note", f"{one.omitted_findings} more findings than this report lists")
                for one in report.verdicts
                if one.omitted_findings
            ),
        ],
    }


def _override(report: Report, code: str, configuration: dict[str, Any], severity: str | None = None) -> dict[str, Any]:
    told = {"reason": why(report, code), "severity": severity}
    return {
        "descriptor": {"id": code},
        "configuration": configuration,
        "properties": {name: value for name, value in told.items() if value},
    }


def _notice(code: str, level: str, text: str) -> dict[str, Any]:
    return {"associatedRule": {"id": code}, "level": level, "message": {"text": f"{code}: {text}"}}


def _descriptor(verdict: Verdict) -> dict[str, Any]:
    made = {
        "id": verdict.rule,
        "name": verdict.name,
        "shortDescription": {"text": verdict.name.replace("-", " ")},
        "properties": {"category": verdict.category.value, "references": list(verdict.references)},
    }
    if not verdict.overridden:  # a report does not hold what an overridden rule weighs by itself
        made["defaultConfiguration"] = {"level": LEVELS[verdict.severity]}
    return made


def _results(report: Report, verdict: Verdict, index: int) -> list[dict[str, Any]]:
    if verdict.status is Status.FAIL:
        return [_result(report, verdict, index, finding) for finding in verdict.findings]
    if verdict.status is Status.UNKNOWN:
        return [
            {
                "ruleId": verdict.rule,
                "ruleIndex": index,
                "kind": "open",
                "level": "none",
                "message": {"text": gap.message},
                "locations": _locations(gap.elements),
            }
            for gap in verdict.gaps
        ]
    return []


def _result(report: Report, verdict: Verdict, index: int, finding: Finding) -> dict[str, Any]:
    """A finding; it weighs what the report makes it weigh, which an organisation may have changed."""
    severity = verdict.severity if verdict.overridden else finding.severity or verdict.severity
    result: dict[str, Any] = {
        "ruleId": verdict.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[severity],
        "message": {"text": finding.message},
        "locations": _locations(finding.elements),
        "properties": {"witness": finding.witness, "severity": severity.value},
    }
    if verdict.waived_by is not None:
        result["suppressions"] = _suppressions(report, verdict)
    return result


def _suppressions(report: Report, verdict: Verdict) -> list[dict[str, Any]]:
    said = [waiver_text(waiver) for waiver in report.waivers_of(verdict)] or [f"waiver {verdict.waived_by}"]
    return [{"kind": "external", "status": "accepted", "justification": text} for text in said]


def _locations(elements: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"logicalLocations": [{"fullyQualifiedName": element}]} for element in elements]
