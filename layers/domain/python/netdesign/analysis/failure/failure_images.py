"""Failures that are images of one another: swapping like parts of the network turns the one into the other."""

from __future__ import annotations

from collections import Counter
from itertools import permutations, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import carriage, group_homes
from netdesign.analysis.traffic.link_capacity import capacity_bps
from netdesign.analysis.traffic.traffic import stretches
from netdesign.graph.arcs import Arcs
from netdesign.graph.branches import Branches, branches
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.graph.twins import paired, quotient, ranks, row_labels, twin_classes
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netdesign.analysis.traffic.failures import Failure
    from netdesign.graph.multigraph import Floats, Longs
    from netdesign.graph.twins import Quotient

LARGEST = 3
"""Elements of the largest failures that are compared; those that take more are few."""

DIGITS = 13
"""Digits of shares that count; what follows is rounding."""

Key = tuple[object, ...]


class Symmetry(NamedTuple):
    """What is like what: every node of the carriage lies in a part, in a cell of the part, and is itself.

    Nodes of one `kind` can be swapped with all that is in their cells, and so can parts with all that is in
    them. A node is alone in its cell unless the cell is a home with its devices. Edges of one `edge_kind`
    between the same two nodes can be swapped.
    """

    kind: Longs
    part: Longs
    cell: Longs
    edge_kind: Longs


def like_failures(network: Network, failures: Sequence[Failure]) -> list[list[int]]:
    """The failures by position, those together that are images of one another, in the order of the first ones."""
    groups: dict[object, list[int]] = {}
    for place, failure in enumerate(failures):
        groups.setdefault(_key(network, failure) or place, []).append(place)
    return list(groups.values())


@analysis
def link_classes(network: Network) -> Longs:
    """Labels that links share which are images of one another."""
    graph, count = carriage(network).graph, len(network.links)
    if not graph.node_count:
        return np.zeros(count, np.int64)
    like, across = symmetry(network), planes(network)
    ends = np.sort(np.stack([across.kind[graph.tail], across.kind[graph.head]]), axis=0)[:, :count]
    inside = [same[graph.tail] == same[graph.head] for same in (like.part, like.cell, across.part)]
    table = np.stack([like.edge_kind[:count], *ends, *(one[:count] for one in inside)], axis=1)
    return _labels(table, count)


def _key(network: Network, failure: Failure) -> Key | None:
    """A text of the failure in which only what swapping keeps is told apart; None for large failures."""
    if not 0 < len(failure.devices) + len(failure.links) <= LARGEST:
        return None
    if len(failure.devices) + len(failure.links) == 1:
        return _alone(network, failure)
    like, graph = symmetry(network), carriage(network).graph
    items: list[tuple[int, tuple[int, ...]]] = [(-1, (device,)) for device in failure.devices]
    items += [(int(like.edge_kind[e]), (int(graph.tail[e]), int(graph.head[e]))) for e in failure.links]
    return min(_described(like, items, order) for order in _orders(like, items))


def _alone(network: Network, failure: Failure) -> Key:
    """The same for one element: the class of its link, or the kind of its device."""
    classes = link_classes(network) if failure.links else planes(network).kind
    return (bool(failure.links), int(classes[(*failure.links, *failure.devices)[0]]))


def _orders(like: Symmetry, items: list[tuple[int, tuple[int, ...]]]) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
    """The items in every order and direction that their kinds leave open."""
    directed = []
    for kind, nodes in items:
        kinds = [int(like.kind[node]) for node in nodes]
        if len(nodes) == 1 or kinds[0] < kinds[1]:
            directed.append([(kind, nodes)])
        elif kinds[0] > kinds[1]:
            directed.append([(kind, nodes[::-1])])
        else:
            directed.append([(kind, nodes), (kind, nodes[::-1])])
    for chosen in product(*directed):
        yield from (list(order) for order in permutations(chosen))


