"""Which routing processes really talk: neighbours whose two sides agree, not what one side says.

OSPF and IS-IS form an adjacency where both ends' interfaces share a segment, agree on area, timers,
network type and authentication, and neither is passive. A BGP session needs a statement at either side
that names the other's address (or a shared unnumbered link) and AS, with the same authentication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import Layer3, layer3
from netdesign.analysis.facts.address_text import Parsed, parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.row_codes import (
    among,
    column,
    equal_pairs,
    first_equal,
    member_codes,
    row_codes,
    text_codes,
    whole_numbers,
)
from netdesign.graph.network import Network, analysis
from netdesign.model.routing import AddressFamily, PolicyAction
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.analysis.facts.address_text import Words
    from netdesign.graph.multigraph import Bools, Ints, Longs

PROTOCOLS = tuple(RoutingProtocol)
BGP = PROTOCOLS.index(RoutingProtocol.BGP)
IPV4, IPV6, EVPN = 1, 2, 4
SENDS, TAKES = 8, 16
"""Beside the families of a statement: its policies let something out, and in."""
FAMILY_BITS = {AddressFamily.IPV4: IPV4, AddressFamily.IPV6: IPV6, AddressFamily.EVPN: EVPN}
MAX_CLIQUE = 16
"""Routers on one segment that are all drawn as neighbours of each other; more are drawn as a star."""


@dataclass(frozen=True, eq=False)
class Processes:
    """Routing processes by position: where they run (`vertex` of `layer3`, -1: nowhere) and as which AS."""

    vertex: Longs
    device: Ints
    protocol: Ints
    asn: Longs
    index: dict[str, int]


@dataclass(frozen=True, eq=False)
class Adjacencies:
    """Pairs of processes that talk, `tail` < `head`; `families` are bits; -1 is no segment (multihop)."""

    tail: Longs
    head: Longs
    segment: Longs
    families: Longs

    def carrying(self, family: int) -> Bools:
        """Which pairs exchange routes of the family."""
        found: Bools = (self.families & family) > 0
        return found


@analysis
def processes(network: Network) -> Processes:
    """The routing processes of the design."""
    facts, graph = network.design.routing.processes, layer3(network)
    device = np.fromiter((network.device_index.get(p.device, -1) for p in facts), np.int32, len(facts))
    vertex = [graph.vertex(at, fact.vrf) for at, fact in zip(device.tolist(), facts, strict=True)]
    index: dict[str, int] = {}
    for position, fact in enumerate(facts):
        index.setdefault(fact.id, position)
    return Processes(
        vertex=np.array(vertex, np.int64),
        device=device,
        protocol=member_codes([fact.protocol for fact in facts], PROTOCOLS),
        asn=whole_numbers([-1 if fact.asn is None else fact.asn for fact in facts]),
        index=index,
    )


@analysis
def adjacencies(network: Network) -> Adjacencies:
    """Every adjacency of every protocol."""
    parts = (igp_adjacencies(network), bgp_sessions(network))
    return Adjacencies(*(np.concatenate(c) for c in zip(*(_columns(part) for part in parts), strict=True)))


def _columns(part: Adjacencies) -> tuple[Longs, Longs, Longs, Longs]:
    return part.tail, part.head, part.segment, part.families


# --- OSPF and IS-IS


@analysis
def igp_adjacencies(network: Network) -> Adjacencies:
    """The adjacencies of OSPF and IS-IS."""
    facts, running, graph = network.design.routing.igp_interfaces, processes(network), layer3(network)
    process, interface = _igp_places(network)
    active = igp_members(network) & ~np.array(column(facts, "passive"), np.bool_)
    texts = [text_codes(column(facts, name), {}) for name in ("area", "network_type", "authentication")]
    timers = [whole_numbers(column(facts, name)) for name in ("hello_ms", "dead_ms")]
    kind = row_codes(np.append(running.protocol, -1)[process], *texts, *timers)
    row, segment = _on_segments(graph, interface, np.flatnonzero(active))
    group = row_codes(segment, kind[row])
    tail, head, at = _pairs(group, process[row])
    kept = tail != head
    return Adjacencies(tail[kept], head[kept], segment[at[kept]], np.full(int(kept.sum()), IPV4 | IPV6))


@analysis
def igp_members(network: Network) -> Bools:
    """Which IGP interfaces, passive or not, are routed interfaces of their process's own table."""
    running = processes(network)
    process, interface = _igp_places(network)
    own = np.append(layer3(network).interface_vertex, -1)[interface]
    vertex = np.append(running.vertex, -2)[process]
    protocol = np.append(running.protocol, BGP)[process]
    found: Bools = (own >= 0) & (own == vertex) & (protocol != BGP)
    return found


