"""What flows need between zones as header spaces, what policies permit beyond that, and what they withhold.

An endpoint group stands for the subnets of its VLANs, a service instance for its address (and the like host of
the IPv6 twins of its subnet), a provider for any address of the Internet.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from math import log2
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.facts.addresses import block_of
from netdesign.analysis.facts.cloud_places import doors, subnets_of
from netdesign.analysis.facts.ends import internet_zone
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import prefix_range, service_ranges
from netdesign.analysis.policy.zones import places
from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import ANY_ADDRESS, Box, Space, space
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import address_text, parse_interface, summarise
from netdesign.model.cloud import CloudGatewayKind, CloudSubnetKind
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.headerspace import Packet
    from netdesign.model.addressing import Subnet
    from netdesign.model.cloud import CloudFlow
    from netdesign.model.infrastructure import ServiceInstance
    from netdesign.model.inventory import EndpointGroup
    from netdesign.model.security import Service
    from netdesign.model.traffic import Flow

PROTOCOL_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmpv6"}


class Spot(NamedTuple):
    """Where ends of flows are: a zone, and their prefixes; None stands for any address."""

    zone: str | None
    prefixes: tuple[str, ...] | None


class Crossing(NamedTuple):
    """What a flow needs from one zone to another in one IP version; None stands for any address."""

    flow: str
    source: str
    target: str
    version: int
    sources: tuple[str, ...] | None
    targets: tuple[str, ...] | None
    service: Service


@analysis
def spot(network: Network, name: str) -> Spot | None:
    """Where a group, a service instance or a provider (by id) is; None for any other id."""
    group: EndpointGroup | None = network.by_id("endpoint_groups").get(name)
    if group is not None:
        subnets = network.grouped("subnets", "vlan")
        return Spot(group.zone, tuple(s.prefix for vlan in group.vlans for s in subnets.get(vlan, ())))
    service: ServiceInstance | None = network.by_id("service_instances").get(name)
    if service is not None:
        return Spot(service.zone, service_prefixes(network, name))
    if (cloud := _cloud_spot(network, name)) is not None:
        return cloud
    place = network.device_index.get(name)
    if place is None or network.devices[place].role is not Role.PROVIDER:
        return None
    door = doors(network).get(name)
    return Spot(door.zone, door.prefixes) if door is not None else Spot(internet_zone(network), None)


def _cloud_spot(network: Network, name: str, *, door: bool = False) -> Spot | None:
    """Where an end at a cloud provider is: a network by its private subnets, or by its public ones at the `door`."""
    home = network.by_id("cloud_networks").get(name)
    if home is not None:
        by_kind: dict[CloudSubnetKind, list[str]] = defaultdict(list)
        for subnet in subnets_of(network).get(name, ()):
            by_kind[subnet.kind] += [subnet.prefix, *((subnet.prefix_v6,) if subnet.prefix_v6 else ())]
        inner = by_kind[CloudSubnetKind.PRIVATE]
        found = (by_kind[CloudSubnetKind.PUBLIC] or inner) if door else inner
        return Spot(home.zone, tuple(found or home.prefixes))
    connection = network.by_id("cloud_connections").get(name)
    if connection is not None:
        return Spot(connection.zone, connection.prefixes)
    gateway = network.by_id("cloud_gateways").get(name)
    if gateway is None or gateway.kind is not CloudGatewayKind.INTERNET:
        return None
    return Spot(internet_zone(network), None)


@analysis
def service_prefixes(network: Network, name: str) -> tuple[str, ...]:
    """The addresses of a service instance as host prefixes."""
    service: ServiceInstance = network.by_id("service_instances")[name]
    try:
        own = parse_interface(service.address)
    except InvalidInputError:
        return ()
    found = [f"{address_text(own.version, own.address)}/{32 if own.version == 4 else 128}"]
    subnet: Subnet | None = network.by_id("subnets").get(service.subnet)
    ends = prefix_range(subnet.prefix, own.version) if subnet is not None else None
    if subnet is None or ends is None or subnet.vlan is None:
        return tuple(found)
    for twin in network.grouped("subnets", "vlan")[subnet.vlan]:
        there = prefix_range(twin.prefix, 10 - own.version)
        if there is not None and there[0] + own.address - ends[0] <= there[1]:
            address = address_text(10 - own.version, there[0] + own.address - ends[0])
            found.append(f"{address}/{128 if own.version == 4 else 32}")
    return tuple(found)


@analysis
def crossings(network: Network) -> tuple[Crossing, ...]:
    """What every flow needs between every two zones that it goes between, family by family."""
    return tuple(one for flow in all_flows(network) for one in _crossings_of(network, flow))


def all_flows(network: Network) -> tuple[Flow | CloudFlow, ...]:
    """Flows between devices' ends, then those between ends at cloud providers."""
    return (*network.design.traffic.flows, *network.design.cloud.cloud_flows)


