"""Link loads of real networks against published and independently computed ones."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

if not os.environ.get("NETDESIGN_DATA"):
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

from netdesign.graph.ecmp import demands, ecmp_loads
from netdesign.graph.gravity import gravity_loads
from netdesign.graph.multigraph import multigraph
from tests.reference.graph_files import DATA, read, repetita_arcs, section

TOPOHUB = sorted(str(path.relative_to(DATA).with_suffix("")) for path in (DATA / "topohub").glob("*/*.json"))
SNDLIB = [key for key in TOPOHUB if "/sndlib/" in key]
ROUNDING = 0.0051


def document(key):
    return json.loads((DATA / f"{key}.json").read_text())


def published(key, kind):
    """Per cent of the busiest direction, by direction and edge."""
    edges = document(key)["edges"]
    return np.array([[edge[way].get(kind, 0.0) for edge in edges] for way in ("ecmp_fwd", "ecmp_bwd")])


def per_cent(load):
    return 100 * load / load.max()


def beyond_rounding(difference):
    return {key: value for key, value in difference.items() if value > ROUNDING}


def test_uniform_demand_on_every_topohub_network():
    difference = {}
    for key in TOPOHUB:
        graph = read(key).graph
        load = gravity_loads(graph, 1.0, np.ones(graph.node_count)).load
        difference[key] = np.abs(per_cent(load) - published(key, "uni")).max()

    assert beyond_rounding(difference) == {}


def test_degree_gravity_on_every_topohub_network():
    difference = {}
    for key in TOPOHUB:
        graph = read(key).graph
        load = gravity_loads(graph, 1.0, graph.degree()).load
        difference[key] = np.abs(per_cent(load) - published(key, "deg")).max()

    assert beyond_rounding(difference) == {}


def test_original_sndlib_demands_counted_in_both_directions():
    difference = {}
    for key in SNDLIB:
        network = read(key)
        number = network.number
        rows = [
            (number[source], number[target], amount)
            for source, row in document(key)["graph"]["demands"].items()
            for target, amount in row.items()
        ]
        source, target, amount = (np.array(column) for column in zip(*rows, strict=True))
        both = demands(np.concatenate([source, target]), np.concatenate([target, source]), np.tile(amount, 2))
        difference[key] = np.abs(per_cent(ecmp_loads(network.graph, both).load) - published(key, "org")).max()

    assert len(difference) == 13
    assert beyond_rounding(difference) == {}


def test_the_demands_in_the_native_files_are_those_that_topohub_ships():
    for key in SNDLIB:
        name = key.rpartition("/")[2]
        text = (DATA / "sndlib" / "native" / f"{name}.txt").read_text()
        total = sum(float(words[6]) for words in section(text, "DEMANDS"))
        shipped = sum(sum(row.values()) for row in document(key)["graph"]["demands"].values())
        assert shipped == pytest.approx(total), name


REPETITA = {
    key.partition("/")[2]: answers
    for key, answers in json.loads((DATA / "reference" / "topology_reference.json").read_text())["topologies"].items()
    if key.startswith("repetita/") and answers.get("ecmp_spf_mlu") is not None
}


def undirected(name):
    """One edge per pair of opposite arcs of equal weight; None where a way back differs.

    The bandwidths are returned by direction.
    """
    nodes, arcs = repetita_arcs(name)
    groups: dict[tuple[int, int, int], list[list[float]]] = {}
    for arc in arcs:
        low, high = sorted((arc.source, arc.target))
        ways = groups.setdefault((low, high, arc.weight), [[], []])
        ways[int(arc.source != low)].append(arc.bandwidth)
    if any(len(forth) != len(back) for forth, back in groups.values()):
        return None
    rows = [(key, pair) for key, ways in groups.items() for pair in zip(*ways, strict=True)]
    ends = [key for key, _ in rows]
    graph = multigraph(nodes, [k[0] for k in ends], [k[1] for k in ends], [k[2] for k in ends])
    return graph, np.array([pair for _, pair in rows]).T


def test_weighted_loads_of_repetita_networks():
    difference = {}
    for name, answers in REPETITA.items():
        built = undirected(name)
        if built is None:
            continue
        graph, bandwidth = built
        folder = DATA / "repetita"
        path = next(p for p in (folder / f"{name}.0000.demands", folder / f"{name}.demands") if p.exists())
        rows = np.array([line.split()[1:] for line in path.read_text().splitlines()[2:] if line], dtype=float)
        wanted = demands(rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2])
        used = (ecmp_loads(graph, wanted).load / bandwidth).max()
        difference[name] = abs(used - answers["ecmp_spf_mlu"])

    assert {name: value for name, value in difference.items() if value > 1e-8} == {}
    assert len(difference) == 133
