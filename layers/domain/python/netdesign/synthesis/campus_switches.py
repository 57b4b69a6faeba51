"""The switches of a campus site: chosen, counted, placed, and joined to the tier above."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.inventory import Device, HaGroup, HaMode
from netdesign.model.vocabulary import Archetype, LinkPurpose, Redundancy, Role, ServiceClass
from netdesign.synthesis.blueprint import Blueprint
from netdesign.synthesis.campus_equipment import (
    GBPS,
    UPLINK_BPS,
    AccessChoice,
    access_ports,
    choose_access,
    choose_radios,
    choose_server_switch,
    choose_top,
    controller_port_bps,
    explain_top,
    fabric_wanted,
)
from netdesign.synthesis.campus_ground import Ground, closet_rack, closet_room
from netdesign.synthesis.campus_plan import CampusPlan
from netdesign.synthesis.campus_sizing import block_uplink_bps, uplinks
from netdesign.synthesis.edge_sizing import EdgePlan, plan_edge
from netdesign.synthesis.cabling import joinable
from netdesign.synthesis.pairs import Pair, feeds
from netdesign.synthesis.port_bank import PortBank, PortTable
from netdesign.synthesis.selection import Choice, PortNeed

SERVICE_HOSTS = 2
PUBLISHED_HOSTS = 2
MANAGEMENT_PORTS = 8
"""Ports that the server switches keep for management of firewalls, routers and controllers."""
UPLINK_LADDER = tuple(speed * GBPS for speed in (10, 25, 40, 100))
RESERVE = 1.15
BETWEEN_BUILDINGS_M = 400.0


@dataclass(frozen=True, slots=True)
class Equipment:
    """All types and counts of a site's switches."""

    access: AccessChoice
    server_kind: DeviceType
    server_switches: int
    server_nic_bps: int
    service_nic_bps: int
    core: DeviceType
    core_peer_bps: int
    distribution: DeviceType | None
    distribution_peer_bps: int
    block_uplink_bps: int
    per_peer: int
    server_per_peer: int
    edge: EdgePlan


def published_hosts(blueprint: Blueprint) -> int:
    """Hosts in the DMZ: for published services, and as gateways of remote users."""
    asked = blueprint.requirements
    return PUBLISHED_HOSTS if asked.internet_facing or asked.remote_users else 0


def equip(ground: Ground, share: float) -> Equipment:
    """Choose every type; `share` is the site's part of all demand."""
    blueprint, plan = ground.blueprint, ground.plan
    total = sum(unit.serves.access_points for unit in plan.units)
    ground.radios = choose_radios(blueprint, total)
    per_peer = 2 if blueprint.requirements.redundancy is Redundancy.CRITICAL else 1
    up = per_peer * plan.pair
    access = choose_access(blueprint, plan, plan.units, ground.radios, up)
    _explain_access(blueprint, plan, access)
    nic, service_nic, server_kind, server_per_peer = _servers(blueprint, plan)
    edge = plan_edge(blueprint.requirements, blueprint.parameters, blueprint.catalog, links=plan.pair, share=share)
    tops = _tops(ground, access, edge, per_peer, server_per_peer)
    return Equipment(
        access=access,
        server_kind=server_kind,
        server_switches=plan.pair,
        server_nic_bps=nic,
        service_nic_bps=service_nic,
        core=tops[0][0],
        core_peer_bps=tops[0][1],
        distribution=tops[1][0] if tops[1] else None,
        distribution_peer_bps=tops[1][1] if tops[1] else 0,
        block_uplink_bps=tops[2],
        per_peer=per_peer,
        server_per_peer=server_per_peer,
        edge=edge,
    )


