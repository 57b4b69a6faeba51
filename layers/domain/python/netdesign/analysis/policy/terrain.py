"""The ground that zones lie on: routing tables, segments, VLANs, VRFs and what lies beyond circuits, as one graph.

The graph has a node for every routing table and segment of `layer3`, for every VLAN, for every VRF that an
overlay or a leak of route targets spreads, and for the networks beyond circuits.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import gateways, layer3, media_of
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes, subnet_vlans
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.facts.tunnel_carriers import fallen, links_left
from netdesign.analysis.switching.vlan_parts import vlan_parts
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, Trust

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints, Longs


@dataclass(frozen=True, eq=False)
class Terrain:
    """The graph that zones lie on. The first edges are the rows of `layer3`'s members, in order.

    Nodes from 0: routing tables, segments (`segment`), VLANs (`vlan`), VRFs (`vrf`), then the nodes of
    `outside` by the exposure or provider beyond the circuits. `subnet` gives the node of each subnet.
    """

    graph: Multigraph
    segment: int
    vlan: int
    vrf: int
    member_count: int
    device: Ints
    vlans: dict[str | None, int]
    outside: dict[str, int]
    subnet: dict[str, int]
    strays: Longs
    """Edges by which a VLAN joins what its links do not hold together, or what none of its subnets numbers."""
    edge_link: Longs
    """The link that each edge beyond the members rests on alone; -1 for none."""

    def vlan_node(self, identity: str) -> int | None:
        """The node of a VLAN; None where the design has no such VLAN."""
        code = self.vlans.get(identity, -1)
        return self.vlan + code if code >= 0 else None


INTERNET = "internet"


@analysis
def terrain(network: Network) -> Terrain:
    """The graph of the design as it stands."""
    l3, table = layer3(network), interfaces(network)
    subnet_vlans(network)  # numbers the VLANs that only subnets name, before they are counted
    segment, vlan = l3.vertex_count, l3.vertex_count + l3.segment_count
    vrf = vlan + len(table.vlans)
    edges = [(l3.member_vertex, segment + l3.member_segment)]
    medium = media_of(network)[l3.member_interface]
    named = np.flatnonzero((medium >= 0) & (medium < len(table.vlans)))
    edges.append((segment + l3.member_segment[named], vlan + medium[named]))
    edges.append(_overlay(network, vrf))
    edges.append(_leaks(network, vrf))
    plain, plain_link = _untagged(network, vlan)
    outside: dict[str, int] = {}
    beyond, beyond_link = _beyond(network, (segment, vlan, vrf + len(table.vrfs)), outside)
    alone = [np.full(sum(ends[0].size for ends in edges), -1, np.int64), plain_link, beyond_link]
    edges += [plain, beyond]
    tail, head = (np.concatenate(ends).astype(np.int32) for ends in zip(*edges, strict=True))
    count = vrf + len(table.vrfs) + len(outside)
    alive = np.ones(tail.size, np.bool_)
    alive[: l3.member_vertex.size] = live_members(network)
    graph = Multigraph(count, tail, head, edge_alive=alive)
    device = np.full(count, -1, np.int32)
    device[:segment] = l3.device
    members = int(l3.member_vertex.size)
    subnets = _subnet_nodes(network, segment, vlan)
    strays = members + np.flatnonzero(_astray(network, named))
    links = np.concatenate(alone)
    return Terrain(graph, segment, vlan, vrf, members, device, table.vlans, outside, subnets, strays, links)


def _astray(network: Network, rows: Longs) -> Bools:
    """Which member rows lie in a lesser part of their VLAN, or have a prefix that is none of its subnets."""
    l3, medium = layer3(network), media_of(network)
    place = l3.member_interface[rows]
    code, part = medium[place], vlan_parts(network).of_interface[place]
    if not rows.size:
        return np.zeros(0, np.bool_)
    astray: Bools = part != _main_parts(code, part)[code]
    numbered, foreign = _foreign(network, l3.member_row[rows], code)
    return astray | (numbered & foreign)


def _main_parts(code: Longs, part: Longs) -> Longs:
    """The part of each VLAN (by code) with the most members; of equal ones the first."""
    kinds = row_codes(code, part)
    count = np.bincount(kinds)[kinds]
    order = np.lexsort([-np.arange(code.size), count])
    main = np.full(int(code.max()) + 1, -1, np.int64)
    main[code[order]] = part[order]
    return main


def _foreign(network: Network, row: Longs, code: Longs) -> tuple[Bools, Bools]:
    """Which rows hold an address in a VLAN with subnets of that family, and which of them none of these subnets."""
    rows, prefixes, vlans = addresses(network), subnet_prefixes(network), subnet_vlans(network).astype(np.int64)
    high, low = prefixes.networks()
    held = row >= 0
    at = np.where(held, row, 0)
    if not rows.version.size:
        return held, np.zeros(row.size, np.bool_)
    kind = rows.version[at].astype(np.int64)
    numbered = held & among(code * 8 + kind, vlans * 8 + prefixes.version)
    codes = row_codes(
        np.concatenate([high, rows.network_high[at]]),
        np.concatenate([low, rows.network_low[at]]),
        np.concatenate([prefixes.version * 256 + prefixes.length, rows.version[at] * 256 + rows.length[at]]),
        np.concatenate([vlans, code]),
    )
    return numbered, ~among(codes[high.size :], codes[: high.size])


def failed_edges(network: Network, failed: Failed) -> Longs:
    """The edges of the terrain that rest on links that have failed, or on tunnels that failed parts carry."""
    land, wire = terrain(network), wires(network)
    gone = np.zeros(len(network.links) + 1, np.bool_)
    gone[[*failed.links]] = True
    alive = np.zeros(len(network.links) + 1, np.bool_)
    alive[wire.of_link[network.usable_links & ~gone[:-1]]] = True
    alive[-1] = True
    lost = fallen(network, links_left(network, failed.devices, failed.links))
    of_members = layer3(network).member_interface
    members = np.flatnonzero(~alive[wire.of_interface[of_members]] | lost[of_members])
    return np.concatenate([members, np.flatnonzero(gone[land.edge_link])])


class Failed(NamedTuple):
    """Devices and links, by position, that have failed."""

    devices: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything has failed."""
        return bool(self.devices or self.links)


