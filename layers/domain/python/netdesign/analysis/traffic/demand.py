"""What the requirements ask of each site, by formula and never by what a design says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from netdesign.model.resolved import FabricWorkload, Population
from netdesign.model.vocabulary import NetworkType, Redundancy, SecurityLevel

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.model.resolved import ResolvedFlow, ResolvedRequirements, ResolvedSite

TINY = 1e-9
MOST_GROWTH = 1e12
USER_PORT_BPS = 1_000_000_000
RADIOS = 2

WITHOUT_USERS = frozenset(
    {NetworkType.ENTERPRISE_DATACENTER, NetworkType.DATA_CENTER_INTERCONNECT, NetworkType.CLOUD_NATIVE}
)
"""Networks whose users sit elsewhere: only their servers need ports."""

OUTSIDE = frozenset({Population.INTERNET, Population.PARTNER, Population.REMOTE_USERS})
PEOPLE = frozenset({Population.USERS, Population.VOICE, Population.IOT, Population.GUEST})
MACHINES = frozenset({Population.SERVERS, Population.STORAGE, Population.DMZ, Population.MANAGEMENT})


@dataclass(frozen=True, slots=True)
class SiteDemand:
    """What one site needs today; `grown` numbers are at the horizon.

    An access port serves a user, with the phone before it, or another wired device. Access points do not grow
    by themselves: their number follows from the users at the horizon.
    """

    site: str
    access_ports: int
    access_points: int
    server_ports: int
    server_port_bps: int
    hosts: int
    wireless_clients: int
    phones: int
    growth: float

    def grown(self, amount: float) -> int:
        """An amount of today at the horizon."""
        return ceil(amount * self.growth - TINY)

    def access_ports_sized(self, spare: float) -> int:
        """Access ports at the horizon with a share to spare, and those of access points."""
        return ceil(self.access_ports * self.growth * (1 + spare) + self.access_points - TINY)

    def server_ports_sized(self, spare: float) -> int:
        """Server ports at the horizon with a share to spare."""
        return ceil(self.server_ports * self.growth * (1 + spare) - TINY)


def site_demands(requirements: ResolvedRequirements, parameters: Parameters) -> tuple[SiteDemand, ...]:
    """The demand of every site that was asked for."""
    return tuple(site_demand(requirements, parameters, site) for site in requirements.sites)


def at_provider(requirements: ResolvedRequirements) -> bool:
    """Whether servers run at a cloud provider, so that sites need nothing but a way to it."""
    return requirements.network_type is NetworkType.CLOUD_NATIVE


def provider_flows(requirements: ResolvedRequirements) -> tuple[ResolvedFlow, ...]:
    """The flows that something at the provider takes part in; sites carry the others by themselves."""
    return tuple(flow for flow in requirements.flows if {flow.source, flow.target} & (MACHINES | {Population.CLOUD}))


def site_demand(requirements: ResolvedRequirements, parameters: Parameters, site: ResolvedSite) -> SiteDemand:
    """The demand of a site."""
    servers = 0 if at_provider(requirements) else site.servers
    users = local_users(requirements, site)
    personal = parameters.wireless.devices_per_user
    phones = users if requirements.voice else 0
    wireless = users * max(0.0, personal - 1) if requirements.wireless else 0
    return SiteDemand(
        site=site.id,
        access_ports=0 if at_provider(requirements) else users + site.endpoints,
        access_points=access_points(requirements, parameters, site),
        server_ports=servers * requirements.servers.nics_per_server,
        server_port_bps=requirements.servers.nic_speed_bps,
        hosts=0 if at_provider(requirements) else users + site.endpoints + servers + phones + ceil(wireless - TINY),
        wireless_clients=ceil(users * personal * parameters.wireless.active_share) if requirements.wireless else 0,
        phones=phones,
        growth=requirements.growth_multiplier,
    )


def local_users(requirements: ResolvedRequirements, site: ResolvedSite) -> int:
    """Users who plug in at the site."""
    return 0 if requirements.network_type in WITHOUT_USERS else site.users


def access_points(requirements: ResolvedRequirements, parameters: Parameters, site: ResolvedSite) -> int:
    """Access points by the largest of area, clients and calls at the horizon."""
    users = local_users(requirements, site)
    if not requirements.wireless or requirements.network_type in WITHOUT_USERS:
        return 0
    air = parameters.wireless
    grown = ceil(users * requirements.growth_multiplier - TINY)
    clients = ceil(grown * air.devices_per_user * air.active_share)
    calls = ceil(grown * parameters.wan.concurrency["video"]) if requirements.video else 0
    area = air.area_voice_m2 if requirements.voice else air.area_data_m2
    return max(
        1,
        ceil(site.area_m2 / area - TINY),
        ceil(clients / air.clients_per_access_point - TINY),
        ceil(calls * air.airtime_per_call / (air.airtime_share * RADIOS) - TINY),
    )


def site_share(requirements: ResolvedRequirements, site: ResolvedSite) -> float:
    """The part of all traffic that is a site's: that of its users and servers."""
    weights = {one.id: one.users + one.servers for one in requirements.sites}
    total = sum(weights.values())
    return weights[site.id] / total if total else 1 / max(1, len(weights))


def inspected_bps(requirements: ResolvedRequirements) -> float:
    """Peak at the horizon of flows that surely cross a boundary of trust; of each the larger direction."""
    strict = requirements.security_level.at_least(SecurityLevel.CORPORATE)
    crossing = (flow for flow in requirements.flows if crosses(flow, strict=strict))
    return requirements.growth_multiplier * sum(max(flow.up_bps, flow.down_bps) for flow in crossing)


def crosses(flow: ResolvedFlow, *, strict: bool) -> bool:
    """Whether a flow comes from or goes outside; with `strict` also whether it joins people and machines."""
    ends = {flow.source, flow.target}
    if ends & OUTSIDE:
        return not ends <= OUTSIDE
    return strict and bool(ends & PEOPLE) and bool(ends & MACHINES)


def leaf_ceiling(requirements: ResolvedRequirements, parameters: Parameters) -> float:
    """Highest oversubscription of a leaf for what the fabric carries."""
    limits = parameters.oversubscription
    if requirements.fabric_workload in (FabricWorkload.AI, FabricWorkload.STORAGE):
        return limits.leaf_lossless
    return limits.leaf_light if requirements.fabric_workload is FabricWorkload.LIGHT else limits.leaf_general


def doubled(requirements: ResolvedRequirements) -> bool:
    """Whether the redundancy level asks for two of everything above the edge."""
    return requirements.redundancy.at_least(Redundancy.MEDIUM)


def growth_of(requirements: ResolvedRequirements) -> float:
    """Demand at the horizon over that of today, as far as numbers go."""
    return min(max(requirements.growth_multiplier, 0.0), MOST_GROWTH)
