"""How much each link and each enforcement point carries, with nothing failed and after failures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import carriage, merged_homes
from netdesign.analysis.facts.ends import End, Spread, ends_of, spread
from netdesign.analysis.facts.tiers import uplinks
from netdesign.analysis.policy.enforcers import Enforcer, standby_devices, waypoint
from netdesign.graph.connectivity import components
from netdesign.graph.ecmp import Demands
from netdesign.graph.gravity import product_loads
from netdesign.graph.network import Network, analysis
from netdesign.graph.parting import parted_loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.multigraph import Floats, Ints, Longs, Multigraph
    from netdesign.model.traffic import Flow

NOTHING: frozenset[int] = frozenset()

LARGEST_TABLE = 20_000_000
"""Destinations times nodes up to which loads are found on the symmetry of the graph, from a table of both."""
SURELY = 1.0 - 1e-9
"""Shares this near to 1 are 1 but for rounding."""


class Loads(NamedTuple):
    """Peak traffic on links and enforcement points.

    `load_bps[0]` flows from the a end of a link to its b end, `load_bps[1]` back. `unserved_bps` holds,
    by id of the flow, what finds no path; `inspected_bps`, by position of the device, what an
    enforcement point inspects (of each flow the larger direction).
    """

    load_bps: Floats
    unserved_bps: dict[str, float]
    inspected_bps: dict[int, float]


class Stretch(NamedTuple):
    """A part of a flow: from one end, past enforcers, to another end, with what goes forth and back."""

    flow: str
    source: End
    past: tuple[tuple[Enforcer, ...], ...]
    target: End
    up_bps: float
    down_bps: float


@analysis
def loads(network: Network, failed_devices: frozenset[int] = NOTHING, failed_links: frozenset[int] = NOTHING) -> Loads:
    """The traffic of all flows once the devices and links (by position) have failed."""
    tally = _tally(network, failed_devices, failed_links)
    return Loads(tally.routed()[:, : len(network.links)], tally.unserved, tally.inspected)


@analysis
def bounced_bps(network: Network) -> Floats:
    """What each switch gets from the tier above and can only send back up: transit between upper switches.

    That is what arrives over its uplinks, less all that ends at it or leaves it another way.
    """
    tally, rising = _tally(network, NOTHING, NOTHING), uplinks(network)
    load, graph, place = tally.routed(), tally.graph, tally.place
    downward = (graph.tail[rising.links] == rising.lower).astype(np.int64)
    lower, size = place[rising.lower], graph.node_count
    from_above = np.bincount(lower, load[downward, rising.links], minlength=size)
    to_above = np.bincount(lower, load[1 - downward, rising.links], minlength=size)
    leaving = np.bincount(place[graph.tail], load[0], minlength=size)
    leaving += np.bincount(place[graph.head], load[1], minlength=size)
    bounced: Floats = np.maximum(from_above - (leaving - to_above) - tally.sunk(), 0.0)
    return bounced[place[: len(network.devices)]]


@analysis
def _tally(network: Network, failed_devices: frozenset[int], failed_links: frozenset[int]) -> Tally:
    return tallied(network, stretches(network), failed_devices, failed_links)


def tallied(
    network: Network,
    sent: Iterable[Stretch],
    failed_devices: frozenset[int] = NOTHING,
    failed_links: frozenset[int] = NOTHING,
) -> Tally:
    """The demand of stretches after a failure, ready to be routed."""
    down = failed_devices | standby_devices(network, failed_devices)
    graph = carriage(network).without(down, failed_links)
    tally = Tally(network, graph, failed_devices, components(graph), merged_homes(network, graph))
    for stretch in sent:
        tally.add(stretch)
    return tally


@analysis
def utilisation(
    network: Network, failed_devices: frozenset[int] = NOTHING, failed_links: frozenset[int] = NOTHING
) -> Floats:
    """The load of every link over its speed, in its busier direction; infinite on a link without speed."""
    busier = loads(network, failed_devices, failed_links).load_bps.max(axis=0, initial=0.0)
    speed = network.link_speed_bps
    share: Floats = np.divide(busier, speed, out=np.zeros_like(busier), where=speed > 0)
    share[(speed <= 0) & (busier > 0)] = np.inf
    return share


@analysis
def stretches(network: Network) -> tuple[Stretch, ...]:
    """Every flow, split by the sites and zones of its ends."""
    return tuple(stretch for flow in network.design.traffic.flows for stretch in _stretches(network, flow))


def _stretches(network: Network, flow: Flow) -> Iterator[Stretch]:
    sources, targets = ends_of(network, flow.sources), ends_of(network, flow.targets)
    pairs = sum(s.count for s in sources) * sum(t.count for t in targets) - _selves(network, flow)
    for source in sources:
        for target in targets:
            share = source.count * target.count / pairs if pairs > 0 else 0.0
            if share:
                past = _past(network, source, target)
                yield Stretch(flow.id, source, past, target, flow.up_bps * share, flow.down_bps * share)


def _selves(network: Network, flow: Flow) -> float:
    """How many endpoints are both source and target: none sends to itself."""
    both = tuple(sorted(set(flow.sources) & set(flow.targets)))
    return sum(end.count for end in ends_of(network, both) if end.site is not None)


def _past(network: Network, source: End, target: End) -> tuple[tuple[Enforcer, ...], ...]:
    if source.zone == target.zone or source.zone is None or target.zone is None:
        return ()
    zones = (source.zone, target.zone)
    chain = [waypoint(network, site, zones) for site in dict.fromkeys((source.site, target.site)) if site]
    return tuple(enforcers for enforcers in chain if enforcers)


def carriers_of(network: Network, enforcers: tuple[Enforcer, ...], failed: frozenset[int]) -> Spread:
    """How traffic divides among the members of enforcers that carry it once the devices have failed."""
    shares: dict[int, float] = {}
    for enforcer in enforcers:
        carriers = enforcer.carriers(network, failed)
        for carrier in carriers:
            shares[carrier] = shares.get(carrier, 0.0) + 1.0 / len(carriers)
    return spread(tuple(enforcer.members for enforcer in enforcers), shares, sum(shares.values()))


@dataclass(slots=True)
class Tally:
    """Sums demand as few products of shares: one for each distinct destination."""

    network: Network
    graph: Multigraph
    failed: frozenset[int]
    label: Ints
    place: Longs
    unserved: dict[str, float] = field(default_factory=dict)
    inspected: dict[int, float] = field(default_factory=dict)
    pieces: dict[tuple[object, ...], dict[int, float]] = field(default_factory=dict)
    arriving: dict[tuple[object, ...], tuple[Spread, list[tuple[Longs, Floats]]]] = field(default_factory=dict)
    load: Floats | None = None

    def add(self, stretch: Stretch) -> None:
        """Send a stretch from stop to stop; what one leg loses, the others never see."""
        between = [self._carriers(enforcers) for enforcers in stretch.past]
        stops = [stretch.source.spread, *between, stretch.target.spread]
        legs = list(pairwise(stops))
        served = float(np.prod([self._joined(here, there) for here, there in legs]))
        if served < SURELY:
            lost = (1.0 - served) * (stretch.up_bps + stretch.down_bps)
            self.unserved[stretch.flow] = self.unserved.get(stretch.flow, 0.0) + lost
        peak = max(stretch.up_bps, stretch.down_bps)
        for stop in between:
            for node, share in zip(stop.nodes.tolist(), stop.shares.tolist(), strict=True):
                self.inspected[node] = self.inspected.get(node, 0.0) + peak * share
        for here, there in legs:
            self._send(here, there, stretch.up_bps)
            self._send(there, here, stretch.down_bps)

    def _carriers(self, enforcers: tuple[Enforcer, ...]) -> Spread:
        return carriers_of(self.network, enforcers, self.failed)

    def _send(self, here: Spread, there: Spread, amount: float) -> None:
        if amount > 0:
            if there.key not in self.arriving:
                self.arriving[there.key] = (there, [])
            self.arriving[there.key][1].append((here.nodes, here.shares * amount))

    def sent(self) -> Iterator[tuple[Spread, Floats]]:
        """Each destination, and what every node sends there."""
        for there, parts in self.arriving.values():
            row = np.zeros(self.graph.node_count)
            for nodes, amounts in parts:
                row[nodes] += amounts
            yield there, row

    def _joined(self, here: Spread, there: Spread) -> float:
        """The share of the traffic between two spreads that has a path."""
        near, far = self._by_piece(here), self._by_piece(there)
        return sum(share * far.get(piece, 0.0) for piece, share in near.items() if piece >= 0)

    def _by_piece(self, stop: Spread) -> dict[int, float]:
        if stop.key not in self.pieces:
            label = self.label[stop.nodes]
            pieces = np.unique(label)
            shares = [float(stop.shares[label == piece].sum()) for piece in pieces]
            self.pieces[stop.key] = dict(zip(pieces.tolist(), shares, strict=True))
        return self.pieces[stop.key]

    def products(self) -> tuple[Floats, Floats]:
        """What leaves nodes and where it arrives, by product, homes drawn as one with their devices."""
        leaving = np.zeros((len(self.arriving), self.graph.node_count))
        arriving = np.zeros_like(leaving)
        for product, (there, row) in enumerate(self.sent()):
            np.add.at(leaving[product], self.place, row)
            np.add.at(arriving[product], self.place[there.nodes], there.shares)
        return leaving, arriving

    def routed(self) -> Floats:
        """The loads of all edges of the graph."""
        if self.load is None:
            merged = replace(
                self.graph,
                tail=self.place[self.graph.tail].astype(np.int32),
                head=self.place[self.graph.head].astype(np.int32),
                edge_alive=self.graph.edges_present,
            )
            if len(self.arriving) * self.graph.node_count > LARGEST_TABLE:
                self.load = parted_loads(merged, self.pairs())
            else:
                self.load = product_loads(merged, *self.products())
        return self.load

    def pairs(self) -> Demands:
        """What every node sends to every other, homes drawn as one with their devices."""
        size, keys, amounts = self.graph.node_count, [np.zeros(0, np.int64)], [np.zeros(0)]
        for there, row in self.sent():
            here = np.flatnonzero(row)
            keys.append((self.place[here][:, None] * size + self.place[there.nodes][None, :]).ravel())
            amounts.append((row[here][:, None] * there.shares[None, :]).ravel())
        pair, which = np.unique(np.concatenate(keys), return_inverse=True)
        total: Floats = np.bincount(which, np.concatenate(amounts), minlength=pair.size).astype(np.float64)
        return Demands(pair // size, pair % size, total)

    def sunk(self) -> Floats:
        """What ends at each node, but for what started there."""
        size, ended = self.graph.node_count, np.zeros(self.graph.node_count)
        for there, row in self.sent():
            leaving = np.bincount(self.place, row, minlength=size)
            at = self.place[there.nodes]
            np.add.at(ended, at, (leaving.sum() - leaving[at]) * there.shares)
        return ended
