"""Journeys tried among networks at a cloud provider: between which ends, in which zones, to which addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.facts.ends import internet_zone
from netdesign.analysis.routing.cloud_routes import FAR_AWAY, Journey, journey, land
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterator


class End(NamedTuple):
    """An end of journeys: a network, connection or gateway by id, the zone it lies in, and its security zone."""

    id: str
    availability_zone: str | None
    zone: str | None


@analysis
def end_zone(network: Network, name: str) -> str | None:
    """The security zone of a network or connection; that of the Internet for a gateway to it."""
    place = land(network)
    if name in place.networks:
        return place.networks[name].zone
    for one in network.grouped("cloud_connections", "id").get(name, []):
        zone: str | None = one.zone
        return zone
    return internet_zone(network) if name in place.gateways else None


def addresses_of(network: Network, name: str) -> tuple[Prefix, ...]:
    """One address to try for each family and prefix of an end; far away ones for a gateway to the Internet."""
    place = land(network)
    if name in place.gateways:
        return tuple(FAR_AWAY[version] for version in (4, 6) if _carries(network, version))
    prefixes = place.blocks.get(name) or place.connections.get(name, ())
    return tuple(_first(prefix) for prefix in prefixes)


def _carries(network: Network, version: int) -> bool:
    return any(prefix.version == version for blocks in land(network).blocks.values() for prefix in blocks)


def _first(prefix: Prefix) -> Prefix:
    bits = 32 if prefix.version == 4 else 128
    return Prefix(prefix.version, prefix.network + (1 if prefix.length < bits else 0), bits)


def zones_of(network: Network, name: str) -> tuple[str | None, ...]:
    """The availability zones that packets of an end start in: those with workloads, or else all of a network."""
    place = land(network)
    if name not in place.networks:
        return (None,)
    used = [zone for (one, zone), some in place.subnets.items() if one == name and any(s.workloads for s in some)]
    return tuple(dict.fromkeys(used)) or place.networks[name].availability_zones


class Trip(NamedTuple):
    """A journey with the ends that it was tried between."""

    source: End
    target: End
    journey: Journey


def trips(network: Network, source: str, target: str) -> Iterator[Trip]:
    """Journeys from every availability zone of an end to every prefix of another."""
    for zone in zones_of(network, source):
        for address in addresses_of(network, target):
            way = journey(network, source, zone, address, target)
            ends = End(source, zone, end_zone(network, source)), End(target, None, end_zone(network, target))
            yield Trip(*ends, way)


def flow_pairs(network: Network) -> Iterator[tuple[str, str, str]]:
    """(flow, source, target) of every pair of ends of flows that have ends at cloud providers."""
    for flow in network.design.cloud.cloud_flows:
        for source in flow.sources:
            for target in flow.targets:
                if source != target:
                    yield flow.id, source, target
