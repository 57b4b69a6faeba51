"""SEC-15: nobody gets to the management of devices but by a bastion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netdesign.analysis.forwarding.passing import ways
from netdesign.analysis.policy.needs import crossings, packet_text, withheld
from netdesign.analysis.policy.policy import bound_zones, enforced_policies, ordered_rules
from netdesign.analysis.policy.populations import inner_zones, instances, outer_zones
from netdesign.analysis.policy.zones import zones_exposed
from netdesign.analysis.security.logins import managed_devices
from netdesign.analysis.security.management_plane import Intrusion, bastions, intrusions, management_addresses, ways_in
from netdesign.graph.prefixes import address_text
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, permits, rule_found
from netdesign.rules.posture import enterprise

SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)
SHOWN = 5


def _own(case: Case) -> frozenset[str]:
    return frozenset(zone.id for zone in zones_exposed(case.network, Exposure.MANAGEMENT))


def _vrfs(case: Case) -> tuple[str, ...]:
    """The VRFs of management zones."""
    return tuple(vrf.id for vrf in case.design.switching.vrfs if vrf.zone in _own(case))


@rule(
    code="SEC-15",
    name="management-plane-isolation",
    title="Management-plane isolation",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="managed devices",
    applicable=lambda case: bool(managed_devices(case.network)),
    flags="A zone other than management whose hosts get to a management address of a device on a port of administration"
    " (an error below level enterprise). From level enterprise on also: management in a VRF that carries data, no"
    " bastion that the profile names, and a bastion that no zone has a permitted way to.",
    passes="Only hosts of the management zone reach devices, and administrators get there by a bastion.",
    remedy="Bind management to a VRF of its own, refuse it at the firewalls, and permit the bastion alone.",
    references=("NIST SP 800-53 SC-7(13), AC-17, SC-2", "CIS Controls 12.8", "PCI DSS 1.4", "RFC 6192"),
    reading="A device answers for management at its own addresses in the VRF of its profile, in all VRFs where that"
    " names none. A bastion has to be reached from a zone inside; straight from the Internet does not count.",
    by_likeness=True,
)
def management_isolation(case: Case) -> Iterator[Said]:
    """Exact header spaces toward each part of the network that holds management addresses."""
    for one in intrusions(case.network):
        yield _intruded(case, one)
    if enterprise(case):
        yield from _data_vrfs(case)
        yield from _bastions(case)
    yield Measure(name="management_addresses", value=len(management_addresses(case.network).values))
    yield Measure(name="zones_with_a_way_to_devices", value=len(intrusions(case.network)), threshold=0)


def _intruded(case: Case, one: Intrusion) -> Finding:
    names = [case.network.devices[at].id for at in one.devices]
    line = next(
        (
            branch.steps[-1].rule
            for zone in sorted(_own(case))
            for branch in ways(case.network, one.zone, zone, one.headers).branches
            if branch.permitted and branch.steps
        ),
        None,
    )
    return Finding(
        message=f"hosts in {one.zone} reach the management of {len(names)} devices ({', '.join(names[:SHOWN])}):"
        f" {packet_text(one.packet)} passes",
        elements=(one.zone, *((line,) if line else ()), *names),
        witness={"zone": one.zone, "packet": packet_text(one.packet), "rule": line, "devices": [*names[:SHOWN]]},
        severity=None if enterprise(case) else Severity.ERROR,
    )


def _data_vrfs(case: Case) -> Iterator[Finding]:
    profiles, good = case.network.by_id("management_profiles"), set(_vrfs(case))
    used = {d.management_profile for d in case.network.devices if d.managed and d.management_profile in profiles}
    for name in sorted(used, key=str):
        if profiles[name].vrf not in good:
            yield Finding(
                message=f"profile {name} has devices answer in VRF {profiles[name].vrf or 'any'}, which is no VRF of a"
                " management zone",
                elements=(str(name),),
                witness={"profile": name, "vrf": profiles[name].vrf},
            )
    wrong = [
        port.id
        for port in case.network.interfaces
        if port.kind is InterfaceKind.MANAGEMENT and port.enabled and port.addresses and port.vrf not in good
    ]
    if wrong:
        yield Finding(
            message=f"{len(wrong)} management ports lie in a VRF that carries data: {', '.join(wrong[:SHOWN])}",
            elements=tuple(wrong),
            witness={"interfaces": [*wrong[:SHOWN]]},
        )


def _bastions(case: Case) -> Iterator[Finding]:
    used = {d.management_profile for d in case.network.devices if d.managed and d.management_profile}
    for name in sorted(used & case.network.by_id("management_profiles").keys(), key=str):
        found = bastions(case.network, str(name))
        if not found:
            yield Finding(
                message=f"profile {name} names no bastion that administrators have to come by",
                elements=(str(name),),
                witness={"profile": name, "bastions": 0},
            )
        elif not any(ways_in(case.network, one) for one in found):
            yield Finding(
                message=f"no zone has a permitted way to a bastion of profile {name}: nobody can administer devices",
                elements=(str(name), *found),
                witness={"profile": name, "unreached": [*found]},
            )


@management_isolation.fix("put one permit for each flow in its place")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """What no flow needs goes."""
    line = rule_found(case, finding)
    return as_flows(case, line) if line is not None else None


@management_isolation.fix("bind management to the VRF of the management zone")
def bind(case: Case, finding: Finding) -> Patch | None:
    """Profiles and management ports alike."""
    good = _vrfs(case)
    if not good:
        return None
    profiles = [p for p in case.design.security.management_profiles if p.vrf not in good]
    ports = [
        port
        for port in case.network.interfaces
        if port.kind is InterfaceKind.MANAGEMENT and port.vrf not in good and port.id in finding.elements
    ]
    made = [Set("management_profiles", p.id, {"vrf": good[0]}) for p in profiles]
    made += [Set("interfaces", port.id, {"vrf": good[0]}) for port in ports]
    return tuple(made) or None


@management_isolation.fix("name the bastions that there are")
def name_bastions(case: Case, finding: Finding) -> Patch | None:
    """All of them."""
    found = instances(case.network, ServiceKind.BASTION)
    if finding.witness.get("bastions") != 0 or not found:
        return None
    return (Set("management_profiles", str(finding.witness["profile"]), {"bastions": found}),)


@management_isolation.fix("permit the flow to the bastion")
def permit_bastion(case: Case, finding: Finding) -> Patch | None:
    """Where a flow that leads there is refused."""
    unreached = finding.witness.get("unreached")
    names = {str(name) for name in unreached} if isinstance(unreached, list) else set()
    flows = {flow.id for flow in case.design.traffic.flows if names & set(flow.targets)}
    lost = [one for one, _ in withheld(case.network) if one.flow in flows]
    for policy in enforced_policies(case.network) if lost else ():
        bound = bound_zones(case.network, policy.id)
        mine = [one for one in lost if {one.source, one.target} <= bound]
        if mine:
            return permits(case, policy.id, mine)
    return None


def _opened(case: Case, sources: tuple[str, ...], **changes: Any) -> Patch | None:
    """A rule on top that lets zones into management."""
    for policy in enforced_policies(case.network):
        bound = bound_zones(case.network, policy.id)
        near = tuple(zone for zone in sources if zone in bound)
        far = tuple(sorted(_own(case) & bound))
        rules = ordered_rules(case.network, policy.id)
        if near and far and rules:
            line = PolicyRule(
                id=f"{policy.id}-admin",
                policy=policy.id,
                order=rules[0].order - 1,
                action=Action.PERMIT,
                source_zones=near[:1],
                destination_zones=far,
                services=(SSH,),
                log=True,
                owner="nobody",
                justification="none",
            )
            return (Add("policy_rules", replace(line, **changes)),)
    return None


@management_isolation.mutant("let a zone inside log in to devices")
def open_shell(case: Case) -> Patch | None:
    """By SSH, to one device alone."""
    held = management_addresses(case.network)
    for version, value in zip(held.version.tolist(), held.values, strict=True):
        target = f"{address_text(version, value)}/{32 if version == 4 else 128}"
        near = tuple(zone for zone in inner_zones(case.network) if zone not in _own(case))
        return _opened(case, near, destinations=(target,))
    return None


@management_isolation.mutant("let the Internet into management")
def open_internet(case: Case) -> Patch | None:
    """On any service."""
    return _opened(case, tuple(sorted(outer_zones(case.network))), services=())


@management_isolation.mutant("have devices answer for management in every VRF")
def unbind(case: Case) -> Patch | None:
    """By a profile without VRF."""
    used = {d.management_profile for d in case.network.devices if d.managed}
    profiles = [p for p in case.design.security.management_profiles if p.id in used and p.vrf is not None]
    return tuple(Set("management_profiles", p.id, {"vrf": None}) for p in profiles) or None


@management_isolation.mutant("name no bastion")
def forget_bastions(case: Case) -> Patch | None:
    """From level enterprise on."""
    profiles = [p for p in case.design.security.management_profiles if p.bastions]
    if not enterprise(case):
        return None
    return tuple(Set("management_profiles", p.id, {"bastions": ()}) for p in profiles) or None


@management_isolation.mutant("refuse administrators the way to the bastion")
def close_bastion(case: Case) -> Patch | None:
    """By taking away the permits of flows that lead there."""
    names = instances(case.network, ServiceKind.BASTION)
    flows = {one.flow for one in crossings(case.network)} & {
        flow.id for flow in case.design.traffic.flows if set(flow.targets) & set(names)
    }
    lines = [line for line in case.design.security.policy_rules if line.flows and set(line.flows) <= flows]
    return tuple(Remove("policy_rules", line.id) for line in lines) or None if enterprise(case) else None


@management_isolation.mutant("put a management port into a VRF that carries data")
def misplace(case: Case) -> Patch | None:
    """The first that has an address."""
    others = [vrf.id for vrf in case.design.switching.vrfs if vrf.zone not in _own(case)]
    for port in case.network.interfaces:
        if port.kind is InterfaceKind.MANAGEMENT and port.addresses and port.enabled and enterprise(case) and others:
            return (Set("interfaces", port.id, {"vrf": others[0]}),)
    return None
