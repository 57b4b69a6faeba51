"""Cut inequalities: what crosses a cut must fit through whole modules, rounded as mixed-integer rounding allows.

Sources: Marchand and Wolsey, "Aggregation and mixed integer rounding to solve MIPs", Operations Research 49 (2001);
Raack, Koster, Orlowski and Wessaely, "On cut-based inequalities for capacitated network design polyhedra",
Networks 57 (2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from netdesign.synthesis.backbone.problem import Backbone, Floats, Ints, State

    Bools = NDArray[np.bool_]

GROUPS = 13
"""Every cut of so many groups of nodes is looked at."""
EXACT_NODES = 15
"""Every cut of a network of so many nodes is looked at."""
CONTRACTIONS = 12
"""How often a larger network is contracted to groups, each time with other spans first."""
AT_ONCE = 60
"""Inequalities that are added in one round."""
DEPTH = 1e-4
"""How far, in modules, a plan must break an inequality."""


@dataclass(frozen=True, slots=True)
class Inequality:
    """Every plan meets `sum(value * bought[modules]) >= least`."""

    modules: Ints
    value: Floats
    least: float


def halves(count: int) -> Bools:
    """(cuts, count): every way of parting `count` things in two; the first is never on the marked side."""
    bits = np.arange(1, 1 << (count - 1), dtype=np.int64)
    marked = (bits[:, None] >> np.arange(count - 1)) & 1
    return np.concatenate([np.zeros((len(bits), 1), np.int64), marked], axis=1).astype(np.bool_)


def contracted(problem: Backbone, weight: Floats, groups: int) -> Ints:
    """(nodes,): the group of each node after the heaviest spans have been contracted, down to `groups` groups."""
    group = np.arange(problem.nodes)
    left = problem.nodes
    for span in np.argsort(-weight, kind="stable").tolist():
        if left <= groups:
            break
        a, b = group[problem.ends[span]]
        if a != b:
            group[group == b] = a
            left -= 1
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


class Separation:
    """Finds cut inequalities that a fractional plan breaks; each is given once."""

    def __init__(self, problem: Backbone, seed: int = 1) -> None:
        self.problem = problem
        self._random = np.random.default_rng(seed)
        self._between = np.zeros((problem.nodes, problem.nodes))
        for demand in problem.demands:
            self._between[demand.source, demand.target] += demand.bps
        self._divisors = sorted(set(problem.module_bps.tolist()))
        self._given: set[bytes] = set()

    def broken(self, bought: Floats, states: tuple[State, ...]) -> list[Inequality]:
        """The most violated inequalities of all states, new ones only."""
        sides = np.concatenate(list(self._sides(bought)))
        sides = np.unique(sides ^ sides[:, :1], axis=0)
        sides = sides[sides.any(axis=1)]
        found = [pair for state in states for pair in self._of_state(sides, bought, state)]
        fresh: list[Inequality] = []
        for _, cut in sorted(found, key=lambda pair: -pair[0]):
            key = cut.modules.tobytes() + cut.value.tobytes()
            if key not in self._given and len(fresh) < AT_ONCE:
                self._given.add(key)
                fresh.append(cut)
        return fresh

    def _sides(self, bought: Floats) -> Iterator[Bools]:
        """Cuts worth a look: all of a small network; of a large one those of single nodes and of contractions."""
        problem = self.problem
        if problem.nodes <= EXACT_NODES:
            yield halves(problem.nodes)
            return
        yield np.eye(problem.nodes, dtype=np.bool_)
        capacity_bps = problem.capacity_bps(bought)
        for _ in range(CONTRACTIONS):
            noise = self._random.uniform(0.3, 1.0, len(problem.spans))
            group = contracted(problem, capacity_bps * noise, GROUPS)
            yield halves(int(group.max()) + 1)[:, group]

    def _of_state(self, sides: Bools, bought: Floats, state: State) -> Iterator[tuple[float, Inequality]]:
        """(depth, inequality) of every cut that whole modules would have to cross in larger number."""
        problem = self.problem
        cross = sides[:, problem.ends[:, 0]] != sides[:, problem.ends[:, 1]]
        cross[:, sorted(state.lost)] = False
        need = self._crossing(sides) * state.share - cross @ problem.installed_bps
        rows = np.flatnonzero(need > 0)
        taken = cross[rows][:, problem.module_spans]
        for divisor in self._divisors:
            value, least = self._rounded(need[rows], divisor)
            value = value * taken
            norm = np.sqrt((value**2).sum(axis=1)) + 1e-12
            depth = (least - value @ bought) / norm
            for row in np.flatnonzero(depth > DEPTH).tolist():
                modules = np.flatnonzero(taken[row])
                yield float(depth[row]), Inequality(modules, value[row, modules], float(least[row]))

    def _crossing(self, sides: Bools) -> Floats:
        """(cuts,): what has to cross each cut, in the busier direction where both have a capacity of their own."""
        marked = sides.astype(np.float64)
        out = ((marked @ self._between) * (1 - marked)).sum(axis=1)
        back = (((1 - marked) @ self._between) * marked).sum(axis=1)
        total: Floats = np.maximum(out, back) if self.problem.duplex else out + back
        return total

    def _rounded(self, need_bps: Floats, divisor: float) -> tuple[Floats, Floats]:
        """(cuts, modules) and (cuts,): the inequality `sum(capacity * bought) >= need` rounded by a divisor."""
        capacity = self.problem.module_bps
        whole = np.ceil(need_bps / divisor - 1e-9)
        rest = need_bps - divisor * (whole - 1)
        floor = np.floor(capacity / divisor + 1e-9)
        value = floor * rest[:, None] + np.minimum(rest[:, None], capacity - floor * divisor)
        return value, whole * rest
