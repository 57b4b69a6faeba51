"""What has to be joined to what: the switches of a fabric, their gateways, firewalls and ways out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import TRANSIT_ROLES, carriage
from netdesign.analysis.facts.tiers import Fabric, fabrics, role_tiers
from netdesign.analysis.policy.enforcers import Enforcer, enforcers
from netdesign.graph.network import PURPOSES, ROLES, Network, analysis
from netdesign.graph.twins import twin_classes
from netdesign.model.vocabulary import LinkPurpose, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.multigraph import Bools, Ints, Longs, Multigraph

WAYS_THROUGH = TRANSIT_ROLES | {Role.FIREWALL}
"""What a redundant path may lead through: firewalls are routers too."""


class PairKind(StrEnum):
    SWITCH = "switch"
    """Each of the sources, all alike, to the top of its fabric."""
    TOP = "top"
    """The first switch of the top tier to each of the targets."""
    ENFORCER = "enforcer"
    """The top tier as a whole to the members of an enforcement point."""
    WAY_OUT = "way_out"
    """The top tier as a whole to the far ends of the circuits of its site."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sets of devices that need paths between them."""

    site: str
    kind: PairKind
    sources: tuple[int, ...]
    targets: tuple[int, ...]


@analysis
def interior(network: Network) -> Multigraph:
    """Switches, routers and firewalls with the links between them: no endpoints' homes, no way out."""
    built = carriage(network)
    virtual = range(len(network.devices), built.graph.node_count)
    circuits = np.flatnonzero(network.link_purposes == PURPOSES.index(LinkPurpose.CIRCUIT))
    return built.without([*_others(network, WAYS_THROUGH), *virtual], circuits.tolist())


@analysis
def whole(network: Network) -> Multigraph:
    """The interior of all sites with circuits, providers, the networks of providers and the Internet."""
    built = carriage(network)
    return built.without([*_others(network, WAYS_THROUGH | {Role.PROVIDER}), *built.homes.values()])


def _others(network: Network, roles: frozenset[Role]) -> list[int]:
    codes = [ROLES.index(role) for role in roles]
    others: list[int] = np.flatnonzero(~np.isin(network.role_codes, codes)).tolist()
    return others


@analysis
def terminals(network: Network) -> Bools:
    """Devices that must reach each other inside a site: the switches of its fabrics."""
    needed = np.zeros(len(network.devices), dtype=np.bool_)
    for fabric in fabrics(network):
        needed[fabric.devices] = True
    return needed


@analysis
def required_pairs(network: Network) -> tuple[Pair, ...]:
    """Every switch to the top of its fabric, the tops to each other, to the firewalls and to the ways out.

    Switches that are twins in the graph stand in one pair: what holds for the first holds for all.
    """
    return tuple(pair for fabric in fabrics(network) for pair in _pairs(network, fabric))


def _pairs(network: Network, fabric: Fabric) -> Iterator[Pair]:
    top = tuple(fabric.top.tolist())
    for tier in fabric.tiers[1:]:
        for alike in _by_twins(network, tier):
            yield Pair(fabric.site, PairKind.SWITCH, alike, top)
    for alike in _by_twins(network, fabric.top[1:]):
        yield Pair(fabric.site, PairKind.TOP, top[:1], alike)
    for enforcer in _enforcers_at(network, fabric):
        yield Pair(fabric.site, PairKind.ENFORCER, top, enforcer.members)
    exits = ways_out(network).get(fabric.site, ())
    if len(exits):
        yield Pair(fabric.site, PairKind.WAY_OUT, top, tuple(exits))


def _by_twins(network: Network, places: Ints) -> list[tuple[int, ...]]:
    labels = twins(network)[places]
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order])) + 1
    return [tuple(alike.tolist()) for alike in np.split(places[order], bounds)] if places.size else []


@analysis
def twins(network: Network) -> Longs:
    """Labels that two nodes share when swapping them changes neither `whole` nor `interior`, nor any tier."""
    graph = whole(network)
    kinds = np.full(graph.node_count, -1, dtype=np.int32)
    kinds[: len(network.devices)] = role_tiers(network)
    return twin_classes(graph, kinds)


def _enforcers_at(network: Network, fabric: Fabric) -> list[Enforcer]:
    return [e for e in enforcers(network) if e.site == fabric.site]


@analysis
def ways_out(network: Network) -> dict[str, tuple[int, ...]]:
    """The far ends of the circuits of every site."""
    a, b = network.link_ends
    found: dict[str, set[int]] = {}
    for place in np.flatnonzero(network.links_for(LinkPurpose.CIRCUIT)).tolist():
        for near, far in ((int(a[place]), int(b[place])), (int(b[place]), int(a[place]))):
            if network.devices[near].role is not Role.PROVIDER:
                found.setdefault(network.devices[near].site, set()).add(far)
    return {site: tuple(sorted(far)) for site, far in found.items()}
