"""Where devices are managed: their management addresses, who gets to them, and by which bastions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.forwarding.reachability import ANY_VRF, management_vrfs, origin_nodes, service_domain
from netdesign.analysis.policy.needs import service_prefixes
from netdesign.analysis.policy.permissions import between, zone_labels
from netdesign.analysis.policy.policy import TCP, UDP
from netdesign.analysis.policy.populations import addressed, inner_zones, on_ports, outer_zones
from netdesign.analysis.policy.zones import domains, places, tunnel_zones, zones_exposed
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import Network, analysis
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.vocabulary import Exposure

if TYPE_CHECKING:
    from netdesign.graph.headerspace import Box, Space
    from netdesign.graph.multigraph import Bools, Longs

ADMINISTRATION = (
    *((TCP, port, port) for port in (22, 23, 80, 443, 830, 6030, 8443, 9339, 50051, 57400)),
    (UDP, 161, 161),
)
"""Shells, web pages, NETCONF, gNMI and SNMP of devices."""


@dataclass(frozen=True, eq=False)
class ManagementAddresses:
    """Where devices answer for management: a row for each address, with its device and its part of the network."""

    device: Longs
    part: Longs
    version: Longs
    values: tuple[int, ...]


@analysis
def management_addresses(network: Network) -> ManagementAddresses:
    """The own addresses of managed devices in the VRF of their profile; all of them where it names none."""
    rows, table, l3 = addresses(network), interfaces(network), layer3(network)
    wanted = np.append(management_vrfs(network), ANY_VRF - 10)
    device, vrf = table.device[rows.interface], table.vrf[rows.interface]
    usable: Bools = ~rows.virtual & (l3.interface_vertex[rows.interface] >= 0)
    usable &= (wanted[device] == vrf) | (wanted[device] == ANY_VRF)
    node = origin_nodes(network)[rows.interface]
    part = np.append(domains(network, True), -1)[node]
    kept = np.flatnonzero(usable & (node >= 0) & (part >= 0))
    words = zip(rows.high[kept].tolist(), rows.low[kept].tolist(), strict=True)
    values = tuple(high << 64 | low for high, low in words)
    return ManagementAddresses(
        device[kept].astype(np.int64), part[kept].astype(np.int64), rows.version[kept].astype(np.int64), values
    )


class Intrusion(NamedTuple):
    """Hosts of a zone that get to the management of devices (positions), and a packet that does."""

    zone: str
    devices: tuple[int, ...]
    packet: Packet
    headers: Space
    part: int


@analysis
def intrusions(network: Network) -> tuple[Intrusion, ...]:
    """Every zone but management that somebody lives in and from which administrative packets get to management."""
    found, ports = [], on_ports(*ADMINISTRATION)
    held = management_addresses(network)
    own = {zone.id for zone in zones_exposed(network, Exposure.MANAGEMENT)} | tunnel_zones(network)
    parts = sorted(set(held.part.tolist()))
    for zone, starts in sorted(zone_labels(network).items()):
        for part in parts if zone not in own else ():
            goals = frozenset((part,))
            headers = between(network, (zone, _zone_at(network, part)), starts, goals) & ports
            hit = _hit(held, part, headers)
            if hit is not None:
                found.append(Intrusion(zone, hit[0], hit[1], headers, part))
    return tuple(found)


@analysis
def _zone_at(network: Network, part: int) -> str | None:
    zones = sorted(zone for zone, labels in zone_labels(network).items() if part in labels)
    own = {zone.id for zone in zones_exposed(network, Exposure.MANAGEMENT)}
    return next((zone for zone in zones if zone in own), zones[0] if zones else None)


def _hit(held: ManagementAddresses, part: int, headers: Space) -> tuple[tuple[int, ...], Packet] | None:
    """The devices of a part whose management addresses the headers lead to, and one packet."""
    devices: dict[int, None] = {}
    first: Packet | None = None
    boxes = headers.boxes
    for at in np.flatnonzero(held.part == part).tolist() if boxes else ():
        box = _box_at(boxes, int(held.version[at]), held.values[at])
        if box is not None:
            devices[int(held.device[at])] = None
            first = first or Packet(
                box.version, box.source[0], held.values[at], box.protocol[0], box.source_port[0], box.target_port[0]
            )
    return (tuple(devices), first) if first is not None else None


def _box_at(boxes: tuple[Box, ...], version: int, value: int) -> Box | None:
    for box in boxes:
        if box.version == version and box.target[0] <= value <= box.target[1]:
            return box
    return None


@analysis
def bastions(network: Network, profile: str) -> tuple[str, ...]:
    """The bastions that a management profile names and that there are."""
    known = network.by_id("service_instances")
    fact = network.by_id("management_profiles").get(profile)
    names = fact.bastions if fact is not None else ()
    return tuple(n for n in names if n in known and known[n].kind is ServiceKind.BASTION)


@analysis
def ways_in(network: Network, bastion: str) -> tuple[str, ...]:
    """The zones, other than the Internet and the bastion's own, from which something of it is permitted."""
    part = service_domain(network, bastion)
    if part < 0:
        return ()
    own = network.by_id("service_instances")[bastion].zone
    goals = zone_labels(network).get(own, frozenset())
    wanted = addressed(service_prefixes(network, bastion))
    labels = zone_labels(network)
    zones = [zone for zone in inner_zones(network) if zone != own and zone in labels]
    return tuple(z for z in zones if between(network, (z, own), labels[z], goals) & wanted)


@analysis
def exposed_devices(network: Network) -> dict[int, tuple[str, ...]]:
    """Devices with a routing table or a leg where hosts of zones other than management are, and these zones."""
    label, l3 = domains(network, True), layer3(network)
    own = {zone.id for zone in zones_exposed(network, Exposure.MANAGEMENT)}
    by_part: dict[int, list[str]] = {}
    for zone, parts in sorted(zone_labels(network).items()):
        for part in parts if zone not in own else ():
            by_part.setdefault(part, []).append(zone)
    found: dict[int, dict[str, None]] = {}
    node = origin_nodes(network)[l3.member_interface]
    device = interfaces(network).device[l3.member_interface]
    span = np.int64(label.max(initial=0) + 2)
    pairs = np.unique(device.astype(np.int64) * span + label[node] + 1)
    for at, part in zip((pairs // span).tolist(), (pairs % span - 1).tolist(), strict=True):
        for zone in by_part.get(part, ()) if network.ours[at] else ():
            found.setdefault(at, {})[zone] = None
    return {at: tuple(zones) for at, zones in sorted(found.items())}


def faces_internet(network: Network, zones: tuple[str, ...]) -> bool:
    """Whether one of the zones is exposed as the Internet and lies somewhere."""
    return bool(outer_zones(network) & set(zones) & places(network).keys())
