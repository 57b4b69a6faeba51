"""What a network at a cloud provider cannot be, and regulated data that no framework was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.model.compliance import FrameworkRef
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import DataClass, Framework, SecurityLevel, TopologyPreference
from netdesign.synthesis.conditions.question import Question, numbers, relax

HUB = (TopologyPreference.STAR, TopologyPreference.HYBRID_TOPOLOGY)
"""Shapes that hubs with networks around them have."""
RULING = {DataClass.CHD: Framework.PCI_DSS, DataClass.EPHI: Framework.HIPAA, DataClass.CUI: Framework.NIST}
"""The framework that each class of data calls for wherever it is held."""


def shape_at_provider(question: Question) -> Iterator[Conflict]:
    """A shape of switches, a ring, or a mesh past the firewalls, where everything hangs off a provider's hub."""
    wanted = question.requirements
    wish = wanted.topology_preference
    if not question.virtual or wish is None or wish in HUB:
        return
    denies = question.parameters.security[wanted.security_level].inter_zone_default == "deny"
    sensitive = any(data.sensitive for data in wanted.data_classes)
    apart = denies or wanted.requires_segmentation or sensitive
    if wish is TopologyPreference.MESH and not apart:
        return
    ways = [
        relax(
            "topology_preference",
            (wish.value, TopologyPreference.STAR.value),
            "take the star that a hub with networks around it is",
            "none; every two networks still reach each other where policies permit",
        )
    ]
    if wish is TopologyPreference.MESH:
        reason = "its trust domains are kept apart by firewalls, which a mesh of networks would lead past"
    else:
        reason = "networks at a provider join at its hubs, and there are no switches or rings of ours to shape"
    yield Conflict(
        code="shape-not-at-provider",
        requirements=("topology_preference", "security_level" if wish is TopologyPreference.MESH else "network_type"),
        statement=f"A {wish.value.replace('_', ' ')} is asked for, but {reason}.",
        numbers=numbers(asked=wish.value, possible=", ".join(HUB)),
        relaxations=tuple(ways),
    )


def data_without_framework(question: Question) -> Iterator[Conflict]:
    """Data that a framework rules wherever it is held, without that framework, where compliance is judged."""
    wanted = question.requirements
    asked = {ref.framework for ref in wanted.frameworks}
    if not (asked or wanted.security_level.at_least(SecurityLevel.ENTERPRISE)):
        return
    held = {*wanted.data_classes, *(flow.data_class for flow in wanted.flows)}
    needed = {data: ruling for data, ruling in RULING.items() if data in held and ruling not in asked}
    if Framework.FEDRAMP in asked:
        needed.pop(DataClass.CUI, None)
    law = set(question.parameters.compliance.gdpr_law_jurisdictions)
    if DataClass.PII in held and Framework.GDPR not in asked and law & {site.jurisdiction for site in wanted.sites}:
        needed[DataClass.PII] = Framework.GDPR
    if not needed:
        return
    now = [str(ref) for ref in wanted.frameworks]
    more = [*now, *(str(FrameworkRef(framework=ruling)) for ruling in needed.values())]
    kept = [data.value for data in wanted.data_classes if data not in needed] or [DataClass.INTERNAL.value]
    ways = [
        relax(
            "compliance",
            (now, more),
            f"ask for {' and '.join(ruling.value for ruling in needed.values())} as well",
            "its controls in the design",
        )
    ]
    if not any(flow.data_class in needed for flow in wanted.flows if not flow.assumed):
        ways.append(
            relax(
                "data_classes",
                (wanted.data_classes, kept),
                f"keep data of class {' and '.join(needed)} out of this network",
                "another network for that data",
            )
        )
    yield Conflict(
        code="data-needs-framework",
        requirements=("data_classes", "compliance"),
        statement=(
            f"Data of class {' and '.join(needed)} is ruled by {' and '.join(r.value for r in needed.values())}, which"
            " was not asked for."
        ),
        numbers=numbers(data_classes=", ".join(needed), frameworks=", ".join(now) or "none"),
        relaxations=tuple(ways),
    )
