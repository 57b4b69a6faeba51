"""A campus fabric: routed access, EBGP on every link for underlay and EVPN, gateways on the access switches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netdesign.catalog.ports import PortUse
from netdesign.model.addressing import VirtualGateway
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.routing import RoutingProcess
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode, RoutingProtocol
from netdesign.synthesis.campus.core import duct_risks, top_of
from netdesign.synthesis.campus.ground import Ground
from netdesign.synthesis.campus.radios import UPLINK_BPS
from netdesign.synthesis.campus.tiers import Equipment
from netdesign.synthesis.datacenter.clos_overlay import process_id, sessions, vlan_overlay, zone_overlay, zone_process
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint

FIRST_ASN = 4_210_000_000
ASN_PER_BLOCK = 1_000
ASN_PER_SITE = 100 * ASN_PER_BLOCK
WIDTH = 8


def build_fabric(ground: Ground, equipment: Equipment, zones: Sequence[str]) -> None:
    """Join all tiers with routed links and lay the VLANs and tables of all zones over them."""
    blueprint = ground.blueprint
    asns = autonomous_systems(ground)
    edges = [switch for unit in ground.plan.units for switch in ground.access[unit.name]]
    edges += ground.server_switches
    for device in (*ground.core.devices, *_distribution(ground), *edges):
        _process(blueprint, device, asns[device.id])
    sessions(blueprint, _links(ground, equipment), asns)
    zone_overlay(blueprint, zones)
    for unit in ground.plan.units:
        _serve(blueprint, ground.unit_vlans(unit), ground.access[unit.name])
    _serve(blueprint, ground.server_vlans(), ground.server_switches)
    for device in edges:
        blueprint.add(
            SpanningTree(id=f"{device.id}:stp", device=device.id, mode=SpanningTreeMode.RSTP, priority=32_768)
        )
    _explain(blueprint, ground)


def autonomous_systems(ground: Ground) -> dict[str, int]:
    """One number for the cores, one for the distribution of each block, one for each access switch; no two sites
    share any."""
    sites = [site.id for site in ground.blueprint.requirements.sites]
    first = FIRST_ASN + sites.index(ground.site) * ASN_PER_SITE
    found = {device.id: first for device in ground.core.devices}
    for block in range(ground.block_count):
        base = first + (block + 1) * ASN_PER_BLOCK
        for device in ground.blocks[block].devices if block in ground.blocks else ():
            found[device.id] = base
        units = ground.plan.of_block(block)
        switches = [switch for unit in units for switch in ground.access[unit.name]]
        switches += ground.server_switches if block == ground.server_block else ()
        found |= {switch.id: base + at for at, switch in enumerate(switches, start=1)}
    return found


def _distribution(ground: Ground) -> list[Device]:
    return [device for pair in ground.blocks.values() for device in pair.devices]


def _process(blueprint: Blueprint, device: Device, asn: int) -> None:
    """The BGP process of a switch, which originates its loopbacks alone; even distribution has a tunnel endpoint,
    since its management address lies in the management table."""
    loopback = blueprint.loopback(device)
    tunnel = blueprint.change(blueprint.vtep(device), mtu_bytes=_mtu(blueprint))
    own = (*loopback.addresses, *tunnel.addresses)
    blueprint.add(
        RoutingProcess(
            id=process_id(device.id),
            device=device.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].partition("/")[0],
            asn=asn,
            max_paths=WIDTH,
            multipath_relax=True,
            networks=own,
        )
    )


def _links(ground: Ground, equipment: Equipment) -> Iterable[Link]:
    """Every routed link of the fabric, addressed; made as it is asked for."""
    blueprint = ground.blueprint
    for unit in ground.plan.units:
        risks = duct_risks(ground, unit.building) if not ground.blocks else ()
        for switch in ground.access[unit.name]:
            yield from _up(blueprint, switch, top_of(ground, unit).devices, UPLINK_BPS, equipment.per_peer, risks)
    top = ground.server_top.devices
    for switch in ground.server_switches:
        yield from _up(blueprint, switch, top, UPLINK_BPS, equipment.servers.per_peer, (), use=None)
    for block, pair in ground.blocks.items():
        risks = duct_risks(ground, ground.building_of(block))
        for device in pair.devices:
            yield from _up(
                blueprint, device, ground.core.devices, equipment.tops.uplink_bps, equipment.tops.uplinks, risks
            )
    if ground.core.double:
        a, b = ground.core.devices
        speed = equipment.tops.core_peer_bps
        for link in blueprint.connect(
            a,
            b,
            speed,
            LinkPurpose.PEER,
            count=2,
            use_a=PortUse.UPLINK,
            use_b=PortUse.UPLINK,
            mtu_bytes=_mtu(blueprint),
        ):
            blueprint.point_to_point(link)
            yield link


def _up(  # noqa: PLR0917 - a link's two ends and what it is
    blueprint: Blueprint,
    device: Device,
    tops: Sequence[Device],
    speed_bps: int,
    count: int,
    risks: Sequence[tuple[str, ...]],
    use: PortUse | None = PortUse.UPLINK,
) -> Iterable[Link]:
    """Routed links from a switch to each of the tier above."""
    for at, top in enumerate(tops):
        for link in blueprint.connect(
            device,
            top,
            speed_bps,
            LinkPurpose.FABRIC,
            count=count,
            use_a=use,
            use_b=PortUse.DOWNLINK,
            srlgs=risks[at % len(risks)] if risks else (),
            mode=PortMode.ROUTED,
            mtu_bytes=_mtu(blueprint),
        ):
            blueprint.point_to_point(link)
            yield link


def _mtu(blueprint: Blueprint) -> int:
    return blueprint.parameters.fabric.underlay_mtu_bytes


def _serve(blueprint: Blueprint, vlans: Iterable[Vlan], switches: Sequence[Device]) -> None:
    """VLANs with the same gateway on each of their switches, a segment of the overlay each, and the zones' tables."""
    for vlan in vlans:
        blueprint.define_vlan(vlan, *(device.id for device in switches))
        for device in switches:
            blueprint.svi(device, vlan, gateway=VirtualGateway.ANYCAST)
            zone_process(blueprint, device, vlan.zone or "")
        vlan_overlay(blueprint, vlan)


def exit_zone(blueprint: Blueprint, ground: Ground, vlan: Vlan) -> None:
    """The overlay segment of a VLAN between the borders, and the way out of its zone."""
    vlan_overlay(blueprint, vlan)
    if vlan.zone is not None and vlan.vrf != UNDERLAY:
        for device in ground.core.devices:
            zone_process(blueprint, device, vlan.zone, exit_to=True)


def _explain(blueprint: Blueprint, ground: Ground) -> None:
    blueprint.decide(
        f"How are the zones of {ground.site} kept apart and carried?",
        "a table for each zone over VXLAN with EVPN, gateways on the access switches, exits at the cores",
        formula="one layer-3 segment a zone, one layer-2 segment a VLAN; EBGP on each link",
        inputs={"sdn_required": blueprint.requirements.sdn_required, "cores": len(ground.core.devices)},
        alternatives=(("spanning tree with bundles", "the requirements ask for a software-defined campus"),),
        fields=("network_type", "sdn_required"),
        source="RFC 7348, RFC 7432, RFC 7938",
    )
