"""Addresses that stand for all that flows go to: one for each class of destinations that some table tells apart."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import gateways
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.facts.cloud_places import doors
from netdesign.analysis.policy.needs import service_prefixes
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.protocols.providers import provider_tables
from netdesign.analysis.routing.internet_edge import BOGONS, LONGEST, readable
from netdesign.analysis.tables.rib_sources import sources, static_hops_stated
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, prefix_at, usable_hosts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netdesign.analysis.tables.rib_sources import Source

ANYWHERE = {4: Prefix(4, 0, 0), 6: prefix_at(6, 0x2 << 124, 3)}
"""Where the addresses of the Internet are."""
ALLOCATED = {4: 16, 6: 28}
"""The length of the widest prefixes that are taken for an aggregate of our own blocks."""


class Target(NamedTuple):
    """An address to walk to, in a subnet (by position) or outside (-1), and the longest known prefix around it.

    It stands for all addresses of the prefix that lie in no longer one: every table treats them alike.
    """

    version: int
    address: int
    subnet: int
    prefix: Prefix


@analysis
def targets(network: Network, names: tuple[str, ...]) -> tuple[Target, ...]:
    """What one end of a flow (ids) stands for: every class of a group's subnets and of what lies beyond providers,
    and of services those classes that hold their addresses."""
    services = network.by_id("service_instances")
    hosts = flow_ends(network, tuple(name for name in names if name not in services))
    found: dict[Target, None] = {}
    for subnet in hosts.subnets:
        found.update(dict.fromkeys(subnet_classes(network, subnet)))
    for name in names:
        if name in services:
            found.update(dict.fromkeys(_of_service(network, name)))
    for name in names:
        found.update(dict.fromkeys(_behind_door(network, name)))
    if hosts.providers:
        found.update(dict.fromkeys(outside_classes(network)))
    return tuple(found)


def _behind_door(network: Network, name: str) -> Iterator[Target]:
    """An address of each prefix behind the door to a cloud provider; nothing for any other end."""
    for text in doors(network)[name].prefixes if name in doors(network) else ():
        prefix = next(readable((text,)), None)
        if prefix is not None:
            yield Target(prefix.version, prefix.network + 1, -1, prefix)


@analysis
def _of_service(network: Network, name: str) -> tuple[Target, ...]:
    """The class of a service's address in each of its subnets; the widest one where it has none there."""
    found: list[Target] = []
    for subnet in flow_ends(network, (name,)).subnets:
        some = subnet_classes(network, subnet)
        ranges = (prefix_range(text, one.version) for one in some[:1] for text in service_prefixes(network, name))
        mine = [around(some, ends[0]) for ends in ranges if ends is not None]
        known = [one for one in mine if one is not None]
        found += known or some[:1]
    return tuple(found)


def around(classes: Iterable[Target], address: int) -> Target | None:
    """The class that an address lies in; None where it lies in none of them."""
    some = [one for one in classes if one.prefix.network <= address <= one.prefix.last]
    return max(some, key=lambda one: one.prefix.length, default=None)


@analysis
def subnet_classes(network: Network, subnet: int) -> tuple[Target, ...]:
    """The classes of a subnet (by position) that some router is in, the widest first."""
    block = _prefix(network, subnet)
    if block is None or not gateways(network, subnet).size:
        return ()
    inner, found = list(within(known_prefixes(network), block)), []
    for prefix in (block, *inner):
        address = _host(block, prefix, list(within(inner, prefix)))
        if address is not None:
            found.append(Target(block.version, address, subnet, prefix))
    return tuple(found)


def _prefix(network: Network, subnet: int) -> Prefix | None:
    parsed = subnet_prefixes(network)
    version = int(parsed.version[subnet])
    if not version:
        return None
    number = int(parsed.high[subnet]) << 64 | int(parsed.low[subnet])
    return prefix_at(version, number, int(parsed.length[subnet]))


def _host(block: Prefix, prefix: Prefix, taken: Sequence[Prefix]) -> int | None:
    """An address of a prefix in a subnet that a host can have, and that lies in none of the others.

    Of the whole subnet it is the middle one if that is free: rather a host's than a router's.
    """
    spare = usable_hosts(block) < block.size
    lowest, highest = block.network + spare, block.last - (spare and block.version == 4)
    middle = block.network + block.size // 2
    if prefix == block and not any(one.network <= middle <= one.last for one in taken):
        return middle
    return _free(max(prefix.network, lowest), min(prefix.last, highest), taken)


