"""What joins the premises of a hybrid network to its networks at a provider."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_network
from itertools import combinations
from pathlib import Path

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.cloud import CloudConnectionKind
from netdesign.model.vocabulary import Archetype, LinkPurpose, Role, Trust
from netdesign.synthesis.synthesize import synthesize
from tests.unit.synthesis.campus_samples import example

EXAMPLES = Path(__file__).parents[4] / "events" / "requirements"
NAMES = ("hybrid-two-racks", "hybrid-office")


@cache
def made(name):
    return synthesize(example(EXAMPLES / f"{name}.yaml"), default_catalog(), default_parameters())


def dedicated(design):
    return [one for one in design.cloud.cloud_connections if one.kind is CloudConnectionKind.DIRECT_CONNECT]


def test_premises_are_a_data_centre_or_a_campus():
    assert made("hybrid-two-racks").archetype is Archetype.COLLAPSED_DATACENTER
    assert made("hybrid-office").archetype in (Archetype.COLLAPSED_CORE, Archetype.THREE_TIER)


@pytest.mark.parametrize("name", NAMES)
def test_ports_end_at_two_locations_on_two_routers_by_two_carriers(name):
    design = made(name)
    ports = dedicated(design)
    links = {link.b.device: link for link in design.cabling.links if link.purpose is LinkPurpose.CIRCUIT}
    carriers = {one.link: one.provider for one in design.cabling.circuits}
    routers = {one.device for one in ports}

    assert len({one.location for one in ports}) == 2
    assert len(routers) == 2
    assert all(links[one.cloud_device].a.device == one.device for one in ports)
    assert all(links[one.cloud_device].trust is Trust.LEASED for one in ports)
    assert len({carriers[links[one.cloud_device].id] for one in ports}) == len(ports)
    roles = {device.id: device.role for device in design.inventory.devices}
    assert {roles[name] for name in routers} == {Role.WAN_EDGE}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_after_a_location_carries_gold_and_tunnels_carry_their_share(name):
    design, ports = made(name), dedicated(made(name))
    asked = [f for f in design.requirements.flows if "cloud" in (f.source, f.target)]
    demand = sum(max(f.up_bps, f.down_bps) for f in asked) * design.requirements.growth_multiplier
    tunnels = [one for one in design.cloud.cloud_connections if one.kind is CloudConnectionKind.VPN]

    for location in {one.location for one in ports}:
        assert sum(one.bandwidth_bps for one in ports if one.location != location) >= demand
    assert sum(one.tunnels for one in tunnels) * 1.25e9 >= 0.3 * demand
    assert {one.device for one in tunnels} <= {d.id for d in design.inventory.devices if d.role is Role.FIREWALL}


@pytest.mark.parametrize("name", NAMES)
def test_prefixes_of_the_two_sides_never_overlap(name):
    design = made(name)
    there = [ip_network(text) for one in design.cloud.cloud_networks for text in one.prefixes]
    here = [ip_network(pool.prefix) for pool in design.addressing.pools if pool.purpose == "site"]
    pairs = [*combinations(there, 2), *((a, b) for a in there for b in here)]

    assert not [(a, b) for a, b in pairs if a.version == b.version and a.overlaps(b)]


@pytest.mark.parametrize("name", NAMES)
def test_sessions_take_the_networks_of_the_provider_and_tell_the_site_alone(name):
    design = made(name)
    policies = {one.id: one for one in design.routing.route_policies}
    doors = {one.cloud_device for one in dedicated(design)}
    speakers = {one.id: one.device for one in design.routing.processes}
    routers = {one.device for one in dedicated(design)}
    sessions = [
        one
        for one in design.routing.bgp_neighbors
        if speakers[one.process] in routers and one.import_policy is not None
    ]
    networks = [parse_prefix(text) for one in design.cloud.cloud_networks for text in one.prefixes]

    assert len(sessions) == 2 * len(doors)
    for session in sessions:
        taken = [parse_prefix(p) for term in policies[session.import_policy].terms for p in term.prefixes]
        assert session.max_prefixes
        assert session.bfd
        assert session.authentication
        assert all(any(a.covers(n) for a in taken) for n in networks)
        assert policies[session.import_policy].terms[-1].action == "deny"
        assert policies[session.export_policy].terms[-1].action == "deny"
