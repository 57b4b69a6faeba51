"""PRO-08: where there is IPv6, it is everywhere that IPv4 is, with the same policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.addresses import PURPOSES, addresses, subnet_prefixes, subnet_purposes, subnet_vlans
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import among, column, distinct
from netdesign.analysis.protocols.adjacency import BGP, processes
from netdesign.analysis.protocols.providers import provider_devices
from netdesign.analysis.routing.routed_links import routed_pairs
from netdesign.graph.network import Network
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.routing import AddressFamily
from netdesign.model.security import Action, IpProtocol, PolicyRule
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Framework, InterfaceKind, SecurityLevel, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

LAN, POINT_TO_POINT, LOOPBACK = 64, 127, 128
OF_ONE_FAMILY = ((67, 68), (546, 547))
"""UDP ports of DHCP and DHCPv6, which have no twin by the same name."""


class Share(NamedTuple):
    """How many elements of a kind have an IPv6 counterpart, and which have none."""

    kind: str
    total: int
    lacking: tuple[str, ...]


def is_required(case: Case) -> bool:
    """Whether the requirements, the security level or a framework ask for IPv6."""
    asked = case.requirements
    fedramp = any(ref.framework is Framework.FEDRAMP for ref in asked.frameworks)
    return asked.ipv6 or fedramp or asked.security_level.at_least(SecurityLevel.GOVERNMENT)


def has_ipv6(case: Case) -> bool:
    """Whether IPv6 is asked for or used."""
    return is_required(case) or bool((subnet_prefixes(case.network).version == 6).any())


@rule(
    code="PRO-08",
    name="ipv6-incomplete",
    title="IPv6 Support",
    category=Category.PROTOCOL,
    severity=Severity.WARNING,
    applies="designs that must have IPv6 (asked for, government level, FedRAMP) or that use it",
    applicable=has_ipv6,
    flags="IPv4 host subnets, point-to-point ports, loopbacks or routing processes without an IPv6 counterpart, where "
    "IPv6 is required and where it is not but less than the parameter's share has one; LANs that are no /64, "
    "point-to-point links that are no /127, loopbacks that are no /128; permits of one IP version between zones "
    "that have both, without the same permit of the other. An error where IPv6 is required.",
    passes="Every IPv4 element has its IPv6 counterpart, with the lengths of the standards and equal policy.",
    remedy="Give each subnet a /64, each link a /127, each loopback a /128, and twin every rule.",
    references=("RFC 8200", "RFC 4291", "RFC 6164 (/127)", "RFC 7381", "RFC 9099", "NIST SP 800-119"),
)
def ipv6_incomplete(case: Case) -> Iterator[Said]:
    """A second protocol with a hole is a way around the first."""
    network, required = case.network, is_required(case)
    severity = Severity.ERROR if required else Severity.WARNING
    least = 1.0 if required else case.parameters.protocols.ipv6_warning_share
    shares = [*_shares(network)]
    total = sum(share.total for share in shares)
    lacking = sum(len(share.lacking) for share in shares)
    fraction = 1.0 if not total else (total - lacking) / total
    if fraction < least:
        yield from _lacks(shares, severity)
    for finding in (*_lengths(network), *_one_sided(network)):
        yield Finding(message=finding.message, elements=finding.elements, witness=finding.witness, severity=severity)
    yield Measure(name="share of IPv4 elements with an IPv6 counterpart", value=round(fraction, 4), threshold=least)


def _lacks(shares: list[Share], severity: Severity) -> Iterator[Finding]:
    for share in shares:
        if share.lacking:
            yield Finding(
                message=f"{len(share.lacking)} of {share.total} {share.kind} lack IPv6, {share.lacking[0]} among them",
                elements=share.lacking[:20],
                witness={"kind": share.kind, "lacking": len(share.lacking), "total": share.total},
                severity=severity,
            )


def _shares(network: Network) -> Iterator[Share]:
    yield _subnets(network)
    table = interfaces(network)
    ours = table.up & ~np.append(provider_devices(network), False)[table.device]
    loopbacks = np.flatnonzero(ours & table.of_kind(InterfaceKind.LOOPBACK))
    yield _interfaces(network, "loopbacks", loopbacks)
    graph, pairs = layer3(network), routed_pairs(network)
    ports = distinct(graph.member_interface[among(graph.member_segment, pairs.segment)])
    yield _interfaces(network, "point-to-point ports", ports[ours[ports]])
    yield _processes(network)


def _subnets(network: Network) -> Share:
    version, vlan, subnets = subnet_prefixes(network).version, subnet_vlans(network), network.design.addressing.subnets
    six = np.zeros(len(interfaces(network).vlans) + 1, np.bool_)
    six[vlan[version == 6]] = True
    six[-1] = False
    hosts = np.flatnonzero((version == 4) & (subnet_purposes(network) == PURPOSES.index(SubnetPurpose.HOSTS)))
    lacking = {subnets[at].id for at in hosts[~six[vlan[hosts]]].tolist()} - _twin_pools(network)
    return Share("host subnets", int(hosts.size), tuple(sorted(lacking)))


def _twin_pools(network: Network) -> set[str]:
    """Subnets of remote users that get IPv6 addresses as well: these lie in no VLAN that would make them twins."""
    versions = subnet_prefixes(network).version.tolist()
    version = {one.id: six for one, six in zip(network.design.addressing.subnets, versions, strict=True)}
    pools = [one.subnets for one in network.design.security.remote_accesses]
    return {name for some in pools for name in some if any(version.get(other) == 6 for other in some)}


def _interfaces(network: Network, kind: str, some: Longs) -> Share:
    rows = addresses(network)
    four, six = (rows.interface[rows.version == version] for version in (4, 6))
    numbered = some[among(some, four)]
    lacking = numbered[~among(numbered, six)].tolist()
    return Share(kind, int(numbered.size), tuple(sorted(network.interfaces[at].id for at in lacking)))


def _processes(network: Network) -> Share:
    """Processes that route IPv4 for tables with addresses: BGP by its sessions, others for both versions."""
    running = processes(network)
    carried: dict[str, set[AddressFamily]] = defaultdict(set)
    said = network.design.routing.bgp_neighbors
    for process, families in set(zip(column(said, "process"), column(said, "families"), strict=True)):
        carried[process].update(families)
    theirs = np.append(provider_devices(network), False)
    some = np.flatnonzero((running.protocol == BGP) & (running.vertex >= 0) & ~theirs[running.device])
    facts = [network.design.routing.processes[at] for at in some.tolist()]
    four = [fact.id for fact in facts if AddressFamily.IPV4 in carried[fact.id]]
    lacking = sorted(identity for identity in four if AddressFamily.IPV6 not in carried[identity])
    return Share("BGP processes", len(four), tuple(lacking))


def _lengths(network: Network) -> Iterator[Finding]:
    prefixes, subnets = subnet_prefixes(network), network.design.addressing.subnets
    wanted = {SubnetPurpose.HOSTS: LAN, SubnetPurpose.POINT_TO_POINT: POINT_TO_POINT, SubnetPurpose.LOOPBACK: LOOPBACK}
    length = np.array([wanted.get(purpose, -1) for purpose in PURPOSES])[subnet_purposes(network)]
    for at in np.flatnonzero((prefixes.version == 6) & (length >= 0) & (prefixes.length != length)).tolist():
        subnet = subnets[at]
        yield Finding(
            message=f"IPv6 subnet {subnet.id} is {subnet.prefix}, and not a /{length[at]}",
            elements=(subnet.id,),
            witness={"prefix": subnet.prefix, "length": int(length[at])},
        )


# --- policy


Key = tuple[object, ...]


def _families(rule_: PolicyRule) -> frozenset[int]:
    """The IP versions of packets that the rule can match."""
    found = {4, 6}
    for side in (rule_.sources, rule_.destinations):
        if side:
            found &= {6 if ":" in prefix else 4 for prefix in side}
    return frozenset(found)


def _key(rule_: PolicyRule) -> Key:
    services = frozenset((one.protocol, one.first_port, one.last_port) for one in rule_.services)
    return (rule_.policy, frozenset(rule_.source_zones), frozenset(rule_.destination_zones), services)


def _of_one_family(rule_: PolicyRule) -> bool:
    """Whether the rule is about DHCP or DHCPv6 alone."""
    return bool(rule_.services) and all(
        one.protocol is IpProtocol.UDP and (one.first_port, one.last_port) in OF_ONE_FAMILY for one in rule_.services
    )


def _missing_twins(network: Network) -> Iterator[tuple[PolicyRule, int]]:
    """(rule, IP version) of permits that lack their like for the version, between zones that use both."""
    permitted: dict[Key, set[int]] = defaultdict(set)
    permits = [one for one in network.design.security.policy_rules if one.action is Action.PERMIT]
    for one in permits:
        permitted[_key(one)] |= _families(one)
    double = _zones_with_both(network)
    for one in permits:
        for version in sorted({4, 6} - permitted[_key(one)]):
            named = [*one.source_zones] * bool(one.sources) + [*one.destination_zones] * bool(one.destinations)
            if _families(one) and double.issuperset(named) and not _of_one_family(one):
                yield one, version


def _zones_with_both(network: Network) -> frozenset[str]:
    prefixes = subnet_prefixes(network)
    zones = set(zip(column(network.design.addressing.subnets, "zone"), prefixes.version.tolist(), strict=True))
    return frozenset(zone for zone, version in zones if zone is not None and version == 4 and (zone, 6) in zones)


def _one_sided(network: Network) -> Iterator[Finding]:
    for one, version in _missing_twins(network):
        yield Finding(
            message=f"rule {one.id} permits IPv{10 - version} alone between zones with both: IPv{version} is denied",
            elements=(one.id, one.policy),
            witness={"rule": one.id, "missing_version": version},
        )


@ipv6_incomplete.mutant("a rule for IPv6 is taken away")
def untwinned_rule(case: Case) -> Patch | None:
    """Take the IPv6 twins of the first IPv4 permit between zones with both away, or its IPv6 prefixes."""
    rules = [
        one for one in case.design.security.policy_rules if one.action is Action.PERMIT and not _of_one_family(one)
    ]
    double = _zones_with_both(case.network)
    for one in rules:
        named = {*one.source_zones, *one.destination_zones}
        alike = [other for other in rules if _key(other) == _key(one)]
        if 4 in _families(one) and one.sources and double.issuperset(named) and any(6 in _families(o) for o in alike):
            return tuple(_without_ipv6(other) for other in alike if 6 in _families(other))
    return None


def _without_ipv6(one: PolicyRule) -> Remove | Set:
    if 4 not in _families(one):
        return Remove("policy_rules", one.id)
    sides = {"sources": one.sources, "destinations": one.destinations}
    return Set("policy_rules", one.id, {k: tuple(p for p in side if ":" not in p) for k, side in sides.items()})


@ipv6_incomplete.mutant("a LAN gets a /60")
def wide_lan(case: Case) -> Patch | None:
    """Give the first IPv6 host subnet another length."""
    for subnet in case.design.addressing.subnets:
        if subnet.purpose is SubnetPurpose.HOSTS and ":" in subnet.prefix:
            return (Set("subnets", subnet.id, {"prefix": f"{subnet.prefix.partition('/')[0]}/60"}),)
    return None


@ipv6_incomplete.mutant("the subnets of IPv6 are taken off all VLANs")
def islands(case: Case) -> Patch | None:
    """Remove every IPv6 host subnet."""
    six = [s.id for s in case.design.addressing.subnets if s.purpose is SubnetPurpose.HOSTS and ":" in s.prefix]
    return tuple(Remove("subnets", identity) for identity in six) or None
