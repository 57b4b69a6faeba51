"""How long packets take on the slowest of the paths that a flow is spread over, one way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.distances import kilometres
from netdesign.analysis.policy.enforcers import standby_devices
from netdesign.analysis.traffic.link_capacity import capacity_bps
from netdesign.analysis.traffic.traffic import carriers_of
from netdesign.graph.arcs import arcs_of
from netdesign.graph.network import ROLES, Network
from netdesign.graph.shortest import arc_distances
from netdesign.model.overlay import TunnelKind
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.analysis.traffic.failures import Failure
    from netdesign.analysis.traffic.traffic import Stretch
    from netdesign.catalog.parameters import Parameters
    from netdesign.graph.arcs import Arcs
    from netdesign.graph.multigraph import Floats, Ints, Longs
    from netdesign.model.cabling import Link

PACKET_BITS = 1500 * 8
NEVER_US = 1e12
"""Instead of infinity, which cannot be added to nothing at all: what a link without speed takes."""

DATACENTRE = frozenset({Role.SUPER_SPINE, Role.SPINE, Role.LEAF, Role.BORDER_LEAF})
ENCRYPTED = (TunnelKind.IPSEC, TunnelKind.WIREGUARD)


@dataclass(frozen=True, eq=False)
class Delays:
    """Microseconds at each node and on each edge of the carriage; `tunnel_us` more at nodes that end tunnels.

    `unknown` are the links (by position) whose length nothing tells.
    """

    node_us: Floats
    edge_us: Floats
    tunnel_us: Floats
    unknown: frozenset[int]


class Slowest(NamedTuple):
    """The slowest path of a stretch: one way, in microseconds, and the nodes that it passes."""

    delay_us: float
    nodes: tuple[int, ...]


def delays(network: Network, parameters: Parameters) -> Delays:
    """What every device and link adds, by the parameters."""
    return network.memo(("delays", parameters.version), lambda: _delays(network, parameters))


def _delays(network: Network, parameters: Parameters) -> Delays:
    policy, graph, count = parameters.latency, carriage(network).graph, len(network.links)
    roles = network.role_codes
    node = np.zeros(graph.node_count)
    node[: roles.size] = policy.hop_campus_us
    node[: roles.size][np.isin(roles, [ROLES.index(role) for role in DATACENTRE])] = policy.hop_datacenter_us
    node[: roles.size][roles == ROLES.index(Role.FIREWALL)] = policy.firewall_us
    tunnel, index = np.zeros(graph.node_count), network.device_index
    for fact in network.design.overlay.tunnels:
        tunnel[[index[end] for end in (fact.a, fact.b) if end in index and fact.kind in ENCRYPTED]] = policy.vpn_us
    lengths = [_length_km(network, link, policy.route_factor) for link in network.links]
    edge = np.zeros(graph.edge_count)
    edge[:count] = [policy.fibre_us_per_km * (length or 0.0) for length in lengths]
    slowest = capacity_bps(network).min(axis=0)
    edge[:count] += np.divide(PACKET_BITS * 1e6, slowest, out=np.full(count, NEVER_US), where=slowest > 0)
    joined = _between_providers(network, policy.route_factor)
    edge[count:] += policy.fibre_us_per_km * joined
    usable = network.usable_links
    unknown = frozenset(place for place, length in enumerate(lengths) if length is None and usable[place])
    return Delays(node, edge, tunnel, unknown)


def _length_km(network: Network, link: Link, factor: float) -> float | None:
    """How long the fibre is: as stated, or by the places of its ends; a hand-over to a provider has none."""
    if link.fibre_km is not None:
        return link.fibre_km
    if link.length_m is not None:
        return link.length_m / 1000
    index, sites = network.device_index, network.by_id("sites")
    ends = [network.devices[index[end.device]] for end in (link.a, link.b) if end.device in index]
    if len(ends) < 2 or ends[0].site == ends[1].site or Role.PROVIDER in (ends[0].role, ends[1].role):
        return 0.0
    places = [sites.get(end.site) for end in ends]
    far = kilometres(places[0], places[1]) if places[0] is not None and places[1] is not None else None
    return None if far is None else far * factor


def _between_providers(network: Network, factor: float) -> Floats:
    """Half the longest way between the provider's ends of one network, for each virtual edge: there and back out."""
    graph, count = carriage(network).graph, len(network.links)
    sites = network.by_id("sites")
    members: dict[int, list[int]] = {}
    for edge in range(count, graph.edge_count):
        members.setdefault(int(graph.head[edge]), []).append(edge)
    found = np.zeros(graph.edge_count - count)
    for edges in members.values():
        ends = [int(graph.tail[edge]) for edge in edges]
        if any(end >= len(network.devices) or network.devices[end].role is not Role.PROVIDER for end in ends):
            continue
        places = [sites.get(network.devices[end].site) for end in ends]
        known = [place for place in places if place is not None]
        far = [kilometres(one, other) or 0.0 for one in known for other in known]
        found[[edge - count for edge in edges]] = max(far, default=0.0) * factor / 2
    return found


