"""Structure of real networks against answers computed elsewhere with networkx and scipy."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

if not os.environ.get("NETDESIGN_DATA"):
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

from netdesign.graph.connectivity import blocks, bridges, component_count, components
from netdesign.graph.cycles import cyclomatic_number
from netdesign.graph.disjoint import edge_disjoint, vertex_disjoint
from netdesign.graph.shortest import distances, eccentricities
from tests.reference.graph_files import DATA, READERS, NamedGraph, read, simple

TOPOLOGIES = json.loads((DATA / "reference" / "topology_reference.json").read_text())["topologies"]
KEYS = sorted(key for key in TOPOLOGIES if key.partition("/")[0] in READERS)


@pytest.fixture(scope="module")
def networks() -> dict[str, NamedGraph]:
    return {key: simple(read(key)) for key in KEYS}


def differing(networks, fact):
    """Compare `fact(graph, answers)`, a pair of found and expected, over all networks."""
    found = {key: fact(networks[key], TOPOLOGIES[key]) for key in KEYS}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def largest_component(graph):
    label = components(graph)
    return np.flatnonzero(label == np.bincount(label).argmax())


def test_every_shared_network_is_read():
    assert len(KEYS) == 449


def test_components(networks):
    assert not differing(networks, lambda n, ref: (component_count(n.graph), ref["components"]))


def test_articulation_points_and_what_they_cut_off(networks):
    def fact(network, ref):
        found = blocks(network.graph)
        cut = np.flatnonzero(found.articulation)
        return {network.names[v]: int(found.impact[v]) for v in cut}, ref["articulation_impact"]

    assert not differing(networks, fact)


def test_bridges(networks):
    def fact(network, ref):
        graph = network.graph
        lost = np.flatnonzero(bridges(graph))
        pairs = [sorted((network.names[graph.tail[e]], network.names[graph.head[e]])) for e in lost]
        return sorted(pairs), sorted(ref["bridges"])

    assert not differing(networks, fact)


def test_bridges_with_parallel_links():
    keys = [key for key in KEYS if "n_bridges_multigraph" in TOPOLOGIES[key]]
    found = {key: int(bridges(read(key).graph).sum()) for key in keys}

    assert found == {key: TOPOLOGIES[key]["n_bridges_multigraph"] for key in keys}
    assert len(keys) > 200


def test_blocks_and_loops(networks):
    def fact(network, ref):
        found = int(blocks(network.graph).block.max(initial=-1)) + 1, cyclomatic_number(network.graph)
        return found, (ref["biconnected_components"], ref["cyclomatic_number"])

    assert not differing(networks, fact)


def test_diameter_and_radius_of_the_largest_component(networks):
    def fact(network, ref):
        reach = eccentricities(network.graph)[largest_component(network.graph)]
        return (int(reach.max()), int(reach.min())), (ref["diameter"], ref["radius"])

    assert not differing(networks, fact)


def test_average_path(networks):
    def fact(network, ref):
        nodes = largest_component(network.graph)
        hops = distances(network.graph, nodes)[:, nodes]
        return hops.sum() / max(1, nodes.size * (nodes.size - 1)), ref["avg_shortest_path_hops"]

    for found, expected in (fact(networks[key], TOPOLOGIES[key]) for key in KEYS):
        assert found == pytest.approx(expected, abs=5.1e-7)


def test_disjoint_paths_between_sampled_pairs(networks):
    def fact(network, ref):
        number, samples = network.number, ref.get("disjoint_path_samples", [])
        pairs = [(number[s["source"]], number[s["target"]]) for s in samples]
        found = [(edge_disjoint(network.graph, *pair), vertex_disjoint(network.graph, *pair)) for pair in pairs]
        return found, [(s["edge_disjoint_paths"], s["node_disjoint_paths"]) for s in samples]

    assert not differing(networks, fact)


def test_global_edge_connectivity(networks):
    def fact(network, ref):
        counts = (edge_disjoint(network.graph, 0, node) for node in range(1, network.graph.node_count))
        return min(counts, default=0), ref["min_edge_connectivity"]

    assert not differing(networks, fact)
