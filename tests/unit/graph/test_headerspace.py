from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import (
    ANY_ADDRESS,
    NOTHING,
    Box,
    Packet,
    Rule,
    address_range,
    any_box,
    everything,
    first_match,
    space,
)
from netdesign.graph.prefixes import parse_prefix

SIZES = (3, 3, 2, 2, 3)
UNIVERSE = [Packet(*fields) for fields in product((4, 6), *map(range, SIZES))]


@st.composite
def boxes(draw):
    ends = [sorted(draw(st.tuples(*[st.integers(0, size - 1)] * 2))) for size in SIZES]
    return Box(draw(st.sampled_from((4, 6))), *(tuple(pair) for pair in ends))


SPACES = st.lists(boxes(), max_size=5)
RULES = st.lists(st.builds(Rule, st.booleans(), st.lists(boxes(), max_size=2).map(tuple)), max_size=6)


def members(some):
    return {packet for packet in UNIVERSE if any(box.contains(packet) for box in some)}


def check(found, expected):
    assert members(found.boxes) == expected
    assert found.size == len(expected) == sum(box.size for box in found.boxes)
    assert bool(found) == bool(expected)
    assert found.witness() == min(expected, default=None)


@given(SPACES)
def test_a_space_is_the_union_of_its_boxes(some):
    check(space(some), members(some))


@settings(max_examples=60)
@given(SPACES, SPACES)
def test_set_operations_are_exact(one, two):
    first, second = space(one), space(two)

    check(first & second, members(one) & members(two))
    check(first | second, members(one) | members(two))
    check(first - second, members(one) - members(two))
    assert first.covers(second) == (members(one) >= members(two))
    assert first.equals(second) == (members(one) == members(two))


@given(SPACES)
def test_simplifying_keeps_the_headers(some):
    found = space(some)
    simple = found.simplified()

    check(simple, members(some))
    assert len(simple.boxes) <= len(found.boxes)


@given(SPACES)
def test_membership_is_that_of_the_boxes(some):
    found = space(some)

    assert {packet for packet in UNIVERSE if packet in found} == members(some)


@settings(max_examples=60)
@given(RULES)
def test_first_match_is_what_walking_the_rules_gives(rules):
    decided: list[set[Packet]] = [set() for _ in rules]
    for packet in UNIVERSE:
        hits = (i for i, rule in enumerate(rules) if any(box.contains(packet) for box in rule.boxes))
        if (hit := next(hits, None)) is not None:
            decided[hit].add(packet)
    policy = first_match(rules)

    for effective, expected in zip(policy.effective, decided, strict=True):
        check(effective, expected)
    check(policy.permitted, set().union(*(d for d, r in zip(decided, rules, strict=True) if r.permit)))
    check(policy.denied, set().union(*(d for d, r in zip(decided, rules, strict=True) if not r.permit)))


def test_a_shadowed_rule_has_no_effect():
    https = Box(4, ANY_ADDRESS[4], address_range(parse_prefix("10.1.0.0/16")), (6, 6), target_port=(443, 443))
    narrow = https._replace(target=address_range(parse_prefix("10.1.2.0/24")))
    policy = first_match([Rule(True, (https,)), Rule(False, (narrow,)), Rule(False, (any_box(4),))])

    assert [bool(effect) for effect in policy.effective] == [True, False, True]
    assert policy.permitted.witness() == Packet(4, 0, 0x0A010000, 6, 0, 443)
    assert policy.permitted.size == 2**32 * 2**16 * 2**16
    assert (policy.permitted | policy.denied).equals(everything(4))


def test_the_size_of_everything_is_exact():
    assert everything().size == (2**64 + 2**256) * 2**8 * 2**32
    assert everything(6).size == 2**256 * 2**40


def test_nothing_is_empty():
    assert not NOTHING
    assert NOTHING.witness() is None
    assert (everything(4) - everything(4)).equals(NOTHING)
    assert (NOTHING | everything(4)).equals(everything(4))
    assert not first_match([]).permitted


def test_many_pieces_are_put_together_again():
    ports = [Box(4, (0, 9), (0, 9), (6, 6), (0, 0), (port, port)) for port in range(0, 400, 2)]
    gaps = space([Box(4, (0, 9), (0, 9), (6, 6), (0, 0), (0, 399))]) - space(ports)
    whole = gaps | space(ports)

    assert gaps.size == 200 * 100
    assert len(whole.simplified().boxes) == 1


def test_a_reversed_range_is_refused():
    with pytest.raises(InvalidInputError, match=r"5\.\.4 is reversed"):
        space([Box(4, (5, 4), (0, 0))])
