"""A wide-area network from its requirements: sites like campuses and branches, joined by tunnels with BGP."""

from __future__ import annotations

from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.campus.design import Built, build_site, campus_zones
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.remote_access import admit_remote_users
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.needs.joined_sites import WanShape, wan_shape
from netdesign.synthesis.needs.zones import KINDS, WAN, make_zones
from netdesign.synthesis.operation.finishing import relay, residencies
from netdesign.synthesis.operation.hardening import harden
from netdesign.synthesis.operation.management import encrypt_between_buildings, manage_devices
from netdesign.synthesis.wan.overlay import join_sites
from netdesign.synthesis.wan.routing import route_sites
from netdesign.synthesis.wan.traffic import add_policies, site_flows


def build(blueprint: Blueprint) -> Archetype:
    """Add every fact of the network to the blueprint; the archetype is the shape in which sites are joined."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    shape = wan_shape(asked, parameters)
    zones = campus_zones(blueprint)
    named = tuple(zone for zone in KINDS if zone in zones or zone == WAN)
    blueprint.add_all(make_zones(named, asked, parameters.zones.trust))
    built = {site.id: build_site(blueprint, site, zones) for site in asked.sites}
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
    relay(blueprint, services)
    ends = {site: one.ends for site, one in built.items()}
    flows = {site.id: site_flows(blueprint, site, shape, ends, built[site.id].services) for site in asked.sites}
    add_policies(blueprint, {site: one.edge.firewalls for site, one in built.items()}, flows)
    for one in built.values():
        translate(blueprint, one.edge)
    admit_remote_users(blueprint, [one.edge for site, one in built.items() if site in shape.hubs])
    manage_devices(blueprint, services)
    encrypt_between_buildings(blueprint)
    harden(blueprint)
    add_parts(blueprint)


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
