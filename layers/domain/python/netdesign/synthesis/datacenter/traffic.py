"""The traffic of a data centre: what flows between its zones, by way of the DMZ where it comes from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import EndpointGroup
from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements
from netdesign.model.security import IpProtocol, PublishedService, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, SecurityLevel, ServiceClass
from netdesign.synthesis.datacenter.demand import Tenant
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.edge.cloud_edge import cloud_doors
from netdesign.synthesis.edge.cloud_sessions import cloud_prefixes
from netdesign.synthesis.edge.translation import translate
from netdesign.synthesis.interconnect.flows import crossing_flows
from netdesign.synthesis.interconnect.plan import Plan
from netdesign.synthesis.needs.centres import at_centre
from netdesign.synthesis.needs.flows import HTTPS, encrypts, service_flows
from netdesign.synthesis.needs.policies import INTERNET_BITS, Place, make_policy, rules_from_flows
from netdesign.synthesis.needs.zones import (
    CLOUD,
    DATABASE,
    DMZ,
    INTERNET,
    MANAGEMENT,
    RESTRICTED_DATA,
    SERVER,
    STORAGE,
    keeps_card_data,
    make_zones,
)

OUTSIDE = "outside"
TIER_BPS = 500_000
MAX_TIER_BPS = 10_000_000_000
"""Assumed queries of one server to the database zone, and of all together."""
UNENCRYPTED = frozenset({"dns", "ntp", "dhcp"})
"""Services that stay in the clear inside; others are encrypted by the application, RDMA by the adapter."""
UPSTREAM = ResolvedFlow(
    id="upstream",
    source=Population.SERVERS,
    target=Population.INTERNET,
    service=HTTPS,
    up_bps=1_000_000,
    down_bps=1_000_000,
    service_class=ServiceClass.SILVER,
    data_class=DataClass.INTERNAL,
    assumed=True,
)
"""What the services of a site themselves exchange with the Internet, rounded up."""
ADMINISTRATION = frozenset({22, 23, 161, 830, 3389, 5900, 5985, 5986})
"""Ports of administration, which no flow may carry from the DMZ inward."""
QUERIES = Service(name="database", protocol=IpProtocol.TCP, first_port=5432, last_port=5432)
POPULATIONS: Mapping[str, str] = {
    Population.SERVERS: SERVER,
    Population.STORAGE: STORAGE,
    Population.DMZ: DMZ,
    Population.MANAGEMENT: MANAGEMENT,
    Population.CLOUD: CLOUD,
}
"""The zone of each population inside a data centre; whatever else there is lies outside."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a requested flow, between two zones; the outside is the zone `internet`."""

    id: str
    flow: ResolvedFlow
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Presence:
    """A site with its edge and its servers by zone; `share` is its part of all demand, `mark` ends its flows' ids."""

    edge: Edge
    tenants: tuple[Tenant, ...]
    share: float = 1.0
    mark: str = ""


def legs(requirements: ResolvedRequirements, tenants: Sequence[Tenant]) -> tuple[Leg, ...]:
    """Every requested flow as stretches between zones that exist, and queries between tiers where there are two."""
    counts = {tenant.zone: tenant.count for tenant in tenants}
    asked = [leg for flow in requirements.flows for leg in _legs(flow, counts, apart=keeps_card_data(requirements))]
    return (*asked, *_tiers(counts))


def _legs(flow: ResolvedFlow, counts: Mapping[str, int], *, apart: bool) -> Iterator[Leg]:
    source, target = _zone(flow.source, flow, counts), _zone(flow.target, flow, counts)
    if flow.source == flow.target == Population.SERVERS:
        yield from _inside(flow, counts)
    elif source == OUTSIDE and target not in (DMZ, CLOUD) and DMZ in counts:
        yield from _by_gateway(flow, INTERNET if target == OUTSIDE else target, apart=apart)
    else:
        ends = [INTERNET if end == OUTSIDE else end for end in (source, target)]
        yield Leg(flow.id, flow, ends[0], ends[1])


def _by_gateway(flow: ResolvedFlow, target: str, *, apart: bool) -> Iterator[Leg]:
    """From outside by way of the DMZ; administration goes on by way of the bastion in the management zone.

    With `apart` no service of the outside is one of the restricted zone: hosts of the DMZ answer it by queries there.
    """
    if not _administers(flow.service) or target == INTERNET:
        yield Leg(f"{flow.id}-in", flow, INTERNET, DMZ)
        onward = replace(flow, service=QUERIES) if apart and target == DATABASE else flow
        yield Leg(flow.id, onward, DMZ, target)
        return
    secure = replace(flow, service=HTTPS)
    yield Leg(f"{flow.id}-in", secure, INTERNET, DMZ)
    yield Leg(f"{flow.id}-bastion" if target != MANAGEMENT else flow.id, secure, DMZ, MANAGEMENT)
    if target != MANAGEMENT:
        yield Leg(flow.id, flow, MANAGEMENT, target)


