"""What analyses make of a wide-area network: where packets get to, what circuits carry, what failures leave."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from netdesign.analysis.addressing.layer3 import layer3, routed_components
from netdesign.analysis.failure.lookalikes import lookalikes, reduced
from netdesign.analysis.policy.encryption import clear_links
from netdesign.analysis.policy.permissions import permitted, zone_matrix
from netdesign.analysis.policy.zones import tunnel_zones
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.analysis.traffic.flow_routes import stranded
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import compile_network
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.synthesis.needs.joined_sites import wan_shape
from tests.unit.synthesis.wan_samples import asked, design

SITES = {"sites": [{"name": "North", "users": 20, "servers": 3, "tier": 1},
                   {"name": "South", "users": 20, "servers": 2, "tier": 1}]}  # fmt: skip
TCP = 6


@pytest.fixture(scope="module")
def network():
    return compile_network(design(asked(7, 90, **SITES)), default_catalog())


def prefixes(network, site, zone):
    return [s.prefix for s in network.design.addressing.subnets
            if s.site == site and s.zone == zone and s.vlan and ":" not in s.prefix]  # fmt: skip


def packet(source, target, port=443):
    one, other = (int(ip_address(prefix.split("/")[0])) + 1 for prefix in (source, target))
    return Packet(4, one, other, TCP, 50_000, port)


def spoke(network):
    return next(site.id for site in network.design.inventory.sites if site.tier == 3)


def test_people_of_a_spoke_get_to_servers_of_the_hubs_and_guests_do_not(network):
    user, guest = (prefixes(network, spoke(network), zone)[0] for zone in ("user", "guest"))
    group = next(g for g in network.design.inventory.endpoint_groups if g.site == "north" and g.zone == "server")
    server = next(s.prefix for s in network.design.addressing.subnets if s.vlan in group.vlans and ":" not in s.prefix)

    assert packet(user, server) in permitted(network, "user", "server")
    assert packet(user, server, 22) not in permitted(network, "user", "server")
    assert packet(guest, server) not in permitted(network, "guest", "server")
    assert packet(guest, server) not in permitted(network, "user", "server")


def test_the_zone_of_tunnels_is_none_that_anybody_lives_in(network):
    assert tunnel_zones(network) == {"wan"}
    assert not any("wan" in pair for pair in zone_matrix(network))


def test_routes_lead_every_flow_there_and_back(network):
    assert stranded(network) == ()


def test_no_circuit_carries_what_passes_between_sites_in_the_clear(network):
    between = [flow for flow in network.design.traffic.flows if "business" in flow.id]

    assert between
    for flow in between:
        assert clear_links(network, flow, 256) == ()


def test_a_spoke_without_circuits_is_alone_and_one_without_a_hub_is_not(network):
    graph = layer3(network)
    home = spoke(network)
    firewalls = {site: next(d.id for d in network.devices if d.site == site and d.role is Role.FIREWALL)
                 for site in (home, "north", "south")}  # fmt: skip
    vertex = {site: graph.vertex(network.device_index[name], "default") for site, name in firewalls.items()}
    cut = [at for at, link in enumerate(network.links)
           if link.purpose is LinkPurpose.CIRCUIT and network.by_id("devices")[link.a.device].site == home]  # fmt: skip

    whole, alone = routed_components(network), routed_components(network, failed_links=cut)
    one_hub = routed_components(network, failed_devices=[network.device_index[firewalls["north"]]])

    assert whole[vertex[home]] == whole[vertex["north"]] == whole[vertex["south"]]
    assert alone[vertex[home]] != alone[vertex["north"]]
    assert alone[vertex["north"]] == alone[vertex["south"]]
    assert one_hub[vertex[home]] == one_hub[vertex["south"]]


def test_packets_between_spokes_pass_a_hub_and_never_a_third_spoke(network):
    spokes = [site.id for site in network.design.inventory.sites if site.tier == 3]
    firewall = {d.site: at for at, d in enumerate(network.devices) if d.role is Role.FIREWALL}
    tables = fib(network)
    target = int(ip_address(prefixes(network, spokes[1], "user")[0].split("/")[0])) + 1
    here, way = layer3(network).vertex(firewall[spokes[0]], "default"), []
    for _ in range(10):
        way.append(network.devices[int(layer3(network).device[here])].site)
        decision = tables.decide(here, 4, target)
        if decision.fate is Fate.DELIVERED or not decision.hops:
            break
        here = decision.hops[0].table

    assert way[0] == spokes[0]
    assert way[-1] == spokes[1]
    assert set(way[1:-1]) <= set(wan_shape(network.design.requirements, default_parameters()).hubs)
    assert len(way) == 3


def test_spokes_look_alike_and_a_few_stand_for_all():
    made = compile_network(design(asked(60)), default_catalog())
    label = lookalikes(made)
    spokes = {site.id for site in made.design.inventory.sites if site.tier == 3}
    kinds = {int(label[at]) for at, d in enumerate(made.devices) if d.site in spokes and d.role is Role.FIREWALL}
    small = reduced(made, 100)

    assert len(kinds) == 1
    assert len(small.devices) < len(made.devices) / 3
    assert {d.site for d in small.devices} >= {"site-1", "site-2"}
    kept = {d.id for d in small.devices}
    assert small.design.overlay.tunnels
    assert all({one.a, one.b} <= kept for one in small.design.overlay.tunnels)
    assert all(
        one.a_link in small.link_index and one.b_link in small.link_index for one in small.design.overlay.tunnels
    )
