"""SEC-03: permits that look at nothing are found where the level has them inspected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.patch import Add, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Exposure, SecurityLevel
from netdesign.rules.engine import judge_one
from netdesign.rules.security.sec_03_intrusion_prevention import intrusion_prevention
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, messages, permit, stronghold, survivors, verdict


def test_inspected_permits_pass() -> None:
    judged = verdict(intrusion_prevention, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [("permits_inspected", 5, 5)]


def test_no_mutant_survives() -> None:
    assert survivors(intrusion_prevention, stronghold()) == []


def test_a_blind_permit_is_shown_with_a_packet() -> None:
    judged = verdict(intrusion_prevention, stronghold(Set("policy_rules", "p1", {"inspect": ()})))

    assert [(f.message, f.witness) for f in judged.findings] == [
        (
            "p1 lets traffic from internet to dmz pass without intrusion prevention",
            {
                "from_zone": "internet",
                "to_zone": "dmz",
                "source": "0.0.0.0",
                "destination": "10.0.1.0",
                "protocol": 6,
                "destination_port": 443,
            },
        )
    ]


def test_a_shadowed_permit_needs_no_inspection() -> None:
    rule = permit("p0", 0, "internet", "dmz", HTTPS, inspect=(), destinations=("10.0.1.0/24",))
    denial = permit("d0", -1, "internet", "dmz", HTTPS, destinations=("10.0.0.0/16",))
    denied = Set("policy_rules", "d0", {"action": Action.DENY})

    assert len(messages(intrusion_prevention, stronghold(Add("policy_rules", rule)))) == 1
    assert (
        messages(intrusion_prevention, stronghold(Add("policy_rules", rule), Add("policy_rules", denial), denied)) == []
    )


def test_a_default_that_permits_inspects_nothing() -> None:
    made = stronghold(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))
    found = messages(intrusion_prevention, made)

    assert "the default of inner lets traffic from dmz to server pass without intrusion prevention" in found


def test_a_firewall_without_a_rating_cannot_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    held = case(stronghold())
    bare = tuple(
        replace(kind, firewall=replace(kind.firewall, ngfw_bps=None)) if kind and kind.firewall else kind
        for kind in held.network.device_types
    )
    monkeypatch.setattr(held.network, "device_types", bare)

    assert [f.message for f in judge_one(intrusion_prevention, held).findings] == [
        "fw1 enforces, but its type has no throughput with intrusion prevention",
        "fw2 enforces, but its type has no throughput with intrusion prevention",
    ]


def test_what_meets_no_firewall_is_not_inspected() -> None:
    made = stronghold(Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"}))

    assert messages(intrusion_prevention, made) == [
        "traffic between Dmz and Server meets no device that could inspect it"
    ]


@pytest.mark.parametrize(
    ("level", "blind"),
    [
        (SecurityLevel.CORPORATE, ["p1", "p4"]),
        (SecurityLevel.ENTERPRISE, ["p1", "p2", "p3", "p4", "p5"]),
        (SecurityLevel.GOVERNMENT, ["p1", "p2", "p4", "p5"]),
        (SecurityLevel.CRITICAL_INFRASTRUCTURE, ["p1", "p2", "p3", "p4", "p5"]),
    ],
)
def test_levels_differ_in_what_they_cover(level: SecurityLevel, blind: list[str]) -> None:
    changes = [Set("policy_rules", f"p{n}", {"inspect": ()}) for n in range(1, 6)]
    judged = verdict(intrusion_prevention, stronghold(*changes, security_level=level))

    assert sorted(f.elements[1] for f in judged.findings) == blind


def test_basic_asks_for_nothing() -> None:
    assert verdict(intrusion_prevention, stronghold(security_level=SecurityLevel.BASIC)).status is Status.NOT_APPLICABLE


def test_nothing_permitted_is_nothing_to_inspect() -> None:
    made = stronghold(
        *(Remove("policy_rules", f"p{n}") for n in range(1, 6)), Set("zones", "dmz", {"exposure": Exposure.INTERNAL})
    )

    assert [m.value for m in verdict(intrusion_prevention, made).measures] == [0]
    assert [mutant.mutate(case(made)) for mutant in intrusion_prevention.mutants] == [None]