def _administers(service: Service) -> bool:
    return any(service.first_port <= port <= service.last_port for port in ADMINISTRATION)


def _inside(flow: ResolvedFlow, counts: Mapping[str, int]) -> Iterator[Leg]:
    """Traffic among servers stays in its zone; the zones share it by servers, and restricted data is in one alone."""
    zones = [zone for zone in (SERVER, DATABASE, STORAGE) if counts.get(zone, 0) > 1]
    if not zones:
        others = [zone for zone in (DATABASE, STORAGE, DMZ) if counts.get(zone)]
        yield from (Leg(flow.id, flow, SERVER, zone) for zone in others[:1])
    total = sum(counts[zone] for zone in zones)
    for zone in zones:
        share = counts[zone] / total
        keeps = zone == DATABASE or flow.data_class not in RESTRICTED_DATA
        part = replace(
            flow,
            up_bps=round(flow.up_bps * share),
            down_bps=round(flow.down_bps * share),
            data_class=flow.data_class if keeps else DataClass.INTERNAL,
        )
        yield Leg(f"{flow.id}-{zone}" if len(zones) > 1 else flow.id, part, zone, zone)


def _tiers(counts: Mapping[str, int]) -> Iterator[Leg]:
    """Queries of the server zone to the database zone."""
    if not counts.get(DATABASE) or not counts.get(SERVER):
        return
    rate = min(counts[SERVER] * TIER_BPS, MAX_TIER_BPS)
    flow = ResolvedFlow(
        id="assumed-queries",
        source=Population.SERVERS,
        target=Population.SERVERS,
        service=QUERIES,
        up_bps=rate // 5,
        down_bps=rate,
        service_class=ServiceClass.GOLD,
        data_class=DataClass.INTERNAL,
        assumed=True,
    )
    yield Leg(flow.id, flow, SERVER, DATABASE)


def _zone(end: str, flow: ResolvedFlow, counts: Mapping[str, int]) -> str:
    """The zone of an end: restricted data is served from the restricted zone, missing zones by the servers."""
    zone = POPULATIONS.get(end, OUTSIDE)
    if zone in (SERVER, STORAGE) and flow.data_class in RESTRICTED_DATA and counts.get(DATABASE):
        return DATABASE
    if zone in (STORAGE, DMZ) and not counts.get(zone):
        return SERVER
    return zone


def sizing_requirements(requirements: ResolvedRequirements, tenants: Sequence[Tenant]) -> ResolvedRequirements:
    """The requirements with each stretch that changes zone as a flow of its own, for the size of the edge."""
    crossing = (leg for leg in legs(requirements, tenants) if leg.source != leg.target)
    return replace(requirements, flows=(*(_sized(leg) for leg in crossing), UPSTREAM))


def _sized(leg: Leg) -> ResolvedFlow:
    """A flow between populations of the same two zones, or of two other zones when both are behind the firewall."""
    ends = {
        INTERNET: Population.INTERNET,
        DMZ: Population.DMZ,
        MANAGEMENT: Population.MANAGEMENT,
        CLOUD: Population.CLOUD,
    }
    source, target = ends.get(leg.source, Population.SERVERS), ends.get(leg.target, Population.SERVERS)
    if source == target:
        target = Population.DMZ if source is not Population.DMZ else Population.MANAGEMENT
    return replace(leg.flow, id=leg.id, source=source, target=target, data_class=DataClass.INTERNAL)


def add_traffic(
    blueprint: Blueprint, presences: Sequence[Presence], zones: Sequence[str], lines: Plan | None = None
) -> None:
    """Zones, flows, published services, and a policy for the firewalls of each site.

    Sites keep to themselves but for what is asked to run between them, over `lines` and within a zone.
    """
    made = make_zones(zones, blueprint.requirements, blueprint.parameters.zones.trust)
    blueprint.add_all(made)
    trust = {zone.id: zone.trust for zone in made}
    for presence in presences:
        flows = _site_flows(blueprint, presence)
        blueprint.add_all(flows)
        edge = presence.edge
        blueprint.add(make_policy(edge.policy, (firewall.id for firewall in edge.firewalls)))
        rules = rules_from_flows(
            edge.policy,
            flows,
            _places(blueprint, edge),
            blueprint.posture,
            trust,
            ipv6=blueprint.requirements.ipv6,
            delta=blueprint.parameters.zones.inspected_trust_delta,
        )
        blueprint.add_all(rules)
    if lines is not None:
        blueprint.add_all(crossing_flows(blueprint, lines))
    _publish(blueprint)
    for presence in presences:
        translate(blueprint, presence.edge)


