"""PRO-14: a link between two routers has two addresses, not a subnet full."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.verdict import Status
from netdesign.model.vocabulary import PortMode, Role, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_14_link_prefixes import wide_links
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, joined, port, subnet, svi, vlan
from tests.support.sketch import case, design, device, link

RULE = wide_links
PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
P2P = SubnetPurpose.POINT_TO_POINT


def ends(one: str, two: str, **changes: Any) -> tuple[Any, ...]:
    return link("a:1", "b:1"), port("a:1", one, **changes), port("b:1", two, **changes)


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*PAIR, *facts)))


def test_two_addresses_are_enough() -> None:
    verdict = judged(*joined("a:1", "b:1"), *joined("a:2", "b:2", "fd12::"), subnet("10.0.0.0/31", purpose=P2P))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 2


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ("10.0.0.1/24", "10.0.0.2/24", "IPv4 addresses of a /24, not a /31"),
        ("10.0.0.1/30", "10.0.0.2/30", "IPv4 addresses of a /30, not a /31"),
        ("10.0.0.0/32", "10.0.0.1/32", "IPv4 addresses of a /32, not a /31"),
        ("fd12::1/64", "fd12::2/64", "IPv6 addresses of a /64, not a /127"),
    ],
)
def test_wider_links_are_flagged(one: str, two: str, said: str) -> None:
    (finding,) = judged(*ends(one, two)).findings

    assert finding.message == f"the link at a:1 has {said}"
    assert finding.elements == ("a:1", "b:1")


def test_unnumbered_and_link_local_ends_pass() -> None:
    assert judged(*ends("fe80::1/64", "fe80::2/64"), *joined("a:2", "b:2")).status is Status.PASS
    bare = (link("a:1", "b:1"), port("a:1", unnumbered=True), port("b:1", unnumbered=True))
    assert judged(*bare).status is Status.NOT_APPLICABLE


def test_vlans_are_no_links() -> None:
    facts = (
        vlan("v", 10, "a", "b"),
        link("a:1", "b:1"),
        *(port(f"{d}:1", mode=PortMode.TRUNK, vlans=("v",)) for d in "ab"),
    )

    assert judged(*facts, svi("a", "v", "10.0.0.1/24"), svi("b", "v", "10.0.0.2/24")).status is Status.NOT_APPLICABLE


def test_the_plan_of_a_link_is_as_short() -> None:
    (finding,) = judged(*joined("a:1", "b:1"), subnet("10.0.0.0/29", purpose=P2P)).findings

    assert finding.message == "subnet 10.0.0.0/29 of a link is a /29, not a /31"


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(
        *PAIR,
        link("a:1", "b:1"),
        port("a:1", "10.0.0.0/31", "fd12::/127"),
        port("b:1", "10.0.0.1/31", "fd12::1/127"),
        subnet("10.0.0.0/31", purpose=P2P),
        subnet("fd12::/127", purpose=P2P),
    )
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert judge_one(RULE, case(design())).status is Status.NOT_APPLICABLE
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
