"""The plan of a campus site before anything is bought: closets, what each serves, blocks, and the archetype."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.resolved import Population, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import (
    Archetype,
    DataClass,
    NetworkType,
    Redundancy,
    RoutingProtocol,
    TopologyPreference,
)
from netdesign.synthesis.needs.campus_sizing import (
    Closet,
    RadioDemand,
    access_points,
    closet_count,
    ports_needed,
    shares,
    switch_count,
    wireless_clients,
)
from netdesign.synthesis.needs.zones import restricted_data, restricted_ends

ACCESS_PORTS: Final = 48
GIGABIT: Final = 1_000_000_000
MAX_UNIT_USERS: Final = 400
"""Users of one set of VLANs, grown, so that neither wired nor wireless broadcast domains get too large."""
BLOCK_FILL: Final = 0.9
"""How full a distribution block is planned, so that it can grow without new switches."""
SERVER_SWITCHES: Final = 4
"""Places in the first block that switches of servers take."""
PRINTER_SHARE: Final = 0.5
"""Assumed share of printers among wired devices that are no users; the rest are cameras and sensors that need power."""
TWO_TIERS: Final = frozenset(
    {TopologyPreference.COLLAPSED_CORE, TopologyPreference.STAR, TopologyPreference.SPINE_LEAF}
)
"""Shapes in which every access switch of a campus hangs off its core."""
PAYMENT_TERMINALS_PER_USER: Final = 0.25


def in_two_tiers(requirements: ResolvedRequirements) -> bool:
    """Whether a shape with a core alone above the access switches is preferred; in a hybrid network the star is that
    of premises around the provider's hub."""
    wish = requirements.topology_preference
    around = requirements.network_type is NetworkType.HYBRID and wish is TopologyPreference.STAR
    return wish in TWO_TIERS and not around


@dataclass(frozen=True, slots=True)
class Unit:
    """A closet, or part of a large one, with VLANs of its own; `index` counts within its block, from 1."""

    name: str
    building: int
    closet: int
    block: int
    index: int
    serves: Closet
    printers: int
    floor: int

    @property
    def powered(self) -> int:
        """Devices beside phones and access points that draw power from their port."""
        return self.serves.devices - self.printers + self.serves.terminals

    def endpoints(self, plan: CampusPlan) -> int:
        """What hangs on its switches with one port each: a phone and the user behind it are two."""
        people = self.serves.users * (2 if plan.voice else 1)
        return people + self.serves.devices + self.serves.terminals


@dataclass(frozen=True, slots=True)
class CampusPlan:
    """What to build at one site."""

    site: ResolvedSite
    archetype: Archetype
    units: tuple[Unit, ...]
    blocks: int
    pair: int
    """How many switches stand in for one another at the top of each block: 1 or 2."""
    general_servers: int
    restricted_servers: int
    voice: bool
    wireless: bool
    guests: bool

    def of_block(self, block: int) -> tuple[Unit, ...]:
        """Units of one block."""
        return tuple(unit for unit in self.units if unit.block == block)


def plan_campus(
    requirements: ResolvedRequirements, parameters: Parameters, site: ResolvedSite, shape: Archetype | None = None
) -> CampusPlan:
    """The plan of a site, of a given shape or of that which its size calls for."""
    served = _served(requirements, parameters, site)
    archetype = shape or choose_archetype(requirements, parameters, site, served)
    general, restricted = _servers(requirements, site)
    flows = {end for flow in requirements.flows for end in (flow.source, flow.target)}
    wireless = requirements.wireless
    spare = parameters.redundancy[requirements.redundancy].spare_share
    needed = [_switches(closet, requirements.growth_multiplier, spare) for closet in served]
    units = _units(requirements, site, served, needed, archetype, parameters)
    return CampusPlan(
        site=site,
        archetype=archetype,
        units=units,
        blocks=max(unit.block for unit in units) + 1,
        pair=2 if requirements.redundancy.at_least(Redundancy.MEDIUM) else 1,
        general_servers=general,
        restricted_servers=restricted,
        voice=requirements.voice or Population.VOICE in flows,
        wireless=wireless,
        guests=wireless and Population.GUEST in flows,
    )


