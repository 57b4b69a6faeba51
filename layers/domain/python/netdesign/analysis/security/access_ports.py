"""Ports that face endpoints, by profile: who is on them, and which guards they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netdesign.analysis.security.logins import USER_EDGE
from netdesign.graph.network import Network, analysis
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.inventory import EndpointKind, Homing

if TYPE_CHECKING:
    from netdesign.model.inventory import Attachment, EndpointGroup, PortProfile

ALWAYS = ("ra_guard",)
WIRED = ("bpdu_guard", "storm_control")
LEASED = ("dhcp_snooping", "arp_inspection", "source_guard")
GUARDS = (*ALWAYS, *WIRED, *LEASED)
SERVERS = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})


@dataclass(frozen=True, slots=True)
class Access:
    """The ports of one profile: `name` is its id, also where there is no such profile."""

    name: str
    profile: PortProfile | None
    ports: int
    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    serves: bool
    """Servers alone are on them."""
    guards: tuple[str, ...]
    """The fields of the profile that have to be on."""


@analysis
def accesses(network: Network) -> tuple[Access, ...]:
    """Every profile that ports of attachments name, by id; attachments without ports use those of others."""
    profiles, groups = network.by_id("port_profiles"), network.by_id("endpoint_groups")
    found = []
    for name, attachments in sorted(network.grouped("attachments", "profile").items()):
        used = [a for a in attachments if a.ports and a.device in network.device_index]
        if used:
            facts = {a.group: groups.get(a.group) for a in used}
            found.append(_access(network, name, profiles.get(name), used, facts))
    return tuple(found)


def _access(
    network: Network,
    name: str,
    profile: PortProfile | None,
    used: list[Attachment],
    groups: dict[str, EndpointGroup | None],
) -> Access:
    known = [group for group in groups.values() if group is not None]
    wired = not known or any(group.homing is not Homing.WIRELESS for group in known)
    serves = bool(known) and len(known) == len(groups) and all(group.kind in SERVERS for group in known)
    leased = not serves or any(_leases(network, vlan) for group in known for vlan in group.vlans)
    return Access(
        name=name,
        profile=profile,
        ports=sum(len(a.ports) for a in used),
        groups=tuple(sorted(groups)),
        kinds=tuple(sorted({group.kind.value for group in known})) or ("unknown",),
        serves=serves,
        guards=(*ALWAYS, *(WIRED if wired else ()), *(LEASED if leased else ())),
    )


@analysis
def _leases(network: Network, vlan: str) -> bool:
    """Whether addresses of a VLAN are handed out."""
    return any(subnet.dhcp for subnet in network.grouped("subnets", "vlan").get(vlan, ()))


@analysis
def address_server_profiles(network: Network) -> tuple[tuple[PortProfile, str], ...]:
    """(profile, service) of the ports that the hosts of DHCP servers may be on."""
    subnets, groups = network.by_id("subnets"), network.by_id("endpoint_groups")
    profiles, by_device = network.by_id("port_profiles"), network.grouped("attachments", "device")
    found: dict[tuple[str, str], PortProfile] = {}
    for service in network.design.infrastructure.service_instances:
        subnet = subnets.get(service.subnet)
        if service.kind is not ServiceKind.DHCP or subnet is None:
            continue
        for device in service.attached_to:
            for attachment in by_device.get(device, ()):
                group, profile = groups.get(attachment.group), profiles.get(attachment.profile)
                if (
                    group
                    and profile
                    and attachment.ports
                    and group.kind not in USER_EDGE
                    and subnet.vlan in group.vlans
                ):
                    found.setdefault((profile.id, service.id), profile)
    return tuple((profile, service) for (_, service), profile in sorted(found.items()))
