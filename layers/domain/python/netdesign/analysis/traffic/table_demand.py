"""What each device must hold in its tables today: addresses of hosts, routes, and lines of access lists."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.routing.route_counts import VERSIONS, route_counts, whole_tables
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

TABLES = ("mac", "arp", "nd", "ipv4_routes", "ipv6_routes", "acl_entries")


@analysis
def vlan_hosts(network: Network) -> dict[str, float]:
    """Endpoints in each VLAN, by id; those of an attachment divide evenly among the VLANs that its port carries."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    hosts: dict[str, float] = defaultdict(float)
    homes: dict[str, int] = defaultdict(int)
    for attachment in network.design.inventory.attachments:
        homes[attachment.group] += max(0, attachment.endpoints)
    for attachment in network.design.inventory.attachments:
        group, profile = groups.get(attachment.group), profiles.get(attachment.profile)
        if group is None or not homes[attachment.group]:
            continue
        carried = {*profile.vlans, profile.native_vlan} if profile is not None else set()
        mine = [vlan for vlan in group.vlans if vlan in carried] or list(group.vlans)
        # Dual-homed endpoints are attached twice, and are still one host each.
        share = max(0, attachment.endpoints) * min(1.0, max(group.count, 0) / homes[attachment.group])
        for vlan in mine:
            hosts[vlan] += share / len(mine)
    return dict(hosts)


@analysis
def mac_counts(network: Network) -> Longs:
    """Hosts of all VLANs that a device is a part of, by device."""
    counts, hosts = np.zeros(len(network.devices)), vlan_hosts(network)
    for vlan, places in vlan_devices(network).items():
        if vlan in hosts:
            counts[list(places)] += hosts[vlan]
    return np.ceil(counts - 1e-6).astype(np.int64)


@analysis
def vlan_devices(network: Network) -> dict[str, frozenset[int]]:
    """The devices that each VLAN is defined on, by id of the VLAN."""
    index = network.device_index
    return {
        vlan.id: frozenset(index[name] for name in vlan.devices if name in index)
        for vlan in network.design.switching.vlans
    }


@analysis
def neighbour_counts(network: Network) -> Longs:
    """Hosts of all VLANs that a device has an address in, by IP version (rows: 4, 6) and device."""
    table, rows, hosts = interfaces(network), addresses(network), vlan_hosts(network)
    by_code = np.zeros(len(table.vlans) + 1)
    for vlan, count in hosts.items():
        code = table.vlans.get(vlan, -1)
        if code >= 0:
            by_code[code] = count
    medium = media_of(network)
    inside = np.flatnonzero((medium >= 0) & (medium < len(table.vlans)) & (layer3(network).interface_vertex >= 0))
    counts = np.zeros((2, len(network.devices) + 1))
    for row, version in enumerate(VERSIONS):
        held = np.unique(rows.interface[rows.version == version])
        chosen = np.intersect1d(inside, held)
        pairs = np.unique(table.device[chosen].astype(np.int64) * (len(table.vlans) + 1) + medium[chosen])
        np.add.at(counts[row], pairs // (len(table.vlans) + 1), by_code[pairs % (len(table.vlans) + 1)])
    return np.ceil(counts[:, :-1] - 1e-6).astype(np.int64)


@analysis
def access_list_lines(network: Network) -> Longs:
    """Lines of all rules that a device enforces, each expanded to single sources, destinations and services."""
    lines, counts = dict[str, int](), np.zeros(len(network.devices), np.int64)
    for rule in network.design.security.policy_rules:
        size = max(1, len(rule.sources)) * max(1, len(rule.destinations)) * max(1, len(rule.services))
        lines[rule.policy] = lines.get(rule.policy, 0) + size
    held: set[tuple[int, str]] = set()
    for one in network.design.security.policies:
        held.update((network.device_index[name], one.id) for name in one.devices if name in network.device_index)
    for place, name in enumerate(interface.access_list for interface in network.interfaces):
        if name is not None and network.interface_devices[place] >= 0:
            held.add((int(network.interface_devices[place]), name))
    for device, policy in held:
        counts[device] += lines.get(policy, 0)
    return counts


@analysis
def table_demand(network: Network, internet_ipv4: int, internet_ipv6: int) -> Longs:
    """Entries that each device needs, by table (rows as in `TABLES`) and device.

    A provider that may send all that it knows sends a whole Internet table of the given size, or as much as
    the session admits; devices that know its routes by way of others are taken to know a default instead.
    """
    demand = np.zeros((len(TABLES), len(network.devices)), np.int64)
    demand[0], demand[1:3], demand[3:5] = mac_counts(network), neighbour_counts(network), route_counts(network)
    demand[5] = access_list_lines(network)
    sizes = {4: internet_ipv4, 6: internet_ipv6}
    most: dict[tuple[int, int], int] = {}
    for device, version, limit in whole_tables(network):
        sent = sizes[version] if limit is None else min(limit, sizes[version])
        most[device, version] = max(most.get((device, version), 0), sent)
    for (device, version), sent in most.items():
        demand[TABLES.index(f"ipv{version}_routes"), device] += sent
    demand[:, ~network.ours | ~network.in_service] = 0
    return demand
