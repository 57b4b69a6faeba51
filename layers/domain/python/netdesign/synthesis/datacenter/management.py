"""The out-of-band network of a data centre: a routed pair, switches by rack, a port for each device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import ConflictError
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.cabling import Lag, Link, Mlag
from netdesign.model.inventory import Device
from netdesign.model.routing import StaticRoute
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode, Redundancy, Role, ServiceClass, VlanPurpose
from netdesign.synthesis.datacenter.hall import place
from netdesign.synthesis.datacenter.management_choice import GIGABIT, HOSTS_PER_SWITCH, UPLINK_BPS, ManagementKinds
from netdesign.synthesis.datacenter.standing_hall import Hall, new_racks
from netdesign.synthesis.datacenter.standing_management import managed_by, serving_switch
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.draft.pairs import Pair, allow_on_peer_link
from netdesign.synthesis.draft.placement import RackSpace
from netdesign.synthesis.draft.selection import Needs, select
from netdesign.synthesis.draft.standing import in_order

FIRST_VLAN = 10
ROOT_PRIORITY = 4096


@dataclass(slots=True)
class OutOfBand:
    """The management network of a site: its routed switches (a pair where redundant), and those by rack."""

    site: str
    cores: list[Device]
    mlag: Mlag | None
    switches: list[Device] = field(default_factory=list)
    vlans: dict[str, Vlan] = field(default_factory=dict)
    """The management VLAN that each switch serves."""
    of_rack: dict[str, str] = field(default_factory=dict)
    """The switch that serves each rack; a rack that is not listed is served by the cores in turn."""
    left: dict[str, int] = field(default_factory=dict)
    """Ports left on each switch by rack."""


def build_management(blueprint: Blueprint, hall: Hall, kinds: ManagementKinds) -> OutOfBand:
    """The management switches of a site and the links among them; devices are joined with `manage`."""
    core, access, count = kinds
    _explain(blueprint, hall, kinds)
    cores: list[Device] = []
    for _ in range(2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1):
        cores.append(place(blueprint, hall, Role.MANAGEMENT_SWITCH, core, apart=cores, criticality=ServiceClass.GOLD))
    network = OutOfBand(hall.site, cores, _mlag(blueprint, cores) if len(cores) == 2 else None)
    for at, device in enumerate(cores):
        _spanning_tree(blueprint, device, ROOT_PRIORITY * (at + 1))
    if access is None:
        vlan = _vlan(blueprint, network, cores, 0)
        network.vlans |= {device.id: vlan for device in cores}
        return network
    for at, served in enumerate(_runs(blueprint, hall, cores, count)):
        _add_switch(blueprint, network, access, served, at)
    return network


def _runs(blueprint: Blueprint, hall: Hall, cores: Sequence[Device], count: int) -> list[list[str]]:
    """The racks that each switch serves: those that stand keep theirs, new ones get the racks that are new."""
    racks = tuple(dict.fromkeys((*hall.server_racks, *hall.network_racks)))
    middle = {device.id for device in cores}
    stands = [one for one in in_order(blueprint.standing, Role.MANAGEMENT_SWITCH, hall.site) if one.id not in middle]
    if not stands:
        return _rack_runs(blueprint, racks, count)
    fresh = new_racks(blueprint, racks)
    added = _rack_runs(blueprint, fresh or racks, count - len(stands)) if count > len(stands) else []
    served: dict[str, list[str]] = {device.id: [] for device in stands}
    for rack in racks:
        if not added or rack not in fresh:
            served[serving_switch(blueprint, rack, stands)].append(rack)
    return [*served.values(), *added]


def add_console(blueprint: Blueprint, hall: Hall, network: OutOfBand) -> None:
    """A console server, for the day when a switch answers on nothing else."""
    kind = select(blueprint.catalog.devices(Role.CONSOLE_SERVER), Role.CONSOLE_SERVER, Needs(), blueprint.requirements)
    manage(blueprint, network, [place(blueprint, hall, Role.CONSOLE_SERVER, kind.kind)])


def _explain(blueprint: Blueprint, hall: Hall, kinds: ManagementKinds) -> None:
    """The decision about the management network."""
    core, access, count = kinds
    per = blueprint.parameters.fabric.racks_per_management_switch
    racks = len({*hall.server_racks, *hall.network_racks})
    blueprint.decide(
        f"How is {hall.site} managed when its network is down?",
        f"{count} x {access.sku} behind {core.sku}" if access else f"{core.sku} alone",
        formula=f"switches = ceil(racks / {per}), none where the routed switches have enough ports themselves",
        inputs={"racks": racks, "racks per switch": per},
        result=count,
        fields=("security_level", "sites"),
        source="policy parameter fabric.racks_per_management_switch; NIST SP 800-53 SC-37",
    )


def _rack_runs(blueprint: Blueprint, racks: Sequence[str], count: int) -> list[list[str]]:
    """Racks in about `count` runs of neighbours that hold equally many devices, none over two rooms."""
    rooms: dict[str, list[RackSpace]] = {}
    for identity in racks:
        space = blueprint.floor.racks[identity]
        rooms.setdefault(space.rack.room, []).append(space)
    total = sum(_weight(space) for spaces in rooms.values() for space in spaces)
    runs: list[list[str]] = []
    for _, spaces in sorted(rooms.items()):
        spaces.sort(key=lambda space: (space.rack.row, space.rack.position))
        here = sum(map(_weight, spaces))
        parts = max(1, ceil(count * here / total))
        cuts: dict[int, list[str]] = {}
        before = 0.0
        for space in spaces:
            cuts.setdefault(min(parts - 1, int(before * parts / here)), []).append(space.rack.id)
            before += _weight(space)
        runs += cuts.values()
    return runs


def _weight(space: RackSpace) -> float:
    """What a rack asks of its management switch: a port for each device, and a little for being there."""
    return len(space.devices) + 0.2


def manage(blueprint: Blueprint, network: OutOfBand, devices: Sequence[Device]) -> None:
    """Join the management ports of devices, with an address and a default route in the management VRF."""
    for at, device in enumerate(devices):
        switch = _switch_for(blueprint, network, device, at)
        vlan = network.vlans[switch]
        (link,) = blueprint.connect(
            device,
            blueprint.get(Device, switch),
            GIGABIT,
            LinkPurpose.MANAGEMENT,
            use_a=_management_use(blueprint.kind(device)),
            use_b=PortUse.DOWNLINK,
        )
        blueprint.change(blueprint.interface(link.b.device, link.b.port), mode=PortMode.ACCESS, vlan=vlan.id)
        own = blueprint.interface(device, link.a.port)
        blueprint.change(
            own,
            vrf=MANAGEMENT,
            addresses=blueprint.next_addresses(blueprint.nets(vlan), of=own.id),
            mode=PortMode.ROUTED,
        )
        _default_routes(blueprint, device, vlan)


def _switch_for(blueprint: Blueprint, network: OutOfBand, device: Device, at: int) -> str:
    """The switch that serves the device's rack, or when that is full the nearest that is not."""
    known = managed_by(blueprint, device.id, {one.id for one in (*network.cores, *network.switches)})
    if known is not None:
        return known
    first = network.of_rack.get(device.rack or "")
    if first is None:
        return network.cores[at % len(network.cores)].id
    if not network.left[first]:
        others = [switch for switch in network.switches if network.left[switch.id]]
        if not others:
            raise ConflictError(f"the management switches of {network.site} have no port left for {device.id}")
        first = min(others, key=lambda switch: (blueprint.distance_m(device, switch), switch.id)).id
    network.left[first] -= 1
    return first


