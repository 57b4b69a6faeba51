"""Use case: the evidence that a design gives for the controls of a framework."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign import __version__
from netdesign.analysis.needs import packet_text
from netdesign.analysis.scope import scope
from netdesign.analysis.segmentation_tests import Probe, probes
from netdesign.exchange.summary import changes
from netdesign.graph.prefixes import address_text
from netdesign.model.canonical import design_digest, digest
from netdesign.model.design import Design
from netdesign.model.evidence import ControlEvidence, Evidence, RuleEvidence, SegmentationTest
from netdesign.model.verdict import Report, Verdict
from netdesign.model.vocabulary import DataClass, Framework, Mode, Severity
from netdesign.rules.case import Case
from netdesign.rules.controls import Control, chosen, level_of, outcome
from netdesign.rules.packs import pack_of
from netdesign.rules.verdicts import rule_of, verdict_of
from netdesign.services.profile import Standards
from netdesign.services.validate_design import case_of, report_on

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmp6"}


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """The evidence with what it was drawn from."""

    evidence: Evidence
    design: Design
    report: Report


def evidence_pack(design: Design, framework: Framework, to: Standards, *, mode: Mode = Mode.STRICT) -> EvidencePack:
    """The evidence of `design` for `framework`; equal inputs give an equal pack."""
    case = case_of(design, to.bench, to.waivers)
    report = report_on(case, mode=mode, settings=to.settings)
    accepted = {verdict.rule: verdict for verdict in report.verdicts}
    pack = pack_of(framework)
    evidence = Evidence(
        framework=framework,
        framework_version=pack.version,
        level=level_of(case, framework),
        requested=any(ref.framework is framework for ref in case.requirements.frameworks),
        design=design.id,
        design_name=design.name,
        design_digest=design_digest(design),
        report_digest=digest(report),
        generator=f"netdesign {__version__}",
        rule_pack=report.rule_pack,
        parameters=report.parameters,
        catalog=report.catalog,
        evaluation_date=report.evaluation_date,
        mode=mode,
        valid=report.valid,
        score=report.score,
        controls=tuple(_control(case, control, accepted) for control in chosen(case, pack)),
        segmentation_tests=_segmentation(case) if framework is Framework.PCI_DSS else (),
        changes=changes(report),
    )
    return EvidencePack(evidence, design, report)


def _control(case: Case, control: Control, accepted: dict[str, Verdict]) -> ControlEvidence:
    found = outcome(case, control)
    return ControlEvidence(
        id=control.id,
        title=control.title,
        status=found.status,
        needs_people=control.manual or found.status is None,
        rules=tuple(_rule(case, code, accepted) for code in control.evidence),
    )


def _rule(case: Case, code: str, accepted: dict[str, Verdict]) -> RuleEvidence:
    """What a rule says; a rule that the organisation switched off is asked all the same, for evidence is no opinion."""
    rule = rule_of(code)
    verdict = accepted.get(code) or verdict_of(case, code)
    if rule is None or verdict is None:
        return RuleEvidence(rule=code, title="not computed by this version", severity=Severity.INFO, status=None)
    return RuleEvidence(
        rule=code,
        title=rule.title,
        severity=verdict.severity,
        status=verdict.status,
        waived_by=verdict.waived_by,
        findings=verdict.findings,
        omitted_findings=verdict.omitted_findings,
        gaps=verdict.gaps,
        measures=verdict.measures,
    )


def _segmentation(case: Case) -> tuple[SegmentationTest, ...]:
    """Tests across the boundary of the card data environment, to be run on the network that was built."""
    inside = scope(case.network, DataClass.CHD).zones
    return tuple(_test(number, probe) for number, probe in enumerate(probes(case.network, inside), start=1))


def _test(number: int, probe: Probe) -> SegmentationTest:
    packet = probe.packet
    reason = "a rule permits it" if probe.permitted else "no rule permits it, and what no rule permits is denied"
    return SegmentationTest(
        id=f"T{number:04}",
        source_zone=probe.source_zone,
        target_zone=probe.target_zone,
        source=address_text(packet.version, packet.source),
        target=address_text(packet.version, packet.target),
        protocol=PROTOCOLS.get(packet.protocol, str(packet.protocol)),
        port=packet.target_port,
        expected="passes" if probe.permitted else "is blocked",
        because=f"{packet_text(packet)}: {reason}",
    )
