"""CMP-07: the outcomes and controls of NIST frameworks that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.model.patch import Patch
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs.nist import CSF, PACK, SP_800_53
from netdesign.rules.controls import Pack, judge_pack
from netdesign.rules.frameworks import broken_evidence, requested


def _applies(case: Case) -> bool:
    return requested(case, Framework.NIST)


def _asked_for(case: Case) -> Pack:
    """The pack without the part that nobody asked for: the framework's outcomes, or the catalogue's controls."""
    versions = [ref.version or "" for ref in case.requirements.frameworks if ref.framework is Framework.NIST]
    if versions and all(version.startswith("csf") for version in versions):
        return replace(PACK, version="CSF 2.0", controls=CSF)
    if versions and all(version.startswith("800") for version in versions):
        return replace(PACK, version="SP 800-53 r5", controls=SP_800_53)
    return PACK


@rule(
    code="CMP-07",
    name="nist-controls",
    title="NIST Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for a NIST framework",
    applicable=_applies,
    flags="A control of a NIST framework for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed.",
    passes="No control that rules can answer fails.",
    remedy="Mend what the failing rules of evidence name.",
    references=("NIST CSF 2.0", "NIST SP 800-53 r5"),
)
def nist(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from judge_pack(case, _asked_for(case), Severity.ERROR)


@nist.mutant("take central logins away")
def break_evidence(case: Case) -> Patch | None:
    """Or another control, where logins are not judged."""
    return broken_evidence(case, _asked_for(case), "CMP-07", "SEC-06", "SEC-01", "TOP-01", "CMP-10")
