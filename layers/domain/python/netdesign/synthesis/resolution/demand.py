"""The traffic to carry: stated flows in internal units, or flows assumed from users, servers and rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.consistency import site_slug
from netdesign.model.requirements import FlowRequest, Requirements
from netdesign.model.resolved import FabricWorkload, Population, ResolvedFlow, ResolvedSite, ServerPopulation
from netdesign.model.security import Service
from netdesign.model.service import parse_service
from netdesign.model.vocabulary import DataClass, NetworkType, ServiceClass
from netdesign.model.written import population as population_of
from netdesign.synthesis.needs.zones import RESTRICTED_DATA
from netdesign.synthesis.resolution.copies import answer_ms, copies
from netdesign.synthesis.resolution.facts import Known, default, inferred, stated
from netdesign.synthesis.resolution.intent import attaches_people

SERVER_LOAD: Final = {
    FabricWorkload.AI: 0.30,
    FabricWorkload.STORAGE: 0.25,
    FabricWorkload.GENERAL: 0.05,
    FabricWorkload.LIGHT: 0.03,
}
"""Peak load between servers as a share of all their ports, which fits the fabric's oversubscription."""
NORTH_SOUTH_LOAD: Final = 0.005
UP_SHARE: Final = 0.2
USER_TO_SERVER_BPS: Final = 300_000
ENDPOINT_BPS: Final = 500_000
PAYMENT_BPS: Final = 20_000
GUEST_SHARE: Final = 0.1
MAX_INTERNET_BPS: Final = 20 * 10**9
_PEOPLE: Final = frozenset({Population.USERS, Population.INTERNET})
"""Who comes near card data only where a flow says so: devices of their own take the cards."""
_REALTIME: Final = ("sip", "sips", "rtp", "roce")


@dataclass(frozen=True, slots=True)
class Ends:
    """What assumed flows are computed from."""

    users: int
    servers: ServerPopulation
    endpoints: int
    workload: FabricWorkload
    average_bps: int
    wireless: bool
    voice: bool
    video: bool
    data_class: DataClass
    staff_class: DataClass
    """What staff work with where terminals take the cards."""
    remote_users: int

    @property
    def terminals(self) -> bool:
        """Whether cards are taken by devices of their own, so that nobody else has to come near card data."""
        return self.data_class is DataClass.CHD and bool(self.endpoints)


def demand(
    requirements: Requirements, parameters: Parameters, known: Mapping[str, Known[Any]]
) -> tuple[Known[Any], ...]:
    """The fields `flows` and `internet_facing`."""
    facing = (
        stated("internet_facing", requirements.internet_facing)
        if requirements.internet_facing
        else default("internet_facing", (), "no service is offered to the Internet")
    )
    if requirements.flows:
        flows = tuple(_stated(at, flow, requirements, parameters) for at, flow in enumerate(requirements.flows))
        added = _copies(requirements, known, flows, parameters)
        if not added:
            return stated("flows", flows), facing
        reason = "as stated, and copies between data centres: servers x change x (1 - compression) / window"
        return inferred("flows", (*flows, *added), reason, "flows", "network_type", "servers"), facing
    ends = _ends(known)
    campus = attaches_people(requirements)
    flows = _campus_flows(ends, parameters) if campus else _datacenter_flows(ends, parameters)
    flows += _to_cloud(requirements, ends, parameters)
    flows += tuple(_published(at, service, ends) for at, service in enumerate(requirements.internet_facing))
    flows += _copies(requirements, known, flows, parameters)
    reason = (
        "assumed: users x concurrency x rate of each application"
        if campus
        else f"assumed: servers x ports x speed x {SERVER_LOAD[ends.workload]:g}, and a share of it to users"
    )
    return inferred("flows", flows, reason, "scale/users", "servers", "bandwidth", "internet_facing"), facing


def _copies(
    requirements: Requirements,
    known: Mapping[str, Known[Any]],
    flows: tuple[ResolvedFlow, ...],
    parameters: Parameters,
) -> tuple[ResolvedFlow, ...]:
    """Copies between data centres that are to be joined, where no flow runs between two of them yet."""
    sites: tuple[ResolvedSite, ...] = known["sites"].value
    names = {site.id for site in sites}
    if requirements.network_type is not NetworkType.DATA_CENTER_INTERCONNECT or any(
        {flow.source, flow.target} <= names for flow in flows
    ):
        return ()
    holding = [site for site in sites if site.servers] or list(sites)
    return copies(holding, most_sensitive(known["data_classes"].value), parameters)


