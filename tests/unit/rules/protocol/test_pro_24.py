"""PRO-24: routes do not come back into the protocol that they are of."""

from dataclasses import replace
from typing import Any

from netdesign.model.patch import apply
from netdesign.model.routing import PolicyAction, Redistribution, RoutePolicy, RoutePolicyTerm
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_24_redistribution import redistribution_feedback as rule
from tests.support.routed import DEFAULT, bgp, joined, loopback, ospf, peer
from tests.support.sketch import case, design, device

WIRES = (
    DEFAULT,
    *(device(name, Role.CORE) for name in "abc"),
    *joined("a:1", "b:1"),
    *joined("a:2", "c:2", "10.0.1"),
    *joined("b:3", "c:3", "10.0.2"),
    loopback("a", "10.9.9.9/32"),
)
"""a is in OSPF with b and c; b and c speak BGP with each other, as different systems."""


def two_way(*rules: Redistribution, back: tuple[Redistribution, ...] = (), **speaker: Any) -> tuple[Any, ...]:
    """OSPF between a, b and c, and BGP between b and c; BGP takes OSPF in by `rules`, OSPF takes BGP in by `back`."""
    facts: list[Any] = [*WIRES, *ospf("a", "1", "2", "lo0")]
    for name, ports, asn in (("b", ("1",), 1), ("c", ("2",), 2)):
        process, *members = ospf(name, *ports)
        facts += [replace(process, redistribute=back), *members]
        facts.append(bgp(name, asn, redistribute=rules, **speaker))
    return (*facts, peer("b", "10.0.2.1", 2), peer("c", "10.0.2.0", 1))


INTO_BGP = Redistribution(source="ospf")
INTO_OSPF = Redistribution(source="bgp")


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judge_one(rule, case(design(*facts))).findings]


def test_two_way_exchange_at_two_routers_comes_back_by_the_protocol_of_less_distance() -> None:
    assert messages(*two_way(INTO_BGP, back=(INTO_OSPF,)))[0] == (
        "10.0.0.0/31 leaves ospf at b and comes back into it at c, which trusts bgp (20) more than ospf (110)"
    )


def test_one_way_or_a_higher_distance_is_safe() -> None:
    assert messages(*two_way(INTO_BGP)) == []
    assert messages(*two_way(INTO_BGP, back=(INTO_OSPF,), distance=150)) != []
    guarded = two_way(INTO_BGP, back=(INTO_OSPF,), distance=110)
    assert messages(*guarded) == []


def test_a_tag_helps_where_it_is_refused() -> None:
    mark = RoutePolicy(
        id="mark", name="mark", terms=(RoutePolicyTerm(action=PolicyAction.PERMIT, set_communities=("1:1",)),)
    )
    refuse = RoutePolicy(
        id="refuse",
        name="refuse",
        terms=(
            RoutePolicyTerm(action=PolicyAction.DENY, communities=("1:1",)),
            RoutePolicyTerm(action=PolicyAction.PERMIT),
        ),
    )
    marked = Redistribution(source="ospf", policy="mark")
    assert messages(mark, refuse, *two_way(marked, back=(Redistribution(source="bgp", policy="refuse"),))) == []
    assert messages(mark, refuse, *two_way(marked, back=(INTO_OSPF,))) != []


def test_designs_without_redistribution_are_not_asked_and_static_ones_pass() -> None:
    assert judge_one(rule, case(design(*WIRES, *ospf("a", "1")))).status is Status.NOT_APPLICABLE
    plain = judge_one(rule, case(design(*WIRES, bgp("a", 1, redistribute=(Redistribution(source="static"),)))))
    assert plain.status is Status.PASS
    assert [m.value for m in plain.measures] == [0, 0]


def test_every_mutant_is_caught_and_mended_on_ospf_and_on_bgp() -> None:
    taking = (Redistribution(source="connected"),)
    inner = [replace(f, redistribute=taking) if getattr(f, "protocol", None) else f for n in "ab" for f in ospf(n, "1")]
    outer = (bgp("a", 1, redistribute=taking), bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
    for kind in (inner, outer):
        sound = design(*WIRES, *kind)
        for mutant in rule.mutants:
            patch = mutant.mutate(case(sound))
            assert patch is not None, mutant.title
            broken = apply(sound, patch)
            verdict = judge_one(rule, case(broken))
            assert verdict.status is Status.FAIL, mutant.title
            mended = rule.fixes[0].propose(case(broken), verdict.findings[0])
            assert mended is not None
            assert judge_one(rule, case(apply(broken, mended))).status is Status.PASS, mutant.title
    assert rule.mutants[0].mutate(case(design(DEFAULT))) is None
