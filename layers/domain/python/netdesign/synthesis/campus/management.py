"""How the devices of a campus are reached for management: within the network, or by a network of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from netdesign.catalog.ports import FormFactor, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.inventory import Device, Room
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode, Role, VlanPurpose
from netdesign.synthesis.campus.ground import MANAGED, SERVICES, Ground
from netdesign.synthesis.campus.hosts import point_vlan, server_pairs
from netdesign.synthesis.campus.radios import GBPS, UPLINK_BPS
from netdesign.synthesis.campus.switches import rack_of
from netdesign.synthesis.datacenter.clos_overlay import zone_process
from netdesign.synthesis.datacenter.management import OutOfBand, build_management, manage, route_vlan
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.draft.interface_names import svi_name
from netdesign.synthesis.draft.pairs import Pair, feeds, trunk
from netdesign.synthesis.draft.selection import Needs, PortNeed, select
from netdesign.synthesis.draft.standing import in_order
from netdesign.synthesis.edge.border import route
from netdesign.synthesis.operation.infrastructure import Home

DEVICES_PER_SWITCH = 40
"""Devices that one management switch serves."""
FIRST_CLOSET_VLAN = 20


def out_of_band(blueprint: Blueprint) -> bool:
    """Whether management has a network of its own."""
    return blueprint.posture.management_plane == "out-of-band"


def build_out_of_band(ground: Ground, devices: Sequence[Device]) -> OutOfBand:
    """A routed pair in the main room, and in each building's main room the switches for all devices of the building."""
    blueprint = ground.blueprint
    homes = _by_building(ground, devices)
    counts = {building: ceil(len(some) / DEVICES_PER_SWITCH) for building, some in sorted(homes.items())}
    access = select(
        blueprint.catalog.devices(Role.MANAGEMENT_SWITCH),
        Role.MANAGEMENT_SWITCH,
        Needs(
            ports=(PortNeed(2, UPLINK_BPS, PortUse.UPLINK), PortNeed(DEVICES_PER_SWITCH, GBPS, PortUse.DOWNLINK)),
            features=frozenset({"stp"}),
        ),
        blueprint.requirements,
    ).kind
    ports = (
        PortNeed(sum(counts.values()) + 2, UPLINK_BPS, PortUse.DOWNLINK),
        PortNeed(8, GBPS, PortUse.DOWNLINK),
        PortNeed(2, UPLINK_BPS),
    )
    core = select(
        blueprint.catalog.devices(Role.LEAF),
        Role.LEAF,
        Needs(ports=ports, features=frozenset({"vrf", "stp", "mlag"}), power_supplies=2, refuse=_copper),
        blueprint.requirements,
    ).kind
    network = build_management(blueprint, Hall(ground.site, (), ground.racks[1]), (core, None, 0))
    stands = _standing_switches(ground, network, counts)
    order = sorted(
        ((building, at) for building, count in counts.items() for at in range(max(count, stands.get(building, 0)))),
        key=lambda one: (one[1] >= stands.get(one[0], 0), one),
    )
    switches = {one: _add_switch(ground, network, access, *one) for one in order}
    for building in counts:
        for at, device in enumerate(homes[building]):
            network.of_rack.setdefault(device.rack or "", switches[building, at // DEVICES_PER_SWITCH].id)
    return network


def _standing_switches(ground: Ground, network: OutOfBand, buildings: Iterable[int]) -> dict[int, int]:
    """How many management switches beside the routed ones stand in each building."""
    standing, cores = ground.blueprint.standing, {device.id for device in network.cores}
    rooms = {f"{ground.site}-b{building}": building for building in buildings}
    found: dict[int, int] = {}
    for device in in_order(standing, Role.MANAGEMENT_SWITCH, ground.site):
        room = standing.find(Room, device.room or "")
        if device.id not in cores and room is not None and room.building in rooms:
            found[rooms[room.building]] = found.get(rooms[room.building], 0) + 1
    return found


def _copper(kind: DeviceType) -> str:
    """Why a type does not do between buildings."""
    copper = any(group.form_factor is FormFactor.RJ45 and UPLINK_BPS in group.speeds_bps for group in kind.ports)
    return "has copper ports where fibre is needed" if copper else ""


def _by_building(ground: Ground, devices: Sequence[Device]) -> dict[int, list[Device]]:
    """Devices by the building that they stand in, those of one rack together."""
    blueprint = ground.blueprint
    numbers = {f"{ground.site}-b{unit.building}": unit.building for unit in ground.plan.units}
    found: dict[int, list[Device]] = {}
    for device in sorted(devices, key=lambda one: (one.rack or "", one.id)):
        room = blueprint.floor.rooms[device.room or ""]
        found.setdefault(numbers[room.building], []).append(device)
    return found


def _add_switch(ground: Ground, network: OutOfBand, kind: DeviceType, building: int, at: int) -> Device:
    """A management switch in a main room, bundled to the routed pair, with a VLAN of its own."""
    blueprint = ground.blueprint
    switch = blueprint.device(
        Role.MANAGEMENT_SWITCH, ground.site, kind, rack=rack_of(ground, building, at, kind), **feeds(kind, at)
    )
    network.switches.append(switch)
    number = len(network.switches)
    names = (device.id for device in (*network.cores, switch))
    vlan = blueprint.vlan(
        ground.site,
        FIRST_CLOSET_VLAN + number,
        f"management-switch-{number}",
        VlanPurpose.MANAGEMENT,
        MANAGEMENT,
        *names,
    )
    blueprint.host_subnet(vlan, DEVICES_PER_SWITCH + 2)
    route_vlan(blueprint, network, vlan)
    network.vlans[switch.id] = vlan
    blueprint.add(SpanningTree(id=f"{switch.id}:stp", device=switch.id, mode=SpanningTreeMode.RSTP, priority=32_768))
    trunk(
        blueprint,
        switch,
        Pair(tuple(network.cores), network.mlag),
        UPLINK_BPS,
        LinkPurpose.MANAGEMENT,
        per_peer=1 if network.mlag else 2,
        use=(PortUse.UPLINK, PortUse.DOWNLINK),
        vlans=(vlan.id,),
    )
    network.left[switch.id] = blueprint.free_ports(switch, GBPS, PortUse.DOWNLINK)
    svi = blueprint.svi(switch, vlan)
    blueprint.change(svi, addresses=blueprint.next_addresses(blueprint.nets(vlan), of=svi.id))
    for net in blueprint.nets(vlan):
        route(blueprint, switch, MANAGEMENT, "::/0" if net.six else "0.0.0.0/0", net.address(1))
    return switch


def manage_out_of_band(ground: Ground, network: OutOfBand, devices: Sequence[Device]) -> None:
    """Join the management port of every device to the switch of its closet or main room."""
    manage(ground.blueprint, network, devices)


def manage_in_band(ground: Ground, devices: Sequence[Device]) -> None:
    """Addresses in the management table for switches, and ports of the server switches for the other devices."""
    blueprint = ground.blueprint
    for unit in ground.plan.units:
        vlan = ground.vlans[MANAGED.name, unit.name]
        for switch in ground.access[unit.name]:
            address_switch(ground, switch, vlan)
    vlan = ground.vlans[MANAGED.name, ""]
    for switch in ground.server_switches:
        address_switch(ground, switch, vlan)
    for at, device in enumerate(devices):
        switch = ground.server_switches[at % len(ground.server_switches)]
        plug_in(blueprint, device, switch, vlan)
    if ground.fabric:
        for pair in (ground.core, *ground.blocks.values()):
            for device in pair.devices:
                _overlay_address(ground, device)


def address_switch(ground: Ground, switch: Device, vlan: Vlan) -> None:
    """The switch's own address in its management VLAN; a switch that routes keeps its gateway besides."""
    blueprint = ground.blueprint
    nets = blueprint.nets(vlan)
    if ground.fabric:
        svi = blueprint.interface(switch, svi_name(blueprint.kind(switch), vlan.number))
        blueprint.change(svi, addresses=blueprint.next_addresses(nets, of=svi.id))
        return
    svi = blueprint.svi(switch, vlan)
    blueprint.change(svi, addresses=blueprint.next_addresses(nets, of=svi.id))
    for net in nets:
        route(blueprint, switch, MANAGEMENT, "::/0" if net.six else "0.0.0.0/0", net.address(1))


def plug_in(blueprint: Blueprint, device: Device, switch: Device, vlan: Vlan) -> None:
    """The management port of a device on a server switch."""
    kind = blueprint.kind(device)
    own = PortUse.MANAGEMENT if any(group.use is PortUse.MANAGEMENT for group in kind.ports) else None
    (link,) = blueprint.connect(device, switch, GBPS, LinkPurpose.MANAGEMENT, use_a=own, use_b=PortUse.DOWNLINK)
    blueprint.change(blueprint.interface(switch, link.b.port), mode=PortMode.ACCESS, vlan=vlan.id)
    nets, plug = blueprint.nets(vlan), blueprint.interface(device, link.a.port)
    blueprint.change(
        plug,
        vrf=MANAGEMENT,
        mode=PortMode.ROUTED,
        addresses=blueprint.next_addresses(nets, of=plug.id),
    )
    for net in nets:
        route(blueprint, device, MANAGEMENT, "::/0" if net.six else "0.0.0.0/0", net.address(1))


def _overlay_address(ground: Ground, device: Device) -> None:
    """A loopback in the management table of a fabric switch that serves no endpoints."""
    blueprint = ground.blueprint
    blueprint.loopback(device, 2, vrf=MANAGEMENT)
    zone_process(blueprint, device, MANAGEMENT)


def join_controllers(ground: Ground) -> None:
    """Bundles from the controllers to the switches, in the VLAN of the access points; heartbeats between them."""
    blueprint = ground.blueprint
    if not ground.controllers:
        return
    vlan = point_vlan(ground, "")
    pair = Pair(server_pairs(ground)[0]) if ground.fabric else ground.server_top
    speed = _controller_bps(blueprint, ground.controllers[0])
    for controller in ground.controllers:
        blueprint.define_vlan(vlan, controller.id)
        trunk(blueprint, controller, pair, speed, LinkPurpose.ATTACHMENT, vlans=(vlan.id,))
    a, b = ground.controllers[0], ground.controllers[1]
    blueprint.connect(a, b, speed, LinkPurpose.HEARTBEAT, count=2)


def _controller_bps(blueprint: Blueprint, controller: Device) -> int:
    for speed in (GBPS, UPLINK_BPS):
        if blueprint.free_ports(controller, speed) >= 4:
            return speed
    return GBPS


def service_homes(ground: Ground, network: OutOfBand | None) -> tuple[Home, ...]:
    """Where the service instances live."""
    blueprint = ground.blueprint
    vlan = ground.vlans[SERVICES.name, ""]
    devices = tuple(network.cores) if network else server_pairs(ground)[0]
    return (Home(blueprint.nets(vlan), devices),)
