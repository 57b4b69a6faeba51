"""PRO-17: both ends of a trunk carry the same, and a VLAN, its subnets and its gateway belong to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.addressing.address_scopes import held_prefixes
from netdesign.analysis.addressing.layer3 import gateway_pairs
from netdesign.analysis.addressing.vlan_users import cut_vlans
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.wire_ends import facing_pairs
from netdesign.analysis.routing.vlan_gateways import host_gateways
from netdesign.graph.network import Network
from netdesign.model.addressing import Interface, Subnet
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, PortMode, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
BRIDGED = (PortMode.ACCESS, PortMode.TRUNK)


def has_vlans(case: Case) -> bool:
    """Whether there is any VLAN."""
    return bool(case.design.switching.vlans)


@rule(
    code="PRO-17",
    name="trunk-and-gateway",
    title="Trunk / native / gateway bijection",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with VLANs",
    applicable=has_vlans,
    flags="Two ends of a link that carry different VLANs, tagged or untagged; a VLAN that is needed at two places "
    "which no links that carry it join; a VLAN of hosts without a gateway, or with gateways that share no virtual "
    "address; a VLAN with two subnets of one IP version, hosts' subnets outside VLANs, subnets of an unknown VLAN or "
    "of another VRF than their VLAN's.",
    passes="Both ends of every trunk agree, and every VLAN of hosts has one subnet per IP version and one gateway.",
    remedy="Align the allowed and native VLANs of both ends; give each VLAN one subnet and one (virtual) gateway.",
    references=("IEEE 802.1Q-2022", "CIS switch benchmarks: native VLAN of trunks"),
)
def unlike_ends(case: Case) -> Iterator[Said]:
    """What one end sends and the other drops is lost, and hosts believe whichever gateway answers."""
    network = case.network
    pairs = list(_unlike(network))
    for a, b, problem in pairs:
        yield Finding(
            message=f"{a.id} and {b.id} are two ends of one link and {problem}",
            elements=(a.id, b.id),
            witness={"a": [*a.vlans, a.native_vlan], "b": [*b.vlans, b.native_vlan]},
        )
    yield from _cut(network)
    yield from _gateways(network)
    yield from _subnets(network)
    yield Measure(name="ends of links that differ", value=len(pairs), threshold=0)


def _unlike(network: Network) -> Iterator[tuple[Interface, Interface, str]]:
    """Ports at two ends of a wire that bridge different VLANs."""
    facts, table = network.interfaces, interfaces(network)
    known = dict[frozenset[str], int]()
    sets = np.fromiter((known.setdefault(frozenset(f.vlans), len(known)) for f in facts), np.int64, len(facts))
    bridged = table.in_mode(PortMode.ACCESS) | table.in_mode(PortMode.TRUNK)
    trunk = table.in_mode(PortMode.TRUNK)
    untagged = np.where(trunk, table.native_vlan, table.vlan)
    _, a, b = facing_pairs(network)
    both = bridged[a] & bridged[b]
    tagged = both & trunk[a] & trunk[b] & (sets[a] != sets[b])
    for at in np.flatnonzero(tagged | (both & (untagged[a] != untagged[b]))).tolist():
        one, two = facts[int(a[at])], facts[int(b[at])]
        if tagged[at]:
            only = sorted(set(one.vlans) ^ set(two.vlans))
            yield one, two, f"do not both allow {', '.join(only[:SHOWN])}"
        else:
            yield one, two, f"carry {_untagged(one)} and {_untagged(two)} without a tag"


def _untagged(fact: Interface) -> str:
    return (fact.native_vlan if fact.mode is PortMode.TRUNK else fact.vlan) or "nothing"


def _cut(network: Network) -> Iterator[Finding]:
    vlans = {code: name for name, code in interfaces(network).vlans.items() if name is not None}
    for cut in cut_vlans(network):
        ends = [network.devices[part[0]].id for part in cut.parts[:SHOWN]]
        yield Finding(
            message=f"VLAN {vlans[cut.vlan]} is needed on {ends[0]} and on {ends[1]}, and no way between allows it",
            elements=(vlans[cut.vlan], *ends),
            witness={"parts": len(cut.parts), "ends": [*ends]},
        )


def _gateways(network: Network) -> Iterator[Finding]:
    for vlan, groups in sorted(host_gateways(network).items()):
        if len(groups) == 1:
            continue
        names = [network.interfaces[group[0]].id for group in groups[:SHOWN]]
        problem = "has no gateway" if not groups else f"has gateways that share no virtual address: {', '.join(names)}"
        yield Finding(
            message=f"VLAN {vlan} of hosts {problem}",
            elements=(vlan, *names),
            witness={"gateways": len(groups)},
        )


def _subnets(network: Network) -> Iterator[Finding]:
    vlans, versions = network.by_id("vlans"), subnet_prefixes(network).version.tolist()
    seen = dict[tuple[str, int], str]()
    elsewhere = {name for one in network.design.security.remote_accesses for name in one.subnets}
    for subnet, version in zip(network.design.addressing.subnets, versions, strict=True):
        problem = None
        if subnet.vlan is None:
            if subnet.purpose is SubnetPurpose.HOSTS and subnet.id not in elsewhere:
                problem = "is for hosts and in no VLAN"
        elif subnet.vlan not in vlans:
            problem = f"is in VLAN {subnet.vlan}, which the design does not have"
        elif (first := seen.setdefault((subnet.vlan, version), subnet.id)) != subnet.id:
            problem = f"shares VLAN {subnet.vlan} with {first}"
        elif vlans[subnet.vlan].vrf not in (None, subnet.vrf):
            problem = f"is in VRF {subnet.vrf}, its VLAN {subnet.vlan} in {vlans[subnet.vlan].vrf}"
        if problem:
            yield Finding(
                message=f"subnet {subnet.id} ({subnet.prefix}) {problem}",
                elements=(subnet.id, *(name for name in (subnet.vlan,) if name)),
                witness={"prefix": subnet.prefix, "vlan": subnet.vlan},
            )


def _trunks(case: Case) -> Iterator[tuple[Interface, Interface]]:
    """Trunks that face each other and allow the same VLANs."""
    _, a, b = facing_pairs(case.network)
    for left, right in zip(a.tolist(), b.tolist(), strict=True):
        one, two = case.network.interfaces[left], case.network.interfaces[right]
        if one.mode is two.mode is PortMode.TRUNK and one.vlans and set(one.vlans) == set(two.vlans):
            yield one, two


@unlike_ends.mutant("a trunk allows one VLAN less than its other end")
def pruned(case: Case) -> Patch | None:
    """Prune the first VLAN at one end of the first trunk."""
    return next(((Set("interfaces", one.id, {"vlans": one.vlans[1:]}),) for one, _ in _trunks(case)), None)


@unlike_ends.mutant("a trunk has another native VLAN than its other end")
def native(case: Case) -> Patch | None:
    """Send one more VLAN untagged at the second end of the last trunk."""
    for _, two in reversed(list(_trunks(case))):
        other = next((vlan for vlan in two.vlans if vlan != two.native_vlan), None)
        if other is not None:
            return (Set("interfaces", two.id, {"native_vlan": other}),)
    return None


def _last_gateways(case: Case) -> tuple[Interface, ...]:
    """The gateways of the last VLAN that has any."""
    groups = sorted((vlan, found) for vlan, found in host_gateways(case.network).items() if found)
    return tuple(case.network.interfaces[at] for group in groups[-1][1] for at in group) if groups else ()


@unlike_ends.mutant("the gateways of a VLAN share no address")
def parted(case: Case) -> Patch | None:
    """Take the virtual address from one of the gateways of a VLAN that have one."""
    for _, groups in sorted(host_gateways(case.network).items()):
        facts = [case.network.interfaces[at] for group in groups for at in group]
        if len(facts) > 1 and facts[-1].virtual_addresses and facts[-1].addresses:
            return (Set("interfaces", facts[-1].id, {"virtual_addresses": ()}),)
    return None


@unlike_ends.mutant("a VLAN loses its gateway")
def no_gateway(case: Case) -> Patch | None:
    """Switch off the gateways of the last VLAN."""
    return tuple(Set("interfaces", fact.id, {"enabled": False}) for fact in _last_gateways(case)) or None


def _first_subnet(case: Case) -> Subnet | None:
    subnets = sorted(case.design.addressing.subnets, key=lambda one: one.id)
    return next((one for one in subnets if one.purpose is SubnetPurpose.HOSTS and one.vlan), None)


@unlike_ends.mutant("a VLAN gets a second subnet")
def second_subnet(case: Case) -> Patch | None:
    """Put another subnet into the VLAN of the first subnet of hosts."""
    first = _first_subnet(case)
    if first is None:
        return None
    prefix = "fd12:3456:789a:1::/64" if ":" in first.prefix else "192.168.254.0/24"
    second = replace(first, id=f"{first.id}-second", prefix=prefix, planned_hosts=0, dhcp=False, dhcp_relays=())
    return (Add("subnets", second),)


@unlike_ends.mutant("a subnet of hosts is in no VLAN")
def adrift(case: Case) -> Patch | None:
    """Take the first subnet of hosts out of its VLAN."""
    first = _first_subnet(case)
    return (Set("subnets", first.id, {"vlan": None}),) if first is not None else None


@unlike_ends.fix("both ends allow and send the same")
def aligned(case: Case, finding: Finding) -> Patch | None:
    """Allow at both ends what either allows, and send untagged what most trunks of the two devices do."""
    known = case.network.by_id("interfaces")
    ends = [known[name] for name in finding.elements if name in known and known[name].mode in BRIDGED]
    if len(ends) != 2 or {end.mode for end in ends} != {PortMode.TRUNK}:
        return None
    devices = {end.device for end in ends}
    here = [one for one in case.network.interfaces if one.device in devices and one.mode is PortMode.TRUNK]
    usual = Counter(one.native_vlan for one in here)
    native_vlan = min((end.native_vlan for end in ends), key=lambda name: (-usual[name], name or ""))
    allowed = tuple(dict.fromkeys(vlan for end in ends for vlan in end.vlans))
    if set(ends[0].vlans) == set(ends[1].vlans):
        return tuple(Set("interfaces", end.id, {"native_vlan": native_vlan}) for end in ends)
    return tuple(Set("interfaces", end.id, {"vlans": allowed}) for end in ends)


@unlike_ends.fix("the gateways share the virtual address that one of them has")
def shared(case: Case, finding: Finding) -> Patch | None:
    """Give every gateway of the VLAN the virtual addresses of the first that has any."""
    facts = _gateways_of(case, finding)
    virtual = next((fact.virtual_addresses for fact in facts if fact.virtual_addresses), None)
    wrong = [fact for fact in facts if fact.virtual_addresses != virtual]
    return tuple(Set("interfaces", fact.id, {"virtual_addresses": virtual}) for fact in wrong) if virtual else None


@unlike_ends.fix("the gateway is switched on")
def switched_on(case: Case, finding: Finding) -> Patch | None:
    """Enable interfaces in the VLAN that have an address and are off."""
    off = [i for i in case.network.interfaces if not i.enabled and (i.vlan or "") in finding.elements]
    wrong = [fact for fact in off if fact.addresses or fact.virtual_addresses]
    return tuple(Set("interfaces", fact.id, {"enabled": True}) for fact in wrong) or None


def _gateways_of(case: Case, finding: Finding) -> list[Interface]:
    groups = next((found for vlan, found in host_gateways(case.network).items() if vlan in finding.elements), ())
    return [case.network.interfaces[at] for group in groups for at in group]


@unlike_ends.fix("the subnet that no interface is in goes")
def without_idle(case: Case, finding: Finding) -> Patch | None:
    """Remove the subnet of the VLAN that nothing has an address of."""
    subnets = case.design.addressing.subnets
    used = set(gateway_pairs(case.network)[0].tolist())
    for at, subnet in enumerate(subnets):
        twins = sum(one.vlan == subnet.vlan and (":" in one.prefix) == (":" in subnet.prefix) for one in subnets)
        if (subnet.vlan or "") in finding.elements and at not in used and twins > 1:
            return (Remove("subnets", subnet.id),)
    return None


@unlike_ends.fix("the subnet gets the VLAN of the interfaces that are in it")
def revlaned(case: Case, finding: Finding) -> Patch | None:
    """Follow the addresses of gateways."""
    known, vlans = case.network.by_id("subnets"), case.network.by_id("vlans")
    for name in finding.elements:
        if name in known and known[name].vlan is None:
            held = (vlan for (vlan, _), prefix in held_prefixes(case.network).items() if prefix == known[name].prefix)
            own = next((vlan for vlan in held if vlan in vlans), None) or _around(case, known[name])
            return (Set("subnets", name, {"vlan": own}),) if own is not None else None
    return None


def _around(case: Case, subnet: Subnet) -> str | None:
    """The VLAN of the first interface that has an address, own or virtual, of a subnet."""
    at = next(at for at, one in enumerate(case.design.addressing.subnets) if one.id == subnet.id)
    subnets, owners = gateway_pairs(case.network)
    return next((case.network.interfaces[i].vlan for i in owners[subnets == at].tolist()), None)
