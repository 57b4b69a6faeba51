"""Whether packets of a service get from a device to an address, past enforcement points that permit them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import row_codes
from netdesign.analysis.forwarding.robbed import robbed_tables
from netdesign.analysis.policy.policy import TCP, UDP, decide, prefix_range, source_cuts
from netdesign.analysis.policy.terrain import terrain
from netdesign.analysis.policy.zones import domains, enforcement_points, legs, policies_of
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.tables.route_origins import static_hops
from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_interface, parse_prefix
from netdesign.model.infrastructure import ServiceInstance, ServiceKind

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints, Longs
    from netdesign.model.addressing import Subnet
    from netdesign.model.inventory import EndpointGroup

PORTS: dict[ServiceKind, dict[str, tuple[tuple[int, int], ...]]] = {
    ServiceKind.AAA: {
        "udp": ((UDP, 1812), (UDP, 1645)),
        "tcp": ((TCP, 49),),
        "tls": ((TCP, 2083), (TCP, 300), (TCP, 49)),
    },
    ServiceKind.LOG: {
        "udp": ((UDP, 514),),
        "tcp": ((TCP, 601), (TCP, 514), (TCP, 6514)),
        "tls": ((TCP, 6514), (UDP, 6514)),
    },
    ServiceKind.FLOW: {
        "udp": ((UDP, 4739), (UDP, 2055), (UDP, 6343)),
        "tcp": ((TCP, 4739),),
        "tls": ((TCP, 4740), (TCP, 4739)),
    },
    ServiceKind.NTP: {"udp": ((UDP, 123),), "tcp": ((TCP, 4460),), "tls": ((TCP, 4460), (UDP, 123))},
    ServiceKind.DNS: {"udp": ((UDP, 53), (TCP, 53)), "tcp": ((TCP, 53),), "tls": ((TCP, 853), (TCP, 443))},
    ServiceKind.DHCP: {"udp": ((UDP, 67), (UDP, 547))},
    ServiceKind.MONITOR: {"udp": ((UDP, 162), (UDP, 161)), "tcp": ((TCP, 162),), "tls": ((TCP, 10162), (TCP, 10161))},
}
"""(protocol, port) pairs that a service listens on, by transport: RFC 8907, 2865, 6614, 5424-5426, 7011, 5905,
8915, 1035, 7858, 2131, 3411."""


@analysis
def parts(network: Network) -> Ints:
    """A label for each node of the terrain, equal where packets really pass without meeting an enforcement point.

    A VLAN that its links do not hold together joins no more than its main part, nor an interface that it does
    not number.
    """
    return domains(network, parted=True)


class Door(NamedTuple):
    """A way into and out of an enforcement point: where the leg leads, and the zone bound to it."""

    domain: int
    zone: str | None


class Origin(NamedTuple):
    """Where packets start: a domain, and an address that all policies treat like the real one."""

    domain: int
    version: int
    address: int


@analysis
def doors(network: Network) -> dict[int, tuple[Door, ...]]:
    """The doors of every enforcement point, by its position."""
    label = parts(network)
    found: dict[int, set[Door]] = defaultdict(set)
    for leg in legs(network):
        if label[leg.node] >= 0:
            found[leg.device].add(Door(int(label[leg.node]), leg.zone))
    return {device: tuple(sorted(some, key=str)) for device, some in found.items()}


class Doorway(NamedTuple):
    """An enforcement point seen from a domain: the zones of its doors there, and the domains beyond by their zone."""

    device: int
    entries: tuple[str | None, ...]
    beyond: tuple[tuple[str | None, tuple[int, ...]], ...]


@analysis
def doorways_from(network: Network) -> dict[int, tuple[Doorway, ...]]:
    """The enforcement points with a door in each domain."""
    found: dict[int, list[Doorway]] = defaultdict(list)
    for device, ways in doors(network).items():
        here: dict[int, dict[str | None, None]] = defaultdict(dict)
        there: dict[str | None, dict[int, None]] = defaultdict(dict)
        for door in ways:
            here[door.domain][door.zone] = None
            there[door.zone][door.domain] = None
        beyond = tuple((zone, tuple(far)) for zone, far in there.items())
        for domain, zones in here.items():
            found[domain].append(Doorway(device, tuple(zones), beyond))
    return {domain: tuple(some) for domain, some in found.items()}


@analysis
def reachable_domains(
    network: Network,
    start: int,
    packets: tuple[Packet, ...],
    failed: frozenset[int] = frozenset(),
    goal: int | None = None,
) -> dict[int, tuple[int, ...]]:
    """The domains that one of the packets reaches from a domain, with the enforcement points it passes on the way.

    Where a goal is given, nothing is looked for beyond it.
    """
    reached: dict[int, tuple[int, ...]] = {start: ()}
    queue = [start]
    for here in queue:
        for one in doorways_from(network).get(here, ()):
            for zone, far in one.beyond if one.device not in failed else ():
                fresh = [domain for domain in far if domain not in reached]
                if fresh and _passes(network, one.device, one.entries, zone, packets):
                    reached.update(dict.fromkeys(fresh, (*reached[here], one.device)))
                    if goal in reached:
                        return reached
                    queue += fresh
    return reached


@analysis
def _passes(
    network: Network, device: int, entries: tuple[str | None, ...], beyond: str | None, packets: tuple[Packet, ...]
) -> bool:
    return any(
        decide(network, policy.id, (entry, beyond), packet)
        for policy in policies_of(network)[device]
        for entry in entries
        for packet in packets
    )


@analysis
def service_packets(network: Network, origin: Origin, service: str) -> tuple[Packet, ...]:
    """The packets, one of which has to get through for a service instance to be usable from an origin."""
    fact: ServiceInstance = network.by_id("service_instances")[service]
    by_transport = PORTS.get(fact.kind, {})
    ports = by_transport.get(fact.transport) or tuple(p for some in by_transport.values() for p in some)
    try:
        target = parse_interface(fact.address)
    except InvalidInputError:
        return ()
    if target.version != origin.version:
        return ()
    return tuple(
        Packet(target.version, origin.address, target.address, protocol, 49152, port) for protocol, port in ports
    )


@analysis
def service_domain(network: Network, service: str) -> int:
    """The domain that a service instance (by id) lies in; -1 where its address or its subnet is nowhere."""
    fact: ServiceInstance | None = network.by_id("service_instances").get(service)
    node = terrain(network).subnet.get(fact.subnet) if fact is not None else None
    if fact is None or node is None or not _attached(network, fact) or not _inside(network, fact):
        return -1
    return int(parts(network)[node])


def _inside(network: Network, service: ServiceInstance) -> bool:
    """Whether the address of an instance is one of its subnet."""
    subnet: Subnet = network.by_id("subnets")[service.subnet]
    try:
        address, prefix = parse_interface(service.address), parse_prefix(subnet.prefix)
    except InvalidInputError:
        return False
    return prefix.version == address.version and prefix.network <= address.address <= prefix.last


def _attached(network: Network, service: ServiceInstance) -> bool:
    """Whether one of the devices that the instance is attached to is in service (or it names none)."""
    index = network.device_index
    alive = [network.in_service[index[name]] for name in service.attached_to if name in index]
    return any(alive) or not service.attached_to


def gets_to(network: Network, origins: Collection[Origin], service: str, failed: frozenset[int] = frozenset()) -> bool:
    """Whether packets from one of the origins get to a service instance while enforcement points have failed."""
    goal = service_domain(network, service)
    if goal < 0:
        return False
    return any(
        origin.domain == goal
        or goal in reachable_domains(network, origin.domain, service_packets(network, origin, service), failed, goal)
        for origin in origins
        if origin.domain not in _robbed_domains(network, service)
    )


def points_passed(network: Network, origins: Collection[Origin], service: str) -> frozenset[int]:
    """The enforcement points on ways from the origins to a service instance: no other one's failure closes them."""
    goal = service_domain(network, service)
    found = (
        reachable_domains(network, origin.domain, service_packets(network, origin, service), frozenset(), goal)
        for origin in origins
    )
    return frozenset(point for reached in found for point in reached.get(goal, ()))


