"""Interchangeable nodes: exact symmetry that turns a large Clos fabric into a small graph."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.arcs import Arcs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from netdesign.graph.multigraph import Floats, Longs, Multigraph

    Hashes = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Quotient:
    """A graph with every class of twins drawn as one node.

    `class_of[v]` is the class of node v and `size[c]` the number of members of class c. Arc a of
    `arcs` stands for `strands[a]` parallel edges between each member of one class and each member of
    the other; `arc_of_edge[0]` and `[1]` give the arc of every edge in its two directions, -1 where
    there is none. Edges within a class are arcs from the class to itself.
    """

    class_of: Longs
    size: Longs
    arcs: Arcs
    strands: Longs
    arc_of_edge: Longs

    def inner_distance(self) -> Floats:
        """Return the distance between two members of each class; 0 for one member, or if unlinked."""
        tail, cost = self.arcs.tail, self.arcs.cost
        lengths = np.ones(tail.size) if cost is None else cost.astype(np.float64)
        inner = np.full(self.size.size, np.inf)
        np.minimum.at(inner, tail, np.where(tail == self.arcs.head, lengths, 2 * lengths))
        return np.where((self.size > 1) & np.isfinite(inner), inner, 0.0)


def quotient(graph: Multigraph, node_kind: ArrayLike | None = None) -> Quotient:
    """Return `graph` with its twins merged; only nodes of equal `node_kind` are merged.

    Self-loops are left out, and a removed node is a class of its own.
    """
    class_of = twin_classes(graph, node_kind)
    class_count = int(class_of.max(initial=-1)) + 1
    size = np.bincount(class_of, minlength=class_count)
    drawn = np.flatnonzero(graph.edges_present & (graph.tail != graph.head))
    tail, head = class_of[graph.tail[drawn]], class_of[graph.head[drawn]]
    ends = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    kinds, kind_of = np.unique(graph.edge_costs[drawn], return_inverse=True)
    key = (ends[0] * class_count + ends[1]) * max(1, kinds.size) + np.tile(kind_of, 2)
    keys, arc, edges_in = np.unique(key, return_inverse=True, return_counts=True)
    pair, kind = keys // max(1, kinds.size), keys % max(1, kinds.size)
    arc_tail, arc_head = pair // max(1, class_count), pair % max(1, class_count)
    member_pairs = size[arc_tail] * (size[arc_head] - (arc_tail == arc_head))
    offsets = np.searchsorted(arc_tail, np.arange(class_count + 1))
    arcs = Arcs(offsets, arc_head, None if graph.cost is None else kinds[kind])
    arc_of_edge = np.full((2, graph.edge_count), -1, dtype=np.int64)
    arc_of_edge[:, drawn] = arc.reshape(2, drawn.size)
    return Quotient(class_of, size, arcs, edges_in // np.maximum(1, member_pairs), arc_of_edge)


def twin_classes(graph: Multigraph, node_kind: ArrayLike | None = None, edge_kind: ArrayLike | None = None) -> Longs:
    """Return labels that two nodes share when swapping them alone changes nothing in the graph.

    Twins have the same multiset of (neighbour, cost, `edge_kind`), each other aside, and the same
    `node_kind` (a number or a row of numbers). They may be apart, like the leaves of one pod, or linked,
    like the two members of a cross-connected pair.
    """
    links = _links(graph, edge_kind)
    kind = row_labels(node_kind, graph.node_count)
    gone = np.flatnonzero(~graph.nodes_present)
    kind[gone] = -1 - gone
    rows = _rows(links)
    leader = _linked_leaders(links, kind, rows)
    first: dict[tuple[int, bytes], int] = {}
    for node, key in enumerate(zip(kind.tolist(), rows, strict=True)):
        if leader[node] == node:
            leader[node] = first.setdefault(key, node)
    classes: Longs = np.unique(leader, return_inverse=True)[1].astype(np.int64)
    return classes


class _Links(NamedTuple):
    """One item per ordered pair of adjacent nodes, sorted; equal `bundle` means equal edges between."""

    offsets: Longs
    tail: Longs
    head: Longs
    bundle: Longs


def _links(graph: Multigraph, edge_kind: ArrayLike | None) -> _Links:
    drawn = graph.edges_present & (graph.tail != graph.head)
    ends = np.stack([graph.tail[drawn], graph.head[drawn]]).astype(np.int64)
    given = np.zeros(graph.edge_count) if edge_kind is None else np.asarray(edge_kind)
    kind = paired(ranks(graph.edge_costs[drawn]), ranks(given[drawn]))
    pair, bundle = _bundles(ends.min(axis=0) * graph.node_count + ends.max(axis=0), kind)
    low, high = pair // max(1, graph.node_count), pair % max(1, graph.node_count)
    tail, head = np.concatenate([low, high]), np.concatenate([high, low])
    order = np.lexsort((head, tail))
    offsets = np.searchsorted(tail[order], np.arange(graph.node_count + 1))
    return _Links(offsets, tail[order], head[order], np.tile(bundle, 2)[order])


def ranks(values: NDArray[np.generic]) -> Longs:
    """Return labels that are equal where values are."""
    if values.size and bool((values == values[0]).all()):
        return np.zeros(values.size, dtype=np.int64)
    ranks: Longs = np.unique(values, return_inverse=True)[1].reshape(-1)
    return ranks


def row_labels(given: ArrayLike | None, count: int) -> Longs:
    """Return a label for every row of `given`; rows are compared as bytes, which also suits wide ones."""
    if given is None:
        return np.zeros(count, dtype=np.int64)
    rows = np.asarray(given, dtype=np.float64)
    table = np.ones((count, 1 + rows[:1].size))
    table[:, 1:] = rows.reshape(count, -1) + 0.0
    content, width = table.tobytes(), 8 * table.shape[1]
    label: dict[bytes, int] = {}
    keys = (content[place : place + width] for place in range(0, count * width, width))
    return np.fromiter((label.setdefault(key, len(label)) for key in keys), np.int64, count)


def paired(first: Longs, second: Longs) -> Longs:
    """Return one label for two labels."""
    return ranks(first * (int(second.max(initial=0)) + 1) + second)


def _bundles(pair: Longs, kind: Longs) -> tuple[Longs, Longs]:
    """Return the distinct pairs, and a label for the multiset of kinds of the edges of each."""
    kinds = int(kind.max(initial=0)) + 1
    strand, count = np.unique(pair * kinds + kind, return_counts=True)
    code = paired(strand % kinds, count)
    pairs, first, codes = np.unique(strand // kinds, return_index=True, return_counts=True)
    bundle = code[first]
    mixed: dict[bytes, int] = {}
    for place in np.flatnonzero(codes > 1).tolist():
        key = code[first[place] : first[place] + codes[place]].tobytes()
        bundle[place] = mixed.setdefault(key, code.size + len(mixed))
    return pairs, bundle


def _rows(links: _Links) -> list[bytes]:
    """Return the neighbourhood of every node as bytes: exact, and cheap to compare and to hash."""
    content = np.stack([links.head, links.bundle], axis=1).tobytes()
    bounds = (links.offsets * 16).tolist()
    return [content[low:high] for low, high in pairwise(bounds)]


def _linked_leaders(links: _Links, kind: Longs, rows: list[bytes]) -> Longs:
    """Return for every node the smallest node that is its linked twin, or the node itself.

    A hash proposes pairs; only pairs whose neighbourhoods are equal byte for byte are accepted.
    """
    item = mixed(links.head, links.bundle)
    total = np.zeros(kind.size, dtype=np.uint64)
    np.add.at(total, links.tail, item)
    rest, mirrored = total[links.tail] - item, total[links.head] - mixed(links.tail, links.bundle)
    likely = (rest == mirrored) & (kind[links.tail] == kind[links.head]) & (links.head < links.tail)
    leader = np.arange(kind.size, dtype=np.int64)
    np.minimum.at(leader, links.tail[likely], links.head[likely])
    for node in np.flatnonzero(leader < np.arange(kind.size)).tolist():
        if _without(rows[node], leader[node]) != _without(rows[leader[node]], node):
            leader[node] = node  # pragma: no cover - takes a 64-bit hash collision
    return leader


def _without(row: bytes, neighbour: int) -> bytes:
    items = np.frombuffer(row, dtype=np.int64).reshape(-1, 2)
    return bytes(items[items[:, 0] != neighbour].tobytes())


def mixed(first: Longs | Hashes, second: Longs | Hashes) -> Hashes:
    """Return pairs of integers scrambled into one (the finaliser of SplitMix64)."""
    bits = first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + second.astype(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scrambled: Hashes = bits ^ (bits >> np.uint64(31))
    return scrambled
