"""How far routes spread: processes that talk share what any of them originates.

Processes that talk (see `adjacency`) are one domain, for IPv4 and for IPv6 apart. A VRF with a layer-3
VNI is one domain on all devices that exchange EVPN routes; a private network of a provider joins the
sites on it; redistribution and route-target imports let one domain learn what another knows. Metrics, AS
paths and the filters of single sessions are left out, so no table is said to know less than it does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.protocols.adjacency import BGP, EVPN, IPV4, IPV6, adjacencies, processes
from netdesign.analysis.protocols.providers import private_networks
from netdesign.analysis.protocols.tunnel_endpoints import announced_endpoints
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Longs
    from netdesign.model.switching import Vrf


@dataclass(frozen=True, eq=False)
class Domains:
    """The domain of each process for IPv4 (row 0) and IPv6 (row 1), and the domains that each one learns from."""

    of_process: Longs
    learns_from: dict[int, frozenset[int]]
    count: int


def l3_vni_vrfs(network: Network) -> set[str]:
    """The VRFs that have a layer-3 VNI."""
    return {vni.vrf for vni in network.design.overlay.vnis if vni.kind is VniKind.L3 and vni.vrf}


@analysis
def domains(network: Network) -> Domains:
    """The domains of the design."""
    pairs, running = adjacencies(network), processes(network)
    count = running.vertex.size
    hubs = _hub_edges(network)
    hub_count = max((hub for _, hub in hubs), default=-1) + 1
    extra = np.array(hubs, np.int64).reshape(-1, 2)
    labels, offset = [], 0
    for family in (IPV4, IPV6):
        kept = pairs.carrying(family)
        tail = np.concatenate([pairs.tail[kept], extra[:, 0]]).astype(np.int32)
        head = np.concatenate([pairs.head[kept], count + extra[:, 1]]).astype(np.int32)
        found = components(Multigraph(count + hub_count, tail, head)).astype(np.int64) + offset
        offset = int(found.max(initial=offset - 1)) + 1
        labels.append(found)
    whole = np.stack(labels)
    return Domains(whole[:, :count], _learning(network, whole), max(1, offset))


def _hub_edges(network: Network) -> list[tuple[int, int]]:
    """(process, hub) where a hub is a VRF over one EVPN, or a provider's network that is private to us."""
    hubs: dict[tuple[object, ...], int] = {}
    edges = [(p, hubs.setdefault((vrf, evpn), len(hubs))) for p, vrf, evpn in overlay_processes(network)]
    edges += [(p, hubs.setdefault(net, len(hubs))) for p, net in private_networks(network)]
    return edges


@analysis
def overlay_processes(network: Network) -> tuple[tuple[int, str, int], ...]:
    """(process, VRF, EVPN) of each BGP process of a VRF whose routes travel as EVPN routes."""
    facts, running = network.design.routing.processes, processes(network)
    device_evpn = _evpn_of_devices(network)
    overlaid = {vrf.id for vrf in _overlaid(network) if _exchanges(vrf)}
    chosen = np.flatnonzero((running.protocol == BGP) & (running.vertex >= 0) & (device_evpn[running.device] >= 0))
    return tuple(
        (p, facts[p].vrf, int(device_evpn[running.device[p]])) for p in chosen.tolist() if facts[p].vrf in overlaid
    )


def _evpn_of_devices(network: Network) -> Longs:
    """The EVPN that each device with an announced tunnel endpoint takes part in; -1 for none."""
    pairs, running = adjacencies(network), processes(network)
    kept = pairs.carrying(EVPN)
    ends = pairs.tail[kept].astype(np.int32), pairs.head[kept].astype(np.int32)
    label = components(Multigraph(running.vertex.size, *ends)).astype(np.int64)
    device_evpn = np.full(len(network.devices) + 1, -1, np.int64)
    talking = np.unique(np.concatenate(ends))
    device_evpn[running.device[talking]] = label[talking]
    found: Longs = np.where(announced_endpoints(network), device_evpn, -1)
    return found


def _overlaid(network: Network) -> list[Vrf]:
    named = l3_vni_vrfs(network)
    return [vrf for vrf in network.design.switching.vrfs if vrf.id in named]


def _exchanges(vrf: Vrf) -> bool:
    """Whether a device imports what another one exports in the VRF; route targets may be left to the VNI."""
    imports, exports = set(vrf.route_targets_import), set(vrf.route_targets_export)
    return not (imports or exports) or bool(imports & exports)


def _learning(network: Network, labels: Longs) -> dict[int, frozenset[int]]:
    """The domains that each domain learns from by redistribution and by imports of route targets, at any depth."""
    direct: dict[int, set[int]] = defaultdict(set)
    for learner, teacher in chain(_redistributed(network), _leaked(network)):
        for family in (0, 1):
            direct[int(labels[family, learner])].add(int(labels[family, teacher]))
    return {start: _reached(direct, start) for start in direct}


def _reached(direct: dict[int, set[int]], start: int) -> frozenset[int]:
    found, waiting = {start}, [start]
    while waiting:
        fresh = direct.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


def _redistributed(network: Network) -> Iterable[tuple[int, int]]:
    """(process, process it takes routes of) on the same table."""
    running, facts = processes(network), network.design.routing.processes
    takers = [
        p for p, fact in enumerate(facts) if any(r.source not in ("connected", "static") for r in fact.redistribute)
    ]
    if not takers:
        return
    here: dict[int, list[int]] = defaultdict(list)
    for p, vertex in enumerate(running.vertex.tolist()):
        here[vertex].append(p)
    for p in takers:
        sources = {r.source for r in facts[p].redistribute}
        yield from ((p, q) for q in here[int(running.vertex[p])] if q != p and facts[q].protocol.value in sources)


def _leaked(network: Network) -> Iterable[tuple[int, int]]:
    """(process, process) of two VRFs over one EVPN, the first of which imports what the second exports."""
    first: dict[tuple[str, int], int] = {}
    for process, vrf, evpn in overlay_processes(network):
        first.setdefault((vrf, evpn), process)
    vrfs = {vrf.id: vrf for vrf in _overlaid(network)}
    for (vrf, evpn), process in first.items():
        for (other, their_evpn), teacher in first.items():
            imports, exports = vrfs[vrf].route_targets_import, vrfs[other].route_targets_export
            if vrf != other and evpn == their_evpn and set(imports) & set(exports):
                yield process, teacher