def choose_archetype(
    requirements: ResolvedRequirements,
    parameters: Parameters,
    site: ResolvedSite,
    served: tuple[Closet, ...],
) -> Archetype:
    """Branch, collapsed core or three tiers, by ports, buildings, access switches and users; a stated wish wins
    where the limits allow it."""
    limits, wish = parameters.campus, requirements.topology_preference
    ports = sum(closet.ports for closet in served)
    if wish is TopologyPreference.THREE_TIER:
        return Archetype.THREE_TIER
    apart = parameters.security[requirements.security_level].management_plane == "out-of-band"
    tall = apart or requirements.redundancy.at_least(Redundancy.MEDIUM)
    slow = not site.servers or requirements.servers.nic_speed_bps <= GIGABIT
    if (
        requirements.network_type is NetworkType.WAN
        and not tall
        and _alone(requirements, site, served, spare_share(requirements, parameters))
    ):
        return Archetype.BRANCH
    single = len(served) == 1 and site.buildings == 1 and site.servers <= 2 and slow and not tall
    two = wish in (TopologyPreference.COLLAPSED_CORE, TopologyPreference.SPINE_LEAF)
    if ports <= limits.branch_max_ports and single and not two:
        return Archetype.BRANCH
    spare = spare_share(requirements, parameters)
    switches = sum(_switches(closet, requirements.growth_multiplier, spare) for closet in served)
    small = (
        site.buildings <= limits.collapsed_max_buildings
        and switches * access_links(requirements) <= limits.collapsed_max_access
        and site.users <= limits.collapsed_max_users
    )
    return Archetype.COLLAPSED_CORE if small else Archetype.THREE_TIER


def spare_share(requirements: ResolvedRequirements, parameters: Parameters) -> float:
    """The share of ports to keep free."""
    return parameters.redundancy[requirements.redundancy].spare_share


def _alone(requirements: ResolvedRequirements, site: ResolvedSite, served: tuple[Closet, ...], spare: float) -> bool:
    """Whether one switch serves all of a site that has no servers."""
    few = len(served) == 1 and site.buildings == 1 and not site.servers
    return few and _switches(served[0], requirements.growth_multiplier, spare) == 1


def access_links(requirements: ResolvedRequirements) -> int:
    """Links from an access switch to each switch above it: two where three disjoint paths are asked for."""
    return 2 if requirements.redundancy is Redundancy.CRITICAL else 1


def _switches(closet: Closet, growth: float, spare: float) -> int:
    needed = ports_needed(closet.users, closet.devices + closet.terminals, closet.access_points, growth, spare)
    return switch_count(needed, ACCESS_PORTS)


def _served(requirements: ResolvedRequirements, parameters: Parameters, site: ResolvedSite) -> tuple[Closet, ...]:
    """What each closet serves: users, devices and access points spread evenly."""
    radios = radio_count(requirements, parameters, site)
    terminals = terminal_count(requirements, site)
    ports = ceil((site.users + site.endpoints) * requirements.growth_multiplier) + radios
    closets = max(
        1,
        site.closets,
        closet_count(
            site.area_m2,
            max(1, site.buildings),
            ports,
            closet_area_m2=parameters.campus.closet_area_m2,
            max_ports=ACCESS_PORTS * parameters.campus.max_stack,
        ),
    )
    if site.closets:
        closets = max(site.closets, site.buildings)
    users, devices = shares(site.users, closets), shares(max(0, site.endpoints - terminals), closets)
    return tuple(
        Closet(users=u, devices=d, access_points=a, terminals=t)
        for u, d, a, t in zip(users, devices, shares(radios, closets), shares(terminals, closets), strict=True)
    )


