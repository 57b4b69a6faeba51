"""CMP-10: what happens is recorded where those who did it cannot change it, for as long as frameworks ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import ceil

from netdesign.analysis.policy.scope import scope
from netdesign.analysis.security.logins import least_reached, managed_devices, profile_of, services_reached
from netdesign.analysis.traffic.events import collectors, stored_bytes
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Patch, Set
from netdesign.model.said import said
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Framework, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import REGULATED, any_requested, asking

SHOWN = 10
DAYS_PER_MONTH = 365.25 / 12
STORES = (EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER)
ADMINISTRATION = (ServiceKind.AAA, ServiceKind.BASTION)


@rule(
    code="CMP-10",
    name="audit-trail",
    title="Audit Trail",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="any framework",
    applicable=any_requested,
    flags="A managed device that gets to fewer log collectors than asked (two, one below redundancy medium), or to none"
    " once one firewall or one switch that collectors hang off has failed, or that keeps no events meanwhile where"
    " failures have to be survived; servers with regulated data that send no"
    " logs to as many in other zones; a collector that is run by those whose actions it records, that takes logs"
    " without TLS, or that keeps them for less time, or in less space, than the frameworks ask.",
    passes="Enough collectors, apart from what they record, take everyone's logs and keep them as long as asked.",
    remedy="Add collectors in a zone and under an administration of their own, over TLS, with the storage named.",
    references=(
        "PCI DSS 10.3.3, 10.5.1",
        "NIST SP 800-53 AU-4, AU-9(2), AU-11",
        "45 CFR 164.312(b)",
        "ISO/IEC 27001 A.8.15",
        "OMB M-21-31",
        "RFC 5425",
    ),
)
def audit_trail(case: Case) -> Iterator[Said]:
    """Where logs come from, how they travel, and what keeps them."""
    yield from _devices(case)
    yield from _switches(case)
    yield from _stores(case)
    for one in collectors(case.network):
        yield from _collector(case, one)
    days = retention_days(case)
    yield Measure(name="log_collectors", value=len(collectors(case.network)), threshold=_needed(case))
    yield Measure(name="retention_days_asked", value=days)
    yield Measure(name="storage_bytes_asked_of_each_collector", value=_bytes(case))


def _needed(case: Case) -> int:
    asked = case.parameters.compliance.log_collectors
    return asked if case.requirements.redundancy.at_least(Redundancy.MEDIUM) else min(1, asked)


def retention_days(case: Case) -> int:
    """Days that the requested framework with the longest memory has logs kept."""
    months = case.parameters.logging.retention_months
    asked = [months.get(ref.framework.value, months["default"]) for ref in case.requirements.frameworks]
    return ceil(max(asked, default=months["default"]) * DAYS_PER_MONTH)


def _survives(case: Case) -> bool:
    """Whether the redundancy level has failures survived."""
    return bool(case.parameters.redundancy[case.requirements.redundancy].failure_set)


def _bytes(case: Case) -> int:
    return ceil(stored_bytes(case.network, case.parameters, retention_days(case)))


def _devices(case: Case) -> Iterator[Finding]:
    """One finding for each reason, with the devices that share it."""
    reasons: dict[str, list[str]] = defaultdict(list)
    reached = services_reached(case.network, ServiceKind.LOG)
    failed = least_reached(case.network, ServiceKind.LOG) if _needed(case) > 1 else reached
    for device in managed_devices(case.network):
        name = case.network.devices[device].id
        if len(reached[device]) < _needed(case):
            reasons[f"get to {len(reached[device])} of the {_needed(case)} log collectors asked for"].append(name)
        elif not failed[device]:
            reasons["get to no log collector once a firewall has failed"].append(name)
        profile = profile_of(case.network, device)
        if _survives(case) and profile is not None and not profile.log_buffer:
            reasons["keep no events while no log collector answers"].append(name)
    for reason, names in reasons.items():
        yield Finding(
            message=f"{len(names)} managed devices {reason}: {', '.join(names[:SHOWN])}",
            elements=tuple(names[:SHOWN]),
            witness={"reason": reason, "devices": len(names), "first": names[0]},
        )


def _switches(case: Case) -> Iterator[Finding]:
    """A switch that every collector hangs off alone loses all logs when it fails."""
    ends = [set(one.attached_to) for one in collectors(case.network)]
    if _needed(case) < 2 or not all(ends):
        return
    shared = sorted(set.intersection(*ends)) if ends else []
    for device in shared if all(len(end) == 1 for end in ends) else ():
        yield Finding(
            message=f"all {len(ends)} log collectors hang off {device} alone, so that logs are lost while it is down",
            elements=(device, *(one.id for one in collectors(case.network))),
            witness={"device": device, "collectors": len(ends)},
        )


def _stores(case: Case) -> Iterator[Finding]:
    """Servers that hold regulated data: their logs leave their zone, to enough collectors."""
    instances = {one.id: one for one in collectors(case.network)}
    sent: dict[str, set[str]] = defaultdict(set)
    for flow in case.design.traffic.flows:
        logged = instances.keys() & set(flow.targets)
        for source in flow.sources:
            sent[source].update(logged)
    for group in _regulated_stores(case):
        apart = [name for name in sent[group.id] if instances[name].zone != group.zone]
        if len(apart) < _needed(case):
            yield Finding(
                message=f"{group.id} holds regulated data and sends logs to {len(apart)} collectors in a zone other"
                f" than its own; {_needed(case)} are asked for",
                elements=(group.id, *sorted(sent[group.id])),
                witness={"group": group.id, "collectors": len(apart), "needed": _needed(case)},
            )


def _regulated_stores(case: Case) -> list[EndpointGroup]:
    asked = {ref.framework for ref in case.requirements.frameworks}
    classes = sorted({REGULATED[framework] for framework in asked if framework in REGULATED})
    held = scope(case.network, *classes).groups
    groups = case.network.by_id("endpoint_groups")
    return [groups[name] for name in held if groups[name].kind in STORES]


def _collector(case: Case, one: ServiceInstance) -> Iterator[Said]:
    if said(one.administration) in {said(name) for name in _recorded(case)}:
        yield _finding(one, f"is run by {one.administration}, whose own actions it records", run_by=one.administration)
    if one.transport != "tls":
        yield _finding(one, f"takes logs by {one.transport}; TLS is asked for", transport=one.transport)
    days, room = retention_days(case), _bytes(case)
    if one.retention_days is None or one.storage_bytes is None:
        yield Gap(message="how long and in how much space the collector keeps logs is not stated", elements=(one.id,))
    if one.retention_days is not None and one.retention_days < days:
        kept = one.retention_days
        yield _finding(one, f"keeps logs for {kept} days of the {days} asked for", days=kept, needed_days=days)
    if one.storage_bytes is not None and one.storage_bytes < room:
        text = f"has {one.storage_bytes:,} bytes; {days} days of logs take {room:,}"
        yield _finding(one, text, storage_bytes=one.storage_bytes, needed_bytes=room)


def _recorded(case: Case) -> set[str]:
    """Who runs the devices, and the services by which people administer them."""
    services = case.design.infrastructure.service_instances
    owners = {device.owner for device in case.network.devices if device.managed and device.owner}
    return owners | {one.administration for one in services if one.kind in ADMINISTRATION}


def _finding(one: ServiceInstance, text: str, **numbers: str | int) -> Finding:
    return Finding(message=f"collector {one.id} {text}", elements=(one.id,), witness={"collector": one.id, **numbers})


def _each(case: Case, **changes: object) -> Patch | None:
    """Change every collector; where no framework was asked for, ask for one."""
    if not collectors(case.network):
        return None
    patch: Patch = () if any_requested(case) else asking(case, Framework.ISO27001)[1]
    return (*patch, *(Set("service_instances", one.id, changes) for one in collectors(case.network)))


@audit_trail.mutant("keep logs for 30 days")
def keep_for_a_month(case: Case) -> Patch | None:
    """On every collector."""
    return _each(case, retention_days=30) if retention_days(case) > 30 else None


@audit_trail.mutant("take logs in the clear")
def take_in_the_clear(case: Case) -> Patch | None:
    """On every collector."""
    return _each(case, transport="udp")


@audit_trail.mutant("have collectors run by those whose actions they record")
def record_oneself(case: Case) -> Patch | None:
    """By the owner of a device."""
    recorded = sorted(_recorded(case))
    return _each(case, administration=recorded[0]) if recorded else None


@audit_trail.mutant("spell those whose actions collectors record in another way")
def record_oneself_spelled(case: Case) -> Patch | None:
    """In capitals, with a blank behind."""
    recorded = sorted(_recorded(case))
    return _each(case, administration=f"{recorded[0].upper()} ") if recorded else None


@audit_trail.mutant("keep a hundredth of the logs")
def lose_room(case: Case) -> Patch | None:
    """On every collector."""
    return _each(case, storage_bytes=_bytes(case) // 100)


@audit_trail.mutant("keep no events while no collector answers")
def keep_nothing(case: Case) -> Patch | None:
    """On every device, where failures have to be survived."""
    found = {one.id for at in managed_devices(case.network) if (one := profile_of(case.network, at)) is not None}
    if not _survives(case) or not found:
        return None
    patch: Patch = () if any_requested(case) else asking(case, Framework.ISO27001)[1]
    return (*patch, *(Set("management_profiles", name, {"log_buffer": False}) for name in sorted(found)))