def _servers(blueprint: Blueprint, plan: CampusPlan) -> tuple[int, int, DeviceType, int]:
    """NIC speeds of servers and of service hosts, the switch that takes both, and its uplinks to each peer."""
    count = plan.general_servers + plan.restricted_servers
    nic = blueprint.requirements.servers.nic_speed_bps if count else GBPS
    spare = blueprint.redundancy.spare_share
    ports = ceil(count * blueprint.growth * (1 + spare)) + SERVICE_HOSTS + published_hosts(blueprint)
    per_peer = uplinks(ports * nic, UPLINK_BPS * plan.pair, blueprint.parameters.oversubscription.access, least=1)
    per_peer = max(per_peer, 2 if blueprint.requirements.redundancy is Redundancy.CRITICAL else 1)
    kind = choose_server_switch(blueprint, ports + MANAGEMENT_PORTS, nic, per_peer * plan.pair)
    return nic, nic, kind, per_peer


def _tops(
    ground: Ground, access: AccessChoice, edge: EdgePlan, per_peer: int, server_per_peer: int
) -> tuple[tuple[DeviceType, int], tuple[DeviceType, int] | None, int]:
    """Core and distribution types with their peer speeds, and the speed between the tiers."""
    plan = ground.plan
    below = {
        block: sum(access.counts[unit.name] for unit in plan.of_block(block)) * per_peer for block in range(plan.blocks)
    }
    below[0] += plan.pair * server_per_peer
    if plan.archetype is Archetype.THREE_TIER:
        return _two_tops(ground, max(below.values()), edge)
    wanted = PortNeed(ceil(sum(below.values()) * RESERVE), UPLINK_BPS, PortUse.DOWNLINK)
    ports = [wanted, *_controller_ports(ground), *_exit_ports(edge)]
    core, peer_bps = _top(ground, Role.CORE, ports)
    explain_top(ground.blueprint, Role.CORE, core, ports)
    return (core.kind, peer_bps), None, 0


def _two_tops(
    ground: Ground, below: int, edge: EdgePlan
) -> tuple[tuple[DeviceType, int], tuple[DeviceType, int] | None, int]:
    """Distribution and core joined at the slowest speed that keeps the ceiling and that a fibre between them carries."""
    blueprint, plan = ground.blueprint, ground.plan
    ceiling = blueprint.parameters.oversubscription.distribution
    least = block_uplink_bps(below * UPLINK_BPS, ceiling, links=plan.pair)
    failure: InfeasibleError | None = None
    for speed in [one for one in UPLINK_LADDER if one >= least] or UPLINK_LADDER[-1:]:
        up = PortNeed(plan.pair, speed, PortUse.UPLINK)
        down = PortNeed(ceil(plan.blocks * plan.pair * RESERVE) + 1, speed, PortUse.DOWNLINK)
        wanted = PortNeed(ceil(below * RESERVE), UPLINK_BPS, PortUse.DOWNLINK)
        lower = [wanted, *_controller_ports(ground), up]
        upper = [down, *_exit_ports(edge)]
        try:
            distribution, low_bps = _top(ground, Role.DISTRIBUTION, lower)
            core, high_bps = _top(ground, Role.CORE, upper)
        except InfeasibleError as exc:
            failure = failure or exc
            continue
        if _joined(distribution.kind, core.kind, speed):
            explain_top(blueprint, Role.DISTRIBUTION, distribution, lower)
            explain_top(blueprint, Role.CORE, core, upper)
            return (core.kind, high_bps), (distribution.kind, low_bps), speed
    raise failure or InfeasibleError(())


def _joined(lower: DeviceType, upper: DeviceType, speed_bps: int) -> bool:
    """Whether a fibre between buildings joins the next ports of the two types."""
    a = PortBank(PortTable(lower)).take(speed_bps, PortUse.UPLINK)
    b = PortBank(PortTable(upper)).take(speed_bps, PortUse.DOWNLINK)
    return a is not None and b is not None and joinable(a, b, speed_bps, BETWEEN_BUILDINGS_M)


def _top(ground: Ground, role: Role, ports: list[PortNeed]) -> tuple[Choice, int]:
    double = ground.plan.pair == 2
    return choose_top(ground.blueprint, role, ports, double=double, multihoming=fabric_wanted(ground.blueprint))


