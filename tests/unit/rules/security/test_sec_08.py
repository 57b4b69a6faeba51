"""SEC-08: policies with an open end, permits without a reason and idle firewalls are found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel, Severity
from netdesign.rules.security.sec_08_access_lists import access_control_lists
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, messages, permit, stronghold, survivors, verdict


def test_a_policy_that_ends_in_a_logged_denial_passes() -> None:
    judged = verdict(access_control_lists, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value) for m in judged.measures] == [("policies", 1), ("rules", 6)]


@pytest.mark.parametrize("level", [SecurityLevel.BASIC, SecurityLevel.ENTERPRISE])
def test_no_mutant_survives(level: SecurityLevel) -> None:
    owners = ["take the owner from a permit", "write blanks for the reason of a permit"]
    spared = [] if level is SecurityLevel.ENTERPRISE else owners

    assert survivors(access_control_lists, stronghold(security_level=level)) == spared


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param([Remove("policy_rules", "rest")], "has no last rule that denies everything", id="missing"),
        pytest.param(
            [Set("policy_rules", "rest", {"order": 0})], "has no last rule that denies everything", id="first"
        ),
        pytest.param(
            [Set("policy_rules", "rest", {"source_zones": ("dmz",)})],
            "has no last rule that denies everything",
            id="partial",
        ),
        pytest.param(
            [Set("policy_rules", "rest", {"action": Action.PERMIT})],
            "has no last rule that denies everything",
            id="permit",
        ),
        pytest.param([Set("policy_rules", "rest", {"log": False})], "denies the rest without a log", id="silent"),
    ],
)
def test_an_open_end_is_found(changes: list[Operation], message: str) -> None:
    assert f"policy inner {message}" in messages(access_control_lists, stronghold(*changes))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([Set("policy_rules", "rest", {"action": Action.PERMIT})], []),
        ([Set("policy_rules", "rest", {"log": False})], ["policy inner does not log what no rule takes"]),
        ([Remove("policy_rules", "rest")], []),
        (
            [Remove("policy_rules", "rest"), Set("policies", "inner", {"default_log": False})],
            ["policy inner does not log what no rule takes"],
        ),
    ],
)
def test_basic_only_asks_for_a_log(changes: list[Operation], found: list[str]) -> None:
    assert messages(access_control_lists, stronghold(*changes, security_level=SecurityLevel.BASIC)) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"owner": None}, "1 rules of policy inner have no owner or no reason: p1"),
        ({"justification": " \t"}, "1 rules of policy inner have no owner or no reason: p1"),
        ({"owner": " "}, "1 rules of policy inner have no owner or no reason: p1"),
        ({"expires": "31/12/2030"}, "1 rules of policy inner are past their date: p1"),
        ({"expires": "soon"}, "1 rules of policy inner are past their date: p1"),
        ({"justification": ""}, "1 rules of policy inner have no owner or no reason: p1"),
        ({"expires": "2026-10-31"}, "1 rules of policy inner are past their date: p1"),
        ({"sources": ("10.0.0.1/8",)}, "1 rules of policy inner name something that is no prefix: p1"),
    ],
)
def test_a_permit_says_who_why_until_when_and_for_what(change: dict[str, object], message: str) -> None:
    assert messages(access_control_lists, stronghold(Set("policy_rules", "p1", change))) == [message]


def test_an_expiry_to_come_is_fine_and_corporate_needs_no_owner() -> None:
    assert messages(access_control_lists, stronghold(Set("policy_rules", "p1", {"expires": "2026-11-01"}))) == []
    bare = Set("policy_rules", "p1", {"owner": None})
    assert messages(access_control_lists, stronghold(bare, security_level=SecurityLevel.CORPORATE)) == []


def test_a_firewall_without_a_policy_is_found() -> None:
    found = messages(access_control_lists, stronghold(Set("policies", "inner", {"devices": ("fw1",)})))

    assert "firewall fw2 enforces no policy" in found
    unknown = stronghold(Set("devices", "fw2", {"sku": None}), Set("policies", "inner", {"devices": ("fw1",)}))
    assert "firewall fw2 enforces no policy" not in messages(access_control_lists, unknown)


def test_zones_without_a_filter_between_are_found_from_corporate_on() -> None:
    moved = Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})

    assert messages(access_control_lists, stronghold(moved)) == [
        "nothing filters between Dmz and Server, by core2 > dmz > core1"
    ]
    assert messages(access_control_lists, stronghold(moved, security_level=SecurityLevel.BASIC)) == []


def test_more_entries_than_the_device_holds_are_found() -> None:
    wide = permit(
        "wide",
        6,
        "user",
        "server",
        HTTPS,
        sources=tuple(f"10.1.{n // 256}.{n % 256}/32" for n in range(1000)),
        destinations=tuple(f"10.2.{n // 256}.{n % 256}/32" for n in range(1000)),
    )
    held = case(stronghold(Add("policy_rules", wide)))
    kind = held.network.device_types[0]
    limit = kind.table("acl_entries")[0] if kind is not None else None
    found = messages(access_control_lists, held.design)

    assert found == (
        [] if limit is None else [f"fw{n} holds {limit} entries; its policies have 1000006" for n in (1, 2)]
    )


@pytest.mark.parametrize("name", [None, "other"])
def test_a_leg_in_a_zone_names_a_policy_of_its_firewall(name: str | None) -> None:
    other = Policy(id="other", name="other", devices=("core1",))
    lines = [Add("policies", other), Add("policy_rules", replace(permit("x", 1, "dmz", "user", HTTPS), policy="other"))]
    held = stronghold(*lines, Set("interfaces", "fw2:dmz-transit-svi", {"access_list": name}))
    judged = verdict(access_control_lists, held)

    found = [one for one in judged.findings if "leg" in one.message]
    assert [(one.message, one.severity, one.elements) for one in found] == [
        (
            "legs of firewall fw2 that name no policy of its own as their filter: dmz-transit-svi in dmz",
            Severity.CRITICAL,
            ("fw2", "fw2:dmz-transit-svi"),
        )
    ]


def test_legs_that_are_shut_and_ports_without_a_zone_need_no_filter() -> None:
    shut = Set("interfaces", "fw2:dmz-transit-svi", {"access_list": None, "enabled": False})
    assert messages(access_control_lists, stronghold(shut)) == []


def test_a_filter_that_is_not_there_is_found_anywhere() -> None:
    found = messages(access_control_lists, stronghold(Set("interfaces", "core1:dmz-svi", {"access_list": "gone"})))

    assert found == ["core1:dmz-svi is filtered by gone, which is no policy of the design"]


@pytest.mark.parametrize("level", [SecurityLevel.BASIC, SecurityLevel.ENTERPRISE])
@pytest.mark.parametrize("wanted", ["remove the final denial", "bind no policy", "filter a leg"])
def test_what_is_open_can_be_closed(level: SecurityLevel, wanted: str) -> None:
    held = stronghold(security_level=level)
    (mutant,) = [one for one in access_control_lists.mutants if one.title.startswith(wanted)]
    broken = mutant.mutate(case(held))
    assert broken is not None
    made = apply(held, broken)
    for _ in range(3):
        for finding in verdict(access_control_lists, made).findings[:1]:
            patches = [fix.propose(case(made), finding) for fix in access_control_lists.fixes]
            made = apply(made, next(patch for patch in patches if patch))

    assert messages(access_control_lists, made) == []


def test_no_date_and_no_owner_is_made_up() -> None:
    for change in ({"owner": None}, {"expires": "soon"}):
        held = case(stronghold(Set("policy_rules", "p1", change)))
        (finding,) = verdict(access_control_lists, held.design).findings
        assert [fix.propose(held, finding) for fix in access_control_lists.fixes] == [None, None, None]


def test_neither_policies_nor_firewalls() -> None:
    assert verdict(access_control_lists, design()).status is Status.NOT_APPLICABLE


def test_mutants_need_policies_with_permits() -> None:
    rules = [Remove("policy_rules", name) for name in ("p1", "p2", "p3", "p4", "p5", "rest")]
    held, gone = case(stronghold(*rules)), case(stronghold(*rules, Remove("policies", "inner")))

    of_legs = [
        "bind no policy to the legs of the firewalls",
        "filter a leg of a firewall by a policy that is not there",
    ]
    assert [m.title for m in access_control_lists.mutants if m.mutate(held) is not None] == of_legs
    assert [m.mutate(gone) for m in access_control_lists.mutants] == [None] * len(access_control_lists.mutants)
    stray = PolicyRule(id="stray", policy="gone", order=1, action=Action.PERMIT, owner="x", justification="y")
    alone = case(stronghold(*rules, Add("policy_rules", stray)))
    assert [m.title for m in access_control_lists.mutants if m.mutate(alone) is not None] == of_legs
