"""TOP-06: the top tier without any one of its switches."""

from __future__ import annotations

from dataclasses import replace

from netdesign.model.inventory import Device, Rack, Room, RoomKind
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role, Severity
from netdesign.rules.topology.top_06_core_redundancy import core_redundancy as top_06
from tests.support.sketch import case, design, device
from tests.unit.rules.topology.shapes import campus, clos, elements, killed, messages, verdict


def changed(facts, name, **changes):
    return [replace(f, **changes) if isinstance(f, Device) and f.id == name else f for f in facts]


def test_doubled_tops_pass():
    assert verdict(top_06, *clos()).status is Status.PASS
    found = verdict(top_06, *campus())
    assert (found.status, found.measures[0].value) == (Status.PASS, 2)


def test_does_not_apply_to_one_tier_or_low_redundancy():
    assert verdict(top_06, device("a", Role.LEAF)).status is Status.NOT_APPLICABLE
    assert verdict(top_06, *clos(), redundancy=Redundancy.LOW).status is Status.NOT_APPLICABLE


def test_one_spine_is_too_few():
    medium, high = verdict(top_06, *clos(1, 1)), verdict(top_06, *clos(1, 1), redundancy=Redundancy.HIGH)

    assert "s0 is the whole top tier at dc1" in messages(medium)
    assert "l0 has uplinks to s0 only and loses them all with it" in messages(medium)
    assert (medium.severity, high.severity) == (Severity.ERROR, Severity.CRITICAL)


def test_cores_meet_without_the_tier_below():
    facts = [fact for fact in campus() if getattr(fact, "id", "") != "core"]

    found = verdict(top_06, *facts)

    assert messages(found) == ["c0 and c1 reach each other only through a lower tier"]
    assert elements(found) == [("c0", "c1")]


def test_single_homing_is_named():
    facts = [fact for fact in campus() if getattr(fact, "id", "") != "d1c0"]

    assert messages(verdict(top_06, *facts)) == ["d1 has uplinks to c1 only and loses them all with it"]


def test_tops_stand_in_racks_of_their_own():
    found = verdict(top_06, *changed(clos(), "s1", rack="rs0"))

    assert messages(found) == ["s0, s1 share rack rs0: it holds 2 of 2 top switches"]


def test_more_tops_than_racks_are_spread_evenly():
    room = Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)
    racks = [Rack(id=f"rs{n}", room="hall", row=0, position=n, usable_units=42, breaker_w=1) for n in range(2)]
    spread = clos(2, 4)
    for number in range(4):
        spread = changed(spread, f"s{number}", rack=f"rs{number % 2}")

    assert verdict(top_06, room, *racks, *spread).status is Status.PASS
    assert verdict(top_06, room, *racks, *changed(spread, "s1", rack="rs0")).findings[0].witness["held"] == 3


def test_one_power_feed_for_all_is_found():
    facts = changed(changed(clos(), "s0", power_feeds=("A",)), "s1", power_feeds=("A",))

    assert messages(verdict(top_06, *facts)) == ["all top switches at dc1 hang on power feed A alone"]
    assert verdict(top_06, *changed(facts, "s1", power_feeds=("B",))).status is Status.PASS


def test_unknown_racks_leave_it_open():
    found = verdict(top_06, *changed(clos(), "s1", rack=None))

    assert found.status is Status.UNKNOWN
    assert found.gaps[0].message == "nothing says in which rack s1 are"


def test_mutants():
    assert killed(top_06, *clos()) == [True, True, True]
    assert killed(top_06, *campus(), redundancy=Redundancy.HIGH) == [True, True, True]
    assert [m.mutate(case(design(*clos(1, 1)))) for m in top_06.mutants] == [None, None, None]
