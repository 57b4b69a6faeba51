"""Where zones lie, and what hangs together without firewalls."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.policy.terrain import circuit_links, near_end, terrain
from netdesign.analysis.policy.zones import (
    bypass,
    claims,
    domains,
    enforcement_points,
    filtered_members,
    legs,
    mixed,
    places,
    policies_of,
    zone_domains,
    zone_pairs,
)
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.addressing import Subnet
from netdesign.model.cabling import Circuit, CircuitKind, Lag
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.security import Policy
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, SubnetPurpose, Trust
from tests.support.sketch import design, device, interface, link
from tests.support.stronghold import stronghold


def compiled(*changes: Operation) -> Network:
    """A changed stronghold, compiled."""
    return compile_network(stronghold(*changes), default_catalog())


def test_an_empty_design_has_neither_places_nor_pairs() -> None:
    network = compile_network(design(), default_catalog())

    assert terrain(network).graph.node_count >= 0
    assert places(network) == {}
    assert zone_pairs(network) == ()
    assert enforcement_points(network) == ()
    assert legs(network) == ()


def test_each_zone_of_a_stronghold_is_a_domain_of_its_own() -> None:
    labels = zone_domains(compiled())

    assert sorted(labels) == ["dmz", "internet", "management", "server", "user"]
    assert all(len(some) == 1 for some in labels.values())
    assert len(frozenset.union(*labels.values())) == 5


def test_facts_that_claim_a_segment_are_named() -> None:
    network = compiled()
    node = terrain(network).vlan_node("dmz")

    assert node is not None
    assert claims(network)[node] == {"dmz": ("dmz", "vrf-dmz", "web")}
    assert terrain(network).vlan_node("gone") is None


def test_a_subnet_without_a_vlan_lies_where_its_addresses_are() -> None:
    link_net = Subnet(
        id="p2p", prefix="10.9.0.0/31", vrf="vrf-user", purpose=SubnetPurpose.POINT_TO_POINT, site="dc1", zone="user"
    )
    nowhere = Subnet(
        id="ghost", prefix="10.9.9.0/31", vrf="vrf-user", purpose=SubnetPurpose.HOSTS, site="dc1", zone="x"
    )
    ends = [
        Add("interfaces", interface(f"core{n}", "x", vrf="vrf-user", addresses=(f"10.9.0.{n - 1}/31",))) for n in (1, 2)
    ]
    network = compiled(Add("subnets", link_net), Add("subnets", nowhere), *ends)
    land = terrain(network)

    assert land.segment <= land.subnet["p2p"] < land.vlan
    assert "ghost" not in land.subnet
    assert "x" not in places(network)
    assert zone_domains(network)["user"] == zone_domains(compiled())["user"]


def test_policies_count_only_where_a_stateful_firewall_enforces_them() -> None:
    network = compiled(Set("policies", "inner", {"devices": ("fw2", "core1", "gone")}))

    assert [network.devices[at].id for at in policies_of(network)] == ["fw2"]
    assert {network.devices[leg.device].id for leg in legs(network)} == {"fw2"}


def test_pairs_are_ordered_by_trust() -> None:
    found = [(pair.low.id, pair.high.id, pair.delta) for pair in zone_pairs(compiled())]

    assert found[0] == ("internet", "dmz", 40)
    assert ("user", "server", 15) in found
    assert len(found) == 10


def test_an_access_list_without_rules_filters_nothing() -> None:
    plain, named = compiled(), Set("interfaces", "core1:dmz-svi", {"access_list": "gone"})
    filtered = compiled(Set("interfaces", "core1:dmz-svi", {"access_list": "inner"}))

    assert {plain.interfaces[at].device for at in layer3(plain).member_interface[filtered_members(plain)]} == {
        "fw1",
        "fw2",
    }
    assert filtered_members(compiled(named)).size == filtered_members(plain).size
    assert filtered_members(filtered).size == filtered_members(plain).size + 1


def test_bypass_is_empty_where_nothing_is_mixed() -> None:
    network = compiled()
    pair = zone_pairs(network)[0]

    assert not mixed(network, pair)
    assert bypass(network, pair) == ()


@pytest.mark.parametrize("bundled", [False, True])
@pytest.mark.parametrize("in_service", [False, True])
def test_a_link_joins_the_vlans_that_it_carries_untagged(bundled: bool, in_service: bool) -> None:
    wire = link("core1:u", "core2:u", LinkPurpose.UPLINK, in_service=in_service)
    native: dict[str, Any] = {"mode": PortMode.TRUNK, "native_vlan": "server", "vlans": ("user",)}
    far = [interface("core2", "u", **native)]
    if bundled:
        far = [
            interface("core2", "u", mode=PortMode.NONE, lag="po"),
            interface("core2", "po", kind=InterfaceKind.LAG, lag="po", **native),
        ]
    near = interface("core1", "u", mode=PortMode.ACCESS, vlan="dmz")
    lag = [Add("lags", Lag(id="po", device="core2", interface="po", members=("u",)))] if bundled else []
    network = compiled(Add("links", wire), *lag, *(Add("interfaces", one) for one in (near, *far)))
    labels = zone_domains(network)

    assert (labels["dmz"] == labels["server"]) is in_service


def test_a_dead_wire_joins_nothing() -> None:
    ends = [
        Add("interfaces", interface("core1", "r", vrf="vrf-dmz", addresses=("10.9.0.0/31",))),
        Add("interfaces", interface("core2", "r", vrf="vrf-server", addresses=("10.9.0.1/31",))),
    ]
    found = []
    for up in (True, False):
        network = compiled(Add("links", link("core1:r", "core2:r", LinkPurpose.UPLINK, in_service=up)), *ends)
        found.append([(pair.low.id, pair.high.id) for pair in zone_pairs(network) if mixed(network, pair)])

    assert found == [[("dmz", "server")], []]


def test_circuits_have_one_end_of_ours() -> None:
    between = Add("links", link("isp1:x", "isp2:x", LinkPurpose.CIRCUIT, trust=Trust.PUBLIC))
    turned = Add("links", link("isp1:y", "core1:y", LinkPurpose.CIRCUIT, trust=Trust.PUBLIC))
    network = compiled(between, turned)
    found = [network.links[at].id for at, on in enumerate(circuit_links(network)) if on]

    assert sorted(found) == ["edge1:wan--isp1:1", "edge2:wan--isp2:1", "isp1:y--core1:y"]
    assert network.devices[near_end(network, network.link_index["isp1:y--core1:y"])].id == "core1"


def test_leased_lines_of_different_providers_lead_to_different_networks() -> None:
    lines = [link(f"core{n}:l", f"isp{n}:l", LinkPurpose.CIRCUIT, trust=Trust.LEASED, phy=None) for n in (1, 2)]
    sold = Circuit(
        id="c", link=lines[0].id, kind=CircuitKind.MPLS, provider="A", site="dc1", rate_down_bps=1, rate_up_bps=1
    )
    network = compiled(*(Add("links", one) for one in lines), Add("circuits", sold))

    assert sorted(terrain(network).outside) == ["internet", "leased A", f"leased {lines[1].id}"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    st.sets(st.integers(0, 5), max_size=2),
)
def test_domains_are_components_without_enforcement_points(pairs: list[tuple[int, int]], strong: set[int]) -> None:
    """Six routers over point-to-point nets, some of them firewalls; the oracle deletes those."""
    facts: list[object] = []
    oracle = nx.Graph()
    oracle.add_nodes_from(set(range(6)) - strong)
    for n in range(6):
        sku = "FPR3105-NGFW-K9" if n in strong else None
        facts.append(device(f"d{n}", Role.FIREWALL if n in strong else Role.CORE, sku=sku))
        facts.append(interface(f"d{n}", "own", vrf="default", addresses=(f"10.1.{n}.1/24",)))
    for number, (a, b) in enumerate(pairs):
        if a == b:
            continue
        facts.append(link(f"d{a}:{number}", f"d{b}:{number}"))
        facts += [
            interface(f"d{end}", str(number), vrf="default", addresses=(f"10.2.{number}.{host}/31",))
            for host, end in enumerate((a, b))
        ]
        if not {a, b} & strong:
            oracle.add_edge(a, b)
    facts.append(Policy(id="p", name="p", devices=tuple(f"d{n}" for n in sorted(strong))))
    network = compile_network(design(*facts), default_catalog())
    label, land = domains(network), terrain(network)
    at = {int(land.device[node]): int(label[node]) for node in range(land.segment)}

    assert {n for n, mine in at.items() if mine < 0} == strong
    for a in oracle:
        for b in oracle:
            assert (at[a] == at[b]) is nx.has_path(oracle, a, b)


@pytest.mark.parametrize("trust", [Trust.PUBLIC, Trust.LEASED])
def test_an_unaddressed_hand_off_reaches_all_tables_of_a_device(trust: Trust) -> None:
    spare = link("core1:bare", "isp1:bare", LinkPurpose.CIRCUIT, trust=trust, phy=None)
    network = compiled(Add("links", spare))
    label, land = domains(network), terrain(network)
    node = land.outside["internet" if trust is Trust.PUBLIC else f"leased {spare.id}"]
    core1 = [v for v in range(land.segment) if land.device[v] == network.device_index["core1"]]

    assert {int(label[v]) for v in core1} == {int(label[node])}
