"""Numbers for equal rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts import row_codes as module
from netdesign.analysis.facts.row_codes import (
    among,
    distinct,
    equal_pairs,
    first_equal,
    member_codes,
    row_codes,
    small_codes,
    text_codes,
)
from netdesign.model.vocabulary import InterfaceKind

rows = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2**64 - 1), st.integers(0, 2)), max_size=20)


@pytest.mark.parametrize("factors", [None, (0, 0)])
@settings(max_examples=50, deadline=None)
@given(rows)
def test_rows_share_a_number_exactly_when_they_are_equal(
    factors: tuple[int, int] | None, values: list[tuple[int, int, int]]
) -> None:
    kept = module._FACTORS.copy()
    try:
        if factors is not None:
            module._FACTORS[:] = factors
        codes = row_codes(
            np.array([v[0] for v in values], np.int64),
            np.array([v[1] for v in values], np.uint64),
            np.array([v[2] for v in values], np.int32),
        ).tolist()
    finally:
        module._FACTORS[:] = kept

    assert [[a == b for b in codes] for a in codes] == [[a == b for b in values] for a in values]
    assert set(codes) == set(range(len(set(values))))


def test_members_and_texts_are_numbered_by_position() -> None:
    known: dict[str | None, int] = {"a": 0}

    assert member_codes([InterfaceKind.LAG, InterfaceKind.PHYSICAL], InterfaceKind).tolist() == [1, 0]
    assert text_codes(["b", None, "a", "b"], known).tolist() == [1, -1, 0, 1]
    assert known == {"a": 0, None: -1, "b": 1}


numbers = st.lists(st.integers(-1, 40), max_size=12)
far = st.lists(st.sampled_from([-1, 0, 7, 10**12, 10**15]), max_size=12)


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.tuples(numbers, numbers), st.tuples(far, far)))
def test_membership_and_joins_equal_those_of_python(pair: tuple[list[int], list[int]]) -> None:
    left, right = (np.array(values, np.int64) for values in pair)

    assert among(left, right).tolist() == [value in pair[1] for value in pair[0]]
    assert list(zip(*(column.tolist() for column in equal_pairs(left, right)), strict=True)) == [
        (i, j) for i, a in enumerate(pair[0]) for j, b in enumerate(pair[1]) if a == b
    ]
    expected = [pair[1].index(value) * 10 if value in pair[1] else -1 for value in pair[0]]
    assert first_equal(left, right, np.arange(right.size) * 10).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=12))
def test_small_keys_are_numbered_in_order(keys: list[int]) -> None:
    first, codes = small_codes(np.array(keys, np.int64))

    assert [keys[at] for at in first.tolist()] == sorted(set(keys)) == distinct(np.array(keys, np.int64)).tolist()
    assert [sorted(set(keys))[code] for code in codes.tolist()] == keys
    assert first.tolist() == [keys.index(key) for key in sorted(set(keys))]
