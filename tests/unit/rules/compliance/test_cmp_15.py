"""CMP-15: nothing on the Internet gets to stores of card data, or learns or borrows their addresses."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.routing import BgpNeighbor, PolicyAction, RoutePolicy, RoutePolicyTerm, RoutingProcess
from netdesign.model.security import PublishedService
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import RoutingProtocol
from netdesign.rules.compliance.cmp_15_card_exposure import card_exposure
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, SQL, messages, permit, survivors, verdict
from tests.unit.rules.compliance.cards import shop


def test_stores_behind_a_dmz_pass() -> None:
    found = verdict(card_exposure, shop())

    assert found.status is Status.PASS
    assert {m.name: m.value for m in found.measures} == {
        "zones_with_card_data": "server",
        "zones_that_may_forge_sources": 0,
    }
    assert survivors(card_exposure, shop()) == ["announce everything to providers"]  # there is no session


def test_a_published_store_is_found() -> None:
    made = shop(Add("published_services", PublishedService(id="till", name="till", group="apps", service=HTTPS)))

    assert messages(card_exposure, made) == ["till publishes https on apps, which is among card data"]


def test_the_internet_may_not_enter_straight_or_by_a_relay() -> None:
    inward = permit("in", 6, "internet", "server", SQL, destinations=("10.0.3.7/32",), sources=("192.0.2.0/24",))
    relay = permit("relay", 7, "dmz", "server", HTTPS, sources=("10.0.1.0/24",), destinations=("10.0.3.0/24",))

    straight = messages(card_exposure, shop(Add("policy_rules", inward)))
    assert "from internet packets may get to server straight, such as 192.0.2.0 -> 10.0.3.7 tcp/1521" in straight
    (relayed,) = messages(card_exposure, shop(Add("policy_rules", relay)))
    assert relayed.startswith("from internet packets may get to server by way of dmz")
    assert relayed.endswith("tcp/443")


def session(policy: str | None, *terms: RoutePolicyTerm) -> tuple[Operation, ...]:
    ours = RoutingProcess(id="edge1:bgp", device="edge1", vrf="default", protocol=RoutingProtocol.BGP, asn=64512)
    theirs = RoutingProcess(id="isp1:bgp", device="isp1", vrf="default", protocol=RoutingProtocol.BGP, asn=64901)
    side = BgpNeighbor(id="out", process="edge1:bgp", remote_asn=64901, peer_address="192.0.2.3", export_policy=policy)
    return (
        Add("processes", ours),
        Add("processes", theirs),
        Add("bgp_neighbors", side),
        Add("route_policies", RoutePolicy(id="to-provider", name="to-provider", terms=terms)),
    )


@pytest.mark.parametrize(
    ("policy", "term", "shown"),
    [
        (None, RoutePolicyTerm(action=PolicyAction.DENY), True),
        ("to-provider", RoutePolicyTerm(action=PolicyAction.DENY), False),
        ("to-provider", RoutePolicyTerm(action=PolicyAction.PERMIT), True),
        ("to-provider", RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("10.0.0.0/8",)), True),
        ("to-provider", RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("10.0.0.0/8",), max_length=16), False),
        ("to-provider", RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("192.0.2.0/24",)), False),
    ],
)
def test_inside_prefixes_are_not_announced(policy: str | None, term: RoutePolicyTerm, shown: bool) -> None:
    found = messages(card_exposure, shop(*session(policy, term)))

    assert ("session out may announce 10.0.3.0/24 of card data to a provider" in found) is shown
    assert survivors(card_exposure, shop(*session("to-provider", RoutePolicyTerm(action=PolicyAction.DENY)))) == []


def test_private_addresses_leave_translated() -> None:
    outward = permit("out", 6, "server", "internet", HTTPS, sources=("10.0.3.0/24",))
    said = "1 private subnets of server may send to the Internet with nothing to translate them"

    nat = Nat(id="n", kind=NatKind.SOURCE_PORT, devices=("fw1", "fw2"), addresses=1)
    assert said.replace("1 private", "2 private") in messages(card_exposure, shop(Add("policy_rules", outward))) or (
        said in messages(card_exposure, shop(Add("policy_rules", outward)))
    )
    assert messages(card_exposure, shop(Add("policy_rules", outward), Add("nats", nat))) == []
    assert messages(
        card_exposure,
        shop(Add("policy_rules", outward), Add("nats", Nat(**{**_fields(nat), "inside": ("10.9.0.0/16",)}))),
    )


def _fields(nat: Nat) -> dict[str, Any]:
    return {"id": nat.id, "kind": nat.kind, "devices": nat.devices, "addresses": nat.addresses}


def test_forged_sources_need_a_check() -> None:
    free = Set("policy_rules", "p3", {"sources": ()})
    said = "packets with source addresses that are none of user's may enter server from there"

    assert messages(card_exposure, shop(free)) == [said]
    checked = [Set("interfaces", f"fw{n}:user-transit-svi", {"unicast_rpf": "strict"}) for n in (1, 2)]
    assert messages(card_exposure, shop(free, *checked)) == []


def test_mutants_without_card_data() -> None:
    assert [mutant.mutate(case(design())) for mutant in card_exposure.mutants] == [None] * 5
    assert verdict(card_exposure, shop(Remove("zones", "internet"))).status is Status.PASS
