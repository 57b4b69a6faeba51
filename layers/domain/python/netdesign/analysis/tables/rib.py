"""Routing tables as the fixed point of all protocols: what each table holds for a prefix, and how it comes to.

A prefix is computed when it is first asked for, many at a time where many are asked for: connected and
static routes first, then OSPF and IS-IS, then BGP and EVPN, again as long as redistribution changes anything.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from netdesign.analysis.protocols.adjacency import EVPN, processes
from netdesign.analysis.protocols.bgp_sessions import VERSION_OF
from netdesign.analysis.protocols.route_policy import Marks, signature
from netdesign.analysis.tables.bgp_paths import LOCAL, Attributes, Signatures, converge
from netdesign.analysis.tables.bgp_speakers import Upper, Via, speakers_of
from netdesign.analysis.tables.evpn import Overlay, overlay
from netdesign.analysis.tables.igp_prefixes import igp_routes_of
from netdesign.analysis.tables.redistribution import learners, taken_in, undescribed_defaults
from netdesign.analysis.tables.rib_entries import CONNECTED, DISTANCE, INNER_DISTANCE, STATIC, Entry, State
from netdesign.analysis.tables.rib_sources import answering, beside, circuit_ports, sources, static_hops_stated
from netdesign.analysis.tables.session_faults import NEVER
from netdesign.graph.prefixes import Prefix, prefix_at
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netdesign.analysis.tables.rib_sources import Source, StaticHop
    from netdesign.graph.network import Network
    from netdesign.model.routing import StaticRoute

MAX_TURNS = 12
"""Turns of redistribution after which a prefix that still changes is said never to settle."""


class Rib:
    """The routing tables of a network. What has been computed is kept; treat it as frozen."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.facts = network.design.routing.processes
        self.states: dict[Prefix, State] = {}
        self.answers: dict[tuple[int, int, int], int | None] = {}
        self._asked: set[tuple[int, int, int]] = set()
        self._entries: dict[tuple[int, Prefix], Entry | None] = {}
        self._covering: dict[tuple[int, int], tuple[Prefix, ...]] = {}
        self._upper: dict[int, Upper] = {}
        self.ready = False

    # Prefixes ------------------------------------------------------------------------------------

    @cached_property
    def prefixes(self) -> dict[Prefix, Source]:
        """Every prefix that some table may know."""
        return sources(self.network)

    @cached_property
    def lengths(self) -> dict[int, tuple[int, ...]]:
        """The lengths of prefixes by IP version, the longest first."""
        found: dict[int, set[int]] = {4: set(), 6: set()}
        for prefix in self.prefixes:
            found[prefix.version].add(prefix.length)
        return {version: tuple(sorted(some, reverse=True)) for version, some in found.items()}

    def covering(self, version: int, address: int) -> tuple[Prefix, ...]:
        """The known prefixes around an address, the longest first."""
        found = self._covering.get((version, address))
        if found is None:
            some = (prefix_at(version, address, length) for length in self.lengths.get(version, ()))
            found = self._covering[version, address] = tuple(prefix for prefix in some if prefix in self.prefixes)
        return found

    def inside(self, block: Prefix) -> tuple[Prefix, ...]:
        """The known prefixes strictly inside a block."""
        return tuple(prefix for prefix in self.prefixes if block.covers(prefix) and prefix != block)

    def prepare(self, prefixes: Iterable[Prefix] | None = None) -> None:
        """Compute the prefixes, all where none are named, in one go."""
        self._make_ready()
        self._settle(self.prefixes if prefixes is None else prefixes)

    def state(self, prefix: Prefix) -> State:
        """What is known of a prefix, computed if need be."""
        if prefix not in self.states:
            self.prepare((prefix,))
        return self.states[prefix]

    # Routes --------------------------------------------------------------------------------------

    def entry(self, table: int, prefix: Prefix) -> Entry | None:
        """The best route of a table to exactly this prefix."""
        if not self.ready:
            return self.current(table, prefix, self.state(prefix))
        key = (table, prefix)
        if key not in self._entries:
            self._entries[key] = self.current(table, prefix, self.state(prefix))
        return self._entries[key]

    def longest(self, table: int, version: int, address: int, *, shortest: int = 0) -> tuple[Prefix, Entry] | None:
        """The longest match of a table for an address, no shorter than `shortest`."""
        for prefix in self.covering(version, address):
            if prefix.length < shortest:
                return None
            entry = self.entry(table, prefix)
            if entry is not None:
                return prefix, entry
        return None

    def current(self, table: int, prefix: Prefix, state: State) -> Entry | None:
        """The best route of a table by what is known so far of a prefix."""
        found = list(self.plain(table, prefix, state))
        for process in self.running.get(table, ()):
            found += self._learned(process, prefix, state)
        return self._least(found)

    def _least(self, found: Sequence[Entry]) -> Entry | None:
        found = [entry for entry in found if entry.distance < NEVER]
        if not found:
            return None
        best = min(found, key=lambda entry: entry.distance)
        if best.source != STATIC:
            return best
        alike = [entry for entry in found if entry.source == STATIC and entry.distance == best.distance]
        via = tuple(dict.fromkeys(hop for entry in alike for hop in entry.via))
        return best._replace(via=via, discard=not via and best.discard)

    def plain(self, table: int, prefix: Prefix, state: State) -> Iterable[Entry]:
        """The connected and static routes of a table that are in force."""
        if table in state.source.connected:
            yield Entry(CONNECTED, -1, 0, 0)
        for position in state.source.statics.get(table, ()):
            fact, hop = self._statics[position]
            if hop is None:
                continue
            if hop.discard:
                yield Entry(STATIC, -1, fact.distance, 0, discard=True)
            elif self._in_force(table, prefix, hop.version, hop.address, tracked=fact.bfd):
                yield Entry(STATIC, -1, fact.distance, 0, (Via(version=hop.version, address=hop.address),))

    def _in_force(self, table: int, prefix: Prefix, version: int, address: int, *, tracked: bool) -> bool:
        """Whether a static route's next hop can be resolved: beside the table, or by a longer route than its own."""
        interface = beside(self.network, table, version, address)
        if interface is not None:
            if not tracked or interface in circuit_ports(self.network):
                return True
            return bool(answering(self.network, table, interface, version, address))
        inside = prefix_at(version, address, prefix.length) == prefix
        return not inside and self.distance(table, version, address) is not None

    def _learned(self, process: int, prefix: Prefix, state: State) -> Iterable[Entry]:
        fact = self.facts[process]
        if fact.protocol is not RoutingProtocol.BGP:
            route = state.igp.get(process)
            if route is not None and (route.hops or route.discard):
                distance = self._weight(process, DISTANCE[fact.protocol.value])
                vertex = processes(self.network).vertex
                via = tuple(Via(int(vertex[far]), segment) for far, segment in route.hops[: max(1, fact.max_paths)])
                marks = Marks(tag=route.tag)
                yield Entry(fact.protocol.value, process, distance, route.metric, via, route.discard, marks)
            return
        yield from self._of_sessions(process, prefix, state)

    def _of_sessions(self, process: int, prefix: Prefix, state: State) -> Iterable[Entry]:
        """The BGP route of a process: over its sessions, or over the overlay."""
        own = state.taken.get(process)
        if isinstance(own, Attributes) and not own.injected:
            return  # what it brings in itself it prefers to what it hears
        if state.bgp is not None:
            paths, column = state.bgp
            chosen, over = int(paths.best[process, column]), int(paths.via[process, column])
            if over != LOCAL:
                upper = self.upper(prefix.version)
                route, inner = paths.routes[chosen], not upper.speakers.external[over]
                distance = self._weight(process, INNER_DISTANCE if inner else DISTANCE["bgp"])
                via = upper.ways(self.network, paths, column, process)
                yield Entry("bgp", process, distance, 0, via, marks=route.marks)
                return
        yield from self._outside(process, prefix)
        yield from self._over_overlay(process, prefix, state)

    def _outside(self, process: int, prefix: Prefix) -> Iterable[Entry]:
        if prefix.length == 0 and (process, prefix.version) in undescribed_defaults(self.network):
            yield Entry("bgp", process, self._weight(process, DISTANCE["bgp"]), 0, (Via(outside=True),))

    def _over_overlay(self, process: int, prefix: Prefix, state: State) -> Iterable[Entry]:
        if not state.exporters or process not in self.overlay.places:
            return
        chosen = self.overlay.chosen(self, process, state.exporters, prefix)
        via = tuple(Via(table, tunnel=True) for table in chosen)
        if via:
            yield Entry("bgp", process, self._weight(process, DISTANCE["bgp"]), 0, via)

    def _weight(self, process: int, usual: int) -> int:
        distance = self.facts[process].distance
        return usual if distance is None else distance

    @cached_property
    def _statics(self) -> tuple[tuple[StaticRoute, StaticHop | None], ...]:
        return tuple(zip(self.network.design.routing.static_routes, static_hops_stated(self.network), strict=True))

    @cached_property
    def running(self) -> dict[int, tuple[int, ...]]:
        """The routing processes of each table."""
        found: dict[int, list[int]] = defaultdict(list)
        for process, table in enumerate(processes(self.network).vertex.tolist()):
            if table >= 0 and self.facts[process].protocol is not RoutingProtocol.STATIC:
                found[table].append(process)
        return {table: tuple(some) for table, some in found.items()}

    @cached_property
    def overlay(self) -> Overlay:
        """The EVPN of the network."""
        return overlay(self.network)

    # Resolution ----------------------------------------------------------------------------------

    def distance(self, table: int, version: int, address: int) -> int | None:
        """The metric to a next hop that is not beside the table; None where no route but a default leads there."""
        key = (table, version, address)
        if self.ready:
            found = self.longest(table, version, address, shortest=1)
            return None if found is None or found[1].discard else found[1].metric
        self._asked.add(key)
        return self.answers.get(key)

    def _make_ready(self) -> None:
        """Find what resolves, and which sessions over several hops are up, until both stay as they are."""
        if self.ready:
            return
        upper = {family: speakers_of(self, family) for family in (*VERSION_OF, EVPN)}
        for _ in range(MAX_TURNS):
            self._upper = upper
            self._reset()
            asked = {prefix for _, version, number in self._asked for prefix in self.covering(version, number)}
            self._settle(prefix for prefix in asked if prefix.length)
            before = set(self._asked)
            fresh = {key: self._resolved(*key) for key in self._asked}
            sure = before == self._asked and fresh == self.answers
            self.answers = fresh
            if sure:
                break
            upper = {family: speakers_of(self, family) for family in (*VERSION_OF, EVPN)}
        self._reset()
        self.ready = True

    def _reset(self) -> None:
        self.states.clear()
        self._entries.clear()

    def _resolved(self, table: int, version: int, address: int) -> int | None:
        if beside(self.network, table, version, address) is not None:
            return 0
        for prefix in self.covering(version, address):
            entry = self.entry(table, prefix) if prefix.length and prefix in self.states else None
            if entry is not None:
                return None if entry.discard else entry.metric
        return None

    def upper(self, version: int) -> Upper:
        """The BGP sessions that carry prefixes of an IP version, or EVPN routes (version 0)."""
        family = next((f for f, v in VERSION_OF.items() if v == version), EVPN)
        return self._upper[family]

    # The fixed point -----------------------------------------------------------------------------

    def _settle(self, prefixes: Iterable[Prefix]) -> None:
        active = [prefix for prefix in prefixes if prefix not in self.states]
        for prefix in active:
            self.states[prefix] = State(self.prefixes[prefix])
        for turn in range(MAX_TURNS):
            changed = []
            for prefix in active:
                state = self.states[prefix]
                taken = taken_in(self, prefix, state)
                if turn == 0 or taken != state.taken:
                    state.taken = taken
                    changed.append(prefix)
            self._compute(changed)
            active = changed if self._feeds_back else []
            if not active:
                return
        for prefix in active:
            self.states[prefix].settled = False

    @cached_property
    def _feeds_back(self) -> bool:
        """Whether what one protocol learns can become what another one starts from."""
        return bool(learners(self.network)) or bool(self.overlay.places.keys() & self._talking)

    @cached_property
    def _talking(self) -> set[int]:
        return {process for family in VERSION_OF for process in self._upper[family].talking}

    def _compute(self, prefixes: Sequence[Prefix]) -> None:
        for prefix in prefixes:
            state = self.states[prefix]
            state.igp = igp_routes_of(self.network, prefix, state.source, state.taken)
        for version in (4, 6):
            self._compute_bgp([prefix for prefix in prefixes if prefix.version == version], version)

    def _compute_bgp(self, prefixes: Sequence[Prefix], version: int) -> None:
        upper = self.upper(version)
        batches: dict[Batch, list[Prefix]] = {}
        for prefix in prefixes:
            state = self.states[prefix]
            starts = {p: a for p, a in state.taken.items() if isinstance(a, Attributes)}
            state.exporters = tuple(sorted(p for p, a in starts.items() if p in self.overlay.places and not a.injected))
            here = tuple(sorted((p, a) for p, a in starts.items() if p in upper.talking))
            if here:
                sign = tuple((name, signature(self.network, name, prefix)) for name in upper.named_policies)
                batches.setdefault((here, sign), []).append(prefix)
        keys = list(batches)
        done = converge(self.network, upper.speakers, [dict(key[0]) for key in keys], [key[1] for key in keys])
        columns = ((paths, at) for paths in done for at in range(paths.best.shape[1]))
        for key, column in zip(keys, columns, strict=True):
            for prefix in batches[key]:
                state = self.states[prefix]
                state.bgp = column
                state.settled = state.settled and bool(column[0].settled[column[1]])
                self._export_learned(state)

    def _export_learned(self, state: State) -> None:
        """Count among the exporters of a prefix those that learned it over a session of their VRF."""
        if state.bgp is not None and self.overlay.places.keys() & self._talking:
            paths, column = state.bgp
            heard = (p for p in self.overlay.places if int(paths.via[p, column]) != LOCAL)
            state.exporters = tuple(sorted({*state.exporters, *heard}))


Batch = tuple[tuple[tuple[int, Attributes], ...], Signatures]
