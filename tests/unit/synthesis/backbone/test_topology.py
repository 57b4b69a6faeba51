"""Topologies cost what the cheapest of all subsets costs that networkx calls survivable."""

from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.errors import ConflictError
from netdesign.synthesis.backbone.topology import Survival, survivable_topology


@st.composite
def choices(draw):
    sites = draw(st.integers(2, 5))
    pairs = [(a, b) for a in range(sites) for b in range(a + 1, sites)]
    ends = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9))
    cost = draw(st.lists(st.integers(1, 20), min_size=len(ends), max_size=len(ends)))
    return sites, np.array(ends), np.array(cost, dtype=np.float64)


def survives(sites, ends, survival):
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(sites))
    graph.add_edges_from(map(tuple, ends))
    weighted = nx.Graph()
    weighted.add_nodes_from(range(sites))
    for a, b in graph.edges():
        weighted.add_edge(a, b, weight=weighted.get_edge_data(a, b, {"weight": 0})["weight"] + 1)
    if not nx.is_connected(weighted) or nx.stoer_wagner(weighted)[0] < survival.paths:
        return False
    return not survival.nodes or not list(nx.articulation_points(weighted))


@given(choices(), st.sampled_from([Survival(1), Survival(2), Survival(2, nodes=True), Survival(3)]))
@settings(max_examples=150)
def test_topologies_are_as_cheap_as_the_best_subset(choice, survival):
    sites, ends, cost = choice
    every = range(len(ends))
    subsets = (s for size in range(len(ends) + 1) for s in combinations(every, size))
    costs = [cost[list(s)].sum() for s in subsets if survives(sites, ends[list(s)], survival)]
    if not costs:
        with pytest.raises(ConflictError, match="keep"):
            survivable_topology(sites, ends, cost, survival)
        return
    found = survivable_topology(sites, ends, cost, survival)
    assert found.cost == pytest.approx(min(costs)) == pytest.approx(found.bound)
    assert found.cost == cost[list(found.spans)].sum()
    assert survives(sites, ends[list(found.spans)], survival)


def test_sites_on_a_circle_make_a_ring():
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ends = np.array(list(combinations(range(12), 2)))
    length = np.hypot(*(place[ends[:, 0]] - place[ends[:, 1]]).T)
    found = survivable_topology(12, ends, length)
    assert {tuple(ends[span]) for span in found.spans} == {(at, at + 1) for at in range(11)} | {(0, 11)}
    assert found.gap == pytest.approx(0.0, abs=1e-6)


def test_one_site_needs_no_span():
    assert survivable_topology(1, np.empty((0, 2), np.int64), np.empty(0)).spans == ()


def two_clusters():
    """Two rings of four that share a site, and one dear span that makes a way around it."""
    rings = [(0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (4, 5), (5, 6), (0, 6)]
    return np.array([*rings, (2, 5)]), np.array([1.0] * 8 + [9.0])


def test_the_loss_of_a_site_may_call_for_a_dear_span():
    ends, cost = two_clusters()
    assert survivable_topology(7, ends, cost).cost == 8.0
    found = survivable_topology(7, ends, cost, Survival(2, nodes=True))
    assert 8 in found.spans
    assert survives(7, ends[list(found.spans)], Survival(2, nodes=True))


def test_many_sites_are_joined_as_cheaply_as_proven():
    random = np.random.default_rng(5)
    place = random.uniform(0, 1000, (34, 2))
    ends = np.array(list(combinations(range(34), 2)))
    length = np.hypot(*(place[ends[:, 0]] - place[ends[:, 1]]).T)
    found = survivable_topology(34, ends, length)
    assert survives(34, ends[list(found.spans)], Survival(2))
    assert found.gap <= 1e-6


def test_three_paths_take_three_spans_at_every_site():
    ends = np.array(list(combinations(range(6), 2)) * 2)
    cost = np.arange(1.0, len(ends) + 1)
    found = survivable_topology(6, ends, cost, Survival(3))
    degree = np.bincount(ends[list(found.spans)].ravel())
    assert degree.min() >= 3
    assert survives(6, ends[list(found.spans)], Survival(3))


@given(st.integers(3, 7), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_a_ring_is_the_shortest_of_all_orders(sites, random):
    ends = np.array(list(combinations(range(sites), 2)))
    cost = np.array([float(random.randint(1, 30)) for _ in ends])
    length = {frozenset(pair): one for pair, one in zip(ends.tolist(), cost.tolist(), strict=True)}
    tours = ([0, *rest] for rest in permutations(range(1, sites)))
    least = min(sum(length[frozenset(p)] for p in zip(one, [*one[1:], 0], strict=True)) for one in tours)
    found = survivable_topology(sites, ends, cost, Survival(ring=True))
    graph = nx.Graph(ends[list(found.spans)].tolist())

    assert found.cost == pytest.approx(least) == pytest.approx(found.bound)
    assert [degree for _, degree in graph.degree()] == [2] * sites
    assert nx.is_connected(graph)


def test_no_ring_leads_where_two_sites_have_no_span():
    with pytest.raises(ConflictError, match="span between every two"):
        survivable_topology(4, np.array([(0, 1), (1, 2), (2, 3), (0, 3)]), np.ones(4), Survival(ring=True))
