"""CAP-01: enough switches, firewalls, exits and access points at every site."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_ports
from netdesign.analysis.traffic.demand import (
    OUTSIDE,
    USER_PORT_BPS,
    WITHOUT_USERS,
    SiteDemand,
    at_provider,
    doubled,
    inspected_bps,
    site_demands,
    site_share,
)
from netdesign.graph.network import ROLES
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

UPPER = (Role.SUPER_SPINE, Role.SPINE, Role.CORE, Role.DISTRIBUTION)
EDGE = (Role.ACCESS, Role.LEAF, Role.BORDER_LEAF)
SHOWN = 10


class Minimum(NamedTuple):
    """What devices of one sort at a site offer together, against what they must."""

    site: str
    sort: str
    unit: str
    members: tuple[int, ...]
    weights: tuple[int, ...]
    need: int

    @property
    def offered(self) -> int:
        """What all members offer."""
        return sum(self.weights)


@rule(
    code="CAP-01",
    name="minimum-components",
    title="Minimum Components",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    flags="A site with fewer access switches or leaves than its grown and spared ports fill, fewer than two of an upper"
    " tier (of each block) from medium redundancy on, fewer firewalls than the traffic that must be inspected and"
    " high availability ask for, a tier-1 site with one exit device at high redundancy, or too few access points"
    " for area, clients and calls.",
    passes="Every site has at least the devices that its users, servers and traffic need.",
    remedy="Add devices of the same type and wire them like their peers.",
    references=("NIST SP 800-53 CP-8, SC-5(2)", "reference sizing of campuses and leaf-spine fabrics"),
)
def minimum_components(case: Case) -> Iterator[Said]:
    """Compares what devices in service offer with what the requirements come to."""
    yield from _unrated(case)
    least: tuple[float, Minimum] | None = None
    for minimum in minima(case):
        if minimum.offered < minimum.need:
            yield _finding(case, minimum)
        ratio = minimum.offered / max(1, minimum.need)
        least = min(least or (ratio, minimum), (ratio, minimum), key=lambda pair: pair[0])
    if least is not None:
        name = f"tightest: {least[1].sort} at {least[1].site} ({least[1].unit})"
        yield Measure(name=name, value=least[1].offered, threshold=least[1].need)
    else:
        yield Measure(name="kinds of device that the requirements call for", value=0)


def minima(case: Case) -> tuple[Minimum, ...]:
    """Every minimum of every site; none where servers run at a provider and sites have nothing but a way to it."""
    if at_provider(case.requirements):
        return ()
    demands = site_demands(case.requirements, case.parameters)
    return tuple(minimum for demand in demands for minimum in _of_site(case, demand))


def _of_site(case: Case, demand: SiteDemand) -> Iterator[Minimum]:
    yield from _edge(case, demand)
    yield from _upper(case, demand)
    yield from _exits(case, demand)
    yield from _firewalls(case, demand)
    if demand.access_points:
        yield _count(demand.site, "access points", _at(case, demand.site, Role.ACCESS_POINT), demand.access_points)


def _edge(case: Case, demand: SiteDemand) -> Iterator[Minimum]:
    """Access switches by jacks, leaves by server ports."""
    spare = case.parameters.redundancy[case.requirements.redundancy].spare_share
    if demand.access_ports or demand.access_points:
        switches = _at(case, demand.site, Role.ACCESS)
        weights = endpoint_ports(case.network, USER_PORT_BPS, True)[list(switches)].tolist()
        need = demand.access_ports_sized(spare)
        yield Minimum(demand.site, "access switches", "ports", switches, tuple(weights), need)
    if demand.server_ports and case.requirements.network_type in WITHOUT_USERS:
        leaves = _at(case, demand.site, Role.LEAF)
        weights = endpoint_ports(case.network, demand.server_port_bps)[list(leaves)].tolist()
        need = demand.server_ports_sized(spare)
        yield Minimum(demand.site, "leaves", "server ports", leaves, tuple(weights), need)
        if doubled(case.requirements):
            yield _count(demand.site, "leaves", leaves, 2)


def _upper(case: Case, demand: SiteDemand) -> Iterator[Minimum]:
    """Two of each upper tier, in each block of it; at least some above three edge switches."""
    need = 2 if doubled(case.requirements) else 1
    found = _at(case, demand.site, *UPPER)
    if not found and len(_at(case, demand.site, *EDGE)) > 2:
        yield _count(demand.site, "switches above the edge", (), need)
    blocks: dict[tuple[str, str], list[int]] = {}
    for place in found:
        device = case.network.devices[place]
        blocks.setdefault((device.role.value, device.block or ""), []).append(place)
    for (role, _), members in sorted(blocks.items()):
        yield _count(demand.site, role.replace("_", " ") + " switches of a block", tuple(members), need)


def _exits(case: Case, demand: SiteDemand) -> Iterator[Minimum]:
    """Devices that end circuits: two at a tier-1 site of high redundancy."""
    requirements, network = case.requirements, case.network
    outside = any({flow.source, flow.target} & OUTSIDE for flow in requirements.flows)
    circuits = network.links_for(LinkPurpose.CIRCUIT)
    ends = np.unique(np.concatenate([end[circuits] for end in network.link_ends])).tolist()
    members = tuple(
        place
        for place in ends
        if network.devices[place].site == demand.site and network.devices[place].role is not Role.PROVIDER
    )
    tier = next(site.tier for site in requirements.sites if site.id == demand.site)
    if members or (outside and len(requirements.sites) == 1):
        need = 2 if tier == 1 and requirements.redundancy.at_least(Redundancy.HIGH) else 1
        yield _count(demand.site, "devices that end circuits", members, need)


def _firewalls(case: Case, demand: SiteDemand) -> Iterator[Minimum]:
    """As many as inspect the site's share of all traffic between zones at target utilisation, and one to fail."""
    requirements = case.requirements
    site = next(site for site in requirements.sites if site.id == demand.site)
    traffic = inspected_bps(requirements) * site_share(requirements, site)
    if traffic <= 0:
        return
    level = case.parameters.redundancy[requirements.redundancy]
    spare = case.parameters.security[requirements.security_level].enforcement_ha or requirements.redundancy.at_least(
        Redundancy.HIGH
    )
    members = _at(case, demand.site, Role.FIREWALL)
    rates = [rate for place in members if (rate := rated_bps(case, place)) is not None]
    carrying = ceil(traffic / (min(rates) * level.max_utilisation) - 1e-9) if rates and min(rates) > 0 else 1
    yield _count(demand.site, "firewalls", members, carrying + spare)


