"""Whether packets of a service get from one place to another: every way they may take, and the rule that decides.

Ways lead from part to part of the network by gates (`permissions`), on a shortest one as routes would; packets
that go on behind a translation of sources carry its outside addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.needs import spot
from netdesign.analysis.policy.permissions import Gate, distances, effect, gates, lets_pass, policy_boxes, zone_labels
from netdesign.analysis.policy.policy import ordered_rules, prefix_range, service_ranges
from netdesign.analysis.policy.terrain import INTERNET, NOTHING_FAILED, Failed, terrain
from netdesign.analysis.policy.zones import domains
from netdesign.graph.headerspace import ANY_ADDRESS, NOTHING, Box, space
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import NatKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.analysis.policy.permissions import Zones
    from netdesign.graph.headerspace import Packet, Space
    from netdesign.model.addressing import Nat
    from netdesign.model.security import PolicyRule, Service


class Step(NamedTuple):
    """A gate that a way leads through: its device, the policy and the rule (None: the default) that decided."""

    device: int
    policy: str | None
    rule: str | None


class Branch(NamedTuple):
    """One way: whether all packets asked for get through, the steps (the last decided), and one packet of it."""

    permitted: bool
    steps: tuple[Step, ...]
    packet: Packet


@dataclass(frozen=True, slots=True)
class Decision:
    """All ways from a source to a target. Without any, nothing gets through and nothing is denied either."""

    branches: tuple[Branch, ...]

    @property
    def permitted(self) -> bool:
        """Whether every packet gets through on every way."""
        return bool(self.branches) and all(branch.permitted for branch in self.branches)

    @property
    def denial(self) -> Branch | None:
        """The first way on which packets are denied."""
        return next((branch for branch in self.branches if not branch.permitted), None)


@analysis
def reach(network: Network, source: str, target: str, service: Service, failed: Failed = NOTHING_FAILED) -> Decision:
    """The decision on a service from a group, service instance or provider (by id) to another."""
    near, far = spot(network, source), spot(network, target)
    if near is None or far is None:
        return Decision(())
    asked = _asked(near.prefixes, far.prefixes, service)
    ends = stands(network, source, failed), stands(network, target, failed)
    return Decision(_ways(network, (near.zone, far.zone), ends, asked, failed))


def ways(network: Network, source: str, target: str, headers: Space, failed: Failed = NOTHING_FAILED) -> Decision:
    """The decision on headers from one zone to another."""
    labels = zone_labels(network, failed)
    ends = labels.get(source, frozenset()), labels.get(target, frozenset())
    return Decision(_ways(network, (source, target), ends, headers, failed))


def _ways(
    network: Network, zones: Zones, ends: tuple[frozenset[int], frozenset[int]], headers: Space, failed: Failed
) -> tuple[Branch, ...]:
    starts, goals = ends
    witness = headers.witness()
    if witness is None or not starts or not goals:
        return ()
    if starts & goals:
        return (Branch(True, (), witness),)
    far = distances(network, goals, failed)
    walk = _Walk(network, zones, goals, far, failed)
    found = [branch for start in sorted(starts & far.keys()) for branch in walk.on(start, headers, ())]
    return tuple(dict.fromkeys(found))


def _asked(near: tuple[str, ...] | None, far: tuple[str, ...] | None, service: Service) -> Space:
    return space(
        Box(version, mine, theirs, protocol, target_port=ports)
        for version in (4, 6)
        for mine in _ranges(near, version)
        for theirs in _ranges(far, version)
        for protocol, ports in service_ranges((service,))
    )


def _ranges(prefixes: Iterable[str] | None, version: int) -> list[tuple[int, int]]:
    if prefixes is None:
        return [ANY_ADDRESS[version]]
    return sorted({ends for text in prefixes if (ends := prefix_range(text, version)) is not None})


@analysis
def stands(network: Network, name: str, failed: Failed = NOTHING_FAILED) -> frozenset[int]:
    """The parts of the network that a group, a service instance or a provider is in."""
    label, land = domains(network, True, failed), terrain(network)
    group, service = (network.by_id(kind).get(name) for kind in ("endpoint_groups", "service_instances"))
    if group is not None:
        nodes = [land.vlan_node(vlan) for vlan in group.vlans]
    elif service is not None:
        nodes = [land.subnet.get(service.subnet)]
    else:
        nodes = [land.outside.get(INTERNET)]
    return frozenset(int(label[node]) for node in nodes if node is not None) - {-1}


@dataclass(frozen=True, slots=True)
class _Walk:
    network: Network
    zones: Zones
    goals: frozenset[int]
    far: dict[int, int]
    failed: Failed

    def on(self, here: int, headers: Space, steps: tuple[Step, ...]) -> Iterator[Branch]:
        """Every way on from a part, for packets that came by some steps."""
        witness = headers.witness()
        if witness is None:
            return
        if here in self.goals:
            yield Branch(True, steps, witness)
            return
        for gate in gates(self.network, self.failed):
            if gate.entry == here and self.far.get(gate.exit, len(self.far)) < self.far[here]:
                yield from self._through(gate, headers, steps)

    def _through(self, gate: Gate, headers: Space, steps: tuple[Step, ...]) -> Iterator[Branch]:
        passing = headers & lets_pass(self.network, gate, self.zones)
        lost = (headers - passing).witness()
        if lost is not None:
            yield Branch(False, (*steps, self._step(gate, lost)), lost)
        let = passing.witness()
        if let is not None:
            beyond = translated(self.network, gate, passing)
            yield from self.on(gate.exit, beyond, (*steps, self._step(gate, let)))

    def _step(self, gate: Gate, packet: Packet) -> Step:
        for policy in (*gate.filters, *gate.policies):
            zones = gate.zones if policy in gate.policies else _or(gate.zones, self.zones)
            allowed = packet in effect(self.network, policy, *zones).permitted
            rule = deciding_rule(self.network, policy, zones, packet)
            if policy in gate.policies or not allowed:
                return Step(gate.device, policy, rule.id if rule is not None else None)
        return Step(gate.device, None, None)


def _or(own: Zones, asked: Zones) -> Zones:
    return own[0] or asked[0], own[1] or asked[1]


def deciding_rule(network: Network, policy: str, zones: Zones, packet: Packet) -> PolicyRule | None:
    """The rule of a policy that decides a packet between two zones; None where the default does."""
    source, target = zones
    boxes = policy_boxes(network, policy)
    for rule, mine in zip(ordered_rules(network, policy), boxes, strict=True):
        concerned = (not rule.source_zones or source in rule.source_zones) and (
            not rule.destination_zones or target in rule.destination_zones
        )
        if concerned and any(box.contains(packet) for box in mine):
            return rule
    return None


def translated(network: Network, gate: Gate, headers: Space) -> Space:
    """The packets as they leave a gate, with the outside addresses of what translates their sources there."""
    device = network.devices[gate.device].id
    for nat in network.design.addressing.nats:
        if device in nat.devices and nat.kind is not NatKind.DESTINATION and _leads_out(network, nat, gate):
            headers = _with_sources(headers, nat)
    return headers


def _leads_out(network: Network, nat: Nat, gate: Gate) -> bool:
    """Whether the gate leads towards the Internet, where sources are translated."""
    node = terrain(network).outside.get(INTERNET)
    return bool(nat.outside) and node is not None and int(domains(network, True)[node]) == gate.exit


def _with_sources(headers: Space, nat: Nat) -> Space:
    inside = space(
        Box(version, ends, ANY_ADDRESS[version]) for version in (4, 6) for ends in _ranges(nat.inside or None, version)
    )
    changed = headers & inside
    moved = space(box._replace(source=ends) for box in changed.boxes for ends in _ranges(nat.outside, box.version))
    return (headers - inside) | (moved if changed else NOTHING)
