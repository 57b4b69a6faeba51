from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.routing.convergence import (
    GATEWAY,
    budget_s,
    demands,
    learned_defaults,
    moved,
    recovery_s,
    watches,
)
from netdesign.catalog.parameters import default_parameters
from netdesign.model.patch import Add, Remove, Set, SetRequirement
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy
from netdesign.rules.protocol.pro_27_convergence import convergence_budget, hurry, run_bfd
from tests.support.built import built, found, said, unmended
from tests.support.patches import sets
from tests.support.sketch import case, design

STATIC = ("a static route, one of several, is bound to nothing",)
CABLE = ("BGP holds for 180 s without BFD on a cable",)
OSPF = ("OSPF or IS-IS waits for four minutes",)
PROTOCOLS = default_parameters().protocols


@pytest.mark.parametrize(
    ("shape", "but"), [("campus", STATIC + CABLE + OSPF), ("tiers", STATIC + CABLE), ("centre", STATIC + OSPF)]
)
def test_every_mutant_is_seen_and_mended(shape, but):
    assert unmended(convergence_budget, built(shape), but=but) == []


def test_the_budget_is_that_of_calls_where_there_are_any():
    network = case(built("campus")).network
    (site,) = built("campus").inventory.sites
    some = watches(network)[0]

    assert demands(network) == {site.id: "voice"}
    assert budget_s(network, some, PROTOCOLS) == PROTOCOLS.convergence_voice_s
    assert set(demands(case(built("centre")).network).values()) == {"gold"}


def test_recovery_is_detection_and_routes_and_installation():
    network = case(built("centre")).network
    one = next(watch for watch in watches(network) if watch.kind == "bgp_neighbors" and watch.vrf == "default")
    count = moved(network, one)
    wanted = (one.detect_ms + PROTOCOLS.bgp_ms + count * PROTOCOLS.fib_us_per_prefix / 1000) / 1000

    assert recovery_s(network, one, PROTOCOLS) == pytest.approx(wanted)
    assert recovery_s(network, one._replace(kind="igp_interfaces"), PROTOCOLS) == pytest.approx(
        wanted + (PROTOCOLS.spf_ms - PROTOCOLS.bgp_ms) / 1000
    )


def test_only_what_is_announced_moves():
    network = case(built("centre")).network
    one = next(watch for watch in watches(network) if watch.kind == "bgp_neighbors" and watch.vrf == "default")
    fabric = {fact.device for fact in network.design.routing.processes if fact.vrf == "default"}
    stated = {p for fact in network.design.routing.processes if fact.vrf == "default" for p in fact.networks}
    links = [s for s in network.design.addressing.subnets if s.vrf == "default" and s.purpose == "point_to_point"]

    assert {network.devices[at].id for at in one.devices} <= fabric
    assert links
    assert moved(network, one) == len(stated)


def test_a_backup_waits_for_three_intervals_and_its_skew():
    network = case(built("campus")).network
    gateway = next(watch for watch in watches(network) if watch.kind == GATEWAY)

    assert gateway.detect_ms == 3 * 200 + 200 * (256 - 100) / 256
    assert recovery_s(network, gateway, PROTOCOLS) == gateway.detect_ms / 1000


def session(made, *, edge):
    return next(one for one in made.routing.bgp_neighbors if (one.import_policy is not None) == edge and one.bfd)


def test_nobody_notices_across_a_circuit_without_bfd():
    made = built("centre")
    one = session(made, edge=True)
    messages = found(convergence_budget, made, Set("bgp_neighbors", one.id, {"bfd": False}))

    assert any("across switches or a circuit without BFD" in message for message in messages)
    assert any("1 BGP session takes 9.2" in message and "3 s are borne" in message for message in messages)


def test_on_a_cable_the_hold_time_counts():
    made = built("centre")
    running = {one.id: one for one in made.routing.processes}
    one = next(s for s in made.routing.bgp_neighbors if s.interface and running[s.process].vrf == "default")
    assert any("takes 9.2" in m for m in found(convergence_budget, made, Set("bgp_neighbors", one.id, {"bfd": False})))
    short = Set("bgp_neighbors", one.id, {"bfd": False, "hold_ms": 2_000})
    assert found(convergence_budget, made, short) == []
    assert any(
        "without BFD" in m
        for m in found(convergence_budget, made, Set("bgp_neighbors", one.id, {"bfd": False, "hold_ms": 0}))
    )