def _site_flows(blueprint: Blueprint, presence: Presence) -> list[Flow]:
    """The flows of one site: what is requested, and what its services need."""
    requirements, site = blueprint.requirements, presence.edge.site
    providers = tuple(provider.id for provider in presence.edge.providers)
    groups = [group for group in blueprint.all(EndpointGroup) if group.site == site]
    services = [service for service in blueprint.all(ServiceInstance) if service.site == site]
    ends = _ends(groups, providers) | {CLOUD: cloud_doors(blueprint, site)}
    local = at_centre(requirements, site, presence.share)
    asked = [leg for leg in legs(local, presence.tenants) if _present(leg, ends)]
    inward = [leg for leg in asked if (leg.source, leg.target) == (INTERNET, DMZ)]
    outer = {**ends, DMZ: front_ends(blueprint, ends.get(DMZ, ()), len({leg.flow.service for leg in inward}))}
    flows = [_flow(requirements, leg, outer if leg in inward else ends) for leg in asked]
    flows += service_flows(groups, services, providers)
    return [replace(flow, id=f"{flow.id}{presence.mark}") for flow in flows]


def front_ends(blueprint: Blueprint, groups: Sequence[str], services: int) -> tuple[str, ...]:
    """The groups in the DMZ that the Internet may reach: as many as one permit may open to all of its addresses."""
    room = 2 ** (blueprint.parameters.zones.over_permissive_bits - INTERNET_BITS) // max(1, services)
    found: list[str] = []
    for name in groups:
        vlans = blueprint.get(EndpointGroup, name).vlans
        room -= sum(1 << (32 - net.length) for vlan in vlans for net in blueprint.nets(vlan) if not net.six)
        if room < 0 and found:
            break
        found.append(name)
    return tuple(found)


def _ends(groups: Iterable[EndpointGroup], providers: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {INTERNET: providers}
    for group in groups:
        found[group.zone] = (*found.get(group.zone, ()), group.id)
    return found


def _present(leg: Leg, ends: Mapping[str, tuple[str, ...]]) -> bool:
    return bool(ends.get(leg.source)) and bool(ends.get(leg.target))


def _flow(requirements: ResolvedRequirements, leg: Leg, ends: Mapping[str, tuple[str, ...]]) -> Flow:
    flow, outside = leg.flow, INTERNET in (leg.source, leg.target)
    hidden = flow.data_class.sensitive and (outside or requirements.requires_encryption)
    secure = outside and flow.data_class.sensitive and not encrypts(flow.service)
    return Flow(
        id=leg.id,
        sources=ends[leg.source],
        targets=ends[leg.target],
        service=HTTPS if secure else flow.service,
        service_class=flow.service_class,
        data_class=flow.data_class,
        up_bps=flow.up_bps,
        down_bps=flow.down_bps,
        latency_ms=flow.latency_ms,
        encrypted=hidden or encrypts(flow.service) or _secured(requirements, flow),
        assumed=flow.assumed,
    )


def _secured(requirements: ResolvedRequirements, flow: ResolvedFlow) -> bool:
    """Whether the hosts have to encrypt: what we assume from enterprise level on, all from government level on."""
    least = SecurityLevel.ENTERPRISE if flow.assumed else SecurityLevel.GOVERNMENT
    return requirements.security_level.at_least(least) and flow.service.name not in UNENCRYPTED


def _publish(blueprint: Blueprint) -> None:
    """Published services on hosts of the DMZ."""
    hosts = [group.id for group in blueprint.all(EndpointGroup) if group.zone == DMZ]
    for at, service in enumerate(blueprint.requirements.internet_facing if hosts else ()):
        blueprint.add(
            PublishedService(
                id=f"published-{at + 1}-{service.name}",
                name=service.name,
                group=hosts[at % len(hosts)],
                service=service,
            )
        )


def _places(blueprint: Blueprint, edge: Edge) -> dict[str, Place]:
    """Where each end of flows lies, by id."""
    found: dict[str, Place] = {provider.id: Place(INTERNET) for provider in edge.providers}
    found |= {name: Place(CLOUD, cloud_prefixes(blueprint)) for name in cloud_doors(blueprint, edge.site)}
    for group in blueprint.all(EndpointGroup):
        prefixes = tuple(net.subnet.prefix for vlan in group.vlans for net in blueprint.nets(vlan))
        found[group.id] = Place(group.zone, prefixes)
    for service in blueprint.all(ServiceInstance):
        found[service.id] = Place(service.zone, _host_prefixes(blueprint, service))
    return found


def _host_prefixes(blueprint: Blueprint, service: ServiceInstance) -> tuple[str, ...]:
    """The address of an instance, and its IPv6 twin with the same host number."""
    net, *twins = blueprint.nets(service.subnet)
    number = _number(service.address) - net.base
    return (f"{service.address}/32", *(f"{twin.address(number)}/128" for twin in twins))


def _number(address: str) -> int:
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    return value
