"""Which services hosts and devices get to: addresses by relay, resolvers, time, logins, logs and monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.forwarding.reachability import gets_to, group_origins
from netdesign.analysis.protocols.providers import provider_devices
from netdesign.analysis.security.logins import USER_EDGE, alike, services_reached
from netdesign.graph.network import Network, analysis
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointKind
from netdesign.model.security import IpProtocol
from netdesign.model.vocabulary import SubnetPurpose

if TYPE_CHECKING:
    from netdesign.model.addressing import Subnet
    from netdesign.model.inventory import EndpointGroup

ROAMING = USER_EDGE | {EndpointKind.WIRELESS_CLIENT}
"""Endpoints that come and go, so that somebody has to hand addresses to them."""
DNS_PORT = 53


class Leased(NamedTuple):
    """A subnet of hosts, the groups on it, and the address servers that its relays name and that hosts get to."""

    subnet: Subnet
    groups: tuple[str, ...]
    roaming: bool
    unknown: tuple[str, ...]
    reached: tuple[str, ...]


def instances(network: Network, kind: ServiceKind) -> tuple[ServiceInstance, ...]:
    """The instances of a kind of service."""
    return tuple(one for one in network.design.infrastructure.service_instances if one.kind is kind)


@analysis
def leased_subnets(network: Network) -> tuple[Leased, ...]:
    """The IPv4 subnets of hosts that hand addresses out, or that endpoints which come and go are in."""
    groups: dict[str, list[EndpointGroup]] = {}
    for group in network.design.inventory.endpoint_groups:
        for vlan in group.vlans:
            groups.setdefault(vlan, []).append(group)
    known = {one.id: one for one in instances(network, ServiceKind.DHCP)}
    found = []
    for subnet in network.design.addressing.subnets:
        mine = groups.get(subnet.vlan or "", [])
        roaming = any(group.kind in ROAMING for group in mine)
        if subnet.purpose is SubnetPurpose.HOSTS and ":" not in subnet.prefix and (subnet.dhcp or roaming):
            names = tuple(dict.fromkeys(subnet.dhcp_relays))
            beside = tuple(one.id for one in known.values() if one.subnet == subnet.id)
            reached = tuple(n for n in (*names, *beside) if n in known and _reach(network, mine, n))
            unknown = tuple(name for name in names if name not in known)
            found.append(Leased(subnet, tuple(group.id for group in mine), roaming, unknown, reached))
    return tuple(found)


def _reach(network: Network, groups: list[EndpointGroup], service: str) -> bool:
    """Whether hosts of every group that has a subnet get to a service."""
    starts = [origins for group in groups if (origins := group_origins(network, group.id))]
    return all(gets_to(network, origins, service) for origins in starts)


@analysis
def resolvers_reached(network: Network) -> dict[str, tuple[str, ...]]:
    """The resolvers that each endpoint group gets to; groups that ask those of a provider are left out."""
    outside = {network.devices[at].id for at in range(len(network.devices)) if provider_devices(network)[at]}
    abroad = {
        name
        for flow in network.design.traffic.flows
        if flow.service.protocol in (IpProtocol.UDP, IpProtocol.TCP, IpProtocol.ANY)
        and flow.service.first_port <= DNS_PORT <= flow.service.last_port
        and outside.intersection(flow.targets)
        for name in flow.sources
    }
    return {
        group.id: tuple(
            one.id
            for one in instances(network, ServiceKind.DNS)
            if gets_to(network, group_origins(network, group.id), one.id)
        )
        for group in network.design.inventory.endpoint_groups
        if group.id not in abroad and group_origins(network, group.id)
    }


@analysis
def served_devices(network: Network, kind: ServiceKind) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The managed devices, by position, by the instances of a kind of service that they name and get to."""
    reached, found = services_reached(network, kind), dict[tuple[str, ...], list[int]]()
    for devices in alike(network).values():
        for device in devices:
            found.setdefault(reached[device], []).append(device)
    return {names: tuple(devices) for names, devices in found.items()}
