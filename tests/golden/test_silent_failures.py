"""Faults that every cable survives: what the facts of routing say, and what a failover would find."""

from __future__ import annotations

import pytest

from netdesign.model.design import Design
from netdesign.model.patch import Patch, Remove, Set, apply
from netdesign.model.routing import PolicyAction, RoutePolicyTerm
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, Mode, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.registry import find_rule
from netdesign.services.validate_design import case_of, validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

BENCH = default_workbench()


def failed(design: Design, patch: Patch) -> set[str]:
    """The rules that fail once the patch is applied."""
    assert patch
    report = validate_design(apply(design, patch), BENCH, mode=Mode.LENIENT)
    return {verdict.rule for verdict in report.verdicts if verdict.status in (Status.FAIL, Status.UNKNOWN)}


@pytest.fixture(scope="module")
def racks() -> Design:
    return synthesized("dc-12-racks").design


def with_role(design: Design, role: Role) -> list[str]:
    return [device.id for device in design.inventory.devices if device.role is role]


def test_ecmp_no_wider_than_one_path(racks: Design) -> None:
    one = with_role(racks, Role.LEAF)[0]
    mine = tuple(Set("processes", p.id, {"max_paths": 1}) for p in racks.routing.processes if p.device == one)
    every = tuple(Set("processes", p.id, {"max_paths": 1}) for p in racks.routing.processes)

    assert "TOP-11" in failed(racks, mine)
    assert "TOP-11" in failed(racks, every)


def test_tunnel_endpoints_that_nobody_announces(racks: Design) -> None:
    ends = {i.device: i.addresses for i in racks.addressing.interfaces if i.kind is InterfaceKind.VTEP}
    one = with_role(racks, Role.LEAF)[0]
    quiet = tuple(
        Set("processes", p.id, {"networks": tuple(n for n in p.networks if n not in ends[one])})
        for p in racks.routing.processes
        if p.device == one
    )

    assert "PRO-04" in failed(racks, quiet)


def test_providers_that_send_no_default_route(racks: Design) -> None:
    theirs = with_role(racks, Role.PROVIDER)
    silent = tuple(
        Set("processes", p.id, {"default_originate": False}) for p in racks.routing.processes if p.device in theirs
    )

    assert "PRO-04" in failed(racks, silent)


@pytest.mark.parametrize("only", ["0.0.0.0/0", "::/0"])
def test_a_default_route_let_in_for_one_family_alone(racks: Design, only: str) -> None:
    terms = (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=(only,)),)
    letting = [p for p in racks.routing.route_policies if any("::/0" in term.prefixes for term in p.terms)]

    assert "PRO-04" in failed(racks, tuple(Set("route_policies", p.id, {"terms": terms}) for p in letting))


def test_services_that_cannot_answer_over_ipv6(racks: Design) -> None:
    walls = with_role(racks, Role.FIREWALL)
    back = [r for r in racks.routing.static_routes if r.device in walls and r.vrf == "default"]
    gone = tuple(Remove("static_routes", r.id) for r in back if ":" in r.prefix and not r.prefix.endswith("/0"))

    assert "PRO-04" in failed(racks, gone)


def test_a_device_that_knows_no_way_to_its_servers(racks: Design) -> None:
    leaf = with_role(racks, Role.LEAF)[0]
    ways = [route for route in racks.routing.static_routes if route.device == leaf and route.vrf == "management"]

    assert "SEC-06" in failed(racks, tuple(Remove("static_routes", route.id) for route in ways))
    assert "SEC-06" in failed(racks, tuple(Set("static_routes", r.id, {"next_hop": "192.0.2.77"}) for r in ways))


def test_a_standby_firewall_without_a_leg_a_gateway_or_a_route(racks: Design) -> None:
    standby = max(with_role(racks, Role.FIREWALL))
    leg = next(i for i in racks.addressing.interfaces if i.device == standby and i.zone and i.virtual_addresses)
    route = next(r for r in racks.routing.static_routes if r.device == standby and r.vrf != "management")

    assert "SEC-02" in failed(racks, (Set("interfaces", leg.id, {"enabled": False}),))
    assert "SEC-02" in failed(racks, (Set("interfaces", leg.id, {"virtual_addresses": ()}),))
    assert "SEC-02" in failed(racks, (Remove("static_routes", route.id),))


def fails(code: str, design: Design, patch: Patch) -> bool:
    """Whether the rule holds as the design is, and fails once the patch is applied."""
    assert patch
    before, after = (judge_one(find_rule(code), case_of(one, BENCH)) for one in (design, apply(design, patch)))
    return (before.status, after.status) == (Status.PASS, Status.FAIL)


def own_address(design: Design, kind: InterfaceKind, at: int) -> tuple[str, str]:
    """Id and first address of an interface of a kind."""
    found = [one for one in design.addressing.interfaces if one.kind is kind and one.addresses]
    return found[at].id, found[at].addresses[0]


@pytest.mark.parametrize("kind", [InterfaceKind.MANAGEMENT, InterfaceKind.LOOPBACK, InterfaceKind.VTEP])
def test_an_address_that_stands_twice(racks: Design, kind: InterfaceKind) -> None:
    (_, first), (last, _) = own_address(racks, kind, 0), own_address(racks, kind, -1)

    assert fails("PRO-12", racks, (Set("interfaces", last, {"addresses": (first,)}),))


def test_a_management_port_with_an_address_of_another_vlan(racks: Design) -> None:
    last, address = own_address(racks, InterfaceKind.MANAGEMENT, -1)
    other = next(
        one for one in racks.addressing.subnets if one.prefix.endswith("/26") and one.vlan and ":" not in one.prefix
    )
    stray = other.prefix.replace(".0/26", ".9/26").replace(".64/26", ".73/26")

    assert address != stray
    assert fails("PRO-12", racks, (Set("interfaces", last, {"addresses": (stray,)}),))


def test_routers_of_one_name(racks: Design) -> None:
    every = tuple(Set("processes", one.id, {"router_id": "1.1.1.1"}) for one in racks.routing.processes)

    assert fails("PRO-15", racks, every)


@pytest.fixture(scope="module")
def college() -> Design:
    return synthesized("campus-legacy-three-tier").design


def test_no_backbone_between_the_areas(college: Design) -> None:
    links = [one for one in college.routing.igp_interfaces if one.area == "0.0.0.0" and not one.passive]

    assert fails("PRO-19", college, tuple(Set("igp_interfaces", one.id, {"area": "0.0.0.9"}) for one in links))


def test_a_block_whose_links_are_in_another_area(college: Design) -> None:
    links = [one for one in college.routing.igp_interfaces if one.area == "0.0.0.1" and not one.passive]

    assert fails("PRO-19", college, tuple(Set("igp_interfaces", one.id, {"area": "0.0.0.77"}) for one in links))


def test_private_addresses_that_nobody_translates(racks: Design) -> None:
    assert fails("PRO-32", racks, tuple(Remove("nats", one.id) for one in racks.addressing.nats))
