"""SEC-23: who joins by radio is authenticated, encrypted, and watched for false access points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from netdesign.model.overlay import TunnelKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import WirelessNetwork
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Framework, Role, Severity, Trust, VlanPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate

SOUND = frozenset(
    {"wpa3-enterprise", "wpa3-enterprise-192", "wpa2-enterprise", "wpa3-personal", "wpa2-personal", "owe"}
)
PEOPLE_APART = frozenset({VlanPurpose.GUEST, VlanPurpose.IOT})
"""VLANs whose users have no account to log in with."""


def _applies(case: Case) -> bool:
    return bool(case.design.security.wireless_networks)


@rule(
    code="SEC-23",
    name="wireless-security",
    title="Wireless security",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="designs with wireless networks",
    applicable=_applies,
    flags="A network that is open, or runs WEP, WPA or TKIP; from level corporate on, one for staff without 802.1X;"
    " WPA3 or enhanced open without protected management frames; more networks on an access point than the"
    " parameters allow; clients' data carried to a controller at another site, or over leased lines, without"
    " encryption; with PCI DSS, no watch for rogue access points.",
    passes="Every network is encrypted, staff log in one by one, and the air is watched where cards are paid with.",
    remedy="Use WPA3-Enterprise for staff and enhanced open for guests, with protected management frames; switch rogue"
    " detection on.",
    references=(
        "IEEE 802.11-2020, 802.1X-2020",
        "NIST SP 800-153",
        "PCI DSS 2.3.1, 4.2.1.2, 11.2.1",
        "RFC 5415 (CAPWAP)",
    ),
    reading="A network is for staff unless all its VLANs are for guests or for things, which have no account to log in"
    " with. A kind of security that is not known counts as none.",
)
def wireless_security(case: Case) -> Iterator[Said]:
    """Networks are judged one by one, and counted by site."""
    for network in case.design.security.wireless_networks:
        yield from _judged(case, network)
    yield from _too_many(case)
    yield from _open_tunnels(case)
    most = max((len(names) for names in _by_site(case).values()), default=0)
    yield Measure(name="networks_on_an_access_point", value=most, threshold=case.parameters.wireless.max_ssids)
    staff = [one for one in case.design.security.wireless_networks if for_staff(case, one)]
    share = sum(one.security.lower().endswith("enterprise") for one in staff) / len(staff) if staff else 1.0
    yield Measure(
        name="staff_networks_with_802.1x_share", value=round(share, 4), threshold=1.0 if corporate(case) else 0
    )


def for_staff(case: Case, network: WirelessNetwork) -> bool:
    """Whether some VLAN of the network is neither for guests nor for things."""
    vlans = case.network.by_id("vlans")
    purposes = {vlans[name].purpose if name in vlans else None for name in network.vlans}
    return not purposes or not purposes <= PEOPLE_APART


def _judged(case: Case, network: WirelessNetwork) -> Iterator[Finding]:
    security = network.security.strip().lower()
    if security not in SOUND:
        yield _of(network, f"is secured by {network.security or 'nothing'}", security=network.security)
    elif corporate(case) and for_staff(case, network) and "enterprise" not in security:
        yield _of(network, f"lets staff in by {network.security}, not by 802.1X", security=network.security)
    if security.startswith(("wpa3", "owe")) and not network.protected_management_frames:
        yield _of(network, f"runs {network.security} without protected management frames", frames=False)
    if not network.rogue_detection and any(one.framework is Framework.PCI_DSS for one in case.requirements.frameworks):
        yield _of(network, "is not watched for rogue access points, which PCI DSS asks for", rogue_detection=False)


def _of(network: WirelessNetwork, fault: str, **witness: str | bool) -> Finding:
    return Finding(
        message=f"the wireless network {network.ssid} {fault}",
        elements=(network.id,),
        witness={"network": network.id, **witness},
    )


def _by_site(case: Case) -> dict[str, list[str]]:
    """The networks on the access points of each site; one that names no site is on all."""
    everywhere = sorted({device.site for device in case.network.devices if device.role is Role.ACCESS_POINT})
    found: dict[str, list[str]] = defaultdict(list)
    for network in case.design.security.wireless_networks:
        for site in network.sites or everywhere:
            found[site].append(network.id)
    return found


def _too_many(case: Case) -> Iterator[Finding]:
    for site, names in sorted(_by_site(case).items()):
        if len(names) > case.parameters.wireless.max_ssids:
            yield Finding(
                message=f"{len(names)} networks on each access point of {site}; {case.parameters.wireless.max_ssids}"
                f" at most",
                elements=(site, *sorted(names)),
                witness={"site": site, "networks": len(names)},
            )


def _open_tunnels(case: Case) -> Iterator[Finding]:
    """Clients' data that leaves the premises between access point and controller."""
    devices, suites = case.network.by_id("devices"), case.network.by_id("crypto_profiles")
    for tunnel in case.design.overlay.tunnels:
        sites = {devices[end].site for end in (tunnel.a, tunnel.b) if end in devices}
        if (
            tunnel.kind is TunnelKind.CAPWAP
            and tunnel.crypto not in suites
            and (len(sites) > 1 or _leased(case, sites))
        ):
            yield Finding(
                message=f"tunnel {tunnel.id} carries clients' data between {' and '.join(sorted(sites))} in the clear",
                elements=(tunnel.id,),
                witness={"tunnel": tunnel.id},
            )
    controllers = {d.site for d in case.network.devices if d.role is Role.WIRELESS_CONTROLLER and d.in_service}
    drawn = {devices[end].site for t in case.design.overlay.tunnels for end in (t.a, t.b) if end in devices}
    for network in case.design.security.wireless_networks:
        away = sorted(set(network.sites) - controllers - drawn)
        if network.tunnelled and controllers and away:
            yield _of(
                network, f"carries clients' data from {away[0]} to another site without a tunnel that encrypts it"
            )