def _exit_ports(edge: EdgePlan) -> list[PortNeed]:
    """Ports for firewalls and edge routers, and one for the keepalive of the pair."""
    return [
        PortNeed(edge.firewalls, edge.firewall_port_bps, PortUse.DOWNLINK),
        PortNeed(edge.routers, edge.router_port_bps, PortUse.DOWNLINK),
        PortNeed(1, UPLINK_BPS, PortUse.DOWNLINK),
    ]


def _controller_ports(ground: Ground) -> list[PortNeed]:
    radios = ground.radios
    if radios is None or radios.controller is None:
        return []
    return [PortNeed(radios.controllers, controller_port_bps(radios.controller), PortUse.DOWNLINK)]


def place_switches(ground: Ground, equipment: Equipment) -> None:
    """Core, distribution, access and server switches, controllers and access points, each in its rack or room."""
    blueprint, plan = ground.blueprint, ground.plan
    cores = _group(ground, Role.CORE, equipment.core, 1, None)
    ground.core = Pair(cores)
    for block in range(plan.blocks):
        if equipment.distribution is None:
            continue
        building = plan.of_block(block)[0].building
        ground.blocks[block] = Pair(
            _group(ground, Role.DISTRIBUTION, equipment.distribution, building, f"{ground.site}-block{block + 1}")
        )
    for unit in plan.units:
        ground.access[unit.name] = tuple(
            blueprint.device(
                Role.ACCESS,
                ground.site,
                equipment.access.kind,
                rack=closet_rack(ground, unit),
                block=f"{ground.site}-block{unit.block + 1}",
            )
            for _ in range(equipment.access.counts[unit.name])
        )
    ground.server_switches = tuple(
        blueprint.device(
            Role.ACCESS,
            ground.site,
            equipment.server_kind,
            rack=ground.racks[1][at % len(ground.racks[1])],
            stem="srv",
            block=f"{ground.site}-servers",
            criticality=ServiceClass.GOLD,
            **feeds(equipment.server_kind, at),
        )
        for at in range(equipment.server_switches)
    )
    _place_wireless(ground)


def _group(ground: Ground, role: Role, kind: DeviceType, building: int, block: str | None) -> tuple[Device, ...]:
    """One or two like switches in racks apart."""
    racks = ground.racks[building]
    return tuple(
        ground.blueprint.device(
            role,
            ground.site,
            kind,
            rack=racks[at % len(racks)],
            block=block,
            criticality=ServiceClass.GOLD,
            **feeds(kind, at),
        )
        for at in range(ground.plan.pair)
    )


def _place_wireless(ground: Ground) -> None:
    """Access points in the area of their closet, controllers beside the core."""
    blueprint, radios = ground.blueprint, ground.radios
    if radios is None:
        return
    for unit in ground.plan.units:
        ground.access_points[unit.name] = tuple(
            blueprint.device(
                Role.ACCESS_POINT,
                ground.site,
                radios.kind,
                room=closet_room(ground, unit),
                block=f"{ground.site}-block{unit.block + 1}",
            )
            for _ in range(unit.serves.access_points)
        )
    if radios.controller is None:
        return
    group = f"{ground.site}-controllers"
    ground.controllers = tuple(
        blueprint.device(
            Role.WIRELESS_CONTROLLER,
            ground.site,
            radios.controller,
            rack=ground.racks[1][at % len(ground.racks[1])],
            ha_group=group,
            criticality=ServiceClass.GOLD,
            **feeds(radios.controller, at),
        )
        for at in range(radios.controllers)
    )
    members = tuple(device.id for device in ground.controllers)
    blueprint.add(HaGroup(id=group, mode=HaMode.ACTIVE_STANDBY, members=members, state_sync=True))


def _explain_access(blueprint: Blueprint, plan: CampusPlan, access: AccessChoice) -> None:
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
