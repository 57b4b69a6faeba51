"""The budget against the least cost of the mandatory parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.conditions.lower_bound import circuits, parts, total_usd
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.resolution.intent import USD_PER_UNIT

GOAL = {"constraint_type": "budget", "description": "a goal", "is_hard_constraint": False}
MARGIN = 0.02
"""Taken off what the budget could pay, because sizes do not shrink exactly in proportion."""


def budget_below_cost(question: Question) -> Iterator[Conflict]:
    """A hard budget that the cheapest mandatory parts exceed already."""
    wanted = question.requirements
    if wanted.budget_usd is None or not wanted.budget_is_hard or question.virtual:
        return
    least = total_usd(question)
    if least <= wanted.budget_usd:
        return
    yield Conflict(
        code="budget-below-least-cost",
        requirements=("budget", _scale(question)),
        statement=(
            f"The budget of {wanted.budget_usd:,} USD does not pay for the mandatory parts: even the "
            f"cheapest cost {least:,} USD over {wanted.horizon_years} years with installation and support."
        ),
        numbers=(
            *numbers(budget_usd=wanted.budget_usd, least_cost_usd=least),
            *((part.name, f"{part.formula} = {part.usd:,.0f} USD") for part in (*parts(question), *circuits(question))),
        ),
        relaxations=(
            _raise(question, least),
            *_lower_redundancy(question),
            *_build_less(question),
            _as_goal(least - wanted.budget_usd),
        ),
    )


def unpaid(question: Question, total_usd: float) -> Conflict:
    """A hard budget that the design costs more than, though it reaches the least cost."""
    wanted = question.requirements
    budget, cost = wanted.budget_usd or 0, ceil(total_usd)
    return Conflict(
        code="budget-below-design",
        requirements=("budget", _scale(question)),
        statement=(
            f"The design that meets all other requirements costs {cost:,} USD over {wanted.horizon_years} years, "
            f"{cost - budget:,} USD more than the budget of {budget:,} USD."
        ),
        numbers=numbers(budget_usd=budget, design_usd=cost),
        relaxations=(_raise(question, cost), _as_goal(cost - budget)),
    )


def _scale(question: Question) -> str:
    """The field that says how large the network is."""
    return "scale/users" if question.campus else "servers/count"


def _as_goal(excess_usd: int) -> Relaxation:
    return relax(
        "constraints",
        ("a hard budget", (GOAL,)),
        "state the budget as a goal that may be exceeded",
        f"{excess_usd:,} USD above the goal at the least",
    )


def _raise(question: Question, least_usd: int) -> Relaxation:
    """A budget, in the currency of the request, that reaches the least cost."""
    wanted = question.requirements
    rate = float(USD_PER_UNIT[wanted.currency])
    now = wanted.budget_usd or 0
    amount = int(least_usd / rate / 1000 + 1) * 1000
    return relax(
        "budget",
        (f"{wanted.currency} {round(now / rate)}", f"{wanted.currency} {amount}"),
        f"raise the budget to at least {wanted.currency} {amount:,}",
        f"{least_usd - now:,} USD more, and what the network needs beyond its cheapest parts",
    )


def _lower_redundancy(question: Question) -> Iterator[Relaxation]:
    """The highest redundancy below the one asked for that the budget could pay."""
    wanted = question.requirements
    for level in reversed(tuple(Redundancy)):
        if level.rank < wanted.redundancy.rank and _fits(question.suppose(redundancy=level)):
            goal = question.parameters.redundancy[level].availability
            yield relax(
                "redundancy",
                (wanted.redundancy.value, level.value),
                f"accept redundancy {level}",
                f"an availability target of {goal:g} instead of {wanted.availability:g}",
            )
            return


def _build_less(question: Question) -> Iterator[Relaxation]:
    """The greatest number of servers or users that the budget could pay, found by bisection."""
    wanted = question.requirements
    now = wanted.users if question.campus else wanted.servers.count
    low, high = 0, now
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(_scaled(question, middle, now)) else (low, middle)
    low -= ceil(low * MARGIN)
    if low > 0:
        what = "users" if question.campus else "servers"
        field = "scale/users" if question.campus else "servers/count"
        yield relax(field, (now, low), f"build for {low:,} {what}", f"{now - low:,} {what} fewer")


def _scaled(question: Question, count: int, of: int) -> Question:
    """The same question for `count` users or servers, sites shrunk in proportion."""
    wanted, share = question.requirements, count / of
    if question.campus:
        sites = tuple(
            replace(
                site,
                users=ceil(site.users * share),
                endpoints=ceil(site.endpoints * share),
                area_m2=site.area_m2 * share,
                closets=max(site.buildings, ceil(site.closets * share)),
            )
            for site in wanted.sites
        )
        return question.suppose(users=count, sites=sites)
    racks = ceil(wanted.servers.racks * share)
    return question.suppose(servers=replace(wanted.servers, count=count, racks=racks))


def _fits(question: Question) -> bool:
    return total_usd(question) <= (question.requirements.budget_usd or 0)
