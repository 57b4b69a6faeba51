"""Over how many of its equal sessions upwards a switch may spread, by what its routing processes say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.row_codes import column, distinct, row_codes, whole_numbers
from netdesign.analysis.facts.tiers import role_tiers
from netdesign.analysis.protocols.adjacency import BGP, IPV4, IPV6, adjacencies, processes
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs


@dataclass(frozen=True, eq=False)
class Widths:
    """Processes (by position) with sessions over links to the tier above: how many, and how many it may use at once."""

    process: Longs
    sessions: Longs
    used: Longs


@analysis
def upward_widths(network: Network) -> Widths:
    """The width of every process of a fabric's switch that talks to the tier above it.

    A process spreads over `max_paths` at most. BGP spreads over neighbours of one AS, unless it compares no
    more than the length of paths.
    """
    own, other, version = _upward(network)
    facts = network.design.routing.processes
    count = max(1, len(facts))
    sessions, alike = np.zeros(count, np.int64), np.zeros(count, np.int64)
    asn = processes(network).asn
    for family in (4, 6):
        mine = np.flatnonzero(version == family)
        sessions = np.maximum(sessions, np.bincount(own[mine], minlength=count))
        group = row_codes(own[mine], asn[other[mine]])
        np.maximum.at(alike, own[mine], np.bincount(group)[group])
    most = np.maximum(whole_numbers(column(facts, "max_paths")), 1)
    relaxed = np.array(column(facts, "multipath_relax"), np.bool_) | (processes(network).protocol != BGP)
    process = distinct(own)
    used = np.minimum(np.where(relaxed, sessions[: relaxed.size], alike[: relaxed.size]), most)
    return Widths(process, sessions[process], used[process])


def _upward(network: Network) -> tuple[Longs, Longs, Longs]:
    """(process, process of a higher tier, IP version) of every adjacency over a link that carries the version."""
    pairs, running = adjacencies(network), processes(network)
    tier = np.append(role_tiers(network), -1)[running.device]
    rows: list[tuple[Longs, Longs, Longs]] = []
    for version, family in ((4, IPV4), (6, IPV6)):
        carried = pairs.carrying(family) & (pairs.segment >= 0)
        for own, other in ((pairs.tail, pairs.head), (pairs.head, pairs.tail)):
            kept = np.flatnonzero(carried & (tier[other] >= 0) & (tier[own] > tier[other]))
            rows.append((own[kept], other[kept], np.full(kept.size, version)))
    own, other, versions = (np.concatenate(part) for part in zip(*rows, strict=True))
    return own, other, versions
