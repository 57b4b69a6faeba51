"""What passes among networks, premises and the Internet, and the firewall policy that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from math import ceil
from typing import Final

from netdesign.model.cloud import (
    CloudAttachment,
    CloudConnection,
    CloudFlow,
    CloudGateway,
    CloudGatewayKind,
    CloudNetwork,
    CloudPeering,
)
from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements
from netdesign.model.security import PublishedService, Service, Zone
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, NetworkType, SecurityLevel, ServiceClass
from netdesign.synthesis.cloud.networks import Region
from netdesign.synthesis.cloud.plan import DOMAINS, INSPECTION, CloudPlan
from netdesign.synthesis.cloud.policies import add_host_policies, add_policy
from netdesign.synthesis.datacenter.traffic import QUERIES, TIER_BPS, UNENCRYPTED
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.flows import DNS, HTTPS, Ends, application_flows, encrypts
from netdesign.synthesis.needs.zones import (
    CLOUD,
    DATABASE,
    DMZ,
    INTERNET,
    KINDS,
    MANAGEMENT,
    PARTNER,
    PREMISES,
    SERVER,
    STORAGE,
    TEST,
    USER,
    make_zones,
)

UPDATES_BPS: Final = 1_000_000
"""What each network draws from the Internet for updates, at the least."""
DNS_BPS: Final = 200
ADMINISTRATION_BPS: Final = 1_000_000
PEOPLE: Final = (Population.USERS, Population.IOT, Population.VOICE, Population.GUEST)


def add_zones(blueprint: Blueprint, plan: CloudPlan) -> None:
    """A zone for each kind of network and for what lies behind connections."""
    names = {one.zone for region in plan.regions for one in region.networks}
    names |= {INTERNET, *(plan.kinds[one.zone] for one in blueprint.all(CloudConnection))}
    ordered = tuple(zone for zone in KINDS if zone in names)
    for zone in make_zones(ordered, blueprint.requirements, blueprint.parameters.zones.trust):
        identity = plan.zone_id(zone.id) or zone.id
        if not blueprint.has(Zone, identity):
            blueprint.add(replace(zone, id=identity, name=f"{zone.name} at the provider" if plan.mark else zone.name))


def add_traffic(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> None:
    """Flows of every region, what is copied between regions, the policy, and what each attachment carries."""
    flows: list[Flow] = []
    for region in regions:
        flows += _region_flows(blueprint, plan, region, len(regions))
    copies = _copies(blueprint, plan, regions)
    flows += copies
    flows = [replace(flow, encrypted=flow.encrypted or _seals(blueprint, flow)) for flow in flows]
    for flow in flows:
        blueprint.add(_fact(flow))
    if not plan.mark:
        _publish(blueprint, regions)
    if plan.segmented:
        add_policy(blueprint, plan, flows)
        add_host_policies(blueprint, plan, flows)
    _loads(blueprint, flows, len(regions))
    _peering_loads(blueprint, copies)


def _seals(blueprint: Blueprint, flow: Flow) -> bool:
    """Whether the application encrypts: from enterprise level on all do, but for names and time."""
    strict = blueprint.requirements.security_level.at_least(SecurityLevel.ENTERPRISE)
    return strict and flow.service.name not in UNENCRYPTED


def _fact(flow: Flow) -> CloudFlow:
    names = {one.name for one in fields(CloudFlow)}
    return CloudFlow(**{one.name: getattr(flow, one.name) for one in fields(Flow) if one.name in names})


def cloud_requirements(requirements: ResolvedRequirements) -> ResolvedRequirements:
    """The requirements with the flows alone that something at the provider takes part in."""
    machines = {Population.SERVERS, Population.STORAGE, Population.DMZ, Population.MANAGEMENT}
    if requirements.network_type is NetworkType.HYBRID:
        machines = {Population.CLOUD}
    kept = (flow for flow in requirements.flows if {flow.source, flow.target} & machines)
    return replace(requirements, flows=tuple(leg for flow in kept for leg in _by_door(flow)))


def _by_door(flow: ResolvedFlow) -> tuple[ResolvedFlow, ...]:
    """What the Internet sends to workloads that are not open to it ends at a gateway in the edge, which passes it."""
    if flow.source != Population.INTERNET or flow.target in (Population.DMZ, Population.INTERNET):
        return (flow,)
    door = replace(flow, target=Population.DMZ.value, service=HTTPS)
    return door, replace(flow, id=f"{flow.id}-inward", source=Population.DMZ.value)


def _region_flows(blueprint: Blueprint, plan: CloudPlan, region: Region, parts: int) -> list[Flow]:
    """The flows that were asked for, a region's share of them, and those that networks live on."""
    asked, ends = cloud_requirements(blueprint.requirements), _ends(blueprint, plan, region)
    made = [
        replace(
            flow,
            id=flow.id if parts == 1 else f"{flow.id}-{region.id}",
            up_bps=ceil(flow.up_bps / parts),
            down_bps=ceil(flow.down_bps / parts),
        )
        for flow in application_flows(asked, ends)
    ]
    return [*(_by_exit(blueprint, plan, region, flow) for flow in made), *_own_flows(blueprint, plan, region)]


