"""Where packets go among networks at a cloud provider: through route tables of subnets, gateways and hubs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.cloud import CloudGatewayKind, CloudSubnetKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.model.cloud import CloudGateway, CloudNetwork, CloudRoute, CloudRouteTable, CloudSubnet

FAR_AWAY = {4: parse_prefix("192.0.2.1/32"), 6: parse_prefix("2001:db8::1/128")}
"""Stand-ins for the Internet: addresses that nobody uses, so that only default routes lead there."""
MOST_HOPS = 64


class Fate(StrEnum):
    """How a journey ends."""

    ARRIVED = "arrived"
    DROPPED = "dropped"
    CIRCLED = "circled"
    BLIND = "blind"
    """A route names something that is not there."""


class Journey(NamedTuple):
    """A packet's way: the elements that it passes, the firewall endpoints and all gateways among them, and its end."""

    hops: tuple[str, ...]
    firewalls: tuple[str, ...]
    gateways: tuple[str, ...]
    fate: Fate

    @property
    def arrived(self) -> bool:
        """Whether it got there."""
        return self.fate is Fate.ARRIVED


@dataclass(slots=True)
class Lookup:
    """Routes by prefix; the longest that covers an address counts."""

    lengths: dict[int, set[int]] = field(default_factory=lambda: {4: set(), 6: set()})
    targets: dict[tuple[int, int, int], list[str | None]] = field(default_factory=dict)

    def add(self, text: str, target: str | None) -> None:
        """One more route; several of one prefix share its traffic."""
        prefix = parsed(text)
        if prefix is not None:
            self.lengths[prefix.version].add(prefix.length)
            self.targets.setdefault((prefix.version, prefix.length, prefix.network), []).append(target)

    def find(self, address: Prefix) -> list[str | None] | None:
        """Targets of the longest route to an address; None where there is none."""
        bits = 32 if address.version == 4 else 128
        for length in sorted(self.lengths[address.version], reverse=True):
            network = address.network >> (bits - length) << (bits - length)
            found = self.targets.get((address.version, length, network))
            if found is not None:
                return found
        return None


def parsed(text: str) -> Prefix | None:
    """The prefix that a text is; None where it is none."""
    try:
        return parse_prefix(text)
    except InvalidInputError:
        return None


def lookup(routes: Iterable[CloudRoute]) -> Lookup:
    """The table of static routes."""
    found = Lookup()
    for route in routes:
        found.add(route.prefix, route.target)
    return found


@dataclass(slots=True)
class Land:
    """Everything that journeys ask for, by id."""

    networks: dict[str, CloudNetwork]
    blocks: dict[str, tuple[Prefix, ...]]
    subnets: dict[tuple[str, str], list[CloudSubnet]]
    gateways: dict[str, CloudGateway]
    attachments: dict[str, tuple[str, tuple[str, ...]]]
    connections: dict[str, tuple[Prefix, ...]]
    peerings: dict[str, tuple[str, str]]
    table_of: dict[tuple[str, str], str]
    """The table of a hub that something is associated with, by (hub, id)."""
    hub_of: dict[str, str]


@analysis
def land(network: Network) -> Land:
    """The facts of the design, by id."""
    cloud = network.design.cloud
    subnets: dict[tuple[str, str], list[CloudSubnet]] = defaultdict(list)
    for subnet in cloud.cloud_subnets:
        subnets[subnet.network, subnet.availability_zone].append(subnet)
    return Land(
        networks={one.id: one for one in cloud.cloud_networks},
        blocks={one.id: _prefixes(one.prefixes) for one in cloud.cloud_networks},
        subnets=dict(subnets),
        gateways={one.id: one for one in cloud.cloud_gateways},
        attachments={one.id: (one.network, one.availability_zones) for one in cloud.cloud_attachments},
        connections={one.id: _prefixes(one.prefixes) for one in cloud.cloud_connections},
        peerings={one.id: (one.a, one.b) for one in cloud.cloud_peerings},
        table_of={(table.hub, name): table.id for table in cloud.cloud_route_tables for name in table.associated},
        hub_of={one.id: one.hub for one in cloud.cloud_attachments}
        | {one.id: one.hub for one in cloud.cloud_connections},
    )


