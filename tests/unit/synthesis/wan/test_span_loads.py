"""Loads of spans are those of the shortest ways that networkx finds, in each state."""

from __future__ import annotations

from itertools import combinations, pairwise

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.synthesis.wan.span_loads import span_loads


@st.composite
def problems(draw):
    sites = draw(st.integers(2, 6))
    pairs = list(combinations(range(sites), 2))
    spans = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9, unique=True))
    ends = st.tuples(st.integers(0, sites - 1), st.integers(0, sites - 1)).filter(lambda pair: pair[0] != pair[1])
    demand = draw(st.dictionaries(ends, st.integers(1, 50).map(float), max_size=5))
    return sites, spans, demand


def expected(sites, spans, demand):
    graph = nx.Graph()
    graph.add_nodes_from(range(sites))
    graph.add_edges_from(spans)
    load = {(a, b): 0.0 for span in spans for a, b in (span, span[::-1])}
    for (source, target), bps in demand.items():
        if nx.has_path(graph, source, target):
            used = {arc for way in nx.all_shortest_paths(graph, source, target) for arc in pairwise(way)}
            for arc in used:
                load[arc] += bps
    return [max(load[a, b], load[b, a]) for a, b in spans]


@given(problems())
@settings(max_examples=60, deadline=None)
def test_every_shortest_way_carries_all_of_a_demand(problem):
    sites, spans, demand = problem
    whole, worst = span_loads(sites, spans, demand)

    assert whole == expected(sites, spans, demand)
    for at, span in enumerate(spans):
        states = [whole[at]]
        for lost in spans:
            left = [one for one in spans if one != lost]
            if lost != span:
                states.append(expected(sites, left, demand)[left.index(span)])
        assert worst[at] == max(states)
