"""The shape of a wide-area network of leased lines: a mesh, a ring, a star, or the cheapest that survives."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Archetype, ServiceClass, TopologyPreference
from netdesign.synthesis.needs.joined_sites import HUBS_OF_A_REGION, WanShape, starred
from netdesign.synthesis.needs.transports import Transport
from netdesign.synthesis.wan.line_plan import Ground, LinePlan, ground_of, sized, survival
from netdesign.synthesis.wan.nearness import near_enough
from netdesign.synthesis.wan.site_pairs import site_pairs

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Floats, Ints

SEARCH_NODES: Final = 400
SEARCH_SECONDS: Final = 20.0
Pair = tuple[int, int]


def line_shape(asked: ResolvedRequirements, parameters: Parameters, catalog: Catalog) -> tuple[WanShape, LinePlan]:
    """The shape with its lines: all sites have some, or hubs alone where they are many or a hybrid is preferred."""
    shape = _members(asked, parameters)
    joined = asked.sites if not shape.joins else tuple(one for one in asked.sites if one.id in shape.hubs)
    ground = ground_of(joined, parameters, catalog)
    wish = None if shape.joins else asked.topology_preference
    pairs, least, considered, added = _pairs(asked, parameters, ground, shape, wish)
    lines = sized(ground, pairs, site_pairs(asked, shape), asked, parameters)
    paths, nodes = survival(asked)
    bought = sum(ground.usd(*pair) for pair in pairs)
    plan = LinePlan(lines, bought, min(least, bought), paths, nodes, added, considered, ground.known)
    complete = len({frozenset(pair) for pair in pairs}) == len(joined) * (len(joined) - 1) // 2
    if shape.archetype is Archetype.WAN_PARTIAL_MESH and complete:
        shape = replace(shape, archetype=Archetype.WAN_MESH)
    return replace(shape, lines=plan.joins()), plan


def _members(asked: ResolvedRequirements, parameters: Parameters) -> WanShape:
    """Who has lines: `joins` holds the tunnels of those that have none."""
    wish, names = asked.topology_preference, tuple(site.id for site in asked.sites)
    many = wish is None and len(names) > parameters.wan.line_sites
    alike = {TopologyPreference.MESH: Archetype.WAN_MESH, TopologyPreference.RING: Archetype.WAN_RING}
    if wish in alike:
        return WanShape(alike[wish], (names,), {}, (), transport=Transport.LINES)
    hybrid = many or wish is TopologyPreference.HYBRID_TOPOLOGY
    made = replace(starred(asked.sites, parameters, every_hub=hybrid), transport=Transport.LINES)
    if hybrid and made.homes:
        hubs = set(made.hubs)
        return replace(made, joins=tuple(join for join in made.joins if not {join.a, join.b} <= hubs))
    if wish is TopologyPreference.STAR and len(names) > HUBS_OF_A_REGION:
        return replace(made, joins=())
    hubs_alone = {site.id for site in asked.sites if site.tier == 1}
    homes = {name: at for name, at in made.homes.items() if name not in hubs_alone}
    return replace(made, archetype=Archetype.WAN_PARTIAL_MESH, homes=homes, joins=())


def _pairs(
    asked: ResolvedRequirements,
    parameters: Parameters,
    ground: Ground,
    shape: WanShape,
    wish: TopologyPreference | None,
) -> tuple[list[Pair], float, int, int]:
    """(pairs to join, cost that none goes below, pairs that there were to choose from, pairs added for nearness)."""
    paths, count = survival(asked)[0], len(ground.sites)
    if count <= HUBS_OF_A_REGION:
        pairs = [(0, 1)] * paths if count == HUBS_OF_A_REGION else []
        return pairs, sum(ground.usd(*pair) for pair in pairs), len(pairs), 0
    if wish is TopologyPreference.MESH or wish is TopologyPreference.STAR:
        pairs = list(combinations(range(count), 2)) if wish is TopologyPreference.MESH else _star(ground, shape, paths)
        return pairs, sum(ground.usd(*pair) for pair in pairs), len(pairs), 0
    hops = parameters.topology.max_diameter["wan"] - (2 if shape.joins else 0)
    return _chosen(ground, parameters, asked, hops, ring=wish is TopologyPreference.RING)


def _star(ground: Ground, shape: WanShape, paths: int) -> list[Pair]:
    """Each spoke to its hubs, and the hubs to each other; one hub is enough where nothing need be survived."""
    place = {site.id: at for at, site in enumerate(ground.sites)}
    hubs = shape.hubs[:1] if paths == 1 else shape.hubs
    pairs = list(combinations((place[hub] for hub in hubs), 2))
    for site in ground.sites:
        mine = shape.hubs_of(site.id) if paths > 1 else hubs
        pairs += [(place[site.id], place[hub]) for hub in mine if site.id not in hubs]
    return pairs


def _chosen(
    ground: Ground, parameters: Parameters, asked: ResolvedRequirements, hops: int, *, ring: bool
) -> tuple[list[Pair], float, int, int]:
    """The cheapest pairs that survive as asked, by the search for survivable topologies, and more until none is far."""
    from netdesign.synthesis.backbone.reach import near_pairs
    from netdesign.synthesis.backbone.topology import Survival, survivable_topology

    count, (paths, nodes) = len(ground.sites), survival(asked)
    every = np.array(list(combinations(range(count), 2)), np.int64)
    ends: Ints = every if ring else near_pairs(ground.km)
    cost: Floats = np.array([ground.usd(*pair) for pair in ends.tolist()])
    wanted = Survival(paths, nodes and paths > 1, ring=ring)
    found = survivable_topology(count, ends, cost, wanted, nodes=SEARCH_NODES, seconds=SEARCH_SECONDS)
    pairs: list[Pair] = [(int(a), int(b)) for a, b in ends[list(found.spans)].tolist()]
    if ring:
        return pairs, found.bound, len(ends), 0
    most = parameters.topology.max_stretch / parameters.latency.route_factor
    stretch = most if any(flow.service_class is ServiceClass.GOLD for flow in asked.flows) else None
    whole = near_enough(ground, pairs, every.tolist(), hops, stretch)
    return whole, found.bound, len(ends), len(whole) - len(pairs)
