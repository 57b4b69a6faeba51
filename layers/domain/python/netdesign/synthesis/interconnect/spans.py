"""Which data centres are joined directly, and by how many lines, so that the loss of one parts none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from netdesign.analysis.facts.distances import kilometres
from netdesign.model.resolved import ResolvedFlow, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import TopologyPreference
from netdesign.synthesis.backbone.topology import Survival, Topology, survivable_topology
from netdesign.synthesis.needs.centres import crossing

MESHED: Final = 3
"""Up to so many data centres all are joined to all: one more would be a longer way for as many lines."""
SOLVED: Final = 10
"""Up to so many data centres the cheapest topology is searched for; beyond, they stand on a ring."""


@dataclass(frozen=True, slots=True)
class Span:
    """Two data centres, by position, that are joined directly: how far apart they are, and by how many lines."""

    a: int
    b: int
    km: float
    ways: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """The spans, what shape they make, and how far from the shortest they may be (None where nothing was sought)."""

    spans: tuple[Span, ...]
    shape: str
    found: Topology | None = None


def layout(sites: Sequence[ResolvedSite], requirements: ResolvedRequirements, paths: int, assumed_km: float) -> Layout:
    """The spans of the shape asked for, or of the shortest that keeps `paths` ways between any two data centres.

    Data centres whose places are unknown are taken to be `assumed_km` apart. What must answer in time gets a span
    of its own with as many lines.
    """
    km = distances(sites, assumed_km)
    shape, pairs, found = _shape(len(sites), requirements.topology_preference, km, paths)
    degree = _ways_between(len(sites), shape, found, paths)
    spans = [Span(a, b, km[a, b], -(-paths // degree)) for a, b in pairs]
    hurried = _hurried(spans, sites, crossing(requirements), requirements.max_latency_ms, (km, paths))
    return Layout(tuple(hurried), shape, found)


def distances(sites: Sequence[ResolvedSite], assumed_km: float) -> dict[tuple[int, int], float]:
    """The great circle between every two data centres."""
    found = {}
    for (at, one), (to, other) in combinations(enumerate(sites), 2):
        known = kilometres(one, other)
        found[at, to] = found[to, at] = assumed_km if known is None else known
    return found


def _shape(
    count: int, preference: TopologyPreference | None, km: dict[tuple[int, int], float], paths: int
) -> tuple[str, list[tuple[int, int]], Topology | None]:
    everyone = list(combinations(range(count), 2))
    if count == 2:
        return "line", everyone, None
    if preference is TopologyPreference.STAR:
        hub = min(range(count), key=lambda at: (sum(km[at, to] for to in range(count) if to != at), at))
        return "star", [(min(hub, at), max(hub, at)) for at in range(count) if at != hub], None
    if preference is TopologyPreference.MESH or (preference is not TopologyPreference.RING and count <= MESHED):
        return "mesh", everyone, None
    if preference is not TopologyPreference.RING and count <= SOLVED:
        ends = np.array(everyone, np.int64)
        cost = np.array([km[pair] for pair in everyone], np.float64)
        found = survivable_topology(count, ends, cost, Survival(min(2, max(1, paths)), nodes=paths > 2), nodes=200)
        return "shortest", [everyone[at] for at in found.spans], found
    return "ring", _ring(count, km), None


def _ring(count: int, km: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """A ring that visits the nearest data centre next, its crossings undone."""
    order, left = [0], set(range(1, count))
    while left:
        nearest = min(left, key=lambda at: (km[order[-1], at], at))
        order.append(nearest)
        left.remove(nearest)
    better = True
    while better:
        better = False
        for i, j in combinations(range(1, count), 2):
            a, b, c, d = order[i - 1], order[i], order[j], order[(j + 1) % count]
            if a != d and km[a, c] + km[b, d] < km[a, b] + km[c, d] - 1e-9:
                order[i : j + 1] = reversed(order[i : j + 1])
                better = True
    return [(min(pair), max(pair)) for pair in pairwise((*order, order[0]))]


def _ways_between(count: int, shape: str, found: Topology | None, paths: int) -> int:
    """How many ways that share no span the shape itself keeps between any two data centres."""
    if found is not None:
        return min(2, max(1, paths))
    return {"mesh": count - 1, "ring": 2}.get(shape, 1)


def _hurried(
    spans: Iterable[Span],
    sites: Sequence[ResolvedSite],
    flows: Iterable[ResolvedFlow],
    limit_ms: float | None,
    ground: tuple[dict[tuple[int, int], float], int],
) -> list[Span]:
    """The spans with one of as many lines as there must be ways wherever a flow has to answer in time."""
    km, paths = ground
    place = {site.id: at for at, site in enumerate(sites)}
    known = {(span.a, span.b): span for span in spans}
    for flow in flows:
        if flow.latency_ms is not None or limit_ms is not None:
            a, b = sorted((place[flow.source], place[flow.target]))
            known[a, b] = replace(known.get((a, b), Span(a, b, km[a, b])), ways=max(1, paths))
    return [known[pair] for pair in sorted(known)]
