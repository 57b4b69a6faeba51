"""How many routes each device must hold, by IP version: its own, those that its domains spread, and full tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.row_codes import row_codes
from netdesign.analysis.protocols.adjacency import IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.providers import sessions_with_providers
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.tables.route_origins import ORIGINATED, routes
from netdesign.analysis.tables.routes import known_domains
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix

if TYPE_CHECKING:
    from netdesign.analysis.tables.route_origins import Routes
    from netdesign.graph.multigraph import Longs

VERSIONS = (4, 6)
SAMPLES = {4: ("198.51.100.0/24", "8.0.0.0/9"), 6: ("2600::/32", "2a00:1450::/29")}
"""Prefixes of other people's, such as a whole table is made of."""


@analysis
def route_counts(network: Network) -> Longs:
    """Routes of the design by IP version (rows: 4, 6) and device; one known in two ways counts twice."""
    graph, table = layer3(network), routes(network)
    by_vertex = learned_counts(network).copy()
    own = np.flatnonzero((table.kind != ORIGINATED) & (table.vertex >= 0) & (table.vertex < graph.vertex_count))
    own = own[_first_of(table, own, table.vertex[own])]
    for row, version in enumerate(VERSIONS):
        mine = own[table.version[own] == version]
        by_vertex[row] += np.bincount(table.vertex[mine], minlength=graph.vertex_count)
    counts = np.zeros((2, len(network.devices) + 1), np.int64)
    for row in range(2):
        np.add.at(counts[row], graph.device, by_vertex[row])
    return counts[:, :-1]


@analysis
def learned_counts(network: Network) -> Longs:
    """Routes that tables (of `layer3`) hear, or spread themselves, by IP version (rows: 4, 6) and table."""
    graph, table, known = layer3(network), routes(network), known_domains(network)
    by_vertex, span = np.zeros((2, graph.vertex_count), np.int64), table.domain_count
    live = known[(known >= 0) & (known // span < graph.vertex_count)]
    for row, version in enumerate(VERSIONS):
        spread = np.flatnonzero((table.kind == ORIGINATED) & (table.version == version) & (table.domain >= 0))
        spread = spread[_first_of(table, spread, table.domain[spread])]
        in_domain = np.bincount(table.domain[spread], minlength=span)
        np.add.at(by_vertex[row], live // span, in_domain[live % span])
    return by_vertex


def _first_of(table: Routes, rows: Longs, owner: Longs) -> Longs:
    """Positions in `rows` of the first of each prefix of an owner."""
    if not rows.size:
        return rows
    codes = row_codes(table.version[rows], table.length[rows], table.high[rows], table.low[rows], owner)
    return np.sort(np.unique(codes, return_index=True)[1])


@analysis
def whole_tables(network: Network) -> tuple[tuple[int, int, int | None], ...]:
    """(device, IP version, limit) of each session over which a provider may send whatever it knows.

    The import policy decides, by prefixes of other people's; the limit is that of prefixes on the session.
    """
    facts, said, running = network.design.routing.bgp_neighbors, statements(network), processes(network)
    ours = {process for process, _, _ in sessions_with_providers(network)}
    theirs = np.append(~network.ours, False)[np.append(running.device, -1)]
    found = []
    for row, (process, peer) in enumerate(zip(said.process.tolist(), said.peer.tolist(), strict=True)):
        if process not in ours or (peer >= 0 and not theirs[peer]):
            continue
        for version, family in ((4, IPV4), (6, IPV6)):
            if said.families[row] & family and _lets_all_in(network, facts[row].import_policy, version):
                found.append((int(running.device[process]), version, facts[row].max_prefixes))
    return tuple(found)


@analysis
def _lets_all_in(network: Network, policy: str | None, version: int) -> bool:
    """Whether unmarked prefixes of other people's pass; without a policy all do, with an unknown one none."""
    samples = map(parse_prefix, SAMPLES[version])
    return any(permits(network, policy, sample, Marks()) is not None for sample in samples)
