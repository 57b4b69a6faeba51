"""PRO-30: no circles and no holes, in the plain state and after failures."""

from dataclasses import replace
from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_30_forwarding import forwarding_unsound as rule
from tests.support.routed import DEFAULT, flow, group, joined, static, subnet, svi, vlan
from tests.support.sketch import case, design, device

ENDS: tuple[Any, ...] = (
    DEFAULT,
    device("core", Role.CORE),
    device("wall", Role.FIREWALL),
    device("isp", Role.PROVIDER, managed=False, sku=None),
    *joined("core:1", "wall:1"),
    vlan("v", 10, "core"),
    svi("core", "v", "10.1.0.1/24"),
    subnet("10.1.0.0/24", "v"),
    group("staff", "v"),
    flow("staff", "isp"),
)
LINE, *PORTS = joined("wall:2", "isp:2", "100.64.0")
CIRCUIT = (replace(LINE, purpose=LinkPurpose.CIRCUIT), *PORTS)
WAYS = (
    static("core", "0.0.0.0/0", "10.0.0.1"),
    static("wall", "0.0.0.0/0", "100.64.0.1"),
    static("wall", "10.1.0.0/16", "10.0.0.0"),
)
DISCARD = static("core", "10.1.0.0/16", None, discard=True, distance=250)


def judged(*facts: Any, **asked: Any) -> Any:
    return judge_one(rule, case(design(*facts, **asked)))


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in judged(*facts, **asked).findings]


def test_a_default_out_and_a_discarded_summary_in_pass() -> None:
    verdict = judged(*ENDS, *CIRCUIT, *WAYS, DISCARD)

    assert verdict.status is Status.PASS, verdict.findings
    assert [(m.name, m.value) for m in verdict.measures] == [
        ("circles", 0),
        ("failures that the level counts", 2),
        ("failures walked through, one of each kind", 2),
        ("devices whose forwarding was walked", 3),
    ]


def test_a_summary_without_a_discard_goes_in_circles() -> None:
    assert messages(*ENDS, *CIRCUIT, *WAYS, redundancy=Redundancy.LOW) == [
        "packets to 10.1.1.0 go in circles: core (default) > wall (default) > core (default)"
    ]


def test_two_defaults_at_each_other_go_in_circles() -> None:
    wrong = (WAYS[0], static("wall", "0.0.0.0/0", "10.0.0.0"), WAYS[2], DISCARD)

    assert any(text.startswith("packets to 0.0.0.1 go in circles") for text in messages(*ENDS, *CIRCUIT, *wrong))


def test_next_hops_that_nobody_answers_for_and_missing_ways_out_are_holes() -> None:
    dead = (static("core", "0.0.0.0/0", "10.1.0.9"), *WAYS[1:], DISCARD)
    assert any(
        "end at core (default): nobody answers for the next hop" in text for text in messages(*ENDS, *CIRCUIT, *dead)
    )
    none = messages(*ENDS, *CIRCUIT, WAYS[0], WAYS[2], DISCARD)
    assert "wall (default) has a circuit to a provider and no IPv4 route to what lies beyond" in none


def test_a_hole_after_a_failure_counts_where_a_cable_is_left() -> None:
    second = joined("core:3", "wall:3", "10.0.3")
    wide = (*ENDS, *CIRCUIT, *WAYS, DISCARD, *second)

    found = messages(*wide, redundancy=Redundancy.MEDIUM)
    assert found[0] == (
        "after the failure of core:1--wall:1, though a cable is left, packets of flow staff>isp to the provider (IPv4) "
        "end at core (default): no route"
    )
    both = (static("core", "0.0.0.0/0", "10.0.3.1", id="c2"), static("wall", "10.1.0.0/16", "10.0.3.0", id="w2"))
    assert messages(*wide, *both, redundancy=Redundancy.MEDIUM) == []


def test_beyond_the_largest_size_nothing_is_walked_and_the_measure_says_so() -> None:
    usual = default_parameters()
    few = replace(usual, protocols=replace(usual.protocols, routing_devices=2))
    verdict = judge_one(rule, replace(case(design(*ENDS, *CIRCUIT, *WAYS)), parameters=few))

    assert verdict.status is Status.PASS
    assert [(m.name, m.value) for m in verdict.measures] == [("devices whose forwarding was walked", 0)]


def test_designs_that_route_nothing_are_not_asked() -> None:
    assert judged(DEFAULT, device("core", Role.CORE)).status is Status.NOT_APPLICABLE


def test_every_mutant_is_caught_and_mended() -> None:
    wide = tuple(replace(fact, addresses=(fact.addresses[0].replace("/31", "/29"),))
                 if getattr(fact, "addresses", ("",))[:1] in (("10.0.0.0/31",), ("10.0.0.1/31",)) else fact
                 for fact in ENDS)  # fmt: skip
    sound = design(*wide, *CIRCUIT, *WAYS, DISCARD, redundancy=Redundancy.LOW)
    assert judge_one(rule, case(sound)).status is Status.PASS
    for mutant in rule.mutants:
        patch = mutant.mutate(case(sound))
        assert patch is not None, mutant.title
        broken = apply(sound, patch)
        assert judge_one(rule, case(broken)).status is Status.FAIL, mutant.title
        for _ in range(4):
            broken = better(broken)
        assert judge_one(rule, case(broken)).status is Status.PASS, mutant.title
    assert {m.mutate(case(design(DEFAULT))) for m in rule.mutants} == {None}


def better(broken: Any) -> Any:
    """The design after the first proposal that leaves fewer findings."""
    here = case(broken)
    found = judge_one(rule, here).findings
    for finding in found:
        for fix in rule.fixes:
            patch = fix.propose(here, finding)
            after = apply(broken, patch) if patch else broken
            if len(judge_one(rule, case(after)).findings) < len(found):
                return after
    return broken
