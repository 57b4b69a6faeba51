"""SEC-12: too wide, too narrow and undecided policies are found, and mended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import Action, PolicyRule
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel
from netdesign.rules.security.sec_12_default_deny import default_deny
from tests.support.exact import exact, mended, with_guests
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, messages, permit, survivors, verdict


def test_policies_that_permit_what_flows_need_pass() -> None:
    judged = verdict(default_deny, with_guests())

    assert judged.status is Status.PASS, judged.findings[:2]
    assert [(m.name, m.value) for m in judged.measures] == [
        ("zone_pairs_examined", 42),
        ("zone_pairs_with_surplus", 0),
        ("flow_crossings_refused", 0),
        ("flow_crossings_with_parts_of_the_outside_blocked", 0),
    ]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = exact()

    assert survivors(default_deny, made) == []
    for mutant in default_deny.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        assert verdict(default_deny, mended(default_deny, apply(made, patch))).status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [Add("policy_rules", permit("wide", 0, "user", "server", HTTPS))],
            "headers pass from user to server that no flow needs, such as 0.0.0.0 -> 0.0.0.0 tcp/443, by rule wide",
            id="surplus",
        ),
        pytest.param(
            [Remove("policy_rules", "p3")],
            "flow staff-apps needs 10.0.2.0 -> 10.0.3.0 tcp/443 from user to server: refused by rule rest",
            id="refused",
        ),
        pytest.param(
            [Remove("policy_rules", "rest")],
            "no rule of policy inner decides",
            id="undecided",
        ),
        pytest.param(
            [Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT})],
            "by the absence of any rule",
            id="open by default",
        ),
        pytest.param(
            [Set("interfaces", "core1:user-svi", {"vrf": "vrf-server"})], "by the absence of any rule", id="joined"
        ),
    ],
)
def test_what_is_wrong_is_said(changes: list[Operation], message: str) -> None:
    assert any(message in text for text in messages(default_deny, exact(*changes)))


def test_the_default_action_is_mended() -> None:
    made = exact(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))

    assert verdict(default_deny, mended(default_deny, made)).status is Status.PASS


def test_a_denial_of_everything_in_front_goes_behind() -> None:
    made = exact(Set("policy_rules", "rest", {"order": -1}), Set("policies", "inner", {"default_action": Action.DENY}))

    assert verdict(default_deny, mended(default_deny, made)).status is Status.PASS


def test_where_zones_may_talk_only_refusals_count() -> None:
    wide = Add("policy_rules", permit("wide", 0, "user", "server", HTTPS))
    level = SecurityLevel.BASIC

    assert verdict(default_deny, exact(wide, security_level=level)).status is Status.PASS
    assert messages(default_deny, exact(Remove("policy_rules", "p3"), security_level=level))


def test_without_two_zones_there_is_nothing_to_judge() -> None:
    assert verdict(default_deny, design()).status is Status.NOT_APPLICABLE


def block(*sources: str, **changes: Any) -> Add:
    """A logged denial of parts of the outside, in front of everything."""
    line = PolicyRule(
        id="block", policy="inner", order=0, action=Action.DENY, source_zones=("internet",), sources=sources, log=True,
        owner="security", justification="known for attacks",
    )  # fmt: skip
    return Add("policy_rules", replace(line, **changes))


@pytest.mark.parametrize(
    ("made", "refused"),
    [
        (block("198.41.0.0/24"), False),
        (block("198.41.0.0/24", "2a00:1450::/32"), False),
        (block("0.0.0.0/1"), False),
        (block("0.0.0.0/1", "128.0.0.0/8"), True),
        (block("198.41.0.0/24", log=False), True),
        (block("198.41.0.0/24", justification=" "), True),
        (block(), True),
        (block(destinations=("10.0.1.0/25",)), True),
    ],
)
def test_a_part_of_the_outside_may_be_blocked_for_a_reason(made: Add, refused: bool) -> None:
    judged = verdict(default_deny, exact(made))

    assert [one.witness.get("flow") for one in judged.findings[:1]] == (["public"] if refused else [])
    assert bool(judged.measures[-1].value) is not refused
