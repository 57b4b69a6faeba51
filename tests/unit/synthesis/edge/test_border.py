from ipaddress import ip_interface
from typing import Any

import pytest

from netdesign.catalog.circuits import CircuitKind
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.ports import PortUse
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.model.inventory import HaMode
from netdesign.model.security import MitigationKind
from netdesign.model.vocabulary import LinkPurpose, Role, Trust
from netdesign.synthesis.edge.sizing import (
    circuit_count,
    circuit_tier,
    firewall_demand,
    firewall_ports,
    plan_circuits,
    plan_edge,
    port_speed,
)
from netdesign.synthesis.needs.circuits import circuit_kind
from netdesign.synthesis.needs.firewalls import firewall_count
from tests.unit.synthesis.campus_samples import G, asked, design

PARAMETERS, CATALOG = default_parameters(), default_catalog()
FLOW = {"from": "users", "to": "internet", "service": "https", "up": "100Mbps", "down": "400Mbps"}


def plan(requirements, **more):
    return plan_edge(requirements, PARAMETERS, CATALOG, **more)


@pytest.mark.parametrize(
    ("redundancy", "level", "count"),
    [("low", "corporate", 1), ("low", "enterprise", 2), ("high", "corporate", 2), ("medium", "basic", 1)],
)
def test_two_firewalls_where_the_level_or_the_redundancy_asks(redundancy, level, count):
    assert firewall_count(asked(redundancy=redundancy, security_level=level), PARAMETERS) == count


def test_firewalls_are_sized_by_what_crosses_zones():
    requirements = asked(flows=[FLOW, FLOW | {"to": "users"}])
    demand = firewall_demand(requirements, PARAMETERS)
    grown = requirements.growth_multiplier

    assert demand.inspected_bps == pytest.approx(400_000_000 * grown, abs=1), "the flow between users is not inspected"
    assert demand.sessions == pytest.approx((120 * 75 + 4 * 500) * grown, abs=1)
    assert demand.connections_per_s == pytest.approx(demand.sessions / 60, abs=1)
    chosen = plan(requirements).firewall
    assert chosen.firewall.ngfw_bps * 0.6 >= demand.inspected_bps
    assert chosen.firewall.sessions * 0.7 >= demand.sessions


def test_published_services_need_room_for_floods_of_sessions():
    quiet, public = asked(flows=[FLOW]), asked(flows=[FLOW], internet_facing=["https"])

    assert firewall_demand(public, PARAMETERS).sessions == pytest.approx(
        3 * firewall_demand(quiet, PARAMETERS).sessions, abs=3
    )


@pytest.mark.parametrize(
    ("redundancy", "availability", "branch", "count"),
    [
        pytest.param("none", 0.99, False, 1, id="one broadband line"),
        pytest.param("low", 0.995, False, 1, id="one dedicated line"),
        pytest.param("medium", 0.999, False, 2, id="one line is down for all of the allowance"),
        pytest.param("medium", 0.99, False, 2, id="two where the loss of a link is survived"),
        pytest.param("high", 0.9999, False, 2, id="two at high"),
    ],
)
def test_circuits_reach_the_availability(redundancy, availability, branch, count):
    requirements = asked(redundancy=redundancy, availability_requirement=availability, security_level="corporate")

    assert circuit_count(requirements, PARAMETERS, 1, branch=branch) == count


def test_health_data_stays_within_reach_where_nothing_else_asks_for_it():
    modest: dict[str, Any] = {"redundancy": "none", "availability_requirement": 0.99, "security_level": "corporate"}

    assert circuit_count(asked(**modest), PARAMETERS, 1, branch=False) == 1
    assert circuit_count(asked(**modest, compliance=["HIPAA"]), PARAMETERS, 1, branch=False) == 2


def test_circuits_carry_names_and_time_beside_what_is_asked_for():
    requirements = asked(flows=[FLOW | {"up": "1Mbps", "down": "1Mbps"}], redundancy="none", security_level="basic")
    (bare,) = plan_circuits(requirements, PARAMETERS, CATALOG, 1)
    level = PARAMETERS.redundancy[requirements.redundancy]
    full = bare.tier.up_bps * level.max_utilisation / requirements.growth_multiplier
    exact = asked(flows=[FLOW | {"up": f"{full}bps", "down": "1Mbps"}], redundancy="none", security_level="basic")

    assert plan_circuits(exact, PARAMETERS, CATALOG, 1)[0].tier.up_bps > bare.tier.up_bps


