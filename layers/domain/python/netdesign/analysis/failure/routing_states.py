"""What routing does in the plain state and after each single failure: flows that get lost, and circles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import gateways, layer3
from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.failure.lookalikes import lookalikes, reduced
from netdesign.analysis.forwarding.journeys import Lost, lost_journeys, passed_tables, routed_classes
from netdesign.analysis.forwarding.walks import End, loop
from netdesign.analysis.protocols.adjacency import adjacencies, processes
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.tables.fib import Fib, fib
from netdesign.analysis.tables.rib_sources import vrf_names
from netdesign.analysis.traffic.failures import Failure, FailureKind, single_failures
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import address_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.analysis.forwarding.destinations import Target
    from netdesign.analysis.forwarding.journeys import Journey
    from netdesign.graph.multigraph import Longs


class Stop(NamedTuple):
    """A table on a way, by the ids of its device and VRF."""

    device: str
    vrf: str | None

    def __str__(self) -> str:
        return f"{self.device} ({self.vrf or 'no VRF'})"


class Astray(NamedTuple):
    """Packets that can end short of their target: of which flow, from where, to what, and the way that they took.

    `part` is the prefix of the addresses that fare so, `within` that of their subnet (none: outside).
    """

    flow: str
    backward: bool
    start: str
    target: str
    part: str
    within: str
    subnet: str | None
    fate: str
    way: tuple[Stop, ...]
    failed: tuple[str, ...] = ()


class Circle(NamedTuple):
    """A way back to where packets to an address came from."""

    address: str
    way: tuple[Stop, ...]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was found in some states: `judged` of `states` failures, on `devices` of the network's devices."""

    astray: tuple[Astray, ...]
    circles: tuple[Circle, ...]
    judged: int
    states: int
    devices: int


@analysis
def plain_outlook(network: Network, exact: int) -> Outlook:
    """Every flow and every class of destinations with nothing failed; beyond `exact` devices, among lookalikes."""
    small = reduced(network, exact)
    whole = fib(small)
    lost = tuple(_astray(whole, one) for one in lost_journeys(whole))
    return Outlook(lost, tuple(_circles(whole)), 0, 0, len(small.devices))


@analysis
def failed_outlook(network: Network, kinds: tuple[FailureKind, ...], alike: int, limit: int) -> Outlook:
    """What single failures of the kinds do though a cable is left: one failure of each that look alike.

    Beyond `alike` devices the network is one of lookalikes; no more than `limit` failures are judged.
    """
    small = reduced(network, alike)
    states = _distinct(small, tuple(kind for kind in kinds if kind is not FailureKind.PAIR))
    calm = {(row.flow, row.backward, row.start, row.target) for row in _plain_lost(small)}
    lively = _lively(small)
    astray: list[Astray] = []
    circles: list[Circle] = []
    for failure in states[:limit]:
        after = Fib(degraded(small, failure.devices, failure.links))
        if lively.isdisjoint(_changed_tables(small, after.network)):
            continue
        for lost in _in_vain(small, after, lost_journeys(after)):
            row = _astray(after, lost, failure.elements)
            if (row.flow, row.backward, row.start, row.target) not in calm:
                astray.append(row)
        circles += _circles(after, failure.elements, mixed_only=True)
    return Outlook(tuple(astray), tuple(circles), min(limit, len(states)), len(states), len(small.devices))


@analysis
def _plain_lost(network: Network) -> tuple[Astray, ...]:
    whole = fib(network)
    return tuple(_astray(whole, one) for one in lost_journeys(whole))


Place = tuple[int, str | None]
"""A table by device (position) and VRF, which failures do not renumber."""


@analysis
def _lively(network: Network) -> frozenset[Place]:
    """The tables that packets pass, and those whose processes talk to others: only what befalls them matters."""
    graph, names = layer3(network), vrf_names(network)
    tables = set(passed_tables(fib(network)))
    running = processes(network).vertex
    talking = adjacencies(network)
    for end in (talking.tail, talking.head):
        tables |= set(running[end].tolist())
    return frozenset((int(graph.device[table]), names[table]) for table in tables if table >= 0)


def _changed_tables(network: Network, after: Network) -> set[Place]:
    """The tables that have lost an interface, or someone whom they hear over one."""
    before, now = _surroundings(network), _surroundings(after)
    return {place for place, some in before.items() if now.get(place) != some}


@analysis
def _surroundings(network: Network) -> dict[Place, frozenset[tuple[int, frozenset[int]]]]:
    """By table, its interfaces and the interfaces that each one shares a segment with."""
    graph, names = layer3(network), vrf_names(network)
    on: dict[int, set[int]] = defaultdict(set)
    pairs = [*zip(graph.member_segment.tolist(), graph.member_interface.tolist(), strict=True)]
    for segment, interface in pairs:
        on[segment].add(interface)
    whole = {segment: frozenset(some) for segment, some in on.items()}
    found: dict[Place, set[tuple[int, frozenset[int]]]] = defaultdict(set)
    for segment, interface in pairs:
        table = int(graph.interface_vertex[interface])
        found[int(graph.device[table]), names[table]].add((interface, whole[segment]))
    return {place: frozenset(some) for place, some in found.items()}


