"""How many paths are equally good, how many are taken, and equal links that unequal costs leave unused."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.failure.lookalikes import KEPT, lookalikes
from netdesign.analysis.protocols.adjacency import igp_members, processes
from netdesign.analysis.tables.fib import fib
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.analysis.tables.bgp_paths import Paths
    from netdesign.analysis.tables.rib import Rib
    from netdesign.analysis.tables.rib_entries import State
    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.graph.prefixes import Prefix


class Width(NamedTuple):
    """The most equally good paths of a process to a prefix, and how many of them count as equal to it."""

    width: int
    counted: int
    prefix: Prefix


class Narrow(NamedTuple):
    """A process that takes fewer paths than there are; `strict` where it compares AS paths strictly."""

    process: int
    width: int
    used: int
    strict: bool
    prefix: Prefix


@analysis
def narrow_processes(network: Network, exact: int) -> tuple[Narrow, ...]:
    """Every process that takes fewer paths than are equally good."""
    facts, found = network.design.routing.processes, []
    for process, row in sorted(widths(network, exact).items()):
        used = min(row.counted, max(1, facts[process].max_paths))
        if used < row.width:
            found.append(Narrow(process, row.width, used, row.counted < row.width, row.prefix))
    return tuple(found)


@analysis
def widths(network: Network, exact: int) -> dict[int, Width]:
    """The widest choice of each process of ours that has any."""
    rib, facts = fib(network).rib, network.design.routing.processes
    chosen = [p for p in rib.prefixes if p.length] if len(network.devices) <= exact else _chosen(network, rib)
    rib.prepare(chosen)
    mine, done = np.append(network.ours, False)[processes(network).device], set[object]()
    widest, counted, shown = (np.full(len(facts), -1, np.int64) for _ in range(3))
    for at, prefix in enumerate(chosen):
        state = rib.states[prefix]
        key = id(state.igp), None if state.bgp is None else (id(state.bgp[0]), state.bgp[1])
        if key in done:
            continue
        done.add(key)
        for process, width, alike in (_of_igp(state), _of_bgp(rib, state, prefix)):
            narrower = (widest[process] < width) | (widest[process] - counted[process] < width - alike)
            better = mine[process] & narrower
            for column, value in ((widest, width), (counted, alike)):
                column[process[better]] = value[better]
            shown[process[better]] = at
    rows = zip(widest.tolist(), counted.tolist(), shown.tolist(), strict=True)
    return {p: Width(width, alike, chosen[at]) for p, (width, alike, at) in enumerate(rows) if at >= 0}


def _chosen(network: Network, rib: Rib) -> list[Prefix]:
    """The loopbacks and tunnel endpoints of some devices of each kind."""
    label, seen = lookalikes(network).tolist(), defaultdict[int, list[int]](list)
    device = layer3(network).device.tolist()
    kinds = (InterfaceKind.LOOPBACK, InterfaceKind.VTEP)
    found = []
    for prefix, source in rib.prefixes.items():
        for table, interfaces in source.connected.items():
            some = seen[label[device[table]]]
            if device[table] not in some and len(some) < KEPT:
                some.append(device[table])
            if device[table] in some and any(network.interfaces[i].kind in kinds for i in interfaces):
                found.append(prefix)
    return list(dict.fromkeys(found))


Choices = tuple["Longs", "Longs", "Longs"]
"""Processes, how many paths each has, and how many of them it counts as equal to its best one."""


def _of_igp(state: State) -> Choices:
    hops = {process: len(set(route.hops)) for process, route in state.igp.items() if route.hops}
    width = np.array([*hops.values()], np.int64)
    return np.array([*hops], np.int64), width, width


def _of_bgp(rib: Rib, state: State, prefix: Prefix) -> Choices:
    nothing = np.zeros(0, np.int64)
    if state.bgp is None:
        return nothing, nothing, nothing
    paths, column = state.bgp
    equal = np.flatnonzero(paths.equal[:, column])
    heads, path = rib.upper(prefix.version).speakers.head[equal], _path_codes(rib, paths)
    same = path[paths.offered[equal, column]] == path[paths.best[heads, column]]
    width, alike = np.bincount(heads), np.bincount(heads[same | _relaxed(rib.network)[heads]], minlength=1)
    chosen = np.flatnonzero(width)
    alike = np.append(alike, np.zeros(width.size, np.int64))
    return chosen, width[chosen], alike[chosen]


def _path_codes(rib: Rib, paths: Paths) -> Longs:
    """A number for each known route; routes with the same AS path have the same one."""
    known: dict[tuple[int, ...], int] = {}

    def coded() -> tuple[Paths, Longs]:
        return paths, np.array([known.setdefault(route.path, len(known)) for route in paths.routes], np.int64)

    kept: tuple[Paths, Longs] = rib.network.memo(("AS paths", id(paths), len(paths.routes)), coded)
    return kept[1]


@analysis
def _relaxed(network: Network) -> Bools:
    """Which processes count paths of equal length as equal, whatever systems they go through."""
    return np.array([fact.multipath_relax for fact in network.design.routing.processes], np.bool_)


class Skewed(NamedTuple):
    """Two interfaces of an IGP (facts by position) that lead alike, the second at a higher cost."""

    cheap: int
    dear: int


@analysis
def skewed_links(network: Network) -> tuple[Skewed, ...]:
    """The interfaces that costs leave unused beside one that leads alike."""
    facts, found = network.design.routing.igp_interfaces, []
    for one, other in alike_links(network):
        if facts[one].cost != facts[other].cost:
            cheap, dear = sorted((one, other), key=lambda at: facts[at].cost)
            found.append(Skewed(cheap, dear))
    return tuple(found)


@analysis
def alike_links(network: Network) -> tuple[tuple[int, int], ...]:
    """Pairs of active IGP interfaces (facts by position) of one process and area, of equal speed, to devices that look
    alike."""
    facts, label = network.design.routing.igp_interfaces, lookalikes(network)
    far = _far_devices(network)
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at in np.flatnonzero(igp_members(network)).tolist():
        port = network.interface_index[facts[at].interface]
        if facts[at].passive or port not in far:
            continue
        device, speed = far[port]
        groups[facts[at].process, facts[at].area, int(label[device]), speed].append(at)
    return tuple((some[0], other) for some in groups.values() for other in some[1:])


@analysis
def _far_devices(network: Network) -> dict[int, tuple[int, int]]:
    """(device, speed) at the other end of each port with one link, and of what lies on the port."""
    a, b = (end.tolist() for end in network.link_ends)
    near, far = (end.tolist() for end in network.link_interfaces)
    found: dict[int, tuple[int, int]] = {}
    for link in np.flatnonzero(network.usable_links).tolist():
        speed = int(network.link_speed_bps[link])
        found[near[link]], found[far[link]] = (b[link], speed), (a[link], speed)
    found.pop(-1, None)
    for at, fact in enumerate(network.interfaces):
        parent = network.interface_at.get((fact.device, fact.parent), -1) if fact.parent else -1
        if parent in found:
            found[at] = found[parent]
    return found
