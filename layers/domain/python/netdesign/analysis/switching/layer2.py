"""Bridging: which links carry which VLAN, with bundles and pairs drawn as one, and the loops that are left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.interfaces import interfaces
from netdesign.graph.connectivity import bridges, components
from netdesign.graph.cycles import contracted
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.graph.shortest import eccentricities
from netdesign.model.overlay import VniKind
from netdesign.model.switching import SpanningTreeMode
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Bools, Ints, Longs
    from netdesign.model.addressing import Interface
    from netdesign.model.cabling import Lag

    Numbers = frozenset[int]

NO_NUMBERS: frozenset[int] = frozenset()

NOT_BRIDGES = frozenset(
    {
        Role.FIREWALL,
        Role.LOAD_BALANCER,
        Role.WIRELESS_CONTROLLER,
        Role.ACCESS_POINT,
        Role.CONSOLE_SERVER,
        Role.PROVIDER,
    }
)
OVERLAY = -1
"""Stands for the device of the node that an L2 VNI is: it joins all its VTEPs, and runs no spanning tree."""


Bundle = tuple[str | int, ...]
Node = tuple[int, int | str]
"""A VLAN number, and a device by position or an overlay by the id of its VNI."""


class BridgedEdge(NamedTuple):
    """One VLAN number on one link (-1 where it is a VNI), between two nodes, with the bundle at either end."""

    link: int
    number: int
    tail: int
    head: int
    tail_bundle: Bundle
    head_bundle: Bundle

    @property
    def key(self) -> tuple[object, ...]:
        """What edges share that are one bundle at both ends."""
        return (self.number, *sorted((self.tail_bundle, self.head_bundle), key=repr))


@dataclass(frozen=True, eq=False)
class Bridging:
    """Every VLAN's bridges and edges in one graph, bundles and MLAG pairs drawn as one.

    Node i of `graph` bridges VLAN `number[i]` on the devices `devices[i]`; edge e is `link[e]`, -1
    where it leads to an overlay, whose devices are `(OVERLAY,)`.
    """

    graph: Multigraph
    number: Longs
    devices: tuple[tuple[int, ...], ...]
    link: Ints


@analysis
def vlans_on(network: Network) -> dict[int, Numbers]:
    """VLAN numbers that each device bridges, by position."""
    found: dict[int, set[int]] = defaultdict(set)
    index = network.device_index
    for vlan in network.design.switching.vlans:
        for name in vlan.devices:
            place = index.get(name)
            if place is not None and network.devices[place].role not in NOT_BRIDGES:
                found[place].add(vlan.number)
    return {place: frozenset(numbers) for place, numbers in found.items()}


@analysis
def lag_of_port(network: Network) -> dict[tuple[str, str], Lag]:
    """The bundle that a port (device id, port name) is a member of."""
    return {(lag.device, port): lag for lag in network.design.cabling.lags for port in lag.members}


@analysis
def vlans_on_link(network: Network) -> dict[int, Numbers]:
    """VLAN numbers that both ends of a link let through, by position; links that bridge nothing are left out."""
    switched = _switched_interfaces(network)
    at_a, at_b = network.link_interfaces
    both = switched[at_a] & switched[at_b] & network.links_for(*FORWARDING_PURPOSES)
    a, b = network.link_ends
    on, found = vlans_on(network), {}
    for place in np.flatnonzero(both).tolist():
        numbers = on.get(int(a[place]), NO_NUMBERS) & on.get(int(b[place]), NO_NUMBERS)
        numbers &= _numbers_at(network, int(at_a[place])) & _numbers_at(network, int(at_b[place]))
        if numbers:
            found[place] = numbers
    return found


def _switched_interfaces(network: Network) -> Bools:
    columns = interfaces(network)
    switched = columns.in_mode(PortMode.TRUNK) | columns.in_mode(PortMode.ACCESS) | (columns.lag >= 0)
    return np.append(switched & columns.up, False)


@analysis
def _numbers_at(network: Network, place: int) -> Numbers:
    interface: Interface = network.interfaces[place]
    if interface.lag is not None and interface.kind is not InterfaceKind.LAG:
        lag = network.by_id("lags").get(interface.lag)
        bundle = network.interface_at.get((lag.device, lag.interface)) if lag else None
        return NO_NUMBERS if bundle is None else _numbers_of(network, network.interfaces[bundle])
    return _numbers_of(network, interface)


def _numbers_of(network: Network, interface: Interface) -> Numbers:
    names = {PortMode.TRUNK: (*interface.vlans, interface.native_vlan), PortMode.ACCESS: (interface.vlan,)}
    vlans = network.by_id("vlans")
    chosen = names.get(interface.mode, ()) if interface.enabled else ()
    return frozenset(vlans[name].number for name in chosen if name in vlans)


@analysis
def bridging(network: Network) -> Bridging:
    """The bridges of all VLANs and what joins them, links and overlays."""
    nodes: dict[Node, int] = {}
    edges = [*_link_edges(network, nodes), *_overlay_edges(network, nodes)]
    edges = _without_multihoming(edges, {node for (_, who), node in nodes.items() if isinstance(who, str)})
    tail = np.array([edge.tail for edge in edges], dtype=np.int32)
    head = np.array([edge.head for edge in edges], dtype=np.int32)
    groups = _ranks((number, _mlag_of(network).get(who, who)) for number, who in nodes)
    bundles = _ranks(edge.key for edge in edges)
    small = contracted(Multigraph(len(nodes), tail, head), groups, bundles)
    devices: list[set[int]] = [set() for _ in range(small.graph.node_count)]
    number = np.zeros(small.graph.node_count, dtype=np.int64)
    for (vlan, who), node in zip(nodes, small.node_of.tolist(), strict=True):
        devices[node].add(who if isinstance(who, int) else OVERLAY)
        number[node] = vlan
    link = np.array([edge.link for edge in edges], dtype=np.int32)[small.first_edge]
    return Bridging(small.graph, number, tuple(tuple(sorted(d)) for d in devices), link)


def _ranks(keys: Iterable[object]) -> Longs:
    ranks: dict[object, int] = {}
    return np.array([ranks.setdefault(key, len(ranks)) for key in keys], dtype=np.int64)


def _link_edges(network: Network, nodes: dict[Node, int]) -> list[BridgedEdge]:
    edges, lag_of, pair = [], lag_of_port(network), _mlag_of(network)
    peer_links = {link for mlag in network.design.cabling.mlags for link in mlag.peer_links}
    a, b = network.link_ends
    for place, numbers in vlans_on_link(network).items():
        link = network.links[place]
        bundles = [_bundle(lag_of.get((ref.device, ref.port)), place) for ref in (link.a, link.b)]
        ends = (int(a[place]), int(b[place]))
        inside = ends[0] in pair and pair[ends[0]] == pair.get(ends[1])
        for number in sorted(numbers):
            tail, head = (nodes.setdefault((number, end), len(nodes)) for end in ends)
            if inside and link.id not in peer_links:
                head = tail  # a loop beside the peer link, which contraction must not swallow
            edges.append(BridgedEdge(place, number, tail, head, *bundles))
    return edges


def _bundle(lag: Lag | None, link: int) -> Bundle:
    if lag is None:
        return ("link", link)
    if lag.mlag is not None and lag.mlag_number is not None:
        return ("mlag", lag.mlag, lag.mlag_number)
    return ("lag", lag.id)


def _overlay_edges(network: Network, nodes: dict[Node, int]) -> list[BridgedEdge]:
    """An L2 VNI joins the bridges of its VLAN that have a tunnel endpoint."""
    vlans, index, columns = network.by_id("vlans"), network.device_index, interfaces(network)
    vteps = set(columns.device[columns.of_kind(InterfaceKind.VTEP) & columns.up].tolist())
    edges = []
    for vni in network.design.overlay.vnis:
        vlan = vlans.get(vni.vlan or "") if vni.kind is VniKind.L2 else None
        ends = [index[name] for name in vlan.devices if name in index and index[name] in vteps] if vlan else []
        if vlan is not None and len(ends) > 1:
            hub = nodes.setdefault((vlan.number, vni.id), len(nodes))
            for end in dict.fromkeys(ends):
                node = nodes.setdefault((vlan.number, end), len(nodes))
                edges.append(BridgedEdge(-1, vlan.number, node, hub, ("vtep", end), ("vni", vni.id, end)))
    return edges


def _without_multihoming(edges: list[BridgedEdge], hubs: set[int]) -> list[BridgedEdge]:
    """Keep one link of a bundle that is spread over several VTEPs: split horizon blocks the others."""
    overlaid = {edge.tail for edge in edges if edge.head in hubs}
    far: dict[tuple[int, Bundle], set[int]] = defaultdict(set)
    for edge in edges:
        far[edge.number, edge.tail_bundle].add(edge.head)
        far[edge.number, edge.head_bundle].add(edge.tail)
    spread = {key for key, ends in far.items() if len(ends) > 1 and ends <= overlaid}
    kept, seen = [], set[tuple[int, Bundle]]()
    for edge in edges:
        keys = {(edge.number, edge.tail_bundle), (edge.number, edge.head_bundle)} & spread
        if not keys & seen:
            kept.append(edge)
        seen |= keys
    return kept


@analysis
def _mlag_of(network: Network) -> dict[int | str, tuple[str, str]]:
    index, mlags = network.device_index, network.design.cabling.mlags
    return {index[peer]: ("mlag", mlag.id) for mlag in mlags for peer in mlag.peers if peer in index}


class Loop(NamedTuple):
    """A VLAN that can loop: the devices on its cycles, those without spanning tree, and links of the cycles."""

    number: int
    devices: tuple[int, ...]
    unprotected: tuple[int, ...]
    links: tuple[int, ...]


@analysis
def spanning_tree_devices(network: Network) -> frozenset[int]:
    """Devices that run a spanning tree."""
    index = network.device_index
    running = {s.device for s in network.design.switching.spanning_trees if s.mode is not SpanningTreeMode.NONE}
    return frozenset(index[name] for name in running if name in index)


@analysis
def loops(network: Network) -> tuple[Loop, ...]:
    """Every VLAN with a cycle, by piece of the network; `unprotected` has `OVERLAY` where an overlay closes it."""
    bridged = bridging(network)
    graph = bridged.graph
    label = components(graph)
    surplus = np.bincount(label[graph.tail], minlength=graph.node_count) - np.bincount(
        label, minlength=graph.node_count
    )
    looping = graph.without(nodes=np.flatnonzero(surplus[label] < 0))
    on_cycle = looping.edges_present & ~bridges(looping)
    around = components(looping.without(edges=np.flatnonzero(~on_cycle)))
    pieces = np.unique(around[graph.tail[on_cycle]]).tolist()
    return tuple(_loop(network, bridged, around == piece, on_cycle) for piece in pieces)


def _loop(network: Network, bridged: Bridging, inside: Bools, on_cycle: Bools) -> Loop:
    nodes = np.flatnonzero(inside).tolist()
    devices = sorted({device for node in nodes for device in bridged.devices[node]})
    edges = np.flatnonzero(on_cycle & inside[bridged.graph.tail])
    links = sorted({int(link) for link in bridged.link[edges]} - {OVERLAY})
    bare = tuple(device for device in devices if device not in spanning_tree_devices(network))
    return Loop(int(bridged.number[nodes[0]]), tuple(d for d in devices if d != OVERLAY), bare, tuple(links))


@analysis
def widest_tree(network: Network, limit: int) -> tuple[int, int]:
    """The most bridges on a shortest path inside one VLAN, and the VLAN's number.

    Pieces of no more than `limit` bridges are not searched: (0, 0) says that all are.
    """
    bridged = bridging(network)
    hubs = [node for node, devices in enumerate(bridged.devices) if devices == (OVERLAY,)]
    graph = bridged.graph.without(nodes=hubs)
    label = components(graph)
    sizes = np.bincount(label[label >= 0], minlength=graph.node_count)
    large = graph.without(nodes=np.flatnonzero((label < 0) | (sizes[label] <= limit)))
    if not large.nodes_present.any():
        return 0, 0
    spread = eccentricities(large)
    widest = int(np.argmax(spread))
    return int(spread[widest]) + 1, int(bridged.number[widest])
