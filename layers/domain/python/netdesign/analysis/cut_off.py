"""Which flows find no path once something has failed, but for what starts or ends at what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.carriage import carriage
from netdesign.analysis.enforcers import Enforcer, standby_devices
from netdesign.analysis.traffic import SURELY, Stretch, carriers_of
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.analysis.ends import Spread
    from netdesign.analysis.failures import Failure
    from netdesign.graph.multigraph import Bools, Ints, Longs, Multigraph

Stops = tuple[tuple[Enforcer, ...], ...]


@dataclass(frozen=True, eq=False)
class Watch:
    """The stretches watched, by the nodes at their ends and by the enforcers that they pass."""

    network: Network
    sent: Sequence[Stretch]
    nodes: Longs
    at_node: dict[int, list[int]]
    past: dict[tuple[Enforcer, ...], list[int]]

    def cut_off_bps(self, failure: Failure) -> dict[str, float]:
        """What finds no path after the failure, by id of the flow."""
        graph = _failed(self.network, failure)
        label, living = components(graph), _living(self.network, failure, graph)
        failed = frozenset(failure.devices)
        stops = {stop: carriers_of(self.network, stop, failed) for stop in self.past}
        lost: dict[str, float] = {}
        for place in self._doubtful(label, living, stops):
            stretch = self.sent[place]
            share = _lost_share(stretch, [stops[stop] for stop in stretch.past], label, living)
            if share > 1.0 - SURELY:
                lost[stretch.flow] = lost.get(stretch.flow, 0.0) + share * (stretch.up_bps + stretch.down_bps)
        return lost

    def _doubtful(self, label: Ints, living: Bools, stops: dict[tuple[Enforcer, ...], Spread]) -> Iterator[int]:
        """The stretches that touch anything outside the piece that holds most."""
        alive = self.nodes[living[self.nodes]]
        size = np.bincount(label[alive] + 1)
        main = int(size.argmax()) - 1 if size.size else -1
        doubtful: set[int] = set()
        for node in alive[label[alive] != main].tolist() if main >= 0 else alive.tolist():
            doubtful.update(self.at_node[node])
        for stop, those in self.past.items():
            carriers = stops[stop].nodes
            if not carriers.size or (label[carriers] != main).any():
                doubtful.update(those)
        yield from sorted(doubtful)


def watch(network: Network, sent: Sequence[Stretch]) -> Watch:
    """The stretches, indexed by what they touch."""
    at_node: dict[int, list[int]] = {}
    past: dict[tuple[Enforcer, ...], list[int]] = {}
    for place, stretch in enumerate(sent):
        for node in {*stretch.source.spread.nodes.tolist(), *stretch.target.spread.nodes.tolist()}:
            at_node.setdefault(node, []).append(place)
        for stop in stretch.past:
            past.setdefault(stop, []).append(place)
    return Watch(network, sent, np.array(sorted(at_node), np.int64), at_node, past)


def _failed(network: Network, failure: Failure) -> Multigraph:
    down = {*failure.devices, *standby_devices(network, frozenset(failure.devices))}
    return carriage(network).without(sorted(down), failure.links)


def _living(network: Network, failure: Failure, graph: Multigraph) -> Bools:
    """Which nodes could still send and receive: their device works, or one of those that they are at home on.

    An access point works as long as one of its links does: endpoints behind it are at what failed.
    """
    living = np.ones(graph.node_count, np.bool_)
    living[[*failure.devices]] = False
    for device in failure.devices:
        for home, members in _homes_on(network).get(device, ()):
            living[home] = bool(living[members].any())
    edges, points = _access_point_edges(network)
    if edges.size:
        left = np.bincount(points, weights=graph.edges_present[edges], minlength=graph.node_count)
        living[points[left[points] == 0]] = False
    return living


@analysis
def _homes_on(network: Network) -> dict[int, list[tuple[int, list[int]]]]:
    """The homes (node, devices) that each device is part of."""
    found: dict[int, list[tuple[int, list[int]]]] = {}
    for members, node in carriage(network).homes.items():
        for member in members:
            found.setdefault(member, []).append((node, sorted(members)))
    return found


@analysis
def _access_point_edges(network: Network) -> tuple[Longs, Longs]:
    """The edges at access points, and the access point of each."""
    graph, points = carriage(network).graph, network.with_role(Role.ACCESS_POINT)
    ends = [(np.flatnonzero(graph.edges_present & np.isin(end, points)), end) for end in (graph.tail, graph.head)]
    edges = np.concatenate([edge for edge, _ in ends]).astype(np.int64)
    return edges, np.concatenate([end[edge] for edge, end in ends]).astype(np.int64)


def _lost_share(stretch: Stretch, between: Sequence[Spread], label: Ints, living: Bools) -> float:
    """The share of a stretch whose ends both live and that one of its legs does not carry."""
    near, far = (_by_piece(end.spread, label, living) for end in (stretch.source, stretch.target))
    legs = [near, *(_by_piece(stop, label, living) for stop in between), far]
    served = 1.0
    for here, there in pairwise(legs):
        served *= sum(share * there.get(piece, 0.0) for piece, share in here.items() if piece >= 0)
    return sum(near.values()) * sum(far.values()) - served


def _by_piece(stop: Spread, label: Ints, living: Bools) -> dict[int, float]:
    nodes = living[stop.nodes]
    pieces, shares = label[stop.nodes[nodes]], stop.shares[nodes]
    sums = np.bincount(pieces + 1, weights=shares)
    return {place - 1: float(sums[place]) for place in np.flatnonzero(sums).tolist()}
