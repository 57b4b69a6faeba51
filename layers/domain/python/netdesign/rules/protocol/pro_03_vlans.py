"""PRO-03: VLAN numbers are legal, mean one thing in one place, and exist where they are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.layer3 import switch_ports
from netdesign.analysis.addressing.vlan_users import cut_vlans, unserved_endpoints, vlan_users, wired_endpoints
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.wire_ends import facing_pairs
from netdesign.analysis.switching.layer2 import NOT_BRIDGES
from netdesign.graph.network import Network
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.switching import Vlan
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, PortMode, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

FIRST, LAST = 1, 4094
LEGACY = range(1002, 1006)
"""Numbers that older switches keep for other media and refuse."""
INTERNAL = range(3968, 4095)
"""Numbers that data-centre switches of one maker keep for themselves; their management port is `mgmt0`."""

NOT_SWITCHES = NOT_BRIDGES | {Role.WAN_EDGE, Role.INTERNET_EDGE}
"""Routers and hosts of the network terminate VLANs as sub-interfaces and define none."""

SHOWN = 10


def has_vlans(case: Case) -> bool:
    """Whether there is any VLAN."""
    return bool(case.design.switching.vlans)


@rule(
    code="PRO-03",
    name="vlan-misuse",
    title="VLAN Configuration",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with VLANs",
    applicable=has_vlans,
    flags="A VLAN number outside 1..4094 or reserved by the platform; VLAN 1 that carries endpoints or addresses; two "
    "VLANs of one number on a device or joined by a link; a port, profile or trunk of a switch that uses a VLAN "
    "which is unknown or not defined there; a VLAN whose gateways and endpoints no links (and no VNI) that carry it "
    "join; endpoints on ports that carry none of their VLANs; an address on a port that bridges; a VLAN that nothing "
    "uses (warning).",
    passes="Every VLAN number is legal and unique where it meets others, and every VLAN in use is defined there and "
    "reaches all who need it.",
    remedy="Renumber from the plan, define the VLAN on every switch that uses it, and allow it on the trunks between.",
    reading="A VLAN that unused ports are parked in is used by them.",
    references=("IEEE 802.1Q-2022: VLAN identifiers", "CIS switch benchmarks: VLAN 1 is not used"),
)
def vlan_misuse(case: Case) -> Iterator[Said]:
    """A number that means two things joins what was meant to be apart."""
    network = case.network
    used = _used(network)
    yield from _numbers(network, used)
    yield from _meetings(network)
    yield from _undefined(network, used)
    yield from _cut(network)
    yield from _unserved(network)
    yield from _addressed(network)
    for vlan in network.design.switching.vlans:
        if not used.get(vlan.id) and not network.grouped("subnets", "vlan").get(vlan.id):
            yield Finding(
                message=f"VLAN {vlan.number} ({vlan.id}) is defined, but nothing uses it",
                elements=(vlan.id,),
                witness={"number": vlan.number, "devices": len(vlan.devices)},
                severity=Severity.WARNING,
            )
    yield Measure(name="VLANs", value=len(network.design.switching.vlans))


def _used(network: Network) -> dict[str, set[str]]:
    """The devices that use each VLAN, on ports, trunks, routed interfaces or by profiles of endpoints or idle ports."""
    found: dict[str, set[str]] = defaultdict(set)
    table = interfaces(network)
    carrying = table.in_mode(PortMode.TRUNK) | (table.vlan >= 0) | (table.native_vlan >= 0)
    for at in np.flatnonzero(carrying).tolist():
        fact = network.interfaces[at]
        for vlan in (fact.vlan, fact.native_vlan, *fact.vlans):
            if vlan is not None:
                found[vlan].add(fact.device)
    profiles = network.by_id("port_profiles")
    for profile, device in {(fact.profile, fact.device) for fact in network.design.inventory.attachments}:
        if profile in profiles:
            for vlan in (profiles[profile].native_vlan, *profiles[profile].vlans):
                if vlan is not None:
                    found[vlan].add(device)
    for vlan, device in _parked(network):
        found[vlan].add(device)
    return found


def _parked(network: Network) -> Iterator[tuple[str, str]]:
    """The VLANs that unused ports are put in on devices where they are defined, with the device."""
    vlans, profiles = network.by_id("vlans"), network.by_id("port_profiles")
    for device in network.devices:
        profile = profiles.get(device.unused_port_profile or "")
        for name in (profile.native_vlan, *profile.vlans) if profile is not None else ():
            if name in vlans and device.id in vlans[name].devices:
                yield name, device.id


def _numbers(network: Network, used: dict[str, set[str]]) -> Iterator[Finding]:
    for vlan in network.design.switching.vlans:
        problem = None
        if not FIRST <= vlan.number <= LAST:
            problem = f"is outside {FIRST}..{LAST}"
        elif vlan.number in LEGACY or (vlan.number in INTERNAL and _kept_by_platform(network, vlan)):
            problem = "is reserved by the platform"
        elif vlan.number == 1 and (used.get(vlan.id) or network.grouped("subnets", "vlan").get(vlan.id)):
            problem = "is the default of every port and must carry nothing"
        if problem:
            yield Finding(
                message=f"VLAN number {vlan.number} of {vlan.id} {problem}",
                elements=(vlan.id,),
                witness={"number": vlan.number, "used_on": len(used.get(vlan.id, ()))},
            )


def _kept_by_platform(network: Network, vlan: Vlan) -> bool:
    types = (network.device_types[network.device_index[d]] for d in vlan.devices if d in network.device_index)
    return any(kind is not None and kind.vendor == "cisco" and kind.port("mgmt0") is not None for kind in types)


def _meetings(network: Network) -> Iterator[Finding]:
    """Two VLANs of one number on one device, or at the two ends of a link that carries both."""
    by_id = network.by_id("vlans")
    on_device: dict[tuple[str, int], list[str]] = defaultdict(list)
    for vlan in network.design.switching.vlans:
        for device in dict.fromkeys(vlan.devices):
            on_device[device, vlan.number].append(vlan.id)
    for (device, number), ids in on_device.items():
        if len(ids) > 1:
            yield _merged(number, ids, device)
    seen: set[tuple[frozenset[str], frozenset[str]]] = set()
    for a, b in _carried(network):
        if (a, b) not in seen:
            seen.add((a, b))
            left = {by_id[v].number: v for v in a - b if v in by_id}
            right = {by_id[v].number: v for v in b - a if v in by_id}
            for number in sorted(left.keys() & right.keys()):
                yield _merged(number, [left[number], right[number]], None)


def _merged(number: int, ids: list[str], device: str | None) -> Finding:
    return Finding(
        message=f"VLAN number {number} means {' and '.join(sorted(ids))} {f'on {device}' if device else 'on one link'}",
        elements=tuple(sorted(ids)),
        witness={"number": number, "device": device},
    )


def _carried(network: Network) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The VLANs at both ends of each wire between two bridging ports."""
    table = interfaces(network)
    bridged = table.in_mode(PortMode.TRUNK) | table.in_mode(PortMode.ACCESS)
    _, a, b = facing_pairs(network)
    both = np.flatnonzero(bridged[a] & bridged[b])
    for left, right in zip(a[both].tolist(), b[both].tolist(), strict=True):
        yield _vlans(network, left), _vlans(network, right)


