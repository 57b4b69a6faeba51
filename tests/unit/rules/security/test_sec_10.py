"""SEC-10: silent devices, silent denials and collectors that cannot keep up are found."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, SecurityLevel, ServiceClass
from netdesign.rules.security.sec_10_monitoring import security_monitoring
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, flow, messages, stronghold, survivors, verdict


def test_devices_that_log_to_sized_collectors_pass() -> None:
    judged = verdict(security_monitoring, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("enforcement_points_that_log", 1.0, 1.0),
        ("other_devices_that_log", 1.0, 1.0),
        ("interfaces_between_zones_that_export_flows", 1.0, 0.5),
        ("events_per_second", 201.2, None),
    ]


def test_no_mutant_survives() -> None:
    assert survivors(security_monitoring, stronghold()) == ["deny a zone's endpoints the way to the collectors"]


def test_a_device_that_names_no_collector_is_silent() -> None:
    found = messages(security_monitoring, stronghold(Set("devices", "edge1", {"management_profile": None})))

    assert found == ["75.0% of other devices get to 1 log collectors; the level asks for 100.0%. Not so edge1"]


def test_corporate_asks_for_half_of_the_others() -> None:
    silent = [Set("devices", f"edge{n}", {"management_profile": None}) for n in (1, 2)]

    assert messages(security_monitoring, stronghold(*silent, security_level=SecurityLevel.CORPORATE)) == []
    more = [*silent, Set("devices", "core1", {"management_profile": None})]
    assert len(messages(security_monitoring, stronghold(*more, security_level=SecurityLevel.CORPORATE))) == 1


def test_high_redundancy_asks_for_two_collectors() -> None:
    one = Set("management_profiles", "managed", {"logs": ("log1",)})

    assert messages(security_monitoring, stronghold(one)) == []
    assert len(messages(security_monitoring, stronghold(one, redundancy=Redundancy.HIGH))) == 2


def test_an_instance_of_another_kind_is_no_collector() -> None:
    found = messages(security_monitoring, stronghold(Set("management_profiles", "managed", {"logs": ("aaa1", "gone")})))

    assert any(text.startswith("0.0% of enforcement points") for text in found)


@pytest.mark.parametrize(
    ("change", "which"),
    [
        (Set("policy_rules", "rest", {"log": False}), "rest"),
        (Set("policies", "inner", {"default_log": False}), "by default"),
    ],
)
def test_a_silent_denial_is_found(change: Operation, which: str) -> None:
    assert messages(security_monitoring, stronghold(change)) == [f"policy inner denies without a log: {which}"]


@pytest.mark.parametrize("flows", [(), ("log1",), ("gone",)])
def test_interfaces_between_zones_export_flows(flows: tuple[str, ...]) -> None:
    silent = Set("management_profiles", "managed", {"flows": flows})

    assert messages(security_monitoring, stronghold(silent)) == [
        "0.0% of interfaces between zones export flows; the level asks for 50.0%. Not so those of fw1, fw2"
    ]
    assert messages(security_monitoring, stronghold(silent, security_level=SecurityLevel.CORPORATE)) == []


def test_a_firewall_without_a_profile_exports_nothing() -> None:
    found = messages(security_monitoring, stronghold(Set("devices", "fw1", {"management_profile": None})))

    assert found == ["50.0% of enforcement points get to 1 log collectors; the level asks for 100.0%. Not so fw1"]


def test_a_small_collector_is_found_and_an_unknown_one_left_open() -> None:
    small = Set("service_instances", "log1", {"events_per_second": 280})
    assert messages(security_monitoring, stronghold(small)) == [
        "log1 is sent 201 events a second, beyond the 196 that it may take"
    ]
    judged = verdict(security_monitoring, stronghold(Set("service_instances", "log1", {"events_per_second": None})))
    assert judged.status is Status.UNKNOWN
    assert [gap.message for gap in judged.gaps] == ["how many events a second log1 takes is not known"]


def test_without_firewalls_connections_write_nothing() -> None:
    made = stronghold(Set("policies", "inner", {"devices": ()}))

    assert [m.value for m in verdict(security_monitoring, made).measures if m.name == "events_per_second"] == [51.2]


def test_a_zone_of_gold_flows_in_which_nothing_logs() -> None:
    lonely = EndpointGroup(id="lab", name="lab", site="dc1", kind=EndpointKind.SENSOR, count=3, zone="lab")
    talk = Add("flows", flow("lab", ("lab", "aaa1"), ("apps",)))

    assert messages(security_monitoring, stronghold(Add("endpoint_groups", lonely), talk)) == [
        "nothing that logs sees zone lab, which has gold flows"
    ]


def test_basic_is_left_alone() -> None:
    assert verdict(security_monitoring, stronghold(security_level=SecurityLevel.BASIC)).status is Status.NOT_APPLICABLE


def test_mutants_need_something_to_silence() -> None:
    logs = [Remove("service_instances", name) for name in ("log1", "log2")]
    bare = stronghold(*logs, Remove("management_profiles", "managed"), Remove("policy_rules", "rest"))

    assert [m.mutate(case(bare)) for m in security_monitoring.mutants] == [None, None, None, None]


def test_endpoints_send_their_logs_past_the_firewall() -> None:
    logs = Add(
        "flows", flow("logs", ("apps", "log1", "nobody"), ("log1", "log2", "web"), service_class=ServiceClass.SILVER)
    )
    closed = Set("policy_rules", "p5", {"services": (HTTPS,)})

    assert survivors(security_monitoring, stronghold(logs)) == []
    assert messages(security_monitoring, stronghold(logs, closed)) == [
        "endpoints of apps cannot send logs to any of log1, log2"
    ]
