"""CAP-04: what the design offers keeps up with what was asked for, at the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_ports
from netdesign.analysis.facts.addresses import PURPOSES, subnet_prefixes, subnet_purposes
from netdesign.analysis.facts.cloud_places import counts_as_production, workload_count
from netdesign.analysis.facts.row_codes import column
from netdesign.analysis.policy.enforcers import Enforcer, enforcers
from netdesign.analysis.traffic.demand import USER_PORT_BPS, SiteDemand, at_provider, site_demands
from netdesign.catalog.cloud_quotas import quotas_of
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.cloud import CloudSubnetKind
from netdesign.model.inventory import HaMode
from netdesign.model.patch import Patch, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Role, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

WIRED = (Role.ACCESS,)
SERVING = (Role.ACCESS, Role.LEAF, Role.BORDER_LEAF, Role.CORE, Role.DISTRIBUTION)


class Resource(NamedTuple):
    """How much of something a site, or the whole design, offers and needs at the horizon."""

    site: str
    name: str
    supply: int
    demand: int
    growing: int
    """The part of the demand that is proportional to users, devices and servers."""


@rule(
    code="CAP-04",
    name="scale-requirements",
    title="Scale Requirements",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    flags="A site that offers fewer jacks, powered jacks, server ports, wireless places or host addresses than its"
    " users, devices and servers need at the horizon; firewalls that hold fewer sessions than all users and servers"
    " open; a subnet with fewer addresses than hosts planned on it;"
    " switches that know fewer VLANs than were asked for; fewer built sites than were asked for. Demand comes"
    " from the requirements alone, supply from ports, radios, subnets and device types.",
    passes="Every resource meets the demand at the horizon.",
    remedy="Add the switch, access point, subnet or larger device type that the resource lacks.",
    references=("ISO/IEC 27001:2022 A.8.6", "SOC 2 A1.1"),
)
def scale_requirements(case: Case) -> Iterator[Said]:
    """Compares supply and demand of every resource."""
    yield from _unknown(case)
    yield from _crowded(case)
    tightest: Resource | None = None
    for resource in resources(case):
        if resource.supply < resource.demand:
            yield Finding(
                message=f"{resource.site} offers {resource.supply:,} {resource.name} and needs {resource.demand:,}"
                " at the horizon",
                elements=(resource.site,),
                witness={
                    "site": resource.site,
                    "resource": resource.name,
                    "supply": resource.supply,
                    "demand": resource.demand,
                },
            )
        tightest = min(tightest or resource, resource, key=_headroom)
    if tightest is not None:
        yield Measure(
            name=f"tightest: {tightest.name} at {tightest.site}", value=tightest.supply, threshold=tightest.demand
        )


def resources(case: Case) -> tuple[Resource, ...]:
    """Every resource that something is asked of."""
    found = [_sites(case), _vlans(case), _sessions(case)]
    if at_provider(case.requirements):
        found += [_workloads(case), _provider_addresses(case)]
    for demand in site_demands(case.requirements, case.parameters):
        found.extend(_of_site(case, demand))
    return tuple(resource for resource in found if resource is not None and resource.demand > 0)


def _headroom(resource: Resource) -> float:
    return resource.supply / resource.demand


def _linear(site: str, name: str, supply: int, demand: int) -> Resource:
    """A resource whose whole demand grows."""
    return Resource(site, name, supply, demand, demand)


def _of_site(case: Case, demand: SiteDemand) -> Iterator[Resource]:
    """Ports by kind, wireless places, addresses."""
    network, radios = case.network, _at(case, demand.site, (Role.ACCESS_POINT,))
    wired, serving = _at(case, demand.site, WIRED), _at(case, demand.site, SERVING)
    jacks, people = endpoint_ports(network, USER_PORT_BPS, True), demand.grown(demand.access_ports)
    yield Resource(demand.site, "wired access ports", _sum(jacks, wired), people + demand.access_points, people)
    powered = endpoint_ports(network, USER_PORT_BPS, True, True)
    phones = demand.grown(demand.phones)
    yield Resource(
        demand.site, "access ports that feed power", _sum(powered, wired), phones + demand.access_points, phones
    )
    speed = demand.server_port_bps
    name = f"server ports at {speed / 1e9:g} Gbit/s"
    offered = _sum(endpoint_ports(network, speed), serving)
    yield _linear(demand.site, name, offered, demand.grown(demand.server_ports))
    places = sum(_places(case, place) for place in radios.tolist())
    yield _linear(demand.site, "wireless places", places, demand.grown(demand.wireless_clients))
    yield _linear(demand.site, "host addresses", _addresses(network).get(demand.site, 0), demand.grown(demand.hosts))


def _at(case: Case, site: str, roles: tuple[Role, ...]) -> Longs:
    here = np.array(case.network.devices_by("site").get(site, ()), dtype=np.int64)
    return here[np.isin(case.network.role_codes[here], [ROLES.index(role) for role in roles])]


def _sum(counts: Longs, places: Longs) -> int:
    return int(counts[places].sum())


def _places(case: Case, place: int) -> int:
    """Clients that an access point serves well."""
    kind = case.network.device_types[place]
    usual = case.parameters.wireless.clients_per_access_point
    limit = kind.access_point.clients if kind is not None and kind.access_point is not None else None
    return usual if limit is None else min(usual, limit)


@analysis
def _addresses(network: Network) -> dict[str | None, int]:
    """Addresses for hosts in the IPv4 subnets of each site that are for hosts."""
    prefixes, total = subnet_prefixes(network), dict[str | None, int]()
    hosts = subnet_purposes(network) == PURPOSES.index(SubnetPurpose.HOSTS)
    for at in np.flatnonzero(hosts & (prefixes.version == 4)).tolist():
        site = network.design.addressing.subnets[at].site
        total[site] = total.get(site, 0) + _room(32 - int(prefixes.length[at]))
    return total


def _room(bits: int) -> int:
    """Addresses for hosts in an IPv4 prefix that leaves `bits` to them (RFC 950, RFC 3021)."""
    return 1 << bits if bits < 2 else (1 << bits) - 2


def _crowded(case: Case) -> Iterator[Finding]:
    """IPv4 subnets too short for the hosts planned on them."""
    prefixes = subnet_prefixes(case.network)
    subnets = case.design.addressing.subnets
    planned = np.array([bool(count) for count in column(subnets, "planned_hosts")], np.bool_)
    for at in np.flatnonzero(planned & (prefixes.version == 4)).tolist():
        subnet, room = subnets[at], _room(32 - int(prefixes.length[at]))
        if subnet.planned_hosts > room:
            yield Finding(
                message=f"{subnet.prefix} has {room} addresses for {subnet.planned_hosts} planned hosts",
                elements=(subnet.id,),
                witness={"prefix": subnet.prefix, "usable": room, "planned": subnet.planned_hosts},
            )


def _sessions(case: Case) -> Resource | None:
    """Sessions that firewalls hold, against those of all users, near and far, and servers."""
    requirements, capacity = case.requirements, case.parameters.capacity
    points = enforcers(case.network)
    if not points:
        return None
    held = sum(_held(case, point) for point in points)
    opened = (requirements.users + requirements.remote_users) * capacity.sessions_per_user
    opened += requirements.servers.count * capacity.sessions_per_server
    grown = ceil(opened * requirements.growth_multiplier - 1e-9)
    return _linear("all sites", "firewall sessions", int(held * capacity.session_share), grown)


def _held(case: Case, point: Enforcer) -> int:
    """Sessions of the members that carry traffic."""
    kinds = [case.network.device_types[place] for place in point.members]
    known = [kind.firewall.sessions or 0 for kind in kinds if kind is not None and kind.firewall is not None]
    return sum(known) if point.mode is HaMode.ACTIVE_ACTIVE else min(known, default=0)


def _unknown(case: Case) -> Iterator[Gap]:
    for place in case.network.with_role(Role.ACCESS, Role.LEAF, Role.FIREWALL).tolist():
        if case.network.device_types[place] is None:
            name = case.network.devices[place].id
            yield Gap(message=f"{name} has no known device type, so nothing says what it offers", elements=(name,))


def _vlans(case: Case) -> Resource:
    """VLANs that every switch can know, against those that were asked for."""
    places = case.network.with_role(*SERVING).tolist()
    kinds = {kind for place in places if (kind := case.network.device_types[place]) is not None}
    sizes = [size for kind in kinds if (size := kind.table("vlan")[0]) is not None]
    return Resource("all sites", "VLANs", min(sizes, default=4094), case.requirements.vlans_stated or 0, 0)


def _workloads(case: Case) -> Resource:
    """Workloads in place at the provider, against the servers that were asked for."""
    return Resource("the provider", "workloads", workload_count(case.network), case.requirements.servers.count, 0)


def _provider_addresses(case: Case) -> Resource:
    """Addresses for workloads of production at the provider when the zone with most of them is lost."""
    networks, by_zone = case.network.by_id("cloud_networks"), dict[str, int]()
    for subnet in case.design.cloud.cloud_subnets:
        network = networks.get(subnet.network)
        if network is None or subnet.kind is not CloudSubnetKind.PRIVATE or not counts_as_production(network):
            continue
        quotas = quotas_of(network.provider)
        prefix = parse_prefix(subnet.prefix)
        room = max(0, (1 << (32 - prefix.length)) - (quotas.reserved_addresses if quotas else 2))
        by_zone[subnet.availability_zone] = by_zone.get(subnet.availability_zone, 0) + room
    left = sum(by_zone.values()) - (max(by_zone.values()) if len(by_zone) > 1 else 0)
    wanted = ceil(case.requirements.servers.count * case.requirements.growth_multiplier - 1e-9)
    return _linear("the provider", "addresses for workloads with a zone lost", left, wanted)


def _sites(case: Case) -> Resource:
    """Sites with a switch, or that are there at all where servers run at a provider."""
    built = {case.network.devices[place].site for place in case.network.with_role(*SERVING).tolist()}
    if at_provider(case.requirements):
        built = {site.id for site in case.design.inventory.sites}
    wanted = {site.id for site in case.requirements.sites}
    return Resource("the design", "sites", len(built & wanted), max(len(wanted), case.requirements.site_count), 0)


@scale_requirements.mutant("multiply users, devices and servers, three times at least, with the design unchanged")
def more_of_everything(case: Case) -> Patch | None:
    """By a factor that the tightest resource cannot meet, twice as high as it seems because counts are rounded up."""
    growing = [resource.supply / resource.growing for resource in resources(case) if resource.growing]
    if not growing:
        return None
    factor = max(3, 2 * ceil(min(growing)) + 1)
    requirements = case.requirements
    sites = tuple(
        replace(
            site,
            users=site.users * factor,
            endpoints=site.endpoints * factor,
            servers=site.servers * factor,
        )
        for site in requirements.sites
    )
    return (
        SetRequirement(
            {
                "users": requirements.users * factor,
                "remote_users": requirements.remote_users * factor,
                "sites": sites,
                "servers": replace(requirements.servers, count=requirements.servers.count * factor),
            }
        ),
    )
