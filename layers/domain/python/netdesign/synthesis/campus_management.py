"""How the devices of a campus are reached for management: within the network, or by a network of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.model.inventory import Device
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode, Role
from netdesign.synthesis.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.campus_equipment import GBPS, UPLINK_BPS
from netdesign.synthesis.campus_ground import MANAGED, SERVICES, Ground, closet_rack
from netdesign.synthesis.campus_hosts import point_vlan
from netdesign.synthesis.clos_overlay import zone_process
from netdesign.synthesis.datacenter_hall import Hall
from netdesign.synthesis.datacenter_management import OutOfBand, build_management, manage
from netdesign.synthesis.edge import route
from netdesign.synthesis.infrastructure import Home
from netdesign.synthesis.interface_names import svi_name
from netdesign.synthesis.pairs import Pair, trunk
from netdesign.synthesis.selection import Needs, PortNeed, select


def out_of_band(blueprint: Blueprint) -> bool:
    """Whether management has a network of its own."""
    return blueprint.posture.management_plane == "out-of-band"


def build_out_of_band(ground: Ground) -> OutOfBand:
    """A management switch in every closet and a routed pair in the main room."""
    blueprint, plan = ground.blueprint, ground.plan
    closets = tuple(dict.fromkeys(closet_rack(ground, unit) for unit in plan.units))
    mains = tuple(rack for racks in ground.racks.values() for rack in racks)
    count = len(closets) + len(mains)
    access = select(
        blueprint.catalog.devices(Role.MANAGEMENT_SWITCH),
        Role.MANAGEMENT_SWITCH,
        Needs(
            ports=(PortNeed(2, UPLINK_BPS, PortUse.UPLINK), PortNeed(16, GBPS, PortUse.DOWNLINK)),
            features=frozenset({"stp"}),
        ),
        blueprint.requirements,
    ).kind
    core = select(
        blueprint.catalog.devices(Role.LEAF),
        Role.LEAF,
        Needs(
            ports=(
                PortNeed(ceil(count * 1.2) + 8, UPLINK_BPS, PortUse.DOWNLINK),
                PortNeed(8, GBPS, PortUse.DOWNLINK),
                PortNeed(2, 100 * GBPS, PortUse.UPLINK),
            ),
            features=frozenset({"vrf", "stp", "mlag"}),
            power_supplies=2,
        ),
        blueprint.requirements,
    ).kind
    hall = Hall(ground.site, closets, mains)
    return build_management(blueprint, hall, (core, access, count))


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
        blueprint.change(svi, addresses=blueprint.next_addresses(nets))
        return
    svi = blueprint.svi(switch, vlan)
    blueprint.change(svi, addresses=blueprint.next_addresses(nets))
    for net in nets:
        route(blueprint, switch, MANAGEMENT, "::/0" if net.six else "0.0.0.0/0", net.address(1))


def plug_in(blueprint: Blueprint, device: Device, switch: Device, vlan: Vlan) -> None:
    """The management port of a device on a server switch."""
    kind = blueprint.kind(device)
    own = PortUse.MANAGEMENT if any(group.use is PortUse.MANAGEMENT for group in kind.ports) else None
    (link,) = blueprint.connect(device, switch, GBPS, LinkPurpose.MANAGEMENT, use_a=own, use_b=PortUse.DOWNLINK)
    blueprint.change(blueprint.interface(switch, link.b.port), mode=PortMode.ACCESS, vlan=vlan.id)
    nets = blueprint.nets(vlan)
    blueprint.change(
        blueprint.interface(device, link.a.port),
        vrf=MANAGEMENT,
        mode=PortMode.ROUTED,
        addresses=blueprint.next_addresses(nets),
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
    pair = Pair(ground.server_switches) if ground.fabric else ground.blocks.get(0, ground.core)
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
    devices = tuple(network.cores) if network else ground.server_switches
    return (Home(blueprint.nets(vlan), devices),)
