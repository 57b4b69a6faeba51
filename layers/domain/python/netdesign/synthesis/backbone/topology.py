"""Which spans to build between sites so that traffic survives failures, for the least cost, with a proven bound.

Source: Groetschel, Monma and Stoer, "Design of survivable networks", Handbooks in OR and MS 7 (1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.errors import ConflictError
from netdesign.graph.connectivity import articulation_points, bridges, component_count, components
from netdesign.graph.global_cut import global_cut
from netdesign.graph.multigraph import multigraph
from netdesign.synthesis.backbone.rows import Rows
from netdesign.synthesis.backbone.tour import short_tour

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Multigraph
    from netdesign.synthesis.backbone.problem import Floats, Ints

ROUNDS = 400
WHOLE_ROUNDS = 60
SHORT = 1e-6


@dataclass(frozen=True, slots=True)
class Topology:
    """The spans (by number) to build, what they cost, and a cost that no choice of the same spans goes below."""

    spans: tuple[int, ...]
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """The share of the cost that a better choice might save at the very most, 0..1."""
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.bound) / self.cost)


@dataclass(frozen=True, slots=True)
class Survival:
    """What must not part the sites: the loss of fewer than `paths` spans, and, with `nodes`, of any one site.

    A `ring` leads once around all sites: two spans at each, and every two sites must have a span to choose.
    """

    paths: int = 2
    nodes: bool = False
    ring: bool = False


def survivable_topology(
    sites: int, ends: Ints, cost: Floats, survival: Survival = Survival(), *, nodes: int = 2_000, seconds: float = 60.0
) -> Topology:
    """The cheapest spans found, of those with `ends` (spans, 2) and `cost` (spans,), that survive as asked.

    `nodes` of the search tree, and `seconds` as a guard, end the search. Raises `ConflictError` where all spans
    together do not survive it.
    """
    return _Choice(sites, ends, cost, survival).best(nodes, seconds)


class _Choice:
    def __init__(self, sites: int, ends: Ints, cost: Floats, survival: Survival) -> None:
        self.sites, self.ends, self.cost, self.survival = sites, ends, cost, survival
        self.rows = Rows(whole=len(cost))
        self.rows.add_columns(cost.tolist(), [1.0] * len(cost))
        for site in range(sites if survival.ring else 0):
            index = np.flatnonzero((ends == site).any(axis=1))
            self.rows.add(index, np.ones(len(index)), least=2.0, most=2.0)

    def best(self, nodes: int, seconds: float) -> Topology:
        every = np.ones(len(self.cost), dtype=np.bool_)
        if self.sites > 1 and self._parted(every) is not None:
            raise ConflictError(f"all spans together do not keep {self.sites} sites joined as asked")
        chosen = short_tour(self.sites, self.ends, self.cost) if self.survival.ring else self._thinned(every)
        bound = self._relaxed() if self.sites > 1 else 0.0
        for _ in range(WHOLE_ROUNDS):
            if self.cost[chosen].sum() <= bound + SHORT or self.sites < 2:
                break
            found, proven = self._branched(chosen, nodes, seconds)
            bound = max(bound, proven)
            broken = self._parted(found)
            if broken is None:
                chosen = found if self.cost[found].sum() < self.cost[chosen].sum() else chosen
                break
            self._forbid(found)
        total = float(self.cost[chosen].sum())
        return Topology(tuple(np.flatnonzero(chosen).tolist()), total, min(bound, total))

    def _graph(self, chosen: Bools) -> Multigraph:
        return multigraph(self.sites, self.ends[chosen, 0], self.ends[chosen, 1])

    def _parted(self, chosen: Bools) -> tuple[Bools, int | None] | None:
        """The sites of a side that too little joins, and the site that has to be lost for it, if any; None if sound."""
        weight, side = global_cut(self._matrix(chosen.astype(np.float64)))
        if weight < self.survival.paths - SHORT:
            return side, None
        if self.survival.nodes and self.sites > 2:
            graph = self._graph(chosen)
            cut = np.flatnonzero(articulation_points(graph))
            if cut.size:
                lost = int(cut[0])
                part = components(graph.without([lost], []))
                rest = np.delete(np.arange(self.sites), lost)
                return part == part[rest[0]], lost
        return None

    def _matrix(self, weight: Floats) -> Floats:
        matrix = np.zeros((self.sites, self.sites))
        np.add.at(matrix, (self.ends[:, 0], self.ends[:, 1]), weight)
        np.add.at(matrix, (self.ends[:, 1], self.ends[:, 0]), weight)
        return matrix

    def _thinned(self, chosen: Bools) -> Bools:
        """The choice without the spans that nothing misses, dear ones first."""
        kept = chosen.copy()
        for span in np.argsort(-self.cost, kind="stable").tolist():
            kept[span] = False
            if self._weak(kept):
                kept[span] = True
        return kept

    def _weak(self, chosen: Bools) -> bool:
        """Whether a choice does not survive as asked; quick for trees and rings."""
        if self.survival.paths <= 2:
            graph = self._graph(chosen)
            if component_count(graph) > 1 or (self.survival.paths == 2 and bool(bridges(graph).any())):
                return True
            return self.survival.nodes and bool(articulation_points(graph).any())
        return self._parted(chosen) is not None

    def _relaxed(self) -> float:
        """The cost of the relaxation with every cut that it broke."""
        for site in range(self.sites):
            self._require(np.arange(self.sites) == site, None)
        bound = 0.0
        for _ in range(ROUNDS):
            solver = self.rows.solver()
            solver.run()
            bound = float(solver.getInfo().objective_function_value)
            value = np.array(solver.getSolution().col_value)
            weight, side = global_cut(self._matrix(value))
            if weight >= self.survival.paths - SHORT:
                break
            self._require(side, None)
        return bound

    def _require(self, side: Bools, lost: int | None) -> None:
        """As many spans must leave a side as its paths; or one, where a site has to be lost first."""
        crossing = side[self.ends[:, 0]] != side[self.ends[:, 1]]
        if lost is not None:
            crossing &= (self.ends != lost).all(axis=1)
        index = np.flatnonzero(crossing)
        self.rows.add(index, np.ones(len(index)), least=1.0 if lost is not None else float(self.survival.paths))

    def _forbid(self, found: Bools) -> None:
        """Require what a choice lacks: of every part that loses touch, or of the lightest cut."""
        graph = self._graph(found)
        part = components(graph)
        if component_count(graph) > 1:
            for number in np.unique(part).tolist():
                self._require(part == number, None)
            return
        broken = self._parted(found)
        if broken is not None:
            self._require(*broken)

    def _branched(self, start: Bools, nodes: int, seconds: float) -> tuple[Bools, float]:
        solver = self.rows.solver(whole=True)
        solver.setOptionValue("time_limit", seconds)
        solver.setOptionValue("mip_max_nodes", nodes)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start.astype(np.float64))
        solver.run()
        value = np.array(solver.getSolution().col_value)
        return value > 0.5, float(solver.getInfo().mip_dual_bound)
