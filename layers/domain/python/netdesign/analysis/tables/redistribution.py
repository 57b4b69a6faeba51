"""What processes bring into their protocols: stated networks, redistributed routes, default routes, aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.protocols.adjacency import IPV4, IPV6, processes
from netdesign.analysis.protocols.providers import provider_tables, sessions_with_providers
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.tables.bgp_paths import Attributes
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.analysis.tables.rib import Rib
    from netdesign.analysis.tables.rib_entries import Entry, State
    from netdesign.model.routing import RoutingProcess

CONNECTED, STATIC = "connected", "static"
STATED, INCOMPLETE = 0, 2
DEFAULT_METRIC, METRIC = 1, 20
"""What a default route and other routes weigh that are taken into an IGP from outside."""


class External(NamedTuple):
    """A route from outside in an IGP."""

    metric: int
    tag: int


Taken = dict[int, Attributes | External]
"""What each process brings in of a prefix."""


def taken_in(rib: Rib, prefix: Prefix, state: State) -> Taken:
    """What every process brings in of a prefix, by what is known of the prefix so far."""
    found: Taken = {}
    for process in dict.fromkeys(_candidates(rib, prefix, state)):
        made = _taken(rib, process, prefix, state)
        if made is not None:
            found[process] = made
    return found


def _candidates(rib: Rib, prefix: Prefix, state: State) -> Iterable[int]:
    yield from state.source.stated
    for table in (*state.source.connected, *state.source.statics):
        yield from _takers(rib.network).get(table, ())
    yield from learners(rib.network)
    yield from (process for process, _ in state.source.summaries)
    if not prefix.length:
        yield from _originators(rib.network)
        yield from (process for process, version in undescribed_defaults(rib.network) if version == prefix.version)
    if rib.overlay.places and state.exporters:
        yield from rib.overlay.places.keys() & rib.upper(prefix.version).talking


@analysis
def _takers(network: Network) -> dict[int, tuple[int, ...]]:
    """The processes of each table that take in connected or static routes."""
    found: dict[int, tuple[int, ...]] = {}
    for process, fact in enumerate(network.design.routing.processes):
        if any(r.source in (CONNECTED, STATIC) for r in fact.redistribute):
            table = int(processes(network).vertex[process])
            found[table] = (*found.get(table, ()), process)
    return found


@analysis
def learners(network: Network) -> tuple[int, ...]:
    """The processes that take in what another protocol learned."""
    facts, vertex = network.design.routing.processes, processes(network).vertex.tolist()
    plain = (CONNECTED, STATIC)
    return tuple(
        p for p, f in enumerate(facts) if vertex[p] >= 0 and any(r.source not in plain for r in f.redistribute)
    )


@analysis
def _originators(network: Network) -> tuple[int, ...]:
    facts, vertex = network.design.routing.processes, processes(network).vertex.tolist()
    return tuple(p for p, fact in enumerate(facts) if fact.default_originate and vertex[p] >= 0)


def _taken(rib: Rib, process: int, prefix: Prefix, state: State) -> Attributes | External | None:
    fact = rib.network.design.routing.processes[process]
    table = int(processes(rib.network).vertex[process])
    entry = rib.current(table, prefix, state)
    inner = fact.protocol is RoutingProtocol.BGP
    if inner and process in state.source.stated and _may_state(rib, process, table, entry):
        return Attributes()
    if not prefix.length and fact.default_originate and _may_originate(rib, process, table, entry):
        return Attributes() if inner else External(DEFAULT_METRIC, 0)
    if prefix.length and entry is not None and entry.process != process and not _summarised(fact, prefix):
        marks = redistributed(rib.network, fact, prefix, entry)
        if marks is not None:
            return Attributes(marks=marks, origin=INCOMPLETE) if inner else External(METRIC, marks.tag)
    summarises = any(p == process and (inner or s.area is None) for p, s in state.source.summaries)
    if summarises and _has_component(rib, process, table, prefix):
        return Attributes() if inner else External(METRIC, 0)
    return _injected(rib, process, prefix, state) if inner else None


def _may_state(rib: Rib, process: int, table: int, entry: Entry | None) -> bool:
    """Whether a stated network can be announced: by a provider always, for a design shows none of its own routes, by
    others where the table has a route to it."""
    return bool(provider_tables(rib.network)[table]) or (entry is not None and entry.process != process)


def _may_originate(rib: Rib, process: int, table: int, entry: Entry | None) -> bool:
    """Whether a default route can be originated: by a provider always, by others where they have one themselves."""
    if provider_tables(rib.network)[table]:
        return True
    return entry is not None and entry.process != process and not entry.discard


def redistributed(network: Network, fact: RoutingProcess, prefix: Prefix, entry: Entry) -> Marks | None:
    """The marks of a route as the process takes it in; None where it does not."""
    for rule in fact.redistribute:
        if rule.source == entry.source:
            marks = entry.marks._replace(local_preference=None, prepend=0)
            marks = marks if rule.tag is None else marks._replace(tag=rule.tag)
            return permits(network, rule.policy, prefix, marks)
    return None


def _summarised(fact: RoutingProcess, prefix: Prefix) -> bool:
    """Whether a summary of the process stands for the prefix."""
    if fact.protocol is RoutingProtocol.BGP:
        return False
    return any(
        block.covers(prefix) and block != prefix
        for summary in fact.summaries
        if summary.area is None
        for block in _readable(summary.prefix)
    )


def _readable(text: str) -> tuple[Prefix, ...]:
    try:
        return (parse_prefix(text),)
    except InvalidInputError:
        return ()


def _has_component(rib: Rib, process: int, table: int, block: Prefix) -> bool:
    """Whether the table of an aggregate knows some route inside it that its protocol carries."""
    fact = rib.network.design.routing.processes[process]
    for prefix in rib.inside(block):
        state = rib.state(prefix)
        entry = rib.current(table, prefix, state)
        learned = entry is not None and entry.source == fact.protocol.value
        if learned or process in state.taken or _would_take(rib, fact, prefix, entry):
            return True
    return False


def _would_take(rib: Rib, fact: RoutingProcess, prefix: Prefix, entry: Entry | None) -> bool:
    """Whether the process would redistribute a route if no summary stood for it."""
    return entry is not None and redistributed(rib.network, fact, prefix, entry) is not None


def _injected(rib: Rib, process: int, prefix: Prefix, state: State) -> Attributes | None:
    """What a BGP process learns without a session that the design describes: from a provider, or over the overlay."""
    remote = undescribed_defaults(rib.network).get((process, prefix.version))
    if not prefix.length and remote is not None:
        return Attributes(path=(remote,), injected=True)
    if process in rib.overlay.places and process in rib.upper(prefix.version).talking:
        path = rib.overlay.path(rib, process, state.exporters, prefix)
        if path is not None:
            return Attributes(path=path, injected=True)
    return None


@analysis
def undescribed_defaults(network: Network) -> dict[tuple[int, int], int]:
    """(process, IP version) with the AS of a provider that the design says no more of than that we talk to it.

    Such a provider is taken to send a default route, which counts where our policy lets it in.
    """
    from netdesign.analysis.protocols.provider_defaults import default_takers

    running = processes(network)
    described = {int(d) for d in running.device.tolist() if d >= 0 and not network.ours[d]}
    takers = default_takers(network)
    found: dict[tuple[int, int], int] = {}
    for process, provider, families in sessions_with_providers(network):
        for version, family in ((4, IPV4), (6, IPV6)):
            if provider not in described and families & family and (process, version) in takers:
                found.setdefault((process, version), 0)
    return found
