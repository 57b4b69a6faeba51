"""OSPF and IS-IS as they are laid out: statements by segment, domains, areas and how they hang together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import column, equal_pairs, row_codes, text_codes, whole_numbers
from netdesign.analysis.protocols.adjacency import igp_adjacencies, igp_members, processes
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.model.routing import IgpInterface, RoutingProcess
    from netdesign.model.vocabulary import RoutingProtocol


@dataclass(frozen=True, eq=False)
class Statements:
    """Statements of one protocol by position: those that are in force, with process, interface and domain.

    Processes whose interfaces share a segment are of one domain, whether they agree or not.
    """

    at: Longs
    process: Longs
    interface: Longs
    domain: Longs
    domain_of: Longs
    """The domain of each process; -1 for processes of other protocols."""


@analysis
def igp_statements(network: Network, protocol: RoutingProtocol) -> Statements:
    """The statements of a protocol that are in force."""
    facts, running = network.design.routing.igp_interfaces, processes(network)
    owners = network.design.routing.processes
    kept = np.flatnonzero(igp_members(network)).tolist()
    kept = [at for at in kept if owners[running.index[facts[at].process]].protocol is protocol]
    at = np.array(kept, np.int64)
    process = np.array([running.index[facts[row].process] for row in kept], np.int64)
    interface = np.array([network.interface_index[facts[row].interface] for row in kept], np.int64)
    row, segment = segment_rows(network, interface)
    ends = process[row].astype(np.int32), (len(owners) + segment).astype(np.int32)
    label = components(Multigraph(len(owners) + layer3(network).segment_count, *ends))[: len(owners)]
    chosen = np.array([fact.protocol is protocol for fact in owners], np.bool_)
    domain_of = np.where(chosen & (running.vertex >= 0), label, -1).astype(np.int64)
    return Statements(at, process, interface, domain_of[process], domain_of)


def segment_rows(network: Network, interface: Longs) -> tuple[Longs, Longs]:
    """(row, segment) for each interface of some and each segment that it is on."""
    graph = layer3(network)
    row, member = equal_pairs(interface, graph.member_interface)
    return row, graph.member_segment[member]


class Mismatch(NamedTuple):
    """Statements (by position) on one segment that differ in the named fields."""

    rows: tuple[int, ...]
    fields: tuple[str, ...]


FIELDS = ("area", "hello_ms", "dead_ms", "network_type", "authentication", "passive")


@analysis
def mismatches(network: Network, protocol: RoutingProtocol) -> tuple[Mismatch, ...]:
    """Neighbours on a segment whose statements keep them from talking; each set of neighbours once."""
    said, facts = igp_statements(network, protocol), network.design.routing.igp_interfaces
    row, segment = segment_rows(network, said.interface)
    chosen = [facts[at] for at in said.at.tolist()]
    mtu = interfaces(network).mtu_bytes[said.interface]
    texts = [text_codes([str(getattr(fact, name)) for fact in chosen], {}) for name in FIELDS]
    code = row_codes(*texts, mtu)[row]
    count = int(segment.max(initial=-1)) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1, np.int64)
    np.minimum.at(least, segment, code)
    np.maximum.at(most, segment, code)
    found = dict[tuple[int, ...], tuple[str, ...]]()
    unlike = np.flatnonzero((most > least)[segment])
    groups = defaultdict[int, set[int]](set)
    for where, one in zip(segment[unlike].tolist(), row[unlike].tolist(), strict=True):
        groups[where].add(one)
    for rows in map(sorted, groups.values()):
        differing = [name for name in FIELDS if len({getattr(chosen[one], name) for one in rows}) > 1]
        if len({int(mtu[one]) for one in rows}) > 1:
            differing.append("mtu_bytes")
        found[tuple(int(said.at[one]) for one in rows)] = tuple(differing)
    return tuple(Mismatch(rows, fields) for rows, fields in sorted(found.items()))


@analysis
def active_rows(network: Network, protocol: RoutingProtocol) -> Bools:
    """Which rows of `igp_statements` send hellos."""
    facts, said = network.design.routing.igp_interfaces, igp_statements(network, protocol)
    return ~np.array([facts[at].passive for at in said.at.tolist()], np.bool_)


class Part(NamedTuple):
    """Processes (by position) of an area that hear each other inside it."""

    domain: int
    area: str
    processes: tuple[int, ...]


@analysis
def area_parts(network: Network, protocol: RoutingProtocol) -> tuple[Part, ...]:
    """The parts of every area of every domain, by the adjacencies that are really there."""
    said, facts = igp_statements(network, protocol), network.design.routing.igp_interfaces
    members = defaultdict[tuple[int, str], set[int]](set)
    on = defaultdict[tuple[int, int], set[str]](set)
    row, segment = segment_rows(network, said.interface)
    areas = [facts[at].area for at in said.at.tolist()]
    for process, domain, area in zip(said.process.tolist(), said.domain.tolist(), areas, strict=True):
        members[domain, area].add(process)
    for one, where in zip(row.tolist(), segment.tolist(), strict=True):
        on[int(said.process[one]), where].add(areas[one])
    pairs = igp_adjacencies(network)
    joined = defaultdict[tuple[int, str], list[tuple[int, int]]](list)
    ends = (pairs.tail.tolist(), pairs.head.tolist(), pairs.segment.tolist())
    for tail, head, where in zip(*ends, strict=True):
        for area in on.get((tail, where), set()) & on.get((head, where), set()):
            joined[int(said.domain_of[tail]), area].append((tail, head))
    found = [Part(*key, part) for key, those in members.items() for part in _parts(those, joined[key])]
    return tuple(sorted(found))


def _parts(members: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The members as sets that the edges join."""
    numbers = {process: at for at, process in enumerate(sorted(members))}
    kept = [(numbers[a], numbers[b]) for a, b in edges if a in numbers and b in numbers]
    tail, head = np.array(kept, np.int32).reshape(-1, 2).T
    label = components(Multigraph(len(numbers), tail, head))
    found = defaultdict[int, list[int]](list)
    for process, at in numbers.items():
        found[int(label[at])].append(process)
    return [tuple(those) for those in found.values()]


def owners(network: Network, protocol: RoutingProtocol) -> list[tuple[RoutingProcess, int]]:
    """The processes of a protocol that run somewhere, with their domain."""
    facts, domain = network.design.routing.processes, igp_statements(network, protocol).domain_of
    return [(facts[at], int(domain[at])) for at in np.flatnonzero(domain >= 0).tolist()]


def statements_of(network: Network, protocol: RoutingProtocol) -> list[tuple[IgpInterface, int, int]]:
    """(statement, position of its process, domain) of all that is in force."""
    said, facts = igp_statements(network, protocol), network.design.routing.igp_interfaces
    columns = said.at.tolist(), said.process.tolist(), said.domain.tolist()
    return [(facts[at], process, domain) for at, process, domain in zip(*columns, strict=True)]


def metric_speeds(network: Network, protocol: RoutingProtocol) -> tuple[Longs, Longs, Longs, Longs]:
    """(row, domain, cost, speed) of active statements whose interface, or its port, states a speed."""
    said, table = igp_statements(network, protocol), interfaces(network)
    facts = network.design.routing.igp_interfaces
    parent = table.parent[said.interface]
    speed = table.speed_bps[said.interface]
    speed = np.where(speed > 0, speed, np.where(parent >= 0, table.speed_bps[parent], 0))
    cost = whole_numbers(column([facts[at] for at in said.at.tolist()], "cost"))
    kept = np.flatnonzero(active_rows(network, protocol) & (speed > 0))
    return kept, said.domain[kept], cost[kept], speed[kept]
