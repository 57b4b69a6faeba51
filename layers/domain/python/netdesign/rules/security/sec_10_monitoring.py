"""SEC-10: what happens is seen: devices log, denials are recorded, flows are exported, collectors keep up."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.forwarding.reachability import Origin, gets_to, group_origins
from netdesign.analysis.policy.policy import enforced_policies, ordered_rules
from netdesign.analysis.policy.zones import enforcement_points, legs
from netdesign.analysis.security.logins import managed_devices, profile_of, services_reached
from netdesign.analysis.traffic.events import collector_events_s, collectors
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, ServiceClass, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate, posture

SHOWN = 10


def _applies(case: Case) -> bool:
    return corporate(case) and bool(managed_devices(case.network))


def _needed(case: Case) -> int:
    return 2 if case.requirements.redundancy.at_least(Redundancy.HIGH) else 1


@rule(
    code="SEC-10",
    name="security-monitoring",
    title="Security Monitoring",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="security level corporate and above, where devices are managed",
    applicable=_applies,
    flags="Fewer firewalls or other devices than the level asks for that get to a log collector (to two at high"
    " redundancy); endpoints with a flow to collectors that get to none; denials without a log; fewer interfaces"
    " between zones with flow export than asked for; a collector asked for more events than its share allows; a zone"
    " of gold flows in which nothing logs.",
    passes="The asked-for share of each class of devices logs, denials are logged, and collectors keep up.",
    remedy="Name the collectors in every management profile, permit the devices' addresses to them, and log denials.",
    references=(
        "PCI DSS 10.2.1, 10.3.3, 10.4.1.1",
        "NIST SP 800-53 AU-6, AU-12, SI-4",
        "ISO 27001 A.8.15, A.8.16",
        "CIS Controls 8.9, 13.6",
    ),
)
def security_monitoring(case: Case) -> Iterator[Said]:
    """A device logs when its packets get to enough of the collectors that it names."""
    level = posture(case)
    strong = set(enforcement_points(case.network))
    devices = managed_devices(case.network)
    classes = (
        ("enforcement points", [d for d in devices if d in strong], level.log_enforcement_share),
        ("other devices", [d for d in devices if d not in strong], level.log_infrastructure_share),
    )
    for name, members, share in classes:
        yield from _coverage(case, name, members, share)
    yield from _mute_endpoints(case)
    yield from _silent_denials(case)
    yield from _flow_export(case, level.log_flow_share)
    yield from _collectors(case)
    yield from _unwatched_zones(case)


def _coverage(case: Case, name: str, members: list[int], share: float) -> Iterator[Said]:
    reached, needed = services_reached(case.network, ServiceKind.LOG), _needed(case)
    silent = [case.network.devices[device].id for device in members if len(reached[device]) < needed]
    actual = 1 - len(silent) / len(members) if members else 1.0
    if actual < share:
        yield Finding(
            message=f"{actual:.1%} of {name} get to {needed} log collectors; the level asks for {share:.1%}."
            f" Not so {', '.join(silent[:SHOWN])}",
            elements=tuple(silent),
            witness={"class": name, "share": round(actual, 4), "needed": share, "first": silent[0]},
        )
    yield Measure(name=f"{name.replace(' ', '_')}_that_log", value=round(actual, 4), threshold=share)


def _mute_endpoints(case: Case) -> Iterator[Finding]:
    """Endpoints of a flow to collectors whose packets get to none of them."""
    names = {one.id for one in collectors(case.network)}
    heard: dict[tuple[tuple[Origin, ...], tuple[str, ...]], bool] = {}
    for flow in case.design.traffic.flows:
        wanted = tuple(sorted(names.intersection(flow.targets)))
        for group in flow.sources if wanted else ():
            starts = group_origins(case.network, group)
            if (starts, wanted) not in heard:
                heard[starts, wanted] = any(gets_to(case.network, starts, name) for name in wanted)
            if starts and not heard[starts, wanted]:
                yield Finding(
                    message=f"endpoints of {group} cannot send logs to any of {', '.join(wanted)}",
                    elements=(group, flow.id, *wanted),
                    witness={"group": group, "flow": flow.id},
                )


def _silent_denials(case: Case) -> Iterator[Finding]:
    for policy in enforced_policies(case.network):
        lines = ordered_rules(case.network, policy.id)
        silent = [line.id for line in lines if line.action is Action.DENY and not line.log]
        if silent or (policy.default_action is Action.DENY and not policy.default_log):
            yield Finding(
                message=f"policy {policy.id} denies without a log: {', '.join(silent[:SHOWN]) or 'by default'}",
                elements=(policy.id, *silent),
                witness={"policy": policy.id, "rules": [*silent[:SHOWN]]},
            )


def _flow_export(case: Case, share: float) -> Iterator[Said]:
    """Interfaces between zones are those of enforcement points; their devices export what they see."""
    between = [leg for leg in legs(case.network) if leg.zone is not None]
    instances = case.network.by_id("service_instances")
    exporting = set()
    for device in {leg.device for leg in between}:
        profile = profile_of(case.network, device)
        if profile is not None and any(
            name in instances and instances[name].kind is ServiceKind.FLOW for name in profile.flows
        ):
            exporting.add(device)
    actual = sum(leg.device in exporting for leg in between) / len(between) if between else 1.0
    if actual < share:
        silent = {leg.device for leg in between} - exporting
        names = sorted(case.network.devices[device].id for device in silent)
        yield Finding(
            message=f"{actual:.1%} of interfaces between zones export flows; the level asks for {share:.1%}."
            f" Not so those of {', '.join(names[:SHOWN])}",
            elements=tuple(names),
            witness={"share": round(actual, 4), "needed": share},
        )
    yield Measure(name="interfaces_between_zones_that_export_flows", value=round(actual, 4), threshold=share)


def _collectors(case: Case) -> Iterator[Said]:
    demand = collector_events_s(case.network, case.parameters)
    for one in collectors(case.network):
        if one.events_per_second is None:
            yield Gap(message=f"how many events a second {one.id} takes is not known", elements=(one.id,))
            continue
        limit = case.parameters.logging.collector_share * one.events_per_second
        if demand > limit:
            yield Finding(
                message=f"{one.id} is sent {demand:.0f} events a second, beyond the {limit:.0f} that it may take",
                elements=(one.id,),
                witness={"events_per_second": round(demand, 1), "limit": round(limit, 1)},
            )
    yield Measure(name="events_per_second", value=round(demand, 1))


def _unwatched_zones(case: Case) -> Iterator[Finding]:
    """A zone with a gold flow needs a firewall interface, or a switch of its endpoints, that logs."""
    reached = services_reached(case.network, ServiceKind.LOG)
    seen = {leg.zone for leg in legs(case.network) if reached.get(leg.device)}
    groups, index = case.network.by_id("endpoint_groups"), case.network.device_index
    for attachment in case.design.inventory.attachments:
        if reached.get(index.get(attachment.device, -1)) and attachment.group in groups:
            seen.add(groups[attachment.group].zone)
    for service in case.design.infrastructure.service_instances:
        if any(reached.get(index.get(name, -1)) for name in service.attached_to):
            seen.add(service.zone)
    gold = [flow for flow in case.design.traffic.flows if flow.service_class is ServiceClass.GOLD]
    held = {end.zone for flow in gold for end in ends_of(case.network, (*flow.sources, *flow.targets)) if end.site}
    for zone in sorted(zone for zone in held - seen if zone is not None):
        yield Finding(
            message=f"nothing that logs sees zone {zone}, which has gold flows",
            elements=(zone,),
            witness={"zone": zone},
        )


@security_monitoring.mutant("name no collector in any management profile")
def stop_logging(case: Case) -> Patch | None:
    """Devices have nowhere to log to."""
    profiles = case.design.security.management_profiles
    used = posture(case).log_infrastructure_share > 0 or enforcement_points(case.network)
    return tuple(Set("management_profiles", one.id, {"logs": ()}) for one in profiles) or None if used else None


@security_monitoring.mutant("deny a zone's endpoints the way to the collectors")
def block_logs(case: Case) -> Patch | None:
    """A rule on top of a policy that binds both zones."""
    instances, groups = case.network.by_id("service_instances"), case.network.by_id("endpoint_groups")
    names = {one.id for one in collectors(case.network)}
    for flow in case.design.traffic.flows:
        for target in sorted(names.intersection(flow.targets)):
            for group in flow.sources:
                starts = group_origins(case.network, group)
                zones = (groups[group].zone, instances[target].zone) if starts else ("", "")
                patch = first_rule(case, Action.DENY, *zones) if zones[0] != zones[1] else None
                if patch is not None:
                    return patch
    return None


@security_monitoring.mutant("deny without a log")
def deny_silently(case: Case) -> Patch | None:
    """The denials of an enforced policy stop logging."""
    for policy in enforced_policies(case.network):
        denials = [line for line in ordered_rules(case.network, policy.id) if line.action is Action.DENY]
        if denials:
            return tuple(Set("policy_rules", line.id, {"log": False}) for line in denials)
    return None


@security_monitoring.mutant("take a collector that is far too small")
def shrink_collectors(case: Case) -> Patch | None:
    """Every collector takes one event a second."""
    return tuple(Set("service_instances", one.id, {"events_per_second": 1}) for one in collectors(case.network)) or None
