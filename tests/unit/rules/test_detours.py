"""Static routes more specific than a destination: the part that they lead astray is found, and they are taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.design import Design
from netdesign.model.patch import Patch, Remove, apply
from netdesign.model.verdict import Finding, Status, Verdict
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.card import Rule
from netdesign.rules.case import Case
from netdesign.rules.detours import discard_outside, discard_part, lead_part_out, without_detours
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_04_routing import routing_incomplete
from netdesign.rules.protocol.pro_30_forwarding import forwarding_unsound
from tests.support.routed import DEFAULT, flow, group, joined, static, subnet, svi, vlan
from tests.support.sketch import case, design, device

LINE, *PORTS = joined("wall:2", "isp:2", "100.64.0")
LAN: tuple[Any, ...] = (
    DEFAULT,
    device("core", Role.CORE),
    device("wall", Role.FIREWALL),
    *joined("core:1", "wall:1"),
    vlan("v", 10, "core"),
    svi("core", "v", "10.1.0.1/24"),
    subnet("10.1.0.0/24", "v"),
    group("staff", "v"),
    vlan("w", 11, "wall"),
    svi("wall", "w", "10.2.0.1/24"),
    subnet("10.2.0.0/24", "w"),
    group("servers", "w"),
    flow("staff", "servers"),
    static("core", "0.0.0.0/0", "10.0.0.1"),
    static("wall", "10.1.0.0/16", "10.0.0.0"),
    static("core", "10.1.0.0/16", None, discard=True, distance=250, id="sum"),
)
OUT: tuple[Any, ...] = (
    device("isp", Role.PROVIDER, managed=False, sku=None),
    replace(LINE, purpose=LinkPurpose.CIRCUIT),
    *PORTS,
    static("wall", "0.0.0.0/0", "100.64.0.1"),
    flow("staff", "isp"),
)
RULES = (routing_incomplete, forwarding_unsound)


def made(*facts: Any) -> Design:
    return design(*LAN, *OUT, *facts, redundancy=Redundancy.LOW)


def judged(one: Rule, facts: Design) -> Verdict:
    return judge_one(one, case(facts))


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.code)
@pytest.mark.parametrize("mutate", [discard_part, lead_part_out, discard_outside])
def test_what_leads_a_part_astray_is_found_and_taken_out_again(
    mutate: Callable[[Case], Patch | None], one: Rule
) -> None:
    sound = made()
    assert judged(one, sound).status is Status.PASS
    patch = mutate(case(sound))
    assert patch is not None
    broken = apply(sound, patch)
    found = judged(one, broken)
    assert found.status is Status.FAIL
    mended = without_detours(case(broken), found.findings[0])
    assert mended is not None
    assert apply(broken, mended) == sound


def test_where_there_are_no_flows_outward_or_at_all_there_is_nothing_to_lead_astray() -> None:
    closed = design(*(fact for fact in LAN if getattr(fact, "id", "") != "core:default:0.0.0.0/0"))

    assert [one(case(design(DEFAULT))) for one in (discard_part, lead_part_out, discard_outside)] == [None] * 3
    assert lead_part_out(case(closed)) is None
    assert discard_outside(case(closed)) is None


def removed(*facts: Any, rule: Rule = routing_incomplete) -> list[set[str]]:
    """The routes that the fix would remove for each finding."""
    facing = made(*facts)
    found = judged(rule, facing).findings
    patches = [without_detours(case(facing), finding) or () for finding in found]
    return [{op.id for op in patch if isinstance(op, Remove)} for patch in patches]


def test_the_same_route_goes_from_every_table_of_the_vrf() -> None:
    holes = (
        static("wall", "10.1.0.0/25", None, discard=True, id="h1"),
        static("core", "10.1.0.0/25", None, discard=True, id="h2"),
    )
    assert {"h1", "h2"} in removed(*holes)


def test_a_discarded_subnet_goes_but_a_discarded_summary_stays() -> None:
    assert removed(static("wall", "10.1.0.0/24", None, discard=True, id="whole"))[0] == {"whole"}
    away = tuple(fact for fact in LAN if getattr(fact, "prefix", "") != "10.1.0.0/16")
    wide = design(*away, *OUT, static("wall", "10.1.0.0/16", None, discard=True, id="wide"), redundancy=Redundancy.LOW)
    finding = next(f for f in judged(forwarding_unsound, wide).findings if "within" in f.witness)
    assert without_detours(case(wide), finding) is None


def test_a_longer_prefix_that_interfaces_lie_in_keeps_its_routes() -> None:
    part = (vlan("x", 12, "core"), svi("core", "x", "10.2.0.129/25"), subnet("10.2.0.128/25", "x"))
    aim = static("wall", "10.2.0.128/25", "10.0.0.0", id="part")
    assert removed(*part, aim, rule=forwarding_unsound)[0] == set()


@pytest.mark.parametrize(
    "witness", [{}, {"part": "nonsense"}, {"part": "10.1.0.0/25"}, {"part": "10.1.0.0/25", "devices": "core"}]
)
def test_findings_of_another_kind_are_left_to_others(witness: dict[str, Any]) -> None:
    facts = made(static("wall", "10.1.0.0/25", None, discard=True))

    assert without_detours(case(facts), Finding(message="", witness=witness)) is None
