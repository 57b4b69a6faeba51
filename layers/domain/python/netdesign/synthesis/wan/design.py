"""A wide-area network from its requirements: sites like campuses and branches, joined by tunnels with BGP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.resolved import Population, ResolvedSite
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.campus.design import Built, build_site, campus_zones
from netdesign.synthesis.campus.plan import plan_campus
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.remote_access import admit_remote_users
from netdesign.synthesis.edge.sizing import firewall_count
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.needs.joined_sites import WanShape, wan_shape
from netdesign.synthesis.needs.zones import DATABASE, DMZ, KINDS, SERVER, STORAGE, WAN, make_zones, restricted_ends
from netdesign.synthesis.operation.finishing import relay, residencies
from netdesign.synthesis.operation.hardening import harden
from netdesign.synthesis.operation.management import encrypt_between_buildings, manage_devices
from netdesign.synthesis.wan.overlay import join_sites
from netdesign.synthesis.wan.routing import route_sites
from netdesign.synthesis.wan.traffic import add_policies, device_flows, site_flows

MOST_CIRCUITS: Final = 2


def build(blueprint: Blueprint) -> Archetype:
    """Add every fact of the network to the blueprint; the archetype is the shape in which sites are joined."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    shape = wan_shape(asked, parameters)
    zones = campus_zones(blueprint)
    named = tuple(zone for zone in KINDS if zone in zones or zone == WAN)
    blueprint.add_all(make_zones(named, asked, parameters.zones.trust))
    blueprint.spokes = frozenset(site.id for site in asked.sites if _bare(blueprint, shape, site))
    blueprint.tunnels = _tunnels(blueprint, shape)
    built = {site.id: build_site(blueprint, site, site_zones(blueprint, site, zones)) for site in asked.sites}
    _explain(blueprint, shape)
    edges = {site: one.edge for site, one in built.items()}
    joints = join_sites(blueprint, edges, shape)
    route_sites(blueprint, edges, shape, joints)
    _finish(blueprint, shape, built)
    return shape.archetype


def _finish(blueprint: Blueprint, shape: WanShape, built: dict[str, Built]) -> None:
    """What is made for all sites together: flows, rules, management, guards, parts."""
    asked = blueprint.requirements
    residencies(blueprint)
    services = tuple(service for one in built.values() for service in one.services)
    relay(blueprint, services, {site: shape.hubs_of(site) for site in blueprint.spokes})
    ends = {site: one.ends for site, one in built.items()}
    used = {site: _services(blueprint, shape, built, site) for site in built}
    flows = {site.id: site_flows(blueprint, site, shape, ends, used[site.id]) for site in asked.sites}
    for site in sorted(blueprint.spokes):
        flows[site] = (*flows[site], *device_flows(blueprint, site, used[site]))
    add_policies(blueprint, {site: one.edge.firewalls for site, one in built.items()}, flows)
    for one in built.values():
        translate(blueprint, one.edge)
    admit_remote_users(blueprint, [one.edge for site, one in built.items() if site in shape.hubs])
    manage_devices(blueprint, services)
    encrypt_between_buildings(blueprint)
    harden(blueprint)
    add_parts(blueprint)


def _services(
    blueprint: Blueprint, shape: WanShape, built: dict[str, Built], site: str
) -> tuple[ServiceInstance, ...]:
    """The services that a site uses: its own, or those of its hubs."""
    homes = shape.hubs_of(site) if site in blueprint.spokes else (site,)
    return tuple(service for home in homes for service in built[home].services)


def _bare(blueprint: Blueprint, shape: WanShape, site: ResolvedSite) -> bool:
    """Whether a site lives on the servers and services of its hubs: one that is a branch without servers."""
    if site.id not in shape.homes or site.servers:
        return False
    plan = plan_campus(blueprint.requirements, blueprint.parameters, site)
    return plan.archetype is Archetype.BRANCH


def site_zones(blueprint: Blueprint, site: ResolvedSite, zones: Sequence[str]) -> tuple[str, ...]:
    """The zones of a site: none of servers where it has none and uses those of others."""
    if site.id not in blueprint.spokes:
        return tuple(zones)
    terminals = Population.IOT in restricted_ends(blueprint.requirements) and site.endpoints
    absent = {SERVER, STORAGE, DMZ} | (set() if terminals else {DATABASE})
    return tuple(zone for zone in zones if zone not in absent)


def _tunnels(blueprint: Blueprint, shape: WanShape) -> dict[str, int]:
    """Tunnels that each site may have to number, at the most."""
    asked = blueprint.requirements
    each = firewall_count(asked, blueprint.parameters) ** 2 * MOST_CIRCUITS
    found: dict[str, int] = {}
    for join in shape.joins:
        found[join.b] = found.get(join.b, 0) + each
    return found


def _explain(blueprint: Blueprint, shape: WanShape) -> None:
    asked, wan = blueprint.requirements, blueprint.parameters.wan
    wish = asked.topology_preference
    blueprint.decide(
        "In which shape are the sites joined?",
        shape.archetype.value,
        formula="as preferred; or else each with each up to 5 sites, two hubs for every region of at most "
        "regional_hub_spokes spokes beyond",
        inputs={
            "sites": len(asked.sites),
            "preference": wish.value if wish else "none",
            "regional_hub_spokes": wan.regional_hub_spokes,
            "hubs": ", ".join(shape.hubs[:6]),
        },
        result=len(shape.joins),
        fields=("network_type", "topology_preference", "sites"),
        source="policy parameters wan",
    )
