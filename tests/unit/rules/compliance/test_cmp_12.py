"""CMP-12: the card data environment is whole, alone, and bordered by enforcement points."""

from __future__ import annotations

from netdesign.model.patch import Add, Remove, Set, apply
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import DataClass, Exposure
from netdesign.rules.compliance.cmp_12_card_border import card_border
from tests.support.sketch import case, design, interface
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.cards import mended, shop

HOLDERS = Set("zones", "server", {"data_classes": ()})


def test_a_border_of_rules_alone_passes() -> None:
    found = verdict(card_border, shop())

    assert found.status is Status.PASS
    assert {m.name: m.value for m in found.measures} == {
        "zones_with_card_data": "server",
        "rules_at_the_border": 3,
        "ways_past_enforcement": 0,
    }
    assert survivors(card_border, shop()) == []


def test_it_asks_only_for_pci() -> None:
    assert verdict(card_border, shop(frameworks=())).status is Status.NOT_APPLICABLE


def test_strangers_inside_are_found_and_sent_home() -> None:
    made = shop(Set("endpoint_groups", "staff", {"zone": "server", "vlans": ("server",)}))

    assert messages(card_border, made) == ["100 endpoints of staff (user) are among card data without handling any"]
    assert mended(card_border, made)


def test_strangers_without_ports_have_no_home() -> None:
    made = shop(
        Remove("attachments", "staff-core1"), Set("endpoint_groups", "staff", {"zone": "server", "vlans": ("server",)})
    )

    assert not mended(card_border, made)


def test_holders_elsewhere_are_found() -> None:
    made = shop(HOLDERS)

    assert messages(card_border, made) == [
        "PCI DSS was asked for, but no zone holds card data",
        "apps holds card data in server, which is no zone of card data",
    ]
    assert not mended(card_border, made)
    assert mended(card_border, shop(HOLDERS, Set("zones", "server", {"exposure": Exposure.RESTRICTED})))


def test_a_way_past_the_firewall_is_found_and_cut() -> None:
    stray = interface("core1", "stray", vlan="user", vrf="vrf-server", addresses=("10.0.2.77/24",))
    made = shop(Add("interfaces", stray))
    (finding,) = verdict(card_border, made).findings

    assert finding.message.startswith("user and server hang together without an enforcement point")
    assert finding.witness["zones"] == ["user", "server"]
    assert mended(card_border, made)


def test_a_default_that_permits_is_found_and_closed() -> None:
    made = shop(Remove("policy_rules", "rest"), Set("policies", "inner", {"default_action": Action.PERMIT}))

    assert "policy inner lets from server to user whatever no rule of it names" in messages(card_border, made)
    assert mended(card_border, made)


def test_mutants_need_a_zone_and_ports() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in card_border.mutants] == [None] * 5
    assert [fix.propose(empty, Finding(message="")) for fix in card_border.fixes] == [None] * 4


def test_two_classes_in_one_zone_are_fine() -> None:
    made = apply(shop(), (Set("zones", "server", {"data_classes": (DataClass.CHD, DataClass.PII)}),))

    assert messages(card_border, made) == []
