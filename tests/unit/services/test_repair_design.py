"""Repair keeps a change only when it is proven: nothing worse, something better, and an honest account."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from netdesign.model.canonical import design_digest
from netdesign.model.design import Design
from netdesign.model.patch import Add, Patch, Remove, Set, SetGovernance, SetRequirement, apply, collections
from netdesign.model.repair import changes_of
from netdesign.model.verdict import Finding, Gap, Status, Verdict, Waiver
from netdesign.model.vocabulary import Category, LinkPurpose, Severity
from netdesign.rules import card
from netdesign.rules.engine import RuleSettings, judge
from netdesign.rules.registry import all_rules, find_rule
from netdesign.services.left_alone import STATED, joined, parted, restorable
from netdesign.services.repair_design import repair_design, worse
from netdesign.services.restoration import RECOUNT, RESTORE, UNFOUNDED
from netdesign.services.validate_design import case_of, validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

BENCH = default_workbench()


@pytest.fixture(scope="module")
def sound() -> Design:
    return synthesized("dc-2-racks").design


def statuses(design: Design) -> dict[str, Status]:
    return {verdict.rule: verdict.status for verdict in judge(case_of(design, BENCH))}


def fabric_link(design: Design) -> str:
    return next(link.id for link in design.cabling.links if link.purpose in (LinkPurpose.UPLINK, LinkPurpose.PEER))


def test_a_sound_design_is_left_alone(sound: Design) -> None:
    made = repair_design(sound, BENCH)
    assert made.design is sound
    assert made.repair.steps == ()
    assert made.repair.left == ()
    assert made.repair.digest_before == made.repair.digest_after == design_digest(sound)
    assert made.repair.candidates == 0


def test_a_dead_link_comes_back_and_every_verdict_with_it(sound: Design) -> None:
    link = fabric_link(sound)
    broken = apply(sound, (Set("links", link, {"in_service": False}),))
    assert statuses(broken) != statuses(sound)
    made = repair_design(broken, BENCH)
    assert statuses(made.design) == statuses(sound)
    assert design_digest(made.design) == design_digest(sound)
    first = made.repair.steps[0]
    assert [(change.operation, change.id, change.fields) for change in first.changes] == [
        ("set", link, ("in_service",))
    ]
    assert made.repair.left == ()
    assert made.repair.valid_after
    assert not made.repair.valid_before


def test_a_wrong_bill_is_counted_again_and_the_cost_is_told(sound: Design) -> None:
    line = sound.parts.lines[0]
    broken = apply(sound, (Set("lines", line.id, {"quantity": line.quantity + 1}),))
    made = repair_design(broken, BENCH)
    assert [step.title for step in made.repair.steps] == [RECOUNT]
    assert made.design.parts == sound.parts


def test_demand_that_no_small_change_meets_leaves_the_design_unchanged_with_the_reason(sound: Design) -> None:
    patch = find_rule("CAP-04").mutants[0].mutate(case_of(sound, BENCH))
    assert patch is not None
    asked = apply(sound, patch)
    made = repair_design(asked, BENCH, settings=only("CAP-04"))
    assert made.design is asked
    assert made.repair.steps == ()
    reason = next(left.reason for left in made.repair.left if left.rule == "CAP-04")
    assert "its requirements lead to" in reason


def test_a_patch_that_mends_its_rule_and_harms_another_is_refused(
    sound: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = sound.parts.lines[0]
    broken = apply(sound, (Set("lines", line.id, {"quantity": line.quantity + 1}),))
    last = max(sound.security.policy_rules, key=lambda rule: rule.order)
    harmful: Patch = (Set("lines", line.id, {"quantity": line.quantity}), Remove("policy_rules", last.id))
    bill = find_rule("CAP-05")
    monkeypatch.setattr(bill, "fixes", [card.Fix("burn the bridges", lambda case, finding: harmful)])
    monkeypatch.setattr("netdesign.services.repair_design.recount", lambda *_: iter(()))
    monkeypatch.setattr("netdesign.services.restoration.Reference.proposals", lambda *_: iter(()))
    made = repair_design(broken, BENCH, settings=only("CAP-05", "SEC-08"))
    assert made.design is broken
    assert [(left.rule, left.reason) for left in made.repair.left] == [
        ("CAP-05", "“burn the bridges” would make SEC-08 worse")
    ]


def only(*codes: str) -> RuleSettings:
    return RuleSettings(disabled=frozenset(rule.code for rule in all_rules() if rule.code not in codes))


def test_restoration_is_as_small_as_mends_the_finding(sound: Design) -> None:
    link = fabric_link(sound)
    zone = sound.security.zones[-1]
    broken = apply(
        sound, (Set("links", link, {"in_service": False}), Set("zones", zone.id, {"name": "a name of their own"}))
    )
    made = repair_design(broken, BENCH)
    titles = {step.title.partition(":")[0] for step in made.repair.steps}
    assert titles <= {RESTORE, RECOUNT, *_fix_titles()}
    assert next(one.name for one in made.design.security.zones if one.id == zone.id) == "a name of their own"


def _fix_titles() -> set[str]:
    return {fix.title for rule in all_rules() for fix in rule.fixes}


def test_demand_lengths_and_denials_are_never_put_back(sound: Design) -> None:
    flow, link = sound.traffic.flows[0], next(one for one in sound.cabling.links if one.length_m)
    last = max(sound.security.policy_rules, key=lambda rule: rule.order)
    stated = apply(
        sound,
        (
            Set("flows", flow.id, {"up_bps": 1000 * flow.up_bps, "down_bps": 1000 * flow.down_bps}),
            Set("links", link.id, {"length_m": 9_000.0}),
            Set("policy_rules", last.id, {"log": False}),
            Add("policy_rules", replace(last, id="a-block", order=1)),
        ),
    )
    made = repair_design(stated, BENCH).design
    assert next(one for one in made.traffic.flows if one.id == flow.id).up_bps == 1000 * flow.up_bps
    assert next(one for one in made.cabling.links if one.id == link.id).length_m == 9_000.0
    assert "a-block" in {rule.id for rule in made.security.policy_rules}


def restored(sound: Design, patch: Patch) -> Design:
    """A design broken by a patch after its repair."""
    return repair_design(apply(sound, patch), BENCH).design


def test_a_link_back_in_service_keeps_the_length_that_was_measured(sound: Design) -> None:
    link = next(one for one in sound.cabling.links if one.id == fabric_link(sound))
    shorter = (link.length_m or 0) / 2
    made = repair_design(apply(sound, (Set("links", link.id, {"in_service": False, "length_m": shorter}),)), BENCH)
    after = next(one for one in made.design.cabling.links if one.id == link.id)
    assert (after.in_service, after.length_m) == (True, shorter)
    (step, *_) = made.repair.steps
    (change,) = step.changes
    assert (change.before, change.after) == ({"in_service": False}, {"in_service": True})
    assert link.id in step.title


def test_a_field_that_no_finding_is_about_stays_beside_one_that_is_put_back(sound: Design) -> None:
    link = fabric_link(sound)
    one = next(one for one in sound.inventory.devices if one.managed)
    made = restored(
        sound,
        (
            Set("links", link, {"in_service": False}),
            Set("devices", one.id, {"hostname": "our-own-name", "power_feeds": ()}),
        ),
    )
    after = next(d for d in made.inventory.devices if d.id == one.id)
    assert (after.hostname, after.power_feeds) == ("our-own-name", one.power_feeds)


@pytest.mark.parametrize(("collection", "name"), [(c, f) for c, names in STATED.items() for f in names])
def test_what_only_people_can_say_is_no_part_of_a_restoration(sound: Design, collection: str, name: str) -> None:
    group, kind = collections()[collection]
    assert name in {one.name for one in fields(kind)}
    facts = getattr(getattr(sound, group), collection)
    if facts:
        operation = Set(collection, facts[0].id, {name: None})
        assert list(restorable(sound, operation)) == []


def test_a_design_without_its_sites_is_told_why_nothing_is_put_back(sound: Design) -> None:
    bare = sound
    for name, (group, _) in collections().items():
        bare = replace(bare, **{group: replace(getattr(bare, group), **{name: ()})})
    made = repair_design(bare, BENCH)
    assert made.design is bare
    assert {left.rule: UNFOUNDED in left.reason for left in made.repair.left}["CAP-01"]


def test_promises_of_people_are_never_put_back(sound: Design) -> None:
    server = next(one for one in sound.infrastructure.service_instances if one.retention_days)
    rule = next(one for one in sound.security.policy_rules if one.justification)
    made = restored(
        sound,
        (
            Set("service_instances", server.id, {"retention_days": 1, "administration": "the vendor"}),
            Set("policy_rules", rule.id, {"justification": None, "owner": None, "expires": "2001-01-01"}),
        ),
    )
    after = next(one for one in made.infrastructure.service_instances if one.id == server.id)
    assert (after.retention_days, after.administration) == (1, "the vendor")
    line = next(one for one in made.security.policy_rules if one.id == rule.id)
    assert (line.justification, line.owner, line.expires) == (None, None, "2001-01-01")


def test_a_patch_is_parted_by_field_and_joined_again() -> None:
    patch: Patch = (Remove("zones", "a"), Set("zones", "b", {"trust": 1, "name": "x"}))
    assert parted(patch) == (patch[0], Set("zones", "b", {"trust": 1}), Set("zones", "b", {"name": "x"}))
    assert joined(parted(patch)) == patch


def test_what_is_waived_is_not_touched(sound: Design) -> None:
    link = fabric_link(sound)
    broken = apply(sound, (Set("links", link, {"in_service": False}),))
    failing = [v.rule for v in judge(case_of(broken, BENCH)) if v.status is Status.FAIL]
    waivers = tuple(
        Waiver(id=f"w{code}", rule=code, owner="risk", compensating_control="watched", expires="2099-01-01")
        for code in failing
    )
    made = repair_design(broken, BENCH, waivers=waivers)
    assert [step.rule for step in made.repair.steps if step.rule in failing] == []


def verdict(status: Status, *, severity: Severity = Severity.ERROR, findings: int = 0, gaps: int = 0) -> Verdict:
    return Verdict(
        rule="X-01",
        name="x",
        category=Category.TOPOLOGY,
        severity=severity,
        status=status,
        findings=tuple(Finding(message=str(n)) for n in range(findings)),
        gaps=tuple(Gap(message=str(n)) for n in range(gaps)),
    )


PASSED, UNKNOWN, ABSENT = verdict(Status.PASS), verdict(Status.UNKNOWN, gaps=1), verdict(Status.NOT_APPLICABLE)
ONE, TWO = verdict(Status.FAIL, findings=1), verdict(Status.FAIL, findings=2)
GRAVE = verdict(Status.FAIL, findings=1, severity=Severity.CRITICAL)


@pytest.mark.parametrize(
    ("before", "after", "harmed"),
    [
        (PASSED, PASSED, False),
        (PASSED, UNKNOWN, True),
        (PASSED, ONE, True),
        (PASSED, ABSENT, True),
        (UNKNOWN, PASSED, False),
        (UNKNOWN, ONE, True),
        (ONE, TWO, True),
        (TWO, ONE, False),
        (ONE, GRAVE, True),
        (GRAVE, TWO, False),
        (ONE, ABSENT, False),
        (ABSENT, ONE, True),
        (ABSENT, PASSED, False),
    ],
)
def test_what_counts_as_worse(before: Verdict, after: Verdict, harmed: bool) -> None:
    assert worse({"X-01": before}, {"X-01": after}) == (("X-01",) if harmed else ())


def test_what_judged_something_taken_away_may_vanish() -> None:
    assert worse({"X-01": PASSED}, {"X-01": ABSENT}, may_vanish=True) == ()
    assert worse({"X-01": PASSED}, {"X-01": ONE}, may_vanish=True) == ("X-01",)


def test_changes_are_told_in_plain_words(sound: Design) -> None:
    zone = sound.security.zones[0]
    patch: Patch = (
        Add("zones", replace(zone, id="another")),
        Remove("zones", zone.id),
        Set("zones", zone.id, {"trust": 3, "name": "x"}),
        SetRequirement({"users": 1}),
        SetGovernance({"author": "x"}),
    )
    told = [(change.operation, change.collection, change.id, change.fields) for change in changes_of(patch, sound)]
    assert told == [
        ("add", "zones", "another", ()),
        ("remove", "zones", zone.id, ()),
        ("set", "zones", zone.id, ("name", "trust")),
        ("set_requirement", "", "", ("users",)),
        ("set_governance", "", "", ("author",)),
    ]


def test_the_account_agrees_with_a_judgement_of_its_own(sound: Design) -> None:
    broken = apply(sound, (Set("links", fabric_link(sound), {"in_service": False}),))
    made = repair_design(broken, BENCH)
    report = validate_design(made.design, BENCH)
    assert made.repair.score_after == report.score
    assert made.repair.valid_after is report.valid
    assert made.repair.digest_after == report.design_digest
