"""PRO-04: routing that reaches, over every cable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.model.addressing import Interface
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_04_routing import routing_incomplete
from tests.support.routed import DEFAULT, bgp, flow, group, joined, ospf, peer, port, static, subnet, svi
from tests.support.sketch import case, design, device, link

RULE = routing_incomplete
HOMES = (
    *(subnet("10.1.0.0/24", "v"), subnet("10.2.0.0/24", "w"), group("left", "v"), group("right", "w")),
    *(svi("a", "v", "10.1.0.1/24"), svi("c", "w", "10.2.0.1/24")),
    flow("left", "right"),
)
RING = (
    *(DEFAULT, *(device(name, Role.CORE) for name in "abc")),
    *joined("a:1", "b:1", "10.0.1"),
    *joined("b:2", "c:2", "10.0.2"),
    *joined("c:3", "a:3", "10.0.3"),
    *HOMES,
)
A, B, C = ospf("a", "1", "3", "Vlan-v"), ospf("b", "1", "2"), ospf("c", "2", "3", "Vlan-w")


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(*facts, **asked))).findings]


def test_a_ring_with_ospf_everywhere_passes() -> None:
    verdict = judge_one(RULE, case(design(*RING, *A, *B, *C)))

    assert verdict.status is Status.PASS
    assert [(m.name, m.value) for m in verdict.measures[:2]] == [
        ("flows with routes there and back", 1),
        ("routed links with a silent end", 0),
    ]


def test_one_interface_without_ospf_is_found_now_and_after_a_failure() -> None:
    found = messages(*RING, *ospf("a", "1", "Vlan-v"), *B, *C, redundancy=Redundancy.HIGH)

    assert [text for text in found if not text.startswith("after the failure of")] == [
        "one link failure parts a (default) from c (default), though link c:3--a:3 is up: routing does not use it",
        "a and c run no protocol or static route for IPv4 over link c:3--a:3",
    ]
    assert (
        "after the failure of a:1--b:1, though a cable is left: packets of flow left>right from a (default) to "
        "10.2.0.0/24 end at a (default): no route"
    ) in found


def test_failures_that_the_level_does_not_count_are_not_asked_about() -> None:
    assert len(messages(*RING, *ospf("a", "1", "Vlan-v"), *B, *C, redundancy=Redundancy.LOW)) == 1


def test_a_flow_without_routes_names_the_table_where_it_ends() -> None:
    found = messages(*RING, *A, *B, *ospf("c", "2", "3"))

    assert found == ["flow left>right: packets from a (default) to 10.2.0.0/24 end at a (default): no route (1 such)"]


def test_answers_to_a_provider_are_traced_too() -> None:
    out = (
        device("isp", Role.PROVIDER, managed=False),
        link("a:9", "isp:1", LinkPurpose.CIRCUIT),
        port("a:9", "192.0.2.0/31"),
    )
    found = messages(*RING, *A, *B, *C, *out, flow("left", "isp"), static("c", "0.0.0.0/0", "10.0.3.1"))

    assert found == ["flow left>isp: packets from a (default) to the provider end at a (default): no route (1 such)"]


def test_ends_of_a_link_in_different_subnets_are_found() -> None:
    moved = [
        replace(f, addresses=("192.0.2.9/31",)) if isinstance(f, Interface) and f.id == "a:1" else f
        for f in (*RING, *A, *B, *C)
    ]

    assert [m for m in messages(*moved) if "subnet" in m] == [
        "a:1 shares no subnet with the other end of link a:1--b:1",
        "b:1 shares no subnet with the other end of link a:1--b:1",
    ]


def test_a_subnet_without_a_gateway_is_found() -> None:
    facts = [fact for fact in RING if getattr(fact, "id", "") != "c:Vlan-w"]

    assert "no routed interface holds an address of 10.2.0.0/24, which 1 flows need" in messages(*facts, *A, *B, *C)


def test_a_default_route_that_its_originator_lacks_is_found() -> None:
    speaker = bgp("b", 2, default_originate=True)
    facts = [fact for fact in (*RING, *A, *C) if not str(getattr(fact, "id", "")).startswith("b:ospf")]

    assert "b:bgp originates an IPv4 default route, but b (default) has none itself" in messages(*facts, speaker)


def test_exits_that_do_not_share_routes_are_found() -> None:
    exits = [
        fact
        for at, name in enumerate("ab")
        for fact in (
            device(f"isp{name}", Role.PROVIDER, managed=False),
            link(f"{name}:9", f"isp{name}:1", LinkPurpose.CIRCUIT),
            port(f"{name}:9", f"192.0.2.{2 * at}/31"),
            bgp(name, at + 1),
            peer(name, f"192.0.2.{2 * at + 1}", 9),
        )
    ]
    asked = {"redundancy": Redundancy.HIGH}
    found = messages(*RING, *A, *B, *C, *exits, **asked)

    assert found == [
        f"{n} loses the provider's routes with its one circuit: it learns none of the other exit" for n in "ab"
    ]
    assert messages(*RING, *A, *B, *C, *exits, redundancy=Redundancy.NONE) == []


def test_flows_of_unknown_ends_leave_the_answer_open() -> None:
    verdict = judge_one(RULE, case(design(*RING, *A, *B, *C, flow("left", "ghost"))))

    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].message == "flow left>ghost: no subnet is known of ghost"


def test_a_design_that_routes_nothing_is_not_judged() -> None:
    assert judge_one(RULE, case(design(device("a", Role.ACCESS)))).status is Status.NOT_APPLICABLE


def killed(*facts: Any) -> list[bool | None]:
    made = design(*facts)
    patches = [mutant.mutate(case(made)) for mutant in RULE.mutants]
    return [None if p is None else judge_one(RULE, case(apply(made, p))).status is Status.FAIL for p in patches]


def test_mutants_are_caught_on_an_igp_and_on_bgp() -> None:
    wired = (DEFAULT, device("a", Role.CORE), device("c", Role.CORE), *joined("a:1", "c:1"), *HOMES)
    speakers = (*wired, bgp("a", 1, networks=("10.1.0.0/24",)), bgp("c", 2, networks=("10.2.0.0/24",)))

    assert killed(*RING, *A, *B, *C)[:2] == [True, True]
    assert killed(*speakers, peer("a", "10.0.0.1", 2), peer("c", "10.0.0.0", 1))[:2] == [True, True]


def test_mutants_take_the_default_route_where_no_link_is_routed() -> None:
    one = (
        DEFAULT,
        device("a", Role.CORE),
        device("c", Role.FIREWALL),
        svi("a", "t", "10.3.0.1/29"),
        svi("c", "t", "10.3.0.2/29"),
    )
    roads = (static("a", "0.0.0.0/0", "10.3.0.2"), static("c", "10.1.0.0/24", "10.3.0.1"))

    assert killed(*one, *HOMES, *roads)[:2] == [True, None]
    assert set(killed(*one, *HOMES)) == {None}
