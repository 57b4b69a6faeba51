"""The address plan: a block per site, a summary per zone, pools for infrastructure, and the IPv6 twins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network

from netdesign.errors import ConflictError, InfeasibleError
from netdesign.graph.allocation import BuddyAllocator
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.addressing import Pool, Subnet
from netdesign.synthesis.draft.standing import NOTHING, Standing

HOST_FILL = 0.8
RESERVED_HOSTS = 3
V4, V4_BITS = 4, 32
LAN_BITS = 64
SITE_LENGTH = 48
"""Length of the IPv6 block of a site."""
ZONE_SHIFT = 12
"""Low bits of the 16 subnet bits of a /48 that number the LANs of one zone: a zone is a /52."""
INFRASTRUCTURE = ("loopback", "vtep", "point_to_point")


def host_length(hosts: int, growth: float = 1.0) -> int:
    """Length of the smallest IPv4 prefix that holds `hosts` grown, 80 % full, and the reserved addresses."""
    return V4_BITS - max(2, (_ceil(hosts * growth / HOST_FILL) + RESERVED_HOSTS - 1).bit_length())


def _ceil(value: float) -> int:
    return int(-(-value // 1))


def format_v4(value: int) -> str:
    """Dotted text of an IPv4 address."""
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


def format_v6(value: int) -> str:
    """Shortest text of an IPv6 address (RFC 5952)."""
    stem, low = _stem(value >> LAN_BITS), value & 0xFFFF_FFFF_FFFF_FFFF
    if stem is not None and 0 < low <= 0xFFFF:
        return f"{stem}{low:x}"
    if stem is not None and 0xFFFF < low <= 0xFFFF_FFFF and ":0:0:" not in f":{stem}":
        return f"{stem}{low >> 16:x}:{low & 0xFFFF:x}"
    return _shortest(value)


@lru_cache(maxsize=1024)
def _stem(high: int) -> str | None:
    """Text of the upper half up to the double colon, where that always falls into the lower half."""
    return _shortest((high << LAN_BITS) + 1).removesuffix("1") if high & 0xFFFF else None


def _shortest(value: int) -> str:
    """Text with the longest run of zero groups left out."""
    groups = [value >> shift & 0xFFFF for shift in range(112, -16, -16)]
    best_at, best = -1, 1
    at = 0
    while at < 8:
        end = at
        while end < 8 and groups[end] == 0:
            end += 1
        if end - at > best:
            best_at, best = at, end - at
        at = max(end, at + 1)
    text = [f"{group:x}" for group in groups]
    if best_at < 0:
        return ":".join(text)
    return ":".join(text[:best_at]) + "::" + ":".join(text[best_at + best :])


@dataclass(slots=True)
class Block:
    """An aligned IPv4 range that is cut into aligned pieces, each from the smallest free place that holds it."""

    base: int
    length: int
    _space: BuddyAllocator = field(init=False)

    def __post_init__(self) -> None:
        self._space = BuddyAllocator([Prefix(4, self.base, self.length)])

    def take(self, base: int, length: int) -> None:
        """Keep a piece that is in use already from others; pieces that are in no free place of the range are let be."""
        with suppress(ConflictError):
            self._space.reserve(Prefix(4, base, length))

    @property
    def prefix(self) -> str:
        """The range as text."""
        return f"{format_v4(self.base)}/{self.length}"

    def cut(self, length: int) -> int | None:
        """First address of a free piece of that prefix length; None when there is none left."""
        try:
            return self._space.allocate(length, dense=True).network
        except InfeasibleError:
            return None


@dataclass(slots=True)
class SitePlan:
    """The blocks of one site: one per zone and one per kind of infrastructure; `v6` is the site's /48."""

    site: str
    block: Block
    zones: dict[str, Block]
    pools: dict[str, Block]
    v6: int | None
    lans: dict[str, int] = field(default_factory=dict)
    """LANs numbered so far, per zone."""
    counts: dict[str, int] = field(default_factory=dict)
    """Addresses handed out so far, per pool."""
    zones_v6: dict[str, int] = field(default_factory=dict)
    """First address of the /52 of each zone, where there is IPv6."""

    def zone_v6(self, zone: str) -> int:
        """First address of the /52 of a zone."""
        return _sure(self.zones_v6.get(zone))

    def next_lan(self, zone: str) -> int:
        """First address of the next /64 of a zone."""
        at = self.lans[zone] = self.lans.get(zone, -1) + 1
        return self.zone_v6(zone) + (at << LAN_BITS)

    def next_of(self, pool: str, size: int) -> int:
        """The number in an infrastructure pool of the next of so many addresses; raises `ConflictError` at its end."""
        at, block = self.counts.get(pool, size), self.pools[pool]
        if at + size > 1 << (V4_BITS - block.length):
            raise ConflictError(f"the {pool} pool {block.prefix} of {self.site} is used up")
        self.counts[pool] = at + size
        return at

    @staticmethod
    def known(standing: Standing, subnet: str, length: int) -> tuple[int, int] | None:
        """Base and length of a subnet that stands; raises `ConflictError` where it is smaller than asked."""
        there = standing.find(Subnet, subnet)
        if there is None:
            return None
        prefix = parse_prefix(there.prefix)
        if prefix.length > length:
            raise ConflictError(f"subnet {subnet} ({there.prefix}) would have to become a /{length}")
        return prefix.network, prefix.length

    def pool_v6(self, pool: str) -> int:
        """First address of the /64 of an infrastructure pool, at the top of the site's /48."""
        return _sure(self.v6) + ((0xFFFF - INFRASTRUCTURE.index(pool)) << LAN_BITS)


