"""The BGP sessions of one address family that are up, as the engine of `bgp_paths` takes them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from netdesign.analysis.protocols.adjacency import EVPN, processes
from netdesign.analysis.protocols.bgp_sessions import (
    BACKBONE,
    VERSION_OF,
    Session,
    interface_numbers,
    link_addresses,
    sessions,
)
from netdesign.analysis.protocols.igp_graph import segments_of
from netdesign.analysis.tables.bgp_paths import Speakers, Treatment
from netdesign.analysis.tables.rib_sources import beside, parsed_address
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from netdesign.analysis.tables.bgp_paths import Paths
    from netdesign.graph.multigraph import Bools


class Via(NamedTuple):
    """One next hop, not yet resolved: a table beside (over `segment`), an address, or a table over the overlay."""

    table: int = -1
    segment: int = -1
    version: int = 0
    address: int = 0
    tunnel: bool = False
    outside: bool = False


@dataclass(frozen=True, eq=False)
class Upper:
    """The sessions of a family in the engine's order, the processes that have any, and the policies in use."""

    rows: tuple[Session, ...]
    speakers: Speakers
    talking: frozenset[int]
    named_policies: tuple[str, ...]
    numbers: tuple[tuple[int, int] | None, ...]
    """Where the tail of each session is, as its head knows it: (IP version, address)."""
    by_head: dict[int, tuple[int, ...]]
    done: dict[tuple[int, int, int], tuple[Via, ...]]

    def ways(self, network: Network, paths: Paths, column: int, process: int) -> tuple[Via, ...]:
        """The next hops of a process's best route and of those that it uses beside it."""
        key = (id(paths), column, process)
        if key not in self.done:
            self.done[key] = self._ways(network, paths, column, process)
        return self.done[key]

    def _ways(self, network: Network, paths: Paths, column: int, process: int) -> tuple[Via, ...]:
        fact = network.design.routing.processes[process]
        over, equal, offered = int(paths.via[process, column]), paths.equal, paths.offered
        best = paths.routes[int(offered[over, column])].path
        alike = [
            at
            for at in self.by_head[process]
            if equal[at, column]
            and (at == over or fact.multipath_relax or paths.routes[int(offered[at, column])].path == best)
        ]
        chosen = sorted(alike, key=lambda at: at != over)[: max(1, fact.max_paths)]
        return tuple(dict.fromkeys(self._way(network, at, int(paths.next_hop[at, column])) for at in chosen))

    def _way(self, network: Network, session: int, hop: int) -> Via:
        row = self.rows[session]
        if hop == session and row.segment != -1:
            return Via(table=int(processes(network).vertex[row.tail]), segment=row.segment)
        number = self.numbers[hop]
        return Via() if number is None else Via(version=number[0], address=number[1])


class Resolver(Protocol):
    """What knows how far a table is from an address, such as the routing tables of a network."""

    @property
    def network(self) -> Network:
        """The network that it is about."""

    def distance(self, table: int, version: int, address: int) -> int | None:
        """The metric to a next hop that is not beside the table; None where no route but a default leads there."""


def speakers_of(rib: Resolver, family: int, among: Bools | None = None) -> Upper:
    """The sessions of a family (a bit of `adjacency`) whose ends reach each other; of all processes, or of those
    `among` which every session of one of them lies."""
    network = rib.network
    whole = sessions(network)
    version = VERSION_OF.get(family, 0)
    wanted = (whole.families & family) != 0
    mine = np.flatnonzero(wanted if among is None else wanted & among[whole.tail]).tolist()
    number = _numbering(network, version)
    numbers = {at: number(whole.rows[at]) for at in mine}
    kept = [at for at, number in numbers.items() if number is not None and _up(rib, whole.rows[at])]
    rank = _ranks(network)
    kept.sort(key=lambda at: (whole.rows[at].head, rank[whole.rows[at].tail], whole.rows[at].address, at))
    rows = [whole.rows[at] for at in kept]
    place = {at: here for here, at in enumerate(kept)}
    reverse = [place.get(int(whole.reverse[at]), -5) for at in kept]
    external = whole.external[np.array(kept, np.int64)]
    speakers = _speakers(network, rows, reverse, external.tolist())
    known = tuple(numbers[at] for at in kept)
    if family != EVPN and not external.all():
        object.__setattr__(speakers, "metric", _metric(rib, rows, known))
    talking = frozenset(end for row in rows for end in (row.tail, row.head))
    named = {name for treatment in speakers.treatments for name in (treatment.export, treatment.imported) if name}
    by_head = {
        head: tuple(at for at, _ in some) for head, some in groupby(enumerate(row.head for row in rows), itemgetter(1))
    }
    return Upper(tuple(rows), speakers, talking, tuple(sorted(named)), known, by_head, {})


@analysis
def _ranks(network: Network) -> tuple[tuple[object, ...], ...]:
    """The order of processes among equals: by router id."""
    found = []
    for fact in network.design.routing.processes:
        parts = (fact.router_id or "").split(".")
        known = len(parts) == 4 and all(part.isascii() and part.isdigit() for part in parts)
        found.append((tuple(int(part) for part in parts) if known else (999,), fact.router_id or ""))
    return tuple(found)


