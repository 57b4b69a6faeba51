"""Flow facts: what the requirements ask to be carried, and what the network's own services need, end to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements
from netdesign.model.security import IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, SecurityLevel, ServiceClass
from netdesign.synthesis.needs.zones import (
    DATABASE,
    DMZ,
    GUEST,
    INTERNET,
    MANAGEMENT,
    POPULATION_ZONES,
    RESTRICTED_DATA,
    end_zone,
    restricted_data,
)

Ends = Mapping[tuple[str, str], tuple[str, ...]]
"""Ids of groups or provider devices by (population or site, zone)."""

TLS_PORTS: Final = frozenset({22, 443, 636, 853, 990, 993, 995, 3269, 5061, 6514, 8443})
"""Ports whose services encrypt end to end by themselves."""
DNS: Final = Service(name="dns", protocol=IpProtocol.UDP, first_port=53, last_port=53)
DNS_TLS: Final = Service(name="dns-tls", protocol=IpProtocol.TCP, first_port=853, last_port=853)
DHCP: Final = Service(name="dhcp", protocol=IpProtocol.UDP, first_port=67, last_port=68)
NTP: Final = Service(name="ntp", protocol=IpProtocol.UDP, first_port=123, last_port=123)
SYSLOG_TLS: Final = Service(name="syslog-tls", protocol=IpProtocol.TCP, first_port=6514, last_port=6514)
HTTPS: Final = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
REMOTE_ACCESS: Final = Service(name="remote-access-tls", protocol=IpProtocol.TCP, first_port=443, last_port=443)
_BPS_PER_ENDPOINT: Final = {"dns": 200, "dhcp": 20, "ntp": 10, "syslog-tls": 2_000}


def encrypts(service: Service) -> bool:
    """Whether a service is encrypted end to end by itself."""
    if service.protocol is IpProtocol.ESP:
        return True
    return (
        service.protocol is not IpProtocol.ANY
        and service.first_port == service.last_port
        and (service.first_port in TLS_PORTS)
    )


def crosses_outside(flow: ResolvedFlow) -> bool:
    """Whether an end of a flow lies beyond the premises."""
    outside = {Population.INTERNET, Population.REMOTE_USERS, Population.PARTNER}
    return bool({flow.source, flow.target} & outside)


def application_flows(requirements: ResolvedRequirements, ends: Ends) -> tuple[Flow, ...]:
    """The flows that were asked for; remote users reach inside by way of the remote-access gateways in the DMZ.

    What is not here is reached by the Internet; what is not here sends nothing.
    """
    made: list[Flow] = []
    for flow in requirements.flows:
        source = located(flow.source, end_zone(flow.source, flow, requirements), ends)
        target = located(flow.target, end_zone(flow.target, flow, requirements), ends)
        if not target and Population.INTERNET not in (flow.source, flow.target):
            target = ends.get((Population.INTERNET, INTERNET), ())
        gateways = ends.get((Population.REMOTE_USERS, DMZ), ())
        if not (flow.up_bps or flow.down_bps):
            continue
        if Population.REMOTE_USERS in (flow.source, flow.target) and gateways:
            made.extend(_by_gateway(flow, source, gateways, target, requirements))
        elif source and target:
            made.append(_flow(flow, flow.id, source, target, flow.service, requirements))
    return tuple(made)


def located(end: str, zone: str, ends: Ends) -> tuple[str, ...]:
    """Ids of an end in a zone, or in any zone where that one holds none of it."""
    if (end, zone) in ends:
        return ends[end, zone]
    return tuple(identity for (name, _), ids in ends.items() if name == end for identity in ids)


def _by_gateway(
    flow: ResolvedFlow,
    source: tuple[str, ...],
    gateways: tuple[str, ...],
    target: tuple[str, ...],
    requirements: ResolvedRequirements,
) -> Iterable[Flow]:
    """The two legs of a remote user's flow: encrypted to the gateway, then the service itself from there."""
    inward = flow.source == Population.REMOTE_USERS
    if not inward:
        yield _flow(flow, flow.id, source, gateways, flow.service, requirements)
        yield _flow(flow, f"{flow.id}-remote", gateways, target, REMOTE_ACCESS, requirements)
        return
    yield _flow(flow, f"{flow.id}-remote", source, gateways, REMOTE_ACCESS, requirements)
    if target != gateways:
        yield _flow(flow, flow.id, gateways, target, flow.service, requirements)


def _flow(
    flow: ResolvedFlow,
    identity: str,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    service: Service,
    requirements: ResolvedRequirements,
) -> Flow:
    level = requirements.security_level.at_least(SecurityLevel.GOVERNMENT)
    must = flow.data_class.sensitive and (requirements.requires_encryption or crosses_outside(flow))
    return Flow(
        id=identity,
        sources=sources,
        targets=targets,
        service=service,
        service_class=flow.service_class,
        data_class=flow.data_class,
        up_bps=flow.up_bps,
        down_bps=flow.down_bps,
        latency_ms=flow.latency_ms,
        encrypted=must or level or encrypts(service),
        assumed=flow.assumed,
    )


