"""CMP-06: the articles of the GDPR that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.scope import needed, unneeded_access
from netdesign.model.patch import Patch
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Framework, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import judge_pack
from netdesign.rules.frameworks import asking, broken_evidence, requested, without_scope


def _applies(case: Case) -> bool:
    return requested(case, Framework.GDPR)


@rule(
    code="CMP-06",
    name="gdpr-articles",
    title="GDPR Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for the GDPR",
    applicable=_applies,
    flags="A control of the GDPR for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed. Also no zone with the data that it is about, and a"
    " rule that lets a zone into a zone with personal data though no flow goes that way (25).",
    passes="No control that rules can answer fails, and what policies permit toward personal data some flow needs.",
    remedy="Mend what the failing rules of evidence name; remove permits that no flow needs.",
    references=("GDPR 5(1)(f), 25, 28, 30, 32, 33, 35, 44-46",),
)
def gdpr(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from without_scope(case, Framework.GDPR)
    yield from judge_pack(case, PACKS[Framework.GDPR], Severity.ERROR)
    surplus = unneeded_access(case.network, DataClass.PII)
    for one in surplus:
        yield Finding(
            message=f"policy {one.policy} lets {one.source} into {one.target} by {one.rule or 'its default'},"
            " though no flow goes that way: more can reach personal data than is needed (25)",
            elements=(one.rule or one.policy, one.source, one.target),
            witness={"policy": one.policy, "rule": one.rule, "from_zone": one.source, "to_zone": one.target},
        )
    yield Measure(name="permits_toward_personal_data_that_no_flow_needs", value=len(surplus), threshold=0)


@gdpr.mutant("copy personal data out of the economic area")
def break_evidence(case: Case) -> Patch | None:
    """Or open the separation of zones, where no jurisdiction is stated."""
    return broken_evidence(case, PACKS[Framework.GDPR], "CMP-06", "CMP-09", "SEC-04", "SEC-01")


@gdpr.mutant("let a zone into personal data that sends nothing there")
def let_in(case: Case) -> Patch | None:
    """A rule on top of a policy that binds both zones."""
    asked, patch = asking(case, Framework.GDPR)
    zones = asked.design.security.zones
    inside = [zone.id for zone in zones if DataClass.PII in zone.data_classes]
    for target in inside:
        for source in zones:
            opened = first_rule(asked, Action.PERMIT, source.id, target)
            if source.id != target and opened and not needed(case.network, source.id, target):
                return (*patch, *opened)
    return None
