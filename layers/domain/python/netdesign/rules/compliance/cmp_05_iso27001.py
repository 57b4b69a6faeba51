"""CMP-05: the controls of Annex A that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.model.patch import Patch
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import judge_pack
from netdesign.rules.frameworks import broken_evidence, requested


def _applies(case: Case) -> bool:
    return requested(case, Framework.ISO27001)


@rule(
    code="CMP-05",
    name="iso27001-annex-a",
    title="ISO 27001 Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for ISO/IEC 27001",
    applicable=_applies,
    flags="A control of ISO/IEC 27001 for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed.",
    passes="No control that rules can answer fails.",
    remedy="Mend what the failing rules of evidence name.",
    references=("ISO/IEC 27001:2022 Annex A",),
)
def iso27001(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from judge_pack(case, PACKS[Framework.ISO27001], Severity.ERROR)


@iso27001.mutant("merge zones")
def break_evidence(case: Case) -> Patch | None:
    """Or another control, where zones are not asked for."""
    return broken_evidence(case, PACKS[Framework.ISO27001], "CMP-05", "SEC-04", "SEC-01", "TOP-01", "CMP-10")
