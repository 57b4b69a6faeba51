"""Routes of OSPF and IS-IS: shortest paths inside areas, across area borders, and to what is redistributed."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.protocols.igp_graph import BACKBONE_AREA, LEVEL_1, LEVEL_2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from netdesign.analysis.protocols.igp_graph import Area, IgpGraph, Neighbour

INTRA, INTER, EXTERNAL = 0, 1, 2
Seeds = dict["Area", dict[int, int]]
"""By area, the processes that bring a destination in, and at which cost."""


class IgpRoute(NamedTuple):
    """How a process reaches a destination: kind, metric, and (neighbouring process, segment) of each next hop.

    No hops: it is the process's own, or a summary that is discarded here (`discard`).
    """

    kind: int
    metric: int
    area: int
    hops: tuple[tuple[int, int], ...]
    tag: int = 0
    discard: bool = False


def distances(out: Mapping[int, Iterable[Neighbour]], seeds: Mapping[int, int]) -> dict[int, int]:
    """The cost from every process to the nearest seed, that seed's own cost added."""
    into: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for process, some in out.items():
        for neighbour in some:
            into[neighbour.process].append((process, neighbour.cost))
    found: dict[int, int] = {}
    queue: list[tuple[int, int]] = []
    for process, cost in seeds.items():
        heappush(queue, (cost, process))
    while queue:
        far, process = heappop(queue)
        if process in found:
            continue
        found[process] = far
        for other, cost in into.get(process, ()):
            if other not in found:
                heappush(queue, (far + cost, other))
    return found


def hops_to(
    out: Mapping[int, Iterable[Neighbour]], far: Mapping[int, int], process: int
) -> tuple[tuple[int, int], ...]:
    """(neighbour, segment) of every shortest path from the process."""
    mine = far[process]
    return tuple(
        (n.process, n.segment) for n in out.get(process, ()) if n.process in far and far[n.process] + n.cost == mine
    )


class Ospf:
    """The OSPF view of one graph: who is an area border router, and how routes cross borders."""

    def __init__(self, graph: IgpGraph, stub: Callable[[int, Area], bool]) -> None:
        self.graph = graph
        self.stub = stub
        self.borders = [p for p, areas in graph.areas.items() if BACKBONE_AREA in areas and len(areas) > 1]

    def routes(
        self,
        seeds: Seeds,
        crossing: Callable[[int, IgpRoute, Area], int | None],
        *,
        external: bool = False,
        own: Mapping[int, IgpRoute] = MappingProxyType({}),
    ) -> dict[int, IgpRoute]:
        """The route of every process that has one; `own` are summaries that border routers make.

        `crossing` gives the cost at which a border router tells an area of its route, None where it does not.
        """
        found: dict[int, IgpRoute] = dict(own)
        for area, some in seeds.items():
            self.spread(found, area, some, INTRA, external=external)
        into = self._told(found, BACKBONE_AREA, crossing)
        self.spread(found, BACKBONE_AREA, into, INTER, external=external)
        table = dict(found)
        for area in sorted(self.graph.out):
            if area != BACKBONE_AREA:
                self.spread(found, area, self._told(table, area, crossing), INTER, external=external)
        return found

    def _told(
        self, table: Mapping[int, IgpRoute], area: Area, crossing: Callable[[int, IgpRoute, Area], int | None]
    ) -> dict[int, int]:
        told = {}
        for border in self.borders:
            route = table.get(border)
            if route is None or area not in self.graph.areas[border] or route.area == area:
                continue
            if route.kind == INTER and area == BACKBONE_AREA:
                continue
            cost = crossing(border, route, area)
            if cost is not None:
                told[border] = cost
        return told

    def spread(
        self, found: dict[int, IgpRoute], area: Area, seeds: Mapping[int, int], kind: int, *, external: bool
    ) -> None:
        """Bring a destination to the processes of an area, as far as they have nothing better."""
        out = self.graph.out.get(area, {})
        far = distances(out, seeds)
        for process, metric in far.items():
            if external and self.stub(process, area) and not self._elsewhere(process, area):
                continue
            if kind == INTER and (process in seeds or self._border_of_backbone(process, area)):
                continue
            old = found.get(process)
            if old is not None and (old.kind, old.metric) < (kind, metric):
                continue
            own = process in seeds and seeds[process] == metric
            hops = () if own else hops_to(out, far, process)
            if old is not None and (old.kind, old.metric) == (kind, metric):
                found[process] = old._replace(hops=() if own or not old.hops else (*old.hops, *hops))
            else:
                found[process] = IgpRoute(kind, metric, area, hops)

    def _border_of_backbone(self, process: int, area: Area) -> bool:
        """Border routers that hear someone in the backbone learn of other areas from there alone."""
        return (
            area != BACKBONE_AREA
            and BACKBONE_AREA in self.graph.areas.get(process, ())
            and bool(self.graph.out.get(BACKBONE_AREA, {}).get(process))
        )

    def _elsewhere(self, process: int, area: Area) -> bool:
        return any(not self.stub(process, other) for other in self.graph.areas.get(process, ()) if other != area)


def isis_routes(graph: IgpGraph, seeds: Seeds) -> dict[int, IgpRoute]:
    """The IS-IS route of every process that has one: level 1 first, level 1 told into level 2."""
    found: dict[int, IgpRoute] = {}
    low = graph.out.get(LEVEL_1, {})
    far = distances(low, seeds.get(LEVEL_1, {}))
    for process, metric in far.items():
        own = seeds.get(LEVEL_1, {}).get(process) == metric
        found[process] = IgpRoute(INTRA, metric, LEVEL_1, () if own else hops_to(low, far, process))
    upper = dict(seeds.get(LEVEL_2, {}))
    for process, metric in far.items():
        if LEVEL_2 in graph.areas.get(process, ()):
            upper[process] = min(metric, upper.get(process, metric))
    high = graph.out.get(LEVEL_2, {})
    over = distances(high, upper)
    for process, metric in over.items():
        if process not in found:
            own = upper.get(process) == metric
            found[process] = IgpRoute(INTER, metric, LEVEL_2, () if own else hops_to(high, over, process))
    return found


def attached_defaults(graph: IgpGraph) -> dict[int, IgpRoute]:
    """The default route of level-1 routers: to the nearest router that is also in level 2 and hears someone there."""
    high, low = graph.out.get(LEVEL_2, {}), graph.out.get(LEVEL_1, {})
    attached = {p: 0 for p in low if high.get(p)}
    far = distances(low, attached)
    return {
        process: IgpRoute(EXTERNAL, metric, LEVEL_1, hops_to(low, far, process))
        for process, metric in far.items()
        if process not in attached and LEVEL_2 not in graph.areas.get(process, ())
    }
