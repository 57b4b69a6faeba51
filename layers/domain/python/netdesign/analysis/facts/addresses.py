"""Every address of every interface, and every subnet, read once into columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.address_text import masked, parse
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import among, column, member_codes, row_codes, text_codes
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.vocabulary import SubnetPurpose

if TYPE_CHECKING:
    from netdesign.analysis.facts.address_text import Parsed, Words
    from netdesign.graph.multigraph import Bools, Ints, Longs

PURPOSES = tuple(SubnetPurpose)


@dataclass(frozen=True, eq=False)
class Addresses:
    """One row an address that can be read, real ones in the order of interfaces, then virtual ones.

    An address is two 64-bit words; `length` is its prefix length, `network_high` and `network_low` are its
    network. A virtual address that is written without a length has that of its interface or subnet.
    `malformed` lists (interface, text) of what is no address.
    """

    interface: Ints
    virtual: Bools
    version: Ints
    high: Words
    low: Words
    length: Ints
    network_high: Words
    network_low: Words
    malformed: tuple[tuple[int, str], ...]


@analysis
def addresses(network: Network) -> Addresses:
    """The addresses of all interfaces."""
    own = column(network.interfaces, "addresses")
    shared = column(network.interfaces, "virtual_addresses")
    counts = [np.fromiter(map(len, some), np.int64, len(some)) for some in (own, shared)]
    texts = [*chain.from_iterable(own), *chain.from_iterable(shared)]
    owner = np.concatenate([np.repeat(np.arange(len(own), dtype=np.int32), count) for count in counts])
    virtual = np.arange(owner.size) >= int(counts[0].sum())
    parsed = parse(texts)
    if bool((virtual & ~parsed.stated).any()):
        _lend_lengths(network, parsed, owner, virtual)
    bad = np.flatnonzero(parsed.version == 0).tolist()
    kept = np.flatnonzero(parsed.version) if bad else slice(None)
    version, high, low, length = (
        parsed.version[kept],
        parsed.high[kept],
        parsed.low[kept],
        parsed.length[kept],
    )
    return Addresses(
        owner[kept],
        virtual[kept],
        version,
        high,
        low,
        length,
        *masked(version, high, low, length),
        tuple((int(owner[at]), texts[at]) for at in bad),
    )


@analysis
def subnet_prefixes(network: Network) -> Parsed:
    """The prefixes of the design's subnets, by position; version 0 where the text is no prefix."""
    return parse([subnet.prefix for subnet in network.design.addressing.subnets])


@analysis
def subnet_blocks(network: Network) -> tuple[Prefix | None, ...]:
    """The prefix of each subnet, by position; None where the text is none or has bits beyond its length."""
    read = subnet_prefixes(network)
    high, low = read.networks()
    sound = (read.version > 0) & (high == read.high) & (low == read.low)
    numbers = map(_number, high.tolist(), low.tolist())
    blocks = map(Prefix, read.version.tolist(), numbers, read.length.tolist())
    return tuple(block if good else None for block, good in zip(blocks, sound.tolist(), strict=True))


def _number(high: int, low: int) -> int:
    return high << 64 | low


@analysis
def _blocks_by_text(network: Network) -> dict[str, Prefix | None]:
    return dict(zip(column(network.design.addressing.subnets, "prefix"), subnet_blocks(network), strict=True))


def block_of(network: Network, text: str) -> Prefix | None:
    """The prefix that a text stands for, None where it is none; those of subnets have been read together."""
    known = _blocks_by_text(network)
    if text in known:
        return known[text]
    try:
        return parse_prefix(text)
    except InvalidInputError:
        return None


@analysis
def subnet_vlans(network: Network) -> Ints:
    """The VLAN of each subnet as a code of `interfaces(network).vlans`; -1 for none."""
    return text_codes([subnet.vlan for subnet in network.design.addressing.subnets], interfaces(network).vlans)


@analysis
def subnet_purposes(network: Network) -> Ints:
    """The purpose of each subnet as its position in `PURPOSES`."""
    return member_codes(column(network.design.addressing.subnets, "purpose"), PURPOSES)


def _lend_lengths(network: Network, parsed: Parsed, owner: Ints, virtual: Bools) -> None:
    """Give virtual addresses without a length that of an own address beside them or of the subnet around."""
    wanting = np.flatnonzero(virtual & ~parsed.stated & (parsed.version > 0))
    given = np.flatnonzero(~virtual & (parsed.version > 0))
    lent = np.full((len(network.interfaces), 2), -1, np.int32)
    lent[owner[given], parsed.version[given] // 5] = parsed.length[given]
    found = lent[owner[wanting], parsed.version[wanting] // 5]
    parsed.length[wanting[found >= 0]] = found[found >= 0]
    rest = wanting[found < 0]
    vlan = interfaces(network).vlan[owner[rest]]
    for by_vlan in (True, False):
        rest, vlan = _lend_from_subnets(network, parsed, rest, vlan, by_vlan)


def _lend_from_subnets(network: Network, parsed: Parsed, rest: Longs, vlan: Ints, by_vlan: bool) -> tuple[Longs, Ints]:
    """Lend the length of the longest subnet (of the same VLAN) around each address; return the rest."""
    prefixes, subnet_vlan = subnet_prefixes(network), subnet_vlans(network)
    high, low = prefixes.networks()
    kinds = (
        np.flatnonzero(np.bincount(prefixes.length * 8 + prefixes.version, minlength=1)).tolist() if rest.size else []
    )
    for length, version in (divmod(kind, 8) for kind in reversed(kinds)):
        mine = np.flatnonzero((prefixes.version == version) & (prefixes.length == length))
        theirs = rest[parsed.version[rest] == version]
        if not version or not theirs.size:
            continue
        net = masked(parsed.version[theirs], parsed.high[theirs], parsed.low[theirs], np.full(theirs.size, length))
        around = vlan[parsed.version[rest] == version] if by_vlan else np.zeros(theirs.size, np.int32)
        about = subnet_vlan[mine] if by_vlan else np.zeros(mine.size, np.int32)
        codes = row_codes(
            *(np.concatenate(pair) for pair in ((high[mine], net[0]), (low[mine], net[1]), (about, around)))
        )
        lends = among(codes[mine.size :], codes[: mine.size])
        parsed.length[theirs[lends]] = length
        left = ~among(rest, theirs[lends])
        rest, vlan = rest[left], vlan[left]
    return rest, vlan