class AddressPlan:
    """All sites' blocks, cut from the supernets of the organisation."""

    def __init__(
        self,
        project: str,
        supernets: Iterable[str],
        *,
        reserved: Iterable[str] = (),
        ipv6: bool = False,
        ipv6_supernet: str | None = None,
        standing: Standing = NOTHING,
    ) -> None:
        self.project = project
        self.standing = standing
        self.ipv6 = ipv6
        self.ipv6_supernet = IPv6Network(ipv6_supernet) if ipv6_supernet else None
        taken = [net for net in map(ip_network, reserved) if isinstance(net, IPv4Network)]
        nets = [net for net in map(ip_network, supernets) if isinstance(net, IPv4Network)]
        self._free = [
            Block(int(piece.network_address), piece.prefixlen) for net in nets for piece in _without(net, taken)
        ]
        self.sites: dict[str, SitePlan] = {}
        stands = sorted((parse_prefix(pool.prefix) for pool in standing.all(Pool)), key=lambda prefix: prefix.length)
        for prefix in stands:
            for free in self._free if prefix.version == V4 else ():
                free.take(prefix.network, prefix.length)
        self._blocks_v6 = 0

    def plan_site(self, site: str, demands: Mapping[str, Iterable[int]], *, links: int, devices: int) -> SitePlan:
        """Reserve a block for a site; `demands` gives, per zone, the prefix lengths of its subnets.

        Each zone and pool has room to double in place. Raises `ConflictError` when the supernets are full.
        """
        zones = {zone: _covering(lengths) for zone, lengths in demands.items()}
        pools = {
            "loopback": _bits(devices * 2, least=6),
            "vtep": _bits(devices * 2, least=6),
            "point_to_point": _bits(links * 3, least=8),
        }
        wanted = {**zones, **pools}
        known = {name: block for name in wanted if (block := self._known(site, name)) is not None}
        new = {name: length for name, length in wanted.items() if name not in known}
        block = self._known(site, "block") or self._site_block(site, _together(new.values()))
        for piece in known.values():
            block.take(piece.base, piece.length)
        cut = sorted(new.items(), key=lambda item: item[1])
        pieces = known | {name: Block(_sure(block.cut(length)), length) for name, length in cut}
        self.sites[site] = plan = SitePlan(
            site,
            block,
            {zone: pieces[zone] for zone in zones},
            {pool: pieces[pool] for pool in pools},
            self._site_v6(site) if self.ipv6 else None,
        )
        self._continue(plan)
        return plan

    def _known(self, site: str, name: str) -> Block | None:
        """The range that stands for a zone or a purpose at a site, less the subnets in it; None where none does."""
        identity = pool_id(site, name)
        pool = self.standing.find(Pool, identity)
        if pool is None:
            return None
        prefix = parse_prefix(pool.prefix)
        block = Block(prefix.network, prefix.length)
        for inside in self.standing.prefixes(identity) if name != "block" else ():
            block.take(inside.network, inside.length)
        return block

    def _continue(self, plan: SitePlan) -> None:
        """Number zones of IPv6, LANs and infrastructure addresses after those that stand."""
        stands = {zone: self.standing.find(Pool, f"{pool_id(plan.site, zone)}-v6") for zone in plan.zones}
        bases = {zone: parse_prefix(pool.prefix).network for zone, pool in stands.items() if pool is not None}
        for at, zone in enumerate(plan.zones if plan.v6 is not None else ()):
            base = _sure(plan.v6) + (at << (LAN_BITS + ZONE_SHIFT))
            while zone not in bases and base in bases.values():
                base += 1 << (LAN_BITS + ZONE_SHIFT)
            plan.zones_v6[zone] = bases.setdefault(zone, base)
            inside = self.standing.prefixes(f"{pool_id(plan.site, zone)}-v6")
            if inside:
                plan.lans[zone] = (max(prefix.network for prefix in inside) - bases[zone]) >> LAN_BITS
        for pool, block in plan.pools.items():
            last = [prefix.last for prefix in self.standing.prefixes(pool_id(plan.site, pool))]
            if last:
                plan.counts[pool] = (max(last) - block.base + 2) & ~1

    def like(self, site: str, other: SitePlan) -> SitePlan:
        """Reserve a block for a site laid out like another one, which may be of another plan."""
        block = self._site_block(site, other.block.length)
        moved, v6 = block.base - other.block.base, self._site_v6(site) if self.ipv6 else None
        self.sites[site] = SitePlan(
            site,
            block,
            {zone: Block(old.base + moved, old.length) for zone, old in other.zones.items()},
            {pool: Block(old.base + moved, old.length) for pool, old in other.pools.items()},
            v6,
            dict(other.lans),
            dict(other.counts),
            {} if v6 is None else {zone: old - _sure(other.v6) + v6 for zone, old in other.zones_v6.items()},
        )
        return self.sites[site]

    def block(self, name: str, length: int) -> Block:
        """A block of that length for something that is no site; raises `ConflictError` when there is none left."""
        return self._site_block(name, length)

    def room_for(self, lengths: Iterable[int]) -> bool:
        """Whether blocks of these lengths fit beside what is reserved so far."""
        trial = deepcopy(self._free)
        return all(any(free.cut(length) is not None for free in trial) for length in sorted(lengths))

    def _site_block(self, site: str, length: int) -> Block:
        for free in self._free:
            base = free.cut(length)
            if base is not None:
                return Block(base, length)
        raise ConflictError(f"the supernets have no /{length} left for site {site}")

    def block_v6(self, name: str) -> int | None:
        """First address of a /48 for something that is no site; None where IPv6 is not used."""
        return self._site_v6(name) if self.ipv6 else None

    def _site_v6(self, site: str) -> int:
        """A /48: the next one of the supernet, or else a unique local one made from the names (RFC 4193)."""
        known = self.standing.find(Pool, f"{pool_id(site, 'block')}-v6")
        if known is not None:
            return parse_prefix(known.prefix).network
        net = self.ipv6_supernet
        if net is None:
            return 0xFD << 120 | int.from_bytes(sha256(f"{self.project}/{site}".encode()).digest()[:5]) << 80
        taken = {parse_prefix(pool.prefix).network for pool in self.standing.all(Pool)}
        while int(net.network_address) + (self._blocks_v6 << 80) in taken:
            self._blocks_v6 += 1
        at = self._blocks_v6
        self._blocks_v6 += 1
        if net.prefixlen > 48 or at >= 1 << (48 - net.prefixlen):
            raise ConflictError(f"{net} has no /48 left for site {site}")
        return int(net.network_address) + (at << 80)


