"""A linear program under construction, row by row, and the solver (HiGHS) that takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import highspy
    from numpy.typing import ArrayLike

    from netdesign.synthesis.backbone.problem import Floats, Ints

INFINITE = float("inf")


@dataclass
class Rows:
    """Columns with a cost and an upper bound (their lower bound is 0), and rows between bounds."""

    costs: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: int = 0
    """So many columns, the first ones, take whole numbers."""
    _index: list[Ints] = field(default_factory=list)
    _value: list[Floats] = field(default_factory=list)
    _least: list[float] = field(default_factory=list)
    _most: list[float] = field(default_factory=list)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.costs)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._least)

    def add_columns(self, costs: Iterable[float], upper: Iterable[float]) -> int:
        """Add columns; the number of the first one."""
        first = self.columns
        self.costs.extend(costs)
        self.upper.extend(upper)
        return first

    def add(self, index: ArrayLike, value: ArrayLike, *, least: float = -INFINITE, most: float = INFINITE) -> int:
        """Add the row `least <= value * column[index] <= most`; its number."""
        self._index.append(np.asarray(index, dtype=np.int64))
        self._value.append(np.asarray(value, dtype=np.float64))
        self._least.append(least)
        self._most.append(most)
        return len(self._least) - 1

    def solver(self, *, whole: bool = False) -> highspy.Highs:
        """A silent solver with the program loaded; `whole` keeps the first columns to whole numbers."""
        import highspy

        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.columns, self.count
        program.col_cost_, program.col_lower_ = np.array(self.costs), np.zeros(self.columns)
        program.col_upper_ = np.array(self.upper)
        program.row_lower_, program.row_upper_ = np.array(self._least), np.array(self._most)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        sizes = [0, *(len(index) for index in self._index)]
        program.a_matrix_.start_ = np.cumsum(sizes).astype(np.int32)
        program.a_matrix_.index_ = np.concatenate([*self._index, np.empty(0, np.int64)]).astype(np.int32)
        program.a_matrix_.value_ = np.concatenate([*self._value, np.empty(0)])
        if whole:
            integer, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
            program.integrality_ = [integer] * self.whole + [real] * (self.columns - self.whole)
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        return solver
