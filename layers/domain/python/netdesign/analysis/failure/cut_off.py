"""Which flows find no path once something has failed, but for what starts or ends at what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.policy.enforcers import Enforcer, standby_devices
from netdesign.analysis.traffic.traffic import SURELY, Stretch, carriers_of
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.analysis.facts.ends import Spread
    from netdesign.analysis.traffic.failures import Failure
    from netdesign.graph.multigraph import Bools, Ints, Longs, Multigraph


GONE, SPLIT = -1, -2
"""Instead of a piece: the node failed; the node is in several pieces."""


class Pieces(NamedTuple):
    """The piece of every node, and all pieces of each node that is in several."""

    label: Ints
    split: dict[int, frozenset[int]]


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
        pieces, living = _pieces(self.network, failure), _living(self.network, failure)
        failed = frozenset(failure.devices)
        stops = {stop: carriers_of(self.network, stop, failed) for stop in self.past}
        lost: dict[str, float] = {}
        for place in self._doubtful(pieces, living, stops):
            stretch = self.sent[place]
            share = _lost_share(stretch, [stops[stop] for stop in stretch.past], pieces, living)
            if share > 1.0 - SURELY:
                lost[stretch.flow] = lost.get(stretch.flow, 0.0) + share * (stretch.up_bps + stretch.down_bps)
        return lost

    def _doubtful(self, pieces: Pieces, living: Bools, stops: dict[tuple[Enforcer, ...], Spread]) -> list[int]:
        """The stretches that touch anything outside the piece that holds most."""
        label = pieces.label
        alive = self.nodes[living[self.nodes]]
        size = np.bincount(label[alive] - SPLIT)[GONE - SPLIT + 1 :]
        main = int(size.argmax()) if size.size else GONE
        doubtful: set[int] = set()
        for node in alive[(label[alive] != main) | (label[alive] < 0)].tolist():
            if main not in pieces.split.get(node, ()):
                doubtful.update(self.at_node[node])
        for stop, those in self.past.items():
            carriers = stops[stop].nodes
            if not carriers.size or main < 0 or (label[carriers] != main).any():
                doubtful.update(those)
        return sorted(doubtful)


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


def _pieces(network: Network, failure: Failure) -> Pieces:
    """The pieces that are left; endpoints at home on several devices join none of them to another."""
    down = {*failure.devices, *standby_devices(network, frozenset(failure.devices))}
    graph, homes = _between_devices(network)
    label = components(graph.without(sorted(down), failure.links))
    if not homes.node.size:
        return Pieces(label, {})
    far, count = label[homes.member], homes.node.size
    low, high = np.full(count, label.size, np.int32), np.full(count, GONE, np.int32)
    np.minimum.at(low, homes.of, np.where(far < 0, label.size, far))
    np.maximum.at(high, homes.of, far)
    apart = (high >= 0) & (low != high)
    label[homes.node] = np.where(apart, SPLIT, high)
    split = {
        int(homes.node[place]): frozenset(far[homes.of == place].tolist()) - {GONE}
        for place in np.flatnonzero(apart).tolist()
    }
    return Pieces(label, split)


class _Homes(NamedTuple):
    """Nodes of endpoints at home on several devices; `member[k]` is a device of home number `of[k]`."""

    node: Longs
    of: Longs
    member: Longs


@analysis
def _between_devices(network: Network) -> tuple[Multigraph, _Homes]:
    homes = carriage(network).homes
    of = [number for number, members in enumerate(homes) for _ in members]
    members = [member for members in homes for member in sorted(members)]
    columns = (np.array(values, np.int64) for values in (list(homes.values()), of, members))
    return carriage(network).graph.without(nodes=list(homes.values())), _Homes(*columns)


def _living(network: Network, failure: Failure) -> Bools:
    """Which nodes could still send and receive: their device works, or one of those that they are at home on.

    An access point works as long as one of its links does: endpoints behind it are at what failed.
    """
    graph = carriage(network).graph.without(failure.devices, failure.links)
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


def _lost_share(stretch: Stretch, between: Sequence[Spread], pieces: Pieces, living: Bools) -> float:
    """The share of a stretch whose ends both live and that one of its legs does not carry."""
    near, far = (_by_piece(end.spread, pieces, living) for end in (stretch.source, stretch.target))
    legs = [near, *(_by_piece(stop, pieces, living) for stop in between), far]
    served = 1.0
    for here, there in pairwise(legs):
        served *= _joined(here, there)
    return near.whole * far.whole - served


class _Shares(NamedTuple):
    """Shares in single pieces, those in several at once, and all of them, cut off or not."""

    single: dict[int, float]
    several: list[tuple[frozenset[int], float]]
    whole: float


def _by_piece(stop: Spread, pieces: Pieces, living: Bools) -> _Shares:
    alive = living[stop.nodes]
    nodes, shares = stop.nodes[alive], stop.shares[alive]
    label = pieces.label[nodes]
    sums = np.bincount(np.maximum(label, GONE) + 1, weights=np.where(label < 0, 0.0, shares))
    single = {place - 1: float(sums[place]) for place in np.flatnonzero(sums).tolist()}
    apart = np.flatnonzero(label == SPLIT).tolist()
    several = [(pieces.split[int(nodes[place])], float(shares[place])) for place in apart]
    return _Shares(single, several, float(shares.sum()))


def _joined(here: _Shares, there: _Shares) -> float:
    """The share of what two places send each other that has a path."""
    total = sum(share * there.single.get(piece, 0.0) for piece, share in here.single.items())
    for one, other in ((here, there), (there, here)):
        total += sum(share * one.single.get(piece, 0.0) for held, share in other.several for piece in held)
    return total + sum(share * more for held, share in here.several for also, more in there.several if held & also)