@analysis
def _igp_places(network: Network) -> tuple[Longs, Longs]:
    """(process, interface) of each IGP interface by position; -1 where there is none."""
    facts = network.design.routing.igp_interfaces
    index = network.interface_index if facts else {}
    process = _positions(column(facts, "process"), processes(network).index)
    return process, _positions(column(facts, "interface"), index)


def _on_segments(graph: Layer3, interface: Longs, rows: Longs) -> tuple[Longs, Longs]:
    """(row, segment) for each of `rows` and each segment that its interface is on."""
    row, member = equal_pairs(interface[rows], graph.member_interface)
    return rows[row], graph.member_segment[member]


def _pairs(group: Longs, process: Longs) -> tuple[Longs, Longs, Longs]:
    """Each pair of members of a group as (smaller, larger process, row of the first)."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    offset = np.arange(group.size) - start
    tails, heads = [], []
    for step in range(1, min(int(sizes.max(initial=0)), MAX_CLIQUE)):
        later = np.flatnonzero(offset >= step)
        tails.append(order[later - step])
        heads.append(order[later])
    far = np.flatnonzero(offset >= MAX_CLIQUE)
    tails.append(order[start[far]])
    heads.append(order[far])
    tail, head = np.concatenate(tails), np.concatenate(heads)
    ends = process[tail], process[head]
    return np.minimum(*ends), np.maximum(*ends), tail


# --- BGP


@dataclass(frozen=True, eq=False)
class Statements:
    """What each BGP neighbour statement means: its process, the peer's process, and the segment between.

    -1: unknown process, a peer that no interface of ours is, or no segment that both are on.
    """

    process: Longs
    peer: Longs
    segment: Longs
    authentication: Ints
    families: Longs


@analysis
def bgp_sessions(network: Network) -> Adjacencies:
    """The sessions that both sides state."""
    said = statements(network)
    whole = np.flatnonzero((said.process >= 0) & (said.peer >= 0) & (said.process != said.peer))
    there, back = _answered(said, whole)
    both = said.families[there] & said.families[back] & (IPV4 | IPV6 | EVPN)
    heard = _open(said.families[there], said.families[back]) | _open(said.families[back], said.families[there])
    kept = heard & (both > 0)
    ends = said.process[there[kept]], said.peer[there[kept]]
    return Adjacencies(np.minimum(*ends), np.maximum(*ends), said.segment[there[kept]], both[kept])


def _answered(said: Statements, rows: Longs) -> tuple[Longs, Longs]:
    """(statement, the one that answers it) for each session: same ends, segment and authentication."""
    count = int(said.segment.max(initial=-1)) + 1
    segment = said.segment[rows]
    alone = np.bincount(segment[segment >= 0], minlength=count) == 2
    plain = (segment >= 0) & np.append(alone, False)[segment]
    first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
    first[segment[plain][::-1]], last[segment[plain]] = rows[plain][::-1], rows[plain]
    there, back = first[alone], last[alone]
    match = (said.process[there] == said.peer[back]) & (said.peer[there] == said.process[back])
    match &= said.authentication[there] == said.authentication[back]
    others = _answered_by_code(said, rows[~plain])
    return np.concatenate([there[match], others[0]]), np.concatenate([back[match], others[1]])


def _answered_by_code(said: Statements, rows: Longs) -> tuple[Longs, Longs]:
    own, peer = said.process[rows], said.peer[rows]
    rest = said.segment[rows], said.authentication[rows]
    twice = [np.concatenate(pair) for pair in ((own, peer), (peer, own), *((one, one) for one in rest))]
    code = row_codes(*twice)
    answer = first_equal(code[: rows.size], code[rows.size :], rows)
    kept = (answer >= 0) & (own < peer)
    return rows[kept], answer[kept]


def _open(sender: Longs, taker: Longs) -> Bools:
    found: Bools = ((sender & SENDS) > 0) & ((taker & TAKES) > 0)
    return found


@analysis
def statements(network: Network) -> Statements:
    """Every BGP neighbour statement, resolved against the interfaces and processes of the design."""
    facts, running = network.design.routing.bgp_neighbors, processes(network)
    process = _positions(column(facts, "process"), running.index)
    vertex = np.append(running.vertex, -1)[process]
    parsed = parse([text or "" for text in column(facts, "peer_address")])
    row = address_rows(network, parsed, vertex)
    segment = shared_segments(network, vertex, row)
    owner = np.append(addresses(network).interface, -1)[row]
    peer_vertex = np.append(layer3(network).interface_vertex, -1)[owner]
    bare = np.flatnonzero((parsed.version == 0) & (vertex >= 0))
    index = network.interface_index if bare.size else {}
    interface = _positions([facts[at].interface for at in bare.tolist()], index)
    peer_vertex[bare], segment[bare] = _opposite(layer3(network), interface, vertex[bare])
    remote = whole_numbers(column(facts, "remote_asn"))
    near = (
        (segment >= 0) | (np.append(running.asn, -1)[process] == remote) | np.array(column(facts, "multihop"), np.bool_)
    )
    speaks = np.where(near, _speakers(running, peer_vertex, remote), -1)
    families = _families(column(facts, "families")) | _directions(network)
    return Statements(process, speaks, segment, text_codes(column(facts, "authentication"), {}), families)


def address_rows(network: Network, parsed: Parsed, vertex: Longs, *, last: bool = False) -> Longs:
    """The row of each address among those of interfaces, in the same VRF where it is there; -1 for nobody.

    Of several that hold it (a virtual address) it is the first, or the last one.
    """
    rows, (ordered, sorted_rows) = addresses(network), _address_index(network)
    if not ordered.size:
        return np.full(vertex.size, -1, np.int64)
    wanted = _mixed(parsed.version, parsed.high, parsed.low)
    by_key, at = np.argsort(wanted), np.zeros(wanted.size, np.int64)
    at[by_key] = np.minimum(np.searchsorted(ordered, wanted[by_key]), ordered.size - 1)
    row = sorted_rows[at]
    found = (rows.high[row] == parsed.high) & (rows.low[row] == parsed.low) & (rows.version[row] == parsed.version)
    twice = np.append(ordered[1:] == ordered[:-1], False)[at]
    unclear = np.flatnonzero((ordered[at] == wanted) & (twice | ~found))
    row = np.where(found, row, -1)
    if unclear.size:
        some = _rows_of_keys(ordered, sorted_rows, wanted[unclear])[:: -1 if last else 1]
        row[unclear] = _nearest_rows(network, some, _picked(parsed, unclear), vertex[unclear])
    return row


@analysis
def _address_index(network: Network) -> tuple[Words, Longs]:
    """The keys of addresses on routed interfaces in ascending order, and the row of each."""
    rows = addresses(network)
    live = np.flatnonzero(layer3(network).interface_vertex[rows.interface] >= 0)
    keys = _mixed(rows.version, rows.high, rows.low)[live]
    order = np.argsort(keys)
    return keys[order], live[order]


def _rows_of_keys(ordered: Words, rows: Longs, wanted: Words) -> Longs:
    """The rows, ascending, whose key is one of `wanted`."""
    keys = np.unique(wanted)
    first = np.searchsorted(ordered, keys, "left")
    count = np.searchsorted(ordered, keys, "right") - first
    at = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return np.sort(rows[at])


def _mixed(version: Ints, high: Words, low: Words) -> Words:
    mixed: Words = low + high * np.uint64(0x9E3779B97F4A7C15) + version.astype(np.uint64)
    return mixed


def _picked(parsed: Parsed, rows: Longs) -> Parsed:
    version, high, low = parsed.version[rows], parsed.high[rows], parsed.low[rows]
    return Parsed(version, high, low, parsed.length[rows], parsed.stated[rows])


def _nearest_rows(network: Network, live: Longs, parsed: Parsed, vertex: Longs) -> Longs:
    """As `address_rows`, where several interfaces may hold an address: one of the same VRF, or else any."""
    rows, graph = addresses(network), layer3(network)
    code = row_codes(
        np.concatenate([rows.version[live], parsed.version]),
        np.concatenate([rows.high[live], parsed.high]),
        np.concatenate([rows.low[live], parsed.low]),
    )
    vrf = np.append(graph.vrf, -2).astype(np.int64)
    table = vrf[graph.interface_vertex[rows.interface[live]]]
    span = len(graph.vrfs) + 3
    theirs = code[: live.size] * span + table + 1
    mine = code[live.size :] * span + vrf[vertex] + 1
    same = first_equal(mine, theirs, live)
    other = first_equal(code[live.size :], code[: live.size], live)
    return np.where(same >= 0, same, other)


def shared_segments(network: Network, vertex: Longs, row: Longs) -> Longs:
    """The segment of an address that the table is on too; -1 where there is none."""
    graph = layer3(network)
    of_row = np.full(addresses(network).interface.size + 1, -1, np.int64)
    of_row[graph.member_row] = graph.member_segment
    of_row[-1] = -1
    segment = of_row[row]
    ends = np.full((2, graph.segment_count + 1), -9, np.int64)
    ends[0, graph.member_segment] = graph.member_vertex
    ends[1, graph.member_segment[::-1]] = graph.member_vertex[::-1]
    on = (ends[0, segment] == vertex) | (ends[1, segment] == vertex)
    span = np.int64(graph.segment_count + 1)
    unsure = np.flatnonzero(~on & (segment >= 0) & (vertex >= 0))
    codes = graph.member_vertex * span + graph.member_segment if unsure.size else segment[:0]
    on[unsure] = among(vertex[unsure] * span + segment[unsure], codes)
    shared: Longs = np.where(on & (segment >= 0) & (vertex >= 0), segment, -1)
    return shared


def _opposite(graph: Layer3, interface: Longs, vertex: Longs) -> tuple[Longs, Longs]:
    """(vertex, segment) at the other end of each unnumbered interface of the table; -1 without one."""
    far, shared = np.full(interface.size, -1, np.int64), np.full(interface.size, -1, np.int64)
    row, segment = _on_segments(graph, interface, np.flatnonzero(interface >= 0))
    total = np.zeros(graph.segment_count + 1, np.int64)
    members = np.bincount(graph.member_segment, minlength=graph.segment_count + 1)
    np.add.at(total, graph.member_segment, graph.member_vertex)
    pair = members[segment] == 2
    far[row[pair]] = total[segment[pair]] - vertex[row[pair]]
    shared[row[pair]] = segment[pair]
    return far, shared


def _speakers(running: Processes, vertex: Longs, asn: Longs) -> Longs:
    """The BGP process of a table that has the AS; -1 where there is none."""
    speakers = np.flatnonzero((running.protocol == BGP) & (running.vertex >= 0) & (running.asn >= 0))
    tables = int(max(running.vertex.max(initial=-1), vertex.max(initial=-1))) + 2
    one = np.full(tables, -1, np.int64)
    one[running.vertex[speakers][::-1]] = speakers[::-1]
    found = one[vertex]
    found = np.where((found >= 0) & (np.append(running.asn, -1)[found] == asn), found, -1)
    crowded = np.bincount(running.vertex[speakers], minlength=tables) > 1
    unclear = np.flatnonzero((found < 0) & crowded[vertex] & (vertex >= 0))
    for at in unclear.tolist():
        here = speakers[(running.vertex[speakers] == vertex[at]) & (running.asn[speakers] == asn[at])]
        found[at] = here[0] if here.size else -1
    return found


def _families(values: Sequence[tuple[AddressFamily, ...]]) -> Longs:
    bits = {value: sum(FAMILY_BITS[family] for family in set(value)) for value in set(values)}
    return np.fromiter(map(bits.__getitem__, values), np.int64, len(values))


def _directions(network: Network) -> Longs:
    """Which ways the policies of each statement are open: one that permits nothing, or is unknown, is shut."""
    facts, policies = network.design.routing.bgp_neighbors, network.design.routing.route_policies
    open_ones: set[str | None] = {None} | {
        p.id for p in policies if any(term.action is PolicyAction.PERMIT for term in p.terms)
    }
    takes, sends = (
        np.fromiter(map(open_ones.__contains__, column(facts, name)), np.bool_, len(facts))
        for name in ("import_policy", "export_policy")
    )
    return sends * SENDS + takes * TAKES


def _positions(names: Sequence[str | None], index: dict[str, int]) -> Longs:
    """The position of each name; -1 for one that is unknown."""
    return np.fromiter((-1 if name is None else index.get(name, -1) for name in names), np.int64, len(names))
