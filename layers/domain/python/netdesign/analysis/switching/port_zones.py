"""Ports that face endpoints and lead into zones that the endpoints have nothing to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.model.inventory import PortProfile


class Stray(NamedTuple):
    """A group on ports of a profile that carries VLANs of other zones: attachments, the VLANs, and their zones."""

    group: str
    profile: str
    attachments: tuple[str, ...]
    vlans: tuple[str, ...]
    zones: tuple[str, ...]


@analysis
def stray_ports(network: Network) -> tuple[Stray, ...]:
    """By group and profile, in the design's order; VLANs and groups without a zone lead nowhere."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    found: dict[tuple[str, str], list[str]] = {}
    for one in network.design.inventory.attachments:
        if one.group in groups and one.profile in profiles:
            found.setdefault((one.group, one.profile), []).append(one.id)
    made = []
    for (group, name), attachments in found.items():
        foreign = _foreign(network, profiles[name], groups[group].zone)
        if foreign:
            zones = tuple(sorted(set(foreign.values())))
            made.append(Stray(group, name, tuple(attachments), tuple(foreign), zones))
    return tuple(made)


def _foreign(network: Network, profile: PortProfile, zone: str) -> dict[str, str]:
    """The VLANs of a profile that lie in another zone, with that."""
    known = network.by_id("vlans")
    names = dict.fromkeys((*profile.vlans, *((profile.native_vlan,) if profile.native_vlan else ())))
    zones = {name: known[name].zone for name in names if name in known}
    return {name: where for name, where in zones.items() if where is not None and where != zone}
