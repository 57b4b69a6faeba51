"""Whether the segments of an overlay agree everywhere: numbers, targets, endpoints, and who speaks for hosts."""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.joined_sites import joined_sites
from netdesign.analysis.protocols.adjacency import BGP, EVPN, adjacencies, processes
from netdesign.analysis.protocols.tunnel_endpoints import announced_endpoints
from netdesign.analysis.routing.routed_links import control_graph
from netdesign.analysis.switching.layer2 import lag_of_port
from netdesign.graph.connectivity import articulation_points, components, separated_by, two_edge_components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import VirtualGateway
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.multigraph import Ints
    from netdesign.model.cabling import Lag
    from netdesign.model.overlay import Vni

MOST_NUMBER = 2**24 - 1
MANY_CUTS = 64
"""Routers whose loss is tried one by one; a network with more that part it has other worries."""


class Fault(StrEnum):
    """What can be wrong with an overlay."""

    NUMBER = "number"
    TWICE = "twice"
    NOTHING = "nothing"
    TARGET = "target"
    SHARED = "shared target"
    CLOSED = "closed"
    DISTINGUISHER = "distinguisher"
    SILENT = "silent"
    UNANNOUNCED = "unannounced"
    PARTED = "parted"
    NO_ENDPOINT = "no endpoint"
    SEGMENT = "segment"
    UNROUTED = "unrouted"
    NO_PROCESS = "no process"
    NO_EXIT = "no exit"


class OverlayFault(NamedTuple):
    """A fault in words, with the ids it lies on."""

    fault: Fault
    words: str
    elements: tuple[str, ...]


@analysis
def endpoints(network: Network) -> dict[int, int]:
    """The table of `layer3` that the tunnel endpoint of each device (by position) is in."""
    table, graph = interfaces(network), layer3(network)
    rows = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & (graph.interface_vertex >= 0))
    return {int(table.device[at]): int(graph.interface_vertex[at]) for at in rows[::-1].tolist()}


@analysis
def routed_vrfs(network: Network) -> dict[str, frozenset[int]]:
    """The devices with a tunnel endpoint that route between VLANs in each VRF other than the underlay."""
    under = {int(layer3(network).vrf[vertex]) for vertex in endpoints(network).values()}
    table, codes = interfaces(network), layer3(network).vrfs
    found: dict[str, set[int]] = defaultdict(set)
    for at in np.flatnonzero(table.of_kind(InterfaceKind.SVI) & table.up).tolist():
        vrf, device = network.interfaces[at].vrf, int(table.device[at])
        if vrf is not None and device in endpoints(network) and codes.get(vrf, -1) not in under:
            found[vrf].add(device)
    return {vrf: frozenset(devices) for vrf, devices in found.items()}


@analysis
def members(network: Network, vni: str) -> frozenset[int]:
    """The devices with a tunnel endpoint that a VNI (by id) joins."""
    fact: Vni = network.by_id("vnis")[vni]
    if fact.kind is VniKind.L3:
        return routed_vrfs(network).get(fact.vrf or "", frozenset())
    vlan = network.by_id("vlans").get(fact.vlan or "")
    places = {network.device_index.get(name, -1) for name in vlan.devices} if vlan else set()
    return frozenset(places & endpoints(network).keys())


@analysis
def overlay_faults(network: Network, failures: tuple[str, ...]) -> tuple[OverlayFault, ...]:
    """Every fault of the overlay; `failures` names the kinds of element that may fail: `link`, `node`."""
    return (
        *_numbers(network),
        *_targets(network),
        *_distinguishers(network),
        *_control(network),
        *_underlay(network, failures),
        *_homes(network),
        *_segments(network),
        *_routing(network),
    )