def _by_exit(blueprint: Blueprint, plan: CloudPlan, region: Region, flow: Flow) -> Flow:
    """What goes out from behind the inspection network takes the exit there, not the one of published services."""
    entry, leaving = _outside(blueprint, plan, region, DMZ), _outside(blueprint, plan, region, None)
    edge = region.networks.get(DOMAINS[DMZ])
    if flow.targets != entry or (edge is not None and flow.sources == (edge.id,)):
        return flow
    return replace(flow, targets=leaving)


def _ends(blueprint: Blueprint, plan: CloudPlan, region: Region) -> Ends:
    """Networks, connections and the gateway to the Internet by the population and zone that they stand for."""
    here = [one for one in blueprint.all(CloudNetwork) if one.region == region.id]
    by_zone: dict[str | None, tuple[str, ...]] = {}
    for one in here:
        kind = plan.kinds[one.zone]
        by_zone[kind] = (*by_zone.get(kind, ()), one.id)
    inside = by_zone.get(SERVER, ())
    ends: dict[tuple[str, str], tuple[str, ...]] = {
        (Population.SERVERS, SERVER): inside,
        (Population.SERVERS, DATABASE): by_zone.get(DATABASE, inside),
        (Population.STORAGE, STORAGE): by_zone.get(STORAGE, inside),
        (Population.STORAGE, DATABASE): by_zone.get(DATABASE, inside),
        (Population.DMZ, DMZ): by_zone.get(DMZ, inside),
        (Population.DMZ, DATABASE): by_zone.get(DATABASE, inside),
        (Population.MANAGEMENT, MANAGEMENT): by_zone.get(MANAGEMENT, inside),
        (Population.CLOUD, CLOUD): inside,
        (Population.REMOTE_USERS, DMZ): by_zone.get(DMZ, inside),
        (Population.INTERNET, INTERNET): _outside(blueprint, plan, region, DMZ),
        (Population.REMOTE_USERS, INTERNET): _outside(blueprint, plan, region, DMZ),
    }
    ways = [one for one in blueprint.all(CloudConnection) if one.hub == region.hub]
    ends[Population.PARTNER, PARTNER] = tuple(one.id for one in ways if plan.kinds[one.zone] == PARTNER)
    people = tuple(one.id for one in ways if one.zone in (USER, PREMISES))
    for population in PEOPLE:
        ends[population, USER] = people
    if plan.mark:
        ends |= _behind_connections(people)
    for site in blueprint.requirements.sites:
        if mine := tuple(one.id for one in ways if one.site == site.id):
            ends[site.id, USER] = mine
    return {key: ids for key, ids in ends.items() if ids}


