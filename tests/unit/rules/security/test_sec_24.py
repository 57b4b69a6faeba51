"""SEC-24: guests and things that get further than they should are found."""

from __future__ import annotations

import pytest

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import IpProtocol, Service
from netdesign.model.verdict import Status
from netdesign.rules.security.sec_24_guest_isolation import guest_isolation
from tests.support.exact import exact, mended, with_guests
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, messages, permit, survivors, verdict

DNS = Service(name="dns", protocol=IpProtocol.UDP, first_port=53, last_port=53)
OPC = Service(name="opc-ua", protocol=IpProtocol.TCP, first_port=4840, last_port=4840)


def resolver() -> ServiceInstance:
    """A name server in the management zone."""
    return ServiceInstance(
        id="dns1",
        kind=ServiceKind.DNS,
        name="dns1",
        site="dc1",
        zone="management",
        address="10.0.4.53",
        subnet="management",
        attached_to=("core1",),
    )


def test_guests_on_the_internet_and_things_at_their_servers_pass() -> None:
    judged = verdict(guest_isolation, with_guests())

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [("zone_pairs_examined", 10)]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = with_guests()

    wired = "attach guests or things by the profile of another zone"
    assert survivors(guest_isolation, made) == [wired]
    for mutant in (one for one in guest_isolation.mutants if one.title != wired):
        patch = mutant.mutate(case(made))
        assert patch is not None
        after = verdict(guest_isolation, mended(guest_isolation, apply(made, patch)))
        assert after.status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [Add("policy_rules", permit("g", 7, "guest", "server", HTTPS))],
            "headers such as 0.0.0.0 -> 0.0.0.0 tcp/443 pass, by rule g",
            id="guests inside",
        ),
        pytest.param(
            [Add("policy_rules", permit("g", 7, "guest", "management", DNS, destinations=("10.0.4.53/32",)))],
            "guests in guest reach management",
            id="names of a host that is no resolver",
        ),
        pytest.param(
            [Add("policy_rules", permit("t", 8, "iot", "user", HTTPS, destinations=("10.0.2.0/24",)))],
            "things in iot reach user",
            id="things at users",
        ),
        pytest.param(
            [Add("policy_rules", permit("t", 8, "iot", "server", OPC, destinations=("10.0.3.0/24",)))],
            "industrial control without a DMZ between: in iot reach server",
            id="control outward",
        ),
        pytest.param(
            [Add("policy_rules", permit("t", 8, "server", "iot", OPC, destinations=("10.0.21.0/24",)))],
            "industrial control without a DMZ between: in server reach iot",
            id="control inward",
        ),
        pytest.param(
            [Set("wireless_networks", "visitors", {"client_isolation": False})],
            "guests of SSID visitors may reach each other",
            id="peers",
        ),
        pytest.param(
            [Set("interfaces", "core1:guest-svi", {"vrf": "vrf-user"})],
            "pass, by no filter between them",
            id="leaked",
        ),
    ],
)
def test_each_way_out_of_the_zone_is_named(changes: list[Operation], message: str) -> None:
    assert any(message in text for text in messages(guest_isolation, with_guests(*changes)))


@pytest.mark.parametrize(
    "line",
    [
        permit("g", 7, "guest", "management", DNS, destinations=("10.0.4.53/32",)),
        permit("t", 8, "iot", "management", DNS, destinations=("10.0.4.53/32",)),
        permit("t", 8, "iot", "dmz", OPC, destinations=("10.0.1.0/24",)),
    ],
)
def test_names_and_a_dmz_are_allowed(line: object) -> None:
    made = with_guests(Add("service_instances", resolver()), Add("policy_rules", line))

    assert messages(guest_isolation, made) == []


def test_without_guests_and_things_there_is_nothing_to_judge() -> None:
    assert verdict(guest_isolation, exact()).status is Status.NOT_APPLICABLE
