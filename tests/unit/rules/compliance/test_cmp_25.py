"""CMP-25: partners land behind enforcement, reach what was declared, not each other, under a contract that ends."""

from __future__ import annotations

from netdesign.model.patch import Add, Operation, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Exposure
from netdesign.rules.compliance.cmp_25_partners import partner_connections
from tests.support.sketch import case, design, interface
from tests.support.stronghold import HTTPS, SQL, messages, permit, survivors, verdict
from tests.unit.rules.compliance.audited import audited

ENDING = {"expires": "2027-01-01"}


def extranet(*changes: Operation):
    """Staff are a partner's people here, who may use the applications until the contract ends."""
    sound = (
        Set("zones", "user", {"exposure": Exposure.PARTNER}),
        Set("policy_rules", "p3", ENDING),
        Set("policy_rules", "p4", ENDING),
    )
    return audited(*sound, *changes)


def test_partners_under_contract_pass() -> None:
    found = verdict(partner_connections, extranet())

    assert found.status is Status.PASS, found.findings
    assert {m.name: m.value for m in found.measures} == {"partner_zones": 1, "rules_for_partners": 2}
    assert verdict(partner_connections, audited()).status is Status.NOT_APPLICABLE
    assert survivors(partner_connections, audited()) == []


def test_partners_land_behind_a_firewall() -> None:
    stray = interface("core1", "stray", vlan="user", vrf="vrf-server", addresses=("10.0.2.77/24",))

    found = messages(partner_connections, extranet(Add("interfaces", stray)))
    assert any(text.startswith("partners hang together with others without an enforcement") for text in found)


def test_partners_reach_what_was_declared() -> None:
    odd = permit(
        "odd", 6, "user", "server", SQL, sources=("10.0.2.0/24",), destinations=("10.0.3.9/32",), expires="2027-01-01"
    )

    (found,) = messages(partner_connections, extranet(Add("policy_rules", odd)))
    assert found.startswith("from user to server 2^24 headers may pass that no flow of partners needs, such as")
    assert found.endswith(" 10.0.2.0 -> 10.0.3.9 tcp/1521")


def test_partners_do_not_reach_each_other() -> None:
    made = extranet(
        Set("zones", "dmz", {"exposure": Exposure.PARTNER}),
        *(Set("policy_rules", name, ENDING) for name in ("p1", "p2")),
        Add(
            "policy_rules",
            permit("t", 6, "user", "dmz", HTTPS, sources=("10.0.2.0/24",), destinations=("10.0.1.0/24",)),
        ),
    )

    assert messages(partner_connections, made) == [
        "partners of user may reach those of dmz, such as 10.0.2.0 -> 10.0.1.0 tcp/443"
    ]


def test_rules_for_partners_end_and_have_an_owner() -> None:
    old = Set("policy_rules", "p3", {"expires": "2026-01-01", "owner": ""})

    assert messages(partner_connections, extranet(old)) == ["rule p3 for partners has no owner and no end to come"]
    assert messages(partner_connections, extranet(Set("policy_rules", "p4", {"expires": None}))) == [
        "rule p4 for partners has no end to come"
    ]


def test_circuits_of_partners_have_contracts() -> None:
    landed = Set("interfaces", "edge1:wan", {"zone": "user"})

    assert messages(partner_connections, extranet(landed)) == ["circuit dia1 of partners has no owner and no contract"]
    signed = Set("circuits", "dia1", {"owner": "sales", "contract": "C-1"})
    assert messages(partner_connections, extranet(landed, signed)) == []


def test_mutants_of_nothing() -> None:
    assert [mutant.mutate(case(design())) for mutant in partner_connections.mutants] == [None] * 4