def test_a_branch_has_a_circuit_for_each_firewall():
    assert circuit_count(asked(redundancy="low"), PARAMETERS, 2, branch=True) == 2


def test_each_circuit_alone_carries_the_peak():
    requirements = asked(flows=[FLOW])
    first, second = plan_circuits(requirements, PARAMETERS, CATALOG, 2)

    assert first == second
    assert first.tier.rate_bps >= 400_000_000 * requirements.growth_multiplier / 0.85
    assert first.tier.up_bps >= 100_000_000 * requirements.growth_multiplier / 0.85
    assert circuit_kind(asked(redundancy="none", security_level="basic")) is CircuitKind.BROADBAND


def test_no_circuit_is_large_enough():
    with pytest.raises(InfeasibleError, match="No dia circuit of the catalogue carries 900"):
        circuit_tier(CATALOG, CircuitKind.DIA, 900 * G, G)


def test_ports_carry_at_least_the_rate():
    assert port_speed(1) == G
    assert port_speed(11 * G) == 25 * G
    assert port_speed(10**13) == 400 * G


def test_ports_of_a_firewall():
    needs = firewall_ports(2, 10 * G, 2, 1, 25 * G)

    assert [(need.count, need.speed_bps, need.use) for need in needs] == [
        (2, 10 * G, PortUse.ANY), (1, 25 * G, PortUse.ANY), (2, G, PortUse.HA), (3, G, PortUse.ANY),
    ]  # fmt: skip
    assert len(firewall_ports(1, G, 2)) == 2


def test_faster_ports_when_the_switches_have_no_slow_ones():
    assert plan(asked(), least_bps=25 * G).firewall_port_bps >= 25 * G


def test_a_branch_needs_no_router():
    assert plan(asked(redundancy="low", security_level="corporate"), branch=True).routers == 0


def test_the_edge_as_facts():
    made = design(asked(internet_facing=["https"]))
    by_role = {role: [d for d in made.inventory.devices if d.role is role] for role in Role}
    (group,) = (one for one in made.inventory.ha_groups if by_role[Role.FIREWALL][0].id in one.members)
    beats = [link for link in made.cabling.links if link.purpose is LinkPurpose.HEARTBEAT]
    circuits = [link for link in made.cabling.links if link.purpose is LinkPurpose.CIRCUIT]

    assert (group.mode, group.state_sync) == (HaMode.ACTIVE_STANDBY, True)
    assert len({device.rack for device in by_role[Role.FIREWALL]}) == 2
    assert sum({link.a.device, link.b.device} == set(group.members) for link in beats) == 2
    assert len(by_role[Role.INTERNET_EDGE]) == len(by_role[Role.PROVIDER]) == len(circuits) == 2
    assert not set(circuits[0].srlgs) & set(circuits[1].srlgs)
    assert {link.trust for link in circuits} == {Trust.PUBLIC}
    assert {one.kind for one in made.security.ddos_mitigations} == {MitigationKind.SCRUBBING, MitigationKind.RTBH}
    assert len({circuit.provider for circuit in made.cabling.circuits}) == 2


def test_sessions_with_providers_agree_and_are_filtered():
    made = design(asked())
    owner = {
        ip_interface(address).ip.compressed: interface.device
        for interface in made.addressing.interfaces
        for address in interface.addresses
    }
    asn = {process.id: process.asn for process in made.routing.processes}
    device = {process.id: process.device for process in made.routing.processes}
    providers = {d.id for d in made.inventory.devices if d.role is Role.PROVIDER}
    for neighbor in made.routing.bgp_neighbors:
        assert neighbor.peer_address
        peer = owner[neighbor.peer_address]
        assert neighbor.remote_asn == next(asn[p] for p in asn if device[p] == peer)
        if peer in providers:
            assert neighbor.import_policy
            assert neighbor.export_policy
            assert neighbor.max_prefixes


def test_firewalls_meet_every_zone_at_one_address():
    made = design(asked())
    firewalls = {d.id for d in made.inventory.devices if d.role is Role.FIREWALL}
    bound: dict[str, dict[str, Any]] = {}
    for interface in made.addressing.interfaces:
        if interface.device in firewalls and interface.zone:
            bound.setdefault(interface.zone, {})[interface.device] = interface
    assert set(bound) == {zone.id for zone in made.security.zones}
    for pair in bound.values():
        assert set(pair) == firewalls
        first, second = pair.values()
        assert first.virtual_addresses == second.virtual_addresses
        assert not set(first.addresses) & set(second.addresses)
        assert first.virtual_priority != second.virtual_priority
