"""How many switches of which type a campus site takes, from the ports below up to the core."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.vocabulary import Archetype, Role
from netdesign.synthesis.campus.equipment import (
    AccessChoice,
    access_ports,
    choose_access,
    choose_server_switch,
    choose_top,
    explain_top,
)
from netdesign.synthesis.campus.ground import Ground
from netdesign.synthesis.campus.radios import GBPS, UPLINK_BPS, choose_radios, controller_port_bps
from netdesign.synthesis.campus.standing_campus import standing_server_block
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.cabling import joinable
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import Choice, PortNeed
from netdesign.synthesis.edge.sizing import EdgePlan, leads, plan_edge
from netdesign.synthesis.needs.campus_plan import CampusPlan, access_links
from netdesign.synthesis.needs.campus_sizing import block_uplink_bps, uplinks
from netdesign.synthesis.needs.site_demand import at_site, evened, outward

SERVICE_HOSTS = 2
PUBLISHED_HOSTS = 2
MANAGEMENT_PORTS = 8
"""Ports that the server switches keep for management of firewalls, routers and controllers."""
MAX_SERVER_GROUPS = 16
EXIT_SPEEDS = tuple(speed * GBPS for speed in (1, 10, 25, 40, 100))
LINKS_EACH = (1, 2, 4)
"""Numbers of links from a firewall to each switch that it hangs off that are tried."""
UPLINK_COUNTS = (1, 2, 4)
"""How many links in parallel may join a distribution switch to a core switch."""
RESERVE = 1.15
BETWEEN_BUILDINGS_M = 400.0


@dataclass(frozen=True, slots=True)
class Tops:
    """The tiers above access: their types, the speeds of their peer links, and the links between the two tiers."""

    core: DeviceType
    core_peer_bps: int
    distribution: DeviceType | None = None
    distribution_peer_bps: int = 0
    uplink_bps: int = 0
    uplinks: int = 0


@dataclass(frozen=True, slots=True)
class ServerSwitches:
    """The type of the switches for servers, how many groups of one or two, and the uplinks to each switch above."""

    kind: DeviceType
    groups: int
    nic_bps: int
    per_peer: int


@dataclass(frozen=True, slots=True)
class Equipment:
    """All types and counts of a site's switches."""

    access: AccessChoice
    servers: ServerSwitches
    tops: Tops
    per_peer: int
    edge: EdgePlan
    links_each: int = 1
    """Links from a firewall to each of the switches that it hangs off."""


def published_hosts(blueprint: Blueprint, site: str) -> int:
    """Hosts of a site in the DMZ: for published services, and as gateways of remote users."""
    asked = blueprint.requirements
    if site in blueprint.spokes:
        return 0
    return PUBLISHED_HOSTS if asked.internet_facing or asked.remote_users else 0


def equip(ground: Ground, share: float = 1.0) -> Equipment:
    """Choose every type; `share` is the part of the site's demand that is to be carried."""
    blueprint, plan = ground.blueprint, ground.plan
    ground.radios = choose_radios(blueprint, sum(unit.serves.access_points for unit in plan.units))
    per_peer = access_links(blueprint.requirements)
    access = choose_access(blueprint, plan, plan.units, ground.radios, per_peer * plan.pair)
    explain_access(blueprint, plan, access)
    servers = _servers(blueprint, plan)
    apart = plan.blocks if plan.archetype is Archetype.THREE_TIER and servers.groups > 1 else 0
    stands = standing_server_block(blueprint, ground.site, plan.blocks)
    ground.server_block = apart if stands is None else stands
    edge, tops, each = _edge_and_tops(ground, access, per_peer, servers, share)
    return Equipment(access=access, servers=servers, tops=tops, per_peer=per_peer, edge=edge, links_each=each)


