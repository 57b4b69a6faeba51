"""What routing starts from: by prefix, the tables that are connected to it, name it by hand, or state it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.protocols.igp_graph import members
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix, parse_address, parse_prefix, prefix_at
from netdesign.model.addressing import VirtualGateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.protocols.igp_graph import Area
    from netdesign.model.routing import Summary

DEFAULTS = (Prefix(4, 0, 0), Prefix(6, 0, 0))


@dataclass(eq=False)
class Source:
    """Where one prefix comes from, by table: its interfaces and static routes (by position); by process:
    interfaces in an IGP (area, cost), a statement, and summaries."""

    connected: dict[int, list[int]] = field(default_factory=dict)
    statics: dict[int, list[int]] = field(default_factory=dict)
    stated: list[int] = field(default_factory=list)
    members: list[tuple[int, Area, int]] = field(default_factory=list)
    summaries: list[tuple[int, Summary]] = field(default_factory=list)


@analysis
def sources(network: Network) -> dict[Prefix, Source]:
    """Every prefix that some table can have a route to."""
    found: dict[Prefix, Source] = defaultdict(Source)
    for default in DEFAULTS:
        found[default] = Source()
    for table, some in connected(network).items():
        for prefix, interfaces_ in some.items():
            found[prefix].connected[table] = interfaces_
    tables = static_tables(network)
    for position, block in enumerate(static_prefixes(network)):
        if block is not None and tables[position] >= 0:
            found[block].statics.setdefault(tables[position], []).append(position)
    _of_processes(network, found)
    for member in members(network):
        for prefix in interface_prefixes(network).get(member.interface, ()):
            found[prefix].members.append((member.process, member.area, member.cost))
    return dict(found)


def _of_processes(network: Network, found: dict[Prefix, Source]) -> None:
    for process, fact in enumerate(network.design.routing.processes):
        if processes(network).vertex[process] < 0:
            continue
        for prefix in _prefixes(fact.networks):
            found[prefix].stated.append(process)
        for summary in fact.summaries:
            for prefix in _prefixes((summary.prefix,)):
                found[prefix].summaries.append((process, summary))


def _prefixes(texts: tuple[str, ...]) -> Iterator[Prefix]:
    for text in texts:
        try:
            yield parse_prefix(text)
        except InvalidInputError:
            continue


@analysis
def interface_prefixes(network: Network) -> dict[int, tuple[Prefix, ...]]:
    """The prefixes of the addresses of each routed interface that is up."""
    rows, vertex = addresses(network), layer3(network).interface_vertex.tolist()
    found: dict[int, tuple[Prefix, ...]] = {}
    columns = (rows.interface, rows.version, rows.network_high, rows.network_low, rows.length)
    for interface, version, high, low, length in zip(*(column.tolist() for column in columns), strict=True):
        if vertex[interface] >= 0:
            prefix = Prefix(version, high << 64 | low, length)
            if prefix not in found.get(interface, ()):
                found[interface] = (*found.get(interface, ()), prefix)
    return found


@analysis
def connected(network: Network) -> dict[int, dict[Prefix, list[int]]]:
    """By table, the prefixes that it is connected to and the interfaces that lie in them."""
    vertex = layer3(network).interface_vertex.tolist()
    found: dict[int, dict[Prefix, list[int]]] = defaultdict(lambda: defaultdict(list))
    for interface, prefixes in interface_prefixes(network).items():
        for prefix in prefixes:
            found[vertex[interface]][prefix].append(interface)
    return {table: dict(some) for table, some in found.items()}


@analysis
def static_prefixes(network: Network) -> tuple[Prefix | None, ...]:
    """The prefix of each static route; None where it is no prefix."""
    return tuple(next(_prefixes((route.prefix,)), None) for route in network.design.routing.static_routes)


@analysis
def static_tables(network: Network) -> tuple[int, ...]:
    """The table of each static route; -1 where there is none."""
    graph, index = layer3(network), network.device_index
    return tuple(graph.vertex(index.get(r.device, -1), r.vrf) for r in network.design.routing.static_routes)


class Holder(NamedTuple):
    """A table that answers for an address on a segment, through an interface."""

    table: int
    interface: int


def beside(network: Network, table: int, version: int, address: int) -> int | None:
    """The interface of a table whose subnet holds an address; the longest match counts."""
    here = connected(network).get(table, {})
    for length in _lengths(network, table).get(version, ()):
        found = here.get(prefix_at(version, address, length))
        if found is not None:
            return found[0]
    return None


@analysis
def _lengths(network: Network, table: int) -> dict[int, tuple[int, ...]]:
    """The lengths of connected prefixes of a table, the longest first; full ones are its own addresses."""
    found: dict[int, set[int]] = {4: set(), 6: set()}
    for prefix in connected(network).get(table, {}):
        if prefix.length < WIDTH[prefix.version]:
            found[prefix.version].add(prefix.length)
    return {version: tuple(sorted(some, reverse=True)) for version, some in found.items()}


def answering(network: Network, table: int, interface: int, version: int, address: int) -> tuple[Holder, ...]:
    """Who takes packets for an address that a table sends out of an interface: the owner, or of a virtual address
    whoever is active; of a pair that bundles as one, both."""
    found: dict[Holder, None] = {}
    for segment in _segments(network).get((table, interface), ()):
        some = holders(network).get((segment, version, address), ())
        found.update((one, None) for one in active(network, tuple(h for h in some if h.table != table)))
    return tuple(found)


@analysis
def _segments(network: Network) -> dict[tuple[int, int], tuple[int, ...]]:
    graph = layer3(network)
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    columns = (graph.member_vertex, graph.member_interface, graph.member_segment)
    for table, interface, segment in zip(*(column.tolist() for column in columns), strict=True):
        if segment not in found.get((table, interface), ()):
            found[table, interface] = (*found.get((table, interface), ()), segment)
    return found


@analysis
def holders(network: Network) -> dict[tuple[int, int, int], tuple[Holder, ...]]:
    """Who holds each (segment, IP version, address)."""
    graph, rows = layer3(network), addresses(network)
    found: dict[tuple[int, int, int], tuple[Holder, ...]] = {}
    columns = (graph.member_row, graph.member_segment, graph.member_vertex, graph.member_interface)
    version, high, low = rows.version.tolist(), rows.high.tolist(), rows.low.tolist()
    for row, segment, table, interface in zip(*(column.tolist() for column in columns), strict=True):
        if row >= 0:
            key = (segment, version[row], high[row] << 64 | low[row])
            found[key] = (*found.get(key, ()), Holder(table, interface))
    return found


@analysis
def active(network: Network, some: tuple[Holder, ...]) -> tuple[Holder, ...]:
    """Of the routers that share a virtual address, those that forward."""
    ports = network.interfaces
    if len(some) < 2 or any(ports[h.interface].virtual_gateway is not VirtualGateway.VRRP for h in some):
        return some
    first = max(some, key=lambda h: (_priority(network, h), ports[h.interface].addresses))
    pair = _pair_of(network).get(layer3(network).device[first.table])
    both = tuple(h for h in some if pair is not None and _pair_of(network).get(layer3(network).device[h.table]) == pair)
    return both or (first,)


def _priority(network: Network, holder: Holder) -> int:
    priority = network.interfaces[holder.interface].virtual_priority
    return 100 if priority is None else priority


@analysis
def _pair_of(network: Network) -> dict[int, str]:
    """The MLAG pair of each device, by position."""
    index, mlags = network.device_index, network.design.cabling.mlags
    return {index[peer]: mlag.id for mlag in mlags for peer in mlag.peers if peer in index}


@analysis
def circuit_ports(network: Network) -> dict[int, int]:
    """The provider's device behind each of our interfaces that lies on a circuit."""
    return {interface: provider for some in circuit_tables(network).values() for interface, provider in some}


class StaticHop(NamedTuple):
    """What a static route needs: the next hop as (version, number), or nothing where it discards."""

    version: int
    address: int
    discard: bool


@analysis
def static_hops_stated(network: Network) -> tuple[StaticHop | None, ...]:
    """The next hop of each static route; None where none can be read."""
    found: list[StaticHop | None] = []
    for route in network.design.routing.static_routes:
        if route.discard or not route.next_hop:
            found.append(StaticHop(0, 0, True) if route.discard else None)
            continue
        try:
            found.append(StaticHop(*parse_address(route.next_hop), False))
        except InvalidInputError:
            found.append(None)
    return tuple(found)


@analysis
def vrf_names(network: Network) -> tuple[str | None, ...]:
    """The VRF (id) of each table."""
    names: dict[int, str | None] = {code: name for name, code in interfaces(network).vrfs.items()}
    return tuple(names.get(code) for code in layer3(network).vrf.tolist())


def parsed_address(text: str | None) -> tuple[int, int] | None:
    """(IP version, number) of an address; None where it cannot be read."""
    try:
        return parse_address(text or "")
    except InvalidInputError:
        return None
