"""How long endpoints are cut off from their firewall and the Internet in a year, and what cuts them off.

The graph is that of `whole`, with a node for each enforcement point (any member will do) and for the far
ends of each site's circuits. Of interchangeable devices a few stand for all: a cut of two elements can
contain no class of three.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.carriage import group_homes
from netdesign.analysis.facts.ends import internet_zone
from netdesign.analysis.facts.tiers import fabrics
from netdesign.analysis.failure.shared_risks import POWER, shared_risks
from netdesign.analysis.failure.unavailability import HOURS_A_YEAR, device_unavailability, link_unavailability
from netdesign.analysis.policy.enforcers import enforcers, waypoint
from netdesign.analysis.traffic.pairs import WAYS_THROUGH, whole
from netdesign.graph.availability import pair_with_common_cause
from netdesign.graph.cuts import CutFinder
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import PURPOSES, Network, analysis
from netdesign.graph.twins import twin_classes
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import LinkPurpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.policy import Availability
    from netdesign.graph.multigraph import Floats, Longs

KEPT = 3
"""Twins of a class that are drawn: no cut of two elements holds them all."""
Cuts = dict[frozenset[int], float]


class Cut(NamedTuple):
    """Devices and links (by id) whose joint failure cuts the endpoints off, and the share of time that it lasts."""

    elements: tuple[str, ...]
    share: float


class Outage(NamedTuple):
    """Endpoint groups (by id) at homes alike, what they are to reach, how long they cannot, and why."""

    groups: tuple[str, ...]
    home: tuple[int, ...]
    target: str
    share: float
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, eq=False)
class _Ground:
    """The graph with its added nodes, the share of time that each element (nodes, then edges) is down."""

    graph: Multigraph
    enforcer: dict[tuple[int, ...], int]
    beyond: dict[str, int]
    top: dict[str, int]
    label: Longs
    down: Floats


def outages(network: Network, policy: Availability) -> tuple[Outage, ...]:
    """The outage of every class of homes, the longest first."""
    held: tuple[Availability, tuple[Outage, ...]] = network.memo(
        ("outages", id(policy)), lambda: (policy, tuple(_outages(network, policy)))
    )
    return held[1]


def _outages(network: Network, policy: Availability) -> list[Outage]:
    ground = _ground(network, policy)
    finder = CutFinder(_thinned(ground, ()))
    legs: dict[tuple[int, int], Cuts | None] = {}
    found = []
    for (home, past), groups in _classes(network, ground).items():
        route = [ground.graph.node_count - 1, *past] if len(home) > 1 else [home[0], *past]
        near = CutFinder(_homed(ground, home)) if len(home) > 1 else finder
        cuts: Cuts | None = _leg(network, ground, policy, near, route[0], route[1])
        for one, two in pairwise(route[1:]):
            if (one, two) not in legs:
                legs[one, two] = _leg(network, ground, policy, finder, one, two)
            further = legs[one, two]
            cuts = None if cuts is None or further is None else cuts | further
        found.append(_outage(network, ground, tuple(groups), home, past[-1], cuts))
    return sorted(found, key=lambda outage: (-outage.share, outage.groups))


def _ground(network: Network, policy: Availability) -> _Ground:
    base = whole(network)
    count = base.node_count
    joins: list[tuple[int, ...]] = []
    enforcer: dict[tuple[int, ...], int] = {}
    beyond: dict[str, int] = {}
    top: dict[str, int] = {}
    for point in enforcers(network):
        enforcer[point.members] = count + len(joins)
        joins.append(point.members)
    for site, far in sorted(_far_ends(network).items()):
        beyond[site] = count + len(joins)
        joins.append(far)
    for fabric in fabrics(network):
        top.setdefault(fabric.site, count + len(joins))
        joins.append(tuple(fabric.top.tolist()))
    graph = _joined(base, [*joins, ()])
    down = np.zeros(graph.node_count + graph.edge_count)
    down[: len(network.devices)] = device_unavailability(network, policy)
    down[graph.node_count : graph.node_count + len(network.links)] = link_unavailability(network, policy)
    kinds = np.stack([down[: graph.node_count], np.arange(graph.node_count) * (np.arange(graph.node_count) >= count)])
    kinds[1, : len(network.devices)] = -1.0 - network.role_codes
    label = twin_classes(graph, kinds.T, down[graph.node_count :])
    return _Ground(graph, enforcer, beyond, top, label, down)


def _far_ends(network: Network) -> dict[str, tuple[int, ...]]:
    """The providers' ends of the circuits of each site, in service or not."""
    a, b = network.link_ends
    found: dict[str, set[int]] = {}
    for place in np.flatnonzero(network.link_purposes == PURPOSES.index(LinkPurpose.CIRCUIT)).tolist():
        for near, far in ((int(a[place]), int(b[place])), (int(b[place]), int(a[place]))):
            if near >= 0 and far >= 0 and network.ours[near]:
                found.setdefault(network.devices[near].site, set()).add(far)
    return {site: tuple(sorted(far)) for site, far in found.items()}


