"""How many paths are equally good, how many are taken, and equal links that unequal costs leave unused."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.adjacency import igp_members, processes
from netdesign.analysis.fib import fib
from netdesign.analysis.layer3 import layer3
from netdesign.analysis.lookalikes import KEPT, lookalikes
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.analysis.rib import Rib, State
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
    rib, found = fib(network).rib, dict[int, Width]()
    chosen = [p for p in rib.prefixes if p.length] if len(network.devices) <= exact else _chosen(network, rib)
    rib.prepare(chosen)
    device, done = processes(network).device.tolist(), set[object]()
    for prefix in chosen:
        state = rib.states[prefix]
        key = id(state.igp), None if state.bgp is None else (id(state.bgp[0]), state.bgp[1])
        if key in done:
            continue
        done.add(key)
        for process, width, counted in (*_of_igp(state), *_of_bgp(rib, state, prefix)):
            mine = device[process] >= 0 and network.ours[device[process]]
            if mine and (process not in found or found[process].width - found[process].counted < width - counted
                         or found[process].width < width):  # fmt: skip
                found[process] = Width(width, counted, prefix)
    return found


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


def _of_igp(state: State) -> list[tuple[int, int, int]]:
    return [(process, len(set(route.hops)), len(set(route.hops))) for process, route in state.igp.items() if route.hops]


def _of_bgp(rib: Rib, state: State, prefix: Prefix) -> list[tuple[int, int, int]]:
    if state.bgp is None:
        return []
    paths, column = state.bgp
    upper, facts, found = rib.upper(prefix.version), rib.facts, []
    heads = upper.speakers.head[np.flatnonzero(paths.equal[:, column])]
    for process in np.unique(heads).tolist():
        equal = [at for at in upper.by_head[process] if paths.equal[at, column]]
        best = paths.routes[int(paths.best[process, column])].path
        alike = [at for at in equal if paths.routes[int(paths.offered[at, column])].path == best]
        found.append((process, len(equal), len(equal) if facts[process].multipath_relax else len(alike)))
    return found


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