@analysis
def _robbed_domains(network: Network, service: str) -> frozenset[int]:
    """The domains from all of whose tables a more specific route takes the packets to a service."""
    robbed, label = robbed_tables(network, service), parts(network).tolist()
    arriving = {here for table, here in enumerate(label[: layer3(network).vertex_count]) if table not in robbed}
    return frozenset(label[table] for table in robbed) - arriving


@analysis
def origins(network: Network) -> dict[int, tuple[Origin, ...]]:
    """Where the packets of each managed device in service start that manages it, by position.

    They start in the VRF that its management profile names, or in any where it names none. A device without
    an address there has no origin, nor has one whose table neither holds a route whose next hop lives beside it,
    nor runs a protocol, unless a service lies on the device's own subnet.
    """
    l3, rows, table = layer3(network), addresses(network), interfaces(network)
    wanted = np.append(management_vrfs(network), NO_VRF)  # for interfaces of devices that are not there
    usable = ~rows.virtual & (l3.interface_vertex[rows.interface] >= 0)
    device, vrf = table.device[rows.interface], table.vrf[rows.interface]
    usable &= (wanted[device] == vrf) | (wanted[device] == ANY_VRF)
    usable &= _routed_tables(network)[l3.interface_vertex[rows.interface]] | _beside_services(network)
    usable &= ~_held_twice(network)
    chosen = np.flatnonzero(usable)
    nodes = origin_nodes(network)
    label = parts(network)
    found: dict[int, dict[Origin, None]] = defaultdict(dict)
    chosen = chosen[label[nodes[rows.interface[chosen]]] >= 0]
    domain = label[nodes[rows.interface[chosen]]].tolist()
    columns = device[chosen].tolist(), domain, rows.version[chosen].tolist(), _values(network, chosen)
    for at, here, version, value in zip(*columns, strict=True):
        found[at][Origin(here, version, source_cuts(network).like(version, value))] = None
    return {at: tuple(some) for at, some in found.items()}


