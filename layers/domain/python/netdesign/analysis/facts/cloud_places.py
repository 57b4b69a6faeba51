"""What lies in which availability zone at a cloud provider, and what joins hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.model.cloud import CloudAttachment, CloudConnection, CloudNetwork, CloudSubnet

ASIDE = frozenset({"non-production", "shared-services", "inspection"})
"""Trust domains of networks that hold no workloads of production."""


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
def joined_sites(network: Network) -> frozenset[str]:
    """Sites that a connection to a hub ends at."""
    devices = {device.id: device.site for device in network.devices}
    found = {one.site or devices.get(one.device or "") for one in network.design.cloud.cloud_connections}
    return frozenset(site for site in found if site is not None)


@analysis
def cloud_zone_names(network: Network) -> frozenset[str]:
    """Security zones that networks at providers belong to, or that lie behind connections to them."""
    cloud = network.design.cloud
    names = {one.zone for one in cloud.cloud_networks} | {one.zone for one in cloud.cloud_connections}
    return frozenset(name for name in names if name is not None)


@analysis
def workload_count(network: Network) -> int:
    """Workloads of production: those in networks that are not for tests or for services that all share."""
    counted = {one.id for one in network.design.cloud.cloud_networks if counts_as_production(one)}
    return sum(max(0, one.workloads) for one in network.design.cloud.cloud_subnets if one.network in counted)


def counts_as_production(network: CloudNetwork) -> bool:
    """Whether a network holds what was asked for, rather than tests or what serves the other networks."""
    return network.domain not in ASIDE


@analysis
def doors(network: Network) -> dict[str, Door]:
    """Devices of ours that stand for the provider's end of a dedicated port, with what lies behind them."""
    found: dict[str, Door] = {}
    behind: dict[str, list[str]] = {}
    networks = network.by_id("cloud_networks")
    for one in network.design.cloud.cloud_attachments:
        home = networks.get(one.network)
        behind.setdefault(one.hub, []).extend(home.prefixes if home is not None else ())
    for way in network.design.cloud.cloud_connections:
        if way.cloud_device in network.device_index and way.seen_as is not None:
            known = found.get(way.cloud_device or "")
            more = tuple(behind.get(way.hub, ()))
            prefixes = (*known.prefixes, *more) if known is not None else more
            found[way.cloud_device or ""] = Door(way.seen_as, tuple(dict.fromkeys(prefixes)))
    return found


class Door(NamedTuple):
    """The zone that premises see a provider as at the end of a dedicated port, and the prefixes of its networks."""

    zone: str
    prefixes: tuple[str, ...]


@analysis
def connections_of(network: Network) -> dict[str, tuple[CloudConnection, ...]]:
    """The ways from the premises to each hub."""
    found: dict[str, list[CloudConnection]] = {}
    for one in network.design.cloud.cloud_connections:
        found.setdefault(one.hub, []).append(one)
    return {name: tuple(some) for name, some in found.items()}