def _up(rib: Resolver, row: Session) -> bool:
    """Whether the ends of a session reach each other: on a segment they do, else each needs a route to the other."""
    if row.segment != -1:
        return True
    facts, vertex = rib.network.design.routing.bgp_neighbors, processes(rib.network).vertex
    version = row.address[0]
    back = facts[row.said].peer_address
    there = parsed_address(back)
    far = (int(vertex[row.head]), version, row.address[1])
    if there is None or not version:
        return False
    near = (int(vertex[row.tail]), *there)
    return all([reaches(rib, *far), reaches(rib, *near)])


def reaches(rib: Resolver, table: int, version: int, address: int) -> bool:
    """Whether a table has the address beside it or a route to it that is no default."""
    return beside(rib.network, table, version, address) is not None or rib.distance(table, version, address) is not None


def _numbering(network: Network, version: int) -> Callable[[Session], tuple[int, int] | None]:
    """Where the tail of a session is for an IP version; None where its routes have no next hop of that version."""
    vertex = processes(network).vertex.tolist()

    def number(row: Session) -> tuple[int, int] | None:
        if row.segment == BACKBONE or version in (0, row.address[0]):
            return row.address
        if row.segment == -1:
            return None
        shared, at, known = segments_of(network, version), link_addresses(network), interface_numbers(network)
        heard = {s for i in at.get((vertex[row.head], row.segment), ()) for s in shared.get(i, ())}
        for interface in at.get((vertex[row.tail], row.segment), ()):
            if heard.intersection(shared.get(interface, ())):
                return (version, known.get(interface, {}).get(version, (0,))[0])
        return None

    return number


def _metric(
    rib: Resolver, rows: Sequence[Session], numbers: Sequence[tuple[int, int] | None]
) -> Callable[[int, int], int | None]:
    """How far the head of a session is from a next hop that was handed on to it; None where it finds none."""
    vertex = processes(rib.network).vertex

    def metric(session: int, hop: int) -> int | None:
        if hop == session and rows[session].segment != -1:
            return 0
        number = numbers[hop]
        if number is None:
            return None
        table = int(vertex[rows[session].head])
        return 0 if beside(rib.network, table, *number) is not None else rib.distance(table, *number)

    return metric


def _speakers(network: Network, rows: Sequence[Session], reverse: Sequence[int], external: Sequence[bool]) -> Speakers:
    facts, said = network.design.routing.processes, network.design.routing.bgp_neighbors
    treatments: dict[Treatment, int] = {}
    kinds = [
        treatments.setdefault(_treatment(network, row, outer), len(treatments))
        for row, outer in zip(rows, external, strict=True)
    ]
    asns: dict[int, int] = {}
    asn = [asns.setdefault(-1 if fact.asn is None else fact.asn, len(asns)) for fact in facts]
    identities = [fact.router_id or fact.id for fact in facts]
    names: dict[str, int] = {}
    identity = [len(asns) + names.setdefault(name, len(names)) for name in identities]
    clusters: dict[str, int] = {}
    base = len(asns) + len(names)
    cluster = [base + clusters.setdefault(_cluster(network, p), len(clusters)) for p in range(len(facts))]
    return Speakers(
        count=len(facts),
        tail=_longs(row.tail for row in rows),
        head=_longs(row.head for row in rows),
        reverse=_longs(reverse),
        external=np.array(external, np.bool_),
        client=np.array([row.said >= 0 and said[row.said].route_reflector_client for row in rows], np.bool_),
        from_client=np.array([row.heard >= 0 and said[row.heard].route_reflector_client for row in rows], np.bool_),
        resets=np.array(
            [outer or row.said < 0 or said[row.said].next_hop_self for row, outer in zip(rows, external, strict=True)],
            np.bool_,
        ),
        allowed=_longs(said[row.heard].allow_own_asn if row.heard >= 0 else 0 for row in rows),
        treatment=_longs(kinds),
        treatments=tuple(treatments),
        asn=_longs(asn),
        identity=_longs(identity),
        cluster=_longs(cluster),
        cluster_tokens={name: base + at for name, at in clusters.items()},
        as_tokens=asns,
        identities=tuple(identity),
        metric=None,
    )


def _treatment(network: Network, row: Session, external: bool) -> Treatment:
    facts, said = network.design.routing.processes, network.design.routing.bgp_neighbors
    out = said[row.said] if row.said >= 0 else None
    into = said[row.heard] if row.heard >= 0 else None
    asn = facts[row.tail].asn
    return Treatment(
        sender=-1 if external or out is None else row.tail,
        asn=-1 if asn is None else asn,
        external=external,
        export=out.export_policy if out else None,
        imported=into.import_policy if into else None,
        strips_private=bool(out and out.remove_private_asn),
        cluster="" if external or out is None else _cluster(network, row.tail),
    )


def _cluster(network: Network, process: int) -> str:
    fact = network.design.routing.processes[process]
    return fact.cluster_id or fact.router_id or fact.id


def _longs(values: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(list(values), np.int64)
