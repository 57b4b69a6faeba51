"""CAP-18: the power that switches feed."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Redundancy, Role
from netdesign.rules.capacity.cap_18_power_budget import power_budget as rule
from tests.support.sketch import GBPS, design, device, link
from tests.unit.rules.capacity.small import ACCESS, attached, campus, changed, group, judged, kills, only_finding

PORT = "GigabitEthernet1/0/{}"


def point(number: int, switch: str = "access1", sku: str | None = "AP-535", port: int = 20) -> list[Any]:
    """An access point (class 5, 45 W) on a port of a switch."""
    drawn = link(
        f"ap{number}:eth0",
        f"{switch}:{PORT.format(port + number)}",
        LinkPurpose.ATTACHMENT,
        speed_bps=GBPS,
        medium=Medium.CAT6,
        phy="1000BASE-T",
        length_m=45,
    )
    return [device(f"ap{number}", Role.ACCESS_POINT, sku=sku), drawn]


def powered(cameras: int = 4, poe_class: int = 3, **requirements: Any):
    """An access switch (720 W, 370 W with a supply lost) with cameras and an access point."""
    eyes = group("cameras", cameras, kind=EndpointKind.CAMERA, nic_speed_bps=GBPS, nics=1, poe_class=poe_class)
    return changed(campus(**requirements), eyes, attached("access1", cameras, PORT, of="cameras", first=11), *point(1))


def test_classes_add_up():
    verdict = judged(rule, powered())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == round((4 * 15.4 + 45) / 720, 4)


def test_more_than_the_switch_gives():
    found = only_finding(rule, powered(poe_class=8, redundancy=Redundancy.HIGH))
    assert (
        found.message == "access1 (C9200L-24P-4X) sets aside 405.0 W for 5 devices; it gives 370 W with one supply lost"
    )
    assert found.witness["fed"] == ["cameras--access1", "ap1"]
    assert found.elements == ("access1",)


def test_with_one_supply_lost():
    assert judged(rule, powered(poe_class=8)).status is Status.PASS
    single = changed(powered(redundancy=Redundancy.HIGH), Set("devices", "access1", {"sku": "EX2300-48P"}))
    found = only_finding(rule, single)
    assert found.message.endswith("it gives 0 W with one supply lost")
    assert found.witness["supply_lost"] is True


def test_telephones_before_computers_count():
    phones = group("phones", 10, kind=EndpointKind.PHONE, nic_speed_bps=GBPS, nics=1, poe_class=3)
    made = changed(powered(), phones, attached("access1", 0, of="phones"))
    made = changed(made, Set("attachments", "phones--access1", {"endpoints": 10}))
    assert judged(rule, made).measures[0].value == round((14 * 15.4 + 45) / 720, 4)


def test_an_unknown_switch_is_a_gap():
    verdict = judged(rule, changed(powered(), Set("devices", "access1", {"sku": None})))
    assert verdict.gaps[0].message == "nothing says how many watts access1 gives"


def test_mutants_and_applicability():
    assert kills(rule, powered()) == [True, True, True, None]
    assert judged(rule, campus()).status is Status.NOT_APPLICABLE
    assert kills(rule, campus()) == [None] * 4
    unknown = changed(powered(), Set("devices", "access1", {"sku": None}))
    assert kills(rule, unknown) == [None] * 4
    many = [fact for n in range(1, 9) for fact in point(n, f"access{1 + n % 2}", port=4)]
    two = changed(campus(), device("access2", Role.ACCESS, sku=ACCESS), *many)
    assert judged(rule, two).status is Status.PASS
    assert kills(rule, two)[2] is None
    nine = changed(two, *(fact for n in range(9, 19) for fact in point(n, f"access{1 + n % 2}", port=4)))
    assert judged(rule, nine).status is Status.PASS
    assert kills(rule, nine)[3] is True
    strange = changed(
        powered(), Set("devices", "ap1", {"sku": None}), Set("attachments", "cameras--access1", {"group": "x"})
    )
    assert judged(rule, strange).status is Status.NOT_APPLICABLE
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
