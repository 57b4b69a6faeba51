"""Backbone plans against published optima, and survivable topologies for the sites of real networks."""

from __future__ import annotations

import os

import networkx as nx
import numpy as np
import pytest

if not os.environ.get("NETDESIGN_DATA"):
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

from netdesign.errors import ConflictError
from netdesign.synthesis.backbone.plan import Effort, plan
from netdesign.synthesis.backbone.reach import distances_km, near_pairs
from netdesign.synthesis.backbone.topology import Survival, survivable_topology
from tests.reference.graph_files import DATA
from tests.reference.places import real_length_km, sites_of
from tests.reference.planning_files import known, planning

MODEL = "U-U-M-N-C-A-N-N"
PROVEN = [
    ("abilene", MODEL, 194_020.0),
    ("polska", MODEL, 23_619.0),
    ("polska", "D-B-M-N-C-A-N-N", 15_717.0),
    ("atlanta", "D-B-M-N-C-A-N-N", 46_244_642.4),
    ("atlanta", MODEL, 86_492_550.3),
    ("france", MODEL, 20_200.0),
]
DESIGNED = known()["topology_design_optima"] if os.environ.get("NETDESIGN_DATA") else {}
ZOO = [name for name in sorted(path.stem for path in (DATA / "zoo" / "graphml").glob("*.graphml")) if sites_of(name)]


@pytest.mark.parametrize(("network", "model", "optimum"), PROVEN)
def test_known_optima_are_found_and_proven(network, model, optimum):
    problem, constant = planning(network, model)
    found = plan(problem, Effort(nodes=100_000, seconds=300))
    assert found.cost + constant == pytest.approx(optimum, rel=1e-9)
    assert found.gap <= 1e-6


@pytest.mark.parametrize("kind", ["edge", "node"])
@pytest.mark.parametrize("network", DESIGNED)
def test_topologies_cost_what_the_known_optimum_costs(network, kind):
    ends, cost = cheapest_links(network)
    sites = int(ends.max()) + 1
    survival = Survival(2, nodes=kind == "node")
    optimum = DESIGNED[network][f"min_cost_2_{kind}_connected"]
    if optimum is None:
        with pytest.raises(ConflictError):
            survivable_topology(sites, ends, cost, survival)
        return
    found = survivable_topology(sites, ends, cost, survival)
    assert found.cost == pytest.approx(optimum)
    assert found.gap <= 1e-6


def cheapest_links(network):
    """The simple graph of a network's links, each with the cost of its cheapest module or of what is installed."""
    problem, _ = planning(network, MODEL)
    installed = installed_costs(network)
    cheapest = {}
    for at, span in enumerate(problem.spans):
        pair = min(span.a, span.b), max(span.a, span.b)
        cost = min((module.cost for module in span.modules), default=installed[at])
        cheapest[pair] = min(cost, cheapest.get(pair, cost))
    return np.array(list(cheapest)), np.array(list(cheapest.values()))


def installed_costs(network):
    from tests.reference.graph_files import section

    text = (DATA / "sndlib" / "native" / f"{network}.txt").read_text()
    return [float(words[6]) for words in section(text, "LINKS")]


def test_there_are_networks_enough():
    assert len(ZOO) >= 30


@pytest.mark.parametrize("name", ZOO)
def test_the_sites_of_real_networks_survive_the_loss_of_any_link(name):
    latitude, longitude = sites_of(name)
    distance = distances_km(latitude, longitude)
    ends = near_pairs(distance)
    found = survivable_topology(len(latitude), ends, distance[ends[:, 0], ends[:, 1]])
    graph = nx.Graph(tuple(ends[span]) for span in found.spans)
    assert graph.number_of_nodes() == len(latitude)
    assert not list(nx.bridges(graph))
    assert nx.is_connected(graph)
    real_km, survives = real_length_km(name)
    assert found.bound <= found.cost
    if survives:
        assert found.cost <= real_km * (1 + 1e-9)
