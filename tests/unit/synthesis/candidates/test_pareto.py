"""The front against every pair of scores, and the design nearest to the ideal point."""

from __future__ import annotations

from math import log10, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.comparison import Score
from netdesign.synthesis.candidates.pareto import better_in, distances, dominates, front, knee, spread


def scored(cost: float, down: float | None, room: float | None, power: float = 100.0) -> Score:
    return Score(tco_usd=cost, unavailability=down, headroom=room, power_w=power)


SCORES = st.lists(
    st.builds(
        scored,
        st.sampled_from([100.0, 150.0, 200.0, 300.0]),
        st.sampled_from([1e-3, 1e-4, 1e-5]),
        st.sampled_from([-0.1, 0.1, 0.3]),
        st.sampled_from([10.0, 20.0, 40.0]),
    ),
    max_size=9,
)


def as_losses(score: Score) -> tuple[float, float, float, float]:
    assert score.unavailability is not None
    assert score.headroom is not None
    return score.tco_usd, score.unavailability, -score.headroom, score.power_w


@given(SCORES)
def test_the_front_is_what_no_other_beats(scores):
    named = dict(enumerate(scores))
    losses = [as_losses(score) for score in scores]

    def beaten(at: int) -> bool:
        return any(
            all(a <= b for a, b in zip(other, losses[at], strict=True)) and other != losses[at] for other in losses
        )

    expected = [at for at in named if not beaten(at) and losses[at] not in losses[:at]]

    assert list(front(named)) == expected


@given(SCORES.filter(lambda scores: len(scores) > 1))
def test_the_knee_is_nearest_to_the_best_of_everything(scores):
    named = dict(enumerate(scores))
    columns = [
        [score.tco_usd for score in scores],
        [log10(score.unavailability or 1) for score in scores],
        [-(score.headroom or 0) for score in scores],
        [score.power_w for score in scores],
    ]

    def far(at: int) -> float:
        total = 0.0
        for column in columns:
            wide = max(max(column) - min(column), 0.01 * abs(min(column)))
            total += ((column[at] - min(column)) / wide) ** 2
        return sqrt(total)

    found = knee(named)

    assert found is not None
    assert distances(named) == pytest.approx({at: far(at) for at in named}, abs=1e-5)
    assert far(found) == pytest.approx(min(far(at) for at in named), abs=1e-5)


def test_of_two_the_knee_is_the_one_that_loses_less():
    cheap = scored(100, 1e-3, 0.5)
    sound = scored(101, 1e-5, 0.5)
    dear = scored(400, 1e-5, 0.5)

    # A hundredth dearer is all of the range, but not worth more than that range.
    assert knee({"cheap": cheap, "sound": sound}) == "cheap"
    assert knee({"cheap": cheap, "sound": sound, "dear": dear}) == "sound"
    assert knee({}) is None


def test_says_in_what_a_design_is_better():
    one, other = scored(100, 1e-4, 0.2, 10), scored(120, 1e-4, 0.1, 9)

    assert better_in(one, other) == ("cost", "headroom")
    assert better_in(other, one) == ("power",)
    assert not dominates(one, other)
    assert dominates(one, scored(120, 1e-4, 0.2, 10))
    assert not dominates(one, one)


def test_what_was_not_found_is_no_merit():
    unknown = scored(100, None, None)

    assert better_in(scored(100, 0.5, 0.1), unknown) == ("availability", "headroom")
    assert dominates(scored(100, 0.5, 0.0), unknown)


def test_few_of_many_show_the_extent_of_a_front():
    scores = {
        "cheap": scored(100, 1e-3, 0.1, 50),
        "near cheap": scored(110, 9e-4, 0.11, 51),
        "middle": scored(180, 1e-4, 0.25, 60),
        "sound": scored(300, 1e-6, 0.2, 90),
        "roomy": scored(310, 1e-4, 0.6, 95),
        "near roomy": scored(305, 2e-4, 0.55, 96),
    }

    assert spread(scores, 4) == ("cheap", "middle", "sound", "roomy")
    assert spread(scores, 9) == tuple(scores)
    assert spread({}, 4) == ()
