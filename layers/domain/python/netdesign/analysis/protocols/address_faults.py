"""Addresses that cannot be where they are: held twice, outside their subnet, or no host's at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.address_scopes import interface_scopes
from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.facts.address_text import Parsed, masked
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes, subnet_vlans
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.nesting import nested
from netdesign.analysis.facts.row_codes import among, row_codes, text_codes
from netdesign.analysis.protocols.providers import provider_devices
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix, parse_prefix
from netdesign.model.addressing import VirtualGateway
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.model.addressing import Interface

OWNER_PRIORITY = 255
"""The VRRP priority of the router whose own address the virtual one is (RFC 9568)."""
SHARED_LENGTHS = {4: 30, 6: 126}
"""Up to this length a prefix has addresses that no host may have."""
ONES = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class Clash(NamedTuple):
    """Two rows of `addresses` with one address."""

    first: int
    second: int


@analysis
def _ours(network: Network) -> Bools:
    """Which rows of `addresses` are on interfaces of ours that are up."""
    rows, table = addresses(network), interfaces(network)
    theirs = np.append(provider_devices(network), False)
    found: Bools = table.up[rows.interface] & ~theirs[table.device[rows.interface]]
    return found


@analysis
def clashes(network: Network) -> tuple[Clash, ...]:
    """Addresses that stand twice where each may stand once, as the first two of each.

    Virtual addresses are shared by gateways of one VLAN, and an anycast one may be a gateway's own as well;
    a virtual address is an own one only of the router with VRRP priority 255.
    """
    rows, table = addresses(network), interfaces(network)
    up = np.flatnonzero(table.up[rows.interface])
    scope = interface_scopes(network)[rows.interface[up]]
    code = row_codes(rows.version[up], rows.high[up], rows.low[up], scope)
    suspect = (np.bincount(code, minlength=1) > 1) & ~_shared(network, up, code)
    crowded = np.flatnonzero(suspect[code])
    groups: dict[int, list[int]] = {}
    for at in crowded[np.argsort(code[crowded], kind="stable")].tolist():
        groups.setdefault(int(code[at]), []).append(int(up[at]))
    found = (_clash(network, members) for members in groups.values())
    return tuple(clash for clash in found if clash is not None)


def _shared(network: Network, up: Longs, code: Longs) -> Bools:
    """Which addresses (by code of `up`) are virtual ones of gateways in one VLAN that share them in one way."""
    rows, facts = addresses(network), network.interfaces
    ways = text_codes([f"{fact.virtual_gateway.value} {fact.virtual_group}" for fact in facts], {})
    none = np.array([fact.virtual_gateway is VirtualGateway.NONE for fact in facts], np.bool_)
    owner = rows.interface[up]
    kind = row_codes(code, _places(network)[owner], ways[owner])
    first = np.full(int(code.max(initial=-1)) + 1, -1, np.int64)
    first[code[::-1]] = kind[::-1]
    alike = np.ones(first.size, np.bool_)
    alike[code[(kind != first[code]) | ~rows.virtual[up] | none[owner]]] = False
    return alike


@analysis
def _places(network: Network) -> Longs:
    """The medium of each interface, or a number of its device's own where it has none."""
    medium = media_of(network)
    found: Longs = np.where(medium >= 0, medium, -2 - interfaces(network).device.astype(np.int64))
    return found


def _clash(network: Network, members: list[int]) -> Clash | None:
    rows, owner = addresses(network), [int(addresses(network).interface[at]) for at in members]
    facts = [network.interfaces[at] for at in owner]
    own = [at for at, fact in zip(members, facts, strict=True) if not _lawful(fact, virtual=bool(rows.virtual[at]))]
    ways = {(int(_places(network)[at]), f.virtual_group, f.virtual_gateway) for at, f in zip(owner, facts, strict=True)}
    if not own and len(ways) == 1:
        return None
    first = own[0] if own else members[0]
    return Clash(first, next((at for at in members if at != first), first))


def _lawful(fact: Interface, *, virtual: bool) -> bool:
    """Whether an address may be shared: a virtual one, or an own one that is its gateway's virtual one."""
    gateway, priority = fact.virtual_gateway, fact.virtual_priority
    if virtual:
        return gateway is not VirtualGateway.NONE
    shared = {text.split("/")[0] for text in fact.virtual_addresses}
    mine = {text.split("/")[0] for text in fact.addresses}
    owns = gateway is VirtualGateway.ANYCAST or priority == OWNER_PRIORITY
    return owns and bool(mine & shared)


