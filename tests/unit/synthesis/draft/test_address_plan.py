from ipaddress import IPv4Network, IPv6Address, ip_network
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.errors import ConflictError
from netdesign.synthesis.draft.address_plan import AddressPlan, Block, format_v4, format_v6, host_length
from tests.support.sketch import within


@given(st.integers(0, 2**128 - 1))
def test_ipv6_text_is_the_shortest(value):
    assert format_v6(value) == str(IPv6Address(value))


@given(
    st.lists(st.sampled_from([0, 0, 1, 0xFD00]), min_size=4, max_size=4),
    st.integers(0, 2**33),
)
def test_ipv6_text_of_pools_is_the_shortest(high, low):
    value = sum(group << (112 - 16 * at) for at, group in enumerate(high)) + low

    assert format_v6(value) == str(IPv6Address(value))


@pytest.mark.parametrize("value", [0, 1, 1 << 112, 0x2001_0DB8 << 96, (1 << 128) - 1, 1 << 64 | 1])
def test_ipv6_text_of_zero_runs(value):
    assert format_v6(value) == str(IPv6Address(value))


@given(st.integers(1, 5000), st.floats(1, 4))
def test_a_host_subnet_is_the_smallest_that_is_80_percent_full(hosts, growth):
    wanted = ceil(hosts * growth / 0.8) + 3
    size = 1 << (32 - host_length(hosts, growth))

    assert size >= wanted
    assert size == 4 or size // 2 < wanted


@given(st.lists(st.integers(20, 31), max_size=40))
def test_pieces_of_a_block_are_aligned_inside_and_apart(lengths):
    block = Block(10 << 24, 20)
    nets = [IPv4Network((base, length)) for length in lengths if (base := block.cut(length)) is not None]

    assert all(net.subnet_of(IPv4Network("10.0.0.0/20")) for net in nets)
    ordered = sorted(nets)
    assert all(not a.overlaps(b) for a, b in pairwise(ordered))


@given(st.lists(st.integers(22, 28), max_size=120), st.integers(22, 28))
def test_a_block_refuses_only_what_has_no_free_place(lengths, wanted):
    block = Block(10 << 24, 20)
    taken = [IPv4Network((base, length)) for length in lengths if (base := block.cut(length)) is not None]
    places = IPv4Network("10.0.0.0/20").subnets(new_prefix=wanted)
    free = [place for place in places if not any(place.overlaps(net) for net in taken)]

    assert (block.cut(wanted) is not None) == bool(free)


def test_nothing_larger_than_the_block_is_cut():
    assert Block(10 << 24, 20).cut(19) is None


def test_sites_get_blocks_apart_and_outside_reserved_space():
    plan = AddressPlan("p", ["10.0.0.0/14"], reserved=["10.1.0.0/16", "192.168.0.0/16", "fd00::/8"])
    demands = {"server": [24] * 4, "dmz": [28]}
    blocks = [ip_network(plan.plan_site(f"s{n}", demands, links=40, devices=20).block.prefix) for n in range(4)]

    assert all(not a.overlaps(b) for n, a in enumerate(blocks) for b in blocks[:n])
    assert all(not block.overlaps(ip_network("10.1.0.0/16")) for block in blocks)
    assert all(within(str(block), "10.0.0.0/14") for block in blocks)


def test_every_zone_of_a_site_is_one_block_with_room_to_double():
    site = AddressPlan("p", ["10.0.0.0/8"]).plan_site("s", {"server": [24] * 3, "dmz": [27]}, links=9, devices=9)

    assert site.zones["server"].length == 21
    inside = [ip_network(block.prefix) for block in (*site.zones.values(), *site.pools.values())]
    assert all(within(str(net), site.block.prefix) for net in inside)
    assert all(not a.overlaps(b) for n, a in enumerate(inside) for b in inside[:n])


def test_a_full_supernet_is_refused():
    plan = AddressPlan("p", ["10.0.0.0/24"])

    with pytest.raises(ConflictError, match="no /2"):
        plan.plan_site("s", {"server": [24]}, links=1, devices=1)


def test_ipv6_sites_come_from_the_supernet_or_are_unique_local():
    own = AddressPlan("p", ["10.0.0.0/8"], ipv6=True, ipv6_supernet="2001:db8::/47")
    sites = [own.plan_site(name, {}, links=1, devices=1) for name in ("a", "b")]
    local = AddressPlan("p", ["10.0.0.0/8"], ipv6=True).plan_site("a", {}, links=1, devices=1)

    assert [format_v6(site.v6) for site in sites if site.v6] == ["2001:db8::", "2001:db8:1::"]
    assert local.v6 is not None
    assert within(f"{format_v6(local.v6)}/48", "fd00::/8")
    with pytest.raises(ConflictError, match="no /48 left"):
        own.plan_site("c", {}, links=1, devices=1)


def test_a_site_without_ipv6_has_no_ipv6_blocks():
    site = AddressPlan("p", ["10.0.0.0/8"]).plan_site("a", {"server": []}, links=1, devices=1)

    assert site.v6 is None
    with pytest.raises(ConflictError, match="no IPv6"):
        site.zone_v6("server")


def test_an_ipv4_address_is_dotted():
    assert format_v4(0x0A0102FF) == "10.1.2.255"
