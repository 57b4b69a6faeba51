"""A data centre from its requirements: which shape, how large, and its parts in the order they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from netdesign.model.inventory import Device, Homing, Site
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Archetype, Redundancy
from netdesign.synthesis.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.clos_choice import FabricPlan, choose_fabric
from netdesign.synthesis.clos_fabric import Fabric, border_kind, build_fabric, fabric_equipment
from netdesign.synthesis.clos_overlay import number_fabric, vlan_overlay, zone_overlay, zone_process
from netdesign.synthesis.clos_sizing import FabricDemand
from netdesign.synthesis.datacenter_demand import ceiling, east_west_bps, homing, server_ports, tenants
from netdesign.synthesis.datacenter_hall import Hall, build_hall
from netdesign.synthesis.datacenter_management import OutOfBand, build_management, manage, management_kinds
from netdesign.synthesis.server_placement import Slice, gateways, place_servers, slices, subnet_hosts

SERVERS_PER_RACK = 40
TRANSIT_HOSTS = 4
SERVICE_HOSTS = 24


@dataclass(slots=True)
class Centre:
    """A data centre under construction: its border (where zones leave it) and its management network."""

    site: ResolvedSite
    hall: Hall
    borders: list[Device]
    switches: list[Device]
    management: OutOfBand


def archetype(blueprint: Blueprint, site: ResolvedSite) -> Archetype:
    """Collapsed for few racks or ports, a Clos for more."""
    fabric = blueprint.parameters.fabric
    small = racks_of(site) <= fabric.collapsed_max_racks
    few = server_ports(blueprint, site.servers) <= fabric.collapsed_max_ports
    if (small or few) and homing(blueprint.requirements) is not Homing.RAIL:
        return Archetype.COLLAPSED_DATACENTER
    return Archetype.SPINE_LEAF


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


def build_clos(blueprint: Blueprint, site: ResolvedSite, number: int) -> Centre:
    """A Clos fabric with its servers and its management network."""
    demand = fabric_demand(blueprint, site)
    plan = choose_fabric(blueprint, demand)
    border = border_kind(blueprint, plan)
    _explain(blueprint, site, demand, plan)
    parts = slices(tenants(blueprint.requirements, site.servers), plan.size.leaves // demand.group)
    devices = plan.size.leaves + len(fabric_equipment(plan, border))
    _plan_addresses(blueprint, site, parts, demand.group, plan.size.links, devices)
    kinds = management_kinds(blueprint, racks_of(site), devices + 10)
    hall = build_hall(blueprint, site, racks_of(site), [*fabric_equipment(plan, border), kinds[0], kinds[0]])
    fabric = build_fabric(blueprint, hall, plan, border, group=demand.group)
    number_fabric(blueprint, fabric, number)
    _populate(blueprint, site, fabric, parts)
    network = build_management(blueprint, hall, kinds)
    switches = [*fabric.super_spines, *fabric.spines, *fabric.borders, *fabric.leaves]
    manage(blueprint, network, switches)
    return Centre(site, hall, fabric.borders, switches, network)


def _populate(blueprint: Blueprint, site: ResolvedSite, fabric: Fabric, parts: tuple[Slice, ...]) -> None:
    """Servers with their VLANs, gateways and segments; every zone has its table on the leaves that need it."""
    style = homing(blueprint.requirements)
    zones = tuple(dict.fromkeys(part.tenant.zone for part in parts))
    zone_overlay(blueprint, zones)
    for vlan, leaves in place_servers(blueprint, site.id, fabric.groups, parts, style):
        gateways(blueprint, vlan, leaves)
        vlan_overlay(blueprint, vlan)
        for leaf in leaves:
            zone_process(blueprint, leaf, vlan.zone or "")


def _plan_addresses(
    blueprint: Blueprint, site: ResolvedSite, parts: tuple[Slice, ...], rails: int, links: int, devices: int
) -> None:
    """Blocks for every zone, its transit included, and for the infrastructure."""
    hosts = subnet_hosts(parts, homing(blueprint.requirements), rails)
    for counts in hosts.values():
        counts.append(TRANSIT_HOSTS)
    hosts[MANAGEMENT] = [max(64, devices), SERVICE_HOSTS, TRANSIT_HOSTS, TRANSIT_HOSTS]
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
