"""How long an interruption lasts: noticing the failure, working out new routes, and installing them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.gateway_groups import virtual_members
from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import column, whole_numbers
from netdesign.analysis.protocols.adjacency import address_rows, igp_members, processes, statements
from netdesign.analysis.protocols.provider_defaults import EVERYTHING, default_takers
from netdesign.analysis.routing.route_counts import learned_counts
from netdesign.analysis.tables.route_origins import static_hops
from netdesign.analysis.tables.session_faults import answers
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Medium, ServiceClass

if TYPE_CHECKING:
    from netdesign.catalog.policy import Protocols
    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.model.routing import StaticRoute

BGP, IGP, GATEWAY, STATIC = "bgp_neighbors", "igp_interfaces", "interfaces", "static_routes"
SILENT_INTERVALS = 3
USUAL_DISTANCE = 20
"""Administrative distance of routes that other systems tell by BGP, where none is set."""
MOST_TIMES = 255
"""The largest multiplier that a BFD packet can state (RFC 5880 section 4.1)."""


class Watch(NamedTuple):
    """One thing that notices a failure: its collection and ids, where, how soon, and whether it sees one at all.

    `detect_ms` is -1 where nothing is noticed; `direct` says that both ends share one cable of ours.
    """

    kind: str
    ids: tuple[str, ...]
    devices: tuple[int, ...]
    detect_ms: float
    bfd: bool
    direct: bool
    vrf: str | None


@analysis
def watches(network: Network) -> tuple[Watch, ...]:
    """Everything that routing relies on to notice failures: sessions, IGP interfaces, gateways, static routes."""
    return (*_sessions(network), *_igp(network), *_gateways(network), *_statics(network))


@analysis
def direct_segments(network: Network) -> Bools:
    """Segments of `layer3` on one cable of ours: when it breaks, both ends lose their light."""
    graph, wire = layer3(network), np.append(wires(network).of_interface, -1)
    mine = wire[graph.member_interface]
    low, high = np.full(graph.segment_count, np.iinfo(np.int64).max), np.full(graph.segment_count, -2)
    np.minimum.at(low, graph.member_segment, mine)
    np.maximum.at(high, graph.member_segment, mine)
    ours = np.fromiter((link.medium is not Medium.VIRTUAL for link in network.links), np.bool_, len(network.links))
    one = (low == high) & (low >= 0)
    found = np.zeros(graph.segment_count, np.bool_)
    found[one] = ours[low[one]]
    in_vlan = interfaces(network).vlan[graph.member_interface] >= 0
    found[graph.member_segment[in_vlan]] = False
    return found


def _sessions(network: Network) -> list[Watch]:
    said, facts, back = statements(network), network.design.routing.bgp_neighbors, answers(network)
    direct, running = np.append(direct_segments(network), False)[said.segment], processes(network)
    rows = np.flatnonzero((back >= 0) & (said.segment >= 0) & (np.arange(back.size) < back))
    other = back[rows]
    bfd = np.array(column(facts, "bfd"), np.bool_)
    interval, times = (whole_numbers(column(facts, name)) for name in ("bfd_interval_ms", "bfd_multiplier"))
    hold = whole_numbers(column(facts, "hold_ms"))
    both = bfd[rows] & bfd[other]
    detect = np.where(
        both,
        np.maximum(interval[rows], interval[other]) * np.maximum(times[rows], times[other]),
        np.minimum(hold[rows], hold[other]),
    )
    detect = np.where(~both & (np.minimum(hold[rows], hold[other]) == 0), -1, detect)
    tables = network.design.routing.processes
    return [
        Watch(
            BGP,
            (facts[row].id, facts[at].id),
            (int(running.device[said.process[row]]), int(running.device[said.process[at]])),
            float(ms),
            bool(fast),
            bool(direct[row]),
            tables[int(said.process[row])].vrf,
        )
        for row, at, ms, fast in zip(rows.tolist(), other.tolist(), detect.tolist(), both.tolist(), strict=True)
    ]


def _igp(network: Network) -> list[Watch]:
    """Active IGP interfaces by segment: BFD counts where all on it run it."""
    facts, graph = network.design.routing.igp_interfaces, layer3(network)
    active = igp_members(network) & ~np.array(column(facts, "passive"), np.bool_)
    by_interface: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(active).tolist():
        by_interface[network.interface_index[facts[row].interface]].append(row)
    by_segment: dict[int, dict[int, int]] = defaultdict(dict)
    for segment, interface in zip(graph.member_segment.tolist(), graph.member_interface.tolist(), strict=True):
        for row in by_interface.get(interface, ()):
            by_segment[segment][row] = interface
    direct, found = direct_segments(network), dict[tuple[int, ...], Watch]()
    for segment, some in by_segment.items():
        rows = tuple(sorted(some))
        if len(rows) > 1 and rows not in found:
            found[rows] = _igp_watch(network, rows, bool(direct[segment]))
    return list(found.values())


def _igp_watch(network: Network, rows: tuple[int, ...], direct: bool) -> Watch:
    facts = [network.design.routing.igp_interfaces[row] for row in rows]
    bfd = all(fact.bfd for fact in facts)
    fast = max(fact.bfd_interval_ms for fact in facts) * max(fact.bfd_multiplier for fact in facts)
    running = network.by_id("processes")
    index = network.interface_index
    devices = {int(interfaces(network).device[index[fact.interface]]) for fact in facts}
    return Watch(
        IGP,
        tuple(fact.id for fact in facts),
        tuple(sorted(devices)),
        float(fast if bfd else max(fact.dead_ms for fact in facts)),
        bfd,
        direct,
        running[facts[0].process].vrf,
    )


def _gateways(network: Network) -> list[Watch]:
    """VRRP: a backup waits for three silent intervals, and longer the lower its priority (RFC 9568 section 6.1)."""
    found = []
    for members in virtual_members(network):
        groups = defaultdict(list)
        for member in members:
            groups[member.group].append(member)
        for some in groups.values():
            if len(some) > 1:
                slow = max(member.interval_ms for member in some)
                priority = min(max(0, min(member.priority, 255)) for member in some)
                down = SILENT_INTERVALS * slow + slow * (256 - priority) / 256
                facts = [network.interfaces[member.interface] for member in some]
                devices = tuple(sorted(int(interfaces(network).device[member.interface]) for member in some))
                found.append(Watch(GATEWAY, tuple(fact.id for fact in facts), devices, down, True, False, None))
    return found


def _statics(network: Network) -> list[Watch]:
    """Static routes to one of several next hops, or before a default that BGP learns: each goes with its next hop."""
    facts = network.design.routing.static_routes
    by_prefix: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, fact in enumerate(facts):
        if fact.next_hop and not fact.discard and fact.device in network.device_index:
            by_prefix[fact.device, fact.vrf, fact.prefix].append(at)
    rows = [at for some in by_prefix.values() if len({facts[at].next_hop for at in some}) > 1 for at in some]
    learned = learned_defaults(network)
    alone = (at for some in by_prefix.values() for at in some if len({facts[one].next_hop for one in some}) == 1)
    rows += [at for at in alone if facts[at].distance < learned.get(_place(facts[at]), 0)]
    if not rows:
        return []
    segment, shared = _next_hops(network, rows)
    direct = np.append(direct_segments(network), False)
    found = []
    for at, where, virtual in zip(rows, segment.tolist(), shared, strict=True):
        if not virtual:
            fact, on_wire = facts[at], bool(direct[where])
            seen = 0.0 if on_wire or fact.bfd else -1.0
            device = network.device_index[fact.device]
            found.append(Watch(STATIC, (fact.id,), (device,), seen, fact.bfd, on_wire, fact.vrf))
    return found


def _place(fact: StaticRoute) -> tuple[str, str, str]:
    return fact.device, fact.vrf, fact.prefix


@analysis
def learned_defaults(network: Network) -> dict[tuple[str, str, str], int]:
    """The administrative distance of default routes that providers' sessions bring, by device, VRF and prefix."""
    found: dict[tuple[str, str, str], int] = {}
    for at, version in default_takers(network):
        fact = network.design.routing.processes[at]
        usual = USUAL_DISTANCE if fact.distance is None else fact.distance
        found[fact.device, fact.vrf, EVERYTHING[version]] = usual
    return found


