"""CMP-01: the frameworks asked for are known here, have something in scope, and none is missing."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.residency import jurisdictions
from netdesign.analysis.policy.scope import data_classes, scope
from netdesign.model.compliance import FrameworkRef
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, DataClass, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import chosen, computable
from netdesign.rules.frameworks import REGULATED, any_requested, requested, without_scope
from netdesign.rules.posture import enterprise

IMPLIED = {
    DataClass.CHD: (Framework.PCI_DSS,),
    DataClass.EPHI: (Framework.HIPAA,),
    DataClass.CUI: (Framework.FEDRAMP, Framework.NIST),
}
"""Frameworks, one of which a data class calls for wherever it is held."""


def _applies(case: Case) -> bool:
    return any_requested(case) or enterprise(case)


@rule(
    code="CMP-01",
    name="compliance-requirements",
    title="Compliance Requirements",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="frameworks asked for, and security level enterprise and above",
    applicable=_applies,
    flags="A framework asked for in a version that no control pack answers for; data that calls for a framework which"
    " was not asked for (card data: PCI DSS; health data: HIPAA; federal data: FedRAMP or NIST; personal data at a site"
    " where the GDPR is law: GDPR); a framework about a kind of data that no zone holds.",
    passes="Every framework asked for has a pack and something in scope, and the data calls for no other.",
    remedy="Ask for the framework in the pack's version, or drop the data; name the data classes of the zones that"
    " hold them.",
    references=("ISO/IEC 27001 A.5.31", "PCI DSS 12.5.2", "45 CFR 164.306", "GDPR 3"),
)
def compliance_requirements(case: Case) -> Iterator[Said]:
    """Frameworks against packs, data against frameworks, frameworks against zones."""
    yield from _unanswered(case)
    yield from _not_asked_for(case)
    for framework in REGULATED:
        if requested(case, framework):
            yield from without_scope(case, framework)
    yield Measure(name="frameworks", value=", ".join(map(str, case.requirements.frameworks)) or "none")
    for framework in dict.fromkeys(ref.framework for ref in case.requirements.frameworks):
        yield from _coverage(case, framework)


def _unanswered(case: Case) -> Iterator[Finding]:
    for ref in case.requirements.frameworks:
        pack = PACKS[ref.framework]
        if ref.version is not None and ref.version not in pack.accepts:
            yield Finding(
                message=f"{ref} was asked for; the control pack answers for {pack.framework} {pack.version}",
                witness={"asked_for": str(ref), "pack": pack.version},
            )


def _not_asked_for(case: Case) -> Iterator[Said]:
    for data in sorted(data_classes(case.network)):
        wanted = IMPLIED.get(data, ())
        if wanted and not any(requested(case, framework) for framework in wanted):
            yield _missing(case, data, wanted)
    if DataClass.PII in data_classes(case.network) and not requested(case, Framework.GDPR):
        yield from _personal(case)


def _personal(case: Case) -> Iterator[Said]:
    law, places = case.parameters.compliance.gdpr_law_jurisdictions, jurisdictions(case.network)
    if any(code in law for code in places.values()):
        yield _missing(case, DataClass.PII, (Framework.GDPR,))
    unknown = tuple(site for site, code in places.items() if code is None)
    if unknown:
        yield Gap(message="no jurisdiction is stated, so that the GDPR may be law for personal data", elements=unknown)


def _missing(case: Case, data: DataClass, wanted: tuple[Framework, ...]) -> Finding:
    held = scope(case.network, data)
    return Finding(
        message=f"the network has to do with data of class {data} ({held}),"
        f" but {' or '.join(wanted)} was not asked for",
        elements=(*held.zones, *held.groups, *held.flows),
        witness={"data_class": data.value, "frameworks": [*wanted]},
    )


def _coverage(case: Case, framework: Framework) -> Iterator[Measure]:
    """How many of the listed controls rules can answer, and what is in scope."""
    controls = chosen(case, PACKS[framework])
    answered = sum(computable(control) for control in controls)
    yield Measure(name=f"{framework}_controls_that_rules_answer", value=answered, threshold=len(controls))
    if framework in REGULATED:
        yield Measure(name=f"{framework}_scope", value=str(scope(case.network, REGULATED[framework])))


@compliance_requirements.mutant("ask for PCI DSS where no zone holds card data")
def ask_without_scope(case: Case) -> Patch | None:
    """The zones that hold it let go of it."""
    others = tuple(ref for ref in case.requirements.frameworks if ref.framework is not Framework.PCI_DSS)
    zones = [zone for zone in case.design.security.zones if DataClass.CHD in zone.data_classes]
    emptied = [
        Set("zones", zone.id, {"data_classes": tuple(c for c in zone.data_classes if c is not DataClass.CHD)})
        for zone in zones
    ]
    return (SetRequirement({"frameworks": (*others, FrameworkRef(framework=Framework.PCI_DSS))}), *emptied)


@compliance_requirements.mutant("ask for a version that no pack answers for")
def ask_for_an_old_version(case: Case) -> Patch | None:
    """An edition of ISO/IEC 27001 that is withdrawn."""
    old = FrameworkRef(framework=Framework.ISO27001, version="2005")
    return (SetRequirement({"frameworks": (*case.requirements.frameworks, old)}),)


@compliance_requirements.mutant("carry health data without HIPAA")
def carry_health_data(case: Case) -> Patch | None:
    """Any flow; a framework that covers all data keeps the rule awake."""
    if not case.design.traffic.flows:
        return None
    refs = (
        *(ref for ref in case.requirements.frameworks if ref.framework is not Framework.HIPAA),
        FrameworkRef(framework=Framework.SOC2),
    )
    flow = case.design.traffic.flows[0]
    return (SetRequirement({"frameworks": refs}), Set("flows", flow.id, {"data_class": DataClass.EPHI}))
