"""What lies in which availability zone at a cloud provider, and what joins hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.model.cloud import CloudAttachment, CloudConnection, CloudSubnet


@analysis
def used_zones(network: Network) -> dict[str, frozenset[str]]:
    """Availability zones that each cloud network uses: those it names, and those where it has workloads."""
    found = {one.id: set(one.availability_zones) for one in network.design.cloud.cloud_networks}
    for subnet in network.design.cloud.cloud_subnets:
        if subnet.workloads > 0:
            found.setdefault(subnet.network, set()).add(subnet.availability_zone)
    return {name: frozenset(zones) for name, zones in found.items()}


@analysis
def subnets_of(network: Network) -> dict[str, tuple[CloudSubnet, ...]]:
    """The subnets of each cloud network."""
    found: dict[str, list[CloudSubnet]] = {}
    for subnet in network.design.cloud.cloud_subnets:
        found.setdefault(subnet.network, []).append(subnet)
    return {name: tuple(some) for name, some in found.items()}


@analysis
def attachments_of(network: Network) -> dict[str, tuple[CloudAttachment, ...]]:
    """The attachments of each hub."""
    found: dict[str, list[CloudAttachment]] = {}
    for one in network.design.cloud.cloud_attachments:
        found.setdefault(one.hub, []).append(one)
    return {name: tuple(some) for name, some in found.items()}


@analysis
def connections_of(network: Network) -> dict[str, tuple[CloudConnection, ...]]:
    """The ways from the premises to each hub."""
    found: dict[str, list[CloudConnection]] = {}
    for one in network.design.cloud.cloud_connections:
        found.setdefault(one.hub, []).append(one)
    return {name: tuple(some) for name, some in found.items()}