def _joined(base: Multigraph, joins: list[tuple[int, ...]]) -> Multigraph:
    """The graph with a node more for each of `joins`, joined to its members; the last node is for homes."""
    tail = [member for members in joins for member in members]
    head = [base.node_count + at for at, members in enumerate(joins) for _ in members]
    alive = np.concatenate([base.nodes_present, np.ones(len(joins), np.bool_)])
    return Multigraph(
        base.node_count + len(joins),
        np.concatenate([base.tail, np.array(tail, np.int32)]),
        np.concatenate([base.head, np.array(head, np.int32)]),
        None,
        alive,
        np.concatenate([base.edges_present, np.ones(len(tail), np.bool_)]),
    )


def _thinned(ground: _Ground, kept: tuple[int, ...]) -> Multigraph:
    """The graph with at most a few twins of each class, `kept` among them."""
    order = np.argsort(ground.label, kind="stable")
    rank = np.arange(order.size) - np.searchsorted(ground.label[order], ground.label[order])
    surplus = np.setdiff1d(order[rank >= KEPT], np.array(kept, np.int64))
    return ground.graph.without(nodes=surplus)


def _homed(ground: _Ground, home: tuple[int, ...]) -> Multigraph:
    """The thinned graph with the last node joined to all devices of a home."""
    graph = _thinned(ground, home)
    last = np.full(len(home), graph.node_count - 1, np.int32)
    return Multigraph(
        graph.node_count,
        np.concatenate([graph.tail, np.array(home, np.int32)]),
        np.concatenate([graph.head, last]),
        None,
        graph.nodes_present,
        np.concatenate([graph.edges_present, np.ones(len(home), np.bool_)]),
    )


def _classes(network: Network, ground: _Ground) -> dict[tuple[tuple[int, ...], tuple[int, ...]], list[str]]:
    """One home of each class with the nodes that its endpoints are to reach in turn, and the groups at such homes."""
    first: dict[tuple[object, ...], tuple[int, ...]] = {}
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], list[str]] = {}
    groups, outer = network.by_id("endpoint_groups"), internet_zone(network)
    for name, homes in group_homes(network).items():
        group = groups[name]
        past = _past(network, ground, group.site, group.zone, outer)
        if group.homing is Homing.WIRELESS or not past:
            continue
        for home in homes:
            devices = tuple(sorted(place for place in home if network.devices[place].role in WAYS_THROUGH))
            if len(devices) < len(home):
                continue
            labels = ground.label[list(devices)]
            key = (tuple(sorted(labels.tolist())), past)
            if len(devices) == 1:
                devices = (int(np.flatnonzero(ground.label == labels[0])[0]),)
            at = first.setdefault(key, devices)
            names = found.setdefault((at, past), [])
            if name not in names:
                names.append(name)
    return found


def _past(network: Network, ground: _Ground, site: str, zone: str, outer: str | None) -> tuple[int, ...]:
    """What endpoints of a zone are to reach: their enforcement point and the far ends of circuits, or else the top."""
    points = [one for one in waypoint(network, site, (zone, outer)) if one.zones & {zone, outer}]
    found = [ground.enforcer[point.members] for point in points[:1]]
    if site in ground.beyond:
        found.append(ground.beyond[site])
    return tuple(found) or ((ground.top[site],) if site in ground.top else ())