def _add_switch(blueprint: Blueprint, network: OutOfBand, kind: DeviceType, racks: Sequence[str], at: int) -> None:
    """A switch for some racks, bundled to the routed pair, managed in its own VLAN."""
    rack = next((rack for rack in racks if blueprint.floor.fits(rack, kind)), racks[0])
    switch = blueprint.device(Role.MANAGEMENT_SWITCH, network.site, kind, rack=rack)
    network.switches.append(switch)
    network.of_rack |= dict.fromkeys(racks, switch.id)
    vlan = network.vlans[switch.id] = _vlan(blueprint, network, [*network.cores, switch], at)
    _spanning_tree(blueprint, switch, 32768)
    speed = UPLINK_BPS
    if network.mlag is not None:
        blueprint.connect_pair(
            switch,
            network.mlag,
            speed,
            LinkPurpose.MANAGEMENT,
            use_a=PortUse.UPLINK,
            vlans=(vlan.id,),
        )
    else:
        blueprint.connect(
            switch,
            network.cores[0],
            speed,
            LinkPurpose.MANAGEMENT,
            count=2,
            use_a=PortUse.UPLINK,
            lag=True,
            mode=PortMode.TRUNK,
            vlans=(vlan.id,),
        )
    network.left[switch.id] = blueprint.free_ports(switch, GIGABIT, PortUse.DOWNLINK)
    own = blueprint.svi(switch, vlan)
    blueprint.change(own, addresses=blueprint.next_addresses(blueprint.nets(vlan), of=own.id))
    _default_routes(blueprint, switch, vlan)


def _vlan(blueprint: Blueprint, network: OutOfBand, devices: Sequence[Device], at: int) -> Vlan:
    """A management VLAN with its subnet, routed by the pair."""
    vlan = blueprint.vlan(
        network.site,
        FIRST_VLAN + at,
        f"management-{at + 1:03d}",
        VlanPurpose.MANAGEMENT,
        MANAGEMENT,
        *(device.id for device in devices),
    )
    blueprint.host_subnet(vlan, HOSTS_PER_SWITCH)
    route_vlan(blueprint, network, vlan)
    return vlan


