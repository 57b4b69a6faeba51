"""Whether given capacities carry all demands in a state, and if not, which weights on spans prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.synthesis.backbone.flows import Flows, commodities
from netdesign.synthesis.backbone.rows import INFINITE, Rows

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Backbone, Floats, State

CARRIED = 1e-6
"""The share of all demand that rounding of a solver may leave behind."""


class Router:
    """One state as a linear program: flows, and what of the demands is left behind at a price of one.

    The capacities are the right sides of rows, so that asking again costs a few dual simplex steps.
    """

    def __init__(self, problem: Backbone, state: State) -> None:
        self.problem = problem
        sent = commodities(problem)
        rows = Rows()
        pairs = [(source, target) for source, targets in sent.items() for target in targets]
        first = rows.add_columns([1.0] * len(pairs), [INFINITE] * len(pairs))
        unmet = {pair: first + at for at, pair in enumerate(pairs)}
        flows = Flows(problem, state, sent)
        self._spans: list[int] = []
        uses = list(flows.uses(flows.add(rows, priced=False, unmet=unmet)))
        self._first = rows.count
        for span, columns in uses:
            rows.add(columns, np.ones(len(columns)), most=0.0)
            self._spans.append(span)
        self._tolerance = CARRIED * state.share * sum(demand.bps for demand in problem.demands)
        self._solver = rows.solver()

    def unmet(self, capacity_bps: Floats) -> tuple[float, Floats]:
        """What demand is left behind with these capacities (spans,), in bps, and a weight for each span.

        The weights w >= 0 prove it: no capacities c carry everything unless
        `sum(w * c) >= sum(w * capacity_bps) + unmet` (a metric inequality: Iri 1971, Onaga and Kakusho 1971).
        """
        for at, span in enumerate(self._spans):
            self._solver.changeRowBounds(self._first + at, -INFINITE, float(capacity_bps[span]))
        self._solver.run()
        left = float(self._solver.getInfo().objective_function_value)
        if left <= self._tolerance:
            return 0.0, np.zeros(len(self.problem.spans))
        duals = np.array(self._solver.getSolution().row_dual)[self._first :]
        weight = np.bincount(self._spans, np.maximum(0.0, -duals), minlength=len(self.problem.spans))
        return left, weight.astype(np.float64)
