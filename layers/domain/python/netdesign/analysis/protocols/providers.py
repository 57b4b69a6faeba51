"""Where our network meets those of providers: circuits, sessions, and networks that carry our own prefixes."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import masked, parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import among, equal_pairs
from netdesign.analysis.protocols.adjacency import IPV4, IPV6, adjacencies, processes, statements
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.cabling import CircuitKind
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Bools

PRIVATE_CIRCUITS = frozenset(
    {CircuitKind.MPLS, CircuitKind.WAVE, CircuitKind.DARK_FIBRE, CircuitKind.DIRECT_CONNECT, CircuitKind.VPN}
)
"""Circuits whose provider carries our own prefixes between our sites; the Internet does not."""

ProviderNetwork = tuple[str, CircuitKind]


@analysis
def provider_devices(network: Network) -> Bools:
    """Which devices are a provider's end of circuits."""
    return np.fromiter((d.role is Role.PROVIDER for d in network.devices), np.bool_, len(network.devices))


@analysis
def provider_tables(network: Network) -> Bools:
    """Which tables of `layer3` are a provider's."""
    found: Bools = provider_devices(network)[layer3(network).device]
    return found


@analysis
def circuit_interfaces(network: Network) -> dict[int, tuple[int, ...]]:
    """Our routed interfaces that lie on a circuit to a provider, by the provider's device."""
    wire, table, graph = wires(network), interfaces(network), layer3(network)
    providers = np.append(provider_devices(network), False)
    a, b = network.link_ends
    found: dict[int, set[int]] = defaultdict(set)
    routed = np.flatnonzero((graph.interface_vertex >= 0) & (wire.of_interface >= 0))
    for ours, theirs in ((a, b), (b, a)):
        circuits = np.flatnonzero(network.usable_links & providers[theirs] & ~providers[ours])
        circuit, interface = equal_pairs(wire.of_link[circuits], wire.of_interface[routed])
        for link, at in zip(circuits[circuit].tolist(), routed[interface].tolist(), strict=True):
            if table.device[at] == ours[link]:
                found[int(theirs[link])].add(at)
    return {provider: tuple(sorted(those)) for provider, those in found.items()}


@analysis
def circuit_tables(network: Network) -> dict[int, tuple[tuple[int, int], ...]]:
    """(interface, provider) of the circuits of each of our tables that has any."""
    at: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for provider, those in circuit_interfaces(network).items():
        for interface in those:
            at[int(layer3(network).interface_vertex[interface])].append((interface, provider))
    return {vertex: tuple(those) for vertex, those in at.items()}


def beside(network: Network, interface: int, text: str | None) -> bool:
    """Whether an address lies in a subnet of an interface."""
    peer, rows = parse([text or ""]), addresses(network)
    alike = (rows.interface == interface) & (rows.version == peer.version[0])
    for row in np.flatnonzero(alike).tolist():
        high, low = masked(peer.version, peer.high, peer.low, rows.length[row : row + 1])
        if (rows.network_high[row], rows.network_low[row]) == (high[0], low[0]):
            return True
    return False


@analysis
def provider_sessions(network: Network) -> tuple[tuple[int, int], ...]:
    """(our process, device of the provider) of each session with a provider."""
    return tuple(dict.fromkeys((process, provider) for process, provider, _ in sessions_with_providers(network)))


@analysis
def sessions_with_providers(network: Network) -> tuple[tuple[int, int, int], ...]:
    """(our process, device of the provider, bits of families) of each session with a provider.

    The provider's side may be described by processes and statements of its own, or not at all: then our
    statement counts, where its peer lies in the subnet of a circuit.
    """
    theirs, running, pairs = provider_devices(network), processes(network), adjacencies(network)
    outside = np.append(theirs, False)[running.device]
    found = []
    for own, other in ((pairs.tail, pairs.head), (pairs.head, pairs.tail)):
        rows = np.flatnonzero(~outside[own] & outside[other])
        columns = own[rows], running.device[other[rows]], pairs.families[rows]
        found += list(zip(*(column.tolist() for column in columns), strict=True))
    return (*found, *_one_sided(network))


def _one_sided(network: Network) -> Iterable[tuple[int, int, int]]:
    said, facts = statements(network), network.design.routing.bgp_neighbors
    tables, running = circuit_tables(network), processes(network)
    index = network.interface_index if tables else {}
    vertex = np.append(running.vertex, -1)[said.process]
    at_edge = among(vertex, np.array(sorted(tables), np.int64))
    for row in np.flatnonzero((said.peer < 0) & at_edge).tolist():
        for interface, provider in tables[int(vertex[row])]:
            named = index.get(facts[row].interface or "", -1) == interface
            if named or beside(network, interface, facts[row].peer_address):
                yield int(said.process[row]), provider, int(said.families[row])
                break


def private_networks(network: Network) -> tuple[tuple[int, ProviderNetwork], ...]:
    """(our process, provider's network) of each session with a provider that joins sites of ours."""
    kinds = _sold(network)
    return tuple((process, kinds[provider]) for process, provider in provider_sessions(network) if provider in kinds)


def _sold(network: Network) -> dict[int, ProviderNetwork]:
    """The private network that each end of a circuit belongs to."""
    kinds: dict[int, ProviderNetwork] = {}
    for circuit in network.design.cabling.circuits:
        link = network.link_index.get(circuit.link)
        if circuit.kind in PRIVATE_CIRCUITS and link is not None:
            for end in network.link_ends:
                kinds[int(end[link])] = min(
                    kinds.get(int(end[link]), (circuit.provider, circuit.kind)), (circuit.provider, circuit.kind)
                )
    return kinds


@analysis
def joining_providers(network: Network) -> frozenset[int]:
    """Devices of providers whose private network has sessions with several sites of ours: it carries our own prefixes
    from one to another."""
    sites: dict[ProviderNetwork, set[str]] = defaultdict(set)
    ends: dict[ProviderNetwork, set[int]] = defaultdict(set)
    sold, device = _sold(network), processes(network).device
    for process, provider in provider_sessions(network):
        if provider in sold:
            sites[sold[provider]].add(network.devices[int(device[process])].site)
            ends[sold[provider]].add(provider)
    return frozenset(end for net, some in ends.items() if len(sites[net]) > 1 for end in some)


@analysis
def lonely_exits(network: Network) -> tuple[int, ...]:
    """Our processes with one session per family to providers that no other exit of their site shares routes with.

    A site with one session to providers has nothing to share. What joins our sites is no other exit to the Internet.
    """
    sold, joining = _sold(network), joining_providers(network)
    running, pairs = processes(network), adjacencies(network)
    outside = np.append(provider_devices(network), False)[running.device]
    found: set[int] = set()
    for family in (IPV4, IPV6):
        ours = np.flatnonzero(pairs.carrying(family) & ~outside[pairs.tail] & ~outside[pairs.head])
        ends = pairs.tail[ours].astype(np.int32), pairs.head[ours].astype(np.int32)
        label = components(Multigraph(running.vertex.size, *ends))
        by_site: dict[tuple[str, ProviderNetwork | None], set[tuple[int, int]]] = defaultdict(set)
        for process, provider, families in sessions_with_providers(network):
            if families & family:
                net = sold[provider] if provider in joining else None
                by_site[network.devices[provider].site, net].add((process, provider))
        for those in by_site.values():
            alike = Counter(int(label[process]) for process, _ in those)
            found.update(process for process, _ in those if len(those) > 1 and alike[int(label[process])] == 1)
    return tuple(sorted(found))
