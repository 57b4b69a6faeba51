"""SEC-18: routers police what is meant for themselves, and the Internet reaches none of the infrastructure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import PURPOSES, subnet_blocks, subnet_purposes
from netdesign.analysis.forwarding.passing import ways
from netdesign.analysis.policy.ingress import internet_interfaces
from netdesign.analysis.policy.needs import packet_text
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.populations import addressed, inner_zones, outer_zones
from netdesign.analysis.policy.zones import filtered_members, places
from netdesign.analysis.security.logins import profile_of
from netdesign.analysis.security.management_plane import exposed_devices
from netdesign.graph.headerspace import Space
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import summarise
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity, SubnetPurpose
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, rule_found
from netdesign.rules.posture import enterprise

SHOWN = 5


def _level(case: Case) -> Severity:
    return Severity.ERROR if enterprise(case) else Severity.WARNING


@rule(
    code="SEC-18",
    name="control-plane-protection",
    title="Control-plane protection",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="devices that route where hosts of zones other than management are",
    applicable=lambda case: bool(exposed_devices(case.network)),
    flags="A router, switch or firewall with a table or leg where such hosts are, whose profile polices no control"
    " plane; one that faces the Internet without a filter of the infrastructure's addresses; infrastructure addresses"
    " (loopbacks, links, transit, tunnel endpoints, management) that firewalls permit the Internet. Warnings below"
    " level enterprise.",
    passes="Control planes are policed wherever hosts are, and the Internet reaches no address of the infrastructure.",
    remedy="Switch on control-plane policing, and refuse infrastructure addresses where the Internet comes in.",
    references=("RFC 6192", "RFC 7454", "NIST SP 800-53 SC-5"),
    by_likeness=True,
)
def control_plane_protection(case: Case) -> Iterator[Said]:
    """Facts of the profile for devices, exact headers for addresses behind firewalls."""
    exposed = exposed_devices(case.network)
    bare = [at for at in exposed if not _polices(case, at)]
    if bare:
        yield _devices(case, bare, "polices no control plane", "control_plane_policing")
    facing = [at for at, zones in exposed.items() if outer_zones(case.network) & set(zones)]
    open_ = [at for at in facing if not _refuses(case, at)]
    if open_:
        yield _devices(case, open_, "filters no infrastructure addresses from the Internet", "infrastructure_acl")
    infrastructure = _infrastructure(case.network)
    for source in sorted(outer_zones(case.network) & places(case.network).keys()):
        for target in inner_zones(case.network):
            left = permitted(case.network, source, target) & infrastructure
            if left:
                yield _reached(case, source, target, left)
    yield Measure(name="devices_exposed_to_hosts", value=len(exposed))
    yield Measure(name="devices_facing_the_internet", value=len(facing))


def _polices(case: Case, device: int) -> bool:
    profile = profile_of(case.network, device)
    return profile is not None and profile.control_plane_policing


def _refuses(case: Case, device: int) -> bool:
    """By its profile, or by access lists that deny on every interface where the Internet comes in."""
    profile = profile_of(case.network, device)
    if profile is not None and profile.infrastructure_acl:
        return True
    own = [at for at in internet_interfaces(case.network) if int(case.network.interface_devices[at]) == device]
    closed = set(layer3(case.network).member_interface[filtered_members(case.network)].tolist())
    return bool(own) and closed.issuperset(own)


@analysis
def _infrastructure(network: Network) -> Space:
    """Headers to addresses of the infrastructure itself."""
    hosts = PURPOSES.index(SubnetPurpose.HOSTS)
    blocks = subnet_blocks(network)
    known = (blocks[at] for at in np.flatnonzero(subnet_purposes(network) != hosts).tolist())
    return addressed(str(block) for block in summarise(block for block in known if block is not None))


def _devices(case: Case, some: list[int], what: str, field: str) -> Finding:
    names = [case.network.devices[at].id for at in some]
    profiles = sorted({p.id for at in some if (p := profile_of(case.network, at)) is not None})
    return Finding(
        message=f"{len(names)} devices: {', '.join(names[:SHOWN])}: each {what}",
        elements=(*names, *profiles),
        witness={"field": field, "devices": [*names[:SHOWN]], "profiles": [*profiles]},
        severity=_level(case),
    )


def _reached(case: Case, source: str, target: str, left: Space) -> Finding:
    branch = next((one for one in ways(case.network, source, target, left).branches if one.permitted), None)
    line = branch.steps[-1].rule if branch is not None and branch.steps else None
    packet = left.witness()
    text = packet_text(packet) if packet is not None else ""
    return Finding(
        message=f"the Internet reaches infrastructure in {target}: {text} passes"
        + (f" by rule {line}" if line else ""),
        elements=tuple(name for name in (source, target, line) if name is not None),
        witness={"from_zone": source, "to_zone": target, "packet": text, "rule": line},
        severity=_level(case),
    )


@control_plane_protection.fix("switch protection on in the management profile")
def protect(case: Case, finding: Finding) -> Patch | None:
    """And give devices without a profile the one that most have."""
    field, names = finding.witness.get("field"), set(finding.elements)
    known = case.network.by_id("management_profiles")
    used = [d.management_profile for d in case.network.devices if d.management_profile in known]
    if not isinstance(field, str) or not used:
        return None
    usual = max(sorted(set(used), key=str), key=used.count)
    made = [Set("management_profiles", name, {field: True}) for name in sorted(names & known.keys())]
    made += [
        Set("devices", d.id, {"management_profile": usual})
        for d in case.network.devices
        if d.id in names and d.management_profile not in known
    ]
    return tuple(made) or None


@control_plane_protection.fix("put one permit for each flow in its place")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """What no flow needs goes."""
    line = rule_found(case, finding)
    return as_flows(case, line) if line is not None else None


@control_plane_protection.mutant("police no control plane")
def unpoliced(case: Case) -> Patch | None:
    """On all profiles."""
    return _switched(case, "control_plane_policing")


@control_plane_protection.mutant("filter no infrastructure addresses from the Internet")
def unfiltered(case: Case) -> Patch | None:
    """Where devices face it with nothing but the profile's filter."""
    facing = [at for at, zones in exposed_devices(case.network).items() if outer_zones(case.network) & set(zones)]
    closed = set(layer3(case.network).member_interface[filtered_members(case.network)].tolist())
    own = {
        at: [p for p in internet_interfaces(case.network) if case.network.interface_devices[p] == at] for at in facing
    }
    if all(mine and closed.issuperset(mine) for mine in own.values()):
        return None
    return _switched(case, "infrastructure_acl")


def _switched(case: Case, field: str) -> Patch | None:
    profiles = [p for p in case.design.security.management_profiles if getattr(p, field)]
    return tuple(Set("management_profiles", p.id, {field: False}) for p in profiles) or None


@control_plane_protection.mutant("take the management profile from a device that hosts can talk to")
def unprofiled(case: Case) -> Patch | None:
    """The first of them."""
    for at in exposed_devices(case.network):
        if profile_of(case.network, at) is not None:
            return (Set("devices", case.network.devices[at].id, {"management_profile": None}),)
    return None


@control_plane_protection.mutant("let the Internet reach everything in a zone")
def open_zone(case: Case) -> Patch | None:
    """Its transit networks among it."""
    for source in sorted(outer_zones(case.network)):
        for target in inner_zones(case.network):
            patch = first_rule(case, Action.PERMIT, source, target)
            if patch is not None and _infrastructure(case.network):
                return patch
    return None
