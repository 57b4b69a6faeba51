"""SEC-07: services outside a DMZ and permits that let the Internet further in are found."""

from __future__ import annotations

import pytest

from netdesign.model.patch import Add, Remove, Set
from netdesign.model.security import Action, IpProtocol, Service
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel
from netdesign.rules.security.sec_07_dmz import dmz_configuration
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, messages, permit, stronghold, survivors, verdict


def test_a_published_service_in_a_dmz_passes() -> None:
    judged = verdict(dmz_configuration, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value) for m in judged.measures] == [
        ("published_services", 1),
        ("passages_inward_examined", 3),
    ]


def test_no_mutant_survives() -> None:
    assert survivors(dmz_configuration, stronghold()) == []


@pytest.mark.parametrize(("group", "zone"), [("apps", "server"), ("nobody", "None")])
def test_a_service_published_from_elsewhere_is_found(group: str, zone: str) -> None:
    assert messages(dmz_configuration, stronghold(Set("published_services", "portal", {"group": group}))) == [
        f"portal is published to the Internet from zone {zone}, which is no DMZ"
    ]


def test_what_should_be_published_and_is_not() -> None:
    bare = stronghold(Remove("published_services", "portal"))

    assert messages(dmz_configuration, bare) == ["nothing is published, yet the Internet is to use https"]
    assert dmz_configuration.mutants[0].mutate(case(bare)) is not None
    assert verdict(
        dmz_configuration, stronghold(Remove("published_services", "portal"), internet_facing=())
    ).status is (Status.NOT_APPLICABLE)


def test_the_internet_may_not_reach_inner_zones() -> None:
    rule = permit("p9", 9, "internet", "server", HTTPS)

    assert messages(dmz_configuration, stronghold(Add("policy_rules", rule))) == [
        "inner lets the Internet in to server, by p9"
    ]


def test_a_default_that_permits_lets_everything_in() -> None:
    made = stronghold(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))
    found = messages(dmz_configuration, made)

    assert "inner lets the Internet in to management, by its default" in found
    assert "the default of inner permits administration on port 22 from dmz to user" in found


@pytest.mark.parametrize(
    ("service", "what"),
    [
        (Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22), "administration on port 22"),
        (Service(name="snmp", protocol=IpProtocol.UDP, first_port=160, last_port=170), "administration on port 161"),
        (Service(name="most", protocol=IpProtocol.UDP, first_port=1000, last_port=60000), "any service"),
    ],
)
def test_a_dmz_gets_inward_by_single_services_only(service: Service, what: str) -> None:
    rule = permit("p9", 9, "dmz", "server", service)

    assert messages(dmz_configuration, stronghold(Add("policy_rules", rule))) == [
        f"p9 permits {what} from dmz to server"
    ]


def test_a_dmz_on_an_inner_routing_table_is_found() -> None:
    made = stronghold(Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"}))

    assert messages(dmz_configuration, made) == ["Dmz and Server are joined without a firewall, by core2 > dmz > core1"]


def test_a_dmz_needs_a_leg_of_its_own_from_enterprise_on() -> None:
    shared = [Set("interfaces", f"fw{n}:dmz-transit-svi", {"zone": None}) for n in (1, 2)]
    rules = [Remove("policy_rules", name) for name in ("p1", "p2")]

    assert messages(dmz_configuration, stronghold(*shared, *rules)) == [
        "no firewall has an interface of its own for dmz: it shares one with what lies before it"
    ]
    assert messages(dmz_configuration, stronghold(*shared, *rules, security_level=SecurityLevel.CORPORATE)) == []


def test_mutants_need_policies_and_inner_endpoints() -> None:
    groups = [Remove("endpoint_groups", name) for name in ("staff", "apps", "services")]
    bare = case(stronghold(*groups, Set("policies", "inner", {"devices": ()})))

    assert [mutant.mutate(bare) for mutant in dmz_configuration.mutants] == [None, None, None]
