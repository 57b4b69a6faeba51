"""On how many devices endpoints and service nodes hang, as the ports in use say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import TRANSIT_ROLES
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Role, ServiceClass

if TYPE_CHECKING:
    from netdesign.model.inventory import EndpointGroup

SERVERS = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
SERVICE_NODES = (Role.FIREWALL, Role.LOAD_BALANCER, Role.WIRELESS_CONTROLLER)


@analysis
def endpoints_at(network: Network) -> dict[str, dict[str, int]]:
    """By group and device in service, how many endpoints have a port there that is up."""
    profiles, index = network.by_id("port_profiles"), network.device_index
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in network.design.inventory.attachments:
        profile, place = profiles.get(one.profile), index.get(one.device)
        if place is not None and network.in_service[place] and (profile is None or profile.enabled):
            found[one.group][one.device] += min(max(0, one.endpoints), len(set(one.ports)))
    return {group: dict(devices) for group, devices in found.items()}


def single_homed(network: Network, group: EndpointGroup) -> int:
    """How many endpoints of a group hang on fewer than two devices, at best."""
    count = max(0, group.count)
    homes = sum(min(count, here) for here in endpoints_at(network).get(group.id, {}).values())
    return max(0, 2 * count - homes) if homes < 2 * count else 0


@analysis
def gold_groups(network: Network) -> tuple[EndpointGroup, ...]:
    """Groups of servers that are gold, or that a gold flow comes from or goes to."""
    ends = {
        name
        for flow in network.design.traffic.flows
        if flow.service_class is ServiceClass.GOLD
        for name in (*flow.sources, *flow.targets)
    }
    return tuple(
        group
        for group in network.design.inventory.endpoint_groups
        if group.kind in SERVERS and group.count > 0 and (group.service_class is ServiceClass.GOLD or group.id in ends)
    )


class Uplinked(NamedTuple):
    """A firewall, load balancer or controller by position, and the switches that it hangs on."""

    device: int
    switches: tuple[int, ...]


@analysis
def service_nodes(network: Network) -> tuple[Uplinked, ...]:
    """Every service node in service with the switches and routers that its usable links lead to."""
    a, b = network.link_ends
    forwards = np.fromiter((device.role in TRANSIT_ROLES for device in network.devices), np.bool_, len(network.devices))
    live = network.links_for(*FORWARDING_PURPOSES)
    found = []
    for place in network.with_role(*SERVICE_NODES).tolist():
        far = np.concatenate([b[live & (a == place)], a[live & (b == place)]])
        found.append(Uplinked(place, tuple(np.unique(far[forwards[far]]).tolist())))
    return tuple(found)
