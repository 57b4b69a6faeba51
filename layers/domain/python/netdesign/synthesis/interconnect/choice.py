"""Which speeds the lines between data centres may have: those that border switches of the catalogue take."""

from __future__ import annotations

from itertools import product

from netdesign.errors import InfeasibleError
from netdesign.model.vocabulary import Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import Needs, suitable
from netdesign.synthesis.interconnect.offers import SPEEDS_AT_MOST
from netdesign.synthesis.interconnect.plan import Plan, plan_interconnect
from netdesign.synthesis.interconnect.reserve import Reserve, reserves

GATES = 2
"""Border switches of a site that share its lines."""


def choose_interconnect(blueprint: Blueprint) -> Plan | None:
    """The cheapest lines that border switches take, encrypted before any that are not; None where none are asked for.

    Raises `InfeasibleError` where no line carries what runs between two data centres.
    """
    refusal, plans = InfeasibleError(()), list[Plan]()
    for most in SPEEDS_AT_MOST:
        try:
            plan = plan_interconnect(blueprint, most)
        except InfeasibleError as error:
            refusal = error if not refusal.conflicts else refusal
            continue
        if plan is None:
            return None
        plans.append(plan)
    if not plans:
        raise refusal
    tries = ((plan, tried) for tried, plan in product((0, 1), plans))
    return next((plan for plan, tried in tries if _taken(blueprint, plan, tried)), plans[-1])


def _taken(blueprint: Blueprint, plan: Plan, tried: int) -> bool:
    """Whether types of border switches take the lines of every site with what is asked of them at so many tries."""
    wanted = (list(reserves(plan, site.id, GATES)) for site in plan.sites)
    return all(_some(blueprint, each[min(tried, len(each) - 1)]) for each in wanted)


def _some(blueprint: Blueprint, reserve: Reserve) -> bool:
    needs = Needs(ports=reserve.ports, features=reserve.features, refuse=reserve.refuse)
    catalog, asked = blueprint.catalog, blueprint.requirements
    return any(suitable(catalog.devices(role), role, needs, asked) for role in (Role.BORDER_LEAF, Role.LEAF))
