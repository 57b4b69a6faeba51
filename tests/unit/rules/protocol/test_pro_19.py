"""PRO-19: OSPF areas hang together at the backbone, and neighbours agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.protocols.ospf_areas import area_number
from netdesign.model.routing import Redistribution
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, Severity
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_19_ospf import ospf_design
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, joined, ospf, subnet, svi, vlan
from tests.support.sketch import GBPS, case, design, device

RULE = ospf_design
G100 = 100 * GBPS
CORES, BLOCKS = ("c1", "c2"), {"d1": "0.0.0.1", "d2": "0.0.0.2"}


def campus() -> dict[str, Any]:
    """Two cores with the backbone between them, and a router in an area of its own below both."""
    facts: dict[str, Any] = {"default": DEFAULT}
    facts |= {name: device(name, Role.CORE if name in CORES else Role.DISTRIBUTION) for name in (*CORES, *BLOCKS)}
    wires = [("c1", "c2", "0.0.0.0"), *((block, core, area) for block, area in BLOCKS.items() for core in CORES)]
    areas: dict[str, dict[str, str]] = {name: {} for name in (*CORES, *BLOCKS)}
    for n, (a, b, area) in enumerate(wires):
        for fact in joined(f"{a}:{b}", f"{b}:{a}", f"10.9.{n}", speed_bps=10 * GBPS):
            facts[fact.id] = fact
        areas[a][b] = areas[b][a] = area
    for name, ports in areas.items():
        process, *members = ospf(name, *ports)
        facts[process.id] = replace(process, reference_bandwidth_bps=400 * GBPS)
        for member, area in zip(members, ports.values(), strict=True):
            facts[member.id] = replace(member, area=area, cost=40, authentication="key")
    for n, (block, area) in enumerate(BLOCKS.items()):
        lan = (vlan(f"v{n}", 10 + n, block), subnet(f"10.0.{n}.0/24", f"v{n}"), svi(block, f"v{n}", f"10.0.{n}.1/24"))
        facts |= {fact.id: fact for fact in lan}
        member = ospf(block, f"Vlan-v{n}", area=area, passive=True)[1]
        facts[member.id] = member
    return facts


def judged(facts: dict[str, Any]) -> Any:
    return judge_one(RULE, case(design(*facts.values())))


def changed(facts: dict[str, Any], *names: str, **values: Any) -> dict[str, Any]:
    return facts | {name: replace(facts[name], **values) for name in names}


def messages(facts: dict[str, Any]) -> list[str]:
    return [finding.message for finding in judged(facts).findings]


BACKBONE = ("c1:c2@ospf", "c2:c1@ospf")


def test_areas_that_meet_pass() -> None:
    verdict = judged(campus())

    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (3, 100)
    assert judge_one(RULE, case(design(DEFAULT))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("0.0.0.0", 0), ("0.0.1.0", 256), ("7", 7), ("x.y", "x.y"), ("b", "b")]
)
def test_areas_are_numbers_however_they_are_written(text: str, number: int | str) -> None:
    assert area_number(text) == number


def test_no_area_0() -> None:
    made = messages(changed(campus(), *BACKBONE, area="0.0.0.9"))

    assert made == ["3 areas of one domain have no area 0 to meet in: c1:ospf"]


def test_one_area_alone_may_have_any_number() -> None:
    facts = campus()
    every = [name for name in facts if name.endswith("@ospf")]

    assert judged(changed(facts, *every, area="5")).status is Status.PASS


def test_area_0_in_two_parts() -> None:
    assert "area 0 falls into 2 parts: c1:ospf, c2:ospf" in messages(changed(campus(), "c1:c2@ospf", hello_ms=3_000))


def test_an_area_without_a_border_router() -> None:
    facts = changed(campus(), "d2:Vlan-v1@ospf", area="0.0.0.8")

    assert messages(facts) == ["area 8 has a part without a router on area 0: d2:ospf"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"area": "0.0.0.7"}, "area (0.0.0.7 and 0.0.0.1)"),
        ({"hello_ms": 5_000}, "hello (5000 and 10000)"),
        ({"dead_ms": 5_000}, "dead (5000 and 40000)"),
        ({"network_type": "broadcast"}, "network type (broadcast and point_to_point)"),
        ({"authentication": None}, "authentication (None and key)"),
        ({"passive": True}, "passive (True and False)"),
    ],
)
def test_neighbours_differ(values: dict[str, Any], said: str) -> None:
    facts = changed(campus(), "c1:d1@ospf", **values)

    assert f"c1:d1 and d1:c1 are neighbours and differ in {said}" in messages(facts)


def test_neighbours_take_packets_of_one_size() -> None:
    assert messages(changed(campus(), "c1:d1", mtu_bytes=9_000)) == ["c1:d1 and d1:c1 are neighbours and differ in MTU"]


def test_routers_agree_about_stubs() -> None:
    facts = campus()

    assert messages(changed(facts, "d1:ospf", stub_areas=("1",))) == [
        "routers differ about whether area 1 is a stub: d1:ospf"
    ]
    everyone = changed(facts, "d1:ospf", "c1:ospf", "c2:ospf", stub_areas=("1",))
    assert judged(everyone).status is Status.PASS
    assert messages(changed(everyone, "d1:ospf", redistribute=(Redistribution(source="static"),))) == [
        "external routes are brought into a stub area: d1:ospf"
    ]


def test_costs_tell_speeds_apart() -> None:
    fast = changed(campus(), "c1:c2", "c2:c1", speed_bps=G100)

    assert messages(fast) == ["c1:c2 (100 Gbit/s) and c1:d1 (10 Gbit/s) have the same cost 40"]
    assert judged(changed(fast, *BACKBONE, cost=4)).status is Status.PASS


def test_routers_compute_costs_alike() -> None:
    assert messages(changed(campus(), "d1:ospf", reference_bandwidth_bps=G100)) == [
        "d1:ospf computes costs from 100 Gbit/s; the fastest link has 10, other routers use 400"
    ]


def test_hosts_hear_no_hellos() -> None:
    assert messages(changed(campus(), "d1:Vlan-v0@ospf", passive=False)) == [
        "d1:Vlan-v0 sends hellos to hosts, any of which may become a neighbour"
    ]


@pytest.mark.parametrize(("routers", "limit", "severity"), [(101, 100, Severity.WARNING), (251, 250, None)])
def test_areas_have_an_end(routers: int, limit: int, severity: Severity | None) -> None:
    facts: list[Any] = [DEFAULT]
    for n in range(routers):
        facts += [device(f"r{n}", Role.CORE), *ospf(f"r{n}", "1", f"{n - 1}x")]
        if n:
            facts += joined(f"r{n - 1}:1", f"r{n}:{n - 1}x", f"10.{n // 200}.{n % 200}")
    made = judge_one(RULE, case(design(*facts))).findings

    assert [(one.message, one.severity) for one in made] == [
        (f"area 0 has {routers} routers, more than {limit}", severity)
    ]


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*campus().values())
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
