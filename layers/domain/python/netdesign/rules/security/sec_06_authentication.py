"""SEC-06: who administers logs in centrally, and who plugs in is authenticated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.policy.zones import enforcement_points
from netdesign.analysis.security.logins import (
    alike,
    edge_ports,
    least_reached,
    managed_devices,
    named,
    open_profiles,
    profile_of,
    reports_itself,
    services_reached,
)
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import Patch, Set
from netdesign.model.security import WirelessNetwork
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate, posture

SHOWN = 10


def _applies(case: Case) -> bool:
    return corporate(case) and bool(managed_devices(case.network))


def _servers(case: Case) -> list[ServiceInstance]:
    return [one for one in case.design.infrastructure.service_instances if one.kind is ServiceKind.AAA]


@rule(
    code="SEC-06",
    name="authentication",
    title="Authentication",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="security level corporate and above, where devices are managed",
    applicable=_applies,
    flags="Fewer authentication servers than the level asks for, or all at one of several sites at high redundancy; one"
    " that does not prove to devices who it is; a"
    " managed device that logs in locally only, that gets to fewer than that many servers, or to none once one"
    " firewall has failed; edge ports or corporate WLANs without 802.1X beyond the level's share; too many ports"
    " known by MAC address alone; administrators without a second factor where the level asks for one.",
    passes="Every managed device gets to enough authentication servers, and the edge authenticates as asked.",
    remedy="Name two authentication servers in every management profile, permit the devices' management addresses to"
    " them, and set 802.1X on edge ports.",
    references=(
        "PCI DSS 8.4.2, 8.4.3, 8.6",
        "NIST SP 800-53 IA-2(1), IA-3, AC-17",
        "CIS Controls 12.5, 13.9",
        "IEEE 802.1X-2020",
        "RFC 8907, RFC 2865",
    ),
    reading="A site that uses the servers of others and has one firewall is out of everybody's reach when that fails:"
    " its devices are not held against it where the redundancy asked for bears with the loss of a device.",
)
def authentication(case: Case) -> Iterator[Said]:
    """Devices with the same profile and like addresses are judged once."""
    yield from _server_findings(case)
    yield from _device_findings(case)
    yield from _edge_findings(case)
    least = min((len(some) for some in _reached(case).values()), default=0)
    yield Measure(name="authentication_servers", value=len(_servers(case)), threshold=posture(case).aaa_servers)
    yield Measure(name="least_servers_that_a_device_reaches", value=least, threshold=posture(case).aaa_servers)
    yield Measure(
        name="edge_ports_with_802.1x_share",
        value=round(edge_ports(case.network).share, 4),
        threshold=posture(case).dot1x_wired_share,
    )


def _reached(case: Case) -> dict[int, tuple[str, ...]]:
    return services_reached(case.network, ServiceKind.AAA)


def _server_findings(case: Case) -> Iterator[Finding]:
    servers, needed = _servers(case), posture(case).aaa_servers
    if len(servers) < needed:
        yield Finding(
            message=f"{len(servers)} authentication servers; the security level asks for {needed}",
            elements=tuple(one.id for one in servers),
            witness={"servers": len(servers), "needed": needed},
        )
    bare = [one.id for one in servers if not one.authenticated]
    if bare:
        yield Finding(
            message=f"authentication servers that do not prove who they are: {', '.join(bare[:SHOWN])}",
            elements=tuple(bare),
            witness={"unauthenticated": [*bare[:SHOWN]]},
        )
    staffed = {device.site for device in case.network.devices if device.managed}
    sites = {one.site for one in servers}
    if case.requirements.redundancy.at_least(Redundancy.HIGH) and len(staffed) > 1 and len(sites) == 1:
        yield Finding(
            message=f"all authentication servers stand at {min(sites)}, one of {len(staffed)} sites",
            elements=(*sites, *(one.id for one in servers)),
            witness={"sites": len(sites), "needed": 2},
        )


def _out_of_reach(case: Case, device: int) -> bool:
    """Whether a device stands at a site that nobody reaches either once its one firewall has failed.

    So it is at a small site that uses the servers of others, where the redundancy asked for bears with that.
    """
    if "node" in case.parameters.redundancy[case.requirements.redundancy].failure_set:
        return False
    network, site = case.network, case.network.devices[device].site
    points = sum(network.devices[point].site == site for point in enforcement_points(network))
    servers = (one for one in case.design.infrastructure.service_instances if one.kind is ServiceKind.AAA)
    return points == 1 and all(server.site != site for server in servers)


def _device_findings(case: Case) -> Iterator[Finding]:
    """One finding for each reason, with the devices that share it."""
    reasons: dict[str, list[int]] = defaultdict(list)
    needed = posture(case).aaa_servers
    normal, failed = _reached(case), least_reached(case.network, ServiceKind.AAA)
    profiles = case.network.by_id("management_profiles")
    for key, devices in alike(case.network).items():
        profile, reached = profiles.get(key.profile or ""), len(normal[devices[0]])
        if profile is None or not profile.central_login:
            reasons["log in locally only"] += devices
            continue
        if posture(case).admin_mfa and not profile.multifactor:
            reasons["let administrators in without a second factor"] += devices
        if reached < needed:
            reasons[f"get to {reached} of the {needed} authentication servers needed"] += devices
            continue
        cut_off = [device for device in devices if not failed[device] and not _out_of_reach(case, device)]
        if cut_off:
            reasons["get to no authentication server once a firewall has failed"] += cut_off
    for reason, places in reasons.items():
        names = [case.network.devices[device].id for device in sorted(places)]
        shown = ", ".join(names[:SHOWN])
        yield Finding(
            message=f"{len(names)} managed devices {reason}: {shown}",
            elements=tuple(names),
            witness={"reason": reason, "devices": len(names), "first": names[0]},
        )


def _edge_findings(case: Case) -> Iterator[Finding]:
    level, ports = posture(case), edge_ports(case.network)
    if ports.share < level.dot1x_wired_share:
        profiles = open_profiles(case.network)
        yield Finding(
            message=f"{ports.authenticated} of {ports.total} edge ports use 802.1X ({ports.share:.1%});"
            f" the level asks for {level.dot1x_wired_share:.1%}; profiles without it: {', '.join(profiles)}",
            elements=profiles,
            witness={"share": round(ports.share, 4), "needed": level.dot1x_wired_share},
        )
    allowed = case.parameters.compliance.mab_port_share
    if ports.address_share > allowed:
        yield Finding(
            message=f"{ports.address_share:.1%} of edge ports know endpoints by MAC address alone; {allowed:.1%} may",
            elements=open_profiles(case.network),
            witness={"share": round(ports.address_share, 4), "allowed": allowed},
        )
    networks = _corporate_wlans(case)
    weak = [one.id for one in networks if not one.security.endswith("-enterprise")]
    if networks and 1 - len(weak) / len(networks) < level.dot1x_wireless_share:
        yield Finding(
            message=f"corporate WLANs without 802.1X: {', '.join(weak)}",
            elements=tuple(weak),
            witness={"share": round(1 - len(weak) / len(networks), 4), "needed": level.dot1x_wireless_share},
        )


def _corporate_wlans(case: Case) -> list[WirelessNetwork]:
    """WLANs whose clients land in a zone trusted as much as that of users."""
    zones, trust = case.network.by_id("zones"), case.parameters.zones.trust["users"]
    networks = case.design.security.wireless_networks
    return [one for one in networks if one.zone in zones and zones[one.zone].trust >= trust]


@authentication.mutant("let devices log in locally only")
def log_in_locally(case: Case) -> Patch | None:
    """The first profile that a managed device uses."""
    for device in managed_devices(case.network):
        profile = profile_of(case.network, device)
        if profile is not None:
            return (Set("management_profiles", profile.id, {"central_login": False}),)
    return None


@authentication.mutant("take the authentication servers out of a profile but one")
def name_one_server(case: Case) -> Patch | None:
    """Where the level asks for more than one."""
    for device in managed_devices(case.network):
        profile = profile_of(case.network, device)
        if profile is not None and reports_itself(case.network, device) and posture(case).aaa_servers > 1:
            kept = named(profile, ServiceKind.AAA)[:1]
            return (Set("management_profiles", profile.id, {"aaa": kept}),)
    return None


@authentication.mutant("switch 802.1X off on edge ports")
def open_edge(case: Case) -> Patch | None:
    """Where the level asks for it and there are such ports."""
    if not posture(case).dot1x_wired_share or not edge_ports(case.network).total:
        return None
    profiles = case.design.inventory.port_profiles
    return tuple(Set("port_profiles", one.id, {"dot1x": False}) for one in profiles if one.dot1x) or None


@authentication.mutant("believe any authentication server")
def believe(case: Case) -> Patch | None:
    """None of them proves who it is."""
    return tuple(Set("service_instances", one.id, {"authenticated": False}) for one in _servers(case)) or None


@authentication.fix("have authentication servers prove who they are")
def prove(case: Case, finding: Finding) -> Patch | None:
    """By certificate or shared secret."""
    known = case.network.by_id("service_instances") if "unauthenticated" in finding.witness else {}
    names = [name for name in finding.elements if name in known]
    return tuple(Set("service_instances", name, {"authenticated": True}) for name in names) or None
