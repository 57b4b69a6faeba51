"""Flows between gateways, and the way to providers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.protocols.providers import (
    circuit_interfaces,
    lonely_exits,
    private_networks,
    provider_sessions,
)
from netdesign.analysis.tables.routes import OUTCOMES
from netdesign.analysis.traffic.flow_routes import flow_ends, stranded, without_gateway
from netdesign.graph.network import Network
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.routing import Redistribution
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.routed import DEFAULT, bgp, flow, group, joined, ospf, peer, port, static, subnet, svi
from tests.support.sketch import case, design, device, link

PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE), *joined("a:1", "b:1"))
HOMES = (
    *(subnet("10.1.0.0/24", "v"), subnet("10.2.0.0/24", "w")),
    *(svi("a", "v", "10.1.0.1/24"), svi("b", "w", "10.2.0.1/24")),
    *(group("left", "v"), group("right", "w")),
)
ROUTED = (*ospf("a", "1", "Vlan-v"), *ospf("b", "1", "Vlan-w"))


def compiled(*facts: Any) -> Network:
    return case(design(*facts)).network


def ends(network: Network) -> list[tuple[str, bool, str]]:
    return [(row.flow, row.backward, OUTCOMES[row.outcome]) for row in stranded(network)]


def test_flows_arrive_there_and_back_over_an_igp() -> None:
    assert ends(compiled(*PAIR, *HOMES, *ROUTED, flow("left", "right"))) == []


def test_a_missing_way_back_is_told_apart_from_a_missing_way_there() -> None:
    there = compiled(*PAIR, *HOMES, static("a", "10.2.0.0/24", "10.0.0.1"), flow("left", "right"))
    neither = compiled(*PAIR, *HOMES, flow("left", "right"))

    assert ends(there) == [("left>right", True, "no route")]
    assert ends(neither) == [("left>right", False, "no route"), ("left>right", True, "no route")]
    (row,) = stranded(there)
    assert (row.start, row.subnet, row.vertex, row.walks) == (1, 0, 1, 1)


def test_a_table_that_lacks_what_others_of_its_class_are_connected_to_is_found() -> None:
    facts = (*PAIR, subnet("10.1.0.0/24", "v"), subnet("10.3.0.0/24", "x"), group("left", "v"), group("only", "x"))
    gateways = (svi("a", "v", "10.1.0.2/24"), svi("b", "v", "10.1.0.3/24"), svi("a", "x", "10.3.0.1/24"))

    assert ("left>only", False, "no route") in ends(compiled(*facts, *gateways, flow("left", "only")))


def test_services_and_groups_are_ends_and_strangers_are_none() -> None:
    service = ServiceInstance(
        id="dns",
        kind=ServiceKind.DNS,
        name="dns",
        site="dc1",
        zone="server",
        address="10.2.0.9",
        subnet="10.2.0.0/24",
        attached_to=(),
    )
    network = compiled(*PAIR, *HOMES, service, device("isp", Role.PROVIDER))

    ends = flow_ends(network, ("left", "dns", "isp", "ghost"))
    assert (ends.subnets, ends.providers) == ((0, 1), (2,))
    nobody = flow_ends(network, ("ghost",))
    assert (nobody.subnets, nobody.providers) == ((), ())


def test_subnets_without_a_gateway_are_named_unless_the_flow_stays_in_one_vlan() -> None:
    facts = (
        subnet("10.5.0.0/24", "y"),
        subnet("10.1.0.0/24", "v"),
        group("here", "y"),
        group("beside", "y"),
        group("left", "v"),
    )
    network = compiled(*PAIR, *facts)

    assert without_gateway(network, flow("here", "beside")) == ()
    assert without_gateway(network, flow("here", "left")) == (0, 1)
    assert without_gateway(network, flow("ghost", "phantom")) == ()
    assert ends(compiled(*PAIR, *facts, flow("here", "left"))) == []


EDGE = (DEFAULT, device("a", Role.INTERNET_EDGE), device("isp", Role.PROVIDER, managed=False))
HOME = (subnet("10.1.0.0/24", "v"), svi("a", "v", "10.1.0.1/24"), group("left", "v"))
CIRCUIT = link("a:9", "isp:1", LinkPurpose.CIRCUIT)
OUR_PORT = port("a:9", "192.0.2.0/31")
LOST = [("left>isp", False, "no route"), ("isp>left", True, "no route")]
OUT, IN = flow("left", "isp"), flow("isp", "left")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([OUR_PORT], LOST, id="no default"),
        pytest.param([OUR_PORT, static("a", "0.0.0.0/0", "192.0.2.1")], [], id="static default to the provider"),
        pytest.param([OUR_PORT, static("a", "0.0.0.0/0", "192.0.9.1")], LOST, id="next hop nowhere"),
        pytest.param([OUR_PORT, bgp("a", 1), peer("a", "192.0.2.1", 9)], [], id="our side of a session"),
        pytest.param(
            [port("a:9", unnumbered=True), bgp("a", 1), peer("a", None, 9, interface="a:9")],
            [],
            id="unnumbered session",
        ),
        pytest.param([OUR_PORT, bgp("a", 1), peer("a", "192.0.7.1", 9)], LOST, id="a peer elsewhere"),
        pytest.param(
            [
                *(OUR_PORT, port("isp:1", "192.0.2.1/31"), bgp("a", 1), bgp("isp", 9, default_originate=True)),
                *(peer("a", "192.0.2.1", 9), peer("isp", "192.0.2.0", 1)),
            ],
            [],
            id="both sides of a session",
        ),
        pytest.param(
            [OUR_PORT, port("isp:1", "192.0.2.1/31"), static("a", "0.0.0.0/0", "192.0.2.1")],
            [],
            id="static to a known port",
        ),
    ],
)
def test_the_way_out_is_a_default_route_to_a_provider(facts: list[Any], expected: list[Any]) -> None:
    assert ends(compiled(*EDGE, *HOME, CIRCUIT, *facts, OUT, IN)) == expected


def test_what_is_ours_does_not_leave_to_a_provider() -> None:
    facts = (OUR_PORT, static("a", "0.0.0.0/0", "192.0.2.1"), subnet("10.6.0.0/24", "z"), group("far", "z"))

    assert ends(compiled(*EDGE, *HOME, CIRCUIT, *facts, flow("left", "far"))) == [
        ("left>far", False, "left to a provider")
    ]


def test_circuits_and_sessions_with_providers_are_known() -> None:
    network = compiled(*EDGE, CIRCUIT, OUR_PORT, bgp("a", 1), peer("a", "192.0.2.1", 9))

    assert circuit_interfaces(network) == {1: (0,)}
    assert provider_sessions(network) == ((0, 1),)
    assert {process for process, _ in provider_sessions(network)} == {0}
    assert circuit_interfaces(compiled(*EDGE, replace(CIRCUIT, in_service=False), OUR_PORT)) == {}


SITES = (
    *(DEFAULT, device("a", Role.WAN_EDGE), device("b", Role.WAN_EDGE)),
    *(device(p, Role.PROVIDER, managed=False) for p in ("p1", "p2")),
    *(link("a:9", "p1:1", LinkPurpose.CIRCUIT), link("b:9", "p2:1", LinkPurpose.CIRCUIT)),
    *(port("a:9", "192.0.2.0/31"), port("b:9", "192.0.2.2/31")),
    *(subnet("10.1.0.0/24", "v"), subnet("10.2.0.0/24", "w"), group("left", "v"), group("right", "w")),
    *(svi("a", "v", "10.1.0.1/24"), svi("b", "w", "10.2.0.1/24")),
    *(bgp(d, at + 1, redistribute=(Redistribution(source="connected"),)) for at, d in enumerate("ab")),
    *(peer("a", "192.0.2.1", 9), peer("b", "192.0.2.3", 9)),
    flow("left", "right"),
)


def circuits(kind: CircuitKind, *providers: str) -> list[Circuit]:
    links = ("a:9--p1:1", "b:9--p2:1")
    fixed: dict[str, Any] = {"kind": kind, "site": "dc1", "rate_down_bps": 1, "rate_up_bps": 1}
    return [Circuit(id=one, link=one, provider=p, **fixed) for one, p in zip(links, providers, strict=True)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(circuits(CircuitKind.MPLS, "one", "one"), [], id="one private network"),
        pytest.param(circuits(CircuitKind.MPLS, "one", "two"), ["left to a provider"] * 2, id="two private networks"),
        pytest.param(circuits(CircuitKind.DIA, "one", "one"), ["left to a provider"] * 2, id="the Internet"),
    ],
)
def test_a_private_network_of_a_provider_joins_sites(facts: list[Circuit], expected: list[str]) -> None:
    network = compiled(*SITES, *facts)

    assert [outcome for _, _, outcome in ends(network)] == expected
    assert len(private_networks(network)) == (0 if facts[0].kind is CircuitKind.DIA else 2)


def test_exits_of_a_site_learn_from_each_other() -> None:
    between = (*joined("a:1", "b:1"), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))
    one = (*EDGE, CIRCUIT, OUR_PORT, bgp("a", 1), peer("a", "192.0.2.1", 9))

    assert lonely_exits(compiled(*SITES)) == (0, 1)
    assert lonely_exits(compiled(*one)) == ()
    assert lonely_exits(compiled(*SITES, *between)) == ()
