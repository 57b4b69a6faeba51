"""How many VLANs, virtual networks, routing tables and spanning-tree ports each device has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.attachments import endpoint_port_counts
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.traffic.table_demand import vlan_devices
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind
from netdesign.model.switching import SpanningTreeMode
from netdesign.model.vocabulary import InterfaceKind, PortMode

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs


@analysis
def vlan_counts(network: Network) -> Longs:
    """VLANs that each device is a part of: those defined on it, and those that an interface of it names besides."""
    defined, seen = vlan_devices(network), _named(network)
    counts = np.zeros(len(network.devices) + 1, np.int64)
    for places in defined.values():
        counts[list(places)] += 1
    codes = interfaces(network).vlans
    span = len(codes) + 1
    known = {place * span + codes[vlan] for vlan, places in defined.items() for place in places if vlan in codes}
    extra = np.array([code for code in seen.tolist() if code not in known], np.int64)
    np.add.at(counts, extra // span, 1)
    return counts[:-1]


@analysis
def _named(network: Network) -> Longs:
    """Codes `device * span + VLAN` of what SVIs, sub-interfaces and access ports name; trunks carry what is defined."""
    table = interfaces(network)
    span = len(table.vlans) + 1
    rows = np.flatnonzero((table.vlan >= 0) & (table.device >= 0) & table.of_kind(InterfaceKind.SVI))
    return np.unique(table.device[rows].astype(np.int64) * span + table.vlan[rows])


@analysis
def vrf_counts(network: Network) -> Longs:
    """Routing tables that interfaces of each device are in."""
    table = interfaces(network)
    span = len(table.vrfs) + 1
    rows = np.flatnonzero((table.vrf >= 0) & (table.device >= 0))
    pairs = np.unique(table.device[rows].astype(np.int64) * span + table.vrf[rows])
    return np.bincount(pairs // span, minlength=len(network.devices)).astype(np.int64)


@analysis
def vni_counts(network: Network) -> Longs:
    """Virtual networks of each device with a tunnel endpoint: those of its VLANs and of its routing tables."""
    table, defined = interfaces(network), vlan_devices(network)
    vteps = set(table.device[table.of_kind(InterfaceKind.VTEP) & (table.device >= 0)].tolist())
    span = len(table.vrfs) + 1
    rows = np.flatnonzero((table.vrf >= 0) & (table.device >= 0))
    in_vrf: dict[int, set[int]] = {}
    for pair in np.unique(table.vrf[rows].astype(np.int64) * len(network.devices) + table.device[rows]).tolist():
        in_vrf.setdefault(pair // len(network.devices), set()).add(pair % len(network.devices))
    counts = np.zeros(len(network.devices) + span, np.int64)
    for vni in network.design.overlay.vnis:
        places = defined.get(vni.vlan or "", frozenset())
        if vni.kind is VniKind.L3:
            places = frozenset(in_vrf.get(table.vrfs.get(vni.vrf, -1), ()))
        counts[list(places & vteps)] += 1
    return counts[: len(network.devices)]


@analysis
def spanning_tree_ports(network: Network) -> Longs:
    """Active ports of spanning tree, by device: each port once for every tree that runs on it.

    With a tree for every VLAN that is as often as it carries VLANs of the device; with one tree for all, once.
    """
    ports, table = endpoint_port_counts(network), interfaces(network)
    alone = table.up & (table.device >= 0) & (table.mode >= 0)
    bridged = alone & (table.in_mode(PortMode.ACCESS) | table.in_mode(PortMode.TRUNK))
    bridged &= table.of_kind(InterfaceKind.PHYSICAL, InterfaceKind.LAG)
    counts = np.bincount(table.device[bridged], minlength=len(network.devices)) + ports
    running = {fact.device: fact.mode for fact in network.design.switching.spanning_trees}
    defined = vlan_devices(network)
    result = np.zeros(len(network.devices), np.int64)
    many = [place for place, one in enumerate(network.devices) if running.get(one.id) is SpanningTreeMode.PVST]
    for place, device in enumerate(network.devices):
        if running.get(device.id, SpanningTreeMode.NONE) is not SpanningTreeMode.NONE:
            result[place] = counts[place]
    for place in many:
        own = {vlan for vlan, places in defined.items() if place in places}
        trunks = np.flatnonzero(bridged & (table.device == place) & table.in_mode(PortMode.TRUNK)).tolist()
        carried = sum(len(own.intersection(network.interfaces[at].vlans)) for at in trunks)
        result[place] = counts[place] - len(trunks) + carried
    return result