@analysis
def unusable(network: Network) -> tuple[int, ...]:
    """Rows whose address is that of the network itself, or of all its hosts (IPv4)."""
    rows = addresses(network)
    network_itself = (rows.high == rows.network_high) & (rows.low == rows.network_low)
    blank = np.full(rows.version.size, ONES)
    mask = masked(rows.version, blank, blank, rows.length)[1]
    everyone = (rows.version == 4) & (rows.low == (rows.network_low | (~mask & np.uint64(0xFFFF_FFFF))))
    longest = np.where(rows.version == 4, SHARED_LENGTHS[4], SHARED_LENGTHS[6])
    found = np.flatnonzero(_ours(network) & (rows.length <= longest) & (network_itself | everyone))
    return tuple(found.tolist())


@analysis
def strays(network: Network) -> tuple[int, ...]:
    """Rows on a VLAN of ours whose network is no subnet of the VLAN, and others whose network is no subnet at all."""
    rows, vlans = addresses(network), len(interfaces(network).vlans)
    prefixes = subnet_prefixes(network)
    known = np.flatnonzero(prefixes.version)
    high, low = prefixes.networks()
    medium = media_of(network)[rows.interface]
    medium = np.where(medium < vlans, medium, -1)
    theirs = subnet_vlans(network)[known].astype(np.int64)
    anywhere = np.full(known.size, -1, np.int64)
    codes = row_codes(
        np.concatenate([medium, theirs, anywhere]),
        np.concatenate([rows.version, prefixes.version[known], prefixes.version[known]]),
        np.concatenate([rows.network_high, high[known], high[known]]),
        np.concatenate([rows.network_low, low[known], low[known]]),
        np.concatenate([rows.length, prefixes.length[known], prefixes.length[known]]),
    )
    count = rows.version.size
    found = np.flatnonzero(_ours(network) & ~among(codes[:count], codes[count:]))
    return tuple(row for row in found.tolist() if not _pooled(network, row))


def _pooled(network: Network, row: int) -> bool:
    """Whether a row is the host route of a loopback inside a pool of its VRF: a subnet of its own says no more."""
    rows = addresses(network)
    fact, version = network.interfaces[int(rows.interface[row])], int(rows.version[row])
    if fact.kind not in (InterfaceKind.LOOPBACK, InterfaceKind.VTEP) or rows.length[row] < WIDTH[version]:
        return False
    own = Prefix(version, int(rows.high[row]) << 64 | int(rows.low[row]), WIDTH[version])
    pools = (pool.prefix for pool in network.design.addressing.pools if pool.vrf == fact.vrf)
    return any(block.covers(own) for block in _blocks(pools))


def _blocks(texts: Iterable[str]) -> Iterator[Prefix]:
    for text in texts:
        try:
            yield parse_prefix(text)
        except InvalidInputError:
            continue


@analysis
def unequal_masks(network: Network) -> tuple[Clash, ...]:
    """Neighbours on one wire or VLAN that disagree about how long their subnet is."""
    rows, medium = addresses(network), media_of(network)
    kept = np.flatnonzero(_ours(network) & ~rows.virtual & (medium[rows.interface] >= 0))
    code = row_codes(
        medium[rows.interface[kept]],
        rows.version[kept],
        rows.network_high[kept],
        rows.network_low[kept],
        rows.length[kept],
    )
    one = kept[np.unique(code, return_index=True)[1]] if kept.size else kept
    net = Parsed(rows.version[one], rows.network_high[one], rows.network_low[one], rows.length[one], rows.virtual[one])
    pairs = nested(net, medium[rows.interface[one]].astype(np.int64))
    return tuple(Clash(int(one[a]), int(one[b])) for a, b in pairs)


def vlan_name(network: Network, interface: int) -> str | None:
    """The id of the VLAN that an interface stands in, by what it is plugged into; None for a wire."""
    medium, names = int(media_of(network)[interface]), _vlan_names(network)
    return names[medium] if 0 <= medium < len(names) else None


@analysis
def _vlan_names(network: Network) -> tuple[str, ...]:
    codes = interfaces(network).vlans
    named = sorted((code, name) for name, code in codes.items() if name is not None)
    return tuple(name for _, name in named)
