"""A switched campus: bundles to MLAG pairs, spanning tree, gateways on the pairs, OSPF or IS-IS between the tiers."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.catalog.ports import PortUse
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.routing import IgpInterface, Redistribution, RoutingProcess
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, Role, RoutingProtocol
from netdesign.synthesis.campus.ground import Ground
from netdesign.synthesis.campus.radios import UPLINK_BPS
from netdesign.synthesis.campus.tiers import Equipment
from netdesign.synthesis.datacenter.management import join_pair
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint, zone_vrf
from netdesign.synthesis.draft.pairs import Pair, allow_on_peer_link, conduits, trunk
from netdesign.synthesis.needs.campus_plan import Unit, igp

ROOT_PRIORITY = 4096
CORE_AREA = "0.0.0.0"  # noqa: S104 - an OSPF area, not an address
LEVEL = "level-2"
"""What every IS-IS interface is in: no campus is too large for one level (RFC 1195)."""
HELLO_MS, DEAD_MS = 1_000, 4_000
REFERENCE_BPS = 400_000_000_000
FIRST_TAG = 2001
"""Tags of the sub-interfaces between the tiers: one for each zone."""


def build_switched(ground: Ground, equipment: Equipment, zones: Sequence[str]) -> None:
    """Join all tiers, make the pairs the gateways of their VLANs, and route between the tiers."""
    blueprint = ground.blueprint
    ground.core = _paired(blueprint, ground.core.devices, equipment.tops.core_peer_bps)
    for block, pair in ground.blocks.items():
        ground.blocks[block] = _paired(blueprint, pair.devices, equipment.tops.distribution_peer_bps)
    for unit in ground.plan.units:
        _join_access(ground, unit, equipment)
    _join_servers(ground, equipment)
    gateways: list[Interface] = []
    for block in range(ground.block_count):
        pair = ground.blocks.get(block, ground.core)
        for vlan in ground.block_vlans(block):
            gateways += add_gateways(blueprint, pair, vlan)
        if ground.blocks:
            allow_on_peer_link(blueprint, pair, tuple(vlan.id for vlan in ground.block_vlans(block)))
    run_spanning_tree(ground)
    if ground.blocks:
        _route_tiers(ground, equipment, zones, gateways)
    else:
        for device in ground.core.devices:
            blueprint.loopback(device)


def _paired(blueprint: Blueprint, devices: tuple[Device, ...], peer_bps: int) -> Pair:
    if len(devices) < 2:
        return Pair(devices)
    return Pair(devices, join_pair(blueprint, devices, peer_bps, f"{devices[0].id}-{devices[1].id}"))


def top_of(ground: Ground, unit: Unit) -> Pair:
    """The pair that a unit's access switches hang off."""
    return ground.blocks.get(unit.block, ground.core)


def _join_access(ground: Ground, unit: Unit, equipment: Equipment) -> None:
    """Bundles from each access switch of a unit to its pair, with the unit's VLANs."""
    blueprint = ground.blueprint
    vlans = tuple(vlan.id for vlan in ground.unit_vlans(unit))
    for vlan in ground.unit_vlans(unit):
        blueprint.define_vlan(vlan, *(device.id for device in ground.access[unit.name]))
    risks = duct_risks(ground, unit.building)
    for switch in ground.access[unit.name]:
        trunk(
            blueprint,
            switch,
            top_of(ground, unit),
            UPLINK_BPS,
            LinkPurpose.UPLINK,
            per_peer=equipment.per_peer,
            use=(PortUse.UPLINK, PortUse.DOWNLINK),
            srlgs=risks if not ground.blocks else (),
            vlans=vlans,
        )


def duct_risks(ground: Ground, building: int) -> tuple[tuple[str, ...], ...]:
    """Ducts that the cables of a building take to the main one; none within that."""
    if building == 1:
        return ()
    return conduits(ground.blueprint, ground.site, f"b{building}", diverse=ground.plan.pair > 1)


def _join_servers(ground: Ground, equipment: Equipment) -> None:
    """Bundles from the server switches to the pair of the first block."""
    blueprint, pair = ground.blueprint, ground.server_top
    vlans = ground.server_vlans()
    for switch in ground.server_switches:
        for vlan in vlans:
            blueprint.define_vlan(vlan, switch.id)
        trunk(
            blueprint,
            switch,
            pair,
            UPLINK_BPS,
            LinkPurpose.UPLINK,
            per_peer=equipment.servers.per_peer,
            use=(None, PortUse.DOWNLINK),
            vlans=tuple(vlan.id for vlan in vlans),
        )


def add_gateways(blueprint: Blueprint, pair: Pair, vlan: Vlan) -> list[Interface]:
    """The gateway of a VLAN: VRRP on a pair, the first member ahead, as it is the root of the spanning tree."""
    return [
        blueprint.svi(
            device,
            vlan,
            gateway=VirtualGateway.VRRP if pair.double else VirtualGateway.NONE,
            host=at + 2 if pair.double else 1,
            priority=110 - 10 * at if pair.double else None,
        )
        for at, device in enumerate(pair.devices)
    ]