def _numbers(network: Network) -> Iterator[OverlayFault]:
    vnis = network.design.overlay.vnis
    by_number, by_use = defaultdict[int, list[str]](list), defaultdict[tuple[str, str | None], list[str]](list)
    known = {VniKind.L2: network.by_id("vlans"), VniKind.L3: network.by_id("vrfs")}
    for vni in vnis:
        use = vni.vlan if vni.kind is VniKind.L2 else vni.vrf
        by_number[vni.number].append(vni.id)
        by_use[vni.kind.value, use].append(vni.id)
        if not 0 < vni.number <= MOST_NUMBER:
            yield OverlayFault(
                Fault.NUMBER, f"{vni.id} has the number {vni.number}, which no VXLAN can have", (vni.id,)
            )
        if use not in known[vni.kind]:
            yield OverlayFault(Fault.NOTHING, f"{vni.id} is a segment of {use}, which is not there", (vni.id,))
    for number, ids in sorted(by_number.items()):
        if len(ids) > 1:
            yield OverlayFault(
                Fault.NUMBER, f"{' and '.join(sorted(ids))} have the number {number}", tuple(sorted(ids))
            )
    for (_, use), ids in sorted(by_use.items(), key=str):
        if len(ids) > 1 and use is not None:
            words = f"{' and '.join(sorted(ids))} are both segments of {use}"
            yield OverlayFault(Fault.TWICE, words, tuple(sorted(ids)))


def _targets(network: Network) -> Iterator[OverlayFault]:
    by_target, vrfs = defaultdict[str, list[str]](list), network.by_id("vrfs")
    for vni in network.design.overlay.vnis:
        if not vni.route_target:
            yield OverlayFault(Fault.TARGET, f"{vni.id} has no route target: its routes are told to nobody", (vni.id,))
            continue
        by_target[vni.route_target].append(vni.id)
        vrf = vrfs.get(vni.vrf or "") if vni.kind is VniKind.L3 else None
        for way, targets in (
            (("imports", vrf.route_targets_import), ("exports", vrf.route_targets_export)) if vrf else ()
        ):
            if vni.route_target not in targets:
                words = f"{vni.vrf} {way} no routes with {vni.route_target}, the target of its own segment {vni.id}"
                yield OverlayFault(Fault.CLOSED, words, (vni.vrf or "", vni.id))
    for target, ids in sorted(by_target.items()):
        if len(ids) > 1:
            words = f"{' and '.join(sorted(ids))} share the route target {target}: routes leak between them"
            yield OverlayFault(Fault.SHARED, words, tuple(sorted(ids)))
    exported = {target for vrf in vrfs.values() for target in vrf.route_targets_export} | set(by_target)
    for vrf in vrfs.values():
        for target in sorted(set(vrf.route_targets_import) - exported):
            words = f"{vrf.id} imports routes with {target}, which nobody exports"
            yield OverlayFault(Fault.CLOSED, words, (vrf.id,))


def _distinguishers(network: Network) -> Iterator[OverlayFault]:
    """Route distinguishers are made of the router id and the table: two devices must not share an id in one."""
    running, by_id = processes(network), defaultdict[tuple[str, str], list[str]](list)
    for at, fact in enumerate(network.design.routing.processes):
        if running.protocol[at] == BGP and int(running.device[at]) in endpoints(network) and fact.router_id:
            by_id[fact.vrf, fact.router_id].append(fact.id)
    for (vrf, router), ids in sorted(by_id.items()):
        if len({network.by_id("processes")[name].device for name in ids}) > 1:
            words = (
                f"{' and '.join(sorted(ids)[:2])} have the router id {router}, so that their routes in {vrf} look alike"
            )
            yield OverlayFault(Fault.DISTINGUISHER, words, tuple(sorted(ids)))


@analysis
def _evpn_pieces(network: Network) -> Ints:
    """A label for each table, equal where EVPN routes get from one to the other; -1 where none are exchanged."""
    running, pairs = processes(network), adjacencies(network)
    rows = np.flatnonzero(pairs.carrying(EVPN))
    ends = running.vertex[pairs.tail[rows]].astype(np.int32), running.vertex[pairs.head[rows]].astype(np.int32)
    count = layer3(network).vertex_count
    label = components(Multigraph(count, *ends)).copy()
    speaking = np.zeros(count, np.bool_)
    speaking[ends[0]], speaking[ends[1]] = True, True
    label[~speaking] = -1
    return label


