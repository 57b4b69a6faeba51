"""How far a VLAN reaches: buildings and closets of its endpoints, hosts that hear each other, bridges of one tree."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.vlan_users import carried_by
from netdesign.analysis.switching.gateways import gateways
from netdesign.analysis.switching.layer2 import OVERLAY, bridging, spanning_tree_devices, vlans_on_link
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind, Homing, RoomKind
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import VlanPurpose

if TYPE_CHECKING:
    from netdesign.model.switching import Vlan

SINGLE = frozenset({Homing.SINGLE, Homing.WIRELESS})
USERS = frozenset({VlanPurpose.USERS, VlanPurpose.VOICE, VlanPurpose.WIRELESS, VlanPurpose.GUEST, VlanPurpose.IOT})


class Hosts(NamedTuple):
    """Endpoints of a VLAN by whether they come by radio, and the devices (by position) that they hang on."""

    wired: float
    wireless: float
    devices: frozenset[int]


@analysis
def hosts_of(network: Network) -> dict[str, Hosts]:
    """The endpoints of every VLAN; those of a group with several VLANs at a port divide evenly among them."""
    groups, profiles, index = network.by_id("endpoint_groups"), network.by_id("port_profiles"), network.device_index
    wired: dict[str, float] = defaultdict(float)
    radio: dict[str, float] = defaultdict(float)
    homes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    devices: dict[str, set[int]] = defaultdict(set)
    for one in network.design.inventory.attachments:
        group, profile, place = groups.get(one.group), profiles.get(one.profile), index.get(one.device)
        if group is None or place is None or not network.in_service[place]:
            continue
        open_to = [name for name in group.vlans if profile is None or name in carried_by(profile)] or list(group.vlans)
        for name in open_to:
            homes[name][group.id] += max(0, one.endpoints) / len(open_to)
            devices[name].add(place)
    for name, by_group in homes.items():
        for identity, count in by_group.items():
            group = groups[identity]
            nics = 1 if group.homing in SINGLE else max(1, group.nics)
            (radio if group.kind is EndpointKind.WIRELESS_CLIENT else wired)[name] += count / nics
    return {name: Hosts(wired[name], radio[name], frozenset(at)) for name, at in devices.items()}


class Stretch(NamedTuple):
    """A VLAN (number) that one bridged piece of the network spreads over several buildings: devices with endpoints."""

    number: int
    buildings: tuple[str, ...]
    devices: tuple[int, ...]


@analysis
def stretches(network: Network) -> tuple[Stretch, ...]:
    """Every piece of a VLAN, overlays aside, whose endpoints are in two buildings or more."""
    bridged, by_number = bridging(network), _at_number(network)
    hubs = [node for node, devices in enumerate(bridged.devices) if devices == (OVERLAY,)]
    label = components(bridged.graph.without(nodes=hubs))
    pieces: dict[int, set[int]] = defaultdict(set)
    number: dict[int, int] = {}
    for node, devices in enumerate(bridged.devices):
        if label[node] >= 0:
            vlan = int(bridged.number[node])
            pieces[int(label[node])] |= set(devices) & by_number.get(vlan, frozenset())
            number[int(label[node])] = vlan
    found = []
    for piece, places in pieces.items():
        where = {building for place in places if (building := building_of(network, place)) is not None}
        if len(where) > 1:
            found.append(Stretch(number[piece], tuple(sorted(where)), tuple(sorted(places))))
    return tuple(sorted(found))


def _at_number(network: Network) -> dict[int, frozenset[int]]:
    vlans = network.by_id("vlans")
    found: dict[int, set[int]] = defaultdict(set)
    for name, hosts in hosts_of(network).items():
        if name in vlans:
            found[vlans[name].number] |= hosts.devices
    return {number: frozenset(places) for number, places in found.items()}


def building_of(network: Network, place: int) -> str | None:
    """The site and building that a device stands in; None where nothing says."""
    device = network.devices[place]
    room = network.by_id("rooms").get(device.room or "")
    return f"{room.site}/{room.building}" if room is not None else None


@analysis
def largest_tree(network: Network) -> tuple[int, tuple[int, ...]]:
    """How many bridges share one spanning tree at most, and some of them."""
    a, b = network.link_ends
    chosen = np.array(sorted(vlans_on_link(network)), np.int64)
    running = np.zeros(len(network.devices) + 1, np.bool_)
    running[list(spanning_tree_devices(network))] = True
    chosen = chosen[running[a[chosen]] & running[b[chosen]]] if chosen.size else chosen
    alive = running[:-1] & network.in_service
    label = components(Multigraph(len(network.devices), a[chosen], b[chosen], None, alive))
    sizes = np.bincount(label[label >= 0])
    if not sizes.size:
        return 0, ()
    widest = int(np.argmax(sizes))
    return int(sizes[widest]), tuple(np.flatnonzero(label == widest)[:10].tolist())


@analysis
def overlaid(network: Network) -> frozenset[str]:
    """VLANs that a layer-2 VNI stands for."""
    return frozenset(vni.vlan for vni in network.design.overlay.vnis if vni.kind is VniKind.L2 and vni.vlan)


def closets(network: Network, vlan: Vlan) -> tuple[str, ...]:
    """The closets that endpoints of a user VLAN with its gateway at the edge are in; none under an overlay."""
    hosts = hosts_of(network).get(vlan.id)
    routed = gateways(network).get(vlan.id, frozenset())
    if hosts is None or vlan.purpose not in USERS or vlan.id in overlaid(network) or not routed & hosts.devices:
        return ()
    rooms = network.by_id("rooms")
    names = {network.devices[place].room for place in hosts.devices}
    return tuple(sorted(n for n in names if n in rooms and rooms[n].kind is RoomKind.CLOSET))
