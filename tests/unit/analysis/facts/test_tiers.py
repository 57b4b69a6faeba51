"""Tiers by role and by cable, against a search of networkx."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.clos import links_between, planes
from netdesign.analysis.facts.tiers import (
    fabrics,
    graph_tiers,
    lateral_links,
    peers,
    role_tiers,
    uplink_counts,
    uplinks,
)
from netdesign.graph.network import compile_network
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.sketch import NO_CATALOG, design, device, link

CAMPUS = (Role.CORE, Role.DISTRIBUTION, Role.ACCESS)


def network(*facts):
    return compile_network(design(*facts), NO_CATALOG)


def test_fabrics_are_told_apart_by_site_and_family():
    facts = [device("s", Role.SPINE), device("l", Role.LEAF), device("b", Role.BORDER_LEAF), device("c", Role.CORE)]
    compiled = network(
        *facts,
        device("x", Role.ACCESS, site="b"),
        device("fw", Role.FIREWALL),
        device("off", Role.SPINE, in_service=False),
    )

    found = [(f.site, [tier.tolist() for tier in f.tiers]) for f in fabrics(compiled)]

    assert found == [("b", [[4]]), ("dc1", [[0], [1, 2]]), ("dc1", [[3]])]
    assert role_tiers(compiled).tolist() == [0, 1, 1, 0, 0, -1, -1]
    assert fabrics(compiled)[1].devices.tolist() == [0, 1, 2]
    assert fabrics(compiled)[0].edge.tolist() == fabrics(compiled)[0].top.tolist() == [4]


def test_uplinks_know_their_ends_and_leave_out_other_fabrics():
    facts: list[Any] = [device("s", Role.SPINE), device("l", Role.LEAF), device("m", Role.LEAF), device("c", Role.CORE)]
    facts += [link("s:1", "l:1"), link("l:2", "s:2"), link("l:3", "m:3", LinkPurpose.PEER), link("c:1", "s:3")]
    compiled = network(*facts, link("l:9", "s:9", LinkPurpose.MANAGEMENT))

    rising = uplinks(compiled)

    assert (rising.links.tolist(), rising.lower.tolist(), rising.upper.tolist()) == ([0, 1], [1, 1], [0, 0])
    assert lateral_links(compiled).tolist() == [2]
    assert uplink_counts(compiled).tolist() == [0, 2, 0, 0]
    assert peers(compiled) == ((1, 2),)


def test_pods_and_flat_fabrics_have_planes():
    facts = [device("s0", Role.SPINE, block="p"), device("s1", Role.SPINE), device("l0", Role.LEAF, block="p")]
    compiled = network(*facts, device("l1", Role.LEAF, block="rack"), link("l0:1", "s0:1"), link("l0:2", "s0:2"))

    found = {plane.pod: (plane.leaves.tolist(), plane.spines.tolist()) for plane in planes(compiled)}

    assert found == {"p": ([2], [0]), None: ([3], [0, 1])}
    assert links_between(compiled, planes(compiled)[0].leaves, planes(compiled)[1].spines).tolist() == [[2, 0]]
    assert planes(network(device("l", Role.LEAF))) == ()


@st.composite
def campuses(draw):
    count = draw(st.integers(1, 7))
    roles = [draw(st.sampled_from(CAMPUS)) for _ in range(count)]
    ends = st.integers(0, count - 1)
    return roles, draw(st.lists(st.tuples(ends, ends), max_size=12))


@given(campuses())
@settings(max_examples=80, deadline=None)
def test_graph_tiers_are_hops_from_the_top(campus):
    roles, pairs = campus
    facts: list[Any] = [device(f"d{n}", role) for n, role in enumerate(roles)]
    facts += [link(f"d{a}:{n}", f"d{b}:{n}", id=f"k{n}") for n, (a, b) in enumerate(pairs)]
    graph = nx.Graph([pair for pair in pairs if pair[0] != pair[1]])
    graph.add_nodes_from(range(len(roles)))
    tops = [n for n, role in enumerate(roles) if role is min(roles, key=CAMPUS.index)]
    hops = nx.multi_source_dijkstra_path_length(graph, tops)

    assert graph_tiers(network(*facts)).tolist() == [hops.get(n, -1) for n in range(len(roles))]
