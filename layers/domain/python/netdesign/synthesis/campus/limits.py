"""The way out when no catalogue has the devices for one campus: into how many sites it must be split."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Final

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.campus.ground import Ground
from netdesign.synthesis.campus.tiers import equip
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.campus_plan import plan_campus

SPLITS: Final = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def with_way_out(blueprint: Blueprint, site: ResolvedSite, refusal: InfeasibleError) -> InfeasibleError:
    """The refusal, with the smallest split of the site that can be built as its first relaxation."""
    parts = smallest_split(blueprint, site)
    if parts is None or not refusal.conflicts:
        return refusal
    first, *others = refusal.conflicts
    if not isinstance(first, Conflict):
        return refusal
    way = Relaxation(
        field="sites",
        from_value="1 site",
        to_value=f"{parts} sites",
        statement=f"split {site.name} into {parts} sites",
        cost="a core and an edge for each",
    )
    return InfeasibleError((replace(first, relaxations=(way, *first.relaxations)), *others))


def smallest_split(blueprint: Blueprint, site: ResolvedSite) -> int | None:
    """The fewest equal parts of a site for each of which there are devices; None when that is very many."""
    for parts in SPLITS:
        scratch = Blueprint(blueprint.requirements, blueprint.catalog, blueprint.parameters)
        piece = replace(
            site,
            users=ceil(site.users / parts),
            endpoints=ceil(site.endpoints / parts),
            servers=ceil(site.servers / parts),
            area_m2=site.area_m2 / parts,
            buildings=ceil(site.buildings / parts),
            closets=ceil(site.closets / parts),
        )
        try:
            equip(Ground(scratch, plan_campus(scratch.requirements, scratch.parameters, piece)), 1 / parts)
        except InfeasibleError:
            continue
        return parts
    return None
