"""What the Internet could make our edge believe, and what our edge tells it: filters of sessions with providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.protocols.adjacency import IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.providers import (
    beside,
    circuit_tables,
    joining_providers,
    provider_devices,
    sessions_with_providers,
)
from netdesign.analysis.protocols.route_policy import Marks, permits, policies
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix, parse_prefix, prefix_at
from netdesign.model.cabling import CircuitKind
from netdesign.model.routing import PolicyAction
from netdesign.model.vocabulary import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.model.routing import RoutePolicyTerm

BOGONS = tuple(
    parse_prefix(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8", "::/8"),
    )
)
"""Blocks that the Internet never routes (RFC 6890)."""
LONGEST = {4: 24, 6: 48}
"""The longest prefixes that the Internet routes."""
INTERNET = frozenset({CircuitKind.DIA, CircuitKind.BROADBAND, CircuitKind.LTE})


class Taken(NamedTuple):
    """A route that a session would take or tell although it should not: why, and the prefix."""

    reason: str
    prefix: Prefix


@analysis
def edge_statements(network: Network) -> tuple[tuple[int, int], ...]:
    """(statement of ours, device of the provider) of every session with the Internet."""
    said, facts = statements(network), network.design.routing.bgp_neighbors
    theirs, known = provider_devices(network), internet_providers(network)
    device = np.append(processes(network).device, -1)
    found: dict[tuple[int, int], None] = {}
    lone: dict[int, list[int]] = {}
    for process, provider, _ in sessions_with_providers(network):
        lone.setdefault(process, []).append(provider)
    tables = circuit_tables(network)
    vertex = np.append(processes(network).vertex, -1)[said.process]
    outside = np.append(theirs, False)
    for row in np.flatnonzero((said.process >= 0) & ~outside[device[said.process]]).tolist():
        peer = int(device[said.peer[row]]) if said.peer[row] >= 0 else -1
        if peer >= 0 and outside[peer] and peer in known:
            found[row, peer] = None
        elif peer < 0 and int(said.process[row]) in lone:
            for interface, provider in tables.get(int(vertex[row]), ()):
                if provider in known and beside(network, interface, facts[row].peer_address):
                    found[row, provider] = None
    return tuple(found)


@analysis
def internet_providers(network: Network) -> frozenset[int]:
    """Providers' devices that the Internet is reached through: public circuits, or ones sold as Internet access."""
    sold = {circuit.link for circuit in network.design.cabling.circuits if circuit.kind in INTERNET}
    theirs, found = provider_devices(network), set[int]()
    for at, link in enumerate(network.links):
        if link.trust is Trust.PUBLIC or link.id in sold:
            found.update(int(end[at]) for end in network.link_ends if end[at] >= 0 and theirs[end[at]])
    return frozenset(found)


@analysis
def own_blocks(network: Network) -> tuple[Prefix, ...]:
    """The blocks that our addresses come from, widest first."""
    asked = network.design.requirements
    texts = [*asked.supernets, *((asked.ipv6_supernet,) if asked.ipv6_supernet else ())]
    texts += [pool.prefix for pool in network.design.addressing.pools]
    blocks = sorted(set(readable(texts)), key=lambda prefix: (prefix.length, prefix))
    kept: list[Prefix] = []
    for block in blocks:
        if not any(wide.covers(block) for wide in kept):
            kept.append(block)
    return tuple(kept)


def carried_blocks(network: Network, provider: int) -> tuple[Prefix, ...]:
    """Our own blocks, and those of the private ones around them, where a provider carries these between our sites."""
    own = own_blocks(network)
    if provider not in joining_providers(network):
        return ()
    return tuple(p for p in (*BOGONS, *own) if any(p.covers(one) or one.covers(p) for one in own))


def readable(texts: Iterable[str]) -> Iterator[Prefix]:
    """The prefixes among some texts."""
    for text in texts:
        try:
            yield parse_prefix(text)
        except InvalidInputError:
            continue


def families(network: Network, row: int) -> tuple[int, ...]:
    """The IP versions that a statement carries."""
    bits = int(statements(network).families[row])
    return tuple(version for version, bit in ((4, IPV4), (6, IPV6)) if bits & bit)


