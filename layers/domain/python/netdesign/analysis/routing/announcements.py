"""What our routing processes announce: prefixes that are not ours, or that none of their sessions tells anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.protocols.adjacency import IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.routing.convergence import prefixes
from netdesign.analysis.routing.internet_edge import BOGONS, own_blocks, readable
from netdesign.analysis.routing.route_leaks import outside_statements
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix, parse_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILY = {4: IPV4, 6: IPV6}
OUTER = tuple(parse_prefix(text) for text in ("8.8.8.0/24", "193.0.6.0/24", "2a00:1450::/32", "2600::/48"))
"""Routes of the Internet that a session without full tables does not take."""


class Announced(NamedTuple):
    """A prefix that a routing process (by position) states."""

    process: int
    prefix: Prefix


@analysis
def held_blocks(network: Network) -> tuple[Prefix, ...]:
    """What the organisation holds: its blocks and pools, its subnets, and what providers or registries gave it."""
    texts = [subnet.prefix for subnet in network.design.addressing.subnets]
    texts += [text for nat in network.design.addressing.nats for text in nat.outside]
    texts += [origin.prefix for origin in network.design.security.route_origins]
    return (*own_blocks(network), *readable(texts))


@analysis
def stated_prefixes(network: Network) -> tuple[Announced, ...]:
    """The networks and summaries that processes of ours state."""
    running, facts = processes(network), network.design.routing.processes
    return tuple(
        Announced(at, prefix)
        for at, fact in enumerate(facts)
        if running.device[at] >= 0 and network.ours[running.device[at]]
        for prefix in readable((*fact.networks, *(summary.prefix for summary in fact.summaries)))
    )


@analysis
def foreign_prefixes(network: Network) -> tuple[Announced, ...]:
    """What processes of ours originate that we do not hold; default routes aside."""
    asked = {one.prefix for one in stated_prefixes(network) if one.prefix.length}
    held = held_blocks(network)
    foreign = {prefix for prefix in asked if not any(block.covers(prefix) for block in held)}
    return tuple(one for one in stated_prefixes(network) if one.prefix in foreign)


@analysis
def borrowed_prefixes(network: Network) -> tuple[tuple[Announced, int], ...]:
    """Stated host routes of an address that the process's own table lacks, with another device (position) that has
    it: packets to that device are drawn away."""
    asked = {one.prefix for one in stated_prefixes(network) if one.prefix.length == WIDTH[one.prefix.version]}
    rows, table = addresses(network), layer3(network).interface_vertex
    holders: dict[Prefix, set[int]] = {}
    columns = (rows.version, rows.high, rows.low, table[rows.interface])
    for version, high, low, where in zip(*(column.tolist() for column in columns), strict=True):
        prefix = Prefix(version, high << 64 | low, WIDTH[version]) if version else None
        if prefix in asked and where >= 0:
            holders.setdefault(prefix, set()).add(where)
    vertex, device = processes(network).vertex.tolist(), layer3(network).device.tolist()
    found = []
    for one in stated_prefixes(network):
        some = holders.get(one.prefix, set())
        if some and vertex[one.process] not in some:
            found.append((one, device[min(some)]))
    return tuple(found)


@analysis
def untold(network: Network) -> tuple[Announced, ...]:
    """Stated prefixes that the export policies of all sessions of their process deny; providers are not to be told
    private ones."""
    facts, said, foreign = network.design.routing.bgp_neighbors, statements(network), set(foreign_prefixes(network))
    outer = dict(outside_statements(network))
    ways: dict[int, set[_Way]] = {}
    for row, process in enumerate(said.process.tolist()):
        if process >= 0:
            ways.setdefault(process, set()).add(_Way(facts[row].export_policy, int(said.families[row]), row in outer))
    found = []
    for one in stated_prefixes(network):
        private = any(block.covers(one.prefix) for block in BOGONS)
        asked = [way for way in ways.get(one.process, ()) if not (way.outer and private)]
        if asked and one not in foreign and not any(_told(network, way, one.prefix) for way in asked):
            found.append(one)
    return tuple(found)


class _Way(NamedTuple):
    """How sessions of one process let routes out: the export policy, bits of families, and whether to providers."""

    policy: str | None
    families: int
    outer: bool


def _told(network: Network, way: _Way, prefix: Prefix) -> bool:
    return bool(way.families & FAMILY[prefix.version]) and permits(network, way.policy, prefix, Marks()) is not None


@analysis
def inner_prefixes(network: Network) -> int:
    """How many prefixes and hosts' addresses sessions among our own systems may bring at most."""
    hosts = sum(group.count for group in network.design.inventory.endpoint_groups)
    return sum(prefixes(network).values()) + 2 * hosts


class HighCeiling(NamedTuple):
    """A session (id) whose ceiling of prefixes protects nothing, and what its other side is expected to send."""

    session: str
    ceiling: int
    expected: int


def high_ceilings(network: Network, internet: dict[int, int], least: int, factor: float) -> Iterator[HighCeiling]:
    """The sessions with a ceiling above `least`, and above `factor` times what is expected."""
    for row, fact in enumerate(network.design.routing.bgp_neighbors):
        ceiling = fact.max_prefixes or 0
        if ceiling > least:
            expected = expected_prefixes(network, row, internet)
            if ceiling > factor * expected:
                yield HighCeiling(fact.id, ceiling, expected)


def expected_prefixes(network: Network, row: int, internet: dict[int, int]) -> int:
    """How many prefixes the other side of a statement is expected to send; `internet` has full tables, by version."""
    if row not in dict(outside_statements(network)):
        return inner_prefixes(network)
    fact, families = network.design.routing.bgp_neighbors[row], int(statements(network).families[row])
    asked = [block for block in OUTER if families & FAMILY[block.version]]
    full = {block.version for block in asked if permits(network, fact.import_policy, block, Marks()) is not None}
    return inner_prefixes(network) + sum(internet[version] for version in full)
