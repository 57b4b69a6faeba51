"""EVPN between VRFs: who exports prefixes to whom by route targets, and whose tunnel endpoint is found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.protocols.route_policy import signature
from netdesign.analysis.tables.bgp_paths import Attributes, Signatures, converge
from netdesign.analysis.tables.bgp_speakers import reaches
from netdesign.analysis.tables.rib_sources import interface_prefixes
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind, RoutingProtocol

if TYPE_CHECKING:
    from netdesign.analysis.tables.rib import Rib
    from netdesign.graph.prefixes import Prefix


Carried = dict[int, dict[int, tuple[int, ...]]]
"""AS paths by the carrying process that tells and the one that hears."""


class Place(NamedTuple):
    """A VRF's BGP process with an overlay: its table, the process that carries its routes, the table and the
    addresses of its tunnel endpoint, and its route targets."""

    table: int
    carrier: int
    underlay: int
    endpoints: tuple[Prefix, ...]
    imports: frozenset[str]
    exports: frozenset[str]


@dataclass(eq=False)
class Overlay:
    """The places of the overlay by process; the rest fills as it is asked, by how a prefix fits the policies."""

    places: dict[int, Place]
    carried: dict[Signatures, Carried] = field(default_factory=dict)
    found: dict[tuple[int, int], bool] = field(default_factory=dict)
    picked: dict[tuple[int, tuple[int, ...], Signatures], tuple[int, ...]] = field(default_factory=dict)

    def chosen(self, rib: Rib, process: int, exporters: tuple[int, ...], prefix: Prefix) -> tuple[int, ...]:
        """The tables that a process sends packets to over the overlay, of those that export the prefix."""
        key = (process, exporters, _fitting(rib, prefix))
        if key not in self.picked or not rib.ready:
            self.picked[key] = self._chosen(rib, *key)
        return self.picked[key]

    def _chosen(self, rib: Rib, process: int, exporters: tuple[int, ...], sign: Signatures) -> tuple[int, ...]:
        candidates = self._candidates(rib, process, exporters, sign)
        if not candidates:
            return ()
        fact = rib.network.design.routing.processes[process]
        best = min(candidates, key=lambda one: (len(one[1]), one[0]))[1]
        alike = [
            exporter
            for exporter, path in candidates
            if len(path) == len(best) and (fact.multipath_relax or path == best)
        ]
        return tuple(dict.fromkeys(self.places[exporter].table for exporter in alike[: max(1, fact.max_paths)]))

    def path(self, rib: Rib, process: int, exporters: tuple[int, ...], prefix: Prefix) -> tuple[int, ...] | None:
        """The shortest AS path over which a process imports the prefix; None where it does not."""
        candidates = self._candidates(rib, process, exporters, _fitting(rib, prefix))
        return min((path for _, path in candidates), key=len, default=None)

    def _candidates(
        self, rib: Rib, process: int, exporters: tuple[int, ...], sign: Signatures
    ) -> list[tuple[int, tuple[int, ...]]]:
        here, found = self.places[process], list[tuple[int, tuple[int, ...]]]()
        for exporter in exporters:
            there = self.places[exporter]
            if exporter == process or here.imports.isdisjoint(there.exports):
                continue
            path = () if there.underlay == here.underlay else self._path(rib, here.carrier, there.carrier, sign)
            if path is not None and self._tunnels(rib, here.underlay, exporter):
                found.append((exporter, path))
        return found

    def _path(self, rib: Rib, here: int, there: int, sign: Signatures) -> tuple[int, ...] | None:
        if sign not in self.carried:
            self.carried[sign] = carried_paths(rib, self, sign)
        return self.carried[sign].get(there, {}).get(here)

    def _tunnels(self, rib: Rib, underlay: int, exporter: int) -> bool:
        """Whether the table finds the way to the exporter's tunnel endpoint."""
        there = self.places[exporter]
        key = (underlay, there.underlay)
        if key not in self.found or not rib.ready:
            self.found[key] = underlay == there.underlay or any(
                reaches(rib, underlay, end.version, end.network) for end in there.endpoints
            )
        return self.found[key]


def _fitting(rib: Rib, prefix: Prefix) -> Signatures:
    """How a prefix fits the policies of EVPN sessions; all prefixes alike where there are none."""
    return tuple((name, signature(rib.network, name, prefix)) for name in rib.upper(0).named_policies)


def carried_paths(rib: Rib, whole: Overlay, sign: Signatures) -> Carried:
    """By carrying process, the AS path over which every other one hears its EVPN routes that so fit the policies."""
    upper = rib.upper(0)
    carriers = sorted({place.carrier for place in whole.places.values()} & upper.talking)
    done = converge(rib.network, upper.speakers, [{c: Attributes()} for c in carriers], [sign] * len(carriers))
    found: dict[int, dict[int, tuple[int, ...]]] = {}
    columns = ((paths, at) for paths in done for at in range(paths.best.shape[1]))
    listeners = carriers
    for carrier, (paths, column) in zip(carriers, columns, strict=True):
        best = paths.best[listeners, column].tolist()
        found[carrier] = {p: paths.routes[r].path for p, r in zip(listeners, best, strict=True) if r >= 0}
    if rib.ready:
        rib.prepare({end for place in whole.places.values() for end in place.endpoints if end in rib.prefixes})
    return found


@analysis
def places(network: Network) -> dict[int, Place]:
    """Every BGP process whose routes travel as EVPN routes."""
    ends, carriers = _endpoints(network), _carriers(network)
    targets = _targets(network)
    facts, vertex = network.design.routing.processes, processes(network).vertex.tolist()
    found: dict[int, Place] = {}
    for process, fact in enumerate(facts):
        table = vertex[process]
        if fact.protocol is not RoutingProtocol.BGP or table < 0 or fact.vrf not in targets:
            continue
        device = int(layer3(network).device[table])
        for underlay, addresses in ends.get(device, {}).items():
            if underlay in carriers and underlay != table:
                found[process] = Place(table, carriers[underlay], underlay, addresses, *targets[fact.vrf])
    return found


def overlay(network: Network) -> Overlay:
    """The overlay of a network, nothing of it computed yet."""
    return Overlay(places(network))


def _endpoints(network: Network) -> dict[int, dict[int, tuple[Prefix, ...]]]:
    """The addresses of the tunnel endpoints of each device, by table."""
    table = interfaces(network)
    found: dict[int, dict[int, tuple[Prefix, ...]]] = defaultdict(dict)
    vertex = layer3(network).interface_vertex.tolist()
    for interface, ends in interface_prefixes(network).items():
        if network.interfaces[interface].kind is InterfaceKind.VTEP:
            mine = found[int(table.device[interface])]
            mine[vertex[interface]] = (*mine.get(vertex[interface], ()), *ends)
    return found


def _carriers(network: Network) -> dict[int, int]:
    """The first BGP process of each table."""
    found: dict[int, int] = {}
    for process, fact in enumerate(network.design.routing.processes):
        table = int(processes(network).vertex[process])
        if fact.protocol is RoutingProtocol.BGP and table >= 0:
            found.setdefault(table, process)
    return found


def _targets(network: Network) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """(imports, exports) of each VRF with a layer-3 VNI; what the VRF does not name, its VNI does."""
    vrfs = network.by_id("vrfs")
    found = {}
    for vni in network.design.overlay.vnis:
        if vni.kind is VniKind.L3 and vni.vrf in vrfs:
            vrf, own = vrfs[vni.vrf], (vni.route_target or f"vni {vni.number}",)
            found[vrf.id] = frozenset(vrf.route_targets_import or own), frozenset(vrf.route_targets_export or own)
    return found
