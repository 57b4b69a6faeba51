"""The OSPF and IS-IS routes to one prefix: inside, across borders by summaries, and from outside."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.analysis.protocols.igp_graph import LEVEL_1, LEVEL_2, areas_of, igp_graph
from netdesign.analysis.tables.igp_routes import (
    EXTERNAL,
    INTER,
    INTRA,
    IgpRoute,
    Ospf,
    Seeds,
    attached_defaults,
    distances,
    isis_routes,
)
from netdesign.analysis.tables.redistribution import External
from netdesign.analysis.tables.rib_sources import sources
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.routing import IgpInterface
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from netdesign.analysis.protocols.igp_graph import Area
    from netdesign.analysis.tables.redistribution import Taken
    from netdesign.analysis.tables.rib_sources import Source

IgpRoutes = dict[int, IgpRoute]
Brought = tuple[tuple[int, int, int], ...]
"""(process, area, cost), or (process, metric, tag) of what comes from outside."""


def igp_routes_of(network: Network, prefix: Prefix, source: Source, taken: Taken) -> IgpRoutes:
    """The route of every OSPF and IS-IS process that has one."""
    if not network.design.routing.igp_interfaces:
        return {}
    outside = tuple(sorted((p, e.metric, e.tag) for p, e in taken.items() if isinstance(e, External)))
    inside = tuple(sorted(source.members))
    if not inside and not outside and not source.summaries and prefix.length:
        return {}
    apart = prefix if _summaries(network) or not prefix.length else Prefix(prefix.version, 0, 1)
    return _routes(network, apart, inside, outside)


@analysis
def _routes(network: Network, prefix: Prefix, inside: Brought, outside: Brought) -> IgpRoutes:
    found = _ospf_inside(network, prefix, inside)
    _ospf_outside(network, prefix, outside, found)
    found.update(_isis(network, prefix, inside, outside))
    return found


def _protocol(network: Network, process: int) -> RoutingProtocol:
    return network.design.routing.processes[process].protocol


def _seeds(network: Network, brought: Brought, protocol: RoutingProtocol) -> Seeds:
    seeds: Seeds = defaultdict(dict)
    for process, area, cost in brought:
        if _protocol(network, process) is protocol:
            seeds[area][process] = min(cost, seeds[area].get(process, cost))
    return seeds


# --- OSPF


@analysis
def _ospf(network: Network, version: int) -> Ospf:
    stubs = _stubs(network)
    return Ospf(igp_graph(network, version, RoutingProtocol.OSPF), lambda process, area: (process, area) in stubs)


@analysis
def _stubs(network: Network) -> frozenset[tuple[int, Area]]:
    """(process, area) of areas that take no routes from outside."""
    return frozenset(
        (process, area)
        for process, fact in enumerate(network.design.routing.processes)
        for text in fact.stub_areas
        for area in area_numbers(text, fact.protocol)
    )


def area_numbers(text: str, protocol: RoutingProtocol) -> tuple[Area, ...]:
    """The areas that a text names."""
    return areas_of(IgpInterface(id="", process="", interface="", area=text), protocol)


@analysis
def _summaries(network: Network) -> dict[int, tuple[tuple[Prefix, Area, bool], ...]]:
    """(block, area, whether it is discarded) of the summaries of each OSPF process for an area."""
    found: dict[int, tuple[tuple[Prefix, Area, bool], ...]] = {}
    for process, fact in enumerate(network.design.routing.processes):
        for summary in fact.summaries:
            if summary.area is None or fact.protocol is not RoutingProtocol.OSPF:
                continue
            try:
                block = parse_prefix(summary.prefix)
            except InvalidInputError:
                continue
            area = area_numbers(summary.area, fact.protocol)[0]
            found[process] = (*found.get(process, ()), (block, area, summary.discard))
    return found


def _ospf_inside(network: Network, prefix: Prefix, inside: Brought) -> IgpRoutes:
    ospf, summaries = _ospf(network, prefix.version), _summaries(network)

    def crossing(border: int, route: IgpRoute, _: Area) -> int | None:
        if route.kind == INTRA and any(
            area == route.area and block.covers(prefix) and block != prefix
            for block, area, _ in summaries.get(border, ())
        ):
            return None
        return route.metric

    own = {
        border: IgpRoute(INTRA, cost, area, (), discard=discard)
        for border in ospf.borders
        for block, area, discard in summaries.get(border, ())
        if block == prefix and (cost := _component_cost(network, ospf, border, block, area)) is not None
    }
    found = ospf.routes(_seeds(network, inside, RoutingProtocol.OSPF), crossing, own=own)
    if not prefix.length:
        for area in {area for _, area in _stubs(network)}:
            told = {b: 1 for b in ospf.borders if area in ospf.graph.areas[b] and ospf.stub(b, area)}
            ospf.spread(found, area, told, INTER, external=False)
    return found


def _component_cost(network: Network, ospf: Ospf, border: int, block: Prefix, area: Area) -> int | None:
    """The largest cost of what a summary stands for; None where it stands for nothing."""
    out, costs = ospf.graph.out.get(area, {}), []
    for prefix, source in sources(network).items():
        if block.covers(prefix) and block != prefix:
            seeds = _seeds(network, tuple(source.members), RoutingProtocol.OSPF)
            far = distances(out, seeds.get(area, {}))
            costs += [far[border]] if border in far else []
    return max(costs, default=None)


def _ospf_outside(network: Network, prefix: Prefix, outside: Brought, found: IgpRoutes) -> None:
    """Add routes from outside where a process has none from inside: the smallest metric, then the nearest."""
    ospf = _ospf(network, prefix.version)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for process, metric, tag in outside:
        if _protocol(network, process) is RoutingProtocol.OSPF:
            groups[metric, tag].append(process)
    best: dict[int, tuple[int, int, IgpRoute]] = {}
    for (metric, tag), some in sorted(groups.items()):
        seeds: Seeds = defaultdict(dict)
        for process in some:
            for area in ospf.graph.areas.get(process, ()):
                if not ospf.stub(process, area):
                    seeds[area][process] = 0
        for process, route in ospf.routes(seeds, lambda _, r, __: r.metric, external=True).items():
            made = IgpRoute(EXTERNAL, metric, route.area, route.hops, tag)
            old = best.get(process)
            if old is None or (metric, route.metric) < old[:2]:
                best[process] = (metric, route.metric, made)
            elif (metric, route.metric) == old[:2] and old[2].hops and made.hops:
                best[process] = (*old[:2], old[2]._replace(hops=(*old[2].hops, *made.hops)))
    for process, (_, _, route) in best.items():
        found.setdefault(process, route)


# --- IS-IS


def _isis(network: Network, prefix: Prefix, inside: Brought, outside: Brought) -> IgpRoutes:
    graph = igp_graph(network, prefix.version, RoutingProtocol.ISIS)
    if not graph.areas:
        return {}
    seeds = _seeds(network, inside, RoutingProtocol.ISIS)
    tags: dict[int, int] = {}
    for process, metric, tag in outside:
        if _protocol(network, process) is RoutingProtocol.ISIS:
            level = LEVEL_2 if LEVEL_2 in graph.areas.get(process, ()) else LEVEL_1
            seeds[level].setdefault(process, metric)
            tags[process] = tag
    found = isis_routes(graph, seeds)
    if len(set(tags.values())) == 1 and not inside:
        tag = next(iter(tags.values()))
        found = {process: route._replace(tag=tag) for process, route in found.items()}
    if not prefix.length:
        found = attached_defaults(graph) | found
    return found