@analysis
def _held_twice(network: Network) -> Bools:
    """Which own addresses another device holds as well, in the same VRF: nobody can tell whom answers reach."""
    rows, table = addresses(network), interfaces(network)
    own = np.flatnonzero(~rows.virtual & (rows.interface >= 0))
    device = table.device[rows.interface[own]].astype(np.int64)
    code = row_codes(rows.version[own], rows.high[own], rows.low[own], table.vrf[rows.interface[own]])
    first = np.full(int(code.max(initial=-1)) + 1, -1, np.int64)
    first[code[::-1]] = device[::-1]
    several = np.zeros(first.size, np.bool_)
    several[code[device != first[code]]] = True
    twice = np.zeros(rows.interface.size, np.bool_)
    twice[own] = several[code]
    return twice


@analysis
def _routed_tables(network: Network) -> Bools:
    """Which tables know a way beyond their own subnets: by a static route to a neighbour, or by a protocol."""
    l3, hops = layer3(network), static_hops(network)
    able = np.zeros(l3.vertex_count + 1, np.bool_)
    able[hops.vertex[(hops.vertex >= 0) & (hops.target >= 0)]] = True
    running = processes(network).vertex
    able[running[running >= 0]] = True
    able[-1] = False
    return able


@analysis
def _beside_services(network: Network) -> Bools:
    """Which address rows lie in a subnet that a service instance lies in."""
    rows, prefixes = addresses(network), subnet_prefixes(network)
    high, low = prefixes.networks()
    hosting = {instance.subnet for instance in network.design.infrastructure.service_instances}
    beside = np.zeros(rows.interface.size, np.bool_)
    for at, subnet in enumerate(network.design.addressing.subnets):
        if subnet.id in hosting:
            same = (rows.version == prefixes.version[at]) & (rows.length == prefixes.length[at])
            beside |= same & (rows.network_high == high[at]) & (rows.network_low == low[at])
    return beside


@analysis
def group_origins(network: Network, group: str) -> tuple[Origin, ...]:
    """Where packets of an endpoint group start: one origin for each subnet of its VLANs."""
    fact: EndpointGroup | None = network.by_id("endpoint_groups").get(group)
    label, land = parts(network), terrain(network)
    found: dict[Origin, None] = {}
    for vlan in fact.vlans if fact is not None else ():
        for subnet in network.grouped("subnets", "vlan").get(vlan, ()):
            for version in (4, 6):
                ends = prefix_range(subnet.prefix, version)
                if ends is not None and subnet.id in land.subnet:
                    here = int(label[land.subnet[subnet.id]])
                    found[Origin(here, version, source_cuts(network).like(version, ends[0]))] = None
    return tuple(found)


NO_VRF, ANY_VRF = -3, -4


def management_vrfs(network: Network) -> Longs:
    """The code of the VRF that manages each device; `NO_VRF` for what is not managed here."""
    profiles, codes = network.by_id("management_profiles"), layer3(network).vrfs
    vrf = {name: codes.get(profile.vrf, NO_VRF) if profile.vrf else ANY_VRF for name, profile in profiles.items()}
    return np.fromiter(
        (
            vrf.get(d.management_profile or "", ANY_VRF) if d.managed and d.in_service else NO_VRF
            for d in network.devices
        ),
        np.int64,
        len(network.devices),
    )


def origin_nodes(network: Network) -> Longs:
    """The node that each interface's own packets start at: its table, or the segment where an enforcement point is."""
    l3, land = layer3(network), terrain(network)
    node = l3.interface_vertex.copy()
    strong = np.isin(l3.device[l3.member_vertex], enforcement_points(network))
    node[l3.member_interface[strong]] = land.segment + l3.member_segment[strong]
    return node


def _values(network: Network, chosen: Longs) -> list[int]:
    rows = addresses(network)
    words = zip(rows.high[chosen].tolist(), rows.low[chosen].tolist(), strict=True)
    return [high << 64 | low for high, low in words]
