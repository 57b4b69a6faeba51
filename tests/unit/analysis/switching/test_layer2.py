"""Bridging loops against a count by networkx on the drawn-together graph."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.switching.layer2 import bridging, lag_of_port, loops, vlans_on, vlans_on_link, widest_tree
from netdesign.graph.network import compile_network
from netdesign.model.cabling import Lag, Mlag
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, VlanPurpose
from tests.support.sketch import NO_CATALOG, design, device, interface, link


def network(*facts):
    return compile_network(design(*facts), NO_CATALOG)


def vlan(number: int, *devices: str):
    return Vlan(id=f"v{number}", number=number, name="x", purpose=VlanPurpose.USERS, site="dc1", devices=devices)


def test_a_link_carries_what_both_ends_bridge_and_allow():
    facts: list[Any] = [device("a", Role.ACCESS), device("b", Role.ACCESS), device("fw", Role.FIREWALL)]
    facts += [vlan(1, "a", "b", "fw"), vlan(2, "a", "b"), vlan(3, "a"), vlan(4, "a", "b", "ghost")]
    facts += [interface("a", "1", mode=PortMode.TRUNK, vlans=("v1", "v2", "v3"), native_vlan="v4")]
    facts += [interface("b", "1", mode=PortMode.TRUNK, vlans=("v1", "v3", "v4", "?"))]
    facts += [
        interface("b", "2", mode=PortMode.TRUNK, vlans=("v1",)),
        interface("fw", "2", mode=PortMode.TRUNK, vlans=("v1",)),
    ]
    compiled = network(*facts, link("a:1", "b:1"), link("b:2", "fw:2"))

    assert vlans_on(compiled) == {0: {1, 2, 3, 4}, 1: {1, 2, 4}}
    assert vlans_on_link(compiled) == {0: {1, 4}}


def test_members_of_a_bundle_carry_what_the_bundle_does():
    facts = [device("a", Role.ACCESS), device("b", Role.ACCESS), vlan(1, "a", "b")]
    for name in "ab":
        bundle = Lag(id=f"{name}-lag", device=name, interface="po", members=("1",))
        facts += [bundle, interface(name, "1", mode=PortMode.NONE, lag=bundle.id)]
    facts.append(interface("a", "po", kind=InterfaceKind.LAG, mode=PortMode.TRUNK, vlans=("v1",), lag="a-lag"))
    compiled = network(*facts, link("a:1", "b:1"))
    assert vlans_on_link(compiled) == {}  # the bundle of b has no interface

    made = interface("b", "po", kind=InterfaceKind.LAG, mode=PortMode.TRUNK, vlans=("v1",), lag="b-lag")
    compiled = network(*facts, made, link("a:1", "b:1"))
    assert vlans_on_link(compiled) == {0: {1}}
    assert lag_of_port(compiled)["a", "1"].id == "a-lag"
    off = network(
        *facts,
        interface("b", "po", kind=InterfaceKind.LAG, mode=PortMode.TRUNK, vlans=("v1",), lag="b-lag", enabled=False),
        link("a:1", "b:1"),
    )
    assert vlans_on_link(off) == {}


def test_a_member_of_an_unknown_bundle_carries_nothing():
    facts = [device("a", Role.ACCESS), device("b", Role.ACCESS), vlan(1, "a", "b")]
    facts += [interface(name, "1", mode=PortMode.NONE, lag="a-lag") for name in "ab"]
    facts.append(Lag(id="other", device="a", interface="po", members=()))
    assert vlans_on_link(network(*facts, link("a:1", "b:1"))) == {}


def test_overlays_join_two_vteps_or_nobody():
    facts = [device("a", Role.LEAF), device("b", Role.LEAF), vlan(1, "a", "b"), vlan(2, "a")]
    facts += [Vni(id="l2", number=1, kind=VniKind.L2, vlan="v1"), Vni(id="l3", number=2, kind=VniKind.L3, vrf="x")]
    facts += [Vni(id="one", number=3, kind=VniKind.L2, vlan="v2"), Vni(id="lost", number=4, kind=VniKind.L2, vlan="?")]
    facts += [interface(name, "nve", kind=InterfaceKind.VTEP) for name in "ab"]
    compiled = network(*facts)

    assert (bridging(compiled).graph.node_count, bridging(compiled).graph.edge_count) == (3, 2)
    assert sorted(bridging(compiled).devices) == [(-1,), (0,), (1,)]
    assert loops(compiled) == ()
    assert widest_tree(compiled, 7) == (0, 0)


@st.composite
def bridged(draw):
    count = draw(st.integers(2, 6))
    ends = st.integers(0, count - 1)
    pairs = [pair for pair in draw(st.lists(st.tuples(ends, ends), max_size=9)) if pair[0] != pair[1]]
    mlag = draw(st.sampled_from([(), (0, 1)]))
    return count, pairs, mlag


@given(bridged())
@settings(max_examples=80, deadline=None)
def test_loops_are_the_cycle_space_of_the_graph_with_pairs_as_one(case):
    count, pairs, mlag = case
    facts = [*(device(f"d{n}", Role.ACCESS) for n in range(count)), vlan(1, *(f"d{n}" for n in range(count)))]
    for n, (a, b) in enumerate(pairs):
        facts += [interface(f"d{x}", f"p{n}", mode=PortMode.TRUNK, vlans=("v1",)) for x in (a, b)]
        facts.append(link(f"d{a}:p{n}", f"d{b}:p{n}", id=f"k{n}"))
    inside = tuple(f"k{n}" for n, pair in enumerate(pairs) if mlag and set(pair) == set(mlag))
    if mlag:
        peers = tuple(f"d{n}" for n in mlag)
        facts.append(Mlag(id="m", peers=peers, domain_id=1, system_mac="02:00:00:00:00:01", peer_links=inside))
    drawn = nx.MultiGraph()
    for n, (a, b) in enumerate(pairs):
        if f"k{n}" not in inside:
            drawn.add_edge(*(0 if x in mlag else x for x in (a, b)), key=n)
    cyclic = {n for a, b, n in drawn.edges(keys=True) if on_cycle(drawn, a, b, n)}

    found = loops(network(*facts))

    assert {link for loop in found for link in loop.links} == cyclic
    if drawn.number_of_nodes():
        spread = max(max(d.values()) for _, d in nx.all_pairs_shortest_path_length(drawn)) + 1
        assert widest_tree(network(*facts), 1)[0] == (spread if spread > 1 else 0)


def on_cycle(graph, a, b, key) -> bool:
    rest = graph.copy()
    rest.remove_edge(a, b, key)
    return bool(nx.has_path(rest, a, b))
