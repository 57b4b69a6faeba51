"""How the sites of users reach the hubs: VPN tunnels, or dedicated ports at two locations with tunnels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from netdesign.model.addressing import Pool
from netdesign.model.resolved import Population, ResolvedRequirements, ResolvedSite
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.edge.cloud_ways import (
    FAR,
    NEAR,
    Ways,
    connection_facts,
    connection_with,
    size_ways,
    tunnel_crypto,
)
from netdesign.synthesis.cloud.plan import CloudPlan
from netdesign.synthesis.draft.address_plan import format_v6, host_length
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.zones import PARTNER, USER

SITE_V6_LENGTH: Final = 48
PARTNER_HOSTS: Final = 8
MACHINES: Final = frozenset({Population.SERVERS, Population.STORAGE, Population.DMZ, Population.MANAGEMENT})
PREMISES: Final = frozenset({Population.USERS, Population.IOT, Population.VOICE, Population.GUEST})


def add_connections(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> None:
    """A connection set from every site with people or things, to the hub of every region; one for partners."""
    asked = blueprint.requirements
    joined = [site for site in asked.sites if site.users or site.endpoints]
    if joined:
        crypto = tunnel_crypto(blueprint)
        total = premises_bps(asked)
        weight = sum(site.users + site.endpoints for site in joined)
        for site in joined:
            bps = total * (site.users + site.endpoints) / weight
            prefixes = _site_prefixes(blueprint, site)
            for at, region in enumerate(regions):
                _join(blueprint, plan, region, site, prefixes, bps, crypto, NEAR if at == 0 else FAR)
    _partners(blueprint, plan, regions)


def premises_bps(requirements: ResolvedRequirements) -> int:
    """Peak between what is on the premises and what runs at the provider, the larger direction of each flow."""
    sites = {site.id for site in requirements.sites}
    return sum(
        max(flow.up_bps, flow.down_bps)
        for flow in requirements.flows
        if any(
            near in PREMISES | sites and far in MACHINES
            for near, far in ((flow.source, flow.target), (flow.target, flow.source))
        )
    )


def _join(
    blueprint: Blueprint,
    plan: CloudPlan,
    region: Region,
    site: ResolvedSite,
    prefixes: tuple[str, ...],
    bps: float,
    crypto: str,
    preference: int,
) -> None:
    """The connections of one site to one hub."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    ways = size_ways(plan.place, parameters, asked, bps, dedicated=False)
    dedicated = ways.vpns > parameters.cloud.vpn_most_connections
    if dedicated:
        ways = size_ways(plan.place, parameters, asked, bps, dedicated=True)
    fields: dict[str, object] = {"hub": region.hub, "site": site.id, "zone": plan.zone_id(USER), "prefixes": prefixes}
    stem = f"{site.id}-{region.id}"
    for connection in connection_facts(plan.place, parameters, stem, ways, bps, crypto, preference):
        blueprint.add(connection_with(connection, fields))
    _explain(blueprint, site, region, ways, bps)


def _site_prefixes(blueprint: Blueprint, site: ResolvedSite) -> tuple[str, ...]:
    """The block that a site's own network is to be numbered from, so that nothing overlaps."""
    devices = blueprint.parameters.wireless.devices_per_user
    hosts = max(8, ceil(site.users * devices) + site.endpoints)
    return _block(blueprint, site.id, host_length(hosts, blueprint.growth), site.id)


def _block(blueprint: Blueprint, name: str, length: int, site: str | None) -> tuple[str, ...]:
    """A block of either family, reserved under a name."""
    block, v6 = blueprint.addresses.block(name, length), blueprint.addresses.block_v6(name)
    six = () if v6 is None else (f"{format_v6(v6)}/{SITE_V6_LENGTH}",)
    for prefix in (block.prefix, *six):
        mark = "-v6" if ":" in prefix else ""
        purpose = "site" if site else name
        blueprint.add(Pool(id=f"{name}-block{mark}", prefix=prefix, purpose=purpose, site=site, summary=True))
    return (block.prefix, *six)


def _partners(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> None:
    """Tunnels for partners, whose addresses are translated to a block of ours, where flows name partners."""
    asked = blueprint.requirements
    if not any(Population.PARTNER in (flow.source, flow.target) for flow in asked.flows):
        return
    place = blueprint.parameters
    prefixes = _block(blueprint, "partners", host_length(PARTNER_HOSTS, blueprint.growth), None)
    bps = sum(max(f.up_bps, f.down_bps) for f in asked.flows if Population.PARTNER in (f.source, f.target))
    ways = size_ways(plan.place, place, asked, bps, dedicated=False)
    for at, region in enumerate(regions):
        crypto = tunnel_crypto(blueprint)
        facts = connection_facts(plan.place, place, f"partners-{region.id}", ways, bps, crypto, NEAR if at == 0 else FAR)
        for connection in facts:
            fields: dict[str, object] = {"hub": region.hub, "zone": plan.zone_id(PARTNER), "prefixes": prefixes}
            blueprint.add(connection_with(connection, fields))


def _explain(blueprint: Blueprint, site: ResolvedSite, region: Region, ways: Ways, bps: float) -> None:
    if len(blueprint.requirements.sites) > 20:
        return
    level = blueprint.redundancy
    ports = f"{ways.ports} ports of {ways.port_bps / 1e9:g} Gbit/s at {ways.locations} locations, and " if ways.ports else ""
    blueprint.decide(
        f"How does {site.id} reach {region.hub}?",
        f"{ports}{ways.vpns} VPN connections of {ways.tunnels} tunnels",
        formula="tunnels >= max(ceil(D*g/(r*U0)), 1 + ceil(D*g/(r*U1))); ports carry D*g at U0, and at U1 without one "
        "location; tunnels beside ports carry the backup share",
        inputs={
            "D_bps": round(bps),
            "g": f"{blueprint.growth:.3f}",
            "U0": level.max_utilisation,
            "U1": level.max_utilisation_failed,
            "backup share": blueprint.parameters.cloud.vpn_backup_share,
        },
        result=ways.ports + ways.vpns,
        alternatives=(("devices of the site designed here", "ask for a hybrid network to have the premises designed"),),
        fields=("flows", "sites", "redundancy", "availability_requirement"),
        source="catalogue of cloud quotas; policy parameters cloud",
    )
