"""All-to-all traffic in proportion to node weights, solved on the symmetry of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.arcs import arcs_of, block_rows
from netdesign.graph.branches import Branches, branches
from netdesign.graph.connectivity import components
from netdesign.graph.ecmp import route
from netdesign.graph.shortest import arc_distances
from netdesign.graph.twins import Quotient, paired, quotient, ranks, row_labels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

    from netdesign.graph.multigraph import Floats, Ints, Longs, Multigraph


_CHEAP_SEARCHES = 100_000
"""Destinations times arcs up to which searching them all is quicker than looking for symmetry."""


class GravityLoads(NamedTuple):
    """`load[0]` flows from tail to head, `load[1]` back; `unserved` is the part without a path."""

    load: Floats
    unserved: float


def gravity_loads(
    graph: Multigraph, amount: float, weight_out: ArrayLike, weight_in: ArrayLike | None = None
) -> GravityLoads:
    """Return equal-cost multi-path loads when `amount` is spread over all ordered pairs of nodes.

    The pair (i, j), i not j, gets a share in proportion to `weight_out[i] * weight_in[j]`; the shares
    add up to `amount`, and `weight_in` defaults to `weight_out`. The result is that of `ecmp_loads`
    on all these demands.
    """
    leaving = np.asarray(weight_out, dtype=np.float64)
    arriving = leaving if weight_in is None else np.asarray(weight_in, dtype=np.float64)
    pairs = leaving.sum() * arriving.sum() - leaving @ arriving
    if pairs <= 0:
        return GravityLoads(np.zeros((2, graph.edge_count)), 0.0)
    scaled = leaving * (amount / pairs)
    load = product_loads(graph, scaled[None], arriving[None])
    return GravityLoads(load, _unserved(graph, scaled, arriving))


def product_loads(graph: Multigraph, leaving: Floats, arriving: Floats) -> Floats:
    """Return equal-cost multi-path loads, by direction and edge, of several products of weights at once.

    The pair (i, j), i not j, sends the sum over k of `leaving[k, i] * arriving[k, j]`; what has no path
    is left out. Trees that hang off the graph are summed, twins are routed once, and only what is left
    costs one search per destination.
    """
    if not graph.node_count:
        return np.zeros((2, graph.edge_count))
    load, core, weights = _fold(graph, np.stack([leaving, arriving]))
    kinds = weights.reshape(-1, graph.node_count).T
    return load + _core_loads(quotient(core, kinds), weights)


@dataclass(frozen=True, eq=False)
class ProductRouting:
    """Loads of every product kept apart, so that a failure re-routes only the products it touched."""

    graph: Multigraph
    leaving: Floats
    arriving: Floats
    by_product: Floats

    def after(self, nodes: Iterable[int] = (), edges: Iterable[int] = ()) -> Floats:
        """Return what `product_loads` gives once the nodes and edges failed, up to rounding."""
        failed = self.graph.without(nodes, edges)
        lost = np.flatnonzero(self.graph.edges_present & ~failed.edges_present)
        touched = self.by_product[:, :, lost].max(axis=(1, 2), initial=0.0) > 0
        again = product_loads(failed, self.leaving[touched], self.arriving[touched])
        load: Floats = self.by_product[~touched].sum(axis=0) + again
        return load


def product_routing(graph: Multigraph, leaving: Floats, arriving: Floats) -> ProductRouting:
    """Return the routing of all products, ready for a sweep over failures."""
    by_product = np.zeros((len(leaving), 2, graph.edge_count))
    for k in range(len(leaving)):
        by_product[k] = product_loads(graph, leaving[k : k + 1], arriving[k : k + 1])
    return ProductRouting(graph, leaving, arriving, by_product)


def _unserved(graph: Multigraph, leaving: Floats, arriving: Floats) -> float:
    """Return what the pairs that no path joins would send; exactly 0 when there are none."""
    weighing = np.flatnonzero((leaving > 0) | (arriving > 0))
    label = components(graph)[weighing]
    if label[0] >= 0 and not np.ptp(label):
        return 0.0
    alone = label < 0
    label[alone] = label.max() + 1 + np.arange(np.count_nonzero(alone))
    sent, received = (np.bincount(label, weights=weight[weighing]) for weight in (leaving, arriving))
    return max(0.0, float(leaving.sum() * arriving.sum() - sent @ received))


def _core_loads(small: Quotient, weights: Floats) -> Floats:
    """Return the loads of single edges: what their arc carries, over the edges that share it.

    Of parts that can be swapped only one is searched. Summed over all its images, the flow on an arc
    of a part is what the one search puts on that arc in every part, and elsewhere the same each time.
    """
    first_member = np.unique(small.class_of, return_index=True)[1]
    leaving, arriving = weights[0][:, first_member], weights[1][:, first_member]
    receives = (arriving > 0).any(axis=0) & (np.diff(small.arcs.offsets) > 0)
    flow = np.zeros(small.arcs.head.size)
    searches = np.count_nonzero(receives) * flow.size
    for group in _pods(small, weights[:, :, first_member]) if searches > _CHEAP_SEARCHES else ():
        toward_one = _flow(small, leaving, arriving, group.nodes[0][receives[group.nodes[0]]])
        toward_all = toward_one * len(group.nodes)
        toward_all[group.arcs] = toward_one[group.arcs].sum(axis=0)
        flow += toward_all
        receives[group.nodes] = False
    flow += _flow(small, leaving, arriving, np.flatnonzero(receives))
    drawn = small.arc_of_edge[0] >= 0
    per_edge = flow / np.bincount(small.arc_of_edge[:, drawn].ravel(), minlength=flow.size)
    load = np.zeros(small.arc_of_edge.shape)
    load[:, drawn] = per_edge[small.arc_of_edge[:, drawn]]
    return load


def _pods(small: Quotient, weights: Floats) -> list[Branches]:
    """Return the parts of the quotient that can be swapped, weights included."""
    kinds = np.concatenate([weights.reshape(-1, small.size.size), small.size[None]])
    cost = np.zeros(small.strands.size) if small.arcs.cost is None else small.arcs.cost
    return branches(small.arcs, row_labels(kinds.T, small.size.size), paired(ranks(cost), small.strands))


def _flow(small: Quotient, leaving: Floats, arriving: Floats, destinations: Longs) -> Floats:
    """Return the flow on every arc toward all members of the destination classes, block by block."""
    flow = np.zeros(small.arcs.head.size)
    rows = block_rows(small.arcs)
    for start in range(0, destinations.size, rows):
        targets = destinations[start : start + rows]
        flow += _flow_towards(small, arriving[:, targets].T @ leaving, targets)
    return flow


def _flow_towards(small: Quotient, sent: Floats, targets: Longs) -> Floats:
    """Return the flow on every arc toward all members of the target classes.

    `sent[row, c]` is what each member of class c sends to each member of the target class of the row.
    Each search stands for one member of its class, drawn in place of the whole class. The other
    members lie on no shortest path to it, so they only add traffic at their next hops.
    """
    arcs = small.arcs
    distance = arc_distances(arcs, targets)
    strands = small.strands.astype(np.float64)

    def width(row: Longs, arc: Longs) -> Floats:
        head = arcs.head[arc]
        wide: Floats = strands[arc] * np.where(head == targets[row], 1, small.size[head])
        return wide

    traffic = np.where(np.isfinite(distance), sent * small.size, 0.0)
    traffic[np.arange(targets.size), targets] = 0.0
    among = sent[np.arange(targets.size), targets]
    row, arc, load = _from_siblings(small, distance, among, targets)
    onward = arcs.head[arc] != targets[row]
    np.add.at(traffic, (row[onward], arcs.head[arc[onward]]), load[onward])
    routed = route(arcs, distance, traffic, width)
    times = small.size[targets]
    flow = np.zeros(arcs.head.size)
    np.add.at(flow, routed.arc, routed.load * times[routed.row])
    np.add.at(flow, arc, load * times[row])
    return flow


def _from_siblings(small: Quotient, distance: Floats, among: Floats, targets: Longs) -> tuple[Longs, Longs, Floats]:
    """Return the first hops, as (row, arc, load), of what siblings send, `among[row]` each, to the target."""
    arcs = small.arcs
    size, offsets = small.size[targets], arcs.offsets
    counts = np.where((size > 1) & (among > 0), offsets[targets + 1] - offsets[targets], 0)
    row = np.repeat(np.arange(targets.size), counts)
    arc = np.arange(row.size) + np.repeat(offsets[targets] - (np.cumsum(counts) - counts), counts)
    head = arcs.head[arc]
    length = distance[row, head] + (1.0 if arcs.cost is None else arcs.cost[arc])
    shortest = np.full(targets.size, np.inf)
    np.minimum.at(shortest, row, length)
    used = length == shortest[row]
    row, arc, head = row[used], arc[used], head[used]
    width = small.strands[arc] * np.where(head == targets[row], 1, small.size[head])
    total = np.bincount(row, weights=width, minlength=targets.size)
    sent = among * (size - 1)
    return row, arc, sent[row] * width / total[row]


def _fold(graph: Multigraph, weights: Floats) -> tuple[Floats, Multigraph, Floats]:
    """Strip the hanging trees; return their edge loads, the rest, and weights that include them.

    `weights[0]` leave and `weights[1]` arrive, by product and node.
    """
    weights = np.where(graph.nodes_present, weights, 0.0)
    parent, rounds = _hanging(graph)
    own, label = weights.copy(), components(graph)
    by_node = np.moveaxis(weights, 2, 0)
    for children in rounds:
        np.add.at(by_node, parent[children], by_node[children])
    folded = np.flatnonzero(parent >= 0)
    total = _totals(own, label)
    load = np.zeros((2, graph.edge_count))
    child, edge, share = _stem_edges(graph, parent)
    below, around = weights[:, :, child], total[:, :, label[child]]
    upward = (below[0] * (around[1] - below[1])).sum(axis=0) * share
    downward = (below[1] * (around[0] - below[0])).sum(axis=0) * share
    from_tail = graph.tail[edge] == child
    load[0, edge] = np.where(from_tail, upward, downward)
    load[1, edge] = np.where(from_tail, downward, upward)
    weights[:, :, folded] = 0.0
    return load, graph.without(nodes=folded), weights


def _totals(weights: Floats, label: Ints) -> Floats:
    """Return the sum of weights, by direction, product and component."""
    present = np.flatnonzero(label >= 0)
    total = np.zeros((*weights.shape[:2], int(label.max(initial=-1)) + 1))
    for direction, product in np.ndindex(weights.shape[:2]):
        kept = weights[direction, product, present]
        total[direction, product] = np.bincount(label[present], weights=kept, minlength=total.shape[2])
    return total


def _hanging(graph: Multigraph) -> tuple[Longs, list[Longs]]:
    """Return the parent of every node of a hanging tree, -1 for others, and the nodes by round."""
    arcs, _ = arcs_of(graph)
    pair = np.sort(arcs.tail * graph.node_count + arcs.head)
    pair = pair[np.diff(pair, prepend=-1) > 0]
    tail, head = pair // max(1, graph.node_count), pair % max(1, graph.node_count)
    tail, head = tail[tail != head], head[tail != head]
    links = np.bincount(tail, minlength=graph.node_count)
    only = np.zeros(graph.node_count, dtype=np.int64)
    np.add.at(only, tail, head)
    parent = np.full(graph.node_count, -1, dtype=np.int64)
    rounds = []
    leaves = np.flatnonzero(links == 1)
    while leaves.size:
        above = only[leaves]
        leaves = leaves[(links[above] != 1) | (leaves > above)]
        above = only[leaves]
        parent[leaves] = above
        rounds.append(leaves)
        links[leaves] = 0
        np.subtract.at(links, above, 1)
        np.subtract.at(only, above, leaves)
        leaves = np.unique(above[links[above] == 1])
    return parent, rounds


def _stem_edges(graph: Multigraph, parent: Longs) -> tuple[Longs, Longs, Floats]:
    """Return child, edge and share of traffic for the cheapest edges between a child and its parent."""
    present = graph.edges_present
    rising = present & (parent[graph.tail] == graph.head)
    falling = present & (parent[graph.head] == graph.tail)
    edge = np.flatnonzero(rising | falling)
    child = np.where(rising[edge], graph.tail[edge], graph.head[edge]).astype(np.int64)
    cheapest = np.full(graph.node_count, np.inf)
    np.minimum.at(cheapest, child, graph.edge_costs[edge])
    used = graph.edge_costs[edge] == cheapest[child]
    child, edge = child[used], edge[used]
    share = 1.0 / np.bincount(child, minlength=graph.node_count)[child]
    return child, edge, share
