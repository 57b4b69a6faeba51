"""SEC-18: unpoliced control planes and infrastructure open to the Internet are found."""

from __future__ import annotations

import pytest

from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel, Severity
from netdesign.rules.security.sec_18_control_plane import control_plane_protection
from tests.support.exact import administered, mended
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, messages, permit, survivors, verdict


def test_policed_devices_behind_a_filter_pass() -> None:
    judged = verdict(control_plane_protection, administered())

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [
        ("devices_exposed_to_hosts", 6),
        ("devices_facing_the_internet", 4),
    ]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = administered()

    assert survivors(control_plane_protection, made) == []
    for mutant in control_plane_protection.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        after = verdict(control_plane_protection, mended(control_plane_protection, apply(made, patch)))
        assert after.status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [Set("devices", "core1", {"management_profile": None})],
            "1 devices: core1: each polices no control plane",
            id="no profile",
        ),
        pytest.param(
            [Set("devices", "edge2", {"management_profile": "nobody"})],
            "1 devices: edge2: each filters no infrastructure addresses from the Internet",
            id="unknown profile",
        ),
        pytest.param(
            [
                Add(
                    "policy_rules",
                    permit("t", 0, "internet", "dmz", HTTPS, destinations=("10.0.101.0/24",)),
                )
            ],
            "the Internet reaches infrastructure in dmz: 0.0.0.0 -> 10.0.101.0 tcp/443 passes by rule t",
            id="transit",
        ),
    ],
)
def test_each_gap_is_named(changes: list[Operation], message: str) -> None:
    assert message in messages(control_plane_protection, administered(*changes))


def test_access_lists_at_circuits_stand_in_for_the_profile() -> None:
    changes: list[Operation] = [
        Set("management_profiles", "managed", {"infrastructure_acl": False}),
        Add("policies", Policy(id="acl", name="acl", devices=())),
        Add("policy_rules", PolicyRule(id="acl1", policy="acl", order=1, action=Action.DENY)),
        *(Set("interfaces", f"edge{n}:wan", {"access_list": "acl"}) for n in (1, 2)),
    ]
    found = messages(control_plane_protection, administered(*changes))

    assert found == ["2 devices: fw1, fw2: each filters no infrastructure addresses from the Internet"]


def test_below_enterprise_it_is_a_warning() -> None:
    bare = Set("devices", "core1", {"management_profile": None})
    judged = verdict(control_plane_protection, administered(bare, security_level=SecurityLevel.CORPORATE))

    assert judged.severity is Severity.WARNING


def test_without_routers_there_is_nothing_to_judge() -> None:
    assert verdict(control_plane_protection, design()).status is Status.NOT_APPLICABLE
