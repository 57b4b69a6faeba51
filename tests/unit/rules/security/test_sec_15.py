"""SEC-15: ways to the management of devices past the bastion are found."""

from __future__ import annotations

import pytest

from netdesign.model.addressing import Interface
from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import IpProtocol, Service
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, SecurityLevel, Severity
from netdesign.rules.security.sec_15_management_isolation import management_isolation
from tests.support.exact import administered, exact, mended
from tests.support.sketch import case, design, interface
from tests.support.stronghold import messages, permit, survivors, verdict

SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)


def port() -> Interface:
    """A management port of a core switch."""
    return interface(
        "core1",
        "mgmt0",
        kind=InterfaceKind.MANAGEMENT,
        vrf="management",
        addresses=("10.0.4.77/24",),
        vlan="management",
    )


def test_devices_behind_a_bastion_pass() -> None:
    judged = verdict(management_isolation, administered())

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [
        ("management_addresses", 8),
        ("zones_with_a_way_to_devices", 0),
    ]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = administered(Add("interfaces", port()))

    assert survivors(management_isolation, made) == []
    for mutant in management_isolation.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        after = verdict(management_isolation, mended(management_isolation, apply(made, patch)))
        assert after.status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [Add("policy_rules", permit("s", 0, "dmz", "management", SSH, destinations=("10.0.4.10/32",)))],
            "hosts in dmz reach the management of 1 devices (fw1): 0.0.0.0 -> 10.0.4.10 tcp/22 passes",
            id="shell",
        ),
        pytest.param(
            [Set("management_profiles", "managed", {"vrf": None})],
            "profile managed has devices answer in VRF any, which is no VRF of a management zone",
            id="any VRF",
        ),
        pytest.param(
            [Set("management_profiles", "managed", {"vrf": "vrf-user"})],
            "profile managed has devices answer in VRF vrf-user, which is no VRF of a management zone",
            id="data VRF",
        ),
        pytest.param(
            [Add("interfaces", port()), Set("interfaces", "core1:mgmt0", {"vrf": "vrf-user"})],
            "1 management ports lie in a VRF that carries data: core1:mgmt0",
            id="port",
        ),
        pytest.param(
            [Set("management_profiles", "managed", {"bastions": ("aaa1", "nobody")})],
            "profile managed names no bastion that administrators have to come by",
            id="no bastion",
        ),
        pytest.param(
            [Remove("policy_rules", "p9")],
            "no zone has a permitted way to a bastion of profile managed: nobody can administer devices",
            id="no way in",
        ),
        pytest.param(
            [Set("service_instances", "bastion", {"subnet": "nowhere"})],
            "no zone has a permitted way to a bastion of profile managed: nobody can administer devices",
            id="bastion nowhere",
        ),
    ],
)
def test_each_way_around_is_named(changes: list[Operation], message: str) -> None:
    assert message in messages(management_isolation, administered(*changes))


def test_a_host_that_is_no_device_may_be_reached() -> None:
    line = permit("s", 0, "user", "management", SSH, destinations=("10.0.4.200/32",))

    assert messages(management_isolation, administered(Add("policy_rules", line))) == []


def test_below_enterprise_only_the_way_counts_and_is_an_error() -> None:
    level = SecurityLevel.CORPORATE
    line = Add("policy_rules", permit("s", 0, "user", "management", SSH, destinations=("10.0.4.0/24",)))

    assert verdict(management_isolation, exact(security_level=level)).status is Status.PASS
    assert verdict(management_isolation, exact(line, security_level=level)).severity is Severity.ERROR


def test_what_cannot_be_mended_here_is_left() -> None:
    held = case(
        administered(Set("management_profiles", "managed", {"vrf": None}), Set("vrfs", "management", {"zone": None}))
    )
    findings = verdict(management_isolation, held.design).findings

    assert findings
    assert all(fix.propose(held, one) is None for one in findings for fix in management_isolation.fixes[1:2])


def test_without_devices_there_is_nothing_to_judge() -> None:
    assert verdict(management_isolation, design()).status is Status.NOT_APPLICABLE
