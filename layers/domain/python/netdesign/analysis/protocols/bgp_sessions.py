"""BGP sessions as directed edges: over each, one process tells another what it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.protocols.adjacency import EVPN, IPV4, IPV6, SENDS, TAKES, processes, statements
from netdesign.analysis.protocols.providers import private_networks
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.multigraph import Bools, Longs

VERSION_OF = {IPV4: 4, IPV6: 6}
BACKBONE = -2
"""The segment of an edge inside a provider's private network."""


class Session(NamedTuple):
    """One direction: process `tail` tells `head`; `said` and `heard` are the statements (by position) of the two.

    `segment` is the one that both are on, -1 where packets take several hops, `BACKBONE` inside a provider's
    network (no statements there). `address` is where the head says that the tail is: (version, number).
    """

    tail: int
    head: int
    said: int
    heard: int
    segment: int
    families: int
    address: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Sessions:
    """The directed sessions with the position of each one's other direction, and columns of what engines read."""

    rows: tuple[Session, ...]
    reverse: Longs
    tail: Longs
    head: Longs
    families: Longs
    external: Bools


@analysis
def sessions(network: Network) -> Sessions:
    """Every session that both sides state alike, whether or not its ends reach each other."""
    rows = [*_stated(network), *_backbones(network)]
    at = {(row.tail, row.head, row.said, row.heard): place for place, row in enumerate(rows)}
    asn = processes(network).asn
    reverse = [at.get((row.head, row.tail, row.heard, row.said), -1) for row in rows]
    tail = np.array([row.tail for row in rows], np.int64)
    head = np.array([row.head for row in rows], np.int64)
    inner = np.array([row.segment == BACKBONE for row in rows], np.bool_)
    return Sessions(
        rows=tuple(rows),
        reverse=np.array(reverse, np.int64),
        tail=tail,
        head=head,
        families=np.array([row.families for row in rows], np.int64),
        external=(asn[tail] != asn[head]) & ~inner,
    )


def _stated(network: Network) -> Iterator[Session]:
    said, facts = statements(network), network.design.routing.bgp_neighbors
    columns = (said.process, said.peer, said.segment, said.authentication, said.families)
    process, peer, segment, authentication, families = (column.tolist() for column in columns)
    parsed = parse([fact.peer_address or "" for fact in facts])
    version = parsed.version.tolist()
    number = [high << 64 | low for high, low in zip(parsed.high.tolist(), parsed.low.tolist(), strict=True)]
    index: dict[tuple[int, ...], int] = {}
    for row in range(len(facts)):
        far = version[row] if segment[row] < 0 else 0
        index.setdefault((process[row], peer[row], segment[row], authentication[row], far), row)
    for row in range(len(facts)):
        own, other = process[row], peer[row]
        if own < 0 or other < 0 or own == other:
            continue
        far = version[row] if segment[row] < 0 else 0
        back = index.get((other, own, segment[row], authentication[row], far))
        if back is None:
            continue
        both = families[row] & families[back] & (IPV4 | IPV6 | EVPN)
        if both and families[back] & SENDS and families[row] & TAKES:
            yield Session(other, own, back, row, segment[row], both, (version[row], number[row]))


def _backbones(network: Network) -> Iterator[Session]:
    """Edges between the ends of a provider's network that is private to us: it carries our routes between sites."""
    running, members = processes(network), dict[object, set[int]]()
    said = statements(network)
    inside = [(int(said.peer[row]), int(said.process[row])) for row in np.flatnonzero(said.peer >= 0).tolist()]
    teachers: dict[int, set[int]] = {}
    for peer, own in inside:
        teachers.setdefault(own, set()).add(peer)
    theirs = _provider_processes(network)
    for process, net in private_networks(network):
        members.setdefault(net, set()).update(teachers.get(process, set()) & theirs)
    for some in members.values():
        for tail in sorted(some):
            for head in sorted(some - {tail}):
                if running.vertex[tail] >= 0 and running.vertex[head] >= 0:
                    yield Session(tail, head, -1, -1, BACKBONE, IPV4 | IPV6, (0, 0))


def _provider_processes(network: Network) -> set[int]:
    device, ours = processes(network).device.tolist(), network.ours
    return {process for process, at in enumerate(device) if at >= 0 and not ours[at]}


@analysis
def link_addresses(network: Network) -> dict[tuple[int, int], tuple[int, ...]]:
    """The interfaces of each table on each segment, by (table, segment)."""
    graph = layer3(network)
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    columns = (graph.member_vertex, graph.member_segment, graph.member_interface)
    for table, segment, interface in zip(*(column.tolist() for column in columns), strict=True):
        found[table, segment] = (*found.get((table, segment), ()), interface)
    return found


@analysis
def interface_numbers(network: Network) -> dict[int, dict[int, tuple[int, ...]]]:
    """The real addresses of each interface as numbers, by IP version."""
    rows = addresses(network)
    found: dict[int, dict[int, tuple[int, ...]]] = {}
    columns = (rows.interface, rows.virtual, rows.version, rows.high, rows.low)
    for interface, virtual, version, high, low in zip(*(column.tolist() for column in columns), strict=True):
        if not virtual:
            mine = found.setdefault(interface, {})
            mine[version] = (*mine.get(version, ()), high << 64 | low)
    return found
