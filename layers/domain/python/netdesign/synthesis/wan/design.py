"""A wide-area network from its requirements: sites like campuses and branches, joined by tunnels with BGP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.resolved import Population, ResolvedSite
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.bill.parts import add_parts
from netdesign.synthesis.campus.design import Built, build_site, campus_zones
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.remote_access import admit_remote_users
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.needs.campus_plan import plan_campus
from netdesign.synthesis.needs.firewalls import firewall_count
from netdesign.synthesis.needs.joined_sites import WanShape, wan_shape
from netdesign.synthesis.needs.transports import Transport
from netdesign.synthesis.needs.zones import DATABASE, DMZ, KINDS, SERVER, STORAGE, WAN, make_zones, restricted_ends
from netdesign.synthesis.operation.finishing import relay, residencies
from netdesign.synthesis.operation.hardening import harden
from netdesign.synthesis.operation.infrastructure import settle_collectors
from netdesign.synthesis.operation.management import encrypt_between_buildings, manage_devices
from netdesign.synthesis.wan.gate_routing import route_gates
from netdesign.synthesis.wan.gates import plan_gates
from netdesign.synthesis.wan.lines import build_lines
from netdesign.synthesis.wan.overlay import join_sites
from netdesign.synthesis.wan.routing import route_sites
from netdesign.synthesis.wan.spokes import Pattern, alike, draw, private, write_out
from netdesign.synthesis.wan.traffic import Surroundings, add_policies, site_flows

MOST_CIRCUITS: Final = 2


@dataclass(slots=True)
class Sites:
    """The sites as they are built: what each hands on, the flows that it sends, and those of its devices."""

    built: dict[str, Built] = field(default_factory=dict)
    flows: dict[str, tuple[Flow, ...]] = field(default_factory=dict)
    managing: dict[str, tuple[Flow, ...]] = field(default_factory=dict)
    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    """How many spokes there are of each kind."""


def build(blueprint: Blueprint) -> Archetype:
    """Add every fact of the network to the blueprint; the archetype is the shape in which sites are joined."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    shape, plan = wan_shape(asked, parameters), None
    if shape.transport is Transport.LINES:
        from netdesign.synthesis.wan.line_shape import line_shape

        shape, plan = line_shape(asked, parameters, blueprint.catalog)
    zones = campus_zones(blueprint)
    joined = shape.joins or shape.lines
    named = tuple(zone for zone in KINDS if zone in zones or (zone == WAN and joined))
    blueprint.add_all(make_zones(named, asked, parameters.zones.trust))
    blueprint.tunnels, blueprint.heads = _tunnels(blueprint, shape)
    blueprint.gates = plan_gates(blueprint, shape, plan)
    _explain(blueprint, shape)
    sites = _build_sites(blueprint, shape, zones)
    edges = {site: one.edge for site, one in sites.built.items()}
    if joined:
        joints = join_sites(blueprint, edges, shape) if shape.joins else ()
        route_sites(blueprint, edges, shape, joints)
    if blueprint.gates:
        route_gates(blueprint, edges, build_lines(blueprint, edges, plan) if plan else ())
    _finish(blueprint, shape, sites)
    return shape.archetype


def _build_sites(blueprint: Blueprint, shape: WanShape, zones: Sequence[str]) -> Sites:
    """Sites with servers or services of their own first, then the spokes that use them, alike ones from one drawing."""
    asked = blueprint.requirements
    blueprint.spokes = frozenset(site.id for site in asked.sites if _bare(blueprint, shape, site))
    sites = Sites()
    whole = [site for site in asked.sites if site.id not in blueprint.spokes]
    for site in whole:
        sites.built[site.id] = build_site(blueprint, site, with_gate(blueprint, site.id, zones))
    services = tuple(service for one in sites.built.values() for service in one.services)
    relay(blueprint, services)
    _copy_spokes(blueprint, shape, zones, sites)
    ends = {site: one.ends for site, one in sites.built.items()}
    for site in whole:
        sites.flows[site.id] = site_flows(blueprint, site, shape, ends, sites.built[site.id].services)
    add_policies(
        blueprint,
        shape,
        {site.id: sites.built[site.id].edge.firewalls for site in whole},
        {site: (*some, *sites.managing.get(site, ())) for site, some in sites.flows.items()},
    )
    return sites


