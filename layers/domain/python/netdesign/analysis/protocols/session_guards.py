"""How routing sessions are protected: who could speak in a neighbour's place, and what would stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, media_of
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import column, whole_numbers
from netdesign.analysis.protocols.adjacency import BGP, address_rows, igp_members, processes, statements
from netdesign.analysis.protocols.providers import provider_devices, sessions_with_providers
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.vocabulary import Role, Trust

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs

CLEAR = frozenset({"", "none", "null", "clear", "plain", "plaintext", "simple", "password", "text", "cleartext"})
"""Words that stand for no authentication, or for a password that anyone can read on the wire."""


class Exposed(NamedTuple):
    """Columns of statements or IGP interfaces of ours: which are at the edge or on what others share."""

    ours: Bools
    exposed: Bools


def authenticated(word: str | None) -> bool:
    """Whether a way of authentication proves who speaks."""
    return (word or "").strip().lower() not in CLEAR


@analysis
def bgp_exposure(network: Network) -> Exposed:
    """BGP statements of devices of ours; exposed where the peer is a provider's or the segment is shared or leased."""
    said, running = statements(network), processes(network)
    device = np.append(running.device, -1)[said.process]
    ours = np.append(network.ours & network.in_service, False)[device] & (
        np.append(running.vertex, -1)[said.process] >= 0
    )
    outside = np.append(provider_devices(network), False)[np.append(running.device, -1)[said.peer]]
    exposed = outside | np.append(open_segments(network), False)[said.segment]
    pairs = {(process, provider) for process, provider, _ in sessions_with_providers(network)}
    tables = {process for process, _ in pairs}
    lone = np.flatnonzero((said.peer < 0) & np.isin(said.process, sorted(tables)))
    exposed[lone] = True
    return Exposed(ours, exposed)


@analysis
def igp_exposure(network: Network) -> Exposed:
    """Active IGP interfaces of devices of ours; exposed where others share the segment."""
    facts, table = network.design.routing.igp_interfaces, interfaces(network)
    index = network.interface_index if facts else {}
    places = np.fromiter((index.get(fact.interface, -1) for fact in facts), np.int64, len(facts))
    active = igp_members(network) & ~np.array(column(facts, "passive"), np.bool_)
    device = np.append(table.device, -1)[places]
    graph = layer3(network)
    open_ones = np.zeros(len(network.interfaces) + 1, np.bool_)
    shared = np.append(open_segments(network), False)[graph.member_segment]
    open_ones[graph.member_interface[shared]] = True
    open_ones[-1] = False
    return Exposed(active & np.append(network.ours, False)[device], open_ones[places])


@analysis
def open_segments(network: Network) -> Bools:
    """Segments that more than two routers or any host can speak on, that leave our premises, or that join zones.

    These are VLANs with hosts or with more than two tables, wires over leased or public links, and segments on
    which a firewall meets another device.
    """
    graph, table = layer3(network), interfaces(network)
    medium = media_of(network)[graph.member_interface]
    found = np.zeros(graph.segment_count, np.bool_)
    wire = medium - len(table.vlans)
    foreign = np.append(_foreign_wires(network), False)
    on_wire = np.flatnonzero((wire >= 0) & foreign[np.where(wire >= 0, wire, -1)])
    found[graph.member_segment[on_wire]] = True
    on_vlan = (medium >= 0) & (medium < len(table.vlans))
    pairs = np.unique(np.stack([graph.member_segment[on_vlan], graph.member_vertex[on_vlan]]), axis=1)
    found |= np.bincount(pairs[0], minlength=graph.segment_count) > 2
    hosts = np.append(_host_vlans(network), False)
    found[graph.member_segment[on_vlan & hosts[np.where(on_vlan, medium, -1)]]] = True
    firewall = network.role_codes[graph.device[graph.member_vertex]] == ROLES.index(Role.FIREWALL)
    walls = np.bincount(graph.member_segment[firewall], minlength=graph.segment_count)
    all_members = np.bincount(graph.member_segment, minlength=graph.segment_count)
    found |= (walls > 0) & (walls < all_members)
    return found


def _foreign_wires(network: Network) -> Bools:
    """Wires, by position of their first link, with a link that is not our own."""
    foreign = np.fromiter((link.trust is not Trust.OWNED for link in network.links), np.bool_, len(network.links))
    found = np.zeros(len(network.links), np.bool_)
    found[wires(network).of_link[foreign]] = True
    return found


def _host_vlans(network: Network) -> Bools:
    """VLANs, by code, that endpoint groups are in."""
    codes = interfaces(network).vlans
    found = np.zeros(len(codes), np.bool_)
    groups = network.design.inventory.endpoint_groups
    found[[codes[vlan] for group in groups for vlan in group.vlans if vlan in codes]] = True
    return found


@analysis
def beside_external(network: Network) -> Bools:
    """BGP statements for another number whose peer is meant to be the next router: GTSM can protect them."""
    said, facts = statements(network), network.design.routing.bgp_neighbors
    asn = np.append(processes(network).asn, -1)[said.process]
    remote = whole_numbers(column(facts, "remote_asn"))
    direct = np.fromiter((not fact.multihop or fact.multihop <= 1 for fact in facts), np.bool_, len(facts))
    found: Bools = (
        (asn >= 0) & (asn != remote) & direct & (np.append(processes(network).protocol, -1)[said.process] == BGP)
    )
    return found


@analysis
def held_by(network: Network) -> Longs:
    """The interface that holds each BGP statement's peer address, in whatever table; -1 for none."""
    said, facts = statements(network), network.design.routing.bgp_neighbors
    vertex = np.append(processes(network).vertex, -1)[said.process]
    row = address_rows(network, parse([text or "" for text in column(facts, "peer_address")]), vertex)
    found: Longs = np.append(addresses(network).interface, -1)[row].astype(np.int64)
    return found
