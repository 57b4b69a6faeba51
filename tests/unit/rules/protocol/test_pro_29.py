"""PRO-29: as many paths are taken as are equally good."""

from dataclasses import replace
from typing import Any

from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_29_path_width import path_width as rule
from tests.support.routed import DEFAULT, bgp, joined, loopback, ospf, peer
from tests.support.sketch import case, design, device


def fabric(spine_asns: tuple[int, int] = (100, 100), **changes: Any) -> tuple[Any, ...]:
    """Two leaves under two spines."""
    facts: list[Any] = [DEFAULT]
    for at, asn in enumerate(spine_asns):
        facts += [device(f"s{at}", Role.SPINE), bgp(f"s{at}", asn, router_id=f"1.0.0.{at}", max_paths=2)]
    for n in range(2):
        leaf = f"l{n}"
        facts += [device(leaf, Role.LEAF), loopback(leaf, f"10.9.{n}.1/32")]
        made = bgp(leaf, 200 + n, router_id=f"2.0.0.{n}", max_paths=2, networks=(f"10.9.{n}.1/32",))
        facts.append(replace(made, **changes))
        for at, asn in enumerate(spine_asns):
            net = f"10.{n}.{at}"
            facts += [*joined(f"{leaf}:{at}", f"s{at}:{n}", net)]
            facts += [peer(leaf, f"{net}.1", asn), peer(f"s{at}", f"{net}.0", 200 + n)]
    return tuple(facts)


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judge_one(rule, case(design(*facts))).findings]


def test_two_paths_over_two_spines_pass() -> None:
    verdict = judge_one(rule, case(design(*fabric())))

    assert verdict.status is Status.PASS
    assert [m.value for m in verdict.measures] == [0, 0]


def test_fewer_paths_than_spines_and_strict_comparison_are_found() -> None:
    assert messages(*fabric(max_paths=1)) == [
        "l0:bgp has 2 equally good paths to 10.9.1.1/32, but it takes 1",
        "l1:bgp has 2 equally good paths to 10.9.0.1/32, but it takes 1",
    ]
    assert messages(*fabric((100, 101))) == [
        "l0:bgp has 2 equally good paths to 10.9.1.1/32, but paths over different AS are not used together",
        "l1:bgp has 2 equally good paths to 10.9.0.1/32, but paths over different AS are not used together",
    ]
    assert messages(*fabric((100, 101), multipath_relax=True)) == []


TRIANGLE = (
    DEFAULT,
    *(device(name, Role.CORE) for name in "bc"),
    device("a", Role.DISTRIBUTION),
    *joined("a:1", "b:1"),
    *joined("a:2", "c:2", "10.0.1"),
    *ospf("b", "1"),
    *ospf("c", "2"),
)


def with_costs(first: int, second: int) -> tuple[Any, ...]:
    process, one, other = ospf("a", "1", "2")
    return (*TRIANGLE, process, replace(one, cost=first), replace(other, cost=second))


def test_equal_links_of_unequal_cost_are_found() -> None:
    assert messages(*with_costs(10, 10)) == []
    assert messages(*with_costs(10, 20)) == [
        "a:1 costs 10 and a:2 20, though both lead alike: the second carries nothing"
    ]


def test_designs_without_protocols_are_not_asked() -> None:
    assert judge_one(rule, case(design(DEFAULT))).status is Status.NOT_APPLICABLE


def test_every_mutant_is_caught_and_mended() -> None:
    applied = 0
    for facts in (fabric(multipath_relax=True), with_costs(10, 10)):
        sound = design(*facts)
        for mutant in rule.mutants:
            patch = mutant.mutate(case(sound))
            if patch is None:
                continue
            applied += 1
            broken = apply(sound, patch)
            assert judge_one(rule, case(broken)).status is Status.FAIL, mutant.title
            for _ in range(3):
                here = case(broken)
                proposals = [fix.propose(here, f) for f in judge_one(rule, here).findings for fix in rule.fixes]
                chosen = next((p for p in proposals if p), None)
                broken = apply(broken, chosen) if chosen else broken
            assert judge_one(rule, case(broken)).status is Status.PASS, mutant.title
    assert applied == 4
