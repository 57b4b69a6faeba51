"""Where an address may stand once, and which prefix a subnet should have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.addressing.address_scopes import held_prefixes, interface_scopes, refitted, vrf_scopes
from netdesign.graph.network import Network, compile_network
from netdesign.model.addressing import VirtualGateway
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import Role
from tests.support.routed import DEFAULT, bridged, joined, subnet, svi, vlan
from tests.support.sketch import NO_CATALOG, design, device

RED, BLUE = Vrf(id="red", name="red"), Vrf(id="blue", name="blue")
PAIR = (DEFAULT, RED, BLUE, device("a", Role.CORE), device("b", Role.CORE))
VLAN = vlan("v", 10, "a", "b")


def network(*facts: Any) -> Network:
    return compile_network(design(*PAIR, *facts), NO_CATALOG)


def test_a_link_joins_the_vrfs_at_its_ends() -> None:
    link, near, far = joined("a:1", "b:1")
    made = network(link, replace(near, vrf="red"), replace(far, vrf="blue"))
    scopes = vrf_scopes(made)

    assert scopes["red"] == scopes["blue"] != scopes["default"]
    assert interface_scopes(made).tolist() == [scopes["red"]] * 2


def test_a_vrf_that_only_a_subnet_names_is_one_of_its_own() -> None:
    scopes = vrf_scopes(network(subnet("10.0.0.0/24", vrf="ghost")))

    assert len({scopes[name] for name in ("ghost", "red", "blue", "default")}) == 4


def test_most_addresses_in_a_vlan_tell_its_prefix() -> None:
    odd = svi("b", "v", "10.9.9.9/25")
    made = network(VLAN, svi("a", "v", "10.0.0.2/24", "fd12::2/64"), odd, *bridged("v", "a", "b"))

    assert held_prefixes(made) == {("v", 4): "10.0.0.0/24", ("v", 6): "fd12::/64"}
    wrong = subnet("10.7.7.0/24", "v")
    assert refitted(made, wrong, 4) == "10.0.0.0/24"


def gateway(*addresses: str) -> Any:
    return svi("a", "v", virtual_gateway=VirtualGateway.ANYCAST, virtual_addresses=addresses)


@pytest.mark.parametrize(
    ("hosts", "growth", "prefix"),
    [(1, 1.0, "10.0.0.0/29"), (10, 1.0, "10.0.0.0/28"), (10, 2.0, "10.0.0.0/27"), (5_000, 1.0, "10.0.0.0/25")],
)
def test_a_gateway_alone_tells_where_its_subnet_is(hosts: int, growth: float, prefix: str) -> None:
    wrong = subnet("10.7.0.0/24", "v", planned_hosts=hosts)
    made = network(VLAN, gateway("10.0.0.1"), wrong, subnet("10.0.0.128/25"), subnet("nonsense"))

    assert refitted(made, wrong, 4, growth) == prefix


def test_ipv6_subnets_of_hosts_have_one_size() -> None:
    wrong = subnet("fd99::/64", "v")

    assert refitted(network(VLAN, gateway("fd12::1"), wrong), wrong, 6) == "fd12::/64"


def test_nothing_tells_of_a_subnet_without_gateways() -> None:
    lonely, loose = subnet("10.7.0.0/24", "v"), subnet("10.8.0.0/24")
    made = network(VLAN, lonely, loose)

    assert refitted(made, lonely, 4) is None
    assert refitted(made, loose, 4) is None
    taken = network(VLAN, gateway("10.0.0.1"), lonely, subnet("10.0.0.0/16"))
    assert refitted(taken, lonely, 4) is None, "every prefix around the gateway is another subnet's"