@analysis
def wrongly_taken(network: Network, policy: str | None, version: int) -> tuple[Taken, ...]:
    """Routes of a version that an import policy takes although nobody may send them, one of each reason and term."""
    asked = [("a bogon", block) for block in BOGONS]
    asked += [("a prefix of our own", block) for block in own_blocks(network)]
    found: dict[tuple[str, Prefix], Taken] = {}
    for reason, block in asked:
        if block.version == version:
            for route in _candidates(network, policy, block):
                if permits(network, policy, route, Marks()) is not None:
                    found.setdefault((reason, block), Taken(reason, route))
                    break
    whole = Prefix(version, 0, 0)
    for route in _candidates(network, policy, whole, longer_than=LONGEST[version]):
        if permits(network, policy, route, Marks()) is not None:
            found.setdefault(("too specific", whole), Taken("too specific", route))
    return tuple(found.values())


def _candidates(network: Network, policy: str | None, block: Prefix, *, longer_than: int = -1) -> Iterator[Prefix]:
    """Routes inside a block that terms of a policy could take: at the shortest and the longest length of each term."""
    fact = policies(network).get(policy or "")
    least = max(block.length, longer_than + 1)
    if fact is None:
        yield prefix_at(block.version, _inside(network, block, longer_than), least)
        return
    for term in fact.terms:
        if term.action is PolicyAction.PERMIT and not term.communities:
            for base in _bases(term, block):
                low = max(least, base.length, term.min_length or 0)
                high = min(WIDTH[block.version], WIDTH[block.version] if term.max_length is None else term.max_length)
                for length in dict.fromkeys((low, max(low, min(high, LONGEST[block.version])), high)):
                    if low <= length <= high:
                        yield prefix_at(base.version, _inside(network, base, longer_than), length)


def _bases(term: RoutePolicyTerm, block: Prefix) -> Iterator[Prefix]:
    """What a term and a block have in common."""
    for prefix in readable(term.prefixes) if term.prefixes else (Prefix(block.version, 0, 0),):
        if prefix.version == block.version and (prefix.covers(block) or block.covers(prefix)):
            yield max(prefix, block, key=lambda one: one.length)


PROBES = tuple(parse_prefix(text) for text in ("8.8.8.0/24", "193.0.6.0/24", "2a00::/48", "2600::/48"))


def _inside(network: Network, base: Prefix, longer_than: int) -> int:
    """An address of a base; of everything, one that the Internet routes and that is not ours."""
    if longer_than < 0 or base.length:
        return base.network
    mine = [one for one in PROBES if one.version == base.version]
    return next((one for one in mine if not any(own.covers(one) for own in own_blocks(network))), mine[0]).network


@analysis
def wrongly_told(network: Network, policy: str | None, version: int) -> tuple[Taken, ...]:
    """Routes of a version that an export policy tells although they are not ours, are private, or too long."""
    found: dict[str, Taken] = {}
    whole = Prefix(version, 0, 0)
    for route in (
        *_candidates(network, policy, whole),
        *_candidates(network, policy, whole, longer_than=LONGEST[version]),
    ):
        if permits(network, policy, route, Marks()) is None:
            continue
        if any(block.covers(route) for block in BOGONS):
            found.setdefault("a bogon", Taken("a bogon", route))
        elif not any(block.covers(route) for block in own_blocks(network)):
            found.setdefault("not ours", Taken("not ours", route))
        elif route.length > max((block.length for block in announced(network) if block.covers(route)), default=0):
            found.setdefault("more specific than what we announce", Taken("more specific than what we announce", route))
    return tuple(found.values())


@analysis
def announced(network: Network) -> tuple[Prefix, ...]:
    """What processes with sessions to the Internet originate and may tell: public prefixes of ours."""
    rows, facts = edge_statements(network), network.design.routing
    said = statements(network)
    found = set()
    for row, _ in rows:
        for prefix in readable(facts.processes[int(said.process[row])].networks):
            known = permits(network, facts.bgp_neighbors[row].export_policy, prefix, Marks()) is not None
            if known and not any(block.covers(prefix) for block in BOGONS):
                found.add(prefix)
    return tuple(sorted(found))


@analysis
def unsigned(network: Network) -> tuple[tuple[Prefix, int], ...]:
    """(prefix, AS number) of what we announce without a statement that fits it (RFC 6811)."""
    said, facts = statements(network), network.design.routing
    numbers = {(p, facts.processes[int(said.process[row])].asn or 0) for row, _ in edge_statements(network)
               for p in readable(facts.processes[int(said.process[row])].networks)}  # fmt: skip
    signed = [
        (origin, prefix) for origin in network.design.security.route_origins for prefix in readable([origin.prefix])
    ]
    return tuple(
        (prefix, asn)
        for prefix, asn in sorted(numbers)
        if prefix in announced(network)
        and not any(o.asn == asn and wide.covers(prefix) and prefix.length <= o.max_length for o, wide in signed)
    )