@analysis
def needs_within(network: Network, zone: str) -> tuple[Crossing, ...]:
    """What flows need between ends that lie in one zone."""
    return tuple(
        one
        for flow in all_flows(network)
        for one in _crossings_of(network, flow, within=True)
        if one.source == one.target == zone
    )


def _crossings_of(network: Network, flow: Flow | CloudFlow, *, within: bool = False) -> Iterator[Crossing]:
    door = bool(network.by_id("cloud_gateways").keys() & set(flow.sources))
    sources, targets = _by_zone(network, flow.sources), _by_zone(network, flow.targets, door)
    for near, here in sources.items():
        for far, there in targets.items():
            for version in (4, 6) if near != far or within else ():
                mine, theirs = here[version], there[version]
                if mine != () and theirs != ():
                    yield Crossing(flow.id, near, far, version, mine, theirs, flow.service)


@analysis
def _by_zone(
    network: Network, names: tuple[str, ...], door: bool = False
) -> dict[str, dict[int, tuple[str, ...] | None]]:
    """The fewest prefixes that hold all of some ends, by zone and IP version; None stands for any address."""
    spots: dict[str, list[tuple[str, ...] | None]] = defaultdict(list)
    for name in dict.fromkeys(names):
        at = (_cloud_spot(network, name, door=True) if door else None) or spot(network, name)
        if at is not None and at.zone is not None:
            spots[at.zone].append(at.prefixes)
    return {zone: _fewest(network, some) for zone, some in spots.items()}


def _fewest(network: Network, spots: list[tuple[str, ...] | None]) -> dict[int, tuple[str, ...] | None]:
    known = [some for some in spots if some is not None]
    if len(known) < len(spots):
        return {4: None, 6: None}
    blocks = (block_of(network, text) for text in chain.from_iterable(known))
    merged = summarise(block for block in blocks if block is not None)
    return {version: tuple(str(one) for one in merged if one.version == version) for version in (4, 6)}


def crossing_boxes(crossing: Crossing) -> tuple[Box, ...]:
    """The headers of a crossing."""
    version = crossing.version
    return tuple(
        Box(version, near, far, protocol, target_port=ports)
        for near in _ranges(crossing.sources, version)
        for far in _ranges(crossing.targets, version)
        for protocol, ports in service_ranges((crossing.service,))
    )


def _ranges(prefixes: tuple[str, ...] | None, version: int) -> list[tuple[int, int]]:
    if prefixes is None:
        return [ANY_ADDRESS[version]]
    return [ends for text in prefixes if (ends := prefix_range(text, version)) is not None]


@analysis
def crossings_between(network: Network) -> dict[tuple[str, str], tuple[Crossing, ...]]:
    """The crossings by source zone and target zone."""
    found: dict[tuple[str, str], list[Crossing]] = defaultdict(list)
    for one in crossings(network):
        found[one.source, one.target].append(one)
    return {pair: tuple(some) for pair, some in found.items()}


@analysis
def needed(network: Network, source: str, target: str) -> Space:
    """Every header that a declared flow needs from one zone to another."""
    lines = crossings_between(network).get((source, target), ())
    return space(dict.fromkeys(box for one in lines for box in crossing_boxes(one)))


@analysis
def surplus(network: Network, source: str, target: str) -> Space:
    """Every header that is permitted from one zone to another though no flow needs it."""
    return permitted(network, source, target) - needed(network, source, target)


@analysis
def withheld(network: Network) -> tuple[tuple[Crossing, Space], ...]:
    """The crossings of which something is not permitted, with that; those of zones that lie nowhere are left out."""
    here = places(network)
    found = []
    for (source, target), lines in crossings_between(network).items():
        if source in here and target in here:
            lost = needed(network, source, target) - permitted(network, source, target)
            found += [(one, left) for one in lines if lost and (left := space(crossing_boxes(one)) & lost)]
    return tuple(found)


def bits(headers: Space) -> float:
    """The logarithm (base 2) of the number of headers in a space; 0 for an empty one."""
    return log2(headers.size) if headers else 0.0


def packet_text(packet: Packet) -> str:
    """A packet as people write it, such as `10.0.0.1 -> 10.0.1.0 tcp/443`."""
    ends = (address_text(packet.version, one) for one in (packet.source, packet.target))
    name = PROTOCOL_NAMES.get(packet.protocol, f"protocol {packet.protocol}")
    return f"{' -> '.join(ends)} {name}/{packet.target_port}"
