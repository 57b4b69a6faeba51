"""Which designs are better in nothing than another, and which of the others to recommend.

The recommended design is the one nearest to the ideal point: every criterion is scaled so that the best
design of the front has 0 and the worst has 1, and the distance is Euclidean (compromise programming with
equal weights; Zeleny, Compromise Programming, in Cochrane and Zeleny, Multiple Criteria Decision Making,
1973; Yu, A Class of Solutions for Group Decision Problems, Management Science 19(8), 1973).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10, sqrt
from typing import Final, TypeVar

from netdesign.model.comparison import Score

K = TypeVar("K")

METHOD: Final = (
    "Of the valid designs that no other equals or betters in all of total cost of ownership, unavailability, headroom"
    " and power, the one nearest to the ideal point: each criterion scaled to 0 (best of them) .. 1 (worst of them, or"
    " a hundredth of the best value where they differ by less), unavailability by its logarithm, Euclidean distance"
    " with equal weights (compromise programming, Zeleny 1973, Yu 1973); of equal distances the cheaper."
)
LEAST_UNAVAILABILITY: Final = 1e-9
"""Below this the model says nothing: a thirtieth of a second a year."""
CRITERIA: Final = ("cost", "availability", "headroom", "power")
SAME: Final = 1e-9
MATTERS: Final = 0.01
"""Designs that differ in a criterion by less than this share of the best value are not told far apart by it."""


@dataclass(frozen=True, slots=True)
class Losses:
    """A score as numbers of which less is better, in the order of `CRITERIA`."""

    values: tuple[float, float, float, float]

    @staticmethod
    def of(score: Score) -> Losses:
        """Unavailability by its decimal logarithm; what was not found counts as the worst."""
        down = 1.0 if score.unavailability is None else max(score.unavailability, LEAST_UNAVAILABILITY)
        room = 0.0 if score.headroom is None else score.headroom
        return Losses((score.tco_usd, log10(down), -room, score.power_w))


def better_in(one: Score, other: Score) -> tuple[str, ...]:
    """The criteria in which `one` is strictly better than `other`."""
    pairs = zip(CRITERIA, Losses.of(one).values, Losses.of(other).values, strict=True)
    return tuple(name for name, mine, theirs in pairs if theirs - mine > SAME * max(1.0, abs(theirs)))


def dominates(one: Score, other: Score) -> bool:
    """Whether `one` is nowhere worse than `other` and somewhere better."""
    return bool(better_in(one, other)) and not better_in(other, one)


def front(scores: Mapping[K, Score]) -> tuple[K, ...]:
    """The keys of the scores that no other dominates, in their order; of equal scores the first."""
    kept: list[K] = []
    for key, score in scores.items():
        beaten = any(dominates(other, score) for other in scores.values())
        equal = any(not better_in(scores[one], score) and not better_in(score, scores[one]) for one in kept)
        if not beaten and not equal:
            kept.append(key)
    return tuple(kept)


def distances(scores: Mapping[K, Score]) -> dict[K, float]:
    """The distance of every score to the ideal point of all of them, 0..2."""
    losses = {key: Losses.of(score).values for key, score in scores.items()}
    lows = [min(column) for column in zip(*losses.values(), strict=True)]
    highs = [max(column) for column in zip(*losses.values(), strict=True)]
    return {key: _distance(values, lows, highs) for key, values in losses.items()}


def _distance(values: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> float:
    scaled = (
        (value - low) / max(high - low, MATTERS * abs(low), SAME)
        for value, low, high in zip(values, lows, highs, strict=True)
    )
    return round(sqrt(sum(one * one for one in scaled)), 6)


def knee(scores: Mapping[K, Score]) -> K | None:
    """The key of the score nearest to the ideal point; of equal distances the cheaper, then the first."""
    far = distances(scores)
    order = list(scores)
    return min(order, key=lambda key: (far[key], scores[key].tco_usd, order.index(key)), default=None)


def spread(scores: Mapping[K, Score], most: int) -> tuple[K, ...]:
    """At most `most` keys of a front that show its extent, in their order.

    The nearest to the ideal point, the best in each criterion in turn, then those farthest from the ideal.
    """
    chosen: list[K] = []
    best = knee(scores)
    if best is not None:
        chosen.append(best)
    chosen += [_best(scores, at) for at in range(len(CRITERIA)) if scores]
    far = distances(scores)
    chosen += sorted(scores, key=lambda key: -far[key])
    kept = set(list(dict.fromkeys(chosen))[:most])
    return tuple(key for key in scores if key in kept)


def _best(scores: Mapping[K, Score], criterion: int) -> K:
    return min(scores, key=lambda key: (Losses.of(scores[key]).values[criterion], scores[key].tco_usd))
