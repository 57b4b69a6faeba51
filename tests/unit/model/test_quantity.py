"""Quantities as people write them."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.quantity import (
    CURRENCIES,
    MAX_BANDWIDTH_BPS,
    MIN_BANDWIDTH_BPS,
    Money,
    QuantityError,
    format_bandwidth,
    parse_area_m2,
    parse_bandwidth,
    parse_duration_s,
    parse_fraction,
    parse_length_m,
    parse_money,
    parse_power_kw,
)

PARSERS: tuple[Callable[[Any], object], ...] = (
    parse_bandwidth,
    parse_duration_s,
    parse_length_m,
    parse_area_m2,
    parse_power_kw,
    parse_fraction,
    parse_money,
)


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("10Gbps", 10**10),
        ("100 Mbit/s", 10**8),
        ("2.5G", 2_500_000_000),
        (1e9, 10**9),
        (10**10, 10**10),
        ("10GbE", 10**10),
        ("100GE", 10**11),
        ("400gige", 4 * 10**11),
        ("1,000 Mbps", 10**9),
        ("1.5Tbps", 1_500_000_000_000),
        ("64kbps", 64_000),
        ("1e9 bps", 10**9),
        ("+5G", 5 * 10**9),
        ("5 gigabit/s", 5 * 10**9),
        (" 10 gb/s ", 10**10),
        ("1000000 bit/s", 10**6),
        (".5G", 5 * 10**8),
    ],
)
def test_reads_a_bandwidth_in_any_usual_spelling(text, bps):
    assert parse_bandwidth(text) == bps


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("banana Gbps", "is not a bandwidth"),
        ("-1Gbps", "is negative"),
        (-5, "is negative"),
        ("nan", "is not a bandwidth"),
        ("inf", "is not a bandwidth"),
        (math.nan, "not a finite number"),
        (math.inf, "not a finite number"),
        ("1e400", "has no unit"),
        ("1e400 Gbps", "above the largest"),
        (10**400, "impossibly large"),
        ("", "empty text"),
        ("   ", "empty text"),
        (None, "None is not a bandwidth"),
        (True, "True is not a bandwidth"),
        ([], "is not a bandwidth"),
        (10, "below the smallest"),
        ("10", "has no unit"),
        ("1,5 Gbps", "is not a bandwidth"),
        ("0 Gbps", "zero is not a bandwidth"),
        ("10 Gbps Gbps", "unknown unit"),
        ("10 parsecs", "unknown unit"),
        ("\uff11\uff10Gbps", "is not a bandwidth"),
        ("10GB/s", "not a line rate"),
        ("10 MBps", "not a line rate"),
        ("1 " * 40, "a text of 80 characters"),
        ("1.2.3 G", "is not a bandwidth"),
        ("2x10G", "unknown unit"),
        ({"a": 1}, "is not a bandwidth"),
    ],
)
def test_refuses_nonsense_with_the_reason(value, words):
    with pytest.raises(QuantityError, match=words) as caught:
        parse_bandwidth(value)

    assert caught.value.faults[0].remedy


@pytest.mark.parametrize(
    ("text", "money"),
    [
        (250_000, Money(250_000)),
        ("$1.2M", Money(1_200_000, "USD")),
        ("EUR 200k", Money(200_000, "EUR")),
        ("1.5 million USD", Money(1_500_000, "USD")),
        ("$200.50", Money(200, "USD")),
        ("1,200,000", Money(1_200_000)),
        ("200k€", Money(200_000, "EUR")),
        ("usd 5", Money(5, "USD")),
        ("$ 3 bn", Money(3 * 10**9, "USD")),
        ("US$5", Money(5, "USD")),
        ("5m", Money(5_000_000)),
        ("£20 thousand", Money(20_000, "GBP")),
        (1.5, Money(2)),
    ],
)
def test_reads_money_with_its_currency(text, money):
    assert parse_money(text) == money


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("€ 200.000", "in two ways"),
        ("-5", "is negative"),
        ("USD 5 EUR", "unknown unit"),
        ("abc", "not an amount"),
        ("12 xyz", "not a currency"),
        ("XAU 12", "not a currency"),
        ("0", "zero is not an amount of money"),
        (0.4, "below the smallest"),
        (False, "is not an amount of money"),
        ("1e400", "above the largest"),
        ("5 zloty", "unknown unit"),
        ("", "empty"),
    ],
)
def test_refuses_money_that_may_be_misread(value, words):
    with pytest.raises(QuantityError, match=words):
        parse_money(value)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_duration_s, "5 ms", 0.005),
        (parse_duration_s, "4 hours", 14_400),
        (parse_duration_s, "3µs", 3e-6),
        (parse_duration_s, "6 months", 15_778_800),
        (parse_fraction, 0.15, 0.15),
        (parse_fraction, "15%", 0.15),
        (parse_fraction, "99.99 percent", 0.9999),
        (parse_length_m, "300ft", 91.44),
        (parse_length_m, 90, 90),
        (parse_length_m, "1.2 km", 1200),
        (parse_area_m2, "10,000 sq ft", 929.0304),
        (parse_area_m2, "2 ha", 20_000),
        (parse_area_m2, "1200 m²", 1200),
        (parse_power_kw, "900 W", 0.9),
        (parse_power_kw, "1.5 MW", 1500),
        (parse_power_kw, 12, 12),
    ],
)
def test_reads_other_quantities_in_one_unit(parse, text, value):
    assert parse(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (parse_duration_s, 5, "has no unit"),
        (parse_duration_s, "12", "has no unit"),
        (parse_fraction, 1.5, "above the largest"),
        (parse_duration_s, "3 fortnights", "unknown unit"),
        (parse_fraction, "150%", "above the largest"),
        (parse_fraction, "-1%", "is negative"),
        (parse_area_m2, "5 acres", "unknown unit"),
        (parse_length_m, "x", "not a length"),
        (parse_power_kw, "2 kVA", "unknown unit"),
        (parse_length_m, "1e12 km", "above the largest"),
    ],
)
def test_refuses_other_nonsense(parse, text, words):
    with pytest.raises(QuantityError, match=words):
        parse(text)


def test_a_bare_duration_takes_the_unit_that_its_field_has():
    assert parse_duration_s(5, bare_unit="ms") == 0.005


@pytest.mark.parametrize(
    ("bps", "text"),
    [
        (0, "0 bit/s"),
        (999, "999 bit/s"),
        (1000, "1 kbit/s"),
        (2_500_000_000, "2.5 Gbit/s"),
        (10**11, "100 Gbit/s"),
        (12_800_000_000_000, "12.8 Tbit/s"),
    ],
)
def test_writes_a_bandwidth_for_people(bps, text):
    assert format_bandwidth(bps) == text


@given(st.integers(MIN_BANDWIDTH_BPS, MAX_BANDWIDTH_BPS))
def test_what_is_written_for_people_reads_back_within_its_precision(bps):
    assert parse_bandwidth(format_bandwidth(bps)) == pytest.approx(bps, rel=0.005)


@given(st.integers(MIN_BANDWIDTH_BPS, MAX_BANDWIDTH_BPS), st.sampled_from(["", " "]))
def test_every_spelling_of_a_rate_is_exact(bps, space):
    for unit, factor in (("bps", 1), ("kbit/s", 10**3), ("Mbps", 10**6), ("G", 10**9)):
        assert parse_bandwidth(f"{Decimal(bps) / factor:f}{space}{unit}") == bps
    assert parse_bandwidth(bps) == bps


@given(st.integers(1, 10**13), st.sampled_from(CURRENCIES))
def test_money_reads_back_as_written(amount, currency):
    assert parse_money(str(Money(amount, currency))) == Money(amount, currency)
    assert parse_money(amount) == Money(amount)


@given(
    st.one_of(
        st.text(max_size=70),
        st.from_regex(r"[ $€]{0,2}[-+]?[0-9.,eE]{1,8} ?[a-zA-Z/%²]{0,6}"),
        st.floats(),
        st.integers(),
        st.booleans(),
        st.none(),
        st.lists(st.integers(), max_size=2),
    )
)
def test_any_input_is_read_or_refused_and_never_breaks_the_parser(value):
    for parse in PARSERS:
        try:
            parsed = parse(value)
        except QuantityError:
            continue
        else:
            number = parsed.amount if isinstance(parsed, Money) else parsed
            assert isinstance(number, (int, float))
            assert math.isfinite(number)
            assert number >= 0
