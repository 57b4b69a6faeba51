"""Leased lines between sites: which pairs, chosen for least cost among what survives, and how fast each must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.distances import kilometres
from netdesign.catalog.circuits import CircuitKind, CircuitType, Tier
from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.edits import Edit
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.needs.joined_sites import Join
from netdesign.synthesis.wan.site_pairs import Pairs
from netdesign.synthesis.wan.span_loads import span_loads

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Floats


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the sites that it joins, its route, what it must carry at the horizon, and the rate that is bought."""

    a: str
    b: str
    km: float
    need_bps: float
    tier: Tier
    usd_per_month: float


@dataclass(frozen=True, slots=True)
class LinePlan:
    """All lines; `least_usd` is a monthly cost that no choice of pairs that survives as asked goes below.

    `bought_usd` prices the pairs at the slowest rate, which is what the choice was made by; `added` of them stand
    there because sites would be too far apart otherwise, `known` says whether places were stated.
    """

    lines: tuple[Line, ...]
    bought_usd: float
    least_usd: float
    paths: int
    nodes: bool
    added: int
    considered: int
    known: bool

    @property
    def usd_per_month(self) -> float:
        """What all lines cost in a month."""
        return sum(line.usd_per_month for line in self.lines)

    @property
    def gap(self) -> float:
        """The share of the cost that another choice of pairs might save at the very most, 0..1."""
        return max(0.0, 1 - self.least_usd / self.bought_usd) if self.bought_usd else 0.0

    def joins(self) -> tuple[Join, ...]:
        """The pairs of sites, once for each line."""
        return tuple(Join(line.a, line.b) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Ground:
    """The sites that lines join, how long a line between any two is, and what the lines are sold as."""

    sites: tuple[ResolvedSite, ...]
    km: Floats
    sold: CircuitType
    known: bool

    def usd(self, a: int, b: int, tier: Tier | None = None) -> float:
        """A month of a line between two sites, of the slowest rate where none is given."""
        chosen = tier or self.sold.tiers[0]
        return chosen.usd_per_month + self.sold.usd_per_km_month * float(self.km[a, b])


def ground_of(sites: Sequence[ResolvedSite], parameters: Parameters, catalog: Catalog) -> Ground:
    """The ground that lines are planned on; sites whose place is unknown lie an assumed way apart."""
    count, known = len(sites), True
    km = np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            straight = kilometres(sites[a], sites[b])
            known = known and straight is not None
            far = parameters.wan.assumed_line_km if straight is None else straight
            km[a, b] = km[b, a] = max(1.0, far * parameters.latency.route_factor)
    return Ground(tuple(sites), km, catalog.circuit(CircuitKind.WAVE), known)


def survival(asked: ResolvedRequirements) -> tuple[int, bool]:
    """(ways between any two sites that share no line, whether the loss of a site parts the others from none)."""
    return (1 if asked.redundancy is Redundancy.NONE else 2), asked.redundancy.at_least(Redundancy.HIGH)


def sized(
    ground: Ground, pairs: Iterable[tuple[int, int]], demand: Pairs, asked: ResolvedRequirements, parameters: Parameters
) -> tuple[Line, ...]:
    """The lines of pairs with their rates: the least that carries what may take them, whichever one line fails."""
    level, spans = parameters.redundancy[asked.redundancy], list(pairs)
    place = {site.id: at for at, site in enumerate(ground.sites)}
    wanted = {(place[a], place[b]): bps for (a, b), bps in demand.items() if a in place and b in place}
    whole, failed = span_loads(len(ground.sites), spans, wanted)
    most = level.max_utilisation_failed or level.max_utilisation
    needs = [
        max(one / level.max_utilisation, other / most) * asked.growth_multiplier
        for one, other in zip(whole, failed, strict=True)
    ]
    return tuple(_line(ground, span, need) for span, need in zip(spans, needs, strict=True))


def _line(ground: Ground, span: tuple[int, int], need_bps: float) -> Line:
    a, b = span
    tier = ground.sold.tier(need_bps)
    names = ground.sites[a].id, ground.sites[b].id
    if tier is None:
        raise InfeasibleError((_too_much(names, need_bps, ground.sold),))
    return Line(*names, round(float(ground.km[a, b]), 1), need_bps, tier, ground.usd(a, b, tier))


def _too_much(names: tuple[str, str], need_bps: float, sold: CircuitType) -> Conflict:
    most = max(tier.rate_bps for tier in sold.tiers)
    return Conflict(
        code="no-line-fast-enough",
        requirements=("flows", "technology_stack"),
        statement=f"{need_bps / 1e9:,.0f} Gbit/s between {' and '.join(names)} are more than a leased line carries.",
        numbers=(("needed_bps", f"{need_bps:.0f}"), ("fastest_bps", str(most))),
        relaxations=(
            Relaxation(
                field="expected_growth_rate",
                from_value="",
                to_value="0",
                statement="plan without growth",
                cost="faster lines later",
                edits=(Edit(pointer="/expected_growth_rate", value=0),),
            ),
        ),
    )
