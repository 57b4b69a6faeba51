"""Where capacity has to be bought between sites: demands, spans that could carry them, and what modules cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from netdesign.errors import ConflictError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Module:
    """Capacity that can be bought on a span, any number of times: so many bits per second for so much."""

    capacity_bps: float
    cost: float


@dataclass(frozen=True, slots=True)
class Span:
    """A link that can be had between two sites, `a` and `b` (node numbers).

    `installed_bps` is there already. `opening_cost` falls due once if anything is bought, `cost_per_bps` for each
    bit per second that is carried. `most` bounds how often each module may be bought; None leaves it open.
    """

    a: int
    b: int
    modules: tuple[Module, ...]
    installed_bps: float = 0.0
    opening_cost: float = 0.0
    cost_per_bps: float = 0.0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """Traffic from one site to another; in a problem that is not duplex, between the two."""

    source: int
    target: int
    bps: float


@dataclass(frozen=True, slots=True)
class State:
    """Spans (by number) that fail together, and the share of every demand that must be carried all the same."""

    lost: frozenset[int] = frozenset()
    share: float = 1.0


INTACT = State()


@dataclass(frozen=True)
class Backbone:
    """A capacity planning problem: the cheapest modules that carry all demands, also after each failure.

    `duplex` spans carry their capacity in each direction (an Ethernet circuit); others share it between both.
    Demands may split over paths and are routed anew in each state. Source: Orlowski, Pioro, Tomaszewski and
    Wessaely, "SNDlib 1.0 - Survivable Network Design Library", Networks 55 (2010).
    """

    nodes: int
    spans: tuple[Span, ...]
    demands: tuple[Demand, ...]
    duplex: bool = True
    failures: tuple[State, ...] = ()

    def __post_init__(self) -> None:
        ends = [end for span in self.spans for end in (span.a, span.b)]
        ends += [end for demand in self.demands for end in (demand.source, demand.target)]
        if any(not 0 <= end < self.nodes for end in ends):
            raise ConflictError(f"a span or demand ends at a site outside 0..{self.nodes - 1}")

    @property
    def states(self) -> tuple[State, ...]:
        """The intact network, then every failure."""
        return (INTACT, *self.failures)

    @cached_property
    def ends(self) -> Ints:
        """(spans, 2): the nodes of every span."""
        return np.array([(span.a, span.b) for span in self.spans], dtype=np.int64).reshape(-1, 2)

    @cached_property
    def installed_bps(self) -> Floats:
        """(spans,): what is there already."""
        return _column(span.installed_bps for span in self.spans)

    @cached_property
    def price_per_bps(self) -> Floats:
        """(spans,): what carrying a bit per second costs."""
        return _column(span.cost_per_bps for span in self.spans)

    @cached_property
    def opening_cost(self) -> Floats:
        """(spans,): what the first module costs beyond its price."""
        return _column(span.opening_cost for span in self.spans)

    @cached_property
    def modules(self) -> tuple[tuple[int, Module], ...]:
        """All modules that can be bought, each with the number of its span: the order of every plan."""
        return tuple((at, module) for at, span in enumerate(self.spans) for module in span.modules)

    @cached_property
    def module_spans(self) -> Ints:
        """(modules,): the span of each module."""
        return np.array([at for at, _ in self.modules], dtype=np.int64)

    @cached_property
    def module_bps(self) -> Floats:
        """(modules,): capacity of each."""
        return _column(module.capacity_bps for _, module in self.modules)

    @cached_property
    def module_cost(self) -> Floats:
        """(modules,): the cost of each."""
        return _column(module.cost for _, module in self.modules)

    @cached_property
    def module_most(self) -> Floats:
        """(modules,): how often each may be bought; infinite where that is open."""
        most = (self.spans[at].most for at, _ in self.modules)
        return _column(np.inf if bound is None else float(bound) for bound in most)

    def capacity_bps(self, bought: Ints | Floats) -> Floats:
        """(spans,): capacity of every span when `bought` (modules,) are installed."""
        weights = bought * self.module_bps
        added = np.bincount(self.module_spans, weights, minlength=len(self.spans))
        total: Floats = self.installed_bps + added
        return total

    def purchase_cost(self, bought: Ints) -> float:
        """What `bought` modules and the openings of their spans cost; what carrying traffic costs is not in it."""
        opened = np.zeros(len(self.spans), dtype=np.bool_)
        opened[self.module_spans[bought > 0]] = True
        return float(bought @ self.module_cost + self.opening_cost[opened].sum())


@dataclass(frozen=True, slots=True)
class Plan:
    """What to buy: a number for each of the problem's modules, its cost, and how far from the best it can be.

    `cost` has purchases, openings and, in the intact state, carriage. `bound` is proven: no plan costs less.
    `stage` names the rung of the ladder that found the plan.
    """

    bought: tuple[int, ...]
    cost: float
    bound: float
    stage: str

    @property
    def gap(self) -> float:
        """The share of the cost that a better plan might save at the very most, 0..1."""
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.bound) / self.cost)


def _column(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)
