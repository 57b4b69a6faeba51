"""Routes that pass through us from one provider to another, found by letting announcements spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.protocols.adjacency import EVPN, processes, statements
from netdesign.analysis.protocols.bgp_sessions import sessions
from netdesign.analysis.protocols.providers import circuit_tables, sessions_with_providers
from netdesign.analysis.protocols.route_policy import Marks, permits, signature
from netdesign.analysis.routing.internet_edge import readable
from netdesign.analysis.tables.bgp_paths import Attributes, converge
from netdesign.analysis.tables.bgp_speakers import speakers_of
from netdesign.analysis.tables.fib import fib
from netdesign.analysis.tables.rib_sources import beside, parsed_address
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.tables.bgp_speakers import Upper
    from netdesign.model.routing import BgpNeighbor

SAMPLES = ("0.0.0.0/0", "::/0", "8.0.0.0/9", "193.0.0.0/21", "2001:600::/24", "2a00:1000::/32")
"""Routes that a provider may send: the default ones, and some of the Internet's, short and long."""
FAMILY = {4: 1, 6: 2}


class Leak(NamedTuple):
    """A prefix that comes from one outside device and goes to another by a statement of ours (ids)."""

    prefix: str
    source: str
    target: str
    through: str
    statement: str


@analysis
def outside_statements(network: Network) -> tuple[tuple[int, int], ...]:
    """(our statement, device of the other side) of every session with a provider or partner."""
    said, running = statements(network), processes(network)
    ours = np.append(np.append(network.ours, False)[running.device], False)
    found = []
    for row in np.flatnonzero((said.process >= 0) & ours[said.process] & ~ours[said.peer]).tolist():
        own, peer = int(said.process[row]), int(said.peer[row])
        if peer >= 0:
            found.append((row, int(running.device[peer])))
        else:
            found += [(row, device) for device in _one_sided(network, row, own)]
    return tuple(found)


@analysis
def external_statements(network: Network) -> tuple[BgpNeighbor, ...]:
    """Our statements of sessions with another AS, also of those whose other side the design does not describe."""
    said, whole, theirs = statements(network), sessions(network), dict(outside_statements(network))
    heard = (whole.rows[at].heard for at in np.flatnonzero(whole.external).tolist())
    rows = np.array(sorted({row for row in heard if row >= 0} | theirs.keys()), np.int64)
    process = said.process[rows]
    device = np.where(process >= 0, processes(network).device[process], -1)
    mine = rows[(process >= 0) & np.append(network.ours, False)[device]]
    return tuple(map(network.design.routing.bgp_neighbors.__getitem__, mine.tolist()))


def _one_sided(network: Network, row: int, own: int) -> list[int]:
    """The provider that a statement means whose other side the design does not describe."""
    address = parsed_address(network.design.routing.bgp_neighbors[row].peer_address)
    table = int(processes(network).vertex[own])
    out = None if address is None or table < 0 else beside(network, table, *address)
    known = {process for process, _, _ in sessions_with_providers(network)}
    return [p for i, p in circuit_tables(network).get(table, ()) if i == out and own in known][:1]


@analysis
def leaks(network: Network) -> tuple[Leak, ...]:
    """What goes out again: by sessions that both sides state, and by policies where only ours is described."""
    found: dict[tuple[str, str], Leak] = {}
    outer = outside_statements(network)
    if len({device for _, device in outer}) < 2:
        return ()
    for prefix in _samples(network):
        for leak in (*_spread(network, prefix), *_by_policy(network, prefix)):
            found.setdefault((leak.source, leak.target), leak)
    return tuple(found.values())


def _samples(network: Network) -> list[Prefix]:
    """The samples, and whatever policies name."""
    named = (t for p in network.design.routing.route_policies for term in p.terms for t in term.prefixes)
    return list(dict.fromkeys(readable((*SAMPLES, *named))))


def _spread(network: Network, prefix: Prefix) -> Iterator[Leak]:
    """Let each provider announce a prefix, and see which other provider hears it from us."""
    upper = _speakers(network, FAMILY[prefix.version])
    running, devices = processes(network), network.devices
    theirs = [p for p in sorted(upper.talking) if not network.ours[int(running.device[p])]]
    if not theirs:
        return
    sign = tuple((name, signature(network, name, prefix)) for name in upper.named_policies)
    done = converge(network, upper.speakers, [{p: Attributes()} for p in theirs], [sign] * len(theirs))
    columns = ((paths, at) for paths in done for at in range(paths.best.shape[1]))
    for source, (paths, column) in zip(theirs, columns, strict=True):
        for at in np.flatnonzero(paths.offered[:, column] >= 0).tolist():
            row = upper.rows[at]
            if row.head in theirs and row.tail not in theirs and row.said >= 0 and row.head != source:
                sender, head, tail = (devices[int(running.device[p])].id for p in (source, row.head, row.tail))
                yield Leak(str(prefix), sender, head, tail, network.design.routing.bgp_neighbors[row.said].id)


@analysis
def _speakers(network: Network, family: int) -> Upper:
    """The sessions that announcements of outside devices can pass: those of processes joined to theirs."""
    whole, running = sessions(network), processes(network)
    joined = (whole.families & family) != 0
    tail, head = (end[joined].astype(np.int32) for end in (whole.tail, whole.head))
    label = components(Multigraph(running.device.size, tail, head))
    theirs = label[(running.device >= 0) & ~np.append(network.ours, False)[running.device]]
    return speakers_of(_Late(network), family, np.isin(label, theirs))


class _Late(NamedTuple):
    """Distances from the routing tables, which are worked out when the first is asked for."""

    network: Network

    def distance(self, table: int, version: int, address: int) -> int | None:
        """The metric to a next hop that is not beside the table; None where no route but a default leads there."""
        rib = fib(self.network).rib
        rib.prepare(())
        return rib.distance(table, version, address)


def _by_policy(network: Network, prefix: Prefix) -> Iterator[Leak]:
    """The same for providers that the design does not describe, between sessions of one router or one AS of ours."""
    facts, said, running = network.design.routing.bgp_neighbors, statements(network), processes(network)
    outer = [
        (row, device) for row, device in outside_statements(network) if int(said.families[row]) & FAMILY[prefix.version]
    ]
    bare = {row for row, _ in outer if said.peer[row] < 0}
    joined = _joined(network)
    for into, source in outer:
        marks = permits(network, facts[into].import_policy, prefix, Marks())
        for out, target in outer if marks is not None else ():
            one, other = int(said.process[into]), int(said.process[out])
            together = one == other or (one, other) in joined
            asked = target != source and together and (into in bare or out in bare)
            if asked and permits(network, facts[out].export_policy, prefix, marks or Marks()) is not None:
                through = network.devices[int(running.device[other])].id
                ends = network.devices[source].id, network.devices[target].id
                yield Leak(str(prefix), *ends, through, facts[out].id)


@analysis
def _joined(network: Network) -> frozenset[tuple[int, int]]:
    """Pairs of processes with a session between them, EVPN aside."""
    whole = sessions(network)
    return frozenset((row.tail, row.head) for row in whole.rows if row.families & ~EVPN)
