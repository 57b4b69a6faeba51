"""What tables can know, and where packets end that follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.protocols.route_domains import domains, overlay_processes
from netdesign.analysis.tables.route_origins import routes, static_hops, unbacked_defaults
from netdesign.analysis.tables.routes import OUTCOMES, follow, table_classes
from netdesign.graph.network import Network
from netdesign.model.addressing import VirtualGateway
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.routing import AddressFamily, Redistribution
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import InterfaceKind, Role
from tests.support.routed import DEFAULT, bgp, joined, loopback, ospf, peer, port, static, svi
from tests.support.sketch import case, design, device

CONNECTED, STATIC = Redistribution(source="connected"), Redistribution(source="static")
TRIO = (DEFAULT, *(device(name, Role.CORE) for name in "abc"))
LINE = (*TRIO, *joined("a:1", "b:1"), *joined("b:2", "c:2", "10.0.1"))
HOSTS = svi("c", "v", "10.1.0.1/24")


def compiled(*facts: Any) -> Network:
    return case(design(*facts)).network


def walk(network: Network, device_id: str, prefix: str, vrf: str = "default", *, own: bool = True) -> str:
    """How a packet from the VRF of a device to a prefix ends."""
    start = layer3(network).vertex(network.device_index[device_id], vrf)
    found = follow(network, np.array([start]), np.array([0]), parse([prefix]), own=own)
    return OUTCOMES[int(found.outcome[0])]


def sessions(
    *pairs: tuple[str, str, str, str], families: tuple[AddressFamily, ...] = (AddressFamily.IPV4,)
) -> list[Any]:
    """Statements of both sides for (device, its address, other device, its address); AS = position of the letter."""
    asn = {name: at for at, name in enumerate("-abc")}
    return [
        statement
        for a, at_a, b, at_b in pairs
        for statement in (peer(a, at_b, asn[b], *families), peer(b, at_a, asn[a], *families))
    ]


SESSIONS = sessions(("a", "10.0.0.0", "b", "10.0.0.1"), ("b", "10.0.1.0", "c", "10.0.1.1"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([HOSTS], "no route", id="nothing runs"),
        pytest.param([HOSTS, *ospf("a", "1"), *ospf("b", "1", "2"), *ospf("c", "2", "Vlan-v")], "arrived", id="OSPF"),
        pytest.param(
            [HOSTS, *ospf("a", "1"), *ospf("b", "1"), *ospf("c", "2", "Vlan-v")], "no route", id="a hole in OSPF"
        ),
        pytest.param(
            [HOSTS, bgp("a", 1), bgp("b", 2), bgp("c", 3, redistribute=(CONNECTED,)), *SESSIONS],
            "arrived",
            id="connected into BGP",
        ),
        pytest.param(
            [HOSTS, bgp("a", 1), bgp("b", 2), bgp("c", 3, networks=("10.1.0.0/24",)), *SESSIONS],
            "arrived",
            id="network",
        ),
        pytest.param([HOSTS, bgp("a", 1), bgp("b", 2), bgp("c", 3), *SESSIONS], "no route", id="nobody originates"),
        pytest.param(
            [
                static("c", "10.1.0.0/16", None, discard=True),
                bgp("a", 1),
                bgp("b", 2),
                bgp("c", 3, redistribute=(STATIC,)),
                *SESSIONS,
            ],
            "discarded",
            id="a summary of nothing",
        ),
        pytest.param(
            [HOSTS, static("a", "10.1.0.0/16", "10.0.0.1"), static("b", "10.1.0.0/16", "10.0.1.1")],
            "arrived",
            id="static",
        ),
        pytest.param([HOSTS, static("a", "10.1.0.0/16", "10.0.0.1")], "no route", id="static into the void"),
        pytest.param([HOSTS, static("a", "10.1.0.0/16", "10.0.9.9")], "no route", id="a next hop that is nobody's"),
        pytest.param(
            [static("a", "0.0.0.0/0", "10.0.0.1"), static("b", "0.0.0.0/0", "10.0.0.0")], "going in circles", id="loop"
        ),
        pytest.param(
            [
                HOSTS,
                static("a", "0.0.0.0/0", "10.0.0.1"),
                static("b", "10.1.0.0/24", "10.0.1.1", distance=250),
                static("b", "10.1.0.0/23", None, discard=True),
            ],
            "arrived",
            id="the longest match wins",
        ),
        pytest.param(
            [
                HOSTS,
                static("a", "10.1.0.0/24", None, discard=True, distance=250),
                bgp("a", 1),
                bgp("b", 2),
                bgp("c", 3, redistribute=(CONNECTED,)),
                *SESSIONS,
            ],
            "arrived",
            id="a learned route beats a floating one",
        ),
        pytest.param(
            [
                HOSTS,
                bgp("a", 1),
                bgp("b", 2),
                bgp("c", 3, default_originate=True),
                static("c", "0.0.0.0/0", "10.0.1.0"),
                *SESSIONS,
            ],
            "arrived",
            id="default route",
        ),
    ],
)
def test_a_packet_follows_the_longest_match(facts: list[Any], expected: str) -> None:
    assert walk(compiled(*LINE, *facts), "a", "10.1.0.0/24") == expected


def test_redistribution_carries_routes_from_one_protocol_to_another() -> None:
    into_bgp = Redistribution(source="ospf")
    facts = [
        HOSTS,
        bgp("a", 1),
        *sessions(("a", "10.0.0.0", "b", "10.0.0.1")),
        *ospf("b", "2"),
        *ospf("c", "2", "Vlan-v"),
    ]

    assert walk(compiled(*LINE, *facts, bgp("b", 2)), "a", "10.1.0.0/24") == "no route"
    assert walk(compiled(*LINE, *facts, bgp("b", 2, redistribute=(into_bgp,))), "a", "10.1.0.0/24") == "arrived"


def test_routes_of_one_ip_version_do_not_carry_the_other() -> None:
    facts = [
        *TRIO,
        *joined("a:1", "b:1"),
        svi("b", "v", "10.1.0.1/24", "fd00:1::1/64"),
        bgp("a", 1),
        bgp("b", 2, redistribute=(CONNECTED,)),
    ]
    four = sessions(("a", "10.0.0.0", "b", "10.0.0.1"))
    both = sessions(("a", "10.0.0.0", "b", "10.0.0.1"), families=(AddressFamily.IPV4, AddressFamily.IPV6))

    assert walk(compiled(*facts, *four), "a", "10.1.0.0/24") == "arrived"
    assert walk(compiled(*facts, *four), "a", "fd00:1::/64") == "no route"
    assert walk(compiled(*facts, *both), "a", "fd00:1::/64") == "arrived"


def test_a_default_route_is_not_followed_back_to_who_has_none() -> None:
    facts = [*LINE, bgp("a", 1), bgp("b", 2, default_originate=True), bgp("c", 3), *SESSIONS]

    assert unbacked_defaults(compiled(*facts)) == {(1, 4), (1, 6)}
    assert walk(compiled(*facts), "a", "10.9.0.0/24") == "no route"
    assert (1, 4) not in unbacked_defaults(compiled(*facts, static("b", "0.0.0.0/0", "10.0.1.1")))
    assert unbacked_defaults(compiled(*facts, *ospf("b", "2"))) == frozenset()


PAIRED = (
    *(DEFAULT, device("a", Role.CORE), device("b", Role.FIREWALL), device("c", Role.FIREWALL)),
    svi("a", "t", "10.0.0.1/29"),
    svi("b", "t", "10.0.0.4/29", virtual_gateway=VirtualGateway.VRRP, virtual_addresses=("10.0.0.6",)),
    svi("c", "t", "10.0.0.5/29", virtual_gateway=VirtualGateway.VRRP, virtual_addresses=("10.0.0.6",)),
    svi("b", "v", "10.1.0.2/24"),
    static("a", "0.0.0.0/0", "10.0.0.6"),
)


def test_both_holders_of_a_next_hop_must_know_the_way() -> None:
    alone, both = compiled(*PAIRED), compiled(*PAIRED, svi("c", "v", "10.1.0.3/24"))

    assert walk(alone, "a", "10.1.0.0/24") == "no route"
    assert walk(both, "a", "10.1.0.0/24") == "arrived"
    assert static_hops(both).target.tolist() == [1]
    assert static_hops(both).other.tolist() == [2]


def test_a_next_hop_of_the_same_vrf_may_be_further_away() -> None:
    facts = [*TRIO, *joined("a:1", "b:1"), loopback("b", "10.9.0.2/32"), svi("b", "v", "10.1.0.1/24")]

    assert walk(compiled(*facts, static("a", "10.1.0.0/24", "10.9.0.2")), "a", "10.1.0.0/24") == "arrived"
    assert static_hops(compiled(*facts, static("a", "10.1.0.0/24", "10.0.0.0"))).target.tolist() == [-1]


RED = Vrf(id="red", name="red")
FABRIC = (
    *(*TRIO, RED, *joined("a:1", "b:1")),
    *(port(f"{d}:vtep", f"10.8.0.{at}/32", kind=InterfaceKind.VTEP) for at, d in enumerate("ab")),
    svi("a", "v", "10.1.0.1/24", vrf="red"),
    svi("b", "w", "10.2.0.1/24", vrf="red"),
    *(bgp(d, at + 1, networks=(f"10.8.0.{at}/32",)) for at, d in enumerate("ab")),
    *(bgp(d, at + 1, vrf="red", redistribute=(CONNECTED,)) for at, d in enumerate("ab")),
)
OVER = sessions(("a", "10.0.0.0", "b", "10.0.0.1"), families=(AddressFamily.EVPN,))
L3 = Vni(id="l3", number=50001, kind=VniKind.L3, vrf="red")


def test_evpn_carries_the_routes_of_a_vrf_between_tunnel_endpoints() -> None:
    network = compiled(*FABRIC, *OVER, L3)

    assert walk(network, "a", "10.2.0.0/24", "red") == "arrived"
    assert [vrf for _, vrf, _ in overlay_processes(network)] == ["red", "red"]
    assert walk(compiled(*FABRIC, L3), "a", "10.2.0.0/24", "red") == "no route"
    assert walk(compiled(*FABRIC, *OVER), "a", "10.2.0.0/24", "red") == "no route"
    assert walk(compiled(*FABRIC[:-6], *FABRIC[-4:], *OVER, L3), "a", "10.2.0.0/24", "red") == "no route"


@pytest.mark.parametrize(
    ("imports", "exports", "expected"),
    [((), (), "arrived"), (("1:1",), ("1:1",), "arrived"), (("1:1",), ("2:2",), "no route")],
)
def test_route_targets_decide_what_a_vrf_imports(
    imports: tuple[str, ...], exports: tuple[str, ...], expected: str
) -> None:
    targets = replace(RED, route_targets_import=imports, route_targets_export=exports)
    facts = [targets if fact is RED else fact for fact in FABRIC]

    assert walk(compiled(*facts, *OVER, L3), "a", "10.2.0.0/24", "red") == expected


@pytest.mark.parametrize(("imports", "expected"), [(("2:2", "1:1"), "arrived"), (("2:2",), "no route")])
def test_a_vrf_learns_from_another_whose_route_targets_it_imports(imports: tuple[str, ...], expected: str) -> None:
    red = replace(RED, route_targets_import=("1:1",), route_targets_export=("1:1",))
    blue = Vrf(id="blue", name="blue", route_targets_import=imports, route_targets_export=("2:2",))
    facts = [red if fact is RED else fact for fact in FABRIC]
    blues = [
        blue,
        svi("a", "x", "10.3.0.1/24", vrf="blue"),
        bgp("a", 1, vrf="blue"),
        Vni(id="l3b", number=50002, kind=VniKind.L3, vrf="blue"),
    ]

    network = compiled(*facts, *OVER, L3, *blues)
    learned = domains(network).learns_from

    start = layer3(network).vertex(0, "blue")
    best = follow(network, np.array([start]), np.array([0]), parse(["10.2.0.0/24"]))
    assert OUTCOMES[int(best.outcome[0])] == expected
    assert bool(learned) is (expected == "arrived")


def test_tables_of_one_class_know_the_same() -> None:
    network = compiled(*LINE, bgp("a", 1), bgp("b", 2), bgp("c", 3), *SESSIONS, static("b", "10.7.0.0/24", "10.0.1.1"))
    label = table_classes(network).tolist()

    assert label[0] == label[2] != label[1]


def test_without_its_own_subnets_a_table_asks_others() -> None:
    facts = [*LINE, svi("a", "v", "10.1.0.1/24")]

    assert walk(compiled(*facts), "a", "10.1.0.0/24") == "arrived"
    assert walk(compiled(*facts), "a", "10.1.0.0/24", own=False) == "no route"


def test_malformed_routes_are_no_routes() -> None:
    facts = [
        static("a", "rubbish", "10.0.0.1"),
        static("a", "10.1.0.0/24", "rubbish"),
        static("ghost", "10.1.0.0/24", "10.0.0.1"),
        bgp("a", 1, networks=("rubbish",)),
        bgp("ghost", 9, networks=("10.1.0.0/24",), default_originate=True),
        bgp("b", 2, vrf="nowhere", redistribute=(CONNECTED, STATIC, Redistribution(source="ospf"))),
    ]
    network = compiled(*LINE, *facts)

    assert walk(network, "a", "10.1.0.0/24") == "no route"
    assert set(routes(network).kind.tolist()) == {0}


def test_an_empty_design_has_no_routes() -> None:
    network = compiled()

    assert routes(network).vertex.size == 0
    assert follow(network, np.zeros(0, np.int64), np.zeros(0, np.int64), parse([])).outcome.size == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] != e[1]), max_size=9))
def test_ospf_reaches_what_the_graph_of_links_connects(edges: list[tuple[int, int]]) -> None:
    facts: list[Any] = [DEFAULT, *(device(f"d{at}", Role.CORE) for at in range(6))]
    ports: dict[int, list[str]] = {at: ["Vlan-v"] for at in range(6)}
    for number, (a, b) in enumerate(edges):
        facts += joined(f"d{a}:p{number}", f"d{b}:p{number}", f"10.0.{number}")
        ports[a].append(f"p{number}")
        ports[b].append(f"p{number}")
    for at, names in ports.items():
        facts += [svi(f"d{at}", "v", f"10.{at + 1}.0.1/24", id=f"d{at}:Vlan-v"), *ospf(f"d{at}", *names)]
    facts = [replace(f, vlan=f"v{f.device}") if getattr(f, "vlan", None) == "v" else f for f in facts]
    network = compiled(*facts)
    oracle = nx.Graph(edges)
    oracle.add_nodes_from(range(6))

    for at in range(6):
        near = nx.node_connected_component(oracle, 0)
        assert walk(network, "d0", f"10.{at + 1}.0.0/24") == ("arrived" if at in near else "no route")
