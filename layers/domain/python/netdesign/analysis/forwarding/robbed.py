"""Services whose packets a static route more specific than their subnet takes, and from which tables it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.forwarding.walks import walk
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.analysis.tables.rib_sources import static_prefixes
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_interface, parse_prefix

if TYPE_CHECKING:
    from netdesign.model.addressing import Subnet
    from netdesign.model.infrastructure import ServiceInstance


@analysis
def robbed_tables(network: Network, service: str) -> frozenset[int]:
    """The tables whose packets to a service instance (by id) arrive on no way; none where no route can take them.

    Only a static route that holds the address of the service and is longer than the prefix of its subnet can.
    """
    fact: ServiceInstance = network.by_id("service_instances")[service]
    subnet: Subnet | None = network.by_id("subnets").get(fact.subnet)
    try:
        own, block = parse_interface(fact.address), parse_prefix(subnet.prefix if subnet is not None else "")
    except InvalidInputError:
        return frozenset()
    if not any(block.covers(one) and one != block and _holds(one, own.address) for one in _statics(network)):
        return frozenset()
    whole, tables = fib(network), range(layer3(network).vertex_count)
    return frozenset(t for t in tables if Fate.DELIVERED not in walk(whole, t, own.version, own.address).fates)


def _holds(prefix: Prefix, address: int) -> bool:
    return prefix.network <= address <= prefix.last


@analysis
def _statics(network: Network) -> tuple[Prefix, ...]:
    return tuple(dict.fromkeys(prefix for prefix in static_prefixes(network) if prefix is not None))
