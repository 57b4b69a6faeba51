"""CAP-19: the class of power on each port."""

from __future__ import annotations

from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Medium
from netdesign.rules.capacity.cap_19_power_class import power_class as rule
from tests.support.sketch import GBPS
from tests.unit.rules.capacity.small import attached, campus, changed, group, judged, kills, only_finding
from tests.unit.rules.capacity.test_cap_18 import point, powered

LINK = "ap1:eth0--access1:GigabitEthernet1/0/21"


def sound():
    """Cameras of class 3 and an access point of class 3 on ports that give 30 W."""
    return changed(powered(), Set("devices", "ap1", {"sku": "AP-505"}))


def test_ports_that_feed_their_class():
    verdict = judged(rule, sound())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 5


def test_a_class_above_the_port():
    found = only_finding(rule, powered())
    assert found.message == (
        "1 of 1 devices of ap1 on access1 are not fed: class 5 asks for 45 W; port GigabitEthernet1/0/21 gives 30 W"
    )
    assert found.elements == ("access1", "ap1")
    eyes = only_finding(rule, changed(sound(), Set("endpoint_groups", "cameras", {"poe_class": 6})))
    assert eyes.witness["unfed"] == 4


def test_ports_that_do_not_exist_feed_nothing():
    gone = changed(sound(), Set("attachments", "cameras--access1", {"ports": ("nowhere",), "endpoints": 1}))
    assert "port nowhere gives 0 W" in only_finding(rule, gone).message


def test_telephones_need_ports_of_others():
    phones = group("phones", 10, kind=EndpointKind.PHONE, nic_speed_bps=GBPS, nics=1, poe_class=3)
    made = changed(sound(), phones, attached("access1", 0, of="phones"))
    assert judged(rule, changed(made, Set("attachments", "phones--access1", {"endpoints": 10}))).status is Status.PASS
    crowd = only_finding(rule, changed(made, Set("attachments", "phones--access1", {"endpoints": 12})))
    assert crowd.message.startswith("2 of 12 devices of phones--access1 on access1 are not fed")
    bare = changed(made, Set("attachments", "phones--access1", {"endpoints": 1, "device": "core1"}))
    assert "there is no port for them" in only_finding(rule, bare).message


def test_cables_that_carry_no_power():
    long = only_finding(rule, changed(sound(), Set("links", LINK, {"length_m": 120.0})))
    assert long.message == f"ap1 is fed over 120 m of {LINK}; 100 m is the most"
    glass = only_finding(rule, changed(sound(), Set("links", LINK, {"medium": Medium.SMF})))
    assert glass.message == f"ap1 is fed over {LINK}, which is smf and carries no power"
    assert judged(rule, changed(sound(), Set("links", LINK, {"length_m": None}))).status is Status.PASS


def test_an_unknown_switch_is_a_gap():
    verdict = judged(rule, changed(sound(), Set("devices", "access1", {"sku": None})))
    assert verdict.gaps[0].message == "nothing says what the ports of access1 feed"


def test_mutants_and_applicability():
    assert kills(rule, sound()) == [True] * 5
    wired = changed(sound(), Set("links", LINK, {"in_service": False}))
    assert kills(rule, wired) == [True, None, None, None, True]
    assert judged(rule, campus()).status is Status.NOT_APPLICABLE
    assert kills(rule, campus()) == [None] * 5
    radios = changed(campus(), *point(1, sku="AP-505"))
    assert kills(rule, radios) == [None, True, True, True, True]
