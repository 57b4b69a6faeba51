"""Who needs each VLAN where: routed interfaces with addresses, and endpoints; and what keeps them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import distinct
from netdesign.analysis.switching.vlan_parts import vlan_parts
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs
    from netdesign.model.inventory import PortProfile


class VlanUsers(NamedTuple):
    """One row a user: the VLAN (by code), the device that it is on, and the part of the VLAN that it stands in."""

    vlan: Longs
    device: Longs
    part: Longs


def carried_by(profile: PortProfile) -> frozenset[str]:
    """The VLANs that ports of a profile let through."""
    return frozenset((*profile.vlans, *((profile.native_vlan,) if profile.native_vlan else ())))


@analysis
def wired_endpoints(network: Network) -> tuple[tuple[str, str, str], ...]:
    """(group, device, profile) of every attachment; access points tunnel their clients or speak for themselves."""
    radios = {device.id for device in network.devices if device.role is Role.ACCESS_POINT}
    found = {(fact.group, fact.device, fact.profile) for fact in network.design.inventory.attachments}
    return tuple(sorted(row for row in found if row[1] not in radios))


@analysis
def vlan_users(network: Network) -> VlanUsers:
    """All users of all VLANs."""
    table, graph, parts = interfaces(network), layer3(network), vlan_parts(network)
    medium = media_of(network)
    some = distinct(graph.member_interface)
    some = some[(medium[some] >= 0) & (medium[some] < len(table.vlans))]
    vlan, device = _homes(network)
    return VlanUsers(
        np.concatenate([medium[some], vlan]),
        np.concatenate([table.device[some].astype(np.int64), device]),
        np.concatenate([parts.of_interface[some], parts.at(vlan, device)]),
    )


def _homes(network: Network) -> tuple[Longs, Longs]:
    """(VLAN, device) wherever an endpoint that has the VLAN hangs on a port that carries it."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    carried = {name: carried_by(profile) for name, profile in profiles.items()}
    index, codes = network.device_index, interfaces(network).vlans
    pairs = {
        (codes[vlan], index[device])
        for group, device, profile in wired_endpoints(network)
        if group in groups and device in index and network.in_service[index[device]]
        for vlan in carried.get(profile, frozenset()).intersection(groups[group].vlans)
        if vlan in codes
    }
    vlan, device = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    return vlan, device


class CutVlan(NamedTuple):
    """A VLAN (by code) whose users stand in several parts: the devices of each part, by position."""

    vlan: int
    parts: tuple[tuple[int, ...], ...]


@analysis
def cut_vlans(network: Network) -> tuple[CutVlan, ...]:
    """Every VLAN with users that cannot hear each other."""
    users = vlan_users(network)
    count = int(users.vlan.max(initial=-1)) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(least, users.vlan, users.part)
    np.maximum.at(most, users.vlan, users.part)
    found = []
    for vlan in np.flatnonzero(least < most).tolist():
        mine = users.vlan == vlan
        parts: dict[int, set[int]] = {}
        for device, part in zip(users.device[mine].tolist(), users.part[mine].tolist(), strict=True):
            parts.setdefault(part, set()).add(device)
        found.append(CutVlan(vlan, tuple(sorted(tuple(sorted(some)) for some in parts.values()))))
    return tuple(found)


@analysis
def unserved_endpoints(network: Network) -> tuple[tuple[str, str], ...]:
    """(group, profile) of endpoints that hang on ports which carry none of their VLANs."""
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    pairs = {(group, profile) for group, _, profile in wired_endpoints(network)}
    return tuple(
        (group, profile)
        for group, profile in sorted(pairs)
        if group in groups
        and profile in profiles
        and groups[group].vlans
        and not carried_by(profiles[profile]).intersection(groups[group].vlans)
    )
