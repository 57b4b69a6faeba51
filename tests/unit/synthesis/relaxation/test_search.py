"""The least change that helps, against looking at each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netdesign.synthesis.relaxation.search import Least, Trials, least


@given(st.integers(1, 200), st.integers(0, 220))
def test_finds_the_first_that_helps_in_few_trials(count, first):
    asked: list[int] = []

    def helps(value: int) -> bool:
        asked.append(value)
        return bool(value >= first)

    found = least(range(count), helps)

    assert found == (Least(first, exact=True) if first < count else None)
    assert len(asked) <= 1 + count.bit_length()


@given(st.integers(2, 100), st.integers(0, 99), st.integers(0, 6))
def test_without_trials_it_keeps_what_is_known_to_help(count, first, budget):
    trials = Trials(budget)
    first = min(first, count - 1)

    found = least(range(count), lambda value: value >= first if trials.spend() else None)

    if budget == 0:
        assert found is None
    else:
        assert found is not None
        assert found.at >= first
        assert found.exact <= (found.at == first)
    assert trials.left >= 0


def test_nothing_to_change_helps_nothing():
    assert least((), lambda value: True) is None
