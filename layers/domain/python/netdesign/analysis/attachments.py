"""Ports in use: by cables and by endpoints, and what a device could still offer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Longs


class Use(NamedTuple):
    """One port in use: its name, the speed it has to run at, and the id of the link or attachment."""

    port: str
    speed_bps: int
    by: str


@analysis
def link_uses(network: Network) -> dict[int, list[Use]]:
    """Ports that links use, by device."""
    uses: dict[int, list[Use]] = defaultdict(list)
    a, b = (end.tolist() for end in network.link_ends)
    for link, at_a, at_b in zip(network.links, a, b, strict=True):
        if at_a >= 0:
            uses[at_a].append(Use(link.a.port, link.speed_bps, link.id))
        if at_b >= 0:
            uses[at_b].append(Use(link.b.port, link.speed_bps, link.id))
    return dict(uses)


@analysis
def endpoint_uses(network: Network) -> dict[int, list[Use]]:
    """Ports that endpoints use, by device, at the speed of their NICs (None of it where the group is unknown)."""
    uses: dict[int, list[Use]] = defaultdict(list)
    groups = network.by_id("endpoint_groups")
    for attachment in network.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        if place is not None:
            group = groups.get(attachment.group)
            speed = group.nic_speed_bps if group is not None else 0
            uses[place].extend(Use(port, speed, attachment.id) for port in attachment.ports)
    return dict(uses)


@analysis
def endpoint_port_counts(network: Network) -> Longs:
    """How many ports face endpoints, by device."""
    counts = np.zeros(len(network.devices), dtype=np.int64)
    for attachment in network.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        if place is not None:
            counts[place] += len(attachment.ports)
    return counts


@analysis
def endpoint_bandwidth_bps(network: Network) -> Longs:
    """The sum of the speeds of ports that face endpoints, by device."""
    total = np.zeros(len(network.devices), dtype=np.int64)
    groups = network.by_id("endpoint_groups")
    for attachment in network.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        group = groups.get(attachment.group)
        if place is not None and group is not None:
            total[place] += len(attachment.ports) * group.nic_speed_bps
    return total


@analysis
def service_links(network: Network) -> Longs:
    """How many links to devices outside its fabric (service nodes, access points) each device has."""
    from netdesign.analysis.tiers import fabric_of
    from netdesign.model.vocabulary import LinkPurpose

    fabric = np.append(fabric_of(network), -1)
    a, b = network.link_ends
    outward = network.links_for(LinkPurpose.ATTACHMENT, LinkPurpose.CIRCUIT) & (fabric[a] != fabric[b])
    counts = np.bincount(a[outward], minlength=len(network.devices))
    return counts + np.bincount(b[outward], minlength=len(network.devices))


def edge_port_names(kind: DeviceType, speed_bps: int) -> int:
    """How many links of a speed the data ports of a device type carry, uplinks included."""
    return kind.usable_ports(speed_bps)