def _free(lowest: int, highest: int, taken: Iterable[Prefix]) -> int | None:
    """The first address of a range that is in none of the prefixes."""
    for prefix in sorted(taken, key=lambda one: one.network):
        if prefix.network <= lowest <= prefix.last:
            lowest = prefix.last + 1
    return lowest if lowest <= highest else None


def free_address(block: Prefix, taken: Iterable[Prefix]) -> int | None:
    """The first address of a block, its very first aside, that is in none of the prefixes; None where there is none."""
    return _free(block.network + (1 if block.size > 1 else 0), block.last, taken)


@analysis
def known_prefixes(network: Network) -> tuple[Prefix, ...]:
    """Every prefix that some table may know, in order: covering ones first."""
    return tuple(sorted(sources(network)))


def within(ordered: Sequence[Prefix], block: Prefix) -> Iterator[Prefix]:
    """The prefixes strictly inside a block, of sorted ones."""
    for at in range(bisect_left(ordered, block), len(ordered)):
        if not block.covers(ordered[at]):
            return
        if ordered[at] != block:
            yield ordered[at]


# --- outside


@analysis
def outside_address(network: Network, version: int) -> int | None:
    """An address that lies in no prefix of the design but the default; None where its prefixes hold everything."""
    taken = [prefix for prefix in known_prefixes(network) if prefix.version == version and prefix.length]
    return free_address(ANYWHERE[version], taken)


@analysis
def outside_classes(network: Network) -> tuple[Target, ...]:
    """The classes of what lies beyond providers: what only default routes lead to, and what static routes of ours
    tell apart."""
    some = ((version, outside_address(network, version)) for version in ANYWHERE)
    found = [Target(version, address, -1, Prefix(version, 0, 0)) for version, address in some if address is not None]
    for prefix, source in sources(network).items():
        if _told_apart(network, prefix, source) and not _is_ours(network, prefix):
            kept = (block for block in (*BOGONS, *_public_blocks(network)) if prefix.covers(block))
            address = free_address(prefix, [*within(known_prefixes(network), prefix), *kept])
            found += [] if address is None else [Target(prefix.version, address, -1, prefix)]
    return tuple(found)


def _told_apart(network: Network, prefix: Prefix, source: Source) -> bool:
    """Whether static routes of ours lead to a part of the Internet.

    A discarded prefix longer than those that the Internet routes names single hosts that we do not want to hear.
    """
    theirs, hops = provider_tables(network), static_hops_stated(network)
    ours = [hops[at] for table, some in source.statics.items() if not theirs[table] for at in some]
    single = prefix.length > LONGEST[prefix.version]
    return prefix.length > 0 and any(hop is not None and not (single and hop.discard) for hop in ours)


def _is_ours(network: Network, prefix: Prefix) -> bool:
    """Whether a prefix is none of the Internet's, or lies in a block of ours, or is an aggregate of such blocks."""
    if any(block.covers(prefix) for block in BOGONS):
        return True
    sums = prefix.length >= ALLOCATED[prefix.version]
    return any(block.covers(prefix) or (sums and prefix.covers(block)) for block in _public_blocks(network))


@analysis
def _public_blocks(network: Network) -> tuple[Prefix, ...]:
    """What is ours of the Internet's addresses: pools, subnets, what translations show, and what we announce."""
    addressing, running = network.design.addressing, processes(network)
    texts = [pool.prefix for pool in addressing.pools] + [subnet.prefix for subnet in addressing.subnets]
    texts += [text for nat in addressing.nats for text in nat.outside]
    theirs = {at for at, device in enumerate(running.device.tolist()) if device >= 0 and not network.ours[device]}
    found = dict.fromkeys(readable(texts))
    for prefix, source in sources(network).items():
        if source.connected or source.members or source.summaries or not theirs.issuperset(source.stated):
            found[prefix] = None
    return tuple(one for one in found if one.length and not any(block.covers(one) for block in BOGONS))
