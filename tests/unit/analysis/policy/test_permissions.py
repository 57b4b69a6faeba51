"""Permissions, needs and anomalies agree with the enumeration of every packet of a small universe."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.forwarding.passing import deciding_rule, reach, ways
from netdesign.analysis.policy.anomalies import Kind, anomalies
from netdesign.analysis.policy.needs import (
    bits,
    crossings,
    needed,
    packet_text,
    service_prefixes,
    spot,
    surplus,
    withheld,
)
from netdesign.analysis.policy.permissions import effect, gates, permitted, undecided, zone_matrix
from netdesign.analysis.policy.terrain import Failed
from netdesign.graph.headerspace import Packet, everything, space
from netdesign.graph.network import Network, compile_network
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Remove, Set
from netdesign.model.security import Action, IpProtocol, Policy, PolicyRule, Service, Zone
from netdesign.model.vocabulary import Exposure
from tests.support.exact import administered, exact, with_guests
from tests.support.sketch import NO_CATALOG, case, design
from tests.support.stronghold import HTTPS, SQL, flow, permit

ZONES = ("a", "b", "c")
BASE = 10 << 24
PORTS = (1, 2, 3)


class Line(NamedTuple):
    """A rule of the small universe: actions, zones, an address block of four on either side, ports."""

    permit: bool
    near: tuple[str, ...]
    far: tuple[str, ...]
    source: tuple[int, int]
    target: tuple[int, int]
    ports: tuple[int, int]

    def matches(self, packet: tuple[str, str, int, int, int]) -> bool:
        """As a firewall would look at it."""
        near, far, source, target, port = packet
        return (
            (not self.near or near in self.near)
            and (not self.far or far in self.far)
            and source >> (2 - self.source[1]) == self.source[0] >> (2 - self.source[1])
            and target >> (2 - self.target[1]) == self.target[0] >> (2 - self.target[1])
            and self.ports[0] <= port <= self.ports[1]
        )


def block(at: int, length: int) -> str:
    """The prefix of one of four addresses, of 0 to 2 bits."""
    network = BASE + (at >> (2 - length) << (2 - length))
    return f"{network >> 24}.{network >> 16 & 255}.{network >> 8 & 255}.{network & 255}/{30 + length}"


SIDES = st.tuples(st.integers(0, 3), st.integers(0, 2))
SOME = st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple)
RANGES = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(lambda pair: (min(pair), max(pair)))
LINES = st.lists(st.builds(Line, st.booleans(), SOME, SOME, SIDES, SIDES, RANGES), min_size=1, max_size=6)
UNIVERSE = list(product(ZONES, ZONES, range(4), range(4), PORTS))


def written(lines: list[Line], default: Action = Action.DENY) -> Network:
    """The lines as a policy."""
    rules = [
        PolicyRule(
            id=f"r{at}",
            policy="p",
            order=at,
            action=Action.PERMIT if line.permit else Action.DENY,
            source_zones=line.near,
            destination_zones=line.far,
            sources=(block(*line.source),),
            destinations=(block(*line.target),),
            services=(Service(name="s", protocol=IpProtocol.TCP, first_port=line.ports[0], last_port=line.ports[1]),),
        )
        for at, line in enumerate(lines)
    ]
    zones = [Zone(id=name, name=name, trust=50, exposure=Exposure.INTERNAL) for name in ZONES]
    made = design(Policy(id="p", name="p", devices=(), default_action=default), *zones, *rules)
    return compile_network(made, NO_CATALOG)


def header(packet: tuple[str, str, int, int, int]) -> Packet:
    """The packet with real addresses."""
    return Packet(4, BASE + packet[2], BASE + packet[3], 6, 1000, packet[4])


def first(lines: list[Line], packet: tuple[str, str, int, int, int]) -> int | None:
    """The place of the line that decides."""
    return next((at for at, line in enumerate(lines) if line.matches(packet)), None)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(list(Action)))
def test_the_effect_of_a_policy_is_that_of_trying_rules_in_order(lines: list[Line], default: Action) -> None:
    network = written(lines, default)

    for packet in UNIVERSE:
        at, near, far = first(lines, packet), packet[0], packet[1]
        found = effect(network, "p", near, far)
        wanted = lines[at].permit if at is not None else default is Action.PERMIT
        assert (header(packet) in found.permitted) is wanted
        if not (at is None and not found.undecided):
            assert (header(packet) in found.undecided) is (at is None)
        rule = deciding_rule(network, "p", (near, far), header(packet))
        assert (rule.id if rule is not None else None) == (f"r{at}" if at is not None else None)


@settings(max_examples=80, deadline=None)
@given(LINES)
def test_anomalies_are_those_that_enumeration_finds(lines: list[Line]) -> None:
    named = {zone for line in lines for zone in (*line.near, *line.far)}
    universe = [p for p in UNIVERSE if not named or {p[0], p[1]} <= named]
    found = {one.rule: one for one in anomalies(written(lines), "p")}

    for at, line in enumerate(lines):
        mine = [p for p in universe if line.matches(p)]
        acts = [p for p in mine if first(lines, p) == at]
        one = found.get(f"r{at}")
        kind = one.kind if one is not None else None
        others = lines[:at] + lines[at + 1 :]
        same = all(_decision(others, p) is line.permit for p in acts)
        if not acts:
            opposite = any(
                lines[place].permit is not line.permit for p in mine if (place := first(lines, p)) is not None
            )
            assert kind is (Kind.SHADOWED if opposite else Kind.REDUNDANT)
        elif same:
            assert kind is Kind.REDUNDANT
        else:
            crossing = {
                f"r{place}"
                for place in range(at)
                if lines[place].permit is not line.permit and _crosses(lines[place], line, universe)
            }
            assert kind is (Kind.CORRELATED if crossing else None)
            assert set(one.others if one is not None else ()) == crossing


def _decision(lines: list[Line], packet: tuple[str, str, int, int, int]) -> bool | None:
    at = first(lines, packet)
    return None if at is None else lines[at].permit


def _crosses(one: Line, two: Line, universe: list[Any]) -> bool:
    pairs = {(one.matches(p), two.matches(p)) for p in universe}
    return {(True, True), (True, False), (False, True)} <= pairs


def test_without_a_policy_everything_passes() -> None:
    assert effect(written([]), "none", "a", "b").permitted.equals(everything())


def test_a_rule_of_zones_that_are_not_bound_names_nothing() -> None:
    made = exact(Add("policy_rules", permit("odd", 0, "nowhere", "server", HTTPS)))

    assert [(one.rule, one.kind) for one in anomalies(case(made).network, "inner")] == [("odd", Kind.UNREACHABLE)]


def test_the_matrix_holds_every_pair_and_what_firewalls_let_through() -> None:
    network = case(exact()).network
    matrix = zone_matrix(network)

    assert len(matrix) == 20
    assert {pair for pair, some in matrix.items() if some} == {
        ("internet", "dmz"),
        ("dmz", "server"),
        ("user", "server"),
        ("user", "internet"),
        ("server", "management"),
    }
    assert all(matrix[pair].equals(needed(network, *pair)) for pair in matrix)


def test_both_firewalls_are_gates_between_zones_and_their_management_ports_are_none() -> None:
    network = case(exact()).network

    between = {(gate.device, gate.zones) for gate in gates(network) if gate.zones == ("user", "server")}
    assert {network.devices[at].id for at, _ in between} == {"fw1", "fw2"}
    assert all(None not in gate.zones for gate in gates(network))


def test_an_own_access_list_decides_alone_and_another_has_to_agree() -> None:
    loose = Policy(id="loose", name="loose", devices=("fw1", "fw2"), default_action=Action.PERMIT)
    tight = Policy(id="tight", name="tight", devices=())
    unnamed = [Set("interfaces", f"fw{n}:user-transit-svi", {"access_list": None}) for n in (1, 2)]
    other = [Set("interfaces", f"fw{n}:user-transit-svi", {"access_list": "tight"}) for n in (1, 2)]

    free = case(exact(Add("policies", loose), *unnamed)).network
    assert permitted(free, "user", "server").equals(everything())
    kept = case(exact(Add("policies", loose))).network
    assert permitted(kept, "user", "server").equals(needed(kept, "user", "server"))
    shut = case(exact(Add("policies", tight), *other)).network
    assert not permitted(shut, "user", "server")
    assert permitted(shut, "dmz", "server")


def test_a_filter_on_a_switch_is_a_gate_inward_only() -> None:
    acl = Policy(id="acl", name="acl", devices=())
    line = PolicyRule(
        id="acl1", policy="acl", order=1, action=Action.PERMIT, services=(HTTPS,), destinations=("10.0.3.0/24",)
    )
    rest = PolicyRule(id="acl2", policy="acl", order=2, action=Action.DENY)
    filters = [Set("interfaces", f"core{n}:user-svi", {"vrf": "vrf-server", "access_list": "acl"}) for n in (1, 2)]
    transit = [Remove("interfaces", f"core{n}:user-transit-svi") for n in (1, 2)]
    made = exact(Add("policies", acl), Add("policy_rules", line), Add("policy_rules", rest), *filters, *transit)
    network = case(made).network
    inward = permitted(network, "user", "server")

    assert Packet(4, 10 << 24 | 2 << 8 | 9, 10 << 24 | 3 << 8 | 9, 6, 1, 443) in inward
    assert Packet(4, 10 << 24 | 2 << 8 | 9, 10 << 24 | 3 << 8 | 9, 6, 1, 22) not in inward
    assert permitted(network, "server", "user").equals(everything())


def test_what_no_rule_decides_is_told_by_policy() -> None:
    network = case(exact(Remove("policy_rules", "rest"))).network
    ((policy, gap),) = undecided(network, "user", "server")

    assert policy == "inner"
    assert gap.equals(everything() - permitted(network, "user", "server"))
    assert undecided(case(exact()).network, "user", "server") == ()


def test_flows_need_their_subnets_addresses_and_the_internet() -> None:
    network = case(exact(Add("flows", flow("odd", ("nobody", "core1"), ("apps",))))).network
    found = {(one.flow, one.source, one.target, one.version): (one.sources, one.targets) for one in crossings(network)}

    assert found["public", "internet", "dmz", 4] == (None, ("10.0.1.0/24",))
    assert found["logs", "server", "management", 4] == (("10.0.3.0/24",), ("10.0.4.111/32", "10.0.4.112/32"))
    assert not any(key[0] == "odd" for key in found)
    assert spot(network, "nobody") is None
    assert spot(network, "core1") is None


def test_an_instance_has_the_like_host_of_the_twin() -> None:
    twin = next(s for s in exact().addressing.subnets if s.id == "management")

    six = Add("subnets", replace(twin, id="management-v6", prefix="2001:db8:4::/64"))
    network = case(exact(six)).network

    assert service_prefixes(network, "log1") == ("10.0.4.111/32", "2001:db8:4::6f/128")
    odd = case(exact(six, Set("service_instances", "log1", {"address": "nowhere"}))).network
    assert service_prefixes(odd, "log1") == ()
    lone = case(exact(Set("service_instances", "log1", {"subnet": "nowhere"}))).network
    assert service_prefixes(lone, "log1") == ("10.0.4.111/32",)


def test_surplus_and_refusals_have_a_size_and_a_witness() -> None:
    wide = {"destinations": ("10.0.3.0/24", "10.0.2.0/24")}
    network = case(exact(Set("policy_rules", "p3", wide), Remove("policy_rules", "p2"))).network
    left = surplus(network, "user", "server")
    witness = left.witness()

    assert bits(left) == pytest.approx(8 + 8 + 16)
    assert witness is not None
    assert packet_text(witness) == "10.0.2.0 -> 10.0.2.0 tcp/443"
    ((one, lost),) = withheld(network)
    assert one.flow == "web-apps"
    assert bits(lost) == pytest.approx(32.0)
    assert bits(space(())) == 0.0


def test_every_way_tells_its_firewall_and_the_rule_that_decides() -> None:
    network = case(exact()).network
    allowed, refused = reach(network, "staff", "apps", HTTPS), reach(network, "staff", "apps", SQL)

    assert allowed.permitted
    assert allowed.denial is None
    assert {(network.devices[b.steps[0].device].id, b.steps[0].rule) for b in allowed.branches} == {
        ("fw1", "p3"),
        ("fw2", "p3"),
    }
    assert not refused.permitted
    assert refused.denial is not None
    assert refused.denial.steps[-1].rule == "rest"
    assert packet_text(refused.denial.packet) == "10.0.2.0 -> 10.0.3.0 tcp/1521"


def test_a_failed_firewall_leaves_the_other_and_both_leave_none() -> None:
    network = case(exact()).network
    at = network.device_index
    one, two = (frozenset(at[name] for name in names) for names in (("fw1",), ("fw1", "fw2")))

    assert len(reach(network, "staff", "apps", HTTPS, Failed(one)).branches) == 1
    assert reach(network, "staff", "apps", HTTPS, Failed(two)).branches == ()
    circuits = frozenset(i for i, link in enumerate(network.links) if link.id.startswith("edge"))
    assert reach(network, "staff", "isp1", HTTPS, Failed(links=circuits)).branches == ()
    assert permitted(network, "user", "server", Failed(two)) is not None
    assert not permitted(network, "user", "server", Failed(two))


def test_within_a_part_nothing_decides_and_from_nowhere_nothing_comes() -> None:
    network = case(administered()).network

    assert reach(network, "staff", "staff", HTTPS).permitted
    assert reach(network, "nobody", "staff", HTTPS).branches == ()
    assert reach(network, "log1", "bastion", HTTPS).permitted
    assert ways(network, "user", "server", space(())).branches == ()


def test_beyond_a_translation_packets_carry_outside_addresses() -> None:
    nat = Nat(
        id="n",
        kind=NatKind.SOURCE_PORT,
        devices=("fw1", "fw2"),
        addresses=1,
        inside=("10.0.2.0/24",),
        outside=("198.51.100.4/32",),
    )
    found = reach(case(exact(Add("nats", nat))).network, "staff", "isp1", HTTPS)
    plain = reach(case(exact()).network, "staff", "isp1", HTTPS)

    assert {packet_text(branch.packet) for branch in found.branches} == {"198.51.100.4 -> 0.0.0.0 tcp/443"}
    assert {packet_text(branch.packet) for branch in plain.branches} == {"10.0.2.0 -> 0.0.0.0 tcp/443"}


def test_guests_and_things_add_their_pairs() -> None:
    network = case(with_guests()).network

    assert len(zone_matrix(network)) == 42
    assert not any(surplus(network, *pair) for pair in zone_matrix(network))
