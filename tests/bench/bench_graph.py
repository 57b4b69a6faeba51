"""Prints the CPU seconds of every graph kernel on two Clos fabrics and two random graphs of their size."""

from __future__ import annotations

from time import process_time

import numpy as np

from netdesign.graph.availability import availability
from netdesign.graph.connectivity import blocks, components
from netdesign.graph.cuts import CutFinder
from netdesign.graph.cycles import one_cycle_per_component
from netdesign.graph.disjoint import edge_disjoint, vertex_disjoint
from netdesign.graph.ecmp import demands, ecmp_loads, ecmp_routing
from netdesign.graph.gravity import gravity_loads
from netdesign.graph.headerspace import Box, Rule, first_match
from netdesign.graph.matching import maximum_matching
from netdesign.graph.multigraph import multigraph
from netdesign.graph.prefixes import overlaps, parse_interface, summarise
from netdesign.graph.shortest import distances, eccentricities
from netdesign.graph.twins import quotient
from tests.unit.graph.samples import clos


def random_graph(nodes, edges):
    rng = np.random.default_rng(1)
    return multigraph(nodes, rng.integers(0, nodes, edges), rng.integers(0, nodes, edges))


def graph_kernels(graph, ends, *, all_pairs):
    """Return the kernels as (name, function) items; `all_pairs` takes minutes without symmetry."""
    source, target = 0, ends - 1
    weights = np.zeros(graph.node_count)
    weights[:ends] = 1
    rng = np.random.default_rng(2)
    wanted = demands(rng.integers(0, ends, 1000), rng.integers(0, min(ends, 50), 1000), 1.0)
    finder = CutFinder(graph)
    every_pair = [("loads, all pairs of end nodes", lambda: gravity_loads(graph, 1.0, weights))]
    return [
        ("adjacency lists (first use)", lambda: graph.without().neighbours),
        ("components", lambda: components(graph)),
        ("components after a failure", lambda: components(graph.without(nodes=[source]))),
        ("articulation, bridges, blocks", lambda: blocks(graph)),
        ("edge-disjoint paths of a pair", lambda: edge_disjoint(graph, source, target)),
        ("vertex-disjoint paths of a pair", lambda: vertex_disjoint(graph, source, target)),
        ("availability of a pair", lambda: availability(finder, source, target, 1e-4, 1e-5)),
        ("distances from one node", lambda: distances(graph, source)),
        ("eccentricity of all nodes", lambda: eccentricities(graph)),
        ("twins and quotient", lambda: quotient(graph)),
        ("loads, 1000 demands to 50 nodes", lambda: ecmp_loads(graph, wanted)),
        *(every_pair if all_pairs else []),
        ("one cycle per component", lambda: one_cycle_per_component(graph)),
    ]


def other_kernels():
    rng = np.random.default_rng(3)
    texts = [f"10.{a}.{b}.{c}/28" for a, b, c in rng.integers(0, 256, (100_000, 3)).tolist()]
    prefixes = [parse_interface(text).prefix for text in texts]
    choices = rng.integers(0, 5000, (5000, 4)).tolist()
    return [
        ("parse 100,000 addresses", lambda: [parse_interface(text) for text in texts]),
        ("overlaps of 100,000 prefixes", lambda: overlaps(prefixes)),
        ("summary of 100,000 prefixes", lambda: summarise(prefixes)),
        ("matching 5,000 by 5,000", lambda: maximum_matching(choices, 5000)),
        ("first match of 2,000 rules", lambda: first_match(firewall_rules(2000))),
    ]


def firewall_rules(count):
    """Rules between the addresses of 50 zones, and a last one that matches all."""
    rng = np.random.default_rng(4)
    rules = []
    for _ in range(count - 1):
        zones = (rng.integers(0, 50, 2) * 256).tolist()
        hosts = rng.integers(0, 256, 2).tolist()
        source = (zones[0], zones[0] + 255) if rng.random() < 0.6 else (zones[0] + hosts[0],) * 2
        target = (zones[1], zones[1] + 255) if rng.random() < 0.3 else (zones[1] + hosts[1],) * 2
        port = int(rng.choice([22, 53, 80, 123, 161, 443, 514, 3306, 3389, 8080]))
        protocol = int(rng.choice([6, 17]))
        box = Box(4, source, target, (protocol, protocol), target_port=(port, port))
        rules.append(Rule(bool(rng.random() < 0.7), (box,)))
    return [*rules, Rule(False, (Box(4, (0, 50 * 256), (0, 50 * 256)),))]


def failure_sweep():
    """Re-route 2,000 demands on 500 nodes after each of 1,500 single link failures."""
    graph = random_graph(500, 1500)
    rng = np.random.default_rng(5)
    routing = ecmp_routing(graph, demands(rng.integers(0, 500, 2000), rng.integers(0, 500, 2000), 1.0))
    for edge in range(graph.edge_count):
        routing.after(edges=[edge])


def timed(title, kernels):
    print(f"\n{title}")
    for name, run in kernels:
        start = process_time()
        run()
        print(f"  {name:36s} {process_time() - start:8.3f}")


def main():
    for pods, leaves, spines, cores in ((50, 16, 4, 8), (300, 32, 8, 32)):
        fabric = clos(pods, leaves, spines, cores)
        title = f"Clos fabric, {fabric.node_count} nodes, {fabric.edge_count} edges"
        timed(title, graph_kernels(fabric, pods * leaves, all_pairs=True))
    for nodes, edges in ((1000, 8000), (10_000, 160_000)):
        kernels = graph_kernels(random_graph(nodes, edges), nodes, all_pairs=nodes == 1000)
        timed(f"Random graph, {nodes} nodes, {edges} edges", kernels)
    timed("Other kernels", [*other_kernels(), ("sweep of 1,500 link failures", failure_sweep)])


if __name__ == "__main__":
    main()
