"""Necessary conditions, tested before anything is designed: which requirements exclude one another."""

from __future__ import annotations

from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.conditions.boundary import too_many_exits
from netdesign.synthesis.conditions.budget import budget_below_cost
from netdesign.synthesis.conditions.continuity import one_power_grid, power_grids_unstated
from netdesign.synthesis.conditions.distance import latency_below_physics
from netdesign.synthesis.conditions.interconnect import (
    as_numbers_short,
    centres_too_near,
    hub_not_survived,
    one_data_centre,
    second_route_too_long,
)
from netdesign.synthesis.conditions.isolation import isolated_with_ways_out
from netdesign.synthesis.conditions.premises import (
    sites_without_servers,
    two_losses,
)
from netdesign.synthesis.conditions.protection import (
    flat_network,
    old_family_alone,
    open_zones,
    terminals_near_health_data,
    unencrypted,
    unvalidated_crypto,
)
from netdesign.synthesis.conditions.provider import data_without_framework, shape_at_provider
from netdesign.synthesis.conditions.question import Condition, Question, Spoken
from netdesign.synthesis.conditions.replication import replication_beyond_reach
from netdesign.synthesis.conditions.resilience import (
    availability_unreachable,
    circuits_short,
    downtime_contradicts,
    too_few_sites,
)
from netdesign.synthesis.conditions.servers import lonely_server, servers_on_one_port, too_few_servers
from netdesign.synthesis.conditions.shape import shape_of_switches, too_large_for_two_tiers
from netdesign.synthesis.conditions.signalling import calls_through_translation
from netdesign.synthesis.conditions.space import addresses_short, power_short, racks_full
from netdesign.synthesis.conditions.supply import rate_above_catalogue, vendors_exclude_role
from netdesign.synthesis.conditions.wide_area import (
    local_block_short,
    mesh_too_large,
    ring_of_a_carrier,
    ring_too_long,
    shape_of_one_site,
)

CONDITIONS: Final[tuple[Condition, ...]] = (
    shape_of_one_site,
    shape_of_switches,
    too_large_for_two_tiers,
    ring_of_a_carrier,
    mesh_too_large,
    ring_too_long,
    downtime_contradicts,
    availability_unreachable,
    circuits_short,
    too_few_sites,
    shape_at_provider,
    sites_without_servers,
    two_losses,
    data_without_framework,
    one_data_centre,
    as_numbers_short,
    hub_not_survived,
    centres_too_near,
    power_grids_unstated,
    one_power_grid,
    too_many_exits,
    flat_network,
    open_zones,
    unvalidated_crypto,
    terminals_near_health_data,
    unencrypted,
    old_family_alone,
    latency_below_physics,
    replication_beyond_reach,
    isolated_with_ways_out,
    second_route_too_long,
    servers_on_one_port,
    too_few_servers,
    lonely_server,
    calls_through_translation,
    racks_full,
    power_short,
    addresses_short,
    local_block_short,
    vendors_exclude_role,
    rate_above_catalogue,
    budget_below_cost,
)


def conflicts(
    resolved: ResolvedRequirements, catalog: Catalog, parameters: Parameters, spoken: tuple[Spoken, ...] = ()
) -> tuple[Conflict, ...]:
    """Every pair of requirements that exclude each other, with ways out of either side.

    `spoken` holds the lists of words of the request. The conditions are necessary, not sufficient: a design
    may still turn out impossible or too dear.
    """
    question = Question(resolved, catalog, parameters, spoken)
    return tuple(conflict for condition in CONDITIONS for conflict in condition(question))
