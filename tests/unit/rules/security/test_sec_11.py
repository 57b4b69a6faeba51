"""SEC-11: the index is the mean of what the design can show."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Exposure, SecurityLevel, Severity
from netdesign.rules.security.sec_11_zero_trust import zero_trust
from tests.support.stronghold import stronghold, survivors, verdict


def measures(*changes: Operation, **asked: object) -> dict[str, object]:
    """What the rule measures on a changed stronghold, by name."""
    return {m.name: m.value for m in verdict(zero_trust, stronghold(*changes, **asked)).measures}


def test_the_components_of_a_sound_design() -> None:
    assert verdict(zero_trust, stronghold()).status is Status.PASS
    assert measures() == {
        "zero_trust_index": 0.9022,
        "authenticated_edge": 1.0,
        "default_deny_pairs": 1.0,
        "encrypted_traffic": 1.0,
        "enforced_gold_flows": 1.0,
        "inspected_traffic": 1.0,
        "isolated_management": 1.0,
        "micro_segmentation": 0.3151,
        "largest_unfiltered_set": 100,
    }


def test_no_mutant_survives() -> None:
    assert survivors(zero_trust, stronghold()) == []
    assert survivors(zero_trust, stronghold(security_level=SecurityLevel.GOVERNMENT)) == []


@pytest.mark.parametrize(
    ("changes", "component", "value"),
    [
        ([Set("port_profiles", "desk", {"dot1x": False})], "authenticated_edge", 0.0),
        ([Set("policy_rules", "rest", {"action": Action.PERMIT})], "default_deny_pairs", 0.0),
        ([Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})], "default_deny_pairs", 0.9),
        ([Set("flows", "web-apps", {"encrypted": False})], "encrypted_traffic", 0.75),
        ([Set("policy_rules", "p2", {"inspect": ()})], "inspected_traffic", 0.75),
        ([Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})], "enforced_gold_flows", 0.75),
        ([Set("interfaces", "core1:dmz-svi", {"vrf": "management"})], "isolated_management", 0.0),
        ([Set("zones", "management", {"exposure": Exposure.INTERNAL})], "isolated_management", 0.0),
        ([Set("vlans", "user", {"isolated": True})], "micro_segmentation", 0.726),
    ],
)
def test_each_component_falls_with_what_it_counts(changes: list[Operation], component: str, value: float) -> None:
    assert measures(*changes)[component] == value


def test_an_implicit_denial_counts_as_one() -> None:
    assert measures(Remove("policy_rules", "rest"))["default_deny_pairs"] == 1.0


def test_what_there_is_nothing_of_is_left_out() -> None:
    flows = [Remove("flows", name) for name in ("public", "web-apps", "staff-apps", "staff-web")]
    groups = [Remove("endpoint_groups", name) for name in ("staff", "web", "apps", "services")]
    found = measures(*flows, *groups, Remove("attachments", "staff-core1"))

    assert set(found) == {"zero_trust_index", "default_deny_pairs", "isolated_management", "largest_unfiltered_set"}
    assert found["largest_unfiltered_set"] == 0


def test_endpoints_without_a_vlan_are_in_no_set() -> None:
    lost = EndpointGroup(
        id="x", name="x", site="dc1", kind=EndpointKind.SENSOR, count=900, zone="user", vlans=("gone",)
    )

    assert measures(Add("endpoint_groups", lost))["largest_unfiltered_set"] == 100


@pytest.mark.parametrize(
    ("level", "status", "severity"),
    [
        (SecurityLevel.CORPORATE, Status.NOT_APPLICABLE, Severity.WARNING),
        (SecurityLevel.ENTERPRISE, Status.FAIL, Severity.WARNING),
        (SecurityLevel.GOVERNMENT, Status.FAIL, Severity.ERROR),
    ],
)
def test_levels_weigh_it(level: SecurityLevel, status: Status, severity: Severity) -> None:
    weak = [Set("flows", name, {"encrypted": False}) for name in ("public", "web-apps", "staff-apps", "staff-web")]
    weak += [Set("policy_rules", f"p{n}", {"inspect": ()}) for n in range(1, 6)]
    judged = verdict(zero_trust, stronghold(*weak, security_level=level))

    assert (judged.status, judged.severity) == (status, severity)
    if status is Status.FAIL:
        assert judged.findings[0].message.startswith("the zero-trust index is 0.6")
        assert judged.findings[0].witness["lowest"] == "encrypted_traffic"
