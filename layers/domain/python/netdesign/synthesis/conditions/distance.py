"""Latency against the speed of light in fibre."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from math import asin, atan2, ceil, cos, degrees, floor, radians, sin, sqrt

from netdesign.analysis.facts.distances import kilometres
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.conditions.question import Question, numbers, relax

MANY_SITES = 300


def latency_below_physics(question: Question) -> Iterator[Conflict]:
    """A round trip between two sites that light in fibre cannot make in the time allowed."""
    wanted = question.requirements
    limits: list[tuple[str, float, ResolvedSite, ResolvedSite]] = []
    if wanted.max_latency_ms is not None and (pair := _farthest(wanted.sites)):
        limits.append(("max_latency_ms", wanted.max_latency_ms, *pair))
    sites = {site.id: site for site in wanted.sites}
    for at, flow in enumerate(wanted.flows):
        if flow.latency_ms is not None and flow.source in sites and flow.target in sites:
            limits.append((f"flows/{at}/latency_ms", flow.latency_ms, sites[flow.source], sites[flow.target]))
    for field, limit, one, other in limits:
        distance = kilometres(one, other)
        if distance is not None and round_trip_ms(question, distance) > limit:
            yield _conflict(question, (one, other), distance, (field, limit))


def unreached(question: Question, round_trip: float) -> Conflict:
    """Less time than the devices and cables of the design take there and back."""
    asked = question.requirements.max_latency_ms or 0.0
    enough = ceil(round_trip * 10) / 10
    return Conflict(
        code="latency-not-reached",
        requirements=("max_latency_ms", "network_type"),
        statement=(
            f"Between the farthest ends a packet takes {round_trip:.3g} ms there and back, with forwarding, inspection"
            f" and the failures that are survived; {asked:g} ms are allowed."
        ),
        numbers=numbers(round_trip_ms=f"{round_trip:.3g}", allowed_ms=f"{asked:g}"),
        relaxations=(
            relax("max_latency_ms", (asked, enough), f"allow {enough:g} ms", "applications must bear the longer wait"),
        ),
    )


def _farthest(sites: tuple[ResolvedSite, ...]) -> tuple[ResolvedSite, ResolvedSite] | None:
    """The two sites farthest apart; of very many sites two that are far apart, found in two sweeps."""
    placed = [site for site in sites if site.latitude is not None and site.longitude is not None]
    if len(placed) < 2:
        return None
    pairs: Iterable[tuple[ResolvedSite, ResolvedSite]] = combinations(placed, 2)
    if len(placed) > MANY_SITES:
        edge = max(placed, key=lambda site: kilometres(placed[0], site) or 0.0)
        pairs = ((edge, site) for site in placed)
    return max(pairs, key=lambda pair: kilometres(*pair) or 0.0)


def round_trip_ms(question: Question, distance_km: float) -> float:
    """The least round trip: fibre both ways, longer than the great circle by the route factor."""
    policy = question.parameters.latency
    return 2 * distance_km * policy.route_factor * policy.fibre_us_per_km / 1000


def _conflict(
    question: Question, pair: tuple[ResolvedSite, ResolvedSite], distance: float, limit: tuple[str, float]
) -> Conflict:
    one, other = pair
    field, allowed = limit
    least = round_trip_ms(question, distance)
    reach = floor(allowed / round_trip_ms(question, 1.0) * 0.999)
    enough = ceil(least * 10) / 10
    closer = nearer(question, pair, distance, reach)
    return Conflict(
        code="latency-below-physics",
        requirements=(field, closer.field),
        statement=(
            f"{one.name} and {other.name} are {distance:,.0f} km apart; light in fibre takes {least:.2f} ms "
            f"there and back, and {allowed:g} ms are allowed."
        ),
        numbers=numbers(distance_km=f"{distance:.0f}", least_round_trip_ms=f"{least:.2f}", allowed_ms=f"{allowed:g}"),
        relaxations=(
            relax(
                field,
                (allowed, enough),
                f"allow {enough:g} ms",
                "applications must bear the longer wait",
            ),
            closer,
        ),
    )


def nearer(
    question: Question, pair: tuple[ResolvedSite, ResolvedSite], distance_km: float, reach_km: float, drawback: str = ""
) -> Relaxation:
    """The way out of placing the second site within reach of the first, on the line between them."""
    one, other = pair
    latitude, longitude = towards(one, other, reach_km / distance_km)
    return relax(
        f"sites/{question.requirements.sites.index(other)}",
        (
            {"lat": other.latitude, "lon": other.longitude},
            {"lat": round(latitude, 4), "lon": round(longitude, 4)},
        ),
        f"place {other.name} within {reach_km:,} km of {one.name}",
        f"a site {distance_km - reach_km:,.0f} km nearer{drawback}",
    )


def towards(one: ResolvedSite, other: ResolvedSite, share: float) -> tuple[float, float]:
    """The point at `share` of the way from one site to the other along the great circle."""
    start = _vector(one)
    end = _vector(other)
    angle = 2 * asin(min(1.0, sqrt(sum((a - b) ** 2 for a, b in zip(start, end, strict=True))) / 2))
    near, far = sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle)
    x, y, z = (near * a + far * b for a, b in zip(start, end, strict=True))
    return degrees(atan2(z, sqrt(x * x + y * y))), degrees(atan2(y, x))


def _vector(site: ResolvedSite) -> tuple[float, float, float]:
    latitude, longitude = radians(site.latitude or 0.0), radians(site.longitude or 0.0)
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)
