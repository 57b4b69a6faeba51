"""Neighbours talk where both sides agree, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from netdesign.analysis.protocols import adjacency as module
from netdesign.analysis.protocols.adjacency import (
    EVPN,
    IPV4,
    IPV6,
    adjacencies,
    bgp_sessions,
    igp_adjacencies,
    statements,
)
from netdesign.graph.network import Network
from netdesign.model.routing import AddressFamily, PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.vocabulary import Role, RoutingProtocol
from tests.support.routed import DEFAULT, bgp, bridged, joined, loopback, ospf, peer, port, svi
from tests.support.sketch import case, design, device, link

PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
WIRED = (*PAIR, *joined("a:1", "b:1"))


def compiled(*facts: Any) -> Network:
    return case(design(*facts)).network


def talking(network: Network) -> list[tuple[str, str, int]]:
    found, facts = adjacencies(network), network.design.routing.processes
    rows = zip(found.tail.tolist(), found.head.tolist(), found.families.tolist(), strict=True)
    return [(facts[tail].id, facts[head].id, families) for tail, head, families in rows]


BOTH = [("a:ospf", "b:ospf", IPV4 | IPV6)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, BOTH, id="alike"),
        pytest.param({"area": "1"}, [], id="area"),
        pytest.param({"hello_ms": 1}, [], id="hello"),
        pytest.param({"dead_ms": 1}, [], id="dead interval"),
        pytest.param({"authentication": "key"}, [], id="authentication"),
        pytest.param({"network_type": "broadcast"}, [], id="network type"),
        pytest.param({"passive": True}, [], id="passive"),
        pytest.param({"interface": "b:9"}, [], id="no such interface"),
        pytest.param({"process": "ghost"}, [], id="no such process"),
    ],
)
def test_ospf_neighbours_agree_on_everything(changes: dict[str, Any], expected: list[Any]) -> None:
    assert talking(compiled(*WIRED, *ospf("a", "1"), *ospf("b", "1", **changes))) == expected


def test_igp_processes_of_different_protocols_or_tables_do_not_talk() -> None:
    process: Any
    process, member = ospf("b", "1")

    assert talking(compiled(*WIRED, *ospf("a", "1"), replace(process, protocol=RoutingProtocol.ISIS), member)) == []
    assert talking(compiled(*WIRED, *ospf("a", "1"), replace(process, vrf="red"), member)) == []
    assert talking(compiled(*WIRED, *ospf("a", "1"), replace(process, protocol=RoutingProtocol.BGP), member)) == []


@pytest.mark.parametrize("count", [3, module.MAX_CLIQUE + 2])
def test_all_routers_of_a_segment_are_neighbours(count: int) -> None:
    names = [f"d{at:02d}" for at in range(count)]
    facts = [fact for n in names for fact in (device(n, Role.CORE), *ospf(n, "Vlan-v"))]
    found = igp_adjacencies(
        compiled(
            DEFAULT, *facts, *bridged("v", *names), *(svi(n, "v", f"10.1.0.{at + 1}/24") for at, n in enumerate(names))
        )
    )

    drawn = set(zip(found.tail.tolist(), found.head.tolist(), strict=True))
    assert all(tail < head for tail, head in drawn)
    assert len(drawn) == (3 if count == 3 else sum(min(at, module.MAX_CLIQUE - 1) for at in range(count)) + 2)


A, B = peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1)
SPEAKERS = (*WIRED, bgp("a", 1), bgp("b", 2))
EVERY = (AddressFamily.IPV4, AddressFamily.IPV6, AddressFamily.EVPN)
NOTHING = RoutePolicy(id="nothing", name="nothing", terms=(RoutePolicyTerm(action=PolicyAction.DENY),))
ALL = RoutePolicy(id="all", name="all", terms=(RoutePolicyTerm(action=PolicyAction.PERMIT),))


@pytest.mark.parametrize(
    ("facts", "families"),
    [
        pytest.param((A, B), [IPV4], id="both state it"),
        pytest.param((replace(A, families=EVERY), replace(B, families=EVERY)), [IPV4 | IPV6 | EVPN], id="all families"),
        pytest.param((replace(A, families=EVERY), B), [IPV4], id="families of both"),
        pytest.param((A, replace(B, families=(AddressFamily.EVPN,))), [], id="no common family"),
        pytest.param((A, replace(B, families=())), [], id="no family"),
        pytest.param((A,), [], id="one side alone"),
        pytest.param((A, replace(B, remote_asn=9)), [], id="wrong remote AS"),
        pytest.param((A, replace(B, peer_address="10.0.0.9")), [], id="nobody's address"),
        pytest.param((A, replace(B, peer_address="10.0.0.1")), [], id="its own address"),
        pytest.param((A, replace(B, peer_address="rubbish")), [], id="no address"),
        pytest.param((A, replace(B, process="ghost")), [], id="no such process"),
        pytest.param((A, replace(B, authentication="key")), [], id="authentication"),
        pytest.param(
            (NOTHING, A, replace(B, export_policy="nothing", import_policy="nothing")), [], id="shut both ways"
        ),
        pytest.param((NOTHING, A, replace(B, export_policy="nothing")), [IPV4], id="open one way"),
        pytest.param(
            (A, replace(B, export_policy="ghost", import_policy="ghost")), [], id="policies that do not exist"
        ),
        pytest.param((ALL, A, replace(B, export_policy="all", import_policy="all")), [IPV4], id="open policies"),
    ],
)
def test_sessions_need_both_statements(facts: tuple[Any, ...], families: list[int]) -> None:
    found = bgp_sessions(compiled(*SPEAKERS, *facts))

    assert found.families.tolist() == families
    assert (found.segment >= 0).all()


def test_unnumbered_sessions_name_their_interface() -> None:
    ports = [port(f"{d}:1", unnumbered=True) for d in "ab"]
    said = [peer(d, None, asn, interface=f"{d}:1") for d, asn in (("a", 2), ("b", 1))]
    network = compiled(*PAIR, link("a:1", "b:1"), *ports, bgp("a", 1), bgp("b", 2), *said)

    assert talking(network) == [("a:bgp", "b:bgp", IPV4)]
    assert talking(compiled(*PAIR, link("a:1", "b:1"), *ports, bgp("a", 1), bgp("b", 2), said[0])) == []


def test_sessions_between_loopbacks_need_multihop_unless_the_as_is_the_same() -> None:
    facts = [*WIRED, loopback("a", "10.9.0.1/32"), loopback("b", "10.9.0.2/32")]
    said = peer("a", "10.9.0.2", 1), peer("b", "10.9.0.1", 1)
    far = peer("a", "10.9.0.2", 2), peer("b", "10.9.0.1", 1)

    assert talking(compiled(*facts, bgp("a", 1), bgp("b", 1), *said)) == [("a:bgp", "b:bgp", IPV4)]
    assert talking(compiled(*facts, bgp("a", 1), bgp("b", 2), *far)) == []
    far_hops = [replace(fact, multihop=2) for fact in far]
    assert talking(compiled(*facts, bgp("a", 1), bgp("b", 2), *far_hops)) == [("a:bgp", "b:bgp", IPV4)]


def test_parallel_links_carry_a_session_each() -> None:
    said = [*(replace(s, id=f"{s.id}2", peer_address=a) for s, a in ((A, "10.0.1.1"), (B, "10.0.1.0")))]
    found = bgp_sessions(compiled(*SPEAKERS, *joined("a:2", "b:2", "10.0.1"), A, B, *said))

    assert found.tail.tolist() == [0, 0]
    assert len(set(found.segment.tolist())) == 2


def test_an_address_that_two_tables_hold_belongs_to_the_one_of_the_same_vrf() -> None:
    facts = [
        *SPEAKERS,
        port("b:7", "10.0.0.1/31", vrf="red"),
        bgp("b", 2, vrf="red"),
        A,
        B,
    ]

    assert talking(compiled(*facts)) == [("a:bgp", "b:bgp", IPV4)]


def test_two_processes_of_a_table_are_told_apart_by_their_as() -> None:
    facts = [*WIRED, bgp("a", 1), bgp("b", 7, id="b:other"), bgp("b", 2), A, B]

    assert talking(compiled(*facts)) == [("a:bgp", "b:bgp", IPV4)]


def test_a_session_on_a_vlan_of_several_routers_is_found() -> None:
    names = ("a", "b", "c")
    facts = [DEFAULT, *(device(n, Role.CORE) for n in names), *(bgp(n, at + 1) for at, n in enumerate(names))]
    facts += bridged("v", *names)
    facts += [svi(n, "v", f"10.1.0.{at + 1}/24") for at, n in enumerate(names)]
    said = [
        peer(n, f"10.1.0.{other + 1}", other + 1) for at, n in enumerate(names) for other in range(3) if other != at
    ]

    assert len(talking(compiled(*facts, *said))) == 3


def test_an_empty_design_says_nothing() -> None:
    network = compiled()

    assert statements(network).peer.tolist() == []
    assert talking(network) == []
    assert np.array_equal(bgp_sessions(compiled(A)).tail, np.zeros(0))
