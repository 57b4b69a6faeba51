"""The hosts that network services run on, and the disks of log collectors."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.model.addressing import Subnet
    from netdesign.model.infrastructure import ServiceInstance
    from netdesign.model.inventory import EndpointGroup

TERABYTE = 10**12


def host_count(instances: Iterable[ServiceInstance], subnets: Iterable[Subnet], groups: Iterable[EndpointGroup]) -> int:
    """Servers in the VLANs that service instances have their addresses in."""
    used = {instance.subnet for instance in instances}
    vlans = {subnet.vlan for subnet in subnets if subnet.id in used and subnet.vlan is not None}
    mine = (group for group in groups if group.kind is EndpointKind.SERVER and vlans.intersection(group.vlans))
    return sum(max(0, group.count) for group in mine)


def storage_tb(instances: Iterable[ServiceInstance]) -> int:
    """Whole terabytes that all collectors keep, each for itself."""
    return sum(ceil(max(0, instance.storage_bytes or 0) / TERABYTE) for instance in instances)


@analysis
def service_hosts(network: Network) -> int:
    """Hosts of the services of a design."""
    design = network.design
    instances = design.infrastructure.service_instances
    return host_count(instances, design.addressing.subnets, design.inventory.endpoint_groups)


@analysis
def collector_tb(network: Network) -> int:
    """Terabytes of the collectors of a design."""
    return storage_tb(network.design.infrastructure.service_instances)
