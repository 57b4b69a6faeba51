"""Premises joined to networks at a cloud provider: each side by its own builder, and the ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from netdesign.model.addressing import Pool
from netdesign.model.cabling import Link
from netdesign.model.cloud import CloudConnection, CloudConnectionKind, CloudNetwork
from netdesign.model.inventory import Device
from netdesign.model.parts import CostLine, PartLine
from netdesign.model.resolved import ResolvedSite
from netdesign.model.security import Zone
from netdesign.model.vocabulary import Archetype, LinkPurpose, Role
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.cloud.design import CloudPart, add_networks, finish
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.draft.blueprint import Blueprint, CloudSide
from netdesign.synthesis.edge.cloud_edge import cloud_bps, cloud_doors
from netdesign.synthesis.edge.cloud_ways import (
    BACKUP,
    FAR,
    NEAR,
    connection_facts,
    connection_with,
    size_ways,
    tunnel_crypto,
)
from netdesign.synthesis.needs.site_demand import at_site, main_site
from netdesign.synthesis.needs.zones import CLOUD, PREMISES

MARK = "cloud-"
"""What zones at the provider begin with, for premises have zones of the same kinds."""


def build(blueprint: Blueprint) -> Archetype:
    """The networks at the provider first, whose prefixes the premises route to; then the premises, then what joins."""
    part = add_networks(blueprint, workloads(blueprint), MARK)
    prefixes = tuple(prefix for one in blueprint.all(CloudNetwork) for prefix in one.prefixes)
    blueprint.cloud_side = CloudSide(prefixes)
    shape = _premises(blueprint)
    for site in blueprint.requirements.sites:
        _connect(blueprint, part, site)
    finish(blueprint, part)
    _bill_again(blueprint)
    return shape


def workloads(blueprint: Blueprint) -> int:
    """Workloads at the provider: a share of the servers on the premises, and some where there are none."""
    asked, share = blueprint.requirements, blueprint.parameters.cloud.hybrid_share
    count = max(2, ceil(asked.servers.count * share))
    blueprint.decide(
        "How many workloads run at the provider?",
        f"{count:,}",
        formula="max(2, servers * hybrid_share): the request counts servers on the premises only",
        inputs={"servers": asked.servers.count, "hybrid_share": share},
        result=count,
        alternatives=(
            ("state them", "a request of network type cloud_native sizes the provider's side by its servers"),
        ),
        fields=("servers", "network_type"),
        source="policy parameters cloud",
    )
    return count


def _premises(blueprint: Blueprint) -> Archetype:
    """A campus where people are, with its servers; a data centre where there are servers alone."""
    if blueprint.requirements.users:
        from netdesign.synthesis.campus import design as campus

        return campus.build(blueprint)
    from netdesign.synthesis.datacenter import design as datacenter

    return datacenter.build(blueprint)


def _connect(blueprint: Blueprint, part: CloudPart, site: ResolvedSite) -> None:
    """The connections of a site: its dedicated ports where it has some, and tunnels that end on its firewalls."""
    doors = cloud_doors(blueprint, site.id)
    firewalls = blueprint.devices(Role.FIREWALL, site.id)
    if not firewalls:
        return
    prefixes = site_blocks(blueprint, site.id)
    bps = site_bps(blueprint, site)
    seen_as = CLOUD if blueprint.has(Zone, CLOUD) else None
    for at, region in enumerate(part.regions):
        preference = NEAR if at == 0 else FAR
        made = _ports(blueprint, region, site.id, doors, bps, preference)
        made += _tunnels(blueprint, part, region, site, bps, firewalls, preference, backup=bool(doors))
        common: dict[str, object] = {"hub": region.hub, "site": site.id, "zone": PREMISES, "prefixes": prefixes}
        for one in made:
            blueprint.add(connection_with(one, common | {"seen_as": seen_as}))


def site_bps(blueprint: Blueprint, site: ResolvedSite) -> float:
    """Peak between a site and the provider: its part of the flows, as its edge is sized for."""
    asked = blueprint.requirements
    total = cloud_bps(asked)
    if asked.users:
        own = cloud_bps(at_site(asked, site.id))
        heads = max(1, sum(one.users + one.servers for one in asked.sites))
        return own if main_site(asked) == site.id else total * (site.users + site.servers) / heads
    servers = sum(one.servers for one in asked.sites)
    return total * site.servers / servers if servers else total / len(asked.sites)


def site_blocks(blueprint: Blueprint, site: str) -> tuple[str, ...]:
    """The block of a site in either family."""
    ids = (f"{site}-block", f"{site}-block-v6")
    return tuple(blueprint.get(Pool, one).prefix for one in ids if blueprint.has(Pool, one))


def _ports(
    blueprint: Blueprint, region: Region, site: str, doors: Sequence[str], bps: float, preference: int
) -> list[CloudConnection]:
    """A connection for each dedicated port, on the router that its circuit ends on."""
    near = {
        link.b.device: link
        for link in blueprint.all(Link)
        if link.purpose is LinkPurpose.CIRCUIT and link.b.device in doors
    }
    locations = _locations(doors)
    return [
        CloudConnection(
            id=f"{door}-{region.id}",
            hub="",
            kind=CloudConnectionKind.DIRECT_CONNECT,
            bandwidth_bps=_rate(blueprint, near[door].id),
            peak_bps=ceil(bps / len(doors)),
            device=near[door].a.device,
            preference=preference,
            crypto=near[door].crypto,
            location=f"interconnect {locations[door]} near {site}",
            cloud_device=door,
            mtu_bytes=8500,
        )
        for door in doors
    ]


def _locations(doors: Sequence[str]) -> dict[str, int]:
    """The location of each port: ports alternate between two, as routers do, so that a router reaches both."""
    half = max(1, len(doors) // 2)
    return {door: at // half + 1 if len(doors) > 1 else 1 for at, door in enumerate(doors)}


def _rate(blueprint: Blueprint, link: str) -> int:
    from netdesign.model.cabling import Circuit

    return blueprint.get(Circuit, f"{link}-circuit").rate_down_bps


def _tunnels(  # noqa: PLR0917 - one set of facts, all its traits
    blueprint: Blueprint,
    part: CloudPart,
    region: Region,
    site: ResolvedSite,
    bps: float,
    firewalls: Sequence[Device],
    preference: int,
    *,
    backup: bool,
) -> list[CloudConnection]:
    """Tunnels to a hub: beside ports as their backup, elsewhere for the site's own traffic."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    share = parameters.cloud.vpn_backup_share if backup else 1.0
    place = part.plan.place
    ways = size_ways(place, parameters, asked, bps * share, dedicated=False)
    ways = replace(ways, vpns=max(len(firewalls), ways.vpns))
    made = connection_facts(
        place, parameters, f"{site.id}-{region.id}", ways, bps * share, tunnel_crypto(blueprint), preference
    )
    return [
        replace(one, device=firewalls[at % len(firewalls)].id, preference=BACKUP if backup else one.preference)
        for at, one in enumerate(made)
    ]


def _bill_again(blueprint: Blueprint) -> None:
    """The bill with what the provider charges; the premises were billed before."""
    for fact in (*blueprint.all(PartLine), *blueprint.all(CostLine)):
        blueprint.remove(fact)
    add_parts(blueprint)
