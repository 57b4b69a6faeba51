"""Static routes that take a service's packets: from which tables, and what the service is then no longer reached by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.analysis.forwarding.journeys import place
from netdesign.analysis.forwarding.reachability import Origin, gets_to, group_origins
from netdesign.analysis.forwarding.robbed import robbed_tables
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import Role
from tests.support.routed import DEFAULT, group, joined, static, subnet, svi, vlan
from tests.support.sketch import design, device
from tests.support.stronghold import FIREWALL

DNS = ServiceInstance(
    id="dns",
    kind=ServiceKind.DNS,
    name="dns",
    site="dc1",
    zone="server",
    address="10.2.0.5",
    subnet="10.2.0.0/24",
    attached_to=(),
)
UP, *INSIDE = joined("core:1", "wall:1", "10.0.0")
DOWN, *OUTSIDE = joined("wall:2", "hall:1", "10.0.1")
NETWORK: tuple[Any, ...] = (
    DEFAULT,
    *(Vrf(id=name, name=name) for name in ("user", "server")),
    device("core", Role.CORE),
    device("wall", Role.FIREWALL, sku=FIREWALL),
    device("hall", Role.CORE),
    *(UP, replace(INSIDE[0], vrf="user"), replace(INSIDE[1], zone="user")),
    *(DOWN, replace(OUTSIDE[0], zone="server"), replace(OUTSIDE[1], vrf="server")),
    *(vlan("v", 1, "core"), svi("core", "v", "10.1.0.1/24", vrf="user"), subnet("10.1.0.0/24", "v", vrf="user")),
    *(vlan("w", 2, "hall"), svi("hall", "w", "10.2.0.1/24", vrf="server"), subnet("10.2.0.0/24", "w", vrf="server")),
    *(group("staff", "v", zone="user"), group("servers", "w")),
    static("core", "0.0.0.0/0", "10.0.0.1", vrf="user"),
    static("wall", "10.1.0.0/24", "10.0.0.0"),
    static("wall", "10.2.0.0/24", "10.0.1.1"),
    static("hall", "0.0.0.0/0", "10.0.1.0", vrf="server"),
    Policy(id="p", name="p", devices=("wall",)),
)


def network(*facts: Any, dns: ServiceInstance = DNS) -> Network:
    allow = PolicyRule(id="all", policy="p", order=1, action=Action.PERMIT)
    return compile_network(design(*NETWORK, allow, dns, *facts), default_catalog())


def robbed(net: Network) -> set[str]:
    return {place(net, table) for table in robbed_tables(net, "dns")}


def test_only_routes_longer_than_the_subnet_that_hold_the_address_take_its_packets() -> None:
    assert robbed(network()) == set()
    assert robbed(network(static("wall", "10.2.0.8/29", None, discard=True))) == set()
    assert robbed(network(static("wall", "10.2.0.4/31", "10.0.1.1"))) == set()
    assert robbed(network(static("wall", "10.2.0.4/31", None, discard=True))) == {"core (user)", "wall (default)"}
    hole = static("wall", "10.2.0.4/31", None, discard=True)
    assert robbed(network(hole, dns=replace(DNS, address="nonsense"))) == set()
    assert robbed(network(hole, dns=replace(DNS, subnet="unknown"))) == set()


def test_a_service_is_reached_from_domains_that_are_not_robbed_of_it() -> None:
    def reached(net: Network) -> list[bool]:
        return [gets_to(net, group_origins(net, name), "dns") for name in ("staff", "servers")]

    assert reached(network()) == [True, True]
    assert reached(network(static("wall", "10.2.0.4/31", None, discard=True))) == [False, True]
    assert reached(network(static("hall", "10.2.0.4/31", None, discard=True, vrf="server"))) == [False, False]
    assert not gets_to(network(), (Origin(-1, 4, 0),), "dns")
