"""Latency against the speed of light in fibre."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from math import asin, atan2, ceil, cos, degrees, floor, radians, sin, sqrt
from typing import Protocol

from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.conditions.question import Question, numbers, relax

EARTH_RADIUS_KM = 6371.0
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
        distance = great_circle_km(one, other)
        if distance is not None and round_trip_ms(question, distance) > limit:
            yield _conflict(question, (one, other), distance, (field, limit))


def _farthest(sites: tuple[ResolvedSite, ...]) -> tuple[ResolvedSite, ResolvedSite] | None:
    """The two sites farthest apart; of very many sites two that are far apart, found in two sweeps."""
    placed = [site for site in sites if site.latitude is not None and site.longitude is not None]
    if len(placed) < 2:
        return None
    pairs: Iterable[tuple[ResolvedSite, ResolvedSite]] = combinations(placed, 2)
    if len(placed) > MANY_SITES:
        edge = max(placed, key=lambda site: great_circle_km(placed[0], site) or 0.0)
        pairs = ((edge, site) for site in placed)
    return max(pairs, key=lambda pair: great_circle_km(*pair) or 0.0)


def round_trip_ms(question: Question, distance_km: float) -> float:
    """The least round trip: fibre both ways, longer than the great circle by the route factor."""
    policy = question.parameters.latency
    return 2 * distance_km * policy.route_factor * policy.fibre_us_per_km / 1000


class Placed(Protocol):
    """What has a place on the ground, or may have."""

    @property
    def latitude(self) -> float | None: ...

    @property
    def longitude(self) -> float | None: ...


def great_circle_km(one: Placed, other: Placed) -> float | None:
    """The distance of two places over the ground; None when the place of either is unknown."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    first, second = radians(one.latitude), radians(other.latitude)
    across, along = second - first, radians(other.longitude - one.longitude)
    chord = sin(across / 2) ** 2 + cos(first) * cos(second) * sin(along / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def _conflict(
    question: Question, pair: tuple[ResolvedSite, ResolvedSite], distance: float, limit: tuple[str, float]
) -> Conflict:
    one, other = pair
    field, allowed = limit
    least = round_trip_ms(question, distance)
    reach = floor(allowed / round_trip_ms(question, 1.0) * 0.999)
    enough = ceil(least * 10) / 10
    at = question.requirements.sites.index(other)
    place = towards(one, other, reach / distance)
    return Conflict(
        code="latency-below-physics",
        requirements=(field, f"sites/{at}"),
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
            relax(
                f"sites/{at}",
                (
                    {"lat": other.latitude, "lon": other.longitude},
                    {"lat": round(place[0], 4), "lon": round(place[1], 4)},
                ),
                f"place {other.name} within {reach:,} km of {one.name}",
                f"a site {distance - reach:,.0f} km nearer",
            ),
        ),
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
