"""A campus from its requirements: which shape, how large, and its parts in the order they depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netdesign.errors import InfeasibleError
from netdesign.model.addressing import Pool
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Homing
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.campus.branch import build_branch
from netdesign.synthesis.campus.core import build_switched
from netdesign.synthesis.campus.fabric import build_fabric, exit_zone
from netdesign.synthesis.campus.ground import (
    DEVICES,
    MANAGED,
    PUBLISHED,
    RESTRICTED,
    SERVERS,
    SERVICES,
    Function,
    Ground,
    add_unit_vlans,
    add_vlan,
    prepare_rooms,
    unit_functions,
)
from netdesign.synthesis.campus.hosts import attach_servers, flow_ends, group_id, populate
from netdesign.synthesis.campus.limits import with_way_out
from netdesign.synthesis.campus.management import (
    DEVICES_PER_SWITCH,
    build_out_of_band,
    join_controllers,
    manage_in_band,
    manage_out_of_band,
    out_of_band,
    service_homes,
)
from netdesign.synthesis.campus.radios import GBPS
from netdesign.synthesis.campus.reasons import explain_campus
from netdesign.synthesis.campus.standing_campus import grown_plan, standing_shape
from netdesign.synthesis.campus.switches import closet_racks, exit_racks, main_racks, place_switches
from netdesign.synthesis.campus.tiers import SERVICE_HOSTS, Equipment, equip, published_hosts
from netdesign.synthesis.datacenter.design import add_site
from netdesign.synthesis.datacenter.management import OutOfBand, add_console, route_vlan
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.draft.blueprint import MANAGEMENT, UNDERLAY, Blueprint
from netdesign.synthesis.draft.pairs import Pair, allow_on_peer_link, settle_peer_link
from netdesign.synthesis.edge.border import OUTER, Edge, build_edge
from netdesign.synthesis.edge.cloud_edge import cloud_doors
from netdesign.synthesis.edge.remote_access import admit_remote_users, reserve_pool
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.needs.campus_plan import in_two_tiers, plan_campus
from netdesign.synthesis.needs.flows import Ends
from netdesign.synthesis.needs.zones import DMZ, IOT, KINDS, SERVER, VOICE, make_zones, zone_names
from netdesign.synthesis.operation.finishing import add_flows, add_policy, publish, relay, residencies
from netdesign.synthesis.operation.hardening import harden
from netdesign.synthesis.operation.infrastructure import add_services, settle_collectors
from netdesign.synthesis.operation.management import encrypt_between_buildings, manage_devices, port_profile

TRANSIT_HOSTS = 2
SERVER_INDEX = 99
SERVICE_ADDRESSES = 24
MANAGED_DEVICES = 16
"""Addresses for server switches, firewalls, routers and controllers."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a site hands on to what is made for all sites together."""

    archetype: Archetype
    edge: Edge
    services: tuple[ServiceInstance, ...]
    ends: Ends


def build(blueprint: Blueprint) -> Archetype:
    """Add every fact of the campus to the blueprint; the archetype is that of the largest site."""
    asked = blueprint.requirements
    zones = campus_zones(blueprint)
    blueprint.add_all(make_zones(zones, asked, blueprint.parameters.zones.trust))
    built = [build_site(blueprint, site, zones) for site in asked.sites]
    residencies(blueprint)
    services = tuple(service for one in built for service in one.services)
    relay(blueprint, services)
    for one in built:
        flows = add_flows(blueprint, one.edge.site, one.ends, one.services)
        add_policy(blueprint, one.edge.policy, one.edge.firewalls, flows)
        translate(blueprint, one.edge)
    admit_remote_users(blueprint, [one.edge for one in built])
    manage_devices(blueprint, services)
    encrypt_between_buildings(blueprint)
    settle_collectors(blueprint)
    harden(blueprint)
    add_parts(blueprint)
    order = (Archetype.BRANCH, Archetype.COLLAPSED_CORE, Archetype.THREE_TIER)
    return max((one.archetype for one in built), key=order.index)


def campus_zones(blueprint: Blueprint) -> tuple[str, ...]:
    """Zones of the requirements, and empty ones up to the least that the level asks for; devices have one where access
    points must live outside the management network."""
    names = set(zone_names(blueprint.requirements))
    if out_of_band(blueprint) and blueprint.requirements.wireless:
        names.add(IOT)
    for spare in (SERVER, IOT, VOICE, DMZ):
        if len(names) < blueprint.posture.min_zones:
            names.add(spare)
    return tuple(zone for zone in KINDS if zone in names)


