"""SEC-21: ports that face endpoints keep false servers, false routers and false addresses out."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.security.access_ports import GUARDS, Access, accesses, address_server_profiles
from netdesign.model.inventory import PortProfile
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import enterprise


def _applies(case: Case) -> bool:
    return bool(accesses(case.network))


@rule(
    code="SEC-21",
    name="first-hop-security",
    title="First-hop L2 security",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="designs with ports that face endpoints; an error from level enterprise on, a warning below",
    applicable=_applies,
    flags="A port that faces endpoints without BPDU guard, RA guard or storm control; one that people can walk up"
    " to, or whose VLAN hands out addresses, without DHCP snooping, ARP inspection or source guard besides; one"
    " whose profile is unknown; DHCP offers believed from ports that no server is on, or not from the ports of the"
    " address servers.",
    passes="Every such port has all guards, and trust is where servers are.",
    remedy="Apply the access template to the port profile; trust the ports of address servers alone.",
    references=(
        "RFC 6105, RFC 7113, RFC 7610",
        "IEEE 802.1Q-2022",
        "CIS switch benchmarks",
        "NIST SP 800-53 SC-7, SC-5",
    ),
    reading="DHCP snooping, ARP inspection and source guard check against leases: they are asked of ports in VLANs that"
    " hand out addresses and of all that people can walk up to, not of servers with fixed addresses. BPDU guard and"
    " storm control are asked of wired ports alone.",
)
def first_hop_security(case: Case) -> Iterator[Said]:
    """Ports with the same profile and like endpoints are judged once."""
    severity = Severity.ERROR if enterprise(case) else Severity.WARNING
    bare = 0
    for access in accesses(case.network):
        missing = lacking(access)
        if missing:
            bare += access.ports
            yield _unguarded(access, missing, severity)
        if access.profile is not None and access.profile.snooping_trusted and not access.serves:
            yield Finding(
                message=f"{access.ports} ports of {access.profile.id} are believed to be address servers, but"
                f" {', '.join(access.kinds)} endpoints are on them",
                elements=(access.profile.id, access.groups[0]),
                witness={"profile": access.profile.id, "ports": access.ports},
                severity=severity,
            )
    yield from _mute_servers(case, severity)
    yield Measure(name="ports_that_lack_a_guard", value=bare, threshold=0)
    yield Measure(name="ports_that_face_endpoints", value=sum(access.ports for access in accesses(case.network)))


def lacking(access: Access) -> tuple[str, ...]:
    """The guards that ports of an access lack."""
    if access.profile is None:
        return access.guards
    return tuple(name for name in access.guards if not getattr(access.profile, name))


def _unguarded(access: Access, missing: tuple[str, ...], severity: Severity) -> Finding:
    words = ", ".join(name.replace("_", " ") for name in missing)
    name = access.profile.id if access.profile is not None else f"an unknown profile ({access.name})"
    return Finding(
        message=f"{access.ports} ports of {name} lack {words}",
        elements=(access.name, access.groups[0]),
        witness={"profile": access.name, "missing": list(missing), "ports": access.ports},
        severity=severity,
    )


def _mute_servers(case: Case, severity: Severity) -> Iterator[Finding]:
    for profile, service in address_server_profiles(case.network):
        if profile.dhcp_snooping and not profile.snooping_trusted:
            yield Finding(
                message=f"answers of {service} are dropped: its port snoops DHCP and {profile.id} does not trust it",
                elements=(profile.id, service),
                witness={"profile": profile.id, "service": service},
                severity=severity,
            )


def _profile(case: Case, guard: str) -> PortProfile | None:
    """The first profile, by id, of ports from which a guard is asked."""
    found = (a.profile for a in accesses(case.network) if a.profile is not None and guard in a.guards)
    return min(found, key=lambda one: one.id, default=None)


def _without(case: Case, guard: str) -> Patch | None:
    profile = _profile(case, guard)
    return (Set("port_profiles", profile.id, {guard: False}),) if profile else None


@first_hop_security.mutant("RA guard is switched off")
def take_ra_guard(case: Case) -> Patch | None:
    """On one profile."""
    return _without(case, "ra_guard")


@first_hop_security.mutant("DHCP snooping is switched off")
def take_snooping(case: Case) -> Patch | None:
    """On one profile that needs it."""
    return _without(case, "dhcp_snooping")


@first_hop_security.mutant("BPDU guard is switched off")
def take_bpdu_guard(case: Case) -> Patch | None:
    """On one profile."""
    return _without(case, "bpdu_guard")


@first_hop_security.mutant("storm control is switched off")
def take_storm_control(case: Case) -> Patch | None:
    """On one profile."""
    return _without(case, "storm_control")


@first_hop_security.mutant("ports of people are believed to be address servers")
def trust_people(case: Case) -> Patch | None:
    """On one profile of ports that no server is on."""
    found = [a.profile for a in accesses(case.network) if a.profile is not None and not a.serves]
    profile = min(found, key=lambda one: one.id, default=None)
    return (Set("port_profiles", profile.id, {"snooping_trusted": True}),) if profile else None


@first_hop_security.mutant("ports get a profile that is not there")
def lose_profile(case: Case) -> Patch | None:
    """On the first attachment with ports."""
    index = case.network.device_index
    used = [a for a in case.design.inventory.attachments if a.ports and a.device in index]
    return (Set("attachments", used[0].id, {"profile": "nobody"}),) if used else None


@first_hop_security.fix("apply the access template")
def guard(case: Case, finding: Finding) -> Patch | None:
    """Switch the missing guards on, or set trust where the servers are and nowhere else."""
    profile = case.network.by_id("port_profiles").get(finding.elements[0] if finding.elements else "")
    if profile is None:
        return None
    missing = finding.witness.get("missing")
    if isinstance(missing, list):
        return (Set("port_profiles", profile.id, {str(name): True for name in missing if str(name) in GUARDS}),)
    return (Set("port_profiles", profile.id, {"snooping_trusted": not profile.snooping_trusted}),)


@first_hop_security.fix("take the profile of like ports")
def borrow_profile(case: Case, finding: Finding) -> Patch | None:
    """Attachments with an unknown profile get that of others of their group, on their own device where it can be."""
    name, known = finding.witness.get("profile"), case.network.by_id("port_profiles")
    if name is None or name in known:
        return None
    made = []
    for attachment in case.network.grouped("attachments", "profile").get(name, ()):
        others = [a for a in case.network.grouped("attachments", "group")[attachment.group] if a.profile in known]
        others.sort(key=lambda one: (one.device != attachment.device, one.id))
        group = case.network.by_id("endpoint_groups").get(attachment.group)
        fitting = others or [
            a
            for a in case.design.inventory.attachments
            if group and a.device == attachment.device and set(group.vlans) & set(_vlans(known.get(a.profile)))
        ]
        own = [p for p in known.values() if p.enabled and group and set(p.vlans) and set(p.vlans) <= set(group.vlans)]
        chosen = [a.profile for a in fitting] or sorted(p.id for p in own)
        made += [Set("attachments", attachment.id, {"profile": one}) for one in chosen[:1]]
    return tuple(made) or None


def _vlans(profile: PortProfile | None) -> tuple[str, ...]:
    return profile.vlans if profile is not None else ()
