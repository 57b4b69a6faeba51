"""What ports a switch has left for endpoints, against a count by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.equipment.port_supply import endpoint_ports, endpoint_ports_used, uplink_bps
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import attached, campus, clos, group

LEAF = "DCS-7050SX3-48C8C"


@given(st.sets(st.integers(1, 48), max_size=20), st.sets(st.integers(49, 56), max_size=8))
@settings(max_examples=60)
def test_cables_take_their_cages_away(narrow, wide):
    links = [link(f"leaf:Ethernet{at}", f"far:{at}", speed_bps=10 * GBPS) for at in narrow]
    links += [link(f"leaf:Ethernet{at}/1", f"far:{at}") for at in wide]
    network = case(design(device("leaf", Role.LEAF, sku=LEAF), *links)).network
    left, cages = 48 - len(narrow), 8 - len(wide)
    assert endpoint_ports(network, 10 * GBPS).tolist() == [left + 4 * cages]
    assert endpoint_ports(network, 100 * GBPS).tolist() == [cages]
    assert endpoint_ports(network, 10 * GBPS, True).tolist() == [0]


@given(st.lists(st.tuples(st.integers(49, 56), st.integers(1, 4)), unique=True, max_size=20))
@settings(max_examples=60)
def test_cables_leave_the_other_lanes_of_a_split_cage(lanes):
    links = [link(f"leaf:Ethernet{a}/{n}", f"far:{a}-{n}", speed_bps=25 * GBPS, phy="25G-AOC-10M") for a, n in lanes]
    network = case(design(device("leaf", Role.LEAF, sku=LEAF), *links)).network
    cages = {cage for cage, _ in lanes}
    assert endpoint_ports(network, 25 * GBPS).tolist() == [4 * 8 - len(lanes)]
    assert endpoint_ports(network, 10 * GBPS).tolist() == [48 + 4 * (8 - len(cages))]
    assert endpoint_ports(network, 100 * GBPS).tolist() == [8 - len(cages)]


def test_endpoints_do_not_take_ports_away():
    network = case(clos()).network
    assert endpoint_ports(network, 10 * GBPS).tolist()[2:] == [72, 72]
    assert endpoint_ports_used(network, 10 * GBPS).tolist() == [0, 0, 20, 20]


def test_access_points_count_as_endpoints():
    cable = link("sw:GigabitEthernet1/0/1", "ap:Port 1", LinkPurpose.ATTACHMENT, speed_bps=GBPS, phy="1000BASE-T")
    facts = (device("sw", Role.ACCESS, sku="C9200L-24P-4X"), device("ap", Role.ACCESS_POINT, sku="901-R650-XX00"))
    network = case(design(*facts, cable)).network
    assert endpoint_ports(network, GBPS, True, True).tolist()[0] == 24
    assert endpoint_ports_used(network, GBPS, True).tolist()[0] == 1


def test_ports_of_another_sort_are_not_counted_and_unknown_ones_are():
    facts = (device("sw", Role.ACCESS, sku="C9200L-24P-4X"), group(), device("x", Role.ACCESS))
    odd = attached("sw", 2, "TenGigabitEthernet1/1/{}")
    network = case(design(*facts, odd, attached("x", 2))).network
    assert endpoint_ports_used(network, GBPS, True).tolist() == [0, 0]
    lost = case(design(*facts, attached("sw", 2, "nowhere{}"))).network
    assert endpoint_ports_used(lost, GBPS, True).tolist() == [2, 0]


def test_uplinks_add_up():
    assert uplink_bps(case(clos()).network).tolist() == [0, 0, 200 * GBPS, 200 * GBPS]
    assert uplink_bps(case(campus()).network).tolist() == [0, 0, 20 * GBPS]