def most_sensitive(classes: tuple[DataClass, ...]) -> DataClass:
    """The class that flows carry when they name none: the first that law or contract rules, else the first sensitive
    one, else the last listed."""
    ruled = [kind for kind in classes if kind in RESTRICTED_DATA]
    return next((kind for kind in (*ruled, *classes) if kind.sensitive), classes[-1])


def _staff_class(classes: tuple[DataClass, ...]) -> DataClass:
    return most_sensitive(tuple(kind for kind in classes if kind is not DataClass.CHD) or (DataClass.INTERNAL,))


def _ends(known: Mapping[str, Known[Any]]) -> Ends:
    sites: tuple[ResolvedSite, ...] = known["sites"].value
    return Ends(
        users=known["users"].value,
        servers=known["servers"].value,
        endpoints=sum(site.endpoints for site in sites),
        workload=known["fabric_workload"].value,
        average_bps=known["bandwidth_average_bps"].value,
        wireless=known["wireless"].value,
        voice=known["voice"].value,
        video=known["video"].value,
        data_class=most_sensitive(known["data_classes"].value),
        staff_class=_staff_class(known["data_classes"].value),
        remote_users=known["remote_users"].value,
    )


def _stated(at: int, flow: FlowRequest, requirements: Requirements, parameters: Parameters) -> ResolvedFlow:
    gold = flow.service.name in _REALTIME
    source, target = (_end(name, requirements.network_type) for name in (flow.source, flow.target))
    classes = requirements.data_classes or (DataClass.INTERNAL,)
    return ResolvedFlow(
        id=f"flow-{at + 1}",
        source=source,
        target=target,
        service=flow.service,
        up_bps=flow.up,
        down_bps=flow.down,
        service_class=flow.service_class or (ServiceClass.GOLD if gold else ServiceClass.SILVER),
        data_class=flow.data_class or _carried({source, target}, classes),
        latency_ms=answer_ms(flow, parameters) if _between_sites(flow) else flow.latency_ms,
        assumed=False,
    )


def _carried(ends: set[str], classes: tuple[DataClass, ...]) -> DataClass:
    """What a flow carries of which nothing is said: calls and what guests do is no record of anything."""
    if Population.GUEST in ends:
        return DataClass.PUBLIC
    if Population.VOICE in ends:
        return DataClass.INTERNAL
    return _staff_class(classes) if ends & _PEOPLE else most_sensitive(classes)


def _between_sites(flow: FlowRequest) -> bool:
    return population_of(flow.source) is None and population_of(flow.target) is None


def _end(name: str, kind: NetworkType) -> str:
    """The population or site that a flow names; a cloud is where servers are, or else somewhere on the Internet."""
    known = population_of(name)
    if known is Population.CLOUD and kind is not NetworkType.HYBRID:
        known = Population.SERVERS if kind is NetworkType.CLOUD_NATIVE else Population.INTERNET
    return known.value if known is not None else site_slug(name)


def _flow(
    name: str, ends: tuple[Population, Population], service: str, rates: tuple[float, float],
    service_class: ServiceClass = ServiceClass.SILVER, data_class: DataClass = DataClass.INTERNAL,
) -> ResolvedFlow:  # fmt: skip
    return ResolvedFlow(
        id=f"assumed-{name}",
        source=ends[0].value,
        target=ends[1].value,
        service=parse_service(service),
        up_bps=round(rates[0]),
        down_bps=round(rates[1]),
        service_class=service_class,
        data_class=data_class,
        assumed=True,
    )


def _campus_flows(ends: Ends, parameters: Parameters) -> tuple[ResolvedFlow, ...]:
    """Web and business traffic of users; video, voice, guests and things where there are any."""
    users, people = ends.users, (Population.USERS, Population.INTERNET)
    share, rate = parameters.wan.concurrency, parameters.wan.application_bps
    web = users * share["saas"] * rate["saas"]
    business = users * share["saas"] * USER_TO_SERVER_BPS
    flows = [
        _flow("web", people, "https", (web * UP_SHARE, web)),
        _flow(
            "business", (Population.USERS, Population.SERVERS), "https",
            (business * UP_SHARE, business), data_class=ends.staff_class if ends.terminals else ends.data_class,
        ),
    ]  # fmt: skip
    if ends.terminals:
        cards = (Population.IOT, Population.SERVERS)
        flows.append(_flow("payments", cards, "https", (users * PAYMENT_BPS,) * 2, data_class=DataClass.CHD))
    if ends.video:
        video = users * share["video"] * rate["video"]
        flows.append(_flow("video", people, "meetings (udp/3478-3481)", (video, video), ServiceClass.GOLD))
    if ends.voice:
        voice = users * share["voice"] * rate["voice"]
        flows.append(_flow("voice", (Population.VOICE, Population.VOICE), "rtp", (voice, voice), ServiceClass.GOLD))
        signalling = (Population.VOICE, Population.SERVERS)
        flows.append(_flow("voice-signalling", signalling, "sips", (users * 1_000, users * 1_000), ServiceClass.GOLD))
    if ends.wireless:
        guests = users * GUEST_SHARE * share["saas"] * rate["saas"]
        guest = (Population.GUEST, Population.INTERNET)
        flows.append(_flow("guest", guest, "https", (guests * UP_SHARE, guests), ServiceClass.BRONZE, DataClass.PUBLIC))
    if ends.endpoints:
        things = ends.endpoints * ENDPOINT_BPS
        iot = (Population.IOT, Population.SERVERS)
        flows.append(_flow("things", iot, "https", (things, things * UP_SHARE), ServiceClass.BRONZE))
    return tuple(flow for flow in (*flows, *_remote(ends, parameters)) if flow.up_bps or flow.down_bps)


