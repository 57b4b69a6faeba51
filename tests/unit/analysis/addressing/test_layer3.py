"""Routing tables, the segments that join them, and what is left when something fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.addressing.layer3 import gateway_pairs, gateways, layer3, media_of, routed_components
from netdesign.analysis.facts.address_text import written
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.graph.network import Network
from netdesign.model.addressing import Interface, Subnet, VirtualGateway
from netdesign.model.cabling import Lag
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, SubnetPurpose, VlanPurpose
from tests.support.routed import bridged
from tests.support.sketch import case, design, device, interface, link


def compiled(*facts: Any) -> Network:
    return case(design(*facts)).network


def routed(device_id: str, name: str, *texts: str, vrf: str = "default", **changes: Any) -> Interface:
    return interface(device_id, name, vrf=vrf, addresses=texts, **changes)


def svi(device_id: str, vlan: str, *texts: str, vrf: str = "default", **changes: Any) -> Interface:
    return routed(device_id, f"Vlan-{vlan}", *texts, vrf=vrf, kind=InterfaceKind.SVI, vlan=vlan, **changes)


def vlan(identity: str, *devices: str) -> Vlan:
    return Vlan(id=identity, number=10, name=identity, purpose=VlanPurpose.USERS, site="dc1", devices=devices)


def subnet(prefix: str, vlan_id: str | None = None) -> Subnet:
    return Subnet(id=prefix, prefix=prefix, vrf="default", purpose=SubnetPurpose.HOSTS, site="dc1", vlan=vlan_id)


DEFAULT = Vrf(id="default", name="default")
PAIR = (device("a", Role.CORE), device("b", Role.CORE), DEFAULT)
WIRED = (*PAIR, link("a:1", "b:1"))


def joined(network: Network, **failures: Any) -> bool:
    """Whether the VRF `default` of devices a and b can reach each other."""
    graph, labels = layer3(network), routed_components(network, **failures)
    a, b = (
        graph.vertex(network.device_index["a"], "default"),
        graph.vertex(network.device_index["b"], "default"),
    )
    return bool(labels[a] == labels[b] != -1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([*WIRED, routed("a", "1", "10.0.0.0/31"), routed("b", "1", "10.0.0.1/31")], True, id="wire"),
        pytest.param([*WIRED, routed("a", "1", "10.0.0.0/31"), routed("b", "1", "10.0.0.3/31")], False, id="other net"),
        pytest.param(
            [*WIRED, routed("a", "1", "10.0.0.0/31"), routed("b", "1", "10.0.0.1/30")],
            False,
            id="other length",
        ),
        pytest.param(
            [*WIRED, routed("a", "1", unnumbered=True), routed("b", "1", unnumbered=True)],
            True,
            id="unnumbered",
        ),
        pytest.param(
            [
                *WIRED,
                routed("a", "1", "10.0.0.0/31"),
                routed("b", "1", "10.0.0.1/31", enabled=False),
                svi("b", "v", "10.2.0.1/24"),
            ],
            False,
            id="disabled",
        ),
        pytest.param(
            [
                *PAIR,
                link("a:1", "b:2"),
                routed("a", "1", "10.0.0.0/31"),
                routed("b", "1", "10.0.0.1/31"),
                routed("b", "2"),
            ],
            False,
            id="cabled to another port",
        ),
        pytest.param(
            [*PAIR, routed("a", "1", "10.0.0.2/24"), routed("b", "1", "10.0.0.3/24")],
            True,
            id="no cable known",
        ),
        pytest.param(
            [*PAIR, *bridged("v", "a", "b"), svi("a", "v", "10.0.0.2/24"), svi("b", "v", "10.0.0.3/24")],
            True,
            id="VLAN",
        ),
        pytest.param([*PAIR, svi("a", "v", "10.0.0.2/24"), svi("b", "v", "10.0.0.3/24")], False, id="cut VLAN"),
        pytest.param(
            [*PAIR, *bridged("w", "a", "b"), svi("a", "v", "10.0.0.2/24"), svi("b", "v", "10.0.0.3/24")],
            False,
            id="pruned VLAN",
        ),
        pytest.param(
            [
                *WIRED,
                routed("a", "1", "10.0.0.0/31", mode=PortMode.ACCESS),
                routed("b", "1", "10.0.0.1/31"),
                svi("a", "v", "10.2.0.1/24"),
            ],
            False,
            id="address on a switch port",
        ),
        pytest.param([*PAIR, svi("a", "v", "10.0.0.2/24"), svi("b", "w", "10.0.0.3/24")], False, id="two VLANs"),
        pytest.param(
            [
                *WIRED,
                interface("b", "1", mode=PortMode.ACCESS, vlan="v"),
                routed("a", "1", "10.0.0.2/24"),
                svi("b", "v", "10.0.0.3/24"),
            ],
            True,
            id="routed port into an access port",
        ),
        pytest.param(
            [
                *WIRED,
                interface("b", "1", mode=PortMode.TRUNK, native_vlan="v"),
                routed("a", "1", "10.0.0.2/24"),
                svi("b", "v", "10.0.0.3/24"),
            ],
            True,
            id="routed port into a native VLAN",
        ),
    ],
)
def test_tables_are_joined_by_a_prefix_on_one_medium(facts: list[Any], expected: bool) -> None:
    assert joined(compiled(*facts)) is expected


def test_subinterfaces_of_linked_ports_meet_and_loopbacks_never_do() -> None:
    network = compiled(
        *WIRED,
        interface("a", "1"),
        interface("b", "1"),
        routed("a", "1.7", "10.0.7.0/31", vrf="v7", parent="1", kind=InterfaceKind.SUBINTERFACE),
        routed("b", "1.7", "10.0.7.1/31", vrf="v7", parent="1", kind=InterfaceKind.SUBINTERFACE),
        routed("a", "lo", "10.9.9.9/32", kind=InterfaceKind.LOOPBACK),
        routed("b", "lo", "10.9.9.9/32", kind=InterfaceKind.LOOPBACK),
    )
    graph, labels = layer3(network), routed_components(network)

    assert labels[graph.vertex(0, "v7")] == labels[graph.vertex(1, "v7")]
    assert labels[graph.vertex(0, "default")] != labels[graph.vertex(1, "default")]
    assert graph.vertex(0, "unknown") == -1


def bundled(**changes: Any) -> Network:
    names = ("1", "2")
    ports = [interface(d, n, mode=PortMode.NONE, lag=f"{d}:po") for d in "ab" for n in names]
    bundles = [routed(d, "po", f"10.0.0.{at}/31", kind=InterfaceKind.LAG, lag=f"{d}:po") for at, d in enumerate("ab")]
    lags = [Lag(id=f"{d}:po", device=d, interface="po", members=names) for d in "ab"]
    return compiled(*PAIR, *(link(f"a:{n}", f"b:{n}", **changes) for n in names), *ports, *bundles, *lags)


def test_a_bundle_falls_with_its_last_link() -> None:
    network = bundled()

    assert joined(network)
    assert joined(network, failed_links=[0])
    assert not joined(network, failed_links=[0, 1])
    assert not joined(network, failed_devices=[1])
    assert not joined(bundled(in_service=False))
    assert wires(network).of_interface.tolist() == [0] * 6


def test_a_layer_3_vni_joins_its_vrf_where_tunnel_endpoints_reach_each_other() -> None:
    facts = [
        *WIRED,
        Vrf(id="red", name="red"),
        routed("a", "1", "10.0.0.0/31"),
        routed("b", "1", "10.0.0.1/31"),
        *(routed(d, "vtep", f"10.8.0.{at}/32", kind=InterfaceKind.VTEP) for at, d in enumerate("ab")),
        *(svi(d, f"v{d}", f"10.1.{at}.1/24", vrf="red") for at, d in enumerate("ab")),
    ]
    vni = Vni(id="l3", number=50001, kind=VniKind.L3, vrf="red")
    without, network = compiled(*facts), compiled(*facts, vni)
    red = [layer3(network).vertex(at, "red") for at in (0, 1)]

    assert len(set(routed_components(without)[red].tolist())) == 2
    assert len(set(routed_components(network)[red].tolist())) == 1
    assert len(set(routed_components(network, failed_links=[0])[red].tolist())) == 2


def test_virtual_addresses_borrow_the_length_of_their_neighbour_or_subnet() -> None:
    shared = {"virtual_gateway": VirtualGateway.VRRP}
    network = compiled(
        *PAIR,
        subnet("10.2.0.0/23", "w"),
        subnet("10.0.0.0/8"),
        subnet("nonsense"),
        svi("a", "v", "10.1.0.2/24", virtual_addresses=("10.1.0.1",), **shared),
        svi("a", "w", virtual_addresses=("10.2.0.1", "rubbish"), **shared),
        svi("a", "x", virtual_addresses=("10.3.0.1",), **shared),
        svi("a", "y", virtual_addresses=("192.0.2.1", "2001:db8::1/64"), **shared),
    )
    rows = addresses(network)
    shown = [
        written(int(rows.version[at]), int(rows.network_high[at]), int(rows.network_low[at]), int(rows.length[at]))
        for at in range(rows.version.size)
    ]

    assert shown == [
        "10.1.0.0/24",
        "10.1.0.0/24",
        "10.2.0.0/23",
        "10.0.0.0/8",
        "192.0.2.1/32",
        "2001:db8::/64",
    ]
    assert rows.virtual.tolist() == [False, True, True, True, True, True]
    assert rows.malformed == ((1, "rubbish"),)
    assert subnet_prefixes(network).version.tolist() == [4, 4, 0]


def test_gateways_hold_an_address_of_the_subnet_on_its_vlan() -> None:
    network = compiled(
        *PAIR,
        vlan("v", "a", "b"),
        subnet("10.1.0.0/24", "v"),
        subnet("10.5.0.0/24"),
        svi("a", "v", "10.1.0.2/24", virtual_addresses=("10.1.0.1",)),
        svi("b", "w", "10.1.0.3/24"),
        svi("b", "v", "10.1.0.4/24", enabled=False),
    )

    assert [gateways(network, at).tolist() for at in (0, 1)] == [[0], []]


def test_an_empty_design_has_no_tables() -> None:
    network = compiled()

    assert layer3(network).vertex_count == 0
    assert routed_components(network).tolist() == []
    assert gateway_pairs(network)[0].tolist() == []


def test_interfaces_of_unknown_devices_are_down() -> None:
    network = compiled(
        routed("ghost", "1", "10.0.0.1/31", vrf="v"),
        replace(device("a", Role.CORE), in_service=False),
        svi("a", "v"),
    )

    assert interfaces(network).up.tolist() == [False, False]
    assert layer3(network).interface_vertex.tolist() == [-1, -1]
    assert media_of(network)[0] == -1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda e: e[0] != e[1]), max_size=12),
    st.data(),
)
def test_components_equal_those_of_the_graph_of_links(edges: list[tuple[int, int]], data: st.DataObject) -> None:
    facts: list[Any] = [device(f"d{at}", Role.CORE) for at in range(7)]
    for at, (a, b) in enumerate(edges):
        facts.append(link(f"d{a}:p{at}", f"d{b}:p{at}"))
        facts.append(routed(f"d{a}", f"p{at}", f"10.0.{at}.0/31"))
        facts.append(routed(f"d{b}", f"p{at}", f"10.0.{at}.1/31"))
    network = compiled(*facts)
    lost = data.draw(st.sets(st.integers(0, len(edges) - 1), max_size=3)) if edges else set()
    graph = layer3(network)
    oracle = nx.Graph()
    oracle.add_nodes_from(graph.device.tolist())
    oracle.add_edges_from(edge for at, edge in enumerate(edges) if at not in lost)

    labels = routed_components(network, failed_links=lost)

    found = {frozenset(graph.device[labels == label].tolist()) for label in set(labels.tolist())}
    assert found == {frozenset(part) for part in nx.connected_components(oracle)}
