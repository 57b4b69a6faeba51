"""Small random multigraphs with removals, a Clos fabric, and the networkx view of a graph."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from netdesign.graph.multigraph import Multigraph, multigraph


@st.composite
def graphs(draw, max_nodes=8, max_edges=16, costs=False, removals=True, min_nodes=1):
    """Multigraphs with self-loops, parallel edges and failed elements."""
    n = draw(st.integers(min_nodes, max_nodes))
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=max_edges))
    cost = draw(st.lists(st.integers(1, 4), min_size=len(ends), max_size=len(ends))) if costs else None
    graph = multigraph(n, [a for a, _ in ends], [b for _, b in ends], cost)
    if not removals:
        return graph
    edges = draw(st.sets(st.sampled_from(range(len(ends))), max_size=2)) if ends else ()
    return graph.without(nodes=draw(st.sets(node, max_size=1)), edges=edges)


@st.composite
def woven(draw):
    """Paths from node 0 to node 1 that cross each other, so that flows have to be taken back."""
    n = draw(st.integers(6, 12))
    paths = draw(st.lists(st.lists(st.integers(2, n - 1), min_size=1, max_size=8, unique=True), min_size=2))
    hops = [hop for path in paths[:4] for hop in pairwise([0, *path, 1])]
    return multigraph(n, [a for a, _ in hops], [b for _, b in hops])


def as_networkx(graph: Multigraph) -> nx.MultiGraph:
    """The elements that are present, with edge indices as keys; self-loops included."""
    drawn = nx.MultiGraph()
    drawn.add_nodes_from(np.flatnonzero(graph.nodes_present).tolist())
    for edge in np.flatnonzero(graph.edges_present).tolist():
        tail, head = int(graph.tail[edge]), int(graph.head[edge])
        drawn.add_edge(tail, head, key=edge, cost=graph.edge_costs[edge])
    return drawn


def clos(pods: int, leaves: int, spines: int, cores_per_spine: int) -> Multigraph:
    """A five-stage Clos fabric: leaves first, then the spines of all pods, then the core planes."""
    leaf = np.arange(pods * leaves).reshape(pods, leaves)
    spine = leaf.size + np.arange(pods * spines).reshape(pods, spines)
    core = leaf.size + spine.size + np.arange(spines * cores_per_spine).reshape(spines, -1)
    low = np.broadcast_arrays(leaf[:, :, None], spine[:, None, :])
    high = np.broadcast_arrays(spine[:, :, None], core[None])
    tail = np.concatenate([low[0].ravel(), high[0].ravel()])
    head = np.concatenate([low[1].ravel(), high[1].ravel()])
    return multigraph(leaf.size + spine.size + core.size, tail, head)
