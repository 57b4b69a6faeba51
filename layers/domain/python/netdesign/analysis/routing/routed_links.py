"""Links between routed ports: do their ends talk, and is every cable of use to the routing above it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.adjacency import IPV4, IPV6, adjacencies, processes
from netdesign.analysis.tables.route_origins import static_hops
from netdesign.graph.connectivity import blocks, components, two_edge_components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs


class Pair(NamedTuple):
    """Two tables at the ends of a wire (a link by position) that share a subnet of an IP version (0: none)."""

    wire: int
    tail: int
    head: int
    version: int


@dataclass(frozen=True, eq=False)
class WirePairs:
    """`Pair` as columns, with the segment of each."""

    wire: Longs
    tail: Longs
    head: Longs
    version: Longs
    segment: Longs


@analysis
def forwarding_wires(network: Network) -> Bools:
    """Which links carry what users send and are up, the keepalives of pairs aside."""
    kept = network.links_for(*FORWARDING_PURPOSES).copy()
    for mlag in network.design.cabling.mlags:
        if mlag.keepalive_link in network.link_index:
            kept[network.link_index[mlag.keepalive_link]] = False
    return kept


@analysis
def _on_wires(network: Network) -> tuple[Longs, Longs]:
    """(member row of `layer3`, wire) of what lies on a wire between routed ports that forwards."""
    graph = layer3(network)
    wire = media_of(network)[graph.member_interface] - len(interfaces(network).vlans)
    forwards = np.append(forwarding_wires(network), False)
    rows = np.flatnonzero((wire >= 0) & forwards[np.maximum(wire, -1)])
    return rows, wire[rows]


@analysis
def routed_pairs(network: Network) -> WirePairs:
    """Every two tables that share a subnet on a wire."""
    graph = layer3(network)
    rows, wire = _on_wires(network)
    order = np.argsort(graph.member_segment[rows], kind="stable")
    rows, wire = rows[order], wire[order]
    segment = graph.member_segment[rows]
    versions = np.append(addresses(network).version, 0)
    next_to = np.flatnonzero(segment[1:] == segment[:-1])
    ends = graph.member_vertex[rows[next_to]], graph.member_vertex[rows[next_to + 1]]
    apart = np.flatnonzero(ends[0] != ends[1])
    at = next_to[apart]
    return WirePairs(
        wire=wire[at],
        tail=np.minimum(*ends)[apart],
        head=np.maximum(*ends)[apart],
        version=versions[graph.member_row[rows[at]]].astype(np.int64),
        segment=segment[at],
    )


@analysis
def alone(network: Network) -> tuple[tuple[int, int], ...]:
    """(wire, interface) of each routed interface on a wire that shares no subnet with the other end."""
    graph, pairs = layer3(network), routed_pairs(network)
    rows, wire = _on_wires(network)
    lonely = ~among(graph.member_segment[rows], pairs.segment)
    found = zip(wire[lonely].tolist(), graph.member_interface[rows[lonely]].tolist(), strict=True)
    return tuple(sorted(set(found)))


@analysis
def silent_pairs(network: Network) -> tuple[Pair, ...]:
    """The pairs without an adjacency that carries their IP version over the wire, and without a static route."""
    pairs = routed_pairs(network)
    heard = [_of_adjacencies(network), _of_statics(network)]
    wire, tail, head, version = (np.concatenate(column) for column in zip(*heard, strict=True))
    code = row_codes(
        np.concatenate([pairs.wire, wire]),
        np.concatenate([pairs.tail, tail]),
        np.concatenate([pairs.head, head]),
        np.concatenate([pairs.version, version]),
    )
    silent = np.flatnonzero(~among(code[: pairs.wire.size], code[pairs.wire.size :]))
    columns = (column[silent].tolist() for column in (pairs.wire, pairs.tail, pairs.head, pairs.version))
    return tuple(sorted({Pair(*row) for row in zip(*columns, strict=True)}))


Columns = tuple["Longs", "Longs", "Longs", "Longs"]


@analysis
def _segment_wires(network: Network) -> Longs:
    """The wire of each segment of `layer3`; -1 where it is none."""
    rows, wire = _on_wires(network)
    found = np.full(layer3(network).segment_count + 1, -1, np.int64)
    found[layer3(network).member_segment[rows]] = wire
    return found


def _of_adjacencies(network: Network) -> Columns:
    """(wire, tail, head, version) of whatever routing protocols carry over wires."""
    talking, running = adjacencies(network), processes(network)
    wire = _segment_wires(network)[talking.segment]
    ends = running.vertex[talking.tail], running.vertex[talking.head]
    low, high = np.minimum(*ends), np.maximum(*ends)
    parts = [(0, IPV4 | IPV6), (4, IPV4), (6, IPV6)]
    rows = [(np.flatnonzero(talking.carrying(family) & (wire >= 0)), version) for version, family in parts]
    kept = np.concatenate([row for row, _ in rows])
    versions = np.concatenate([np.full(row.size, version, np.int64) for row, version in rows])
    return wire[kept], low[kept], high[kept], versions


def _of_statics(network: Network) -> Columns:
    hops = static_hops(network)
    known = np.flatnonzero((hops.segment >= 0) & (hops.vertex >= 0))
    rows = _segment_wires(network)[hops.segment[known]]
    pairs = routed_pairs(network)
    row = np.flatnonzero(among(pairs.segment, hops.segment[known]) & among(pairs.wire, rows))
    return pairs.wire[row], pairs.tail[row], pairs.head[row], pairs.version[row]


# --- what single failures do


@dataclass(frozen=True, eq=False)
class Control:
    """Tables joined by adjacencies, one edge a wire however many protocols run on it."""

    graph: Multigraph
    wire: Longs


@analysis
def control_graph(network: Network) -> Control:
    """The graph of all adjacencies; `wire` is -1 where an adjacency crosses a VLAN or several hops."""
    talking, running, graph = adjacencies(network), processes(network), layer3(network)
    wire = _segment_wires(network)[talking.segment]
    ends = running.vertex[talking.tail], running.vertex[talking.head]
    tail, head = np.minimum(*ends), np.maximum(*ends)
    first = np.unique(row_codes(tail, head, wire), return_index=True)[1] if tail.size else tail
    edges = tail[first].astype(np.int32), head[first].astype(np.int32)
    return Control(Multigraph(graph.vertex_count, *edges), wire[first])


class Unused(NamedTuple):
    """A wire between two tables that route the same VRF together, but not over this wire.

    `split_by` is "link" or "node": the kind of single failure that parts them although the wire is up.
    """

    wire: int
    tail: int
    head: int
    split_by: str


@analysis
def unused_links(network: Network, kinds: tuple[str, ...]) -> tuple[Unused, ...]:
    """The wires that routing does not use and that would be the only way after a failure of one of `kinds`."""
    wire, tail, head = _idle(network)
    if not wire.size or not kinds:
        return ()
    control = control_graph(network).graph
    found: dict[int, Unused] = {}
    if "link" in kinds:
        label = two_edge_components(control)
        for at in np.flatnonzero(label[tail] != label[head]).tolist():
            found[at] = Unused(int(wire[at]), int(tail[at]), int(head[at]), "link")
    if "node" in kinds:
        shared = _shares_block(control, tail, head)
        for at in np.flatnonzero(~shared).tolist():
            found.setdefault(at, Unused(int(wire[at]), int(tail[at]), int(head[at]), "node"))
    return tuple(found[at] for at in sorted(found))


def _idle(network: Network) -> tuple[Longs, Longs, Longs]:
    """(wire, table, table) of one VRF that are in one control graph, with no adjacency over the wire."""
    control, graph = control_graph(network), layer3(network)
    label = components(control.graph)
    usable = np.flatnonzero(forwarding_wires(network))
    wire = wires(network).of_link[usable]
    ends = [end[usable] for end in network.link_ends]
    busy = np.flatnonzero(control.graph.degree() > 0)
    columns: list[tuple[Longs, Longs, Longs]] = [(np.zeros(0, np.int64),) * 3]
    for vrf in sorted(set(graph.vrf[busy].tolist())):
        at = np.full(len(network.devices) + 1, -1, np.int64)
        mine = busy[graph.vrf[busy] == vrf]
        at[graph.device[mine]] = mine
        a, b = at[ends[0]], at[ends[1]]
        kept = np.flatnonzero((a >= 0) & (b >= 0) & (a != b) & (label[a] == label[b]))
        columns.append((wire[kept], np.minimum(a, b)[kept], np.maximum(a, b)[kept]))
    found = tuple(np.concatenate(column) for column in zip(*columns, strict=True))
    return _without_adjacency(control, *found)


def _without_adjacency(control: Control, wire: Longs, tail: Longs, head: Longs) -> tuple[Longs, Longs, Longs]:
    first = np.unique(row_codes(wire, tail, head), return_index=True)[1]
    wire, tail, head = wire[first], tail[first], head[first]
    over = np.flatnonzero(control.wire < 0)
    ends = control.graph.tail.astype(np.int64), control.graph.head.astype(np.int64)
    by_wire = row_codes(
        np.concatenate([wire, control.wire]), np.concatenate([tail, ends[0]]), np.concatenate([head, ends[1]])
    )
    by_pair = row_codes(np.concatenate([tail, ends[0][over]]), np.concatenate([head, ends[1][over]]))
    count = wire.size
    idle = ~among(by_wire[:count], by_wire[count:]) & ~among(by_pair[:count], by_pair[count:])
    return wire[idle], tail[idle], head[idle]


def _shares_block(graph: Multigraph, tail: Longs, head: Longs) -> Bools:
    """Whether two nodes lie in one biconnected block, so that no third node parts them."""
    block = blocks(graph).block.astype(np.int64)
    edges = np.flatnonzero(block >= 0)
    member: dict[int, set[int]] = {}
    for end in (graph.tail, graph.head):
        for node, label in zip(end[edges].tolist(), block[edges].tolist(), strict=True):
            member.setdefault(node, set()).add(label)
    return np.array(
        [bool(member.get(u, set()) & member.get(v, set())) for u, v in zip(tail.tolist(), head.tolist(), strict=True)]
    )
