"""Evidence as one HTML page that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable

from netdesign.exchange.html_report import STYLE, escape
from netdesign.model.evidence import ControlEvidence, Evidence, RuleEvidence
from netdesign.model.verdict import Measure, Status

WORDS = {
    Status.PASS: "holds",
    Status.FAIL: "fails",
    Status.UNKNOWN: "cannot be decided",
    Status.NOT_APPLICABLE: "does not apply",
    None: "people have to show it",
}
COLOURS = {Status.PASS: "valid", Status.FAIL: "invalid"}


def evidence_page(evidence: Evidence) -> bytes:
    """Return the page: what was judged with what, then every control with its rules and their witnesses."""
    title = f"Evidence for {evidence.framework.value} {evidence.framework_version}: {evidence.design_name}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>",
        _asked(evidence),
        _table(("what", "value"), _facts(evidence)),
        "<h2>Controls</h2>",
        _table(("control", "title", "outcome", "people's evidence"), (_line(one) for one in evidence.controls)),
        *(_control(one) for one in evidence.controls),
        _segmentation(evidence),
        "</body></html>\n",
    ]
    return "".join(parts).encode()


def _asked(evidence: Evidence) -> str:
    if evidence.requested:
        return ""
    return '<p class="invalid">The requirements of this design do not ask for this framework.</p>'


def _facts(evidence: Evidence) -> Iterable[tuple[str, ...]]:
    yield "design", f"{evidence.design}, SHA-256 {evidence.design_digest}"
    yield "report", f"SHA-256 {evidence.report_digest}"
    yield "made by", evidence.generator
    yield "rules, parameters, catalogue", f"{evidence.rule_pack}, {evidence.parameters}, {evidence.catalog}"
    yield "judged as of", evidence.evaluation_date
    if evidence.waivers_as_of:
        yield "waivers as of", evidence.waivers_as_of
    yield "impact level", evidence.level
    yield (
        "design as a whole",
        f"{'valid' if evidence.valid else 'not valid'} ({evidence.mode.value}, {evidence.score:.3f})",
    )
    yield from (("changed by the organisation", change) for change in evidence.changes)


def _line(control: ControlEvidence) -> tuple[str, ...]:
    return control.id, control.title, WORDS[control.status], "needed" if control.needs_people else ""


def _control(control: ControlEvidence) -> str:
    colour = COLOURS.get(control.status, "note") if control.status else "note"
    head = (
        f'<h2>{escape(control.id)} {escape(control.title)} <span class="{colour}">{WORDS[control.status]}</span></h2>'
    )
    if not control.rules:
        return head + '<p class="note">No rule computes this; keep people\'s evidence with this page.</p>'
    return head + _table(("rule", "verdict", "witness"), (_rule(rule) for rule in control.rules))


def _rule(rule: RuleEvidence) -> tuple[str, ...]:
    word = "not computed" if rule.status is None else WORDS[rule.status]
    waived = f", accepted by waiver {rule.waived_by}" if rule.waived_by else ""
    said = [finding.message for finding in rule.findings] or [gap.message for gap in rule.gaps]
    said += [f"and {rule.omitted_findings} more"] if rule.omitted_findings else []
    witness = said or [_measured(measure) for measure in rule.measures]
    return f"{rule.rule} {rule.title}", f"{word}{waived}", "; ".join(witness)


def _measured(measure: Measure) -> str:
    against = "" if measure.threshold is None else f" (held against {measure.threshold})"
    return f"{measure.name}: {measure.value}{against}"


def _segmentation(evidence: Evidence) -> str:
    if not evidence.segmentation_tests:
        return ""
    rows = (
        (t.id, f"{t.source_zone} to {t.target_zone}", f"{t.source} to {t.target}", f"{t.protocol}/{t.port}", t.expected)
        for t in evidence.segmentation_tests
    )
    note = '<p class="note">To be sent on the network as built; the list is in segmentation-tests.csv too.</p>'
    return f"<h2>Segmentation tests</h2>{note}{_table(('test', 'zones', 'addresses', 'service', 'expected'), rows)}"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heading)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
