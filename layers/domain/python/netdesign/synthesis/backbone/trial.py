"""Trying purchases out: whether they carry everything in every state, and what the carriage costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.synthesis.backbone.flows import Flows, commodities
from netdesign.synthesis.backbone.problem import INTACT
from netdesign.synthesis.backbone.router import Router
from netdesign.synthesis.backbone.rows import INFINITE, Rows

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Backbone, Floats, Ints, State

SLACK = 1e-7


class Trial:
    """Asks the routers of all states, and remembers every proof of failure, so that most questions need none."""

    def __init__(self, problem: Backbone) -> None:
        self.problem = problem
        self._routers: dict[State, Router] = {}
        self._weights: list[Floats] = []
        self._least: list[float] = []

    def shortfall(self, capacity_bps: Floats) -> tuple[float, Floats] | None:
        """What the first overloaded state leaves behind, with the weights that prove it; None where all is carried."""
        if self._weights:
            missing = np.array(self._least) - np.array(self._weights) @ capacity_bps
            worst = int(missing.argmax())
            if missing[worst] > SLACK * max(1.0, self._least[worst]):
                return float(missing[worst]), self._weights[worst]
        for state in self.problem.states:
            if (proof := self.proof(state, capacity_bps)) is not None:
                return proof
        return None

    def proof(self, state: State, capacity_bps: Floats) -> tuple[float, Floats] | None:
        """What one state leaves behind, with the weights that prove it; None where it carries all."""
        if state not in self._routers:
            self._routers[state] = Router(self.problem, state)
        unmet, weight = self._routers[state].unmet(capacity_bps)
        if unmet <= 0:
            return None
        self._weights.append(weight)
        self._least.append(float(weight @ capacity_bps) + unmet)
        return unmet, weight


class Carriage:
    """What carrying the demands over given capacities costs in the intact state, at the least."""

    def __init__(self, problem: Backbone) -> None:
        self.free = not problem.price_per_bps.any()
        rows = Rows()
        flows = Flows(problem, INTACT, commodities(problem))
        uses = list(flows.uses(flows.add(rows, priced=True)))
        self._first, self._spans = rows.count, [span for span, _ in uses]
        for _, columns in uses:
            rows.add(columns, np.ones(len(columns)), most=0.0)
        self._solver = None if self.free else rows.solver()

    def cost(self, capacity_bps: Floats) -> float:
        """The cost; the capacities must be known to carry everything."""
        if self._solver is None:
            return 0.0
        for at, span in enumerate(self._spans):
            self._solver.changeRowBounds(self._first + at, -INFINITE, float(capacity_bps[span]))
        self._solver.run()
        return float(self._solver.getInfo().objective_function_value)


def whole(bought: Floats) -> Ints:
    """Fractions of modules rounded up."""
    return np.ceil(bought - 1e-6).astype(np.int64)
