"""CMP-10: who logs where, how, and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.design import Design
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.routing import RoutingProcess
from netdesign.model.security import ManagementProfile
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Framework, Redundancy, RoutingProtocol
from netdesign.rules.compliance.cmp_10_audit_trail import audit_trail as cmp_10
from netdesign.rules.compliance.cmp_10_audit_trail import retention_days
from tests.support.sketch import case, design
from tests.support.stronghold import SYSLOG, messages, permit, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding, refs

ISO = (Framework.ISO27001,)


def collectors(**changes: Any) -> tuple[Set, Set]:
    return Set("service_instances", "log1", changes), Set("service_instances", "log2", changes)


def test_a_sound_trail_passes_with_its_numbers() -> None:
    found = verdict(cmp_10, audited(asked=ISO))
    measures = {measure.name: (measure.value, measure.threshold) for measure in found.measures}

    assert found.status is Status.PASS
    assert measures["log_collectors"] == (2, 2)
    assert measures["retention_days_asked"] == (366, None)
    rate = 100 * 0.5 + 6 * 0.2
    assert isinstance(measures["storage_bytes_asked_of_each_collector"][0], int)
    assert measures["storage_bytes_asked_of_each_collector"][0] > rate * 500 * 86_400 * 365


def test_it_applies_to_frameworks() -> None:
    assert verdict(cmp_10, audited()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ((), 183),
        (ISO, 366),
        ((Framework.PCI_DSS,), 366),
        ((Framework.SOC2, Framework.HIPAA), 2192),
        ((Framework.FEDRAMP,), 914),
    ],
)
def test_the_longest_memory_of_the_frameworks_counts(asked: tuple[Framework, ...], days: int) -> None:
    assert retention_days(case(design(frameworks=refs(*asked)))) == days


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"transport": "udp"}, "takes logs by udp; TLS is asked for"),
        ({"administration": "network"}, "is run by network, whose own actions it records"),
        ({"administration": "operations"}, "is run by operations, whose own actions it records"),
        ({"retention_days": 30}, "keeps logs for 30 days of the 366 asked for"),
        ({"storage_bytes": 1000}, "has 1,000 bytes; 366 days of logs take "),
    ],
)
def test_each_fault_of_a_collector_is_found(changes: dict[str, Any], message: str) -> None:
    found = verdict(cmp_10, audited(collectors(**changes)[0], asked=ISO))

    (finding,) = found.findings
    assert finding.message.startswith(f"collector log1 {message}")
    assert finding.elements == ("log1",)


@pytest.mark.parametrize("fact", ["retention_days", "storage_bytes"])
def test_a_collector_that_does_not_say_is_a_gap(fact: str) -> None:
    found = verdict(cmp_10, audited(collectors(**{fact: None})[0], asked=ISO))

    assert (found.status, [gap.elements for gap in found.gaps]) == (Status.UNKNOWN, [("log1",)])


def test_devices_need_two_collectors_and_one_where_redundancy_is_low() -> None:
    one = Set("management_profiles", "managed", {"logs": ("log1",)})
    (message,) = messages(cmp_10, audited(one, asked=ISO))

    assert message.startswith("6 managed devices get to 1 of the 2 log collectors asked for: ")
    assert messages(cmp_10, audited(one, asked=ISO, redundancy=Redundancy.LOW)) == []


def test_a_device_without_any_collector_is_found_at_any_redundancy() -> None:
    none = Set("management_profiles", "managed", {"logs": ()})

    assert (
        "get to 0 of the 1 log collectors" in messages(cmp_10, audited(none, asked=ISO, redundancy=Redundancy.NONE))[0]
    )


def test_collectors_behind_a_lone_firewall_are_lost_with_it() -> None:
    far: list[Operation] = [
        Set("devices", "edge1", {"management_profile": "remote"}),
        Set("interfaces", "edge1:management-svi", {"vlan": "user", "addresses": ("10.0.2.10/24",)}),
        Add("processes", RoutingProcess(id="far", device="edge1", vrf="management", protocol=RoutingProtocol.OSPF)),
    ]
    profile = ManagementProfile(
        id="remote", protocols=("ssh",), vrf="management", aaa=("aaa1", "aaa2"), logs=("log1", "log2")
    )
    rule = permit("logs", 6, "user", "management", SYSLOG, destinations=("10.0.4.0/24",))
    lone: list[Operation] = [
        Set("policies", "inner", {"devices": ("fw1",)}),
        Remove("interfaces", "fw2:user-transit-svi"),
    ]
    both = audited(Add("management_profiles", profile), Add("policy_rules", rule), *far, asked=ISO)
    alone = audited(Add("management_profiles", profile), Add("policy_rules", rule), *far, *lone, asked=ISO)

    assert not any("once a firewall" in message for message in messages(cmp_10, both))
    assert "1 managed devices get to no log collector once a firewall has failed: edge1" in messages(cmp_10, alone)


def test_collectors_that_hang_off_one_switch_are_lost_with_it() -> None:
    same = audited(*collectors(attached_to=("core1",)), asked=ISO)
    apart = audited(
        Set("service_instances", "log1", {"attached_to": ("core1",)}),
        Set("service_instances", "log2", {"attached_to": ("core2",)}),
        asked=ISO,
    )

    assert messages(cmp_10, same) == [
        "all 2 log collectors hang off core1 alone, so that logs are lost while it is down"
    ]
    assert messages(cmp_10, apart) == []
    assert messages(cmp_10, audited(*collectors(attached_to=()), asked=ISO)) == []


def test_servers_with_regulated_data_log_out_of_their_zone() -> None:
    pci = (Framework.PCI_DSS,)
    silent = Set("flows", "logs", {"targets": ("log1",)})
    inside = Set("service_instances", "log1", {"zone": "server"})

    assert messages(cmp_10, audited(holding(DataClass.CHD), asked=pci)) == []
    for change in (silent, inside):
        assert (
            "apps holds regulated data and sends logs to 1 collectors in a zone other than its own; 2 are asked for"
            in messages(cmp_10, audited(holding(DataClass.CHD), change, asked=pci))
        )
    assert not any("regulated" in text for text in messages(cmp_10, audited(holding(DataClass.CHD), silent, asked=ISO)))


def test_people_with_regulated_data_need_no_log_of_their_own() -> None:
    assert messages(cmp_10, audited(holding(DataClass.CHD, zone="user"), asked=(Framework.PCI_DSS,))) == []


def test_mutants_are_seen_and_ask_for_a_framework_where_nobody_did() -> None:
    assert survivors(cmp_10, audited(asked=ISO)) == []
    held = case(audited())
    assert all(len(patch) > 1 for mutant in cmp_10.mutants if (patch := mutant.mutate(held)) is not None)
    assert [mutant.mutate(case(design())) for mutant in cmp_10.mutants] == [None] * len(cmp_10.mutants)


def test_no_collector_can_keep_too_short_what_is_kept_for_a_month() -> None:
    held = case(audited())
    parameters = held.parameters.with_overrides({"logging.retention_months.default": 0})

    assert cmp_10.mutants[0].mutate(replace(held, parameters=parameters)) is None
    assert cmp_10.mutants[2].mutate(case(_nobody())) is None


def _nobody() -> Design:
    made = audited()
    inventory = replace(made.inventory, devices=tuple(replace(one, owner=None) for one in made.inventory.devices))
    services = tuple(one for one in made.infrastructure.service_instances if one.kind.value == "log")
    return replace(made, inventory=inventory, infrastructure=replace(made.infrastructure, service_instances=services))


def test_events_wait_on_the_device_where_failures_have_to_be_survived() -> None:
    bare = Set("management_profiles", "managed", {"log_buffer": False})

    (found,) = messages(cmp_10, audited(bare, asked=ISO))
    assert found.startswith("6 managed devices keep no events while no log collector answers")
    assert messages(cmp_10, audited(bare, asked=ISO, redundancy=Redundancy.LOW)) == []
