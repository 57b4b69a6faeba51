"""Aggregates of sites and zones: which are meant, what lies in them, and what their static routes promise."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.adjacency import igp_adjacencies, processes
from netdesign.analysis.protocols.bgp_sessions import sessions
from netdesign.analysis.protocols.readdressing import read
from netdesign.analysis.protocols.route_domains import domains
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.tables.route_origins import static_hops
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix
from netdesign.model.addressing import Subnet
from netdesign.model.vocabulary import Role


@analysis
def aggregates(network: Network) -> dict[tuple[str | None, str | None, int], list[Prefix]]:
    """The summary pools by (site, VRF or None for the whole site, IP version)."""
    found = defaultdict[tuple[str | None, str | None, int], list[Prefix]](list)
    for pool in network.design.addressing.pools:
        one = read(pool.prefix)
        if pool.summary and one is not None:
            found[pool.site, pool.vrf, one.version].append(one.prefix)
    return dict(found)


@analysis
def own_subnets(network: Network) -> dict[tuple[str, int], list[tuple[Subnet, Prefix]]]:
    """The subnets that are ours, by (site, IP version)."""
    theirs = _provider_prefixes(network)
    found = defaultdict[tuple[str, int], list[tuple[Subnet, Prefix]]](list)
    parsed = subnet_prefixes(network)
    words = parsed.networks()
    for at in np.flatnonzero(parsed.version).tolist():
        subnet, version = network.design.addressing.subnets[at], int(parsed.version[at])
        prefix = Prefix(version, (int(words[0][at]) << 64) | int(words[1][at]), int(parsed.length[at]))
        if subnet.prefix not in theirs:
            found[subnet.site, version].append((subnet, prefix))
    return dict(found)


def _provider_prefixes(network: Network) -> frozenset[str]:
    ends = {device.id for device in network.devices if device.role is Role.PROVIDER}
    texts = (text for fact in network.interfaces if fact.device in ends for text in fact.addresses)
    return frozenset(str(one.prefix) for text in texts if (one := read(text)) is not None)


@analysis
def sites_of_domains(network: Network) -> dict[int, set[str]]:
    """The sites whose routing processes are in each domain."""
    found = defaultdict[int, set[str]](set)
    of_process, device = domains(network).of_process, processes(network).device
    for at in np.flatnonzero(processes(network).vertex >= 0).tolist():
        for family in (0, 1):
            found[int(of_process[family, at])].add(network.devices[int(device[at])].site)
    return dict(found)


@analysis
def told_elsewhere(network: Network, site: str, prefix: Prefix) -> bool:
    """Whether a session that leaves a site lets a route out, by the policies at both ends; an IGP lets out all."""
    ways = _ways_out(network).get(site, ())
    return any(
        way is None or all(permits(network, policy, prefix, Marks()) is not None for policy in way) for way in ways
    )


@analysis
def _ways_out(network: Network) -> dict[str, frozenset[tuple[str | None, str | None] | None]]:
    """By site the policies of each BGP session to another site or to a provider; None for an IGP."""
    found = defaultdict[str, set[tuple[str | None, str | None] | None]](set)
    device, facts = processes(network).device, network.design.routing.bgp_neighbors
    rows: list[tuple[int, int, tuple[int, int] | None]] = [
        (row.tail, row.head, (row.said, row.heard)) for row in sessions(network).rows
    ]
    inner = igp_adjacencies(network)
    rows += [(tail, head, None) for tail, head in zip(inner.tail.tolist(), inner.head.tolist(), strict=True)]
    for tail, head, said in rows:
        near, far = (network.devices[int(device[process])] for process in (tail, head))
        if near.site == far.site and Role.PROVIDER not in (near.role, far.role):
            continue
        if said is None:
            found[near.site].add(None)
            found[far.site].add(None)
            continue
        out, into = (facts[at] if at >= 0 else None for at in said)
        found[near.site].add((out.export_policy if out else None, into.import_policy if into else None))
    return {site: frozenset(ways) for site, ways in found.items()}


@analysis
def promises(network: Network) -> tuple[tuple[int, int], ...]:
    """(static route, table) where a route leads to a table that has nothing for exactly its prefix."""
    hops, graph = static_hops(network), layer3(network)
    facts = network.design.routing.static_routes
    parsed = parse([fact.prefix for fact in facts])
    high, low = parsed.networks()
    rows = addresses(network)
    owner = graph.interface_vertex[rows.interface]
    found = set[tuple[int, int]]()
    for target in (hops.target, hops.other):
        asks = np.flatnonzero(
            (target >= 0) & (target < graph.vertex_count) & (parsed.length > 0) & (parsed.version > 0)
        )
        code = row_codes(
            np.concatenate([target[asks], hops.vertex, owner]),
            np.concatenate([parsed.version[asks], parsed.version, rows.version]),
            np.concatenate([high[asks], high, rows.network_high]),
            np.concatenate([low[asks], low, rows.network_low]),
            np.concatenate([parsed.length[asks], parsed.length, rows.length]),
        )
        lost = asks[~among(code[: asks.size], code[asks.size :])]
        found |= {(at, int(target[at])) for at in lost.tolist()}
    return tuple(sorted(pair for pair in found if not _connected(network, *pair)))


def _connected(network: Network, route: int, table: int) -> bool:
    """Whether a table is connected to a subnet around the route's prefix."""
    rows, one = addresses(network), read(network.design.routing.static_routes[route].prefix)
    mine = np.flatnonzero(layer3(network).interface_vertex[rows.interface] == table)
    for at in mine.tolist():
        number = (int(rows.network_high[at]) << 64) | int(rows.network_low[at])
        held = Prefix(int(rows.version[at]), number, int(rows.length[at]))
        if one is not None and held.covers(one.prefix):
            return True
    return False
