"""SEC-24: guests get to the Internet alone, things to their servers alone."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.forwarding.passing import ways
from netdesign.analysis.policy.needs import bits, packet_text
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import TCP, UDP, bound_zones, enforced_policies, ordered_rules
from netdesign.analysis.policy.populations import (
    SERVING,
    addressed,
    guest_zones,
    inner_zones,
    instances,
    on_ports,
    thing_zones,
    towards,
)
from netdesign.analysis.policy.zones import places, zones_exposed
from netdesign.graph.headerspace import Space
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.security import Action, IpProtocol, PolicyRule, Service, WirelessNetwork
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, rule_found
from netdesign.rules.ports import led_home, on_others_ports, strayed

NAMES = ((UDP, 53, 53), (TCP, 53, 53), (TCP, 853, 853), (UDP, 67, 68), (UDP, 546, 547))
"""Names and addresses: DNS, DNS over TLS, DHCP for both IP versions."""
INDUSTRIAL = (
    (TCP, 102, 102),
    (TCP, 502, 502),
    (TCP, 2404, 2404),
    (TCP, 4840, 4840),
    (TCP, 20000, 20000),
    (TCP, 44818, 44818),
    (UDP, 2222, 2222),
    (UDP, 34962, 34964),
    (UDP, 47808, 47808),
)
"""S7, Modbus, IEC 60870-5-104, OPC UA, DNP3, EtherNet/IP, PROFINET and BACnet."""


def _applies(case: Case) -> bool:
    return bool((guest_zones(case.network) | thing_zones(case.network)) & places(case.network).keys())


@rule(
    code="SEC-24",
    name="guest-isolation",
    title="Guest / IoT / OT isolation",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="zones of guest or device VLANs",
    applicable=_applies,
    flags="Anything but names and addresses from the house's own servers permitted from guests inward; devices that get"
    " to more than servers and services; ports or access points of guests or devices whose profile carries a VLAN of"
    " another zone; guests on one SSID that may reach each other; industrial protocols that pass"
    " between a zone of devices and another without a DMZ.",
    passes="Guests reach the Internet alone, and devices reach no user and no other device's zone.",
    remedy="Give them a VRF of their own and permit what their flows need; isolate clients of the guest SSID.",
    references=("NIST SP 800-82 r3", "IEC 62443 zones and conduits", "NIST SP 800-53 SC-7(21)", "CIS Controls 12.2"),
    reading="Guest zones are those of guest VLANs, device zones those of VLANs for things. Brokers are servers and"
    " service instances: what users, phones and other endpoints have is none. A portal is a service of the Internet"
    " or of the access points, not of the inside.",
    by_likeness=True,
)
def guest_isolation(case: Case) -> Iterator[Said]:
    """Exact header spaces, less what may pass."""
    network, count = case.network, 0
    for source in sorted(guest_zones(network) & places(network).keys()):
        allowed = towards(network, instances(network, ServiceKind.DNS, ServiceKind.DHCP)) & on_ports(*NAMES)
        for target in inner_zones(network):
            if target != source:
                count += 1
                yield from _too_much(case, source, target, permitted(network, source, target) - allowed, "guests")
    for source in sorted(thing_zones(network) & places(network).keys()):
        for target in inner_zones(network):
            if target != source:
                count += 1
                left = permitted(network, source, target) - _brokers(case, target)
                yield from _too_much(case, source, target, left, "things")
        yield from _control(case, source)
    yield from strayed(case, lambda group: group.zone in _outsiders(case))
    for one in case.design.security.wireless_networks:
        if one.zone in guest_zones(network) and not one.client_isolation:
            yield _peers(one)
    yield Measure(name="zone_pairs_examined", value=count)


def _outsiders(case: Case) -> frozenset[str]:
    return guest_zones(case.network) | thing_zones(case.network)


def _brokers(case: Case, zone: str) -> Space:
    """Headers to the servers and the services of a zone; management has services alone."""
    network, subnets = case.network, case.network.grouped("subnets", "vlan")
    own = {one.id for one in zones_exposed(network, Exposure.MANAGEMENT)}
    prefixes = [
        subnet.prefix
        for group in case.design.inventory.endpoint_groups
        if group.zone == zone and zone not in own and group.kind in SERVING
        for vlan in group.vlans
        for subnet in subnets.get(vlan, ())
    ]
    names = [
        one.id
        for one in case.design.infrastructure.service_instances
        if one.zone == zone and one.kind is not ServiceKind.BASTION
    ]
    return addressed(prefixes) | towards(network, names)


def _too_much(case: Case, source: str, target: str, left: Space, who: str) -> Iterator[Finding]:
    if not left:
        return
    branch = next((one for one in ways(case.network, source, target, left).branches if one.permitted), None)
    packet = left.witness() if branch is None else branch.packet
    line = branch.steps[-1].rule if branch is not None and branch.steps else None
    text = packet_text(packet) if packet is not None else ""
    yield Finding(
        message=f"{who} in {source} reach {target}: 2^{bits(left):.1f} headers such as {text} pass, by "
        + (f"rule {line}" if line else "no filter between them"),
        elements=tuple(name for name in (source, target, line) if name is not None),
        witness={"from_zone": source, "to_zone": target, "packet": text, "rule": line},
    )


def _control(case: Case, source: str) -> Iterator[Finding]:
    """Industrial protocols to or from a zone of things; a DMZ between breaks the way in two."""
    between = {zone.id for zone in zones_exposed(case.network, Exposure.DMZ)}
    wanted = on_ports(*INDUSTRIAL)
    for other in inner_zones(case.network):
        for near, far in ((source, other), (other, source)) if other not in between | {source} else ():
            left = permitted(case.network, near, far) & wanted
            yield from _too_much(case, near, far, left, "industrial control without a DMZ between:")


def _peers(one: WirelessNetwork) -> Finding:
    return Finding(
        message=f"guests of SSID {one.ssid} may reach each other: its clients are not isolated",
        elements=(one.id,),
        witness={"wireless_network": one.id, "client_isolation": False},
    )


@guest_isolation.fix("put one permit for each flow in its place")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """What no flow needs goes."""
    line = rule_found(case, finding)
    return as_flows(case, line) if line is not None else None


@guest_isolation.fix("isolate the clients of the SSID")
def isolate(case: Case, finding: Finding) -> Patch | None:
    """By the access points."""
    name = str(finding.witness.get("wireless_network"))
    if name not in case.network.by_id("wireless_networks"):
        return None
    return (Set("wireless_networks", name, {"client_isolation": True}),)


def _open(case: Case, sources: frozenset[str], service: Service | None, *, to_servers: bool) -> Patch | None:
    """A rule on top from one of the zones into the least or most trusted zone behind the same firewall."""
    known = case.network.by_id("zones")
    for policy in enforced_policies(case.network):
        bound = bound_zones(case.network, policy.id)
        inside = [zone for zone in inner_zones(case.network) if zone in bound and zone not in sources]
        inside.sort(key=lambda zone: (known[zone].exposure is not Exposure.INTERNAL, known[zone].trust, zone))
        for source in sorted(sources & bound):
            if inside and service is None:
                return first_rule(case, Action.PERMIT, source, inside[-1 if to_servers else 0])
            if inside and service is not None:
                top = min(line.order for line in ordered_rules(case.network, policy.id)) - 1
                return (Add("policy_rules", _line(policy.id, top, source, inside[0], service)),)
    return None


def _line(policy: str, order: int, source: str, target: str, service: Service) -> PolicyRule:
    return PolicyRule(
        id=f"{policy}-opened",
        policy=policy,
        order=order,
        action=Action.PERMIT,
        source_zones=(source,),
        destination_zones=(target,),
        services=(service,),
        log=True,
        owner="nobody",
        justification="none",
    )


@guest_isolation.mutant("let guests into a zone inside")
def open_guests(case: Case) -> Patch | None:
    """On any service."""
    return _open(case, guest_zones(case.network), None, to_servers=True)


@guest_isolation.mutant("let guests print and browse inside")
def open_one_port(case: Case) -> Patch | None:
    """On one port."""
    web = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
    return _open(case, guest_zones(case.network), web, to_servers=False)


@guest_isolation.mutant("let things reach every endpoint of another zone")
def open_things(case: Case) -> Patch | None:
    """Not servers alone."""
    return _open(case, thing_zones(case.network), None, to_servers=False)


@guest_isolation.mutant("let things speak an industrial protocol to a zone inside")
def open_control(case: Case) -> Patch | None:
    """Without a DMZ between."""
    modbus = Service(name="modbus", protocol=IpProtocol.TCP, first_port=502, last_port=502)
    return _open(case, thing_zones(case.network), modbus, to_servers=False)


@guest_isolation.mutant("let guests of an SSID reach each other")
def join_guests(case: Case) -> Patch | None:
    """Isolation is switched off."""
    for one in case.design.security.wireless_networks:
        if one.zone in guest_zones(case.network) and one.client_isolation:
            return (Set("wireless_networks", one.id, {"client_isolation": False}),)
    return None


@guest_isolation.mutant("attach guests or things by the profile of another zone")
def misplace(case: Case) -> Patch | None:
    """All of the first group."""
    return on_others_ports(case, lambda group: group.zone in _outsiders(case))


guest_isolation.fix("lead the ports into the zone of their endpoints alone")(led_home)