NOTHING_FAILED = Failed()


@analysis
def live_members(network: Network) -> Bools:
    """Which members of segments lie on a wire of which some link is usable, or on none."""
    wire = wires(network)
    alive = np.zeros(len(network.links) + 1, np.bool_)
    alive[wire.of_link[network.usable_links]] = True
    alive[-1] = True
    live: Bools = alive[wire.of_interface[layer3(network).member_interface]]
    return live


def _untagged(network: Network, base: int) -> tuple[tuple[Longs, Longs], Longs]:
    """A link joins the VLANs that its two ends send without a tag: the edges, and their links."""
    table = interfaces(network)
    access, trunk = table.in_mode(PortMode.ACCESS), table.in_mode(PortMode.TRUNK)
    plain = np.append(np.where(access, table.vlan, np.where(trunk, table.native_vlan, -1)), -1)
    bundles = np.flatnonzero(table.of_kind(InterfaceKind.LAG) & (table.lag >= 0))
    of_lag = np.full(len(table.lags) + 1, -1, np.int64)
    of_lag[table.lag[bundles]] = plain[bundles]
    plain = np.where(np.append(table.lag, -1) >= 0, of_lag[np.append(table.lag, -1)], plain)
    a, b = (plain[end].astype(np.int64) for end in network.link_interfaces)
    joined = np.flatnonzero((a >= 0) & (b >= 0) & (a != b) & network.usable_links)
    return (base + a[joined], base + b[joined]), joined.astype(np.int64)


def _overlay(network: Network, base: int) -> tuple[Longs, Longs]:
    """A layer-3 VNI joins the tables of its VRF on devices with a tunnel endpoint."""
    l3, table = layer3(network), interfaces(network)
    vteps = np.unique(table.device[table.of_kind(InterfaceKind.VTEP) & table.up])
    names = {vni.vrf for vni in network.design.overlay.vnis if vni.kind is VniKind.L3 and vni.vrf}
    codes = [l3.vrfs[name] for name in names if name in l3.vrfs]
    joined = np.flatnonzero(np.isin(l3.vrf, codes) & np.isin(l3.device, vteps))
    return joined, base + l3.vrf[joined].astype(np.int64)


