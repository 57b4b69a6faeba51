"""Which routing processes really talk: neighbours whose two sides agree, not what one side says.

OSPF and IS-IS form an adjacency where both ends' interfaces share a segment, agree on area, timers,
network type and authentication, and neither is passive. A BGP session needs a statement at either side
that names the other's address (or a shared unnumbered link) and AS, with the same authentication.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.address_text import parse
from netdesign.analysis.addresses import addresses
from netdesign.analysis.layer3 import Layer3, layer3
from netdesign.analysis.row_codes import equal_pairs, first_equal, member_codes, row_codes, text_codes
from netdesign.graph.network import Network, analysis
from netdesign.model.routing import AddressFamily, PolicyAction
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.analysis.address_text import Parsed
    from netdesign.graph.multigraph import Bools, Ints, Longs

PROTOCOLS = tuple(RoutingProtocol)
BGP = PROTOCOLS.index(RoutingProtocol.BGP)
IPV4, IPV6, EVPN = 1, 2, 4
SENDS, TAKES = 8, 16
"""Beside the families of a statement: its policies let something out, and in."""
FAMILY_BITS = {AddressFamily.IPV4: IPV4, AddressFamily.IPV6: IPV6, AddressFamily.EVPN: EVPN}
MAX_CLIQUE = 16
"""Routers on one segment that are all drawn as neighbours of each other; more are drawn as a star."""

_IGP = attrgetter("process", "interface", "area", "network_type", "authentication", "hello_ms", "dead_ms", "passive")
_BGP = attrgetter("process", "remote_asn", "peer_address", "interface", "authentication", "multihop")


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
        asn=np.array([-1 if fact.asn is None else fact.asn for fact in facts], np.int64),
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
    names, ports, *settings, hello, dead, passive = _transposed(facts, _IGP, 8)
    process = _positions(names, running.index)
    interface = _positions(ports, network.interface_index)
    active = igp_members(network) & ~np.array(passive, np.bool_)
    texts = [text_codes(column, {}) for column in settings]
    kind = row_codes(running.protocol[process], *texts, np.array(hello, np.int64), np.array(dead, np.int64))
    row, segment = _on_segments(graph, interface, np.flatnonzero(active))
    group = row_codes(segment, kind[row])
    tail, head, at = _pairs(group, process[row])
    kept = tail != head
    return Adjacencies(tail[kept], head[kept], segment[at[kept]], np.full(int(kept.sum()), IPV4 | IPV6))


@analysis
def igp_members(network: Network) -> Bools:
    """Which IGP interfaces, passive or not, are routed interfaces of their process's own table."""
    facts, running = network.design.routing.igp_interfaces, processes(network)
    process = _positions([fact.process for fact in facts], running.index)
    interface = _positions([fact.interface for fact in facts], network.interface_index)
    own = np.append(layer3(network).interface_vertex, -1)[interface]
    vertex = np.append(running.vertex, -2)[process]
    protocol = np.append(running.protocol, BGP)[process]
    found: Bools = (own >= 0) & (own == vertex) & (protocol != BGP)
    return found


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
    own, peer = said.process[whole], said.peer[whole]
    tail, head = np.minimum(own, peer), np.maximum(own, peer)
    code = row_codes(tail, head, said.segment[whole], said.authentication[whole])
    count = int(code.max(initial=-1)) + 1
    sides = np.zeros((2, count), np.int64)
    np.bitwise_or.at(sides, ((own < peer).astype(np.int64), code), said.families[whole])
    first = np.zeros(count, np.int64)
    first[code] = np.arange(code.size)
    there, back = _open(sides[0], sides[1]), _open(sides[1], sides[0])
    both = np.where(there | back, sides[0] & sides[1] & (IPV4 | IPV6 | EVPN), 0)
    kept = first[both > 0]
    return Adjacencies(tail[kept], head[kept], said.segment[whole][kept], both[both > 0])


def _open(sender: Longs, taker: Longs) -> Bools:
    found: Bools = ((sender & SENDS) > 0) & ((taker & TAKES) > 0)
    return found


@analysis
def statements(network: Network) -> Statements:
    """Every BGP neighbour statement, resolved against the interfaces and processes of the design."""
    facts, running = network.design.routing.bgp_neighbors, processes(network)
    names, asns, texts, ports, keys, hops = _transposed(facts, _BGP, 6)
    process = _positions(names, running.index)
    vertex = np.append(running.vertex, -1)[process]
    parsed = parse([text or "" for text in texts])
    row = address_rows(network, parsed, vertex)
    segment = shared_segments(network, vertex, row)
    owner = np.append(addresses(network).interface, -1)[row]
    peer_vertex = np.append(layer3(network).interface_vertex, -1)[owner]
    bare = np.flatnonzero((parsed.version == 0) & (vertex >= 0))
    interface = _positions([ports[at] for at in bare.tolist()], network.interface_index)
    peer_vertex[bare], segment[bare] = _opposite(layer3(network), interface, vertex[bare])
    remote = np.array(asns, np.int64)
    near = (segment >= 0) | (np.append(running.asn, -1)[process] == remote) | np.array(hops, np.bool_)
    speaks = np.where(near, _speakers(running, peer_vertex, remote), -1)
    families = _families([fact.families for fact in facts]) | _directions(network)
    return Statements(process, speaks, segment, text_codes(keys, {}), families)


def address_rows(network: Network, parsed: Parsed, vertex: Longs) -> Longs:
    """The row of each address among those of interfaces, in the same VRF where it is there; -1 for nobody."""
    rows, graph = addresses(network), layer3(network)
    live = np.flatnonzero(graph.interface_vertex[rows.interface] >= 0)
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
    span = np.int64(graph.segment_count + 1)
    on = np.isin(vertex * span + segment, graph.member_vertex * span + graph.member_segment)
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
    code = row_codes(np.concatenate([running.vertex[speakers], vertex]), np.concatenate([running.asn[speakers], asn]))
    return first_equal(code[speakers.size :], code[: speakers.size], speakers)


def _families(values: Sequence[tuple[AddressFamily, ...]]) -> Longs:
    joined = [",".join(value) for value in values]
    bits = {
        text: sum(FAMILY_BITS[AddressFamily(word)] for word in set(text.split(",")) if word) for text in set(joined)
    }
    return np.fromiter(map(bits.__getitem__, joined), np.int64, len(joined))


def _directions(network: Network) -> Longs:
    """Which ways the policies of each statement are open: one that permits nothing, or is unknown, is shut."""
    facts, policies = network.design.routing.bgp_neighbors, network.design.routing.route_policies
    open_ones = {None} | {p.id for p in policies if any(term.action is PolicyAction.PERMIT for term in p.terms)}
    takes = np.fromiter((fact.import_policy in open_ones for fact in facts), np.bool_, len(facts))
    sends = np.fromiter((fact.export_policy in open_ones for fact in facts), np.bool_, len(facts))
    return sends * SENDS + takes * TAKES


def _transposed(facts: Sequence[object], getter: attrgetter[tuple[object, ...]], width: int) -> list[tuple]:  # type: ignore[type-arg]
    return list(zip(*map(getter, facts), strict=True)) if facts else [()] * width


def _positions(names: Sequence[str | None], index: dict[str, int]) -> Longs:
    """The position of each name; -1 for one that is unknown."""
    return np.fromiter((index.get(name, -1) for name in names), np.int64, len(names))  # type: ignore[arg-type]
