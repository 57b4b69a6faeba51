"""Tunnel endpoints that others can find: their addresses are announced by a process of their own table."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.adjacency import igp_members, processes
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs


@analysis
def announced_endpoints(network: Network) -> Bools:
    """Which devices have a tunnel endpoint whose address a process states, takes as connected, or runs an IGP on."""
    rows, table, graph = addresses(network), interfaces(network), layer3(network)
    vertex = graph.interface_vertex[rows.interface]
    mine = np.flatnonzero((table.of_kind(InterfaceKind.VTEP) & table.up)[rows.interface] & (vertex >= 0))
    process, stated = _stated(network)
    parsed = parse(stated)
    high, low = parsed.networks()
    code = row_codes(
        np.concatenate([vertex[mine], processes(network).vertex[process]]),
        np.concatenate([rows.version[mine] * 256 + rows.length[mine], parsed.version * 256 + parsed.length]),
        np.concatenate([rows.network_high[mine], high]),
        np.concatenate([rows.network_low[mine], low]),
    )
    known = among(code[: mine.size], code[mine.size :]) | among(vertex[mine], _takes_connected(network))
    known |= among(_places(network, mine), _places(network, _igp_rows(network)))
    found = np.zeros(len(network.devices) + 1, np.bool_)
    found[table.device[rows.interface[mine[known]]]] = True
    return found


def _stated(network: Network) -> tuple[Longs, list[str]]:
    facts = network.design.routing.processes
    counts = [len(fact.networks) for fact in facts]
    return np.repeat(np.arange(len(facts)), np.array(counts, np.int64)), [*chain(*(fact.networks for fact in facts))]


def _takes_connected(network: Network) -> Longs:
    facts, vertex = network.design.routing.processes, processes(network).vertex
    takers = [p for p, fact in enumerate(facts) if any(r.source == "connected" for r in fact.redistribute)]
    return vertex[np.array(takers, np.int64)]


def _igp_rows(network: Network) -> Longs:
    """The rows of addresses of interfaces that run an IGP."""
    facts, index = network.design.routing.igp_interfaces, network.interface_index
    ports = [index[facts[at].interface] for at in np.flatnonzero(igp_members(network)).tolist()]
    return np.flatnonzero(among(addresses(network).interface.astype(np.int64), np.array(ports, np.int64)))


def _places(network: Network, some: Longs) -> Longs:
    """A number for (table, address) of each row, equal in all calls."""
    rows = addresses(network)
    vertex = layer3(network).interface_vertex[rows.interface]
    codes: Longs = row_codes(vertex, rows.version, rows.high, rows.low)[some]
    return codes
