"""CMP-19: everything tells the same time, from enough sources of known descent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.forwarding.reachability import gets_to, group_origins
from netdesign.analysis.security.logins import least_reached, managed_devices, profile_of, services_reached
from netdesign.analysis.traffic.demand import at_provider
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, ManagementProfile, Service
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import any_requested
from netdesign.rules.posture import government

SHOWN = 10
RECOMMENDED = 4
SERVERS = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
NTP = Service(name="ntp", protocol=IpProtocol.UDP, first_port=123, last_port=123)


@rule(
    code="CMP-19",
    name="time-synchronisation",
    title="Time synchronisation",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="any framework",
    applicable=any_requested,
    flags="Fewer time sources than compliance.time_sources, or one that claims to be a reference clock itself (stratum"
    " 0), or none of known stratum near one; a managed device, or"
    " servers outside management, that get to fewer sources, or, where the redundancy has to survive failures, to fewer"
    " once one firewall has failed or one switch that sources hang off; devices farther from a reference clock than"
    " compliance.max_stratum; time"
    " without authentication from level government on; devices whose time zone differs from others', or whose sources"
    " differ from others' at their site.",
    passes="Every device and server gets to enough sources, in one time zone, by one list.",
    remedy="Add time sources, permit NTP to them, name them and one time zone in every profile, authenticate.",
    references=(
        "PCI DSS 10.6.1-10.6.3",
        "NIST SP 800-53 SC-45, AU-8",
        "ISO/IEC 27001 A.8.17",
        "RFC 8633",
        "RFC 8915",
    ),
    reading="A source is authoritative whose stratum is known and leaves room for the device behind it. Two sources are"
    " asked for; that four are recommended is told by the measure. Sources of time zones in reports need no fact of the"
    " design beyond the profiles'.",
)
def time_synchronisation(case: Case) -> Iterator[Said]:
    """The sources, who gets to them, and whether all are told the same."""
    sources = _sources(case)
    wanted = case.parameters.compliance.time_sources
    yield from _at_providers(case, wanted)
    if len(sources) < wanted and not (at_provider(case.requirements) and case.design.cloud.cloud_services):
        yield Finding(
            message=f"the design has {len(sources)} time sources; {wanted} are asked for",
            elements=tuple(one.id for one in sources),
            witness={"sources": len(sources), "needed": wanted},
        )
    yield from _descent(case, sources)
    yield from _devices(case)
    yield from _servers(case, sources)
    yield from _one_switch(case, sources)
    yield from _authenticated(case, sources)
    yield from _alike(case)
    yield Measure(name="time_sources", value=len(sources), threshold=wanted)
    yield Measure(name="time_sources_recommended", value=RECOMMENDED)


def _sources(case: Case) -> list[ServiceInstance]:
    return [one for one in case.design.infrastructure.service_instances if one.kind is ServiceKind.NTP]


def _at_providers(case: Case, wanted: int) -> Iterator[Finding]:
    """The provider's clocks, region by region, for what runs there."""
    clocks = Counter(one.region for one in case.design.cloud.cloud_services if one.kind is ServiceKind.NTP)
    for region in sorted({one.region for one in case.design.cloud.cloud_networks}):
        if clocks[region] < wanted:
            yield Finding(
                message=f"networks in {region} have {clocks[region]} time sources; {wanted} are asked for",
                elements=(region,),
                witness={"region": region, "sources": clocks[region], "needed": wanted},
            )


def _survives(case: Case) -> bool:
    return bool(case.parameters.redundancy[case.requirements.redundancy].failure_set)


def _descent(case: Case, sources: list[ServiceInstance]) -> Iterator[Said]:
    """A device is one stratum below its source."""
    limit = case.parameters.compliance.max_stratum
    unknown = tuple(one.id for one in sources if one.stratum is None)
    if unknown:
        yield Gap(message="how far time sources are from a reference clock is not stated", elements=unknown)
    for one in sources:
        if one.stratum is not None and one.stratum < 1:
            yield Finding(
                message=f"{one.id} says that it is at stratum {one.stratum}, where clocks are and no server is",
                elements=(one.id,),
                witness={"source": one.id, "stratum": one.stratum, "limit": limit},
            )
        if one.stratum is not None and one.stratum + 1 > limit:
            yield Finding(
                message=f"devices at stratum {one.stratum + 1} behind {one.id} are too far from a reference clock",
                elements=(one.id,),
                witness={"source": one.id, "stratum": one.stratum + 1, "limit": limit},
            )