def _behind_connections(people: tuple[str, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Where premises have servers of their own, all that is there is behind the connections."""
    kinds = ((Population.SERVERS, SERVER), (Population.SERVERS, DATABASE), (Population.STORAGE, STORAGE))
    more = ((Population.STORAGE, DATABASE), (Population.DMZ, DMZ), (Population.DMZ, DATABASE))
    return dict.fromkeys((*kinds, *more, (Population.MANAGEMENT, MANAGEMENT)), people)


def _outside(blueprint: Blueprint, plan: CloudPlan, region: Region, zone: str | None) -> tuple[str, ...]:
    """The gateway to the Internet of the network of a zone (None: of inspection), or else any that there is."""
    networks = {one.id: one for one in blueprint.all(CloudNetwork) if one.region == region.id}
    found = [
        gateway
        for gateway in blueprint.all(CloudGateway)
        if gateway.kind is CloudGatewayKind.INTERNET and gateway.network in networks
    ]
    ranked = sorted(found, key=lambda one: (plan.kinds[networks[one.network].zone] != zone, one.id))
    return tuple(one.id for one in ranked[:1])


def _own_flows(blueprint: Blueprint, plan: CloudPlan, region: Region) -> list[Flow]:
    """Names for all, updates from the Internet, administration by way of the shared network."""
    found = [one for one in blueprint.all(CloudNetwork) if one.region == region.id and one.zone is not None]
    here = [(one.id, plan.kinds[one.zone]) for one in found]
    shared = tuple(name for name, kind in here if kind == MANAGEMENT)
    served = tuple(name for name, kind in here if kind != MANAGEMENT)
    ways = [one for one in blueprint.all(CloudConnection) if one.hub == region.hub]
    people = tuple(one.id for one in ways if one.zone in (USER, PREMISES))
    outside = _outside(blueprint, plan, region, None)
    made = []
    if shared and served:
        count = sum(one.workloads for one in region.plan.networks)
        made.append(_own(f"service-dns-{region.id}", served, shared, DNS, max(1_000, DNS_BPS * count)))
        administered = tuple(name for name, kind in here if kind not in (MANAGEMENT, DMZ))
        if people:
            made.append(_own(f"service-administration-{region.id}", people, shared, HTTPS, ADMINISTRATION_BPS))
        made.append(_own(f"service-operation-{region.id}", shared, administered, HTTPS, ADMINISTRATION_BPS))
    stores, askers = (tuple(name for name, kind in here if kind == zone) for zone in (DATABASE, SERVER))
    if stores and askers:
        rate = max(UPDATES_BPS, TIER_BPS * sum(one.workloads for one in region.plan.networks if one.zone == SERVER))
        made.append(_own(f"service-queries-{region.id}", askers, stores, QUERIES, rate))
    pulling = tuple(name for name, kind in here if kind in (TEST, SERVER, MANAGEMENT))
    if pulling and outside:
        made.append(_own(f"service-updates-{region.id}", pulling, outside, HTTPS, UPDATES_BPS * len(pulling)))
    return made


def _copies(blueprint: Blueprint, plan: CloudPlan, regions: Sequence[Region]) -> list[Flow]:
    """What the networks of one region copy to those of the other, a part of what they carry."""
    asked, share = blueprint.requirements, blueprint.parameters.cloud.replication_share
    total = sum(max(flow.up_bps, flow.down_bps) for flow in cloud_requirements(asked).flows)
    made = []
    for at, one in enumerate(regions):
        for other in regions[at + 1 :]:
            for name, near in one.networks.items():
                far = other.networks.get(name)
                if far is None or plan.kinds[near.zone] not in (SERVER, DATABASE, STORAGE):
                    continue
                rate = max(UPDATES_BPS, ceil(total * share))
                copy = _own(f"copy-{name}-{one.id}-{other.id}", (near.id,), (far.id,), HTTPS, rate)
                made.append(replace(copy, data_class=_held(asked, plan.kinds[near.zone])))
    return made


def _held(requirements: ResolvedRequirements, zone: str | None) -> DataClass:
    classes = [data for data in requirements.data_classes if data.sensitive]
    return classes[0] if classes and zone == DATABASE else DataClass.INTERNAL


def _own(identity: str, sources: tuple[str, ...], targets: tuple[str, ...], service: Service, bps: int) -> Flow:
    """A flow of the networks themselves, the same rate both ways."""
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


def _publish(blueprint: Blueprint, regions: Sequence[Region]) -> None:
    """The services that the Internet may use, in the network of the zone that is open to it."""
    for region in regions:
        network = region.networks.get(DOMAINS[DMZ])
        if network is None:
            continue
        for at, service in enumerate(blueprint.requirements.internet_facing, start=1):
            identity = f"{network.id}-service{at}"
            blueprint.add(PublishedService(id=identity, name=service.name, group=network.id, service=service))


def _loads(blueprint: Blueprint, flows: Iterable[Flow], regions: int) -> None:
    """The peak of each attachment and peering: of all flows that leave the network, all of them if a region is lost."""
    networks = {one.id: one for one in blueprint.all(CloudNetwork)}
    peaks: dict[str, int] = {}
    through: dict[str, int] = {}
    for flow in flows:
        rate = max(flow.up_bps, flow.down_bps) * regions
        ends = (*flow.sources, *flow.targets)
        if set(flow.sources) == set(flow.targets):
            continue
        inside = [end for end in ends if end in networks]
        for end in inside:
            peaks[end] = peaks.get(end, 0) + rate
        for region in {networks[end].region for end in inside}:
            through[region] = through.get(region, 0) + rate
    for one in blueprint.all(CloudAttachment):
        network = networks[one.network]
        whole = network.domain == INSPECTION
        blueprint.change(one, peak_bps=through.get(network.region, 0) if whole else peaks.get(network.id, 0))


def _peering_loads(blueprint: Blueprint, copies: Sequence[Flow]) -> None:
    """What is copied between regions passes the peerings."""
    rate = sum(max(flow.up_bps, flow.down_bps) for flow in copies)
    for peering in blueprint.all(CloudPeering):
        blueprint.change(peering, peak_bps=rate)
