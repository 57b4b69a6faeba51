"""Which devices are the gateway of which VLAN, and where the VLAN's endpoints are attached."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface
    from netdesign.model.inventory import EndpointGroup, PortProfile

ROUTED_KINDS = frozenset({InterfaceKind.SVI, InterfaceKind.SUBINTERFACE})


@analysis
def gateways(network: Network) -> dict[str, frozenset[int]]:
    """The devices in service with a routed interface in each VLAN, by id of the VLAN."""
    found: dict[str, set[int]] = defaultdict(set)
    for interface, place in zip(network.interfaces, network.interface_devices.tolist(), strict=True):
        if interface.vlan is not None and place >= 0 and network.in_service[place] and _routes(interface):
            found[interface.vlan].add(place)
    return {vlan: frozenset(places) for vlan, places in found.items()}


def _routes(interface: Interface) -> bool:
    return interface.kind in ROUTED_KINDS and interface.enabled and bool(interface.addresses or interface.virtual_addresses)


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
                    found[vlan].add(index[attachment.device])
    return {vlan: frozenset(places) for vlan, places in found.items()}


def _vlans(group: EndpointGroup | None, profile: PortProfile | None) -> frozenset[str]:
    """The VLANs of the group that its ports carry; all of them where no profile narrows them."""
    wanted = frozenset(group.vlans) if group is not None else frozenset()
    carried = wanted.intersection((*profile.vlans, profile.native_vlan)) if profile is not None else wanted
    return carried or wanted
