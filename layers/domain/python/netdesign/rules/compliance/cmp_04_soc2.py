"""CMP-04: the trust services criteria that rules can answer hold."""

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
    return requested(case, Framework.SOC2)


@rule(
    code="CMP-04",
    name="soc2-criteria",
    title="SOC 2 Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for SOC 2",
    applicable=_applies,
    flags="A control of SOC 2 for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed.",
    passes="No control that rules can answer fails.",
    remedy="Mend what the failing rules of evidence name.",
    references=("AICPA Trust Services Criteria 2017, points of focus 2022",),
)
def soc2(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from judge_pack(case, PACKS[Framework.SOC2], Severity.ERROR)


@soc2.mutant("let capacity fall behind demand")
def break_evidence(case: Case) -> Patch | None:
    """Or take redundancy away, where capacity is not computed."""
    return broken_evidence(case, PACKS[Framework.SOC2], "CMP-04", "CAP-03", "CAP-04", "TOP-01", "SEC-01", "SEC-06")
