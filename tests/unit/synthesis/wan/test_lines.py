"""Leased lines: the shape that was asked for or the cheapest that survives, and routes that survive with it."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import networkx as nx
import pytest

from netdesign.analysis.facts.distances import kilometres
from netdesign.analysis.tables.fib import Fate
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.cabling import CircuitKind
from netdesign.model.design import Design
from netdesign.model.vocabulary import Archetype, LinkPurpose, Role, Trust
from netdesign.synthesis.wan.line_shape import line_shape
from tests.unit.synthesis.wan.walking import way, without
from tests.unit.synthesis.wan_samples import asked, design

PLACES = [
    ("Leeds", 53.80, -1.55), ("Bristol", 51.45, -2.59), ("Ghent", 51.05, 3.72), ("Lyon", 45.76, 4.84),
    ("Turin", 45.07, 7.69), ("Munich", 48.14, 11.58), ("Prague", 50.08, 14.44), ("Vienna", 48.21, 16.37),
    ("Hamburg", 53.55, 9.99), ("Malmo", 55.60, 13.00), ("Oslo", 59.91, 10.75), ("Madrid", 40.42, -3.70),
]  # fmt: skip
LINES: dict[str, Any] = {"technology_stack": ["leased lines"]}


def placed(count: int, **fields: Any):
    sites = [{"name": name, "lat": lat, "lon": lon, "users": 10} for name, lat, lon in PLACES[:count]]
    return asked(count, sites=sites, **LINES | fields)


def lines(made: Design):
    home = {device.id: device.site for device in made.inventory.devices}
    found = (link for link in made.cabling.links if link.purpose is LinkPurpose.CIRCUIT)
    return [(home[one.a.device], home[one.b.device], one) for one in found if home[one.a.device] != home[one.b.device]]


def graph(made: Design) -> nx.Graph:
    return nx.Graph([(a, b) for a, b, _ in lines(made)])


def usd(made: Design, a: str, b: str) -> float:
    sites = {site.id: site for site in made.inventory.sites}
    sold, factor = default_catalog().circuit(CircuitKind.WAVE.value), default_parameters().latency.route_factor
    km = kilometres(sites[a], sites[b]) or 0.0
    return sold.tiers[0].usd_per_month + sold.usd_per_km_month * km * factor


def inputs(made: Design, words: str) -> dict[str, str]:
    decision = next(one for one in made.rationale.decisions if words in one.question)
    return {entry.name: entry.value for entry in decision.inputs}


@pytest.fixture(scope="module")
def eight() -> Design:
    return design(placed(8))


def test_no_line_can_be_missed_for_less_and_any_one_may_fail(eight):
    found = graph(eight)
    said = inputs(eight, "Which sites do leased lines join")
    cost = sum(usd(eight, a, b) for a, b, _ in lines(eight))

    assert eight.archetype is Archetype.WAN_PARTIAL_MESH
    assert set(found) == {site.id for site in eight.inventory.sites}
    assert nx.edge_connectivity(found) == 2
    assert nx.diameter(found) <= default_parameters().topology.max_diameter["wan"]
    assert float(said["lower_bound_usd_per_month"]) <= cost + 0.01
    assert float(said["gap"]) == pytest.approx(1 - float(said["lower_bound_usd_per_month"]) / cost, abs=1e-3)
    if said["added so that none is too far"] == "0":
        assert float(said["gap"]) < 0.01


def test_lines_end_on_routers_and_are_sold_as_waves_by_their_length(eight):
    circuits = {one.link: one for one in eight.cabling.circuits}
    role = {device.id: device.role for device in eight.inventory.devices}
    for a, b, link in lines(eight):
        assert {role[link.a.device], role[link.b.device]} == {Role.WAN_EDGE}
        assert link.trust is Trust.LEASED
        assert circuits[link.id].kind is CircuitKind.WAVE
        assert circuits[link.id].monthly_usd == pytest.approx(usd(eight, a, b), abs=1)


def test_lines_of_a_site_have_providers_and_entries_apart(eight):
    provider = {one.link: one.provider for one in eight.cabling.circuits}
    for site in eight.inventory.sites:
        mine = [link for a, b, link in lines(eight) if site.id in (a, b)]
        assert len({provider[link.id] for link in mine}) == len(mine)
        assert len({risk for link in mine for risk in link.srlgs if risk.startswith(f"{site.id}-entry")}) == 2


def test_packets_get_there_past_all_other_firewalls_and_also_with_any_line_lost(eight):
    first, last = "oslo" if "oslo" in graph(eight) else "leeds", "vienna"
    for lost in [(), *((link.id,) for _, _, link in lines(eight))]:
        passed, fate = way(without(eight, *lost), first, last)
        assert fate is Fate.DELIVERED, lost
        assert {one.site for one in passed if one.role is Role.FIREWALL} == {first, last}


def test_a_ring_is_the_shortest_way_around(eight):
    made = design(placed(6, topology_preference="ring"))
    found = graph(made)
    names = [site.id for site in made.inventory.sites]
    tours = ([names[0], *rest, names[0]] for rest in permutations(names[1:]))
    least = min(sum(usd(made, a, b) for a, b in pairwise(tour)) for tour in tours)

    assert made.archetype is Archetype.WAN_RING
    assert sorted(degree for _, degree in found.degree()) == [2] * 6
    assert nx.is_connected(found)
    assert sum(usd(made, *edge) for edge in found.edges) == pytest.approx(least)
    assert inputs(made, "Which sites do leased lines join")["gap"] == "0.0000"


def test_a_mesh_joins_each_with_each_and_a_star_all_with_two_hubs():
    mesh, star = design(placed(5, topology_preference="mesh")), design(placed(7, topology_preference="star"))
    joined = graph(star)
    hubs = {site.id for site in star.inventory.sites if site.tier == 1}

    assert graph(mesh).number_of_edges() == 10
    assert len(hubs) == 2
    assert all(set(joined[name]) == hubs for name in set(joined) - hubs)


def test_with_high_redundancy_any_router_may_fail():
    made = design(placed(5, redundancy="high"))
    found = nx.Graph()
    routers = {one.id: one.site for one in made.inventory.devices if one.role is Role.WAN_EDGE}
    for _, _, link in lines(made):
        found.add_edge(link.a.device, link.b.device)
    for one, site in routers.items():
        found.add_edges_from((one, other) for other, there in routers.items() if there == site and other != one)

    assert sorted(routers.values()) == sorted([site.id for site in made.inventory.sites] * 2)
    assert nx.node_connectivity(found) >= 2


def test_a_hybrid_has_lines_between_hubs_and_tunnels_to_spokes():
    made = design(placed(9, topology_preference="hybrid_topology"))
    home = {device.id: device.site for device in made.inventory.devices}
    hubs = set(graph(made))
    spokes = {site.id for site in made.inventory.sites} - hubs

    assert hubs == {site.id for site in made.inventory.sites if site.tier == 1}
    for spoke in spokes:
        assert {home[one.b] for one in made.overlay.tunnels if home[one.a] == spoke} == hubs


def test_lines_are_as_fast_as_what_every_shortest_way_may_bring():
    heavy = [{"from": "leeds", "to": "ghent", "service": "https", "up": "3Gbps", "down": "100Mbps"}]
    shape, plan = line_shape(placed(4, flows=heavy), default_parameters(), default_catalog())
    direct = [one for one in plan.lines if {one.a, one.b} == {"leeds", "ghent"}]

    assert len(shape.lines) == len(plan.lines)
    assert max(line.tier.rate_bps for line in plan.lines) == 10**10
    assert all(line.need_bps <= line.tier.rate_bps for line in plan.lines)
    assert all(line.need_bps >= 3e9 * 1.15**3 / 0.75 for line in direct)