def _leaks(network: Network, base: int) -> tuple[Longs, Longs]:
    """A VRF that imports what another exports can reach it wherever both are."""
    l3, vrfs = layer3(network), network.design.switching.vrfs
    exporters: dict[str, list[str]] = defaultdict(list)
    for vrf in vrfs:
        for target in vrf.route_targets_export:
            exporters[target].append(vrf.id)
    pairs = {
        (vrf.id, other)
        for vrf in vrfs
        for target in vrf.route_targets_import
        for other in exporters[target]
        if other != vrf.id
    }
    codes = sorted({l3.vrfs[name] for pair in pairs for name in pair})
    leaking = np.flatnonzero(np.isin(l3.vrf, codes))
    tail = [base + l3.vrfs[a] for a, _ in sorted(pairs)]
    head = [base + l3.vrfs[b] for _, b in sorted(pairs)]
    return (
        np.concatenate([leaking, np.array(tail, np.int64)]),
        np.concatenate([base + l3.vrf[leaking].astype(np.int64), np.array(head, np.int64)]),
    )


def _beyond(
    network: Network, bases: tuple[int, int, int], outside: dict[str, int]
) -> tuple[tuple[Longs, Longs], Longs]:
    """What lies beyond circuits, one Internet and one network for each provider of leased ones: edges and links."""
    provider_of = {circuit.link: circuit.provider for circuit in network.design.cabling.circuits}
    tails, heads, links = list[int](), list[int](), list[int]()
    for place in np.flatnonzero(circuit_links(network)).tolist():
        link = network.links[place]
        if link.trust is Trust.OWNED:
            continue
        name = INTERNET if link.trust is Trust.PUBLIC else f"leased {provider_of.get(link.id, link.id)}"
        node = outside.setdefault(name, bases[2] + len(outside))
        ends = _hand_offs(network, place, bases[:2])
        tails += ends
        heads += [node] * len(ends)
        links += [place] * len(ends)
    return (np.array(tails, np.int64), np.array(heads, np.int64)), np.array(links, np.int64)


@analysis
def circuit_links(network: Network) -> Bools:
    """Usable links of which exactly one end is a provider's, by position."""
    a, b = network.link_ends
    theirs = np.zeros(len(network.devices) + 1, np.bool_)
    theirs[network.with_role(Role.PROVIDER)] = True
    found: Bools = network.usable_links & (theirs[a] ^ theirs[b])
    return found


def near_end(network: Network, link: int) -> int:
    """Our device at a circuit."""
    a, b = (int(ends[link]) for ends in network.link_ends)
    return b if network.devices[a].role is Role.PROVIDER else a


def _hand_offs(network: Network, link: int, bases: tuple[int, int]) -> list[int]:
    """The segments or VLANs that a circuit ends in on our side; all of the device's tables where none is stated."""
    l3, table, wire = layer3(network), interfaces(network), wires(network)
    near = near_end(network, link)
    mine = (wire.of_interface == wire.of_link[link]) & (table.device == near)
    rows = np.flatnonzero(mine[l3.member_interface])
    found = (bases[0] + l3.member_segment[rows]).tolist()
    for place in np.flatnonzero(mine & table.up & ~np.isin(np.arange(mine.size), l3.member_interface)).tolist():
        interface = network.interfaces[place]
        names = (interface.vlan, interface.native_vlan, *interface.vlans)
        found += [bases[1] + table.vlans[name] for name in names if name is not None and name in table.vlans]
    if not found:
        found = np.flatnonzero(l3.device == near).tolist()
    return [int(node) for node in dict.fromkeys(found)]


def _subnet_nodes(network: Network, segment: int, vlan: int) -> dict[str, int]:
    """The node of each subnet that has a VLAN, a zone or a service; of those without VLAN where an address lies."""
    serving = {service.subnet for service in network.design.infrastructure.service_instances}
    found, bare = dict[str, int](), list[int]()
    subnets = network.design.addressing.subnets
    for at, (subnet, code) in enumerate(zip(subnets, subnet_vlans(network).tolist(), strict=True)):
        if code >= 0:
            found[subnet.id] = vlan + code
        elif subnet.zone is not None or subnet.id in serving:
            bare.append(at)
    if bare:
        l3 = layer3(network)
        first = dict(zip(l3.member_interface[::-1].tolist(), l3.member_segment[::-1].tolist(), strict=True))
        for at in bare:
            held = [first[place] for place in gateways(network, at).tolist() if place in first]
            if held:
                found[subnets[at].id] = segment + held[0]
    return found
