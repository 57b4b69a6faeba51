"""The tiers of every fabric: the one a role claims, and the one that the cabling gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.network import FORWARDING_PURPOSES, ROLES, Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints

CLOS = (frozenset({Role.SUPER_SPINE}), frozenset({Role.SPINE}), frozenset({Role.LEAF, Role.BORDER_LEAF}))
CAMPUS = (frozenset({Role.CORE}), frozenset({Role.DISTRIBUTION}), frozenset({Role.ACCESS}))
FAMILIES = (CLOS, CAMPUS)
"""Roles by height, the top first, in the two families of fabrics."""

FABRIC_ROLES = frozenset(role for family in FAMILIES for tier in family for role in tier)


@dataclass(frozen=True, eq=False)
class Fabric:
    """The switches of one family at one site; `tiers[0]` is the top. Empty tiers are left out."""

    site: str
    tiers: tuple[Ints, ...]

    @property
    def devices(self) -> Ints:
        """All switches, the top tier first."""
        return np.concatenate(self.tiers)

    @property
    def top(self) -> Ints:
        """The switches of the top tier."""
        return self.tiers[0]

    @property
    def edge(self) -> Ints:
        """The switches of the lowest tier; those of the top where there is only one."""
        return self.tiers[-1]


@analysis
def fabrics(network: Network) -> tuple[Fabric, ...]:
    """Every fabric in service, by site."""
    found = []
    for site, members in sorted(network.devices_by("site").items()):
        places = np.array(members, dtype=np.int32)
        for family in FAMILIES:
            tiers = [places[_has_role(network, places, roles)] for roles in family]
            tiers = [tier for tier in tiers if tier.size]
            if tiers:
                found.append(Fabric(site, tuple(tiers)))
    return tuple(found)


def _has_role(network: Network, places: Ints, roles: frozenset[Role]) -> Bools:
    found: Bools = np.isin(network.role_codes[places], [ROLES.index(role) for role in roles])
    return found


@analysis
def fabric_of(network: Network) -> Ints:
    """The fabric of every device, by position in `fabrics`; -1 for devices of none."""
    numbers = np.full(len(network.devices), -1, dtype=np.int32)
    for number, fabric in enumerate(fabrics(network)):
        numbers[fabric.devices] = number
    return numbers


@analysis
def role_tiers(network: Network) -> Ints:
    """The tier that the role of every device claims in its fabric, 0 for the top; -1 outside fabrics."""
    tiers = np.full(len(network.devices), -1, dtype=np.int32)
    for fabric in fabrics(network):
        for height, members in enumerate(fabric.tiers):
            tiers[members] = height
    return tiers


@analysis
def fabric_links(network: Network) -> Ints:
    """The usable links between two switches of one fabric, by position."""
    a, b = network.link_ends
    fabric = np.append(fabric_of(network), -1)
    inside = (fabric[a] == fabric[b]) & (fabric[a] >= 0)
    found: Ints = np.flatnonzero(inside & network.links_for(*FORWARDING_PURPOSES)).astype(np.int32)
    return found


@analysis
def graph_tiers(network: Network) -> Ints:
    """Hops from the top tier of its fabric to every device, along the fabric's links; -1 where there is no way."""
    hops = np.full(len(network.devices), -1, dtype=np.int32)
    hops[role_tiers(network) == 0] = 0
    chosen = fabric_links(network)
    a, b = (end[chosen] for end in network.link_ends)
    ends, others = np.concatenate([a, b]), np.concatenate([b, a])
    level = 0
    while (reached := others[(hops[ends] == level) & (hops[others] < 0)]).size:
        level += 1
        hops[reached] = level
    return hops


@dataclass(frozen=True, eq=False)
class TierLinks:
    """Links between tiers of a fabric, by position, with the device at the lower and at the upper end."""

    links: Ints
    lower: Ints
    upper: Ints


@analysis
def uplinks(network: Network) -> TierLinks:
    """Every link of a fabric that leads from a lower to a higher tier, whatever it says it is for."""
    chosen, tier = fabric_links(network), role_tiers(network)
    a, b = (end[chosen] for end in network.link_ends)
    rises = tier[a] != tier[b]
    below = tier[a] > tier[b]
    lower, upper = np.where(below, a, b), np.where(below, b, a)
    return TierLinks(chosen[rises], lower[rises], upper[rises])


@analysis
def lateral_links(network: Network) -> Ints:
    """Links between two switches of one tier, by position."""
    chosen, tier = fabric_links(network), role_tiers(network)
    a, b = (end[chosen] for end in network.link_ends)
    level: Ints = chosen[tier[a] == tier[b]]
    return level


@analysis
def uplink_counts(network: Network) -> Ints:
    """How many uplinks each device has."""
    counts: Ints = np.bincount(uplinks(network).lower, minlength=len(network.devices)).astype(np.int32)
    return counts


@analysis
def peers(network: Network) -> tuple[tuple[int, ...], ...]:
    """Switches that should be alike: same fabric, role and block; groups of two and more."""
    groups: dict[tuple[int, Role, str | None], list[int]] = {}
    fabric = fabric_of(network)
    for place in np.flatnonzero(fabric >= 0).tolist():
        device = network.devices[place]
        groups.setdefault((int(fabric[place]), device.role, device.block), []).append(place)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)
