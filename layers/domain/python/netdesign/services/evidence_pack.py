"""Use case: the evidence that a design gives for the controls of a framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netdesign import __version__
from netdesign.analysis.policy.needs import packet_text
from netdesign.analysis.policy.scope import scope
from netdesign.analysis.policy.segmentation_tests import Probe, probes
from netdesign.errors import ConflictError, InvalidInputError
from netdesign.exchange.judged_with import changes
from netdesign.graph.prefixes import address_text
from netdesign.model.canonical import digest
from netdesign.model.design import Design
from netdesign.model.evidence import ControlEvidence, Evidence, RuleEvidence, SegmentationTest
from netdesign.model.verdict import Report, Verdict
from netdesign.model.vocabulary import DataClass, Framework, Mode, Severity
from netdesign.rules.case import Case
from netdesign.rules.controls import Control, chosen, level_of, outcome
from netdesign.rules.packs import pack_of
from netdesign.rules.registry import pack_version
from netdesign.rules.verdicts import rule_of, verdict_of
from netdesign.services.profile import Standards
from netdesign.services.validate_design import case_of, report_on
from netdesign.services.workbench import Workbench

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmp6"}


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """The evidence with what it was drawn from."""

    evidence: Evidence
    design: Design
    report: Report


def evidence_pack(design: Design, framework: Framework, to: Standards, *, mode: Mode = Mode.STRICT) -> EvidencePack:
    """The evidence of `design` for `framework`; equal inputs give an equal pack."""
    case = case_of(design, to.bench, to.waivers, to.today)
    return evidence_of(case, framework, report_on(case, mode=mode, settings=to.settings))


def evidence_of_report(design: Design, framework: Framework, report: Report, bench: Workbench) -> EvidencePack:
    """The evidence that a report which was kept gives: its verdicts, under the parameters that it was made with.

    Raises `ConflictError` where the report was made with parameters that this version does not know.
    """
    try:
        parameters = bench.parameters.with_overrides(report.changed_parameters)
    except InvalidInputError:
        raise ConflictError("the report was made by another version; validate the design again") from None
    then = Workbench(bench.catalog, parameters)
    case = case_of(design, then, report.waivers, report.waivers_as_of)
    return evidence_of(case, framework, report)


def evidence_of(case: Case, framework: Framework, report: Report) -> EvidencePack:
    """The evidence for a framework that a report on the case gives.

    Rules that the report leaves out are asked all the same, for evidence is no opinion, if what judged then is what
    judges now.
    """
    kept = {verdict.rule: verdict for verdict in report.verdicts}
    now = (pack_version(), case.parameters.version, case.catalog.version)
    same = (report.rule_pack, report.parameters, report.catalog) == now

    def answer(code: str) -> Verdict | None:
        return kept.get(code) or (verdict_of(case, code) if same else None)

    pack = pack_of(framework)
    evidence = Evidence(
        framework=framework,
        framework_version=pack.version,
        level=level_of(case, framework),
        requested=any(ref.framework is framework for ref in case.requirements.frameworks),
        design=report.design,
        design_name=case.design.name,
        design_digest=report.design_digest,
        report_digest=digest(report),
        generator=f"netdesign {__version__}",
        rule_pack=report.rule_pack,
        parameters=report.parameters,
        catalog=report.catalog,
        evaluation_date=report.evaluation_date,
        waivers_as_of=report.waivers_as_of,
        mode=report.mode,
        valid=report.valid,
        score=report.score,
        controls=tuple(_control(case, control, answer) for control in chosen(case, pack)),
        segmentation_tests=_segmentation(case) if framework is Framework.PCI_DSS else (),
        changes=changes(report),
    )
    return EvidencePack(evidence, case.design, report)


Answer = Callable[[str], Verdict | None]


def _control(case: Case, control: Control, answer: Answer) -> ControlEvidence:
    found = outcome(case, control, answer)
    return ControlEvidence(
        id=control.id,
        title=control.title,
        status=found.status,
        needs_people=control.manual or found.status is None,
        rules=tuple(_rule(code, answer(code)) for code in control.evidence),
    )


def _rule(code: str, verdict: Verdict | None) -> RuleEvidence:
    rule = rule_of(code)
    if rule is None or verdict is None:
        title = "not computed by this version" if rule is None else f"{rule.title} (not judged in this report)"
        return RuleEvidence(rule=code, title=title, severity=Severity.INFO, status=None)
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
