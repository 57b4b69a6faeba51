"""What every line between data centres has to carry, with all of them up and after any one has failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from netdesign.model.resolved import ResolvedFlow, ResolvedSite
from netdesign.synthesis.interconnect.spans import Span

Demand = dict[tuple[int, int], float]
"""Bits a second from one data centre, by position, to another."""


def demand(sites: Sequence[ResolvedSite], flows: Iterable[ResolvedFlow]) -> Demand:
    """What flows between data centres send in each direction."""
    place = {site.id: at for at, site in enumerate(sites)}
    found: Demand = defaultdict(float)
    for flow in flows:
        if flow.source in place and flow.target in place:
            found[place[flow.source], place[flow.target]] += flow.up_bps
            found[place[flow.target], place[flow.source]] += flow.down_bps
    return {ends: rate for ends, rate in found.items() if rate and ends[0] != ends[1]}


def line_loads(spans: Sequence[Span], wanted: Demand) -> list[tuple[float, float]]:
    """For each span what one of its lines carries at most in one direction: all up, and after a failure."""
    whole = span_loads(spans, wanted, -1)
    worst = [load / span.ways for load, span in zip(whole, spans, strict=True)]
    for at, span in enumerate(spans):
        if span.ways > 1:
            worst[at] = max(worst[at], whole[at] / (span.ways - 1))
            continue
        for other, load in enumerate(span_loads(spans, wanted, at)):
            worst[other] = max(worst[other], load / spans[other].ways)
    return [(load / span.ways, failed) for load, failed, span in zip(whole, worst, spans, strict=True)]


def span_loads(spans: Sequence[Span], wanted: Demand, failed: int) -> list[float]:
    """The load of every span in its busier direction when traffic divides evenly among the ways of fewest hops."""
    beside: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, span in enumerate(spans):
        if at != failed:
            beside[span.a].append((span.b, at))
            beside[span.b].append((span.a, at))
    loads = [[0.0, 0.0] for _ in spans]
    for target in sorted({ends[1] for ends in wanted}):
        hops = _hops(target, beside)
        waiting = {source: rate for (source, to), rate in wanted.items() if to == target and source in hops}
        for node in sorted(hops, key=lambda at: (-hops[at], at)):
            rate = waiting.get(node, 0.0)
            nearer = [(to, at) for to, at in beside[node] if hops[to] == hops[node] - 1] if rate else []
            for to, at in nearer:
                loads[at][int(spans[at].a != node)] += rate / len(nearer)
                waiting[to] = waiting.get(to, 0.0) + rate / len(nearer)
    return [max(both) for both in loads]


def _hops(target: int, beside: dict[int, list[tuple[int, int]]]) -> dict[int, int]:
    """How many spans each data centre is away from the target; those that cannot reach it are left out."""
    found, edge = {target: 0}, [target]
    while edge:
        reached = []
        for node in edge:
            for to, _ in beside[node]:
                if to not in found:
                    found[to] = found[node] + 1
                    reached.append(to)
        edge = reached
    return found
