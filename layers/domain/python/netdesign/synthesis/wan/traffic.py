"""What sites send one another: flows of each site to where its servers and services are, and rules at both ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from netdesign.model.addressing import Subnet
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Device, EndpointGroup
from netdesign.model.resolved import Population, ResolvedFlow, ResolvedSite
from netdesign.model.security import IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import Archetype, DataClass, Role, ServiceClass
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.flows import (
    DHCP,
    DNS,
    HTTPS,
    NTP,
    SYSLOG_TLS,
    Ends,
    application_flows,
    located,
    service_flows,
)
from netdesign.synthesis.needs.joined_sites import WanShape
from netdesign.synthesis.needs.policies import Place, make_policy, rules_from_flows
from netdesign.synthesis.needs.site_demand import COLUMNS, MACHINES, OUTSIDE, part
from netdesign.synthesis.needs.zones import KINDS, MANAGEMENT, VOICE, WAN
from netdesign.synthesis.operation.finishing import places

ELSEWHERE: Final = "voice-elsewhere"
"""Phones at the hubs, as a target of calls from a spoke."""
MANY_FLOWS: Final = 6
"""Flows that a justification names one by one."""
_TCP, _UDP = IpProtocol.TCP, IpProtocol.UDP
USED: Final = {
    ServiceKind.AAA: (Service(name="radius-tls", protocol=_TCP, first_port=2083, last_port=2083),),
    ServiceKind.LOG: (SYSLOG_TLS,),
    ServiceKind.FLOW: (Service(name="ipfix", protocol=_UDP, first_port=4739, last_port=4739),),
    ServiceKind.NTP: (NTP,),
    ServiceKind.DNS: (DNS,),
    ServiceKind.DHCP: (DHCP,),
    ServiceKind.MONITOR: (Service(name="snmp-trap", protocol=_UDP, first_port=162, last_port=162),),
}
"""What devices send to the services that they are managed by."""
USING: Final = {
    ServiceKind.MONITOR: (Service(name="snmp", protocol=_UDP, first_port=161, last_port=161),),
    ServiceKind.BASTION: (HTTPS, Service(name="ssh", protocol=_TCP, first_port=22, last_port=22)),
}
"""What these services send to devices."""


def site_flows(
    blueprint: Blueprint,
    site: ResolvedSite,
    shape: WanShape,
    ends: Mapping[str, Ends],
    services: Sequence[ServiceInstance],
) -> tuple[Flow, ...]:
    """All flows that a site asks for: its own people's, those from outside to it, and those of its devices."""
    asked = blueprint.requirements
    known = dict(ends[site.id])
    for other in dict.fromkeys((*shape.hubs_of(site.id), *shape.hubs)):
        for (name, zone), ids in ends.get(other, {}).items():
            if name in MACHINES or name in (Population.DMZ.value, other):
                known.setdefault((name, zone), ids)
    known = _own_first(known, ends[site.id]) | _named_sites(blueprint, ends)
    calls = tuple(one for hub in shape.hubs_of(site.id) for one in located(Population.VOICE.value, VOICE, ends[hub]))
    if calls and site.id not in shape.hubs:
        known[ELSEWHERE, VOICE] = calls
    local = replace(asked, flows=tuple(flow for one in asked.flows if (flow := _sent(blueprint, site, one, known))))
    providers = tuple(one.id for one in blueprint.devices(Role.PROVIDER, site.id) if one.id not in blueprint.carriers)
    groups = blueprint.groups_at(site.id)
    made = (*application_flows(local, known), *service_flows(groups, services, providers))
    foreign = {service.id for service in services if service.site != site.id}
    kept = (flow for flow in made if not (foreign & set(flow.sources)))
    named = tuple(replace(flow, id=f"{flow.id}-{site.id}") for flow in kept)
    blueprint.add_all(named)
    return named