def rated_bps(case: Case, place: int) -> int | None:
    """What a firewall inspects; None where that is unknown."""
    kind = case.network.device_types[place]
    return kind.firewall.ngfw_bps if kind is not None and kind.firewall is not None else None


def _unrated(case: Case) -> Iterator[Gap]:
    for place in case.network.with_role(Role.ACCESS, Role.LEAF, Role.FIREWALL).tolist():
        device = case.network.devices[place]
        if case.network.device_types[place] is None:
            yield Gap(
                message=f"{device.id} has no known device type, so nothing says what it offers", elements=(device.id,)
            )
        elif device.role is Role.FIREWALL and rated_bps(case, place) is None:
            yield Gap(message=f"the catalogue does not say what {device.sku} inspects", elements=(device.id,))


def _at(case: Case, site: str, *roles: Role) -> tuple[int, ...]:
    wanted = {ROLES.index(role) for role in roles}
    codes = case.network.role_codes
    return tuple(place for place in case.network.devices_by("site").get(site, ()) if int(codes[place]) in wanted)


def _count(site: str, sort: str, members: tuple[int, ...], need: int) -> Minimum:
    return Minimum(site, sort, "devices", members, (1,) * len(members), int(need))


def _finding(case: Case, minimum: Minimum) -> Finding:
    names = tuple(case.network.devices[place].id for place in minimum.members)
    offered = f"{len(names)} {minimum.sort}"
    if minimum.unit != "devices":
        offered += f" with {minimum.offered} {minimum.unit}"
    return Finding(
        message=f"{minimum.site} has {offered}; its requirements come to {minimum.need} {minimum.unit}",
        elements=names or (minimum.site,),
        witness={
            "site": minimum.site,
            "sort": minimum.sort,
            "unit": minimum.unit,
            "found": minimum.offered,
            "needed": minimum.need,
            "devices": list(names[:SHOWN]),
        },
    )


def _reduced(case: Case, minimum: Minimum) -> Patch:
    """The largest members out of service, as many as make the rest too few."""
    order = sorted(range(len(minimum.members)), key=lambda at: (-minimum.weights[at], minimum.members[at]))
    left, gone = minimum.offered, list[int]()
    for at in order:
        if left < minimum.need:
            break
        left -= minimum.weights[at]
        gone.append(minimum.members[at])
    return tuple(Set("devices", case.network.devices[place].id, {"in_service": False}) for place in gone)


@minimum_components.mutant("take edge switches out of service until the rest are too few")
def fewer_edge_switches(case: Case) -> Patch | None:
    """The first site with edge switches loses the largest of them."""
    found = [m for m in minima(case) if m.unit != "devices" and m.members]
    return _reduced(case, found[0]) if found else None


@minimum_components.mutant("take firewalls out of service until the rest are too few")
def fewer_firewalls(case: Case) -> Patch | None:
    """The first site with firewalls loses some."""
    found = [m for m in minima(case) if m.sort == "firewalls" and m.members]
    return _reduced(case, found[0]) if found else None
