"""How a data centre takes part in an interconnect: border switches with ports for its lines, and their sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from netdesign.errors import InfeasibleError
from netdesign.model.addressing import Interface
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.routing import RoutingProcess
from netdesign.model.vocabulary import Archetype, InterfaceKind, Role, RoutingProtocol
from netdesign.synthesis.datacenter.border import ExitPlan
from netdesign.synthesis.datacenter.clos_choice import FEATURES, FabricPlan, choose_fabric
from netdesign.synthesis.datacenter.clos_extension import extend_fabric
from netdesign.synthesis.datacenter.clos_fabric import border_plan
from netdesign.synthesis.datacenter.clos_overlay import (
    ASN_PER_POD,
    ASN_PER_SITE,
    FIRST_ASN,
    process_id,
    sessions,
    zone_overlay,
    zone_process,
)
from netdesign.synthesis.datacenter.clos_sizing import FabricDemand
from netdesign.synthesis.datacenter.standing_fabric import standing_fabric
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.draft.selection import Needs, suitable
from netdesign.synthesis.interconnect.overlay import Gateway, join_gateways
from netdesign.synthesis.interconnect.plan import Plan
from netdesign.synthesis.interconnect.reasons import explain_interconnect
from netdesign.synthesis.interconnect.reserve import Reserve, reserves

if TYPE_CHECKING:
    from netdesign.synthesis.datacenter.design import Centre

PATHS = 4
"""Equal ways to another data centre that two switches without a spine use."""


def fabric_and_border(
    blueprint: Blueprint, site: str, demand: FabricDemand, crossing: ResolvedRequirements, lines: Plan | None
) -> tuple[FabricPlan, ExitPlan]:
    """The fabric of a site and its border leaves, which take its lines to others, encrypted where a vendor can.

    Raises `InfeasibleError` when no types make them.
    """
    stands, refusal = standing_fabric(blueprint, site), InfeasibleError(())
    for reserve in reserves(lines, site, demand.border_leaves):
        try:
            if stands is not None:
                plan = extend_fabric(blueprint, demand, stands)
                return plan, border_plan(blueprint, plan, crossing, reserve, stands.border)
            return _chosen(blueprint, demand, crossing, reserve)
        except InfeasibleError as error:
            refusal = error
    raise refusal


def _chosen(
    blueprint: Blueprint, demand: FabricDemand, crossing: ResolvedRequirements, reserve: Reserve
) -> tuple[FabricPlan, ExitPlan]:
    """The cheapest fabric, its border leaves counted."""
    plans = _plans_of_borders(blueprint, crossing, reserve)
    plan = choose_fabric(blueprint, demand, _vendors(blueprint, reserve), lambda offered: plans(offered).border)
    return plan, plans(plan)


def _plans_of_borders(
    blueprint: Blueprint, crossing: ResolvedRequirements, reserve: Reserve
) -> Callable[[FabricPlan], ExitPlan]:
    """The border leaves and the edge of any fabric, made once for those whose border leaves need the same."""
    known: dict[tuple[object, ...], ExitPlan | InfeasibleError] = {}

    def plan_of(plan: FabricPlan) -> ExitPlan:
        key = (plan.leaf.sku, plan.size.uplinks, plan.size.uplink_bps, plan.size.border_leaves)
        if key not in known:
            try:
                known[key] = border_plan(blueprint, plan, crossing, reserve)
            except InfeasibleError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, InfeasibleError):
            raise found
        return found

    return plan_of


def _vendors(blueprint: Blueprint, reserve: Reserve) -> frozenset[str] | None:
    """Vendors with a border switch that takes the lines; None where any does."""
    if not reserve.ports:
        return None
    needs = Needs(features=FEATURES | reserve.features, refuse=reserve.refuse)
    kinds = (
        kind
        for role in (Role.BORDER_LEAF, Role.LEAF)
        for kind in suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
    )
    return frozenset(kind.vendor for kind in kinds)


def join_centres(blueprint: Blueprint, plan: Plan, built: Sequence[Centre]) -> None:
    """The lines between all data centres, and routes over them."""
    for centre in built:
        if centre.archetype is Archetype.COLLAPSED_DATACENTER:
            _speak(blueprint, centre)
    gateways = [_gateway(blueprint, centre) for centre in built]
    links = join_gateways(blueprint, plan, gateways, partial(sessions, blueprint))
    explain_interconnect(blueprint, plan, encrypted=all(link.crypto for link in links))


def _gateway(blueprint: Blueprint, centre: Centre) -> Gateway:
    devices = centre.border.devices
    processes = tuple(blueprint.get(RoutingProcess, process_id(device.id)) for device in devices)
    bare = centre.archetype is Archetype.COLLAPSED_DATACENTER
    return Gateway(centre.site.id, devices, processes, centre.zones, bare)


def _speak(blueprint: Blueprint, centre: Centre) -> None:
    """Underlay and overlay on switches that had none: a tunnel endpoint each, and the tables of all zones in EVPN."""
    zone_overlay(blueprint, centre.zones)
    for at, device in enumerate(centre.border.devices):
        asn = FIRST_ASN + centre.number * ASN_PER_SITE + ASN_PER_POD + at + 1
        _process(blueprint, device, asn)
        for zone in centre.zones:
            zone_process(blueprint, device, zone, exit_to=True)


def _process(blueprint: Blueprint, device: Device, asn: int) -> None:
    mtu = blueprint.parameters.fabric.underlay_mtu_bytes
    (loopback,) = (
        one
        for one in blueprint.all(Interface)
        if one.device == device.id and one.kind is InterfaceKind.LOOPBACK and one.vrf == UNDERLAY
    )
    endpoint = blueprint.change(blueprint.vtep(device), mtu_bytes=mtu)
    blueprint.add(
        RoutingProcess(
            id=process_id(device.id),
            device=device.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].partition("/")[0],
            asn=asn,
            max_paths=PATHS,
            multipath_relax=True,
            networks=(*loopback.addresses, *endpoint.addresses),
        )
    )
