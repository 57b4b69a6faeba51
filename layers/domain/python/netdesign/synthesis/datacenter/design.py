"""A data centre from its requirements: which shape, how large, and its parts in the order they depend on."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from math import ceil

from netdesign.errors import InfeasibleError
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Device, Homing, Site
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.traffic import QosClass, QosPlan
from netdesign.model.vocabulary import Archetype, Redundancy, TopologyPreference
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.datacenter.border import ExitPlan
from netdesign.synthesis.datacenter.clos_extension import servers_of_group
from netdesign.synthesis.datacenter.clos_fabric import Fabric, build_fabric, fabric_equipment
from netdesign.synthesis.datacenter.clos_overlay import number_fabric, vlan_overlay, zone_overlay, zone_process
from netdesign.synthesis.datacenter.clos_sizing import FabricDemand
from netdesign.synthesis.datacenter.collapsed import (
    build_pair,
    collapsed_plan,
    fill_pair,
    keep_exit,
    pair_full,
    pair_homing,
)
from netdesign.synthesis.datacenter.demand import (
    ceiling,
    east_west_bps,
    homing,
    least_leaves,
    racks_of,
    server_ports,
    server_zones,
    tenants,
)
from netdesign.synthesis.datacenter.exit import build_exit
from netdesign.synthesis.datacenter.hall import build_hall
from netdesign.synthesis.datacenter.joining import fabric_and_border, join_centres
from netdesign.synthesis.datacenter.management import (
    OutOfBand,
    add_console,
    build_management,
    join_vlans,
    manage,
)
from netdesign.synthesis.datacenter.management_choice import ManagementKinds, management_hosts, management_kinds
from netdesign.synthesis.datacenter.reasons import explain_fabric, explain_pair, explain_shape, explain_zones, no_pair
from netdesign.synthesis.datacenter.server_placement import (
    JUMBO_WORKLOADS,
    Slice,
    gateways,
    place_servers,
    slices,
    subnet_hosts,
)
from netdesign.synthesis.datacenter.services import SERVICE_ADDRESSES, build_services
from netdesign.synthesis.datacenter.standing_fabric import kept_slices, standing_pair
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.datacenter.traffic import Presence, add_traffic, sizing_requirements
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.draft.pairs import Pair
from netdesign.synthesis.edge.remote_access import admit_remote_users, reserve_pool
from netdesign.synthesis.interconnect.choice import choose_interconnect
from netdesign.synthesis.interconnect.lines import hold_ports
from netdesign.synthesis.interconnect.plan import CROSS_BPS, Plan
from netdesign.synthesis.needs.centres import at_centre, centres
from netdesign.synthesis.needs.firewalls import transit_length
from netdesign.synthesis.needs.zones import CLOUD, INTERNET
from netdesign.synthesis.operation.finishing import residencies
from netdesign.synthesis.operation.hardening import harden
from netdesign.synthesis.operation.infrastructure import settle_collectors
from netdesign.synthesis.operation.management import QOS, manage_devices

SHAPES = (Archetype.COLLAPSED_DATACENTER, Archetype.SPINE_LEAF, Archetype.FIVE_STAGE_CLOS)
LOSSLESS = (
    QosClass(name="lossless", dscp=(24, 26), bandwidth_percent=50),
    QosClass(name="control", dscp=(48, 56), bandwidth_percent=5, priority=True),
    QosClass(name="business", dscp=(10, 18, 34, 46), bandwidth_percent=20),
    QosClass(name="default", dscp=(0, 8), bandwidth_percent=25),
)
"""Priority flow control and ECN marking on the first class; congestion notifications travel in the second."""


@dataclass(slots=True)
class Centre:
    """A data centre under construction: the border, where zones leave it, and its management network."""

    site: ResolvedSite
    number: int
    """Data centres are counted from 0."""
    archetype: Archetype
    hall: Hall
    border: Pair
    switches: list[Device]
    management: OutOfBand
    zones: tuple[str, ...]
    """Zones that servers are in."""
    exit: ExitPlan


def build(blueprint: Blueprint) -> Archetype:
    """All data centres of the requirements: switches, servers, exits, services, traffic and policies."""
    requirements = blueprint.requirements
    sites, plan = centres(requirements), choose_interconnect(blueprint)
    total = max(1, sum(site.servers for site in sites))
    presences: list[Presence] = []
    services: list[ServiceInstance] = []
    built: list[Centre] = []
    for number, site in enumerate(sites):
        share = site.servers / total if len(sites) > 1 else 1.0
        here = tenants(requirements, site.servers)
        local = sizing_requirements(at_centre(requirements, site.id, share), here)
        centre = build_centre(blueprint, site, number, local, plan)
        with blueprint.releasing() if plan is None else nullcontext():
            edge = build_exit(blueprint, centre.hall, centre.border, centre.zones, centre.management.cores, centre.exit)
        manage(blueprint, centre.management, (*edge.firewalls, *edge.routers, *edge.wans))
        apart = blueprint.posture.management_plane == "out-of-band"
        if apart or requirements.redundancy.at_least(Redundancy.MEDIUM):
            add_console(blueprint, centre.hall, centre.management)
        explain_zones(blueprint, site, here)
        services += build_services(blueprint, centre.management)
        join_vlans(blueprint, centre.management)
        presences.append(Presence(edge, here, share, f"-{site.id}" if len(sites) > 1 else ""))
        built.append(centre)
    if plan is not None:
        join_centres(blueprint, plan, built)
    beyond = (CLOUD,) if any(presence.edge.wans for presence in presences) else ()
    zones = (INTERNET, *beyond, MANAGEMENT, *server_zones(requirements))
    add_traffic(blueprint, presences, zones, plan)
    admit_remote_users(blueprint, [presence.edge for presence in presences])
    manage_devices(blueprint, services)
    queue_lossless(blueprint)
    residencies(blueprint)
    settle_collectors(blueprint)
    harden(blueprint)
    add_parts(blueprint)
    return max((centre.archetype for centre in built), key=SHAPES.index)


def queue_lossless(blueprint: Blueprint) -> None:
    """Queues with a class that drops nothing, on all devices alike, for AI and storage workloads."""
    if blueprint.requirements.fabric_workload not in JUMBO_WORKLOADS:
        return
    blueprint.change(blueprint.get(QosPlan, QOS), classes=LOSSLESS)


def build_centre(
    blueprint: Blueprint, site: ResolvedSite, number: int, demand: ResolvedRequirements, lines: Plan | None = None
) -> Centre:
    """The switches, servers and management network of a site: two switches for few racks or ports, else a Clos.

    `demand` has the site's flows between zones, for the size of its edge; `lines` are those to other sites.
    """
    add_site(blueprint, site)
    stands = len(standing_pair(blueprint, site.id))
    plan = collapsed_plan(blueprint, site, demand, lines) if may_collapse(blueprint, site) else None
    if stands and (plan is None or plan.switches != stands):
        raise InfeasibleError((pair_full(blueprint, site, demand, stands),))
    if blueprint.requirements.topology_preference is TopologyPreference.COLLAPSED_CORE and plan is None:
        raise InfeasibleError((no_pair(blueprint, site),))
    centre = (
        build_collapsed(blueprint, site, number, plan, lines)
        if plan
        else build_clos(blueprint, site, number, demand, lines)
    )
    explain_shape(blueprint, site, centre.archetype)
    return centre


def may_collapse(blueprint: Blueprint, site: ResolvedSite) -> bool:
    """Whether racks or ports are few enough for two switches, and nothing asks for a leaf-spine fabric."""
    fabric = blueprint.parameters.fabric
    if blueprint.standing.find(Site, site.id) is not None:
        return bool(standing_pair(blueprint, site.id))
    if blueprint.requirements.topology_preference is TopologyPreference.SPINE_LEAF:
        return False
    small = racks_of(site) <= fabric.collapsed_max_racks
    few = server_ports(blueprint, site.servers) <= fabric.collapsed_max_ports
    return (small or few) and homing(blueprint.requirements) is not Homing.RAIL


def fabric_demand(blueprint: Blueprint, site: ResolvedSite, lines: Plan | None = None) -> FabricDemand:
    """What the fabric of a site must carry; `lines` lead from it to other sites."""
    requirements, fabric = blueprint.requirements, blueprint.parameters.fabric
    nics = requirements.servers.nics_per_server
    style = homing(requirements)
    group = nics if style is Homing.RAIL else min(2, nics)
    borders = fabric.border_leaves_critical if requirements.redundancy is Redundancy.CRITICAL else fabric.border_leaves
    carried = lines.needed_bps(site.id, borders) if lines is not None else 0.0
    return FabricDemand(
        ports=server_ports(blueprint, site.servers),
        port_bps=requirements.servers.nic_speed_bps,
        oversubscription=ceiling(blueprint),
        group=group,
        step=ceil(nics / group),
        min_uplinks=max(2, blueprint.redundancy.edge_disjoint_paths, ceil(carried / CROSS_BPS)),
        border_leaves=borders,
        east_west_bps=east_west_bps(blueprint, site),
        failed_factor=blueprint.parameters.oversubscription.failed_factor,
        max_utilisation_failed=blueprint.redundancy.max_utilisation_failed or 1.0,
        spine_port_reserve=blueprint.parameters.capacity.spine_port_reserve,
        spine_counts=fabric.spine_counts,
        max_ecmp_paths=fabric.max_ecmp_paths,
        min_leaves=least_leaves(blueprint, site.servers) if style is Homing.SINGLE else 1,
    )


def build_clos(
    blueprint: Blueprint,
    site: ResolvedSite,
    number: int,
    crossing: ResolvedRequirements,
    lines: Plan | None = None,
) -> Centre:
    """A Clos fabric with its servers and its management network."""
    demand = fabric_demand(blueprint, site, lines)
    plan, way_out = fabric_and_border(blueprint, site.id, demand, crossing, lines)
    border = way_out.border
    explain_fabric(blueprint, site, demand, plan)
    here = tenants(blueprint.requirements, site.servers)
    kept, most = kept_slices(blueprint, site.id, here, demand.group), servers_of_group(blueprint, demand, plan.size)
    parts = slices(here, plan.size.leaves // demand.group, kept, most)
    devices = plan.size.leaves + len(fabric_equipment(plan, border))
    kinds = management_kinds(blueprint, racks_of(site), devices + 10, site.id)
    _plan_addresses(
        blueprint,
        site,
        subnet_hosts(parts, homing(blueprint.requirements), demand.group),
        kinds,
        (plan.size.links, devices),
    )
    equipment = [*fabric_equipment(plan, border), kinds[0], kinds[0]]
    top = plan.size.super_spines or plan.size.spines
    watts = ceil(plan.size.leaves / racks_of(site)) * plan.leaf.power_max_w
    hall = build_hall(blueprint, site, racks_of(site), equipment, apart=max(2, top), leaf_watts=watts)
    fabric = build_fabric(blueprint, hall, plan, border, group=demand.group)
    if lines is not None:
        hold_ports(blueprint, lines, site.id, fabric.borders)
    number_fabric(blueprint, fabric, number)
    _populate(blueprint, site, fabric, parts)
    network = build_management(blueprint, hall, kinds)
    switches = [*fabric.super_spines, *fabric.spines, *fabric.borders, *fabric.leaves]
    manage(blueprint, network, switches)
    shape = Archetype.FIVE_STAGE_CLOS if plan.size.pods > 1 else Archetype.SPINE_LEAF
    return Centre(
        site,
        number,
        shape,
        hall,
        Pair(tuple(fabric.borders)),
        switches,
        network,
        server_zones(blueprint.requirements),
        way_out,
    )


def build_collapsed(
    blueprint: Blueprint, site: ResolvedSite, number: int, plan: ExitPlan, lines: Plan | None = None
) -> Centre:
    """Two switches with all servers and the management network."""
    here, groups = tenants(blueprint.requirements, site.servers), _collapsed_groups(blueprint, plan.switches)
    parts = slices(here, groups, kept_slices(blueprint, site.id, here, plan.switches // groups), site.servers)
    kinds = management_kinds(blueprint, racks_of(site), 12, site.id)
    _plan_addresses(blueprint, site, subnet_hosts(parts, Homing.MLAG, 1), kinds, (16, 16))
    hall = build_hall(blueprint, site, racks_of(site), [plan.border] * plan.switches + [kinds[0]] * 2, shared=True)
    pair = build_pair(blueprint, hall, plan.border, plan.switches)
    if lines is not None:
        hold_ports(blueprint, lines, site.id, pair.devices)
    else:
        keep_exit(blueprint, site, pair, plan)
    fill_pair(blueprint, site, pair, parts)
    network = build_management(blueprint, hall, kinds)
    manage(blueprint, network, pair.devices)
    explain_pair(blueprint, site, plan)
    return Centre(
        site,
        number,
        Archetype.COLLAPSED_DATACENTER,
        hall,
        pair,
        list(pair.devices),
        network,
        server_zones(blueprint.requirements),
        plan,
    )


def _collapsed_groups(blueprint: Blueprint, switches: int) -> int:
    """Servers with one port are shared out between two switches."""
    return switches if pair_homing(blueprint, switches) is Homing.SINGLE else 1


def _populate(blueprint: Blueprint, site: ResolvedSite, fabric: Fabric, parts: tuple[Slice, ...]) -> None:
    """Servers with their VLANs, gateways and segments; every zone has its table on the leaves that need it."""
    style = homing(blueprint.requirements)
    zone_overlay(blueprint, server_zones(blueprint.requirements))
    for vlan, leaves in place_servers(blueprint, site.id, fabric.groups, parts, style):
        gateways(blueprint, vlan, leaves)
        vlan_overlay(blueprint, vlan)
        for leaf in leaves:
            zone_process(blueprint, leaf, vlan.zone or "")


def _plan_addresses(
    blueprint: Blueprint, site: ResolvedSite, hosts: dict[str, list[int]], kinds: ManagementKinds, size: tuple[int, int]
) -> None:
    """Blocks for every zone, its transit included, and for the infrastructure; `size` is links and devices."""
    transit = 2 ** (31 - transit_length(blueprint.requirements, blueprint.parameters))
    for zone in server_zones(blueprint.requirements):
        hosts.setdefault(zone, []).append(transit)
    reserve_pool(blueprint, hosts)
    hosts[INTERNET] = [transit]
    if blueprint.cloud_side is not None:
        hosts[CLOUD] = [transit]
    hosts[MANAGEMENT] = [*management_hosts(kinds), SERVICE_ADDRESSES, transit]
    links, devices = size
    blueprint.plan_site(site.id, hosts, links=links + 32, devices=devices + 16)


def add_site(blueprint: Blueprint, site: ResolvedSite) -> Site:
    """The site as a fact."""
    return blueprint.add(
        Site(
            id=site.id,
            name=site.name,
            tier=site.tier,
            jurisdiction=site.jurisdiction,
            latitude=site.latitude,
            longitude=site.longitude,
            power_grid=site.power_grid,
            users=site.users,
            endpoints=site.endpoints,
            servers=site.servers,
            area_m2=site.area_m2,
            power_kw=site.power_kw,
        )
    )
