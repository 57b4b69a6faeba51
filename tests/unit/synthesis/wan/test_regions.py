"""Regional hubs: wherever the nearest hub would be too far, others are made, and every spoke has the two nearest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.distances import kilometres
from netdesign.analysis.tables.fib import Fate
from netdesign.catalog.parameters import default_parameters
from netdesign.model.vocabulary import Archetype, Role
from netdesign.synthesis.needs.joined_sites import WanShape, reach_km, wan_shape
from tests.unit.synthesis.wan.walking import way, without
from tests.unit.synthesis.wan_samples import asked, design

EUROPE = [
    ("London", 51.51, -0.13, 25),
    ("Paris", 48.86, 2.35, 20),
    ("Berlin", 52.52, 13.40, 8),
    ("Rome", 41.9, 12.5, 7),
]
AUSTRALIA = [("Sydney", -33.87, 151.21, 15), ("Perth", -31.95, 115.86, 6), ("Hobart", -42.88, 147.33, 5)]


def requested(places: list[tuple[str, float, float, int]], **fields: Any):
    sites = [{"name": name, "lat": lat, "lon": lon, "users": users} for name, lat, lon, users in places]
    return asked(len(places), sum(users for *_, users in places), sites=sites, **fields)


def shape(places: list[tuple[str, float, float, int]], **fields: Any) -> WanShape:
    return wan_shape(requested(places, **fields), default_parameters())


def test_the_reach_of_a_hub_is_what_light_makes_in_the_round_trip_allowed() -> None:
    policy = default_parameters()
    reach = reach_km(policy)

    assert 2 * reach * policy.latency.route_factor * policy.latency.fibre_us_per_km == pytest.approx(
        policy.wan.hub_rtt_ms * 1_000
    )


def test_sites_overseas_have_hubs_of_their_own() -> None:
    made = shape([*EUROPE, *AUSTRALIA])

    assert made.archetype is Archetype.WAN_REGIONAL_HUBS
    assert set(made.hubs) == {"london", "paris", "sydney", "perth"}
    assert set(made.hubs_of("hobart")) == {"sydney", "perth"}
    assert set(made.hubs_of("rome")) == {"london", "paris"}


def test_sites_near_enough_make_do_with_two() -> None:
    assert len(shape([*EUROPE, ("Oslo", 59.9, 10.7, 3), ("Porto", 41.1, -8.6, 3)]).hubs) == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(-179, 179)), min_size=7, max_size=14, unique=True))
def test_no_spoke_is_farther_from_its_hub_than_allowed(places: list[tuple[int, int]]) -> None:
    wanted = requested([(f"S{at}", float(lat), float(lon), 50 - at) for at, (lat, lon) in enumerate(places)])
    made, sites = wan_shape(wanted, default_parameters()), {site.id: site for site in wanted.sites}
    limit = reach_km(default_parameters())
    joined = {frozenset((join.a, join.b)) for join in made.joins}

    assert all(frozenset((a, b)) in joined for a in made.hubs for b in made.hubs if a < b)
    for spoke in made.homes:
        ways = sorted((kilometres(sites[spoke], sites[hub]) or 0.0, hub) for hub in made.hubs)
        assert ways[0][0] <= limit
        if len(made.hubs) > 2:
            assert [hub for _, hub in ways[:2]] == list(made.hubs_of(spoke))
        assert set(made.hubs_of(spoke)) == {join.b for join in made.joins if join.a == spoke}


def test_packets_between_regions_pass_one_hub_of_each_and_nothing_twice() -> None:
    made = design(requested([*EUROPE, *AUSTRALIA]))
    network = without(made)
    for source, target, near, far in (
        ("berlin", "hobart", {"london", "paris"}, {"sydney", "perth"}),
        ("hobart", "rome", {"sydney", "perth"}, {"london", "paris"}),
    ):
        passed, fate = way(network, source, target)
        guarded = [one.site for one in passed if one.role is Role.FIREWALL]
        assert fate is Fate.DELIVERED
        assert len({one.id for one in passed}) == len(passed)
        assert (guarded[0], guarded[-1]) == (source, target)
        assert guarded[1] in near
        assert guarded[2] in far
        assert len(guarded) == 4
        returned = [one.site for one in way(network, target, source)[0] if one.role is Role.FIREWALL]
        assert returned == guarded[::-1]


def test_hubs_tell_spokes_one_summary_and_nothing_that_they_were_told() -> None:
    made = design(requested([*EUROPE, *AUSTRALIA]))
    policies = {policy.id: policy for policy in made.routing.route_policies}
    hubs = {site.id for site in made.inventory.sites if site.tier == 1}
    firewalls = {one.id for one in made.inventory.devices if one.role is Role.FIREWALL and one.site in hubs}
    speakers = [one for one in made.routing.processes if one.device in firewalls]

    assert len(speakers) == len(firewalls) == 4
    for process in speakers:
        assert {*made.requirements.supernets, made.requirements.ipv6_supernet} <= set(process.networks)
    assert set(policies["wan-to-site"].terms[0].communities) > set(policies["wan-to-hub"].terms[0].communities)
    assert policies["wan-to-site"].terms[0].action == policies["wan-to-hub"].terms[0].action == "deny"
