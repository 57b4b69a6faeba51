"""Why BGP sessions that one side states do not come up, or stay up by chance."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import among, column, first_equal, row_codes, whole_numbers
from netdesign.analysis.protocols.adjacency import BGP, EVPN, IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.providers import beside, circuit_tables, provider_devices
from netdesign.analysis.protocols.session_guards import beside_external, bgp_exposure, held_by
from netdesign.analysis.tables.routes import ARRIVED, follow
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.multigraph import Bools, Longs

LEAST_HOLD_MS = 3_000
NEVER = 255
"""The administrative distance from which on platforms install no route."""
ALL = IPV4 | IPV6 | EVPN


class Fault(StrEnum):
    """What can be wrong with one side of a session."""

    HOMELESS = "belongs to no BGP process that runs"
    NOBODY = "names an address that no router holds"
    SILENT = "names a router that runs no BGP there"
    NUMBER = "names another AS number than the peer has"
    FAR = "names a peer beyond the next router without multihop"
    UNANSWERED = "is not stated by the peer"
    KEY = "has another key than the peer's side"
    FAMILIES = "carries other address families than the peer's side"
    LOST = "has a peer that routes do not lead to"
    TTL = "takes packets from beyond the next router"
    HOLD = "holds for less than three seconds, or for ever"
    HOPS = "lets packets come over several hops although the peer is beside it"
    CEILING = "is torn down by what its peer states itself: that is more prefixes than it takes"


class SessionFault(NamedTuple):
    """A fault of a statement (by position); `other` is the answering statement or the interface at fault, -1: none."""

    row: int
    fault: Fault
    other: int


@analysis
def answers(network: Network) -> Longs:
    """The statement that answers each statement: the other way round, on the same segment; -1 for none."""
    said, facts = statements(network), network.design.routing.bgp_neighbors
    version = parse([text or "" for text in column(facts, "peer_address")]).version.astype(np.int64)
    pairs = ((said.process, said.peer), (said.peer, said.process), (said.segment, said.segment), (version, version))
    code = row_codes(*(np.concatenate(pair) for pair in pairs))
    count = said.process.size
    found = first_equal(code[count:], code[:count], np.arange(count))
    found[(said.peer < 0) | (said.process < 0)] = -1
    return found


@analysis
def stated(network: Network) -> Longs:
    """The statements, by position, of devices that are ours, or that belong to no process."""
    running, process = processes(network), statements(network).process
    ours = np.append(network.ours & network.in_service, True)[np.append(running.device, -1)[process]]
    return np.flatnonzero(ours | (process < 0))


@analysis
def session_faults(network: Network) -> tuple[SessionFault, ...]:
    """Every fault of every statement of ours, in the order of the statements."""
    found = [*_unborn(network), *_mismatched(network), *_unreached(network), *_careless(network)]
    found += [SessionFault(row, Fault.CEILING, -1) for row in choked(network).tolist()]
    return tuple(sorted(found))


def _unborn(network: Network) -> Iterator[SessionFault]:
    """Statements without a peer process."""
    said, running, rows = statements(network), processes(network), stated(network)
    holder = held_by(network)
    lives = np.append((running.protocol == BGP) & (running.asn >= 0) & (running.vertex >= 0), False)[said.process]
    for row in rows[(said.peer[rows] < 0) | ~lives[rows]].tolist():
        if not lives[row]:
            yield SessionFault(row, Fault.HOMELESS, -1)
        elif holder[row] < 0 and said.segment[row] < 0:
            if not _undescribed(network, row):
                yield SessionFault(row, Fault.NOBODY, -1)
        else:
            fault = _misnamed(network, row, int(holder[row]))
            if fault is not None:
                yield SessionFault(row, fault, int(holder[row]))


def _undescribed(network: Network, row: int) -> bool:
    """Whether the peer lies on a circuit to a provider of which the design says nothing."""
    said, fact = statements(network), network.design.routing.bgp_neighbors[row]
    vertex = int(processes(network).vertex[said.process[row]])
    speaking = set(processes(network).device.tolist())
    return any(
        provider not in speaking and beside(network, interface, fact.peer_address)
        for interface, provider in circuit_tables(network).get(vertex, ())
    )


def _misnamed(network: Network, row: int, holder: int) -> Fault | None:
    """Why a router that holds the peer's address is no peer."""
    running, fact = processes(network), network.design.routing.bgp_neighbors[row]
    vertex = int(np.append(layer3(network).interface_vertex, -1)[holder])
    here = np.flatnonzero((running.protocol == BGP) & (running.vertex == vertex) & (vertex >= 0))
    device = int(np.append(interfaces(network).device, -1)[holder])
    if not here.size:
        silent = device >= 0 and provider_devices(network)[device] and device not in running.device
        return None if silent else Fault.SILENT
    return Fault.FAR if fact.remote_asn in running.asn[here] else Fault.NUMBER


