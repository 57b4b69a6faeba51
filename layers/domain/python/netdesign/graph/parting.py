"""Loads where one node parts the graph: what goes between parts goes by that node, so each part is routed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.arcs import arcs_of, block_rows
from netdesign.graph.connectivity import components
from netdesign.graph.ecmp import Demands, on_edges, route
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.shortest import distances_to_any

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Floats, Longs


class Parting(NamedTuple):
    """A graph taken apart at a node, which stands in every part by a copy of its own.

    Edges keep their positions. `copy[v]` is the copy of the node in the part of node v, v itself for the node.
    """

    graph: Multigraph
    node: int
    part: Longs
    copy: Longs


def parting(graph: Multigraph) -> Parting:
    """Return the graph taken apart at the node that has the most edges."""
    node = int(np.argmax(graph.degree())) if graph.node_count else 0
    part = components(graph.without(nodes=[node])).astype(np.int64)
    copy = np.where(part >= 0, graph.node_count + part, np.arange(graph.node_count))
    count = graph.node_count + int(part.max(initial=-1)) + 1
    tail, head = graph.tail.astype(np.int64), graph.head.astype(np.int64)
    near = np.where(tail == node, copy[head], tail).astype(np.int32)
    far = np.where(head == node, copy[tail], head).astype(np.int32)
    kept = graph.edges_present & (tail != head)
    apart = Multigraph(count, near, far, graph.cost, None, kept)
    return Parting(apart, node, np.append(part, np.arange(count - graph.node_count)), copy)


def parted_loads(graph: Multigraph, wanted: Demands) -> Floats:
    """Return equal-cost multi-path loads by direction and edge; what has no path is left out.

    The result is that of `ecmp_loads`. The work is one search for the destinations of one rank in all parts at
    once: little where the parts are many and small.
    """
    apart, label = parting(graph), components(graph)
    joined = (label[wanted.source] == label[wanted.target]) & (label[wanted.source] >= 0)
    source, target, amount = (column[joined & (wanted.source != wanted.target)] for column in wanted)
    inner = (apart.part[source] == apart.part[target]) & (source != apart.node)
    out, into = ~inner & (source != apart.node), ~inner & (target != apart.node)
    hops = Demands(
        np.concatenate([source[inner], source[out], apart.copy[target[into]]]),
        np.concatenate([target[inner], apart.copy[source[out]], target[into]]),
        np.concatenate([amount[inner], amount[out], amount[into]]),
    )
    return _routed(apart, hops)


def _routed(apart: Parting, wanted: Demands) -> Floats:
    arcs, _ = arcs_of(apart.graph)
    targets, place = np.unique(wanted.target, return_inverse=True)
    rank = _ranks(apart.part[targets])
    load, rows = np.zeros(arcs.head.size), block_rows(arcs)
    for first in range(0, int(rank.max(initial=-1)) + 1, rows):
        here = np.flatnonzero((rank >= first) & (rank < first + rows))
        count = int(rank[here].max()) + 1 - first
        distance = distances_to_any(arcs, rank[here] - first, targets[here], count)
        mine = np.flatnonzero(np.isin(place, here))
        traffic = np.zeros_like(distance)
        np.add.at(traffic, (rank[place[mine]] - first, wanted.source[mine]), wanted.amount[mine])
        sent = route(arcs, distance, traffic)
        load += np.bincount(sent.arc, weights=sent.load, minlength=load.size)
    return on_edges(apart.graph, load)


def _ranks(group: Longs) -> Longs:
    """Return how many before each item are of its group."""
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    starts = np.flatnonzero(np.diff(ranked, prepend=-1))
    ranks = np.empty(group.size, np.int64)
    ranks[order] = np.arange(group.size) - np.repeat(starts, np.diff(np.append(starts, group.size)))
    return ranks
