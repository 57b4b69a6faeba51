"""What a data centre has to carry: servers by zone, the ports they need, the oversubscription allowed."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from netdesign.model.inventory import EndpointKind, Homing
from netdesign.model.resolved import FabricWorkload, Population, ResolvedFlow, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import DataClass, Redundancy, SecurityLevel, ServiceClass, VlanPurpose
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.zones import DATABASE, DMZ, STORAGE, zone_data, zone_names

DATABASE_SHARE = 0.2
DATABASE_SHARE_STRICT = 0.3
DMZ_SHARE = 0.1
STORAGE_SHARE = 0.15
STORAGE_FABRIC_SHARE = 0.5
STORAGE_SHARE_STRICT = 0.4
"""Default shares of the servers in a zone of their own; what is left is in the server zone."""
SERVICE_HOSTS = 2
"""Hosts that run names, addresses, time, logins and logs."""

SERVERS_PER_RACK = 40
FEW_SERVERS = 8
"""Servers for each zone below which all zones get like numbers."""

VLAN_PURPOSES = {
    "server": VlanPurpose.SERVERS,
    "database": VlanPurpose.DATABASE,
    "dmz": VlanPurpose.DMZ,
    "storage": VlanPurpose.STORAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The servers of one zone at one site."""

    zone: str
    count: int
    kind: EndpointKind
    service_class: ServiceClass
    data_classes: tuple[DataClass, ...]


def homing(requirements: ResolvedRequirements, *, collapsed: bool = False) -> Homing:
    """How servers attach: to a pair, to a rail leaf per NIC for AI, or to one leaf when they have one NIC."""
    nics = requirements.servers.nics_per_server
    if nics < 2:
        return Homing.SINGLE
    if requirements.fabric_workload is FabricWorkload.AI and not collapsed:
        return Homing.RAIL
    return Homing.MLAG if collapsed else Homing.ESI


def ceiling(blueprint: Blueprint) -> float:
    """Highest oversubscription of a leaf for the workload."""
    limits = blueprint.parameters.oversubscription
    workload = blueprint.requirements.fabric_workload
    if workload in (FabricWorkload.AI, FabricWorkload.STORAGE):
        return limits.leaf_lossless
    return limits.leaf_light if workload is FabricWorkload.LIGHT else limits.leaf_general


def server_ports(blueprint: Blueprint, servers: int) -> int:
    """Leaf ports for servers with growth and spare."""
    nics = blueprint.requirements.servers.nics_per_server
    return ceil(servers * nics * blueprint.growth * (1 + blueprint.redundancy.spare_share) - 1e-9)


def least_leaves(blueprint: Blueprint, servers: int) -> int:
    """Leaves over which servers with one port are spread, so that one of them drops no more than may fall at once."""
    level, policy = blueprint.redundancy, blueprint.parameters.redundancy.values()
    limits = [one.max_single_homed_endpoints for one in policy if one.max_single_homed_endpoints is not None]
    allowed = level.max_single_homed_endpoints or servers
    if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM):
        share = int(servers * blueprint.parameters.topology.max_failure_domain_share)
        allowed = min(allowed, max(share, min(limits, default=1)))
    return ceil(servers / max(1, allowed))


def server_zones(requirements: ResolvedRequirements) -> tuple[str, ...]:
    """Zones that servers are divided among: by data classes, published services, flows and security level."""
    level = requirements.security_level
    enterprise = level.at_least(SecurityLevel.ENTERPRISE)
    zones = ["server"]
    needed = set(zone_names(requirements))
    if enterprise or DATABASE in needed:
        zones.append(DATABASE)
    if enterprise or DMZ in needed or any(enters(flow) for flow in requirements.flows):
        zones.append(DMZ)
    if level.at_least(SecurityLevel.GOVERNMENT) or STORAGE in needed or _stores(requirements):
        zones.append(STORAGE)
    return tuple(zones)


def zone_shares(requirements: ResolvedRequirements) -> dict[str, float]:
    """Shares of the servers in zones beside the server zone; from government level on no zone holds half of all."""
    strict = requirements.security_level.at_least(SecurityLevel.GOVERNMENT)
    stored = STORAGE_FABRIC_SHARE if requirements.fabric_workload is FabricWorkload.STORAGE else STORAGE_SHARE
    return {
        DATABASE: DATABASE_SHARE_STRICT if strict else DATABASE_SHARE,
        DMZ: DMZ_SHARE,
        STORAGE: min(stored, STORAGE_SHARE_STRICT) if strict else stored,
    }


def tenants(requirements: ResolvedRequirements, servers: int) -> tuple[Tenant, ...]:
    """The servers of a site by zone: default shares, rounded up, and the server zone takes what is left."""
    shares = zone_shares(requirements)
    wanted = [zone for zone in (DMZ, DATABASE, STORAGE) if zone in server_zones(requirements)]
    few = servers < FEW_SERVERS * (len(wanted) + 1)
    fair = max(1, servers // (len(wanted) + 1)) if few else servers
    counts: dict[str, int] = {}
    for zone in wanted:
        room = servers - 1 - sum(counts.values())
        counts[zone] = min(max(2, ceil(servers * shares[zone])), fair, room)
    rest = _tenant(requirements, "server", servers - sum(counts.values()))
    return (rest, *(_tenant(requirements, zone, count) for zone, count in counts.items() if count > 0))


def _tenant(requirements: ResolvedRequirements, zone: str, count: int) -> Tenant:
    classes = zone_data(zone, requirements)
    kept = {DATABASE: classes or (DataClass.CONFIDENTIAL,), DMZ: (DataClass.PUBLIC,)}.get(
        zone, classes or (DataClass.INTERNAL,)
    )
    kind = EndpointKind.STORAGE if zone == "storage" else EndpointKind.SERVER
    if zone == "server" and requirements.fabric_workload is FabricWorkload.AI:
        kind = EndpointKind.GPU_SERVER
    critical = zone in ("server", "database")
    return Tenant(
        zone=zone,
        count=count,
        kind=kind,
        service_class=ServiceClass.GOLD if critical else ServiceClass.SILVER,
        data_classes=kept,
    )


def enters(flow: ResolvedFlow) -> bool:
    """Whether a flow starts outside and does not end in the DMZ: it then passes a gateway there."""
    inside = {Population.SERVERS, Population.STORAGE, Population.MANAGEMENT, Population.DMZ}
    return flow.source not in inside and flow.target != Population.DMZ


def _stores(requirements: ResolvedRequirements) -> bool:
    return requirements.fabric_workload is FabricWorkload.STORAGE


def east_west_bps(blueprint: Blueprint, site: ResolvedSite) -> int:
    """Peak demand between servers of a site, grown, by its share of all servers."""
    inside = {Population.SERVERS.value, Population.STORAGE.value, Population.DMZ.value}
    flows = (f for f in blueprint.requirements.flows if f.source in inside and f.target in inside)
    total = sum(max(flow.up_bps, flow.down_bps) for flow in flows)
    share = site.servers / max(1, blueprint.requirements.servers.count)
    return ceil(total * share * blueprint.growth)


def racks_of(site: ResolvedSite) -> int:
    """Server racks of a site."""
    return max(1, site.racks or ceil(site.servers / SERVERS_PER_RACK))
