import pytest

from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import SecurityLevel, Severity
from netdesign.rules.security.sec_21_first_hop import borrow_profile, first_hop_security, guard
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design
from tests.unit.synthesis import campus_samples

PEOPLE = ("DHCP snooping is switched off", "ports of people are believed to be address servers")


@pytest.mark.parametrize(("shape", "but"), [("campus", ()), ("fabric", ()), ("centre", PEOPLE)])
def test_every_mutant_is_seen_and_mended(shape, but):
    assert unmended(first_hop_security, built(shape), but=but) == []


def profile(made, kind):
    groups = {one.id for one in made.inventory.endpoint_groups if one.kind.value == kind}
    return min(one.profile for one in made.inventory.attachments if one.group in groups and one.ports)


@pytest.mark.parametrize(
    "guarding", ["dhcp_snooping", "arp_inspection", "source_guard", "ra_guard", "bpdu_guard", "storm_control"]
)
def test_people_need_every_guard(guarding):
    made = built("campus")
    verdict = said(first_hop_security, made, Set("port_profiles", profile(made, "user"), {guarding: False}))

    assert verdict.findings[0].witness["missing"] == [guarding]
    assert guarding.replace("_", " ") in verdict.findings[0].message
    assert verdict.findings[0].severity is Severity.ERROR


def test_servers_with_fixed_addresses_need_no_leases_and_radios_no_bpdu_guard():
    centre, campus = built("centre"), built("campus")

    assert not any(one.dhcp_snooping for one in centre.inventory.port_profiles if one.id == profile(centre, "server"))
    assert found(first_hop_security, centre) == []
    radio = profile(campus, "wireless_client")
    assert (
        found(first_hop_security, campus, Set("port_profiles", radio, {"bpdu_guard": False, "storm_control": False}))
        == []
    )
    assert found(first_hop_security, campus, Set("port_profiles", radio, {"ra_guard": False})) != []


def test_below_enterprise_it_is_a_warning():
    made = campus_samples.design(campus_samples.asked(security_level="corporate"))
    verdict = said(first_hop_security, made, Set("port_profiles", profile(made, "user"), {"ra_guard": False}))

    assert made.requirements.security_level is SecurityLevel.CORPORATE
    assert verdict.severity is Severity.WARNING


def test_offers_of_address_servers_pass_their_own_port():
    made = built("campus")
    trusted = next(one.id for one in made.inventory.port_profiles if one.snooping_trusted)

    assert found(first_hop_security, made, Set("port_profiles", trusted, {"snooping_trusted": False}))[0].startswith(
        "answers of "
    )


def test_no_ports_no_rule_and_nothing_to_mend():
    bare = case(design())

    assert said(first_hop_security, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in first_hop_security.mutants)
    assert guard(bare, Finding(message="", elements=("nobody",))) is None
    assert borrow_profile(bare, Finding(message="")) is None


def test_an_attachment_of_an_unknown_group_is_held_to_everything():
    made = built("campus")
    one = next(a for a in made.inventory.attachments if a.ports and a.profile == profile(made, "server"))
    verdict = said(first_hop_security, made, Set("attachments", one.id, {"group": "nobody", "profile": "none"}))

    assert (
        "an unknown profile (none) lack ra guard, bpdu guard, storm control, dhcp snooping"
        in verdict.findings[0].message
    )
