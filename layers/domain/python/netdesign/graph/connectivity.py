"""What holds a graph together: components, articulation points, bridges and blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints, Longs, Multigraph


def components(graph: Multigraph) -> Ints:
    """Return the component of every node, numbered from 0 by smallest node; -1 for removed nodes."""
    present = graph.edges_present
    tail, head = graph.tail[present], graph.head[present]
    root = np.arange(graph.node_count, dtype=np.int32)
    while tail.size:
        tail_root, head_root = root[tail], root[head]
        apart = tail_root != head_root
        tail, head = tail_root[apart], head_root[apart]
        low, high = np.minimum(tail, head), np.maximum(tail, head)
        np.minimum.at(root, high, low)
        while not np.array_equal(parent := root[root], root):
            root = parent
    return _numbered(root, graph.nodes_present)


def component_count(graph: Multigraph) -> int:
    """Return the number of components among the nodes that are present."""
    return int(components(graph).max(initial=-1)) + 1


def separated_by(graph: Multigraph, node: int) -> Ints:
    """Return the components that are left when `node` fails; -1 for the node itself."""
    return components(graph.without(nodes=(node,)))


def _numbered(root: Ints, present: Bools) -> Ints:
    is_root = (root == np.arange(root.size)) & present
    number = np.cumsum(is_root, dtype=np.int32) - 1
    labels: Ints = np.where(present, number[root], -1).astype(np.int32)
    return labels


@dataclass(frozen=True, eq=False)
class Blocks:
    """The cut structure of a graph, found in one depth-first pass.

    `block[e]` numbers the biconnected block of edge e, -1 for removed edges and self-loops; parallel
    edges share a block. `impact[v]` counts the other nodes that fall off the largest remaining piece
    of its component when v fails. The blocks form trees: `above[v]` is the block from which the search
    entered v (-1 at a root), and `top[b]` is the node at which block b hangs from the one above it.
    """

    articulation: Bools
    bridge: Bools
    block: Ints
    impact: Longs
    above: Ints
    top: Ints


def articulation_points(graph: Multigraph) -> Bools:
    """Return which nodes disconnect their component when they fail."""
    return blocks(graph).articulation


def bridges(graph: Multigraph) -> Bools:
    """Return which edges disconnect their component when they fail; parallel edges never do."""
    return blocks(graph).bridge


def two_edge_components(graph: Multigraph) -> Ints:
    """Return labels that two nodes share exactly when no single edge failure separates them."""
    return components(graph.without(edges=np.flatnonzero(bridges(graph))))


def blocks(graph: Multigraph) -> Blocks:
    """Return articulation points, bridges and biconnected blocks, by Tarjan's low points."""
    forest = _Forest(graph)
    for root in np.flatnonzero(graph.nodes_present).tolist():
        if forest.discovered[root] < 0:
            forest.grow(root)
    return _cut_structure(graph, forest)


class _Forest:
    """A depth-first forest; children are handled when they are left, in `order` of discovery."""

    def __init__(self, graph: Multigraph) -> None:
        self.neighbours = graph.neighbours
        self.discovered = [-1] * graph.node_count
        self.low = [0] * graph.node_count
        self.parent = [-1] * graph.node_count
        self.parent_edge = [-1] * graph.node_count
        self.order: list[int] = []

    def grow(self, root: int) -> None:
        """Search the component of `root` without recursion, so that depth is no limit."""
        discovered, low, parent, parent_edge = self.discovered, self.low, self.parent, self.parent_edge
        order, neighbours = self.order, self.neighbours
        discovered[root] = low[root] = len(order)
        order.append(root)
        node, entered, reached, pending = root, -1, discovered[root], iter(neighbours[root])
        stack = []
        while True:
            for other, edge in pending:
                at = discovered[other]
                if at < 0:
                    low[node] = reached
                    stack.append((node, entered, pending))
                    parent[other], parent_edge[other] = node, edge
                    discovered[other] = reached = len(order)
                    order.append(other)
                    node, entered, pending = other, edge, iter(neighbours[other])
                    break
                if at < reached and edge != entered:
                    reached = at
            else:
                low[node] = reached
                if not stack:
                    return
                node, entered, pending = stack.pop()
                reached = min(low[node], reached)


def _cut_structure(graph: Multigraph, forest: _Forest) -> Blocks:
    """Read blocks off the forest: a child that cannot climb past its parent opens a new one."""
    discovered = np.array(forest.discovered, dtype=np.int32)
    parent = np.array(forest.parent, dtype=np.int32)
    low = np.array(forest.low, dtype=np.int32)
    order = np.array(forest.order, dtype=np.int32)
    parent_edge = np.array(forest.parent_edge, dtype=np.int32)
    child = order[parent[order] >= 0]
    opens = np.zeros(graph.node_count, dtype=np.bool_)
    opens[child] = low[child] >= discovered[parent[child]]
    bridge = np.zeros(graph.edge_count, dtype=np.bool_)
    bridge[parent_edge[child[low[child] > discovered[parent[child]]]]] = True
    articulation = np.zeros(graph.node_count, dtype=np.bool_)
    opened = parent[child[opens[child]]]
    articulation[opened[parent[opened] >= 0]] = True
    opened_at = np.bincount(opened, minlength=graph.node_count)
    articulation |= (parent < 0) & (opened_at > 1)
    above, top = _block_tree(forest, opens.tolist())
    lower = np.where(discovered[graph.tail] > discovered[graph.head], graph.tail, graph.head)
    drawn = graph.edges_present & (graph.tail != graph.head)
    block: Ints = np.where(drawn, above[lower], -1).astype(np.int32)
    return Blocks(articulation, bridge, block, _impact(graph, forest, opens), above, top)


def _block_tree(forest: _Forest, opens: list[bool]) -> tuple[Ints, Ints]:
    """An edge belongs to the block above its lower end, which is the end discovered later."""
    above, top, parent = [-1] * len(opens), list[int](), forest.parent
    for node in forest.order:
        if opens[node]:
            above[node] = len(top)
            top.append(parent[node])
        elif parent[node] >= 0:
            above[node] = above[parent[node]]
    return np.array(above, dtype=np.int32), np.array(top, dtype=np.int32)


def _impact(graph: Multigraph, forest: _Forest, opens: Bools) -> Longs:
    """Sizes of the pieces a node leaves: each cut-off subtree, and the rest of its component."""
    size = [1] * graph.node_count
    cut_off, largest, total = [0] * graph.node_count, [0] * graph.node_count, [0] * graph.node_count
    opening, parent = opens.tolist(), forest.parent
    for node in reversed(forest.order):
        above = parent[node]
        if above >= 0:
            size[above] += size[node]
            if opening[node]:
                cut_off[above] += size[node]
                largest[above] = max(largest[above], size[node])
    impact = np.zeros(graph.node_count, dtype=np.int64)
    for node in forest.order:
        total[node] = size[node] if parent[node] < 0 else total[parent[node]]
        rest = total[node] - 1 - cut_off[node]
        impact[node] = total[node] - 1 - max(rest, largest[node])
    return impact