def _named_sites(blueprint: Blueprint, ends: Mapping[str, Ends]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The people of sites that flows name."""
    named = {end for flow in blueprint.requirements.flows for end in (flow.source, flow.target)} & ends.keys()
    return {key: ids for site in sorted(named) for key, ids in ends[site].items() if key[0] == site}


def _own_first(known: dict[tuple[str, str], tuple[str, ...]], own: Ends) -> dict[tuple[str, str], tuple[str, ...]]:
    """Machines of the site itself where it has any of the kind, whatever zone they are in."""
    mine = {name for name, _ in own}
    return {key: ids for key, ids in known.items() if key in own or key[0] not in mine}


def _sent(blueprint: Blueprint, site: ResolvedSite, flow: ResolvedFlow, known: Ends) -> ResolvedFlow | None:
    """A site's part of a flow; None where others send all of it, or what it is for is elsewhere."""
    asked = blueprint.requirements
    names = {one.id for one in asked.sites}
    if flow.source in names:
        return flow if flow.source == site.id else None
    if flow.source in OUTSIDE:
        column = COLUMNS.get(flow.target, "users")
        if flow.target in names and flow.target != site.id:
            return None
        share = 1.0 if flow.target == site.id else part(asked, site, column)
    else:
        share = part(asked, site, COLUMNS.get(flow.source, "users"))
    target = flow.target
    if target == Population.VOICE == flow.source and (ELSEWHERE, VOICE) in known:
        target = ELSEWHERE
    scaled = replace(flow, target=target, up_bps=round(flow.up_bps * share), down_bps=round(flow.down_bps * share))
    return scaled if scaled.up_bps or scaled.down_bps else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where everything lies that flows can name: its zone and prefixes, and its site."""

    known: dict[str, Place]
    homes: dict[str, str]

    @classmethod
    def of(cls, blueprint: Blueprint) -> Surroundings:
        """Those of all that has been drawn."""
        return cls(places(blueprint) | device_places(blueprint), _homes(blueprint))

    def joined(self, other: Surroundings) -> Surroundings:
        """These and others."""
        return Surroundings(self.known | other.known, self.homes | other.homes)

    def seen_from(self, site: str, flows: Iterable[Flow]) -> dict[str, Place]:
        """Where the ends of flows lie as the firewalls of a site see them: all that is elsewhere is in the WAN."""
        ends = {end for flow in flows for end in (*flow.sources, *flow.targets)}
        return {end: self.known[end] if self.homes[end] == site else replace(self.known[end], zone=WAN) for end in ends}


def add_policies(
    blueprint: Blueprint,
    shape: WanShape,
    firewalls: Mapping[str, Sequence[Device]],
    flows: Mapping[str, Sequence[Flow]],
) -> None:
    """A policy for the firewalls of each site named: what flows need from, to and through it."""
    around = Surroundings.of(blueprint)
    crossing: dict[str, list[Flow]] = {}
    for site, some in flows.items():
        for flow in some:
            ends = {around.homes[end] for end in (*flow.sources, *flow.targets)}
            for other in ((ends | _passed(shape, ends)) if len(ends) > 1 else ends) - {site}:
                crossing.setdefault(other, []).append(flow)
    for site, devices in firewalls.items():
        others = merged(crossing.get(site, ()))
        write_policy(blueprint, site, devices, (*flows[site], *others.flows), around, others.members)


def _passed(shape: WanShape, ends: set[str]) -> set[str]:
    """The sites whose firewalls lie, or may lie, on the way between sites: hubs between spokes and what is beyond them,
    all of a ring, none of a mesh. Lines lead from router to router, past all other firewalls."""
    if not shape.joins:
        return set()
    if shape.archetype is Archetype.WAN_RING:
        return set(shape.hubs)
    beyond = {spoke: ends - {spoke, *shape.hubs_of(spoke)} for spoke in ends & shape.homes.keys()}
    return {hub for spoke, others in beyond.items() if others for hub in shape.hubs_of(spoke)}


def device_flows(site: str, services: Iterable[ServiceInstance]) -> tuple[Flow, ...]:
    """What the devices of a site without services exchange with those of the hubs: for rules alone, no demand."""
    by_kind: dict[ServiceKind, tuple[str, ...]] = {}
    for service in services:
        by_kind[service.kind] = (*by_kind.get(service.kind, ()), service.id)
    here = (devices_end(site),)
    made = []
    for kind, ids in by_kind.items():
        used = [(here, ids, one) for one in USED.get(kind, ())] + [(ids, here, one) for one in USING.get(kind, ())]
        made += [
            Flow(
                id=f"devices-{kind.value}-{service.name}-{site}",
                sources=sources,
                targets=targets,
                service=service,
                service_class=ServiceClass.SILVER,
                data_class=DataClass.INTERNAL,
                up_bps=0,
                down_bps=0,
                encrypted=True,
            )
            for sources, targets, service in used
        ]
    return tuple(made)


def devices_end(site: str) -> str:
    """The name under which the devices of a site stand among the ends of flows."""
    return f"{site}-devices"


def device_places(blueprint: Blueprint) -> dict[str, Place]:
    """Where the devices of each site without services are managed."""
    found: dict[str, tuple[str, ...]] = {}
    for subnet in blueprint.all(Subnet):
        if subnet.site in blueprint.spokes and subnet.zone == MANAGEMENT:
            found[subnet.site] = (*found.get(subnet.site, ()), subnet.prefix)
    return {devices_end(site): Place(MANAGEMENT, prefixes) for site, prefixes in found.items()}


def _homes(blueprint: Blueprint) -> dict[str, str]:
    """The site of everything that flows can name."""
    found = {device.id: device.site for device in blueprint.devices(Role.PROVIDER)}
    found |= {group.id: group.site for group in blueprint.all(EndpointGroup)}
    found |= {devices_end(site): site for site in blueprint.spokes}
    return found | {service.id: service.site for service in blueprint.all(ServiceInstance)}


@dataclass(frozen=True, slots=True)
class Merged:
    """Flows as few as rules need them: `members` gives the ids of all that a flow (by id) stands for."""

    flows: tuple[Flow, ...]
    members: Mapping[str, tuple[str, ...]]


def merged(flows: Iterable[Flow]) -> Merged:
    """Flows of many sites to the same targets as one each with all their sources, then likewise from the same sources.

    What stands for several has the id of the first of them.
    """
    members: dict[str, tuple[str, ...]] = {}
    groups: dict[tuple[object, ...], list[Flow]] = {}
    for flow in flows:
        groups.setdefault((flow.service, flow.targets), []).append(flow)
    once = [_stand_in(some, members) for some in groups.values()]
    groups = {}
    for flow in once:
        groups.setdefault((flow.service, flow.sources), []).append(flow)
    return Merged(tuple(_stand_in(some, members) for some in groups.values()), members)


def _stand_in(some: Sequence[Flow], members: dict[str, tuple[str, ...]]) -> Flow:
    """One flow for several, with all their ends; `members` is told whom it stands for."""
    first = some[0]
    members[first.id] = tuple(name for flow in some for name in members.get(flow.id, (flow.id,)))
    if len(some) == 1:
        return first
    sources = tuple(dict.fromkeys(end for flow in some for end in flow.sources))
    targets = tuple(dict.fromkeys(end for flow in some for end in flow.targets))
    return replace(first, sources=sources, targets=targets)


def write_policy(
    blueprint: Blueprint,
    site: str,
    devices: Sequence[Device],
    flows: Sequence[Flow],
    around: Surroundings,
    members: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> None:
    """The policy of a site's firewalls, to and from other sites in the zone of the WAN.

    `members` names the flows that one of `flows` (by id) stands for.
    """
    view = around.seen_from(site, flows)
    asked, parameters = blueprint.requirements, blueprint.parameters
    identity = f"{site}-policy"
    blueprint.add(make_policy(identity, (device.id for device in devices)))
    trust = {zone: parameters.zones.trust[kind.trust] for zone, kind in KINDS.items()}
    rules = rules_from_flows(
        identity,
        flows,
        view,
        blueprint.posture,
        trust,
        ipv6=asked.ipv6,
        delta=parameters.zones.inspected_trust_delta,
        most_bits=parameters.zones.over_permissive_bits,
        through=WAN,
    )
    for rule in rules:
        asked_for = tuple(
            sorted({name for one in rule.flows for name in members.get(one, (one,)) if blueprint.has(Flow, name)})
        )
        words = rule.justification
        if rule.flows and not asked_for:
            words = "Management of devices at sites that use the services of others."
        elif len(asked_for) > MANY_FLOWS:
            words = f"Needed by {len(asked_for)} flows, such as {asked_for[0]}."
        blueprint.add(replace(rule, flows=asked_for, justification=words))
