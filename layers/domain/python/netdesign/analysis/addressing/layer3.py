"""The network as routers see it: routing tables of devices, joined by the subnets that they share.

A vertex is one VRF of one device. A segment is one prefix on one medium (a part of a VLAN that holds
together, or a wire between ports): interfaces with addresses of it can talk to each other. A layer-3 VNI
joins the tables of its VRF on all devices whose tunnel endpoints reach one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.addresses import Addresses, addresses, subnet_prefixes, subnet_vlans
from netdesign.analysis.facts.interfaces import Interfaces, interfaces, wires
from netdesign.analysis.facts.row_codes import among, equal_pairs, row_codes, small_codes
from netdesign.analysis.facts.tunnel_carriers import fallen, links_left
from netdesign.analysis.switching.vlan_parts import vlan_parts
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind, PortMode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Bools, Ints, Longs

ANYWHERE = -1
"""The medium of what is joined by its prefix alone: management ports, tunnels, provider hand-offs."""


@dataclass(frozen=True, eq=False)
class Layer3:
    """Vertices by number: `device` and `vrf` (a code of `vrfs`; -1: none named).

    `interface_vertex` gives the vertex of each interface, -1 where it is down or not routed. The rows of
    `member_*` say which vertex is on which segment, through which interface and address; `member_row` is
    the row of `addresses(network)`, -1 for an unnumbered interface.
    """

    device: Ints
    vrf: Ints
    vrfs: dict[str | None, int]
    interface_vertex: Longs
    member_vertex: Longs
    member_segment: Longs
    member_interface: Longs
    member_row: Longs
    segment_count: int

    @property
    def vertex_count(self) -> int:
        """How many routing tables there are."""
        return int(self.device.size)

    @cached_property
    def at(self) -> dict[tuple[int, int], int]:
        """The vertex of (device, VRF code)."""
        return {pair: v for v, pair in enumerate(zip(self.device.tolist(), self.vrf.tolist(), strict=True))}

    def vertex(self, device: int, vrf: str | None) -> int:
        """The vertex of a VRF (by id) on a device; -1 where the device routes nothing in it."""
        return self.at.get((device, self.vrfs.get(vrf, -2)), -1)


@analysis
def layer3(network: Network) -> Layer3:
    """Every routing table and every segment of the design as it stands."""
    table, rows = interfaces(network), addresses(network)
    routed = np.zeros(len(network.interfaces), np.bool_)
    routed[rows.interface] = True
    routed = (routed | table.unnumbered) & table.up & ~switch_ports(network)
    order = np.flatnonzero(routed)
    key = table.device[order].astype(np.int64) * (len(table.vrfs) + 1) + table.vrf[order] + 1
    first, vertex = small_codes(key)
    interface_vertex = np.full(routed.size, -1, np.int64)
    interface_vertex[order] = vertex
    member_row, member_interface, segment = _members(network, table, rows, routed)
    return Layer3(
        device=table.device[order[first]],
        vrf=table.vrf[order[first]],
        vrfs=table.vrfs,
        interface_vertex=interface_vertex,
        member_vertex=interface_vertex[member_interface],
        member_segment=segment,
        member_interface=member_interface,
        member_row=member_row,
        segment_count=int(segment.max(initial=-1)) + 1,
    )


@analysis
def switch_ports(network: Network) -> Bools:
    """Which interfaces are ports or bundles that bridge; an address on one of them routes nothing."""
    table = interfaces(network)
    bridges = table.in_mode(PortMode.ACCESS) | table.in_mode(PortMode.TRUNK)
    found: Bools = bridges & table.of_kind(InterfaceKind.PHYSICAL, InterfaceKind.LAG)
    return found


def _members(network: Network, table: Interfaces, rows: Addresses, routed: Bools) -> tuple[Longs, Longs, Longs]:
    """(address row, interface, segment) of whatever can meet others: no loopbacks, no tunnel endpoints."""
    medium = media_of(network)
    part = np.where(medium < len(table.vlans), vlan_parts(network).of_interface, 0)
    meets = routed & ~table.of_kind(InterfaceKind.LOOPBACK, InterfaceKind.VTEP)
    kept = np.flatnonzero(meets[rows.interface])
    bare = np.flatnonzero(meets & table.unnumbered & (medium != ANYWHERE))
    interface = np.concatenate([rows.interface[kept].astype(np.int64), bare])
    nothing = np.zeros(bare.size, np.uint64)
    segment = row_codes(
        np.concatenate([rows.network_high[kept], nothing]),
        np.concatenate([rows.network_low[kept], nothing]),
        np.concatenate([rows.version[kept] * 256 + rows.length[kept], nothing.astype(np.int32)]),
        medium[interface],
        np.where(medium[interface] == ANYWHERE, table.vrf[interface], part[interface]),
    )
    return np.concatenate([kept, np.full(bare.size, -1)]), interface, segment


@analysis
def media_of(network: Network) -> Longs:
    """The medium of each interface: its VLAN, or else the wire between routed ports, or `ANYWHERE`."""
    table, wire = interfaces(network), wires(network).of_interface
    medium = np.full(wire.size, ANYWHERE, np.int64)
    wired = np.flatnonzero(wire >= 0)
    count = len(network.links)
    bridged = np.full(count + 1, -1, np.int64)
    access = np.flatnonzero(table.in_mode(PortMode.ACCESS) & (table.vlan >= 0) & (wire >= 0))
    trunk = np.flatnonzero(table.in_mode(PortMode.TRUNK) & (table.native_vlan >= 0) & (wire >= 0))
    bridged[wire[trunk]] = table.native_vlan[trunk]
    bridged[wire[access]] = table.vlan[access]
    routed = np.zeros(count + 1, np.int64)
    ends = wired[table.in_mode(PortMode.ROUTED)[wired] & (table.parent[wired] < 0)]
    np.add.at(routed, wire[ends], 1)
    plain_ports = np.zeros(wire.size + 1, np.bool_)
    plain_ports[table.parent] = True
    parents = np.flatnonzero(plain_ports[:-1] & ~table.in_mode(PortMode.ROUTED))
    np.add.at(routed, wire[parents], 1)
    plain = wired[bridged[wire[wired]] < 0]
    both = plain[routed[wire[plain]] >= 2]
    medium[both] = len(table.vlans) + wire[both]
    tagged = wired[(bridged[wire[wired]] >= 0) & (table.parent[wired] < 0)]
    medium[tagged] = bridged[wire[tagged]]
    named = np.flatnonzero(table.vlan >= 0)
    medium[named] = table.vlan[named]
    return medium


@analysis
def routed_graph(network: Network) -> Multigraph:
    """Nodes are the vertices of `layer3` and then its segments; edges are its member rows."""
    graph = layer3(network)
    heads = graph.vertex_count + graph.member_segment
    ends = graph.member_vertex.astype(np.int32), heads.astype(np.int32)
    return Multigraph(graph.vertex_count + graph.segment_count, *ends)


def routed_components(network: Network, failed_devices: Iterable[int] = (), failed_links: Iterable[int] = ()) -> Longs:
    """A label for each vertex of `layer3`, equal where packets can be routed between them; -1: device failed.

    A wire is down when all of its links are, a tunnel when its circuit is at either end; a VLAN keeps the parts that
    it has before anything fails.
    """
    graph = layer3(network)
    devices = list(failed_devices)
    gone = among(graph.device, np.array(devices, np.int64))
    cut = _cut_members(network, graph, devices, list(failed_links))
    plain = routed_graph(network).without(np.flatnonzero(gone).astype(np.int32), np.flatnonzero(cut))
    under = components(plain)[: graph.vertex_count].astype(np.int64)
    joins = _overlay_joins(network, graph, under, gone)
    if not joins[0].size:
        return under
    labels = int(under.max(initial=-1)) + 1
    hubs = np.unique(joins[1], return_inverse=True)[1] + labels
    over = Multigraph(labels + int(hubs.max()) + 1, under[joins[0]].astype(np.int32), hubs.astype(np.int32))
    merged = np.append(components(over), -1).astype(np.int64)
    return merged[under]


def _cut_members(network: Network, graph: Layer3, failed_devices: list[int], failed_links: list[int]) -> Bools:
    """Which member rows hang on a wire or a tunnel that is down, with these failed or out of service."""
    wire = wires(network)
    live = network.usable_links.copy()
    live[failed_links] = False
    alive = np.zeros(live.size + 1, np.bool_)
    alive[wire.of_link[live]] = True
    alive[-1] = True
    lost = fallen(network, links_left(network, failed_devices, failed_links))
    down: Bools = ~alive[wire.of_interface[graph.member_interface]] | lost[graph.member_interface]
    return down


def _overlay_joins(network: Network, graph: Layer3, under: Longs, gone: Bools) -> tuple[Longs, Longs]:
    """(vertex, hub) for each VRF with a layer-3 VNI on each device with a tunnel endpoint."""
    table = interfaces(network)
    ends = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & (graph.interface_vertex >= 0))
    endpoint = np.full(len(network.devices) + 1, -1, np.int64)
    endpoint[table.device[ends]] = graph.interface_vertex[ends]
    overlaid = [graph.vrfs.get(v.vrf, -2) for v in network.design.overlay.vnis if v.kind is VniKind.L3 and v.vrf]
    vertices = np.flatnonzero(
        among(graph.vrf, np.array([code for code in overlaid if code >= 0], np.int64))
        & (endpoint[graph.device] >= 0)
        & ~gone
    )
    through = under[endpoint[graph.device[vertices]]]
    hub = through * (len(graph.vrfs) + 1) + graph.vrf[vertices]
    return vertices, hub


@analysis
def gateway_pairs(network: Network) -> tuple[Longs, Longs]:
    """(subnet, interface) wherever an interface that is up holds an address, own or virtual, of a subnet.

    Both by position and sorted. An interface of another VLAN than the subnet's does not count.
    """
    table, rows, prefixes = interfaces(network), addresses(network), subnet_prefixes(network)
    high, low = prefixes.networks()
    codes = row_codes(
        np.concatenate([high, rows.network_high]),
        np.concatenate([low, rows.network_low]),
        np.concatenate([prefixes.version * 256 + prefixes.length, rows.version * 256 + rows.length]),
    )
    subnet, row = equal_pairs(codes[: high.size], codes[high.size :])
    interface, vlan = rows.interface[row].astype(np.int64), subnet_vlans(network)[subnet]
    kept = table.up[interface] & ((vlan < 0) | (table.vlan[interface] < 0) | (table.vlan[interface] == vlan))
    span = np.int64(len(network.interfaces) + 1)
    pairs = np.sort(subnet[kept] * span + interface[kept])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // span, pairs % span


def gateways(network: Network, subnet: int) -> Longs:
    """The interfaces of `gateway_pairs` for a subnet by position, ascending."""
    subnets, interface = gateway_pairs(network)
    first, end = np.searchsorted(subnets, [subnet, subnet + 1])
    return interface[first:end]
