"""Default routes that are missing at the edge come back: originated by the provider, accepted by us, or stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.model.design import Design
from netdesign.model.patch import Set, apply
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Trust
from netdesign.rules.default_routes import accept_default, default_to_provider, originate_default
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_04_routing import routing_incomplete
from tests.support.routed import DEFAULT, bgp, flow, group, joined, peer, static, subnet, svi, vlan
from tests.support.sketch import case, design, device

LINE, *PORTS = joined("edge:1", "isp:1", "198.18.0")
NETWORK: tuple[Any, ...] = (
    DEFAULT,
    device("edge", Role.INTERNET_EDGE),
    device("isp", Role.PROVIDER, managed=False, sku=None),
    replace(LINE, purpose=LinkPurpose.CIRCUIT, trust=Trust.PUBLIC),
    *PORTS,
    *(vlan("v", 10, "edge"), svi("edge", "v", "10.1.0.1/24"), subnet("10.1.0.0/24", "v"), group("staff", "v")),
    flow("staff", "isp"),
)
REFUSED = RoutePolicyTerm(action=PolicyAction.DENY)
ANY = Finding(message="")


def speaking(*, originates: bool = True, taken: tuple[RoutePolicyTerm, ...] | None = None) -> Design:
    """The edge and its provider over BGP; `taken` are the terms of the edge's import policy, if it has one."""
    policies = () if taken is None else (RoutePolicy(id="in", name="in", terms=taken),)
    return design(
        *NETWORK,
        *(bgp("edge", 64500, networks=("10.1.0.0/24",)), bgp("isp", 64501, default_originate=originates)),
        *(
            peer("edge", "198.18.0.1", 64501, import_policy="in" if policies else None),
            peer("isp", "198.18.0.0", 64500),
        ),
        *policies,
        redundancy=Redundancy.NONE,
    )


def passes(made: Design) -> bool:
    return judge_one(routing_incomplete, case(made)).status is Status.PASS


def test_a_provider_that_originates_nothing_is_made_to() -> None:
    quiet = speaking(originates=False)
    patch = originate_default(case(quiet), ANY)

    assert passes(speaking())
    assert not passes(quiet)
    assert patch == (Set("processes", "isp:bgp", {"default_originate": True}),)
    assert apply(quiet, patch) == speaking()
    assert originate_default(case(speaking()), ANY) is None


def test_a_default_route_that_a_policy_refuses_is_permitted_first_and_nothing_else_is() -> None:
    deaf = speaking(taken=(REFUSED,))
    patch = accept_default(case(deaf), ANY)
    wanted = RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("0.0.0.0/0",), max_length=0)

    assert not passes(deaf)
    assert patch == (Set("route_policies", "in", {"terms": (wanted, REFUSED)}),)
    assert passes(apply(deaf, patch))
    assert accept_default(case(speaking()), ANY) is None
    assert accept_default(case(speaking(taken=(wanted, REFUSED))), ANY) is None


def test_a_router_that_runs_no_protocol_gets_a_static_default_to_the_provider() -> None:
    mute = design(*NETWORK, redundancy=Redundancy.NONE)
    patch = default_to_provider(case(mute), ANY)
    assert patch is not None
    mended = apply(mute, patch)

    assert not passes(mute)
    assert [(r.device, r.prefix, r.next_hop) for r in mended.routing.static_routes] == [
        ("edge", "0.0.0.0/0", "198.18.0.1")
    ]
    assert default_to_provider(case(mended), ANY) is None
    assert default_to_provider(case(speaking()), ANY) is None
    assert default_to_provider(case(design(*NETWORK, static("edge", "0.0.0.0/0", "198.18.0.1"))), ANY) is None
