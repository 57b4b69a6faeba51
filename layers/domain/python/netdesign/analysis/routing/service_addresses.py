"""Addresses of services that are no addresses, lie outside their subnet, or are held by somebody else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.readdressing import read
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH


class WrongService(NamedTuple):
    """A service (id) with its address and what is wrong with it."""

    service: str
    address: str
    problem: str


@analysis
def service_faults(network: Network) -> tuple[WrongService, ...]:
    """Every service whose address cannot be its own; instances of different kinds may share a host's."""
    subnets, seen, taken = network.by_id("subnets"), dict[tuple[str, int, int], str](), _taken(network)
    found = []
    for service in network.design.infrastructure.service_instances:
        one, subnet = read(service.address), subnets.get(service.subnet)
        around = read(subnet.prefix) if subnet is not None else None
        problem = "is no address"
        if one is not None:
            key = service.kind.value, one.version, one.address
            holders = taken.get((one.version, one.address), set())
            others = [name for name in (seen.setdefault(key, service.id), *sorted(holders)) if name != service.id]
            problem = f"is held by {others[0]} as well" if others else ""
            if around is not None and not around.prefix.covers(one._replace(length=WIDTH[one.version]).prefix):
                problem = f"lies outside its subnet {service.subnet}"
        if problem:
            found.append(WrongService(service.id, service.address, problem))
    return tuple(found)


def _taken(network: Network) -> dict[tuple[int, int], set[str]]:
    """The interfaces that hold each address of a service."""
    rows = addresses(network)
    parsed = parse([service.address for service in network.design.infrastructure.service_instances])
    count, found = parsed.version.size, dict[tuple[int, int], set[str]]()
    pairs = ((parsed.version, rows.version), (parsed.high, rows.high), (parsed.low, rows.low))
    codes = row_codes(*(np.concatenate(pair) for pair in pairs))
    for row in np.flatnonzero(among(codes[count:], codes[:count])).tolist():
        key = int(rows.version[row]), (int(rows.high[row]) << 64) | int(rows.low[row])
        found.setdefault(key, set()).add(network.interfaces[int(rows.interface[row])].id)
    return found
