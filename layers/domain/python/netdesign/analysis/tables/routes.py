"""Where packets go: each table's longest match, followed from table to table until someone is connected.

A walk that arrives proves that every table on the way can know a route; one that does not names the
table where it ends. Of equal matches the first and the last are followed, so that both of a pair are tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import masked
from netdesign.analysis.facts.row_codes import among, distinct, equal_pairs, row_codes
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.protocols.route_domains import domains
from netdesign.analysis.tables.route_origins import CONNECTED, ORIGINATED, STATIC, Routes, routes
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.analysis.facts.address_text import Parsed
    from netdesign.graph.multigraph import Bools, Ints, Longs

MAX_HOPS = 12
ARRIVED, LOST, DISCARDED, LOOPING, OUTSIDE = 0, 1, 2, 3, 4
OUTCOMES = ("arrived", "no route", "discarded", "going in circles", "left to a provider")


@dataclass(frozen=True, eq=False)
class Walks:
    """The end of each walk: one of the outcomes above, and the table where it came to it."""

    outcome: Ints
    vertex: Longs


class _Cover(NamedTuple):
    """(prefix, route) for each route that covers a prefix whole, by prefix."""

    prefix: Longs
    row: Longs


def follow(network: Network, start: Longs, prefix: Longs, prefixes: Parsed, *, own: bool = True) -> Walks:
    """Follow the routes to `prefixes[prefix[i]]` from table `start[i]`, for every i.

    A prefix of length 0 is anything outside. Each walk is taken twice, by the first and by the last of equal
    routes and of tables that hold a next hop together; the worse end counts. Without `own`, the subnets that
    the first table is connected to do not count, as if another table of its class (see `table_classes`) stood
    there.
    """
    one = _walk(network, start, prefix, prefixes, own=own, last=False)
    two = _walk(network, start, prefix, prefixes, own=own, last=True)
    good = one.outcome == ARRIVED
    return Walks(np.where(good, two.outcome, one.outcome), np.where(good, two.vertex, one.vertex))


def _walk(network: Network, start: Longs, prefix: Longs, prefixes: Parsed, *, own: bool, last: bool) -> Walks:
    table, knows, home = routes(network), known_domains(network), table_sites(network)
    to = np.append(table.other if last else table.target, -1)
    at, outcome = start.astype(np.int64).copy(), np.full(start.size, LOOPING, np.int32)
    moving = np.arange(start.size)
    for hop in range(MAX_HOPS):
        left = at[moving] == table.outside
        outcome[moving[left]] = np.where(prefixes.length[prefix[moving[left]]] == 0, ARRIVED, OUTSIDE)
        moving = moving[~left]
        if not moving.size:
            break
        asked = at[moving], prefix[moving]
        spread = _covering(table, np.flatnonzero(table.kind == ORIGINATED), prefixes, distinct(asked[1]))
        held = _held(table, *asked, prefixes, connected=own or hop > 0)
        best = _best(table, (spread, held), *asked, (knows, home), last=last)
        target = to[best]
        there = (np.append(table.kind, -1)[best] == CONNECTED) & (prefixes.length[prefix[moving]] > 0)
        done = there | (best < 0) | (target < 0)
        outcome[moving[done]] = np.where(there, ARRIVED, np.where(best < 0, LOST, DISCARDED))[done]
        at[moving[~done]] = target[~done]
        moving = moving[~done]
    return Walks(outcome, at)


@analysis
def known_domains(network: Network) -> Longs:
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


def _held(table: Routes, at: Longs, prefix: Longs, prefixes: Parsed, *, connected: bool) -> tuple[Longs, Longs]:
    """(walk, route) for each route that the table where a walk stands has by itself and that covers its prefix."""
    here = np.zeros(table.outside + 2, np.bool_)
    here[at] = True
    rows = np.flatnonzero((table.kind != ORIGINATED) & here[table.vertex])
    rows = rows if connected else rows[table.kind[rows] != CONNECTED]
    pairs = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for kind in np.unique(table.version[rows].astype(np.int64) * 256 + table.length[rows]).tolist():
        version, length = divmod(kind, 256)
        same = rows[(table.version[rows] == version) & (table.length[rows] == length)]
        walk = np.flatnonzero((prefixes.version[prefix] == version) & (prefixes.length[prefix] >= length))
        wanted, cut = prefix[walk], np.full(walk.size, length, np.int32)
        high, low = masked(prefixes.version[wanted], prefixes.high[wanted], prefixes.low[wanted], cut)
        code = row_codes(
            np.concatenate([table.high[same], high]),
            np.concatenate([table.low[same], low]),
            np.concatenate([table.vertex[same].astype(np.int64), at[walk]]),
        )
        left, right = equal_pairs(code[same.size :], code[: same.size])
        pairs.append((walk[left], same[right]))
    walks, routes_held = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return walks, routes_held


def _covering(table: Routes, among_rows: Longs, prefixes: Parsed, some: Longs) -> _Cover:
    """The pairs of one of some prefixes and one of some routes that covers it whole."""
    pairs = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for version in (4, 6):
        asked = some[prefixes.version[some] == version]
        if not asked.size:
            continue
        longest = int(prefixes.length[asked].max())
        fit = (table.version[among_rows] == version) & (table.length[among_rows] <= longest)
        rows = among_rows[fit]
        for length in np.flatnonzero(np.bincount(table.length[rows])).tolist():
            same = rows[table.length[rows] == length]
            inside = asked[prefixes.length[asked] >= length]
            cut = np.full(inside.size, length, np.int32)
            high, low = masked(prefixes.version[inside], prefixes.high[inside], prefixes.low[inside], cut)
            code = row_codes(np.concatenate([table.high[same], high]), np.concatenate([table.low[same], low]))
            left, right = equal_pairs(code[same.size :], code[: same.size])
            pairs.append((inside[left], same[right]))
    covered, row = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.argsort(covered, kind="stable")
    return _Cover(covered[order], row[order])


@analysis
def table_sites(network: Network) -> Longs:
    """A number for the site of each table; -1, last, for a provider's network."""
    sites: dict[str, int] = {}
    codes = [sites.setdefault(device.site, len(sites)) for device in network.devices]
    found: Longs = np.append(np.array(codes, np.int64)[layer3(network).device], -1)
    return found


