"""Where spanning trees take root: by priorities, in each piece of each VLAN, and whose gateway is active there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.switching.layer2 import NOT_BRIDGES, OVERLAY, bridging, vlans_on_link
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import VirtualGateway
from netdesign.model.switching import SpanningTree, SpanningTreeMode
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface

ROUTED = (VirtualGateway.NONE, VirtualGateway.VRRP)


class Tree(NamedTuple):
    """The spanning tree of a VLAN number in one piece of the network: its bridges and those of the best priority."""

    number: int
    devices: tuple[int, ...]
    roots: tuple[int, ...]


@analysis
def tree_of(network: Network) -> dict[int, SpanningTree]:
    """The spanning tree that each device (by position) runs."""
    index = network.device_index
    running = [s for s in network.design.switching.spanning_trees if s.mode is not SpanningTreeMode.NONE]
    return {index[tree.device]: tree for tree in reversed(running) if tree.device in index}


@analysis
def hosting_bridges(network: Network) -> tuple[int, ...]:
    """Switches of ours (by position) that wired endpoints are plugged into.

    Those with a tunnel endpoint are left out: they route or tunnel all that leaves them, and their ports guard.
    """
    index, tunnels = network.device_index, interfaces(network)
    routed = set(tunnels.device[tunnels.of_kind(InterfaceKind.VTEP)].tolist())
    hosting = {index[one.device] for one in network.design.inventory.attachments if one.ports and one.device in index}
    kept, facts = hosting - routed, network.devices
    return tuple(
        at for at in sorted(kept) if network.ours[at] and facts[at].in_service and facts[at].role not in NOT_BRIDGES
    )


@analysis
def trees(network: Network) -> tuple[Tree, ...]:
    """Every piece of a VLAN that cables join two or more bridges with a spanning tree in; overlays run none."""
    bridged, running = bridging(network), tree_of(network)
    label = components(bridged.graph.without(edges=np.flatnonzero(bridged.link < 0)))
    pieces: dict[int, set[int]] = defaultdict(set)
    number: dict[int, int] = {}
    for node, (piece, devices) in enumerate(zip(label.tolist(), bridged.devices, strict=True)):
        pieces[piece].update(at for at in devices if at != OVERLAY and at in running)
        number[piece] = int(bridged.number[node])
    found = []
    for piece, some in pieces.items():
        if len(some) > 1:
            best = min(running[at].priority for at in some)
            roots = tuple(sorted(at for at in some if running[at].priority == best))
            found.append(Tree(number[piece], tuple(sorted(some)), roots))
    return tuple(sorted(set(found)))


@analysis
def gateways_by_device(network: Network) -> dict[tuple[int, int], Interface]:
    """The gateway of each VLAN number on each device: (number, device) -> interface."""
    table, vlans = interfaces(network), network.by_id("vlans")
    found: dict[tuple[int, int], Interface] = {}
    for at in np.flatnonzero((table.vlan >= 0) & table.up).tolist():
        fact = network.interfaces[at]
        if fact.vlan in vlans and fact.virtual_gateway in ROUTED and (fact.addresses or fact.virtual_addresses):
            found.setdefault((vlans[fact.vlan].number, int(table.device[at])), fact)
    return found


@analysis
def active_gateways(network: Network, tree: Tree) -> tuple[int, ...]:
    """Bridges of a tree with the highest VRRP priority of its VLAN; the only gateway where none is virtual.

    None where several answer without VRRP: there is no active one.
    """
    known = gateways_by_device(network)
    mine = {at: known[tree.number, at] for at in tree.devices if (tree.number, at) in known}
    virtual = {at: fact for at, fact in mine.items() if fact.virtual_gateway is VirtualGateway.VRRP}
    if virtual:
        best = max(_priority(fact) for fact in virtual.values())
        return tuple(at for at, fact in virtual.items() if _priority(fact) == best)
    return tuple(mine) if len(mine) == 1 else ()


def _priority(fact: Interface) -> int:
    return 100 if fact.virtual_priority is None else fact.virtual_priority


class Downlink(NamedTuple):
    """A port (interface by position) towards a bridge that must not become the root."""

    interface: int
    lower: int


@analysis
def downlinks(network: Network) -> tuple[Downlink, ...]:
    """The ports, bundles for their members, from each bridge towards those of a worse priority."""
    running, (a, b) = tree_of(network), network.link_ends
    at_a, at_b = network.link_interfaces
    found = set()
    for place in vlans_on_link(network):
        ends = [(int(a[place]), int(at_a[place])), (int(b[place]), int(at_b[place]))]
        if all(device in running for device, _ in ends):
            (upper, port), (lower, _) = sorted(ends, key=lambda end: running[end[0]].priority)
            if running[upper].priority < running[lower].priority and not _paired(network, upper, lower):
                found.add(Downlink(_top(network, port), lower))
    return tuple(sorted(found))


def _top(network: Network, port: int) -> int:
    """The bundle of a port, or the port itself."""
    fact = network.interfaces[port]
    lag = network.by_id("lags").get(fact.lag or "")
    return network.interface_at.get((lag.device, lag.interface), port) if lag else port


@analysis
def _paired(network: Network, one: int, two: int) -> bool:
    """Whether two devices bundle as one: either may be the root."""
    names = {network.devices[one].id, network.devices[two].id}
    return any(names <= set(mlag.peers) for mlag in network.design.cabling.mlags)
