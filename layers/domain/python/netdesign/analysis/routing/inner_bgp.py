"""Groups of BGP processes of one AS: who has to hear what the others learn, and whether all do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.adjacency import BGP, IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.bgp_sessions import Session, sessions
from netdesign.analysis.tables.evpn import places
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

FAMILIES = ((4, IPV4), (6, IPV6))


class Group(NamedTuple):
    """Processes (by position) of one AS that belong together, and the IP versions that come in from outside."""

    members: tuple[int, ...]
    versions: tuple[int, ...]


class Deaf(NamedTuple):
    """A process that does not hear what another one learns, while a reflector (-1: none) is lost."""

    speaker: int
    listener: int
    version: int
    lost: int


@analysis
def inner_groups(network: Network) -> tuple[Group, ...]:
    """The groups of two and more processes of ours that share an AS and a segment, or that one of them calls its peer.

    Processes whose routes travel over an overlay need no sessions among them.
    """
    running, facts = processes(network), network.design.routing.processes
    ours = np.append(network.ours, False)[running.device]
    chosen = (running.protocol == BGP) & (running.vertex >= 0) & ours & (running.asn >= 0)
    chosen[np.array(sorted(places(network)), np.int64)] = False
    pairs = [*_stated(network), *_beside(network, np.flatnonzero(chosen).tolist())]
    kept = [(a, b) for a, b in pairs if chosen[a] and chosen[b] and running.asn[a] == running.asn[b]]
    ends = np.array(kept, np.int32).reshape(-1, 2)
    label = components(Multigraph(len(facts), ends[:, 0], ends[:, 1])).tolist()
    found: dict[int, list[int]] = defaultdict(list)
    for process in sorted({end for pair in kept for end in pair}):
        found[label[process]].append(process)
    return tuple(Group(tuple(some), _versions(network, set(some))) for some in found.values() if len(some) > 1)


def _stated(network: Network) -> Iterable[tuple[int, int]]:
    said = statements(network)
    return zip(said.process.tolist(), said.peer.tolist(), strict=True)


def _beside(network: Network, chosen: list[int]) -> Iterable[tuple[int, int]]:
    """Pairs of processes whose tables share a segment."""
    graph, at = layer3(network), dict[int, list[int]]()
    for process in chosen:
        at.setdefault(int(processes(network).vertex[process]), []).append(process)
    on: dict[int, list[int]] = defaultdict(list)
    for table, segment in zip(graph.member_vertex.tolist(), graph.member_segment.tolist(), strict=True):
        on[segment] += at.get(table, [])
    for some in on.values():
        yield from ((some[0], other) for other in some[1:] if other != some[0])


def _versions(network: Network, members: set[int]) -> tuple[int, ...]:
    """The IP versions that sessions with other systems carry, or else those of the sessions inside."""
    whole = sessions(network)
    inward = np.isin(whole.head, list(members))
    outer = inward & whole.external
    bits = int(np.bitwise_or.reduce(whole.families[outer if outer.any() else inward]))
    said, facts = statements(network), network.design.routing.bgp_neighbors
    if not bits:
        for at in range(len(facts)):
            bits |= int(said.families[at]) if int(said.process[at]) in members else 0
    return tuple(version for version, bit in FAMILIES if bits & bit)


@analysis
def deaf(network: Network, group: Group) -> tuple[Deaf, ...]:
    """Who does not hear whom by the rules of iBGP (RFC 4456), as things are and with each reflector lost."""
    inner = _inner_sessions(network, group)
    found: dict[tuple[int, int, int], Deaf] = {}
    for lost in (-1, *reflectors(network, group)):
        for version, bit in FAMILIES:
            if version not in group.versions:
                continue
            rows = [row for row in inner if row.families & bit and lost not in (row.tail, row.head)]
            for speaker in group.members:
                heard = _heard(network, speaker, rows) if speaker != lost else set(group.members)
                for listener in group.members:
                    if listener not in heard and listener != lost:
                        found.setdefault((speaker, listener, version), Deaf(speaker, listener, version, lost))
    return tuple(found.values())


def _inner_sessions(network: Network, group: Group) -> list[Session]:
    members = set(group.members)
    return [row for row in _internal(network) if row.tail in members and row.head in members]


@analysis
def _internal(network: Network) -> tuple[Session, ...]:
    """The sessions inside a system that a statement makes."""
    whole = sessions(network)
    inside = (whole.rows[at] for at in np.flatnonzero(~whole.external).tolist())
    return tuple(row for row in inside if row.said >= 0)


def _heard(network: Network, speaker: int, rows: list[Session]) -> set[int]:
    """The processes that a route learned outside by one of them gets to."""
    facts, clusters = network.design.routing.bgp_neighbors, _clusters(network)
    out: dict[int, list[Session]] = defaultdict(list)
    for row in rows:
        out[row.tail].append(row)
    seen: set[tuple[int, bool, frozenset[str]]] = {(speaker, True, frozenset())}
    waiting, fresh = [*seen], True
    while waiting:
        here, free, passed = waiting.pop()
        fresh = here == speaker and not passed
        for row in out.get(here, ()):
            if not free and not facts[row.said].route_reflector_client:
                continue
            through = passed if fresh else passed | {clusters[here]}
            if row.head == speaker or clusters[row.head] in through:
                continue
            state = (row.head, facts[row.heard].route_reflector_client, through)
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return {process for process, _, _ in seen}


@analysis
def _clusters(network: Network) -> tuple[str, ...]:
    return tuple(fact.cluster_id or fact.router_id or fact.id for fact in network.design.routing.processes)


@analysis
def reflectors(network: Network, group: Group) -> tuple[int, ...]:
    """The members that reflect routes to clients among the others."""
    facts = network.design.routing.bgp_neighbors
    rows = _inner_sessions(network, group)
    return tuple(sorted({row.tail for row in rows if facts[row.said].route_reflector_client}))


@analysis
def mutual_clients(network: Network, group: Group) -> tuple[tuple[int, int], ...]:
    """Pairs of members that count each other as clients."""
    facts = network.design.routing.bgp_neighbors
    said = {(row.tail, row.head) for row in _inner_sessions(network, group) if facts[row.said].route_reflector_client}
    return tuple(sorted((a, b) for a, b in said if a < b and (b, a) in said))


class Unresolved(NamedTuple):
    """A statement (by position) by which a process hands on next hops that its peer has no route to."""

    statement: int
    peer: int
    address: str
    version: int


@analysis
def unresolved(network: Network, group: Group) -> tuple[Unresolved, ...]:
    """The sessions of a group whose tail leaves next hops as they are, which the head cannot resolve."""
    from netdesign.analysis.tables.fib import fib
    from netdesign.graph.prefixes import address_text

    members, facts = set(group.members), network.design.routing.bgp_neighbors
    if all(facts[row.said].next_hop_self for row in _inner_sessions(network, group)):
        return ()
    rib, found = fib(network).rib, list[Unresolved]()
    rib.prepare(())
    for version, _ in FAMILIES:
        upper = rib.upper(version)
        metric = upper.speakers.metric
        if metric is None or version not in group.versions:
            continue
        outer = [at for at, row in enumerate(upper.rows) if upper.speakers.external[at] and row.head in members]
        for at, row in enumerate(upper.rows):
            if row.tail not in members or row.head not in members or row.said < 0 or facts[row.said].next_hop_self:
                continue
            bad = next((h for h in outer if upper.rows[h].head == row.tail and metric(at, h) is None), None)
            if bad is not None:
                number = upper.numbers[bad]
                text = address_text(*number) if number is not None and number[0] else "a link-local address"
                found.append(Unresolved(row.said, row.head, text, version))
    return tuple(found)
