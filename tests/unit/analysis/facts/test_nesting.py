"""Prefixes that share addresses, against the standard library."""

from ipaddress import ip_network

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.nesting import nested
from tests.support.sketch import within

FOUR = st.builds(
    lambda base, length: str(ip_network((base << 28 | base, length), strict=False)),
    st.integers(0, 15),
    st.integers(0, 32),
)
SIX = st.builds(
    lambda base, length: str(ip_network((base << 124 | base, length), strict=False)),
    st.integers(0, 15),
    st.integers(0, 128),
)
ROWS = st.lists(st.tuples(st.one_of(FOUR, SIX, st.just("no prefix")), st.integers(0, 2)), max_size=24)


def overlapping(one: tuple[str, int], two: tuple[str, int]) -> bool:
    if "no prefix" in (one[0], two[0]) or one[1] != two[1]:
        return False
    a, b = ip_network(one[0]), ip_network(two[0])
    return a.version == b.version and a.overlaps(b)


@settings(max_examples=100)
@given(ROWS)
def test_every_prefix_in_another_is_found_once(rows):
    found = nested(parse([text for text, _ in rows]), np.array([group for _, group in rows], np.int64))

    inner = [b for _, b in found]
    assert len(inner) == len(set(inner))
    for a, b in found:
        assert overlapping(rows[a], rows[b])
        assert within(rows[b][0], rows[a][0])
    for at, one in enumerate(rows):
        others = [n for n, two in enumerate(rows) if n != at and overlapping(one, two)]
        wider = [n for n in others if within(one[0], rows[n][0])]
        strictly = [n for n in wider if rows[n][0] != one[0]]
        if strictly:
            assert at in inner
        elif at in inner:
            assert any(n < at for n in wider), "of equal prefixes the first is outer"


def test_nothing_is_nested_in_nothing():
    assert nested(parse([]), np.zeros(0, np.int64)) == ()


def test_the_widest_prefix_holds_all_the_others():
    texts = ["10.0.0.0/24", "10.0.0.0/8", "10.0.0.0/24", "10.9.0.0/16", "11.0.0.0/8"]

    assert nested(parse(texts), np.zeros(5, np.int64)) == ((1, 0), (1, 2), (1, 3))
