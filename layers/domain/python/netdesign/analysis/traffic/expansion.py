"""What is left for the next switch of the lowest tier: ports above it, addresses, AS numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.tiers import fabrics, uplinks
from netdesign.catalog.sku import DATA_USES
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import SubnetPurpose

if TYPE_CHECKING:
    from netdesign.analysis.facts.tiers import Fabric
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.prefixes import Prefix
    from netdesign.model.addressing import Pool

PAIRED = frozenset({Homing.ESI, Homing.MLAG})
TWO_BYTE, FOUR_BYTE = range(64_512, 65_535), range(4_200_000_000, 4_294_967_295)
"""Private AS numbers (RFC 6996)."""


class Growth(NamedTuple):
    """The next switches of a fabric's lowest tier: how many, their links to each switch above, of which speed.

    `groups` are the sets of switches (by position) that switches of the tier hang on.
    """

    fabric: Fabric
    switches: int
    links: int
    speed_bps: int
    groups: tuple[tuple[int, ...], ...]


@analysis
def growths(network: Network, multiplier: float) -> tuple[Growth, ...]:
    """The next step of every fabric that has switches above its lowest tier."""
    steps, rising = max(1, ceil(multiplier - 1 - 1e-9)), uplinks(network)
    paired = any(group.homing in PAIRED for group in network.design.inventory.endpoint_groups)
    found = []
    for fabric in fabrics(network):
        mine = np.isin(rising.lower, fabric.edge) if len(fabric.tiers) > 1 else np.zeros(rising.lower.size, np.bool_)
        if mine.any():
            above: dict[int, set[int]] = defaultdict(set)
            pairs = Counter(zip(rising.lower[mine].tolist(), rising.upper[mine].tolist(), strict=True))
            for lower, upper in pairs:
                above[lower].add(upper)
            speed = int(network.link_speed_bps[rising.links[mine]].max())
            groups = tuple(sorted({tuple(sorted(uppers)) for uppers in above.values()}))
            found.append(Growth(fabric, steps * (2 if paired else 1), max(pairs.values()), speed, groups))
    return tuple(found)


def free_links(network: Network, place: int, speed_bps: int) -> int | None:
    """How many more links of a speed a device takes; None where nothing is known of its ports."""
    kind = network.device_types[place]
    if kind is None:
        return None
    return _free(kind, _taken(network).get(network.devices[place].id, frozenset()), speed_bps)


@analysis
def _taken(network: Network) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for link in network.links:
        found[link.a.device].add(link.a.port)
        found[link.b.device].add(link.b.port)
    for one in network.design.inventory.attachments:
        found[one.device].update(one.ports)
    return {device: frozenset(ports) for device, ports in found.items()}


@lru_cache(maxsize=10_000)
def _free(kind: DeviceType, taken: frozenset[str], speed_bps: int) -> int:
    """Ports and lanes that are left: of a cage in use those lanes that its split leaves free."""
    used: dict[str, set[str]] = defaultdict(set)
    for name in taken:
        port = kind.port(name)
        if port is not None:
            used[port.cage].add(name)
    total = 0
    for port in kind.all_ports():
        lanes = set(port.split(speed_bps))
        if port.use in DATA_USES and (port.name not in used or used[port.name] <= lanes):
            total += len(lanes - used.get(port.name, set()))
    return total


class Room(NamedTuple):
    """A pool of addresses of a purpose, and how many of them nothing uses."""

    pool: Pool
    free: int


@analysis
def rooms_left(network: Network, purpose: SubnetPurpose) -> tuple[Room, ...]:
    """The IPv4 pools of a purpose with what is left in them."""
    used = [p for s in network.design.addressing.subnets if s.purpose is purpose and (p := _parsed(s.prefix))]
    found = []
    for pool in network.design.addressing.pools:
        whole = _parsed(pool.prefix)
        if pool.purpose == purpose.value and whole is not None and whole.version == 4:
            inside = [prefix for prefix in used if prefix.version == 4 and pool.site in (None, _site(network, prefix))]
            found.append(Room(pool, whole.size - sum(prefix.size for prefix in inside)))
    return tuple(found)


def _parsed(text: str) -> Prefix | None:
    try:
        return parse_prefix(text)
    except InvalidInputError:
        return None


def _site(network: Network, prefix: Prefix) -> str | None:
    return _sites(network).get(prefix)


@analysis
def _sites(network: Network) -> dict[Prefix, str]:
    return {p: s.site for s in network.design.addressing.subnets if (p := _parsed(s.prefix)) is not None}


@analysis
def routed_edges(network: Network) -> frozenset[str]:
    """Ids of devices that run a routing protocol with neighbours of their own."""
    return frozenset(one.device for one in network.design.routing.processes)


def free_as_numbers(network: Network) -> int:
    """How many private AS numbers nobody uses, of the kind that the switches use."""
    used = {one.asn for one in network.design.routing.processes if one.asn is not None}
    chosen = FOUR_BYTE if any(asn in FOUR_BYTE for asn in used) else TWO_BYTE
    return len(chosen) - sum(1 for asn in used if asn in chosen)