def parts(network: Network, vni: str) -> list[frozenset[int]]:
    """The members of a VNI, apart where they lie in fabrics that nothing joins: each speaks for itself there."""
    found = defaultdict[int, set[int]](set)
    for at in members(network, vni):
        found[int(joined_sites(network)[at])].add(at)
    return [frozenset(part) for part in found.values()]


def _control(network: Network) -> Iterator[OverlayFault]:
    label, name = _evpn_pieces(network), {at: device.id for at, device in enumerate(network.devices)}
    home = endpoints(network)
    lonely = set[int]()
    for here in {part for vni in network.design.overlay.vnis for part in parts(network, vni.id)}:
        counts = Counter(int(label[home[at]]) for at in here)
        most = max((one for one in counts if one >= 0), key=lambda one: (counts[one], -one), default=-1)
        if len(here) > 1:
            lonely.update(at for at in here if label[home[at]] < 0 or label[home[at]] != most)
    for at in sorted(lonely, key=name.__getitem__):
        words = f"{name[at]} exchanges no EVPN routes with the other endpoints of its segments"
        yield OverlayFault(Fault.SILENT, words, (name[at],))


def _underlay(network: Network, failures: tuple[str, ...]) -> Iterator[OverlayFault]:
    announced, home = announced_endpoints(network), endpoints(network)
    used = sorted({at for vni in network.design.overlay.vnis for at in members(network, vni.id)})
    for at in used:
        if not announced[at]:
            name = network.devices[at].id
            yield OverlayFault(Fault.UNANNOUNCED, f"nobody hears of the tunnel endpoint of {name}", (name,))
    sets = {part for vni in network.design.overlay.vnis for part in parts(network, vni.id)}
    control = control_graph(network).graph
    tried: list[tuple[str, Ints, int]] = [("no", components(control), -1)]
    if "link" in failures:
        tried.append(("one link's", two_edge_components(control), -1))
    if "node" in failures:
        cuts = np.flatnonzero(articulation_points(control))[:MANY_CUTS]
        graph = layer3(network)
        tried += [
            (network.devices[int(graph.device[v])].id + "'s", separated_by(control, int(v)), int(v)) for v in cuts
        ]
    cut = set[int]()
    for cause, label, gone in tried:
        for some in sorted(sets, key=sorted):
            labels = {at: int(label[home[at]]) for at in some if home[at] != gone}
            most = max(set(labels.values()), key=list(labels.values()).count, default=-1)
            parted = {at for at, one in labels.items() if one != most} - cut
            cut |= parted
            for at in sorted(parted):
                words = f"after {cause} failure no route leads to the tunnel endpoint of {network.devices[at].id}"
                yield OverlayFault(Fault.PARTED, words, (network.devices[at].id,))


def _homes(network: Network) -> Iterator[OverlayFault]:
    """Anycast gateways of VLANs with a segment on devices that have no tunnel endpoint."""
    table, home = interfaces(network), endpoints(network)
    overlaid = {vni.vlan for vni in network.design.overlay.vnis if vni.kind is VniKind.L2}
    bare: dict[int, str] = {}
    for at, fact in enumerate(network.interfaces):
        device = int(table.device[at])
        if (
            fact.virtual_gateway is VirtualGateway.ANYCAST
            and fact.vlan in overlaid
            and table.up[at]
            and device not in home
        ):
            bare.setdefault(device, fact.vlan or "")
    for device, vlan in sorted(bare.items()):
        name = network.devices[device].id
        words = f"{name} is an anycast gateway of {vlan}, but has no tunnel endpoint"
        yield OverlayFault(Fault.NO_ENDPOINT, words, (name, vlan))


class Segment(NamedTuple):
    """A bundle at a device that spreads over several others, and the bundles at those (its legs)."""

    far: str
    legs: tuple[Lag, ...]