def run_spanning_tree(ground: Ground) -> None:
    """Rapid spanning tree on every switch, rooted at the pair of its block."""
    blueprint = ground.blueprint
    roots = {
        device.id: ROOT_PRIORITY * (at + 1)
        for pair in (ground.core, *ground.blocks.values())
        for at, device in enumerate(pair.devices)
    }
    for role in (Role.CORE, Role.DISTRIBUTION, Role.ACCESS):
        for device in blueprint.devices(role, ground.site):
            blueprint.add(
                SpanningTree(
                    id=f"{device.id}:stp",
                    device=device.id,
                    mode=SpanningTreeMode.RSTP,
                    priority=roots.get(device.id, 32_768),
                )
            )


def _route_tiers(ground: Ground, equipment: Equipment, zones: Sequence[str], gateways: Sequence[Interface]) -> None:
    """OSPF or IS-IS in every table: the backbone between the cores, an area for each block, gateways passive in theirs.

    One core alone has no link to be the backbone: everything is area 0 then.
    """
    blueprint = ground.blueprint
    backbone = CORE_AREA if igp(blueprint.requirements) is RoutingProtocol.OSPF else LEVEL
    for device in ground.core.devices:
        _processes(blueprint, device, zones, backbone, core=True)
    if ground.core.double:
        a, b = ground.core.devices
        _routed_link(blueprint, (a, b), equipment.tops.uplink_bps, LinkPurpose.PEER, zones, backbone)
    area_of = {}
    for block, pair in ground.blocks.items():
        area = f"0.0.0.{block + 1}" if ground.core.double and backbone == CORE_AREA else backbone
        risks = duct_risks(ground, ground.building_of(block))
        for device in pair.devices:
            area_of[device.id] = area
            _processes(blueprint, device, zones, area, core=False)
            for at, core in enumerate(ground.core.devices * equipment.tops.uplinks):
                link = _routed_link(
                    blueprint, (device, core), equipment.tops.uplink_bps, LinkPurpose.UPLINK, zones, area
                )
                blueprint.change(link, srlgs=risks[at % len(risks)] if risks else ())
    for gateway in gateways:
        device = blueprint.get(Device, gateway.device)
        _take_part(blueprint, device, gateway.vrf or UNDERLAY, gateway, area_of[device.id], passive=True)


def _routed_link(
    blueprint: Blueprint,
    ends: tuple[Device, Device],
    speed_bps: int,
    purpose: LinkPurpose,
    zones: Sequence[str],
    area: str,
) -> Link:
    """A routed link with a sub-interface for each zone, all routed."""
    (link,) = blueprint.connect(
        *ends,
        speed_bps,
        purpose,
        use_a=PortUse.DOWNLINK if purpose is LinkPurpose.PEER else PortUse.UPLINK,
        use_b=PortUse.DOWNLINK,
    )
    blueprint.point_to_point(link)
    pairs = [
        (UNDERLAY, (blueprint.interface(link.a.device, link.a.port), blueprint.interface(link.b.device, link.b.port)))
    ]
    for tag, zone in enumerate(zones, start=FIRST_TAG):
        pairs.append((zone_vrf(zone), blueprint.subinterfaces(link, tag, zone_vrf(zone))))
    for vrf, interfaces in pairs:
        for device, interface in zip(ends, interfaces, strict=True):
            _take_part(blueprint, device, vrf, interface, area, passive=False)
    return link


def _processes(blueprint: Blueprint, device: Device, zones: Sequence[str], area: str, *, core: bool) -> None:
    """The protocol in every table of a device; the cores tell the others the default route that leads to the
    firewalls."""
    loopback, protocol = blueprint.loopback(device), igp(blueprint.requirements)
    router_id = loopback.addresses[0].split("/")[0]
    for vrf in (UNDERLAY, *(zone_vrf(zone) for zone in zones)):
        leads = core and vrf != UNDERLAY
        sources = ("connected", "static") if leads else ()
        blueprint.add(
            RoutingProcess(
                id=process_id(device, vrf, protocol),
                device=device.id,
                vrf=vrf,
                protocol=protocol,
                router_id=router_id,
                system_id=system_id(router_id) if protocol is RoutingProtocol.ISIS else None,
                max_paths=4,
                redistribute=tuple(Redistribution(source=source) for source in sources),
                default_originate=leads,
                reference_bandwidth_bps=REFERENCE_BPS,
            )
        )
    _take_part(blueprint, device, UNDERLAY, loopback, area, passive=True)


def system_id(router_id: str) -> str:
    """The IS-IS system id of a router id: its numbers with three digits each, four to a group."""
    digits = "".join(part.zfill(3) for part in router_id.split("."))
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def process_id(device: Device, vrf: str, protocol: RoutingProtocol) -> str:
    """Id of the routing process of a table of a device."""
    return f"{device.id}:{protocol.value}:{vrf}"


def _take_part(
    blueprint: Blueprint, device: Device, vrf: str, interface: Interface, area: str, *, passive: bool
) -> None:
    """An interface in the routing process of its table."""
    speed = interface.speed_bps or REFERENCE_BPS
    process = process_id(device, vrf, igp(blueprint.requirements))
    blueprint.add(
        IgpInterface(
            id=f"{process}:{interface.name}",
            process=process,
            interface=interface.id,
            area=area,
            cost=1 if passive else max(1, REFERENCE_BPS // speed),
            passive=passive,
            hello_ms=HELLO_MS,
            dead_ms=DEAD_MS,
            authentication=None if passive else "hmac-sha-256",
            bfd=not passive,
        )
    )
