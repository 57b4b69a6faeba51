"""Port names, breakouts and lanes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.ports import (
    Breakout,
    FormFactor,
    PoeType,
    Port,
    PortGroup,
    PortUse,
    expand_port_names,
    group_ports,
    lane_ports,
)
from netdesign.errors import CatalogError

G = 1_000_000_000


@pytest.mark.parametrize(
    ("pattern", "first", "last", "count"),
    [
        ("Ethernet1/1-48", "Ethernet1/1", "Ethernet1/48", 48),
        ("GigabitEthernet1/0/1-24", "GigabitEthernet1/0/1", "GigabitEthernet1/0/24", 24),
        ("xe-0/0/0-47", "xe-0/0/0", "xe-0/0/47", 48),
        ("ethernet-1/49-56", "ethernet-1/49", "ethernet-1/56", 8),
        ("Ethernet49-56/1", "Ethernet49/1", "Ethernet56/1", 8),
        ("1-12.0", "1.0", "12.0", 12),
        ("port1-16", "port1", "port16", 16),
        ("sfp28-1-12", "sfp28-1", "sfp28-12", 12),
        ("SFP+ 49-52", "SFP+ 49", "SFP+ 52", 4),
        ("=qsfp28-1-1,=qsfp28-2-1", "qsfp28-1-1", "qsfp28-2-1", 2),
        ("ha1-a,ha1-b", "ha1-a", "ha1-b", 2),
        ("mgmt0", "mgmt0", "mgmt0", 1),
    ],
)
def test_a_pattern_expands_to_the_names_of_the_platform(pattern: str, first: str, last: str, count: int) -> None:
    names = expand_port_names(pattern)

    assert (names[0], names[-1], len(names)) == (first, last, count)


@given(st.integers(0, 200), st.integers(0, 200), st.sampled_from(["Ethernet1/{}", "et-0/0/{}", "{}/1"]))
def test_a_range_has_every_number_once_in_order(first: int, length: int, shape: str) -> None:
    names = expand_port_names(shape.format(f"{first}-{first + length}"))

    assert names == tuple(shape.format(number) for number in range(first, first + length + 1))


def test_a_range_that_counts_down_is_refused() -> None:
    with pytest.raises(CatalogError, match="counts down"):
        expand_port_names("Ethernet1/9-3")


@pytest.mark.parametrize(
    ("breakout", "port", "names"),
    [
        (Breakout(4, 25 * G), "Ethernet1/49", tuple(f"Ethernet1/49/{n}" for n in (1, 2, 3, 4))),
        (Breakout(4, 25 * G, ":{n}", first=0), "et-0/0/48", tuple(f"et-0/0/48:{n}" for n in (0, 1, 2, 3))),
        (Breakout(2, 50 * G, "s{n}", first=0), "swp3", ("swp3s0", "swp3s1")),
        (Breakout(4, 100 * G, "/{n}", "/1", step=2), "Ethernet1/1", tuple(f"Ethernet1/{n}" for n in (1, 3, 5, 7))),
    ],
)
def test_lanes_are_named_as_the_platform_does(breakout: Breakout, port: str, names: tuple[str, ...]) -> None:
    assert breakout.names(port) == names


def qsfp28(**more: object) -> Port:
    """A 100G port that splits in two ways, with lanes of its own names."""
    ways = (Breakout(4, 10 * G), Breakout(4, 25 * G), Breakout(2, 50 * G))
    return Port("Ethernet1/49", FormFactor.QSFP28, (40 * G, 100 * G), PortUse.UPLINK, breakouts=ways)


def test_a_lane_has_the_speeds_of_every_breakout_that_makes_it() -> None:
    lanes = lane_ports(qsfp28())

    assert {name: lane.speeds_bps for name, lane in lanes.items()} == {
        "Ethernet1/49/1": (10 * G, 25 * G, 50 * G),
        "Ethernet1/49/2": (10 * G, 25 * G, 50 * G),
        "Ethernet1/49/3": (10 * G, 25 * G),
        "Ethernet1/49/4": (10 * G, 25 * G),
    }
    assert {lane.cage for lane in lanes.values()} == {"Ethernet1/49"}
    assert lanes["Ethernet1/49/4"].breakout == Breakout(4, 10 * G)


def test_a_first_lane_named_like_its_port_keeps_the_speeds_of_the_port() -> None:
    way = Breakout(4, 25 * G, "/{n}", "/1")
    port = Port("Ethernet49/1", FormFactor.QSFP28, (100 * G,), PortUse.ANY, breakouts=(way,))
    lanes = lane_ports(port)

    assert lanes["Ethernet49/1"].speeds_bps == (25 * G, 100 * G)
    assert lanes["Ethernet49/1"].parent is None
    assert {lane.cage for lane in lanes.values()} == {"Ethernet49/1"}


@pytest.mark.parametrize(("speed", "links"), [(100, 1), (25, 4), (50, 2), (400, 0)])
def test_a_port_splits_into_the_most_links_of_a_speed(speed: int, links: int) -> None:
    assert len(qsfp28().split(speed * G)) == links


def test_a_group_makes_ports_that_share_its_facts() -> None:
    group = PortGroup("ge-0/0/0-1", 2, FormFactor.RJ45, (G // 10, G), poe=PoeType.AT, use=PortUse.DOWNLINK)
    ports = group_ports(group)

    assert [port.name for port in ports] == ["ge-0/0/0", "ge-0/0/1"]
    assert {(port.poe, port.use, port.speed_bps) for port in ports} == {(PoeType.AT, PortUse.DOWNLINK, G)}
    assert group.speed_bps == G


def test_poe_types_feed_what_the_standard_allows() -> None:
    assert [kind.pse_w for kind in PoeType] == [15.4, 30.0, 60.0, 90.0]
