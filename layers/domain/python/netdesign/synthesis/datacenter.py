"""A data centre from its requirements: which shape, how large, and its parts in the order they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from netdesign.catalog.sku import DeviceType
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Device, Homing, Site
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.traffic import QosClass, QosPlan
from netdesign.model.vocabulary import Archetype, Redundancy, Role
from netdesign.synthesis.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.clos_choice import FabricPlan, choose_fabric
from netdesign.synthesis.clos_fabric import Fabric, border_plan, build_fabric, fabric_equipment
from netdesign.synthesis.clos_overlay import number_fabric, vlan_overlay, zone_overlay, zone_process
from netdesign.synthesis.clos_sizing import FabricDemand
from netdesign.synthesis.collapsed_datacenter import build_pair, collapsed_plan, fill_pair
from netdesign.synthesis.datacenter_border import ExitPlan
from netdesign.synthesis.datacenter_demand import ceiling, east_west_bps, homing, server_ports, tenants
from netdesign.synthesis.datacenter_exit import build_exit
from netdesign.synthesis.datacenter_hall import Hall, build_hall
from netdesign.synthesis.datacenter_management import (
    ManagementKinds,
    OutOfBand,
    build_management,
    manage,
    management_hosts,
    management_kinds,
)
from netdesign.synthesis.datacenter_services import SERVICE_ADDRESSES, build_services
from netdesign.synthesis.datacenter_traffic import Presence, add_traffic, sizing_requirements
from netdesign.synthesis.management import manage_devices
from netdesign.synthesis.pairs import Pair
from netdesign.synthesis.server_placement import JUMBO_WORKLOADS, Slice, gateways, place_servers, slices, subnet_hosts
from netdesign.synthesis.zones import INTERNET

SERVERS_PER_RACK = 40
SHAPES = (Archetype.COLLAPSED_DATACENTER, Archetype.SPINE_LEAF, Archetype.FIVE_STAGE_CLOS)
LOSSLESS = (
    QosClass(name="lossless", dscp=(24, 26), bandwidth_percent=50),
    QosClass(name="control", dscp=(48, 56), bandwidth_percent=5, priority=True),
    QosClass(name="business", dscp=(10, 18, 34, 46), bandwidth_percent=20),
    QosClass(name="default", dscp=(0, 8), bandwidth_percent=25),
)
"""Priority flow control and ECN marking on the first class; congestion notifications travel in the second."""
TRANSIT_HOSTS = 4


@dataclass(slots=True)
class Centre:
    """A data centre under construction: the border, where zones leave it, and its management network."""

    site: ResolvedSite
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
    sites = tuple(site for site in requirements.sites if site.servers) or requirements.sites
    total = max(1, sum(site.servers for site in sites))
    presences: list[Presence] = []
    services: list[ServiceInstance] = []
    shapes: list[Archetype] = []
    for number, site in enumerate(sites):
        share = site.servers / total if len(sites) > 1 else 1.0
        here = tenants(requirements, site.servers)
        centre = build_centre(blueprint, site, number, sizing_requirements(requirements, here, share))
        edge = build_exit(blueprint, centre.hall, centre.border, centre.zones, centre.management.cores, centre.exit)
        manage(blueprint, centre.management, (*edge.firewalls, *edge.routers))
        services += build_services(blueprint, centre.management)
        presences.append(Presence(edge, here, share, f"-{site.id}" if len(sites) > 1 else ""))
        shapes.append(centre.archetype)
    zones = tuple(dict.fromkeys((INTERNET, MANAGEMENT, *(t.zone for p in presences for t in p.tenants))))
    add_traffic(blueprint, presences, zones)
    manage_devices(blueprint, services)
    queue_lossless(blueprint)
    return max(shapes, key=SHAPES.index)


def queue_lossless(blueprint: Blueprint) -> None:
    """Queues with a class that drops nothing on the fabric of AI and storage workloads."""
    if blueprint.requirements.fabric_workload not in JUMBO_WORKLOADS:
        return
    plan = blueprint.add(QosPlan(id="queues-lossless", classes=LOSSLESS))
    for device in blueprint.all(Device):
        if device.role in (Role.LEAF, Role.SPINE, Role.SUPER_SPINE, Role.BORDER_LEAF):
            blueprint.change(device, qos_plan=plan.id)


def build_centre(blueprint: Blueprint, site: ResolvedSite, number: int, demand: ResolvedRequirements) -> Centre:
    """The switches, servers and management network of a site: two switches for few racks or ports, else a Clos.

    `demand` has the site's flows between zones, for the size of its edge.
    """
    add_site(blueprint, site)
    plan = collapsed_plan(blueprint, site, demand) if may_collapse(blueprint, site) else None
    centre = build_collapsed(blueprint, site, plan) if plan else build_clos(blueprint, site, number, demand)
    blueprint.decide(
        f"What shape has the network of {site.id}?",
        centre.archetype.value,
        formula="collapsed when racks <= limit or ports <= limit, and two switches hold all ports; else leaf-spine",
        inputs={
            "racks": racks_of(site),
            "ports": server_ports(blueprint, site.servers),
            "rack limit": blueprint.parameters.fabric.collapsed_max_racks,
            "port limit": blueprint.parameters.fabric.collapsed_max_ports,
        },
        result=centre.archetype.value,
        fields=("network_type", "servers", "sites", "topology_preference"),
        source="policy parameters fabric.collapsed_max_racks and fabric.collapsed_max_ports",
    )
    return centre


def may_collapse(blueprint: Blueprint, site: ResolvedSite) -> bool:
    """Whether racks or ports are few enough for two switches, and nothing asks for a leaf-spine fabric."""
    fabric = blueprint.parameters.fabric
    small = racks_of(site) <= fabric.collapsed_max_racks
    few = server_ports(blueprint, site.servers) <= fabric.collapsed_max_ports
    return (small or few) and homing(blueprint.requirements) is not Homing.RAIL


def racks_of(site: ResolvedSite) -> int:
    """Server racks of a site."""
    return max(1, site.racks or ceil(site.servers / SERVERS_PER_RACK))


def fabric_demand(blueprint: Blueprint, site: ResolvedSite) -> FabricDemand:
    """What the fabric of a site must carry."""
    requirements, fabric = blueprint.requirements, blueprint.parameters.fabric
    nics = requirements.servers.nics_per_server
    style = homing(requirements)
    critical = requirements.redundancy is Redundancy.CRITICAL
    return FabricDemand(
        ports=server_ports(blueprint, site.servers),
        port_bps=requirements.servers.nic_speed_bps,
        oversubscription=ceiling(blueprint),
        group=nics if style is Homing.RAIL else min(2, nics),
        border_leaves=fabric.border_leaves_critical if critical else fabric.border_leaves,
        east_west_bps=east_west_bps(blueprint, site),
        failed_factor=blueprint.parameters.oversubscription.failed_factor,
        max_utilisation_failed=blueprint.redundancy.max_utilisation_failed or 1.0,
        spine_port_reserve=blueprint.parameters.capacity.spine_port_reserve,
        spine_counts=fabric.spine_counts,
        max_ecmp_paths=fabric.max_ecmp_paths,
    )


def build_clos(blueprint: Blueprint, site: ResolvedSite, number: int, crossing: ResolvedRequirements) -> Centre:
    """A Clos fabric with its servers and its management network."""
    demand = fabric_demand(blueprint, site)
    plan = choose_fabric(blueprint, demand)
    way_out = border_plan(blueprint, plan, crossing)
    border = way_out.border
    _explain(blueprint, site, demand, plan)
    parts = slices(tenants(blueprint.requirements, site.servers), plan.size.leaves // demand.group)
    devices = plan.size.leaves + len(fabric_equipment(plan, border))
    kinds = management_kinds(blueprint, racks_of(site), devices + 10)
    _plan_addresses(
        blueprint,
        site,
        subnet_hosts(parts, homing(blueprint.requirements), demand.group),
        kinds,
        (plan.size.links, devices),
    )
    equipment = [*fabric_equipment(plan, border), kinds[0], kinds[0]]
    top = plan.size.super_spines or plan.size.spines
    hall = build_hall(blueprint, site, racks_of(site), equipment, apart=max(2, top))
    fabric = build_fabric(blueprint, hall, plan, border, group=demand.group)
    number_fabric(blueprint, fabric, number)
    _populate(blueprint, site, fabric, parts)
    network = build_management(blueprint, hall, kinds)
    switches = [*fabric.super_spines, *fabric.spines, *fabric.borders, *fabric.leaves]
    manage(blueprint, network, switches)
    shape = Archetype.FIVE_STAGE_CLOS if plan.size.pods > 1 else Archetype.SPINE_LEAF
    return Centre(site, shape, hall, Pair(tuple(fabric.borders)), switches, network, _zones(parts), way_out)


def build_collapsed(blueprint: Blueprint, site: ResolvedSite, plan: ExitPlan) -> Centre:
    """Two switches with all servers and the management network."""
    parts = slices(tenants(blueprint.requirements, site.servers), _collapsed_groups(blueprint))
    kinds = management_kinds(blueprint, racks_of(site), 12)
    _plan_addresses(blueprint, site, subnet_hosts(parts, Homing.MLAG, 1), kinds, (16, 16))
    hall = build_hall(blueprint, site, racks_of(site), [plan.border] * 2 + [kinds[0]] * 2, shared=True)
    pair = build_pair(blueprint, hall, plan.border)
    fill_pair(blueprint, site, pair, parts)
    network = build_management(blueprint, hall, kinds)
    manage(blueprint, network, pair.devices)
    _explain_pair(blueprint, site, plan.border)
    return Centre(site, Archetype.COLLAPSED_DATACENTER, hall, pair, list(pair.devices), network, _zones(parts), plan)


def _collapsed_groups(blueprint: Blueprint) -> int:
    """Servers with one port are shared out between the two switches."""
    return 2 if homing(blueprint.requirements, collapsed=True) is Homing.SINGLE else 1


def _zones(parts: tuple[Slice, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.tenant.zone for part in parts))


def _populate(blueprint: Blueprint, site: ResolvedSite, fabric: Fabric, parts: tuple[Slice, ...]) -> None:
    """Servers with their VLANs, gateways and segments; every zone has its table on the leaves that need it."""
    style = homing(blueprint.requirements)
    zone_overlay(blueprint, _zones(parts))
    for vlan, leaves in place_servers(blueprint, site.id, fabric.groups, parts, style):
        gateways(blueprint, vlan, leaves)
        vlan_overlay(blueprint, vlan)
        for leaf in leaves:
            zone_process(blueprint, leaf, vlan.zone or "")


def _plan_addresses(
    blueprint: Blueprint, site: ResolvedSite, hosts: dict[str, list[int]], kinds: ManagementKinds, size: tuple[int, int]
) -> None:
    """Blocks for every zone, its transit included, and for the infrastructure; `size` is links and devices."""
    for counts in hosts.values():
        counts.append(TRANSIT_HOSTS)
    hosts[INTERNET] = [TRANSIT_HOSTS]
    hosts[MANAGEMENT] = [*management_hosts(kinds), SERVICE_ADDRESSES, TRANSIT_HOSTS]
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
            users=site.users,
            endpoints=site.endpoints,
            servers=site.servers,
            area_m2=site.area_m2,
            power_kw=site.power_kw,
        )
    )


def _explain_pair(blueprint: Blueprint, site: ResolvedSite, kind: DeviceType) -> None:
    """The decision about the two switches."""
    servers = blueprint.requirements.servers
    blueprint.decide(
        f"Which two switches does {site.id} get?",
        kind.sku,
        formula="ports per switch = ceil(servers * nics * g * (1 + spare) / 2), and ports for services and peers",
        inputs={
            "servers": site.servers,
            "nics": servers.nics_per_server,
            "g": f"{blueprint.growth:.3f}",
            "spare": blueprint.redundancy.spare_share,
        },
        result=ceil(server_ports(blueprint, site.servers) / 2),
        fields=("servers", "expected_growth_rate", "scalability_horizon_years", "redundancy"),
        source="reference sizing of collapsed data centres",
    )


def _explain(blueprint: Blueprint, site: ResolvedSite, demand: FabricDemand, plan: FabricPlan) -> None:
    """The decisions about the size and the types of the fabric."""
    size, servers = plan.size, blueprint.requirements.servers
    blueprint.decide(
        f"How many leaves does {site.id} need?",
        f"{size.leaves} leaves of type {plan.leaf.sku}",
        formula="leaves = group * ceil(servers * nics * g * (1 + spare) / (group * ports per leaf))",
        inputs={
            "servers": site.servers,
            "nics": servers.nics_per_server,
            "g": f"{blueprint.growth:.3f}",
            "spare": blueprint.redundancy.spare_share,
            "ports": demand.ports,
            "ports per leaf": size.leaf_downlinks,
            "group": demand.group,
        },
        result=size.leaves,
        alternatives=plan.refused,
        fields=("servers", "expected_growth_rate", "scalability_horizon_years", "redundancy"),
        source="reference sizing of leaf-spine fabrics; RFC 7938",
    )
    blueprint.decide(
        f"How many spines and uplinks does {site.id} need?",
        f"{size.spine_count} spines of type {plan.spine.sku}, {size.uplinks} uplinks per leaf",
        formula="uplinks = ceil(ports per leaf * port speed / (oversubscription * uplink speed)), a multiple of "
        "the spines; oversubscription * spines / (spines - 1) <= 1.5 * ceiling",
        inputs={
            "ports per leaf": size.leaf_downlinks,
            "port speed": f"{demand.port_bps / 1e9:g} Gbit/s",
            "uplink speed": f"{size.uplink_bps / 1e9:g} Gbit/s",
            "ceiling": demand.oversubscription,
            "parallel links": size.parallel,
            "oversubscription": f"{size.oversubscription:.2f}",
            "with one spine down": f"{size.failed_oversubscription:.2f}",
            "bisection": f"{size.bisection_bps / 1e12:g} Tbit/s",
            "paths between leaves": size.ecmp_width,
        },
        result=size.spine_count,
        fields=("servers", "bandwidth", "redundancy"),
        source="policy parameters oversubscription and fabric",
    )
    if size.pods > 1:
        blueprint.decide(
            f"How are the pods of {site.id} joined?",
            f"{size.super_spines} super-spines of type {plan.super_spine.sku if plan.super_spine else ''}",
            formula="super-spines per plane = ceil(pods * spine uplinks * (1 + reserve) / super-spine ports)",
            inputs={"pods": size.pods, "planes": size.spines, "links to each": size.spine_parallel},
            result=size.super_spines,
            fields=("servers",),
            source="RFC 7938, five-stage Clos",
        )
