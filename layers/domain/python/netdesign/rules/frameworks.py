"""What requested frameworks are about: their packs, the data that they regulate, and how to ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from netdesign.analysis.policy.scope import scope
from netdesign.graph.network import compile_network
from netdesign.model.compliance import FrameworkRef
from netdesign.model.patch import Set, SetRequirement, apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import DataClass, Exposure, Framework
from netdesign.rules.controls import chosen
from netdesign.rules.verdicts import breaking, verdict_of

if TYPE_CHECKING:
    from netdesign.model.patch import Patch
    from netdesign.rules.case import Case
    from netdesign.rules.controls import Pack

REGULATED = {
    Framework.PCI_DSS: DataClass.CHD,
    Framework.HIPAA: DataClass.EPHI,
    Framework.GDPR: DataClass.PII,
    Framework.FEDRAMP: DataClass.CUI,
}
"""The data class that a framework is about; the others cover all data."""

HOLDS_DATA = (Exposure.INTERNAL, Exposure.RESTRICTED)


def requested(case: Case, framework: Framework) -> bool:
    """Whether the requirements ask for the framework."""
    return any(ref.framework is framework for ref in case.requirements.frameworks)


def any_requested(case: Case) -> bool:
    """Whether the requirements ask for any framework."""
    return bool(case.requirements.frameworks)


def asking(case: Case, framework: Framework) -> tuple[Case, Patch]:
    """The case as if the requirements asked for the framework, and the change to that (empty where they do).

    Where no zone holds the data that the framework is about, the most trusted zone but management does.
    """
    if requested(case, framework):
        return case, ()
    refs = (*case.requirements.frameworks, FrameworkRef(framework=framework))
    patch: Patch = (SetRequirement({"frameworks": refs}), *_scoped(case, framework))
    return changed(case, patch), patch


def _scoped(case: Case, framework: Framework) -> Patch:
    zones = [zone for zone in case.design.security.zones if zone.exposure in HOLDS_DATA]
    data = REGULATED.get(framework)
    if data is None or not zones or any(data in zone.data_classes for zone in zones):
        return ()
    zone = max(zones, key=lambda one: (one.trust, one.id))
    return (Set("zones", zone.id, {"data_classes": (*zone.data_classes, data)}),)


def without_scope(case: Case, framework: Framework) -> Iterator[Finding]:
    """Yield a finding where no zone holds the data that a framework is about, so that it covers nothing."""
    data = REGULATED[framework]
    held = scope(case.network, data)
    if not held.zones:
        yield Finding(
            message=f"{framework} was asked for, but no zone holds data of class {data}",
            elements=held.groups,
            witness={"framework": framework.value, "data_class": data.value, "zones": 0},
        )


def changed(case: Case, patch: Patch) -> Case:
    """The case after a change of its design."""
    design = apply(case.design, patch)
    return replace(case, network=compile_network(design, case.catalog), requirements=design.requirements)


def broken_evidence(case: Case, pack: Pack, pack_rule: str, *preferred: str) -> Patch | None:
    """A change that makes a rule fail that gives evidence to a pack, and asks for its framework where none did.

    The preferred rules come first. None where the pack's own rule fails already, or no rule of evidence holds
    and can be broken.
    """
    asked, patch = asking(case, pack.framework)
    before = verdict_of(asked, pack_rule)
    if before is None or before.status is Status.FAIL:
        return None
    evidence = dict.fromkeys(code for control in chosen(asked, pack) for code in control.evidence)
    codes = dict.fromkeys((*(code for code in preferred if code in evidence), *evidence))
    broken = breaking(asked, *codes)
    return None if broken is None else (*patch, *broken)
