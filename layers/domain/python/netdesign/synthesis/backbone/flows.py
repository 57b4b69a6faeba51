"""Flows of all demands through the spans that are up, as columns and rows of a linear program."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.synthesis.backbone.rows import INFINITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netdesign.synthesis.backbone.problem import Backbone, Demand, Ints, State
    from netdesign.synthesis.backbone.rows import Rows

Commodities = dict[int, dict[int, float]]
"""For each source, what each target is sent, in bps: flows from one source are one commodity."""


def commodities(problem: Backbone) -> Commodities:
    """Demands by source. Where direction does not count, each starts at the end that makes for fewer sources."""
    demands = [d for d in problem.demands if d.bps > 0 and d.source != d.target]
    return _by_source(demands) if problem.duplex else _covered(demands)


def _by_source(demands: Sequence[Demand]) -> Commodities:
    found: Commodities = defaultdict(lambda: defaultdict(float))
    for demand in demands:
        found[demand.source][demand.target] += demand.bps
    return {source: dict(targets) for source, targets in found.items()}


def _covered(demands: Sequence[Demand]) -> Commodities:
    """Sources that between them are an end of every demand, those with most demands left first."""
    left, found = list(demands), {}
    while left:
        touched = Counter(end for demand in left for end in (demand.source, demand.target))
        root = max(sorted(touched), key=lambda node: touched[node])
        targets: dict[int, float] = defaultdict(float)
        for demand in left:
            if root in (demand.source, demand.target):
                targets[demand.target if demand.source == root else demand.source] += demand.bps
        found[root] = dict(targets)
        left = [demand for demand in left if root not in (demand.source, demand.target)]
    return found


class Flows:
    """The arcs that are up in a state: every span in both directions, first all forward, then all back."""

    def __init__(self, problem: Backbone, state: State, sent: Commodities) -> None:
        self.problem = problem
        self.share = state.share
        self.sent = sent
        self.alive: Ints = np.array([at for at in range(len(problem.spans)) if at not in state.lost], dtype=np.int64)
        ends = problem.ends[self.alive]
        self.tails = np.concatenate([ends[:, 0], ends[:, 1]])
        self.heads = np.concatenate([ends[:, 1], ends[:, 0]])
        self.leaving = [np.flatnonzero(self.tails == node) for node in range(problem.nodes)]
        self.entering = [np.flatnonzero(self.heads == node) for node in range(problem.nodes)]

    @property
    def spans(self) -> Ints:
        """(arcs,): the span of each arc."""
        return np.concatenate([self.alive, self.alive])

    def add(self, rows: Rows, *, priced: bool, unmet: Mapping[tuple[int, int], int] | None = None) -> list[int]:
        """Columns for the flows of each source and rows for what every node keeps; the first column of each source.

        `unmet` names the column, by source and target, of what need not arrive.
        """
        price = self.problem.price_per_bps[self.spans] if priced else np.zeros(len(self.tails))
        firsts = []
        for source, targets in self.sent.items():
            first = rows.add_columns(price.tolist(), np.where(self.heads == source, 0.0, INFINITE).tolist())
            firsts.append(first)
            for node in range(self.problem.nodes):
                if node != source:
                    short = None if unmet is None else unmet.get((source, node))
                    self._balance(rows, node, first, targets.get(node, 0.0) * self.share, short)
        return firsts

    def _balance(self, rows: Rows, node: int, first: int, kept_bps: float, short: int | None) -> None:
        into, out = self.entering[node], self.leaving[node]
        index, value = [*(into + first), *(out + first)], [1.0] * len(into) + [-1.0] * len(out)
        if short is not None:
            index.append(short)
            value.append(1.0)
        rows.add(index, value, least=kept_bps, most=kept_bps)

    def uses(self, firsts: Sequence[int]) -> Iterator[tuple[int, Ints]]:
        """(span, columns) of every sum of flows that the span's capacity bounds."""
        offsets, half = np.array(firsts, dtype=np.int64), len(self.alive)
        for place, span in enumerate(self.alive.tolist()):
            forward, back = offsets + place, offsets + place + half
            if self.problem.duplex:
                yield span, forward
                yield span, back
            else:
                yield span, np.concatenate([forward, back])
