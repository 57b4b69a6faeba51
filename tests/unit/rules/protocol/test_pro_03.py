"""PRO-03: VLAN numbers that are legal, unique and defined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.inventory import Attachment, PortProfile
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import PortMode, Role, Severity
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_03_vlans import vlan_misuse
from tests.support.routed import DEFAULT, bridged, group, subnet, svi, vlan
from tests.support.sketch import case, design, device, interface, link

RULE = vlan_misuse
PAIR = (DEFAULT, device("a", Role.ACCESS, sku="N9K-C93108TC-FX"), device("b", Role.CORE))
USERS = vlan("users", 10, "a", "b")


def findings(*facts: Any) -> list[tuple[str, Severity | None]]:
    return [(f.message, f.severity) for f in judge_one(RULE, case(design(*PAIR, *facts))).findings]


def messages(*facts: Any) -> list[str]:
    return [message for message, _ in findings(*facts)]


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (10, None),
        (4094, "is reserved by the platform"),
        (0, "is outside 1..4094"),
        (4095, "is outside 1..4094"),
        (1003, "is reserved by the platform"),
        (3968, "is reserved by the platform"),
        (1, "is the default of every port and must carry nothing"),
    ],
)
def test_numbers_are_legal_and_not_the_default(number: int, problem: str | None) -> None:
    expected = [] if problem is None else [f"VLAN number {number} of users {problem}"]

    assert messages(replace(USERS, number=number), svi("b", "users", "10.1.0.1/24")) == expected


def test_high_numbers_are_reserved_on_some_platforms_alone() -> None:
    assert messages(vlan("users", 4000, "b", "ghost"), svi("b", "users", "10.1.0.1/24")) == []


def test_vlan_1_that_carries_a_subnet_is_in_use() -> None:
    assert (
        "VLAN number 1 of users is the default" in messages(replace(USERS, number=1), subnet("10.1.0.0/24", "users"))[0]
    )


def test_one_number_means_one_vlan_on_a_device() -> None:
    other = vlan("guests", 10, "b")

    assert messages(USERS, other, subnet("10.1.0.0/24", "users"), subnet("10.2.0.0/24", "guests")) == [
        "VLAN number 10 means guests and users on b"
    ]


def trunks(left: tuple[str, ...], right: tuple[str, ...]) -> list[Any]:
    ends = (("a", left), ("b", right))
    return [link("a:1", "b:1"), *(interface(d, "1", mode=PortMode.TRUNK, vlans=vlans) for d, vlans in ends)]


def test_one_number_means_one_vlan_on_a_link() -> None:
    here, there = vlan("here", 20, "a"), vlan("there", 20, "b")

    assert messages(here, there, *trunks(("here",), ("there",))) == ["VLAN number 20 means here and there on one link"]
    assert (
        messages(
            here,
            there,
            vlan("both", 21, "a", "b"),
            *trunks(("here", "both"), ("both",)),
            subnet("10.1.0.0/24", "there"),
        )
        == []
    )


def test_a_vlan_is_defined_where_switches_use_it() -> None:
    profile = PortProfile(id="p", mode=PortMode.ACCESS, vlans=("users",), native_vlan="voice")
    port = Attachment(id="t", group="g", device="a", endpoints=1, ports=("1",), profile="p")
    missing = vlan("voice", 11, "b")

    assert messages(replace(USERS, devices=("b",)), missing, profile, port) == [
        "VLAN users is used on a, but not defined there (1 such devices)",
        "VLAN voice is used on a, but not defined there (1 such devices)",
    ]
    assert messages(USERS, svi("b", "ghost", "10.1.0.1/24"), subnet("10.1.0.0/24", "users")) == [
        "1 devices use VLAN ghost, which the design does not have"
    ]
    assert messages(USERS, svi("b", "users", "10.1.0.1/24"), svi("ghost", "users", "10.1.0.2/24")) == []


def test_firewalls_and_routers_define_no_vlans() -> None:
    ends = [device("fw", Role.FIREWALL), device("r", Role.WAN_EDGE)]

    wired = bridged("users", "fw", "a", "r")

    assert messages(USERS, *ends, *wired, svi("fw", "users", "10.1.0.3/24"), svi("r", "users", "10.1.0.4/24")) == []


def test_a_vlan_that_nothing_uses_is_a_warning() -> None:
    assert findings(USERS) == [("VLAN 10 (users) is defined, but nothing uses it", Severity.WARNING)]


def test_a_design_without_vlans_is_not_judged() -> None:
    assert judge_one(RULE, case(design(*PAIR))).status is Status.NOT_APPLICABLE


def test_mutants_are_caught() -> None:
    desks = PortProfile(id="desk", mode=PortMode.ACCESS, vlans=("users",))
    people = Attachment(id="at", group="people", device="a", endpoints=1, ports=("9",), profile="desk")
    inside = (svi("b", "users", "10.1.0.1/24"), *bridged("users", "a", "b"), group("people", "users"), desks, people)
    made = design(*PAIR, USERS, *inside, interface("b", "8", addresses=("10.9.0.1/31",)))
    for mutant in RULE.mutants:
        assert judge_one(RULE, case(apply(made, mutant.mutate(case(made)) or ()))).status is Status.FAIL
    bare = case(design(*PAIR, vlan("v", 10)))
    assert [mutant.mutate(bare) for mutant in RULE.mutants] == [None] * len(RULE.mutants)


def test_a_vlan_reaches_all_who_need_it() -> None:
    ends = (svi("a", "users", "10.0.0.2/24"), svi("b", "users", "10.0.0.3/24"))
    wired = bridged("users", "a", "b")
    pruned = (wired[0], replace(wired[1], vlans=()), wired[2])

    assert messages(USERS, *ends, *wired) == []
    for cut in ((), pruned, (replace(wired[0], in_service=False), *wired[1:])):
        assert messages(USERS, *ends, *cut) == [
            "VLAN users is needed on a and on b, but no links between them carry it: it falls into 2 parts"
        ]


def test_endpoints_hang_on_ports_that_carry_their_vlan() -> None:
    people = Attachment(id="at", group="people", device="a", endpoints=1, ports=("9",), profile="desk")
    facts = (USERS, svi("a", "users", "10.0.0.2/24"), group("people", "users"), people)

    assert messages(*facts, PortProfile(id="desk", mode=PortMode.ACCESS, vlans=("users",))) == []
    assert messages(*facts, PortProfile(id="desk", mode=PortMode.ACCESS)) == [
        "endpoints of people hang on ports of desk, which carry none of their VLANs"
    ]


def test_a_switch_port_has_no_address() -> None:
    port = interface("a", "7", mode=PortMode.ACCESS, vlan="users", addresses=("10.0.0.2/24",))

    assert messages(USERS, port) == ["a:7 is a switch port (access) and holds 10.0.0.2/24: it routes nothing"]


@pytest.mark.parametrize("where", ["vlans", "native_vlan"])
def test_a_vlan_that_unused_ports_are_parked_in_is_used(where: str) -> None:
    parking = vlan("parking", 999, "a", "b")
    value: dict[str, Any] = {where: ("parking",) if where == "vlans" else "parking"}
    profile = PortProfile(id="unused", mode=PortMode.ACCESS, enabled=False, **value)
    switch = device("c", Role.ACCESS, unused_port_profile="unused")

    assert findings(parking, profile) == [("VLAN 999 (parking) is defined, but nothing uses it", Severity.WARNING)]
    assert findings(replace(parking, devices=("c",)), profile, switch) == []
    assert messages(parking, profile, switch) == ["VLAN 999 (parking) is defined, but nothing uses it"]
