"""CAP-21: racks, feeds, and what hangs on them."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Rack, Room, RoomKind, Site
from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Role
from netdesign.rules.capacity.cap_21_racks import rack_power as rule
from tests.support.sketch import case, design, device
from tests.unit.rules.capacity.small import LEAF, changed, judged, kills, only_finding
from tests.unit.rules.capacity.wide import mended

FEEDS = ("A", "B")


def hall(count: int = 2, breaker_w: int = 3680, units: int = 10, **site: Any):
    """Leaves from the bottom of one rack; a second rack of the same kind is empty."""
    racks = [Rack(id=f"r{n}", room="hall", row=1, position=n, usable_units=units, breaker_w=breaker_w) for n in (1, 2)]
    leaves = [
        device(f"leaf{n}", Role.LEAF, sku=LEAF, rack="r1", rack_unit=n, power_feeds=FEEDS) for n in range(1, count + 1)
    ]
    room = Room(id="hall", name="hall", site="dc1", building="b1", kind=RoomKind.DATA_HALL)
    return design(Site(id="dc1", name="dc1", **site), room, *racks, *leaves)


def test_a_rack_with_room_and_power():
    verdict = judged(rule, hall())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].threshold == 1.0
    assert 0 < float(str(verdict.measures[0].value)) < 1
    assert judged(rule, design()).status is Status.NOT_APPLICABLE


def test_more_units_than_the_rack_has():
    messages = [one.message for one in judged(rule, hall(3, units=2)).findings]
    assert messages == [
        "leaf3 takes unit 3 of rack r1, which rack r1 does not have",
        "the devices in rack r1 take 3 units; it has 2",
    ]


def test_two_devices_in_one_unit():
    found = judged(rule, changed(hall(), Set("devices", "leaf2", {"rack_unit": 1}))).findings
    assert [one.message for one in found] == [
        f"leaf{n} takes unit 1 of rack r1, which another device takes too" for n in (1, 2)
    ]
    unknown = changed(hall(), Set("devices", "leaf2", {"rack_unit": None}))
    assert judged(rule, unknown).status is Status.PASS


def test_more_watts_than_a_breaker_bears():
    found = only_finding(rule, hall(breaker_w=500))
    assert found.witness["able_w"] == 400
    assert found.message.endswith("a feed of 500 W carries 400 W for good")
    assert found.elements == ("r1",)


def test_two_supplies_want_two_feeds():
    one = only_finding(rule, changed(hall(), Set("devices", "leaf1", {"power_feeds": ("A",)})))
    assert one.message == "leaf1 has 2 power supplies and is on feed A of rack r1; 2 feeds are needed"
    none = only_finding(rule, changed(hall(), Set("devices", "leaf1", {"power_feeds": ("C",)})))
    assert none.message == "leaf1 has 2 power supplies and is on no feed of rack r1; 2 feeds are needed"
    twice = only_finding(rule, changed(hall(), Set("devices", "leaf1", {"power_feeds": ("A", "A")})))
    assert twice.witness["feeds"] == ["A"]


def test_a_site_without_the_power():
    assert judged(rule, hall(power_kw=5.0)).status is Status.PASS
    found = only_finding(rule, hall(power_kw=0.2))
    assert found.message == "racked devices of dc1 draw 0.6 kW; it has 0.2 kW"
    assert found.elements == ("dc1",)


def test_unknown_types_are_gaps():
    verdict = judged(rule, changed(hall(), Set("devices", "leaf1", {"sku": None})))
    assert verdict.gaps[0].message == "nothing says what leaf1 in rack r1 draws"
    astray = changed(hall(), Set("devices", "leaf1", {"rack": "nowhere"}), Set("racks", "r2", {"room": "nowhere"}))
    assert judged(rule, astray).status is Status.PASS


def test_mutants_and_fixes():
    assert kills(rule, hall()) == [True] * 5
    assert mended(rule, hall()) == [True] * 5
    assert kills(rule, hall(0)) == [None] * 5
    alone = changed(hall(1), Set("devices", "leaf1", {"rack": "nowhere"}))
    assert kills(rule, alone) == [None] * 5
    stray = Finding(message="", witness={"device": "gone", "needed_feeds": 2, "unit": 1, "rack": "gone"})
    assert all(fix.propose(case(hall()), stray) is None for fix in rule.fixes)
    lost = changed(hall(), Set("devices", "leaf1", {"rack": "nowhere"}))
    rackless = Finding(message="", witness={"device": "leaf1", "needed_feeds": 2})
    assert rule.fixes[0].propose(case(lost), rackless) is None
    full = Finding(message="", witness={"device": "leaf1", "unit": 1, "rack": "r1"})
    assert rule.fixes[1].propose(case(hall(2, units=2)), full) is None
    heavy = Finding(message="", witness={"drawn_w": 10**6, "rack": "r1"})
    assert rule.fixes[2].propose(case(hall()), heavy) is None
