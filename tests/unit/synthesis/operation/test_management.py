import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.security import CryptoProfile
from netdesign.model.vocabulary import PortMode, Role
from netdesign.synthesis.operation.management import (
    EIGHT,
    FOUR,
    link_crypto,
    management_profile,
    port_profile,
    qos_classes,
)
from tests.unit.synthesis.campus_samples import asked, blueprint, design

SECURITY = default_parameters().security


@pytest.mark.parametrize("classes", [FOUR, EIGHT], ids=["four", "eight"])
def test_queues_share_the_whole_link_and_keep_realtime_small(classes):
    marks = [mark for one in classes for mark in one.dscp]

    assert sum(one.bandwidth_percent for one in classes) == 100
    assert sum(one.bandwidth_percent for one in classes if one.priority) <= 33
    assert next(one for one in classes if 0 in one.dscp).bandwidth_percent >= 25
    assert len(marks) == len(set(marks))
    assert 46 in next(one for one in classes if one.priority).dscp


def test_voice_video_or_many_users_get_eight_queues():
    quiet = asked(requires_voip=False, requires_wireless=False)

    assert qos_classes(quiet, 1_000) == FOUR
    assert qos_classes(quiet, 100) == EIGHT
    assert qos_classes(asked(), 1_000) == EIGHT


def test_management_is_encrypted_central_and_limited():
    profile = management_profile(SECURITY["enterprise"], ())

    assert set(profile.protocols) == {"ssh", "https", "snmpv3"}
    assert profile.central_login
    assert profile.multifactor
    assert profile.control_plane_policing
    assert profile.infrastructure_acl
    assert not management_profile(SECURITY["corporate"], ()).multifactor
    assert management_profile(SECURITY["corporate"], (), card_data=True).multifactor


def test_every_device_of_ours_is_managed_and_queues():
    made = design(asked())
    profile = made.security.management_profiles[0]

    assert len(profile.aaa) == 2
    assert len(profile.ntp) == 4
    assert len(profile.logs) == 2
    for device in made.inventory.devices:
        ours = device.role is not Role.PROVIDER
        assert (device.management_profile is not None) is ours
        assert (device.qos_plan is not None) is ours


def test_ports_authenticate_where_the_level_asks():
    strict = port_profile("p", SECURITY["enterprise"], vlans=("data", "voice"), voice=True)
    loose = port_profile("p", SECURITY["basic"], vlans=("data",))

    assert (strict.mode, strict.native_vlan, strict.vlans) == (PortMode.TRUNK, "data", ("data", "voice"))
    assert strict.dot1x
    assert (loose.mode, loose.native_vlan, loose.dot1x) == (PortMode.ACCESS, None, False)
    for profile in (strict, loose):
        assert profile.bpdu_guard
        assert profile.ra_guard
        assert profile.dhcp_snooping
        assert profile.arp_inspection
        assert not profile.trust_dscp
    assert port_profile("p", SECURITY["basic"], vlans=("data",), trusted=True).trust_dscp


def test_links_between_buildings_are_encrypted_from_government_on():
    strict = blueprint(asked(security_level="government"))

    assert link_crypto(blueprint()) is None
    profile = link_crypto(strict)
    assert profile is not None
    assert link_crypto(strict) == profile
    assert strict.get(CryptoProfile, profile).key_bits == 256


def test_a_campus_of_two_buildings_encrypts_what_runs_between_them():
    made = design(asked({"buildings": 2, "closets": 4}, security_level="government"))
    between = [link for link in made.cabling.links if link.between_buildings]

    assert between
    assert {link.crypto for link in between} == {"macsec"}
    assert all(link.crypto is None for link in made.cabling.links if not link.between_buildings)
