"""CMP-19: everything tells the same time, from enough sources of known descent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.security import Action, IpProtocol, ManagementProfile, PolicyRule, Service
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Framework, Redundancy, SecurityLevel
from netdesign.rules.compliance.cmp_19_time import time_synchronisation
from tests.support.sketch import case, design
from tests.support.stronghold import messages, permit, survivors, verdict
from tests.unit.rules.compliance.audited import audited
from tests.unit.rules.compliance.cards import mended

NTP = Service(name="ntp", protocol=IpProtocol.UDP, first_port=123, last_port=123)
SOURCES = ("ntp1", "ntp2")
GOVERNMENT = {"security_level": SecurityLevel.GOVERNMENT}


def synchronised(*changes: Operation, **wanted: Any):
    """Two authenticated sources of stratum 2 that every server may ask."""
    sound: tuple[Any, ...] = (
        *(Set("service_instances", name, {"stratum": 2, "authenticated": True}) for name in SOURCES),
        Set("management_profiles", "managed", {"ntp_authenticated": True}),
        *(Add("policy_rules", permit(f"ntp-{zone}", 3, zone, "management", NTP)) for zone in ("dmz", "server")),
    )
    return audited(*sound, *changes, asked=(Framework.ISO27001,), **wanted)


def test_two_good_sources_pass() -> None:
    found = verdict(time_synchronisation, synchronised())

    assert found.status is Status.PASS, found.findings
    assert [(m.name, m.value, m.threshold) for m in found.measures] == [
        ("time_sources", 2, 2),
        ("time_sources_recommended", 4, None),
    ]
    assert survivors(time_synchronisation, synchronised(**GOVERNMENT)) == []
    assert verdict(time_synchronisation, audited()).status is Status.NOT_APPLICABLE


def test_one_source_is_too_few() -> None:
    made = synchronised(Remove("service_instances", "ntp2"))

    assert "the design has 1 time sources; 2 are asked for" in messages(time_synchronisation, made)
    assert not mended(time_synchronisation, made)


def test_devices_get_to_two_sources() -> None:
    made = synchronised(Set("management_profiles", "managed", {"ntp": ("ntp1",)}))

    (found,) = messages(time_synchronisation, made)
    assert found.startswith("6 managed devices get to 1 of 2 time sources: ")
    assert mended(time_synchronisation, made)


def test_servers_get_to_two_sources() -> None:
    denial = PolicyRule(
        id="no", policy="inner", order=1, action=Action.DENY, source_zones=("dmz",), services=(NTP,), log=True
    )
    made = synchronised(Add("policy_rules", denial))

    assert messages(time_synchronisation, made) == ["servers of web get to 0 of 2 time sources"]
    assert mended(time_synchronisation, made)


@pytest.mark.parametrize(("stratum", "found"), [(3, False), (4, True)])
def test_time_comes_from_near(stratum: int, found: bool) -> None:
    made = synchronised(Set("service_instances", "ntp1", {"stratum": stratum}))

    said = "devices at stratum 5 behind ntp1 are too far from a reference clock"
    assert messages(time_synchronisation, made) == ([said] if found else [])
    assert mended(time_synchronisation, made)


def test_an_unknown_stratum_leaves_it_open() -> None:
    found = verdict(time_synchronisation, synchronised(Set("service_instances", "ntp1", {"stratum": None})))

    assert found.status is Status.UNKNOWN
    assert found.gaps[0].elements == ("ntp1",)


def test_sources_hang_off_more_than_one_switch() -> None:
    alone = [Set("service_instances", name, {"attached_to": ("core1",)}) for name in SOURCES]

    assert messages(time_synchronisation, synchronised(*alone)) == ["all 2 time sources hang off core1 alone"]
    assert mended(time_synchronisation, synchronised(*alone))
    assert messages(time_synchronisation, synchronised(*alone, redundancy=Redundancy.LOW)) == []


def test_government_believes_only_authenticated_time() -> None:
    bare = (
        Set("management_profiles", "managed", {"ntp_authenticated": False}),
        Set("service_instances", "ntp2", {"authenticated": False}),
    )

    assert messages(time_synchronisation, synchronised(*bare)) == []
    said = messages(time_synchronisation, synchronised(*bare, **GOVERNMENT))
    assert "time is taken without authentication: managed, ntp2" in said
    assert mended(time_synchronisation, synchronised(*bare, **GOVERNMENT))


def test_all_live_in_one_time_zone_by_one_list() -> None:
    held = case(synchronised())
    profile: ManagementProfile = held.network.by_id("management_profiles")["managed"]
    other = replace(profile, id="other", time_zone="Europe/Paris", ntp=("ntp1", "ntp2", "ntp3"))
    made = synchronised(Add("management_profiles", other), Set("devices", "edge1", {"management_profile": "other"}))

    assert messages(time_synchronisation, made) == [
        "1 devices live in time zone Europe/Paris, the others UTC: edge1",
        "1 devices take time from ntp1, ntp2, ntp3, the others ntp1, ntp2: edge1",
    ]
    assert mended(time_synchronisation, made)


def test_mutants_and_fixes_of_nothing() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in time_synchronisation.mutants] == [None] * len(
        time_synchronisation.mutants
    )
    assert [fix.propose(empty, Finding(message="")) for fix in time_synchronisation.fixes] == [None] * 4
