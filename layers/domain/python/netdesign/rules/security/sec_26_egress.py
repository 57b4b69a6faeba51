"""SEC-26: what leaves for the Internet is named, filtered, logged and translated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netdesign.analysis.policy.needs import packet_text, service_prefixes
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import TCP, UDP, passages
from netdesign.analysis.policy.populations import (
    addressed,
    host_ranges,
    instances,
    on_ports,
    outer_zones,
    private_prefixes,
    private_sources,
    server_zones,
    thing_zones,
    towards,
    user_zones,
)
from netdesign.graph.headerspace import ANY_ADDRESS, Packet, Space, space
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import NatKind
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Inspection, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, rule_found, widened
from netdesign.rules.posture import enterprise

QUESTIONS = ((UDP, 53, 53), (TCP, 53, 53), (TCP, 853, 853))
MAIL = ((TCP, 25, 25),)
ANY_PORTS = 1024
"""A permit of more ports than this names no service."""


class Exit(NamedTuple):
    """What one permit lets out of a zone: the rule (None: the policy's default) and its headers."""

    policy: str
    rule: PolicyRule | None
    zone: str
    headers: Space


def _exits(case: Case) -> tuple[Exit, ...]:
    return _permits_outward(case.network)


@analysis
def _permits_outward(network: Network) -> tuple[Exit, ...]:
    return tuple(
        Exit(one.policy, permit.rule, one.source, space(permit.boxes))
        for one in passages(network)
        if one.target in outer_zones(network) and one.source not in outer_zones(network)
        for permit in one.permits
    )


@rule(
    code="SEC-26",
    name="egress-control",
    title="Egress control",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="permits towards the Internet",
    applicable=lambda case: bool(_exits(case)),
    flags="Servers or restricted data that reach any destination of the Internet past no filter of names and by no"
    " proxy; any service outward; names asked of the Internet past the house's own resolvers; mail from users; egress"
    " that is not logged, or whose private addresses no translation covers. A warning below level enterprise.",
    passes="Servers leave by filtered, named services, everything outward is logged and private addresses translated.",
    remedy="Let servers out to declared destinations, by a proxy or past a filter of names; log it.",
    references=("PCI DSS 1.3.2, 1.4.5", "NIST SP 800-53 SC-7(8)", "CIS Controls 9.2, 13.10"),
    reading="A filter of names is inspection of web addresses on the rule. Resolvers and clocks of the house may ask"
    " upstream. Zones that no resolver of the house serves, such as guests', ask where their flow says. Translation"
    " is judged where the design holds translations at all: whether there must be one is another rule's question.",
    by_likeness=True,
)
def egress_control(case: Case) -> Iterator[Said]:
    """Permit by permit, exact where denials come before."""
    severity = Severity.ERROR if enterprise(case) else Severity.WARNING
    exits = _exits(case)
    for one in exits:
        for text, left in _faults(case, one):
            yield _found(one, text, left, severity)
    yield Measure(name="permits_outward", value=len(exits))


def _faults(case: Case, one: Exit) -> Iterator[tuple[str, Space]]:
    network = case.network
    if any(box.target_port[1] - box.target_port[0] > ANY_PORTS for box in one.headers.boxes):
        yield "permits any service to the Internet", one.headers
    if one.zone in server_zones(network) and not _filtered(one):
        own = _sent_by(network, ServiceKind.PROXY, ServiceKind.DNS, ServiceKind.NTP)
        free = _anywhere(one.headers) - own
        if free:
            yield "lets servers out to any destination past no filter of names and by no proxy", free
    bypassing = _past_resolvers(case, one)
    if bypassing:
        yield "lets hosts ask names of the Internet past the house's resolvers", bypassing
    mail = one.headers & on_ports(*MAIL)
    if mail and one.zone in user_zones(network) | thing_zones(network):
        yield "lets users send mail straight to the Internet", mail
    if one.rule is not None and not one.rule.log:
        yield "lets traffic out that is not logged", one.headers
    bare = _untranslated(case, one.headers)
    if bare:
        yield "lets private addresses out that nothing translates", bare


def _found(one: Exit, text: str, left: Space, severity: Severity) -> Finding:
    packet = left.witness()
    shown = packet_text(packet) if isinstance(packet, Packet) else ""
    line = one.rule.id if one.rule is not None else None
    return Finding(
        message=f"{f'rule {line}' if line else f'the default of {one.policy}'} {text}: {shown} from {one.zone}",
        elements=tuple(name for name in (line, one.policy, one.zone) if name is not None),
        witness={"rule": line, "policy": one.policy, "zone": one.zone, "packet": shown, "fault": text},
        severity=severity,
    )


def _filtered(one: Exit) -> bool:
    return one.rule is not None and Inspection.URL in one.rule.inspect


def _anywhere(headers: Space) -> Space:
    """The headers of boxes that leave the destination open."""
    return space(box for box in headers.boxes if box.target[1] - box.target[0] >= ANY_ADDRESS[box.version][1] // 2)


@analysis
def _sent_by(network: Network, *kinds: ServiceKind) -> Space:
    """Headers from service instances of some kinds."""
    names = instances(network, *kinds)
    return addressed((text for name in names for text in service_prefixes(network, name)), source=True)


@analysis
def _questions(network: Network) -> Space:
    """Headers of questions to the resolvers of the house."""
    return towards(network, instances(network, ServiceKind.DNS)) & on_ports(*QUESTIONS)


@analysis
def _served_zones(network: Network) -> frozenset[str]:
    """The zones that resolvers of the house serve or lie in."""
    names = instances(network, ServiceKind.DNS)
    zones = {network.by_id("service_instances")[name].zone for name in names}
    every = (zone for zone in network.by_id("zones") if zone not in zones)
    asking = {zone for zone in every if any(permitted(network, zone, home) & _questions(network) for home in zones)}
    return frozenset(zones | asking)


@analysis
def _translated(network: Network) -> Space:
    """Headers from what translations of sources cover."""
    nats = (one for one in network.design.addressing.nats if one.kind is not NatKind.DESTINATION)
    return addressed((text for one in nats for text in one.inside), source=True)


def _past_resolvers(case: Case, one: Exit) -> Space:
    """Questions of names by other than the resolvers, from zones that these serve or lie in."""
    asked = one.headers & on_ports(*QUESTIONS)
    if not asked or one.zone not in _served_zones(case.network):
        return space(())
    return asked - _sent_by(case.network, ServiceKind.DNS)


def _untranslated(case: Case, headers: Space) -> Space:
    nats = [one for one in case.design.addressing.nats if one.kind is not NatKind.DESTINATION]
    if not nats or any(not one.inside for one in nats):
        return space(())
    return (headers & private_sources(case.network)) - _translated(case.network)


@egress_control.fix("put one permit for each flow in its place")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """Where the rule permits what no flow needs."""
    line = rule_found(case, finding)
    return as_flows(case, line) if line is not None else None


@egress_control.fix("log what leaves, and filter web addresses")
def look(case: Case, finding: Finding) -> Patch | None:
    """On the rule as it is."""
    line = rule_found(case, finding)
    if line is None:
        return None
    inspect = tuple(sorted({*line.inspect, Inspection.URL}))
    return (Set("policy_rules", line.id, {"log": True, "inspect": inspect}),)


@egress_control.fix("translate all private subnets")
def translate(case: Case, finding: Finding) -> Patch | None:
    """On every translation of sources towards a provider."""
    nats = [one for one in case.design.addressing.nats if one.kind is not NatKind.DESTINATION]
    if "translates" not in str(finding.witness.get("fault")):
        return None
    made = []
    for nat in nats:
        versions = {version for version, _ in host_ranges(nat.inside)}
        more = [text for text in private_prefixes(case.network) if {v for v, _ in host_ranges((text,))} <= versions]
        made.append(Set("nats", nat.id, {"inside": tuple(dict.fromkeys((*nat.inside, *more)))}))
    return tuple(made) or None


def _lines(case: Case, zones: frozenset[str]) -> list[PolicyRule]:
    """Rules that let one of the zones out."""
    found = [one.rule for one in _exits(case) if one.zone in zones and one.rule is not None]
    return list(dict.fromkeys(found))


def _all_zones(case: Case) -> frozenset[str]:
    return frozenset(one.zone for one in _exits(case))


@egress_control.mutant("let servers out past no filter of names")
def unfilter(case: Case) -> Patch | None:
    """Where they are not limited otherwise."""
    own = _sent_by(case.network, ServiceKind.PROXY, ServiceKind.DNS, ServiceKind.NTP)
    for one in _exits(case):
        if one.rule is not None and one.zone in server_zones(case.network) and _anywhere(one.headers) - own:
            return (Set("policy_rules", one.rule.id, {"inspect": (Inspection.IPS,)}),)
    return None


@egress_control.mutant("permit any service outward")
def open_all(case: Case) -> Patch | None:
    """In the first rule that leads to the Internet."""
    lines = _lines(case, _all_zones(case))
    return widened(lines[0], services=()) if lines else None


@egress_control.mutant("let hosts ask names of the Internet")
def ask_outside(case: Case) -> Patch | None:
    """From a zone that the house's resolvers serve."""
    dns = Service(name="dns", protocol=IpProtocol.UDP, first_port=53, last_port=53)
    names = instances(case.network, ServiceKind.DNS)
    served = towards(case.network, names) & on_ports(*QUESTIONS)
    homes = {case.network.by_id("service_instances")[name].zone for name in names}
    for line in _lines(case, _all_zones(case)):
        near = [zone for zone in line.source_zones if zone not in homes]
        if any(permitted(case.network, zone, home) & served for zone in near for home in homes):
            return widened(line, services=(*line.services, dns))
    return None


@egress_control.mutant("let users send mail to the Internet")
def send_mail(case: Case) -> Patch | None:
    """On port 25."""
    smtp = Service(name="smtp", protocol=IpProtocol.TCP, first_port=25, last_port=25)
    lines = _lines(case, user_zones(case.network))
    return widened(lines[0], services=(*lines[0].services, smtp)) if lines else None


@egress_control.mutant("stop the log of what leaves")
def silence(case: Case) -> Patch | None:
    """On all rules that lead to the Internet."""
    lines = _lines(case, _all_zones(case))
    return tuple(Set("policy_rules", line.id, {"log": False}) for line in lines) or None


@egress_control.mutant("translate other addresses than the private ones")
def mistranslate(case: Case) -> Patch | None:
    """On every translation of sources."""
    nats = [one for one in case.design.addressing.nats if one.kind is not NatKind.DESTINATION]
    if not nats or not private_prefixes(case.network):
        return None
    six = {one.id for one in nats if any(version == 6 for version, _ in host_ranges(one.inside))}
    other = {True: ("2001:db8::/48",), False: ("192.0.2.0/24",)}
    return tuple(Set("nats", one.id, {"inside": other[one.id in six]}) for one in nats)
