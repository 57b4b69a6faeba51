"""How much can fail before something falls apart: disjoint paths of the required pairs, single points of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.tiers import uplinks
from netdesign.analysis.policy.enforcers import enforcers
from netdesign.analysis.traffic.pairs import Pair, PairKind, interior, required_pairs, terminals, twins, whole
from netdesign.graph.connectivity import blocks, components
from netdesign.graph.disjoint import edge_disjoint, minimum_edge_cut, vertex_disjoint
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints, Longs, Multigraph

Groups = tuple[tuple[int, ...], ...]

MOST_POINTS = 100
"""Single points of failure that are taken apart; of more the weightiest are."""


class Disjointness(NamedTuple):
    """How many paths of a pair share no link and how many share no device, both counted up to a limit."""

    pair: Pair
    edges: int
    nodes: int


@analysis
def disjoint_paths(network: Network, limit: int) -> tuple[Disjointness, ...]:
    """The disjoint paths of every required pair, counted up to `limit`."""
    return tuple(_disjointness(network, pair, limit) for pair in required_pairs(network))


def _disjointness(network: Network, pair: Pair, limit: int) -> Disjointness:
    graph = _thinned(network, pair.kind is PairKind.WAY_OUT, 2 * limit)
    if pair.kind is PairKind.SWITCH and _direct(network, pair) >= limit:
        return Disjointness(pair, limit, limit)
    one_source = pair.kind in (PairKind.SWITCH, PairKind.TOP)
    source = pair.sources[0] if one_source else pair.sources
    target = pair.targets[0] if pair.kind is PairKind.TOP else pair.targets
    edges = edge_disjoint(graph, source, target, limit)
    return Disjointness(pair, edges, vertex_disjoint(graph, source, target, limit) if edges else 0)


def _direct(network: Network, pair: Pair) -> int:
    """How many of the targets the first source has a link to: each makes a path of its own."""
    rising = uplinks(network)
    first, last = np.searchsorted(_sorted_lower(network), (pair.sources[0], pair.sources[0] + 1))
    above = rising.upper[_lower_order(network)[first:last]]
    return len(set(above.tolist()) & set(pair.targets))


@analysis
def _lower_order(network: Network) -> Longs:
    return np.argsort(uplinks(network).lower, kind="stable")


@analysis
def _sorted_lower(network: Network) -> Ints:
    ends: Ints = uplinks(network).lower[_lower_order(network)]
    return ends


def graph_of(network: Network, pair: Pair) -> Multigraph:
    """The graph in which the paths of a pair are counted."""
    return whole(network) if pair.kind is PairKind.WAY_OUT else interior(network)


def weakest_links(network: Network, pair: Pair) -> tuple[str, ...]:
    """Ids of a smallest set of links that separates the pair."""
    source = pair.sources[:1] if pair.kind is PairKind.SWITCH else pair.sources
    target = pair.targets[:1] if pair.kind is PairKind.TOP else pair.targets
    cut = minimum_edge_cut(graph_of(network, pair), source, target)
    return tuple(network.links[edge].id for edge in cut if edge < len(network.links))


class SinglePoint(NamedTuple):
    """A device or link (by position, the other is None) on whose failure the devices `lost` fall off."""

    device: int | None
    link: int | None
    lost: tuple[int, ...]


@analysis
def single_points(network: Network, ways_out: bool) -> tuple[SinglePoint, ...]:
    """Devices and links that every path leads through between two switches, or switches and firewalls, of a site.

    With `ways_out`, also those between switches and the Internet or the other sites.
    """
    needed = np.zeros(carriage(network).graph.node_count, dtype=np.bool_)
    needed[: len(network.devices)] = terminals(network)
    groups = tuple(enforcer.members for enforcer in enforcers(network))
    found = _points(network, interior(network), needed, groups)
    if ways_out:
        wider = needed.copy()
        wider[list(carriage(network).exits.values())] = True
        found += _points(network, whole(network), wider, groups)
    first: dict[tuple[int | None, int | None], SinglePoint] = {}
    for point in found:
        first.setdefault((point.device, point.link), point)
    return tuple(first.values())


def _points(network: Network, graph: Multigraph, needed: Bools, groups: Groups) -> list[SinglePoint]:
    thinned = blocks(graph.without(nodes=_surplus_twins(network, 2)))
    if not (thinned.articulation.any() or thinned.bridge.any()):
        return []
    found = blocks(graph)
    points = np.flatnonzero(found.articulation[: len(network.devices)])
    points = points[np.argsort(-found.impact[points], kind="stable")][:MOST_POINTS]
    bridges = np.flatnonzero(found.bridge[: len(network.links)])[:MOST_POINTS]
    lost = [SinglePoint(n, None, _fallen(graph, graph.without(nodes=(n,)), needed, groups)) for n in points.tolist()]
    lost += [SinglePoint(None, e, _fallen(graph, graph.without(edges=(e,)), needed, groups)) for e in bridges.tolist()]
    return [point for point in lost if point.lost]


@analysis
def _thinned(network: Network, way_out: bool, kept: int) -> Multigraph:
    """The graph with at most `kept` twins of each class: no path needs to pass a class twice."""
    graph = whole(network) if way_out else interior(network)
    return graph.without(nodes=_surplus_twins(network, kept))


@analysis
def _surplus_twins(network: Network, kept: int) -> Longs:
    """Twins beyond the first few of each class."""
    labels = twins(network)
    order = np.argsort(labels, kind="stable")
    rank = np.arange(labels.size) - np.searchsorted(labels[order], labels[order])
    surplus: Longs = order[rank >= kept]
    return surplus


def _fallen(before: Multigraph, after: Multigraph, needed: Bools, groups: Groups) -> tuple[int, ...]:
    """The needed nodes, and the first of each group of which one member suffices, that are cut off.

    Cut off from what: from the largest piece left of the component they were in before.
    """
    old, new = components(before), components(after)
    places = np.flatnonzero(needed & (new >= 0))
    size = np.bincount(new[places], minlength=after.node_count)
    main: dict[int, int] = {}
    for component, piece in sorted({(int(old[p]), int(new[p])) for p in places.tolist()}):
        if component not in main or size[piece] > size[main[component]]:
            main[component] = piece
    kept = set(main.values())
    lost = [place for place in places.tolist() if int(new[place]) not in kept]
    for group in groups:
        left = [member for member in group if new[member] >= 0 and int(old[member]) in main]
        if left and not any(int(new[member]) in kept for member in left):
            lost.append(left[0])
    return tuple(lost)