def _distinct(network: Network, kinds: tuple[FailureKind, ...]) -> tuple[Failure, ...]:
    """One failure of each kind of device, link and shared risk in turn, the rarest devices first."""
    label = lookalikes(network)
    count = np.bincount(label, minlength=1)
    seen: dict[object, Failure] = {}
    for failure in single_failures(network, kinds):
        seen.setdefault(_sort(network, label, failure), failure)
    rare = {id(f): min((int(count[label[d]]) for d in f.devices), default=0) for f in seen.values()}
    by_kind = [sorted((f for f in seen.values() if f.kind is kind), key=lambda f: rare[id(f)]) for kind in TURNS]
    return tuple(f for turn in zip_longest(*by_kind) for f in turn if f is not None)


TURNS = (FailureKind.NODE, FailureKind.LINK, FailureKind.SRLG, FailureKind.SITE)


def _sort(network: Network, label: Longs, failure: Failure) -> object:
    """What failures share that look alike."""
    if failure.kind is FailureKind.NODE:
        return (failure.kind, *(int(label[d]) for d in failure.devices))
    a, b = network.link_ends
    ends = sorted(
        (*sorted((int(label[a[link]]), int(label[b[link]]))), network.links[link].purpose.value)
        for link in failure.links
    )
    return (failure.kind, tuple(ends), len(failure.devices))


def _in_vain(small: Network, after: Fib, lost: tuple[Lost, ...]) -> Iterator[Lost]:
    """Those journeys that get lost although cables still join both ends."""
    if not lost:
        return
    label = _cabled(after.network, forwarding=True)
    calm, whole = _cabled(small, forwarding=True), _cabled(after.network, forwarding=False)
    device = layer3(after.network).device
    for one in lost:
        start = int(device[one.journey.table])
        ends = _end_devices(after.network, one.journey)
        joined = [end for end in ends if label[end] == label[start] >= 0]
        apart = [end for end in ends if calm[end] != calm[start] and whole[end] == whole[start] >= 0]
        if start in ends or joined or apart:
            yield one


def _cabled(network: Network, *, forwarding: bool) -> Longs:
    """A label for each device of ours, equal where cables join them without a provider between; -1 for others."""
    theirs = np.flatnonzero(~network.ours).astype(np.int32)
    graph = network.forwarding if forwarding else network.physical
    return components(graph.without(theirs)).astype(np.int64)


def _end_devices(network: Network, journey: Journey) -> set[int]:
    """The devices where a journey may end: those in its subnet, or at the circuits that are left."""
    device = layer3(network).device
    if journey.target.subnet >= 0:
        vertex = layer3(network).interface_vertex
        tables = [int(vertex[i]) for i in gateways(network, journey.target.subnet).tolist()]
    else:
        flow = network.by_id("flows")[journey.flow]
        providers = flow_ends(network, flow.sources if journey.backward else flow.targets).beyond
        tables = [t for t, some in circuit_tables(network).items() if any(p in providers for _, p in some)]
    return {int(device[table]) for table in tables if table >= 0}


def _astray(whole: Fib, lost: Lost, failed: tuple[str, ...] = ()) -> Astray:
    network, journey = whole.network, lost.journey
    subnet = network.design.addressing.subnets[journey.target.subnet] if journey.target.subnet >= 0 else None
    way = _stops(network, lost.end.path)
    part, within = str(journey.target.prefix), subnet.prefix if subnet is not None else ""
    return Astray(
        flow=journey.flow,
        backward=journey.backward,
        start=str(way[0]),
        target=_named(journey.target, part, within),
        part=part,
        within=within,
        subnet=subnet.id if subnet is not None else None,
        fate=lost.end.fate.value,
        way=way,
        failed=failed,
    )


def _named(target: Target, part: str, within: str) -> str:
    """What packets go to, for a reader: a subnet or a part of it, or a provider or a part of the Internet."""
    if not within:
        return f"{part} at the provider" if target.prefix.length else f"the provider (IPv{target.version})"
    return within if part == within else f"{part} of {within}"


def _stops(network: Network, tables: Iterable[int]) -> tuple[Stop, ...]:
    graph, names = layer3(network), vrf_names(network)
    return tuple(Stop(network.devices[int(graph.device[table])].id, names[table]) for table in tables)


def _circles(whole: Fib, failed: tuple[str, ...] = (), *, mixed_only: bool = False) -> Iterator[Circle]:
    tables = range(layer3(whole.network).vertex_count)
    for version, address in routed_classes(whole.rib, mixed_only=mixed_only):
        found: End | None = loop(whole, tables, version, address)
        if found is not None:
            yield Circle(address_text(version, address), _stops(whole.network, found.path), failed)
