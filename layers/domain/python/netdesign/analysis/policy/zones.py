"""Where zones are on the routed network, which devices enforce between them, and what hangs together without those."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.policy.terrain import (
    INTERNET,
    NOTHING_FAILED,
    Failed,
    Terrain,
    failed_edges,
    live_members,
    terrain,
)
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Exposure, InterfaceKind, SubnetPurpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.multigraph import Ints, Longs, Multigraph
    from netdesign.model.addressing import Subnet
    from netdesign.model.security import Policy, Zone


@dataclass(frozen=True, slots=True)
class Leg:
    """An interface of an enforcement point: the zone bound to it, and the node that it leads to."""

    device: int
    interface: int
    zone: str | None
    node: int


@analysis
def policies_of(network: Network) -> dict[int, tuple[Policy, ...]]:
    """The policies that each enforcement point (by position) enforces.

    An enforcement point is a device in service that the catalogue knows as a stateful firewall and that
    a policy lists.
    """
    found: dict[int, list[Policy]] = defaultdict(list)
    for policy in network.design.security.policies:
        for name in policy.devices:
            place = network.device_index.get(name)
            if place is not None and network.in_service[place] and is_stateful(network, place):
                found[place].append(policy)
    return {place: tuple(policies) for place, policies in sorted(found.items())}


def is_stateful(network: Network, device: int) -> bool:
    """Whether the catalogue says that the device filters statefully."""
    kind = network.device_types[device]
    return kind is not None and kind.firewall is not None


@analysis
def enforcement_points(network: Network) -> tuple[int, ...]:
    """The enforcement points, by position, ascending."""
    return tuple(policies_of(network))


@analysis
def legs(network: Network) -> tuple[Leg, ...]:
    """Every interface of every enforcement point, with the segment or VLAN that it leads to."""
    l3, land = layer3(network), terrain(network)
    mine = np.isin(l3.device[l3.member_vertex], enforcement_points(network)) & live_members(network)
    found = []
    for row in np.flatnonzero(mine).tolist():
        place = int(l3.member_interface[row])
        node = land.segment + int(l3.member_segment[row])
        zone = network.interfaces[place].zone
        found.append(Leg(int(l3.device[l3.member_vertex[row]]), place, zone, node))
    return tuple(found)


@analysis
def domains(network: Network, filtered: bool = False, failed: Failed = NOTHING_FAILED, parted: bool = False) -> Ints:
    """A label for each node of the terrain, equal where packets pass without meeting an enforcement point.

    With `filtered`, an interface that a policy filters does not pass either. With `parted`, a VLAN joins no
    more than what its links hold together and its subnets number. What has failed passes nothing.
    """
    land = terrain(network)
    removed = np.flatnonzero(np.isin(land.device, [*enforcement_points(network), *failed.devices]))
    cut = [filtered_members(network)] if filtered else []
    cut += [land.strays] if parted else []
    cut += [failed_edges(network, failed)] if failed else []
    return components(land.graph.without(nodes=removed, edges=np.concatenate([np.zeros(0, np.int64), *cut])))


@analysis
def filtered_members(network: Network) -> Longs:
    """Member rows whose interface names a policy that denies what it does not permit, or has rules that deny."""
    rules = network.grouped("policy_rules", "policy")
    closed = {
        policy.id
        for policy in network.design.security.policies
        if policy.id in rules and (policy.default_action == "deny" or any(r.action == "deny" for r in rules[policy.id]))
    }
    acl = {p for p, i in enumerate(network.interfaces) if i.access_list is not None and i.access_list in closed}
    return np.flatnonzero(np.isin(layer3(network).member_interface, sorted(acl)))


@analysis
def claims(network: Network) -> dict[int, dict[str, tuple[str, ...]]]:
    """For each node that facts put into zones: the zones, and the ids of the facts that say so."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node, zone, fact in _statements(network):
        if fact not in found[node][zone]:
            found[node][zone].append(fact)
    return {node: {zone: tuple(facts) for zone, facts in zones.items()} for node, zones in found.items()}


