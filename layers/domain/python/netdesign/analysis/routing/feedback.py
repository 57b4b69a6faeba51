"""Routes that leave a protocol by redistribution at one router and come back into it at another."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.protocols.adjacency import adjacencies, processes
from netdesign.analysis.tables.evpn import places
from netdesign.analysis.tables.redistribution import redistributed
from netdesign.analysis.tables.rib_entries import DISTANCE, INNER_DISTANCE, Entry
from netdesign.analysis.tables.rib_sources import sources
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from netdesign.model.routing import RoutingProcess


class Point(NamedTuple):
    """A process that takes in the routes of another one of its table, both by position."""

    taker: int
    giver: int


class Return(NamedTuple):
    """A prefix that leaves by one point and comes back by another, which prefers it to what it knows itself."""

    prefix: Prefix
    out: Point
    back: Point


@analysis
def points(network: Network) -> tuple[Point, ...]:
    """Where learned routes pass from one process to another of the same table."""
    facts, vertex = network.design.routing.processes, processes(network).vertex.tolist()
    here: dict[int, list[int]] = defaultdict(list)
    for process, table in enumerate(vertex):
        if table >= 0:
            here[table].append(process)
    return tuple(
        Point(taker, giver)
        for some in here.values()
        for taker in some
        for giver in some
        if taker != giver and any(r.source == facts[giver].protocol.value for r in facts[taker].redistribute)
    )


@analysis
def returns(network: Network) -> tuple[Return, ...]:
    """One prefix for each pair of points that nothing guards: no tag, no filter, no distance."""
    label = _domains(network)
    found = []
    for out in points(network):
        for back in points(network):
            if back.taker == out.giver or not _mutual(network, label, out, back):
                continue
            prefix = next(
                (p for p in _native(network, label, int(label[out.giver])) if _passes(network, out, back, p)), None
            )
            if prefix is not None and _preferred(network, back):
                found.append(Return(prefix, out, back))
    return tuple(found)


@analysis
def _domains(network: Network) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A label for each process, equal where processes of one protocol talk, or are of one VRF over an overlay."""
    pairs, facts = adjacencies(network), network.design.routing.processes
    hubs: dict[str, int] = {}
    over = [(p, hubs.setdefault(facts[p].vrf, p)) for p in sorted(places(network))]
    extra = np.array(over, np.int64).reshape(-1, 2)
    tail, head = np.concatenate([pairs.tail, extra[:, 0]]), np.concatenate([pairs.head, extra[:, 1]])
    ends = tail.astype(np.int32), head.astype(np.int32)
    return components(Multigraph(len(facts), *ends)).astype(np.int64)


def _mutual(network: Network, label: np.ndarray[tuple[int], np.dtype[np.int64]], out: Point, back: Point) -> bool:
    """Whether routes pass from one domain to another, and at another router back."""
    vertex = processes(network).vertex
    apart = int(vertex[out.taker]) != int(vertex[back.taker])
    return apart and bool(label[out.taker] == label[back.giver]) and bool(label[out.giver] == label[back.taker])


def _native(network: Network, label: np.ndarray[tuple[int], np.dtype[np.int64]], domain: int) -> list[Prefix]:
    """The prefixes that processes of a domain bring in themselves."""
    found = [
        prefix
        for prefix, source in sources(network).items()
        if any(int(label[p]) == domain for p in (*source.stated, *(m[0] for m in source.members)))
    ]
    return [prefix for prefix in found if prefix.length] or [Prefix(4, 10 << 24, 24)]


def _passes(network: Network, out: Point, back: Point, prefix: Prefix) -> bool:
    """Whether a native prefix gets through both points with the marks that it is given on the way."""
    facts = network.design.routing.processes
    there = redistributed(network, facts[out.taker], prefix, _entry(facts[out.giver], out.giver))
    if there is None:
        return False
    entry = _entry(facts[back.giver], back.giver)._replace(marks=there)
    return redistributed(network, facts[back.taker], prefix, entry) is not None


def _entry(fact: RoutingProcess, process: int) -> Entry:
    return Entry(fact.protocol.value, process, 0, 0)


def _preferred(network: Network, back: Point) -> bool:
    """Whether the router of the second point trusts the protocol that brings the route back more than its own."""
    return weight(network, back.giver) < weight(network, back.taker)


def weight(network: Network, process: int) -> int:
    """The administrative distance of what a process learns; of BGP that of the sessions that it has."""
    fact = network.design.routing.processes[process]
    if fact.distance is not None:
        return fact.distance
    if fact.protocol is not RoutingProtocol.BGP:
        return DISTANCE.get(fact.protocol.value, INNER_DISTANCE)
    said = network.grouped("bgp_neighbors", "process").get(fact.id, ())
    outer = any(neighbour.remote_asn != fact.asn for neighbour in said)
    return DISTANCE["bgp"] if outer else INNER_DISTANCE
