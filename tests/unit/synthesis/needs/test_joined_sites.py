"""Which sites of a wide-area network are joined to which."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.needs.joined_sites import WanShape, wan_shape
from tests.unit.synthesis.wan_samples import asked


def shape(count: int, **fields: Any) -> WanShape:
    return wan_shape(asked(count, **fields), default_parameters())


def graph(made: WanShape) -> nx.Graph:
    return nx.Graph((join.a, join.b) for join in made.joins)


@pytest.mark.parametrize("sites", [2, 3, 5])
def test_few_sites_are_joined_each_to_each(sites):
    made = shape(sites)

    assert made.archetype is Archetype.WAN_MESH
    assert graph(made).number_of_edges() == sites * (sites - 1) // 2
    assert len(made.hubs) == sites


def test_one_site_is_joined_to_nothing():
    assert shape(1).joins == ()


def test_many_sites_hang_on_two_hubs_in_order_of_preference():
    made = shape(12)
    spokes = [join for join in made.joins if join.a not in made.hubs]

    assert made.archetype is Archetype.WAN_HUB_AND_SPOKE
    assert len(made.hubs) == 2
    assert len(made.homes) == 10
    assert {(join.b, join.rank) for join in spokes} == {(made.hubs[0], 0), (made.hubs[1], 1)}


def test_a_ring_leads_once_around():
    made = shape(7, topology_preference="ring")

    assert made.archetype is Archetype.WAN_RING
    assert sorted(degree for _, degree in graph(made).degree()) == [2] * 7
    assert nx.is_connected(graph(made))


def test_a_mesh_is_built_where_it_is_asked_for():
    assert graph(shape(9, topology_preference="mesh")).number_of_edges() == 36


def test_stated_sites_of_tier_one_are_the_hubs():
    sites = [{"name": "Far", "tier": 1}, {"name": "Near", "tier": 3}, {"name": "Wide", "tier": 1}]

    assert set(shape(9, sites=sites).hubs) == {"far", "wide"}


def test_more_spokes_than_a_pair_of_hubs_takes_get_regions():
    made = shape(1200)

    assert made.archetype is Archetype.WAN_REGIONAL_HUBS
    assert len(made.regions) == 3
    homes = list(made.homes.values())
    assert max(homes.count(region) for region in range(3)) <= default_parameters().wan.regional_hub_spokes


def test_spokes_go_to_the_nearest_hubs_where_places_are_known():
    hubs = [
        {"name": f"{name} {at}", "tier": 1, "lat": lat, "lon": lon}
        for name, lat, lon in (("East", 52.5, 13.4), ("West", 40.4, -3.7))
        for at in (1, 2)
    ]
    spokes = [
        {"name": f"Spoke {at}", "tier": 3, "lat": 52.0 if at % 2 else 40.0, "lon": 13.0 if at % 2 else -4.0}
        for at in range(1, 600)
    ]
    made = shape(603, sites=[*hubs, *spokes])
    east = next(at for at, region in enumerate(made.regions) if "east-1" in region)

    assert {hub.split("-")[0] for hub in made.regions[east]} == {"east"}
    assert {made.homes[f"spoke-{at}"] for at in range(1, 600, 2)} == {east}
    assert {made.homes[f"spoke-{at}"] for at in range(2, 600, 2)} == {1 - east}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.sampled_from([None, "star", "mesh", "hybrid_topology"]))
def test_every_site_reaches_every_other_also_with_one_hub_lost(sites, wish):
    made = shape(sites, **({"topology_preference": wish} if wish else {}))
    whole = graph(made)

    assert nx.is_connected(whole)
    assert set(whole) == {site.id for site in asked(sites).sites}
    if sites > 2:
        for hub in made.hubs[:2]:
            assert nx.is_connected(whole.subgraph(set(whole) - {hub}))
