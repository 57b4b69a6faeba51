"""CMP-18: health data is encrypted wherever it leaves, shares its zone with nothing else, and stays within reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.failure.cut_off import watch
from netdesign.analysis.failure.failure_images import like_failures
from netdesign.analysis.failure.outages import outages
from netdesign.analysis.policy.card_data import border_pairs
from netdesign.analysis.policy.encryption import clear_links
from netdesign.analysis.policy.scope import scope
from netdesign.analysis.policy.zones import ZonePair, bypass, mixed, zone_pairs
from netdesign.analysis.security.logins import USER_EDGE
from netdesign.analysis.traffic.failures import FailureKind, failure_kinds, single_failures
from netdesign.analysis.traffic.traffic import stretches
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Exposure, Framework, Severity
from netdesign.rules.breaches import back_door
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.mending import cut, home
from netdesign.rules.posture import posture

SHOWN = 10
THINGS = frozenset({EndpointKind.PRINTER, EndpointKind.CAMERA, EndpointKind.SENSOR})
WEAK_RADIO = frozenset({"open", "wep", "wpa", "wpa2-personal", "wpa3-personal"})


def _applies(case: Case) -> bool:
    return requested(case, Framework.HIPAA)


@rule(
    code="CMP-18",
    name="health-data-paths",
    title="ePHI path protection & availability",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for HIPAA",
    applicable=_applies,
    flags="A flow of health data in the clear that may take a link beyond the premises, also when something fails, or a"
    " wireless network without 802.1X; a zone of health data that hangs together with another without enforcement, or"
    " that guests, printers, cameras or sensors share; endpoints there that anyone may replace, for their ports do"
    " without 802.1X; endpoints of health data cut off for longer in a year than the parameter allows; a flow of health"
    " data that some single failure which the redundancy has to survive leaves without a path.",
    passes="Health data is encrypted, alone, and within reach as long and as surely as asked.",
    remedy="Encrypt the flow or the link, give health data a zone of its own with 802.1X, add a second way.",
    references=("45 CFR 164.312(a), (e)", "45 CFR 164.308(a)(7)"),
    reading="Availability is that of the homes of endpoints with health data, from the cuts of one and two elements."
    " The contingency asked for is a path after every single failure that the redundancy level names.",
    sweeping=True,
)
def health_paths(case: Case) -> Iterator[Said]:
    """How flows travel, what is in the zone, how surely it is reached."""
    held = scope(case.network, DataClass.EPHI)
    clear = [name for name in held.flows if not case.network.by_id("flows")[name].encrypted]
    yield from _in_the_clear(case, clear)
    yield from _shared(case, held.zones)
    yield from _availability(case, frozenset((*held.groups, *_ends(case, held.flows))))
    yield from _contingency(case, frozenset(held.flows))
    yield Measure(name="flows_of_health_data", value=len(held.flows))
    yield Measure(name="flows_of_health_data_without_encryption_of_their_own", value=len(clear))


def _ends(case: Case, flows: tuple[str, ...]) -> Iterator[str]:
    for name in flows:
        fact = case.network.by_id("flows")[name]
        yield from (*fact.sources, *fact.targets)


def _in_the_clear(case: Case, clear: list[str]) -> Iterator[Finding]:
    groups = case.network.by_id("endpoint_groups")
    for name in clear:
        flow = case.network.by_id("flows")[name]
        links = [case.network.links[at].id for at in clear_links(case.network, flow, posture(case).crypto_bits)]
        if links:
            yield Finding(
                message=f"health data of {name} may leave in the clear by {', '.join(links[:SHOWN])}",
                elements=(name, *links[:SHOWN]),
                witness={"flow": name, "links": [*links[:SHOWN]]},
            )
        vlans = {vlan for end in (*flow.sources, *flow.targets) if end in groups for vlan in groups[end].vlans}
        for one in case.design.security.wireless_networks:
            if one.security in WEAK_RADIO and vlans.intersection(one.vlans):
                yield Finding(
                    message=f"health data of {name} passes wireless network {one.id} ({one.security}) in the clear",
                    elements=(name, one.id),
                    witness={"flow": name, "network": one.id, "security": one.security},
                )


def _shared(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    inside = [group for group in case.design.inventory.endpoint_groups if group.zone in zones]
    for group in inside:
        if group.kind in THINGS and DataClass.EPHI not in group.data_classes:
            yield Finding(
                message=f"{group.id} ({group.kind}) shares zone {group.zone} with health data",
                elements=(group.id, group.zone),
                witness={"group": group.id, "kind": group.kind.value, "zone": group.zone},
            )
        bare = _bare_profiles(case, group)
        if bare:
            yield Finding(
                message=f"ports of {group.id} among health data let anyone in: {', '.join(bare)} lack 802.1X",
                elements=(group.id, *bare),
                witness={"group": group.id, "profiles": [*bare]},
            )
    for pair in _joined(case, zones):
        way = bypass(case.network, pair)[:SHOWN]
        yield Finding(
            message=f"{pair.low.id} and {pair.high.id} hang together without an enforcement point: {' - '.join(way)}",
            elements=(*way, pair.low.id, pair.high.id),
            witness={"zones": [pair.low.id, pair.high.id], "way": [*way]},
        )


def _bare_profiles(case: Case, group: EndpointGroup) -> list[str]:
    """The profiles without 802.1X of ports in the open that endpoints of the group use."""
    if group.kind not in USER_EDGE:
        return []
    known = case.network.by_id("port_profiles")
    used = {one.profile for one in case.network.grouped("attachments", "group").get(group.id, ()) if one.ports}
    return sorted(name for name in used if name in known and not known[name].dot1x)


def _joined(case: Case, zones: tuple[str, ...]) -> list[ZonePair]:
    inside = set(zones)
    if not border_pairs(case.network, zones):
        return []
    pairs = (pair for pair in zone_pairs(case.network) if len({pair.low.id, pair.high.id} & inside) == 1)
    return [pair for pair in pairs if mixed(case.network, pair)]


def _availability(case: Case, groups: frozenset[str]) -> Iterator[Said]:
    wanted, worst = case.parameters.compliance.health_availability, 1.0
    for one in outages(case.network, case.parameters.availability):
        mine = sorted(groups.intersection(one.groups))
        if not mine:
            continue
        worst = min(worst, 1 - one.share)
        if 1 - one.share < wanted:
            cuts = [name for cut_ in one.cuts[:3] for name in cut_.elements]
            yield Finding(
                message=f"{mine[0]} reaches {one.target} for {1 - one.share:.5f} of the time; {wanted} is asked for",
                elements=(mine[0], *dict.fromkeys(cuts)),
                witness={"group": mine[0], "availability": round(1 - one.share, 6)},
            )
    yield Measure(name="least_availability_of_health_data", value=round(worst, 6), threshold=wanted)


def _contingency(case: Case, flows: frozenset[str]) -> Iterator[Said]:
    kinds = failure_kinds(case.parameters, case.requirements.redundancy)
    kept = tuple(kind for kind in kinds if kind is not FailureKind.PAIR)
    sent = [one for one in stretches(case.network) if one.flow in flows]
    failures = single_failures(case.network, kept) if sent else ()
    watched, told = watch(case.network, sent), set[str]()
    for like in like_failures(case.network, failures):
        failure = failures[like[0]]
        for name in sorted(set(watched.cut_off_bps(failure)) - told):
            told.add(name)
            yield Finding(
                message=f"health data of {name} finds no path once {', '.join(failure.elements)} has failed",
                elements=(name, *failure.elements),
                witness={"flow": name, "failed": [*failure.elements], "kind": failure.kind.value},
            )
    yield Measure(name="failures_tried", value=len(failures))


def _zone(case: Case) -> str | None:
    return next(iter(scope(case.network, DataClass.EPHI).zones), None)


@health_paths.mutant("send health data to a provider in the clear")
def send_in_the_clear(case: Case) -> Patch | None:
    """The first flow that goes to one."""
    for flow in case.design.traffic.flows:
        bare = (Set("flows", flow.id, {"encrypted": False, "data_class": DataClass.EPHI}),)
        links = [Set("links", one.id, {"crypto": None}) for one in case.design.cabling.links if one.crypto]
        if clear_links(case.network, replace(flow, encrypted=False), 1 << 20):
            return (*bare, *links)
    return None


@health_paths.mutant("put cameras or printers among health data")
def share_zone(case: Case) -> Patch | None:
    """The first group of such things."""
    zone = _zone(case)
    vlans = tuple(vlan.id for vlan in case.design.switching.vlans if vlan.zone == zone)[:1]
    for group in case.design.inventory.endpoint_groups if zone is not None and vlans else ():
        if group.kind in THINGS and group.zone != zone:
            return (Set("endpoint_groups", group.id, {"zone": zone, "vlans": vlans}),)
    return None


@health_paths.mutant("route between health data and guests or users on a switch")
def route_past(case: Case) -> Patch | None:
    """The first zone that has a VLAN."""
    zone = _zone(case)
    for other in case.design.security.zones:
        if zone is not None and other.id != zone and other.exposure is Exposure.INTERNAL:
            patch = back_door(case, other.id, zone)
            if patch is not None:
                return patch
    return None


@health_paths.mutant("leave what holds health data one way")
def leave_one_way(case: Case) -> Patch | None:
    """All its ports are on one device, and that has one link left."""
    held = scope(case.network, DataClass.EPHI)
    homes = {a.device for a in case.design.inventory.attachments if a.group in held.groups}
    links = [one for one in case.design.cabling.links if {one.a.device, one.b.device} & homes and one.in_service]
    outward = [one for one in links if not {one.a.device, one.b.device} <= homes]
    if not _zone(case) or len(outward) < 2:
        return None
    return tuple(Set("links", one.id, {"in_service": False}) for one in outward[1:])


@health_paths.fix("encrypt end to end")
def encrypt(case: Case, finding: Finding) -> Patch | None:
    """The flow of the finding."""
    name = finding.witness.get("flow")
    bare = {"links", "network"} & finding.witness.keys()
    return (Set("flows", str(name), {"encrypted": True}),) if bare and name in case.network.by_id("flows") else None


@health_paths.fix("send things among health data where their ports are")
def send_home(case: Case, finding: Finding) -> Patch | None:
    """The group of the finding."""
    return home(case, str(finding.witness.get("group"))) if "kind" in finding.witness else None


@health_paths.fix("remove interfaces that join zones past the firewall")
def cut_way(case: Case, finding: Finding) -> Patch | None:
    """On the devices of the way."""
    return cut(case, finding.elements) if "way" in finding.witness else None


@health_paths.fix("put links back into service")
def restore(case: Case, finding: Finding) -> Patch | None:
    """Those of devices that endpoints with health data hang off."""
    if not {"failed", "availability"} & finding.witness.keys():
        return None
    homes = set(scope(case.network, DataClass.EPHI).devices)
    out = [one.id for one in case.design.cabling.links if not one.in_service and {one.a.device, one.b.device} & homes]
    return tuple(Set("links", name, {"in_service": True}) for name in out) or None
