"""CMP-02: the controls of PCI DSS that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.model.patch import Patch
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import judge_pack
from netdesign.rules.frameworks import broken_evidence, requested, without_scope


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-02",
    name="pci-dss-controls",
    title="PCI-DSS Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="A control of PCI DSS for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed. Also no zone with the data that it is about.",
    passes="No control that rules can answer fails.",
    remedy="Mend what the failing rules of evidence name.",
    references=("PCI DSS 4.0.1",),
)
def pci_dss(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from without_scope(case, Framework.PCI_DSS)
    yield from judge_pack(case, PACKS[Framework.PCI_DSS], Severity.CRITICAL)


@pci_dss.mutant("stop looking for intrusions")
def break_evidence(case: Case) -> Patch | None:
    """Or open the separation of zones, where intrusion prevention is not asked for."""
    return broken_evidence(case, PACKS[Framework.PCI_DSS], "CMP-02", "SEC-03", "SEC-01", "SEC-04", "SEC-08")
