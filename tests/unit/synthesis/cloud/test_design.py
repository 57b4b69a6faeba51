"""What holds of every network at a provider."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from itertools import combinations
from typing import Any

import pytest

from netdesign.analysis.policy.cloud_zones import open_ways
from netdesign.analysis.routing.cloud_trips import flow_pairs, trips
from netdesign.catalog.cloud_quotas import quotas_of
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.graph.network import compile_network
from netdesign.model.cloud import CloudConnectionKind, CloudGatewayKind, CloudSubnetKind
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Archetype
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from tests.unit.synthesis.cloud_samples import design

CASES: dict[str, dict[str, Any]] = {
    "corporate": {},
    "published": {"internet_facing": ["https"]},
    "basic": {"security_level": "basic", "redundancy": "none"},
    "strict, two regions": {"security_level": "government", "redundancy": "critical"},
    "health": {"compliance": ["HIPAA"], "security_level": "enterprise", "redundancy": "medium"},
    "old family alone": {"addressing": {"ipv6": False}, "redundancy": "low"},
    "one server, nobody": {
        "scale": {"devices": 1, "users": 0, "sites": 1},
        "servers": {"count": 1},
        "sites": [{"name": "Here"}],
        "security_level": "critical_infrastructure",
    },
}


@pytest.fixture(params=CASES, ids=str)
def made(request):
    return design(**CASES[request.param])


def test_it_is_valid_in_strict_mode(made):
    report = validate_design(made, default_workbench())

    assert [(v.rule, v.findings[0].message) for v in report.failures()] == []
    assert report.valid
    assert made.archetype is Archetype.CLOUD_HUB


def test_no_prefixes_overlap(made):
    blocks = [ip_network(text) for one in made.cloud.cloud_networks for text in one.prefixes]
    blocks += [ip_network(pool.prefix) for pool in made.addressing.pools]
    mixed = [(a, b) for a, b in combinations(blocks, 2) if a.version == b.version and a.overlaps(b)]

    assert mixed == []


def test_every_zone_of_a_network_has_its_subnets_inside_the_network(made):
    homes = {one.id: one for one in made.cloud.cloud_networks}
    for subnet in made.cloud.cloud_subnets:
        inside = [IPv4Network(text) for text in homes[subnet.network].prefixes if ":" not in text]
        assert any(IPv4Network(subnet.prefix).subnet_of(block) for block in inside)
        quotas = quotas_of(homes[subnet.network].provider)
        assert quotas is not None
        room = ip_network(subnet.prefix).num_addresses - quotas.reserved_addresses
        assert subnet.workloads <= 0.8 * room
    for one in homes.values():
        zones = {subnet.availability_zone for subnet in made.cloud.cloud_subnets if subnet.network == one.id}
        assert zones == set(one.availability_zones)


def test_every_flow_arrives_and_none_but_permitting_levels_avoid_the_firewalls(made):
    network = compile_network(made, default_catalog())
    firewalled = any(one.kind is CloudGatewayKind.FIREWALL for one in made.cloud.cloud_gateways)

    assert all(trip.journey.arrived for _, a, b in flow_pairs(network) for trip in trips(network, a, b))
    assert (open_ways(network) == ()) == firewalled


def test_the_yearly_bill_is_the_sum_of_its_charges(made):
    lines = {line.id: line for line in made.parts.costs}
    charges = sum(charge.quantity * charge.unit_usd for charge in made.cloud.cloud_charges)
    standing = [one for one in made.cloud.cloud_gateways if one.kind is CloudGatewayKind.FIREWALL]
    hours = next((one.quantity for one in made.cloud.cloud_charges if one.id == "charge-firewalls"), 0)

    assert lines["10-provider"].amount_usd == pytest.approx(charges, abs=0.01)
    assert lines["11-yearly"].amount_usd == pytest.approx(charges, abs=0.01)
    assert lines["12-total"].amount_usd == pytest.approx(charges * made.requirements.horizon_years, abs=0.05)
    assert hours == 8_760 * len(standing)
    assert all(charge.source and charge.as_of for charge in made.cloud.cloud_charges)


def test_one_table_for_each_trust_domain_leads_to_inspection_alone():
    made = design()
    tables = {table.domain: table for table in made.cloud.cloud_route_tables}
    inspection = tables["inspection"].associated

    assert set(tables) == {"production", "non-production", "shared-services", "inspection", "on-premises"}
    for domain in tables.keys() - {"inspection"}:
        assert {route.target for route in tables[domain].routes} == set(inspection)
        assert tables[domain].propagated == ()
    looked_up = [name for table in tables.values() for name in table.associated]
    known = {one.id for one in made.cloud.cloud_attachments} | {one.id for one in made.cloud.cloud_connections}
    assert sorted(looked_up) == sorted(known)


def test_each_zone_has_its_own_firewall_and_translation():
    made = design()
    zones = made.cloud.cloud_networks[0].availability_zones
    for kind in (CloudGatewayKind.FIREWALL, CloudGatewayKind.NAT):
        placed = [one.availability_zone for one in made.cloud.cloud_gateways if one.kind is kind]
        assert sorted(placed) == sorted(zones)
    assert [one.id for one in made.cloud.cloud_attachments if one.appliance_mode] == [
        "eu-central-1-inspection-attachment"
    ]


def test_a_second_region_has_room_for_everything_and_half_of_the_workloads():
    made = design(redundancy="critical", security_level="government")
    production = {one.id: one.region for one in made.cloud.cloud_networks if one.zone == "server"}
    placed: dict[str, int] = {}
    room: dict[str, int] = {}
    for subnet in made.cloud.cloud_subnets:
        if subnet.network in production and subnet.kind is CloudSubnetKind.PRIVATE:
            region = production[subnet.network]
            placed[region] = placed.get(region, 0) + subnet.workloads
            room[region] = room.get(region, 0) + ip_network(subnet.prefix).num_addresses - 5

    assert len(placed) == 2
    assert max(placed.values()) - min(placed.values()) <= 1
    assert all(each > sum(placed.values()) for each in room.values())
    assert len(made.cloud.cloud_peerings) == 1


def test_many_sites_end_on_routers_in_two_zones():
    sites = [{"name": f"Shop {at}", "users": 10} for at in range(60)]
    made = design(scale={"devices": 60, "users": 600, "sites": 60}, sites=sites)
    zone_of = {one.id: one.availability_zone for one in made.cloud.cloud_gateways}

    assert all(len({zone_of[name] for name in one.gateways}) == 2 for one in made.cloud.cloud_connections)
    assert {one.site for one in made.cloud.cloud_connections} == {f"shop-{at}" for at in range(60)}


def test_a_site_with_more_than_tunnels_carry_gets_ports_at_two_locations_and_tunnels_beside_them():
    flows = [{"from": "users", "to": "servers", "service": "https", "up": "5Gbps", "down": "12Gbps", "class": "gold"}]
    made = design(flows=flows, scale={"devices": 60, "users": 900, "sites": 1}, sites=[{"name": "Big", "users": 900}])
    ports = [one for one in made.cloud.cloud_connections if one.kind is CloudConnectionKind.DIRECT_CONNECT]
    tunnels = [one for one in made.cloud.cloud_connections if one.kind is CloudConnectionKind.VPN]
    demand = 12e9 * made.requirements.growth_multiplier

    assert len({one.location for one in ports}) == 2
    assert len({(one.location, one.cloud_device) for one in ports}) == len(ports)
    for location in {one.location for one in ports}:
        assert sum(one.bandwidth_bps for one in ports if one.location != location) * 0.85 >= demand
    assert sum(one.tunnels for one in tunnels) * 1.25e9 >= 0.3 * demand
    assert max(one.preference for one in tunnels) < min(one.preference for one in ports)


def test_a_budget_that_does_not_pay_is_refused_with_one_that_does():
    with pytest.raises(InfeasibleError) as caught:
        design(budget=1_000)
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    enough = int(conflict.relaxations[0].to_value.split()[-1])

    assert conflict.code == "budget-below-cost"
    assert design(budget=enough).requirements.budget_usd == enough
