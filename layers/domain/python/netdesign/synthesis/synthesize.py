"""A design from resolved requirements: the data centres or the campus that they describe."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import CatalogError, ConflictError, InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Archetype, NetworkType
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.centres import DATA_CENTRES

CAMPUSES = (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)


def synthesize(
    requirements: ResolvedRequirements, catalog: Catalog, parameters: Parameters, *, author: str = "netdesign"
) -> Design:
    """The design that meets the requirements; the same input gives an equal design.

    Raises `InfeasibleError` with the conflicts when none can be made.
    """
    blueprint = Blueprint(requirements, catalog, parameters)
    try:
        archetype = _build(blueprint)
    except (CatalogError, ConflictError) as error:
        raise InfeasibleError((_unbuildable(requirements, error),)) from error
    blueprint.settle_pools()
    return blueprint.design(requirements.project_name, archetype, author=author)


def _build(blueprint: Blueprint) -> Archetype:
    kind = blueprint.requirements.network_type
    if kind in DATA_CENTRES:
        from netdesign.synthesis.datacenter import design as datacenter

        return datacenter.build(blueprint)
    if kind in CAMPUSES:
        from netdesign.synthesis.campus import design as campus

        return campus.build(blueprint)
    raise InfeasibleError((_unsupported(kind),))


def _unbuildable(requirements: ResolvedRequirements, error: Exception) -> Conflict:
    """What stood in the way while the network was laid out: space, power, ports, addresses or cables."""
    servers = requirements.servers.count
    return Conflict(
        code="does-not-fit",
        requirements=("servers", "sites"),
        statement=f"The network cannot be laid out: {error}.",
        numbers=(("servers", str(servers)), ("racks", str(requirements.servers.racks))),
        relaxations=(
            Relaxation(
                field="sites/racks",
                from_value=str(requirements.servers.racks),
                to_value=str(2 * max(1, requirements.servers.racks)),
                statement="give the site more racks",
                cost="more floor space",
            ),
            Relaxation(
                field="servers/count",
                from_value=str(servers),
                to_value=str(servers // 2),
                statement="attach fewer servers, or ports of another speed",
                cost="a smaller network",
            ),
        ),
    )


def _unsupported(kind: NetworkType) -> Conflict:
    offered = ", ".join((*sorted(DATA_CENTRES), *CAMPUSES))
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
