"""What may pass from one zone to another, over all enforcement points and filters on the way: exact header spaces.

A packet moves from part to part of the routed network (`zones.domains`) by gates: firewalls, and interfaces
with an access list. Of the gates in a part it takes those that lie on a shortest way to its goal: where its zone
has several places, to the one that holds the address.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.cloud_places import doors
from netdesign.analysis.policy.policy import ALL_PORTS, ordered_rules, prefix_range, rule_boxes
from netdesign.analysis.policy.terrain import INTERNET, NOTHING_FAILED, Failed, terrain
from netdesign.analysis.policy.zones import (
    domains,
    filtered_members,
    legs,
    places,
    policies_of,
    tunnel_zones,
    zone_domains,
)
from netdesign.graph.headerspace import ANY_ADDRESS, NOTHING, Box, Rule, Space, everything, first_match, space
from netdesign.graph.network import Network, analysis
from netdesign.model.security import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.model.security import Policy, PolicyRule

Zones = tuple[str | None, str | None]
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Prefixes for use inside (RFC 1918, RFC 4193, RFC 6598)."""


class Effect(NamedTuple):
    """What a policy does between two zones: the headers that it lets pass, and those that no rule of it decides."""

    permitted: Space
    undecided: Space


class Gate(NamedTuple):
    """A way from one part of the network into another, by a device.

    One of `policies` (ids) has to permit a packet, if there are any, and all of `filters`. The policies see
    `zones`, a filter on an interface without a zone sees those that the packet goes between.
    """

    entry: int
    exit: int
    device: int
    policies: tuple[str, ...]
    filters: tuple[str, ...]
    zones: Zones


@analysis
def effect(network: Network, policy: str, source: str | None, target: str | None) -> Effect:
    """The effect of a policy between two zones; of a policy that is not there, that everything passes."""
    lists = _line_lists(network, policy)
    near = lists.sources.get(source, frozenset()) | lists.any_source
    far = lists.targets.get(target, frozenset()) | lists.any_target
    return _effect_of(network, policy, tuple(sorted(near & far)))


class _Lists(NamedTuple):
    sources: dict[str | None, frozenset[int]]
    targets: dict[str | None, frozenset[int]]
    any_source: frozenset[int]
    any_target: frozenset[int]


@analysis
def _line_lists(network: Network, policy: str) -> _Lists:
    """The places of a policy's rules by the zones that they name."""
    sources, targets = defaultdict[str | None, set[int]](set), defaultdict[str | None, set[int]](set)
    free: tuple[set[int], set[int]] = (set(), set())
    for at, rule in enumerate(ordered_rules(network, policy)):
        for names, found, wild in (
            (rule.source_zones, sources, free[0]),
            (rule.destination_zones, targets, free[1]),
        ):
            for name in names:
                found[name].add(at)
            if not names:
                wild.add(at)
    near, far = ({name: frozenset(some) for name, some in found.items()} for found in (sources, targets))
    return _Lists(near, far, frozenset(free[0]), frozenset(free[1]))


@analysis
def policy_boxes(network: Network, policy: str) -> tuple[tuple[Box, ...], ...]:
    """The headers that each rule of a policy names, in the order of the rules."""
    return tuple(tuple(rule_boxes(rule)) for rule in ordered_rules(network, policy))


@analysis
def _effect_of(network: Network, policy: str, lines: tuple[int, ...]) -> Effect:
    fact: Policy | None = network.by_id("policies").get(policy)
    if fact is None:
        return Effect(everything(), NOTHING)
    rules, boxes = ordered_rules(network, policy), policy_boxes(network, policy)
    plain = _until_denial(rules, lines)
    if plain is not None:
        return Effect(space(box for at in plain for box in boxes[at]), NOTHING)
    decided = first_match([Rule(rules[at].action is Action.PERMIT, boxes[at]) for at in lines])
    undecided = everything() - decided.permitted - decided.denied
    lenient = fact.default_action is Action.PERMIT
    return Effect(decided.permitted | undecided if lenient else decided.permitted, undecided)


def _until_denial(rules: tuple[PolicyRule, ...], lines: tuple[int, ...]) -> tuple[int, ...] | None:
    """The permits, where all stand before the first denial and that denies everything; None where it is less simple."""
    for count, at in enumerate(lines):
        if rules[at].action is Action.DENY:
            bare = not (rules[at].sources or rules[at].destinations or rules[at].services)
            return lines[:count] if bare else None
    return None


@analysis
def gates(network: Network, failed: Failed = NOTHING_FAILED) -> tuple[Gate, ...]:
    """Every gate of the design while some of it has failed."""
    label = domains(network, True, failed)
    return tuple(dict.fromkeys((*_firewall_gates(network, label.tolist(), failed), *_filter_gates(network, label))))


