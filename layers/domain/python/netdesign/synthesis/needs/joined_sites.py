"""How the sites of a wide-area network are joined: its shape, its hubs, and who talks to whom directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import Archetype, TopologyPreference

MESH_SITES: Final = 5
"""Sites up to which each is joined to each."""
HUBS_OF_A_REGION: Final = 2
EARTH_KM: Final = 6_371.0
_SHAPES: Final = {
    TopologyPreference.MESH: Archetype.WAN_MESH,
    TopologyPreference.RING: Archetype.WAN_RING,
    TopologyPreference.STAR: Archetype.WAN_HUB_AND_SPOKE,
}


@dataclass(frozen=True, slots=True)
class Join:
    """Two sites that tunnels join; `rank` says how much the first prefers this way to its others, 0 the most."""

    a: str
    b: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class WanShape:
    """The shape of a wide-area network: `regions` are the hubs of each region, `homes` the region of each spoke."""

    archetype: Archetype
    regions: tuple[tuple[str, ...], ...]
    homes: dict[str, int]
    joins: tuple[Join, ...]

    @property
    def hubs(self) -> tuple[str, ...]:
        """All hubs, region by region; every site of a mesh or a ring is one."""
        return tuple(hub for region in self.regions for hub in region)

    def hubs_of(self, site: str) -> tuple[str, ...]:
        """The hubs that a site is joined to, the preferred one first; of a hub all hubs of its region."""
        region = self.homes.get(site)
        if region is None:
            region = next((at for at, hubs in enumerate(self.regions) if site in hubs), 0)
        return self.regions[region]


def wan_shape(asked: ResolvedRequirements, parameters: Parameters) -> WanShape:
    """The shape that the topology preference names, or that the number of sites and their distances call for."""
    sites, wish = asked.sites, asked.topology_preference
    usual = Archetype.WAN_MESH if len(sites) <= MESH_SITES else Archetype.WAN_HUB_AND_SPOKE
    shape = _SHAPES.get(wish, usual) if wish is not None else usual
    names = tuple(site.id for site in sites)
    if shape is Archetype.WAN_MESH or len(sites) < HUBS_OF_A_REGION + 1:
        return WanShape(Archetype.WAN_MESH, (names,), {}, tuple(Join(a, b) for a, b in combinations(names, 2)))
    if shape is Archetype.WAN_RING:
        around = pairwise((*names, names[0]))
        return WanShape(shape, (names,), {}, tuple(Join(a, b) for a, b in around))
    return _starred(sites, parameters)


def _starred(sites: Sequence[ResolvedSite], parameters: Parameters) -> WanShape:
    """Two hubs to a region; more regions where spokes are many or far from the hubs."""
    hubs = [site for site in sites if site.tier == 1] or list(sites[:HUBS_OF_A_REGION])
    count = region_count(len(sites), parameters)
    regions = _regions(hubs, max(1, min(count, len(hubs) // HUBS_OF_A_REGION)) if len(hubs) > 1 else 1)
    middle = {hub: at for at, region in enumerate(regions) for hub in region}
    places = {site.id: site for site in sites}
    spokes = [site for site in sites if site.id not in middle]
    homes = {spoke.id: _home(spoke, at, len(spokes), regions, places) for at, spoke in enumerate(spokes)}
    joins = [Join(a, b) for a, b in combinations((hub for region in regions for hub in region), 2)]
    for spoke, region in homes.items():
        joins += [Join(spoke, hub, rank) for rank, hub in enumerate(regions[region])]
    shape = Archetype.WAN_REGIONAL_HUBS if len(regions) > 1 else Archetype.WAN_HUB_AND_SPOKE
    return WanShape(shape, regions, homes, tuple(joins))


def region_count(sites: int, parameters: Parameters) -> int:
    """Regions by the number of spokes that a pair of hubs takes."""
    return max(1, ceil((sites - HUBS_OF_A_REGION) / parameters.wan.regional_hub_spokes))


def _regions(hubs: Sequence[ResolvedSite], count: int) -> tuple[tuple[str, ...], ...]:
    """The hubs dealt to regions: those near each other together where places are known, in turn otherwise."""
    if count == 1:
        return (tuple(hub.id for hub in hubs[:HUBS_OF_A_REGION]),)
    left = list(hubs)
    found: list[tuple[str, ...]] = []
    while left and len(found) < count:
        first = left.pop(0)
        left.sort(key=lambda hub: distance_km(first, hub) or 0.0)
        found.append((first.id, left.pop(0).id) if left else (first.id,))
    return tuple(found)


def _home(
    spoke: ResolvedSite,
    at: int,
    spokes: int,
    regions: Sequence[tuple[str, ...]],
    places: dict[str, ResolvedSite],
) -> int:
    """The region of a spoke: that of the nearest hub, or its even share where nobody knows how far they are."""
    far = [distance_km(spoke, places[region[0]]) for region in regions]
    known = [(km, number) for number, km in enumerate(far) if km is not None]
    return min(known)[1] if known else at * len(regions) // spokes


def distance_km(a: ResolvedSite, b: ResolvedSite) -> float | None:
    """The great circle between two sites; None where a place is not known."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    north, south, east = radians(a.latitude), radians(b.latitude), radians(b.longitude - a.longitude)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
