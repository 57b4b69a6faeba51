"""Networks at a cloud provider from their requirements, in the order in which facts depend on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netdesign.model.inventory import Site
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.cloud.charges import add_charges, charge_records
from netdesign.synthesis.cloud.connections import add_connections
from netdesign.synthesis.cloud.hubs import build_hubs
from netdesign.synthesis.cloud.networks import Region, build_region
from netdesign.synthesis.cloud.operation import add_services, flow_record_bytes, keep_at_home
from netdesign.synthesis.cloud.plan import CloudPlan, plan_cloud
from netdesign.synthesis.cloud.reasons import check_limits, explain, within_budget
from netdesign.synthesis.cloud.traffic import add_traffic, add_zones
from netdesign.synthesis.draft.blueprint import Blueprint


@dataclass(slots=True)
class CloudPart:
    """The networks at the provider while a design is built."""

    plan: CloudPlan
    regions: Sequence[Region]


def build(blueprint: Blueprint) -> Archetype:
    """The whole network of a request that has nothing on premises but the users of its workloads."""
    asked = blueprint.requirements
    for site in asked.sites:
        blueprint.add(
            Site(
                id=site.id,
                name=site.name,
                tier=site.tier,
                jurisdiction=site.jurisdiction,
                latitude=site.latitude,
                longitude=site.longitude,
                power_grid=site.power_grid,
                users=site.users,
                endpoints=site.endpoints,
            )
        )
    part = add_networks(blueprint, asked.servers.count)
    add_connections(blueprint, part.plan, part.regions)
    finish(blueprint, part)
    add_parts(blueprint)
    within_budget(blueprint)
    return Archetype.CLOUD_HUB


def add_networks(blueprint: Blueprint, workloads: int, mark: str = "") -> CloudPart:
    """Networks, subnets, gateways and attachments of every region, for so many workloads of production."""
    plan = plan_cloud(blueprint, workloads, mark)
    return CloudPart(plan, [build_region(blueprint, plan, region) for region in plan.regions])


def finish(blueprint: Blueprint, part: CloudPart) -> None:
    """What is made once all connections stand: hubs and tables, traffic, policy, services, charges."""
    build_hubs(blueprint, part.plan, part.regions)
    add_zones(blueprint, part.plan)
    add_traffic(blueprint, part.plan, part.regions)
    check_limits(blueprint, part.plan)
    add_services(blueprint, part.regions)
    keep_at_home(blueprint, part.plan)
    add_charges(blueprint, part.plan.place.prices)
    charge_records(blueprint, part.plan.place.prices, flow_record_bytes(blueprint))
    explain(blueprint, part.plan)