def _prefixes(texts: Iterable[str]) -> tuple[Prefix, ...]:
    return tuple(prefix for text in texts if (prefix := parsed(text)) is not None)


@analysis
def hub_tables(network: Network) -> dict[str, Lookup]:
    """The routes of every table of every hub: static ones, then of what is propagated the most preferred."""
    return {table.id: _table(network, table) for table in network.design.cloud.cloud_route_tables}


def _table(network: Network, table: CloudRouteTable) -> Lookup:
    found, learnt = lookup(table.routes), _learnt(network, table)
    best: dict[tuple[int, int, int], int] = {}
    for prefix, preference, _ in learnt:
        key = prefix.version, prefix.length, prefix.network
        best[key] = max(best.get(key, preference), preference)
    static = set(found.targets)
    for prefix, preference, name in learnt:
        key = prefix.version, prefix.length, prefix.network
        if key not in static and best[key] == preference:
            found.add(str(prefix), name)
    return found


def _learnt(network: Network, table: CloudRouteTable) -> list[tuple[Prefix, int, str]]:
    """(prefix, preference, by way of what) of everything that is propagated into a table."""
    place, cloud = land(network), network.design.cloud
    preferences = {one.id: one.preference for one in cloud.cloud_connections}
    beyond = {one.id: _prefixes(one.routes_b if table.hub == one.a else one.routes_a) for one in cloud.cloud_peerings}
    stated = {one.id: one.routes for one in cloud.cloud_attachments}
    rows = []
    for name in table.propagated:
        if name in place.attachments:
            prefixes = _prefixes(stated[name]) or place.blocks.get(place.attachments[name][0], ())
        else:
            prefixes = place.connections.get(name) or beyond.get(name, ())
        rows += [(prefix, preferences.get(name, 0), name) for prefix in prefixes]
    return rows


@analysis
def _subnet_tables(network: Network) -> dict[str, Lookup]:
    return {subnet.id: lookup(subnet.routes) for subnet in network.design.cloud.cloud_subnets}


@analysis
def _gateway_tables(network: Network) -> dict[str, Lookup]:
    return {gateway.id: lookup(gateway.routes) for gateway in network.design.cloud.cloud_gateways}


@analysis
def journey(network: Network, source: str, zone: str | None, address: Prefix, target: str) -> Journey:
    """The way of a packet from an end, in one of its availability zones, to an address of `target`."""
    return _Walk(network, address, target, zone).run(source)


