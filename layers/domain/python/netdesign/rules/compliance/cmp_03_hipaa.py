"""CMP-03: the safeguards of HIPAA that rules can answer hold."""

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
    return requested(case, Framework.HIPAA)


@rule(
    code="CMP-03",
    name="hipaa-safeguards",
    title="HIPAA Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for HIPAA",
    applicable=_applies,
    flags="A control of HIPAA for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed. Also no zone with the data that it is about.",
    passes="No control that rules can answer fails.",
    remedy="Mend what the failing rules of evidence name.",
    references=("45 CFR 164.308", "45 CFR 164.310", "45 CFR 164.312"),
)
def hipaa(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from without_scope(case, Framework.HIPAA)
    yield from judge_pack(case, PACKS[Framework.HIPAA], Severity.CRITICAL)


@hipaa.mutant("carry health data in the clear")
def break_evidence(case: Case) -> Patch | None:
    """Or open the separation of zones, where nothing leaves the premises."""
    return broken_evidence(case, PACKS[Framework.HIPAA], "CMP-03", "SEC-05", "SEC-04", "SEC-01", "SEC-06")
