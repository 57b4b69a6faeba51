"""Loops that are left after pairs and bundles are drawn as one: how many, and one of each component."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from netdesign.graph.multigraph import Longs


class Contraction(NamedTuple):
    """A smaller graph with where it came from: `node_of[v]` and `edge_of[e]`, -1 for what vanished.

    `first_edge[i]` is the smallest original edge that edge i of `graph` stands for.
    """

    graph: Multigraph
    node_of: Longs
    edge_of: Longs
    first_edge: Longs


class Cycle(NamedTuple):
    """A closed walk without repeats: `edges[i]` leads from `nodes[i]` to the next, the last one home.

    Nodes are those of the contracted graph, edges those of the original one.
    """

    nodes: tuple[int, ...]
    edges: tuple[int, ...]


def contracted(
    graph: Multigraph, node_group: ArrayLike | None = None, edge_group: ArrayLike | None = None
) -> Contraction:
    """Return `graph` with equal `node_group` labels drawn as one node, equal `edge_group` as one edge.

    Edges inside a node group vanish, unless they were self-loops before. Edges of a group stay apart
    when their ends still differ. A negative label groups nothing; removed elements vanish.
    """
    node_of = _labels(node_group, graph.node_count)
    node_of = np.where(graph.nodes_present, node_of, -1)
    kept_nodes, node_index = np.unique(node_of[node_of >= 0], return_inverse=True)
    node_of[node_of >= 0] = node_index
    tail, head = node_of[graph.tail], node_of[graph.head]
    kept = np.flatnonzero(graph.edges_present & ((tail != head) | (graph.tail == graph.head)))
    low, high = np.minimum(tail, head)[kept], np.maximum(tail, head)[kept]
    bundle = np.unique(_labels(edge_group, graph.edge_count)[kept], return_inverse=True)[1]
    key = (bundle * kept_nodes.size + low) * kept_nodes.size + high
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    edge_of = np.full(graph.edge_count, -1, dtype=np.int64)
    edge_of[kept] = index
    ends = (low[first].astype(np.int32), high[first].astype(np.int32))
    return Contraction(Multigraph(kept_nodes.size, *ends), node_of, edge_of, kept[first])


def cyclomatic_number(graph: Multigraph) -> int:
    """Return how many edges must fail before no loop is left."""
    nodes = int(np.count_nonzero(graph.nodes_present))
    pieces = int(components(graph).max(initial=-1)) + 1
    return int(np.count_nonzero(graph.edges_present)) - nodes + pieces


def one_cycle_per_component(
    graph: Multigraph, node_group: ArrayLike | None = None, edge_group: ArrayLike | None = None
) -> list[Cycle]:
    """Return one loop, as a witness, of every component that has any after the contraction."""
    small = contracted(graph, node_group, edge_group)
    seen: set[int] = set()
    cycles = []
    for root in range(small.graph.node_count):
        if root not in seen:
            cycle = _search(small.graph, root, seen)
            if cycle is not None:
                edges = tuple(int(small.first_edge[edge]) for edge in cycle.edges)
                cycles.append(Cycle(cycle.nodes, edges))
    return cycles


def _labels(group: ArrayLike | None, count: int) -> Longs:
    """Return labels of 0 and more in which every negative label became one of its own."""
    if group is None:
        return np.arange(count, dtype=np.int64)
    labels = np.array(group, dtype=np.int64)
    lonely = labels < 0
    labels[lonely] = labels.max(initial=-1) + 1 + np.arange(np.count_nonzero(lonely))
    return labels


def _search(graph: Multigraph, root: int, seen: set[int]) -> Cycle | None:
    """Mark the component of `root`, breadth first; the first edge that closes a loop gives the cycle."""
    entered: dict[int, tuple[int, int]] = {root: (-1, -1)}
    queue, closing = [root], None
    for node in queue:
        for other, edge in graph.neighbours[node]:
            if other not in entered:
                entered[other] = (node, edge)
                queue.append(other)
            elif closing is None and edge != entered[node][1]:
                closing = (node, other, edge)
    seen.update(queue)
    return None if closing is None else _close(entered, *closing)


def _close(entered: dict[int, tuple[int, int]], node: int, other: int, edge: int) -> Cycle:
    """Join the two tree paths below their lowest common ancestor by the edge that closes the loop."""
    ancestors = [node]
    while entered[ancestors[-1]][0] >= 0:
        ancestors.append(entered[ancestors[-1]][0])
    depth = {ancestor: place for place, ancestor in enumerate(ancestors)}
    down_nodes, down_edges = [], []
    while other not in depth:
        down_nodes.append(other)
        other, stem = entered[other]
        down_edges.append(stem)
    up = ancestors[: depth[other] + 1]
    up_edges = [entered[v][1] for v in up[:-1]]
    nodes = [*reversed(up), *down_nodes]
    edges = [*reversed(up_edges), edge, *down_edges]
    return Cycle(tuple(nodes), tuple(edges))
