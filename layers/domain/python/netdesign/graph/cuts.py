"""All minimal cuts of one and of two elements between two nodes of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.connectivity import blocks, components
from netdesign.graph.disjoint import Path, flow_paths
from netdesign.graph.residual import Residual

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs, Multigraph


class PairCuts(NamedTuple):
    """`first[i]` and `second[j]` form a cut where `separates[i, j]`.

    An element below the node count is a node; edge e is the element node count + e.
    """

    first: Longs
    second: Longs
    separates: Bools


@dataclass(frozen=True, eq=False)
class Cuts:
    """The minimal cuts of order one (`single`, terminals excluded) and two between two nodes."""

    connected: bool
    single: Longs
    pairs: tuple[PairCuts, ...]


class CutFinder:
    """Finds cuts in one graph for many pairs of nodes; the block structure is found once."""

    def __init__(self, graph: Multigraph) -> None:
        self.graph = graph
        self._nodes = np.flatnonzero(graph.nodes_present)
        self._elements = np.concatenate([self._nodes, graph.node_count + np.flatnonzero(graph.edges_present)])
        self._present = graph.condensed()
        self._blocks = blocks(self._present)
        self._above = self._blocks.above.tolist()
        self._top = self._blocks.top.tolist()
        self._bridge_of = dict(
            zip(
                self._blocks.block[self._blocks.bridge].tolist(),
                np.flatnonzero(self._blocks.bridge).tolist(),
                strict=True,
            )
        )

    def between(self, source: int, target: int) -> Cuts:
        """Return every minimal cut of at most two elements that separates `source` from `target`.

        Both elements of a minimal pair lie in one biconnected block on the way, so each such block is
        searched alone, between the nodes where the way enters and leaves it.
        """
        present, nothing = self.graph.nodes_present, np.zeros(0, dtype=np.int64)
        if not (present[source] and present[target]):
            return Cuts(False, nothing, ())
        route = self._route(*np.searchsorted(self._nodes, [source, target]).tolist())
        if route is None:
            return Cuts(False, nothing, ())
        single = [node for node, _, _ in route[1:]]
        pairs = []
        for enter, block, leave in route:
            if block in self._bridge_of:
                single.append(self._present.node_count + self._bridge_of[block])
            elif (found := _pair_cuts(self._present, enter, leave)) is not None:
                first, second = self._elements[found.first], self._elements[found.second]
                pairs.append(PairCuts(first, second, found.separates))
        return Cuts(True, self._elements[np.array(single, dtype=np.int64)], tuple(pairs))

    def _route(self, source: int, target: int) -> list[tuple[int, int, int]] | None:
        """Return the (entry node, block, exit node) items from source to target; None if apart."""
        rising, falling = self._climb(source), self._climb(target)
        place = {item: index for index, item in enumerate(rising)}
        meeting = next((index for index, item in enumerate(falling) if item in place), None)
        if meeting is None:
            return None
        chain = rising[: place[falling[meeting]] + 1] + falling[:meeting][::-1]
        return [(chain[index - 1], -1 - chain[index], chain[index + 1]) for index in range(1, len(chain) - 1, 2)]

    def _climb(self, node: int) -> list[int]:
        """Return the nodes and blocks (block b as -1 - b) from `node` up to the root of its tree."""
        chain = [node]
        while (block := self._above[chain[-1]]) >= 0:
            chain += [-1 - block, self._top[block]]
        return chain


def _pair_cuts(graph: Multigraph, enter: int, leave: int) -> PairCuts | None:
    """Return the two-element cuts between two nodes of a block; None if a third path avoids them.

    Two disjoint paths must both be hit. What remains of the graph falls into pieces, each attached to
    the paths at certain positions; a pair is a cut exactly when every piece lies on one side of it.
    """
    residual = Residual(graph, {enter, leave}, ((enter,), (leave,)))
    if all(residual.augment() for _ in range(3)):
        return None
    one, two = flow_paths(residual)
    i = np.arange(1, 2 * len(one.edges))[:, None]
    j = np.arange(1, 2 * len(two.edges))[None, :]
    separates = np.ones((i.size, j.size), dtype=np.bool_)
    for low_1, high_1, low_2, high_2 in _pieces(graph, one, two):
        separates &= ((i <= low_1) & (j <= low_2)) | ((i >= high_1) & (j >= high_2))
    return PairCuts(_elements(graph, one), _elements(graph, two), separates)


def _elements(graph: Multigraph, path: Path) -> Longs:
    """Return the inner elements of a path in order: edge, node, edge, ..., edge."""
    elements = np.empty(2 * len(path.edges) - 1, dtype=np.int64)
    elements[::2] = np.array(path.edges) + graph.node_count
    elements[1::2] = path.nodes[1:-1]
    return elements


def _pieces(graph: Multigraph, one: Path, two: Path) -> list[list[float]]:
    """Return lowest and highest attachment of each piece on path one, then on path two.

    A node at index p of a path has position 2p; the common ends count as ends of path one.
    """
    position = np.full((2, graph.node_count), -1, dtype=np.int64)
    position[1, list(two.nodes[1:-1])] = 2 * np.arange(1, len(two.nodes) - 1)
    position[0, list(one.nodes)] = 2 * np.arange(len(one.nodes))
    on_path = position.max(axis=0) >= 0
    label = components(graph.without(nodes=np.flatnonzero(on_path)))
    present = graph.edges_present.copy()
    present[[*one.edges, *two.edges]] = False
    edge = np.flatnonzero(present & (on_path[graph.tail] | on_path[graph.head]))
    tail, head = graph.tail[edge], graph.head[edge]
    outside = np.where(on_path[tail], label[head], label[tail])
    piece = np.where(outside >= 0, outside, graph.node_count + edge)
    piece = np.unique(piece, return_inverse=True)[1].reshape(-1)
    spans = np.empty((piece.max(initial=-1) + 1, 4))
    spans[:, ::2], spans[:, 1::2] = np.inf, -np.inf
    for end in (tail, head):
        for path in (0, 1):
            at = position[path, end]
            np.minimum.at(spans[:, 2 * path], piece[at >= 0], at[at >= 0])
            np.maximum.at(spans[:, 2 * path + 1], piece[at >= 0], at[at >= 0])
    found: list[list[float]] = np.unique(spans, axis=0).tolist()
    return found
