"""Packets are followed by routes, past policies and filters, with devices failed and sources translated."""

from __future__ import annotations

from typing import Any

from netdesign.analysis.forwarding.packet_walks import followed
from netdesign.analysis.policy.needs import packet_text
from netdesign.analysis.policy.terrain import Failed
from netdesign.graph.network import Network
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.security import Action, Policy, PolicyRule
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, SQL
from tests.unit.rules.security.test_sec_29 import route, routed, shared

WAY_OUT = [route(f"fw{n}", "default", "0.0.0.0/0", "10.0.200.3") for n in (1, 2)]


def compiled(*changes: Operation) -> Network:
    """The stronghold with routes by firewall 1."""
    return case(routed(*changes)).network


def path(network: Network, *failed: str) -> set[tuple[tuple[str, str | None], ...]]:
    """The firewalls and rules that packets of staff to the servers pass."""
    down = frozenset(network.device_index[name] for name in failed)
    found = followed(network, "staff", "apps", HTTPS, Failed(down))
    return {tuple((network.devices[s.device].id, s.rule) for s in branch.steps) for branch in found.branches}


def test_packets_pass_the_firewall_that_routes_lead_to() -> None:
    network = compiled()

    assert path(network) == {(("fw1", "p3"),)}
    assert followed(network, "staff", "apps", HTTPS).permitted


def test_what_no_rule_permits_is_denied_by_the_last() -> None:
    found = followed(compiled(), "staff", "apps", SQL)

    assert not found.permitted
    assert found.denial is not None
    assert found.denial.steps[-1].rule == "rest"
    assert packet_text(found.denial.packet) == "10.0.2.0 -> 10.0.3.127 tcp/1521"


def test_with_a_firewall_down_the_other_takes_over_where_gateways_are_shared() -> None:
    assert path(case(shared()).network, "fw1") == {(("fw2", "p3"),)}
    lost = followed(compiled(), "staff", "apps", HTTPS, Failed(frozenset({0})))
    assert not lost.permitted
    assert lost.denial is not None
    assert lost.denial.steps[-1].policy is None


def test_on_equal_paths_each_firewall_decides() -> None:
    second = [route(f"core{n}", "vrf-user", "0.0.0.0/0", "10.0.102.4") for n in (1, 2)]

    assert path(compiled(*second)) == {(("fw1", "p3"),), (("fw2", "p3"),)}


def test_a_filter_at_the_interface_has_to_permit_first() -> None:
    acl: list[Any] = [
        Add("policies", Policy(id="acl", name="acl", devices=())),
        Add("policy_rules", PolicyRule(id="a1", policy="acl", order=1, action=Action.DENY, services=(HTTPS,))),
        Add("policy_rules", PolicyRule(id="a2", policy="acl", order=2, action=Action.PERMIT)),
        Set("interfaces", "fw1:user-transit-svi", {"access_list": "acl"}),
    ]

    assert path(compiled(*acl)) == {(("fw1", "a1"),)}
    assert path(compiled(*acl[:1], acl[2], acl[3])) == {(("fw1", "a2"), ("fw1", "p3"))}
    own = Set("interfaces", "fw1:user-transit-svi", {"access_list": "inner"})
    assert path(compiled(own)) == {(("fw1", "p3"),)}


def test_a_service_instance_is_reached_at_its_address() -> None:
    back = [route(f"fw{n}", "default", "10.0.4.0/24", "10.0.104.1") for n in (1, 2)]
    found = followed(compiled(*back), "apps", "log1", HTTPS)

    assert {branch.packet.target for branch in found.branches} == {10 << 24 | 4 << 8 | 111}


def test_toward_the_internet_sources_are_translated() -> None:
    nat = Nat(
        id="n",
        kind=NatKind.SOURCE_PORT,
        devices=("fw1",),
        addresses=1,
        inside=("10.0.2.0/24",),
        outside=("198.51.100.4/32",),
    )
    edges = [route("edge1", "default", "0.0.0.0/0", "192.0.2.3")]
    found = followed(compiled(Add("nats", nat), *WAY_OUT, *edges), "staff", "isp1", HTTPS)

    assert {packet_text(branch.packet).split(" ")[0] for branch in found.branches} == {"198.51.100.4"}
    plain = followed(compiled(*WAY_OUT, *edges), "staff", "isp1", HTTPS)
    assert {packet_text(branch.packet).split(" ")[0] for branch in plain.branches} == {"10.0.2.0"}


def test_from_nowhere_nothing_is_followed() -> None:
    assert followed(compiled(), "nobody", "apps", HTTPS).branches == ()
    assert followed(compiled(), "staff", "nobody", HTTPS).branches == ()
