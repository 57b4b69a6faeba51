"""Which gateways stand in for one another, whether their halves agree, and who loses the way out with a single one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.addressing.vlan_users import carried_by
from netdesign.analysis.facts.carriage import DUAL_HOMED
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.model.addressing import VirtualGateway
from netdesign.model.vocabulary import LinkPurpose, Role, ServiceClass

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface


class Served(NamedTuple):
    """Endpoints of a VLAN (by id) on devices other than one that is its only gateway."""

    vlan: str
    gateway: int
    endpoints: int
    gold: bool


@dataclass(frozen=True, slots=True)
class Member:
    """An interface that shares a virtual address: what its group has to agree about."""

    interface: int
    group: int | None
    priority: int
    interval_ms: int
    addresses: frozenset[str]


@analysis
def gateway_devices(network: Network) -> dict[str, tuple[frozenset[int], ...]]:
    """For each VLAN with routed interfaces, the sets of devices that answer for one virtual address or alone.

    A device that is on no other segment with that table is no gateway, but a host with an address.
    """
    table = interfaces(network)
    shared: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    plain: dict[str, set[int]] = defaultdict(set)
    forwards = _forwarding_tables(network)
    vertex = layer3(network).interface_vertex
    for at in np.flatnonzero((table.vlan >= 0) & (vertex >= 0)).tolist():
        fact, device = network.interfaces[at], int(table.device[at])
        vlan = fact.vlan or ""
        if fact.virtual_gateway is not VirtualGateway.NONE:
            for address in fact.virtual_addresses:
                shared[vlan][address].add(device)
        elif fact.addresses and int(vertex[at]) in forwards:
            plain[vlan].add(device)
    found = {vlan: tuple(frozenset(some) for some in by.values()) for vlan, by in shared.items()}
    for vlan, devices in plain.items():
        if vlan not in found:
            found[vlan] = tuple(frozenset((device,)) for device in sorted(devices))
    return found


@analysis
def _forwarding_tables(network: Network) -> frozenset[int]:
    """Tables that are on more than one VLAN or wire, so that they lead from one to another."""
    graph, table = layer3(network), interfaces(network)
    places: dict[int, set[object]] = defaultdict(set)
    for vertex, interface in zip(graph.member_vertex.tolist(), graph.member_interface.tolist(), strict=True):
        fact = network.interfaces[interface]
        places[vertex].add(int(table.vlan[interface]) if fact.vlan else fact.name)
    return frozenset(vertex for vertex, some in places.items() if len(some) > 1)


@analysis
def endpoints_of_vlans(network: Network) -> dict[str, dict[str, dict[int, int]]]:
    """How many endpoints of each group are on each device (by position), by VLAN and group."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    found: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for attachment in network.design.inventory.attachments:
        group, at = groups.get(attachment.group), network.device_index.get(attachment.device)
        if group is None or at is None:
            continue
        profile = profiles.get(attachment.profile)
        wanted = frozenset(group.vlans)
        for vlan in (wanted & carried_by(profile) if profile is not None else wanted) or wanted:
            found[vlan][group.id][at] += attachment.endpoints
    return found


@analysis
def gold_groups(network: Network) -> frozenset[str]:
    """Endpoint groups that are gold, or that gold flows name."""
    found = {g.id for g in network.design.inventory.endpoint_groups if g.service_class is ServiceClass.GOLD}
    for flow in network.design.traffic.flows:
        if flow.service_class is ServiceClass.GOLD:
            found.update((*flow.sources, *flow.targets))
    return frozenset(found)


@analysis
def single_gateways(network: Network) -> tuple[Served, ...]:
    """VLANs with one gateway, and who outlives it: endpoints that are neither on that device alone nor on access points
    that are."""
    groups, users, gold = network.by_id("endpoint_groups"), endpoints_of_vlans(network), gold_groups(network)
    found = []
    for vlan, sets in sorted(gateway_devices(network).items()):
        single = min(sets, key=lambda some: (len(some), sorted(some)))
        if len(single) != 1:
            continue
        (gateway,) = single
        count, precious = 0, False
        for name, places in users.get(vlan, {}).items():
            both = groups[name].homing in DUAL_HOMED
            elsewhere = max(places.values()) if both and set(places) - {gateway} else 0
            hanging = points_of(network).get(gateway, frozenset()) | {gateway}
            elsewhere = elsewhere or sum(some for at, some in places.items() if at not in hanging)
            count += elsewhere
            precious |= bool(elsewhere) and name in gold
        if count:
            found.append(Served(vlan, gateway, count, precious))
    return tuple(found)


