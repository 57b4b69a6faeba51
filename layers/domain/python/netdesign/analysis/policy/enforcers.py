"""Enforcement points: the firewalls that stand in for one another, and which of them carries traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import HaMode
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.model.inventory import HaGroup


@dataclass(frozen=True, slots=True)
class Enforcer:
    """Firewalls (by position) that enforce as one at a site, in order of precedence, and the zones they bind."""

    site: str
    members: tuple[int, ...]
    mode: HaMode
    zones: frozenset[str]

    def carriers(self, network: Network, failed: Iterable[int] = ()) -> tuple[int, ...]:
        """The members that carry traffic when `failed` devices are down: all of them, or the first."""
        alive = tuple(m for m in self.members if network.in_service[m] and m not in set(failed))
        return alive if self.mode is HaMode.ACTIVE_ACTIVE else alive[:1]


@analysis
def enforcers(network: Network) -> tuple[Enforcer, ...]:
    """Every firewall once: with its high-availability group, or alone."""
    firewalls = set(network.with_role(Role.FIREWALL).tolist())
    zones = _bound_zones(network, firewalls)
    found, grouped = [], set[int]()
    for group in network.design.inventory.ha_groups:
        members = tuple(m for m in _positions(network, group) if m in firewalls and m not in grouped)
        if members:
            grouped.update(members)
            found.append(_enforcer(network, members, group.mode, zones))
    alone = (_enforcer(network, (place,), HaMode.NONE, zones) for place in sorted(firewalls - grouped))
    return (*found, *alone)


@analysis
def standby_devices(network: Network, failed: frozenset[int] = frozenset()) -> frozenset[int]:
    """Members of active/standby groups that wait for another member to fail."""
    waiting = set[int]()
    for group in network.design.inventory.ha_groups:
        if group.mode is HaMode.ACTIVE_STANDBY:
            alive = [m for m in _positions(network, group) if network.in_service[m] and m not in failed]
            waiting.update(alive[1:])
    return frozenset(waiting)


def waypoint(network: Network, site: str | None, zones: tuple[str | None, str | None]) -> tuple[Enforcer, ...]:
    """The enforcers of a site that traffic between two zones passes: those that bind most of the two."""
    local = _enforcers_by_site(network).get(site, [])
    best = max((len(enforcer.zones.intersection(zones)) for enforcer in local), default=0)
    return tuple(enforcer for enforcer in local if len(enforcer.zones.intersection(zones)) == best)


@analysis
def _enforcers_by_site(network: Network) -> dict[str | None, list[Enforcer]]:
    found: dict[str | None, list[Enforcer]] = {}
    for enforcer in enforcers(network):
        found.setdefault(enforcer.site, []).append(enforcer)
    return found


def _positions(network: Network, group: HaGroup) -> tuple[int, ...]:
    index = network.device_index
    return tuple(dict.fromkeys(index[member] for member in group.members if member in index))


def _bound_zones(network: Network, firewalls: set[int]) -> dict[int, set[str]]:
    bound: dict[int, set[str]] = {firewall: set() for firewall in firewalls}
    for place in np.flatnonzero(np.isin(network.interface_devices, sorted(firewalls))).tolist():
        zone = network.interfaces[place].zone
        if zone is not None:
            bound[int(network.interface_devices[place])].add(zone)
    return bound


def _enforcer(network: Network, members: tuple[int, ...], mode: HaMode, zones: dict[int, set[str]]) -> Enforcer:
    bound = frozenset(zone for member in members for zone in zones[member])
    return Enforcer(network.devices[members[0]].site, members, mode, bound)