def _firewall_gates(network: Network, label: list[int], failed: Failed) -> Iterable[Gate]:
    """Between the legs that a firewall has in one routing table."""
    by_table: dict[tuple[int, str | None], dict[tuple[int, str | None, str | None], None]] = defaultdict(dict)
    for leg in legs(network):
        if leg.device not in failed.devices and label[leg.node] >= 0:
            interface = network.interfaces[leg.interface]
            by_table[leg.device, interface.vrf][label[leg.node], leg.zone, interface.access_list] = None
    for (device, _), entries in by_table.items():
        mine = tuple(policy.id for policy in policies_of(network)[device])
        for entry, near, acl in entries:
            one = (acl,) if acl in mine and acl is not None else mine
            filters = (acl,) if acl is not None and acl not in mine and acl in network.by_id("policies") else ()
            for beyond, far, _ in entries:
                if beyond != entry:
                    yield Gate(entry, beyond, device, one, filters, (near, far))


def _filter_gates(network: Network, label: object) -> Iterable[Gate]:
    """Interfaces with an access list outside enforcement points: filtered inward, open outward."""
    l3, land = layer3(network), terrain(network)
    labels = np.asarray(label)
    for row in filtered_members(network).tolist():
        segment = int(labels[land.segment + l3.member_segment[row]])
        table = int(labels[l3.member_vertex[row]])
        if segment < 0 or table < 0 or segment == table:
            continue
        interface = network.interfaces[int(l3.member_interface[row])]
        device = int(l3.device[l3.member_vertex[row]])
        yield Gate(segment, table, device, (), (interface.access_list or "",), (interface.zone, None))
        yield Gate(table, segment, device, (), (), (None, interface.zone))


def lets_pass(network: Network, gate: Gate, zones: Zones) -> Space:
    """What passes a gate on its way from one zone to another."""
    return _lets_pass(network, gate.policies, gate.filters, gate.zones, zones if gate.filters else (None, None))


@analysis
def _lets_pass(
    network: Network, policies: tuple[str, ...], filters: tuple[str, ...], own: Zones, asked: Zones
) -> Space:
    found = everything()
    if policies:
        found = NOTHING
        for policy in policies:
            found |= effect(network, policy, *own).permitted
    for name in filters:
        found &= effect(network, name, own[0] or asked[0], own[1] or asked[1]).permitted
    return found


@analysis
def permitted(network: Network, source: str, target: str, failed: Failed = NOTHING_FAILED) -> Space:
    """Every header that gets from zone `source` to zone `target`; all where nothing stands between them.

    A zone may lie in several places, at sites apart: what is for a subnet goes to the place that holds it, what is for
    none of its subnets gets to none of them.
    """
    labels = zone_labels(network, failed)
    starts, goals = labels.get(source, frozenset()), labels.get(target, frozenset())
    if len(goals) < 2 or starts & goals or not _at_several_sites(network, target):
        return between(network, (source, target), starts, goals, failed)
    found = NOTHING
    for goal in sorted(goals):
        held = _held_at(network, target, goal, failed)
        found |= _passing(network, (source, target), starts, frozenset((goal,)), failed, held)
    return found


@analysis
def _at_several_sites(network: Network, zone: str) -> bool:
    """Whether subnets of a zone lie at sites apart."""
    return len({subnet.site for subnet in network.design.addressing.subnets if subnet.zone == zone}) > 1


@analysis
def _held_at(network: Network, zone: str, part: int, failed: Failed) -> Space:
    """Headers to the subnets of a zone in one part of the network; all where it has none of known addresses there."""
    prefixes = _prefixes_at(network, failed).get((zone, part))
    return everything() if prefixes is None else _towards(prefixes)


def _towards(prefixes: Iterable[str]) -> Space:
    named = {(version, ends) for name in prefixes for version in (4, 6) if (ends := prefix_range(name, version))}
    return space(
        Box(version, ANY_ADDRESS[version], ends, target_port=(0, ALL_PORTS - 1)) for version, ends in sorted(named)
    )


@analysis
def _prefixes_at(network: Network, failed: Failed) -> dict[tuple[str, int], tuple[str, ...]]:
    """The prefixes of each zone, by the part of the network that they lie in: its subnets, and what ports lead to."""
    label, land = domains(network, True, failed), terrain(network)
    beyond = _beyond_doors(network)
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for subnet in network.design.addressing.subnets:
        node = land.subnet.get(subnet.id)
        if node is not None and subnet.zone is not None and label[node] >= 0:
            found[subnet.zone, int(label[node])] += (subnet.prefix, *beyond.get((subnet.zone, subnet.site), ()))
    return {key: tuple(dict.fromkeys(prefixes)) for key, prefixes in found.items()}


