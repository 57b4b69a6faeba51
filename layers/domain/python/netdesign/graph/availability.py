"""Two-terminal availability from the minimal cuts of one and two elements, and simple structures."""

from __future__ import annotations

from math import comb, prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.cuts import CutFinder, Cuts, PairCuts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import ArrayLike

    from netdesign.graph.multigraph import Floats, Multigraph


class Contribution(NamedTuple):
    """A minimal cut, and the probability that all of its elements are down."""

    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    probability: float


class Availability(NamedTuple):
    """The share of time in which two nodes reach each other, with the cuts that cost the most."""

    value: float
    unavailability: float
    contributions: tuple[Contribution, ...]


def availability(
    graph: Multigraph | CutFinder,
    source: int,
    target: int,
    node_unavailability: ArrayLike,
    edge_unavailability: ArrayLike,
    *,
    top: int = 5,
) -> Availability:
    """Return the availability of `target` from `source`, both terminals included.

    Sums the probabilities of all minimal cuts of one and two elements (union bound), so it is
    pessimistic about these; cuts of three and more elements are left out. Unavailabilities are arrays
    or one number for all. Pass a `CutFinder` to ask about many pairs of one graph.
    """
    finder = graph if isinstance(graph, CutFinder) else CutFinder(graph)
    node_q = np.broadcast_to(np.asarray(node_unavailability, dtype=np.float64), finder.graph.node_count)
    edge_q = np.broadcast_to(np.asarray(edge_unavailability, dtype=np.float64), finder.graph.edge_count)
    cuts = finder.between(source, target)
    if not cuts.connected:
        return Availability(0.0, 1.0, ())
    q = np.concatenate([node_q, edge_q])
    single = np.concatenate([np.unique([source, target]), cuts.single])
    lost = float(q[single].sum()) + sum(_pair_probability(pair, q) for pair in cuts.pairs)
    ranked = sorted(_contributions(single, cuts, q, top), key=lambda item: (-item[0], item[1]))[:top]
    named = tuple(_named(elements, chance, finder.graph.node_count) for chance, elements in ranked)
    return Availability(max(0.0, 1.0 - lost), min(1.0, lost), named)


def _pair_probability(pair: PairCuts, q: Floats) -> float:
    return float(q[pair.first] @ (pair.separates @ q[pair.second]))


def _contributions(single: np.ndarray, cuts: Cuts, q: Floats, top: int) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield cuts with their probabilities, from every block only the `top` likeliest pairs."""
    for element in single.tolist():
        yield float(q[element]), (element,)
    for pair in cuts.pairs:
        chance = np.where(pair.separates, np.outer(q[pair.first], q[pair.second]), -1.0)
        for place in np.argsort(-chance, axis=None, kind="stable")[:top].tolist():
            i, j = divmod(place, pair.second.size)
            if chance[i, j] >= 0:
                yield float(chance[i, j]), (int(pair.first[i]), int(pair.second[j]))


def _named(elements: tuple[int, ...], probability: float, node_count: int) -> Contribution:
    nodes = tuple(sorted(element for element in elements if element < node_count))
    edges = tuple(sorted(element - node_count for element in elements if element >= node_count))
    return Contribution(nodes, edges, probability)


def series(availabilities: Iterable[float]) -> float:
    """Return the availability of a chain that needs every part."""
    return prod(availabilities)


def parallel(availabilities: Iterable[float]) -> float:
    """Return the availability of independent parts of which one is enough."""
    return 1.0 - prod(1.0 - available for available in availabilities)


def k_of_n(k: int, n: int, available: float) -> float:
    """Return the probability that at least k of n independent, equal parts work."""
    lost = 1.0 - available
    return sum(comb(n, up) * available**up * lost ** (n - up) for up in range(max(k, 0), n + 1))


def pair_with_common_cause(q: float, beta: float, coverage: float = 1.0) -> float:
    """Return the unavailability of two equal members that back each other up, each down for q.

    `beta` is the share of failures that strike both; `coverage` the share of failures that the
    survivor takes over without an outage.
    """
    return min(1.0, 2.0 * q * (1.0 - coverage) + q * q + beta * q)
