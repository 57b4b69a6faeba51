"""SEC-22: what is not used is shut, and trunks carry no more than they must."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.addressing.vlan_users import carried_by
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.security.logins import USER_EDGE
from netdesign.analysis.switching.switch_ports import (
    SWITCHES,
    free_ports,
    open_trunks,
    stray_ports,
    switches,
    trunk_pairs,
    vlans_by_device,
    vlans_of_hosts,
)
from netdesign.model.addressing import Interface
from netdesign.model.inventory import EndpointGroup, PortProfile
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, PortMode, Severity, VlanPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
DEFAULT_VLAN = 1


def _applies(case: Case) -> bool:
    return bool(switches(case.network))


@rule(
    code="SEC-22",
    name="port-hygiene",
    title="Unused port / native VLAN hygiene",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    applies="designs with switches",
    applicable=_applies,
    flags="A switch with unused ports that are not shut, are up bare, or stand in VLAN 1 or a VLAN of hosts;"
    " a port that faces endpoints and carries VLANs that none of them is in, tags anything but voice for people, or"
    " becomes a trunk on request; a trunk whose untagged VLAN is 1, or between switches one that hosts live in; a"
    " trunk that lets VLANs through which the other end does not have.",
    passes="Unused ports are shut, and every trunk and access port carries what is needed there and no more.",
    remedy="Give each switch a profile for unused ports that is shut and in no VLAN that is used; prune trunks; take"
    " the native VLAN off them.",
    references=("CIS switch benchmarks", "NIST SP 800-53 CM-7", "IEEE 802.1Q-2022"),
    reading="The untagged VLAN towards an access point is the one that the access point itself lives in, and that of a"
    " port with a telephone the one of the computer behind it: neither joins switches, so hosts may be in it.",
)
def port_hygiene(case: Case) -> Iterator[Said]:
    """Switches with the same fault are one finding; ports are judged by profile."""
    network = case.network
    free = free_ports(network)
    yield from _open_ports(case)
    for profile, groups in _profiles_in_use(case):
        yield from _edge_findings(case, profile, groups)
    yield from _native_findings(case)
    for at in stray_ports(network):
        yield Finding(
            message=f"port {network.interfaces[at].id} is up, and nothing is plugged into it",
            elements=(network.interfaces[at].id,),
            witness={"port": network.interfaces[at].id},
        )
    for trunk in open_trunks(network):
        port = network.interfaces[trunk.interface]
        yield Finding(
            message=f"trunk {port.id} lets {len(trunk.vlans)} VLANs through that {network.devices[trunk.far].id} has"
            f" not, {trunk.vlans[0]} among them",
            elements=(port.id, network.devices[trunk.far].id),
            witness={"vlans": list(trunk.vlans[:SHOWN]), "count": len(trunk.vlans)},
        )
    shut = sum(max(0, int(free[at])) for at in switches(network) if not _fault(case, _unused(case, at)))
    yield Measure(
        name="unused_ports_shut", value=shut, threshold=sum(max(0, int(free[at])) for at in switches(network))
    )
    yield Measure(name="trunks_wider_than_needed", value=len(open_trunks(network)), threshold=0)


def _unused(case: Case, at: int) -> PortProfile | None:
    found: PortProfile | None = case.network.by_id("port_profiles").get(
        case.network.devices[at].unused_port_profile or ""
    )
    return found


def _fault(case: Case, profile: PortProfile | None) -> str:
    """What is wrong with a profile of unused ports; empty for nothing."""
    if profile is None:
        return "as delivered, up in the default VLAN"
    if profile.enabled:
        return "not shut"
    vlans = case.network.by_id("vlans")
    for name in sorted(carried_by(profile)):
        if name in vlans and vlans[name].number == DEFAULT_VLAN:
            return "in VLAN 1"
        if name in vlans_of_hosts(case.network):
            return f"in {name}, where hosts live"
    return ""


def _open_ports(case: Case) -> Iterator[Finding | Gap]:
    free, wrong = free_ports(case.network), defaultdict[str, list[int]](list)
    for at in switches(case.network):
        fault = _fault(case, _unused(case, at)) if free[at] else ""
        if fault and free[at] > 0:
            wrong[fault].append(at)
        elif fault:
            device = case.network.devices[at]
            yield Gap(message=f"the ports of {device.id} are unknown: its SKU is not known", elements=(device.id,))
    for fault, places in wrong.items():
        names = sorted(case.network.devices[at].id for at in places)
        ports = sum(int(free[at]) for at in places)
        yield Finding(
            message=f"{ports} unused ports of {len(places)} switches are {fault}, {names[0]} among them",
            elements=tuple(names[:SHOWN]),
            witness={"ports": ports, "switches": len(places), "fault": fault},
        )


def _profiles_in_use(case: Case) -> list[tuple[PortProfile, list[EndpointGroup]]]:
    """The profiles of attachments on switches, with the groups on them (also those behind others' ports)."""
    profiles, groups = case.network.by_id("port_profiles"), case.network.by_id("endpoint_groups")
    roles = {device.id for device in case.network.devices if device.role in SWITCHES}
    found: dict[str, dict[str, EndpointGroup]] = defaultdict(dict)
    for attachment in case.design.inventory.attachments:
        if attachment.profile in profiles and attachment.group in groups and attachment.device in roles:
            found[attachment.profile][attachment.group] = groups[attachment.group]
    return [(profiles[name], list(some.values())) for name, some in sorted(found.items())]


def _edge_findings(case: Case, profile: PortProfile, groups: list[EndpointGroup]) -> Iterator[Finding]:
    vlans = case.network.by_id("vlans")
    needless = sorted(carried_by(profile).difference(*(group.vlans for group in groups)))
    if needless:
        yield _of_profile(profile, "carry VLANs that no endpoint on them is in", needless)
    tagged = sorted(set(profile.vlans) - {profile.native_vlan}) if profile.mode is PortMode.TRUNK else []
    other = [name for name in tagged if name not in vlans or vlans[name].purpose is not VlanPurpose.VOICE]
    if other and any(group.kind in USER_EDGE for group in groups):
        yield _of_profile(profile, "tag VLANs other than voice for people", other)
    if profile.negotiates_trunk:
        yield _of_profile(profile, "become trunks on request", [])
    if profile.native_vlan in vlans and vlans[profile.native_vlan].number == DEFAULT_VLAN:
        yield _of_profile(profile, "send VLAN 1 untagged", [profile.native_vlan])


def _of_profile(profile: PortProfile, fault: str, names: list[str]) -> Finding:
    return Finding(
        message=f"ports of {profile.id} {fault}" + (f": {', '.join(names[:SHOWN])}" if names else ""),
        elements=(profile.id,),
        witness={"profile": profile.id, "fault": fault, "vlans": list(names[:SHOWN])},
    )


def _native_findings(case: Case) -> Iterator[Finding]:
    network, vlans = case.network, case.network.by_id("vlans")
    inner, device = set(switches(network)), interfaces(network).device
    seen = set[int]()
    for near, far in trunk_pairs(network):
        native = vlans.get(network.interfaces[near].native_vlan or "")
        if native is None or near in seen or not network.ours[device[near]]:
            continue
        between = int(device[near]) in inner and int(device[far]) in inner
        hosts = between and native.id in vlans_of_hosts(network)
        if hosts or native.number == DEFAULT_VLAN:
            seen.add(near)
            fault = "where hosts live" if hosts else "number 1"
            yield Finding(
                message=f"trunk {network.interfaces[near].id} sends VLAN {native.id}, {fault}, untagged",
                elements=(network.interfaces[near].id, native.id),
                witness={"vlan": native.number, "hosts": hosts},
            )


# --- mutants and repairs


def _first_switch(case: Case) -> int | None:
    free = free_ports(case.network)
    return next((at for at in switches(case.network) if free[at] > 0), None)


@port_hygiene.mutant("unused ports are left as delivered")
def leave_ports_up(case: Case) -> Patch | None:
    """On one switch."""
    at = _first_switch(case)
    return None if at is None else (Set("devices", case.network.devices[at].id, {"unused_port_profile": None}),)


@port_hygiene.mutant("unused ports are opened")
def open_profile(case: Case) -> Patch | None:
    """The profile that they are set to is no longer shut."""
    at = _first_switch(case)
    profile = None if at is None else _unused(case, at)
    return (Set("port_profiles", profile.id, {"enabled": True}),) if profile else None


@port_hygiene.mutant("ports become trunks on request")
def negotiate(case: Case) -> Patch | None:
    """On the first profile in use."""
    used = _profiles_in_use(case)
    return (Set("port_profiles", used[0][0].id, {"negotiates_trunk": True}),) if used else None


@port_hygiene.mutant("an access port carries another VLAN")
def widen_access(case: Case) -> Patch | None:
    """One that none of its endpoints is in."""
    for profile, groups in _profiles_in_use(case):
        mine = set().union(*(group.vlans for group in groups)) | carried_by(profile)
        other = next((vlan.id for vlan in case.design.switching.vlans if vlan.id not in mine), None)
        if other is not None:
            return (Set("port_profiles", profile.id, {"vlans": (*profile.vlans, other), "mode": PortMode.TRUNK}),)
    return None


@port_hygiene.mutant("a trunk between switches sends a VLAN of hosts untagged")
def untag(case: Case) -> Patch | None:
    """On the first trunk that carries one."""
    network = case.network
    inner, device = set(switches(network)), interfaces(network).device
    for near, far in trunk_pairs(network):
        hosts = vlans_of_hosts(network).intersection(network.interfaces[near].vlans)
        if hosts and int(device[near]) in inner and int(device[far]) in inner:
            return (Set("interfaces", network.interfaces[near].id, {"native_vlan": min(hosts)}),)
    return None


@port_hygiene.mutant("a trunk lets all VLANs through")
def allow_all(case: Case) -> Patch | None:
    """On the first trunk whose other end has not all of them."""
    every = tuple(vlan.id for vlan in case.design.switching.vlans)
    network, device = case.network, interfaces(case.network).device
    for near, far in trunk_pairs(network):
        theirs = {vlan.id for vlan in case.design.switching.vlans if network.devices[device[far]].id in vlan.devices}
        bound = {i.vlan for i in network.grouped("interfaces", "device").get(network.devices[device[far]].id, ())}
        if network.ours[device[near]] and set(every) - theirs - bound:
            return (Set("interfaces", network.interfaces[near].id, {"vlans": every}),)
    return None


@port_hygiene.mutant("a port that nothing is plugged into is up")
def raise_port(case: Case) -> Patch | None:
    """A port of the first switch, in the first VLAN that the switch has."""
    at = _first_switch(case)
    device = None if at is None else case.network.devices[at]
    vlan = next((v.id for v in case.design.switching.vlans if device and device.id in v.devices), None)
    if device is None or f"{device.id}:stray" in case.network.by_id("interfaces"):
        return None
    port = Interface(
        id=f"{device.id}:stray",
        device=device.id,
        name="stray",
        kind=InterfaceKind.PHYSICAL,
        mode=PortMode.ACCESS,
        vlan=vlan,
    )
    return (Add("interfaces", port),)


@port_hygiene.fix("shut unused ports")
def shut(case: Case, finding: Finding) -> Patch | None:
    """The switches get a profile that is shut and in no VLAN: the one that others use, or a new one."""
    devices, port = case.network.by_id("devices"), finding.witness.get("port")
    if port is not None:
        return (Set("interfaces", str(port), {"enabled": False}),)
    named = [name for name in finding.elements if name in devices]
    if "fault" not in finding.witness or not named or "switches" not in finding.witness:
        return None
    known = case.network.by_id("port_profiles")
    ready = sorted({d.unused_port_profile or "" for d in case.network.devices} & known.keys())
    sound = [name for name in ready if not _fault(case, known[name])]
    if sound:
        return tuple(Set("devices", name, {"unused_port_profile": sound[0]}) for name in named)
    if ready and devices[named[0]].unused_port_profile in known:
        changes = {"enabled": False, "vlans": (), "native_vlan": None}
        return (Set("port_profiles", devices[named[0]].unused_port_profile, changes),)
    made = PortProfile(id="unused-ports", mode=PortMode.ACCESS, enabled=False, bpdu_guard=True)
    if made.id in known:
        return None
    return (Add("port_profiles", made), *(Set("devices", name, {"unused_port_profile": made.id}) for name in named))


@port_hygiene.fix("narrow the port profile")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """Take the VLANs off that are not needed, and let no peer make a trunk of the port."""
    profile = case.network.by_id("port_profiles").get(str(finding.witness.get("profile")))
    needless = finding.witness.get("vlans")
    if profile is None or not isinstance(needless, list):
        return None
    kept = tuple(name for name in profile.vlans if name not in needless)
    native = None if profile.native_vlan in needless else profile.native_vlan
    mode = PortMode.ACCESS if len(kept) == 1 and native in (None, *kept) else profile.mode
    changes = {"vlans": kept, "native_vlan": None if mode is PortMode.ACCESS else native, "mode": mode}
    return (Set("port_profiles", profile.id, {**changes, "negotiates_trunk": False}),)


@port_hygiene.fix("prune the trunk")
def prune(case: Case, finding: Finding) -> Patch | None:
    """Let through what both ends have, and nothing untagged that was found at fault."""
    port = case.network.by_id("interfaces").get(finding.elements[0] if finding.elements else "")
    if port is None:
        return None
    if "vlan" in finding.witness:
        return (Set("interfaces", port.id, {"native_vlan": None}),)
    devices = [case.network.device_index.get(name, -1) for name in (port.device, finding.elements[-1])]
    here, there = (vlans_by_device(case.network).get(at, frozenset()) for at in devices)
    return (Set("interfaces", port.id, {"vlans": tuple(name for name in port.vlans if name in here & there)}),)
