"""The ladder: a relaxation with cuts, rounding, local search, an exact solver within limits; and a proven bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netdesign.errors import ConflictError
from netdesign.synthesis.backbone.cuts import Separation
from netdesign.synthesis.backbone.local_search import LocalSearch
from netdesign.synthesis.backbone.problem import INTACT, Backbone, Module, Plan
from netdesign.synthesis.backbone.program import Program
from netdesign.synthesis.backbone.trial import Trial, whole

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Floats, Ints

EXTENSIVE = 40_000
"""Flow variables up to which every state has flows of its own; beyond, states are kept by proofs alone."""
ROUNDS = 40
REFINEMENTS = 25
"""How often the exact solver is asked again after a state refuted its answer."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look. `nodes` of the search tree end it alike on every machine; `seconds` only guard against more
    than that, and a plan that they cut short says so in its stage."""

    shakes: int = 200
    nodes: int = 2_000
    seconds: float = 60.0


def plan(problem: Backbone, effort: Effort = Effort()) -> Plan:
    """The cheapest purchase found that carries all demands in every state, with a bound that none goes below.

    Raises `ConflictError` where no purchase carries everything.
    """
    unit = _scaled(problem)
    ladder = _Ladder(unit, effort)
    return ladder.climb()


def _scaled(problem: Backbone) -> Backbone:
    """The same problem with the smallest module as the unit of capacity, which keeps solvers exact."""
    bps = [module.capacity_bps for span in problem.spans for module in span.modules]
    unit = min(bps, default=1.0)
    spans = tuple(
        replace(
            span,
            modules=tuple(Module(module.capacity_bps / unit, module.cost) for module in span.modules),
            installed_bps=span.installed_bps / unit,
            cost_per_bps=span.cost_per_bps * unit,
        )
        for span in problem.spans
    )
    demands = tuple(replace(demand, bps=demand.bps / unit) for demand in problem.demands)
    return replace(problem, spans=spans, demands=demands)


class _Ladder:
    def __init__(self, problem: Backbone, effort: Effort) -> None:
        self.problem, self.effort = problem, effort
        arcs = 2 * len(problem.spans) * len({demand.source for demand in problem.demands})
        extensive = arcs * len(problem.states) <= EXTENSIVE
        self.program = Program(problem, problem.states if extensive else (INTACT,))
        self.lazy = () if extensive else problem.failures
        self.trial = Trial(problem)
        self.search = LocalSearch(problem, self.trial)
        self.bound = 0.0

    def climb(self) -> Plan:
        relaxed = self._relax()
        rounded = self.search.repaired(np.minimum(whole(relaxed), self.problem.module_most).astype(np.int64))
        if rounded is None:
            raise ConflictError("no purchase of the modules on offer carries all demands in every state")
        best = self.search.dropped(rounded)
        best = self.search.improved(best, self.effort.shakes)
        found = self._told(best, "local search")
        return found if found.gap <= 1e-9 else self._exact(found)

    def _told(self, bought: Ints, stage: str) -> Plan:
        cost = self.search.cost(bought)
        return Plan(tuple(bought.tolist()), cost, min(self.bound, cost), stage)

    def _relax(self) -> Floats:
        """The modules of the relaxation, tightened by cuts and proofs until none is broken."""
        separation = Separation(self.problem)
        count = len(self.problem.modules)
        bought = np.zeros(count)
        for _ in range(ROUNDS):
            solver = self.program.rows.solver()
            solver.run()
            if solver.modelStatusToString(solver.getModelStatus()) != "Optimal":
                raise ConflictError("no purchase of the modules on offer carries all demands in every state")
            self.bound = float(solver.getInfo().objective_function_value)
            bought = np.array(solver.getSolution().col_value)[:count]
            broken = separation.broken(bought, self.problem.states)
            for cut in broken:
                self.program.require(cut.modules, cut.value, cut.least)
            if not self._prove(bought) and not broken:
                break
        return bought

    def _prove(self, bought: Floats) -> bool:
        """Add what refutes a purchase in the states that have no flows of their own; whether there was anything."""
        problem, capacity = self.problem, self.problem.capacity_bps(bought)
        found = False
        for state in self.lazy:
            proof = self.trial.proof(state, capacity)
            if proof is not None:
                unmet, weight = proof
                value = weight[problem.module_spans] * problem.module_bps
                modules = np.flatnonzero(value)
                least = float(weight @ (capacity - problem.installed_bps)) + unmet
                self.program.require(modules, value[modules], least)
                found = True
        return found

    def _exact(self, best: Plan) -> Plan:
        """Branch and bound from the best plan on, again while a state refutes the answer."""
        for _ in range(REFINEMENTS):
            bought, bound, ended = self._branch(np.array(best.bought))
            self.bound = max(self.bound, bound)
            refuted = self._prove(bought.astype(np.float64))
            fixed = self.search.repaired(bought)
            if fixed is not None:
                other = self._told(self.search.dropped(fixed), ended)
                best = other if other.cost < best.cost * (1 - 1e-9) else best
            best = replace(best, bound=min(self.bound, best.cost))
            if not refuted or best.gap <= 1e-9:
                break
        return best

    def _branch(self, start: Ints) -> tuple[Ints, float, str]:
        """The purchase that the exact solver ends with, its bound, and how it ended."""
        solver = self.program.rows.solver(whole=True)
        solver.setOptionValue("time_limit", self.effort.seconds)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_max_nodes", self.effort.nodes)
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start.astype(np.float64))
        solver.run()
        status = solver.modelStatusToString(solver.getModelStatus())
        info = solver.getInfo()
        values = np.array(solver.getSolution().col_value)[: len(start)]
        bought = np.rint(values).astype(np.int64) if values.size else start
        ended = {"Optimal": "exact", "Time limit reached": "exact, cut short by time"}.get(status, "exact, cut short")
        return bought, float(info.mip_dual_bound), ended
