"""How much there is of everything: sites, users, servers, racks, rates, address space."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, isqrt
from typing import Any, Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.consistency import site_slug
from netdesign.model.quantity import format_bandwidth
from netdesign.model.requirements import Requirements, SiteRequest
from netdesign.model.resolved import FabricWorkload, ResolvedSite, ServerPopulation
from netdesign.model.vocabulary import Framework, NetworkType, Redundancy
from netdesign.synthesis.needs.words import mentions
from netdesign.synthesis.resolution.facts import Known, default, either, inferred, stated
from netdesign.synthesis.resolution.hubs import common_block, hub_places, server_gaps
from netdesign.synthesis.resolution.intent import attaches_people, free_texts

ETHERNET_BPS: Final = tuple(step * 10**9 for step in (1, 10, 25, 50, 100, 200, 400, 800))
USUAL_SERVER_BPS: Final = 25 * 10**9
SERVERS_PER_RACK: Final = 20
AREA_PER_USER_M2: Final = 12.0
AREA_PER_RACK_M2: Final = 3.0
AREA_PER_BUILDING_M2: Final = 15_000
KILOWATTS_PER_RACK: Final = 8.0
KILOWATTS_PER_SERVER: Final = 0.3
KILOWATTS_PER_AI_RACK: Final = 40.0
KILOWATTS_PER_CLOSET: Final = 3.0
ENDPOINTS_PER_USER: Final = 0.2
CAMPUS_SERVERS: Final = 4
USERS_PER_CAMPUS_SERVER: Final = 250
WITHOUT_PORTS: Final = (NetworkType.CLOUD_NATIVE,)
"""Networks whose servers are virtual: they share the least rate that is asked for, and fill no racks."""
EAST_WEST: Final = {
    FabricWorkload.AI: 0.95,
    FabricWorkload.STORAGE: 0.85,
    FabricWorkload.GENERAL: 0.75,
    FabricWorkload.LIGHT: 0.5,
}
CAMPUS_EAST_WEST: Final = 0.2
FEDERAL: Final = "US"
DEFAULT_SUPERNET: Final = "10.0.0.0/8"
AVOIDED_PREFIXES: Final = ("172.17.0.0/16", "192.168.0.0/23")
_WORKLOADS: Final = (
    (
        FabricWorkload.AI,
        ("gpu", "gpus", "ai", "machine learning", "deep learning", "rdma", "roce", "infiniband"),
    ),
    (FabricWorkload.STORAGE, ("ceph", "nvme", "iscsi", "object storage", "hadoop", "storage fabric")),
    (FabricWorkload.LIGHT, ("edge computing", "lab", "test environment")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shares:
    """What the sites that say nothing get, so that the totals come out."""

    users: tuple[int, ...]
    servers: tuple[int, ...]


def population(requirements: Requirements, parameters: Parameters) -> tuple[Known[Any], ...]:
    """Every field that counts or measures."""
    workload = fabric_workload(requirements)
    servers = server_count(requirements)
    sites = _sites(requirements, parameters, servers, workload)
    return (
        stated("devices_stated", requirements.scale.devices, "scale/devices"),
        stated("users", requirements.scale.users, "scale/users"),
        _remote_users(requirements),
        stated("site_count", requirements.scale.sites, "scale/sites"),
        sites,
        _servers(requirements, servers, sites),
        workload,
        _east_west(requirements, workload),
        *_rates(requirements),
        *_addressing(requirements),
    )


def server_count(requirements: Requirements) -> Known[int]:
    """How many servers there are; the field name is only a label for the number."""
    if requirements.servers is not None:
        return stated("servers", requirements.servers.count, "servers/count")
    listed = [site.servers for site in requirements.sites if site.servers is not None]
    if listed:
        return inferred("servers", sum(listed), "the sum of the sites", "sites")
    racks = sum(site.racks or 0 for site in requirements.sites)
    if attaches_people(requirements):
        count = CAMPUS_SERVERS + requirements.scale.users // USERS_PER_CAMPUS_SERVER
        reason = f"{CAMPUS_SERVERS} for network services, one more for each {USERS_PER_CAMPUS_SERVER} users"
        return default("servers", count, reason, "scale/users")
    if racks:
        return inferred("servers", racks * SERVERS_PER_RACK, f"{racks} racks x {SERVERS_PER_RACK} servers", "sites")
    count = max(1, requirements.scale.devices)
    return inferred("servers", count, "the devices of the scale are taken for servers", "scale/devices")


def fabric_workload(requirements: Requirements) -> Known[FabricWorkload]:
    """What the fabric carries; words of the request may choose the default, nothing more."""
    if attaches_people(requirements):
        return inferred("fabric_workload", FabricWorkload.GENERAL, "a campus carries general traffic", "network_type")
    texts = free_texts(requirements)
    for workload, words in _WORKLOADS:
        if word := mentions(words, texts):
            inputs = ("technology_stack", "use_cases", "critical_applications")
            return default("fabric_workload", workload, f"not stated; the texts mention {word!r}", *inputs)
    return default("fabric_workload", FabricWorkload.GENERAL, "nothing says that the fabric is for one purpose")


def _remote_users(requirements: Requirements) -> Known[int]:
    users = requirements.scale.users
    if any(
        site_slug(end) in ("remote-users", "remote")
        for flow in requirements.flows
        for end in (flow.source, flow.target)
    ):
        return inferred(
            "remote_users",
            users,
            "flows of remote users are stated; every user may be one",
            "flows",
            "scale/users",
        )
    word = mentions(("remote access", "remote work", "home office", "vpn"), free_texts(requirements))
    if word is not None:
        reason = f"not stated; the texts mention {word!r}, and every user may work remotely"
        return default("remote_users", users, reason, "use_cases", "technology_stack", "scale/users")
    return default("remote_users", 0, "no remote work is mentioned")


def _east_west(requirements: Requirements, workload: Known[FabricWorkload]) -> Known[float]:
    if attaches_people(requirements):
        return default(
            "east_west_share",
            CAMPUS_EAST_WEST,
            "most traffic of a campus leaves it or goes to servers",
            "network_type",
        )
    share = EAST_WEST[workload.value]
    return default("east_west_share", share, f"usual for a fabric with {workload.value} traffic", "fabric_workload")


def _rates(requirements: Requirements) -> tuple[Known[Any], ...]:
    rates = requirements.bandwidth
    return (
        stated("bandwidth_min_bps", rates.min, "bandwidth/min"),
        stated("bandwidth_max_bps", rates.max, "bandwidth/max"),
        either(
            "bandwidth_average_bps", rates.average, "bandwidth/average",
            inferred(
                "bandwidth_average_bps", isqrt(rates.min * rates.max),
                "the geometric mean of minimum and maximum", "bandwidth/min", "bandwidth/max",
            ),
        ),
    )  # fmt: skip


def _sites(
    requirements: Requirements, parameters: Parameters, servers: Known[int], workload: Known[FabricWorkload]
) -> Known[tuple[ResolvedSite, ...]]:
    requests = _requests(requirements)
    shares = _Shares(
        _spread(tuple(site.users for site in requests), requirements.scale.users),
        _spread(server_gaps(requirements, parameters, requests), servers.value),
    )
    sites = tuple(
        _site(requirements, parameters, site, (shares.users[at], shares.servers[at]), workload.value)
        for at, site in enumerate(requests)
    )
    sites = _ranked(requirements, parameters, requests, sites)
    if requirements.sites and all(site.users is not None and site.tier is not None for site in requirements.sites):
        return inferred(
            "sites",
            sites,
            "as stated; sizes left open follow from users, servers and racks",
            "sites",
            "scale",
        )
    named = ("sites", "scale") if requirements.sites else ("scale",)
    return inferred("sites", sites, "users and servers spread evenly over sites that state none", *named)


def _requests(requirements: Requirements) -> tuple[SiteRequest, ...]:
    """One request for each site: those listed, then as many unnamed ones as the scale has more."""
    listed = requirements.sites
    names = [name for name in requirements.site_locations if site_slug(name)]
    taken = {site_slug(site.name) for site in listed}
    made: list[SiteRequest] = []
    while len(listed) + len(made) < requirements.scale.sites:
        at = len(listed) + len(made)
        name = names[at] if at < len(names) and site_slug(names[at]) not in taken else f"site {at + 1}"
        while site_slug(name) in taken:
            name = f"{name} {at + 1}"
        taken.add(site_slug(name))
        made.append(SiteRequest(name=name[:120]))
    return (*listed, *made)


def _spread(parts: tuple[int | None, ...], total: int) -> tuple[int, ...]:
    """`parts` with the gaps filled, so that the sum is `total`; the first gaps get the remainder."""
    gaps = parts.count(None)
    rest = max(0, total - sum(part for part in parts if part is not None))
    share, more = divmod(rest, gaps) if gaps else (0, 0)
    filled = []
    for part in parts:
        if part is None:
            filled.append(share + (1 if more > 0 else 0))
            more -= 1
        else:
            filled.append(part)
    return tuple(filled)


def _site(
    requirements: Requirements,
    parameters: Parameters,
    site: SiteRequest,
    share: tuple[int, int],
    workload: FabricWorkload,
) -> ResolvedSite:
    users, servers = share
    campus = attaches_people(requirements)
    virtual = requirements.network_type in WITHOUT_PORTS
    racks = site.racks if site.racks is not None else 0 if virtual else ceil(servers / SERVERS_PER_RACK)
    endpoints = site.endpoints if site.endpoints is not None else ceil(users * ENDPOINTS_PER_USER) if campus else 0
    area = site.area_m2 or (users * AREA_PER_USER_M2 if campus else 0.0) + racks * AREA_PER_RACK_M2
    buildings = site.buildings or (max(1, ceil(area / AREA_PER_BUILDING_M2)) if campus else 1)
    closets = site.closets or (_closets(parameters, users, endpoints, area, buildings) if campus else 0)
    per_rack = KILOWATTS_PER_AI_RACK if workload is FabricWorkload.AI else KILOWATTS_PER_RACK
    return ResolvedSite(
        id=site_slug(site.name),
        name=site.name,
        tier=site.tier or 1,
        users=users,
        endpoints=endpoints,
        servers=servers,
        area_m2=float(area),
        buildings=buildings,
        closets=closets,
        racks=racks,
        power_kw=site.kw or max(racks * per_rack, servers * KILOWATTS_PER_SERVER) + closets * KILOWATTS_PER_CLOSET,
        jurisdiction=site.jurisdiction or _usual_jurisdiction(requirements),
        latitude=site.lat,
        longitude=site.lon,
        power_grid=site.power_grid,
    )


def _usual_jurisdiction(requirements: Requirements) -> str:
    """The country of a site that states none: of a programme for federal agencies that of the agencies."""
    federal = any(ref.framework is Framework.FEDRAMP for ref in requirements.compliance)
    return FEDERAL if federal else "unknown"


def _closets(parameters: Parameters, users: int, endpoints: int, area_m2: float, buildings: int) -> int:
    """As many as cable lengths (area) and full stacks (ports) ask for, and one a building at least."""
    campus = parameters.campus
    ports = users * campus.ports_per_user + endpoints
    return max(buildings, ceil(area_m2 / campus.closet_area_m2), ceil(ports / (48 * campus.max_stack)), 1)


def _ranked(
    requirements: Requirements,
    parameters: Parameters,
    requests: tuple[SiteRequest, ...],
    sites: tuple[ResolvedSite, ...],
) -> tuple[ResolvedSite, ...]:
    """Tiers for campus sites that state none: 1 for the largest, 2 from 100 users on, else 3."""
    if not attaches_people(requirements) or len(sites) == 1:
        return sites
    if requirements.network_type is NetworkType.WAN:
        first = set(hub_places(requirements, parameters, requests))
        return tuple(
            site
            if request.tier is not None
            else replace(site, tier=1 if at in first else 2 if site.users >= 100 else 3)
            for at, (request, site) in enumerate(zip(requests, sites, strict=True))
        )
    largest = max(range(len(sites)), key=lambda at: (sites[at].users + sites[at].servers, -at))
    return tuple(
        site if request.tier is not None else replace(site, tier=1 if at == largest else 2 if site.users >= 100 else 3)
        for at, (request, site) in enumerate(zip(requests, sites, strict=True))
    )


def _servers(
    requirements: Requirements, count: Known[int], sites: Known[tuple[ResolvedSite, ...]]
) -> Known[ServerPopulation]:
    asked = requirements.servers
    doubled = requirements.redundancy.at_least(Redundancy.MEDIUM) and requirements.network_type not in WITHOUT_PORTS
    nics = asked.nics if asked and asked.nics else 2 if doubled else 1
    speed = asked.nic_speed if asked and asked.nic_speed else _usual_speed(requirements)
    value = ServerPopulation(
        count=count.value,
        nics_per_server=nics,
        nic_speed_bps=speed,
        racks=sum(site.racks for site in sites.value),
    )
    if asked is not None and asked.nics and asked.nic_speed:
        return stated("servers", value)
    reason = (
        f"{count.value:,} servers ({count.reason}); {nics} ports at redundancy {requirements.redundancy}; "
        f"{format_bandwidth(speed)}, the Ethernet rate that bandwidth.max and usual servers share"
    )
    if count.value == 0 or count.basis == "default":
        return default("servers", value, reason, *count.inputs, "redundancy", "bandwidth/max")
    return inferred("servers", value, reason, *count.inputs, "redundancy", "bandwidth/max")


def _usual_speed(requirements: Requirements) -> int:
    top = USUAL_SERVER_BPS if not attaches_people(requirements) else 10 * 10**9
    limit = min(requirements.bandwidth.max, top)
    if requirements.network_type in WITHOUT_PORTS:
        limit = min(requirements.bandwidth.min, top)
    return max((step for step in ETHERNET_BPS if step <= limit), default=ETHERNET_BPS[0])


def _addressing(requirements: Requirements) -> tuple[Known[Any], ...]:
    asked = requirements.addressing
    prefixes = asked.supernets if asked else ()
    v4 = tuple(prefix for prefix in prefixes if ":" not in prefix)
    v6 = min((p for p in prefixes if ":" in p), key=lambda prefix: int(prefix.rpartition("/")[2]), default=None)
    reserved = tuple(dict.fromkeys((*(asked.reserved if asked else ()), *AVOIDED_PREFIXES)))
    six = asked.ipv6 if asked else None
    if six is None and v6 is not None:
        dual = inferred("ipv6", True, "an IPv6 supernet is stated", "addressing/supernets")
    else:
        dual = either("ipv6", six, "addressing/ipv6", default("ipv6", True, "new networks run both families"))
    return (
        stated("supernets", v4, "addressing/supernets")
        if v4
        else default("supernets", (DEFAULT_SUPERNET,), "the largest private block"),
        dual,
        either("ipv6_supernet", v6, "addressing/supernets", common_block(requirements)),
        inferred(
            "reserved_prefixes", reserved,
            "stated ones, and those that home routers and container hosts use", "addressing/reserved",
        )
        if asked and asked.reserved
        else default("reserved_prefixes", reserved, "home routers and container hosts use them"),
        either(
            "vlans_stated", requirements.scale.vlans, "scale/vlans",
            default("vlans_stated", None, "the design decides how many VLANs there are"),
        ),
        either(
            "subnets_stated", requirements.scale.subnets, "scale/subnets",
            default("subnets_stated", None, "the design decides how many subnets there are"),
        ),
    )  # fmt: skip
