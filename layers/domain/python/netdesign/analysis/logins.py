"""How devices are managed, and how endpoints are let in: services that devices reach, ports and WLANs with 802.1X."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netdesign.analysis.reachability import Origin, gets_to, origins
from netdesign.analysis.zones import enforcement_points
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.model.infrastructure import ServiceKind
    from netdesign.model.security import ManagementProfile

USER_EDGE = frozenset(
    {EndpointKind.USER, EndpointKind.PHONE, EndpointKind.PRINTER, EndpointKind.CAMERA, EndpointKind.SENSOR}
)
"""Endpoints whose ports anyone may walk up to; those of servers stand behind a locked door."""

Reached = tuple[str, ...]


@analysis
def managed_devices(network: Network) -> tuple[int, ...]:
    """Devices in service that are managed here, by position."""
    return tuple(at for at, device in enumerate(network.devices) if device.managed and device.in_service)


def reports_itself(network: Network, device: int) -> bool:
    """Whether the device has a management address of its own; access points speak through their controller."""
    return network.devices[device].role is not Role.ACCESS_POINT


def profile_of(network: Network, device: int) -> ManagementProfile | None:
    """The management profile of a device."""
    found: ManagementProfile | None = network.by_id("management_profiles").get(
        network.devices[device].management_profile or ""
    )
    return found


def named(profile: ManagementProfile, kind: ServiceKind) -> tuple[str, ...]:
    """The instances of a kind of service that a profile names, without doubles."""
    by_kind = {
        "aaa": profile.aaa,
        "ntp": profile.ntp,
        "log": profile.logs,
        "flow": profile.flows,
        "monitor": profile.monitors,
    }
    return tuple(dict.fromkeys(by_kind.get(kind.value, ())))


@analysis
def services_reached(network: Network, kind: ServiceKind, failed: frozenset[int] = frozenset()) -> dict[int, Reached]:
    """The instances of a kind of service that each managed device names and gets to, by position.

    An access point gets to what its profile names: its controller speaks for it.
    """
    instances = network.by_id("service_instances")
    known: dict[tuple[str | None, tuple[Origin, ...]], Reached] = {}
    found = {}
    starts = origins(network)
    for device in managed_devices(network):
        profile = profile_of(network, device)
        wanted = (
            tuple(n for n in named(profile, kind) if n in instances and instances[n].kind is kind) if profile else ()
        )
        if not reports_itself(network, device):
            found[device] = wanted
            continue
        key = (profile.id if profile else None, starts.get(device, ()))
        if key not in known:
            known[key] = tuple(name for name in wanted if gets_to(network, key[1], name, failed))
        found[device] = known[key]
    return found


@analysis
def least_reached(network: Network, kind: ServiceKind) -> dict[int, Reached]:
    """As `services_reached`, once that enforcement point has failed whose loss leaves a device the fewest."""
    worst = dict(services_reached(network, kind))
    points = enforcement_points(network)
    for point in points:
        for device, reached in services_reached(network, kind, frozenset((point,))).items():
            if device != point and len(reached) < len(worst[device]):
                worst[device] = reached
    return worst


@dataclass(frozen=True, slots=True)
class EdgePorts:
    """Ports that anyone may plug into: how many, with 802.1X, and known by their MAC address alone."""

    total: int
    authenticated: int
    by_address: int

    @property
    def share(self) -> float:
        """The share with 802.1X; 1 where there are none."""
        return self.authenticated / self.total if self.total else 1.0

    @property
    def address_share(self) -> float:
        """The share known by MAC address alone; 0 where there are none."""
        return self.by_address / self.total if self.total else 0.0


@analysis
def edge_ports(network: Network) -> EdgePorts:
    """The ports of all attachments of users, phones, printers, cameras and sensors."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    counts: dict[tuple[bool, bool], int] = defaultdict(int)
    for attachment in network.design.inventory.attachments:
        group = groups.get(attachment.group)
        if group is not None and group.kind in USER_EDGE:
            profile = profiles.get(attachment.profile)
            state = (profile.dot1x, profile.mac_bypass) if profile is not None else (False, False)
            counts[state] += len(attachment.ports)
    return EdgePorts(sum(counts.values()), counts[True, False] + counts[True, True], counts[False, True])


@analysis
def open_profiles(network: Network) -> tuple[str, ...]:
    """The port profiles without 802.1X that such ports use, ascending."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    found = set()
    for attachment in network.design.inventory.attachments:
        group, profile = groups.get(attachment.group), profiles.get(attachment.profile)
        if group is not None and group.kind in USER_EDGE and attachment.ports and not (profile and profile.dot1x):
            found.add(attachment.profile)
    return tuple(sorted(found))
