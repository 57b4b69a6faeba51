"""The hub of each region, one route table for each trust domain, and what joins the hubs of two regions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netdesign.model.cloud import CloudAttachment, CloudConnection, CloudHub, CloudPeering, CloudRoute, CloudRouteTable
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.cloud.plan import INSPECTION, PREMISES, CloudPlan
from netdesign.synthesis.draft.address_plan import format_v6
from netdesign.synthesis.draft.blueprint import Blueprint

FIRST_ASN = 64_520
"""Of the hubs, from the private numbers; premises have numbers of their own."""
REGION_V6_LENGTH = 48
PEERS = "other-region"


def build_hubs(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> None:
    """Hubs, the peerings between every two of them, and the tables of all."""
    for at, region in enumerate(regions):
        mtu = plan.place.quotas.hub_mtu_bytes or 1500
        provider = plan.place.provider.id
        blueprint.add(CloudHub(id=region.hub, provider=provider, region=region.id, asn=FIRST_ASN + at, mtu_bytes=mtu))
    for at, one in enumerate(regions):
        for other in regions[at + 1 :]:
            blueprint.add(
                CloudPeering(
                    id=f"{one.id}--{other.id}",
                    a=one.hub,
                    b=other.hub,
                    routes_a=_blocks(one),
                    routes_b=_blocks(other),
                )
            )
    for region in regions:
        _tables(blueprint, plan, region)


def _blocks(region: Region) -> tuple[str, ...]:
    """What lies in a region, as the other one routes to it."""
    four = [block.prefix for blocks in region.plan.blocks.values() for block in blocks]
    six = [] if region.plan.v6 is None else [f"{format_v6(region.plan.v6)}/{REGION_V6_LENGTH}"]
    return (*sorted(four), *six)


def _tables(blueprint: Blueprint, plan: CloudPlan, region: Region) -> None:
    """Where domains are kept apart, each one's table leads to the inspection network alone; else one table has all."""
    connections = [one.id for one in blueprint.all(CloudConnection) if one.hub == region.hub]
    peerings = [one.id for one in blueprint.all(CloudPeering) if region.hub in (one.a, one.b)]
    attached = [one.id for one in blueprint.all(CloudAttachment) if one.hub == region.hub]
    if not plan.segmented:
        everything = (*attached, *connections, *peerings)
        _table(blueprint, region, "all", everything, propagated=everything)
        _count(blueprint, region)
        return
    inspection = region.attachment_id(INSPECTION)
    default = [route for route in ("0.0.0.0/0", "::/0") if region.plan.v6 is not None or ":" not in route]
    for domain in dict.fromkeys(one.domain for one in region.plan.networks if one.domain != INSPECTION):
        mine = tuple(region.attachment_id(one.name) for one in region.plan.networks if one.domain == domain)
        learnt = mine if len(mine) > 1 else ()
        _table(blueprint, region, domain, mine, propagated=learnt, routes=_via(default, inspection))
    if connections:
        _table(blueprint, region, PREMISES, connections, routes=_via(region.internal, inspection))
    if peerings:
        _table(blueprint, region, PEERS, peerings, routes=_via(region.internal, inspection))
    learnt = (*(name for name in attached if name != inspection), *connections, *peerings)
    _table(blueprint, region, INSPECTION, (inspection,), propagated=learnt)
    _count(blueprint, region)


def _via(prefixes: Iterable[str], target: str) -> tuple[CloudRoute, ...]:
    return tuple(CloudRoute(prefix=prefix, target=target) for prefix in prefixes)


def _table(
    blueprint: Blueprint,
    region: Region,
    domain: str,
    associated: Iterable[str],
    *,
    propagated: Iterable[str] = (),
    routes: tuple[CloudRoute, ...] = (),
) -> None:
    blueprint.add(
        CloudRouteTable(
            id=f"{region.hub}-{domain}",
            hub=region.hub,
            domain=domain,
            associated=tuple(associated),
            propagated=tuple(propagated),
            routes=routes,
        )
    )


def _count(blueprint: Blueprint, region: Region) -> None:
    hub = blueprint.get(CloudHub, region.hub)
    count = sum(1 for table in blueprint.all(CloudRouteTable) if table.hub == hub.id)
    blueprint.change(hub, route_tables=count)
