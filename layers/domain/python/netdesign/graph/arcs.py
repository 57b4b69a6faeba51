"""Directed arcs grouped by tail, and the two array steps that every vectorised search repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Costs, Ints, Longs, Multigraph


class Arcs(NamedTuple):
    """Arcs of node v are `offsets[v]:offsets[v + 1]`; every arc has a reverse of the same cost.

    `cost` is None when every arc costs 1.
    """

    offsets: Longs
    head: Longs
    cost: Costs | None

    @property
    def node_count(self) -> int:
        """Return the number of nodes."""
        return int(self.offsets.size) - 1

    @property
    def tail(self) -> Longs:
        """Return the node that each arc leaves."""
        tail: Longs = np.repeat(np.arange(self.node_count, dtype=np.int64), np.diff(self.offsets))
        return tail


def arcs_of(graph: Multigraph) -> tuple[Arcs, Ints]:
    """Return the arcs of the present edges, and the edge of each arc."""
    offsets, neighbour, edge = graph.adjacency()
    cost = None if graph.cost is None else graph.cost[edge]
    return Arcs(offsets, neighbour.astype(np.int64), cost), edge


def leaving(offsets: Longs, nodes: Longs) -> tuple[Longs, Longs]:
    """Return the arcs that leave `nodes`, in order, and for each arc the position of its node."""
    starts = offsets[nodes]
    counts = offsets[nodes + 1] - starts
    owner = np.repeat(np.arange(nodes.size, dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    arcs: Longs = np.arange(owner.size, dtype=np.int64) + (starts - before)[owner]
    return arcs, owner


def distinct(values: Longs, scratch: Longs) -> Longs:
    """Return the values without repeats, in linear time; `scratch` is any array they can index."""
    positions = np.arange(values.size, dtype=np.int64)
    scratch[values] = positions
    kept: Longs = values[scratch[values] == positions]
    return kept


def block_rows(arcs: Arcs, budget: int = 1 << 22) -> int:
    """Return how many searches to run side by side so that their arrays stay near `budget` items."""
    return max(1, budget // max(1, arcs.node_count, int(arcs.head.size)))
