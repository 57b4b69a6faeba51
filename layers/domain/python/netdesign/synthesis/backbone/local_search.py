"""Better purchases from given ones: modules added where traffic is left behind, dropped where it is not missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.synthesis.backbone.trial import Carriage, Trial

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Backbone, Floats, Ints

SHAKEN = (1, 4)
"""How many modules a shake takes out, at least and at most."""
PATIENCE = 3
"""Shakes without success, as a multiple of the modules bought, after which the search ends."""


class LocalSearch:
    """Drops, repairs and shakes; every answer carries all demands in every state."""

    def __init__(self, problem: Backbone, trial: Trial, seed: int = 1) -> None:
        self.problem = problem
        self._trial = trial
        self._carriage = Carriage(problem)
        self._random = np.random.default_rng(seed)

    def cost(self, bought: Ints) -> float:
        """What a purchase that carries everything costs in all."""
        carriage = self._carriage.cost(self.problem.capacity_bps(bought))
        return self.problem.purchase_cost(bought) + carriage

    def repaired(self, bought: Ints) -> Ints | None:
        """The purchase with the modules that most help what is left behind, for their cost, until all is carried.

        None where no module that may still be bought helps.
        """
        problem, now = self.problem, bought.copy()
        while (proof := self._trial.shortfall(problem.capacity_bps(now))) is not None:
            unmet, weight = proof
            helps = np.minimum(weight[problem.module_spans] * problem.module_bps, unmet)
            helps[now >= problem.module_most] = 0.0
            if not helps.any():
                return None
            worth = helps / np.maximum(self._prices(now), 1e-9)
            now[int(worth.argmax())] += 1
        return now

    def _prices(self, bought: Ints) -> Floats:
        """(modules,): what one more of each costs, openings included."""
        opened = np.bincount(self.problem.module_spans, bought, minlength=len(self.problem.spans)) > 0
        opening = np.where(opened, 0.0, self.problem.opening_cost)
        prices: Floats = self.problem.module_cost + opening[self.problem.module_spans]
        return prices

    def dropped(self, bought: Ints) -> Ints:
        """The purchase without the modules that nothing misses, dear ones first."""
        now = bought.copy()
        for module in np.argsort(-self.problem.module_cost, kind="stable").tolist():
            while now[module] > 0:
                now[module] -= 1
                if self._trial.shortfall(self.problem.capacity_bps(now)) is not None:
                    now[module] += 1
                    break
        return now

    def improved(self, bought: Ints, shakes: int) -> Ints:
        """The best purchase after so many shakes: some modules out, repaired, and what became needless dropped."""
        best, price = bought, self.cost(bought)
        failed = 0
        for _ in range(shakes):
            if failed > PATIENCE * max(10, int(best.sum())):
                break
            other = self._shaken(best)
            failed += 1
            if other is not None and (cost := self.cost(other)) < price * (1 - 1e-9):
                best, price, failed = other, cost, 0
        return best

    def _shaken(self, bought: Ints) -> Ints | None:
        now = bought.copy()
        for _ in range(int(self._random.integers(*SHAKEN, endpoint=True))):
            there = np.flatnonzero(now)
            if there.size:
                now[int(self._random.choice(there))] -= 1
        fixed = self.repaired(now)
        return None if fixed is None else self.dropped(fixed)
