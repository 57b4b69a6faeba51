"""Use case: how a design fares as demand grows, year by year, and what has to be kept free for it."""

from __future__ import annotations

from math import ceil, exp, log1p

from netdesign.analysis.traffic.supplies import Supply, supplies
from netdesign.graph.network import compile_network
from netdesign.model.design import Design
from netdesign.model.growth import GrowthReport, Resource, Year
from netdesign.services.workbench import Workbench

FARTHEST = 30
"""Years that are looked at; what lasts longer outlives its equipment."""
TINY = 1e-6
MOST = 25.0
"""Logarithm of the largest factor that is weighed."""


def growth_report(
    design: Design, bench: Workbench, *, rate: float | None = None, years: int | None = None
) -> GrowthReport:
    """Return what runs out and when, at the growth rate and over the horizon of the requirements or those given.

    Everything is computed from the drawing: ports, units, watts, addresses, tables, inspection, circuits and links.
    """
    asked = design.requirements
    rate = asked.growth_rate if rate is None else rate
    horizon = asked.horizon_years if years is None else years
    found = supplies(compile_network(design, bench.catalog), asked, bench.parameters)
    resources = (_resource(one, rate, horizon) for one in found)
    return GrowthReport(
        design=design.id,
        rate=rate,
        horizon=horizon,
        years=tuple(_year(design, found, rate, year) for year in range(horizon + 1)),
        resources=tuple(sorted(resources, key=_urgency)),
    )


def factor_of(rate: float, year: int) -> float:
    """Demand in a year over that of today."""
    return exp(min(year * log1p(rate), MOST))


def _urgency(one: Resource) -> tuple[float, float, str]:
    last = FARTHEST + 1 if one.runs_out is None else one.runs_out
    return last, -one.needed / one.limit if one.limit else float("-inf"), one.name


def _resource(one: Supply, rate: float, horizon: int) -> Resource:
    needed = one.need(factor_of(rate, horizon))
    runs_out = next((year for year in range(FARTHEST + 1) if _short(one, factor_of(rate, year))), None)
    return Resource(
        kind=one.kind,
        site=one.site,
        name=one.name,
        unit=one.unit,
        used=round(one.today, 3),
        limit=round(one.limit, 3),
        fill=_fill(one, 1.0),
        runs_out=runs_out,
        needed=round(needed, 3),
        reserve=ceil(max(0.0, needed - one.today) - TINY),
        short=ceil(max(0.0, needed - one.limit) - TINY),
        elements=one.elements,
    )


def _short(one: Supply, factor: float) -> bool:
    return one.need(factor) > one.limit * (1 + TINY)


def _fill(one: Supply, factor: float) -> float:
    need = one.need(factor)
    if not one.limit:
        return 0.0 if not need else float(need)
    return round(need / one.limit, 4)


def _year(design: Design, found: tuple[Supply, ...], rate: float, year: int) -> Year:
    factor, asked = factor_of(rate, year), design.requirements
    fullest = max(found, key=lambda one: (_fill(one, factor), one.name), default=None)
    return Year(
        year=year,
        factor=round(factor, 4),
        users=ceil(asked.users * factor - TINY),
        servers=ceil(asked.servers.count * factor - TINY),
        fullest=fullest.name if fullest is not None else "",
        fill=_fill(fullest, factor) if fullest is not None else 0.0,
        run_out=tuple(one.name for one in found if _short(one, factor)),
    )