def _next_hops(network: Network, rows: list[int]) -> tuple[Longs, list[bool]]:
    """The segment of each static route's next hop, and whether a redundant gateway holds it."""
    facts, graph = network.design.routing.static_routes, layer3(network)
    parsed = parse([facts[at].next_hop or "" for at in rows])
    devices = [network.device_index[facts[at].device] for at in rows]
    vertex = np.array([graph.vertex(d, facts[at].vrf) for d, at in zip(devices, rows, strict=True)], np.int64)
    held = address_rows(network, parsed, vertex)
    of_row = np.full(addresses(network).interface.size + 1, -1, np.int64)
    of_row[graph.member_row] = graph.member_segment
    of_row[-1] = -1
    virtual = np.append(addresses(network).virtual, False)[held]
    return of_row[held], virtual.tolist()


class WeakBfd(NamedTuple):
    """Detection that no platform keeps up: the collection and id of what states it, and its numbers."""

    kind: str
    id: str
    interval_ms: int
    multiplier: int


def weak_bfd(network: Network, least_ms: int, least_times: int) -> tuple[WeakBfd, ...]:
    """Sessions and IGP interfaces of ours that ask BFD for less than `least_ms` or `least_times` packets."""
    routing, owner = network.design.routing, {p.id: p.device for p in network.design.routing.processes}
    ours = {device.id for device, mine in zip(network.devices, network.ours.tolist(), strict=True) if mine}
    found = []
    for kind, facts in ((BGP, routing.bgp_neighbors), (IGP, routing.igp_interfaces)):
        interval, times = (whole_numbers(column(facts, name)) for name in ("bfd_interval_ms", "bfd_multiplier"))
        on = np.array(column(facts, "bfd"), np.bool_)
        weak = on & ((interval < least_ms) | (times < least_times) | (times > MOST_TIMES))
        found += [
            WeakBfd(kind, facts[at].id, facts[at].bfd_interval_ms, facts[at].bfd_multiplier)
            for at in np.flatnonzero(weak).tolist()
            if owner.get(facts[at].process) in ours
        ]
    return tuple(found)