def route_vlan(blueprint: Blueprint, network: OutOfBand, vlan: Vlan) -> tuple[Interface, ...]:
    """The gateway of a management VLAN on the routed switches, VRRP between two."""
    pair = len(network.cores) == 2
    _let_between(blueprint, network, vlan)
    return tuple(
        blueprint.svi(
            device,
            vlan,
            gateway=VirtualGateway.VRRP if pair else VirtualGateway.NONE,
            host=at + 2 if pair else 1,
            priority=110 - 10 * at if pair else None,
        )
        for at, device in enumerate(network.cores)
    )


def _let_between(blueprint: Blueprint, network: OutOfBand, vlan: Vlan) -> None:
    """Let a VLAN through the peer links of the pair, where its hosts and its two gateways meet."""
    link = blueprint.get(Link, network.mlag.peer_links[0]) if network.mlag is not None else None
    for end in (link.a, link.b) if link is not None else ():
        bundle = blueprint.get(Lag, blueprint.interface(end.device, end.port).lag or "")
        trunk = blueprint.interface(end.device, bundle.interface)
        blueprint.change(trunk, vlans=tuple(dict.fromkeys((*trunk.vlans, vlan.id))))


def _default_routes(blueprint: Blueprint, device: Device, vlan: Vlan) -> None:
    for net in blueprint.nets(vlan):
        family = "v6" if net.six else "v4"
        blueprint.add(
            StaticRoute(
                id=f"{device.id}:{MANAGEMENT}:default-{family}",
                device=device.id,
                vrf=MANAGEMENT,
                prefix="::/0" if net.six else "0.0.0.0/0",
                next_hop=net.address(1),
            )
        )


def join_vlans(blueprint: Blueprint, network: OutOfBand) -> None:
    """Let the peer links of the routed switches carry every VLAN that both have."""
    both = {device.id for device in network.cores}
    if network.mlag is not None:
        vlans = (vlan.id for vlan in blueprint.all(Vlan) if both <= set(blueprint.vlan_devices(vlan)))
        allow_on_peer_link(blueprint, Pair(tuple(network.cores), network.mlag), tuple(vlans))


def _mlag(blueprint: Blueprint, cores: Sequence[Device]) -> Mlag:
    """The two routed switches as one toward the others, with two peer links."""
    return join_pair(blueprint, cores, UPLINK_BPS, f"{cores[0].site}-management", use=None)


def join_pair(
    blueprint: Blueprint,
    pair: Sequence[Device],
    speed_bps: int,
    identity: str,
    *,
    use: PortUse | None = PortUse.UPLINK,
) -> Mlag:
    """An MLAG pair: two peer links in a bundle and a keepalive link of its own."""
    a, b = pair
    peers = blueprint.connect(
        a,
        b,
        speed_bps,
        LinkPurpose.PEER,
        count=2,
        use_a=use,
        use_b=use,
        lag=True,
        mode=PortMode.TRUNK,
        mtu_bytes=blueprint.parameters.fabric.underlay_mtu_bytes,
    )
    stands = blueprint.next_link(a, b)
    speed_bps = stands.speed_bps if stands is not None else keepalive_bps(blueprint, a)
    (keepalive,) = blueprint.connect(a, b, speed_bps, LinkPurpose.HEARTBEAT)
    number = _domain(blueprint, f"{identity}-mlag")
    return blueprint.add(
        Mlag(
            id=f"{identity}-mlag",
            peers=(a.id, b.id),
            domain_id=number,
            system_mac=f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}",
            peer_links=tuple(link.id for link in peers),
            keepalive_link=keepalive.id,
        )
    )


def _domain(blueprint: Blueprint, identity: str) -> int:
    """The number of an MLAG pair: the one that it has, else the next that none has."""
    known = blueprint.standing.find(Mlag, identity)
    if known is not None:
        return known.domain_id
    taken = {mlag.domain_id for mlag in blueprint.standing.all(Mlag)}
    while (number := blueprint.number("mlag")) in taken:
        pass
    return number


def keepalive_bps(blueprint: Blueprint, device: Device) -> int:
    """The speed of which the device has most ports left for a keepalive, the slowest of equals."""
    speeds = (GIGABIT, UPLINK_BPS, 25 * GIGABIT, 40 * GIGABIT, 100 * GIGABIT)
    return max(speeds, key=lambda speed: (blueprint.free_ports(device, speed), -speed))


def _spanning_tree(blueprint: Blueprint, device: Device, priority: int) -> None:
    blueprint.add(SpanningTree(id=f"{device.id}:stp", device=device.id, mode=SpanningTreeMode.RSTP, priority=priority))


def _management_use(kind: DeviceType) -> PortUse | None:
    """Use of the port that management takes: the management port where the device has one."""
    return PortUse.MANAGEMENT if any(group.use is PortUse.MANAGEMENT for group in kind.ports) else None