def _datacenter_flows(ends: Ends, parameters: Parameters) -> tuple[ResolvedFlow, ...]:
    """Server to server by workload, and what users and the Internet draw from servers."""
    servers = ends.servers
    attached = servers.count * servers.nics_per_server * servers.nic_speed_bps
    within = min(attached * SERVER_LOAD[ends.workload], servers.count * ends.average_bps) if servers.count > 1 else 0
    outward = min(attached * NORTH_SOUTH_LOAD, MAX_INTERNET_BPS)
    inside = (Population.SERVERS, Population.SERVERS)
    lossless = ends.workload is FabricWorkload.AI
    flows = [
        _flow(
            "east-west", inside, "roce" if lossless else "https", (within / 2, within / 2),
            ServiceClass.GOLD if lossless else ServiceClass.SILVER, ends.data_class,
        ),
        _flow(
            "updates", (Population.SERVERS, Population.INTERNET), "https",
            (outward * 0.02, outward * 0.1), ServiceClass.BRONZE,
        ),
    ]  # fmt: skip
    if ends.workload is FabricWorkload.STORAGE:
        flows.append(_flow("storage", inside, "nvme-tcp", (within / 4, within / 4), data_class=ends.data_class))
    if ends.users:
        drawn = min(ends.users * parameters.wan.concurrency["saas"] * parameters.wan.application_bps["saas"], outward)
        users = (Population.USERS, Population.SERVERS)
        flows.append(_flow("users", users, "https", (drawn * UP_SHARE, drawn), data_class=ends.data_class))
    return tuple(flow for flow in (*flows, *_remote(ends, parameters)) if flow.up_bps or flow.down_bps)


def _to_cloud(requirements: Requirements, ends: Ends, parameters: Parameters) -> tuple[ResolvedFlow, ...]:
    """What people and servers on the premises of a hybrid network exchange with workloads at the provider."""
    if requirements.network_type is not NetworkType.HYBRID:
        return ()
    rate = ends.users * parameters.wan.concurrency["saas"] * USER_TO_SERVER_BPS
    servers, data = ends.servers.count * ends.servers.nic_speed_bps * NORTH_SOUTH_LOAD, ends.staff_class
    made = (
        _flow("users-cloud", (Population.USERS, Population.CLOUD), "https", (rate * UP_SHARE, rate), data_class=data),
        _flow(
            "servers-cloud", (Population.SERVERS, Population.CLOUD), "https",
            (min(servers, MAX_INTERNET_BPS),) * 2,
        ),
    )  # fmt: skip
    return tuple(flow for flow in made if flow.up_bps or flow.down_bps)


def _remote(ends: Ends, parameters: Parameters) -> tuple[ResolvedFlow, ...]:
    rate = ends.remote_users * parameters.capacity.vpn_concurrency * parameters.capacity.vpn_user_bps
    remote = (Population.REMOTE_USERS, Population.SERVERS)
    return (_flow("remote", remote, "vpn", (rate * UP_SHARE, rate), data_class=ends.data_class),) if rate else ()


def _published(at: int, service: Service, ends: Ends) -> ResolvedFlow:
    """Visitors of a published service: a share of the servers' ports, and 100 Mbit/s at least."""
    servers = ends.servers
    attached = servers.count * servers.nics_per_server * servers.nic_speed_bps
    rate = round(min(max(attached * NORTH_SOUTH_LOAD, 10**8), MAX_INTERNET_BPS))
    return ResolvedFlow(
        id=f"assumed-published-{at + 1}",
        source=Population.INTERNET.value,
        target=Population.DMZ.value,
        service=service,
        up_bps=round(rate * UP_SHARE),
        down_bps=rate,
        service_class=ServiceClass.SILVER,
        data_class=DataClass.PUBLIC,
        assumed=True,
    )
