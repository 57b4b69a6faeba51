"""Which zones hold guests, things, users and servers: read from VLANs and endpoints, never from names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.address_text import parse, within
from netdesign.analysis.facts.addresses import subnet_blocks, subnet_prefixes
from netdesign.analysis.policy.needs import service_prefixes
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.policy.zones import places, tunnel_zones, zones_exposed
from netdesign.graph.headerspace import ANY_ADDRESS, Box, Space, space
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import summarise
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Exposure, VlanPurpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.headerspace import Range
    from netdesign.model.infrastructure import ServiceKind

SERVING = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
PEOPLE = frozenset({EndpointKind.USER, EndpointKind.WIRELESS_CLIENT})


@analysis
def vlan_zones(network: Network, purpose: VlanPurpose) -> frozenset[str]:
    """The zones of VLANs of a purpose, by the VLAN itself, its VRF or its endpoints."""
    vlans = {vlan.id: vlan for vlan in network.design.switching.vlans if vlan.purpose is purpose}
    by_vrf = {vrf.id: vrf.zone for vrf in network.design.switching.vrfs}
    found = {vlan.zone or by_vrf.get(vlan.vrf or "") for vlan in vlans.values()}
    found |= {group.zone for group in network.design.inventory.endpoint_groups if vlans.keys() & set(group.vlans)}
    return frozenset(zone for zone in found if zone is not None)


@analysis
def guest_zones(network: Network) -> frozenset[str]:
    """The zones of guests."""
    return vlan_zones(network, VlanPurpose.GUEST)


@analysis
def thing_zones(network: Network) -> frozenset[str]:
    """The zones of printers, cameras, sensors and machines."""
    return vlan_zones(network, VlanPurpose.IOT) - guest_zones(network)


@analysis
def zones_of(network: Network, kinds: frozenset[EndpointKind]) -> frozenset[str]:
    """The zones with endpoints of one of the kinds."""
    return frozenset(group.zone for group in network.design.inventory.endpoint_groups if group.kind in kinds)


@analysis
def user_zones(network: Network) -> frozenset[str]:
    """The zones where people of the house work."""
    return zones_of(network, PEOPLE) - guest_zones(network) - thing_zones(network)


@analysis
def server_zones(network: Network) -> frozenset[str]:
    """The zones of servers and storage, and those of restricted data."""
    restricted = {zone.id for zone in zones_exposed(network, Exposure.RESTRICTED)}
    outer = {zone.id for zone in zones_exposed(network, Exposure.DMZ, Exposure.INTERNET)}
    return (zones_of(network, SERVING) | restricted) - outer


@analysis
def outer_zones(network: Network) -> frozenset[str]:
    """The zones exposed as the Internet."""
    return frozenset(zone.id for zone in zones_exposed(network, Exposure.INTERNET))


@analysis
def inner_zones(network: Network) -> tuple[str, ...]:
    """The zones that lie somewhere, those aside that are the Internet or hold tunnels alone."""
    known, others = network.by_id("zones"), outer_zones(network) | tunnel_zones(network)
    return tuple(sorted(zone for zone in places(network) if zone in known and zone not in others))


def instances(network: Network, *kinds: ServiceKind) -> tuple[str, ...]:
    """Ids of the service instances of some kinds."""
    return tuple(one.id for one in network.design.infrastructure.service_instances if one.kind in kinds)


def towards(network: Network, names: Iterable[str]) -> Space:
    """Headers to the addresses of service instances."""
    return addressed(text for name in names for text in service_prefixes(network, name))


def host_ranges(prefixes: Iterable[str]) -> list[tuple[int, Range]]:
    """(IP version, addresses) of prefixes."""
    texts = dict.fromkeys(prefixes)
    return [(v, ends) for text in texts for v in (4, 6) if (ends := prefix_range(text, v)) is not None]


PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Addresses that the Internet does not route (RFC 1918, 6598, 4193)."""


@analysis
def private_prefixes(network: Network) -> tuple[str, ...]:
    """The fewest prefixes that hold the subnets of the design that the Internet does not route."""
    blocks, inside = subnet_blocks(network), np.flatnonzero(within(subnet_prefixes(network), parse(PRIVATE)))
    known = (blocks[at] for at in inside.tolist())
    return tuple(str(prefix) for prefix in summarise(block for block in known if block is not None))


@analysis
def private_sources(network: Network) -> Space:
    """Headers from these prefixes."""
    return addressed(private_prefixes(network), source=True)


def on_ports(*ports: tuple[int, int, int]) -> Space:
    """Headers to any address on (protocol, first port, last port)."""
    return space(
        Box(version, ANY_ADDRESS[version], ANY_ADDRESS[version], (protocol, protocol), target_port=(first, last))
        for version in (4, 6)
        for protocol, first, last in ports
    )


def addressed(prefixes: Iterable[str], *, source: bool = False) -> Space:
    """Headers to (or from) any of the prefixes."""
    return space(
        Box(v, ends, ANY_ADDRESS[v]) if source else Box(v, ANY_ADDRESS[v], ends) for v, ends in host_ranges(prefixes)
    )