def _described(
    like: Symmetry, items: list[tuple[int, tuple[int, ...]]], order: list[tuple[int, tuple[int, ...]]]
) -> Key:
    """Kinds in order, and for part, cell and node when it was first met."""
    parts: dict[int, int] = {}
    cells: dict[int, int] = {}
    seen: dict[int, int] = {}
    text: list[object] = []
    for kind, nodes in order:
        text.append(kind)
        for node in nodes:
            part, cell = int(like.part[node]), int(like.cell[node])
            text.append(int(like.kind[node]))
            text.append(parts.setdefault(part, len(parts)))
            text.append(cells.setdefault(cell, len(cells)))
            text.append(seen.setdefault(node, len(seen)))
    return (len(items), *text)


class _Drawn(NamedTuple):
    """The carriage with twins drawn as one: the kind, cell and class of its nodes, and what is like what of classes."""

    small: Quotient
    kind: Longs
    cell: Longs
    class_of: Longs
    edge_kind: Longs
    looks: Longs
    groups: list[Branches]


@analysis
def symmetry(network: Network) -> Symmetry:
    """Which nodes of the carriage are alike, all that traffic and capacity depend on considered."""
    drawn = _drawn(network)
    class_kind, part = _parts(drawn.small.size.size, drawn.groups)
    within = paired(class_kind[drawn.class_of], drawn.kind)
    return Symmetry(within, part[drawn.class_of], drawn.cell, drawn.edge_kind)


class Planes(NamedTuple):
    """What is like what once planes are swapped as well, each through all parts at once, by node of the carriage."""

    kind: Longs
    part: Longs


@analysis
def planes(network: Network) -> Planes:
    """Which single nodes are alike when whole planes may be swapped, such as the spines and super-spines of a fabric.

    Parts that are alike are drawn as one, each place in them told apart; what can be swapped in that drawing can be
    swapped in all those parts at once. Only single elements may be compared so, for a swap moves all parts together.
    """
    drawn = _drawn(network)
    small, groups = drawn.small, drawn.groups
    class_kind, _ = _parts(small.size.size, groups)
    group = np.zeros(small.size.size, np.int64)
    for number, some in enumerate(groups, start=1):
        group[some.nodes] = number
    first, fold = np.unique(class_kind, return_inverse=True)
    looks = _labels(np.stack([drawn.looks, group], axis=1)[first], first.size)
    ends = fold[small.arcs.tail], fold[small.arcs.head]
    arcs = np.unique(np.stack([*ends, _strings(small)], axis=1), axis=0)
    offsets = np.searchsorted(arcs[:, 0], np.arange(first.size + 1))
    of_node, upper = fold[drawn.class_of], np.zeros(first.size, np.bool_)
    upper[of_node[network.with_role(Role.SPINE, Role.SUPER_SPINE)]] = True
    kind, part = _parts(first.size, branches(Arcs(offsets, arcs[:, 1], None), looks, arcs[:, 2].copy(), ~upper))
    return Planes(paired(kind[of_node], drawn.kind), part[of_node])


@analysis
def _drawn(network: Network) -> _Drawn:
    graph = carriage(network).graph
    kind, edge_kind = _node_kinds(network), _edge_kinds(network)
    strung = Multigraph(graph.node_count, graph.tail, graph.head, edge_kind + 1, graph.node_alive, graph.edge_alive)
    cell = _cells(network, strung, kind)
    kind = _with_cells(strung, kind, cell)
    drawn = Multigraph(
        graph.node_count,
        cell[graph.tail].astype(np.int32),
        cell[graph.head].astype(np.int32),
        strung.cost,
        None,
        strung.edges_present,
    )
    small = quotient(drawn, kind)
    class_kind = kind[np.unique(small.class_of, return_index=True)[1]]
    looks = _labels(np.stack([class_kind, small.size], axis=1), small.size.size)
    groups = branches(small.arcs, looks, _strings(small))
    return _Drawn(small, kind, cell, small.class_of[cell], edge_kind, looks, groups)


