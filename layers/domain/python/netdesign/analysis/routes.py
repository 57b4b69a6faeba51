"""Where packets go: each table's longest match, followed from table to table until someone is connected.

A walk that arrives proves that every table on the way can know a route; one that does not names the
table where it ends. Of equal matches one is followed: that a packet can arrive, not that all do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.address_text import masked
from netdesign.analysis.adjacency import processes
from netdesign.analysis.layer3 import layer3
from netdesign.analysis.route_domains import domains
from netdesign.analysis.route_origins import CONNECTED, ORIGINATED, STATIC, Routes, routes
from netdesign.analysis.row_codes import among, equal_pairs, row_codes
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.analysis.address_text import Parsed
    from netdesign.graph.multigraph import Bools, Ints, Longs

MAX_HOPS = 12
ARRIVED, LOST, DISCARDED, LOOPING, OUTSIDE = 0, 1, 2, 3, 4
OUTCOMES = ("arrived", "no route", "discarded", "going in circles", "left to a provider")


@dataclass(frozen=True, eq=False)
class Walks:
    """The end of each walk: one of the outcomes above, and the table where it came to it."""

    outcome: Ints
    vertex: Longs


def follow(network: Network, start: Longs, prefix: Longs, prefixes: Parsed, *, own: bool = True) -> Walks:
    """Follow the routes to `prefixes[prefix[i]]` from table `start[i]`, for every i.

    A prefix of length 0 is anything outside. Without `own`, the subnets that the first table is connected
    to do not count, as if another table of its class (see `table_classes`) stood there.
    """
    table = routes(network)
    covered, row = _covering(table, prefixes)
    at, outcome = start.astype(np.int64).copy(), np.full(start.size, LOOPING, np.int32)
    knows = _known_domains(network)
    moving = np.arange(start.size)
    for hop in range(MAX_HOPS):
        left = at[moving] == table.outside
        outcome[moving[left]] = np.where(prefixes.length[prefix[moving[left]]] == 0, ARRIVED, OUTSIDE)
        moving = moving[~left]
        if not moving.size:
            break
        usable = row if own or hop else row[table.kind[row] != CONNECTED]
        covers = covered if own or hop else covered[table.kind[row] != CONNECTED]
        best = _best(table, covers, usable, at[moving], prefix[moving], knows)
        kind, target = np.append(table.kind, -1)[best], np.append(table.target, -1)[best]
        there = (kind == CONNECTED) & (prefixes.length[prefix[moving]] > 0)
        done = there | (best < 0) | (target < 0)
        outcome[moving[done]] = np.where(there, ARRIVED, np.where(best < 0, LOST, DISCARDED))[done]
        at[moving[~done]] = target[~done]
        moving = moving[~done]
    return Walks(outcome, at)


@analysis
def _known_domains(network: Network) -> Longs:
    """Codes `vertex * domains + domain` of what each table takes part in or learns from."""
    found, running = domains(network), processes(network)
    codes = set[int]()
    span = found.count
    live = np.flatnonzero(running.vertex >= 0)
    own = (running.vertex[live] * span + found.of_process[:, live]).ravel()
    for learner, taught in found.learns_from.items():
        learners = own[own % span == learner] - learner
        codes.update(int(base) + domain for base in learners.tolist() for domain in taught)
    known: Longs = np.unique(np.concatenate([own, np.array(sorted(codes), np.int64)]))
    return known


def _covering(table: Routes, prefixes: Parsed) -> tuple[Longs, Longs]:
    """(prefix, route) for each route that covers a prefix whole, by prefix."""
    pairs = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for version in (4, 6):
        asked = np.flatnonzero(prefixes.version == version)
        if not asked.size:
            continue
        longest = int(prefixes.length[asked].max())
        rows = np.flatnonzero((table.version == version) & (table.length <= longest))
        for length in np.flatnonzero(np.bincount(table.length[rows])).tolist():
            some = rows[table.length[rows] == length]
            inside = asked[prefixes.length[asked] >= length]
            cut = np.full(inside.size, length, np.int32)
            high, low = masked(prefixes.version[inside], prefixes.high[inside], prefixes.low[inside], cut)
            code = row_codes(np.concatenate([table.high[some], high]), np.concatenate([table.low[some], low]))
            left, right = equal_pairs(code[some.size :], code[: some.size])
            pairs.append((inside[left], some[right]))
    covered, row = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.argsort(covered, kind="stable")
    return covered[order], row[order]


def _best(table: Routes, covered: Longs, row: Longs, at: Longs, prefix: Longs, knows: Longs) -> Longs:
    """The longest match of each walk where it stands, the smallest distance among equals; -1 for none."""
    walk, pair = equal_pairs(prefix, covered)
    route = row[pair]
    usable = _usable(table, route, at[walk], knows)
    walk, route = walk[usable], route[usable]
    rank = table.length[route].astype(np.int64) * 1000 - table.distance[route]
    order = np.lexsort((table.vertex[route], -rank, walk))
    first = np.unique(walk[order], return_index=True)[1]
    best = np.full(at.size, -1, np.int64)
    best[walk[order][first]] = route[order][first]
    return best


def _usable(table: Routes, route: Longs, at: Longs, knows: Longs) -> Bools:
    """Whether the table where a walk stands has the route: its own, or learned from someone else."""
    own = table.vertex[route] == at
    learned = among(at * table.domain_count + np.maximum(table.domain[route], 0), knows)
    usable: Bools = np.where(table.kind[route] == ORIGINATED, learned & ~own, own)
    return usable


@analysis
def table_classes(network: Network) -> Longs:
    """A label for each table, equal where tables take part in the same domains and have no static routes.

    Tables with static routes have one of their own.
    """
    graph, found = layer3(network), domains(network)
    span = found.count
    known = _known_domains(network)
    mixed = np.zeros(graph.vertex_count, np.uint64)
    domain = (known % span).astype(np.uint64)
    np.add.at(mixed, known // span, (domain + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ domain)
    table = routes(network)
    special = np.zeros(graph.vertex_count, np.int64)
    statics = table.vertex[table.kind == STATIC]
    special[statics] = statics + 1
    return row_codes(mixed, special)
