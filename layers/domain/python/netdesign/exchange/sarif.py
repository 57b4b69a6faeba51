"""A report as SARIF 2.1.0 (OASIS), so that code-scanning tools show findings beside other findings."""

from __future__ import annotations

from typing import Any

import orjson

from netdesign import __version__
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
    """Return the report's failures as results, one for each finding, and its unknowns as `open` results."""
    driver = {
        "name": "netdesign",
        "semanticVersion": __version__,
        "version": report.rule_pack,
        "rules": [_descriptor(verdict) for verdict in report.verdicts],
    }
    run = {
        "tool": {"driver": driver},
        "results": [result for index, verdict in enumerate(report.verdicts) for result in _results(verdict, index)],
        "properties": {
            "design": report.design,
            "designDigest": report.design_digest,
            "mode": report.mode.value,
            "score": report.score,
            "valid": report.valid,
        },
    }
    return orjson.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2)


def _descriptor(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.rule,
        "name": verdict.name,
        "shortDescription": {"text": verdict.name.replace("-", " ")},
        "defaultConfiguration": {"level": LEVELS[verdict.severity]},
        "properties": {"category": verdict.category.value, "references": list(verdict.references)},
    }


def _results(verdict: Verdict, index: int) -> list[dict[str, Any]]:
    if verdict.status is Status.FAIL:
        return [_result(verdict, index, finding) for finding in verdict.findings]
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


def _result(verdict: Verdict, index: int, finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": verdict.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[finding.severity or verdict.severity],
        "message": {"text": finding.message},
        "locations": _locations(finding.elements),
        "properties": {"witness": finding.witness},
    }
    if verdict.waived_by is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": verdict.waived_by}]
    return result


def _locations(elements: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"logicalLocations": [{"fullyQualifiedName": element}]} for element in elements]
