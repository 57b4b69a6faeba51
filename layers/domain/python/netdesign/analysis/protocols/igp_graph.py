"""OSPF and IS-IS as graphs: who hears whom at which cost, area by area, and which prefixes interfaces bring."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.adjacency import igp_members, processes
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import RoutingProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.routing import IgpInterface

Area = int
BACKBONE_AREA, LEVEL_1, LEVEL_2 = 0, 1, 2


class Neighbour(NamedTuple):
    """A process heard on a segment, and what it costs to send there."""

    process: int
    cost: int
    segment: int


class Member(NamedTuple):
    """An interface (by position) in one area of a process."""

    process: int
    interface: int
    area: Area
    cost: int
    passive: bool


@dataclass(frozen=True, eq=False)
class IgpGraph:
    """For one IP version: the neighbours of each process by area, and the areas that it has interfaces in."""

    out: dict[Area, dict[int, tuple[Neighbour, ...]]]
    areas: dict[int, frozenset[Area]]


def areas_of(fact: IgpInterface, protocol: RoutingProtocol) -> tuple[Area, ...]:
    """The areas (OSPF) or levels (IS-IS: 1, 2) of an interface; a number that cannot be read is its own area."""
    text = fact.area.strip().lower()
    if protocol is RoutingProtocol.ISIS:
        levels = tuple(level for level in (LEVEL_1, LEVEL_2) if str(level) in text)
        return levels or (LEVEL_2,)
    parts = text.split(".")
    if len(parts) in (1, 4) and all(part.isascii() and part.isdigit() for part in parts):
        value = 0
        for part in parts:
            value = value << 8 | int(part)
        return (value,)
    return (-1 - sum(byte << 8 * place for place, byte in enumerate(text.encode())),)


@analysis
def members(network: Network) -> tuple[Member, ...]:
    """Every interface that takes part in OSPF or IS-IS in its own table, once for each level."""
    facts, running = network.design.routing.igp_interfaces, processes(network)
    processes_stated, found = network.design.routing.processes, list[Member]()
    for at in np.flatnonzero(igp_members(network)).tolist():
        fact = facts[at]
        process, interface = running.index[fact.process], network.interface_index[fact.interface]
        for area in areas_of(fact, processes_stated[process].protocol):
            found.append(Member(process, interface, area, max(0, fact.cost), fact.passive))
    return tuple(found)


@analysis
def igp_graph(network: Network, version: int, protocol: RoutingProtocol) -> IgpGraph:
    """The graph of all processes of OSPF or of IS-IS for one IP version."""
    out: dict[Area, dict[int, list[Neighbour]]] = defaultdict(lambda: defaultdict(list))
    for hearing in _hearing(network, version, protocol).values():
        for near, far in permutations(hearing, 2):
            if near.process != far.process:
                out[near.area][near.process].append(Neighbour(far.process, near.cost, near.segment))
    areas: dict[int, set[Area]] = defaultdict(set)
    stated = network.design.routing.processes
    for member in members(network):
        if stated[member.process].protocol is protocol:
            areas[member.process].add(member.area)
    plain = {area: {p: tuple(some) for p, some in by.items()} for area, by in out.items()}
    return IgpGraph(plain, {process: frozenset(some) for process, some in areas.items()})


class _Ear(NamedTuple):
    process: int
    area: Area
    cost: int
    segment: int


def _hearing(network: Network, version: int, wanted: RoutingProtocol) -> dict[tuple[object, ...], list[_Ear]]:
    """Active interfaces by segment and by all that must be equal for an adjacency."""
    facts, running = network.design.routing.igp_interfaces, processes(network)
    stated, segments = network.design.routing.processes, segments_of(network, version)
    found: dict[tuple[object, ...], list[_Ear]] = defaultdict(list)
    for at in np.flatnonzero(igp_members(network)).tolist():
        fact = facts[at]
        if fact.passive:
            continue
        process, interface = running.index[fact.process], network.interface_index[fact.interface]
        protocol = stated[process].protocol
        if protocol is not wanted:
            continue
        timers = (fact.hello_ms, fact.dead_ms, fact.network_type) if protocol is RoutingProtocol.OSPF else ()
        stub = fact.area in stated[process].stub_areas
        for area in areas_of(fact, protocol):
            for segment in segments.get(interface, ()):
                alike = (segment, area, fact.authentication, timers, stub)
                found[alike].append(_Ear(process, area, max(0, fact.cost), segment))
    return found


@analysis
def segments_of(network: Network, version: int) -> dict[int, tuple[int, ...]]:
    """The segments of each interface that carry the IP version; an unnumbered one carries both."""
    from netdesign.analysis.facts.addresses import addresses

    graph = layer3(network)
    versions = np.append(addresses(network).version, 0)[graph.member_row]
    versions = np.where(graph.member_row < 0, 0, versions)
    found: dict[int, tuple[int, ...]] = {}
    kept = np.flatnonzero((versions == version) | (versions == 0))
    for interface, segment in zip(
        graph.member_interface[kept].tolist(), graph.member_segment[kept].tolist(), strict=True
    ):
        if segment not in found.get(interface, ()):
            found[interface] = (*found.get(interface, ()), segment)
    return found


def neighbours(graph: IgpGraph, area: Area) -> Iterator[tuple[int, Neighbour]]:
    """(process, neighbour) for every adjacency of an area, once in each direction."""
    for process, some in graph.out.get(area, {}).items():
        for neighbour in some:
            yield process, neighbour
