"""Ends of links that talk, links that routing leaves idle, and what single failures then do."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.routing.routed_links import alone, routed_pairs, silent_pairs, unused_links
from netdesign.graph.network import Network
from netdesign.model.cabling import Mlag
from netdesign.model.routing import AddressFamily
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.routed import DEFAULT, bgp, joined, ospf, peer, port, static, svi
from tests.support.sketch import case, design, device, link

PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
WIRED = (*PAIR, *joined("a:1", "b:1"))
SPEAKERS = (bgp("a", 1), bgp("b", 2))
SAID = (peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
LINK = "a:1--b:1"


def compiled(*facts: Any) -> Network:
    return case(design(*facts)).network


def silent(network: Network) -> list[tuple[str, int]]:
    return [(network.links[pair.wire].id, pair.version) for pair in silent_pairs(network)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(WIRED, [(LINK, 4)], id="nothing runs"),
        pytest.param((*WIRED, *ospf("a", "1"), *ospf("b", "1")), [], id="OSPF"),
        pytest.param((*WIRED, *SPEAKERS, *SAID), [], id="BGP"),
        pytest.param((*WIRED, static("a", "10.1.0.0/24", "10.0.0.1")), [], id="a static route over it"),
        pytest.param((*WIRED, static("a", "10.1.0.0/24", "10.0.0.7")), [(LINK, 4)], id="a static route elsewhere"),
        pytest.param(
            (*PAIR, link("a:1", "b:1"), port("a:1", unnumbered=True), port("b:1", unnumbered=True)),
            [(LINK, 0)],
            id="unnumbered",
        ),
        pytest.param(
            (
                *PAIR,
                link("a:1", "b:1"),
                port("a:1", unnumbered=True),
                port("b:1", unnumbered=True),
                *SPEAKERS,
                peer("a", None, 2, interface="a:1"),
                peer("b", None, 1, interface="b:1"),
            ),
            [],
            id="unnumbered BGP",
        ),
        pytest.param((*PAIR, link("a:1", "b:1", LinkPurpose.HEARTBEAT), *WIRED[4:]), [], id="heartbeat"),
        pytest.param(
            (*WIRED, Mlag(id="m", peers=("a", "b"), domain_id=1, system_mac="02:00:00:00:00:01", keepalive_link=LINK)),
            [],
            id="the keepalive of a pair",
        ),
        pytest.param(
            (*PAIR, svi("a", "v", "10.1.0.2/24"), svi("b", "v", "10.1.0.3/24")), [], id="a VLAN is no routed link"
        ),
    ],
)
def test_both_ends_of_a_routed_link_talk(facts: tuple[Any, ...], expected: list[tuple[str, int]]) -> None:
    assert silent(compiled(*facts)) == expected


def test_each_ip_version_of_a_link_is_asked_for() -> None:
    dual = (
        *PAIR,
        link("a:1", "b:1"),
        port("a:1", "10.0.0.0/31", "fd00::/127"),
        port("b:1", "10.0.0.1/31", "fd00::1/127"),
    )
    both = (AddressFamily.IPV4, AddressFamily.IPV6)

    assert silent(compiled(*dual, *SPEAKERS, *SAID)) == [(LINK, 6)]
    assert silent(compiled(*dual, *SPEAKERS, peer("a", "10.0.0.1", 2, *both), peer("b", "10.0.0.0", 1, *both))) == []
    assert silent(compiled(*dual, *ospf("a", "1"), *ospf("b", "1"))) == []


def test_an_end_without_a_partner_in_its_subnet_is_alone() -> None:
    network = compiled(*PAIR, link("a:1", "b:1"), port("a:1", "10.0.0.0/31"), port("b:1", "10.0.0.3/31"))

    assert [network.interfaces[at].id for _, at in alone(network)] == ["a:1", "b:1"]
    assert routed_pairs(network).wire.size == 0
    assert alone(compiled(*WIRED)) == ()


SQUARE = (
    *(DEFAULT, *(device(name, Role.CORE) for name in "abcd")),
    *joined("a:1", "b:1", "10.0.1"),
    *joined("b:2", "c:2", "10.0.2"),
    *joined("c:3", "d:3", "10.0.3"),
    *joined("d:4", "a:4", "10.0.4"),
)


def unused(network: Network, *kinds: str) -> list[tuple[str, str]]:
    return [(network.links[row.wire].id, row.split_by) for row in unused_links(network, kinds)]


def test_a_cable_that_routing_ignores_is_found_where_it_would_be_the_only_way() -> None:
    whole = compiled(*SQUARE, *ospf("a", "1", "4"), *ospf("b", "1", "2"), *ospf("c", "2", "3"), *ospf("d", "3", "4"))
    open_ring = compiled(*SQUARE, *ospf("a", "1"), *ospf("b", "1", "2"), *ospf("c", "2", "3"), *ospf("d", "3"))

    assert unused(whole, "link", "node") == []
    assert unused(open_ring, "link", "node") == [("d:4--a:4", "link")]
    assert unused(open_ring, "node") == [("d:4--a:4", "node")]
    assert unused(open_ring) == []


def test_an_idle_cable_beside_others_is_nobodys_loss() -> None:
    facts = (*SQUARE, *joined("a:9", "c:9", "10.0.9"))
    network = compiled(*facts, *ospf("a", "1", "4"), *ospf("b", "1", "2"), *ospf("c", "2", "3"), *ospf("d", "3", "4"))

    assert unused(network, "link", "node") == []


def test_an_adjacency_over_a_vlan_uses_the_cable_between_the_two() -> None:
    facts = (*PAIR, link("a:1", "b:1"), svi("a", "v", "10.1.0.1/24"), svi("b", "v", "10.1.0.2/24"))

    assert unused(compiled(*facts, *ospf("a", "Vlan-v"), *ospf("b", "Vlan-v")), "link", "node") == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()).filter(lambda e: e[0] < e[1]), max_size=8)
)
def test_idle_cables_matter_exactly_when_a_failure_parts_their_ends(edges: list[tuple[int, int, bool]]) -> None:
    facts: list[Any] = [DEFAULT, *(device(f"d{at}", Role.CORE) for at in range(5))]
    ports: dict[int, list[str]] = {at: [] for at in range(5)}
    for number, (a, b, used) in enumerate(edges):
        facts += joined(f"d{a}:p{number}", f"d{b}:p{number}", f"10.0.{number}")
        for end in (a, b) if used else ():
            ports[end].append(f"p{number}")
    network = compiled(*facts, *(fact for at, names in ports.items() for fact in ospf(f"d{at}", *names)))
    control = nx.MultiGraph([(a, b, number) for number, (a, b, used) in enumerate(edges) if used])
    control.add_nodes_from(range(5))
    expected: dict[str, set[int]] = {"link": set(), "node": set()}
    for number, (a, b, used) in enumerate(edges):
        if used or not nx.has_path(control, a, b):
            continue
        without = [nx.MultiGraph(control) for _ in control.edges]
        for graph, edge in zip(without, list(control.edges), strict=True):
            graph.remove_edge(*edge)
            if not nx.has_path(graph, a, b):
                expected["link"].add(number)
        for node in set(control) - {a, b}:
            graph = nx.MultiGraph(control)
            graph.remove_node(node)
            if not nx.has_path(graph, a, b):
                expected["node"].add(number)

    for kind in ("link", "node"):
        assert {row.wire for row in unused_links(network, (kind,))} == expected[kind]


def test_an_empty_design_has_no_links_to_ask() -> None:
    network = compiled()

    assert layer3(network).segment_count == 0
    assert (alone(network), silent_pairs(network), unused_links(network, ("link", "node"))) == ((), (), ())
