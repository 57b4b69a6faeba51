"""Interchangeable parts of a graph, such as the pods of a fabric: equal and attached alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.twins import mixed

if TYPE_CHECKING:
    from netdesign.graph.arcs import Arcs
    from netdesign.graph.multigraph import Bools, Ints, Longs
    from netdesign.graph.twins import Hashes

_ROUNDS = 6
_THRESHOLDS = 8


class Branches(NamedTuple):
    """Parts of which any two can be swapped without changing the graph.

    Row p of `nodes` and of `arcs` belongs to part p; swapping parts p and q maps the items of row p to
    those of row q, column by column. The arcs of a part are those with at least one end in it.
    """

    nodes: Longs
    arcs: Longs


def branches(arcs: Arcs, node_kind: Longs, arc_kind: Longs, hubs: Bools | None = None) -> list[Branches]:
    """Return the groups of interchangeable parts that are left when `hubs`, or else the busiest nodes, are taken out.

    Only exact matches count, kinds included, so the answer can be trusted; symmetry of other shapes is
    not found.
    """
    if not arcs.head.size:
        return []
    part = _parts(arcs, node_kind) if hubs is None else components(_drawn(arcs).without(nodes=np.flatnonzero(hubs)))
    if part.max() < 0:
        return []
    label = _told_apart(arcs, part, node_kind, arc_kind)
    inner = np.flatnonzero(part >= 0)
    node = inner[np.lexsort((label[inner], part[inner]))]
    starts = np.searchsorted(part[node], np.arange(part.max() + 2))
    place = np.arange(part.size) + node.size
    place[node] = np.arange(node.size) - starts[part[node]]
    arc, keys, arc_starts = _ordered_arcs(arcs, part, place, arc_kind)
    twice = part[node[1:]][(np.diff(label[node]) == 0) & (np.diff(part[node]) == 0)]
    alike: dict[tuple[bytes, bytes], list[int]] = {}
    for p in np.setdiff1d(np.arange(part.max() + 1), twice).tolist():
        nodes, links = slice(starts[p], starts[p + 1]), slice(arc_starts[p], arc_starts[p + 1])
        alike.setdefault((node_kind[node[nodes]].tobytes(), keys[links].tobytes()), []).append(p)
    return [
        Branches(
            np.stack([node[starts[p] : starts[p + 1]] for p in group]),
            np.stack([arc[arc_starts[p] : arc_starts[p + 1]] for p in group]),
        )
        for group in alike.values()
        if len(group) > 1
    ]


def _parts(arcs: Arcs, node_kind: Longs) -> Ints:
    """Return the part of every node, -1 for the hubs between parts.

    Hubs are the nodes of at least some degree; of all such choices the one that leaves most nodes in
    parts which look alike.
    """
    degree, drawn = np.diff(arcs.offsets), _drawn(arcs)
    looks = mixed(node_kind, degree)
    best, best_spared = np.full(degree.size, -1, dtype=np.int32), 0
    for threshold in np.unique(degree)[::-1][:_THRESHOLDS].tolist():
        part = components(drawn.without(nodes=np.flatnonzero(degree >= threshold)))
        spared = _spared(part, looks)
        if spared > best_spared:
            best, best_spared = part, spared
    return best


def _drawn(arcs: Arcs) -> Multigraph:
    return Multigraph(arcs.node_count, arcs.tail.astype(np.int32), arcs.head.astype(np.int32))


def _spared(part: Ints, looks: Hashes) -> int:
    """Return how many nodes lie in parts that look like an earlier part."""
    inner = part >= 0
    if not inner.any():
        return 0
    size = np.bincount(part[inner])
    look = np.zeros(size.size, dtype=np.uint64)
    np.add.at(look, part[inner], looks[inner])
    first = np.unique(look, return_index=True)[1]
    return int(size.sum() - size[first].sum())


def _told_apart(arcs: Arcs, part: Ints, node_kind: Longs, arc_kind: Longs) -> Hashes:
    """Return labels by what lies around a node within its part; every hub is known by its number."""
    hub = np.where(part < 0, np.arange(part.size), -1)
    label = mixed(node_kind, hub + 1)
    tail, inner = arcs.tail, part >= 0
    for _ in range(_ROUNDS):
        heard = np.zeros(part.size, dtype=np.uint64)
        np.add.at(heard, tail, mixed(label[arcs.head], arc_kind))
        label = np.where(inner, mixed(label, heard), label)
    return label


def _ordered_arcs(arcs: Arcs, part: Ints, place: Longs, arc_kind: Longs) -> tuple[Longs, Longs, Longs]:
    """Return the arcs part by part in an order that only depends on places, with what they join."""
    tail = arcs.tail
    owner = np.maximum(part[tail], part[arcs.head])
    arc: Longs = np.flatnonzero(owner >= 0)
    joins = np.stack([place[tail[arc]], place[arcs.head[arc]], arc_kind[arc]], axis=1)
    order = np.lexsort((joins[:, 2], joins[:, 1], joins[:, 0], owner[arc]))
    starts = np.searchsorted(owner[arc][order], np.arange(part.max() + 2))
    return arc[order], np.ascontiguousarray(joins[order]), starts
