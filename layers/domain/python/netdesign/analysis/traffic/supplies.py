"""Everything of a network that a growing demand uses up: how much of it there is, and what is needed of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_ports, endpoint_ports_used
from netdesign.analysis.equipment.rack_load import LEAST_SERVER_W, units
from netdesign.analysis.facts.tiers import uplinks
from netdesign.analysis.policy.enforcers import enforcers
from netdesign.analysis.traffic.expansion import PAIRED, free_links, rooms_left
from netdesign.analysis.traffic.link_capacity import capacity_bps, carried
from netdesign.analysis.traffic.site_exits import ways_out
from netdesign.analysis.traffic.subnet_fill import subnet_fill
from netdesign.analysis.traffic.table_demand import TABLES, table_demand
from netdesign.graph.network import Network
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Role, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.model.resolved import ResolvedRequirements

USER_PORT_BPS: Final = 1_000_000_000
SERVERS: Final = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
TINY: Final = 1e-6
INFRASTRUCTURE: Final = (SubnetPurpose.POINT_TO_POINT, SubnetPurpose.LOOPBACK, SubnetPurpose.VTEP)


@dataclass(frozen=True, slots=True)
class EdgeTier:
    """The lowest switches of a site: how many, their ports for endpoints, those in use, and how many come at once."""

    site: str
    switches: tuple[int, ...]
    ports: int
    used: int
    spare: float
    group: int

    def needed(self, factor: float) -> int:
        """How many of these switches a demand so many times that of today fills, with spare ports."""
        if not self.ports or not self.used:
            return len(self.switches)
        each = self.ports / len(self.switches)
        wanted = ceil(self.used * factor * (1 + self.spare) / each - TINY)
        return max(len(self.switches), self.group * ceil(wanted / self.group))

    def ratio(self, factor: float) -> float:
        """The same over those that there are."""
        return self.needed(factor) / max(1, len(self.switches))


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One thing that runs out. Of the need, `fixed` stays, `growing` follows the demand, `stepped` the switches."""

    kind: str
    site: str
    name: str
    unit: str
    limit: float
    fixed: float = 0.0
    growing: float = 0.0
    stepped: float = 0.0
    tier: EdgeTier | None = None
    elements: tuple[str, ...] = ()

    def need(self, factor: float) -> float:
        """What is needed of it when demand is so many times that of today."""
        ratio = self.tier.ratio(factor) if self.tier is not None else 1.0
        return self.fixed + self.growing * factor + self.stepped * ratio

    @property
    def today(self) -> float:
        """What is in use today."""
        return self.fixed + self.growing + self.stepped


def supplies(network: Network, requirements: ResolvedRequirements, parameters: Parameters) -> tuple[Supply, ...]:
    """All that the network has a limited amount of, at every site."""
    tiers = tuple(edge_tiers(network, requirements, parameters))
    by_site = {tier.site: tier for tier in tiers}
    return (
        *_ports(network, tiers),
        *_ports_above(network, tiers),
        *_pools(network, by_site),
        *_subnets(network),
        *_racks(network, by_site),
        *_power(network, by_site),
        *_tables(network, parameters),
        *_firewalls(network, requirements, parameters),
        *_circuits(network, requirements, parameters),
        *_links(network, requirements, parameters),
    )


