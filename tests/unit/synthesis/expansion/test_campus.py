"""A campus grows by closets, switches and VLANs beside those that stand."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest

from netdesign.errors import InfeasibleError
from netdesign.model.difference import difference
from netdesign.model.patch import Add, Remove, Set
from netdesign.model.references import faults_in
from netdesign.model.vocabulary import Role
from netdesign.synthesis.expansion.extension import Extension, extend
from netdesign.synthesis.expansion.states import states
from tests.golden.conftest import analysed, synthesized
from tests.support.growing import BENCH, broken_promises, document, overlapping, resolved, shared_ports

CAMPUSES = ("campus-branch", "campus-one-building", "campus-three-buildings", "campus-government-office")


def with_users(name, users, **site):
    wanted = deepcopy(document(name))
    wanted["scale"]["users"] = users
    wanted["sites"][0] |= {"users": users, **site}
    return wanted


@cache
def taller(name: str, users: int) -> Extension:
    """The example's campus with more users in the closets that it has."""
    return extend(synthesized(name).design, resolved(with_users(name, users)), BENCH.catalog, BENCH.parameters)


@pytest.mark.parametrize("name", CAMPUSES)
def test_unchanged_requirements_change_nothing_but_the_reasons(name):
    made = extend(synthesized(name).design, analysed(name).requirements, BENCH.catalog, BENCH.parameters)

    changes = difference(synthesized(name).design, made.design)
    assert all(isinstance(change, Add | Remove | Set) and change.collection == "decisions" for change in changes)
    assert made.alterations == ()


def test_more_users_get_switches_and_vlans_of_their_own():
    existing, design = synthesized("campus-one-building").design, taller("campus-one-building", 416).design

    assert list(broken_promises(existing, design)) == []
    assert shared_ports(design) == []
    assert overlapping(design) == []
    assert list(faults_in(design)) == []
    (users,) = [group for group in design.inventory.endpoint_groups if group.kind.value == "user"]
    seated = sum(one.endpoints for one in design.inventory.attachments if one.group == users.id)
    assert users.count == seated == 416


def test_those_who_sit_in_the_building_keep_their_ports():
    existing, design = synthesized("campus-one-building").design, taller("campus-one-building", 416).design

    before = {one.id: (one.device, one.ports, one.endpoints) for one in existing.inventory.attachments}
    after = {one.id: (one.device, one.ports, one.endpoints) for one in design.inventory.attachments}
    assert {name: after[name] for name in before} == before


def test_new_access_switches_hang_off_the_core_like_the_old_ones():
    existing, design = synthesized("campus-one-building").design, taller("campus-one-building", 416).design
    stands = {device.id for device in existing.inventory.devices}
    core = {device.id for device in design.inventory.devices if device.role is Role.CORE}

    def above(switch):
        return {link.b.device for link in design.cabling.links if link.a.device == switch and link.b.device in core}

    fresh = [d for d in design.inventory.devices if d.role is Role.ACCESS and d.id not in stands]
    assert fresh
    assert all(above(device.id) == core for device in fresh)
    assert {device.sku for device in fresh} <= {d.sku for d in existing.inventory.devices if d.role is Role.ACCESS}


def test_nothing_hangs_in_the_air_while_the_campus_grows():
    existing = synthesized("campus-one-building").design

    for _, design in states(existing, taller("campus-one-building", 416).design, BENCH.catalog, BENCH.parameters):
        assert list(faults_in(design)) == []
        assert list(broken_promises(existing, design)) == []


def test_a_new_building_gets_closets_of_its_own():
    existing = synthesized("campus-three-buildings").design
    wanted = with_users("campus-three-buildings", 1120, buildings=4, closets=14, area_m2=15000)

    design = extend(existing, resolved(wanted), BENCH.catalog, BENCH.parameters).design

    assert list(broken_promises(existing, design)) == []
    rooms = {room.id for room in existing.inventory.rooms}
    fresh = [room for room in design.inventory.rooms if room.id not in rooms]
    assert {room.building for room in fresh} - {room.building for room in existing.inventory.rooms}
    assert overlapping(design) == []
    assert shared_ports(design) == []


def test_a_branch_with_one_switch_has_no_room_for_another_closet():
    existing = synthesized("campus-branch").design

    with pytest.raises(InfeasibleError) as caught:
        extend(existing, resolved(with_users("campus-branch", 40)), BENCH.catalog, BENCH.parameters)

    assert "branch" in str(caught.value)
