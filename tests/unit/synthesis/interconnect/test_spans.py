"""Which data centres are joined directly: any shape keeps the ways that were asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.model.vocabulary import TopologyPreference
from netdesign.synthesis.interconnect.plan import _colors
from netdesign.synthesis.interconnect.spans import layout
from tests.unit.synthesis.datacenter_samples import flow, requirements, site

coordinates = st.lists(
    st.tuples(st.floats(40, 60), st.floats(0, 20)), min_size=2, max_size=7, unique_by=lambda one: round(one[0], 2)
)
preferences = st.sampled_from([None, *TopologyPreference])


def centres(places):
    return tuple(
        replace(site(f"dc{at}", 2, 20), latitude=lat, longitude=lon) for at, (lat, lon) in enumerate(places, start=1)
    )


def laid(places, preference=None, paths=2, flows=()):
    sites = centres(places)
    return layout(sites, requirements(sites=sites, topology_preference=preference, flows=flows), paths, 40)


def joined(count, spans):
    near = defaultdict(set)
    for span in spans:
        near[span.a].add(span.b)
        near[span.b].add(span.a)
    reached, edge = {0}, [0]
    while edge:
        edge = [to for at in edge for to in near[at] if to not in reached]
        reached.update(edge)
    return len(reached) == count


@settings(max_examples=40, deadline=None)
@given(coordinates, preferences)
def test_the_loss_of_any_line_parts_nobody(places, preference):
    found = laid(places, preference)

    for lost in found.spans:
        left = [span for span in found.spans if span is not lost or lost.ways > 1]
        assert joined(len(places), left)


@settings(max_examples=30, deadline=None)
@given(coordinates, preferences)
def test_lines_that_meet_come_from_different_providers(places, preference):
    spans = laid(places, preference, paths=3).spans
    at = defaultdict(list)
    for span, color in zip(spans, _colors(spans), strict=True):
        for way in range(span.ways):
            at[span.a].append(color + way)
            at[span.b].append(color + way)

    assert all(len(set(colors)) == len(colors) for colors in at.values())


@pytest.mark.parametrize(
    ("preference", "spans"),
    [(TopologyPreference.MESH, 10), (TopologyPreference.RING, 5), (TopologyPreference.STAR, 4)],
)
def test_a_shape_that_is_asked_for_is_built(preference, spans):
    places = [(50, 8), (51, 9), (52, 8), (51, 7), (51, 8)]
    found = laid(places, preference)

    assert found.shape == preference.value
    assert len(found.spans) == spans


def test_the_hub_of_a_star_is_nearest_to_all():
    found = laid([(50, 8), (52, 8), (51, 7), (51, 9), (51, 8)], TopologyPreference.STAR)

    assert all(4 in (span.a, span.b) for span in found.spans)


def test_a_ring_has_no_crossings():
    square = laid([(50, 8), (51, 9), (51, 8), (50, 9)], TopologyPreference.RING)

    assert {(span.a, span.b) for span in square.spans} == {(0, 2), (1, 2), (1, 3), (0, 3)}


def test_the_shortest_topology_is_no_longer_than_the_ring():
    places = [(50, 8), (51, 9.5), (52, 8), (51, 6.5), (51.5, 8.4), (50.4, 7.1)]
    shortest, ring = laid(places), laid(places, TopologyPreference.RING)

    assert shortest.found is not None
    assert shortest.found.bound <= sum(span.km for span in shortest.spans) + 1e-6
    assert sum(span.km for span in shortest.spans) <= sum(span.km for span in ring.spans) + 1e-6


def test_what_answers_in_time_has_lines_of_its_own():
    places = [(50, 8), (51, 9), (51, 8), (50, 9)]
    hurry = replace(flow("sync", "dc1", "dc2"), latency_ms=5.0)
    found = laid(places, TopologyPreference.RING, flows=(hurry,))

    (own,) = (span for span in found.spans if (span.a, span.b) == (0, 1))
    assert own.ways == 2


def test_unknown_places_are_an_assumed_distance_apart():
    sites = (site("dc1", 2, 20), site("dc2", 2, 20))
    (span,) = layout(sites, requirements(sites=sites), 2, 40).spans

    assert (span.km, span.ways) == (40, 2)