def edge_tiers(network: Network, requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[EdgeTier]:
    """The lowest tier of each site: leaves by ports at the speed of servers, access switches by jacks."""
    spare = parameters.redundancy[requirements.redundancy].spare_share
    group = 2 if any(one.homing in PAIRED for one in network.design.inventory.endpoint_groups) else 1
    sites = sorted({device.site for device in network.devices})
    for role, speed, copper in (
        (Role.LEAF, requirements.servers.nic_speed_bps, False),
        (Role.ACCESS, USER_PORT_BPS, True),
    ):
        places = network.with_role(role)
        able, taken = endpoint_ports(network, speed, copper), endpoint_ports_used(network, speed, copper)
        for site in sites:
            mine = tuple(place for place in places.tolist() if network.devices[place].site == site)
            if mine:
                ports, used = int(able[list(mine)].sum()), int(taken[list(mine)].sum())
                yield EdgeTier(site, mine, ports, used, spare, group if role is Role.LEAF else 1)


def _ports(network: Network, tiers: tuple[EdgeTier, ...]) -> Iterator[Supply]:
    for tier in tiers:
        yield Supply(
            kind="endpoint ports",
            site=tier.site,
            name=f"ports for endpoints at {tier.site}",
            unit="ports",
            limit=tier.ports,
            growing=tier.used * (1 + tier.spare),
            elements=tuple(network.devices[place].id for place in tier.switches),
        )


def _ports_above(network: Network, tiers: tuple[EdgeTier, ...]) -> Iterator[Supply]:
    """The scarcest switch above each lowest tier: links down to it, and those that it could take besides."""
    rising = uplinks(network)
    for tier in tiers:
        mine = np.isin(rising.lower, tier.switches)
        found = []
        for upper in np.unique(rising.upper[mine]).tolist():
            links = rising.links[mine & (rising.upper == upper)]
            free = free_links(network, upper, int(network.link_speed_bps[links].max()))
            if free is not None:
                found.append((free / len(links), len(links), free, upper))
        if found:
            _, down, free, upper = min(found)
            yield Supply(
                kind="ports above",
                site=tier.site,
                name=f"ports of {network.devices[upper].id} for the switches below",
                unit="ports",
                limit=down + free,
                stepped=down,
                tier=tier,
                elements=(network.devices[upper].id,),
            )


def _pools(network: Network, tiers: dict[str, EdgeTier]) -> Iterator[Supply]:
    """Addresses of links, loopbacks and tunnel endpoints, and blocks of zones: new switches bring new ones."""
    for purpose in INFRASTRUCTURE:
        for room in rooms_left(network, purpose):
            size = parse_prefix(room.pool.prefix).size
            yield _pool(room.pool.id, room.pool.prefix, room.pool.site or "", size, size - room.free, tiers)
    cut = [parse_prefix(one.prefix) for one in network.design.addressing.subnets if ":" not in one.prefix]
    for pool in network.design.addressing.pools:
        if pool.summary and pool.purpose not in ("site", *INFRASTRUCTURE) and ":" not in pool.prefix:
            block = parse_prefix(pool.prefix)
            used = sum(prefix.size for prefix in cut if block.covers(prefix))
            yield _pool(pool.id, pool.prefix, pool.site or "", block.size, used, tiers)


def _pool(identity: str, prefix: str, site: str, size: int, used: int, tiers: dict[str, EdgeTier]) -> Supply:
    return Supply(
        kind="addresses of a pool",
        site=site,
        name=f"addresses of {identity} ({prefix})",
        unit="addresses",
        limit=size,
        stepped=used,
        tier=tiers.get(site),
        elements=(identity,),
    )


def _subnets(network: Network) -> Iterator[Supply]:
    """The fullest subnet of hosts of each zone at each site."""
    state, fullest = subnet_fill(network), dict[tuple[str, str], tuple[float, int]]()
    subnets = network.design.addressing.subnets
    for at in np.flatnonzero(state.growing & np.isfinite(state.usable) & (state.usable > 0)).tolist():
        key = (subnets[at].site, subnets[at].zone or "")
        fullest[key] = max(fullest.get(key, (0.0, at)), (float(state.hosts[at] / state.usable[at]), at))
    for (site, zone), (_, at) in sorted(fullest.items()):
        yield Supply(
            kind="hosts of a subnet",
            site=site,
            name=f"addresses for hosts of {zone or 'no zone'} in {subnets[at].id} ({subnets[at].prefix})",
            unit="addresses",
            limit=float(state.usable[at]),
            growing=float(state.hosts[at]),
            elements=(subnets[at].id,),
        )


def _servers(network: Network, site: str) -> int:
    groups = network.design.inventory.endpoint_groups
    return sum(one.count for one in groups if one.kind in SERVERS and one.site == site)


def _racks(network: Network, tiers: dict[str, EdgeTier]) -> Iterator[Supply]:
    """Rack units of a site: those of devices, and one for each server."""
    rooms = {room.id: room.site for room in network.design.inventory.rooms}
    limits: dict[str, int] = {}
    for rack in network.design.inventory.racks:
        site = rooms.get(rack.room, "")
        limits[site] = limits.get(site, 0) + rack.usable_units
    for site, limit in sorted(limits.items()):
        tier = tiers.get(site)
        mounted = [
            p for p, d in enumerate(network.devices) if d.site == site and d.rack is not None and network.ours[p]
        ]
        edge = set(tier.switches) if tier is not None else set()
        yield Supply(
            kind="rack units",
            site=site,
            name=f"rack units at {site}",
            unit="units",
            limit=limit,
            fixed=sum(units(network, place) for place in mounted if place not in edge),
            growing=_servers(network, site),
            stepped=sum(units(network, place) for place in mounted if place in edge),
            tier=tier,
            elements=(site,),
        )


def _power(network: Network, tiers: dict[str, EdgeTier]) -> Iterator[Supply]:
    """Watts of a site: what devices draw as a rule, and what servers draw at the least."""
    for site in network.design.inventory.sites:
        if not site.power_kw:
            continue
        tier = tiers.get(site.id)
        edge = set(tier.switches) if tier is not None else set()
        watts = {
            place: kind.typical_power()[0]
            for place, kind in enumerate(network.device_types)
            if kind is not None and network.devices[place].site == site.id and network.ours[place]
        }
        yield Supply(
            kind="power",
            site=site.id,
            name=f"power at {site.id}",
            unit="W",
            limit=site.power_kw * 1000,
            fixed=sum(watt for place, watt in watts.items() if place not in edge),
            growing=_servers(network, site.id) * LEAST_SERVER_W,
            stepped=sum(watt for place, watt in watts.items() if place in edge),
            tier=tier,
            elements=(site.id,),
        )


def _tables(network: Network, parameters: Parameters) -> Iterator[Supply]:
    """The fullest table of each kind, up to the share that may be planned."""
    capacity = parameters.capacity
    demand = table_demand(network, capacity.internet_routes_ipv4, capacity.internet_routes_ipv6)
    for row, table in enumerate(TABLES):
        found = []
        for place in np.flatnonzero(demand[row]).tolist():
            kind = network.device_types[place]
            size = kind.table(table)[0] if kind is not None else None
            if size:
                found.append((int(demand[row, place]) / size, place, size))
        if found:
            _, place, size = max(found)
            yield Supply(
                kind="table entries",
                site=network.devices[place].site,
                name=f"{table} entries of {network.devices[place].id}",
                unit="entries",
                limit=size * capacity.table_share,
                growing=int(demand[row, place]),
                elements=(network.devices[place].id,),
            )


def _firewalls(network: Network, requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[Supply]:
    """Inspection of each group of firewalls, by the members that carry traffic, up to the target utilisation."""
    allowed = parameters.redundancy[requirements.redundancy].max_utilisation
    inspected = carried(network).inspected_bps
    for point in enforcers(network):
        kinds = [network.device_types[at] for at in point.carriers(network)]
        able = sum(kind.firewall.ngfw_bps or 0 for kind in kinds if kind is not None and kind.firewall is not None)
        if able:
            yield Supply(
                kind="firewall throughput",
                site=point.site,
                name=f"inspection by {network.devices[point.members[0]].id}",
                unit="bit/s",
                limit=able * allowed,
                growing=sum(inspected.get(at, 0.0) for at in point.members),
                elements=tuple(network.devices[at].id for at in point.members),
            )


def _circuits(network: Network, requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[Supply]:
    """The circuits of a site in use together, in the direction that is fuller."""
    allowed = parameters.redundancy[requirements.redundancy].max_utilisation
    ways = [way for way in ways_out(network) if way.active]
    for site in sorted({way.site for way in ways}):
        mine = [way for way in ways if way.site == site]
        down = sum(way.carried_down_bps for way in mine), sum(way.down_bps for way in mine)
        up = sum(way.carried_up_bps for way in mine), sum(way.up_bps for way in mine)
        load, able = max((down, up), key=lambda pair: pair[0] / pair[1] if pair[1] else 0.0)
        yield Supply(
            kind="circuits",
            site=site,
            name=f"circuits of {site}",
            unit="bit/s",
            limit=able * allowed,
            growing=load,
            elements=tuple(network.links[way.link].id for way in mine),
        )


def _links(network: Network, requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[Supply]:
    """The busiest link of each purpose, in its busier direction."""
    allowed = parameters.redundancy[requirements.redundancy].max_utilisation
    load, able = carried(network).load_bps, capacity_bps(network)
    busiest: dict[str, tuple[float, int, int]] = {}
    for way, at in zip(*np.nonzero((load > 0) & (able > 0)), strict=True):
        purpose = network.links[int(at)].purpose.value
        share = float(load[way, at] / able[way, at])
        busiest[purpose] = max(busiest.get(purpose, (0.0, 0, 0)), (share, int(way), int(at)))
    for purpose, (_, way, at) in sorted(busiest.items()):
        link = network.links[at]
        yield Supply(
            kind="link utilisation",
            site=network.devices[network.device_index[link.a.device]].site,
            name=f"{link.id}, the busiest {purpose} link",
            unit="bit/s",
            limit=float(able[way, at]) * allowed,
            growing=float(load[way, at]),
            elements=(link.id,),
        )
