"""A design from resolved requirements: the data centre, campus, wide-area or cloud networks that they describe."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import CatalogError, ConflictError, InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.design import Design
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Archetype, NetworkType
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.grading import graded
from netdesign.synthesis.draft.standing import NOTHING, Standing
from netdesign.synthesis.needs.centres import DATA_CENTRES

CAMPUSES = (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)


def synthesize(
    requirements: ResolvedRequirements,
    catalog: Catalog,
    parameters: Parameters,
    *,
    author: str = "netdesign",
    standing: Standing = NOTHING,
) -> Design:
    """The design that meets the requirements; the same input gives an equal design. What stands is kept.

    Raises `InfeasibleError` with the conflicts when none can be made; the ways out of these are found by trying
    the request (`netdesign.synthesis.relaxation`). Where nothing can be made of the types that the security level would
    rather take, all are taken.
    """
    offered = graded(catalog, requirements, parameters)
    try:
        return _drawn(Blueprint(requirements, offered, parameters, standing), author)
    except InfeasibleError:
        if offered is catalog:
            raise
    return _drawn(Blueprint(requirements, catalog, parameters, standing), author)


def _drawn(blueprint: Blueprint, author: str) -> Design:
    """The design of a blueprint; raises `InfeasibleError` when none can be made of what it may take."""
    requirements, standing = blueprint.requirements, blueprint.standing
    try:
        archetype = _build(blueprint)
    except (CatalogError, ConflictError) as error:
        raise InfeasibleError((_unbuildable(requirements, error),)) from error
    blueprint.settle_pools()
    if standing.design is not None:
        _explain_standing(blueprint, standing.design)
    return blueprint.design(requirements.project_name, archetype, author=author)


def _build(blueprint: Blueprint) -> Archetype:
    kind = blueprint.requirements.network_type
    if kind in DATA_CENTRES:
        from netdesign.synthesis.datacenter import design as datacenter

        return datacenter.build(blueprint)
    if kind in CAMPUSES:
        from netdesign.synthesis.campus import design as campus

        return campus.build(blueprint)
    if kind is NetworkType.WAN:
        from netdesign.synthesis.wan import design as wan

        return wan.build(blueprint)
    if kind is NetworkType.CLOUD_NATIVE:
        from netdesign.synthesis.cloud import design as cloud

        return cloud.build(blueprint)
    from netdesign.synthesis.hybrid import design as hybrid

    return hybrid.build(blueprint)


def _explain_standing(blueprint: Blueprint, existing: Design) -> None:
    """The decision to extend what stands."""
    stands, drawn = {device.id for device in existing.inventory.devices}, blueprint.all(Device)
    added = sum(device.id not in stands for device in drawn)
    blueprint.decide(
        "What becomes of the network in place?",
        f"all {len(stands)} devices stay where and what they are; {added} are added",
        formula="devices added = devices that the requirements need - devices in place",
        inputs={
            "devices in place": len(stands),
            "links in place": len(existing.cabling.links),
            "subnets in place": len(existing.addressing.subnets),
            "devices needed": len(drawn),
        },
        result=added,
        alternatives=(("a new network for all of the demand", "what works would be taken out and rewired"),),
        fields=("sites", "servers", "users"),
        source="the design that is extended",
    )


def _unbuildable(requirements: ResolvedRequirements, error: Exception) -> Conflict:
    """What stood in the way while the network was laid out: space, power, ports, addresses or cables."""
    servers = requirements.servers.count
    return Conflict(
        code="does-not-fit",
        requirements=("servers", "sites"),
        statement=f"The network cannot be laid out: {error}.",
        numbers=(("servers", str(servers)), ("racks", str(requirements.servers.racks))),
        relaxations=(),
    )
