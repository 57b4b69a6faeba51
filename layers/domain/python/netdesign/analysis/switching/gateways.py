"""Which devices are the gateway of which VLAN, and where the VLAN's endpoints are attached."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.interfaces import interfaces
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind, Role, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.model.inventory import EndpointGroup, PortProfile

ROUTED_KINDS = (InterfaceKind.SVI, InterfaceKind.SUBINTERFACE)


@analysis
def gateways(network: Network) -> dict[str, frozenset[int]]:
    """The devices in service with an addressed interface in each VLAN, by id of the VLAN."""
    columns = interfaces(network)
    found: dict[str, set[int]] = defaultdict(set)
    for position in np.flatnonzero(columns.of_kind(*ROUTED_KINDS) & columns.up & (columns.vlan >= 0)).tolist():
        interface = network.interfaces[position]
        if interface.vlan is not None and (interface.addresses or interface.virtual_addresses):
            found[interface.vlan].add(int(columns.device[position]))
    return {vlan: frozenset(places) for vlan, places in found.items()}


@analysis
def host_vlans(network: Network) -> dict[str, frozenset[int]]:
    """VLANs that a subnet of hosts lies in, with the devices where endpoints of the VLAN are attached."""
    index = network.device_index
    subnets = network.design.addressing.subnets
    found: dict[str, set[int]] = {s.vlan: set() for s in subnets if s.vlan and s.purpose is SubnetPurpose.HOSTS}
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    for attachment in network.design.inventory.attachments:
        if attachment.device in index:
            for vlan in _vlans(groups.get(attachment.group), profiles.get(attachment.profile)):
                if vlan in found:
                    found[vlan].update(_switches(network, index[attachment.device]))
    return {vlan: frozenset(places) for vlan, places in found.items()}


def _switches(network: Network, place: int) -> list[int]:
    """The device itself, or the switches that an access point hangs on."""
    if network.devices[place].role is not Role.ACCESS_POINT:
        return [place]
    offsets, neighbour, _ = network.forwarding.adjacency()
    switches: list[int] = neighbour[offsets[place] : offsets[place + 1]].tolist()
    return switches


def _vlans(group: EndpointGroup | None, profile: PortProfile | None) -> frozenset[str]:
    """The VLANs of the group that its ports carry; all of them where no profile narrows them."""
    wanted = frozenset(group.vlans) if group is not None else frozenset()
    carried = wanted.intersection((*profile.vlans, profile.native_vlan)) if profile is not None else wanted
    return carried or wanted
