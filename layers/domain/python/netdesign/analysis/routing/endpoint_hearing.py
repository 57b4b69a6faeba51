"""Which tunnel endpoints hold a route to which: an endpoint that is announced may still be filtered on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.routing.overlay_faults import endpoints, parts
from netdesign.analysis.tables.fib import fib
from netdesign.analysis.tables.rib_sources import interface_prefixes
from netdesign.analysis.tables.session_faults import NEVER
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.analysis.tables.rib import Rib
    from netdesign.graph.multigraph import Bools


class Unheard(NamedTuple):
    """An address of a device's tunnel endpoint, how many others should have a route to it, and those that have none."""

    device: int
    prefix: Prefix
    listeners: int
    deaf: tuple[int, ...]


@analysis
def unheard_endpoints(network: Network) -> tuple[Unheard, ...]:
    """Every address of an endpoint that some other endpoint of its segments has no route to, but a default one."""
    others: dict[int, set[int]] = {}
    for part in {part for vni in network.design.overlay.vnis for part in parts(network, vni.id)}:
        for device in part:
            others.setdefault(device, set()).update(part - {device})
    wanted = {at: _addresses(network, at) for at, some in others.items() if some}
    rib = fib(network).rib
    rib.prepare([prefix for some in wanted.values() for prefix in some])
    home, found = endpoints(network), []
    for at, prefixes in sorted(wanted.items()):
        for prefix in prefixes:
            heard = _hearers(network, rib, prefix)
            deaf = [one for one in sorted(others[at]) if not heard[home[one]] and not _leads(rib, home[one], prefix)]
            if deaf:
                found.append(Unheard(at, prefix, len(others[at]), tuple(deaf)))
    return tuple(found)


def _addresses(network: Network, device: int) -> tuple[Prefix, ...]:
    """The host routes of the tunnel endpoint of a device."""
    facts = network.grouped("interfaces", "device").get(network.devices[device].id, ())
    ports = [network.interface_index[fact.id] for fact in facts if fact.kind is InterfaceKind.VTEP]
    some = (prefix for port in ports for prefix in interface_prefixes(network).get(port, ()))
    return tuple(prefix for prefix in some if prefix.length == WIDTH[prefix.version])


def _hearers(network: Network, rib: Rib, prefix: Prefix) -> Bools:
    """Which tables (of `layer3`) have a route to exactly this prefix."""
    state, vertex = rib.state(prefix), processes(network).vertex
    holds = np.zeros(vertex.size, np.bool_)
    if state.bgp is not None:
        paths, column = state.bgp
        holds |= (paths.best[:, column] >= 0) & (paths.via[:, column] >= 0)
    holds[[process for process, route in state.igp.items() if route.hops]] = True
    holds &= _installing(network)
    heard = np.zeros(layer3(network).vertex_count, np.bool_)
    heard[vertex[holds & (vertex >= 0)]] = True
    return heard


@analysis
def _installing(network: Network) -> Bools:
    """Which processes have an administrative distance that platforms install."""
    facts = network.design.routing.processes
    return np.fromiter((fact.distance is None or fact.distance < NEVER for fact in facts), np.bool_, len(facts))


def _leads(rib: Rib, table: int, prefix: Prefix) -> bool:
    """Whether a wider route than the prefix itself leads there, a default one aside."""
    found = rib.longest(table, prefix.version, prefix.network, shortest=1)
    return found is not None and not found[1].discard
