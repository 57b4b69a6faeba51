"""CAP-17: enough access points for area and clients, uplinks for their radios, controllers for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.wireless_load import clients, uplinks_bps
from netdesign.analysis.traffic.demand import RADIOS, access_points, growth_of
from netdesign.model.inventory import Homing
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType

TINY = 1e-9


def _applies(case: Case) -> bool:
    return case.requirements.wireless or bool(case.network.with_role(Role.ACCESS_POINT).size)


@rule(
    code="CAP-17",
    name="wireless-capacity",
    title="Wi-Fi Capacity & Coverage",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with wireless",
    applicable=_applies,
    flags="A site with fewer access points than its area, its active clients or its calls at the horizon take; an"
    " access point with more active clients at the horizon than its radios serve well, or more clients than its type"
    " admits; one whose uplinks carry less than their share of what its radios send at most; controllers that, with"
    " one lost from high redundancy on, admit fewer access points with headroom, or fewer clients.",
    passes="Access points cover the site and its clients, their uplinks keep up, and controllers admit them all.",
    remedy="Add access points, take faster uplinks, or larger controllers.",
    references=("IEEE 802.11ax", "vendors' guides to high density"),
    reading="Radios count at the highest rate of their type, whatever width of channel is planned: an uplink that"
    " suffices for that suffices for every plan.",
)
def wireless_capacity(case: Case) -> Iterator[Said]:
    """Counts access points by site, clients and uplinks by access point, and what controllers admit."""
    yield from _sites(case)
    yield from _points(case)
    yield from _controllers(case)
    yield Measure(
        name="access points",
        value=int(case.network.with_role(Role.ACCESS_POINT).size),
        threshold=sum(access_points(case.requirements, case.parameters, site) for site in case.requirements.sites),
    )


def _sites(case: Case) -> Iterator[Finding]:
    """Access points by site against the largest of area, clients and calls."""
    network = case.network
    found = Counter(network.devices[place].site for place in network.with_role(Role.ACCESS_POINT).tolist())
    for site in case.requirements.sites:
        needed = access_points(case.requirements, case.parameters, site)
        if found[site.id] < needed:
            yield Finding(
                message=f"{site.id} has {found[site.id]} access points; its area, clients and calls take {needed}",
                elements=(site.id,),
                witness={"site": site.id, "access_points": found[site.id], "needed": needed},
            )


def _points(case: Case) -> Iterator[Finding | Gap]:
    """Clients and uplinks of each access point."""
    network, air = case.network, case.parameters.wireless
    grown = clients(network) * growth_of(case.requirements)
    for place in network.with_role(Role.ACCESS_POINT).tolist():
        device, kind = network.devices[place], network.device_types[place]
        facts = kind.access_point if kind is not None else None
        if facts is None:
            yield Gap(message=f"nothing says what radios {device.id} has", elements=(device.id,))
            continue
        pairs = max(1, len(facts.radios) // RADIOS)
        served, active = pairs * air.clients_per_access_point, ceil(grown[place] * air.active_share - TINY)
        admitted = facts.clients if facts.clients is not None else grown[place]
        if active > served or grown[place] > admitted:
            yield _crowd(device.id, ceil(grown[place] - TINY), active, served)
        wanted = air.uplink_phy_share * sum(facts.max_phy_bps)
        if uplinks_bps(network)[place] < wanted:
            yield _slow(device.id, int(uplinks_bps(network)[place]), wanted)


def _crowd(name: str, count: int, active: int, served: int) -> Finding:
    return Finding(
        message=f"{name} has {count} clients at the horizon, {active} of them active; it serves {served} well",
        elements=(name,),
        witness={"access_point": name, "clients": count, "active": active, "served": served},
    )


def _slow(name: str, bps: int, wanted: float) -> Finding:
    return Finding(
        message=f"{name} has {bps / 1e9:g} Gbit/s upwards; its radios call for {wanted / 1e9:g} Gbit/s",
        elements=(name,),
        witness={"access_point": name, "uplink_bps": bps, "needed_bps": ceil(wanted)},
    )


def _controllers(case: Case) -> Iterator[Finding | Gap]:
    """What controllers of a site admit, one lost where the redundancy asks for that."""
    network, headroom = case.network, case.parameters.wireless.controller_headroom
    drawn = {device.site for device in network.devices if device.role is Role.WIRELESS_CONTROLLER}
    points = Counter(network.devices[place].site for place in network.with_role(Role.ACCESS_POINT).tolist())
    people = clients(network) * growth_of(case.requirements)
    for site in sorted(drawn):
        kinds = [
            kind
            for place in network.with_role(Role.WIRELESS_CONTROLLER).tolist()
            if network.devices[place].site == site and (kind := network.device_types[place]) is not None
        ]
        here = [place for place in network.with_role(Role.ACCESS_POINT).tolist() if network.devices[place].site == site]
        admit = _admitted(case, kinds)
        needed = ceil(points[site] * headroom - TINY), ceil(float(people[here].sum()) - TINY)
        if admit[0] < needed[0] or admit[1] < needed[1]:
            yield Finding(
                message=f"controllers of {site} admit {admit[0]:,} access points and {admit[1]:,} clients;"
                f" {needed[0]:,} and {needed[1]:,} are needed",
                elements=(site,),
                witness={
                    "site": site,
                    "controllers": len(kinds),
                    "access_points": admit[0],
                    "needed_access_points": needed[0],
                    "clients": admit[1],
                    "needed_clients": needed[1],
                },
            )


def _admitted(case: Case, kinds: list[DeviceType]) -> tuple[int, int]:
    """Access points and clients that controllers admit together."""
    sizes = [(one.controller.access_points, one.controller.clients) for one in kinds if one.controller is not None]
    sizes.sort()
    left = sizes[:-1] if case.requirements.redundancy.at_least(Redundancy.HIGH) else sizes
    return sum(points for points, _ in left), sum(people for _, people in left)


@wireless_capacity.mutant("take access points out of service until the rest do not cover their site")
def fewer_points(case: Case) -> Patch | None:
    """The first site that has any: one less than it needs stay."""
    network = case.network
    for site in case.requirements.sites:
        needed = access_points(case.requirements, case.parameters, site)
        points = network.with_role(Role.ACCESS_POINT).tolist()
        here = [place for place in points if network.devices[place].site == site.id]
        if here and needed:
            gone = here[needed - 1 :]
            return tuple(Set("devices", network.devices[place].id, {"in_service": False}) for place in gone)
    return None


@wireless_capacity.mutant("crowd the clients of a floor around one access point")
def crowd(case: Case) -> Patch | None:
    """More of them than any radio serves."""
    groups, network = case.network.by_id("endpoint_groups"), case.network
    for attachment in case.design.inventory.attachments:
        group, place = groups.get(attachment.group), network.device_index.get(attachment.device)
        if group is None or place is None or group.homing is not Homing.WIRELESS:
            continue
        if network.devices[place].role is Role.ACCESS_POINT and network.in_service[place]:
            return (Set("attachments", attachment.id, {"endpoints": attachment.endpoints + 2000}),)
    return None


@wireless_capacity.mutant("join an access point at a speed that its radios outrun")
def slow_uplink(case: Case) -> Patch | None:
    """All its links at a tenth of what they must carry."""
    network = case.network
    for place in network.with_role(Role.ACCESS_POINT).tolist():
        ends = np.flatnonzero((network.link_ends[0] == place) | (network.link_ends[1] == place)).tolist()
        kind = network.device_types[place]
        if ends and kind is not None and kind.access_point is not None:
            return tuple(Set("links", network.links[at].id, {"speed_bps": 10_000_000}) for at in ends)
    return None


@wireless_capacity.mutant("take all controllers but one out of service, and that one of the smallest type")
def small_controllers(case: Case) -> Patch | None:
    """At high redundancy none may then fail; below, the type must be too small for all access points."""
    network = case.network
    places = network.with_role(Role.WIRELESS_CONTROLLER).tolist()
    kinds = [kind for kind in case.catalog.devices(Role.WIRELESS_CONTROLLER) if kind.controller is not None]
    if not places or not kinds or not network.with_role(Role.ACCESS_POINT).size:
        return None
    least = min(kinds, key=lambda kind: (kind.controller.access_points if kind.controller else 0, kind.sku))
    points = ceil(int(network.with_role(Role.ACCESS_POINT).size) * case.parameters.wireless.controller_headroom)
    keep = places[:1] if _admitted(case, [least]) < (points, 0) else []
    gone = tuple(
        Set("devices", network.devices[place].id, {"in_service": False}) for place in places if place not in keep
    )
    return (*gone, *(Set("devices", network.devices[place].id, {"sku": least.sku}) for place in keep))


@wireless_capacity.mutant("double the users of every floor and more")
def more_users(case: Case) -> Patch | None:
    """Until clients call for more access points than stand."""
    if not any(access_points(case.requirements, case.parameters, site) for site in case.requirements.sites):
        return None
    points = int(case.network.with_role(Role.ACCESS_POINT).size)
    more = points * case.parameters.wireless.clients_per_access_point + 2
    sites = tuple(replace(site, users=2 * site.users + more) for site in case.requirements.sites)
    return (SetRequirement({"sites": sites}),)