def service_flows(
    groups: Sequence[EndpointGroup], services: Iterable[ServiceInstance], providers: tuple[str, ...]
) -> tuple[Flow, ...]:
    """What every network needs: names, addresses and time for hosts, logs of servers, administration by bastion.

    Guests get addresses from within, and all else from the Internet. Where nobody works at the site,
    administrators come by the gateways in the DMZ.
    """
    by_kind: dict[ServiceKind, tuple[str, ...]] = {}
    for service in sorted(services, key=lambda one: one.id):
        by_kind[service.kind] = (*by_kind.get(service.kind, ()), service.id)
    hosts = [group for group in groups if group.zone != MANAGEMENT]
    inside = [group for group in hosts if group.zone != GUEST]
    guests = [group for group in hosts if group.zone == GUEST]
    dynamic = [group for group in hosts if group.kind not in (EndpointKind.SERVER, EndpointKind.STORAGE)]
    serving = [group for group in inside if group.kind in (EndpointKind.SERVER, EndpointKind.STORAGE)]
    users = [group for group in inside if group.kind is EndpointKind.USER]
    administrators = users or [group for group in inside if group.zone == DMZ][:1]
    bastions = by_kind.get(ServiceKind.BASTION)
    made = [
        _service_flow("service-dns", inside, by_kind.get(ServiceKind.DNS), DNS),
        _service_flow("service-dhcp", dynamic, by_kind.get(ServiceKind.DHCP), DHCP),
        _service_flow("service-ntp", inside, by_kind.get(ServiceKind.NTP), NTP),
        _service_flow("service-log", serving, by_kind.get(ServiceKind.LOG), SYSLOG_TLS),
        _service_flow("service-administration", administrators, bastions, HTTPS, up_bps=1_000_000),
        _service_flow("guest-dns", guests, providers, DNS),
        _upstream("upstream-dns", by_kind.get(ServiceKind.DNS), providers, DNS_TLS),
        _upstream("upstream-ntp", by_kind.get(ServiceKind.NTP), providers, NTP),
    ]
    return tuple(flow for flow in made if flow is not None)


def _service_flow(
    identity: str,
    groups: Sequence[EndpointGroup],
    targets: tuple[str, ...] | None,
    service: Service,
    *,
    up_bps: int | None = None,
) -> Flow | None:
    if not groups or not targets:
        return None
    count = sum(group.count for group in groups)
    rate = up_bps if up_bps is not None else max(1_000, count * _BPS_PER_ENDPOINT[service.name])
    return _own(identity, tuple(group.id for group in groups), targets, service, rate)


def _upstream(
    identity: str, sources: tuple[str, ...] | None, targets: tuple[str, ...], service: Service
) -> Flow | None:
    return _own(identity, sources, targets, service, 100_000) if sources and targets else None


def _own(identity: str, sources: tuple[str, ...], targets: tuple[str, ...], service: Service, bps: int) -> Flow:
    """A flow of the network itself, the same rate both ways."""
    return Flow(
        id=identity,
        sources=sources,
        targets=targets,
        service=service,
        service_class=ServiceClass.SILVER,
        data_class=DataClass.INTERNAL,
        up_bps=bps,
        down_bps=bps,
        encrypted=encrypts(service),
        assumed=True,
    )


def crossing_bps(flows: Iterable[ResolvedFlow], requirements: ResolvedRequirements) -> int:
    """Peak of the larger direction over all flows that change zone: what the firewalls inspect.

    Those of remote users pass twice, to the gateways in the DMZ and on from there.
    """
    return sum(
        max(flow.up_bps, flow.down_bps) * (2 if _by_way_of_gateways(flow) else 1)
        for flow in flows
        if end_zone(flow.source, flow, requirements) != end_zone(flow.target, flow, requirements)
    )


def _by_way_of_gateways(flow: ResolvedFlow) -> bool:
    ends = {flow.source, flow.target}
    return Population.REMOTE_USERS in ends and not ends & {Population.DMZ, Population.INTERNET}


def internet_bps(flows: Iterable[ResolvedFlow]) -> tuple[int, int]:
    """Peak (down, up) over all flows between inside and the Internet; down is toward the site."""
    down = up = 0
    for flow in flows:
        source, target = POPULATION_ZONES.get(flow.source), POPULATION_ZONES.get(flow.target)
        if source != INTERNET and target == INTERNET:
            up, down = up + flow.up_bps, down + flow.down_bps
        elif source == INTERNET and target != INTERNET:
            up, down = up + flow.down_bps, down + flow.up_bps
    return down, up


def group_data(group_end: tuple[str, str], requirements: ResolvedRequirements) -> tuple[DataClass, ...]:
    """Data classes that flows bring to the (population, zone); what is in the restricted zone holds restricted data
    even where no flow names it."""
    end, zone = group_end
    found = {
        flow.data_class
        for flow in requirements.flows
        for name in (flow.source, flow.target)
        if name == end and (zone == DATABASE) == (end_zone(name, flow, requirements) == DATABASE)
    }
    if zone == DATABASE and not found & RESTRICTED_DATA:
        found |= restricted_data(requirements)
    return tuple(sorted(found))
