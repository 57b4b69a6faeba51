"""Where packets come in whose sources must be checked: interfaces toward the Internet, and gateways of hosts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import gateways, layer3, media_of
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.policy.permissions import effect
from netdesign.analysis.policy.policy import bound_zones
from netdesign.analysis.policy.populations import PEOPLE, private_prefixes, private_sources
from netdesign.analysis.policy.terrain import INTERNET, circuit_links, near_end, terrain
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import UnicastRpf
from netdesign.model.inventory import EndpointKind
from netdesign.model.vocabulary import Trust

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface

EDGE = PEOPLE | {EndpointKind.PHONE, EndpointKind.PRINTER, EndpointKind.CAMERA, EndpointKind.SENSOR}
"""Endpoints that anyone may put something else in the place of."""


@analysis
def internet_interfaces(network: Network) -> tuple[int, ...]:
    """Our routed interfaces, by position, that a public circuit ends at."""
    l3, land, table = layer3(network), terrain(network), interfaces(network)
    node = land.outside.get(INTERNET)
    if node is None:
        return ()
    near = {other for other, _ in land.graph.neighbours[node]}
    medium = media_of(network)[l3.member_interface]
    on = np.isin(land.segment + l3.member_segment, sorted(near))
    on |= (medium >= 0) & (medium < len(table.vlans)) & np.isin(land.vlan + medium, sorted(near))
    found = np.unique(l3.member_interface[on])
    device = table.device[found]
    ours = np.append(network.ours, False)[device]
    return tuple(found[ours].tolist())


@analysis
def public_circuits(network: Network) -> dict[str, int]:
    """How many public circuits each site has."""
    found: dict[str, int] = defaultdict(int)
    for place in np.flatnonzero(circuit_links(network)).tolist():
        if network.links[place].trust is Trust.PUBLIC:
            found[network.devices[near_end(network, place)].site] += 1
    return dict(found)


def stops_spoofing(network: Network, interface: Interface) -> bool:
    """Whether a check of sources, or an access list, refuses private sources of the design at an interface."""
    if interface.unicast_rpf in (UnicastRpf.STRICT, UnicastRpf.FEASIBLE):
        return True
    policy = interface.access_list
    if policy is None or policy not in network.by_id("policies") or not private_prefixes(network):
        return False
    zones = bound_zones(network, policy) or {None}
    forged = private_sources(network)
    return not any(effect(network, policy, interface.zone, zone).permitted & forged for zone in zones)


@analysis
def unguarded_vlans(network: Network) -> dict[str, tuple[str, ...]]:
    """VLANs of endpoints at the edge whose ports let any source in, with the gateways that let it on."""
    profiles = network.by_id("port_profiles")
    attached = network.grouped("attachments", "group")
    open_vlans: dict[str, None] = {}
    for group in network.design.inventory.endpoint_groups:
        used = {one.profile for one in attached.get(group.id, ())}
        if group.kind in EDGE and not (used and all(p in profiles and profiles[p].source_guard for p in used)):
            open_vlans.update(dict.fromkeys(group.vlans))
    found: dict[str, tuple[str, ...]] = {}
    for vlan in open_vlans:
        doors = sorted(_gateways(network, vlan))
        bad = [network.interfaces[at].id for at in doors if not stops_spoofing(network, network.interfaces[at])]
        if bad:
            found[vlan] = tuple(bad)
    return found


def _gateways(network: Network, vlan: str) -> set[int]:
    places = _subnet_places(network).get(vlan, ())
    return {at for place in places for at in gateways(network, place).tolist()}


@analysis
def _subnet_places(network: Network) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = defaultdict(list)
    for at, subnet in enumerate(network.design.addressing.subnets):
        found[subnet.vlan].append(at)
    return dict(found)
