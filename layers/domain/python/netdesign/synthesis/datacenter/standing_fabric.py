"""The fabric that stands at a site: its types, its shape and where its servers are, read from the design itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device, EndpointGroup
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.synthesis.datacenter.demand import Tenant
from netdesign.synthesis.datacenter.server_placement import Slice
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.standing import Standing, in_order

MARKS = ("", "a", "b")
"""What the ids of the endpoint groups of one slice end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFabric:
    """A Clos fabric in place: what an extension keeps. `parallel` and `spine_parallel` count links of one pair."""

    leaf: DeviceType
    spine: DeviceType
    super_spine: DeviceType | None
    border: DeviceType
    leaves: int
    borders: int
    spines: int
    """Spines of one pod."""
    pods: int
    super_spines: int
    parallel: int
    spine_parallel: int
    uplink_bps: int

    @property
    def uplinks(self) -> int:
        """Uplinks of a leaf."""
        return self.spines * self.parallel

    @property
    def plane_width(self) -> int:
        """Super-spines that each spine meets."""
        return self.super_spines // self.spines


def standing_fabric(blueprint: Blueprint, site: str) -> StandingFabric | None:
    """The leaf-spine fabric of a site; None where none stands."""
    tiers = {role: in_order(blueprint.standing, role, site) for role in Role}
    leaves, spines, tops = tiers[Role.LEAF], tiers[Role.SPINE], tiers[Role.SUPER_SPINE]
    if not leaves or not spines or not tiers[Role.BORDER_LEAF]:
        return None
    pods = len({spine.block for spine in spines})
    up = _fabric_links(blueprint.standing, leaves[0].id, {spine.id for spine in spines})
    above = _fabric_links(blueprint.standing, spines[0].id, {top.id for top in tops})
    return StandingFabric(
        leaf=_kind(blueprint, leaves[0]),
        spine=_kind(blueprint, spines[0]),
        super_spine=_kind(blueprint, tops[0]) if tops else None,
        border=_kind(blueprint, tiers[Role.BORDER_LEAF][0]),
        leaves=len(leaves),
        borders=len(tiers[Role.BORDER_LEAF]),
        spines=len(spines) // pods,
        pods=pods,
        super_spines=len(tops),
        parallel=_each(up),
        spine_parallel=_each(above),
        uplink_bps=max((link.speed_bps for link in up), default=0),
    )


def standing_pair(blueprint: Blueprint, site: str) -> tuple[Device, ...]:
    """The switches of a collapsed data centre that stands; none where the site is empty or has spines."""
    standing = blueprint.standing
    return () if in_order(standing, Role.SPINE, site) else in_order(standing, Role.LEAF, site)


def kept_slices(blueprint: Blueprint, site: str, tenants: Iterable[Tenant], group: int) -> tuple[Slice, ...]:
    """The servers that stand, with the leaf group of `group` leaves that each slice hangs off."""
    standing = blueprint.standing
    places = {device.id: at // group for at, device in enumerate(in_order(standing, Role.LEAF, site))}
    homes = {one.group: places[one.device] for one in standing.attachments if one.device in places}
    found = []
    for tenant in tenants:
        for number in range(1, len(homes) + 1):
            name = f"{tenant.zone}-{number:03d}"
            groups = [standing.find(EndpointGroup, f"{site}-{name}{mark}") for mark in MARKS]
            some = [one for one in groups if one is not None and one.id in homes]
            if some:
                found.append(Slice(homes[some[0].id], tenant, sum(one.count for one in some), name))
    return tuple(found)


def _fabric_links(standing: Standing, device: str, above: set[str]) -> Sequence[Link]:
    return [
        link
        for link in standing.links_of(device)
        if link.purpose is LinkPurpose.FABRIC and {link.a.device, link.b.device} & above
    ]


def _each(links: Iterable[Link]) -> int:
    """Parallel links between two switches."""
    return max(Counter(frozenset((link.a.device, link.b.device)) for link in links).values(), default=0)


def _kind(blueprint: Blueprint, device: Device) -> DeviceType:
    if device.sku is None:
        raise CatalogError(f"{device.id} has no device type")
    return blueprint.catalog.device(device.sku)
