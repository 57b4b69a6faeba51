"""The parts that a VLAN falls into: what links that carry it, and its VNI, join for a frame.

A switch is in a VLAN with all its ports; a routed port or a sub-interface stands in it alone, for it
bridges nothing on.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.interfaces import Interfaces, interfaces
from netdesign.analysis.facts.row_codes import equal_pairs
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind, PortMode

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs

Pairs = tuple["Longs", "Longs"]


@dataclass(frozen=True, eq=False)
class VlanParts:
    """The part that each interface stands in, and that of every VLAN (by code) on every device.

    Two interfaces of one VLAN hear each other exactly where their parts are equal.
    """

    of_interface: Longs
    keys: Longs
    labels: Longs
    device_count: int

    def at(self, vlan: Longs, device: Longs) -> Longs:
        """The part of VLANs on devices; where nothing joins one to anything it is a part of its own."""
        key = vlan.astype(np.int64) * self.device_count + device
        place = np.minimum(np.searchsorted(self.keys, key), max(self.keys.size - 1, 0))
        alone = -1 - key
        if not self.keys.size:
            return alone
        found: Longs = np.where(self.keys[place] == key, self.labels[place], alone)
        return found


@analysis
def vlan_parts(network: Network) -> VlanParts:
    """Every VLAN in its parts."""
    table, count = interfaces(network), len(network.devices) + 1
    size = np.int64(table.mode.size)
    device = table.device.astype(np.int64)
    own = len(table.vlans) * count + np.arange(size)
    inside = table.of_kind(InterfaceKind.SVI) & (table.vlan >= 0)
    stands = np.where(inside, table.vlan * np.int64(count) + device, own)
    pairs = [_tagged(network, table, own), _untagged(network, table, own), _overlay(network, table, int(size))]
    tail, head = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    keys, place = np.unique(np.concatenate([stands, tail, head]), return_inverse=True)
    ends = place[size : size + tail.size].astype(np.int32), place[size + tail.size :].astype(np.int32)
    labels = components(Multigraph(keys.size, *ends)).astype(np.int64)
    return VlanParts(labels[place[:size]], keys, labels, count)


@analysis
def _tops(network: Network) -> tuple[Longs, Longs]:
    """The interfaces that speak at the two ends of each usable link, a bundle for its members; -1: none that is up."""
    table = interfaces(network)
    bundle = np.full(len(table.lags) + 1, -1, np.int64)
    bundles = np.flatnonzero(table.of_kind(InterfaceKind.LAG) & (table.lag >= 0))
    bundle[table.lag[bundles]] = bundles
    member = (table.lag >= 0) & ~table.of_kind(InterfaceKind.LAG)
    top = np.append(np.where(member, bundle[table.lag], np.arange(table.lag.size)), -1)
    up = np.append(table.up, False)
    a, b = network.link_interfaces
    live = network.usable_links & up[a] & up[b] & up[top[a]] & up[top[b]]
    return np.where(live, top[a], -1), np.where(live, top[b], -1)


def _bridges(table: Interfaces) -> Bools:
    found: Bools = table.in_mode(PortMode.TRUNK) | table.in_mode(PortMode.ACCESS)
    return found


def _tagged(network: Network, table: Interfaces, own: Longs) -> Pairs:
    """Both ends of a link that let a VLAN through with its tag."""
    trunks = np.flatnonzero(table.in_mode(PortMode.TRUNK))
    names = [network.interfaces[at].vlans for at in trunks.tolist()]
    port = np.repeat(trunks, np.fromiter(map(len, names), np.int64, len(names)))
    known = table.vlans
    code = np.fromiter((known.get(name, -1) for name in chain.from_iterable(names)), np.int64, port.size)
    node = code * (len(network.devices) + 1) + table.device[port]
    single = np.flatnonzero((table.vlan >= 0) & table.up & ~_bridges(table) & ~table.of_kind(InterfaceKind.SVI))
    parent = np.where(table.parent[single] >= 0, table.parent[single], single)
    rows = np.concatenate([port, parent])
    codes = np.concatenate([code, table.vlan[single]])
    nodes = np.concatenate([node, own[single]])
    kept = np.flatnonzero(codes >= 0)
    rows, codes, nodes = rows[kept], codes[kept], nodes[kept]
    has = np.zeros(own.size + 1, np.bool_)
    has[rows] = True
    a, b = _tops(network)
    links = np.flatnonzero((a >= 0) & (b >= 0) & has[a] & has[b])
    sides = [equal_pairs(end[links], rows) for end in (a, b)]
    left, right = (link * len(known) + codes[row] for link, row in sides)
    one, two = equal_pairs(left, right)
    return nodes[sides[0][1][one]], nodes[sides[1][1][two]]


def _untagged(network: Network, table: Interfaces, own: Longs) -> Pairs:
    """Both ends of a link that send one VLAN without a tag; a port that bridges nothing takes the far end's."""
    access = table.in_mode(PortMode.ACCESS)
    plain = np.where(access, table.vlan, np.where(table.in_mode(PortMode.TRUNK), table.native_vlan, -1))
    node = plain * np.int64(len(network.devices) + 1) + table.device
    bridging = _bridges(table)
    a, b = _tops(network)
    links = np.flatnonzero((a >= 0) & (b >= 0))
    a, b = a[links], b[links]
    same = (plain[a] >= 0) & (plain[a] == plain[b])
    near, far = (plain[a] >= 0) & ~bridging[b], (plain[b] >= 0) & ~bridging[a]
    tail = np.concatenate([node[a[same]], node[a[near]], own[a[far]]])
    return tail, np.concatenate([node[b[same]], own[b[near]], node[b[far]]])


def _overlay(network: Network, table: Interfaces, size: int) -> Pairs:
    """A layer-2 VNI joins its VLAN on all devices with a tunnel endpoint."""
    vlans, index, count = network.by_id("vlans"), network.device_index, len(network.devices) + 1
    ends = set(table.device[table.of_kind(InterfaceKind.VTEP) & table.up].tolist())
    tail, head = list[int](), list[int]()
    for at, vni in enumerate(network.design.overlay.vnis):
        vlan = vlans.get(vni.vlan or "") if vni.kind is VniKind.L2 else None
        if vlan is not None:
            here = [index[name] for name in vlan.devices if index.get(name) in ends]
            tail += [table.vlans[vlan.id] * count + device for device in here]
            head += [len(table.vlans) * count + size + at] * len(here)
    return np.array(tail, np.int64), np.array(head, np.int64)
