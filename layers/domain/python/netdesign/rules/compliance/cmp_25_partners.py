"""CMP-25: partners land behind enforcement, reach what was declared, not each other, and under a contract that ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netdesign.analysis.facts.days import day
from netdesign.analysis.policy.card_data import border_rules, border_surplus, open_borders
from netdesign.analysis.policy.needs import bits, packet_text
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.zones import bypass, enforcement_points, places, zones_exposed
from netdesign.model.addressing import Interface, Subnet
from netdesign.model.cabling import Circuit
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Patch
from netdesign.model.security import Action, PolicyRule, Zone
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import (
    Category,
    Exposure,
    InterfaceKind,
    PortMode,
    Severity,
    SubnetPurpose,
    VlanPurpose,
)
from netdesign.rules.breaches import NO_ROUTERS
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

PARTNER = "partner-under-test"
PREFIX = "198.18.77.0/24"


def _zones(case: Case) -> tuple[str, ...]:
    return tuple(sorted(zone.id for zone in zones_exposed(case.network, Exposure.PARTNER)))


def _applies(case: Case) -> bool:
    return bool(_zones(case))


@rule(
    code="CMP-25",
    name="partner-connections",
    title="Third-party / partner connections",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="designs with partner zones",
    applicable=_applies,
    flags="A partner zone that hangs together with another without an enforcement point; headers that partners may send"
    " or hear though no declared flow needs them; anything from one partner zone to another; a rule for partners"
    " without an owner, or without an end that is still to come; a circuit of partners without owner or contract.",
    passes="Partners reach what declared flows need and nothing else, under contracts that somebody owns and that end.",
    remedy="Land partners behind a firewall, permit their flows alone, and write down owner, contract and end.",
    references=("PCI DSS 12.8", "NIST SP 800-53 CA-3", "ISO/IEC 27001 A.5.19-A.5.22"),
    reading="A circuit is the partners' whose near end is an interface of a partner zone, or lies in one of its VLANs.",
)
def partner_connections(case: Case) -> Iterator[Said]:
    """Where partners land, what they may do, and who answers for it."""
    zones = _zones(case)
    for pair in open_borders(case.network, zones):
        way = bypass(case.network, pair)[:10]
        yield Finding(
            message=f"partners hang together with others without an enforcement point: {pair.low.id} and"
            f" {pair.high.id} by {' - '.join(way)}",
            elements=(*way, pair.low.id, pair.high.id),
            witness={"zones": [pair.low.id, pair.high.id], "way": [*way]},
        )
    yield from _surplus(case, zones)
    yield from _transit(case, zones)
    for line in border_rules(case.network, zones):
        yield from _answered(case, line)
    for circuit in _circuits(case, zones):
        bare = [what for what in ("owner", "contract") if not (getattr(circuit, what) or "").strip()]
        if bare:
            yield Finding(
                message=f"circuit {circuit.id} of partners has no {' and no '.join(bare)}",
                elements=(circuit.id,),
                witness={"circuit": circuit.id, "missing": [*bare]},
            )
    yield Measure(name="partner_zones", value=len(zones))
    yield Measure(name="rules_for_partners", value=len(border_rules(case.network, zones)))


def _surplus(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    for one in border_surplus(case.network, zones):
        packet = one.headers.witness()
        shown = packet_text(packet) if packet is not None else ""
        yield Finding(
            message=f"from {one.source} to {one.target} 2^{bits(one.headers):.0f} headers may pass that no flow of"
            f" partners needs, such as {shown}",
            elements=(one.source, one.target),
            witness={"from_zone": one.source, "to_zone": one.target, "packet": shown},
        )


def _transit(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    here = [zone for zone in zones if zone in places(case.network)]
    for near in here:
        for far in here:
            packet = permitted(case.network, near, far).witness() if near != far else None
            if packet is not None:
                yield Finding(
                    message=f"partners of {near} may reach those of {far}, such as {packet_text(packet)}",
                    elements=(near, far),
                    witness={"from_zone": near, "to_zone": far, "packet": packet_text(packet)},
                )


def _answered(case: Case, line: PolicyRule) -> Iterator[Finding]:
    today, last = day(case.evaluation_date), day(line.expires)
    bare = [] if (line.owner or "").strip() else ["owner"]
    if last is None or (today is not None and last < today):
        bare.append("end to come")
    if bare:
        yield Finding(
            message=f"rule {line.id} for partners has no {' and no '.join(bare)}",
            elements=(line.id,),
            witness={"rule": line.id, "owner": line.owner, "expires": line.expires},
        )


def _circuits(case: Case, zones: tuple[str, ...]) -> list[Circuit]:
    vlans = {vlan.id for vlan in case.design.switching.vlans if vlan.zone in zones}
    ports = {(p.device, p.name) for p in case.network.interfaces if p.zone in zones or p.vlan in vlans}
    links = {link.id for link in case.network.links if {(e.device, e.port) for e in (link.a, link.b)} & ports}
    return [one for one in case.design.cabling.circuits if one.link in links]


def _landing(case: Case, identity: str, network: int) -> Patch:
    """A partner zone with a VLAN and a partner's server, on no device yet."""
    site = next((one.id for one in case.design.inventory.sites), "nowhere")
    zone = Zone(id=identity, name=identity, trust=20, exposure=Exposure.PARTNER)
    vlan = Vlan(
        id=identity,
        number=3900 + network,
        name=identity,
        purpose=VlanPurpose.DMZ,
        site=site,
        vrf=identity,
        zone=identity,
    )
    subnet = Subnet(
        id=identity,
        prefix=f"198.18.{network}.0/24",
        vrf=identity,
        purpose=SubnetPurpose.HOSTS,
        site=site,
        vlan=identity,
        zone=identity,
    )
    group = EndpointGroup(
        id=identity, name=identity, site=site, kind=EndpointKind.SERVER, count=1, zone=identity, vlans=(identity,)
    )
    vrf = Vrf(id=identity, name=identity, zone=identity)
    return (
        Add("zones", zone),
        Add("vrfs", vrf),
        Add("vlans", vlan),
        Add("subnets", subnet),
        Add("endpoint_groups", group),
    )


