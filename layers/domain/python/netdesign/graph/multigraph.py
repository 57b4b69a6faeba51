"""The compiled graph every kernel works on: nodes and edges are integers, properties are arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.errors import Fault, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Costs = NDArray[np.int64] | NDArray[np.float64]


class Adjacency(NamedTuple):
    """Half-edges grouped by the node they leave: those of node v are `offsets[v]:offsets[v + 1]`."""

    offsets: Longs
    neighbour: Ints
    edge: Ints


@dataclass(frozen=True, eq=False)
class Multigraph:
    """An undirected multigraph; an edge is its position in `tail` and `head`.

    Self-loops and parallel edges are legal. A removed node or edge keeps its index, so that results of
    a graph and of the same graph after a failure can be compared position by position. Build one with
    `multigraph`, which checks its input.
    """

    node_count: int
    tail: Ints
    head: Ints
    cost: Costs | None = None
    node_alive: Bools | None = None
    edge_alive: Bools | None = field(default=None)

    @property
    def edge_count(self) -> int:
        """Return the number of edges, removed ones included."""
        return int(self.tail.size)

    @cached_property
    def nodes_present(self) -> Bools:
        """Return which nodes have not been removed."""
        return np.ones(self.node_count, dtype=np.bool_) if self.node_alive is None else self.node_alive

    @cached_property
    def edges_present(self) -> Bools:
        """Return which edges have not been removed, neither by themselves nor with an end."""
        alive = np.ones(self.edge_count, dtype=np.bool_) if self.edge_alive is None else self.edge_alive
        if self.node_alive is None:
            return alive
        if not self.node_count:
            return np.zeros(self.edge_count, dtype=np.bool_)
        present: Bools = alive & self.node_alive[self.tail] & self.node_alive[self.head]
        return present

    @cached_property
    def edge_costs(self) -> Costs:
        """Return the cost of every edge; 1 where none was given."""
        return np.ones(self.edge_count, dtype=np.int64) if self.cost is None else self.cost

    @cached_property
    def _every_half_edge(self) -> Adjacency:
        loops = self.tail == self.head
        leaving = np.concatenate([self.tail, self.head[~loops]])
        arriving = np.concatenate([self.head, self.tail[~loops]])
        edges = np.arange(self.edge_count, dtype=np.int32)
        edges = np.concatenate([edges, edges[~loops]])
        order = np.argsort(leaving, kind="stable")
        offsets = np.zeros(self.node_count + 1, dtype=np.int64)
        np.cumsum(np.bincount(leaving, minlength=self.node_count), out=offsets[1:])
        return Adjacency(offsets, arriving[order], edges[order])

    @cached_property
    def _present_half_edges(self) -> Adjacency:
        every = self._every_half_edge
        if self.node_alive is None and self.edge_alive is None:
            return every
        kept = self.edges_present[every.edge]
        kept_before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept)])
        return Adjacency(kept_before[every.offsets], every.neighbour[kept], every.edge[kept])

    def adjacency(self) -> Adjacency:
        """Return the half-edges that are present, by node and then by edge; a self-loop appears once."""
        return self._present_half_edges

    @cached_property
    def neighbours(self) -> list[list[tuple[int, int]]]:
        """Return for every node its `(neighbour, edge)` pairs as plain lists, for sequential searches."""
        offsets, neighbour, edge = self.adjacency()
        pairs = list(zip(neighbour.tolist(), edge.tolist(), strict=True))
        bounds = offsets.tolist()
        return [pairs[bounds[v] : bounds[v + 1]] for v in range(self.node_count)]

    def degree(self) -> Longs:
        """Return the number of present edge ends at every node; a self-loop counts twice."""
        present = self.edges_present
        ends = np.bincount(self.tail[present], minlength=self.node_count)
        return (ends + np.bincount(self.head[present], minlength=self.node_count)).astype(np.int64)

    def without(self, nodes: Iterable[int] = (), edges: Iterable[int] = ()) -> Multigraph:
        """Return this graph after the nodes and edges failed; every index keeps its meaning."""
        node_alive = _cleared(self.node_alive, self.node_count, nodes)
        edge_alive = _cleared(self.edge_alive, self.edge_count, edges)
        failed = Multigraph(self.node_count, self.tail, self.head, self.cost, node_alive, edge_alive)
        if "_every_half_edge" in self.__dict__:
            failed.__dict__["_every_half_edge"] = self.__dict__["_every_half_edge"]
        return failed

    def condensed(self) -> Multigraph:
        """Return what is present alone, nodes and edges numbered anew in their order."""
        kept, place = self.edges_present, (np.cumsum(self.nodes_present) - 1).astype(np.int32)
        cost = None if self.cost is None else self.cost[kept]
        return Multigraph(int(self.nodes_present.sum()), place[self.tail[kept]], place[self.head[kept]], cost)

    def reweighted(self, cost: ArrayLike | None) -> Multigraph:
        """Return this graph, removals included, with other costs."""
        checked = _costs(cost, self.edge_count)
        return Multigraph(self.node_count, self.tail, self.head, checked, self.node_alive, self.edge_alive)


def multigraph(node_count: int, tail: ArrayLike, head: ArrayLike, cost: ArrayLike | None = None) -> Multigraph:
    """Return the checked graph; raises `InvalidInputError` for ends out of range and costs not above 0."""
    tails, heads = np.asarray(tail, dtype=np.int32), np.asarray(head, dtype=np.int32)
    if tails.ndim != 1 or tails.shape != heads.shape:
        raise _invalid("/tail", f"{tails.shape} tails for {heads.shape} heads", "give one of each per edge")
    for name, ends in (("tail", tails), ("head", heads)):
        if ends.size and (int(ends.min()) < 0 or int(ends.max()) >= node_count):
            raise _invalid(f"/{name}", f"an end lies outside 0..{node_count - 1}", "number nodes from 0")
    return Multigraph(node_count, tails, heads, _costs(cost, tails.size))


def _costs(cost: ArrayLike | None, edge_count: int) -> Costs | None:
    if cost is None:
        return None
    given = np.asarray(cost)
    whole = given.dtype.kind in "iub"
    costs: Costs = given.astype(np.int64) if whole else given.astype(np.float64)
    if costs.shape != (edge_count,):
        raise _invalid("/cost", f"{costs.size} costs for {edge_count} edges", "give one per edge")
    if costs.size and not (bool(np.isfinite(costs).all()) and bool((costs > 0).all())):
        raise _invalid("/cost", "a cost is not a positive finite number", "give every edge a cost above 0")
    return costs


def _cleared(alive: Bools | None, count: int, gone: Iterable[int]) -> Bools | None:
    indices = np.asarray(gone if isinstance(gone, np.ndarray) else list(gone))
    if not indices.size:
        return alive
    cleared: Bools = np.ones(count, dtype=np.bool_) if alive is None else alive.copy()
    cleared[indices] = False
    return cleared


def _invalid(pointer: str, problem: str, remedy: str) -> InvalidInputError:
    return InvalidInputError("graph", (Fault(pointer, problem, remedy),))
