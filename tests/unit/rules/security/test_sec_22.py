from typing import Any

import pytest

from netdesign.model.patch import Remove, Set, apply
from netdesign.model.verdict import Finding, Status
from netdesign.rules.security.sec_22_port_hygiene import narrow, port_hygiene, prune, raise_port, shut
from tests.support.built import built, found, said, unmended
from tests.support.patches import first_fact
from tests.support.sketch import case, design


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric", "centre"])
def test_every_mutant_is_seen_and_mended(shape):
    assert unmended(port_hygiene, built(shape)) == []


def test_unused_ports_are_counted():
    made = built("campus")
    measures = {one.name: one for one in said(port_hygiene, made).measures}

    shut_ports = measures["unused_ports_shut"].value
    assert isinstance(shut_ports, int)
    assert measures["unused_ports_shut"].threshold == shut_ports > 0
    messages = found(port_hygiene, made, Set("port_profiles", "unused", {"enabled": True}))
    assert messages[0].startswith(f"{measures['unused_ports_shut'].value} unused ports of")
    assert "are not shut" in messages[0]


def hosts(made):
    return next(vlan for group in made.inventory.endpoint_groups for vlan in group.vlans)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda made: Set("port_profiles", "unused", {"vlans": (hosts(made),)}), "where hosts live"),
        (lambda made: Remove("port_profiles", "unused"), "as delivered"),
    ],
)
def test_ports_that_are_shut_badly(change, words):
    made = built("campus")

    assert words in found(port_hygiene, made, change(made))[0]


def test_vlan_1_is_for_nothing():
    made = built("campus")
    trunk = next(one for one in made.addressing.interfaces if one.mode.value == "trunk" and one.vlans)
    first = Set("vlans", trunk.vlans[0], {"number": 1})
    messages = found(port_hygiene, made, first, Set("interfaces", trunk.id, {"native_vlan": trunk.vlans[0]}))
    parked = found(port_hygiene, made, first, Set("port_profiles", "unused", {"vlans": (trunk.vlans[0],)}))

    assert any("untagged" in message for message in messages)
    assert "in VLAN 1" in parked[0]


def user_profile(made):
    groups = {one.id for one in made.inventory.endpoint_groups if one.kind.value == "user"}
    name = min(one.profile for one in made.inventory.attachments if one.group in groups and one.ports)
    return next(one for one in made.inventory.port_profiles if one.id == name)


def test_ports_of_people_tag_voice_alone():
    made = built("campus")
    profile = user_profile(made)
    other = next(v.id for v in made.switching.vlans if v.purpose.value == "transit")
    wide = Set("port_profiles", profile.id, {"vlans": (*profile.vlans, other)})
    messages = found(port_hygiene, made, wide)

    assert any("carry VLANs that no endpoint on them is in" in message for message in messages)
    assert any("tag VLANs other than voice" in message for message in messages)
    assert found(port_hygiene, made, Set("port_profiles", profile.id, {"negotiates_trunk": True})) == [
        f"ports of {profile.id} become trunks on request"
    ]
    one = Set("vlans", profile.native_vlan, {"number": 1})
    assert f"ports of {profile.id} send VLAN 1 untagged: {profile.native_vlan}" in found(port_hygiene, made, one)


def test_unknown_ports_leave_it_open():
    made = built("campus")
    switch = next(one for one in made.inventory.devices if one.role.value == "access")
    verdict = said(port_hygiene, made, Set("devices", switch.id, {"sku": "unknown", "unused_port_profile": None}))

    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].elements == (switch.id,)


def test_a_profile_is_made_where_there_is_none():
    made = built("campus")
    gone: list[Any] = [Set("devices", d.id, {"unused_port_profile": None}) for d in made.inventory.devices]
    gone.append(Remove("port_profiles", "unused"))
    broken = apply(made, tuple(gone))
    finding = said(port_hygiene, broken).findings[0]
    patch = shut(case(broken), finding)
    assert patch is not None
    assert first_fact(patch).enabled is False
    assert found(port_hygiene, apply(broken, patch)) != found(port_hygiene, broken)


def test_no_switches_no_rule_and_nothing_to_mend():
    bare, nothing = case(design()), Finding(message="")

    assert said(port_hygiene, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in port_hygiene.mutants)
    assert [shut(bare, nothing), narrow(bare, nothing), prune(bare, nothing)] == [None, None, None]


def test_a_port_that_is_up_without_a_cable():
    made = built("campus")
    patch = raise_port(case(made))
    assert patch is not None
    port = first_fact(patch).id

    assert found(port_hygiene, made, *patch) == [f"port {port} is up, and nothing is plugged into it"]
    assert found(port_hygiene, made, *patch, Set("interfaces", port, {"enabled": False})) == []
    assert raise_port(case(apply(made, patch))) is None
