"""The planning problem as one mixed-integer program: modules to buy, and flows in every state that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.synthesis.backbone.flows import Flows, commodities
from netdesign.synthesis.backbone.problem import INTACT
from netdesign.synthesis.backbone.rows import INFINITE, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.synthesis.backbone.problem import Backbone, Floats, Ints, State


class Program:
    """Columns: modules, openings of spans, then flows; the same modules carry the demands in every state."""

    def __init__(self, problem: Backbone, states: Iterable[State]) -> None:
        self.problem = problem
        self.rows = Rows()
        self.rows.add_columns(problem.module_cost.tolist(), problem.module_most.tolist())
        self.openings: Ints = np.flatnonzero(problem.opening_cost > 0)
        first = self.rows.add_columns(problem.opening_cost[self.openings].tolist(), [1.0] * len(self.openings))
        self.rows.whole = self.rows.columns
        self.of_span: list[Ints] = [np.flatnonzero(problem.module_spans == at) for at in range(len(problem.spans))]
        self._pay_openings(first)
        sent = commodities(problem)
        for state in states:
            self._carry(Flows(problem, state, sent), priced=state == INTACT)

    def _pay_openings(self, first: int) -> None:
        """Nothing is bought on a span that is not opened; more than carries everything never is."""
        problem = self.problem
        total = sum(demand.bps for demand in problem.demands)
        for column, span in enumerate(self.openings.tolist(), start=first):
            for module in self.of_span[span].tolist():
                useful = np.ceil(total / problem.module_bps[module])
                most = min(float(useful), float(problem.module_most[module]))
                self.rows.add([module, column], [1.0, -most], most=0.0)

    def _carry(self, flows: Flows, *, priced: bool) -> None:
        problem = self.problem
        for span, columns in flows.uses(flows.add(self.rows, priced=priced)):
            mine = self.of_span[span]
            index = np.concatenate([columns, mine])
            value = np.concatenate([np.ones(len(columns)), -problem.module_bps[mine]])
            self.rows.add(index, value, most=float(problem.installed_bps[span]))

    def require(self, modules: Ints, value: Floats, least: float) -> None:
        """Add an inequality that every plan meets: `sum(value * bought[modules]) >= least`."""
        self.rows.add(modules, value, least=least, most=INFINITE)