def _vlans(network: Network, at: int) -> frozenset[str]:
    fact = network.interfaces[at]
    return frozenset(vlan for vlan in (fact.vlan, fact.native_vlan, *fact.vlans) if vlan is not None)


def _undefined(network: Network, used: dict[str, set[str]]) -> Iterator[Finding]:
    """VLANs that are unknown, and switches that use one which is not defined on them."""
    by_id, index = network.by_id("vlans"), network.device_index
    for vlan, devices in used.items():
        if vlan not in by_id:
            yield Finding(
                message=f"{len(devices)} devices use VLAN {vlan}, which the design does not have",
                elements=(vlan,),
                witness={"device": min(devices)},
            )
            continue
        switches = (d for d in devices.difference(by_id[vlan].devices) if d in index)
        missing = sorted(d for d in switches if network.devices[index[d]].role not in NOT_SWITCHES)
        if missing:
            yield Finding(
                message=f"VLAN {vlan} is used on {missing[0]}, but not defined there ({len(missing)} such devices)",
                elements=(vlan, *missing[:20]),
                witness={"number": by_id[vlan].number, "device": missing[0]},
            )


def _cut(network: Network) -> Iterator[Finding]:
    """VLANs that fall into parts which do not hear each other, though each has a gateway or endpoints in it."""
    vlans = {code: name for name, code in interfaces(network).vlans.items() if name is not None}
    for cut in cut_vlans(network):
        ends = [network.devices[part[0]].id for part in cut.parts[:SHOWN]]
        yield Finding(
            message=f"VLAN {vlans[cut.vlan]} is needed on {ends[0]} and on {ends[1]}, but no links between them carry "
            f"it: it falls into {len(cut.parts)} parts",
            elements=(vlans[cut.vlan], *ends),
            witness={
                "parts": len(cut.parts),
                "ends": [*ends],
                "devices": [network.devices[at].id for part in cut.parts[:SHOWN] for at in part[:SHOWN]],
            },
        )