def _node_kinds(network: Network) -> Longs:
    """Labels by role, by what starts and ends at a node, and of its own for what stands in for another."""
    graph = carriage(network).graph
    spreads = {end.spread.key: end.spread for sent in stretches(network) for end in (sent.source, sent.target)}
    table = np.zeros((graph.node_count, len(spreads) + 3))
    count = len(network.devices)
    table[:, 0] = -1
    table[:count, 0] = network.role_codes
    table[:, 1] = graph.nodes_present
    for column, one in enumerate(spreads.values(), start=3):
        table[one.nodes, column] = np.round(one.shares, DIGITS)
    index = network.device_index
    for group in network.design.inventory.ha_groups:
        for member in group.members:
            if member in index:
                table[index[member], 2] = index[member] + 1
    return _labels(table, graph.node_count)


def _edge_kinds(network: Network) -> Longs:
    """Labels by cost and capacity; circuits are told apart one by one."""
    graph, count = carriage(network).graph, len(network.links)
    table = np.zeros((graph.edge_count, 4))
    table[:, 0] = graph.edge_costs
    table[:count, 1:3] = np.sort(capacity_bps(network), axis=0).T
    for circuit in network.design.cabling.circuits:
        place = network.link_index.get(circuit.link)
        if place is not None:
            table[place, 3] = place + 1
    return _labels(table, graph.edge_count)


def _cells(network: Network, graph: Multigraph, kind: Longs) -> Longs:
    """The cell of every node, by its first node: a home with its devices where these are alike, else the node."""
    cell = np.arange(graph.node_count)
    homes = carriage(network).homes
    if not homes:
        return cell
    alike = twin_classes(graph.without(nodes=list(homes.values())), kind)
    shared = Counter(d for some in {h for found in group_homes(network).values() for h in found} for d in some)
    for home, node in homes.items():
        members = sorted(home)
        if len(set(alike[members].tolist())) == 1 and all(shared[member] == 1 for member in members):
            cell[[*members, node]] = members[0]
    return cell


def _with_cells(graph: Multigraph, kind: Longs, cell: Longs) -> Longs:
    """The kinds, told apart by what else is in the cell: other nodes, and edges among them."""
    inside: dict[int, list[int]] = {}
    for node in np.flatnonzero(np.bincount(cell, minlength=cell.size)[cell] > 1).tolist():
        inside.setdefault(int(cell[node]), []).append(int(kind[node]))
    within = graph.edges_present & (cell[graph.tail] == cell[graph.head]) & (graph.tail != graph.head)
    wired: dict[int, list[int]] = {}
    for edge in np.flatnonzero(within).tolist():
        wired.setdefault(int(cell[graph.tail[edge]]), []).append(int(graph.edge_costs[edge]))
    labels: dict[Key, int] = {}
    content = np.zeros(cell.size, np.int64)
    for first, kinds in inside.items():
        look = (tuple(sorted(kinds)), tuple(sorted(wired.get(first, ()))))
        content[first] = labels.setdefault(look, len(labels) + 1)
    return paired(kind, content[cell])


def _strings(small: Quotient) -> Longs:
    """Labels that arcs of equal cost and number share."""
    cost = np.zeros(small.strands.size, np.int64) if small.arcs.cost is None else ranks(small.arcs.cost)
    return paired(cost, small.strands)


def _parts(size: int, groups: list[Branches]) -> tuple[Longs, Longs]:
    """(kind, part) of every class: those in equal places of swappable parts are of one kind."""
    class_kind, part = np.arange(size), -1 - np.arange(size)
    number = 0
    for group in groups:
        class_kind[group.nodes] = group.nodes[0]
        part[group.nodes] = number + np.arange(len(group.nodes))[:, None]
        number += len(group.nodes)
    return class_kind, part


def _labels(table: Floats | Longs, count: int) -> Longs:
    """Labels that equal rows share."""
    return row_labels(table, count) if count else np.zeros(0, np.int64)