@analysis
def points_of(network: Network) -> dict[int, frozenset[int]]:
    """The access points (by position) that hang on one device alone, by that device."""
    points = {at for at, device in enumerate(network.devices) if device.role is Role.ACCESS_POINT}
    above: dict[int, set[int]] = defaultdict(set)
    a, b = (end.tolist() for end in network.link_ends)
    for place in np.flatnonzero(network.usable_links).tolist():
        for near, far in ((a[place], b[place]), (b[place], a[place])):
            if near in points:
                above[near].add(far)
    found: dict[int, set[int]] = defaultdict(set)
    for point, switches in above.items():
        if len(switches) == 1:
            found[min(switches)].add(point)
    return {device: frozenset(some) for device, some in found.items()}


@analysis
def virtual_members(network: Network) -> tuple[tuple[Member, ...], ...]:
    """The interfaces with VRRP that share a segment, in sets."""
    graph = layer3(network)
    by_segment: dict[int, dict[int, Member]] = defaultdict(dict)
    for row, at in enumerate(graph.member_interface.tolist()):
        fact = network.interfaces[at]
        if fact.virtual_gateway is VirtualGateway.VRRP:
            by_segment[int(graph.member_segment[row])][at] = _member(at, fact)
    sets = {tuple(sorted(some)): tuple(some[at] for at in sorted(some)) for some in by_segment.values()}
    return tuple(sets[key] for key in sorted(sets))


def _member(at: int, fact: Interface) -> Member:
    priority = 100 if fact.virtual_priority is None else fact.virtual_priority
    return Member(at, fact.virtual_group, priority, fact.virtual_interval_ms, frozenset(fact.virtual_addresses))


@analysis
def anycast_addresses(network: Network) -> dict[str, dict[frozenset[str], list[int]]]:
    """The anycast gateways (interfaces) of each VLAN, by the addresses that they answer for."""
    found: dict[str, dict[frozenset[str], list[int]]] = defaultdict(lambda: defaultdict(list))
    vertex = layer3(network).interface_vertex
    for at, fact in enumerate(network.interfaces):
        if fact.virtual_gateway is VirtualGateway.ANYCAST and fact.vlan and vertex[at] >= 0:
            found[fact.vlan][frozenset(fact.virtual_addresses)].append(at)
    return found


@analysis
def shared_fate(network: Network) -> dict[frozenset[int], str]:
    """Sets of gateways that one risk takes together, with its name: all their cables, or the one feed of each."""
    found: dict[frozenset[int], str] = {}
    for sets in gateway_devices(network).values():
        for devices in sets:
            if len(devices) > 1 and devices not in found:
                risk = _common_risk(network, devices)
                if risk is not None:
                    found[devices] = risk
    return found


def _common_risk(network: Network, devices: frozenset[int]) -> str | None:
    feeds = {network.devices[at].power_feeds for at in devices}
    places = {network.devices[at].room for at in devices}
    if len(feeds) == len(places) == 1 and len(next(iter(feeds))) == 1:
        return f"power feed {next(iter(feeds))[0]}"
    risks = [_risks_of(network, at) for at in sorted(devices)]
    return min(frozenset.intersection(*risks), default=None)


@analysis
def _risks_of(network: Network, device: int) -> frozenset[str]:
    """The shared risks that all cables of a device to others than its peers name."""
    links = _links_of(network).get(device, ())
    return frozenset.intersection(*(frozenset(network.links[at].srlgs) for at in links)) if links else frozenset()


@analysis
def _links_of(network: Network) -> dict[int, tuple[int, ...]]:
    kept = network.links_for(*(purpose for purpose in FORWARDING_PURPOSES if purpose is not LinkPurpose.PEER))
    found: dict[int, list[int]] = defaultdict(list)
    a, b = network.link_ends
    for at in np.flatnonzero(kept).tolist():
        found[int(a[at])].append(at)
        found[int(b[at])].append(at)
    return {device: tuple(links) for device, links in found.items()}
