"""PRO-07: every group has a tree that can be built: rendezvous points, PIM on every hop, queriers for receivers."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, routed_components
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import among, distinct
from netdesign.analysis.protocols.adjacency import address_rows
from netdesign.analysis.routing.routed_links import routed_pairs
from netdesign.graph.network import Network
from netdesign.model.overlay import Vni
from netdesign.model.patch import Patch, Set
from netdesign.model.traffic import MulticastDomain
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

Groups = IPv4Network | IPv6Network
ADMINISTRATIVE = ip_network("239.0.0.0/8")
SOURCE_SPECIFIC = ip_network("232.0.0.0/8")
MULTICAST_V6 = ip_network("ff00::/8")
SOURCE_SPECIFIC_V6 = ip_network("ff30::/12")


def has_multicast(case: Case) -> bool:
    """Whether something is sent to many: a flow, a multicast domain, or floods of an overlay."""
    traffic = case.design.traffic
    flows = any(flow.multicast_group for flow in traffic.flows)
    return bool(traffic.multicast_domains or case.design.overlay.vnis or flows)


@rule(
    code="PRO-07",
    name="multicast-broken",
    title="Multicast Support",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="multicast flows or domains, and overlays, which flood to all endpoints of a segment",
    applicable=has_multicast,
    flags="A group that is no multicast address, any-source groups outside the administratively scoped block, "
    "source-specific ones outside theirs or with a rendezvous point; a rendezvous point that nobody holds or that "
    "tables of the VRF cannot reach, or only one of them from redundancy high on; a routed link of the VRF without "
    "PIM; receivers' VLANs without IGMP snooping or querier; a flow whose group no domain routes; an overlay "
    "segment that floods to a group which the underlay does not route.",
    passes="Every group is routed: PIM on every link, rendezvous points and queriers in place; overlays replicate at "
    "the ingress or flood to a routed group.",
    remedy="Use source-specific multicast, or an anycast pair of rendezvous points; enable PIM on every routed link.",
    references=(
        "RFC 7761 (PIM-SM)",
        "RFC 4607 (SSM)",
        "RFC 4541 (snooping)",
        "RFC 4610 (anycast RP)",
        "RFC 2365 (scopes)",
    ),
)
def multicast_broken(case: Case) -> Iterator[Said]:
    """A tree with a missing hop has no leaves."""
    network = case.network
    domains = network.design.traffic.multicast_domains
    for domain in domains:
        yield from _addresses(domain)
        yield from _rendezvous(case, domain)
        yield from _missing_pim(network, domain)
        yield from _receivers(network, domain)
    yield from _unrouted_flows(network, domains)
    for vni in network.design.overlay.vnis:
        yield from _flooding(network, vni, domains)
    replicated = sum(vni.multicast_group is None for vni in network.design.overlay.vnis)
    yield Measure(name="multicast domains", value=len(domains))
    yield Measure(name="overlay segments with ingress replication", value=replicated)


def _network(text: str) -> Groups | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _within(inner: Groups, outer: Groups) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _misplaced(groups: Groups | None, *, source_specific: bool) -> str | None:
    """Why the groups are not where they belong; None where they are."""
    if groups is None or not groups.is_multicast:
        return "is no block of multicast addresses"
    scopes = (SOURCE_SPECIFIC, SOURCE_SPECIFIC_V6) if source_specific else (ADMINISTRATIVE, MULTICAST_V6)
    if not any(_within(groups, scope) for scope in scopes):
        kind = "source-specific" if source_specific else "any-source"
        return f"is not in the block for {kind} groups ({scopes[0]})"
    if not source_specific and _within(groups, SOURCE_SPECIFIC_V6):
        return "is for source-specific groups alone"
    return None


def _addresses(domain: MulticastDomain) -> Iterator[Finding]:
    problem = _misplaced(_network(domain.groups), source_specific=domain.source_specific)
    if problem is None and domain.source_specific and domain.rendezvous_points:
        problem = "is source-specific and needs no rendezvous point"
    if problem:
        yield Finding(
            message=f"multicast domain {domain.id}: {domain.groups} {problem}",
            elements=(domain.id,),
            witness={"groups": domain.groups, "source_specific": domain.source_specific},
        )


def _rendezvous(case: Case, domain: MulticastDomain) -> Iterator[Finding]:
    if domain.source_specific:
        return
    network, graph = case.network, layer3(case.network)
    holders: set[int] = set()
    tables = np.flatnonzero(graph.vrf == graph.vrfs.get(domain.vrf, -2))
    for point in domain.rendezvous_points:
        held = _holders(network, point, tables)
        holders |= set(held)
        label = routed_components(network)
        lost = [v for v in tables.tolist() if not any(label[v] == label[h] for h in held)]
        if not held or lost:
            where = "nobody holds" if not held else f"{len(lost)} tables of VRF {domain.vrf} cannot reach"
            yield Finding(
                message=f"multicast domain {domain.id}: {where} the rendezvous point {point}",
                elements=(domain.id,),
                witness={"point": point, "unreached": len(lost)},
            )
    least = 2 if case.requirements.redundancy.at_least(Redundancy.HIGH) else 1
    devices = {int(graph.device[v]) for v in holders}
    if not domain.rendezvous_points or len(devices) < least:
        yield Finding(
            message=f"multicast domain {domain.id} has rendezvous points on {len(devices)} devices, {least} are needed",
            elements=(domain.id,),
            witness={"devices": len(devices), "needed": least},
        )


def _holders(network: Network, text: str, tables: Longs) -> list[int]:
    """The tables of the VRF that hold the address."""
    wanted, rows, graph = parse([text]), addresses(network), layer3(network)
    if wanted.version[0] == 0 or address_rows(network, wanted, tables[:1])[0] < 0:
        return []
    same = (rows.version == wanted.version[0]) & (rows.high == wanted.high[0]) & (rows.low == wanted.low[0])
    found = np.unique(graph.interface_vertex[rows.interface[same]])
    return [v for v in found.tolist() if v >= 0 and v in tables]


def _pimless(network: Network, vrf: str) -> list[int]:
    """The interfaces of a VRF on routed links that do not run PIM."""
    graph, pairs = layer3(network), routed_pairs(network)
    rows = np.flatnonzero(among(graph.member_segment, pairs.segment))
    mine = graph.vrf[graph.member_vertex[rows]] == graph.vrfs.get(vrf, -2)
    ports = distinct(graph.member_interface[rows[mine]])
    return [at for at in ports.tolist() if not network.interfaces[at].pim and _managed(network, at)]


def _managed(network: Network, interface: int) -> bool:
    return bool(network.ours[interfaces(network).device[interface]])


def _missing_pim(network: Network, domain: MulticastDomain) -> Iterator[Finding]:
    for at in _pimless(network, domain.vrf):
        port = network.interfaces[at]
        yield Finding(
            message=f"multicast domain {domain.id}: {port.id} on a routed link of VRF {domain.vrf} does not run PIM",
            elements=(domain.id, port.id),
            witness={"interface": port.id},
        )


def _receivers(network: Network, domain: MulticastDomain) -> Iterator[Finding]:
    vlans = network.by_id("vlans")
    for identity in domain.receiver_vlans:
        vlan = vlans.get(identity)
        lacking = [
            word
            for word, present in (
                ("IGMP snooping", vlan is not None and vlan.igmp_snooping),
                ("an IGMP querier", vlan is not None and (vlan.igmp_querier or _routes_multicast(network, identity))),
            )
            if not present
        ]
        if lacking:
            yield Finding(
                message=f"VLAN {identity} has receivers of {domain.groups}, but not {' and '.join(lacking)}",
                elements=(domain.id, identity),
                witness={"vlan": identity},
            )


def _routes_multicast(network: Network, vlan: str) -> bool:
    """Whether a router of the VLAN runs PIM, which makes it the querier."""
    return any(
        fact.pim and fact.kind is InterfaceKind.SVI for fact in network.grouped("interfaces", "vlan").get(vlan, ())
    )


def _unrouted_flows(network: Network, domains: tuple[MulticastDomain, ...]) -> Iterator[Finding]:
    blocks = [block for domain in domains if (block := _network(domain.groups)) is not None]
    for flow in network.design.traffic.flows:
        if flow.multicast_group is not None and not _routed(flow.multicast_group, blocks):
            yield Finding(
                message=f"flow {flow.id} sends to {flow.multicast_group}, which no multicast domain routes",
                elements=(flow.id,),
                witness={"group": flow.multicast_group},
            )


def _routed(group: str, blocks: list[Groups]) -> bool:
    try:
        return any(ip_address(group) in block for block in blocks)
    except ValueError:
        return False


def _flooding(network: Network, vni: Vni, domains: tuple[MulticastDomain, ...]) -> Iterator[Finding]:
    """An overlay segment that floods to a group needs the underlay to route it."""
    if vni.multicast_group is None:
        return
    table = interfaces(network)
    ends = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & table.up).tolist()
    vrfs = {network.interfaces[at].vrf for at in ends}
    blocks = [b for d in domains if d.vrf in vrfs and (b := _network(d.groups)) is not None]
    if not _routed(vni.multicast_group, blocks):
        yield Finding(
            message=f"VNI {vni.number} floods to {vni.multicast_group}, which the underlay does not route",
            elements=(vni.id,),
            witness={"group": vni.multicast_group},
        )


@multicast_broken.mutant("PIM is taken off a routed link")
def silent_hop(case: Case) -> Patch | None:
    """Take PIM off the first routed interface of a multicast domain's VRF that runs it."""
    network = case.network
    vrfs = {domain.vrf for domain in case.design.traffic.multicast_domains}
    pairs, graph = routed_pairs(network), layer3(network)
    ports = distinct(graph.member_interface[among(graph.member_segment, pairs.segment)]).tolist()
    for port in (network.interfaces[at] for at in ports):
        if port.pim and port.vrf in vrfs:
            return (Set("interfaces", port.id, {"pim": False}),)
    return None


@multicast_broken.mutant("an overlay segment floods to a group that nothing routes")
def unrouted_flood(case: Case) -> Patch | None:
    """Let the first VNI flood to a group of the global block."""
    for vni in case.design.overlay.vnis:
        return (Set("vnis", vni.id, {"multicast_group": "224.9.9.9"}),)
    return None


@multicast_broken.mutant("a multicast domain uses groups that are not its own")
def foreign_groups(case: Case) -> Patch | None:
    """Move the first domain to the global block, or let the first multicast flow send there."""
    for domain in case.design.traffic.multicast_domains:
        return (Set("multicast_domains", domain.id, {"groups": "224.0.1.0/24"}),)
    for flow in case.design.traffic.flows:
        if flow.multicast_group is not None:
            return (Set("flows", flow.id, {"multicast_group": "224.0.1.9"}),)
    return None
