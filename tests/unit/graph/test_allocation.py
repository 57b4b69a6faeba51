import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from netdesign.errors import ConflictError, InfeasibleError, InvalidInputError
from netdesign.graph.allocation import BuddyAllocator
from netdesign.graph.prefixes import overlaps, parse_prefix, prefix_at, summarise

POOL = [parse_prefix(text) for text in ("10.0.0.0/26", "10.0.0.128/27", "fd00::/122")]


def prefixes(*texts):
    return [parse_prefix(text) for text in texts]


class Bookkeeping(RuleBasedStateMachine):
    """Whatever is done, used and free blocks stay disjoint and fill the pool."""

    def __init__(self):
        super().__init__()
        self.pool = BuddyAllocator(POOL)
        self.held = set()

    @rule(length=st.integers(24, 32), dense=st.booleans())
    def allocate(self, length, dense):
        fits = any(block.version == 4 and block.length <= length for block in self.pool.available())
        try:
            self.held.add(self.pool.allocate(length, dense=dense))
            assert fits
        except InfeasibleError:
            assert not fits

    @rule(length=st.integers(120, 128))
    def allocate_ipv6(self, length):
        try:
            self.held.add(self.pool.allocate(length, version=6))
        except InfeasibleError:
            assert all(block.length > length for block in self.pool.available() if block.version == 6)

    @rule(offset=st.integers(0, 255), length=st.integers(25, 32))
    def reserve(self, offset, length):
        wanted = prefix_at(4, (10 << 24) + offset, length)
        fits = any(block.covers(wanted) for block in self.pool.available())
        try:
            self.held.add(self.pool.reserve(wanted))
            assert fits
        except ConflictError:
            assert not fits

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def free(self, data):
        prefix = data.draw(st.sampled_from(sorted(self.held)))
        self.pool.free(prefix)
        self.held.remove(prefix)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def grow(self, data):
        prefix = data.draw(st.sampled_from(sorted(self.held)))
        room = [block for block in self.pool.available() if block.covers(prefix.parent().halves()[1])]
        try:
            grown = self.pool.grow(prefix)
        except ConflictError:
            assert not room or prefix.parent().network != prefix.network
        else:
            assert grown == prefix.parent()
            assert room
            self.held = self.held - {prefix} | {grown}

    @invariant()
    def the_books_balance(self):
        blocks = self.pool.used() + self.pool.available()
        assert self.pool.used() == sorted(self.held)
        assert overlaps(blocks) == []
        assert summarise(blocks) == summarise(POOL)
        for supernet in POOL:
            free = [block for block in self.pool.available() if supernet.covers(block)]
            assert summarise(free) == free


TestBookkeeping = Bookkeeping.TestCase


def test_allocations_bisect_the_space():
    pool = BuddyAllocator(prefixes("10.0.0.0/16"))
    found = [str(pool.allocate(24)) for _ in range(4)]

    assert found == ["10.0.0.0/24", "10.0.128.0/24", "10.0.64.0/24", "10.0.192.0/24"]
    assert str(pool.grow(parse_prefix("10.0.128.0/24"))) == "10.0.128.0/23"


def test_dense_allocations_keep_large_blocks_whole():
    pool = BuddyAllocator(prefixes("10.0.0.0/16"))
    found = [str(pool.allocate(24, dense=True)) for _ in range(3)]

    assert found == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        pytest.param(lambda p: p.allocate(15), InfeasibleError, "largest free block is 10.0.0.0/16", id="big"),
        pytest.param(lambda p: p.allocate(64, version=6), InfeasibleError, "any IPv6 supernet", id="no IPv6"),
        pytest.param(lambda p: p.allocate(33), InvalidInputError, "no IPv4 length", id="no such length"),
        pytest.param(lambda p: p.reserve(prefixes("11.0.0.0/24")[0]), ConflictError, "outside", id="outside"),
        pytest.param(lambda p: p.free(prefixes("10.0.0.0/24")[0]), ConflictError, "not an alloc", id="free"),
        pytest.param(lambda p: p.grow(p.allocate(16)), ConflictError, "cannot double", id="whole supernet"),
    ],
)
def test_refusals_say_what_is_wrong(act, error, words):
    with pytest.raises(error, match=words):
        act(BuddyAllocator(prefixes("10.0.0.0/16")))


def test_a_reserved_block_names_what_it_meets():
    pool = BuddyAllocator(prefixes("10.0.0.0/16"))
    for third in range(7):
        pool.reserve(parse_prefix(f"10.0.{third}.0/24"))

    with pytest.raises(ConflictError, match=r"10\.0\.4\.0/24 and 2 more"):
        pool.reserve(parse_prefix("10.0.0.0/20"))


def test_supernets_must_be_disjoint():
    with pytest.raises(InvalidInputError, match=r"10\.0\.0\.0/8 and 10\.1\.0\.0/16 overlap"):
        BuddyAllocator(prefixes("10.1.0.0/16", "10.0.0.0/8"))


def test_the_whole_address_space_is_one_block():
    pool = BuddyAllocator(prefixes("0.0.0.0/0"))
    whole = pool.allocate(0)

    with pytest.raises(ConflictError, match="cannot double"):
        pool.grow(whole)
    pool.free(whole)
    assert pool.available() == [whole]
