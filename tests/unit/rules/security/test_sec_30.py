"""SEC-30: what opens or shuts only when something fails is found before."""

from __future__ import annotations

import pytest

from netdesign.analysis.security.fail_secure import awake, dormant
from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import Action, Policy
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, SecurityLevel
from netdesign.rules.security.sec_30_fail_secure import fail_secure
from tests.support.exact import exact, mended
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, messages, permit, survivors, verdict

HIGH = Redundancy.HIGH
STANDBY = Set("policies", "inner", {"devices": ("fw1",)})
LEGS = [port.id for port in exact().addressing.interfaces if port.device == "fw2" and port.zone is not None]
BOUND = [Set("interfaces", name, {"access_list": "two"}) for name in LEGS]


def test_two_firewalls_with_one_policy_pass_in_every_state() -> None:
    judged = verdict(fail_secure, exact(redundancy=HIGH))

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [("zone_pairs_apart", 8), ("states_examined", 7)]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = exact(redundancy=HIGH)

    assert survivors(fail_secure, made) == []
    for mutant in fail_secure.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        assert verdict(fail_secure, mended(fail_secure, apply(made, patch))).status is Status.PASS, mutant.title


def test_where_zones_may_talk_a_standby_that_permits_everything_breaks_nothing() -> None:
    made = exact(redundancy=HIGH, security_level=SecurityLevel.BASIC)

    assert survivors(fail_secure, made) == ["have the firewall that takes over permit everything"]
    (mutant,) = [one for one in fail_secure.mutants if one.title in survivors(fail_secure, made)]
    assert mutant.mutate(case(made)) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [STANDBY, *BOUND, Add("policies", Policy(id="two", name="two", devices=("fw2",)))],
            "while fw1 is down, 10.0.2.0 -> 10.0.3.0 tcp/443 from user to server is refused though a flow needs it",
            id="shut",
        ),
        pytest.param(
            [
                STANDBY,
                *BOUND,
                Add("policies", Policy(id="two", name="two", devices=("fw2",), default_action=Action.PERMIT)),
            ],
            "from user to server passes needlessly",
            id="open",
        ),
        pytest.param([STANDBY], "Internet reaches Management past the firewalls by", id="forwards"),
    ],
)
def test_a_second_firewall_that_decides_otherwise_is_found(changes: list[Operation], message: str) -> None:
    assert any(message in text for text in messages(fail_secure, exact(*changes, redundancy=HIGH)))


def test_a_flow_that_is_refused_anyway_is_another_rules_matter() -> None:
    wide = permit("wide", 0, "user", "server", HTTPS)
    none = Set("policy_rules", "p3", {"services": ()})

    assert messages(fail_secure, exact(Add("policy_rules", wide), security_level=SecurityLevel.BASIC)) == []
    assert any("passes needlessly" in text for text in messages(fail_secure, exact(none, redundancy=HIGH)))


def test_a_link_that_stands_by_is_looked_through() -> None:
    asleep = Set("links", "core1:peer--core2:peer", {"in_service": False})
    network = case(exact(asleep)).network

    assert dormant(network) == {"core1:peer--core2:peer"}
    assert all(link.in_service for link in awake(network).links)
    assert verdict(fail_secure, exact(asleep)).status is Status.PASS


def test_a_standby_door_that_permits_too_much_is_found_awake() -> None:
    asleep = [Set("devices", "fw2", {"in_service": False}), STANDBY, *BOUND]
    open_ = Add("policies", Policy(id="two", name="two", devices=("fw2",), default_action=Action.PERMIT))
    found = messages(fail_secure, exact(*asleep, open_, redundancy=HIGH))

    assert any(text.startswith("while what stands by is in service") for text in found)


def test_without_devices_to_survive_only_what_stands_by_counts() -> None:
    judged = verdict(fail_secure, exact(redundancy=Redundancy.MEDIUM))

    assert judged.measures[1].value == 1


def test_without_two_zones_there_is_nothing_to_judge() -> None:
    assert verdict(fail_secure, design()).status is Status.NOT_APPLICABLE