def longest_us(network: Network, parameters: Parameters) -> float:
    """More than any path takes that passes no device twice."""
    known, graph = delays(network, parameters), carriage(network).graph
    links = np.sort(known.edge_us[graph.edges_present])[::-1][: graph.node_count]
    return float((known.node_us + known.tunnel_us).sum() + links.sum())


def slowest_of(
    network: Network, parameters: Parameters, sent: Sequence[Stretch], failure: Failure
) -> list[Slowest | None]:
    """The slowest path of each stretch after a failure; None where there is none."""
    failed = frozenset(failure.devices)
    graph = carriage(network).graph.without(sorted(failed | standby_devices(network, failed)), failure.links)
    arcs, edge = arcs_of(graph)
    stops = [
        [
            one.source.spread.nodes,
            *(carriers_of(network, stop, failed).nodes for stop in one.past),
            one.target.spread.nodes,
        ]
        for one in sent
    ]
    targets = np.unique(np.concatenate([np.zeros(0, np.int64), *(nodes for legs in stops for nodes in legs[1:])]))
    ways = _Ways(arcs, targets, delays(network, parameters), edge, graph.nodes_present)
    return [_slowest(ways, legs, _away(one)) for one, legs in zip(sent, stops, strict=True)]


def _away(stretch: Stretch) -> bool:
    sites = stretch.source.site, stretch.target.site
    return None not in sites and sites[0] != sites[1]


class _Ways:
    """The longest delay along shortest paths from every node to each target, both ends included."""

    def __init__(self, arcs: Arcs, targets: Longs, known: Delays, edge: Ints, present: np.ndarray) -> None:
        self.arcs, self.targets, self.known, self.edge = arcs, targets, known, edge
        self.near = arc_distances(arcs, targets)
        self.near[~present[targets]] = np.inf
        self.row = {int(target): row for row, target in enumerate(targets.tolist())}
        self.delay = {away: self._longest(away) for away in (False, True)}

    def node_us(self, away: bool) -> Floats:
        """What nodes add, with or without tunnels."""
        return self.known.node_us + (self.known.tunnel_us if away else 0.0)

    def _tight(self) -> tuple[Longs, Longs]:
        cost = 1.0 if self.arcs.cost is None else self.arcs.cost
        tail = self.arcs.tail
        row, arc = np.nonzero(self.near[:, tail] == self.near[:, self.arcs.head] + cost)
        fine = np.isfinite(self.near[row, tail[arc]])
        return row[fine], arc[fine]

    def _longest(self, away: bool) -> Floats:
        node = self.node_us(away)
        longest = np.full(self.near.shape, -np.inf)
        longest[np.arange(self.targets.size), self.targets] = node[self.targets]
        row, arc = self._tight()
        tail, head = self.arcs.tail[arc], self.arcs.head[arc]
        step = node[tail] + self.known.edge_us[self.edge[arc]]
        order = np.argsort(self.near[row, tail], kind="stable")
        row, tail, head, step = row[order], tail[order], head[order], step[order]
        while True:
            before = longest[row, tail]
            np.maximum.at(longest, (row, tail), step + longest[row, head])
            if np.array_equal(before, longest[row, tail]):
                return longest

    def path(self, source: int, target: int, away: bool) -> list[int]:
        """The nodes of the slowest path from a source to a target."""
        delay, row, node = self.delay[away][self.row[target]], self.row[target], self.node_us(away)
        found = [source]
        cost = np.ones(self.arcs.head.size) if self.arcs.cost is None else self.arcs.cost
        while found[-1] != target:
            here = found[-1]
            out = np.arange(self.arcs.offsets[here], self.arcs.offsets[here + 1])
            out = out[self.near[row, here] == self.near[row, self.arcs.head[out]] + cost[out]]
            total = node[here] + self.known.edge_us[self.edge[out]] + delay[self.arcs.head[out]]
            found.append(int(self.arcs.head[out[int(total.argmax())]]))
        return found


def _slowest(ways: _Ways, legs: list[Longs], away: bool) -> Slowest | None:
    """The slowest path past all stops, found stop by stop."""
    node, delay = ways.node_us(away), ways.delay[away]
    taken = {int(place): 0.0 for place in legs[0].tolist()}
    came: list[dict[int, int]] = []
    for number, stop in enumerate(legs[1:]):
        origin = np.array(sorted(taken), np.int64)
        so_far = np.array([taken[int(place)] for place in origin.tolist()])
        so_far = so_far - (node[origin] if number else 0.0)
        taken, source = {}, {}
        for place in stop.tolist() if origin.size else ():
            total = so_far + delay[ways.row[place], origin]
            total[origin == place] = -np.inf if number == 0 and len(legs) == 2 else total[origin == place]
            best = int(total.argmax())
            if np.isfinite(total[best]):
                taken[place], source[place] = float(total[best]), int(origin[best])
        came.append(source)
    if not taken:
        return None
    return _traced(ways, taken, came, away)


def _traced(ways: _Ways, taken: dict[int, float], came: list[dict[int, int]], away: bool) -> Slowest:
    place = max(sorted(taken), key=lambda node: taken[node])
    delay, nodes = taken[place], list[int]()
    for source in reversed(came):
        leg = ways.path(source[place], place, away)
        nodes = leg + nodes[1:] if nodes else leg
        place = source[place]
    return Slowest(delay, tuple(nodes))
