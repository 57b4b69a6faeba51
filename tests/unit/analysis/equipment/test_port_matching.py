"""Ports in use, faults, and whether any assignment of cables to ports would do."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.equipment.port_matching import MARKED, dense, port_faults, port_uses, seat_of, shortage
from netdesign.catalog.selection import default_catalog
from netdesign.model.vocabulary import Role
from tests.support.sketch import GBPS, case, design, device, link

SKU = "DCS-7050SX3-48C8C"
KIND = default_catalog().device(SKU)
NAMES = [f"Ethernet{at}" for at in (1, 2, 3)] + ["Ethernet49/1", "Ethernet49/2", "Ethernet49/3", "Ethernet50/1", "bad"]
SPEEDS = [10 * GBPS, 25 * GBPS, 50 * GBPS, 100 * GBPS]
USES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(SPEEDS)), min_size=1, max_size=8)


def network(uses, order=None):
    """A leaf with these uses of its ports, each by a link of its own."""
    links = [
        link(f"leaf:{name}", f"far:{at}", id=f"l{at}", speed_bps=speed, phy=None)
        for at, (name, speed) in enumerate(uses)
    ]
    return case(
        design(device("leaf", Role.LEAF, sku=SKU), *(links if order is None else [links[at] for at in order]))
    ).network


def possible(name: str, speed: int) -> set[int]:
    """Ways (lanes) in which a port of that name runs at that speed, read off the data sheet: 1 is unbroken."""
    if name in ("Ethernet1", "Ethernet2", "Ethernet3"):
        return {1} if speed in (GBPS, 10 * GBPS) else set()
    ways = {1} if name.endswith("/1") and speed in (40 * GBPS, 100 * GBPS) else set()
    if name.startswith(("Ethernet49/", "Ethernet50/")):
        ways |= {4} if speed in (10 * GBPS, 25 * GBPS) else set()
        ways |= {2} if speed == 50 * GBPS and name[-1] in "13" else set()
    return ways


@given(USES)
@settings(max_examples=100)
def test_faults_are_exactly_those_of_the_data_sheet(uses):
    faulty = {fault.users for fault in port_faults(network(uses)) if len(fault.users) == 1}
    assert faulty == {(f"l{at}",) for at, (name, speed) in enumerate(uses) if not possible(name, speed)}
    twice = {fault.users for fault in port_faults(network(uses)) if "more than one" in fault.reason}
    by_name = {name: tuple(f"l{at}" for at, (n, _) in enumerate(uses) if n == name) for name, _ in uses}
    assert twice == {users for users in by_name.values() if len(users) > 1}


@given(USES)
@settings(max_examples=100)
def test_cages_split_two_ways_are_found(uses):
    mixed = {fault.users for fault in port_faults(network(uses)) if "another way" in fault.reason}
    cages: dict[str, dict[str, set[tuple[int, int]]]] = {}
    for at, (name, speed) in enumerate(uses):
        ways = possible(name, speed)
        if ways:
            lanes = min(ways)
            cages.setdefault(name.partition("/")[0], {})[f"l{at}"] = {(lanes, speed if lanes > 1 else 0)}
    expected = {tuple(sorted(users)) for users in cages.values() if len(set().union(*users.values())) > 1}
    assert mixed == expected


@given(USES, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_links_changes_nothing(uses, random):
    order = list(range(len(uses)))
    random.shuffle(order)
    assert set(port_faults(network(uses))) == set(port_faults(network(uses, order)))


@given(USES)
@settings(max_examples=60, deadline=None)
def test_placement_matches_networkx(uses):
    lanes = [
        n
        for port in KIND.all_ports()
        for n in {port.name, *(w for b in port.breakouts if b.lanes == 4 for w in b.names(port.name))}
    ]
    graph = nx.Graph()
    graph.add_nodes_from(("use", at) for at in range(len(uses)))
    graph.add_edges_from(
        (("use", at), ("port", name))
        for at, (_, speed) in enumerate(uses)
        for name in lanes
        if not seat_of(KIND, name, speed, None).fault
    )
    matching = nx.bipartite.maximum_matching(graph, [("use", at) for at in range(len(uses))])
    found = shortage(network(uses), 0)
    assert (found.needed, found.placed) == (len(uses), len(matching) // 2)
    assert (found.placed == found.needed) == (not found.crowded)


def test_rows_name_their_devices_and_links():
    uses = port_uses(network([("Ethernet1", 10 * GBPS), ("bad", GBPS)]))
    assert [uses.names[port] for port in uses.port] == ["Ethernet1", "bad"]
    assert uses.link.tolist() == [0, 1]
    assert uses.attachment.tolist() == [-1, -1]
    assert [uses.faults[fault] for fault in uses.fault] == ["", f"{SKU} has no port of that name"]


def test_a_lane_called_like_its_port_is_whole_or_split_by_what_is_plugged_in():
    assert seat_of(KIND, "Ethernet49/1", 100 * GBPS, "100GBASE-SR4").lanes == 1
    assert seat_of(KIND, "Ethernet49/1", 10 * GBPS, "10GBASE-SR").lanes == 4
    assert seat_of(KIND, "Ethernet49/1", 25 * GBPS, "100GBASE-SR4").fault.startswith("100GBASE-SR4 does not fit")


@given(st.lists(st.integers(0, 50), max_size=20))
def test_codes_are_renumbered_alike_by_marking_and_by_sorting(values):
    codes = np.array(values, dtype=np.int64)
    marked, count = dense(codes, 51)
    ordered, again = dense(codes, MARKED + 1)
    assert marked.tolist() == ordered.tolist() == [sorted(set(values)).index(value) for value in values]
    assert count == again == len(set(values))