def _copy_spokes(blueprint: Blueprint, shape: WanShape, zones: Sequence[str], sites: Sites) -> None:
    around = Surroundings.of(blueprint)
    ends = {site: one.ends for site, one in sites.built.items()}
    patterns: dict[tuple[object, ...], Pattern] = {}
    named = {end for flow in blueprint.requirements.flows for end in (flow.source, flow.target)}
    for site in blueprint.requirements.sites:
        if site.id not in blueprint.spokes:
            continue
        gate = blueprint.gates.get(site.id)
        kind = (*alike(site, shape.homes[site.id]), gate, site.id if site.id in named else "")
        first = kind not in patterns
        if first:
            services = _services(shape, sites, site.id)
            own = with_gate(blueprint, site.id, _spoke_zones(blueprint, site, zones))
            patterns[kind] = draw(blueprint, site, shape, own, ends, services, around)
        copied = write_out(blueprint, patterns[kind], site, first=first)
        sites.built[site.id], sites.flows[site.id] = copied.built, copied.flows
        sites.managing[site.id] = copied.managing
        sites.alike[kind] = sites.alike.get(kind, 0) + 1


def _finish(blueprint: Blueprint, shape: WanShape, sites: Sites) -> None:
    """What is made for all sites together: translation, management, guards, parts."""
    whole = {site: one for site, one in sites.built.items() if site not in blueprint.spokes}
    residencies(blueprint)
    for one in (whole if private(blueprint.requirements) else sites.built).values():
        translate(blueprint, one.edge)
    admit_remote_users(blueprint, [one.edge for site, one in whole.items() if site in shape.hubs])
    manage_devices(blueprint, tuple(service for one in whole.values() for service in one.services))
    encrypt_between_buildings(blueprint)
    settle_collectors(blueprint)
    harden(blueprint)
    add_parts(blueprint)
    if sites.alike:
        blueprint.decide(
            "Which sites are built alike?",
            f"{sum(sites.alike.values())} spokes in {len(sites.alike)} kinds; what is said of one holds for its like",
            formula="the same users, devices, area, closets, tier and hubs make the same site",
            inputs={"spokes": sum(sites.alike.values()), "largest kind": max(sites.alike.values())},
            result=len(sites.alike),
            fields=("sites", "users"),
        )


def with_gate(blueprint: Blueprint, site: str, zones: Sequence[str]) -> tuple[str, ...]:
    """The zones of a site, that of other sites among them where it has addresses of its own."""
    return (*zones, WAN) if site in blueprint.gates else tuple(zones)


def _services(shape: WanShape, sites: Sites, site: str) -> tuple[ServiceInstance, ...]:
    """The services of the hubs of a site."""
    return tuple(service for home in shape.hubs_of(site) for service in sites.built[home].services)


def _bare(blueprint: Blueprint, shape: WanShape, site: ResolvedSite) -> bool:
    """Whether a site lives on the servers and services of its hubs: one that is a branch without servers."""
    if site.id not in shape.homes or site.servers:
        return False
    plan = plan_campus(blueprint.requirements, blueprint.parameters, site)
    return plan.archetype is Archetype.BRANCH


def _spoke_zones(blueprint: Blueprint, site: ResolvedSite, zones: Sequence[str]) -> tuple[str, ...]:
    """The zones of a spoke: none of servers, which it has elsewhere."""
    terminals = Population.IOT in restricted_ends(blueprint.requirements) and site.endpoints
    absent = {SERVER, STORAGE, DMZ} | (set() if terminals else {DATABASE})
    return tuple(zone for zone in zones if zone not in absent)


def _tunnels(blueprint: Blueprint, shape: WanShape) -> tuple[dict[str, int], dict[str, int]]:
    """Tunnels that each site may have to number, and that each of its firewalls ends, at the most."""
    firewalls = firewall_count(blueprint.requirements, blueprint.parameters)
    numbered: dict[str, int] = {}
    ended: dict[str, int] = {}
    for join in shape.joins:
        numbered[join.b] = numbered.get(join.b, 0) + firewalls**2 * MOST_CIRCUITS
        for site in (join.a, join.b):
            ended[site] = ended.get(site, 0) + firewalls * MOST_CIRCUITS
    for line in shape.lines:
        numbered[line.a] = numbered.get(line.a, 0) + 1
    return numbered, ended


def _explain(blueprint: Blueprint, shape: WanShape) -> None:
    asked, wan = blueprint.requirements, blueprint.parameters.wan
    wish = asked.topology_preference
    blueprint.decide(
        "In which shape are the sites joined?",
        shape.archetype.value,
        formula="as preferred; or else each with each up to 5 sites, two hubs for every region of at most "
        "regional_hub_spokes spokes and hub_rtt_ms beyond, each spoke on the two nearest; leased lines and a carrier's "
        "network where the words of the request name them, or where few sites are all critical",
        inputs={
            "sites": len(asked.sites),
            "preference": wish.value if wish else "none",
            "transport": shape.transport.value,
            "regional_hub_spokes": wan.regional_hub_spokes,
            "hub_rtt_ms": wan.hub_rtt_ms,
            "hubs": ", ".join(shape.hubs[:6]),
        },
        result=len(shape.joins) + len(shape.lines),
        fields=("network_type", "topology_preference", "technology_stack", "sites"),
        source="policy parameters wan",
    )
