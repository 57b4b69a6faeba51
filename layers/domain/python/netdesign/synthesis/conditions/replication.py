"""Synchronous replication against the distance of the sites that hold the copies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import floor
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.conditions.distance import great_circle_km, round_trip_ms, towards
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.conditions.wording import said_of, unsay

WORDS: Final = (
    "synchronous replication",
    "sync replication",
    "synchronous mirroring",
    "metro cluster",
    "metrocluster",
    "stretched cluster",
)


def replication_beyond_reach(question: Question) -> Iterator[Conflict]:
    """Copies that are to be written at the same time, at sites farther apart than writes can wait for.

    It suffices that two sites with servers are near enough: the copies are kept there.
    """
    said = next(said_of(question, WORDS), None)
    pair = _nearest(question) if said else None
    if said is None or pair is None:
        return
    field, word = said
    one, other, distance = pair
    limit = question.parameters.latency.sync_replication_rtt_ms
    least = round_trip_ms(question, distance)
    if least <= limit:
        return
    reach = floor(limit / round_trip_ms(question, 1.0) * 0.999)
    at = question.requirements.sites.index(other)
    place = towards(one, other, reach / distance)
    yield Conflict(
        code="replication-beyond-reach",
        requirements=(field, f"sites/{at}"),
        statement=(
            f"{one.name} and {other.name}, the nearest two sites with servers, are {distance:,.0f} km apart: a round"
            f" trip takes {least:.2f} ms at the least, and with {word} every write waits for one; {limit:g} ms are"
            " allowed."
        ),
        numbers=numbers(distance_km=f"{distance:.0f}", least_round_trip_ms=f"{least:.2f}", allowed_ms=f"{limit:g}"),
        relaxations=(
            *unsay(question, WORDS, "replicate asynchronously", "the last writes are lost with a site"),
            relax(
                f"sites/{at}",
                (
                    {"lat": other.latitude, "lon": other.longitude},
                    {"lat": round(place[0], 4), "lon": round(place[1], 4)},
                ),
                f"place {other.name} within {reach:,} km of {one.name}",
                f"a site {distance - reach:,.0f} km nearer, and one disaster may reach both",
            ),
        ),
    )


def _nearest(question: Question) -> tuple[ResolvedSite, ResolvedSite, float] | None:
    """The two sites with servers that are nearest to each other; None where fewer than two have a place."""
    holding = [site for site in question.requirements.sites if site.servers]
    pairs = (
        (one, other, distance)
        for one, other in combinations(holding, 2)
        if (distance := great_circle_km(one, other)) is not None
    )
    return min(pairs, key=lambda pair: pair[2], default=None)
