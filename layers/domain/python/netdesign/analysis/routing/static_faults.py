"""Static routes that no router can use as they stand: what they say, and why it leads nowhere."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.tables.fib import fib
from netdesign.analysis.tables.rib_sources import beside, parsed_address, static_prefixes, static_tables
from netdesign.analysis.tables.session_faults import NEVER
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_interface

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.routing import StaticRoute


Said = dict[str, str | None]


class StaticFault(StrEnum):
    """What can be wrong with a static route by itself, in words about it."""

    PREFIX = "goes to {prefix}, which is no prefix"
    HOST_BITS = "goes to {prefix}, which has bits set beyond its mask: the prefix is {canonical}"
    NO_HOP = "has no next hop and discards nothing"
    HOP = "has the next hop {hop}, which is no address"
    FAMILY = "goes to {prefix} by the next hop {hop} of another IP version"
    TABLE = "is in VRF {vrf}, in which {device} has no interface"
    OTHER_VRF = "has the next hop {hop}, which is beside {device} in VRF {elsewhere}, not in {vrf}"
    OWN = "has the next hop {hop}, which is an address of {device} itself"
    NEVER = "has distance {distance}: platforms never install it"
    UNREACHED = "has the next hop {hop}, which no subnet of VRF {vrf} of {device} holds and no route leads to"


class WrongStatic(NamedTuple):
    """A fault of a static route (by position), in words, and the prefix as it should be written."""

    route: int
    fault: StaticFault
    words: str
    canonical: str = ""


@analysis
def static_faults(network: Network) -> tuple[WrongStatic, ...]:
    """Every static route of ours that is dropped, or that platforms refuse."""
    found = []
    for at, route in enumerate(network.design.routing.static_routes):
        device = network.device_index.get(route.device, -1)
        if device < 0 or (network.ours[device] and network.in_service[device]):
            found += list(_faults(network, at, route))
    return tuple(found)


@analysis
def leading_statics(network: Network) -> tuple[StaticRoute, ...]:
    """Static routes of ours to a next hop, the default ones last."""
    index, facts = network.device_index, network.design.routing.static_routes
    at = [route for route in facts if route.next_hop and not route.discard and route.device in index]
    mine = [route for route in at if network.ours[index[route.device]] and network.in_service[index[route.device]]]
    return tuple(sorted(mine, key=lambda route: (route.prefix in ("0.0.0.0/0", "::/0"), route.id)))


def _faults(network: Network, at: int, route: StaticRoute) -> Iterator[WrongStatic]:
    said: Said = {"prefix": route.prefix, "hop": route.next_hop, "vrf": route.vrf, "device": route.device}
    if route.distance >= NEVER:
        yield _wrong(at, StaticFault.NEVER, said | {"distance": str(route.distance)})
    canonical = _canonical(route.prefix)
    if canonical is None:
        yield _wrong(at, StaticFault.PREFIX, said, _canonical(_cleaned(route.prefix)) or "")
    elif static_prefixes(network)[at] is None:
        yield _wrong(at, StaticFault.HOST_BITS, said, canonical)
    table = static_tables(network)[at]
    if table < 0:
        yield _wrong(at, StaticFault.TABLE, said)
    if not route.discard:
        yield from _hop_faults(network, at, route, table, said)


def _hop_faults(network: Network, at: int, route: StaticRoute, table: int, said: Said) -> Iterator[WrongStatic]:
    if not route.next_hop:
        yield _wrong(at, StaticFault.NO_HOP, said)
        return
    hop = parsed_address(route.next_hop)
    if hop is None:
        yield _wrong(at, StaticFault.HOP, said)
    elif _canonical(route.prefix) is not None and hop[0] != (6 if ":" in route.prefix else 4):
        yield _wrong(at, StaticFault.FAMILY, said)
    elif table >= 0:
        fault, elsewhere = _lost(network, at, table, hop)
        if fault is not None:
            yield _wrong(at, fault, {**said, "elsewhere": elsewhere})


def _lost(network: Network, at: int, table: int, hop: tuple[int, int]) -> tuple[StaticFault | None, str | None]:
    """Why a table cannot reach a next hop, and the VRF that could."""
    if hop in _own(network).get(table, ()):
        return StaticFault.OWN, None
    if reaches(network, table, hop):
        return None, None
    graph, route = layer3(network), network.design.routing.static_routes[at]
    device = int(graph.device[table])
    for vrf in graph.vrfs:
        other = graph.vertex(device, vrf)
        if other not in (-1, table) and vrf != route.vrf and beside(network, other, *hop) is not None:
            return StaticFault.OTHER_VRF, vrf
    return StaticFault.UNREACHED, None


class Better(NamedTuple):
    """A VRF and a next hop in it that a table can reach."""

    vrf: str
    next_hop: str


def other_hop(network: Network, route: StaticRoute) -> Better | None:
    """What routes of its VRF and IP version say instead, first those to its prefix, then those of its own device; where
    it has no such VRF, the one that its next hop is beside."""
    graph, at = layer3(network), network.device_index.get(route.device, -1)
    if graph.vertex(at, route.vrf) < 0 and route.next_hop:
        some = (Better(vrf, route.next_hop) for vrf in graph.vrfs if vrf is not None)
        return next((one for one in some if _beside(network, route.device, one)), None)
    faulty = {wrong.route for wrong in static_faults(network)}
    version = 6 if ":" in route.prefix else 4
    known = [
        (other.prefix != route.prefix, other.device != route.device, Better(other.vrf, other.next_hop))
        for place, other in enumerate(network.design.routing.static_routes)
        if place not in faulty and other.next_hop and (6 if ":" in other.prefix else 4) == version
    ]
    votes = Counter(one for one in known if one[-1].vrf == route.vrf)
    near = {one: count for one, count in votes.items() if _beside(network, route.device, one[-1])}
    return min(near, key=lambda one: (*one[:-1], -near[one], one[-1]))[-1] if near else None


def _beside(network: Network, device: str, better: Better) -> bool:
    table = layer3(network).vertex(network.device_index.get(device, -1), better.vrf)
    hop = parsed_address(better.next_hop)
    return table >= 0 and hop is not None and beside(network, table, *hop) is not None


def reachable(network: Network, route: StaticRoute, text: str) -> bool:
    """Whether the table of a static route could use an address as next hop."""
    table, hop = layer3(network).vertex(network.device_index.get(route.device, -1), route.vrf), parsed_address(text)
    return table >= 0 and hop is not None and reaches(network, table, hop)


def reaches(network: Network, table: int, hop: tuple[int, int]) -> bool:
    """Whether a table has an address beside it, or a route to it that is no default."""
    if beside(network, table, *hop) is not None:
        return True
    rib = fib(network).rib
    rib.prepare(())
    return rib.distance(table, *hop) is not None


@analysis
def _own(network: Network) -> dict[int, set[tuple[int, int]]]:
    """The addresses of the own interfaces of each table with static routes, as (IP version, number)."""
    found: dict[int, set[tuple[int, int]]] = {}
    rows = addresses(network)
    table = layer3(network).interface_vertex[rows.interface]
    asked = np.zeros(layer3(network).vertex_count + 1, np.bool_)
    asked[list(static_tables(network))] = True
    asked[-1] = False
    own = np.flatnonzero(~rows.virtual & asked[table])
    columns = (column[own].tolist() for column in (table, rows.version, rows.high, rows.low))
    for where, version, high, low in zip(*columns, strict=True):
        found.setdefault(where, set()).add((version, high << 64 | low))
    return found


def _wrong(at: int, fault: StaticFault, said: Said, canonical: str = "") -> WrongStatic:
    return WrongStatic(at, fault, fault.value.format(**said, canonical=canonical), canonical)


def _cleaned(text: str) -> str:
    """A text without the characters that no prefix has."""
    return "".join(character for character in text if character in "0123456789abcdefABCDEF:./")


def _canonical(text: str) -> str | None:
    """The prefix around what a text says; None where it says none."""
    try:
        return str(parse_interface(text).prefix)
    except InvalidInputError:
        return None