def _devices(case: Case) -> Iterator[Finding]:
    """One finding for each reason, with the devices that share it."""
    wanted, network = case.parameters.compliance.time_sources, case.network
    reached = services_reached(network, ServiceKind.NTP)
    failed = least_reached(network, ServiceKind.NTP) if _survives(case) else reached
    reasons: dict[str, list[str]] = defaultdict(list)
    for at in managed_devices(network):
        if len(reached[at]) < wanted:
            reasons[f"get to {len(reached[at])} of {wanted} time sources"].append(network.devices[at].id)
        elif len(failed[at]) < wanted:
            reasons[f"get to {len(failed[at])} time sources once a firewall has failed"].append(network.devices[at].id)
    for reason, names in reasons.items():
        yield Finding(
            message=f"{len(names)} managed devices {reason}: {', '.join(names[:SHOWN])}",
            elements=tuple(names[:SHOWN]),
            witness={"reason": reason, "devices": len(names), "first": names[0]},
        )


def _servers(case: Case, sources: list[ServiceInstance]) -> Iterator[Finding]:
    wanted = case.parameters.compliance.time_sources
    for group in _serving(case, sources):
        starts = group_origins(case.network, group.id)
        found = sum(gets_to(case.network, starts, one.id) for one in sources)
        if starts and found < wanted:
            yield Finding(
                message=f"servers of {group.id} get to {found} of {wanted} time sources",
                elements=(group.id,),
                witness={"group": group.id, "sources": found, "needed": wanted},
            )


def _serving(case: Case, sources: list[ServiceInstance]) -> list[EndpointGroup]:
    """The servers that are not where the time sources are themselves."""
    zones = {one.zone for one in sources}
    groups = case.design.inventory.endpoint_groups
    return [group for group in groups if group.kind in SERVERS and group.zone not in zones]


def _one_switch(case: Case, sources: list[ServiceInstance]) -> Iterator[Finding]:
    ends = [set(one.attached_to) for one in sources]
    if not _survives(case) or not ends or not all(len(end) == 1 for end in ends):
        return
    for device in sorted(set.intersection(*ends)):
        yield Finding(
            message=f"all {len(ends)} time sources hang off {device} alone",
            elements=(device, *(one.id for one in sources)),
            witness={"device": device, "sources": len(ends)},
        )


def _authenticated(case: Case, sources: list[ServiceInstance]) -> Iterator[Finding]:
    if not government(case):
        return
    profiles = {one.id: one for at in managed_devices(case.network) if (one := profile_of(case.network, at))}
    trusting = [one.id for one in profiles.values() if not one.ntp_authenticated]
    bare = [one.id for one in sources if not one.authenticated]
    if trusting or bare:
        yield Finding(
            message=f"time is taken without authentication: {', '.join((*trusting, *bare))}",
            elements=(*trusting, *bare),
            witness={"profiles": [*trusting], "sources": [*bare]},
        )


def _alike(case: Case) -> Iterator[Finding]:
    zones: dict[str, list[str]] = defaultdict(list)
    lists: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for at in managed_devices(case.network):
        profile, device = profile_of(case.network, at), case.network.devices[at]
        if profile is not None:
            zones[profile.time_zone].append(device.id)
            lists[device.site][tuple(sorted(set(profile.ntp)))].append(device.id)
    yield from _odd(zones, "live in time zone", "time_zone")
    for mine in lists.values():
        yield from _odd({", ".join(key) or "none": names for key, names in mine.items()}, "take time from", "ntp")


def _odd(groups: dict[str, list[str]], what: str, key: str) -> Iterator[Finding]:
    """What differs from what most devices have."""
    usual = max(groups, key=lambda name: (len(groups[name]), name), default="")
    for name, devices in sorted(groups.items()):
        if name != usual:
            yield Finding(
                message=f"{len(devices)} devices {what} {name}, the others {usual}: {', '.join(devices[:SHOWN])}",
                elements=tuple(devices[:SHOWN]),
                witness={key: name, "usual": usual, "devices": len(devices)},
            )


def _profiles(case: Case) -> list[ManagementProfile]:
    found = {one.id: one for at in managed_devices(case.network) if (one := profile_of(case.network, at))}
    return list(found.values())


@time_synchronisation.mutant("leave devices one time source")
def one_source(case: Case) -> Patch | None:
    """In every profile."""
    return tuple(Set("management_profiles", one.id, {"ntp": one.ntp[:1]}) for one in _profiles(case)) or None


