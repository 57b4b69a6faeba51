"""Addresses read all at once equal what the standard library reads one by one."""

from __future__ import annotations

import ipaddress
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.address_text import Parsed, parse, written

v4 = st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=4), st.integers(0, 33))
v6 = st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=6), st.integers(0, 129))
sparse = st.builds(
    lambda a, b, n: f"{ipaddress.IPv6Address((a << 64) | b)}/{n}",
    st.integers(0, 2**20),
    st.integers(0, 2**17),
    st.integers(0, 128),
)
long_form = st.ip_addresses(v=6).map(lambda address: address.exploded.upper())
odd = st.text(alphabet="0123456789abcdefg:./%\n é-", max_size=18)
texts = st.lists(st.one_of(v4, v6, sparse, long_form, odd, st.ip_addresses().map(str)), max_size=12)


def expected(text: str) -> tuple[int, int, int]:
    try:
        read = ipaddress.ip_interface(text)
    except ValueError:
        return 0, 0, 0
    if "%" in text:
        return 0, 0, 0
    return read.version, int(read.ip), read.network.prefixlen


def found(parsed: Parsed, at: int) -> tuple[int, int, int]:
    number = (int(parsed.high[at]) << 64) | int(parsed.low[at])
    return int(parsed.version[at]), number, int(parsed.length[at])


@settings(max_examples=100, deadline=None)
@given(texts)
@example(
    [
        "::",
        "::1/128",
        "1::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::2::3",
        ":1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
    ]
)
@example(
    [
        "10.0.0.1",
        "010.0.0.1",
        "10.0.0.1/08",
        "10.0.0.256",
        "10.0.0",
        "10.0.0.1/",
        "1.2.3.4/24/24",
        "10.0.0.1.2",
        "",
    ]
)
@example(["::ffff:10.0.0.1", "fe80::1%eth0", "fe80::/x", "fe80::1/064", "a\nb", "10.0.0.1/31\n", "10.0.0.0001"])
@example(["1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8", "12345::", "::/0", "/", ":", ":::", "1.2.3.4:5", "1::2:"])
def test_many_addresses_are_read_as_each_alone(values: list[str]) -> None:
    parsed = parse(values)

    assert [found(parsed, at) for at in range(len(values))] == [expected(text) for text in values]
    assert [bool(parsed.stated[at]) for at in range(len(values)) if parsed.version[at]] == [
        "/" in text for at, text in enumerate(values) if parsed.version[at]
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(v4, v6, sparse).filter(lambda text: expected(text)[0] != 0), min_size=1, max_size=8))
def test_networks_clear_the_host_bits(values: list[str]) -> None:
    parsed = parse(values)
    high, low = parsed.networks()

    for at, text in enumerate(values):
        network = ipaddress.ip_interface(text).network
        assert written(int(parsed.version[at]), int(high[at]), int(low[at]), int(parsed.length[at])) == str(network)


def test_no_texts_are_no_addresses() -> None:
    assert parse([]).version.size == 0


@pytest.mark.parametrize("pattern", ["10.{a}.{b}.{c}/31", "fd12:3456:789a:{a:x}::{b:x}{c:02x}/127"])
def test_a_large_table_is_read_quickly(pattern: str) -> None:
    values = [pattern.format(a=i >> 16 & 255, b=i >> 8 & 255, c=i & 255) for i in range(40_000)]

    before = time.process_time()
    parsed = parse(values)

    assert time.process_time() - before < 0.3
    assert bool(parsed.version.all())
