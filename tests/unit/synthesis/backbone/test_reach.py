"""Spans to consider: lengths on the globe, pairs that survive the loss of any one of them, shortest trees."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.synthesis.backbone.reach import ALL_PAIRS, distances_km, near_pairs


def places(count, seed):
    random = np.random.default_rng(seed)
    return random.uniform(-60, 60, count), random.uniform(-180, 180, count)


def test_lengths_are_those_of_great_circles():
    latitude, longitude = np.array([51.5074, 48.8566, 0.0]), np.array([-0.1278, 2.3522, 180.0])
    distance = distances_km(latitude, longitude)
    assert distance[0, 1] == pytest.approx(343.6, abs=0.5)
    assert distance[0, 2] == distance[2, 0]
    assert distances_km(np.array([0.0, 0.0]), np.array([0.0, 180.0]))[0, 1] == pytest.approx(np.pi * 6371.0088)
    assert not distance.diagonal().any()


def test_few_sites_are_joined_to_all_others():
    pairs = near_pairs(distances_km(*places(ALL_PAIRS, 1)))
    assert len(pairs) == ALL_PAIRS * (ALL_PAIRS - 1) // 2


@given(st.integers(ALL_PAIRS + 1, 80), st.integers(0, 1000))
@settings(max_examples=25)
def test_pairs_of_many_sites_survive_and_hold_the_shortest_tree(count, seed):
    distance = distances_km(*places(count, seed))
    pairs = near_pairs(distance)
    graph = nx.Graph(map(tuple, pairs))
    assert len(pairs) < count * (count - 1) // 2
    assert nx.is_k_edge_connected(graph, 2)
    shortest = nx.minimum_spanning_tree(nx.from_numpy_array(distance))
    assert {tuple(sorted(edge)) for edge in shortest.edges} <= {tuple(pair) for pair in pairs.tolist()}


def test_clusters_far_apart_are_joined_twice():
    latitude = np.concatenate([np.linspace(0, 1, 20), np.linspace(40, 41, 20)])
    pairs = near_pairs(distances_km(latitude, np.zeros(40)))
    across = [pair for pair in pairs.tolist() if pair[0] < 20 <= pair[1]]
    assert len(across) == 2
