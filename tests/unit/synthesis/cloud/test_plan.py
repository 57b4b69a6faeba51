"""How large networks at a provider are, and what the quotas and supernets leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.synthesis.cloud.plan import hosts_per_zone, plan_cloud, subnet_length
from tests.unit.synthesis.cloud_samples import blueprint


@given(st.integers(0, 40_000), st.floats(1, 4), st.integers(4, 5))
def test_a_subnet_is_the_smallest_that_holds_its_hosts(hosts: int, growth: float, reserved: int) -> None:
    length = subnet_length(hosts, growth, reserved)
    usable = 2 ** (32 - length) - reserved

    assert usable * 0.8 >= hosts * growth - 1e-6 * growth - 0.8
    assert length == 28 or (2 ** (31 - length) - reserved) * 0.8 < hosts * growth + 0.8


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_zones_that_are_left_hold_everything(count: int, zones: int) -> None:
    assert hosts_per_zone(count, zones) * max(1, zones - 1) >= count


def test_a_network_is_a_twentieth_where_there_is_room_and_tight_where_there_is_not() -> None:
    roomy = plan_cloud(blueprint(), 60).regions[0]
    tight = plan_cloud(blueprint(addressing={"supernets": ["10.9.0.0/20"]}), 60).regions[0]

    assert {block.length for block in roomy.blocks["production"]} == {20}
    assert {one.private_length for one in roomy.networks if one.zone == "server"} == {22}
    assert {block.length for block in tight.blocks["production"]} == {24}
    assert {one.private_length for one in tight.networks if one.zone == "server"} == {26}


def test_supernets_without_room_are_refused_with_a_block_that_does() -> None:
    with pytest.raises(InfeasibleError) as caught:
        plan_cloud(blueprint(addressing={"supernets": ["10.9.0.0/25"]}), 60)
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    offered = next(way.to_value for way in conflict.relaxations if way.field == "addressing/supernets").strip("[]")

    assert conflict.code == "address-space-too-small"
    assert plan_cloud(blueprint(addressing={"supernets": [offered]}), 60).workloads == 60


def test_more_workloads_than_one_network_takes_are_divided() -> None:
    many = blueprint(scale={"devices": 90_000, "users": 0, "sites": 1}, servers={"count": 90_000}, sites=[])
    plan = plan_cloud(many, 90_000)
    production = [one for one in plan.regions[0].networks if one.zone == "server"]

    assert len(production) > 1
    assert sum(one.workloads for one in production) <= 90_000
    assert all(one.private_length is None or one.private_length >= 16 for one in plan.regions[0].networks)


def test_a_permitting_level_has_one_domain_and_no_inspection() -> None:
    plan = plan_cloud(blueprint(security_level="basic"), 60)

    assert not plan.segmented
    assert {one.domain for one in plan.regions[0].networks} == {"all"}
