"""TOP-20: cables that reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.equipment.cable_reach import part_phys
from netdesign.model.inventory import Homing, Rack, Room, RoomKind
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Medium, Role
from netdesign.rules.topology.top_20_cable_reach import billed, reaching
from netdesign.rules.topology.top_20_cable_reach import cable_reach as top_20
from tests.support.built import built, unmended
from tests.support.patches import first_change, first_fact
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import attach, group, messages, verdict

ROOM = Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)


def hall(positions=(0, 10)):
    fixed: dict[str, Any] = {"room": "hall", "row": 0, "usable_units": 42, "breaker_w": 1}
    racks = [Rack(id=f"r{n}", position=p, **fixed) for n, p in enumerate(positions)]
    return [ROOM, *racks, *(device(f"l{n}", Role.LEAF, rack=f"r{n}") for n in range(len(positions)))]


def cable(**changes):
    return replace(link("l0:1", "l1:1", id="c"), **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"length_m": 101}, "link c is 101 m long; 100GBASE-SR4 over mmf-om4 reaches 100 m"),
        ({"length_m": 90, "medium": Medium.SMF}, "link c is 90 m long; 100GBASE-SR4 over smf reaches 0 m"),
        ({"length_m": 7, "phy": "100G-DAC-5M", "medium": Medium.DAC}, "100G-DAC-5M over dac reaches 5 m"),
        ({"length_m": 2}, "link c is 2 m long; its racks are 6 m apart"),
        ({"length_m": -1}, "link c is -1 m long; its racks are 6 m apart"),
    ],
)
def test_too_long_and_too_short(changes, said):
    found = verdict(top_20, *hall(), cable(**changes))

    assert said in messages(found)[0]
    assert found.findings[0].elements == ("c",)


def test_enough_is_enough():
    assert verdict(top_20, *hall(), cable(length_m=20)).status is Status.PASS
    assert verdict(top_20, *hall(), cable(medium=Medium.VIRTUAL)).status is Status.NOT_APPLICABLE


def test_unknown_lengths_and_parts_leave_it_open():
    assert verdict(top_20, *hall(), cable(length_m=None)).gaps[0].elements == ("c",)
    assert verdict(top_20, *hall(), cable(phy="nobody's")).status is Status.UNKNOWN


def servers(*lines):
    facts = [*hall((0, 1)), cable(length_m=8), group("g", 4, homing=Homing.ESI, nics=2, nic_speed_bps=25_000_000_000)]
    return [*facts, attach("g", "l0", 4), attach("g", "l1", 4), *lines]


def line(kind, part, quantity):
    return PartLine(id=f"{kind.value}-{part}", kind=kind, part=part, quantity=quantity)


def test_servers_that_reach_the_next_rack():
    short = line(PartKind.CABLE, "25G-DAC-3M", 8)

    found = verdict(top_20, *servers(short))

    said = "4 ports of servers at 25 Gbit/s need cables of 6.8 m to the next rack; the bill has 0 that reach"
    assert messages(found) == [said]
    assert verdict(top_20, *servers(short, line(PartKind.CABLE, "25G-AOC-10M", 4))).status is Status.PASS
    assert verdict(top_20, *servers(short, line(PartKind.TRANSCEIVER, "25GBASE-SR", 7))).status is Status.FAIL
    assert verdict(top_20, *servers(short, line(PartKind.TRANSCEIVER, "25GBASE-SR", 8))).status is Status.PASS
    assert verdict(top_20, *servers(short, line(PartKind.TRANSCEIVER, "4x25GBASE-SR", 2))).status is Status.PASS
    assert verdict(top_20, *servers()).status is Status.PASS


def test_names_of_split_parts():
    assert part_phys()["4x25GBASE-SR"][1] == 4
    assert part_phys()["25GBASE-SR"][1] == 1


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_20, built(shape), but=tuple(m.title for m in top_20.mutants[2:])) == []


def test_fixes():
    made = case(design(*[replace(f, sku="DCS-7050SX3-48YC8") if hasattr(f, "sku") else f for f in hall()], cable(
        length_m=3_000, a=link("l0:Ethernet49/1", "x:y").a, b=link("l1:Ethernet49/1", "x:y").a)))  # fmt: skip
    finding = Finding(message="", witness={"link": "c", "length_m": 3000.0, "reach_m": 100, "least_m": 6.0})

    patch = reaching(made, finding)

    changes = first_change(patch)
    assert (changes["medium"], changes["length_m"]) == (Medium.SMF, 3_000)
    assert reaching(made, Finding(message="")) is None
    assert billed(made, finding) is None
    short = Finding(message="", witness={"speed_bps": 25_000_000_000, "length_m": 6.8})
    lines = billed(case(design(*servers())), short)
    assert first_fact(lines).quantity in (4, 8)
    none = billed(case(design(*servers())), Finding(message="", witness={"speed_bps": 7, "length_m": 6.8}))
    assert none is None
