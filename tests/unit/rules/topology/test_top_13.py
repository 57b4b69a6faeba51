"""TOP-13: partners stand apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.equipment.rack_space import cable_m, free_unit, tray_run_m
from netdesign.catalog.parameters import default_parameters
from netdesign.model.inventory import HaGroup, HaMode, Rack, Room, RoomKind
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy, Role, Severity
from netdesign.rules.topology.top_13_separation import other_racks, other_side
from netdesign.rules.topology.top_13_separation import placement_separation as top_13
from tests.support.built import built, unmended
from tests.support.sketch import case, design, device
from tests.unit.rules.topology.shapes import clos, messages, verdict

HIGH: dict[str, Any] = {"redundancy": Redundancy.HIGH}


def pair(**second):
    fed = {"power_feeds": ("A", "B"), "room": "hall"}
    return [
        device("f0", Role.FIREWALL, rack="r0", **fed),
        device("f1", Role.FIREWALL, **{"rack": "r1", **fed, **second}),
        HaGroup(id="fw", mode=HaMode.ACTIVE_STANDBY, members=("f0", "f1")),
    ]


def test_apart_passes_and_low_levels_are_not_asked():
    assert verdict(top_13, *pair(), **HIGH).status is Status.PASS
    assert verdict(top_13, *pair(), redundancy=Redundancy.LOW).status is Status.NOT_APPLICABLE


def test_one_rack():
    found = verdict(top_13, *pair(rack="r0"), **HIGH)

    assert messages(found) == ["f0, f1 of group fw share rack r0: 2 where 1 may be"]
    assert found.findings[0].elements == ("fw", "f0", "f1")
    assert verdict(top_13, *pair(rack="r0")).status is Status.PASS


def test_one_feed():
    facts = [replace(f, power_feeds=("A",)) if hasattr(f, "power_feeds") else f for f in pair()]

    found = verdict(top_13, *facts)

    assert messages(found) == ["f0, f1 of group fw all hang on power feed A"]
    assert found.severity is Severity.WARNING
    assert verdict(top_13, *facts, **HIGH).severity is Severity.ERROR


def test_one_room_at_critical():
    found = verdict(top_13, *pair(), redundancy=Redundancy.CRITICAL)

    assert "share room hall" in messages(found)[0]
    assert verdict(top_13, *pair(room="other"), redundancy=Redundancy.CRITICAL).status is Status.PASS


def test_unknown_places_leave_it_open():
    assert verdict(top_13, *pair(rack=None), **HIGH).gaps[0].message == "nothing says in which rack f1 of group fw is"
    assert verdict(top_13, *pair(power_feeds=()), **HIGH).gaps[0].elements == ("f0", "f1")


def test_many_spines_share_where_racks_are_few():
    room = Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)
    racks = [Rack(id=f"rs{n}", room="hall", row=0, position=n, usable_units=42, breaker_w=1) for n in range(2)]
    both = {"power_feeds": ("A", "B")}
    spines = [replace(f, rack=f"rs{int(f.id[1]) % 2}", **both) if f.id[0] == "s" else f for f in clos(2, 4)]

    assert verdict(top_13, room, *racks, *spines, **HIGH).status is Status.PASS


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_13, built(shape)) == []


def test_rack_distances_and_free_units():
    room = Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)
    racks = [Rack(id=f"r{n}", room="hall", row=n, position=2 * n, usable_units=4, breaker_w=1) for n in range(2)]
    made = case(design(room, *racks, *pair(rack_unit=2))).network
    fabric = default_parameters().fabric

    assert tray_run_m(made, "r0", "r1", fabric) == pytest.approx(2 * 0.6 + 3.0)
    assert cable_m(made, "r0", "r1", fabric) == round((2 * 0.6 + 3.0) * 1.3 + 6.0, 1)
    assert (cable_m(made, "r0", "r0", fabric), cable_m(made, "r0", "nowhere", fabric)) == (0.0, None)
    assert (free_unit(made, racks[1], 1), free_unit(made, racks[1], 2), free_unit(made, racks[1], 4)) == (4, 3, None)


def test_fixes_that_cannot():
    made = case(design(*pair(rack="r0"), **HIGH))
    finding = Finding(message="", witness={"shared": "rack", "members": ["f0", "f1"]})

    assert other_racks(made, finding) is None
    assert other_racks(made, replace(finding, witness={"shared": "feed"})) is None
    assert other_side(made, finding) is None
