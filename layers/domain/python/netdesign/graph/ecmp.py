"""Equal-cost multi-path loads: every hop splits equally over its next hops toward the destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.arcs import Arcs, arcs_of, block_rows, distinct, leaving
from netdesign.graph.shortest import arc_distances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import ArrayLike

    from netdesign.graph.multigraph import Floats, Longs, Multigraph


class Demands(NamedTuple):
    """Traffic from `source[i]` to `target[i]` of `amount[i]`, in any one unit."""

    source: Longs
    target: Longs
    amount: Floats


class EcmpLoads(NamedTuple):
    """`load[0]` flows from tail to head, `load[1]` back; `unserved[i]` of demand i finds no path."""

    load: Floats
    unserved: Floats


class Routed(NamedTuple):
    """Traffic on arcs: item i is `load[i]` on `arc[i]` toward the destination of search `row[i]`."""

    row: Longs
    arc: Longs
    load: Floats


def demands(source: ArrayLike, target: ArrayLike, amount: ArrayLike) -> Demands:
    """Return demands as arrays of the types the kernels expect; `amount` may be one number for all."""
    sources = np.atleast_1d(np.asarray(source, dtype=np.int64))
    targets = np.atleast_1d(np.asarray(target, dtype=np.int64))
    amounts = np.broadcast_to(np.asarray(amount, dtype=np.float64), sources.shape)
    return Demands(sources, targets, amounts)


def ecmp_loads(graph: Multigraph, wanted: Demands) -> EcmpLoads:
    """Return the load of every edge in both directions; parallel edges each count as a next hop.

    Traffic from a node to itself loads nothing. Failures are those of `graph`. Costs are compared
    exactly: give integer costs where sums of fractions should tie.
    """
    arcs, _ = arcs_of(graph)
    load = np.zeros(arcs.head.size)
    unserved = np.zeros(wanted.amount.size)
    for routed, _ in _by_destination(graph, arcs, wanted, unserved):
        load += np.bincount(routed.arc, weights=routed.load, minlength=load.size)
    return EcmpLoads(on_edges(graph, load), unserved)


@dataclass(frozen=True, eq=False)
class Routing:
    """Base loads kept apart by destination, so that a failure re-routes only what it touched."""

    graph: Multigraph
    wanted: Demands
    destinations: Longs
    by_destination: Floats
    base: EcmpLoads

    def after(self, nodes: Iterable[int] = (), edges: Iterable[int] = ()) -> EcmpLoads:
        """Return the loads once the nodes and edges failed: those of `ecmp_loads`, up to rounding.

        A destination keeps its routes when none of the failed elements carried its traffic.
        """
        failed = self.graph.without(nodes, edges)
        lost = np.flatnonzero(self.graph.edges_present & ~failed.edges_present)
        touched = self.by_destination[:, :, lost].max(axis=(1, 2), initial=0.0) > 0
        row = np.searchsorted(self.destinations, self.wanted.target)
        present = failed.nodes_present
        touched[row[~(present[self.wanted.source] & present[self.wanted.target])]] = True
        rerouted = touched[row]
        source, target, amount = self.wanted
        again = ecmp_loads(failed, Demands(source[rerouted], target[rerouted], amount[rerouted]))
        unserved = self.base.unserved.copy()
        unserved[rerouted] = again.unserved
        return EcmpLoads(self.by_destination[~touched].sum(axis=0) + again.load, unserved)


def ecmp_routing(graph: Multigraph, wanted: Demands) -> Routing:
    """Return the routing of all demands, ready for a sweep over failures; keeps loads per destination."""
    arcs, _ = arcs_of(graph)
    unserved = np.zeros(wanted.amount.size)
    blocks = []
    for routed, rows in _by_destination(graph, arcs, wanted, unserved):
        load = np.zeros((rows.size, arcs.head.size))
        load[routed.row, routed.arc] = routed.load
        blocks.append(on_edges(graph, load))
    empty = np.zeros((0, 2, graph.edge_count))
    by_destination = np.concatenate(blocks) if blocks else empty
    base = EcmpLoads(by_destination.sum(axis=0), unserved)
    return Routing(graph, wanted, np.unique(wanted.target), by_destination, base)


def on_edges(graph: Multigraph, arc_load: Floats) -> Floats:
    """Arrange loads of arcs, in their last dimension, as loads of edges by direction."""
    arcs, edge = arcs_of(graph)
    backward = (graph.tail[edge] != arcs.tail).astype(np.int64)
    load = np.zeros((*arc_load.shape[:-1], 2, graph.edge_count))
    load[..., backward, edge] = arc_load
    return load


def _by_destination(graph: Multigraph, arcs: Arcs, wanted: Demands, unserved: Floats) -> Iterator[tuple[Routed, Longs]]:
    """Yield the traffic toward blocks of destinations; note in `unserved` what cannot be routed."""
    destinations, row = np.unique(wanted.target, return_inverse=True)
    present, rows = graph.nodes_present, block_rows(arcs)
    for first in range(0, destinations.size, rows):
        targets = destinations[first : first + rows]
        distance = arc_distances(arcs, targets)
        mine = np.flatnonzero((row >= first) & (row < first + rows))
        slot = row[mine] - first
        served = np.isfinite(distance[slot, wanted.source[mine]]) & present[wanted.target[mine]]
        unserved[mine[~served]] = wanted.amount[mine[~served]]
        traffic = np.zeros_like(distance)
        np.add.at(traffic, (slot[served], wanted.source[mine[served]]), wanted.amount[mine[served]])
        yield route(arcs, distance, traffic), targets


def route(
    arcs: Arcs, distance: Floats, traffic: Floats, width: Callable[[Longs, Longs], Floats] | None = None
) -> Routed:
    """Send `traffic` of every row down its shortest paths to where `distance` is 0.

    A node splits what it holds over its next hops in proportion to their `width(rows, arcs)`, equally
    by default. Every traffic source must have a finite distance.
    """
    dag = _shortest_path_arcs(arcs, distance.ravel(), np.flatnonzero(traffic))
    widths = np.ones(dag.arc.size) if width is None else width(dag.row, dag.arc)
    held = traffic.ravel()[dag.node]
    total = np.bincount(dag.tail_slot, weights=widths, minlength=dag.node.size)
    load = np.zeros(dag.arc.size)
    waiting = np.bincount(dag.head_slot, minlength=dag.node.size)
    scratch = np.empty(dag.node.size, dtype=np.int64)
    ready: Longs = np.flatnonzero(waiting == 0)
    while ready.size:
        used, owner = leaving(dag.offsets, ready)
        load[used] = held[ready][owner] * widths[used] / total[ready][owner]
        heads = dag.head_slot[used]
        np.add.at(held, heads, load[used])
        np.subtract.at(waiting, heads, 1)
        ready = distinct(heads[waiting[heads] == 0], scratch)
    return Routed(dag.row, dag.arc, load)


class _Dag(NamedTuple):
    """The arcs that traffic can use; nodes are numbered in the order in which it reaches them."""

    node: Longs
    offsets: Longs
    row: Longs
    arc: Longs
    tail_slot: Longs
    head_slot: Longs


def _shortest_path_arcs(arcs: Arcs, distance: Floats, sources: Longs) -> _Dag:
    """Collect the shortest-path arcs below `sources`, which are flat (row, node) indices."""
    slot = np.full(distance.size, -1, dtype=np.int64)
    scratch = np.empty(distance.size, dtype=np.int64)
    nodes, counts, used_arcs, heads = [], [], [], []
    frontier, seen = sources, 0
    while frontier.size:
        slot[frontier] = np.arange(seen, seen + frontier.size)
        seen += frontier.size
        node = frontier % arcs.node_count
        used, owner = leaving(arcs.offsets, node)
        reached = (frontier - node)[owner] + arcs.head[used]
        length = distance[reached] + (1.0 if arcs.cost is None else arcs.cost[used])
        nearer = length == distance[frontier][owner]
        reached = reached[nearer]
        nodes.append(frontier)
        counts.append(np.bincount(owner[nearer], minlength=frontier.size))
        used_arcs.append(used[nearer])
        heads.append(reached)
        frontier = distinct(reached[slot[reached] < 0], scratch)
    return _dag(arcs, slot, (nodes, counts, used_arcs, heads))


def _dag(arcs: Arcs, slot: Longs, parts: tuple[list[Longs], ...]) -> _Dag:
    empty = np.zeros(0, dtype=np.int64)
    node, count, arc, head = (np.concatenate(part) if part else empty for part in parts)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count)])
    tail_slot = np.repeat(np.arange(node.size, dtype=np.int64), count)
    row = node[tail_slot] // max(1, arcs.node_count)
    return _Dag(node, offsets, row, arc, tail_slot, slot[head])
