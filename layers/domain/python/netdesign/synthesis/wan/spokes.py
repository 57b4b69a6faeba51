"""Spokes that are alike: one is drawn, and all others are copies of it with their own names and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any, Final

from netdesign.errors import ConflictError
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Device, Site
from netdesign.model.rationale import Decision
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.campus.design import Built, build_site
from netdesign.synthesis.datacenter.design import add_site
from netdesign.synthesis.draft.address_plan import SitePlan
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.copies import STAND_IN, Form, Forms, Place
from netdesign.synthesis.draft.fact_store import collections
from netdesign.synthesis.draft.pairs import Pair
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.edge.sizing import EdgePlan
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.needs.flows import Ends
from netdesign.synthesis.needs.joined_sites import WanShape
from netdesign.synthesis.operation.finishing import relay
from netdesign.synthesis.wan.traffic import Surroundings, device_flows, site_flows, write_policy

UNLIKE: Final = frozenset({Site, Decision, Vrf, Vlan})
"""Facts that are made for each spoke or for all together."""
NOWHERE_V4: Final = "240.0.0.0/4"
NOWHERE_V6: Final = "fc00::/16"
"""Where the pattern lies: in blocks that no network has, so that no address of another site is taken for one of it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A spoke that stands for all that are like it."""

    forms: tuple[Form, ...]
    vlans: tuple[tuple[Form, tuple[str, ...]], ...]
    shared: tuple[Any, ...]
    decisions: tuple[Form, ...]
    flows: tuple[Form, ...]
    managing: tuple[Form, ...]
    devices: tuple[str, ...]
    providers: tuple[str, ...]
    firewalls: tuple[str, ...]
    routers: tuple[str, ...]
    gate_vlans: tuple[str, ...]
    carriers: tuple[str, ...]
    edge: EdgePlan
    ends: Ends
    plan: SitePlan
    drawn: Blueprint


@dataclass(frozen=True, slots=True)
class Copied:
    """A spoke that was written out: what a site hands on, with its flows, and those of its devices for rules alone."""

    built: Built
    flows: tuple[Flow, ...]
    managing: tuple[Flow, ...]


def alike(site: ResolvedSite, region: int) -> tuple[object, ...]:
    """What spokes share that are built alike."""
    plain = replace(site, id="", name="", jurisdiction="", latitude=None, longitude=None)
    return (plain, region)


def draw(  # noqa: PLR0917 - what a spoke is drawn from
    blueprint: Blueprint,
    site: ResolvedSite,
    shape: WanShape,
    zones: Sequence[str],
    ends: Mapping[str, Ends],
    services: Sequence[ServiceInstance],
    around: Surroundings,
) -> Pattern:
    """The pattern of spokes like a site: everything at it, its flows to the hubs, and its rules."""
    asked = blueprint.requirements
    stand_in = replace(site, id=STAND_IN)
    sites = tuple(stand_in if one.id == site.id else one for one in asked.sites)
    apart = replace(asked, sites=sites, supernets=(NOWHERE_V4,), reserved_prefixes=())
    if asked.ipv6:
        apart = replace(apart, ipv6_supernet=NOWHERE_V6)
    drawn = Blueprint(apart, blueprint.catalog, blueprint.parameters)
    drawn.spokes = frozenset((STAND_IN,))
    drawn.heads = {STAND_IN: blueprint.heads.get(site.id, 0)}
    if site.id in blueprint.gates:
        drawn.gates = {STAND_IN: blueprint.gates[site.id]}
        drawn.tunnels = {STAND_IN: blueprint.tunnels.get(site.id, 0)}
    built = build_site(drawn, stand_in, zones)
    homes = shape.hubs_of(site.id)
    relay(drawn, services, {STAND_IN: homes})
    near = WanShape(shape.archetype, shape.regions, {STAND_IN: shape.homes[site.id]}, (), transport=shape.transport)
    flows = site_flows(drawn, stand_in, near, {STAND_IN: built.ends, **{home: ends[home] for home in homes}}, services)
    managing = device_flows(STAND_IN, services)
    own = Surroundings.of(drawn)
    write_policy(drawn, STAND_IN, built.edge.firewalls, (*flows, *managing), around.joined(own))
    if private(asked):
        translate(drawn, built.edge)
    return _pattern(drawn, built, flows, managing)


def _of(drawn: Blueprint, kind: type[Any]) -> Sequence[Any]:
    return list(drawn.all(kind))


def private(asked: ResolvedRequirements) -> bool:
    """Whether no address of the sites is one that the Internet routes, so that all of them translate alike."""
    six = (asked.ipv6_supernet,) if asked.ipv6 and asked.ipv6_supernet else ()
    return not any(ip_network(prefix).is_global for prefix in (*asked.supernets, *six))


def _pattern(drawn: Blueprint, built: Built, flows: tuple[Flow, ...], managing: tuple[Flow, ...]) -> Pattern:
    forms = Forms(drawn.addresses.sites[STAND_IN])
    kinds = [kind for kind in collections() if kind not in UNLIKE]
    facts: list[Any] = [fact for kind in kinds for fact in _of(drawn, kind)]
    own = [fact for fact in facts if STAND_IN in fact.id and not isinstance(fact, Flow)]
    shared = [fact for fact in facts if STAND_IN not in fact.id]
    return Pattern(
        forms=forms.of(own),
        vlans=tuple((form, drawn.vlan_devices(form.fact)) for form in forms.of(drawn.all(Vlan))),
        shared=(*drawn.all(Vrf), *shared),
        decisions=forms.of(drawn.all(Decision)),
        flows=forms.of(flows),
        managing=forms.of(managing),
        devices=tuple(device.id for device in drawn.all(Device)),
        providers=tuple(device.id for device in built.edge.providers),
        firewalls=tuple(device.id for device in built.edge.firewalls),
        routers=tuple(device.id for device in built.edge.wans),
        gate_vlans=built.edge.gate_vlans,
        carriers=tuple(sorted(drawn.carriers)),
        edge=built.edge.plan,
        ends=built.ends,
        plan=drawn.addresses.sites[STAND_IN],
        drawn=drawn,
    )


def write_out(blueprint: Blueprint, pattern: Pattern, site: ResolvedSite, *, first: bool) -> Copied:
    """Add a copy of a pattern for a site to the blueprint; the decisions of the first stand for all."""
    place = _place(blueprint, pattern, site)
    add_site(blueprint, site)
    for fact in pattern.shared if first else ():
        if not blueprint.has(type(fact), fact.id):
            blueprint.add(fact)
    for form in pattern.forms:
        blueprint.add(form.written(place))
    for form, devices in pattern.vlans:
        blueprint.define_vlan(blueprint.add(form.written(place)), *(_named(name, site) for name in devices))
    for form in pattern.decisions if first else ():
        blueprint.add(replace(form.written(place), id=blueprint.next_decision()))
    for name in pattern.devices:
        blueprint.adopt(_named(name, site), pattern.drawn, name)
    for name in pattern.routers:
        blueprint.part_ports(_named(name, site))
    flows = tuple(form.written(place) for form in pattern.flows)
    blueprint.add_all(flows)
    managing = tuple(form.written(place) for form in pattern.managing)
    return Copied(_built(blueprint, pattern, site), flows, managing)


def _built(blueprint: Blueprint, pattern: Pattern, site: ResolvedSite) -> Built:
    def devices(names: Sequence[str]) -> tuple[Device, ...]:
        return tuple(blueprint.get(Device, _named(name, site)) for name in names)

    edge = Edge(site.id, pattern.edge, Pair(()), devices(pattern.firewalls))
    edge.providers, edge.wans = devices(pattern.providers), devices(pattern.routers)
    edge.gate_vlans = tuple(_named(name, site) for name in pattern.gate_vlans)
    blueprint.carriers.update(_named(name, site) for name in pattern.carriers)
    ends = {
        (_named(end, site), zone): tuple(_named(name, site) for name in names)
        for (end, zone), names in pattern.ends.items()
    }
    return Built(Archetype.BRANCH, edge, (), ends)


def _named(name: str, site: ResolvedSite) -> str:
    return name.replace(STAND_IN, site.id)


def _place(blueprint: Blueprint, pattern: Pattern, site: ResolvedSite) -> Place:
    """A block for the site of the size of the pattern's, and how far the two are apart."""
    old = pattern.plan
    new = blueprint.addresses.like(site.id, old)
    if (new.v6 is None) != (old.v6 is None):
        raise ConflictError(f"the blocks of {site.id} are not of the families of its like")
    return Place(site.id, new.block.base - old.block.base, (new.v6 or 0) - (old.v6 or 0))
