"""Ports that lead endpoints into zones of others are found, whoever the endpoints are, and led home again."""

from __future__ import annotations

import pytest

from netdesign.model.design import Design
from netdesign.model.inventory import PortProfile
from netdesign.model.patch import Add, Patch, Set, apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Exposure, PortMode, Severity
from netdesign.rules.card import Rule
from netdesign.rules.compliance.cmp_12_card_border import card_border
from netdesign.rules.engine import judge_one
from netdesign.rules.security.sec_04_segmentation import network_segmentation
from netdesign.rules.security.sec_24_guest_isolation import guest_isolation
from tests.support.built import built, found, said
from tests.support.sketch import case

GUESTS = "attach guests or things by the profile of another zone"
CARDS = "carry a VLAN of users to the ports of those who hold card data"
TRUST = "trust a zone of secrets less than people"


def broken(rule: Rule, made: Design, title: str) -> Design:
    (mutant,) = [one for one in rule.mutants if one.title == title]
    patch: Patch | None = mutant.mutate(case(made))
    assert patch is not None
    return apply(made, patch)


@pytest.mark.parametrize(
    ("rule", "title", "severity"),
    [
        (guest_isolation, GUESTS, Severity.CRITICAL),
        (card_border, CARDS, Severity.CRITICAL),
        (network_segmentation, TRUST, Severity.CRITICAL),
    ],
)
def test_what_a_mutant_breaks_is_found_and_mended(rule: Rule, title: str, severity: Severity) -> None:
    made = built("campus")
    assert judge_one(rule, case(made)).status is Status.PASS
    worse = broken(rule, made, title)
    verdict = judge_one(rule, case(worse))
    assert (verdict.status, verdict.severity) == (Status.FAIL, severity)
    for finding in verdict.findings[:1]:
        patches = [fix.propose(case(worse), finding) for fix in rule.fixes]
        worse = apply(worse, next(patch for patch in patches if patch))

    assert judge_one(rule, case(worse)).status is Status.PASS


def test_guests_by_the_profile_of_staff_are_named() -> None:
    made = built("campus")
    zone = next(zone.id for zone in made.security.zones if zone.id == "guest")
    group = next(one for one in made.inventory.endpoint_groups if one.zone == zone)
    staff = next(one for one in made.inventory.port_profiles if one.vlans and "guest" not in str(one.vlans))
    mine = [one.id for one in made.inventory.attachments if one.group == group.id]
    messages = found(guest_isolation, made, *(Set("attachments", name, {"profile": staff.id}) for name in mine))

    assert any(text.startswith(f"ports of {group.id} in guest have the profile {staff.id}") for text in messages)


def test_a_native_vlan_counts_and_a_profile_of_nobody_else_is_narrowed() -> None:
    made = built("campus")
    cards = [one for one in made.inventory.endpoint_groups if DataClass.CHD in one.data_classes]
    names = {one.id for one in cards}
    used = next(one.profile for one in made.inventory.attachments if one.group in names)
    users = next(vlan.id for vlan in made.switching.vlans if vlan.zone == "user")
    trunk = Set("port_profiles", used, {"mode": PortMode.TRUNK, "native_vlan": users})
    verdict = said(card_border, made, trunk)

    assert [one.witness["vlans"] for one in verdict.findings] == [[users]]
    worse = apply(made, (trunk,))
    (patch,) = [p for fix in card_border.fixes if (p := fix.propose(case(worse), verdict.findings[0]))]
    (change,) = [one for one in patch if isinstance(one, Set)]
    assert (change.changes["mode"], change.changes["native_vlan"]) == (PortMode.ACCESS, None)


def test_ports_without_a_profile_that_leads_home_stay() -> None:
    made = built("campus")
    odd = PortProfile(
        id="odd", mode=PortMode.ACCESS, vlans=tuple(v.id for v in made.switching.vlans if v.zone == "user")
    )
    cards = {one.id for one in made.inventory.endpoint_groups if DataClass.CHD in one.data_classes}
    gone = [Set("attachments", a.id, {"profile": "odd"}) for a in made.inventory.attachments if a.group in cards]
    shut = [Set("port_profiles", p.id, {"enabled": False}) for p in made.inventory.port_profiles]
    worse = apply(made, (Add("port_profiles", odd), *gone, *shut))
    findings = [one for one in judge_one(card_border, case(worse)).findings if "stray_group" in one.witness]

    assert {one.witness["stray_group"] for one in findings} == cards
    assert [fix.propose(case(worse), findings[0]) for fix in card_border.fixes] == [None] * len(card_border.fixes)


def test_a_zone_of_secrets_ranks_above_people() -> None:
    made = built("campus")
    secret = next(zone for zone in made.security.zones if zone.exposure is Exposure.RESTRICTED)
    message = (
        f"zone {secret.id} (restricted) has trust 50, no more than user, which people or outsiders get to, with 50"
    )

    assert message in found(network_segmentation, made, Set("zones", secret.id, {"trust": 50}))
    assert found(network_segmentation, made, Set("zones", secret.id, {"trust": 51})) == []