def _leased(case: Case, sites: set[str]) -> bool:
    """Whether links inside a site are not our own; circuits leave the site and are another matter."""
    devices = case.network.by_id("devices")
    return any(
        link.trust is not Trust.OWNED
        and {devices[end.device].site for end in (link.a, link.b) if end.device in devices} <= sites
        and all(devices[end.device].role is not Role.PROVIDER for end in (link.a, link.b) if end.device in devices)
        for link in case.network.links
    )


# --- mutants and repairs


def _first(case: Case, *, staff: bool = False) -> WirelessNetwork | None:
    found = [one for one in case.design.security.wireless_networks if not staff or for_staff(case, one)]
    return min(found, key=lambda one: one.id, default=None)


@wireless_security.mutant("a network is open")
def open_network(case: Case) -> Patch | None:
    """The first one."""
    one = _first(case)
    return (Set("wireless_networks", one.id, {"security": "open"}),) if one else None


@wireless_security.mutant("a network runs TKIP")
def use_tkip(case: Case) -> Patch | None:
    """The first one."""
    one = _first(case)
    return (Set("wireless_networks", one.id, {"security": "wpa-tkip"}),) if one else None


@wireless_security.mutant("staff share one password")
def share_password(case: Case) -> Patch | None:
    """Where the level asks for 802.1X."""
    one = _first(case, staff=True)
    return (Set("wireless_networks", one.id, {"security": "wpa3-personal"}),) if one and corporate(case) else None


@wireless_security.mutant("management frames are not protected")
def unprotect_frames(case: Case) -> Patch | None:
    """On the first network with WPA3 or enhanced open."""
    for one in sorted(case.design.security.wireless_networks, key=lambda one: one.id):
        if one.security.startswith(("wpa3", "owe")):
            return (Set("wireless_networks", one.id, {"protected_management_frames": False}),)
    return None


@wireless_security.mutant("more networks than an access point has air for")
def crowd(case: Case) -> Patch | None:
    """Copies of the first one."""
    one = _first(case)
    if one is None:
        return None
    many = range(case.parameters.wireless.max_ssids)
    return tuple(Add("wireless_networks", replace(one, id=f"{one.id}-copy{at}")) for at in many)


@wireless_security.mutant("nobody looks for rogue access points")
def look_away(case: Case) -> Patch | None:
    """Where PCI DSS asks for it."""
    one = _first(case)
    card = any(ref.framework is Framework.PCI_DSS for ref in case.requirements.frameworks)
    return (Set("wireless_networks", one.id, {"rogue_detection": False}),) if one and card else None


@wireless_security.fix("secure the network")
def secure(case: Case, finding: Finding) -> Patch | None:
    """802.1X for staff, enhanced open for others, protected frames, and a watch for rogues."""
    one = case.network.by_id("wireless_networks").get(str(finding.witness.get("network")))
    if one is None:
        return None
    security = "wpa3-enterprise" if for_staff(case, one) else "owe"
    changes = {"security": security} if "security" in finding.witness else {}
    return (
        Set("wireless_networks", one.id, {**changes, "protected_management_frames": True, "rogue_detection": True}),
    )


@wireless_security.fix("merge networks that lead to the same place")
def merge(case: Case, finding: Finding) -> Patch | None:
    """Of networks at a site with the same zone and VLANs, the first by id serves for all."""
    if "networks" not in finding.witness:
        return None
    known, seen, twins = case.network.by_id("wireless_networks"), set(), []
    for name in finding.elements[1:]:
        if name in known:
            where = (known[name].zone, known[name].vlans, known[name].sites)
            twins += [Remove("wireless_networks", name)] if where in seen else []
            seen.add(where)
    return tuple(twins) or None
