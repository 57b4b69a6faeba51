"""One address of each class of destinations stands for all of them: whatever befalls any host befalls its class."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.forwarding.destinations import Target, around, outside_classes, subnet_classes, targets
from netdesign.analysis.forwarding.journeys import journeys, lost_journeys
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.graph.network import Network, compile_network
from netdesign.graph.prefixes import address_text, parse_prefix
from netdesign.model.addressing import Pool
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.routed import DEFAULT, flow, group, joined, loopback, static, subnet, svi, vlan
from tests.support.sketch import NO_CATALOG, design, device

NEAR, FAR = "10.1.0.0/28", "10.2.0.0/28"
LINE, *ENDS = joined("b:9", "isp:1", "100.64.0")
NETWORK: tuple[Any, ...] = (
    DEFAULT,
    *(device(name, Role.CORE) for name in "abc"),
    device("isp", Role.PROVIDER, managed=False, sku=None),
    *joined("a:1", "b:1", "10.0.1"),
    *joined("b:2", "c:2", "10.0.2"),
    *joined("c:3", "a:3", "10.0.3"),
    *(replace(LINE, purpose=LinkPurpose.CIRCUIT), *ENDS),
    *(vlan("near", 1, "a"), svi("a", "near", "10.1.0.1/28"), subnet(NEAR, "near"), group("us", "near")),
    *(vlan("far", 2, "c"), svi("c", "far", "10.2.0.1/28"), subnet(FAR, "far"), group("them", "far")),
    flow("us", "them"),
    flow("us", "isp"),
)
BESIDE = {
    "a": {"b": "10.0.1.1", "c": "10.0.3.0"},
    "b": {"a": "10.0.1.0", "c": "10.0.2.1", "isp": "100.64.0.1"},
    "c": {"b": "10.0.2.0", "a": "10.0.3.1"},
}
HELD = {
    "a": ("10.0.1.0/31", "10.0.3.0/31", NEAR),
    "b": ("10.0.1.0/31", "10.0.2.0/31", "100.64.0.0/31"),
    "c": ("10.0.2.0/31", "10.0.3.0/31", FAR),
    "isp": ("100.64.0.0/31",),
}


class Way(NamedTuple):
    """A static route: to whom, or to nobody."""

    device: str
    prefix: str
    to: str | None
    distance: int = 1


SOUND = (
    *(Way("a", FAR, "c"), Way("b", FAR, "c"), Way("c", NEAR, "a"), Way("b", NEAR, "a")),
    *(Way("a", "0.0.0.0/0", "b"), Way("c", "0.0.0.0/0", "b"), Way("b", "0.0.0.0/0", "isp")),
)


def built(*ways: Way) -> Network:
    routes = (
        replace(
            static(w.device, w.prefix, BESIDE[w.device][w.to] if w.to else None, discard=w.to is None),
            id=f"{w.device}:{at}",
            distance=w.distance,
        )
        for at, w in enumerate(ways)
    )
    return compile_network(design(*NETWORK, *routes), NO_CATALOG)


# --- an independent forwarder, one address at a time


def best(ways: tuple[Way, ...], device: str, address: IPv4Address) -> list[Way] | str | None:
    """The statics that a device sends packets by, the prefix that it holds itself, or nothing."""
    held = [IPv4Network(text) for text in HELD[device] if address in IPv4Network(text)]
    some = [w for w in ways if w.device == device and address in IPv4Network(w.prefix)]
    longest = max([n.prefixlen for n in held] + [IPv4Network(w.prefix).prefixlen for w in some], default=-1)
    if any(n.prefixlen == longest for n in held):
        return str(next(n for n in held if n.prefixlen == longest))
    some = [w for w in some if IPv4Network(w.prefix).prefixlen == longest]
    least = min((w.distance for w in some), default=0)
    return [w for w in some if w.distance == least] or None


def arrives(ways: tuple[Way, ...], start: str, address: IPv4Address, home: str | None) -> bool:
    """Whether packets get to the subnet (or, without one, to the provider) on each of the ways that they can take."""

    def on(device: str, passed: frozenset[str]) -> bool:
        if device in passed:
            return False
        found = best(ways, device, address)
        if found is None:
            return device == "isp" and home is None
        if isinstance(found, str):
            return found == home
        further = {w.to for w in found if w.to is not None}
        return bool(further) and all(on(to, passed | {device}) for to in further)

    return on(start, frozenset())


def lost_targets(net: Network, start: str) -> set[Target]:
    at = fib(net).table(net.device_index[start], "default")
    return {one.journey.target for one in lost_journeys(fib(net)) if one.journey.table == at}


INSIDE = st.builds(
    lambda base, length, at: str(IPv4Network((int(IPv4Address(base)) + at, length), strict=False)),
    st.sampled_from(["10.1.0.0", "10.2.0.0"]),
    st.integers(24, 32),
    st.integers(0, 15),
)
ABROAD = st.sampled_from(["8.0.0.0/5", "9.0.0.0/8", "9.1.0.0/16", "128.0.0.0/1", "0.0.0.0/1", "9.1.2.0/24"])
WAYS = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(INSIDE, ABROAD), st.sampled_from([None, "a", "b", "c", "isp"]),
              st.sampled_from([1, 1, 5])),
    max_size=5,
)  # fmt: skip
OUTSIDE = [IPv4Address(f"{text}.7") for text in ("1.0.0", "8.8.8", "9.0.0", "9.1.0", "9.1.2", "15.1.1", "130.0.0")]


@settings(max_examples=100, deadline=None)
@given(WAYS)
def test_every_host_fares_as_the_class_that_it_is_in(drawn: list[tuple[str, str, str | None, int]]) -> None:
    ways = (*SOUND, *(Way(d, p, to, n) for d, p, to, n in drawn if to is None or to in BESIDE[d]))
    net = built(*ways)
    for start, home, subnet_at in (("a", FAR, 1), ("c", NEAR, 0)):
        lost, classes = lost_targets(net, start), subnet_classes(net, subnet_at)
        assert lost <= set(classes) | set(outside_classes(net))
        for host in IPv4Network(home).hosts():
            mine = around(classes, int(host))
            assert mine is not None
            assert (mine in lost) is not arrives(ways, start, host, home), (start, host)
    lost = lost_targets(net, "a")
    for address in OUTSIDE:
        mine = around((one for one in outside_classes(net) if one.version == 4), int(address))
        assert mine is not None
        assert (mine in lost) is not arrives(ways, "a", address, None), address


# --- what is walked to


def named(found: tuple[Target, ...]) -> list[str]:
    return [f"{one.prefix} at {address_text(one.version, one.address)}" for one in found if one.version == 4]


def test_a_subnet_that_nobody_tells_apart_is_one_class_at_its_middle() -> None:
    assert named(subnet_classes(built(*SOUND), 1)) == ["10.2.0.0/28 at 10.2.0.8"]
    assert sum(map(len, journeys(built(*SOUND)).values())) == 4


def test_each_longer_prefix_is_a_class_and_what_is_left_is_the_first() -> None:
    parts = (Way("b", "10.2.0.0/29", None), Way("b", "10.2.0.8/30", None), Way("b", "10.2.0.9/32", None))

    assert named(subnet_classes(built(*SOUND, *parts), 1)) == [
        "10.2.0.0/28 at 10.2.0.12",
        "10.2.0.0/29 at 10.2.0.1",
        "10.2.0.8/30 at 10.2.0.8",
        "10.2.0.9/32 at 10.2.0.9",
    ]
    edges = (Way("b", "10.2.0.0/32", None), Way("b", "10.2.0.15/32", None))
    assert named(subnet_classes(built(*SOUND, *edges), 1)) == ["10.2.0.0/28 at 10.2.0.8"]


def service(name: str, address: str) -> ServiceInstance:
    return ServiceInstance(
        id=name, kind=ServiceKind.DNS, name=name, site="dc1", zone="server", address=address, subnet=FAR, attached_to=()
    )


def test_services_are_walked_to_at_their_own_addresses() -> None:
    hole = static("b", "10.2.0.4/31", None, discard=True)
    services = service("dns", "10.2.0.5"), service("ntp", "10.2.0.9"), service("log", "10.9.0.9")
    net = compile_network(design(*NETWORK, hole, *services), NO_CATALOG)

    assert named(targets(net, ("dns",))) == ["10.2.0.4/31 at 10.2.0.4"]
    assert named(targets(net, ("ntp", "log"))) == ["10.2.0.0/28 at 10.2.0.8"]
    assert len(targets(net, ("them", "dns", "ntp"))) == 2


@pytest.mark.parametrize(
    ("prefix", "to", "told"),
    [
        ("8.0.0.0/5", None, True),
        ("8.8.8.0/24", None, True),
        ("8.8.8.8/32", None, False),
        ("8.8.8.8/32", "a", True),
        ("10.0.0.0/8", None, False),
        ("192.0.2.0/24", None, False),
        ("198.41.0.0/24", None, False),
        ("198.41.0.0/26", "a", False),
        ("198.41.0.0/16", None, False),
        ("198.0.0.0/8", None, True),
        ("ff00::/8", None, False),
        ("2600::/12", None, True),
        ("2600::1/128", None, False),
    ],
)
def test_outside_classes_are_what_routes_of_ours_tell_apart_of_the_internet(
    prefix: str, to: str | None, told: bool
) -> None:
    route = static("b", prefix, BESIDE["b"][to] if to else None, discard=to is None)
    pool = Pool(id="public", prefix="198.41.0.0/25", purpose="public")
    net = compile_network(design(*NETWORK, route, pool), NO_CATALOG)

    found = {one.prefix for one in outside_classes(net)}
    assert (parse_prefix(prefix) in found) is told
    assert parse_prefix("0.0.0.0/0") in found
    assert parse_prefix("::/0") in found


def test_delivery_into_another_subnet_is_no_arrival() -> None:
    twin = (vlan("twin", 3, "b"), svi("b", "twin", "10.2.0.1/29"))
    net = compile_network(
        design(*NETWORK, *twin, static("a", FAR, BESIDE["a"]["b"]), static("b", FAR, BESIDE["b"]["c"])), NO_CATALOG
    )
    lost = [one for one in lost_journeys(fib(net)) if one.journey.flow == "us>them" and not one.journey.backward]

    assert [(str(one.journey.target.prefix), one.end.fate) for one in lost] == [("10.2.0.0/29", Fate.ELSEWHERE)]


def test_an_address_of_a_subnet_on_a_loopback_is_where_it_is_announced() -> None:
    own = loopback("b", "10.2.0.7/32")
    net = compile_network(
        design(*NETWORK, own, static("a", FAR, BESIDE["a"]["b"]), static("b", FAR, BESIDE["b"]["c"])), NO_CATALOG
    )

    assert named(subnet_classes(net, 1)) == ["10.2.0.0/28 at 10.2.0.8", "10.2.0.7/32 at 10.2.0.7"]
    assert [one for one in lost_journeys(fib(net)) if one.journey.flow == "us>them" and not one.journey.backward] == []
