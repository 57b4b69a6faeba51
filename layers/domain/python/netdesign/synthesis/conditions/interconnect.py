"""Data centres that are to be joined: how many there are, how near, and whether each survives the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import ceil
from typing import Final

from netdesign.analysis.facts.distances import kilometres
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Framework, NetworkType, Redundancy, TopologyPreference
from netdesign.synthesis.conditions.distance import round_trip_ms
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.needs.centres import DATA_CENTRES, centres, crossing, joined

APART: Final = frozenset({Framework.NIST, Framework.FEDRAMP, Framework.ISO27001, Framework.SOC2, Framework.HIPAA})
"""Frameworks that want a second site where no local event strikes both."""
MOST_CENTRES: Final = 94
"""Blocks of a million numbers from 4,200,000,000 to 4,294,967,294 (RFC 6996), one for each data centre."""
KM_PER_DEGREE: Final = 111.19
SLACK: Final = 1.02
"""What a place is set beyond the least distance, since degrees are not everywhere alike."""
DEVICES_MS: Final = 0.4
"""Round trip through the switches at both ends."""


def one_data_centre(question: Question) -> Iterator[Conflict]:
    """An interconnect with nothing to connect to."""
    wanted = question.requirements
    kind, found = wanted.network_type, centres(wanted)
    if kind is not NetworkType.DATA_CENTER_INTERCONNECT or len(found) > 1:
        return
    other = NetworkType.ENTERPRISE_DATACENTER
    way = relax("network_type", (kind.value, other.value), f"ask for {other}", "one data centre, joined to no other")
    yield Conflict(
        code="interconnect-needs-data-centres",
        requirements=("network_type", "scale/sites"),
        statement=f"An interconnect joins data centres; {found[0].name} is the only one with servers.",
        numbers=numbers(data_centres=len(found), data_centres_needed=2),
        relaxations=(way,),
    )


def as_numbers_short(question: Question) -> Iterator[Conflict]:
    """More joined data centres than there are blocks of private AS numbers."""
    wanted = question.requirements
    count = len(centres(wanted))
    if not joined(wanted) or count <= MOST_CENTRES:
        return
    yield Conflict(
        code="more-data-centres-than-as-numbers",
        requirements=("scale/sites", "network_type"),
        statement=f"{count:,} data centres are to be joined; private AS numbers are enough for {MOST_CENTRES}.",
        numbers=numbers(data_centres=count, blocks_of_as_numbers=MOST_CENTRES),
        relaxations=(
            relax(
                "scale/sites", (count, MOST_CENTRES), f"join {MOST_CENTRES}", "an interconnect of its own for the rest"
            ),
        ),
    )


def hub_not_survived(question: Question) -> Iterator[Conflict]:
    """A star of data centres whose hub must not be missed."""
    wanted = question.requirements
    star = wanted.topology_preference is TopologyPreference.STAR
    if not (star and joined(wanted)) or len(centres(wanted)) < 3 or wanted.redundancy is not Redundancy.CRITICAL:
        return
    yield Conflict(
        code="star-parts-data-centres",
        requirements=("topology_preference", "redundancy"),
        statement=(
            "Redundancy critical survives the loss of any site, but in a star that of the hub parts all the others."
        ),
        numbers=numbers(sites_parted=len(centres(wanted)) - 1, sites_parted_at_most=0),
        relaxations=(
            relax(
                "topology_preference", (TopologyPreference.STAR.value, TopologyPreference.RING.value),
                "ask for a ring", "longer ways between most of the sites",
            ),
            relax(
                "redundancy", (Redundancy.CRITICAL.value, Redundancy.HIGH.value),
                "accept redundancy high", "without the hub every site is on its own",
            ),
        ),
    )  # fmt: skip


def centres_too_near(question: Question) -> Iterator[Conflict]:
    """Data centres that one event may take together, under a framework that wants them apart."""
    wanted, least = question.requirements, question.parameters.compliance.separation_metro_km
    names = tuple(str(ref) for ref in wanted.frameworks if ref.framework in APART)
    if not names or wanted.network_type not in DATA_CENTRES:
        return
    for one, other in combinations(centres(wanted), 2):
        distance = kilometres(one, other)
        if distance is not None and distance < least:
            yield _near(question, (one, other), distance, names)
            return


def _near(
    question: Question, pair: tuple[ResolvedSite, ResolvedSite], distance: float, names: tuple[str, ...]
) -> Conflict:
    (one, other), wanted = pair, question.requirements
    least = question.parameters.compliance.separation_metro_km
    at = wanted.sites.index(other)
    kept = [str(ref) for ref in wanted.frameworks if ref.framework not in APART]
    there = _farther(one, other, distance, least)
    return Conflict(
        code="data-centres-too-near",
        requirements=("compliance", f"sites/{at}"),
        statement=(
            f"{one.name} and {other.name} are {distance:.0f} km apart; {', '.join(names)} asks for a second site "
            f"that no local event takes along, {least} km away at the least."
        ),
        numbers=numbers(distance_km=f"{distance:.1f}", needed_km=least),
        relaxations=(
            relax(
                f"sites/{at}",
                ({"lat": other.latitude, "lon": other.longitude}, there),
                f"place {other.name} {least} km from {one.name}",
                f"a site {least - distance:.0f} km farther away, and longer round trips",
            ),
            relax(
                "compliance",
                ([str(ref) for ref in wanted.frameworks], kept),
                f"keep what falls under {', '.join(names)} out of this network",
                f"a separate network for what falls under {', '.join(names)}",
            ),
        ),
    )


def _farther(one: ResolvedSite, other: ResolvedSite, distance: float, least: float) -> dict[str, float]:
    """A place beyond the other site, as seen from the one, at the least distance; due north of the same place."""
    north, east = one.latitude or 0.0, one.longitude or 0.0
    if distance < 1.0:
        step = least * SLACK / KM_PER_DEGREE
        return {"lat": round(north + step if north < 60 else north - step, 4), "lon": round(east, 4)}
    factor = least * SLACK / distance
    return {
        "lat": round(north + ((other.latitude or 0.0) - north) * factor, 4),
        "lon": round(east + ((other.longitude or 0.0) - east) * factor, 4),
    }


def second_route_too_long(question: Question) -> Iterator[Conflict]:
    """A round trip that the direct route makes in time, but not the one that avoids it."""
    wanted = question.requirements
    if not joined(wanted) or question.parameters.redundancy[wanted.redundancy].edge_disjoint_paths < 2:
        return
    sites = {site.id: site for site in centres(wanted)}
    places = {flow.id: at for at, flow in enumerate(wanted.flows)}
    for flow in crossing(wanted):
        distance = kilometres(sites[flow.source], sites[flow.target])
        limits = [(flow.latency_ms, f"flows/{places[flow.id]}/latency_ms"), (wanted.max_latency_ms, "max_latency_ms")]
        for limit, field in limits:
            if distance is None or limit is None:
                continue
            second = round_trip_ms(question, distance) * question.parameters.interconnect.diverse_route_factor
            if round_trip_ms(question, distance) <= limit < second + DEVICES_MS:
                yield _slow(question, (limit, second + DEVICES_MS), field, (flow.source, flow.target))
                return


def _slow(question: Question, times: tuple[float, float], field: str, ends: tuple[str, str]) -> Conflict:
    limit, takes = times
    wanted = question.requirements
    enough = ceil(takes * 10) / 10
    return Conflict(
        code="second-route-too-long",
        requirements=(field, "redundancy"),
        statement=(
            f"A round trip between {ends[0]} and {ends[1]} has to fit {limit:g} ms; on the route that is left when the "
            f"shortest is cut it takes {takes:.2f} ms."
        ),
        numbers=numbers(allowed_ms=f"{limit:g}", second_route_ms=f"{takes:.2f}"),
        relaxations=(
            relax(field, (limit, enough), f"allow {enough:g} ms", "applications must bear the longer wait"),
            relax(
                "redundancy", (wanted.redundancy.value, Redundancy.LOW.value),
                "accept redundancy low", "one route, and nothing in time while it is cut",
            ),
        ),
    )  # fmt: skip