def _without(net: IPv4Network, taken: list[IPv4Network]) -> list[IPv4Network]:
    """What is left of a network, largest pieces first."""
    pieces = [net]
    for hole in taken:
        pieces = [
            left
            for piece in pieces
            for left in (
                piece.address_exclude(hole) if hole.subnet_of(piece) else ([] if piece.subnet_of(hole) else [piece])
            )
        ]
    return sorted(pieces, key=lambda piece: (piece.prefixlen, int(piece.network_address)))


def pool_id(site: str, name: str) -> str:
    """Id of the pool of a zone, of a purpose, or of the whole block of a site."""
    return f"{site}-{name.replace('_', '-')}"


def _together(lengths: Iterable[int]) -> int:
    """Length of the block that holds blocks of these lengths."""
    return V4_BITS - (sum(1 << (V4_BITS - length) for length in lengths) - 1).bit_length()


def _covering(lengths: Iterable[int]) -> int:
    """Length of the block that holds subnets of these lengths with room to double."""
    total = sum(1 << (V4_BITS - length) for length in lengths)
    return V4_BITS - (max(32, 2 * total) - 1).bit_length()


def _bits(addresses: int, least: int) -> int:
    return V4_BITS - max(least, (addresses - 1).bit_length())


def _sure(base: int | None) -> int:
    if base is None:
        raise ConflictError("the block of the site has no room for what it was sized for, or no IPv6 part")
    return base
