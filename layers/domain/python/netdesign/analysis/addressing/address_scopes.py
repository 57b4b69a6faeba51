"""Where an address may stand once: VRFs between which packets are routed share their addresses."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, routed_components
from netdesign.analysis.facts.address_text import written
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.errors import InvalidInputError
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_interface, prefix_at, usable_hosts

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs
    from netdesign.model.addressing import Subnet

FILL = 0.8
"""The part of a subnet that hosts may fill."""
LAN_VERSION, LAN_LENGTH = 6, 64
LONGEST = 30
"""The length of the smallest IPv4 subnet with hosts."""


@analysis
def vrf_scopes(network: Network) -> dict[str | None, int]:
    """A number for each VRF by id (and for None), equal for those that some table routes between."""
    graph, codes = layer3(network), interfaces(network).vrfs
    names = [fact.vrf for fact in network.design.addressing.subnets]
    known = dict.fromkeys([*codes, *names])
    number = {name: at for at, name in enumerate(known)}
    of_code = np.full(max(codes.values(), default=-1) + 2, -1, np.int64)
    for name, code in codes.items():
        of_code[code] = number[name]
    label = routed_components(network).astype(np.int64)
    joined = Multigraph(
        len(number) + int(label.max(initial=-1)) + 1,
        of_code[graph.vrf].astype(np.int32),
        (len(number) + label).astype(np.int32),
    )
    scope = components(joined)
    return {name: int(scope[at]) for name, at in number.items()}


@analysis
def interface_scopes(network: Network) -> Longs:
    """The scope of each interface by position."""
    scopes = vrf_scopes(network)
    return np.fromiter((scopes.get(fact.vrf, -1) for fact in network.interfaces), np.int64, len(network.interfaces))


@analysis
def held_prefixes(network: Network) -> dict[tuple[str, int], str]:
    """The prefix that most interfaces in a VLAN have own addresses of, by (VLAN, IP version); the lowest of equals."""
    rows, votes = addresses(network), defaultdict[tuple[str, int], Counter[str]](Counter)
    for at in np.flatnonzero(~rows.virtual).tolist():
        vlan, version = network.interfaces[int(rows.interface[at])].vlan, int(rows.version[at])
        if vlan is not None:
            net = written(version, int(rows.network_high[at]), int(rows.network_low[at]), int(rows.length[at]))
            votes[vlan, version][net] += 1
    return {key: min(count, key=lambda text: (-count[text], text)) for key, count in votes.items()}


@analysis
def _gateway_addresses(network: Network) -> dict[tuple[str, int], int]:
    """The lowest virtual address in each VLAN, by (VLAN, IP version)."""
    rows, found = addresses(network), dict[tuple[str, int], int]()
    for at in np.flatnonzero(rows.virtual).tolist():
        vlan = network.interfaces[int(rows.interface[at])].vlan
        key, value = (vlan or "", int(rows.version[at])), (int(rows.high[at]) << 64) | int(rows.low[at])
        found[key] = min(found.get(key, value), value)
    return found


def refitted(network: Network, subnet: Subnet, version: int, growth: float = 1.0) -> str | None:
    """The prefix that a subnet of a VLAN should have by what stands in the VLAN; None where nothing tells.

    It is that of the interfaces' own addresses, or else the smallest around the gateway that the planned hosts
    fill no more than they should when they have grown, and that shares no address with any other subnet (or the
    largest such prefix, where none holds them).
    """
    if subnet.vlan is None:
        return None
    key = subnet.vlan, version
    if key in held_prefixes(network):
        return held_prefixes(network)[key]
    gateway = _gateway_addresses(network).get(key)
    if gateway is None:
        return None
    if version == LAN_VERSION:
        return str(prefix_at(version, gateway, LAN_LENGTH))
    hosts = ceil(subnet.planned_hosts * growth / FILL) + 1
    others = [p for one in network.design.addressing.subnets if one.id != subnet.id if (p := _prefix(one.prefix))]
    best = None
    for length in range(LONGEST, 0, -1):
        prefix = prefix_at(version, gateway, length)
        if any(prefix.covers(other) or other.covers(prefix) for other in others):
            break
        best = str(prefix)
        if usable_hosts(prefix) >= hosts:
            break
    return best


def _prefix(text: str) -> Prefix | None:
    try:
        return parse_interface(text).prefix
    except InvalidInputError:
        return None