def _leg(device: str, identity: str, network: int, *, vrf: str, zone: str | None, vlan: str | None = None) -> Add:
    port = Interface(
        id=f"{device}:{identity}-{vlan or 'leg'}",
        device=device,
        name=f"{identity}-{vlan or 'leg'}",
        kind=InterfaceKind.SVI,
        mode=PortMode.ROUTED,
        vrf=vrf,
        vlan=vlan or identity,
        addresses=(f"198.18.{network}.1/24",),
        zone=zone,
    )
    return Add("interfaces", port)


def _firewalled(case: Case, *identities: str) -> Patch | None:
    """Partner zones with legs on the first enforcement point."""
    points = enforcement_points(case.network)
    if not points or case.network.by_id("zones").keys() & set(identities):
        return None
    device = case.network.devices[points[0]].id
    made: Patch = ()
    for at, identity in enumerate(identities, start=77):
        made = (*made, *_landing(case, identity, at), _leg(device, identity, at, vrf="default", zone=identity))
    return made


def _opened(case: Case, near: str, far: str, **changes: Any) -> Patch:
    points = enforcement_points(case.network)
    policies = [one for one in case.design.security.policies if case.network.devices[points[0]].id in one.devices]
    values: dict[str, Any] = {"owner": "somebody", "justification": "a contract", "log": True, **changes}
    return tuple(
        Add(
            "policy_rules",
            PolicyRule(
                id=f"{PARTNER}-{near}-{far}-{one.id}",
                policy=one.id,
                order=-1,
                action=Action.PERMIT,
                source_zones=(near,),
                destination_zones=(far,),
                **values,
            ),
        )
        for one in policies
    )


def _inner(case: Case) -> str | None:
    """The most trusted zone inside that lies somewhere."""
    zones = zones_exposed(case.network, Exposure.INTERNAL, Exposure.RESTRICTED)
    here = [zone for zone in zones if zone.id in places(case.network)]
    return max(here, key=lambda zone: (zone.trust, zone.id)).id if here else None


@partner_connections.mutant("let a partner land on a switch inside")
def land_inside(case: Case) -> Patch | None:
    """In the VRF of a zone inside, past the firewall."""
    vlans = [vlan for vlan in case.design.switching.vlans if vlan.zone == _inner(case) and vlan.devices]
    roles = case.network.by_id("devices")
    for vlan in vlans:
        for name in vlan.devices:
            if name in roles and roles[name].role not in NO_ROUTERS and PARTNER not in case.network.by_id("zones"):
                subnet = next((s for s in case.design.addressing.subnets if s.vlan == vlan.id), None)
                if subnet is None:
                    continue
                own = _leg(name, PARTNER, 77, vrf=subnet.vrf, zone=None)
                inner = Interface(
                    id=f"{name}:{PARTNER}-inner",
                    device=name,
                    name=f"{PARTNER}-inner",
                    kind=InterfaceKind.SVI,
                    mode=PortMode.ROUTED,
                    vrf=subnet.vrf,
                    vlan=vlan.id,
                    addresses=(f"{subnet.prefix.partition('/')[0]}/{subnet.prefix.partition('/')[2]}",),
                )
                return (*_landing(case, PARTNER, 77), own, Add("interfaces", inner))
    return None


@partner_connections.mutant("permit a partner everything inside")
def permit_all(case: Case) -> Patch | None:
    """By a rule with owner and end."""
    landed, inner = _firewalled(case, PARTNER), _inner(case)
    if landed is None or inner is None:
        return None
    return (*landed, *_opened(case, PARTNER, inner, expires="9000-01-01"))


@partner_connections.mutant("let a partner in for ever")
def for_ever(case: Case) -> Patch | None:
    """By a rule without an end, and that nobody owns."""
    landed, inner = _firewalled(case, PARTNER), _inner(case)
    if landed is None or inner is None:
        return None
    return (*landed, *_opened(case, PARTNER, inner, expires=None, owner=None))


@partner_connections.mutant("let one partner reach another")
def transit(case: Case) -> Patch | None:
    """By a rule between two partner zones."""
    other = f"{PARTNER}-other"
    landed = _firewalled(case, PARTNER, other)
    if landed is None:
        return None
    return (*landed, *_opened(case, PARTNER, other, expires="9000-01-01"))