def _unserved(network: Network) -> Iterator[Finding]:
    groups = network.by_id("endpoint_groups")
    for group, profile in unserved_endpoints(network):
        yield Finding(
            message=f"endpoints of {group} hang on ports of {profile}, which carry none of their VLANs",
            elements=(group, profile, *groups[group].vlans),
            witness={"vlans": [*groups[group].vlans], "endpoints": groups[group].count},
        )


def _addressed(network: Network) -> Iterator[Finding]:
    """A port that bridges has no address of its own: its VLAN's interface has."""
    for at in np.flatnonzero(switch_ports(network)).tolist():
        fact = network.interfaces[at]
        if fact.addresses or fact.virtual_addresses:
            held = (*fact.addresses, *fact.virtual_addresses)
            yield Finding(
                message=f"{fact.id} is a switch port ({fact.mode.value}) and holds {held[0]}: it routes nothing",
                elements=(fact.id,),
                witness={"mode": fact.mode.value, "addresses": [*held]},
            )


@vlan_misuse.mutant("a VLAN with users gets number 1")
def users_in_vlan_1(case: Case) -> Patch | None:
    """Renumber the first VLAN in use to 1."""
    used = _used(case.network)
    for vlan in case.design.switching.vlans:
        if used.get(vlan.id):
            return (Set("vlans", vlan.id, {"number": 1}),)
    return None


@vlan_misuse.mutant("two VLANs of a device get one number")
def numbered_twice(case: Case) -> Patch | None:
    """Define a second VLAN of the number of the first, on the same devices."""
    for vlan in case.design.switching.vlans:
        if vlan.devices:
            twin = Vlan(
                id=f"{vlan.id}-twin",
                number=vlan.number,
                name=f"{vlan.name}-twin",
                purpose=vlan.purpose,
                site=vlan.site,
                devices=vlan.devices[:1],
            )
            return (Add("vlans", twin),)
    return None


@vlan_misuse.mutant("a VLAN is taken off a switch that uses it")
def undefined_vlan(case: Case) -> Patch | None:
    """Take the definition of the first VLAN off a switch with a routed interface in it."""
    vlans = case.network.by_id("vlans")
    for fact in case.network.interfaces:
        if fact.kind is InterfaceKind.SVI and fact.vlan in vlans and fact.device in vlans[fact.vlan].devices:
            rest = tuple(device for device in vlans[fact.vlan].devices if device != fact.device)
            return (Set("vlans", fact.vlan, {"devices": rest}),)
    return None


@vlan_misuse.mutant("a VLAN is pruned from every trunk")
def pruned(case: Case) -> Patch | None:
    """Prune the first VLAN that only trunks join, and that is needed on two devices."""
    table, users = interfaces(case.network), vlan_users(case.network)
    bridged = {vni.vlan for vni in case.design.overlay.vnis}
    bridged |= {fact.vlan for fact in case.network.interfaces if fact.mode is PortMode.ACCESS}
    for vlan in case.design.switching.vlans:
        trunks = [i for i in case.network.interfaces if i.mode is PortMode.TRUNK and vlan.id in i.vlans]
        needed = np.unique(users.device[users.vlan == table.vlans[vlan.id]])
        untagged = any(fact.native_vlan == vlan.id for fact in trunks)
        if trunks and needed.size > 1 and vlan.id not in bridged and not untagged:
            return tuple(Set("interfaces", i.id, {"vlans": tuple(v for v in i.vlans if v != vlan.id)}) for i in trunks)
    return None


@vlan_misuse.mutant("ports of endpoints carry no VLAN")
def without_vlan(case: Case) -> Patch | None:
    """Take the VLANs off the first profile of endpoints that have one."""
    groups, profiles = case.network.by_id("endpoint_groups"), case.network.by_id("port_profiles")
    for group, _, profile in wired_endpoints(case.network):
        if group in groups and groups[group].vlans and profile in profiles:
            return (Set("port_profiles", profile, {"vlans": (), "native_vlan": None}),)
    return None


@vlan_misuse.mutant("a routed port becomes a switch port")
def bridged_port(case: Case) -> Patch | None:
    """Put the first physical port with an address into access mode."""
    for fact in case.network.interfaces:
        if fact.kind is InterfaceKind.PHYSICAL and fact.addresses and fact.enabled:
            return (Set("interfaces", fact.id, {"mode": PortMode.ACCESS}),)
    return None
