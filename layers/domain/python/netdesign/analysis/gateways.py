"""Which devices are the gateway of which VLAN, and where the VLAN's endpoints are attached."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface

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
    at: dict[str, set[int]] = defaultdict(set)
    for attachment in network.design.inventory.attachments:
        if attachment.device in index:
            at[attachment.group].add(index[attachment.device])
    subnets = network.design.addressing.subnets
    found: dict[str, set[int]] = {s.vlan: set() for s in subnets if s.vlan and s.purpose is SubnetPurpose.HOSTS}
    for group in network.design.inventory.endpoint_groups:
        for vlan in group.vlans:
            if vlan in found:
                found[vlan].update(at[group.id])
    return {vlan: frozenset(places) for vlan, places in found.items()}
