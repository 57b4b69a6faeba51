"""PRO-10: every frame fits every link of its way, whatever is wrapped around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import gateway_pairs, layer3
from netdesign.analysis.facts.addresses import addresses, subnet_vlans
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import among, distinct, whole_numbers
from netdesign.analysis.routing.routed_links import control_graph, routed_pairs
from netdesign.graph.connectivity import components
from netdesign.graph.network import PURPOSES, Network, analysis
from netdesign.model.inventory import EndpointKind
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, LinkPurpose, PortMode, Severity, Trust
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

TCP_IPV4_HEADERS = 40
ETHERNET_MTU = 1500
TUNNEL_OVERHEADS = {TunnelKind.GRE: "gre", TunnelKind.IPSEC: "ipsec"}


def has_interfaces(case: Case) -> bool:
    """Whether any interface is configured."""
    return bool(case.network.interfaces)


@rule(
    code="PRO-10",
    name="mtu-mismatch",
    title="Jumbo Frames",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with interfaces",
    applicable=has_interfaces,
    flags="Ends of a link, members of a bundle, or routed neighbours in a subnet with unequal MTU; a sub-interface "
    "with more than its port; an underlay link that does not carry the largest host frame with its VXLAN (and MACsec) "
    "header; a tunnel whose inner packet with its headers exceeds the way beneath, or that needs and lacks an MSS "
    "clamp; storage hosts, or the switches between them, below the storage MTU; a gateway with a smaller MTU than "
    "its hosts.",
    passes="MTUs agree on every link, and the underlay exceeds the overlay by its headers.",
    remedy="Set the fabric MTU on every underlay port, equal MTUs at both ends, and clamp MSS on tunnels.",
    references=(
        "RFC 7348 (VXLAN)",
        "RFC 2784 (GRE)",
        "RFC 4303 (ESP)",
        "RFC 8200",
        "RFC 4821",
        "RFC 2328 section 10.6",
    ),
)
def mtu_mismatch(case: Case) -> Iterator[Said]:
    """What is too large is dropped where nobody looks."""
    network = case.network
    yield from _unequal_ends(network)
    yield from _unequal_neighbours(network)
    yield from _above_parent(network)
    yield from _small_gateways(network)
    yield from _tunnels(case)
    yield from _storage(case)
    yield from _underlay(case)


def _unequal(network: Network, group: Longs, ports: Longs, count: int) -> Longs:
    """The groups whose ports have different MTUs."""
    mtu = interfaces(network).mtu_bytes[ports]
    least, most = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
    np.minimum.at(least, group, mtu)
    np.maximum.at(most, group, mtu)
    return np.flatnonzero(most > least)


def _witnesses(network: Network, ports: list[int]) -> tuple[str, tuple[str, ...]]:
    facts = sorted((network.interfaces[at] for at in ports), key=lambda fact: (fact.mtu_bytes, fact.id))
    low, high = facts[0], facts[-1]
    said = f"{low.id} has an MTU of {low.mtu_bytes} bytes, {high.id} of {high.mtu_bytes}"
    return said, (low.id, high.id)


def _unequal_ends(network: Network) -> Iterator[Finding]:
    table, wire = interfaces(network), wires(network).of_interface
    ports = np.flatnonzero((wire >= 0) & (table.parent < 0) & table.up)
    for at in _unequal(network, wire[ports], ports, len(network.links)).tolist():
        said, ends = _witnesses(network, ports[wire[ports] == at].tolist())
        link = network.links[at].id
        yield Finding(message=f"link {link}: {said}", elements=(link, *ends), witness={"link": link})


def _unequal_neighbours(network: Network) -> Iterator[Finding]:
    """Routed interfaces of one subnet: what one sends, the others must take."""
    graph = layer3(network)
    group, ports = graph.member_segment, graph.member_interface
    for at in _unequal(network, group, ports, graph.segment_count).tolist():
        said, ends = _witnesses(network, ports[group == at].tolist())
        yield Finding(message=f"neighbours in one subnet disagree: {said}", elements=ends, witness={"ends": [*ends]})


def _above_parent(network: Network) -> Iterator[Finding]:
    table = interfaces(network)
    below = np.flatnonzero(table.parent >= 0)
    for at in below[table.mtu_bytes[below] > table.mtu_bytes[table.parent[below]]].tolist():
        fact, parent = network.interfaces[at], network.interfaces[int(table.parent[at])]
        yield Finding(
            message=f"{fact.id} has an MTU of {fact.mtu_bytes} bytes, its port {parent.name} of {parent.mtu_bytes}",
            elements=(fact.id, parent.id),
            witness={"mtu_bytes": fact.mtu_bytes, "port_mtu_bytes": parent.mtu_bytes},
        )


@analysis
def host_mtus(network: Network) -> dict[str, int]:
    """The largest MTU of the ports that face endpoints, by VLAN."""
    found: dict[str, int] = {}
    used = {fact.profile for fact in network.design.inventory.attachments if fact.ports}
    for profile in network.design.inventory.port_profiles:
        if profile.id in used:
            for vlan in profile.vlans:
                found[vlan] = max(found.get(vlan, 0), profile.mtu_bytes)
    return found


def _small_gateways(network: Network) -> Iterator[Finding]:
    hosts, subnets = host_mtus(network), network.design.addressing.subnets
    mtu, vlans = interfaces(network).mtu_bytes, interfaces(network).vlans
    sent = whole_numbers([hosts.get(name or "", 0) for name in vlans])
    pairs = gateway_pairs(network)
    wanted = sent[np.array([*vlans.values()], np.int64).argsort()][subnet_vlans(network)[pairs[0]] + 1]
    small = np.flatnonzero(mtu[pairs[1]] < wanted)
    told: set[int] = set()
    for subnet, at, bytes_sent in zip(*(some[small].tolist() for some in (*pairs, wanted)), strict=True):
        if at not in told:
            told.add(at)
            yield Finding(
                message=f"gateway {network.interfaces[at].id} takes {int(mtu[at])} bytes, its hosts send {bytes_sent}",
                elements=(network.interfaces[at].id, subnets[subnet].id),
                witness={"mtu_bytes": int(mtu[at]), "hosts_mtu_bytes": bytes_sent},
            )


# --- tunnels


def _tunnels(case: Case) -> Iterator[Finding]:
    for tunnel in case.design.overlay.tunnels:
        way = _way_beneath(case.network, tunnel)
        name = TUNNEL_OVERHEADS.get(tunnel.kind)
        if name is not None and way is not None:
            overhead = case.parameters.protocols.overhead_bytes[name] + _nat_traversal(case, tunnel)
            if tunnel.inner_mtu_bytes + overhead > way:
                yield Finding(
                    message=f"tunnel {tunnel.id} carries {tunnel.inner_mtu_bytes} bytes and adds {overhead}; the way "
                    f"beneath carries {way}",
                    elements=(tunnel.id,),
                    witness={"inner_bytes": tunnel.inner_mtu_bytes, "overhead_bytes": overhead, "way_bytes": way},
                )
        yield from _clamp(tunnel)


def _clamp(tunnel: Tunnel) -> Iterator[Finding]:
    """Hosts speak in full frames: a tunnel with less needs its TCP segments clamped to what fits."""
    if tunnel.kind is TunnelKind.CAPWAP or tunnel.inner_mtu_bytes >= ETHERNET_MTU:
        return
    fits = tunnel.inner_mtu_bytes - TCP_IPV4_HEADERS
    if tunnel.mss_clamp_bytes is None or tunnel.mss_clamp_bytes > fits:
        clamp = (
            "does not clamp TCP segments"
            if tunnel.mss_clamp_bytes is None
            else f"clamps TCP to {tunnel.mss_clamp_bytes}"
        )
        yield Finding(
            message=f"tunnel {tunnel.id} carries {tunnel.inner_mtu_bytes} bytes and {clamp}: {fits} fit",
            elements=(tunnel.id,),
            witness={"inner_bytes": tunnel.inner_mtu_bytes, "clamp_bytes": tunnel.mss_clamp_bytes},
        )


def _circuit_mtus(network: Network, device: str) -> tuple[tuple[int, Trust], ...]:
    """MTU and trust of each circuit of a device."""
    return _circuit_mtus_by_device(network).get(device, ())


@analysis
def _circuit_mtus_by_device(network: Network) -> dict[str, tuple[tuple[int, Trust], ...]]:
    code = PURPOSES.index(LinkPurpose.CIRCUIT)
    found: dict[str, list[tuple[int, Trust]]] = defaultdict(list)
    for at in np.flatnonzero(network.usable_links & (network.link_purposes == code)).tolist():
        for end, side in zip((network.links[at].a, network.links[at].b), network.link_interfaces, strict=True):
            if side[at] >= 0:
                found[end.device].append((network.interfaces[int(side[at])].mtu_bytes, network.links[at].trust))
    return {device: tuple(some) for device, some in found.items()}


def _way_beneath(network: Network, tunnel: Tunnel) -> int | None:
    """The smallest MTU of the circuits at both ends; None where neither end has any."""
    return min((mtu for end in (tunnel.a, tunnel.b) for mtu, _ in _circuit_mtus(network, end)), default=None)


def _nat_traversal(case: Case, tunnel: Tunnel) -> int:
    public = any(t is Trust.PUBLIC for end in (tunnel.a, tunnel.b) for _, t in _circuit_mtus(case.network, end))
    return (
        case.parameters.protocols.overhead_bytes["nat_traversal"] if public and tunnel.kind is TunnelKind.IPSEC else 0
    )


# --- storage and overlay


def _storage(case: Case) -> Iterator[Finding]:
    network, least = case.network, case.parameters.protocols.storage_mtu_bytes
    groups = {g.id: g for g in network.design.inventory.endpoint_groups if g.kind is EndpointKind.STORAGE}
    profiles = network.by_id("port_profiles")
    used = {(fact.group, fact.profile) for fact in network.design.inventory.attachments if fact.group in groups}
    for group, profile in sorted(used):
        if profile in profiles and profiles[profile].mtu_bytes < least:
            yield Finding(
                message=f"storage {group} hangs on ports of {profiles[profile].mtu_bytes} bytes, below {least}",
                elements=(group, profile),
                witness={"mtu_bytes": profiles[profile].mtu_bytes, "least_bytes": least},
            )
    yield from _storage_trunks(network, {vlan for group in groups.values() for vlan in group.vlans}, least)


def _storage_trunks(network: Network, vlans: set[str], least: int) -> Iterator[Finding]:
    """Trunks between switches that carry VLANs of storage in smaller frames."""
    table = interfaces(network)
    small = np.flatnonzero(table.in_mode(PortMode.TRUNK) & (table.mtu_bytes < least) & table.up)
    for at in small.tolist() if vlans else ():
        fact = network.interfaces[at]
        if vlans.intersection(fact.vlans):
            yield Finding(
                message=f"trunk {fact.id} carries storage with {fact.mtu_bytes} bytes, below {least}",
                elements=(fact.id,),
                witness={"mtu_bytes": fact.mtu_bytes, "least_bytes": least},
            )


def _underlay(case: Case) -> Iterator[Said]:
    network = case.network
    wire, ports = _underlay_ports(network)
    if not network.design.overlay.vnis or not ports.size:
        least = int(interfaces(network).mtu_bytes.min())
        yield Measure(name="smallest MTU of an interface in bytes", value=least)
        return
    table = interfaces(network)
    macsec = np.array([link.crypto is not None for link in network.links], np.bool_)
    overheads = case.parameters.protocols.overhead_bytes
    inner = _inner_mtu(network)
    needed = (
        inner + overheads["vxlan_ipv6" if _outer_ipv6(network) else "vxlan_ipv4"] + macsec[wire] * overheads["macsec"]
    )
    for at in np.flatnonzero(table.mtu_bytes[ports] < needed).tolist():
        port, link = network.interfaces[int(ports[at])], network.links[int(wire[at])].id
        yield Finding(
            message=f"underlay port {port.id} carries {port.mtu_bytes} bytes; frames of {inner} need {int(needed[at])}",
            elements=(port.id, link),
            witness={"mtu_bytes": port.mtu_bytes, "inner_bytes": inner, "needed_bytes": int(needed[at])},
        )
    least = int(table.mtu_bytes[ports].min())
    yield Measure(name="smallest MTU of the underlay in bytes", value=least, threshold=int(needed.max()))


@analysis
def _underlay_ports(network: Network) -> tuple[Longs, Longs]:
    """(wire, interface) of the routed links that VXLAN crosses: those between tables that route to tunnel endpoints."""
    graph, table, pairs = layer3(network), interfaces(network), routed_pairs(network)
    label = components(control_graph(network).graph)
    ends = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & (graph.interface_vertex >= 0))
    reached = label[graph.interface_vertex[ends]]
    circuits = network.link_purposes == PURPOSES.index(LinkPurpose.CIRCUIT)
    kept = among(label[pairs.tail], reached) & among(label[pairs.head], reached) & ~circuits[pairs.wire]
    rows = np.flatnonzero(among(graph.member_segment, pairs.segment[kept]))
    wire = wires(network).of_interface
    ports = distinct(graph.member_interface[rows])
    return wire[ports], ports


def _inner_mtu(network: Network) -> int:
    """The largest frame that enters the overlay: from hosts, or from gateways on tunnel endpoints."""
    table = interfaces(network)
    endpoints = np.zeros(len(network.devices) + 1, np.bool_)
    endpoints[table.device[np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & table.up)]] = True
    endpoints[-1] = False
    here = {network.devices[at].id for at in np.flatnonzero(endpoints[:-1]).tolist()}
    used = {fact.profile for fact in network.design.inventory.attachments if fact.device in here and fact.ports}
    profiles = [p.mtu_bytes for p in network.design.inventory.port_profiles if p.id in used]
    gateways = table.mtu_bytes[endpoints[table.device] & table.of_kind(InterfaceKind.SVI)]
    return max([ETHERNET_MTU, int(gateways.max(initial=0)), *profiles])


def _outer_ipv6(network: Network) -> bool:
    """Whether some tunnel endpoint has no IPv4 address."""
    table, rows = interfaces(network), addresses(network)
    ends = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & table.up)
    return not bool(among(ends, rows.interface[rows.version == 4]).all())


@mtu_mismatch.mutant("one end of a link falls back to 1500 bytes")
def forgotten_port(case: Case) -> Patch | None:
    """Set the MTU of the first linked port with jumbo frames, or of any with a far end, to another value."""
    network = case.network
    both = np.flatnonzero(np.minimum(*network.link_interfaces) >= 0)
    ports = [network.interfaces[int(network.link_interfaces[0][at])] for at in both.tolist()]
    jumbo = next((port for port in ports if port.mtu_bytes > ETHERNET_MTU), None)
    if jumbo is not None:
        return (Set("interfaces", jumbo.id, {"mtu_bytes": ETHERNET_MTU}),)
    return (Set("interfaces", ports[0].id, {"mtu_bytes": 1400}),) if ports else None


@mtu_mismatch.mutant("a link of the underlay falls back to 1500 bytes at both ends")
def small_underlay(case: Case) -> Patch | None:
    """Set both ends of the first underlay link to 1500 bytes."""
    wire, ports = _underlay_ports(case.network)
    if not case.design.overlay.vnis or not ports.size:
        return None
    mine = ports[wire == wire[0]].tolist()
    return tuple(Set("interfaces", case.network.interfaces[at].id, {"mtu_bytes": ETHERNET_MTU}) for at in mine)
