"""Which address an interface should have instead of a wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.protocols.readdressing import (
    free_address,
    held_addresses,
    named_addresses,
    own_claims,
    right_address,
    wrong_holder,
)
from netdesign.graph.network import Network, compile_network
from netdesign.graph.prefixes import parse_address, parse_prefix
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.security import Action, PolicyRule
from netdesign.model.vocabulary import InterfaceKind, Role, SubnetPurpose
from tests.support.routed import DEFAULT, bgp, joined, loopback, peer, port, static, subnet, svi, vlan
from tests.support.sketch import NO_CATALOG, design, device, link

PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE), vlan("v", 10, "a"))
LOOPS = [subnet(f"10.8.0.{n}/32", purpose=SubnetPurpose.LOOPBACK) for n in (1, 2, 3)]


def network(*facts: Any) -> Network:
    return compile_network(design(*PAIR, *facts), NO_CATALOG)


def number(text: str) -> tuple[int, int]:
    return parse_address(text)


def test_interfaces_and_services_hold_addresses() -> None:
    one = ServiceInstance(
        id="s", kind=ServiceKind.DNS, name="s", site="dc1", zone="z", address="10.0.0.5", subnet="n", attached_to=()
    )
    made = network(one, port("a:1", "10.0.0.5/24", "bad"), replace(one, id="t", address="none"))

    assert held_addresses(made) == {number("10.0.0.5"): {"s", "a:1"}}


def test_neighbours_next_hops_and_rules_name_addresses() -> None:
    rule = PolicyRule(id="r", policy="p", order=1, action=Action.PERMIT, sources=("10.0.0.7/32", "10.0.0.0/24"))
    made = network(
        bgp("a", 1), peer("a", "10.0.0.1", 2), replace(peer("a", "10.9.9.9", 2), process="ghost", id="x"), rule,
        static("b", "0.0.0.0/0", "10.0.0.1"), static("b", "10.1.0.0/16", None),
    )  # fmt: skip

    assert named_addresses(made) == {number("10.0.0.1"): {"a", "b"}, number("10.0.0.7"): {""}}


def test_processes_claim_router_ids_and_single_networks() -> None:
    made = network(bgp("a", 1, router_id="10.8.0.1", networks=("10.8.0.1/32", "10.0.0.0/24", "fd12::1/128")))

    assert own_claims(made, "a") == {number("10.8.0.1"), number("fd12::1")}
    assert own_claims(made, "b") == set()


def test_who_names_an_address_does_not_hold_it() -> None:
    made = network(port("a:1", "10.0.0.1/31"), port("b:1", "10.0.0.1/31"), static("a", "0.0.0.0/0", "10.0.0.1"))

    assert wrong_holder(made, "10.0.0.1/31", ("a:1", "b:1")) == "a:1"


def test_who_claims_another_free_address_does_not_hold_it() -> None:
    loops = loopback("a", "10.8.0.1/32"), loopback("b", "10.8.0.1/32")
    claims = bgp("a", 1, router_id="10.8.0.2"), bgp("b", 2, router_id="10.8.0.1")

    assert wrong_holder(network(*loops, *claims), "10.8.0.1/32", ("a:lo0", "b:lo0")) == "a:lo0"
    assert wrong_holder(network(*loops), "10.8.0.1/32", ("a:lo0", "b:lo0")) == "b:lo0"
    assert wrong_holder(network(), "none", ("ghost",)) == "ghost"


@pytest.mark.parametrize(
    ("facts", "wrong", "right"),
    [
        ((subnet("10.0.0.0/24", "v"), svi("a", "v", "10.7.7.7/24")), "10.7.7.7/24", "10.0.0.10/24"),
        ((subnet("10.0.0.0/24", "v"), svi("a", "v", "10.0.0.7/25")), "10.0.0.7/25", "10.0.0.7/24"),
        ((subnet("10.0.0.0/24", "v"), svi("a", "v", "10.0.0.0/25")), "10.0.0.0/25", "10.0.0.10/24"),
        ((subnet("10.0.0.0/30", "v"), svi("a", "v", "10.7.7.7/24")), "10.7.7.7/24", "10.0.0.1/30"),
    ],
)
def test_a_vlan_has_the_right_addresses(facts: tuple[Any, ...], wrong: str, right: str) -> None:
    assert right_address(network(*facts), "a:Vlan-v", wrong) == right


def test_a_link_has_the_other_address() -> None:
    cable, _, far = joined("a:1", "b:1")

    assert right_address(network(cable, far, port("a:1", "10.0.0.1/31")), "a:1", "10.0.0.1/31") == "10.0.0.0/31"


def test_a_loopback_has_an_idle_subnet_first_the_claimed_one() -> None:
    other = loopback("b", "10.8.0.1/32")
    wrong = port("a:lo0", "10.8.0.1/32", kind=InterfaceKind.LOOPBACK)

    assert right_address(network(*LOOPS, other, wrong), "a:lo0", "10.8.0.1/32") == "10.8.0.2/32"
    claimed = network(*LOOPS, other, wrong, bgp("a", 1, router_id="10.8.0.3"))
    assert right_address(claimed, "a:lo0", "10.8.0.1/32") == "10.8.0.3/32"


def test_nothing_tells() -> None:
    alone = network(link("a:1", "b:1"), port("a:1", "10.0.0.1/31"), port("b:1"))

    assert right_address(alone, "ghost", "10.0.0.1/31") is None
    assert right_address(alone, "a:1", "nothing") is None
    assert right_address(alone, "a:1", "10.0.0.1/31") is None


def test_free_addresses_are_those_that_others_name_first() -> None:
    made = network(port("a:1", "10.0.0.10/24"), static("b", "0.0.0.0/0", "10.0.0.99"))
    lan = parse_prefix("10.0.0.0/24")

    assert free_address(made, lan, "a") == number("10.0.0.99")[1]
    assert free_address(made, lan, "b") == number("10.0.0.11")[1], "it is another's next hop"
    assert free_address(made, parse_prefix("10.0.0.10/32"), "a") is None
