"""Topologies cost what the cheapest of all subsets costs that networkx calls survivable."""

from itertools import combinations

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
