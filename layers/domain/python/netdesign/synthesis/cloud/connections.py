"""How the sites of users reach the hubs: VPN tunnels, or dedicated ports at two locations with tunnels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from netdesign.model.addressing import Pool
from netdesign.model.cloud import CloudConnectionKind, CloudGateway, CloudGatewayKind
from netdesign.model.resolved import Population, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.cloud.plan import INSPECTION, CloudPlan
from netdesign.synthesis.draft.address_plan import format_v6, host_length
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.cloud_ways import (
    FAR,
    NEAR,
    Ways,
    connection_facts,
    connection_with,
    size_ways,
    tunnel_crypto,
)
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
        many = len(joined) * (2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1)
        most = plan.place.quotas.vpn_connections
        routers = add_routers(blueprint, plan, regions, total, len(joined)) if most and many > most else {}
        for site in joined:
            bps = total * (site.users + site.endpoints) / weight
            prefixes = _site_prefixes(blueprint, site)
            for at, region in enumerate(regions):
                ends = routers.get(region.id, ())
                _join(blueprint, plan, region, site, prefixes, bps, crypto, NEAR if at == 0 else FAR, ends)
    _partners(blueprint, plan, regions)


def add_routers(
    blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region], bps: float, sites: int
) -> dict[str, tuple[str, ...]]:
    """Routers in every zone that end the tunnels of more sites than the provider's own VPN takes, by region."""
    cloud, level = blueprint.parameters.cloud, blueprint.redundancy
    grown = bps * blueprint.growth / (level.max_utilisation_failed or level.max_utilisation)
    zones = len(regions[0].plan.zones)
    busiest = max(ceil(2 * sites / cloud.router_tunnels), ceil(grown / cloud.router_bps))
    each = max(1, ceil(busiest / max(1, zones - 1)))
    found: dict[str, tuple[str, ...]] = {}
    for region in regions:
        home = region.networks.get(INSPECTION) or next(iter(region.networks.values()))
        gateways = [
            CloudGateway(
                id=f"{zone}-router{at + 1}",
                network=home.id,
                kind=CloudGatewayKind.ROUTER,
                availability_zone=zone,
                serves=region.plan.zones,
            )
            for at in range(max(each, 2 if zones == 1 else 1))
            for zone in region.plan.zones
        ]
        blueprint.add_all(gateways)
        found[region.id] = tuple(gateway.id for gateway in gateways)
    blueprint.decide(
        "What ends the tunnels of so many sites?",
        f"{each} routers in each of {zones} zones, which run as workloads",
        formula="routers = max(2 * sites / tunnels of one, demand * g / U1 / rate of one), over all zones but one",
        inputs={
            "sites": sites,
            "quota of VPN connections": plan.place.quotas.vpn_connections,
            "tunnels of one": cloud.router_tunnels,
            "rate of one": cloud.router_bps,
        },
        result=each * zones,
        alternatives=(
            ("the provider's own VPN", "its quota of connections is smaller, and a raise is not ours to grant"),
        ),
        fields=("sites", "redundancy"),
        source="catalogue of cloud quotas; policy parameters cloud",
    )
    return found


def _two_of(blueprint: Blueprint, routers: Sequence[str]) -> tuple[str, str]:
    """The next two routers, which stand in different zones where there are several."""
    at = blueprint.number("cloud-router-turn") - 1
    return routers[at % len(routers)], routers[(at + 1) % len(routers)]


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


def _join(  # noqa: PLR0917 - what the connections of a site depend on
    blueprint: Blueprint,
    plan: CloudPlan,
    region: Region,
    site: ResolvedSite,
    prefixes: tuple[str, ...],
    bps: float,
    crypto: str,
    preference: int,
    routers: Sequence[str],
) -> None:
    """The connections of one site to one hub; with `routers` two of them end its tunnels."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    ways = size_ways(plan.place, parameters, asked, bps, dedicated=False)
    dedicated = ways.vpns > parameters.cloud.vpn_most_connections
    if dedicated:
        ways = size_ways(plan.place, parameters, asked, bps, dedicated=True)
    fields: dict[str, object] = {"hub": region.hub, "site": site.id, "zone": plan.zone_id(USER), "prefixes": prefixes}
    stem = f"{site.id}-{region.id}"
    for connection in connection_facts(plan.place, parameters, stem, ways, bps, crypto, preference):
        own = not routers or connection.kind is not CloudConnectionKind.VPN
        ends = () if own else _two_of(blueprint, routers)
        blueprint.add(connection_with(connection, fields | {"gateways": ends}))
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
        facts = connection_facts(
            plan.place, place, f"partners-{region.id}", ways, bps, crypto, NEAR if at == 0 else FAR
        )
        for connection in facts:
            fields: dict[str, object] = {"hub": region.hub, "zone": plan.zone_id(PARTNER), "prefixes": prefixes}
            blueprint.add(connection_with(connection, fields))


def _explain(blueprint: Blueprint, site: ResolvedSite, region: Region, ways: Ways, bps: float) -> None:
    if len(blueprint.requirements.sites) > 20:
        return
    level = blueprint.redundancy
    ports = (
        f"{ways.ports} ports of {ways.port_bps / 1e9:g} Gbit/s at {ways.locations} locations, and "
        if ways.ports
        else ""
    )
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