@analysis
def ethernet_segments(network: Network) -> tuple[Segment, ...]:
    """Every bundle whose links lead to several devices that no MLAG pair makes one."""
    lag_of, other = lag_of_port(network), {}
    for link in network.links:
        ends = (link.a.device, link.a.port), (link.b.device, link.b.port)
        other[ends[0]], other[ends[1]] = ends[1], ends[0]
    found = []
    for lag in network.design.cabling.lags:
        facing = [other[lag.device, port] for port in lag.members if (lag.device, port) in other]
        legs = {leg.id: leg for end in facing if (leg := lag_of.get(end)) is not None}
        if len({device for device, _ in facing}) > 1 and not any(leg.mlag for leg in legs.values()):
            found.append(Segment(lag.id, tuple(legs[name] for name in sorted(legs))))
    return tuple(sorted(found, key=lambda one: one.far))


def valid_segment(text: str | None) -> bool:
    """Whether a text is an Ethernet segment identifier: ten octets, neither all 0 nor all 255."""
    octets = (text or "").lower().split(":")
    good = len(octets) == 10 and all(len(one) == 2 and set(one) <= set("0123456789abcdef") for one in octets)
    return good and set(octets) not in ({"00"}, {"ff"})


def _segments(network: Network) -> Iterator[OverlayFault]:
    home, users = endpoints(network), defaultdict[str, list[str]](list)
    for segment in ethernet_segments(network):
        ids, legs = {leg.esi for leg in segment.legs}, tuple(leg.id for leg in segment.legs)
        for name in ids - {None}:
            users[name or ""].append(segment.far)
        if len(ids) > 1:
            yield OverlayFault(Fault.SEGMENT, f"the legs of {segment.far} name different Ethernet segments", legs)
        elif not all(valid_segment(name) for name in ids):
            words = f"the legs of {segment.far} name no Ethernet segment: nobody is elected to forward for it"
            yield OverlayFault(Fault.SEGMENT, words, legs)
        bare = sorted(leg.device for leg in segment.legs if network.device_index.get(leg.device, -1) not in home)
        if bare:
            words = f"{bare[0]} holds a leg of {segment.far} without a tunnel endpoint: no forwarder can be elected"
            yield OverlayFault(Fault.NO_ENDPOINT, words, (bare[0], segment.far))
    for name, far in sorted(users.items()):
        if len(far) > 1:
            legs = tuple(leg.id for one in ethernet_segments(network) for leg in one.legs if one.far == max(far))
            words = f"{' and '.join(sorted(far)[:2])} have the same Ethernet segment {name}"
            yield OverlayFault(Fault.SEGMENT, words, legs)


def _routing(network: Network) -> Iterator[OverlayFault]:
    overlaid = {vni.vrf for vni in network.design.overlay.vnis if vni.kind is VniKind.L3}
    running = {(p.device, p.vrf): p for p in network.design.routing.processes if p.protocol.value == "bgp"}
    leading = {
        (route.device, route.vrf)
        for route in network.design.routing.static_routes
        if route.prefix in ("0.0.0.0/0", "::/0") and not route.discard
    }
    for vrf, devices in sorted(routed_vrfs(network).items()):
        if vrf not in overlaid:
            if len(devices) > 1:
                words = f"{len(devices)} devices route in {vrf}, which has no layer-3 segment to join them"
                yield OverlayFault(Fault.UNROUTED, words, (vrf,))
            continue
        for name in sorted(network.devices[at].id for at in devices):
            process = running.get((name, vrf))
            sources = {one.source for one in process.redistribute} if process is not None else set()
            if process is None or not ("connected" in sources or process.networks):
                words = f"{name} tells nobody of its subnets in {vrf}"
                yield OverlayFault(Fault.NO_PROCESS, words, (name, vrf))
            elif (name, vrf) in leading and not ("static" in sources or process.default_originate):
                words = f"{name} leads out of {vrf}, but tells nobody (no type-5 route)"
                yield OverlayFault(Fault.NO_EXIT, words, (process.id, name))