def _edge_and_tops(
    ground: Ground, access: AccessChoice, per_peer: int, servers: ServerSwitches, share: float
) -> tuple[EdgePlan, Tops, int]:
    """The edge, the tiers it hangs off and the links from a firewall to each: few links first, the slowest port speed
    that both sides have."""
    failure = None
    for each, least in product(LINKS_EACH, EXIT_SPEEDS):
        try:
            edge = _planned_edge(ground, share, each, least)
            return edge, _tops(ground, access, edge, per_peer, servers, each), each
        except InfeasibleError as exc:
            failure = failure or exc
    raise failure or InfeasibleError(())


def _planned_edge(ground: Ground, share: float, each: int, least_bps: int) -> EdgePlan:
    blueprint = ground.blueprint
    return plan_edge(
        at_site(blueprint.requirements, ground.site),
        blueprint.parameters,
        blueprint.catalog,
        links=ground.plan.pair * each,
        share=share * evened(blueprint.requirements, ground.site),
        least_bps=least_bps,
        tunnels=blueprint.heads.get(ground.site, 0),
        gate=(gate := blueprint.gates.get(ground.site)),
        leaving=outward(blueprint.requirements, ground.site) if gate and gate.lines else None,
        first=leads(blueprint.requirements, ground.site),
    )


def _servers(blueprint: Blueprint, plan: CampusPlan) -> ServerSwitches:
    """The switches for servers and service hosts: the fewest groups of which one type has enough ports."""
    count = plan.general_servers + plan.restricted_servers
    nic = blueprint.requirements.servers.nic_speed_bps if count else GBPS
    spare = blueprint.redundancy.spare_share
    least = access_links(blueprint.requirements)
    failure: InfeasibleError | None = None
    for groups in range(1, MAX_SERVER_GROUPS + 1):
        ports = (
            ceil(ceil(count / groups) * blueprint.growth * (1 + spare))
            + SERVICE_HOSTS
            + published_hosts(blueprint, plan.site.id)
        )
        ceiling = blueprint.parameters.oversubscription.access
        per_peer = max(least, uplinks(ports * nic, UPLINK_BPS * plan.pair, ceiling, least=1))
        try:
            kind = choose_server_switch(blueprint, ports, nic, per_peer * plan.pair, MANAGEMENT_PORTS)
        except InfeasibleError as exc:
            failure = failure or exc
            continue
        return ServerSwitches(kind, groups, nic, per_peer)
    raise failure or InfeasibleError(())


def _tops(
    ground: Ground, access: AccessChoice, edge: EdgePlan, per_peer: int, servers: ServerSwitches, each: int
) -> Tops:
    """Core and distribution types, with the links between them."""
    plan = ground.plan
    below = {
        block: sum(access.counts[unit.name] for unit in plan.of_block(block)) * per_peer
        for block in range(ground.block_count)
    }
    below[ground.server_block] += plan.pair * servers.groups * servers.per_peer
    if plan.archetype is Archetype.THREE_TIER:
        return _two_tops(ground, max(below.values()), edge, each)
    wanted = PortNeed(ceil(sum(below.values()) * RESERVE), UPLINK_BPS, PortUse.DOWNLINK)
    ports = [wanted, *_controller_ports(ground), *_exit_ports(edge, each)]
    core, peer_bps = _top(ground, Role.CORE, ports)
    explain_top(ground.blueprint, Role.CORE, core, ports)
    return Tops(core.kind, peer_bps)


def _two_tops(ground: Ground, below: int, edge: EdgePlan, each: int) -> Tops:
    """Distribution and core joined by the fewest and slowest links that keep the ceiling and that fibre carries."""
    blueprint, plan = ground.blueprint, ground.plan
    failure: InfeasibleError | None = None
    for speed, count in _ladder(blueprint, below * UPLINK_BPS, plan.pair):
        up = PortNeed(plan.pair * count, speed, PortUse.UPLINK)
        down = PortNeed(ceil(ground.block_count * plan.pair * count * RESERVE) + 1, speed, PortUse.DOWNLINK)
        wanted = PortNeed(ceil(below * RESERVE), UPLINK_BPS, PortUse.DOWNLINK)
        lower = [wanted, *_controller_ports(ground), up]
        upper = [down, *_exit_ports(edge, each)]
        try:
            distribution, low_bps = _top(ground, Role.DISTRIBUTION, lower)
            core, high_bps = _top(ground, Role.CORE, upper)
        except InfeasibleError as exc:
            failure = failure or exc
            continue
        if _joined(distribution.kind, core.kind, speed):
            explain_top(blueprint, Role.DISTRIBUTION, distribution, lower)
            explain_top(blueprint, Role.CORE, core, upper)
            return Tops(core.kind, high_bps, distribution.kind, low_bps, speed, count)
    raise failure or InfeasibleError(())