@time_synchronisation.mutant("keep NTP from servers of another zone")
def block(case: Case) -> Patch | None:
    """By a denial on top."""
    sources = _sources(case)
    for group in _serving(case, sources):
        patch = first_rule(case, Action.DENY, group.zone, sources[0].zone, services=(NTP,)) if sources else None
        if patch is not None:
            return patch
    return None


@time_synchronisation.mutant("let one device live in another time zone")
def other_zone(case: Case) -> Patch | None:
    """By a profile of its own."""
    devices, profiles = managed_devices(case.network), _profiles(case)
    if len(devices) < 3 or not profiles:
        return None
    own = replace(profiles[0], id="elsewhere", time_zone="Elsewhere/Far")
    name = case.network.devices[devices[0]].id
    return (Add("management_profiles", own), Set("devices", name, {"management_profile": own.id}))


@time_synchronisation.mutant("take time from far away")
def far_away(case: Case) -> Patch | None:
    """Every source is as far as may be."""
    limit = case.parameters.compliance.max_stratum
    return tuple(Set("service_instances", one.id, {"stratum": limit}) for one in _sources(case)) or None


@time_synchronisation.mutant("take time from servers that claim to be clocks")
def claim(case: Case) -> Patch | None:
    """Stratum 0 is never seen in a packet."""
    return tuple(Set("service_instances", one.id, {"stratum": 0}) for one in _sources(case)) or None


@time_synchronisation.mutant("have all time sources hang off one switch")
def one_switch(case: Case) -> Patch | None:
    """The first device of the first source."""
    sources = _sources(case)
    homes = sources[0].attached_to[:1] if sources else ()
    changed = tuple(Set("service_instances", one.id, {"attached_to": homes}) for one in sources)
    return changed if homes and _survives(case) else None


@time_synchronisation.mutant("believe anyone's time")
def believe(case: Case) -> Patch | None:
    """Where the level asks for authentication."""
    profiles = _profiles(case) if government(case) else []
    return tuple(Set("management_profiles", one.id, {"ntp_authenticated": False}) for one in profiles) or None


@time_synchronisation.fix("name all sources, authenticated, and the usual time zone in every profile")
def agree(case: Case, finding: Finding) -> Patch | None:
    """Profiles of managed devices; sources that authenticate."""
    del finding
    profiles, sources = _profiles(case), _sources(case)
    zones = [one.time_zone for at in managed_devices(case.network) if (one := profile_of(case.network, at))]
    usual = max(zones, key=lambda name: (zones.count(name), name), default="UTC")
    names = tuple(one.id for one in sources)
    wanted = {"ntp": names, "time_zone": usual, "ntp_authenticated": True}
    patch = [Set("management_profiles", one.id, wanted) for one in profiles if _differs(one, wanted)]
    patch += [Set("service_instances", one.id, {"authenticated": True}) for one in sources if not one.authenticated]
    return tuple(patch) or None


def _differs(fact: object, wanted: dict[str, object]) -> bool:
    return any(getattr(fact, name) != value for name, value in wanted.items())


@time_synchronisation.fix("take away a denial of NTP")
def unblock(case: Case, finding: Finding) -> Patch | None:
    """Rules that deny nothing else."""
    del finding
    rules = case.design.security.policy_rules
    denied = [
        one for one in rules if one.action is Action.DENY and one.services and all(s == NTP for s in one.services)
    ]
    return tuple(Remove("policy_rules", one.id) for one in denied) or None


@time_synchronisation.fix("attach time sources as other services of their zone are")
def spread(case: Case, finding: Finding) -> Patch | None:
    """To all devices that services there attach to."""
    if "device" not in finding.witness:
        return None
    sources = _sources(case)
    zones = {(one.site, one.zone) for one in sources}
    others = [o for o in case.design.infrastructure.service_instances if (o.site, o.zone) in zones]
    homes = tuple(dict.fromkeys(name for one in others for name in one.attached_to))
    return (
        tuple(Set("service_instances", one.id, {"attached_to": homes}) for one in sources) if len(homes) > 1 else None
    )


@time_synchronisation.fix("synchronise sources one stratum below a reference clock")
def nearer(case: Case, finding: Finding) -> Patch | None:
    """Where another source of the design is as near, or by a reference clock on site."""
    name = str(finding.witness.get("source"))
    known = name in case.network.by_id("service_instances")
    return (Set("service_instances", name, {"stratum": 2}),) if known and "stratum" in finding.witness else None
