"""TOP-09: traffic climbs and descends the tiers one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.facts.tiers import CLOS, Fabric, fabrics, lateral_links, role_tiers, uplinks
from netdesign.analysis.traffic.traffic import bounced_bps
from netdesign.graph.network import ROLES
from netdesign.model.cabling import Link, PortRef
from netdesign.model.patch import Add, Patch
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SERVICE_ROLES = frozenset({Role.FIREWALL, Role.LOAD_BALANCER, Role.WAN_EDGE, Role.INTERNET_EDGE, Role.PROVIDER})
NEGLIGIBLE_BPS = 1.0


def _applies(case: Case) -> bool:
    return bool(_tiered(case))


def _tiered(case: Case) -> tuple[Fabric, ...]:
    return tuple(fabric for fabric in fabrics(case.network) if len(fabric.tiers) > 1)


@rule(
    code="TOP-09",
    name="hierarchical-structure",
    title="Hierarchical Structure",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="fabrics of more than one tier",
    applicable=_applies,
    flags="A link that skips a tier; a link between two switches of the lowest tier that are no MLAG pair; endpoints"
    " above the lowest tier; firewalls, routers and circuits at a spine, or at a plain leaf where there are border"
    " leaves; and a switch whose traffic from above goes straight back up.",
    passes="Links join neighbouring tiers, endpoints hang on the lowest, and no lower switch carries"
    " traffic between upper ones.",
    remedy="Move the link or the endpoint to the tier it belongs to; keep lower switches from transit"
    " (stub areas, no re-export).",
    references=("Campus reference designs: modularity and failure domains", "RFC 7938 section 3"),
)
def hierarchical_structure(case: Case) -> Iterator[Said]:
    """Links by tier, attachments by tier, and the balance of routed traffic at every lower switch."""
    findings = [*_skips(case), *_sideways(case), *_endpoints(case), *_services(case), *_transit(case)]
    yield from findings
    yield Measure(name="breaks of hierarchy", value=len(findings), threshold=0)


def _skips(case: Case) -> Iterator[Finding]:
    network, tier, rising = case.network, role_tiers(case.network), uplinks(case.network)
    skipping = tier[rising.lower] - tier[rising.upper] > 1
    for place, lower, upper in zip(
        *(part[skipping].tolist() for part in (rising.links, rising.lower, rising.upper)), strict=True
    ):
        names = (network.devices[lower].id, network.devices[upper].id)
        yield Finding(
            message=f"link {network.links[place].id} joins {names[0]} to {names[1]}, past the tier between them",
            elements=(network.links[place].id,),
            witness={"lower_tier": int(tier[lower]), "upper_tier": int(tier[upper])},
        )


def _sideways(case: Case) -> Iterator[Finding]:
    network = case.network
    edges = {int(place) for fabric in _tiered(case) for place in fabric.edge.tolist()}
    mlags = [frozenset(mlag.peers) for mlag in network.design.cabling.mlags]
    for place in lateral_links(network).tolist():
        link = network.links[place]
        ends = frozenset((link.a.device, link.b.device))
        if network.device_index[link.a.device] in edges and not any(ends <= pair for pair in mlags):
            message = f"link {link.id} joins {link.a.device} and {link.b.device} sideways, and they are no pair"
            yield Finding(message=message, elements=(link.id,), witness={"a": link.a.device, "b": link.b.device})


def _endpoints(case: Case) -> Iterator[Finding]:
    network = case.network
    above = {int(p): fabric for fabric in _tiered(case) for tier in fabric.tiers[:-1] for p in tier.tolist()}
    for attachment in case.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        if place in above and attachment.endpoints > 0:
            role = network.devices[place].role.value
            yield Finding(
                message=f"{attachment.endpoints} endpoints of {attachment.group} hang on {attachment.device}, a {role}",
                elements=(attachment.id, attachment.device),
                witness={"endpoints": attachment.endpoints, "role": role},
            )


def _services(case: Case) -> Iterator[Finding]:
    """Only border leaves take firewalls, routers and circuits into a Clos fabric; without them, leaves do."""
    network = case.network
    outward = network.links_for(LinkPurpose.ATTACHMENT, LinkPurpose.CIRCUIT)
    for fabric in _tiered(case):
        roles = {network.devices[place].role for place in fabric.devices.tolist()}
        if not roles & (CLOS[1] | CLOS[2]):
            continue
        refused = roles - ({Role.BORDER_LEAF} if Role.BORDER_LEAF in roles else {Role.LEAF})
        wrong = fabric.devices[np.isin(network.role_codes[fabric.devices], [ROLES.index(role) for role in refused])]
        for end, other in (network.link_ends, network.link_ends[::-1]):
            for place in np.flatnonzero(outward & np.isin(end, wrong)).tolist():
                far = network.devices[int(other[place])]
                if far.role in SERVICE_ROLES:
                    near = network.devices[int(end[place])]
                    message = f"{far.id} ({far.role.value}) is attached to {near.id}, a {near.role.value}"
                    yield Finding(
                        message=message, elements=(network.links[place].id,), witness={"role": near.role.value}
                    )


def _transit(case: Case) -> Iterator[Finding]:
    network = case.network
    if not case.design.traffic.flows:
        return
    bounced = bounced_bps(network)
    for place in np.flatnonzero(bounced > NEGLIGIBLE_BPS * (1 + 1e-9 * network.link_speed_bps.sum())).tolist():
        name = network.devices[place].id
        yield Finding(
            message=f"{name} carries {bounced[place] / 1e6:.1f} Mbit/s between switches of the tier above it",
            elements=(name,),
            witness={"transit_bps": round(float(bounced[place]))},
        )


@hierarchical_structure.mutant("patch a server into the top tier")
def server_at_the_top(case: Case) -> Patch | None:
    """One endpoint of a group gets a port on a top switch."""
    for fabric in _tiered(case):
        for attachment in case.design.inventory.attachments:
            if attachment.endpoints > 0:
                top = case.network.devices[int(fabric.top[0])].id
                moved = replace(attachment, id=f"{attachment.id}-moved", device=top, endpoints=1, ports=("patched",))
                return (Add("attachments", moved),)
    return None


@hierarchical_structure.mutant("join two switches of the lowest tier")
def sideways(case: Case) -> Patch | None:
    """They are no pair, so the link is a shortcut."""
    network = case.network
    pairs = [frozenset(mlag.peers) for mlag in network.design.cabling.mlags]
    for fabric in _tiered(case):
        first = network.devices[int(fabric.edge[0])].id
        for place in fabric.edge[1:].tolist():
            other = network.devices[place].id
            if not any({first, other} <= pair for pair in pairs):
                return (Add("links", _link(case, first, other)),)
    return None


@hierarchical_structure.mutant("cable a switch of the lowest tier past the tier above it")
def past_a_tier(case: Case) -> Patch | None:
    """Straight to the top of three tiers."""
    for fabric in _tiered(case):
        if len(fabric.tiers) > 2:
            low, high = (case.network.devices[int(tier[0])].id for tier in (fabric.edge, fabric.top))
            return (Add("links", _link(case, low, high)),)
    return None


def _link(case: Case, one: str, other: str) -> Link:
    a, b = (PortRef(device=name, port="shortcut") for name in (one, other))
    return replace(case.network.links[0], id="shortcut", a=a, b=b, purpose=LinkPurpose.UPLINK, in_service=True)
