"""PRO-18: AS numbers are legal, ours to use, and do not stop routes where they should pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Mlag
from netdesign.model.patch import apply
from netdesign.model.routing import RoutePolicy
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role, Severity, Trust
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_18_as_numbers import as_numbers
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bgp, joined, peer
from tests.support.sketch import case, design, device

RULE = as_numbers
SPINE, FIRST = 4_200_000_000, 4_200_000_001


def fabric(*leaves: int, spines: tuple[int, ...] = (SPINE, SPINE, SPINE), **changes: Any) -> list[Any]:
    """Spines and leaves with these numbers, a session on every link."""
    facts: list[Any] = [DEFAULT]
    facts += [device(f"s{n}", Role.SPINE) for n in range(len(spines))]
    facts += [device(f"l{n}", Role.LEAF) for n in range(len(leaves))]
    facts += [bgp(f"s{n}", asn) for n, asn in enumerate(spines)]
    facts += [bgp(f"l{n}", asn) for n, asn in enumerate(leaves)]
    for a, low in enumerate(leaves):
        for b, high in enumerate(spines):
            net = f"10.{a}.{b}"
            facts += joined(f"l{a}:{b}", f"s{b}:{a}", net)
            facts += [peer(f"l{a}", f"{net}.1", high, **changes), peer(f"s{b}", f"{net}.0", low)]
    return facts


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judged(*facts).findings]


def test_a_number_for_each_leaf_passes() -> None:
    verdict = judged(*fabric(FIRST, FIRST + 1))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 3
    assert judged(DEFAULT).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("asn", "said"),
    [
        (0, "the AS number 0, which nobody may use"),
        (23_456, "the AS number 23456, which nobody may use"),
        (65_535, "the AS number 65535, which nobody may use"),
        (4_294_967_295, "the AS number 4294967295, which nobody may use"),
        (64_500, "the AS number 64500, which is for documentation"),
        (65_551, "the AS number 65551, which is for documentation"),
        (None, "no AS number"),
    ],
)
def test_numbers_that_nobody_may_use(asn: int | None, said: str) -> None:
    assert messages(DEFAULT, device("r", Role.CORE), replace(bgp("r", 1), asn=asn)) == [f"r:bgp has {said}"]


def test_leaves_with_one_number_hear_nothing_of_each_other() -> None:
    pair = Mlag(id="m", peers=("l0", "l1"), domain_id=1, system_mac="02:00:00:00:00:01")

    assert messages(*fabric(FIRST, FIRST)) == [
        f"l1:bgp has the AS number {FIRST} of l0: neither takes the other's routes"
    ]
    assert judged(*fabric(FIRST, FIRST), pair).status is Status.PASS
    assert judged(*fabric(FIRST, FIRST, allow_own_asn=1)).status is Status.PASS


def test_spines_of_a_pod_have_one_number() -> None:
    assert messages(*fabric(FIRST, spines=(SPINE, SPINE, SPINE + 9))) == [
        f"s2:bgp has the AS number {SPINE + 9}, other spines of its pod {SPINE}"
    ]
    assert messages(*fabric(FIRST, SPINE)) == [f"l1:bgp has the AS number {SPINE} of its spine s{n}" for n in range(3)]


def test_two_byte_numbers_run_out() -> None:
    facts: list[Any] = [DEFAULT, device("s", Role.SPINE), bgp("s", SPINE)]
    for n in range(1024):
        asn = 64_512 if n == 0 else FIRST + n
        facts += [device(f"l{n}", Role.LEAF), bgp(f"l{n}", asn), peer(f"l{n}", None, SPINE)]

    assert messages(*facts) == ["l0:bgp has a two-byte number among 1024 leaves: there are 1023 of them"]
    assert judged(*facts[:-3]).status is Status.PASS


def edge(own: int = 64_512, *, described: bool = True, **changes: Any) -> list[Any]:
    """A router with a session to a provider of the Internet."""
    circuit, near, far = joined("r:1", "isp:1", "10.9.0")
    public = replace(circuit, purpose=LinkPurpose.CIRCUIT, trust=Trust.PUBLIC, medium=Medium.VIRTUAL)
    facts = [DEFAULT, device("r", Role.INTERNET_EDGE), device("isp", Role.PROVIDER), public, near]
    facts += [bgp("r", own), peer("r", "10.9.0.1", 65_100, **changes)]
    return [*facts, far, bgp("isp", 65_100), peer("isp", "10.9.0.0", own)] if described else facts


@pytest.mark.parametrize("described", [True, False])
def test_private_numbers_stay_inside(described: bool) -> None:
    (finding,) = judged(*edge(described=described)).findings

    assert finding.message == "r>10.9.0.1 lets private AS numbers out to a provider"
    assert finding.severity is None
    assert judged(*edge(described=described, remove_private_asn=True)).status is Status.PASS
    assert judged(*edge(3_333, described=described)).status is Status.PASS


def test_a_shut_session_would_let_them_out() -> None:
    (finding,) = judged(RoutePolicy(id="none", name="none"), *edge(export_policy="none")).findings

    assert finding.message == "r>10.9.0.1 would let private AS numbers out to a provider"
    assert finding.severity is Severity.WARNING


def test_a_session_inside_is_no_providers() -> None:
    facts = [*edge(remove_private_asn=True), device("c", Role.CORE), *joined("r:2", "c:1", "10.9.7")]

    assert (
        judged(*facts, bgp("c", 64_700), peer("r", "10.9.7.1", 64_700), peer("c", "10.9.7.0", 64_512)).status
        is Status.PASS
    )


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*fabric(FIRST, FIRST + 1), *(one for one in edge(remove_private_asn=True) if one is not DEFAULT))
    assert judge_one(RULE, case(sound)).status is Status.PASS
    caught_and_mended(RULE, sound)


def test_a_table_without_neighbours_follows_its_device() -> None:
    twin = bgp("r", 23_456, vrf="red")
    made = design(*edge(remove_private_asn=True), twin)
    (finding,) = judge_one(RULE, case(made)).findings
    patches = [fix.propose(case(made), finding) for fix in RULE.fixes]

    assert judge_one(RULE, case(apply(made, patches[1] or ()))).status is Status.PASS


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
