"""How the sites of a wide-area network are joined: its shape, its hubs, and who talks to whom directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import ceil
from typing import Final

from netdesign.analysis.facts.distances import kilometres
from netdesign.catalog.parameters import Parameters
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import Archetype, TopologyPreference
from netdesign.synthesis.needs.transports import Transport, transport

MESH_SITES: Final = 5
"""Sites up to which each is joined to each."""
HUBS_OF_A_REGION: Final = 2
_SHAPES: Final = {
    TopologyPreference.MESH: Archetype.WAN_MESH,
    TopologyPreference.RING: Archetype.WAN_RING,
    TopologyPreference.STAR: Archetype.WAN_HUB_AND_SPOKE,
    TopologyPreference.HYBRID_TOPOLOGY: Archetype.WAN_HUB_AND_SPOKE,
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
    lines: tuple[Join, ...] = ()
    """Sites that leased lines join."""
    transport: Transport = Transport.TUNNELS

    @property
    def hubs(self) -> tuple[str, ...]:
        """All hubs, region by region; every site of a mesh or a ring is one."""
        return tuple(dict.fromkeys(hub for region in self.regions for hub in region))

    def hubs_of(self, site: str) -> tuple[str, ...]:
        """The hubs that a site is joined to, the preferred one first; of a hub all hubs of its region."""
        region = self.homes.get(site)
        if region is None:
            region = next((at for at, hubs in enumerate(self.regions) if site in hubs), 0)
        return self.regions[region]


def wan_shape(asked: ResolvedRequirements, parameters: Parameters) -> WanShape:
    """The shape that the topology preference names, or that the number of sites and their distances call for."""
    sites, wish = asked.sites, asked.topology_preference
    carried = transport(asked)
    usual = Archetype.WAN_MESH if len(sites) <= MESH_SITES else Archetype.WAN_HUB_AND_SPOKE
    shape = _SHAPES.get(wish, usual) if wish is not None else usual
    names = tuple(site.id for site in sites)
    if shape is Archetype.WAN_MESH or len(sites) < HUBS_OF_A_REGION + 1:
        made = WanShape(Archetype.WAN_MESH, (names,), {}, tuple(Join(a, b) for a, b in combinations(names, 2)))
    elif shape is Archetype.WAN_RING:
        around = pairwise((*names, names[0]))
        made = WanShape(shape, (names,), {}, tuple(Join(a, b) for a, b in around))
    else:
        made = starred(sites, parameters, every_hub=wish is TopologyPreference.HYBRID_TOPOLOGY)
    if carried is Transport.MPLS:
        return replace(made, archetype=Archetype.WAN_MPLS, transport=carried)
    return replace(made, transport=carried)


def starred(sites: Sequence[ResolvedSite], parameters: Parameters, *, every_hub: bool = False) -> WanShape:
    """Two hubs to a region; more regions where spokes are many or far from the hubs, or `every_hub` is to be one."""
    hubs = [site for site in sites if site.tier == 1] or list(sites[:HUBS_OF_A_REGION])
    count = region_count(len(sites), parameters)
    if len(hubs) > HUBS_OF_A_REGION and (count > 1 or every_hub or _far(sites, hubs, parameters)):
        found = _nearest_pairs(sites, hubs)
        if found is not None:
            return _shaped(*found)
    regions = _regions(hubs, max(1, min(count, len(hubs) // HUBS_OF_A_REGION)) if len(hubs) > 1 else 1)
    middle = {hub: at for at, region in enumerate(regions) for hub in region}
    places = {site.id: site for site in sites}
    spokes = [site for site in sites if site.id not in middle]
    homes = {spoke.id: _home(spoke, at, len(spokes), regions, places) for at, spoke in enumerate(spokes)}
    return _shaped(regions, homes)


def reach_km(parameters: Parameters) -> float:
    """The great circle over which a round trip takes as long as a spoke may be from its hub."""
    latency = parameters.latency
    return parameters.wan.hub_rtt_ms * 1_000 / (2 * latency.route_factor * latency.fibre_us_per_km)


def _far(sites: Sequence[ResolvedSite], hubs: Sequence[ResolvedSite], parameters: Parameters) -> bool:
    """Whether some site is farther from both of the first two hubs than a spoke may be."""
    limit = reach_km(parameters)
    ways = ([kilometres(site, hub) for hub in hubs[:HUBS_OF_A_REGION]] for site in sites)
    return any(min(known) > limit for some in ways if (known := [km for km in some if km is not None]))


def _nearest_pairs(
    sites: Sequence[ResolvedSite], hubs: Sequence[ResolvedSite]
) -> tuple[tuple[tuple[str, ...], ...], dict[str, int]] | None:
    """The two hubs nearest to each spoke, the nearer one first, and which pair is whose; None where places are not
    known."""
    pairs: dict[tuple[str, ...], int] = {}
    homes: dict[str, int] = {}
    of_hubs = {hub.id for hub in hubs}
    for site in sites:
        far = [(kilometres(site, hub), at) for at, hub in enumerate(hubs) if hub.id != site.id]
        known = sorted((km, at) for km, at in far if km is not None)
        if len(known) < len(far):
            return None
        near = tuple(hubs[at].id for _, at in known[:HUBS_OF_A_REGION])
        if site.id not in of_hubs:
            homes[site.id] = pairs.setdefault(near, len(pairs))
    listed = {hub for pair in pairs for hub in pair}
    rest = tuple((hub.id,) for hub in hubs if hub.id not in listed)
    return (*pairs, *rest), homes


def _shaped(regions: tuple[tuple[str, ...], ...], homes: dict[str, int]) -> WanShape:
    """Hubs joined each to each, and each spoke to the hubs of its region."""
    hubs = dict.fromkeys(hub for region in regions for hub in region)
    joins = [Join(a, b) for a, b in combinations(hubs, 2)]
    for spoke, region in homes.items():
        joins += [Join(spoke, hub, rank) for rank, hub in enumerate(regions[region])]
    shape = Archetype.WAN_REGIONAL_HUBS if len(hubs) > HUBS_OF_A_REGION else Archetype.WAN_HUB_AND_SPOKE
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
        left.sort(key=lambda hub: kilometres(first, hub) or 0.0)
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
    far = [kilometres(spoke, places[region[0]]) for region in regions]
    known = [(km, number) for number, km in enumerate(far) if km is not None]
    return min(known)[1] if known else at * len(regions) // spokes
