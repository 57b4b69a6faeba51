"""What spans between sites may have to carry, intact and with any one of them failed, when ways are the fewest hops."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

Span = tuple[int, int]


def span_loads(
    sites: int, spans: Sequence[Span], demand: Mapping[tuple[int, int], float]
) -> tuple[list[float], list[float]]:
    """(intact, with the worst one failed) of each span, in its busier direction.

    Where several ways have the fewest hops nobody says which one traffic takes: each of them must carry all of it.
    """
    whole = _loads(sites, spans, demand, None)
    worst = list(whole)
    for lost in range(len(spans)):
        if whole[lost]:
            for at, bps in enumerate(_loads(sites, spans, demand, lost)):
                worst[at] = max(worst[at], bps)
    return whole, worst


def _loads(sites: int, spans: Sequence[Span], demand: Mapping[tuple[int, int], float], lost: int | None) -> list[float]:
    around: list[list[int]] = [[] for _ in range(sites)]
    for at, (a, b) in enumerate(spans):
        if at != lost:
            around[a].append(b)
            around[b].append(a)
    hops = {site: _hops(around, site) for site in {end for pair in demand for end in pair}}
    carried = [[0.0, 0.0] for _ in spans]
    for (source, target), bps in demand.items():
        near, far = hops[source], hops[target]
        for at, (a, b) in enumerate(spans):
            if at == lost or near[target] < 0:
                continue
            for way, (one, other) in enumerate(((a, b), (b, a))):
                if near[one] >= 0 and far[other] >= 0 and near[one] + 1 + far[other] == near[target]:
                    carried[at][way] += bps
    return [max(both) for both in carried]


def _hops(around: Sequence[Sequence[int]], source: int) -> list[int]:
    """Hops from a site to each; -1 where none leads."""
    found = [-1] * len(around)
    found[source], queue = 0, deque([source])
    while queue:
        here = queue.popleft()
        for there in around[here]:
            if found[there] < 0:
                found[there] = found[here] + 1
                queue.append(there)
    return found


def farthest(sites: int, spans: Sequence[Span]) -> list[list[int]]:
    """Hops between every two sites; -1 where none lead."""
    around: list[list[int]] = [[] for _ in range(sites)]
    for a, b in spans:
        around[a].append(b)
        around[b].append(a)
    return [_hops(around, site) for site in range(sites)]
