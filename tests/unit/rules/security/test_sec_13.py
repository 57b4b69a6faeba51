"""SEC-13: rules that never act, change nothing or contradict others are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.patch import Add, Operation, Remove, apply
from netdesign.model.security import Action, Inspection, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.security.sec_13_rule_anomalies import rule_anomalies
from tests.support.exact import exact, mended
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, SQL, messages, permit, survivors, verdict

STAFF = {"sources": ("10.0.2.0/24",), "destinations": ("10.0.3.0/24",)}


def denial(identity: str, order: int, **changes: Any) -> PolicyRule:
    """A denial from users to servers."""
    return replace(permit(identity, order, "user", "server", HTTPS), action=Action.DENY, **changes)


def test_rules_that_all_act_pass() -> None:
    judged = verdict(rule_anomalies, exact())

    assert judged.status is Status.PASS
    assert [(m.name, m.value) for m in judged.measures] == [("rules_examined", 6), ("anomalies", 0)]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = exact()

    assert survivors(rule_anomalies, made) == []
    for mutant in rule_anomalies.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        assert verdict(rule_anomalies, mended(rule_anomalies, apply(made, patch))).status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message", "severity"),
    [
        pytest.param(
            [Add("policy_rules", permit("again", 4, "user", "server", HTTPS, **STAFF))],
            "rule again of inner changes nothing: p3 do the same",
            Severity.WARNING,
            id="twice",
        ),
        pytest.param(
            [Add("policy_rules", permit("part", 2, "user", "server", HTTPS, **{**STAFF, "sources": ("10.0.2.8/32",)}))],
            "rule part of inner changes nothing: p3 do the same",
            Severity.WARNING,
            id="part of a later one",
        ),
        pytest.param(
            [Add("policy_rules", denial("never", 0))],
            "rule p3 of inner never acts as written: never take all that it names, with the opposite action",
            Severity.ERROR,
            id="shadowed",
        ),
        pytest.param(
            [Add("policy_rules", denial("some", 0, services=(SQL, HTTPS), sources=("10.0.2.0/25",)))],
            "rule p3 of inner overlaps some with the opposite action, so that their order decides",
            Severity.WARNING,
            id="correlated",
        ),
        pytest.param(
            [
                Add(
                    "policy_rules",
                    permit(
                        "mixed", 0, "user", "server", HTTPS, sources=("10.0.2.0/24",), destinations=("2001:db8::/64",)
                    ),
                )
            ],
            "rule mixed of inner names nothing that a packet can be",
            Severity.WARNING,
            id="two families",
        ),
    ],
)
def test_each_anomaly_is_named(changes: list[Operation], message: str, severity: Severity) -> None:
    judged = verdict(rule_anomalies, exact(*changes))

    found = {finding.message: finding.severity or judged.severity for finding in judged.findings}
    assert any(message in text and mine is severity for text, mine in found.items()), found


def test_other_inspection_is_another_rule() -> None:
    part = permit(
        "part", 2, "user", "server", HTTPS, inspect=(Inspection.TLS,), **{**STAFF, "sources": ("10.0.2.8/32",)}
    )

    assert messages(rule_anomalies, exact(Add("policy_rules", part))) == []


def test_of_twins_the_one_with_more_flows_stays() -> None:
    again = permit("again", 4, "user", "server", HTTPS, flows=("more", "staff-apps"), **STAFF)
    made = mended(rule_anomalies, exact(Add("policy_rules", again)))

    assert {rule.id for rule in made.security.policy_rules} >= {"again"}
    assert "p3" not in {rule.id for rule in made.security.policy_rules}


def test_a_shadowed_permit_of_a_flow_is_kept_and_the_denial_goes() -> None:
    made = mended(rule_anomalies, exact(Add("policy_rules", denial("never", 0))))

    assert "never" not in {rule.id for rule in made.security.policy_rules}


def test_without_rules_there_is_nothing_to_judge() -> None:
    bare = exact(*(Remove("policy_rules", rule.id) for rule in exact().security.policy_rules))

    assert verdict(rule_anomalies, design()).status is Status.NOT_APPLICABLE
    assert verdict(rule_anomalies, bare).status is Status.NOT_APPLICABLE


QUIC = Service(name="quic", protocol=IpProtocol.UDP, first_port=443, last_port=443)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"services": (QUIC,)}, 0),
        ({"services": (QUIC,), "justification": ""}, 1),
        ({"services": (), "order": 98}, 2),
        ({"order": 0, "source_zones": ("internet",), "sources": ("198.41.0.0/24",)}, 0),
        ({"order": 0, "source_zones": ("internet",), "sources": ("198.41.0.0/24",), "justification": None}, 1),
    ],
)
def test_a_denial_that_is_meant_is_left(changes: dict[str, Any], count: int) -> None:
    line = PolicyRule(id="d", policy="inner", order=98, action=Action.DENY, log=True, owner="x", justification="seen")
    found = messages(rule_anomalies, exact(Add("policy_rules", replace(line, **changes))))

    assert len(found) == count, found
