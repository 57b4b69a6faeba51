"""CMP-14: wireless networks reach card data by a firewall that denies by default, or not at all."""

from __future__ import annotations

from netdesign.model.patch import Add, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Status
from netdesign.rules.compliance.cmp_14_card_wireless import card_wireless
from tests.support.sketch import case, design, interface
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.cards import mended, shop


def test_a_wireless_network_behind_the_firewall_passes() -> None:
    found = verdict(card_wireless, shop())

    assert found.status is Status.PASS
    assert [(m.name, m.value) for m in found.measures] == [
        ("wireless_networks", 1),
        ("wireless_networks_in_card_data", 0),
    ]
    assert survivors(card_wireless, shop()) == []
    assert verdict(card_wireless, shop(Remove("wireless_networks", "corp"))).status is Status.NOT_APPLICABLE


def test_a_weak_network_among_card_data_is_found() -> None:
    made = shop(Set("wireless_networks", "corp", {"vlans": ("server",), "security": "wpa2-personal"}))

    assert "wireless network corp carries card data with wpa2-personal" in messages(card_wireless, made)
    assert mended(card_wireless, made)
    assert messages(card_wireless, shop(Set("wireless_networks", "corp", {"zone": "server"}))) == []


def test_rogues_are_looked_for() -> None:
    made = shop(Set("wireless_networks", "corp", {"rogue_detection": False}))

    assert messages(card_wireless, made) == ["nothing looks for rogue access points where wireless network corp is"]
    assert mended(card_wireless, made)


def test_a_way_past_the_firewall_is_found() -> None:
    stray = interface("core1", "stray", vlan="user", vrf="vrf-server", addresses=("10.0.2.77/24",))
    made = shop(Add("interfaces", stray))

    assert messages(card_wireless, made)[0].startswith("wireless clients get from user to server without")
    assert mended(card_wireless, made)


def test_a_default_that_permits_is_found() -> None:
    made = shop(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))

    assert messages(card_wireless, made) == ["policy inner permits wireless clients of user into server by default"]
    assert mended(card_wireless, made)


def test_mutants_and_fixes_without_card_data() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in card_wireless.mutants] == [None] * 4
    assert [fix.propose(empty, Finding(message="")) for fix in card_wireless.fixes] == [None] * 3
