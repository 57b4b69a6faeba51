"""Whether neighbours follow when a gateway is taken over, and whether a standby is active for some networks."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.gateway_groups import Member, virtual_members
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_address
from netdesign.model.inventory import HaMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.model.inventory import HaGroup
    from netdesign.model.routing import StaticRoute

Address = tuple[int, int]
"""IP version and address."""


class Split(NamedTuple):
    """A group whose members lead other than its mode says: by the id of each that leads, the interfaces it does."""

    group: str
    leading: dict[str, tuple[int, ...]]


class Pinned(NamedTuple):
    """Routes of one device to a prefix, all to the own address of one gateway of several; and the one they share."""

    routes: tuple[str, ...]
    gateway: str
    shared: str


@analysis
def split_groups(network: Network) -> tuple[Split, ...]:
    """The active/standby groups of which several members lead a shared address; equal priorities lead nothing."""
    found = []
    for group in network.design.inventory.ha_groups:
        if group.mode is HaMode.ACTIVE_STANDBY:
            leading = _leading(network, group)
            if len(leading) > 1:
                found.append(Split(group.id, {name: tuple(sorted(some)) for name, some in sorted(leading.items())}))
    return tuple(found)


@analysis
def one_sided_groups(network: Network) -> tuple[Split, ...]:
    """The active/active groups of which one member leads every shared address, so that the others stand by."""
    found = []
    for group in network.design.inventory.ha_groups:
        leading = _leading(network, group) if group.mode is HaMode.ACTIVE_ACTIVE else {}
        if len(leading) == 1 and len(group.members) > 1:
            found.append(Split(group.id, {name: tuple(sorted(some)) for name, some in leading.items()}))
    return tuple(found)


def _leading(network: Network, group: HaGroup) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for members in _groups(network):
        mine = [one for one in members if network.interfaces[one.interface].device in group.members]
        top = max((one.priority for one in mine), default=0)
        leaders = [one.interface for one in mine if one.priority == top]
        if len(mine) > 1 and len(leaders) == 1:
            found[network.interfaces[leaders[0]].device].add(leaders[0])
    return found


def rivals(network: Network, interface: int) -> tuple[Member, ...]:
    """The routers that share a virtual address with an interface, and itself."""
    return next((some for some in _groups(network) if any(one.interface == interface for one in some)), ())


@analysis
def _groups(network: Network) -> tuple[tuple[Member, ...], ...]:
    """The routers of each VRRP group of each segment."""
    return tuple(
        tuple(one for one in members if one.group == number)
        for members in virtual_members(network)
        for number in dict.fromkeys(one.group for one in members)
    )


@analysis
def pinned_routes(network: Network) -> tuple[Pinned, ...]:
    """Static routes that end with a gateway which others would take over, for want of the address that moves."""
    owners, stands = _owners(network)
    found = []
    for device, routes in network.grouped("static_routes", "device").items():
        for ways in _by_prefix(routes):
            hops = _read(route.next_hop or "" for route in ways)
            mine = {owners.get(hop) if hop is not None else None for hop in hops}
            gateway = next(iter(mine)) if len(mine) == 1 else None
            if gateway is not None and device not in stands[gateway]:
                fact = network.interfaces[gateway]
                shared = _moving(fact.virtual_addresses, hops[0])
                if shared is not None:
                    found.append(Pinned(tuple(route.id for route in ways), fact.id, shared))
    return tuple(found)


def _by_prefix(routes: list[StaticRoute]) -> Iterator[list[StaticRoute]]:
    found: dict[tuple[str, str], list[StaticRoute]] = defaultdict(list)
    for route in routes:
        found[route.vrf, route.prefix].append(route)
    yield from found.values()


def _owners(network: Network) -> tuple[dict[Address, int], dict[int, frozenset[str]]]:
    """Who holds each own address of a gateway that others stand in for, and the devices of its group."""
    owners: dict[Address, int] = {}
    stands: dict[int, frozenset[str]] = {}
    for members in _groups(network):
        devices = frozenset(network.interfaces[one.interface].device for one in members)
        for one in members if len(devices) > 1 else ():
            fact = network.interfaces[one.interface]
            moving = {address for address in _read(fact.virtual_addresses) if address is not None}
            stands[one.interface] = devices
            for address in _read(text.split("/")[0] for text in fact.addresses):
                if address is not None and address not in moving:
                    owners[address] = one.interface
    return owners, stands


def _moving(texts: tuple[str, ...], hop: Address | None) -> str | None:
    """The shared address of the IP version of a next hop."""
    read = _read(texts)
    same = [text for text, address in zip(texts, read, strict=True) if address and hop and address[0] == hop[0]]
    return next((text for text in same if not text.lower().startswith("fe80")), same[0] if same else None)


def _read(texts: Iterable[str]) -> list[Address | None]:
    return [_address(text) for text in texts]


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except InvalidInputError:
        return None
