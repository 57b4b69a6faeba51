"""Where the ends of flows are: how many endpoints of which zone and site hang off which nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import carriage, group_homes
from netdesign.analysis.facts.cloud_places import doors
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Exposure, Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Floats, Longs
    from netdesign.model.infrastructure import ServiceInstance
    from netdesign.model.inventory import EndpointGroup


@dataclass(frozen=True, eq=False)
class Spread:
    """Shares of a whole at nodes of the carriage; what is missing to 1 is nowhere. Equal keys, equal spreads."""

    key: tuple[object, ...]
    nodes: Longs
    shares: Floats


@dataclass(frozen=True, eq=False)
class End:
    """`count` endpoints of one zone and site, and where they are. The Internet has no site of its own."""

    site: str | None
    zone: str | None
    count: float
    spread: Spread


def spread(key: tuple[object, ...], weights: Mapping[int, float], whole: float) -> Spread:
    """The spread of weights by node, as shares of `whole`."""
    nodes = np.array(sorted(weights), dtype=np.int64)
    values = np.array([weights[node] for node in nodes.tolist()], dtype=np.float64)
    return Spread(key, nodes, values / (whole or 1.0))


@analysis
def ends_of(network: Network, names: tuple[str, ...]) -> tuple[End, ...]:
    """The ends that ids of groups, service instances or providers stand for, one for each site and zone."""
    providers = frozenset(at for name in names if (at := _provider(network, name)) is not None)
    places: dict[tuple[str | None, str | None], list[str]] = {}
    for name in dict.fromkeys(names):
        fact = _fact(network, name)
        if fact is not None:
            places.setdefault((fact.site, fact.zone), []).append(name)
    found = [_end(network, *place, tuple(sorted(here))) for place, here in places.items()]
    return (*found, _internet(network, providers)) if providers else tuple(found)


def unknown_ends(network: Network, names: Iterable[str]) -> tuple[str, ...]:
    """Ids that are neither a group nor a service instance nor a provider in service."""
    return tuple(n for n in names if _provider(network, n) is None and _fact(network, n) is None)


def _provider(network: Network, name: str) -> int | None:
    at = network.device_index.get(name)
    if at is None or network.devices[at].role is not Role.PROVIDER or not network.in_service[at]:
        return None
    return at


def _fact(network: Network, name: str) -> EndpointGroup | ServiceInstance | None:
    found: EndpointGroup | ServiceInstance | None = network.by_id("endpoint_groups").get(name)
    return found or network.by_id("service_instances").get(name)


@analysis
def _end(network: Network, site: str | None, zone: str | None, names: tuple[str, ...]) -> End:
    total, at = 0.0, dict[int, float]()
    for name in names:
        count, here = _weights(network, name)
        total += count
        whole = sum(here.values())
        for node, weight in here.items():
            at[node] = at.get(node, 0.0) + count * weight / whole
    return End(site, zone, total, spread(names, at, total))


def _weights(network: Network, name: str) -> tuple[float, dict[int, float]]:
    group = network.by_id("endpoint_groups").get(name)
    if group is not None:
        homes, nodes = group_homes(network).get(name, {}), carriage(network).homes
        return max(0.0, group.count), {nodes.get(home, min(home)): float(n) for home, n in homes.items()}
    service: ServiceInstance = network.by_id("service_instances")[name]
    index = network.device_index
    return 1.0, {index[device]: 1.0 for device in service.attached_to if device in index}


def _internet(network: Network, providers: frozenset[int]) -> End:
    node = carriage(network).exits[providers]
    key = tuple(sorted(network.devices[at].id for at in providers))
    beyond = doors(network)
    names = [network.devices[at].id for at in providers]
    zone = beyond[names[0]].zone if all(name in beyond for name in names) else internet_zone(network)
    return End(None, zone, 1.0, spread(key, {node: 1.0}, 1.0))


@analysis
def internet_zone(network: Network) -> str | None:
    """The zone exposed as the Internet; None where the design has none."""
    zones = [zone.id for zone in network.design.security.zones if zone.exposure is Exposure.INTERNET]
    return min(zones, default=None)
