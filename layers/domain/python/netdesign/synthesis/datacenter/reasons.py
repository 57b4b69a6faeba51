"""Why a data centre is as it is: its shape, size, switches, zones and frames, each with formula and inputs."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.edits import Edit
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Archetype, TopologyPreference
from netdesign.synthesis.bill.lifetime import FORMULA
from netdesign.synthesis.datacenter.border import ExitPlan
from netdesign.synthesis.datacenter.clos_choice import FabricPlan
from netdesign.synthesis.datacenter.clos_ports import LENGTH_M
from netdesign.synthesis.datacenter.clos_sizing import FabricDemand
from netdesign.synthesis.datacenter.demand import (
    Tenant,
    racks_of,
    server_ports,
    zone_shares,
)
from netdesign.synthesis.datacenter.server_placement import host_mtu
from netdesign.synthesis.draft.blueprint import Blueprint


def no_pair(blueprint: Blueprint, site: ResolvedSite) -> Conflict:
    """Two switches asked for a data centre that they do not hold."""
    limits, ports = blueprint.parameters.fabric, server_ports(blueprint, site.servers)
    wish, other = TopologyPreference.COLLAPSED_CORE.value, TopologyPreference.SPINE_LEAF.value
    return Conflict(
        code="too-large-for-one-pair",
        requirements=("topology_preference", "servers"),
        statement=f"{site.name} has {ports:,} ports of servers in {racks_of(site)} racks; two switches serve"
        f" {limits.collapsed_max_ports} ports, or {limits.collapsed_max_racks} racks as far as their ports go.",
        numbers=(("ports", str(ports)), ("racks", str(racks_of(site)))),
        relaxations=(
            Relaxation(
                field="topology_preference",
                from_value=wish,
                to_value=other,
                statement="take leaves and spines",
                cost="spines, and a cable from each leaf to each of them",
                edits=(Edit(pointer="/topology_preference", value=other),),
            ),
        ),
    )


def explain_shape(blueprint: Blueprint, site: ResolvedSite, shape: Archetype) -> None:
    """The decision about the archetype."""
    blueprint.decide(
        f"What shape has the network of {site.id}?",
        shape.value,
        formula="collapsed when racks <= limit or ports <= limit, and two switches hold all ports; else leaf-spine, or "
        "where that is preferred",
        inputs={
            "racks": racks_of(site),
            "ports": server_ports(blueprint, site.servers),
            "rack limit": blueprint.parameters.fabric.collapsed_max_racks,
            "port limit": blueprint.parameters.fabric.collapsed_max_ports,
        },
        result=shape.value,
        fields=("network_type", "servers", "sites", "topology_preference"),
        source="policy parameters fabric.collapsed_max_racks and fabric.collapsed_max_ports",
    )


def explain_zones(blueprint: Blueprint, site: ResolvedSite, here: Sequence[Tenant]) -> None:
    """The decisions about zones and frames."""
    blueprint.decide(
        f"How are the servers of {site.id} divided among zones?",
        ", ".join(f"{tenant.count} {tenant.zone}" for tenant in here),
        formula="zone = max(2, ceil(servers * share)); the server zone takes what is left",
        inputs={**zone_shares(blueprint.requirements), "servers": site.servers},
        result=len(here),
        fields=("data_classes", "internet_facing", "flows", "security_level"),
        source="default shares, for nothing says how many servers hold what",
    )
    mtu = blueprint.parameters.fabric.underlay_mtu_bytes
    largest = host_mtu(blueprint, [tenant.zone for tenant in here])
    blueprint.decide(
        f"How large may frames be at {site.id}?",
        f"{largest} bytes at servers, {mtu} between switches",
        formula="underlay >= host + VXLAN (50, or 70 over IPv6) + tag (4)",
        inputs={"host": largest, "workload": blueprint.requirements.fabric_workload.value},
        result=mtu,
        fields=("servers", "technology_stack"),
        source="RFC 7348; policy parameter fabric.underlay_mtu_bytes",
    )


def explain_pair(blueprint: Blueprint, site: ResolvedSite, plan: ExitPlan) -> None:
    """The decision about the switches."""
    servers = blueprint.requirements.servers
    blueprint.decide(
        f"Which switches does {site.id} get?",
        f"{plan.switches} x {plan.border.sku}",
        formula="ports per switch = ceil(servers * nics * g * (1 + spare) / switches), and for firewalls and peers",
        inputs={
            "servers": site.servers,
            "nics": servers.nics_per_server,
            "g": f"{blueprint.growth:.3f}",
            "spare": blueprint.redundancy.spare_share,
            "switches": plan.switches,
        },
        result=ceil(server_ports(blueprint, site.servers) / plan.switches),
        fields=("servers", "expected_growth_rate", "scalability_horizon_years", "redundancy"),
        source="reference sizing of collapsed data centres",
    )


def explain_fabric(blueprint: Blueprint, site: ResolvedSite, demand: FabricDemand, plan: FabricPlan) -> None:
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
        alternatives=() if plan.compared else plan.refused,
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
        _explain_pods(blueprint, site, plan)
    if plan.compared:
        _explain_cost(blueprint, site, demand, plan)


def _explain_cost(blueprint: Blueprint, site: ResolvedSite, demand: FabricDemand, plan: FabricPlan) -> None:
    """The decision for this fabric among all, with the proof that none is cheaper."""
    blueprint.decide(
        f"Is there a cheaper fabric for {site.id}?",
        f"no: of all fabrics that the catalogue makes, {plan.leaf.sku} on {plan.spine.sku} costs least",
        formula="least of leaves + spines + super-spines + border leaves + fabric links + server cables, over all leaf,"
        " spine and super-spine types of one vendor, uplink speeds, spine counts, uplinks and pods that keep every"
        f" ceiling; each: {FORMULA}",
        inputs={
            "fabrics compared": plan.compared,
            "spine counts": ", ".join(map(str, demand.spine_counts)),
            "years": blueprint.requirements.horizon_years,
            "length of fabric links": f"{LENGTH_M:g} m",
            "lower bound": f"{plan.cost_usd:,.0f} USD",
            "gap": "0 %, for the search leaves out only what a lower bound puts above this cost",
        },
        result=f"{plan.cost_usd:,.0f} USD",
        alternatives=plan.refused,
        fields=("servers", "bandwidth", "redundancy", "preferred_vendors", "excluded_vendors"),
        source="exhaustive search of the catalogue; policy parameters cost, oversubscription and fabric",
    )


def _explain_pods(blueprint: Blueprint, site: ResolvedSite, plan: FabricPlan) -> None:
    """The decision about the tier above the pods."""
    size = plan.size
    blueprint.decide(
        f"How are the pods of {site.id} joined?",
        f"{size.super_spines} super-spines of type {plan.super_spine.sku if plan.super_spine else ''}",
        formula="super-spines per plane = ceil(pods * spine uplinks * (1 + reserve) / super-spine ports)",
        inputs={"pods": size.pods, "planes": size.spines, "links to each": size.spine_parallel},
        result=size.super_spines,
        fields=("servers",),
        source="RFC 7938, five-stage Clos",
    )
