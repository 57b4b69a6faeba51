"""Synchronous replication against the distance of the sites that hold the copies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import floor
from typing import Final

from netdesign.analysis.facts.distances import kilometres
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.conditions.distance import nearer, round_trip_ms
from netdesign.synthesis.conditions.question import Question, numbers
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
    closer = nearer(question, (one, other), distance, reach, ", and one disaster may reach both")
    yield Conflict(
        code="replication-beyond-reach",
        requirements=(field, closer.field),
        statement=(
            f"{one.name} and {other.name}, the nearest two sites with servers, are {distance:,.0f} km apart: a round"
            f" trip takes {least:.2f} ms at the least, and with {word} every write waits for one; {limit:g} ms are"
            " allowed."
        ),
        numbers=numbers(distance_km=f"{distance:.0f}", least_round_trip_ms=f"{least:.2f}", allowed_ms=f"{limit:g}"),
        relaxations=(
            *unsay(question, WORDS, "replicate asynchronously", "the last writes are lost with a site"),
            closer,
        ),
    )


def _nearest(question: Question) -> tuple[ResolvedSite, ResolvedSite, float] | None:
    """The two sites with servers that are nearest to each other; None where fewer than two have a place."""
    holding = [site for site in question.requirements.sites if site.servers]
    pairs = (
        (one, other, distance)
        for one, other in combinations(holding, 2)
        if (distance := kilometres(one, other)) is not None
    )
    return min(pairs, key=lambda pair: pair[2], default=None)
