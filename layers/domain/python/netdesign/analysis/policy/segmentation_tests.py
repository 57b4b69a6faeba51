"""Packets that show from outside whether a part of the network is cut off as the policies say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.permissions import zone_matrix
from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix

if TYPE_CHECKING:
    from netdesign.graph.headerspace import Space

TCP, UDP = 6, 17
CLIENT_PORT = 49_152
OUTSIDE = {4: parse_prefix("192.88.99.0/24"), 6: parse_prefix("2002::/16")}
"""Stands for any address of a zone that holds no subnet of the design: formerly 6to4, of nobody's network now."""

PROBED = (
    (TCP, 21),
    (TCP, 22),
    (TCP, 23),
    (TCP, 80),
    (TCP, 135),
    (TCP, 443),
    (TCP, 445),
    (TCP, 1433),
    (TCP, 3306),
    (TCP, 3389),
    (TCP, 5432),
    (UDP, 53),
    (UDP, 123),
    (UDP, 161),
    (UDP, 514),
)
"""What intruders look for first: file transfer, logins, the web, databases, and services that answer anybody."""


class Probe(NamedTuple):
    """A packet from zone to zone, and whether policies permit it."""

    source_zone: str
    target_zone: str
    packet: Packet
    permitted: bool
    declared: bool
    """It stands for a permission rather than for what is tried."""


@analysis
def probes(network: Network, inside: tuple[str, ...]) -> tuple[Probe, ...]:
    """Probes into and out of the zones `inside`: one for each permission, and what has to be blocked."""
    held = frozenset(inside)
    return tuple(
        probe
        for (source, target), headers in sorted(zone_matrix(network).items())
        if (source in held) != (target in held)
        for probe in _between(network, source, target, headers)
    )


def _between(network: Network, source: str, target: str, headers: Space) -> Iterator[Probe]:
    seen: set[Packet] = set()
    for near, far in _pairs(network, source, target):
        for packet in (*_permitted(headers, near, far), *_tried(near, far)):
            if packet not in seen:
                seen.add(packet)
                yield Probe(
                    source, target, packet, packet in headers, (packet.protocol, packet.target_port) not in PROBED
                )


def _pairs(network: Network, source: str, target: str) -> Iterator[tuple[Prefix, Prefix]]:
    for near in _prefixes(network, source):
        for far in _prefixes(network, target):
            if near.version == far.version:
                yield near, far


def _permitted(headers: Space, near: Prefix, far: Prefix) -> Iterator[Packet]:
    """A packet of each permission between two prefixes that a port scan would not try anyway."""
    for box in headers.boxes:
        if box.version == near.version and _overlap(box.source, near) and _overlap(box.target, far):
            yield Packet(
                box.version,
                max(box.source[0], _host(near)),
                max(box.target[0], _host(far)),
                max(box.protocol[0], min(TCP, box.protocol[1])),
                CLIENT_PORT,
                box.target_port[0],
            )


def _tried(near: Prefix, far: Prefix) -> Iterator[Packet]:
    for protocol, port in PROBED:
        yield Packet(near.version, _host(near), _host(far), protocol, CLIENT_PORT, port)


def _overlap(ends: tuple[int, int], prefix: Prefix) -> bool:
    return ends[0] <= prefix.last and prefix.network <= ends[1]


def _host(prefix: Prefix) -> int:
    """The first address that a host can have."""
    return prefix.network + (1 if prefix.last > prefix.network else 0)


@analysis
def _prefixes(network: Network, zone: str) -> tuple[Prefix, ...]:
    """The prefixes of a zone's hosts; what stands for outside where the design holds none."""
    texts = sorted({s.prefix for s in network.design.addressing.subnets if s.zone == zone and s.planned_hosts})
    found = tuple(_parsed(texts))
    return found or (OUTSIDE[4], OUTSIDE[6])


def _parsed(texts: Iterable[str]) -> Iterator[Prefix]:
    for text in texts:
        try:
            yield parse_prefix(text)
        except InvalidInputError:
            continue
