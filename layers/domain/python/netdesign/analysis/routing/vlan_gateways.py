"""Who routes for the hosts of each VLAN: gateways that stand in for one another, and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import row_codes
from netdesign.analysis.protocols.route_domains import l3_vni_vrfs
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import VirtualGateway
from netdesign.model.vocabulary import InterfaceKind, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools


@analysis
def _routing_tables(network: Network) -> Bools:
    """Which tables of `layer3` lead from one VLAN or wire to another, or into an overlay; the rest are hosts'."""
    graph, medium = layer3(network), media_of(network)
    rows = np.flatnonzero(~interfaces(network).of_kind(InterfaceKind.MANAGEMENT)[graph.member_interface])
    code = row_codes(graph.member_vertex[rows], medium[graph.member_interface[rows]])
    first = np.unique(code, return_index=True)[1] if code.size else code
    count = np.bincount(graph.member_vertex[rows[first]], minlength=graph.vertex_count)
    overlaid = np.array([graph.vrfs[name] for name in l3_vni_vrfs(network) if name in graph.vrfs], np.int64)
    found: Bools = (count > 1) | np.isin(graph.vrf, overlaid)
    return found


@analysis
def host_gateways(network: Network) -> dict[str, tuple[tuple[int, ...], ...]]:
    """The gateways of each VLAN with a subnet of hosts, as groups of interfaces that share a virtual address.

    An interface without a virtual address is a group of its own. What only has an address in the VLAN, like a
    managed switch, is no gateway.
    """
    names = {s.vlan for s in network.design.addressing.subnets if s.vlan and s.purpose is SubnetPurpose.HOSTS}
    codes, graph, medium = interfaces(network).vlans, layer3(network), media_of(network)
    routing = np.append(_routing_tables(network), False)
    place = {codes[name]: name for name in names if name in codes}
    found: dict[str, dict[object, list[int]]] = {name: {} for name in names}
    ports = interfaces(network).of_kind(InterfaceKind.MANAGEMENT)
    for at in np.flatnonzero((graph.interface_vertex >= 0) & ~ports & np.isin(medium, list(place))).tolist():
        fact = network.interfaces[at]
        if routing[graph.interface_vertex[at]] or fact.virtual_gateway is not VirtualGateway.NONE:
            shared = tuple(sorted(fact.virtual_addresses))
            found[place[int(medium[at])]].setdefault(shared or at, []).append(at)
    return {name: tuple(sorted(tuple(those) for those in groups.values())) for name, groups in found.items()}