def _mismatched(network: Network) -> Iterator[SessionFault]:
    said, rows, back = statements(network), stated(network), answers(network)
    running = processes(network)
    whole = rows[(said.peer[rows] >= 0) & (said.process[rows] >= 0)]
    theirs = np.append(provider_devices(network), False)[running.device[said.peer[whole]]]
    for row in whole[(back[whole] < 0) & ~theirs].tolist():
        yield SessionFault(row, Fault.UNANSWERED, -1)
    both = whole[back[whole] >= 0]
    other = back[both]
    for wrong, fault in (
        (said.authentication[both] != said.authentication[other], Fault.KEY),
        ((said.families[both] & ALL) != (said.families[other] & ALL), Fault.FAMILIES),
    ):
        for row, answer in zip(both[wrong].tolist(), other[wrong].tolist(), strict=True):
            yield SessionFault(row, fault, answer)


def _unreached(network: Network) -> Iterator[SessionFault]:
    """Sessions over several hops whose peer's address is in no route."""
    said, rows = statements(network), stated(network)
    far = rows[(said.peer[rows] >= 0) & (said.process[rows] >= 0) & (said.segment[rows] < 0)]
    if not far.size:
        return
    facts = network.design.routing.bgp_neighbors
    prefixes = parse([facts[row].peer_address or "" for row in far.tolist()])
    start = processes(network).vertex[said.process[far]]
    known = np.flatnonzero((start >= 0) & (prefixes.version > 0))
    walks = follow(network, start[known], known, prefixes)
    for at in known[walks.outcome != ARRIVED].tolist():
        yield SessionFault(int(far[at]), Fault.LOST, -1)


@analysis
def choked(network: Network) -> Longs:
    """The statements that take fewer prefixes than the answering process originates by name."""
    said, rows, back = statements(network), stated(network), answers(network)
    own = [len(fact.networks) + fact.default_originate for fact in network.design.routing.processes]
    told = np.append(np.array(own, np.int64), 0)[said.process[back[rows]]]
    ceiling = whole_numbers([one.max_prefixes or 0 for one in network.design.routing.bgp_neighbors])[rows]
    torn: Longs = rows[(back[rows] >= 0) & (ceiling > 0) & (ceiling < told)]
    return torn


def _careless(network: Network) -> Iterator[SessionFault]:
    facts, rows, exposure = network.design.routing.bgp_neighbors, stated(network), bgp_exposure(network)
    hold = whole_numbers(column(facts, "hold_ms"))
    for row in rows[hold[rows] < LEAST_HOLD_MS].tolist():
        yield SessionFault(row, Fault.HOLD, -1)
    hops = whole_numbers([fact.multihop or 0 for fact in facts])
    for row in rows[(hops[rows] > 1) & (statements(network).segment[rows] >= 0)].tolist():
        yield SessionFault(row, Fault.HOPS, -1)
    guarded: Bools = np.fromiter((fact.ttl_security for fact in facts), np.bool_, len(facts))
    edge = np.flatnonzero(with_providers(network) & exposure.ours & beside_external(network) & ~guarded)
    for row in edge.tolist():
        yield SessionFault(row, Fault.TTL, -1)


class IdleProcess(NamedTuple):
    """A BGP process (by position) of which no route, or no path, is ever used: the field at fault and its value."""

    process: int
    field: str
    value: int


@analysis
def idle_processes(network: Network) -> tuple[IdleProcess, ...]:
    """BGP processes of ours with an administrative distance that platforms never install, or with no paths."""
    running, facts = processes(network), network.design.routing.processes
    ours = np.append(network.ours & network.in_service, False)[running.device]
    found = []
    for at in np.flatnonzero(ours & (running.protocol == BGP)).tolist():
        fact = facts[at]
        if fact.distance is not None and not 0 < fact.distance < NEVER:
            found.append(IdleProcess(at, "distance", fact.distance))
        if fact.max_paths < 1:
            found.append(IdleProcess(at, "max_paths", fact.max_paths))
    return tuple(found)


@analysis
def with_providers(network: Network) -> Bools:
    """Which statements are about a session with a provider."""
    said, running = statements(network), processes(network)
    outside = np.append(provider_devices(network), False)
    found: Bools = outside[np.append(running.device, -1)[said.peer]]
    at_edge = among(np.append(running.vertex, -1)[said.process], np.array(sorted(circuit_tables(network)), np.int64))
    lone = np.flatnonzero((said.peer < 0) & (said.process >= 0) & at_edge)
    for row in lone.tolist():
        found[row] = _undescribed(network, row)
    return found
