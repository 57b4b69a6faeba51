"""Equal-cost loads after many failures: only what a failure touched is routed again, all failures side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.arcs import Arcs, arcs_of, block_rows, distinct, leaving
from netdesign.graph.ecmp import Routed, route
from netdesign.graph.shortest import arc_distances

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netdesign.graph.multigraph import Bools, Floats, Ints, Longs, Multigraph

BUDGET = 1 << 20
"""Items of the arrays that a block of failures works on."""


class Rerouted(NamedTuple):
    """Loads after a block of failures: those from `first` on.

    `load[i, 0]` flows from tail to head of every edge, `load[i, 1]` back; `lost[i]` found its path cut.
    """

    first: int
    load: Floats
    lost: Floats


@dataclass(frozen=True, eq=False)
class Base:
    """All demands routed with nothing failed, destination by destination.

    Row j of `demand`, `distance`, `held` (traffic that passes a node) and `hops` (how many next hops it
    has) belongs to destination `targets[j]`. Edge e is used by `row[k]` on `arc[k]`, for k in
    `offsets[e]:offsets[e + 1]`; `weight[k]` guesses how many arcs its loss moves.
    """

    graph: Multigraph
    arcs: Arcs
    edge: Ints
    targets: Longs
    demand: Floats
    distance: Floats
    held: Floats
    hops: Ints
    load: Floats
    offsets: Longs
    row: Longs
    arc: Longs
    weight: Floats

    def touched(self, nodes: Sequence[int], edges: Sequence[int]) -> tuple[int, float]:
        """Return at most how many destinations a failure strikes, and about how many arcs of paths it moves."""
        lost = _lost_edges(self.graph, nodes, edges)
        uses, weights = self._by_edge
        return min(int(uses[lost].sum()), self.targets.size), float(weights[lost].sum())

    @cached_property
    def _by_edge(self) -> tuple[Longs, Floats]:
        """How often each edge is used, and the sum of the weights of these uses."""
        sums = np.concatenate([np.zeros(1), np.cumsum(self.weight)])
        return np.diff(self.offsets), np.diff(sums[self.offsets])

    @property
    def on_edges(self) -> Floats:
        """The loads of all edges by direction."""
        load: Floats = _on_edges(self, self.load[None])[0]
        return load


def base_of(graph: Multigraph, targets: Longs, demand: Floats) -> Base:
    """Route `demand[j]`, by source node, to each of the targets; what has no path is left out."""
    arcs, edge = arcs_of(graph)
    distance = np.zeros(demand.shape)
    held, hops = np.zeros(demand.shape), np.zeros(demand.shape, np.int32)
    rows: list[Longs] = []
    used: list[Longs] = []
    weights: list[Floats] = []
    load = np.zeros(arcs.head.size, np.float64)
    cost = np.ones(arcs.head.size) if arcs.cost is None else arcs.cost
    tail, step = arcs.tail, block_rows(arcs)
    for first in range(0, targets.size, step):
        part = slice(first, first + step)
        distance[part] = _distances(graph, arcs, targets[part])
        near = distance[part]
        sent = np.where(np.isfinite(near), demand[part], 0.0)
        sent[np.arange(len(near)), targets[part]] = 0.0
        routed = route(arcs, near, sent)
        np.add.at(load, routed.arc, routed.load)
        held[part] = sent + _arriving(arcs, routed, near.shape)
        row, arc = np.nonzero(near[:, tail] == near[:, arcs.head] + cost)
        finite = np.isfinite(near[row, tail[arc]])
        np.add.at(hops[part], (row[finite], tail[arc[finite]]), 1)
        rows.append(routed.row + first)
        used.append(routed.arc)
        weights.append(_moved_arcs(routed, held[part][routed.row, tail[routed.arc]], sent))
    toward, taken = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (rows, used))
    weight = np.concatenate([np.zeros(0), *weights])
    order = np.argsort(edge[taken], kind="stable")
    offsets = np.searchsorted(edge[taken[order]], np.arange(graph.edge_count + 1))
    entries = offsets, toward[order], taken[order], weight[order]
    return Base(graph, arcs, edge, targets, demand, distance, held, hops, load, *entries)


def _distances(graph: Multigraph, arcs: Arcs, targets: Longs) -> Floats:
    found = arc_distances(arcs, targets)
    found[~graph.nodes_present[targets]] = np.inf
    return found


def _moved_arcs(routed: Routed, held: Floats, sent: Floats) -> Floats:
    """A guess of how many arcs are routed again when one is lost.

    All that its tail holds moves. A part of the demand takes more than that part of the arcs: for want of
    anything better, the root of it.
    """
    total, arcs = sent.sum(axis=1)[routed.row], np.bincount(routed.row, minlength=len(sent))[routed.row]
    moved: Floats = np.sqrt(held / total) * arcs
    return moved


def _arriving(arcs: Arcs, routed: Routed, shape: tuple[int, ...]) -> Floats:
    found = np.zeros(shape)
    np.add.at(found, (routed.row, arcs.head[routed.arc]), routed.load)
    return found


def rerouted(base: Base, failures: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Iterator[Rerouted]:
    """Yield the loads after each failure of (nodes, edges), block by block in the given order.

    They are those of `ecmp_loads` on the failed graph, up to rounding.
    """
    lost = [_lost_edges(base.graph, *failure) for failure in failures]
    dead = [np.array(nodes, np.int64) for nodes, _ in failures]
    first = 0
    for last in _blocks(base, lost):
        yield Rerouted(first, *_after(base, lost[first:last], dead[first:last]))
        first = last


def _lost_edges(graph: Multigraph, nodes: Sequence[int], edges: Sequence[int]) -> Longs:
    offsets, _, edge = graph.adjacency()
    at = [edge[offsets[node] : offsets[node + 1]] for node in nodes]
    direct = np.array(edges, np.int64)
    found: Longs = np.unique(np.concatenate([direct[graph.edges_present[direct]], *at])).astype(np.int64)
    return found


def _blocks(base: Base, lost: list[Longs]) -> Iterator[int]:
    """Yield where each block of failures ends, so that its rows and loads stay within the budget."""
    uses = np.diff(base.offsets)
    width, room = max(1, base.graph.node_count), BUDGET
    for place, edges in enumerate(lost):
        rows = min(int(uses[edges].sum()), base.targets.size)
        need = rows * width + base.arcs.head.size + base.graph.edge_count
        if need > room and room < BUDGET:
            yield place
            room = BUDGET
        room -= need
    if lost:
        yield len(lost)


class _Rows(NamedTuple):
    """What is routed again: row r is destination `target[r]` (a row of the base) after failure `failure[r]`."""

    failure: Longs
    target: Longs
    gone: Bools


def _after(base: Base, lost: list[Longs], dead: list[Longs]) -> tuple[Floats, Floats]:
    """The loads of edges and what is lost, failure by failure."""
    count, size = len(lost), base.arcs.head.size
    struck = np.repeat(np.arange(count), [edges.size for edges in lost])
    edges = np.concatenate([np.zeros(0, np.int64), *lost])
    gone = np.zeros((count, base.graph.edge_count), np.bool_)
    gone[struck, edges] = True
    use, owner = leaving(base.offsets, edges)
    key = struck[owner] * base.targets.size + base.row[use]
    keys, place = np.unique(key, return_inverse=True)
    rows = _Rows(keys // max(1, base.targets.size), keys % max(1, base.targets.size), gone)
    distance = base.distance[rows.target]
    moved = _moved(base, rows, place, base.arc[use], distance)
    before = route(base.arcs, distance, moved)
    _lengthen(base, rows, (struck, edges), distance)
    for number, nodes in enumerate(dead):
        mine = np.flatnonzero(rows.failure == number) if nodes.size else nodes
        distance[mine[np.isin(base.targets[rows.target[mine]], nodes)]] = np.inf
    cut = np.where(np.isfinite(distance), 0.0, moved)
    after = route(
        base.arcs, distance, moved - cut, lambda row, arc: (~gone[rows.failure[row], base.edge[arc]]).astype(np.float64)
    )
    total = np.tile(base.load, (count, 1))
    for sign, routed in ((-1.0, before), (1.0, after)):
        place = rows.failure[routed.row] * size + routed.arc
        total += np.bincount(place, weights=sign * routed.load, minlength=total.size).reshape(total.shape)
    total = np.maximum(total, 0.0)
    total[gone[:, base.edge]] = 0.0
    cut_off = np.zeros(count)
    np.add.at(cut_off, rows.failure, cut.sum(axis=1))
    return _on_edges(base, total), cut_off


def _moved(base: Base, rows: _Rows, place: Longs, arc: Longs, distance: Floats) -> Floats:
    """The demand of every source, by row, whose traffic passes a lost arc: all upstream of one."""
    width = base.graph.node_count
    seen = np.zeros(distance.size, np.bool_)
    near, held = distance.ravel(), base.held
    cost, head = base.arcs.cost, base.arcs.head
    scratch = np.empty(seen.size, np.int64)
    frontier = distinct(place * width + base.arcs.tail[arc], scratch)
    while frontier.size:
        seen[frontier] = True
        node = frontier % width
        used, owner = leaving(base.arcs.offsets, node)
        above = (frontier - node)[owner] + head[used]
        length = near[frontier][owner] + (1.0 if cost is None else cost[used])
        fed = (near[above] == length) & ~seen[above]
        above = above[fed]
        above = above[held[rows.target[above // width], above % width] > 0]
        frontier = distinct(above, scratch)
    moved: Floats = np.where(seen.reshape(distance.shape), base.demand[rows.target], 0.0)
    moved[np.arange(len(moved)), base.targets[rows.target]] = 0.0
    return moved


def _lengthen(base: Base, rows: _Rows, lost: tuple[Longs, Longs], distance: Floats) -> None:
    """Set the distances to what they are without the lost edges."""
    arcs, width = base.arcs, base.graph.node_count
    tail, cost = arcs.tail, np.ones(arcs.head.size) if arcs.cost is None else arcs.cost
    near, gone = distance.ravel(), rows.gone
    hops = base.hops[rows.target].ravel()
    cut_row, cut_arc = _lost_arcs(base, rows, lost)
    tight = near[cut_row * width + tail[cut_arc]] == near[cut_row * width + arcs.head[cut_arc]] + cost[cut_arc]
    tight &= np.isfinite(near[cut_row * width + tail[cut_arc]])
    below = cut_row[tight] * width + tail[cut_arc[tight]]
    scratch = np.empty(near.size, np.int64)
    farther: list[Longs] = []
    while below.size:
        np.subtract.at(hops, below, 1)
        frontier = distinct(below[hops[below] == 0], scratch)
        farther.append(frontier)
        node = frontier % width
        used, owner = leaving(arcs.offsets, node)
        above = (frontier - node)[owner] + arcs.head[used]
        feeds = near[above] == near[frontier][owner] + cost[used]
        feeds &= ~gone[rows.failure[above // width], base.edge[used]]
        below = above[feeds]
    if farther:
        _settle(base, rows, np.concatenate(farther), near, scratch)


def _lost_arcs(base: Base, rows: _Rows, lost: tuple[Longs, Longs]) -> tuple[Longs, Longs]:
    """(row, arc) of every arc that is lost in a row."""
    struck, edges = lost
    by_edge, places = _arcs_by_edge(base)
    starts = np.searchsorted(struck, np.arange(len(rows.gone) + 1))
    item, row = leaving(starts, rows.failure)
    arc, owner = leaving(places, edges[item])
    return row[owner], by_edge[arc]


def _arcs_by_edge(base: Base) -> tuple[Longs, Longs]:
    order: Longs = np.argsort(base.edge, kind="stable")
    return order, np.searchsorted(base.edge[order], np.arange(base.graph.edge_count + 1))


def _settle(base: Base, rows: _Rows, farther: Longs, near: Floats, scratch: Longs) -> None:
    """Find the distances of the nodes that lost all their next hops, from their neighbours that did not."""
    arcs, width = base.arcs, base.graph.node_count
    near[farther] = np.inf
    node = farther % width
    used, owner = leaving(arcs.offsets, node)
    kept = ~gone_in(base, rows, farther[owner], used)
    used, owner = used[kept], owner[kept]
    beside = (farther - node)[owner] + arcs.head[used]
    length = near[beside] + (1.0 if arcs.cost is None else arcs.cost[used])
    np.minimum.at(near, farther[owner], length)
    frontier: Longs = farther[np.isfinite(near[farther])]
    while frontier.size:
        node = frontier % width
        used, owner = leaving(arcs.offsets, node)
        above = (frontier - node)[owner] + arcs.head[used]
        length = near[frontier][owner] + (1.0 if arcs.cost is None else arcs.cost[used])
        nearer = (length < near[above]) & ~gone_in(base, rows, above, used)
        np.minimum.at(near, above[nearer], length[nearer])
        frontier = distinct(above[nearer], scratch)


def gone_in(base: Base, rows: _Rows, place: Longs, arc: Longs) -> Bools:
    """Whether an arc is lost in the row that a place of its distances belongs to."""
    found: Bools = rows.gone[rows.failure[place // base.graph.node_count], base.edge[arc]]
    return found


def _on_edges(base: Base, arc_load: Floats) -> Floats:
    backward = (base.graph.tail[base.edge] != base.arcs.tail).astype(np.int64)
    load = np.zeros((len(arc_load), 2, base.graph.edge_count))
    load[:, backward, base.edge] = arc_load
    return load
