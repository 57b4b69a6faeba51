"""Packets followed hop by hop through forwarding tables, past every policy, on each equal path and in any state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.forwarding.passing import Branch, Decision, Step, deciding_rule
from netdesign.analysis.forwarding.stateful_paths import starting_tables, target_addresses
from netdesign.analysis.policy.needs import Spot, service_prefixes, spot
from netdesign.analysis.policy.permissions import effect
from netdesign.analysis.policy.policy import prefix_range, service_ranges
from netdesign.analysis.policy.terrain import NOTHING_FAILED, Failed
from netdesign.analysis.policy.zones import policies_of
from netdesign.analysis.tables.fib import Fate, Fib, fib
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import NatKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.security import Service

MOST_BRANCHES = 64
ELSEWHERE = ("198.51.100.1/32", "2001:db8::9/128")
"""Sources of packets from the Internet (RFC 5737, RFC 3849)."""


class _State(NamedTuple):
    """A packet at a table: the interface that it came in by (-1: none), and the steps so far."""

    table: int
    incoming: int
    packet: Packet
    steps: tuple[Step, ...]


@analysis
def followed(network: Network, source: str, target: str, service: Service, failed: Failed = NOTHING_FAILED) -> Decision:
    """The decision on a service from one id to another: a branch for each way of each packet that is followed.

    Packets go from the gateways of the source to some addresses of the target. A way that ends without
    arriving is refused by nobody: its last step has no policy.
    """
    tables = fib(network, failed.devices, failed.links)
    near, far = spot(network, source), spot(network, target)
    if near is None or far is None:
        return Decision(())
    walk = _Walk(network, tables, near, far)
    found: dict[Branch, None] = {}
    for version, address in _addresses(network, target):
        for start in starting_tables(network, tables, (source,)):
            for packet in walk.packets(version, address, service):
                for branch in walk.on(_State(start, -1, packet, ())):
                    found[branch] = None
                    if len(found) >= MOST_BRANCHES:
                        return Decision(tuple(found))
    return Decision(tuple(found))


def _addresses(network: Network, target: str) -> list[tuple[int, int]]:
    """(IP version, address) of a service instance, or of some hosts of a group or of the Internet."""
    if target not in network.by_id("service_instances"):
        return target_addresses(network, (target,))
    texts = service_prefixes(network, target)
    return [(v, ends[0]) for text in texts for v in (4, 6) if (ends := prefix_range(text, v)) is not None]


@dataclass(frozen=True)
class _Walk:
    network: Network
    tables: Fib
    near: Spot
    far: Spot
    seen: set[tuple[int, int, Packet, tuple[Step, ...]]] = field(default_factory=set)

    def packets(self, version: int, address: int, service: Service) -> Iterator[Packet]:
        """One packet of each protocol of the service, from the first address of the source."""
        prefixes = ELSEWHERE if self.near.prefixes is None else self.near.prefixes
        ranges = (prefix_range(text, version) for text in prefixes)
        first = next((ends[0] for ends in ranges if ends is not None), None)
        for protocol, ports in service_ranges((service,)) if first is not None else ():
            yield Packet(version, first or 0, address, protocol[0], 49152, ports[0])

    def on(self, at: _State) -> Iterator[Branch]:
        """Every way on from a table."""
        key = (at.table, at.incoming, at.packet, at.steps)
        if key in self.seen:
            return
        self.seen.add(key)
        device = int(layer3(self.tables.network).device[at.table])
        decision = self.tables.decide(at.table, at.packet.version, at.packet.target)
        if decision.fate in (Fate.DELIVERED, Fate.OUTSIDE):
            yield self._arrived(at, device)
        elif decision.fate is not Fate.FORWARDED:
            yield Branch(False, (*at.steps, Step(device, None, None)), at.packet)
        for hop in decision.hops:
            allowed, steps = self._passes(at, device, self._zone(hop.outgoing))
            if not allowed:
                yield Branch(False, steps, at.packet)
            elif len(steps) < MOST_BRANCHES:
                yield from self.on(_State(hop.table, hop.incoming, self._translated(at.packet, device), steps))

    def _arrived(self, at: _State, device: int) -> Branch:
        allowed, steps = self._passes(at, device, self.far.zone)
        return Branch(allowed, steps, at.packet)

    def _zone(self, interface: int) -> str | None:
        return self.network.interfaces[interface].zone if interface >= 0 else None

    def _passes(self, at: _State, device: int, leaving: str | None) -> tuple[bool, tuple[Step, ...]]:
        """Whether the device lets the packet on, and the steps with its own."""
        port = self.network.interfaces[at.incoming] if at.incoming >= 0 else None
        entering = port.zone if port is not None else self.near.zone
        mine = [policy.id for policy in policies_of(self.tables.network).get(device, ())]
        acl = port.access_list if port is not None else None
        policies = [acl] if acl in mine else mine
        if entering == leaving and acl in (None, *mine):
            return True, at.steps
        steps = at.steps
        if acl is not None and acl not in mine and acl in self.network.by_id("policies"):
            allowed, step = self._decided(device, acl, (entering, leaving), at.packet)
            steps = (*steps, step)
            if not allowed:
                return False, steps
        tried = [self._decided(device, name, (entering, leaving), at.packet) for name in policies]
        if not tried:
            return True, steps
        allowed, step = next((one for one in tried if one[0]), tried[0])
        return allowed, (*steps, step)

    def _decided(
        self, device: int, policy: str, zones: tuple[str | None, str | None], packet: Packet
    ) -> tuple[bool, Step]:
        rule = deciding_rule(self.network, policy, zones, packet)
        allowed = packet in effect(self.network, policy, *zones).permitted
        return allowed, Step(device, policy, rule.id if rule is not None else None)

    def _translated(self, packet: Packet, device: int) -> Packet:
        """The packet as it leaves a device that translates its source, where the outside addresses are known."""
        name = self.network.devices[device].id
        for nat in self.network.design.addressing.nats:
            outside = [ends for text in nat.outside if (ends := prefix_range(text, packet.version)) is not None]
            inside = [ends for text in nat.inside if (ends := prefix_range(text, packet.version)) is not None]
            mine = not nat.inside or any(low <= packet.source <= high for low, high in inside)
            if (
                self.far.prefixes is None
                and name in nat.devices
                and nat.kind is not NatKind.DESTINATION
                and outside
                and mine
            ):
                return packet._replace(source=outside[0][0])
        return packet
