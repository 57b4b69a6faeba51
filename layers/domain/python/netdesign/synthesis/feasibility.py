"""Necessary conditions, tested before anything is designed: which requirements exclude one another."""

from __future__ import annotations

from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.conditions.budget import budget_below_cost
from netdesign.synthesis.conditions.distance import latency_below_physics
from netdesign.synthesis.conditions.interconnect import (
    as_numbers_short,
    centres_too_near,
    hub_not_survived,
    one_data_centre,
    second_route_too_long,
)
from netdesign.synthesis.conditions.protection import (
    flat_network,
    old_family_alone,
    open_zones,
    terminals_near_health_data,
    unencrypted,
    unvalidated_crypto,
)
from netdesign.synthesis.conditions.question import Condition, Question
from netdesign.synthesis.conditions.resilience import (
    availability_unreachable,
    downtime_contradicts,
    too_few_sites,
)
from netdesign.synthesis.conditions.space import addresses_short, power_short, racks_full
from netdesign.synthesis.conditions.supply import not_offered, rate_above_catalogue, vendors_exclude_role

CONDITIONS: Final[tuple[Condition, ...]] = (
    not_offered,
    downtime_contradicts,
    availability_unreachable,
    too_few_sites,
    one_data_centre,
    as_numbers_short,
    hub_not_survived,
    centres_too_near,
    flat_network,
    open_zones,
    unvalidated_crypto,
    terminals_near_health_data,
    unencrypted,
    old_family_alone,
    latency_below_physics,
    second_route_too_long,
    racks_full,
    power_short,
    addresses_short,
    vendors_exclude_role,
    rate_above_catalogue,
    budget_below_cost,
)


def conflicts(resolved: ResolvedRequirements, catalog: Catalog, parameters: Parameters) -> tuple[Conflict, ...]:
    """Every pair of requirements that exclude each other, with ways out of either side.

    The conditions are necessary, not sufficient: a design may still turn out impossible or too dear.
    """
    question = Question(resolved, catalog, parameters)
    return tuple(conflict for condition in CONDITIONS for conflict in condition(question))