def _statements(network: Network) -> Iterator[tuple[int, str, str]]:
    yield from _by_address(network)
    yield from _by_endpoint(network)
    medium, land = media_of(network), terrain(network)
    for leg in legs(network):
        if leg.zone is not None:
            code = int(medium[leg.interface])
            node = land.vlan + code if 0 <= code < len(land.vlans) else leg.node
            yield node, leg.zone, network.interfaces[leg.interface].id
    for zone in zones_exposed(network, Exposure.INTERNET):
        yield from _at(land.outside.get(INTERNET), zone.id, zone.id)


def _by_address(network: Network) -> Iterator[tuple[int, str, str]]:
    """What VLANs and subnets say themselves, and what the VRFs that they name say."""
    land = terrain(network)
    zone_of = {vrf.id: vrf.zone for vrf in network.design.switching.vrfs}
    for vlan in network.design.switching.vlans:
        for zone, fact in ((vlan.zone, vlan.id), (zone_of.get(vlan.vrf or ""), vlan.vrf or "")):
            if zone is not None:
                yield from _at(land.vlan_node(vlan.id), zone, fact)
    subnets = network.by_id("subnets")
    for name, node in land.subnet.items():
        subnet: Subnet = subnets[name]
        for zone, fact in ((subnet.zone, name), (zone_of.get(subnet.vrf), subnet.vrf)):
            if zone is not None:
                yield node, zone, fact


def _by_endpoint(network: Network) -> Iterator[tuple[int, str, str]]:
    land = terrain(network)
    for group in network.design.inventory.endpoint_groups:
        for name in group.vlans:
            yield from _at(land.vlan_node(name), group.zone, group.id)
    for wireless in network.design.security.wireless_networks:
        for name in wireless.vlans:
            yield from _at(land.vlan_node(name), wireless.zone, wireless.id)
    for service in network.design.infrastructure.service_instances:
        yield from _at(land.subnet.get(service.subnet), service.zone, service.id)


def _at(node: int | None, zone: str, fact: str) -> Iterator[tuple[int, str, str]]:
    if node is not None:
        yield node, zone, fact


def zones_exposed(network: Network, *exposures: Exposure) -> tuple[Zone, ...]:
    """The zones with one of the exposures."""
    return tuple(zone for zone in network.design.security.zones if zone.exposure in exposures)


@analysis
def places(network: Network) -> dict[str, Ints]:
    """The nodes that each zone lies on: what facts claim for it, and the tables of its VRFs. Others are left out."""
    found: dict[str, list[int]] = defaultdict(list)
    for node, zones in claims(network).items():
        for zone in zones:
            found[zone].append(node)
    l3 = layer3(network)
    for vrf in network.design.switching.vrfs:
        if vrf.zone is not None:
            found[vrf.zone] += np.flatnonzero(l3.vrf == l3.vrfs[vrf.id]).tolist()
    return {zone: np.unique(np.array(nodes, np.int32)) for zone, nodes in found.items() if nodes}


@analysis
def tunnel_zones(network: Network) -> frozenset[str]:
    """The zones in which nothing lies but tunnels and ways to routers toward our other sites: nobody lives there; what
    passes is judged by where it is from."""
    l3, land, table = layer3(network), terrain(network), interfaces(network)
    tunnels = table.of_kind(InterfaceKind.TUNNEL)[l3.member_interface]
    other = np.unique(l3.member_segment[~tunnels])
    segments = np.setdiff1d(l3.member_segment[tunnels], other)
    nodes = set((land.segment + segments).tolist())
    found = {zone: set(held.tolist()) - nodes for zone, held in places(network).items()}
    return frozenset(zone for zone, rest in found.items() if not rest or _only_passed(network, zone, rest))


def _only_passed(network: Network, zone: str, nodes: set[int]) -> bool:
    """Whether nodes are VLANs without hosts from which, past enforcement points, nothing but this zone and networks
    that join our sites is reached."""
    land, empty = terrain(network), _empty_vlans(network)
    if not nodes <= empty:
        return False
    label = domains(network)
    here = set(label[sorted(nodes)].tolist())
    others = {node for node, zones in claims(network).items() if set(zones) != {zone}}
    outside = {node for name, node in land.outside.items() if name not in _joining(network)}
    return not any(int(label[node]) in here for node in others | outside)


