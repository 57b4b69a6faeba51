"""A design from resolved requirements: the data centre or the campus that they describe."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Archetype, NetworkType
from netdesign.synthesis.blueprint import Blueprint

CAMPUSES = (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)


def synthesize(
    requirements: ResolvedRequirements, catalog: Catalog, parameters: Parameters, *, author: str = "netdesign"
) -> Design:
    """The design that meets the requirements; the same input gives an equal design.

    Raises `InfeasibleError` with the conflicts when none can be made.
    """
    blueprint = Blueprint(requirements, catalog, parameters)
    archetype = _build(blueprint)
    blueprint.settle_pools()
    return blueprint.design(requirements.project_name, archetype, author=author)


def _build(blueprint: Blueprint) -> Archetype:
    kind = blueprint.requirements.network_type
    if kind is NetworkType.ENTERPRISE_DATACENTER:
        from netdesign.synthesis import datacenter

        return datacenter.build(blueprint)
    if kind in CAMPUSES:
        from netdesign.synthesis import campus

        return campus.build(blueprint)
    raise InfeasibleError((_unsupported(kind),))


def _unsupported(kind: NetworkType) -> Conflict:
    offered = ", ".join((NetworkType.ENTERPRISE_DATACENTER, *CAMPUSES))
    return Conflict(
        code="unsupported-network-type",
        requirements=("network_type", "network_type"),
        statement=f"Networks of type {kind.value} are not designed here.",
        numbers=(("network_type", kind.value), ("designed", offered)),
        relaxations=(
            Relaxation(
                field="network_type",
                from_value=kind.value,
                to_value=NetworkType.ENTERPRISE_DATACENTER.value,
                statement=f"ask for one of {offered}",
                cost="the rest of the network is designed elsewhere",
            ),
        ),
    )
