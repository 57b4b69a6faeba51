"""How devices are managed, and how endpoints are let in: services that devices reach, ports and WLANs with 802.1X."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.forwarding.reachability import Origin, gets_to, origins, points_passed
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
    """Devices in service that are run here, by position; a device cannot say of itself that it needs no care."""
    return tuple(np.flatnonzero(network.ours & network.in_service).tolist())


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


class Alike(NamedTuple):
    """What devices share that fare alike: their profile (by id), and where their packets start.

    Without origins they have no address to be managed by; with None their controller speaks for them.
    """

    profile: str | None
    origins: tuple[Origin, ...] | None


@analysis
def alike(network: Network) -> dict[Alike, tuple[int, ...]]:
    """The managed devices, by position, in sets that fare alike."""
    found: dict[Alike, list[int]] = {}
    profiles, starts = network.by_id("management_profiles"), origins(network)
    for at in managed_devices(network):
        name = network.devices[at].management_profile
        mine = starts.get(at, ()) if reports_itself(network, at) else None
        found.setdefault(Alike(name if name in profiles else None, mine), []).append(at)
    return {key: tuple(devices) for key, devices in found.items()}


@analysis
def services_reached(network: Network, kind: ServiceKind, failed: frozenset[int] = frozenset()) -> dict[int, Reached]:
    """The instances of a kind of service that each managed device names and gets to, by position.

    An access point gets to what its profile names: its controller speaks for it.
    """
    found: dict[int, Reached] = {}
    for key, devices in alike(network).items():
        found.update(dict.fromkeys(devices, _reached(network, key, kind, failed)))
    return found


def _reached(network: Network, key: Alike, kind: ServiceKind, failed: frozenset[int]) -> Reached:
    profile: ManagementProfile | None = network.by_id("management_profiles").get(key.profile or "")
    instances = network.by_id("service_instances")
    wanted = (
        [] if profile is None else [n for n in named(profile, kind) if n in instances and instances[n].kind is kind]
    )
    if key.origins is None:
        return tuple(wanted)
    return tuple(name for name in wanted if gets_to(network, key.origins, name, failed))


@analysis
def least_reached(network: Network, kind: ServiceKind) -> dict[int, Reached]:
    """As `services_reached`, once that enforcement point has failed whose loss leaves a device the fewest."""
    worst = dict(services_reached(network, kind))
    for key, devices in alike(network).items():
        names = worst[devices[0]] if key.origins is not None else ()
        passed = {point for name in names for point in points_passed(network, key.origins or (), name)}
        for point in sorted(passed):
            reached = _reached(network, key, kind, frozenset((point,)))
            for device in devices:
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
