"""Where routes come from: what each table holds itself, and what processes bring into their domains."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.row_codes import column, equal_pairs, whole_numbers
from netdesign.analysis.protocols.adjacency import address_rows, igp_members, processes, shared_segments
from netdesign.analysis.protocols.provider_defaults import default_takers
from netdesign.analysis.protocols.providers import beside, circuit_tables, provider_tables
from netdesign.analysis.protocols.route_domains import domains
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.analysis.facts.address_text import Parsed, Words
    from netdesign.graph.multigraph import Ints, Longs

CONNECTED, STATIC, ORIGINATED = 0, 1, 2
LEARNED_DISTANCE = 200
"""What a learned route weighs against static ones of its length: those kept for when it is gone weigh more."""
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Routes:
    """Every route that some table holds or some domain spreads, one row each.

    `kind` is CONNECTED or STATIC (known at `vertex` alone) or ORIGINATED (known throughout `domain`, and
    `vertex` brought it in). `target` is the table that it leads to: `outside` for a provider's network,
    NOWHERE where it is discarded; `other` is another one that stands in for it. Of equally long matches the
    smallest `distance` wins.
    """

    version: Ints
    high: Words
    low: Words
    length: Ints
    kind: Ints
    distance: Ints
    vertex: Longs
    domain: Longs
    target: Longs
    other: Longs
    outside: int
    domain_count: int


class _Rows(NamedTuple):
    """Prefixes with what is known of them, before they become columns of `Routes`."""

    version: Ints
    high: Words
    low: Words
    length: Ints
    kind: int
    distance: Ints
    vertex: Longs
    domain: Longs
    target: Longs
    other: Longs


@analysis
def routes(network: Network) -> Routes:
    """All routes of the design, as wide as they can spread."""
    outside = layer3(network).vertex_count
    parts = [_connected(network), _statics(network, outside), *_originated(network, outside)]
    return Routes(
        version=np.concatenate([part.version for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        length=np.concatenate([part.length for part in parts]),
        kind=np.repeat([part.kind for part in parts], [part.vertex.size for part in parts]).astype(np.int32),
        distance=np.concatenate([part.distance for part in parts]),
        vertex=np.concatenate([part.vertex for part in parts]),
        domain=np.concatenate([part.domain for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        other=np.concatenate([part.other for part in parts]),
        outside=outside,
        domain_count=domains(network).count,
    )


def _connected(network: Network) -> _Rows:
    rows, graph = addresses(network), layer3(network)
    vertex = graph.interface_vertex[rows.interface]
    kept = np.flatnonzero(vertex >= 0)
    prefix = rows.version[kept], rows.network_high[kept], rows.network_low[kept], rows.length[kept]
    nothing = np.zeros(kept.size, np.int32)
    return _Rows(*prefix, CONNECTED, nothing, vertex[kept], np.full(kept.size, -1), vertex[kept], vertex[kept])


def _statics(network: Network, outside: int) -> _Rows:
    vertex, target, _, other = static_hops(network)
    parsed = _static_prefixes(network)
    high, low = parsed.networks()
    discard = np.array([route.discard for route in network.design.routing.static_routes], np.bool_)
    kept = np.flatnonzero((vertex >= 0) & (parsed.version > 0) & ((target >= 0) | discard))
    prefix = parsed.version[kept], high[kept], low[kept], parsed.length[kept]
    where, else_where = (np.where(discard[kept], NOWHERE, np.minimum(t[kept], outside)) for t in (target, other))
    distance = np.clip(whole_numbers(column(network.design.routing.static_routes, "distance")), 0, 255).astype(np.int32)
    return _Rows(*prefix, STATIC, distance[kept], vertex[kept], np.full(kept.size, -1), where, else_where)


@analysis
def _static_prefixes(network: Network) -> Parsed:
    return parse([route.prefix for route in network.design.routing.static_routes])


class Hops(NamedTuple):
    """By static route: its table, the table of its next hop, and the segment that joins them.

    `target` is the number of tables for a provider, and -1 where the next hop is nobody that the table
    can reach. `segment` is -1 where they share none. `other` is the last of the tables that hold the next
    hop together, where `target` is the first.
    """

    vertex: Longs
    target: Longs
    segment: Longs
    other: Longs


@analysis
def static_hops(network: Network) -> Hops:
    """Where static routes lead."""
    facts, graph = network.design.routing.static_routes, layer3(network)
    index = network.device_index
    vertex = np.array([graph.vertex(index.get(f.device, -1), f.vrf) for f in facts], np.int64)
    hop = parse([fact.next_hop or "" for fact in facts])
    row = address_rows(network, hop, vertex)
    target, segment = _reached_at(network, row, vertex)
    other = _reached_at(network, address_rows(network, hop, vertex, last=True), vertex)[0]
    tables = circuit_tables(network)
    for at in np.flatnonzero((row < 0) & (hop.version > 0)).tolist():
        if any(beside(network, interface, facts[at].next_hop) for interface, _ in tables.get(int(vertex[at]), ())):
            target[at] = other[at] = graph.vertex_count
    return Hops(vertex, target, segment, np.where(other >= 0, other, target))


def _reached_at(network: Network, row: Longs, vertex: Longs) -> tuple[Longs, Longs]:
    """(table that holds an address, segment shared with it) as seen from a table."""
    graph = layer3(network)
    segment = shared_segments(network, vertex, row)
    owner = np.append(graph.interface_vertex, -1)[np.append(addresses(network).interface, -1)[row]]
    vrf = np.append(graph.vrf, -2)
    same = (owner >= 0) & (owner != vertex) & (vrf[owner] == vrf[vertex])
    target = np.where(((segment >= 0) & (owner != vertex)) | same, owner, -1)
    theirs = np.append(provider_tables(network), False)
    return np.where(theirs[target], graph.vertex_count, target), segment


def _originated(network: Network, outside: int) -> Iterable[_Rows]:
    """What processes bring into their domains."""
    running, facts, rows = processes(network), network.design.routing.processes, addresses(network)
    sources = [{r.source for r in fact.redistribute} for fact in facts]
    own = layer3(network).interface_vertex[rows.interface]
    takers = np.array([p for p, names in enumerate(sources) if "connected" in names], np.int64)
    taker, row = equal_pairs(running.vertex[takers], np.where(own >= 0, own, -9))
    yield _spread(network, takers[taker], _address_prefixes(network, row))
    members = np.flatnonzero(igp_members(network))
    igp = network.design.routing.igp_interfaces
    ports = np.array([network.interface_index[igp[at].interface] for at in members.tolist()], np.int64)
    process = np.array([running.index[igp[at].process] for at in members.tolist()], np.int64)
    member, row = equal_pairs(ports, rows.interface.astype(np.int64))
    yield _spread(network, process[member], _address_prefixes(network, row))
    counts = np.array([len(fact.networks) for fact in facts], np.int64)
    stated = parse([*chain.from_iterable(fact.networks for fact in facts)])
    process = np.repeat(np.arange(len(facts)), counts)
    yield _spread(network, process, (stated.version, *stated.networks(), stated.length))
    yield _statics_spread(network, [p for p, names in enumerate(sources) if "static" in names])
    yield from _defaults(network, outside)


def _address_prefixes(network: Network, row: Longs) -> tuple[Ints, Words, Words, Ints]:
    rows = addresses(network)
    return rows.version[row], rows.network_high[row], rows.network_low[row], rows.length[row]


def _spread(network: Network, process: Longs, prefix: tuple[Ints, Words, Words, Ints]) -> _Rows:
    """Prefixes as originated by the process of each."""
    running, version = processes(network), prefix[0]
    kept = np.flatnonzero((running.vertex[process] >= 0) & (version > 0))
    family = (version[kept] == 6).astype(np.int64)
    domain = domains(network).of_process[family, process[kept]]
    vertex = running.vertex[process[kept]]
    _, high, low, length = prefix
    vertex = np.where(provider_tables(network)[vertex], layer3(network).vertex_count, vertex)
    distance = np.full(kept.size, LEARNED_DISTANCE, np.int32)
    return _Rows(
        version[kept], high[kept], low[kept], length[kept], ORIGINATED, distance, vertex, domain, vertex, vertex
    )


def _statics_spread(network: Network, takers: list[int]) -> _Rows:
    vertex, target, *_ = static_hops(network)
    discard = np.array([route.discard for route in network.design.routing.static_routes], np.bool_)
    active = np.where((target >= 0) | discard, vertex, -9)
    taker, route = equal_pairs(processes(network).vertex[np.array(takers, np.int64)], active)
    parsed = _static_prefixes(network)
    high, low = parsed.networks()
    prefix = parsed.version[route], high[route], low[route], parsed.length[route]
    return _spread(network, np.array(takers, np.int64)[taker], prefix)


def _defaults(network: Network, outside: int) -> Iterable[_Rows]:
    """Default routes: those that processes originate and hold, and those that providers send."""
    facts, unbacked = network.design.routing.processes, unbacked_defaults(network)
    theirs = np.append(provider_tables(network), False)[processes(network).vertex]
    senders = [p for p, fact in enumerate(facts) if fact.default_originate and not theirs[p]]
    for version in (4, 6):
        own = [p for p in senders if (p, version) not in unbacked]
        yield _spread(network, np.array(own, np.int64), _zero(version, len(own)))
        learned = np.array(sorted(p for p, family in default_takers(network) if family == version), np.int64)
        heard = _spread(network, learned, _zero(version, learned.size))
        beyond = np.full(heard.vertex.size, outside)
        yield heard._replace(vertex=beyond, target=beyond, other=beyond)


@analysis
def unbacked_defaults(network: Network) -> frozenset[tuple[int, int]]:
    """(process, IP version) of default routes originated by a table that has no default route of its own.

    A static default, a provider's session and another protocol on the table count as one.
    """
    facts, running, domain = network.design.routing.processes, processes(network), domains(network).of_process
    vertex, target, *_ = static_hops(network)
    prefixes = _static_prefixes(network)
    usable = np.flatnonzero((target >= 0) & (prefixes.length == 0) & (vertex >= 0))
    held = set(zip(vertex[usable].tolist(), prefixes.version[usable].tolist(), strict=True))
    taught, theirs = default_takers(network), provider_tables(network)
    peers: dict[int, list[int]] = defaultdict(list)
    for p, at in enumerate(running.vertex.tolist()):
        peers[at].append(p)
    found = set[tuple[int, int]]()
    for p in (p for p, fact in enumerate(facts) if fact.default_originate and running.vertex[p] >= 0):
        here = int(running.vertex[p])
        for family, version in enumerate((4, 6)):
            other = any(domain[family, q] != domain[family, p] or (q, version) in taught for q in peers[here] if q != p)
            if (here, version) not in held and not other and (p, version) not in taught and not theirs[here]:
                found.add((p, version))
    return frozenset(found)


def _zero(version: int, count: int) -> tuple[Ints, Words, Words, Ints]:
    nothing = np.zeros(count, np.uint64)
    return np.full(count, version, np.int32), nothing, nothing, np.zeros(count, np.int32)