def build_site(blueprint: Blueprint, site: ResolvedSite, zones: Sequence[str]) -> Built:
    """One site: rooms, switches, links, routing, endpoints, edge, management, services."""
    add_site(blueprint, site)
    shape = standing_shape(blueprint, site.id)
    plan = grown_plan(blueprint, site, plan_campus(blueprint.requirements, blueprint.parameters, site, shape))
    ground = Ground(blueprint, plan)
    if plan.archetype is Archetype.BRANCH:
        edge, services = build_branch(ground, zones)
    else:
        edge, services = _build_large(ground, zones)
    _explain_shape(blueprint, site, ground.plan.archetype, len(ground.plan.units))
    if (PUBLISHED.name, "") in ground.vlans:
        publish(blueprint, group_id(ground, PUBLISHED.name))
    ends = flow_ends(ground, edge.providers, cloud_doors(blueprint, site.id))
    return Built(ground.plan.archetype, edge, services, ends)


def _build_large(ground: Ground, zones: Sequence[str]) -> tuple[Edge, tuple[ServiceInstance, ...]]:
    """A site with tiers of its own."""
    blueprint = ground.blueprint
    apart = out_of_band(blueprint)
    equipment = _equip(ground)
    plan = ground.plan
    prepare_rooms(ground, main_racks(ground, equipment), closet_racks(ground, equipment))
    inside = [zone for zone in zones if zone not in OUTER and not (apart and zone == MANAGEMENT)]
    _plan_addresses(ground, equipment, zones)
    place_switches(ground, equipment)
    for unit in plan.units:
        add_unit_vlans(ground, unit)
    _server_vlans(ground)
    build = build_fabric if ground.fabric else build_switched
    build(ground, equipment, inside)
    network = build_out_of_band(ground, _switches(ground)) if apart else None
    edge = _edge(ground, equipment, zones, network.cores if network else ())
    join_controllers(ground)
    populate(ground)
    counts = {
        SERVERS.name: plan.general_servers,
        RESTRICTED.name: plan.restricted_servers,
        PUBLISHED.name: published_hosts(blueprint, ground.site),
        SERVICES.name: SERVICE_HOSTS if network is None else 0,
    }
    attach_servers(ground, counts, equipment.servers.nic_bps)
    if network is None:
        manage_in_band(ground, (*edge.firewalls, *edge.routers, *edge.wans, *ground.controllers))
    else:
        _services_out_of_band(ground, network)
        manage_out_of_band(ground, network, (*_switches(ground), *edge.firewalls, *edge.routers, *edge.wans))
        add_console(blueprint, Hall(ground.site, (), ground.racks[1]), network)
        settle_peer_link(blueprint, Pair(tuple(network.cores), network.mlag))
    explain_campus(ground, equipment)
    return edge, add_services(blueprint, ground.site, service_homes(ground, network))


def _equip(ground: Ground) -> Equipment:
    """The types of everything; three tiers where no core of the catalogue has ports for all access switches."""
    blueprint, site = ground.blueprint, ground.plan.site
    stands = standing_shape(blueprint, site.id)
    kept = () if in_two_tiers(blueprint.requirements) else (Archetype.THREE_TIER,)
    shapes = (stands,) if stands else tuple(dict.fromkeys((ground.plan.archetype, *kept)))
    refusal = InfeasibleError(())
    for shape in shapes:
        ground.plan = grown_plan(
            blueprint, site, plan_campus(blueprint.requirements, blueprint.parameters, site, shape)
        )
        try:
            return equip(ground)
        except InfeasibleError as exc:
            refusal = exc
    raise refusal if stands else with_way_out(blueprint, site, refusal)