def test_static_routes_one_of_several_are_watched():
    made = built("campus")
    router = next(one for one in made.inventory.devices if one.role.value == "internet_edge")
    ports = [p for p in made.addressing.interfaces if not made_by_us(made, p.device)]
    hops = [a.split("/")[0] for p in ports for a in p.addresses if ":" not in a][:2]
    values: dict[str, Any] = {"device": router.id, "vrf": "default", "prefix": "198.18.0.0/16"}
    routes = [Add("static_routes", StaticRoute(id=f"r{n}", next_hop=hop, **values)) for n, hop in enumerate(hops)]
    (message,) = found(convergence_budget, made, *routes)

    assert message.startswith("2 static routes are without BFD, so that the loss of a next hop may go unnoticed")
    watched = [Set("static_routes", f"r{n}", {"bfd": True}) for n in range(2)]
    assert found(convergence_budget, made, *routes, *watched) == []
    assert found(convergence_budget, made, routes[0]) == []


def made_by_us(made, device):
    return next(one.managed for one in made.inventory.devices if one.id == device)


def test_slow_gateways_and_their_repair():
    made = built("campus")
    port = next(one for one in made.addressing.interfaces if one.virtual_gateway.value == "vrrp")
    verdict = said(convergence_budget, made, Set("interfaces", port.id, {"virtual_interval_ms": 1_000}))

    assert "1 redundant gateway takes 3.6" in verdict.findings[0].message
    patch = hurry(case(made), verdict.findings[0])
    assert {one.changes["virtual_interval_ms"] for one in sets(patch)} == {200}
    assert run_bfd(case(made), verdict.findings[0]) is None


def test_it_is_asked_where_failures_count_or_traffic_is_precious():
    made = built("centre")
    plain = [Remove("flows", one.id) for one in made.traffic.flows if one.service_class.value == "gold"]
    calm = SetRequirement({"redundancy": Redundancy.LOW})

    assert said(convergence_budget, made, *plain, calm).status is Status.NOT_APPLICABLE
    assert said(convergence_budget, made, *plain).status is Status.PASS
    assert said(convergence_budget, made, calm).status is Status.PASS
    bare = case(design())
    assert all(mutant.mutate(bare) is None for mutant in convergence_budget.mutants)
    assert hurry(bare, Finding(message="")) is run_bfd(bare, Finding(message="")) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bfd_interval_ms": 1}, "1 BGP session asks BFD for 3 x 1 ms"),
        ({"bfd_interval_ms": 49}, "asks BFD for 3 x 49 ms"),
        ({"bfd_multiplier": 0}, "asks BFD for 0 x 300 ms"),
        ({"bfd_multiplier": 2}, "asks BFD for 2 x 300 ms"),
        ({"bfd_multiplier": 256, "bfd_interval_ms": 50}, "asks BFD for 256 x 50 ms"),
    ],
)
def test_bfd_that_no_platform_keeps_up(changes, words):
    made = built("centre")
    messages = found(convergence_budget, made, Set("bgp_neighbors", session(made, edge=True).id, changes))

    assert any(words in message and "no less than 3 x 50 ms" in message for message in messages)


def test_bfd_at_the_limit_and_the_provider_own_numbers_pass():
    made = built("centre")
    one = session(made, edge=True)
    assert found(convergence_budget, made, Set("bgp_neighbors", one.id, {"bfd_interval_ms": 50})) == []
    theirs = {p.id for p in made.routing.processes if not made_by_us(made, p.device)}
    other = next(s for s in made.routing.bgp_neighbors if s.process in theirs)
    assert found(convergence_budget, made, Set("bgp_neighbors", other.id, {"bfd_interval_ms": 1})) == []


@pytest.mark.parametrize(
    ("changes", "count"), [({}, 1), ({"bfd": True}, 0), ({"distance": 250}, 0), ({"distance": 19}, 1)]
)
def test_a_static_default_in_front_of_what_bgp_learns_is_watched(changes, count):
    made = built("campus")
    learned = learned_defaults(case(made).network)
    device, vrf, prefix = min(place for place in learned if "." in place[2])
    running = {one.id: one for one in made.routing.processes}
    hop = next(
        s.peer_address
        for s in made.routing.bgp_neighbors
        if running[s.process].device == device and s.import_policy and "." in (s.peer_address or "")
    )
    route = StaticRoute(id="r", device=device, vrf=vrf, prefix=prefix, next_hop=hop)
    messages = found(convergence_budget, made, Add("static_routes", replace(route, **changes)))

    assert len(messages) == count
    assert all(m.startswith("1 static route is without BFD") and "r among them" in m for m in messages)
