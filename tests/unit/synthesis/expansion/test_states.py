"""Every stage of an extension is a whole design: nothing hangs in the air, and each can be undone."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netdesign.model.difference import difference
from netdesign.model.patch import apply, collection_of, collections
from netdesign.model.references import faults_in
from netdesign.model.vocabulary import Role
from netdesign.synthesis.expansion.stages import LAST, Stage, Step
from netdesign.synthesis.expansion.states import states
from tests.golden.conftest import synthesized
from tests.support.growing import BENCH, broken_promises, grown

NAME, RACKS, SERVERS = "datacenter", 60, 1200
EXISTING = synthesized(NAME).design


@pytest.fixture(scope="module")
def steps():
    return list(states(EXISTING, grown(NAME, RACKS, SERVERS).design, BENCH.catalog, BENCH.parameters))


def test_the_stages_come_in_the_order_of_their_dependencies(steps):
    stages = [stage for stage, _ in steps]

    assert stages == sorted(stages)
    assert [stage.step for stage in stages] == [Step.OUT_OF_BAND, Step.ACCESS, Step.ENDPOINTS]
    assert stages[-1] == LAST
    assert Stage(Step.CORE) < Stage(Step.ACCESS, "pod01") < Stage(Step.ACCESS, "pod02") < LAST


def test_nothing_hangs_in_the_air_at_any_stage(steps):
    for _, design in steps:
        assert list(faults_in(design)) == []
        ports = {(one.device, one.name) for one in design.addressing.interfaces}
        ours = {device.id for device in design.inventory.devices if device.role is not Role.PROVIDER}
        ends = {(end.device, end.port) for link in design.cabling.links for end in (link.a, link.b)}
        assert {end for end in ends if end[0] in ours} <= ports


def test_stages_only_add_and_end_with_the_design_to_be(steps):
    designs = [EXISTING, *(design for _, design in steps)]

    for before, after in pairwise(designs):
        for name in set(collections()) - {"lines", "costs", "decisions"}:
            assert {f.id for f in collection_of(before, name)} <= {f.id for f in collection_of(after, name)}
        assert list(broken_promises(EXISTING, after)) == []
    assert designs[-1] == grown(NAME, RACKS, SERVERS).design


def test_the_old_requirements_are_in_force_until_endpoints_attach(steps):
    assert {design.requirements for _, design in steps[:-1]} == {EXISTING.requirements}
    assert steps[-1][1].requirements.servers.count == SERVERS
    counts = [sum(group.count for group in design.inventory.endpoint_groups) for _, design in steps[:-1]]
    assert set(counts) == {sum(group.count for group in EXISTING.inventory.endpoint_groups)}


def test_new_switches_can_be_managed_before_they_carry_traffic(steps):
    stands = {device.id for device in EXISTING.inventory.devices}
    fresh = [{d.role for d in design.inventory.devices if d.id not in stands} for _, design in steps]

    assert fresh[0] == {Role.MANAGEMENT_SWITCH}
    assert fresh[1] == fresh[2] == {Role.MANAGEMENT_SWITCH, Role.LEAF}


def test_log_collectors_and_translations_grow_before_what_they_are_for(steps):
    last = {one.id: one.events_per_second for one in steps[-1][1].infrastructure.service_instances}

    assert {one.id: one.events_per_second for one in steps[0][1].infrastructure.service_instances} == last
    assert steps[0][1].addressing.nats == steps[-1][1].addressing.nats


def test_each_stage_can_be_undone(steps):
    designs = [EXISTING, *(design for _, design in steps)]

    for before, after in pairwise(designs):
        there, back = difference(before, after), difference(after, before)
        assert sorted_facts(apply(before, there)) == sorted_facts(after)
        assert sorted_facts(apply(after, back)) == sorted_facts(before)


def sorted_facts(design):
    return {name: {fact.id: fact for fact in collection_of(design, name)} for name in collections()}


def test_the_parts_of_each_stage_are_counted_from_its_own_facts(steps):
    for _, design in steps:
        racks = next(line.quantity for line in design.parts.lines if line.id == "rack-rack")
        skus = [device.sku for device in design.inventory.devices if device.role is Role.LEAF]
        borders = sum(device.sku == skus[0] and device.role is Role.BORDER_LEAF for device in design.inventory.devices)
        line = next(one for one in design.parts.lines if one.part == skus[0] and one.kind.value == "device")
        assert racks == len(design.inventory.racks)
        assert line.quantity == len(skus) + borders
