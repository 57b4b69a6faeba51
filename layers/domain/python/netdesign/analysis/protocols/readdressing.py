"""Which address an interface or a service should have instead of a wrong one, by what the rest of the design says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.protocols.address_faults import vlan_name
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Interface, Prefix, parse_interface, prefix_at
from netdesign.model.vocabulary import InterfaceKind, SubnetPurpose

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TRIED = 4096
FIRST_TRIED = 10
"""Hosts of a subnet below this number are gateways by custom."""
PURPOSES = {
    InterfaceKind.LOOPBACK: SubnetPurpose.LOOPBACK,
    InterfaceKind.VTEP: SubnetPurpose.VTEP,
}
Address = tuple[int, int]
"""IP version and number."""


def read(text: str) -> Interface | None:
    """An address with its length; None where the text is none."""
    try:
        return parse_interface(text)
    except InvalidInputError:
        return None


@analysis
def held_addresses(network: Network) -> dict[Address, frozenset[str]]:
    """Who holds each address: ids of interfaces and of services."""
    found: dict[Address, set[str]] = {}
    for fact in network.interfaces:
        for text in (*fact.addresses, *fact.virtual_addresses):
            if (one := read(text)) is not None:
                found.setdefault((one.version, one.address), set()).add(fact.id)
    for service in network.design.infrastructure.service_instances:
        if (one := read(service.address)) is not None:
            found.setdefault((one.version, one.address), set()).add(service.id)
    return {key: frozenset(names) for key, names in found.items()}


@analysis
def named_addresses(network: Network) -> dict[Address, frozenset[str]]:
    """The devices that name each address as a neighbour or next hop, or "" where a rule permits it alone."""
    routing, found = network.design.routing, dict[Address, set[str]]()
    process = network.by_id("processes")
    said = [(process[n.process].device, n.peer_address) for n in routing.bgp_neighbors if n.process in process]
    said += [(route.device, route.next_hop) for route in routing.static_routes]
    rules = network.design.security.policy_rules
    said += [("", text) for fact in rules for text in (*fact.sources, *fact.destinations)]
    for device, text in said:
        one = read(text) if text else None
        if one is not None and one.length in (32, 128):
            found.setdefault((one.version, one.address), set()).add(device)
    return {key: frozenset(names) for key, names in found.items()}


def own_claims(network: Network, device: str) -> set[Address]:
    """Addresses that a device's routing processes say are its own: router ids and announced single addresses."""
    found = set[Address]()
    for process in network.grouped("processes", "device").get(device, ()):
        for text in (process.router_id or "", *process.networks):
            one = read(text)
            if one is not None and one.length in (32, 128):
                found.add((one.version, one.address))
    return found


def wrong_holder(network: Network, text: str, interfaces: tuple[str, ...]) -> str:
    """Which of the interfaces (by id) that hold one address should not.

    One whose device names the address as another's, or claims another one that nobody holds; or else the last.
    """
    one, index = read(text), network.by_id("interfaces")
    key = (one.version, one.address) if one is not None else (0, 0)
    blamed = named_addresses(network).get(key, frozenset())
    for name in interfaces:
        if name in index and index[name].device in blamed:
            return name
    for name in interfaces:
        claims = own_claims(network, index[name].device) if name in index else set()
        free = [claim for claim in claims if claim not in held_addresses(network) and claim[0] == key[0]]
        if key not in claims and free:
            return name
    return interfaces[-1]


def right_address(network: Network, interface: str, text: str) -> str | None:
    """The address with length that an interface (by id) should have instead of `text`; None where nothing tells."""
    at, one = network.interface_index.get(interface, -1), read(text)
    if at < 0 or one is None:
        return None
    for prefix in _homes(network, at, one):
        if one.prefix != prefix and prefix.covers(Prefix(one.version, one.address, _width(one.version))):
            holders = held_addresses(network)[one.version, one.address]
            if holders == {interface} and _usable(prefix, one.address):
                return str(Interface(one.version, one.address, prefix.length))
        number = free_address(network, prefix, network.interfaces[at].device)
        if number is not None:
            return str(Interface(one.version, number, prefix.length))
    return None


def _homes(network: Network, at: int, one: Interface) -> Iterator[Prefix]:
    """The subnets that an interface can be in: those of its VLAN, its neighbour's, or one that nobody is in."""
    fact, rows = network.interfaces[at], addresses(network)
    vlan = vlan_name(network, at)
    subnets = network.design.addressing.subnets
    if vlan is not None:
        yield from _prefixes([s.prefix for s in subnets if s.vlan == vlan], one.version)
        return
    medium = int(media_of(network)[at])
    if medium >= 0:
        same = np.flatnonzero(media_of(network)[rows.interface] == medium)
        for row in same.tolist():
            other = int(rows.interface[row])
            if other != at and int(rows.version[row]) == one.version:
                value = (int(rows.high[row]) << 64) | int(rows.low[row])
                yield prefix_at(one.version, value, int(rows.length[row]))
        return
    purpose = PURPOSES.get(fact.kind)
    idle = [s.prefix for s in subnets if s.purpose is purpose and s.vrf == fact.vrf and s.vlan is None]
    claims = own_claims(network, fact.device)
    free = [p for p in _prefixes(idle, one.version) if not _taken(network, p)]
    yield from sorted(free, key=lambda prefix: ((prefix.version, prefix.network) not in claims, prefix))


def _prefixes(texts: list[str], version: int) -> list[Prefix]:
    found = [one.prefix for text in texts if (one := read(text)) is not None]
    return [prefix for prefix in found if prefix.version == version]


def _taken(network: Network, prefix: Prefix) -> bool:
    ends = {prefix.network, min(prefix.last, prefix.network + 1)}
    return any((prefix.version, number) in held_addresses(network) for number in ends)


def _width(version: int) -> int:
    return 32 if version == 4 else 128


def _usable(prefix: Prefix, number: int) -> bool:
    if prefix.size <= 2:
        return True
    return prefix.network < number and (prefix.version == 6 or number < prefix.last)


def free_address(network: Network, prefix: Prefix, device: str) -> int | None:
    """An address of a subnet that nobody holds; one that is named somewhere rather than any other.

    The device that will hold it must not be among those that name it.
    """
    held, named = held_addresses(network), named_addresses(network)
    ends = range(prefix.network, min(prefix.last, prefix.network + MOST_TRIED) + 1)
    free = [n for n in ends if (prefix.version, n) not in held and _usable(prefix, n)]
    wanted = [n for n in free if (who := named.get((prefix.version, n))) and device not in who]
    high = [n for n in free if n >= prefix.network + FIRST_TRIED]
    return next(iter((*wanted, *high, *free)), None)