def _leg(
    network: Network, ground: _Ground, policy: Availability, finder: CutFinder, source: int, target: int
) -> Cuts | None:
    """Every cut of one or two elements between two nodes with the share of time it lasts; None where they are apart."""
    cuts = finder.between(source, target)
    if not cuts.connected:
        return None
    nodes, found = ground.graph.node_count, Cuts()
    planned = policy.planned_outage_h_per_year / HOURS_A_YEAR
    for element in cuts.single.tolist():
        if element < nodes + ground.graph.edge_count and ground.down[element]:
            alone = element < len(network.devices)
            found[frozenset((element,))] = float(ground.down[element]) + (planned if alone else 0.0)
    for pair in cuts.pairs:
        for i, j in zip(*(side.tolist() for side in np.nonzero(pair.separates)), strict=True):
            one, two = int(pair.first[i]), int(pair.second[j])
            if max(one, two) < ground.down.size and ground.down[one] and ground.down[two]:
                found[frozenset((one, two))] = _both(network, ground, policy, one, two)
    return found


def _both(network: Network, ground: _Ground, policy: Availability, one: int, two: int) -> float:
    """The share of time that two elements are down together: partners at times, shared risks always."""
    q = float(ground.down[one]), float(ground.down[two])
    nodes = ground.graph.node_count
    if one < nodes and two < nodes:
        partners = _partners(network).get(frozenset((one, two)))
        if partners is not None:
            return pair_with_common_cause(max(q), policy.common_cause, policy.failover_coverage if partners else 1.0)
    elif one >= nodes and two >= nodes and _risks(network, one - nodes) & _risks(network, two - nodes):
        return min(q)
    return q[0] * q[1]


def _partners(network: Network) -> dict[frozenset[int], bool]:
    """Pairs of devices with a common cause of failure, and whether one takes over from the other."""
    return network.memo("partners in failure", lambda: dict(_pairs(network)))


def _pairs(network: Network) -> Iterator[tuple[frozenset[int], bool]]:
    index = network.device_index
    pairs = chain(
        ((mlag.peers, False) for mlag in network.design.cabling.mlags),
        ((group.members, True) for group in network.design.inventory.ha_groups),
    )
    for names, takes_over in pairs:
        members = [index[name] for name in names if name in index]
        for at, member in enumerate(members):
            for other in members[:at]:
                yield frozenset((member, other)), takes_over


def _risks(network: Network, link: int) -> frozenset[str]:
    return _risks_of(network).get(link, frozenset())


def _risks_of(network: Network) -> dict[int, frozenset[str]]:
    def gathered() -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {}
        for risk in shared_risks(network):
            for link in risk.links if risk.kind != POWER else ():
                found.setdefault(link, set()).add(f"{risk.kind} {risk.name}")
        return {link: frozenset(names) for link, names in found.items()}

    return network.memo("risks of links", gathered)


def _outage(
    network: Network, ground: _Ground, groups: tuple[str, ...], home: tuple[int, ...], target: int, cuts: Cuts | None
) -> Outage:
    name = _targets(network, ground).get(target, "the top tier")
    if cuts is None:
        return Outage(groups, home, name, 1.0, ())
    ranked = sorted(cuts.items(), key=lambda item: (-item[1], sorted(item[0])))
    named = tuple(Cut(tuple(_name(network, ground, e) for e in sorted(elements)), q) for elements, q in ranked)
    return Outage(groups, home, name, min(1.0, sum(cuts.values())), named)


@analysis
def _targets(network: Network, ground: _Ground) -> dict[int, str]:
    """What nodes of the ground stand for in words, the top tiers aside."""
    named = {node: f"the firewalls of {network.devices[members[0]].site}" for members, node in ground.enforcer.items()}
    return named | {node: f"the circuits of {site}" for site, node in ground.beyond.items()}


def _name(network: Network, ground: _Ground, element: int) -> str:
    nodes = ground.graph.node_count
    return network.devices[element].id if element < nodes else network.links[element - nodes].id
