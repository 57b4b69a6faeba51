"""The parts of a design that a reader wants first, as titled tables; the reports of every form are made of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from netdesign.exchange.judged_with import basis, changes
from netdesign.model.design import Design
from netdesign.model.quantity import format_bandwidth
from netdesign.model.verdict import Report, Status, Verdict

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table; `note` stands above it."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def sections(design: Design, report: Report) -> tuple[Section, ...]:
    """Return every section that has rows, in reading order."""
    made = (
        _scores(report),
        _basis(report),
        _changes(report),
        _findings(report),
        _devices(design),
        _links(design),
        _subnets(design),
        _zones(design),
        _rules(design),
        _services(design),
        _parts(design),
        _costs(design),
        _decisions(design),
        _requirements(design),
    )
    return tuple(_cut(section) for section in made if section.rows)


def _basis(report: Report) -> Section:
    return Section("Judged with", ("what", "which"), basis(report))


def _changes(report: Report) -> Section:
    return Section("What the organisation changed", ("change",), tuple((line,) for line in changes(report)))


def _cut(section: Section) -> Section:
    rest = len(section.rows) - MOST_ROWS
    if rest <= 0:
        return section
    note = f"{section.note} The first {MOST_ROWS} of {len(section.rows)} rows; the design file has them all.".strip()
    return Section(section.title, section.heading, section.rows[:MOST_ROWS], note)


def _scores(report: Report) -> Section:
    rows = tuple(
        (
            c.category.value,
            f"{c.score:.3f}",
            str(c.passed),
            str(c.failed),
            str(c.unknown),
            str(c.not_applicable),
        )
        for c in report.categories
    )
    word = "valid" if report.valid else "not valid"
    note = (
        f"The design is {word} in {report.mode.value} mode: score {report.score:.3f}, threshold {report.threshold:.2f}."
    )
    return Section("Validation", ("category", "score", "passed", "failed", "unknown", "not applicable"), rows, note)


def _findings(report: Report) -> Section:
    rows = tuple(
        (verdict.rule, _weight(verdict), message)
        for verdict in report.verdicts
        if verdict.status in (Status.FAIL, Status.UNKNOWN)
        for message in _said(verdict)
    )
    return Section("Findings", ("rule", "severity", "what was found"), rows)


def _said(verdict: Verdict) -> list[str]:
    said = [finding.message for finding in verdict.findings] or [gap.message for gap in verdict.gaps]
    more = verdict.omitted_findings
    return [*said, f"and {more} more, which the report does not list"] if more else said


def _weight(verdict: Verdict) -> str:
    if verdict.status is Status.UNKNOWN:
        return "unknown"
    return f"{verdict.severity.value} (waived)" if verdict.waived_by else verdict.severity.value


def _devices(design: Design) -> Section:
    counts = Counter((d.role.value, d.site, d.sku or "-") for d in design.inventory.devices)
    rows = tuple((role, site, sku, str(count)) for (role, site, sku), count in sorted(counts.items()))
    return Section("Devices", ("role", "site", "part", "count"), rows, f"{len(design.inventory.devices)} devices.")


def _links(design: Design) -> Section:
    counts = Counter(
        (link.purpose.value, link.speed_bps, link.phy or link.medium.value) for link in design.cabling.links
    )
    rows = tuple(
        (purpose, format_bandwidth(speed), phy, str(count)) for (purpose, speed, phy), count in sorted(counts.items())
    )
    return Section(
        "Cabling",
        ("purpose", "speed", "physical layer", "count"),
        rows,
        f"{len(design.cabling.links)} links.",
    )


def _subnets(design: Design) -> Section:
    rows = tuple(
        (
            subnet.prefix,
            subnet.purpose.value,
            subnet.vrf,
            subnet.zone or "",
            subnet.site,
            str(subnet.planned_hosts),
        )
        for subnet in design.addressing.subnets
        if subnet.purpose.value != "point_to_point"
    )
    note = "Point-to-point subnets are left out here."
    return Section("Subnets", ("prefix", "purpose", "vrf", "zone", "site", "planned hosts"), rows, note)


def _zones(design: Design) -> Section:
    rows = tuple(
        (zone.name, str(zone.trust), zone.exposure.value, ", ".join(zone.data_classes))
        for zone in design.security.zones
    )
    return Section("Zones", ("zone", "trust", "exposure", "data"), rows)


def _rules(design: Design) -> Section:
    rows = tuple(
        (
            str(rule.order),
            ", ".join(rule.source_zones) or "any",
            ", ".join(rule.destination_zones) or "any",
            ", ".join(service.name for service in rule.services) or "any",
            rule.action.value,
            rule.justification or "",
        )
        for rule in sorted(design.security.policy_rules, key=lambda rule: (rule.policy, rule.order))
    )
    return Section("Policies", ("order", "from", "to", "services", "action", "why"), rows)


def _services(design: Design) -> Section:
    rows = tuple(
        (instance.kind.value, instance.name, instance.address, instance.zone, ", ".join(instance.attached_to))
        for instance in design.infrastructure.service_instances
    )
    return Section("Infrastructure services", ("service", "name", "address", "zone", "attached to"), rows)


def _money(amount: float | None) -> str:
    return "not priced" if amount is None else f"{amount:,.0f}"


def _parts(design: Design) -> Section:
    rows = tuple(
        (
            line.kind.value,
            line.part,
            str(line.quantity),
            str(line.spares),
            _money(line.unit_usd) + (" (assumed)" if line.price_assumed else ""),
            _money(line.total_usd),
        )
        for line in design.parts.lines
    )
    return Section("Bill of materials", ("kind", "part", "in use", "spares", "unit USD", "total USD"), rows)


def _costs(design: Design) -> Section:
    rows = tuple(
        (
            line.name,
            "yearly" if line.yearly else "once",
            _money(line.amount_usd),
            f"{line.assumed_share:.0%}",
            line.formula,
        )
        for line in design.parts.costs
    )
    return Section("Cost", ("what", "when", "USD", "assumed", "formula"), rows)


def _decisions(design: Design) -> Section:
    rows = tuple(
        (
            decision.question,
            decision.choice,
            decision.formula,
            ", ".join(f"{given.name} = {given.value}" for given in decision.inputs),
            decision.result,
            "; ".join(f"{other.choice}: {other.refused_because}" for other in decision.alternatives),
        )
        for decision in design.rationale.decisions
    )
    return Section("Decisions", ("question", "choice", "formula", "inputs", "result", "refused"), rows)


def _requirements(design: Design) -> Section:
    rows = tuple(
        (entry.field, entry.basis.value, entry.reason)
        for entry in design.requirements.provenance
        if entry.basis.value != "stated"
    )
    return Section("Requirements that nobody stated", ("field", "basis", "reason"), rows)
