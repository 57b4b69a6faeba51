"""CAP-17: access points, their clients, uplinks and controllers."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Attachment, EndpointKind, Homing, Site
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, NetworkType, Redundancy, Role
from netdesign.rules.capacity.cap_17_wireless import wireless_capacity as rule
from tests.support.sketch import GBPS, design, device, link, site
from tests.unit.rules.capacity.small import ACCESS, changed, group, judged, kills, only_finding

POINT = "AP-505"
CONTROLLER = "JW679A"


def floor(points: int = 2, clients: int = 20, **requirements: Any):
    """Access points of 256 m2 in all on one switch, with clients on the first, and two controllers."""
    names = [f"ap{n}" for n in range(1, points + 1)]
    facts: list[Any] = [device(name, Role.ACCESS_POINT, sku=POINT) for name in names]
    facts += [
        link(
            f"{name}:eth0",
            f"acc1:GigabitEthernet1/0/{n}",
            LinkPurpose.ATTACHMENT,
            speed_bps=GBPS,
            medium=Medium.CAT6,
            phy="1000BASE-T",
        )
        for n, name in enumerate(names, start=1)
    ]
    facts += [device(f"wlc{n}", Role.WIRELESS_CONTROLLER, sku=CONTROLLER) for n in (1, 2)]
    facts.append(group("staff", clients, kind=EndpointKind.WIRELESS_CLIENT, homing=Homing.WIRELESS))
    facts.append(Attachment(id="staff-ap1", group="staff", device="ap1", endpoints=clients, ports=(), profile=""))
    asked: dict[str, Any] = {
        "wireless": True,
        "network_type": NetworkType.LEGACY_CAMPUS,
        "sites": (site(users=20, area_m2=300),),
        "users": 20,
        "redundancy": Redundancy.HIGH,
    }
    return design(Site(id="dc1", name="dc1"), device("acc1", Role.ACCESS, sku=ACCESS), *facts, **(asked | requirements))


def test_a_floor_that_is_covered():
    verdict = judged(rule, floor())
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (2, 2)


def test_too_few_access_points_for_the_area():
    found = only_finding(rule, floor(points=1))
    assert found.message == "dc1 has 1 access points; its area, clients and calls take 2"
    assert found.witness["needed"] == 2


def test_clients_around_one_access_point():
    found = only_finding(rule, floor(clients=60))
    assert found.message == "ap1 has 60 clients at the horizon, 36 of them active; it serves 30 well"
    grown = only_finding(rule, floor(clients=40, growth_multiplier=1.5))
    assert grown.elements == ("ap1",)
    over = judged(rule, floor(clients=600)).findings
    assert over[0].witness["clients"] == 600


def test_an_uplink_that_radios_outrun():
    slow = changed(floor(), Set("links", "ap2:eth0--acc1:GigabitEthernet1/0/2", {"speed_bps": GBPS // 10}))
    found = only_finding(rule, slow)
    assert found.message == "ap2 has 0.1 Gbit/s upwards; its radios call for 0.8875 Gbit/s"
    gone = changed(floor(), Set("links", "ap2:eth0--acc1:GigabitEthernet1/0/2", {"in_service": False}))
    assert only_finding(rule, gone).witness["uplink_bps"] == 0


def test_controllers_with_one_lost():
    alone = changed(floor(), Set("devices", "wlc2", {"in_service": False}))
    found = only_finding(rule, alone)
    assert found.message == ("controllers of dc1 admit 0 access points and 0 clients; 3 and 20 are needed")
    assert judged(rule, changed(floor(redundancy=Redundancy.LOW), Set("devices", "wlc2", {"in_service": False}))).status
    low = changed(floor(redundancy=Redundancy.LOW), Set("devices", "wlc2", {"in_service": False}))
    assert judged(rule, low).status is Status.PASS
    unknown = changed(floor(), *(Set("devices", f"wlc{n}", {"sku": "unheard of"}) for n in (1, 2)))
    assert only_finding(rule, unknown).witness["controllers"] == 0


def test_an_access_point_of_unknown_type():
    verdict = judged(rule, changed(floor(), Set("devices", "ap2", {"sku": None})))
    assert verdict.gaps[0].message == "nothing says what radios ap2 has"


def test_mutants_and_applicability():
    assert kills(rule, floor()) == [True] * 5
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    assert kills(rule, design()) == [None] * 5
    promised = design(wireless=True, network_type=NetworkType.LEGACY_CAMPUS, sites=(site(users=5),), users=5)
    assert judged(rule, promised).findings[0].witness == {"site": "dc1", "access_points": 0, "needed": 1}
    apart = changed(floor(), Set("attachments", "staff-ap1", {"device": "gone"}))
    assert kills(rule, apart)[1] is None
    alone = changed(floor(), *(Set("devices", f"wlc{n}", {"in_service": False}) for n in (1, 2)))
    assert kills(rule, alone)[3] is None
    bare = changed(floor(), *(Set("devices", f"ap{n}", {"sku": None}) for n in (1, 2)))
    assert kills(rule, bare)[2] is None
    elsewhere = changed(floor(), Set("attachments", "staff-ap1", {"device": "acc1"}))
    assert kills(rule, elsewhere)[1] is None