def _ladder(blueprint: Blueprint, below_bps: int, cores: int) -> list[tuple[int, int]]:
    """Speeds of links, and how many to each core, that carry enough, also with one lost; the smallest first."""
    ceiling = blueprint.parameters.oversubscription
    speeds = [gbps * GBPS for gbps in blueprint.parameters.campus.uplink_speeds_gbps]
    offers = [
        (speed, count)
        for speed in speeds
        for count in UPLINK_COUNTS
        if speed >= block_uplink_bps(below_bps, ceiling.distribution, links=cores * count)
        and (
            cores * count == 1
            or speed
            >= block_uplink_bps(below_bps, ceiling.distribution * ceiling.failed_factor, links=cores * count - 1)
        )
    ]
    return sorted(offers or [(speeds[-1], UPLINK_COUNTS[-1])], key=lambda one: (one[0] * one[1], one[1]))


def _joined(lower: DeviceType, upper: DeviceType, speed_bps: int) -> bool:
    """Whether a fibre between buildings joins the next ports of the two types."""
    a = PortBank(PortTable(lower)).take(speed_bps, PortUse.UPLINK)
    b = PortBank(PortTable(upper)).take(speed_bps, PortUse.DOWNLINK)
    return a is not None and b is not None and joinable(a, b, speed_bps, BETWEEN_BUILDINGS_M)


def _top(ground: Ground, role: Role, ports: list[PortNeed]) -> tuple[Choice, int]:
    double = ground.plan.pair == 2
    return choose_top(ground.blueprint, role, ports, double=double, multihoming=ground.fabric)


def _exit_ports(edge: EdgePlan, each: int) -> list[PortNeed]:
    """Ports for firewalls and edge routers, and some of either speed for the keepalive, whichever it takes."""
    return [
        PortNeed(edge.firewalls * each + 1, edge.firewall_port_bps, PortUse.DOWNLINK),
        PortNeed(edge.routers + 2, edge.router_port_bps, PortUse.DOWNLINK),
        *((PortNeed(edge.wan.routers, edge.wan.port_bps, PortUse.DOWNLINK),) if edge.wan else ()),
        *((PortNeed(edge.gate.routers, edge.gate.port_bps, PortUse.DOWNLINK),) if edge.gate else ()),
    ]


def _controller_ports(ground: Ground) -> list[PortNeed]:
    radios = ground.radios
    if radios is None or radios.controller is None:
        return []
    return [PortNeed(radios.controllers, controller_port_bps(radios.controller), PortUse.DOWNLINK)]


def explain_access(blueprint: Blueprint, plan: CampusPlan, access: AccessChoice) -> None:
    first = plan.units[0]
    blueprint.decide(
        f"How many access switches does {plan.site.id} need?",
        f"{sum(access.counts.values())} x {access.kind.sku}",
        formula="per closet ceil(((users + devices) * g * (1 + spare) + access points) / ports per switch), more where "
        "the power budget asks",
        inputs={
            "closets": len(plan.units),
            "users per closet": first.serves.users,
            "devices per closet": first.serves.devices + first.serves.terminals,
            "access points per closet": first.serves.access_points,
            "g": f"{blueprint.growth:.3f}",
            "spare": blueprint.redundancy.spare_share,
            "ports per switch": access_ports(access.kind),
        },
        result=sum(access.counts.values()),
        alternatives=access.refused,
        fields=("users", "sites", "expected_growth_rate", "scalability_horizon_years", "redundancy"),
        source="policy parameters campus and redundancy; IEEE 802.3bt",
    )
