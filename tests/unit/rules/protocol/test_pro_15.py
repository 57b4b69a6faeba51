"""PRO-15: every router has a loopback that others know, and a name of its own that is that loopback's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Pool
from netdesign.model.routing import RoutePolicy
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_15_router_ids import router_identity
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bgp, joined, loopback, ospf, peer, subnet, svi, vlan
from tests.support.sketch import case, design, device

RULE = router_identity
PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
LOOPS = [subnet(f"10.8.0.{n}/32", purpose=SubnetPurpose.LOOPBACK) for n in (1, 2, 3)]
POOL = Pool(id="loops", prefix="10.8.0.0/24", purpose="x", vrf="default")
HOSTS = (vlan("v", 10, "a"), subnet("10.0.0.0/24", "v"), svi("a", "v", "10.0.0.1/24"))


def router(name: str, number: int, **changes: Any) -> tuple[Any, ...]:
    address = f"10.8.0.{number}"
    process = bgp(name, 65_000 + number, router_id=address, networks=(f"{address}/32",))
    return loopback(name, f"{address}/32"), replace(process, **changes)


SOUND = (*PAIR, *LOOPS, POOL, *HOSTS, *router("a", 1), *router("b", 2))


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judged(*facts).findings]


def test_routers_with_an_identity_pass() -> None:
    verdict = judged(*SOUND)

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 2


def test_static_routes_need_no_router_id() -> None:
    assert judged(*PAIR).status is Status.PASS
    provider = (device("isp", Role.PROVIDER), bgp("isp", 100))
    assert judged(DEFAULT, *provider).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"router_id": None}, "b:bgp has no router id"),
        ({"router_id": "10.8.0.1"}, "b:bgp has the router id 10.8.0.1 of a"),
        ({"router_id": "10.0.0.1"}, "b:bgp has the router id 10.0.0.1, which is no loopback's of b"),
        ({"networks": ()}, "no routing process announces 10.8.0.2/32 of b:lo0"),
    ],
)
def test_a_router_without_an_identity(changes: dict[str, Any], message: str) -> None:
    assert messages(*PAIR, *LOOPS, *router("a", 1), *router("b", 2, **changes)) == [message]


def test_a_router_without_a_loopback() -> None:
    made = messages(*PAIR, *LOOPS, *router("a", 1), router("b", 2)[1])

    assert made == [
        "b runs a routing protocol and has no loopback of one address",
        "b:bgp has the router id 10.8.0.2, which is no loopback's of b",
    ]


def test_loopbacks_come_from_a_pool_of_their_own() -> None:
    stray = (*PAIR, *LOOPS[:1], *router("a", 1), *router("b", 2))
    mixed = (*PAIR, *LOOPS, POOL, *router("a", 1), *router("b", 2), vlan("w", 7), subnet("10.8.0.128/25", "w"))

    assert messages(*stray) == ["10.8.0.2/32 of b:lo0 lies in no subnet of loopbacks"]
    assert messages(*stray, POOL) == []
    assert messages(*stray, replace(POOL, vrf=None)) == ["10.8.0.2/32 of b:lo0 lies in no subnet of loopbacks"]
    assert messages(*mixed) == ["10.8.0.128/25 (10.8.0.128/25) is cut from the pool loops of loopbacks"]


def test_ospf_announces_what_takes_part() -> None:
    processes = [ospf(name, "lo0", "1", passive=True) for name in "ab"]
    named = [replace(process[0], router_id=f"10.8.0.{n}") for n, process in enumerate(processes, start=1)]
    loops = [loopback(name, f"10.8.0.{n}/32") for n, name in enumerate("ab", start=1)]
    facts = (*PAIR, *LOOPS, *joined("a:1", "b:1"), *loops, *named)

    assert judged(*facts, *processes[0][1:], *processes[1][1:]).status is Status.PASS
    assert messages(*facts, *processes[0][1:]) == ["no routing process announces 10.8.0.2/32 of b:lo0"]


@pytest.mark.parametrize("protocol", ["bgp", "ospf"])
def test_every_mutant_is_caught_and_mended(protocol: str) -> None:
    sound = design(*SOUND, peer("a", "10.8.0.2", 65_002, multihop=2))
    if protocol == "ospf":
        members = [one for name in "ab" for one in ospf(name, "lo0", passive=True)]
        named = [
            replace(one, router_id=f"10.8.0.{'ab'.index(one.device) + 1}") for one in members if hasattr(one, "device")
        ]
        rest = [one for one in members if not hasattr(one, "device")]
        loops = [loopback(name, f"10.8.0.{n}/32") for n, name in enumerate("ab", start=1)]
        sound = design(*PAIR, *LOOPS, POOL, *HOSTS, *loops, *named, *rest)
    assert judge_one(RULE, case(sound)).status is Status.PASS
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)


def test_a_loopback_that_every_session_holds_back_is_unknown_to_others() -> None:
    sessions = (peer("a", "10.7.0.1", 65_002), peer("b", "10.7.0.0", 65_001))
    link = joined("a:9", "b:9", "10.7.0")
    nothing = RoutePolicy(id="nothing", name="nothing")
    held = (replace(sessions[0], export_policy="nothing"), sessions[1])

    assert messages(*SOUND, *link, *sessions) == []
    assert messages(*SOUND, *link, nothing, *held) == ["no session of a tells anybody of 10.8.0.1/32 of a:lo0"]


@pytest.mark.parametrize(
    ("hostname", "problem"),
    [
        ("leaf\u202e10", "has characters outside ASCII"),
        ("a" * 64, "is longer than 63 characters a label"),
        (".".join(["a" * 60] * 5), "is longer than 63 characters a label"),
        ("", "is not made of letters, digits and hyphens between them"),
        ("-a", "is not made of letters, digits and hyphens between them"),
        ("a-", "is not made of letters, digits and hyphens between them"),
        ("a b", "is not made of letters, digits and hyphens between them"),
        ("a_b", "is not made of letters, digits and hyphens between them"),
        ("a..b", "is not made of letters, digits and hyphens between them"),
        ("B", "is the hostname of b as well"),
    ],
)
def test_hostnames_are_names(hostname: str, problem: str) -> None:
    facts = (DEFAULT, device("b", Role.CORE), replace(device("a", Role.CORE), hostname=hostname))
    assert messages(*facts) == [f"the hostname {hostname!r} of a {problem}"]
    provider = replace(device("isp", Role.PROVIDER), hostname=hostname)
    assert messages(DEFAULT, device("c", Role.CORE), provider) == []


def test_hostnames_of_several_labels_and_of_63_characters_pass() -> None:
    for hostname in ("leaf1.dc1.example.org", "a" * 63, "LEAF-01", "1leaf"):
        assert messages(DEFAULT, replace(device("a", Role.CORE), hostname=hostname)) == []
