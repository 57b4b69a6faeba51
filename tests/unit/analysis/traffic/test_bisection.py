"""Halves of a fabric against all halvings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.analysis.traffic.bisection import halved


def least(table) -> float:
    """The least of all halvings of an even number of rows, one by one."""
    rows = range(len(table))
    cuts = []
    for half in combinations(rows, len(table) // 2):
        rest = [row for row in rows if row not in half]
        cuts.append(np.minimum(table[list(half)].sum(axis=0), table[rest].sum(axis=0)).sum())
    return float(min(cuts))


tables = st.integers(1, 4).flatmap(
    lambda half: st.integers(1, 3).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 4), min_size=columns, max_size=columns), min_size=2 * half, max_size=2 * half
        )
    )
)


@given(tables)
def test_what_is_found_is_a_real_halving(rows):
    table = np.array(rows, dtype=float)
    found = halved(table)
    assert least(table) - 1e-9 <= found <= table.sum() / 2 + 1e-9


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 9))
def test_alike_rows_give_half_of_all(half, columns, speed):
    table = np.full((2 * half, columns), float(speed))
    assert halved(table) == least(table) == table.sum() / 2


@given(st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(lambda some: len(some) % 2 == 0))
def test_one_column_is_cut_at_its_worst(column):
    table = np.array([[value] for value in column], dtype=float)
    assert halved(table) == least(table)


def test_parts_that_share_no_column():
    assert halved(np.array([[4.0, 0.0], [4.0, 0.0], [0.0, 4.0], [0.0, 4.0]])) == 0.0
    assert halved(np.array([[4.0]])) == 0.0


def test_an_odd_number_of_rows():
    assert halved(np.full((3, 2), 10.0)) == pytest.approx(30.0)