@analysis
def _empty_vlans(network: Network) -> frozenset[int]:
    """The nodes of VLANs whose subnets all hand over from one device to another, and in which no endpoint is."""
    land, design = terrain(network), network.design
    purposes: dict[str, set[SubnetPurpose]] = defaultdict(set)
    for subnet in design.addressing.subnets:
        if subnet.vlan is not None:
            purposes[subnet.vlan].add(subnet.purpose)
    lived = {vlan for one in design.inventory.endpoint_groups for vlan in one.vlans}
    lived |= {vlan for one in design.security.wireless_networks for vlan in one.vlans}
    names = (name for name, some in purposes.items() if some == {SubnetPurpose.TRANSIT} and name not in lived)
    return frozenset(node for name in names if (node := land.vlan_node(name)) is not None)


def _joining(network: Network) -> set[str]:
    """What lies beyond circuits of providers that have some at several sites of ours."""
    sites: dict[str, set[str]] = defaultdict(set)
    for circuit in network.design.cabling.circuits:
        sites[circuit.provider].add(circuit.site)
    return {f"leased {provider}" for provider, some in sites.items() if len(some) > 1}


@analysis
def zone_domains(network: Network, filtered: bool = False) -> dict[str, frozenset[int]]:
    """The labels of `domains` that each zone has a part in."""
    label = domains(network, filtered)
    return {zone: frozenset(np.unique(label[nodes]).tolist()) - {-1} for zone, nodes in places(network).items()}


@dataclass(frozen=True, slots=True)
class ZonePair:
    """Two zones, the less trusted first."""

    low: Zone
    high: Zone

    @property
    def delta(self) -> int:
        """How far their trust lies apart."""
        return self.high.trust - self.low.trust


@analysis
def zone_pairs(network: Network) -> tuple[ZonePair, ...]:
    """Every pair of zones that lie somewhere, those aside that hold tunnels alone."""
    known = network.by_id("zones")
    lived = places(network).keys() - tunnel_zones(network)
    here = sorted((known[zone] for zone in lived if zone in known), key=lambda zone: (zone.trust, zone.id))
    return tuple(ZonePair(low, high) for at, low in enumerate(here) for high in here[at + 1 :])


def mixed(network: Network, pair: ZonePair, filtered: bool = False) -> bool:
    """Whether packets pass between the two zones without meeting an enforcement point (or a filter)."""
    labels = zone_domains(network, filtered)
    return bool(labels[pair.low.id] & labels[pair.high.id])


def bypass(network: Network, pair: ZonePair, filtered: bool = False) -> tuple[str, ...]:
    """The facts that a packet passes from one zone of a mixed pair to the other, in order."""
    land = terrain(network)
    label = domains(network, filtered)
    cut = filtered_members(network) if filtered else np.zeros(0, np.int64)
    graph = land.graph.without(nodes=np.flatnonzero(label < 0), edges=cut)
    starts = [node for node in places(network)[pair.low.id].tolist() if label[node] >= 0]
    goals = set(places(network)[pair.high.id].tolist())
    came = _search(graph, starts, goals)
    return tuple(dict.fromkeys(text for node in came if (text := _name(network, land, node)) is not None))


def _search(graph: Multigraph, starts: Iterable[int], goals: set[int]) -> list[int]:
    """The nodes of a shortest path from a start to a goal; empty where there is none."""
    before: dict[int, int] = dict.fromkeys(starts, -1)
    queue = list(before)
    for node in queue:
        if node in goals:
            path = [node]
            while before[path[-1]] >= 0:
                path.append(before[path[-1]])
            return path[::-1]
        for other, _ in graph.neighbours[node]:
            if other not in before:
                before[other] = node
                queue.append(other)
    return []


def _name(network: Network, land: Terrain, node: int) -> str | None:
    """The id of the device, VLAN or VRF that a node stands for; None for a segment without a name."""
    names = _names(network)
    if node < land.segment:
        return network.devices[int(land.device[node])].id
    return names.get(node)


@analysis
def _names(network: Network) -> dict[int, str]:
    land, table = terrain(network), interfaces(network)
    vlans = {land.vlan + code: name for name, code in table.vlans.items() if name is not None}
    vrfs = {land.vrf + code: name for name, code in table.vrfs.items() if name is not None}
    segments = zip(land.graph.tail.tolist(), land.graph.head.tolist(), strict=True)
    vlans |= {near: vlans[far] for near, far in segments if land.segment <= near < land.vlan and far in vlans}
    return vlans | vrfs | {node: name for name, node in land.outside.items()}
