"""CMP-16: whoever administers what is near card data comes by a bastion, with two factors, over encryption."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.patch import Add, Set
from netdesign.model.security import IpProtocol, RemoteAccess, Service
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Exposure
from netdesign.rules.compliance.cmp_16_card_administration import card_administration
from tests.support.sketch import case, design
from tests.support.stronghold import messages, permit, survivors, verdict
from tests.unit.rules.compliance.cards import mended, shop

SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)
NEAR = "core1, core2, fw1, fw2"


def test_administration_by_bastions_passes() -> None:
    found = verdict(card_administration, shop())

    assert found.status is Status.PASS
    assert {m.name: m.value for m in found.measures} == {"devices_near_card_data": 4, "bastions": 1}
    assert survivors(card_administration, shop()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"protocols": ("SSH", "Telnet")}, "are managed in the clear by telnet"),
        ({"protocols": ("http", "snmpv2c")}, "are managed in the clear by http, snmpv2c"),
        ({"multifactor": False}, "ask administrators for one factor only"),
        ({"central_login": False}, "have logins of their own"),
        ({"bastions": ()}, "name no bastion that administrators come by"),
    ],
)
def test_each_fault_of_a_profile_is_found_and_mended(changes: dict[str, Any], fault: str) -> None:
    made = shop(Set("management_profiles", "managed", changes))
    found = messages(card_administration, made)

    assert len(found) == 1
    assert f"devices near card data {fault}: " in found[0]
    assert all(name in found[0] for name in NEAR.split(", "))
    assert mended(card_administration, made)


def test_devices_without_a_profile_are_found() -> None:
    (found,) = messages(card_administration, shop(Set("devices", "core1", {"management_profile": None})))

    assert found == "1 devices near card data have no management profile: core1"


def test_administration_of_hosts_comes_from_bastions() -> None:
    own = permit("adm", 6, "management", "server", SSH, sources=("10.0.4.200/32",), destinations=("10.0.3.0/24",))
    wide = permit("adm", 6, "management", "server", SSH, sources=("10.0.4.0/24",), destinations=("10.0.3.0/24",))

    assert messages(card_administration, shop(Add("policy_rules", own))) == []
    made = shop(Add("policy_rules", wide))
    assert messages(card_administration, made) == [
        "hosts of management may administer hosts of server past any bastion, such as 10.0.4.0 -> 10.0.3.0 tcp/22"
    ]
    assert mended(card_administration, made)


def test_people_from_outside_need_two_factors() -> None:
    made = shop(Add("remote_accesses", RemoteAccess(id="vpn", heads=("fw1",), zone="user", users=7)))

    assert messages(card_administration, made) == ["7 people come in by vpn with one factor only"]
    assert mended(card_administration, made)


def test_partners_come_in_for_a_time() -> None:
    partner = Set("zones", "user", {"exposure": Exposure.PARTNER})

    assert messages(card_administration, shop(partner)) == ["rule p3 lets partners into card data without an end"]
    assert messages(card_administration, shop(partner, Set("policy_rules", "p3", {"expires": "2027-01-01"}))) == []


def test_mutants_and_fixes_without_card_data() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in card_administration.mutants] == [None] * 4
    assert [fix.propose(empty, Finding(message="")) for fix in card_administration.fixes] == [None] * 3