@analysis
def _beyond_doors(network: Network) -> dict[tuple[str | None, str | None], tuple[str, ...]]:
    """The prefixes at cloud providers that dedicated ports lead to, by the zone they are seen as and the site."""
    found: dict[tuple[str | None, str | None], tuple[str, ...]] = {}
    for name, door in doors(network).items():
        key = door.zone, network.devices[network.device_index[name]].site
        found[key] = (*found.get(key, ()), *door.prefixes)
    return found


@analysis
def zone_labels(network: Network, failed: Failed = NOTHING_FAILED) -> dict[str, frozenset[int]]:
    """The parts of the network that each zone lies in while some of it has failed."""
    if not failed:
        return zone_domains(network, True)
    label = domains(network, True, failed)
    return {zone: frozenset(np.unique(label[nodes]).tolist()) - {-1} for zone, nodes in places(network).items()}


@analysis
def between(
    network: Network, zones: Zones, starts: frozenset[int], goals: frozenset[int], failed: Failed = NOTHING_FAILED
) -> Space:
    """Every header that gets from one of the parts `starts` to one of `goals`, between these zones.

    On its way through the Internet nothing gets to a private address.
    """
    return _passing(network, zones, starts, goals, failed, everything())


def _passing(
    network: Network, zones: Zones, starts: frozenset[int], goals: frozenset[int], failed: Failed, some: Space
) -> Space:
    """What gets through of some headers."""
    if starts & goals:
        return some
    far = distances(network, goals, failed)
    leaving, public = _gates_from(network, failed), _internet_parts(network, failed) - starts
    arrived = dict.fromkeys((start for start in sorted(starts) if start in far), some)
    found = NOTHING
    for here in sorted(far, key=lambda part: -far[part]):
        if here in public and here in arrived:
            arrived[here] -= _to_private(network)
        for gate in leaving.get(here, ()) if here in arrived and here not in goals else ():
            if gate.exit not in far or far[gate.exit] >= far[here]:
                continue
            passing = arrived[here] & lets_pass(network, gate, zones)
            if gate.exit in goals:
                found |= passing
            elif passing:
                arrived[gate.exit] = arrived.get(gate.exit, NOTHING) | passing
    return found


@analysis
def _internet_parts(network: Network, failed: Failed) -> frozenset[int]:
    """The parts of the network that the Internet belongs to."""
    node = terrain(network).outside.get(INTERNET)
    return frozenset() if node is None else frozenset((int(domains(network, True, failed)[node]),)) - {-1}


@analysis
def _to_private(_: Network) -> Space:
    """Headers to addresses that the Internet does not route."""
    return _towards(PRIVATE)


@analysis
def _gates_from(network: Network, failed: Failed) -> dict[int, tuple[Gate, ...]]:
    """The gates out of each part, one of those that let the same pass."""
    found: dict[int, dict[object, Gate]] = defaultdict(dict)
    for gate in gates(network, failed):
        found[gate.entry][gate.exit, gate.policies, gate.filters, gate.zones] = gate
    return {part: tuple(some.values()) for part, some in found.items()}


@analysis
def distances(network: Network, goals: frozenset[int], failed: Failed = NOTHING_FAILED) -> dict[int, int]:
    """How many gates each part of the network is away from the nearest of `goals`; others are left out."""
    entering: dict[int, set[int]] = defaultdict(set)
    for gate in gates(network, failed):
        entering[gate.exit].add(gate.entry)
    far = dict.fromkeys(sorted(goals), 0)
    queue = list(far)
    for here in queue:
        for before in sorted(entering[here]):
            if before not in far:
                far[before] = far[here] + 1
                queue.append(before)
    return far


@analysis
def zone_matrix(network: Network) -> dict[tuple[str, str], Space]:
    """What is permitted between every ordered pair of zones that lie somewhere, those aside that hold tunnels alone."""
    here = sorted(zone for zone in places(network) if zone in network.by_id("zones"))
    here = [zone for zone in here if zone not in tunnel_zones(network)]
    return {(a, b): permitted(network, a, b) for a in here for b in here if a != b}


@analysis
def undecided(network: Network, source: str, target: str) -> tuple[tuple[str, Space], ...]:
    """The policies at gates between two zones whose rules leave headers undecided, with these."""
    found: dict[str, Space] = {}
    for gate in gates(network):
        for policy in gate.policies if gate.zones == (source, target) else ():
            left = effect(network, policy, source, target).undecided
            if left:
                found[policy] = left
    return tuple(found.items())
