"""What requirements come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.traffic.demand import (
    access_points,
    crosses,
    inspected_bps,
    leaf_ceiling,
    site_demand,
    site_demands,
    site_share,
)
from netdesign.catalog.parameters import default_parameters
from netdesign.model.resolved import FabricWorkload, Population, ServerPopulation
from netdesign.model.vocabulary import NetworkType, SecurityLevel
from tests.support.sketch import GBPS, requirements, site
from tests.unit.rules.capacity.small import asked_flow

PARAMETERS = default_parameters()
CAMPUS = NetworkType.SDN_CAMPUS


def test_a_campus_site():
    asked = requirements(
        network_type=CAMPUS,
        voice=True,
        wireless=True,
        growth_multiplier=1.5,
        sites=(site(users=100, endpoints=21, servers=4, area_m2=1000),),
    )
    demand = site_demands(asked, PARAMETERS)[0]
    assert (demand.access_ports, demand.access_points, demand.phones) == (121, 8, 100)
    assert (demand.server_ports, demand.server_port_bps) == (8, 25 * GBPS)
    assert (demand.hosts, demand.wireless_clients) == (100 + 21 + 4 + 100 + 150, 150)
    assert demand.grown(demand.access_ports) == 182
    assert demand.access_ports_sized(0.2) == 226
    assert demand.server_ports_sized(0.25) == 15


def test_users_of_a_data_centre_sit_elsewhere():
    asked = requirements(wireless=True, voice=True, sites=(site(users=5000, servers=10, area_m2=900),))
    demand = site_demand(asked, PARAMETERS, asked.sites[0])
    assert (demand.access_ports, demand.access_points, demand.phones, demand.hosts) == (0, 0, 0, 10)


@pytest.mark.parametrize(
    ("changes", "users", "area_m2", "count"),
    [
        ({}, 0, 0, 1),
        ({}, 0, 1900, 11),
        ({"voice": True}, 0, 1900, 13),
        ({}, 100, 100, 5),
        ({"growth_multiplier": 2.0}, 100, 100, 10),
        ({"video": True}, 1000, 100, 50),
    ],
)
def test_access_points(changes, users, area_m2, count):
    asked = requirements(network_type=CAMPUS, wireless=True, sites=(site(users=users, area_m2=area_m2),), **changes)
    assert access_points(asked, PARAMETERS, asked.sites[0]) == count
    assert access_points(replace(asked, wireless=False), PARAMETERS, asked.sites[0]) == 0


def test_shares_of_sites():
    asked = requirements(sites=(site("a", users=30), site("b", servers=10), site("c")))
    assert [site_share(asked, one) for one in asked.sites] == [0.75, 0.25, 0.0]
    empty = requirements(sites=(site("a"), site("b")))
    assert [site_share(empty, one) for one in empty.sites] == [0.5, 0.5]


P = Population


@pytest.mark.parametrize(
    ("source", "target", "loose", "strict"),
    [
        (P.USERS, P.INTERNET, True, True),
        (P.INTERNET, P.DMZ, True, True),
        (P.INTERNET, P.PARTNER, False, False),
        (P.USERS, P.SERVERS, False, True),
        (P.STORAGE, P.SERVERS, False, False),
        (P.USERS, P.GUEST, False, False),
        ("dc1", "dc2", False, False),
    ],
)
def test_what_surely_crosses_a_boundary(source, target, loose, strict):
    flow = asked_flow(source, target, GBPS)
    assert (crosses(flow, strict=False), crosses(flow, strict=True)) == (loose, strict)


def test_inspection_takes_the_larger_direction_grown():
    flows = (replace(asked_flow(P.USERS, P.INTERNET, GBPS), down_bps=3 * GBPS), asked_flow(P.USERS, P.SERVERS, GBPS))
    asked = requirements(flows=flows, growth_multiplier=2.0)
    assert inspected_bps(asked) == 8 * GBPS
    assert inspected_bps(replace(asked, security_level=SecurityLevel.BASIC)) == 6 * GBPS


def test_ceilings_of_leaves():
    ceilings = {work: leaf_ceiling(requirements(fabric_workload=work), PARAMETERS) for work in FabricWorkload}
    assert ceilings == {
        FabricWorkload.GENERAL: 3.0,
        FabricWorkload.AI: 1.0,
        FabricWorkload.STORAGE: 1.0,
        FabricWorkload.LIGHT: 4.0,
    }


def test_servers_with_one_port():
    asked = requirements(
        servers=ServerPopulation(count=7, nics_per_server=1, nic_speed_bps=GBPS, racks=1), sites=(site(servers=7),)
    )
    assert site_demand(asked, PARAMETERS, asked.sites[0]).server_ports == 7
