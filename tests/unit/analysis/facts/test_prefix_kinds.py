"""What a prefix is for, against the standard library."""

from ipaddress import ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.prefix_kinds import LINK_LOCAL, PRIVATE, SPECIAL, inside, special_use
from tests.support.sketch import within

BLOCKS = (*PRIVATE, *LINK_LOCAL, *SPECIAL)
NEAR = st.builds(
    lambda block, skip, length: str(_near(block, skip, length)),
    st.sampled_from(BLOCKS),
    st.integers(-3, 3),
    st.integers(0, 40),
)


def _near(block, skip, longer):
    net = ip_network(block)
    size = net.max_prefixlen
    length = min(size, net.prefixlen + longer)
    number = (int(net.network_address) + skip * (1 << (size - length))) % (1 << size)
    kind = type(net)
    return kind((number, length), strict=False)


@settings(max_examples=100)
@given(st.lists(NEAR, max_size=12), st.lists(st.sampled_from(BLOCKS), max_size=4))
def test_a_prefix_lies_in_a_block_as_the_library_says(texts, blocks):
    expected = [any(within(text, block) for block in blocks) for text in texts]

    assert inside(parse(texts), blocks).tolist() == expected


def test_what_is_set_aside_has_a_reason():
    texts = ["10.0.0.0/8", "203.0.113.7/32", "2001:db8::/48", "not a prefix", "fd00:0:0:9::/64", "fd00:0:1::/48"]

    assert special_use(parse(texts)) == {
        1: "documentation",
        2: "documentation",
        4: "unique local without a random number",
    }
