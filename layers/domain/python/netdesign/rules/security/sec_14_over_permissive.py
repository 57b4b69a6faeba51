"""SEC-14: no permit is so wide that it stops being a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import log2
from typing import NamedTuple

from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import (
    TCP,
    UDP,
    bound_zones,
    enforced_policies,
    opens,
    ordered_rules,
    rule_boxes,
    service_ranges,
)
from netdesign.analysis.policy.zones import zones_exposed
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix, summarise
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Add, Patch
from netdesign.model.security import Action, Inspection, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, rule_found, widened

RISKY = tuple(
    (protocol, port)
    for protocol, ports in (
        (TCP, (21, 22, 23, 111, *range(135, 140), 445, 512, 513, 514, 873, 1433, 1521, 2049, 3306, 3389, 5432)),
        (TCP, (5900, 5985, 5986, 6379, 9200, 11211, 27017)),
        (UDP, (69, 111, *range(135, 140), 161, 389, 1434, 11211)),
    )
    for port in ports
)
"""Services that nobody offers to the Internet: file transfer, shells, desktops, shares, management, databases."""
WEB_PORTS = 65536
WHOLE = 32
"""Bits of all addresses of IPv4; those of IPv6 count by /64, of which any number counts as many at most."""


class Wide(NamedTuple):
    """What is wrong with a permit, and the number that says so."""

    text: str
    bits: float | None = None


@rule(
    code="SEC-14",
    name="over-permissive-rule",
    title="Over-permissive rule",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="policies with permits that a firewall enforces",
    applicable=lambda case: bool(_permits(case)),
    flags="A permit between zones whose trust lies apart with more sources, destinations and ports than"
    " zones.over_permissive_bits; one of any service; one to any destination other than filtered egress to the"
    " Internet; any service both ways between two zones; file, shell, desktop, share, management or database ports"
    " open to the Internet.",
    passes="Every permit names its ends and its services as narrowly as flows do.",
    remedy="Put one permit for each declared flow in its place.",
    references=("PCI DSS 1.2.6", "CIS Controls 4.4, 9", "NIST SP 800-41 r1"),
    reading="An IPv6 prefix counts its /64 networks, for a /64 holds as many hosts as a subnet. Egress is filtered"
    " where the rule inspects web addresses, so that the firewall is the proxy, or where proxies alone are its sources;"
    " its size is then not counted, for nobody can number the destinations.",
)
def over_permissive(case: Case) -> Iterator[Said]:
    """Rule by rule, as written: what earlier rules take from a permit does not excuse it."""
    widest = 0.0
    lines = _permits(case)
    for line in lines:
        for wide in _faults(case, line):
            yield _found(line, wide)
        if not _filtered_egress(case, line):
            widest = max(widest, _bits(case.network, line))
    yield from _both_ways(case)
    yield Measure(name="permits_examined", value=len(lines))
    yield Measure(
        name="widest_permit_bits", value=round(widest, 1), threshold=case.parameters.zones.over_permissive_bits
    )


def _permits(case: Case) -> list[PolicyRule]:
    return [
        line
        for policy in enforced_policies(case.network)
        for line in ordered_rules(case.network, policy.id)
        if line.action is Action.PERMIT
    ]


def _found(line: PolicyRule, wide: Wide) -> Finding:
    return Finding(
        message=f"rule {line.id} of {line.policy} {wide.text}",
        elements=(line.id, line.policy),
        witness={"rule": line.id, "policy": line.policy, "bits": wide.bits, "fault": wide.text},
    )


def _faults(case: Case, line: PolicyRule) -> Iterator[Wide]:
    limit, size = case.parameters.zones.over_permissive_bits, _bits(case.network, line)
    egress = _filtered_egress(case, line)
    if size > limit and not egress and _apart(case, line):
        yield Wide(f"opens 2^{size:.1f} pairs of addresses and ports, of 2^{limit} at most", round(size, 1))
    if _any_service(line):
        yield Wide("permits any service")
    if not egress and _any_address(case.network, line.destinations):
        yield Wide("permits any destination")
    if _from_outside(case, line):
        port = opens(rule_boxes(line), RISKY)
        if port is not None:
            yield Wide(f"opens {'tcp' if port[0] == TCP else 'udp'}/{port[1]} to the Internet")


def _bits(network: Network, line: PolicyRule) -> float:
    """The logarithm of sources times destinations times ports."""
    ports = sum({ends: ends[1] - ends[0] + 1 for _, ends in service_ranges(line.services)}.values())
    return _pairs(network, line.sources, line.destinations) + log2(max(1, ports))


@analysis
def _pairs(network: Network, sources: tuple[str, ...], targets: tuple[str, ...]) -> float:
    """The logarithm of sources times destinations in the IP version where it is largest."""
    sides = (sources, targets)
    stated = tuple(v for v in (4, 6) if all(not side or _prefixes(network, side, v) for side in sides))
    return max(_side(network, sources, version) + _side(network, targets, version) for version in stated or (4,))


@analysis
def _prefixes(_: Network, texts: tuple[str, ...], version: int) -> list[int]:
    """The lengths of the fewest prefixes of a version that hold the same addresses."""
    known = []
    for text in texts:
        try:
            known.append(parse_prefix(text))
        except InvalidInputError:
            continue
    return [prefix.length for prefix in summarise(one for one in known if one.version == version)]


@analysis
def _side(network: Network, texts: tuple[str, ...], version: int) -> float:
    if not texts:
        return WHOLE
    units = (
        2.0 ** min(WHOLE, max(0, (32 if version == 4 else 64) - length))
        for length in _prefixes(network, texts, version)
    )
    return min(WHOLE, log2(max(1.0, sum(units))))


@analysis
def _any_address(network: Network, texts: tuple[str, ...]) -> bool:
    return not texts or any(0 in _prefixes(network, texts, version) for version in (4, 6))


def _any_service(line: PolicyRule) -> bool:
    whole = (IpProtocol.TCP, IpProtocol.UDP)
    return not line.services or any(
        service.protocol is IpProtocol.ANY
        or (service.protocol in whole and service.first_port <= 1 and service.last_port >= WEB_PORTS - 1)
        for service in line.services
    )


def _zones(case: Case, policy: str, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names) or bound_zones(case.network, policy)


def _apart(case: Case, line: PolicyRule) -> bool:
    """Whether some two zones of the rule lie as far apart in trust as calls for enforcement."""
    known = case.network.by_id("zones")
    near, far = (
        [known[name].trust for name in _zones(case, line.policy, names) if name in known]
        for names in (line.source_zones, line.destination_zones)
    )
    delta = case.parameters.zones.enforcement_trust_delta
    return any(abs(one - two) >= delta for one in near for two in far)


def _outside(case: Case) -> frozenset[str]:
    return frozenset(zone.id for zone in zones_exposed(case.network, Exposure.INTERNET))


def _from_outside(case: Case, line: PolicyRule) -> bool:
    return bool(_zones(case, line.policy, line.source_zones) & _outside(case))


def _filtered_egress(case: Case, line: PolicyRule) -> bool:
    """Whether the rule leads to the Internet alone, by named services, past a filter of web addresses or by proxies."""
    inward = _zones(case, line.policy, line.destination_zones) - _outside(case)
    if inward or not line.destination_zones or _any_service(line):
        return False
    return Inspection.URL in line.inspect or _by_proxy(case, line)


def _by_proxy(case: Case, line: PolicyRule) -> bool:
    proxies = {one.address for one in case.design.infrastructure.service_instances if one.kind is ServiceKind.PROXY}
    return bool(line.sources) and {text.split("/")[0] for text in line.sources} <= proxies


def _both_ways(case: Case) -> Iterator[Finding]:
    """Pairs of zones that permits open to each other for any service."""
    wide = {
        (near, far): line
        for line in _permits(case)
        if _any_service(line)
        for near in _zones(case, line.policy, line.source_zones)
        for far in _zones(case, line.policy, line.destination_zones)
    }
    for (near, far), line in sorted(wide.items(), key=lambda item: item[0]):
        if near < far and (far, near) in wide:
            other = wide[far, near]
            yield Finding(
                message=f"rules {line.id} and {other.id} open any service both ways between {near} and {far}",
                elements=tuple(dict.fromkeys((line.id, other.id, near, far))),
                witness={"rule": line.id, "other": other.id, "from_zone": near, "to_zone": far},
            )


@over_permissive.fix("put one permit for each flow in its place")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """What no flow needs goes."""
    line = rule_found(case, finding)
    return as_flows(case, line) if line is not None else None


def _between(case: Case, *, inward: bool) -> list[PolicyRule]:
    """Permits between zones that lie apart, from or to the Internet, or between others."""
    outer = _outside(case)
    return [
        line
        for line in _permits(case)
        if line.source_zones
        and line.destination_zones
        and bool(outer & {*line.source_zones, *line.destination_zones}) is not inward
        and _apart(case, line)
    ]


@over_permissive.mutant("widen a permit between inner zones to a class A network and every port")
def widen(case: Case) -> Patch | None:
    """The ports stay two short of all."""
    high = (Service(name="high", protocol=IpProtocol.TCP, first_port=2, last_port=65000),)
    for line in _between(case, inward=True)[:1]:
        return widened(line, sources=("10.0.0.0/8",), destinations=("10.0.0.0/8",), services=high)
    return None


@over_permissive.mutant("permit any service where one is needed")
def any_service(case: Case) -> Patch | None:
    """In the first permit of all."""
    for line in _permits(case)[:1]:
        return widened(line, services=())
    return None


@over_permissive.mutant("permit any destination inside")
def any_destination(case: Case) -> Patch | None:
    """In a permit between inner zones."""
    for line in _between(case, inward=True)[:1]:
        return widened(line, destinations=())
    return None


@over_permissive.mutant("take the filter of web addresses from egress")
def unfiltered_egress(case: Case) -> Patch | None:
    """Of all rules that lead to the Internet."""
    lines = [
        line
        for line in _permits(case)
        if _filtered_egress(case, line) and _any_address(case.network, line.destinations)
    ]
    return widened(lines[0], inspect=()) if lines and Inspection.URL in lines[0].inspect else None


@over_permissive.mutant("permit any service both ways between two zones")
def both_ways(case: Case) -> Patch | None:
    """Between the first two that one policy binds."""
    for policy in enforced_policies(case.network):
        zones = [zone for zone in sorted(bound_zones(case.network, policy.id)) if zone not in _outside(case)]
        for near, far in pairwise(zones):
            there = first_rule(case, Action.PERMIT, near, far)
            back = first_rule(case, Action.PERMIT, far, near)
            if there and back and not permitted(case.network, near, far).covers(permitted(case.network, far, near)):
                return (*there, *_renamed(back))
    return None


def _renamed(patch: Patch) -> Patch:
    added = [one.fact for one in patch if isinstance(one, Add)]
    return tuple(Add("policy_rules", replace(fact, id=f"{fact.id}-back")) for fact in added)


@over_permissive.mutant("open remote desktops to the Internet")
def open_desktops(case: Case) -> Patch | None:
    """In a rule that lets the Internet in, or by a rule of its own."""
    desktop = Service(name="rdp", protocol=IpProtocol.TCP, first_port=3389, last_port=3389)
    for line in [one for one in _permits(case) if one.source_zones and _outside(case) & {*one.source_zones}]:
        return widened(line, services=(*line.services, desktop))
    for line in [one for one in _permits(case) if one.source_zones and one.destinations]:
        open_ = replace(line, id=f"{line.id}-open", sources=(), services=(desktop,), flows=())
        return (Add("policy_rules", replace(open_, source_zones=tuple(sorted(_outside(case))))),)
    return None