def radio_count(requirements: ResolvedRequirements, parameters: Parameters, site: ResolvedSite) -> int:
    """Access points of a site, at least one in each building."""
    if not requirements.wireless:
        return 0
    air = parameters.wireless
    users = ceil(site.users * requirements.growth_multiplier)
    demand = RadioDemand(
        area_m2=site.area_m2,
        clients=ceil(ceil(site.users * air.devices_per_user * air.active_share) * requirements.growth_multiplier),
        calls=ceil(users * parameters.wan.concurrency["video"]) if requirements.video else 0,
    )
    count = access_points(
        demand,
        cell_area_m2=air.area_voice_m2 if requirements.voice else air.area_data_m2,
        clients_each=air.clients_per_access_point,
        airtime_per_call=air.airtime_per_call,
        airtime_share=air.airtime_share,
        radios=2,
    )
    return max(count, site.buildings)


def terminal_count(requirements: ResolvedRequirements, site: ResolvedSite) -> int:
    """Wired devices that take cards, or all of them where nothing else holds the restricted data."""
    if DataClass.CHD in restricted_data(requirements):
        return min(site.endpoints, max(1, ceil(site.users * PAYMENT_TERMINALS_PER_USER)))
    return site.endpoints if Population.IOT in restricted_ends(requirements) else 0


def clients_of(users: int, parameters: Parameters) -> int:
    """Wireless devices of so many users."""
    return wireless_clients(users, parameters.wireless.devices_per_user)


def _servers(requirements: ResolvedRequirements, site: ResolvedSite) -> tuple[int, int]:
    """Servers in the server zone and in the restricted zone."""
    if Population.SERVERS not in restricted_ends(requirements):
        return site.servers, 0
    restricted = min(site.servers, max(1, site.servers // 2))
    return site.servers - restricted, restricted


def _units(
    requirements: ResolvedRequirements,
    site: ResolvedSite,
    served: tuple[Closet, ...],
    needed: list[int],
    archetype: Archetype,
    parameters: Parameters,
) -> tuple[Unit, ...]:
    """Units of all closets, building by building; a distribution block holds one building, or part of a large one."""
    units: list[Unit] = []
    block = -1
    at = 0
    largest = block_fill(requirements, parameters)
    for building, closets in enumerate(shares(len(served), max(1, site.buildings)), start=1):
        some = served[at : at + closets]
        counts = needed[at : at + closets]
        at += closets
        filled, index = largest + 1, 0
        for number, (closet, count) in enumerate(zip(some, counts, strict=True), start=1):
            for part, piece in enumerate(_parts(closet, requirements.growth_multiplier), start=1):
                switches = ceil(count / len(_parts(closet, requirements.growth_multiplier)))
                new = filled + switches > largest if archetype is Archetype.THREE_TIER else block < 0
                if new:
                    block, filled, index = block + 1, 0, 0
                filled, index = filled + switches + (SERVER_SWITCHES if not units else 0), index + 1
                suffix = "" if len(_parts(closet, requirements.growth_multiplier)) == 1 else chr(96 + part)
                units.append(
                    Unit(
                        name=f"b{building}c{number}{suffix}",
                        building=building,
                        closet=number,
                        block=block,
                        index=index if archetype is Archetype.THREE_TIER else len(units) + 1,
                        serves=piece,
                        printers=ceil(piece.devices * PRINTER_SHARE),
                        floor=number - 1,
                    )
                )
    return tuple(units)


def block_fill(requirements: ResolvedRequirements, parameters: Parameters) -> int:
    """Access switches that a distribution block is planned for."""
    return floor(parameters.campus.max_access_per_block * BLOCK_FILL / access_links(requirements))


def _parts(closet: Closet, growth: float) -> tuple[Closet, ...]:
    """A closet cut so that no part has more users than one set of VLANs should hold."""
    parts = max(1, ceil(closet.users * growth / MAX_UNIT_USERS))
    columns = (closet.users, closet.devices, closet.access_points, closet.terminals)
    return tuple(Closet(*row) for row in zip(*(shares(total, parts) for total in columns), strict=True))


def igp(requirements: ResolvedRequirements) -> RoutingProtocol:
    """IS-IS where the technologies that are asked for name it, and OSPF does not stand beside it; or else OSPF."""
    named = {"".join(filter(str.isalnum, text.lower())) for text in requirements.technology_stack}
    return RoutingProtocol.ISIS if "isis" in named and "ospf" not in named else RoutingProtocol.OSPF
