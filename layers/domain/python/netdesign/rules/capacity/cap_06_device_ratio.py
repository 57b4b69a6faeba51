"""CAP-06: edge switches are neither too full nor one too many."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_matching import port_uses
from netdesign.analysis.equipment.port_supply import endpoint_ports, endpoint_ports_used, uplink_bps
from netdesign.analysis.facts.carriage import DUAL_HOMED
from netdesign.analysis.facts.tiers import uplinks
from netdesign.analysis.traffic.demand import USER_PORT_BPS, leaf_ceiling
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

TINY = 1e-9
EDGE = (Role.ACCESS, Role.LEAF, Role.BORDER_LEAF)


class Fill(NamedTuple):
    """Ports that endpoints take and could take, by device."""

    used: Longs
    usable: Longs


def _applies(case: Case) -> bool:
    return bool(case.network.with_role(*EDGE).size)


@rule(
    code="CAP-06",
    name="device-ratio",
    title="Device to Component Ratio",
    category=Category.CAPACITY,
    severity=Severity.WARNING,
    applies="designs with access switches or leaves",
    applicable=_applies,
    flags="An edge switch whose ports for endpoints are fuller than the spare share of the redundancy level allows, or"
    " that has more endpoints than ports (an error); and like edge switches of one room and one set of VLANs, or"
    " leaves of one fabric, of which one, or the pair that serves the same servers, could go: the rest would hold"
    " all endpoints at the horizon with spares, within the oversubscription allowed. Upper tiers are left alone.",
    passes="Every edge switch keeps its spare ports, and none is one too many.",
    remedy="Spread endpoints over the switches of the closet, add a switch, or leave one out.",
    references=("capacity planning practice",),
)
def device_ratio(case: Case) -> Iterator[Said]:
    """Compares ports in use with ports, by switch and then by group of like switches."""
    full = 1 / (1 + _spare(case))
    fill, highest = _fill(case.network, case.requirements.servers.nic_speed_bps), 0.0
    for place in case.network.with_role(*EDGE).tolist():
        used, usable = int(fill.used[place]), int(fill.usable[place])
        if used > usable * full + TINY:
            yield _too_full(case, place, (used, usable), full)
        highest = max(highest, used / usable if usable else float(used > 0))
    for members, unit in _groups(case):
        yield from _one_too_many(case, members, unit)
    yield Measure(name="highest fill of an edge switch", value=round(highest, 4), threshold=round(full, 4))


def _spare(case: Case) -> float:
    return case.parameters.redundancy[case.requirements.redundancy].spare_share


@analysis
def _fill(network: Network, server_bps: int) -> Fill:
    """Access switches by jacks, leaves by ports at the speed of servers."""
    access = network.role_codes == ROLES.index(Role.ACCESS)
    jacks, ports = endpoint_ports(network, USER_PORT_BPS, True), endpoint_ports(network, server_bps)
    in_jacks, in_ports = endpoint_ports_used(network, USER_PORT_BPS, True), endpoint_ports_used(network, server_bps)
    return Fill(np.where(access, in_jacks, in_ports), np.where(access, jacks, ports))


def _too_full(case: Case, place: int, ports: tuple[int, int], full: float) -> Finding:
    device = case.network.devices[place].id
    used, usable = ports
    return Finding(
        message=f"{used} of the {usable} ports of {device} for endpoints are in use; {full:.0%} should be at most",
        elements=(device,),
        witness={"device": device, "used": used, "usable": usable, "most": round(full, 4)},
        severity=Severity.ERROR if used > usable else None,
    )


def _groups(case: Case) -> Iterator[tuple[tuple[int, ...], int]]:
    """Switches that could stand in for one another, and how many would have to go together."""
    network, groups = case.network, dict[tuple[object, ...], list[int]]()
    vlans = _vlans(network)
    for place in network.with_role(Role.ACCESS).tolist():
        device = network.devices[place]
        key = (device.site, device.room, device.block, device.sku, _above(network).get(place), vlans.get(place))
        groups.setdefault(key, []).append(place)
    for members in groups.values():
        yield tuple(members), 2 if _dual_homed(network).intersection(members) else 1
    leaves: dict[tuple[object, ...], list[int]] = {}
    for place in network.with_role(Role.LEAF).tolist():
        leaves.setdefault((network.devices[place].site, network.devices[place].sku), []).append(place)
    for members in leaves.values():
        yield tuple(members), _together(case)


def _together(case: Case) -> int:
    """How many leaves serve the same servers."""
    nics = case.requirements.servers.nics_per_server
    rails = any(group.homing is Homing.RAIL for group in case.design.inventory.endpoint_groups)
    return nics if rails else min(2, nics)


@analysis
def _risers(network: Network) -> tuple[Longs, Longs]:
    """Every (lower, upper) pair of switches with an uplink between them, once."""
    rising, count = uplinks(network), np.int64(max(1, len(network.devices)))
    lower, upper = np.divmod(np.unique(rising.lower.astype(np.int64) * count + rising.upper), count)
    return lower, upper


@analysis
def _above(network: Network) -> dict[int, frozenset[int]]:
    """The upper switches that each access switch has uplinks to."""
    lower, upper = _risers(network)
    found: dict[int, set[int]] = {}
    access = network.role_codes[lower] == ROLES.index(Role.ACCESS)
    for below, above in zip(lower[access].tolist(), upper[access].tolist(), strict=True):
        found.setdefault(below, set()).add(above)
    return {place: frozenset(some) for place, some in found.items()}


@analysis
def _vlans(network: Network) -> dict[int, frozenset[str]]:
    """VLANs of the endpoints of each device."""
    groups, found = network.by_id("endpoint_groups"), dict[int, set[str]]()
    for attachment in network.design.inventory.attachments:
        place, group = network.device_index.get(attachment.device), groups.get(attachment.group)
        if place is not None and group is not None:
            found.setdefault(place, set()).update(group.vlans)
    return {place: frozenset(some) for place, some in found.items()}


@analysis
def _dual_homed(network: Network) -> frozenset[int]:
    """Devices with endpoints that are on another device as well: neither can go without the other."""
    homes: dict[str, set[int]] = {}
    for attachment in network.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        if place is not None:
            homes.setdefault(attachment.group, set()).add(place)
    groups = network.by_id("endpoint_groups")
    twice = (name for name in homes if name in groups and groups[name].homing in DUAL_HOMED)
    return frozenset(place for name in twice for place in homes[name])


def _one_too_many(case: Case, members: tuple[int, ...], unit: int) -> Iterator[Finding]:
    if len(members) < 2 * unit:
        return
    fill = _fill(case.network, case.requirements.servers.nic_speed_bps)
    used = int(fill.used[list(members)].sum())
    needed = ceil(used * case.requirements.growth_multiplier * (1 + _spare(case)) - TINY)
    places = sorted(_usable(case, members, fill.usable))
    left = sum(places[:-unit])
    if used and needed <= left:
        names = tuple(case.network.devices[place].id for place in members)
        yield Finding(
            message=f"{len(names)} like switches ({names[0]}, ...) hold {needed} ports at the horizon with spares;"
            f" {len(names) - unit} of them offer {left}",
            elements=names,
            witness={"switches": len(names), "could_go": unit, "needed": needed, "left": left},
        )


def _usable(case: Case, members: tuple[int, ...], ports: Longs) -> list[int]:
    """Ports that switches may offer; leaves without breaking their ceiling, with all uplinks or one spine lost."""
    network, servers = case.network, case.requirements.servers
    if network.devices[members[0]].role is not Role.LEAF:
        return [int(ports[place]) for place in members]
    factor, ceiling = case.parameters.oversubscription.failed_factor, leaf_ceiling(case.requirements, case.parameters)
    places = np.array(members, dtype=np.int64)
    spines = np.bincount(_risers(network)[0], minlength=len(network.devices))[places]
    ratio = ceiling * np.minimum(1.0, factor * (spines - 1) / np.maximum(1, spines))
    bound = ratio * uplink_bps(network)[places] / max(1, servers.nic_speed_bps) + TINY
    offered: list[int] = np.where(spines > 0, np.minimum(ports[places], bound), ports[places]).astype(np.int64).tolist()
    return offered


@device_ratio.mutant("move endpoints onto one switch until it is too full")
def crowd(case: Case) -> Patch | None:
    """The first switch with wired endpoints takes as many more as it has ports, and one."""
    network, attachments = case.network, case.design.inventory.attachments
    fill = _fill(network, case.requirements.servers.nic_speed_bps)
    edge, wired = set(network.with_role(*EDGE).tolist()), set(port_uses(network).attachment.tolist())
    for at, attachment in enumerate(attachments):
        place = network.device_index.get(attachment.device)
        if place in edge and at in wired and fill.used[place]:
            more = int(fill.usable[place]) + 1
            ports = attachment.ports + (attachment.ports[0],) * more
            changes = {"ports": ports, "endpoints": attachment.endpoints + more}
            return (Set("attachments", attachment.id, changes),)
    return None
