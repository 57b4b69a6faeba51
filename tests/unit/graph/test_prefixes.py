import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import (
    Prefix,
    address_text,
    overlaps,
    parse_address,
    parse_interface,
    parse_prefix,
    prefix_at,
    summarise,
    usable_hosts,
)

ADDRESS = st.ip_addresses(v=4) | st.ip_addresses(v=6)


@st.composite
def networks(draw):
    """Prefixes of both versions, half of them crowded into two small blocks."""
    if draw(st.booleans()):
        version, base = draw(st.sampled_from([(4, 10 << 24), (6, 0xFD << 120)]))
        width = 32 if version == 4 else 128
        return prefix_at(version, base + draw(st.integers(0, 31)), draw(st.integers(width - 6, width)))
    address = draw(ADDRESS)
    return prefix_at(address.version, int(address), draw(st.integers(0, address.max_prefixlen)))


def oracle(prefix):
    return (
        ipaddress.ip_network((prefix.network, prefix.length))
        if prefix.version == 4
        else ipaddress.IPv6Network((prefix.network, prefix.length))
    )


@given(ADDRESS)
def test_addresses_parse_as_in_the_standard_library(address):
    assert parse_address(str(address)) == (address.version, int(address))
    assert parse_address(address.exploded) == (address.version, int(address))


def spelled():
    """Spellings that are addresses or nearly so: groups with and without gaps, endings as IPv4."""
    group = st.sampled_from(["0", "1", "00ab", "FfFf", "", "12345", "1_0", "+1", "0x1", " 1", "\u0661"])
    ending = group | st.sampled_from(["1.2.3.4", "1.2.3", "256.0.0.1", "01.2.3.4", "", ":"])
    return st.builds(
        lambda words, last: ":".join([*words, last]),
        st.lists(st.sampled_from(["0", "1", "00ab", "FfFf", ""]) | group, min_size=1, max_size=9),
        ending,
    )


@given(spelled())
@example("1.2.3.4::")
@example("::1.2.3.4")
@example("1:2:3:4:5:6:1.2.3.4")
@example("1:2:3:4:5:6:7:1.2.3.4")
@example("1:2:3:4:5:6:7::")
@example("::2:3:4:5:6:7:8")
@example("1:2:3:4::5:6:7:8")
@example("1::2::3")
@example(":1::2")
@example("1::2:")
@example("2001:db8::1\n")
def test_ipv6_spellings_are_taken_and_refused_as_in_the_standard_library(text):
    try:
        expected = int(ipaddress.IPv6Address(text))
    except ValueError:
        with pytest.raises(InvalidInputError, match="not an IPv6 address"):
            parse_address(text)
    else:
        assert parse_address(text) == (6, expected)


@given(
    st.lists(st.sampled_from(["0", "9", "10", "255", "256", "00", "1", "", "+1", "\u0661"]), max_size=6).map(".".join)
)
def test_ipv4_spellings_are_taken_and_refused_as_in_the_standard_library(text):
    try:
        expected = int(ipaddress.IPv4Address(text))
    except ValueError:
        with pytest.raises(InvalidInputError, match="not an IPv4 address"):
            parse_address(text)
    else:
        assert parse_address(text) == (4, expected)


@given(ADDRESS)
def test_addresses_are_written_as_in_the_standard_library(address):
    text = address_text(address.version, int(address))

    assert ipaddress.ip_address(text) == address
    if address.version == 4 or "." not in str(address):
        assert text == str(address)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("0:0:0:0:0:0:0:0", "::"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:0:3:4:5:6:7:8",) * 2],
)
def test_ipv6_text_follows_rfc_5952(text, canonical):
    assert address_text(*parse_address(text)) == canonical


@given(networks())
def test_prefixes_survive_a_round_trip(prefix):
    assert parse_prefix(str(prefix)) == prefix
    assert ipaddress.ip_network(str(prefix)) == oracle(prefix)


@given(st.text("0123456789abcdef:./", max_size=20) | st.text(max_size=8))
def test_garbage_is_refused_as_in_the_standard_library(text):
    if "%" in text or "." in text.partition("/")[2]:
        return  # scopes and netmasks are the standard library's alone
    try:
        expected = ipaddress.ip_interface(text)
    except ValueError:
        with pytest.raises(InvalidInputError):
            parse_interface(text)
    else:
        found = parse_interface(text)
        assert (int(expected.ip), expected.network.prefixlen) == (found.address, found.length)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10.0.0.1/24", "write 10.0.0.0/24"),
        ("10.0.0.0/33", "give 0 to 32"),
        ("10.0.0.0/", "the length"),
        ("10.0.0.0/²", "the length"),
        ("10.0.0/24", "not an IPv4 address"),
        ("010.0.0.0/24", "not an IPv4 address"),
        ("2001:db8::/129", "give 0 to 128"),
        ("2001:db8:::/64", "not an IPv6 address"),
        ("10.0.0.0\0/8", "not an IPv4 address"),
        ("", "not an IPv4 address"),
    ],
)
def test_refused_text_says_what_to_write(text, problem):
    with pytest.raises(InvalidInputError, match=problem.replace("(", r"\(")):
        parse_prefix(text)


@given(networks())
def test_an_interface_knows_its_subnet(prefix):
    interface = parse_interface(f"{address_text(prefix.version, prefix.last)}/{prefix.length}")

    assert interface.prefix == prefix
    assert parse_interface(str(interface)) == interface


@given(networks())
def test_sizes_and_hosts(prefix):
    expected = oracle(prefix)
    hosts = expected.num_addresses - {4: 2, 6: 1}[prefix.version]

    assert prefix.size == expected.num_addresses
    assert prefix.last == int(expected.broadcast_address)
    assert usable_hosts(prefix) == (hosts if prefix.size > 2 else prefix.size)


@given(networks(), networks())
def test_covering_is_being_a_supernet(one, two):
    same = one.version == two.version

    assert one.covers(two) == (same and oracle(two).subnet_of(oracle(one)))


@given(networks())
def test_halves_and_parent_undo_each_other(prefix):
    if prefix.length:
        assert prefix in prefix.parent().halves()
        assert prefix.parent() == Prefix(
            prefix.version, int(oracle(prefix).supernet().network_address), prefix.length - 1
        )


@given(st.lists(networks(), max_size=12))
def test_overlaps_are_all_pairs_that_share_an_address(prefixes):
    expected = {
        frozenset((i, j))
        for i, one in enumerate(prefixes)
        for j, two in enumerate(prefixes)
        if i != j and one.version == two.version and oracle(one).overlaps(oracle(two))
    }
    found = overlaps(prefixes)

    assert len(found) == len(expected)
    assert {frozenset(pair) for pair in found} == expected
    assert all(prefixes[outer].covers(prefixes[inner]) for outer, inner in found)


def test_of_two_equal_prefixes_the_earlier_covers():
    prefix = parse_prefix("10.0.0.0/8")

    assert overlaps([prefix, prefix]) == [(0, 1)]


@given(st.lists(networks(), max_size=12))
def test_the_summary_is_that_of_the_standard_library(prefixes):
    expected = [
        network
        for version in (4, 6)
        for network in ipaddress.collapse_addresses([oracle(p) for p in prefixes if p.version == version])
    ]

    assert [oracle(prefix) for prefix in summarise(prefixes)] == expected
