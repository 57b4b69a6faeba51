"""SEC-04: each zone has VLANs and routing tables of its own, and nothing passes between zones unfiltered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.facts.cloud_places import cloud_zone_names
from netdesign.analysis.policy.cloud_zones import open_ways
from netdesign.analysis.policy.policy import open_share, passages
from netdesign.analysis.policy.populations import PEOPLE
from netdesign.analysis.policy.zones import bypass, claims, mixed, places, zone_pairs
from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Exposure, Severity
from netdesign.rules.breaches import back_door, first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate, enterprise, posture

ANY_SHARE = 0.5
"""A permit of half the ports of TCP or UDP between two addresses is one of any service."""
POPULATIONS = {
    EndpointKind.USER: "users",
    EndpointKind.PHONE: "voice",
    EndpointKind.CAMERA: "devices",
    EndpointKind.SENSOR: "devices",
    EndpointKind.SERVER: "servers",
    EndpointKind.STORAGE: "servers",
    EndpointKind.GPU_SERVER: "servers",
}
OUTWARD = frozenset({Exposure.INTERNET, Exposure.PARTNER, Exposure.DMZ})
GUEST_SECURITY = frozenset({"open", "owe"})
REGULATED = frozenset({DataClass.CHD, DataClass.EPHI})


def _applies(case: Case) -> bool:
    held = {data for zone in case.design.security.zones for data in zone.data_classes}
    return corporate(case) or any(data.sensitive for data in (*case.requirements.data_classes, *held))


def _severity(case: Case) -> Severity:
    """Critical where card or health data is at stake."""
    held = {data for zone in case.design.security.zones for data in zone.data_classes}
    return Severity.CRITICAL if REGULATED & (held | set(case.requirements.data_classes)) else Severity.ERROR


@rule(
    code="SEC-04",
    name="network-segmentation",
    title="Network Segmentation",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="security level corporate and above, or sensitive data",
    applicable=_applies,
    flags="A VLAN or subnet that facts put into two zones; two zones joined without firewall or filter; populations"
    " (users, voice, devices, servers, guests, management) that share a zone; fewer zones than the level asks for; a"
    " policy that permits any service between two zones; a restricted or management zone that is trusted no more than"
    " one with people or guests in it, or one that is open to the outside. Critical where card or health data is held.",
    passes="Zones map one to one to VLANs and routing tables, and policies open single services only.",
    remedy="Give each zone its own VLANs and VRF, and permit by service what flows need.",
    references=("NIST SP 800-53 SC-7(21), AC-4(21)", "ISO 27001 A.8.22", "PCI DSS scoping", "CIS Controls 3.12"),
)
def network_segmentation(case: Case) -> Iterator[Said]:
    """Zones are read from VLANs, subnets, endpoint groups, services and firewall interfaces, and compared."""
    severity = _severity(case)
    yield from _shared_segments(case, severity)
    yield from _unfiltered(case, severity)
    yield from _shared_zones(case, severity)
    yield from _wide_permits(case, severity)
    yield from _misranked(case, severity)
    known = case.network.by_id("zones")
    yield from _open_at_providers(case, severity)
    drawn = {*places(case.network), *cloud_zone_names(case.network)}
    if case.design.cloud.cloud_gateways:
        drawn |= {zone.id for zone in case.design.security.zones if zone.exposure is Exposure.INTERNET}
    zones, least = len(drawn & known.keys()), posture(case).min_zones
    if zones < least:
        yield Finding(
            message=f"the network has {zones} zones; the security level asks for {least}",
            witness={"zones": zones, "needed": least},
            severity=severity,
        )
    yield Measure(name="zones", value=zones, threshold=least)


def _misranked(case: Case, severity: Severity) -> Iterator[Finding]:
    """What guards zones reads their trust: a zone of secrets ranks above those who must not read them."""
    known = case.network.by_id("zones")
    groups = case.design.inventory.endpoint_groups
    people = {group.zone for group in groups if group.kind in PEOPLE and group.zone in known}
    open_to = people | {zone.id for zone in case.design.security.zones if zone.exposure in OUTWARD}
    ranked = sorted(open_to, key=lambda name: (-known[name].trust, name))
    for zone in case.design.security.zones:
        above = [name for name in ranked if name != zone.id and known[name].trust >= zone.trust]
        if zone.exposure in (Exposure.RESTRICTED, Exposure.MANAGEMENT) and zone.id not in open_to and above:
            yield Finding(
                message=f"zone {zone.id} ({zone.exposure}) has trust {zone.trust}, no more than {above[0]}, which"
                f" people or outsiders get to, with {known[above[0]].trust}",
                elements=(zone.id, *above),
                witness={"misranked": zone.id, "trust": zone.trust, "people": known[above[0]].trust},
                severity=severity,
            )


def _shared_segments(case: Case, severity: Severity) -> Iterator[Finding]:
    for zones in claims(case.network).values():
        if len(zones) > 1:
            facts = tuple(dict.fromkeys(fact for some in zones.values() for fact in some[:3]))
            yield Finding(
                message=f"one segment lies in zones {', '.join(sorted(zones))}, say {', '.join(facts)}",
                elements=(*sorted(zones), *facts),
                witness={"zones": [*sorted(zones)], "facts": [*facts]},
                severity=severity,
            )


def _unfiltered(case: Case, severity: Severity) -> Iterator[Finding]:
    for pair in zone_pairs(case.network):
        if mixed(case.network, pair, True):
            path = bypass(case.network, pair, True)
            yield Finding(
                message=f"{pair.low.name} and {pair.high.name} are joined without a filter, by {' > '.join(path)}",
                elements=(pair.low.id, pair.high.id, *path),
                witness={"from_zone": pair.low.id, "to_zone": pair.high.id, "path": list(path)},
                severity=severity,
            )


def _open_at_providers(case: Case, severity: Severity) -> Iterator[Finding]:
    """Zones at cloud providers that route tables join past every firewall endpoint."""
    for way in open_ways(case.network):
        yield Finding(
            message=f"{way.source_zone} and {way.target_zone} are joined without a filter at the provider, by"
            f" {' > '.join(way.hops)} to {way.target}",
            elements=(way.source, way.target),
            witness={"from_zone": way.source_zone, "to_zone": way.target_zone, "path": list(way.hops)},
            severity=severity,
        )


def _shared_zones(case: Case, severity: Severity) -> Iterator[Finding]:
    exposure = {zone.id: zone.exposure for zone in case.design.security.zones}
    mixes: dict[str, dict[str, str]] = defaultdict(dict)
    for group in case.design.inventory.endpoint_groups:
        special = exposure.get(group.zone) in (Exposure.MANAGEMENT, Exposure.DMZ, Exposure.RESTRICTED)
        if group.kind in POPULATIONS and not (special and POPULATIONS[group.kind] == "servers"):
            mixes[group.zone].setdefault(POPULATIONS[group.kind], group.id)
    for wireless in case.design.security.wireless_networks:
        if wireless.security in GUEST_SECURITY:
            mixes[wireless.zone].setdefault("guests", wireless.id)
    for zone, populations in sorted(mixes.items()):
        reserved = exposure.get(zone) is Exposure.MANAGEMENT
        if len(populations) > 1 or reserved:
            names = ", ".join(sorted(populations))
            yield Finding(
                message=f"zone {zone} is shared by {names}{' and management' if reserved else ''}",
                elements=(zone, *populations.values()),
                witness={"zone": zone, "populations": [*sorted(populations)]},
                severity=severity,
            )
    if enterprise(case) and Exposure.MANAGEMENT not in exposure.values():
        yield Finding(message="no zone is set apart for management", witness={"zone": None}, severity=severity)


def _wide_permits(case: Case, severity: Severity) -> Iterator[Finding]:
    if posture(case).inter_zone_default != "deny":
        return
    for one in passages(case.network):
        share = open_share(one.boxes)
        if share >= ANY_SHARE:
            yield Finding(
                message=f"{one.policy} permits {share:.0%} of a protocol's ports from {one.source} to {one.target}:"
                " any service, in effect",
                elements=(one.policy, one.source, one.target),
                witness={"from_zone": one.source, "to_zone": one.target, "open_share": round(share, 4)},
                severity=severity,
            )


def _inside(case: Case) -> list[tuple[str, str]]:
    """Pairs of zones that both have endpoints on VLANs of their own."""
    return [
        (pair.low.id, pair.high.id)
        for pair in zone_pairs(case.network)
        if Exposure.INTERNET not in (pair.low.exposure, pair.high.exposure)
    ]


@network_segmentation.mutant("route a zone's VLAN in the VRF of another")
def merge_routing(case: Case) -> Patch | None:
    """A switch gets a gateway in VLANs of two zones in one VRF."""
    for low, high in _inside(case):
        patch = back_door(case, low, high)
        if patch is not None:
            return patch
    return None


@network_segmentation.mutant("put endpoints of one zone into a VLAN of another")
def misplace_endpoints(case: Case) -> Patch | None:
    """The first group with VLANs moves into those of a group of another zone."""
    groups = [group for group in case.design.inventory.endpoint_groups if group.vlans]
    for group in groups:
        for other in groups:
            if group.zone != other.zone:
                return (Set("endpoint_groups", group.id, {"vlans": other.vlans}),)
    return None


@network_segmentation.mutant("permit anything between two zones")
def permit_anything(case: Case) -> Patch | None:
    """A rule on top of a policy that binds both zones."""
    if posture(case).inter_zone_default != "deny":
        return None
    for low, high in _inside(case):
        patch = first_rule(case, Action.PERMIT, low, high)
        if patch is not None:
            return patch
    return None


@network_segmentation.mutant("let the table of a trust domain at a provider learn the way to the others")
def leak_domains(case: Case) -> Patch | None:
    """The first table of a hub with several that leads to an inspection network."""
    tables = case.design.cloud.cloud_route_tables
    for table in tables if not open_ways(case.network) else ():
        others = [name for one in tables if one.hub == table.hub and one.id != table.id for name in one.associated]
        if table.routes and any(way for way in others if way in case.network.by_id("cloud_attachments")):
            return (Set("cloud_route_tables", table.id, {"propagated": (*table.propagated, *others)}),)
    return None


@network_segmentation.mutant("trust a zone of secrets less than people")
def misrank(case: Case) -> Patch | None:
    """The first restricted or management zone gets the trust of guests."""
    people = {group.zone for group in case.design.inventory.endpoint_groups if group.kind in PEOPLE}
    for zone in case.design.security.zones if people & case.network.by_id("zones").keys() else ():
        if zone.exposure in (Exposure.RESTRICTED, Exposure.MANAGEMENT) and zone.id not in people:
            return (Set("zones", zone.id, {"trust": 1}),)
    return None


@network_segmentation.mutant("trust what is open to the outside more than anything inside")
def trust_outside(case: Case) -> Patch | None:
    """The most trusted of the zones that outsiders get to, where there are zones of secrets."""
    zones = case.design.security.zones
    outward = [zone for zone in zones if zone.exposure in OUTWARD]
    if not outward or not any(zone.exposure in (Exposure.RESTRICTED, Exposure.MANAGEMENT) for zone in zones):
        return None
    return (Set("zones", max(outward, key=lambda zone: (zone.trust, zone.id)).id, {"trust": 100}),)


@network_segmentation.fix("trust what is open to the outside half as much as zones of secrets")
def distrust_outside(case: Case, finding: Finding) -> Patch | None:
    """Those that outrank such a zone."""
    known, least = case.network.by_id("zones"), finding.witness.get("trust")
    above = [name for name in finding.elements[1:] if name in known and known[name].exposure in OUTWARD]
    if "misranked" not in finding.witness or not isinstance(least, int):
        return None
    return tuple(Set("zones", name, {"trust": least // 2}) for name in above) or None


@network_segmentation.fix("trust the zone more than any with people")
def rank(case: Case, finding: Finding) -> Patch | None:
    """By ten, as far as the scale goes."""
    name, people = str(finding.witness.get("misranked")), finding.witness.get("people")
    if name not in case.network.by_id("zones") or not isinstance(people, int):
        return None
    return (Set("zones", name, {"trust": min(100, people + 10)}),)
