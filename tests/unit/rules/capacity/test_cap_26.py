"""CAP-26: bundles with a member lost."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.analysis.traffic.bundles import bundles
from netdesign.model.cabling import Lag, Mlag
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.capacity.cap_26_bundle_member import member_loss as rule
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import attached, flow, group
from tests.unit.rules.capacity.survivable import bundle, findings, mended, verdict


def test_a_bundle_that_can_lose_a_member_passes():
    found = verdict(rule, bundle(bps=9 * GBPS))

    assert found.status is Status.PASS
    assert (found.measures[0].value, found.measures[0].threshold) == (0.9, 0.95)


def test_fifteen_gigabits_on_two_members_of_ten():
    found = findings(rule, bundle(bps=15 * GBPS))

    assert found[0].message == (
        "down-lag carries 15.000 Gbit/s; without its largest member 10 Gbit/s are left, of which 95% may be used"
    )
    assert [one.elements for one in found] == [("down-lag",), ("down-lag",), ("up-lag",), ("up-lag",)]
    assert "stays up with 1 of 2 members" in found[1].message


def test_without_a_limit_what_is_left_has_to_carry_it_at_all():
    assert verdict(rule, bundle(bps=10 * GBPS, redundancy=Redundancy.NONE)).status is Status.PASS
    assert verdict(rule, bundle(bps=11 * GBPS, redundancy=Redundancy.NONE)).status is Status.FAIL


@pytest.mark.parametrize(("needed", "fails"), [(None, True), (1, True), (2, False), (3, False)])
def test_a_thick_bundle_must_go_down_before_it_carries_too_little(needed, fails):
    found = findings(rule, bundle(members=4, min_links=needed, bps=15 * GBPS))

    assert [one.witness.get("min_links") for one in found] == ([needed, needed] if fails else [])


def test_one_member_left_of_two_is_no_bundle():
    made = apply(bundle(), (Set("links", "x1", {"in_service": False}),))

    assert [one.witness["left_bps"] for one in findings(rule, made)] == [0, 0]
    assert verdict(rule, made).measures[0].value is None


def test_a_bundle_meant_to_have_one_member_is_a_link():
    assert verdict(rule, bundle(members=1)).status is Status.PASS
    assert verdict(rule, design(device("a", Role.CORE))).status is Status.NOT_APPLICABLE


def test_the_halves_of_a_pair_are_one_bundle():
    facts: list[Any] = [device("a", Role.CORE), device("b", Role.CORE), device("c", Role.ACCESS)]
    facts += [link(f"c:{n}", f"{up}:1", LinkPurpose.UPLINK, id=f"c{up}") for n, up in enumerate("ab")]
    facts += [Lag(id=up, device=up, interface="po1", members=("1",), mlag="m", mlag_number=7) for up in "ab"]
    facts += [Lag(id="s", device="a", interface="po9", members=("none",), esi="00:01")]
    facts.append(Mlag(id="m", peers=("a", "b"), domain_id=1, system_mac="02:00:00:00:00:01"))
    facts += [group("one", 2), attached("c", 2, of="one"), group("two", 2), attached("a", 2, of="two")]
    made = design(*facts, flow("f", "one", "two", 4 * GBPS))

    pair, segment = bundles(case(made).network)

    assert ([lag.id for lag in pair.lags], len(pair.links), pair.load_bps) == (["a", "b"], 2, 4 * GBPS)
    assert (segment.links, segment.load_bps) == ((), 0)


@pytest.mark.parametrize("mutant", [one.title for one in rule.mutants])
def test_every_mutant_is_seen_and_mended(mutant):
    made = bundle(members=4, min_links=2, bps=15 * GBPS)
    assert mended(rule, made, mutant) is True


def test_nothing_to_break_without_traffic():
    idle = case(bundle(bps=0))

    assert [one.mutate(idle) for one in rule.mutants] == [None] * 4


def test_fixes_leave_what_they_do_not_understand():
    assert [fix.propose(case(bundle()), Finding(message="")) for fix in rule.fixes] == [None] * 3
    strange = Finding(message="", witness={"bundles": ["none"], "allowed": 1.0, "load_bps": 1, "member_bps": 0})
    assert [fix.propose(case(bundle()), strange) for fix in rule.fixes] == [None] * 3