def _best(
    table: Routes,
    routes_of: tuple[_Cover, tuple[Longs, Longs]],
    at: Longs,
    prefix: Longs,
    known: tuple[Longs, Longs],
    *,
    last: bool,
) -> Longs:
    """The longest match of each walk where it stands, the smallest distance among equals; -1 for none.

    Of equal ones that of the own site comes first: the way to another site is longer than the one within.
    """
    (covers, held), (knows, home) = routes_of, known
    walk, pair = equal_pairs(prefix, covers.prefix)
    learned = _learned(table, covers.row[pair], at[walk], knows)
    walk = np.concatenate([walk[learned], held[0]])
    route = np.concatenate([covers.row[pair[learned]], held[1]])
    rank = table.length[route].astype(np.int64) * 1000 - table.distance[route]
    far = home[table.vertex[route]] != home[at[walk]]
    order = np.lexsort((route, table.vertex[route] * (-1 if last else 1), far, -rank, walk))
    first = np.unique(walk[order], return_index=True)[1]
    best = np.full(at.size, -1, np.int64)
    best[walk[order][first]] = route[order][first]
    return best


def _learned(table: Routes, route: Longs, at: Longs, knows: Longs) -> Bools:
    """Whether the table where a walk stands learned a route that spreads from someone else."""
    domain = np.maximum(table.domain[route], 0)
    learned: Bools = among(at * table.domain_count + domain, knows) & (table.vertex[route] != at)
    return learned


@analysis
def table_classes(network: Network) -> Longs:
    """A label for each table, equal where tables take part in the same domains and have no static routes.

    Tables with static routes have one of their own. A domain of one table teaches it nothing.
    """
    graph, found = layer3(network), domains(network)
    span = found.count
    known = known_domains(network)
    known = known[np.bincount(known % span, minlength=span)[known % span] > 1]
    mixed = np.zeros(graph.vertex_count, np.uint64)
    domain = (known % span).astype(np.uint64)
    np.add.at(mixed, known // span, (domain + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ domain)
    table = routes(network)
    special = np.zeros(graph.vertex_count, np.int64)
    statics = table.vertex[table.kind == STATIC]
    special[statics] = statics + 1
    return row_codes(mixed, special)
