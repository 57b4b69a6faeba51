import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.synthesis.needs.campus_sizing import (
    Closet,
    RadioDemand,
    access_points,
    block_uplink_bps,
    closet_count,
    controllers,
    poe_w,
    ports_needed,
    shares,
    switch_count,
    uplinks,
    ups_kw,
    wireless_clients,
)

G = 10**9


@given(st.integers(0, 10_000), st.integers(1, 100))
def test_shares_add_up_and_differ_by_one_at_most(total, parts):
    found = shares(total, parts)

    assert sum(found) == total
    assert len(found) == parts
    assert max(found) - min(found) <= 1
    assert list(found) == sorted(found, reverse=True)


def test_a_closet_uses_one_port_for_a_user_and_the_phone_before_it():
    assert Closet(users=40, devices=10, access_points=4, terminals=3).ports == 57


@pytest.mark.parametrize(
    ("area", "buildings", "ports", "closets"),
    [
        pytest.param(2_500, 1, 100, 2, id="area: 2,500 / 1,250"),
        pytest.param(2_501, 1, 100, 3, id="a square metre more"),
        pytest.param(100, 4, 100, 4, id="one in each building"),
        pytest.param(100, 1, 800, 3, id="stacks: 800 / 384"),
    ],
)
def test_closets_follow_the_largest_demand(area, buildings, ports, closets):
    assert closet_count(area, buildings, ports, closet_area_m2=1_250, max_ports=384) == closets


def test_ports_of_a_closet_by_hand():
    """(80 users + 20 devices) x 1.5 x 1.2 = 180, and 6 access points that do not grow."""
    assert ports_needed(80, 20, 6, 1.5, 0.2) == 186
    assert switch_count(186, 48) == 4
    assert switch_count(192, 48) == 4
    assert switch_count(193, 48) == 5
    assert switch_count(0, 48) == 1


def test_uplinks_keep_the_ceiling_and_come_in_pairs():
    assert uplinks(48 * G, 10 * G, 20, least=2) == 2
    assert uplinks(96 * 5 * G, 10 * G, 20, least=2) == 4, "480 / 200 = 2.4 links, so 3, so 4"
    assert uplinks(48 * G, 10 * G, 20, least=1) == 1


def test_a_block_of_36_switches_needs_45_gbit_on_each_of_two_uplinks():
    assert block_uplink_bps(36 * 10 * G, 4.0, links=2) == 45 * G


@pytest.mark.parametrize(
    ("demand", "count"),
    [
        pytest.param(RadioDemand(area_m2=1_800, clients=10, calls=0), 10, id="area: 1,800 / 180"),
        pytest.param(RadioDemand(area_m2=100, clients=301, calls=0), 11, id="clients: 301 / 30"),
        pytest.param(RadioDemand(area_m2=100, clients=10, calls=100), 6, id="airtime: 100 x 0.07 / (0.6 x 2) = 5.83"),
        pytest.param(RadioDemand(area_m2=0, clients=0, calls=0), 1, id="never none"),
    ],
)
def test_access_points_by_the_largest_of_three(demand, count):
    found = access_points(demand, cell_area_m2=180, clients_each=30, airtime_per_call=0.07, airtime_share=0.6, radios=2)

    assert found == count


def test_wireless_devices_are_those_beside_the_wired_one():
    assert wireless_clients(100, 2.5) == 150
    assert wireless_clients(100, 0.5) == 0


def test_controllers_are_one_more_than_carry_the_load():
    assert controllers(100, 1.1, 250) == 2
    assert controllers(250, 1.1, 250) == 3, "275 access points need 2, and one more"


def test_power_is_what_ports_allocate_by_class():
    assert poe_w({3: 20, 4: 5, 6: 1}) == 20 * 15.4 + 5 * 30 + 60
    assert ups_kw(360, 540, 0.9) == 1.0
