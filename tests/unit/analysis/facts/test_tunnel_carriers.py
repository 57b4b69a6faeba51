"""Tunnels last as long as the circuits that carry them, at either end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.addressing.layer3 import layer3, routed_components
from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.facts.tunnel_carriers import carried_tunnels, fallen, links_left, tunnels_over
from netdesign.graph.network import Network
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.switching import Vrf
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, Role
from tests.support.routed import port
from tests.support.sketch import case, design, device, link

NAMES = ("a", "b", "isp-a", "isp-b", "router")


def facts(**ends: Any) -> tuple[Any, ...]:
    """Two firewalls with a tunnel; that of the b end leaves by a router before the firewall."""
    return (
        Vrf(id="default", name="default"),
        device("a", Role.FIREWALL),
        device("b", Role.FIREWALL),
        device("router", Role.INTERNET_EDGE),
        device("isp-a", Role.PROVIDER, sku=None, managed=False),
        device("isp-b", Role.PROVIDER, sku=None, managed=False),
        link("a:1", "isp-a:1", LinkPurpose.CIRCUIT, id="circuit-a"),
        link("b:1", "router:1", LinkPurpose.ATTACHMENT, id="inside"),
        link("router:2", "isp-b:1", LinkPurpose.CIRCUIT, id="circuit-b"),
        port("a:tunnel1", "10.9.0.0/31", kind=InterfaceKind.TUNNEL),
        port("b:tunnel1", "10.9.0.1/31", kind=InterfaceKind.TUNNEL),
        Tunnel(
            id="t",
            a="a",
            b="b",
            kind=TunnelKind.IPSEC,
            inner_mtu_bytes=1400,
            **({"a_interface": "a:tunnel1", "b_interface": "b:tunnel1"} | ends),
        ),
    )


CARRIED = {"a_link": "circuit-a", "b_link": "circuit-b"}


def network(**ends: Any) -> Network:
    return case(design(*facts(**ends))).network


def joined(made: Network, **failures: Any) -> bool:
    graph, label = layer3(made), routed_components(made, **failures)
    a, b = (graph.vertex(made.device_index[name], "default") for name in "ab")
    return bool(a >= 0 and b >= 0 and label[a] == label[b] != -1)


@pytest.mark.parametrize("lost", ["circuit-a", "circuit-b"])
def test_a_tunnel_falls_with_the_circuit_at_either_end(lost):
    made = network(**CARRIED)
    at = made.link_index[lost]

    assert joined(made)
    assert not joined(made, failed_links=[at])
    assert not joined(degraded(made, failed_links=[at]))


@pytest.mark.parametrize("lost", ["isp-a", "isp-b", "router"])
def test_a_tunnel_falls_with_a_device_that_its_circuit_ends_on(lost):
    made = network(**CARRIED)
    at = made.device_index[lost]

    assert not joined(made, failed_devices=[at])
    assert not joined(degraded(made, failed_devices=[at]))


def test_a_tunnel_without_a_named_circuit_takes_any_way():
    made = network()

    assert carried_tunnels(made).interface.size == 0
    assert joined(made, failed_links=[made.link_index["circuit-a"], made.link_index["circuit-b"]])


def test_a_tunnel_over_a_circuit_that_is_not_there_is_down():
    assert not joined(network(a_link="gone", b_link="circuit-b"))


def test_a_tunnel_over_a_circuit_out_of_service_is_down():
    cut = [
        fact if getattr(fact, "id", "") != "circuit-a" else link("a:1", "isp-a:1", LinkPurpose.CIRCUIT,
                                                                 id="circuit-a", in_service=False)
        for fact in facts(**CARRIED)
    ]  # fmt: skip

    assert not joined(case(design(*cut)).network)


def test_tunnels_are_found_by_the_circuit_or_else_by_the_device():
    assert {name: [one.id for one in some] for name, some in tunnels_over(network(a_link="circuit-a")).items()} == {
        "circuit-a": ["t"],
        "b": ["t"],
    }


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(["circuit-a", "circuit-b", "inside"])))
def test_what_is_left_after_failures_agrees_with_a_network_without_what_failed(devices, links):
    made = network(**CARRIED)
    places = [made.device_index[name] for name in devices], [made.link_index[name] for name in links]
    left = links_left(made, *places)
    after = degraded(made, *places)

    assert np.array_equal(left, after.usable_links)
    assert np.array_equal(fallen(made, left), fallen(after, after.usable_links))
    if not devices & {"a", "b"}:
        assert joined(made, failed_devices=places[0], failed_links=places[1]) is joined(after)