class _Walk:
    """One packet on its way."""

    def __init__(self, network: Network, address: Prefix, target: str, zone: str | None) -> None:
        self.network, self.address, self.target, self.zone = network, address, target, zone
        self.place = land(network)
        self.hops: list[str] = []
        self.gateways: list[str] = []

    def run(self, source: str) -> Journey:
        """From an end to wherever it ends."""
        self.hops.append(source)
        if source in self.place.networks:
            fate = self._from_network(source)
        elif source in self.place.gateways:
            fate = self._inward(self.place.gateways[source])
        elif source in self.place.connections:
            fate = self._hub(self.place.hub_of[source], source)
        else:
            fate = Fate.BLIND
        kinds = ((name, self.place.gateways[name].kind) for name in self.gateways)
        firewalls = tuple(name for name, kind in kinds if kind is CloudGatewayKind.FIREWALL)
        return Journey(tuple(self.hops), firewalls, tuple(self.gateways), fate)

    def _pass(self, name: str) -> bool:
        """Note an element; False where the packet has been there before."""
        fresh = name not in self.hops and len(self.hops) < MOST_HOPS
        self.hops.append(name)
        return fresh

    def _from_network(self, name: str) -> Fate:
        """From a private subnet, or from a public one: what the network's own gateway serves stands there."""
        door = self.place.gateways.get(self.target)
        own = (CloudSubnetKind.PUBLIC, CloudSubnetKind.PRIVATE)
        for kind in own if door is not None and door.network == name else own[::-1]:
            for subnet in self.place.subnets.get((name, self.zone or ""), ()):
                if subnet.kind is kind:
                    return self._subnet(subnet)
        return Fate.DROPPED

    def _in(self, network: str, kind: CloudSubnetKind, zone: str | None) -> Fate:
        """On from the subnet of a kind in a zone of a network."""
        for subnet in self.place.subnets.get((network, zone or ""), ()):
            if subnet.kind is kind:
                return self._subnet(subnet)
        return Fate.DROPPED

    def _subnet(self, subnet: CloudSubnet) -> Fate:
        """By the route table of a subnet; a route as long as or longer than the network's own prefix goes before it."""
        if not self._pass(subnet.id):
            return Fate.CIRCLED
        if subnet.network == self.target or any(b.covers(self.address) for b in self.place.blocks[subnet.network]):
            return Fate.ARRIVED
        return self._to(_subnet_tables(self.network)[subnet.id], subnet.network)

    def _to(self, table: Lookup, home: str) -> Fate:
        """On to what a table of a network names."""
        targets = table.find(self.address)
        if not targets or targets[0] is None:
            return Fate.DROPPED
        name = targets[0]
        if name in self.place.attachments and self.place.attachments[name][0] == home:
            return self._hub(self.place.hub_of[name], name) if self._pass(name) else Fate.CIRCLED
        if name in self.place.gateways and self.place.gateways[name].network == home:
            return self._gateway(self.place.gateways[name])
        return Fate.BLIND

    def _gateway(self, gateway: CloudGateway) -> Fate:
        """Through a gateway: out to the Internet, or on from the subnet that it stands in."""
        if not self._pass(gateway.id):
            return Fate.CIRCLED
        self.gateways.append(gateway.id)
        if gateway.kind is CloudGatewayKind.INTERNET:
            return Fate.ARRIVED if self.address in FAR_AWAY.values() else Fate.DROPPED
        kind = CloudSubnetKind.PUBLIC if gateway.kind is CloudGatewayKind.NAT else CloudSubnetKind.INSPECTION
        return self._in(gateway.network, kind, gateway.availability_zone)

    def _inward(self, gateway: CloudGateway) -> Fate:
        """From the Internet: to what the gateway's own table names, or straight into its network."""
        targets = _gateway_tables(self.network)[gateway.id].find(self.address)
        if targets and targets[0] is not None:
            firewall = self.place.gateways.get(targets[0])
            if firewall is None or firewall.network != gateway.network:
                return Fate.BLIND
            self.zone = firewall.availability_zone
            return self._gateway(firewall)
        inside = any(block.covers(self.address) for block in self.place.blocks.get(gateway.network, ()))
        return Fate.ARRIVED if inside else Fate.DROPPED

    def _hub(self, hub: str, by: str) -> Fate:
        """By the table of a hub that `by` is associated with."""
        table = self.place.table_of.get((hub, by))
        if table is None:
            return Fate.DROPPED
        self.hops.append(table)
        targets = hub_tables(self.network)[table].find(self.address)
        if not targets or targets[0] is None:
            return Fate.DROPPED
        name = self.target if self.target in targets else targets[0]
        return self._from_hub(hub, name)

    def _from_hub(self, hub: str, name: str) -> Fate:
        """On from a hub to a connection, another hub, or a network."""
        if name in self.place.connections:
            self.hops.append(name)
            mine = any(prefix.covers(self.address) for prefix in self.place.connections[name])
            return Fate.ARRIVED if mine else Fate.DROPPED
        if not self._pass(name + "@" + hub):
            return Fate.CIRCLED
        if name in self.place.peerings:
            a, b = self.place.peerings[name]
            return self._hub(b if hub == a else a, name)
        if name not in self.place.attachments:
            return Fate.BLIND
        network, zones = self.place.attachments[name]
        self.zone = self.zone if self.zone in zones else next(iter(zones), None)
        return self._in(network, CloudSubnetKind.ATTACHMENT, self.zone)
