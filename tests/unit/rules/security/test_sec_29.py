"""SEC-29: flows that come back by another firewall are found, unless firewalls share their sessions."""

from __future__ import annotations

from typing import Any

from netdesign.analysis.forwarding.stateful_paths import asymmetries, one_way_only, state_groups, suspects
from netdesign.model.addressing import VirtualGateway
from netdesign.model.design import Design
from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy
from netdesign.rules.security.sec_29_path_symmetry import path_symmetry
from tests.support.exact import exact, mended
from tests.support.sketch import case, design
from tests.support.stronghold import messages, verdict

UNSHARED = Set("ha_groups", "fw", {"state_sync": False})
NUMBERS = {"dmz": 101, "user": 102, "server": 103, "management": 104}


def route(device: str, vrf: str, prefix: str, hop: str) -> Add:
    """A static route, named by where it is and where it leads."""
    return Add(
        "static_routes",
        StaticRoute(id=f"{device}:{vrf}:{prefix}:{hop}", device=device, vrf=vrf, prefix=prefix, next_hop=hop),
    )


def routed(*changes: Operation, by: dict[str, int] | None = None, **requirement_changes: Any) -> Design:
    """The stronghold with routes: zones leave by firewall 1, or by the one (3 or 4) that `by` gives them."""
    legs = by or {}
    made = [
        route(f"core{n}", f"vrf-{zone}", "0.0.0.0/0", f"10.0.{NUMBERS[zone]}.{legs.get(zone, 3)}")
        for n in (1, 2)
        for zone in ("dmz", "user", "server")
    ]
    made += [
        route(f"fw{n}", "default", f"10.0.{NUMBERS[zone] - 100}.0/24", f"10.0.{NUMBERS[zone]}.1")
        for n in (1, 2)
        for zone in ("dmz", "user", "server")
    ]
    return exact(*made, *changes, **requirement_changes)


def shared(*changes: Operation) -> Design:
    """The same with virtual gateways that the firewalls hold in turn."""
    legs = [
        Set(
            "interfaces",
            f"fw{n}:{zone}-transit-svi",
            {
                "virtual_gateway": VirtualGateway.VRRP,
                "virtual_addresses": (f"10.0.{NUMBERS[zone]}.9",),
                "virtual_group": 1,
                "virtual_priority": 120 - 10 * n,
            },
        )
        for n in (1, 2)
        for zone in ("dmz", "user", "server")
    ]
    return routed(*legs, *changes, by=dict.fromkeys(("dmz", "user", "server"), 9))


def test_firewalls_that_share_sessions_pass_whatever_routes_say() -> None:
    judged = verdict(path_symmetry, routed(by={"server": 4}))

    assert judged.status is Status.PASS
    assert [(m.name, m.value) for m in judged.measures] == [("state_groups", 1), ("states_examined", 1)]


def test_a_flow_that_comes_back_by_the_other_firewall_is_found() -> None:
    found = messages(path_symmetry, routed(UNSHARED, by={"server": 4}))

    assert "flow staff-apps between user and server passes fw1 or fw2, which share no sessions" in found


def test_one_firewall_for_both_directions_passes_without_common_sessions() -> None:
    assert [text for text in messages(path_symmetry, routed(UNSHARED)) if "staff-apps" in text] == []


def test_equal_paths_by_both_firewalls_are_found() -> None:
    second = [route(f"core{n}", "vrf-user", "0.0.0.0/0", "10.0.102.4") for n in (1, 2)]

    assert any("staff-apps" in text for text in messages(path_symmetry, routed(UNSHARED, *second)))


def test_with_failures_the_state_is_named() -> None:
    made = shared(UNSHARED, Set("interfaces", "fw1:server-transit-svi", {"virtual_priority": 120}))
    network = case(made).network

    assert [one for one in asymmetries(network, False) if one.flow == "staff-apps"] == []
    assert not one_way_only(network)
    names = {network.devices[at].id for at in suspects(network)}
    assert names == {"fw1", "fw2", "core1", "core2"}


def test_mutants_are_found_and_mended() -> None:
    made = shared(Set("ha_groups", "fw", {"state_sync": True}))
    held = case(made)
    killed = []
    for mutant in path_symmetry.mutants:
        patch = mutant.mutate(held)
        assert patch is not None, mutant.title
        after = apply(made, patch)
        assert verdict(path_symmetry, after).status is Status.FAIL, mutant.title
        assert verdict(path_symmetry, mended(path_symmetry, after)).status is Status.PASS, mutant.title
        killed.append(mutant.title)
    assert len(killed) == 3


def test_mutants_need_a_pair_with_gateways() -> None:
    held = case(routed())

    assert [mutant.mutate(held) for mutant in path_symmetry.mutants] == [None, None, None]


def test_a_single_loss_may_part_the_ways() -> None:
    critical = Redundancy.HIGH
    made = shared(UNSHARED, Remove("interfaces", "fw1:server-transit-svi"))
    judged = verdict(path_symmetry, made)

    assert state_groups(case(made).network) == {0: "fw1", 1: "fw2"}
    assert judged.measures[1].value == 1
    high = exact(UNSHARED, redundancy=critical)
    assert verdict(path_symmetry, high).measures[1].value == 5


def test_without_flows_between_zones_there_is_nothing_to_judge() -> None:
    assert verdict(path_symmetry, design()).status is Status.NOT_APPLICABLE