# --- what is asked, and what routing adds


@analysis
def demands(network: Network) -> dict[str, str]:
    """The most demanding traffic of each site: `voice`, `gold`, or nothing that is special."""
    groups = network.by_id("endpoint_groups")
    found: dict[str, str] = {}
    for flow in network.design.traffic.flows:
        ends = [groups[name] for name in (*flow.sources, *flow.targets) if name in groups]
        kind = "gold" if flow.service_class is ServiceClass.GOLD else ""
        if any(group.kind is EndpointKind.PHONE for group in ends):
            kind = "voice"
        for group in ends:
            if kind and found.get(group.site) != "voice":
                found[group.site] = kind
    return found


def budget_s(network: Network, watch: Watch, protocols: Protocols) -> float:
    """The interruption that the most demanding traffic of the sites of a watch bears."""
    kinds = {demands(network).get(network.devices[at].site) for at in watch.devices}
    if "voice" in kinds:
        return protocols.convergence_voice_s
    return protocols.convergence_gold_s if "gold" in kinds else protocols.convergence_default_s


def recovery_s(network: Network, watch: Watch, protocols: Protocols) -> float:
    """From the failure until packets flow again: detection, new routes, and their installation."""
    if watch.kind == GATEWAY:
        return watch.detect_ms / 1000
    work = {BGP: protocols.bgp_ms, IGP: protocols.spf_ms}.get(watch.kind, 0)
    install = moved(network, watch) * protocols.fib_us_per_prefix / 1000
    return (watch.detect_ms + work + install) / 1000


def moved(network: Network, watch: Watch) -> int:
    """How many prefixes the loss may move in any one table: no more than its ends hear or state themselves.

    What others lose with it they heard from one of its ends.
    """
    graph, count = layer3(network), _movable(network)
    return max(
        (count[vertex] for device in watch.devices if (vertex := graph.vertex(device, watch.vrf)) >= 0), default=0
    )


@analysis
def _movable(network: Network) -> list[int]:
    """By table, the routes that it hears or spreads, and its static ones."""
    count = learned_counts(network).sum(axis=0)
    static = static_hops(network).vertex
    count += np.bincount(static[static >= 0], minlength=count.size)
    found: list[int] = count.tolist()
    return found


@analysis
def prefixes(network: Network) -> dict[str | None, int]:
    """How many prefixes routing may spread in each VRF at most: those originated, connected or static there."""
    found: dict[str | None, int] = defaultdict(int)
    routing = network.design.routing
    connected = {p.vrf for p in routing.processes if any(r.source == "connected" for r in p.redistribute)}
    speaking = {fact.process for fact in routing.igp_interfaces}
    connected |= {p.vrf for p in routing.processes if p.id in speaking}
    for process in routing.processes:
        found[process.vrf] += len(process.networks) + process.default_originate
    for subnet in network.design.addressing.subnets:
        found[subnet.vrf] += subnet.vrf in connected
    for vrf in {route.vrf for route in routing.static_routes}:
        found[vrf] += len({route.prefix for route in routing.static_routes if route.vrf == vrf})
    return dict(found)