def _plan_addresses(ground: Ground, equipment: Equipment, zones: Sequence[str]) -> None:
    """Blocks for every zone, its transit included, and for the infrastructure."""
    blueprint, plan = ground.blueprint, ground.plan
    hosts: dict[str, list[int]] = {zone: [TRANSIT_HOSTS] for zone in zones}
    for unit in plan.units:
        for function, count in unit_functions(ground, unit):
            hosts.setdefault(function.zone, []).append(count)
    for function, count in _server_hosts(ground):
        hosts.setdefault(function.zone, []).append(count)
    reserve_pool(blueprint, hosts)
    switches = (
        sum(equipment.access.counts.values()) + (ground.block_count + 2 * equipment.servers.groups + 2) * plan.pair
    )
    points = sum(unit.serves.access_points for unit in plan.units)
    if out_of_band(blueprint):
        hosts[MANAGEMENT] += [DEVICES_PER_SWITCH + 2] * (len(ground.racks) + switches // DEVICES_PER_SWITCH + 2)
    uplinks = switches * equipment.per_peer * plan.pair if ground.fabric else 0
    routed = (ground.block_count * plan.pair * plan.pair * equipment.tops.uplinks + 2) * (len(zones) + 1)
    blueprint.plan_site(ground.site, hosts, links=uplinks + routed + 16, devices=switches + points + 32)
    for name in (f"{ground.site}-internet", f"{ground.site}-internet-v6"):
        if blueprint.has(Pool, name):
            blueprint.change(blueprint.get(Pool, name), vrf=UNDERLAY)


def _server_hosts(ground: Ground) -> tuple[tuple[Function, int], ...]:
    """VLANs of servers and services, with their hosts."""
    blueprint, plan = ground.blueprint, ground.plan
    apart = out_of_band(blueprint)
    wanted = (
        (SERVERS, plan.general_servers),
        (RESTRICTED, plan.restricted_servers),
        (PUBLISHED, published_hosts(blueprint, ground.site)),
        (SERVICES, SERVICE_ADDRESSES),
        (DEVICES if apart else MANAGED, MANAGED_DEVICES if not apart or plan.wireless else 0),
    )
    return tuple((function, count) for function, count in wanted if count)


def _server_vlans(ground: Ground) -> None:
    """The VLANs of servers; that of service hosts is made with the out-of-band network where there is one."""
    for function, count in _server_hosts(ground):
        if function is not SERVICES or not out_of_band(ground.blueprint):
            add_vlan(ground, function, "", SERVER_INDEX, count)


def _edge(ground: Ground, equipment: Equipment, zones: Sequence[str], management: Sequence[Device]) -> Edge:
    """Firewalls, routers and circuits at the cores."""
    blueprint = ground.blueprint
    edge = build_edge(
        blueprint,
        ground.site,
        ground.core.devices,
        zones,
        racks=exit_racks(ground),
        plan=equipment.edge,
        links_each=equipment.links_each,
        management=management,
        on_vlan=(lambda vlan: exit_zone(blueprint, ground, vlan)) if ground.fabric else None,
    )
    if not ground.fabric:
        own = (
            () if ground.blocks else tuple(vlan for at in range(ground.block_count) for vlan in ground.block_vlans(at))
        )
        apart = {MANAGEMENT} if management else set()
        transits = tuple(vlan for zone, vlan in edge.transits.items() if zone not in apart)
        ids = (*(vlan.id for vlan in (*own, *transits)), *edge.beyond)
        allow_on_peer_link(blueprint, ground.core, ids)
    return edge


def _services_out_of_band(ground: Ground, network: OutOfBand) -> None:
    """The VLAN and ports of service hosts on the routed pair of the management network."""
    blueprint = ground.blueprint
    names = (device.id for device in network.cores)
    vlan = add_vlan(ground, SERVICES, "", SERVER_INDEX, SERVICE_ADDRESSES, *names)
    route_vlan(blueprint, network, vlan)
    profile = blueprint.add(
        port_profile(f"{ground.site}-{SERVICES.name}", blueprint.posture, vlans=(vlan.id,), trusted=True)
    )
    group = blueprint.add(
        EndpointGroup(
            id=group_id(ground, SERVICES.name),
            name=SERVICES.name,
            site=ground.site,
            kind=EndpointKind.SERVER,
            count=SERVICE_HOSTS,
            zone=SERVICES.zone,
            vlans=(vlan.id,),
            nics=len(network.cores),
            homing=Homing.ACTIVE_STANDBY if len(network.cores) > 1 else Homing.SINGLE,
        )
    )
    ground.groups.append(group)
    for device in network.cores:
        blueprint.add(
            Attachment(
                id=(identity := f"{group.id}:{device.id}"),
                group=group.id,
                device=device.id,
                endpoints=SERVICE_HOSTS,
                ports=blueprint.attachment_ports(identity, device, SERVICE_HOSTS, GBPS),
                profile=profile.id,
            )
        )


def _switches(ground: Ground) -> list[Device]:
    switches = [device for pair in (ground.core, *ground.blocks.values()) for device in pair.devices]
    switches += [device for unit in ground.plan.units for device in ground.access[unit.name]]
    return [*switches, *ground.server_switches, *ground.controllers]


def _explain_shape(blueprint: Blueprint, site: ResolvedSite, shape: Archetype, units: int) -> None:
    limits = blueprint.parameters.campus
    blueprint.decide(
        f"Which shape does {site.id} have?",
        shape.value,
        formula="branch up to its ports in one closet; collapsed core up to its buildings, access switches and users; "
        "three tiers beyond",
        inputs={
            "buildings": site.buildings,
            "users": site.users,
            "closets": units,
            "collapsed_max_buildings": limits.collapsed_max_buildings,
            "collapsed_max_access": limits.collapsed_max_access,
            "collapsed_max_users": limits.collapsed_max_users,
            "branch_max_ports": limits.branch_max_ports,
        },
        fields=("sites", "users", "topology_preference", "network_type"),
        source="policy parameters campus",
    )
