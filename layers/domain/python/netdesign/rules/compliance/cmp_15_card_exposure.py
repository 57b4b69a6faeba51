"""CMP-15: nothing on the Internet gets to stores of card data, or learns or borrows their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netdesign.analysis.policy.card_data import border_pairs, border_rules, card_zones
from netdesign.analysis.policy.disclosure import announced, untranslated, zone_ranges
from netdesign.analysis.policy.needs import packet_text
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.zones import legs, places, zones_exposed
from netdesign.analysis.protocols.providers import provider_sessions
from netdesign.graph.headerspace import ANY_ADDRESS, Box, space
from netdesign.model.addressing import UnicastRpf
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, PublishedService, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Framework, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested

if TYPE_CHECKING:
    from netdesign.graph.headerspace import Space

HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-15",
    name="card-data-exposure",
    title="PCI internet exposure",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="A packet from the Internet that may enter a zone with card data, or that a DMZ may pass on there by the same"
    " service; a published service on hosts in such a zone; private addresses of such a zone that are announced to"
    " providers, or that may send to the Internet with nothing to translate them; a zone whose packets may enter with"
    " forged source addresses.",
    passes="Nothing from outside gets to card data, and its addresses are neither shown nor forged.",
    remedy="Put a DMZ with a service of its own between, translate or withhold addresses, name sources in rules.",
    references=("PCI DSS 1.4.2, 1.4.3, 1.4.4, 1.4.5",),
)
def card_exposure(case: Case) -> Iterator[Said]:
    """Ways in, addresses out, forged addresses."""
    zones = card_zones(case.network)
    yield from _entering(case, zones)
    yield from _published(case, zones)
    yield from _shown(case, zones)
    forged = [pair for pair in border_pairs(case.network, zones) if pair[1] in zones and _forgeable(case, *pair)]
    for source, target in forged:
        yield Finding(
            message=f"packets with source addresses that are none of {source}'s may enter {target} from there",
            elements=(source, target),
            witness={"from_zone": source, "to_zone": target, "forged": True},
        )
    yield Measure(name="zones_with_card_data", value=", ".join(zones) or "none")
    yield Measure(name="zones_that_may_forge_sources", value=len(forged), threshold=0)


def _exposed(case: Case, *kinds: Exposure) -> list[str]:
    return [zone.id for zone in zones_exposed(case.network, *kinds) if zone.id in places(case.network)]


def _entering(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    network = case.network
    for target in (zone for zone in zones if zone in places(network)):
        for source in _exposed(case, Exposure.INTERNET):
            yield from _seen(permitted(network, source, target), (source, target), "straight")
            for relay in _exposed(case, Exposure.DMZ):
                relayed = _services(permitted(network, source, relay)) & _services(permitted(network, relay, target))
                yield from _seen(relayed, (source, relay, target), f"by way of {relay}")


def _services(headers: Space) -> Space:
    """The protocols and ports of headers, between any addresses."""
    boxes = {(b.version, b.protocol, b.target_port) for b in headers.boxes}
    return space(Box(v, ANY_ADDRESS[v], ANY_ADDRESS[v], proto, target_port=port) for v, proto, port in sorted(boxes))


def _seen(headers: Space, way: tuple[str, ...], how: str) -> Iterator[Finding]:
    packet = headers.witness()
    if packet is not None:
        yield Finding(
            message=f"from {way[0]} packets may get to {way[-1]} {how}, such as {packet_text(packet)}",
            elements=way,
            witness={"from_zone": way[0], "to_zone": way[-1], "way": [*way], "packet": packet_text(packet)},
        )


def _published(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    groups = case.network.by_id("endpoint_groups")
    for one in case.design.security.published_services:
        group = groups.get(one.group)
        if group is not None and group.zone in zones:
            yield Finding(
                message=f"{one.id} publishes {one.service.name} on {group.id}, which is among card data",
                elements=(one.id, group.id),
                witness={"published": one.id, "group": group.id, "zone": group.zone},
            )


def _shown(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    for one in announced(case.network, zones):
        yield Finding(
            message=f"session {one.session} may announce {one.prefix} of card data to a provider",
            elements=(one.session,),
            witness={"session": one.session, "prefix": one.prefix},
        )
    for zone in zones:
        bare = untranslated(case.network, zone)
        if bare:
            yield Finding(
                message=f"{len(bare)} private subnets of {zone} may send to the Internet with nothing to translate"
                " them",
                elements=(zone,),
                witness={"zone": zone, "subnets": len(bare)},
            )


def _forgeable(case: Case, source: str, target: str) -> bool:
    """Whether packets with sources that are not the zone's may enter, and no leg of the zone looks for that."""
    network = case.network
    mine = [network.interfaces[leg.interface] for leg in legs(network) if leg.zone == source]
    if mine and all(port.unicast_rpf is not UnicastRpf.NONE for port in mine):
        return False
    own = space(Box(v, ends, ANY_ADDRESS[v]) for v, ends in zone_ranges(network, source))
    return bool(permitted(network, source, target) - own)


def _target(case: Case) -> str | None:
    return next((zone for zone in card_zones(case.network) if zone in places(case.network)), None)


@card_exposure.mutant("publish a store of card data")
def publish_store(case: Case) -> Patch | None:
    """With a rule that lets the Internet in."""
    zone, outside = _target(case), _exposed(case, Exposure.INTERNET)
    groups = [group for group in case.design.inventory.endpoint_groups if group.zone == zone]
    opened = first_rule(case, Action.PERMIT, outside[0], zone) if zone is not None and outside else None
    if opened is None or not groups:
        return None
    return (
        *opened,
        Add("published_services", PublishedService(id="shop", name="shop", group=groups[0].id, service=HTTPS)),
    )


@card_exposure.mutant("let the Internet in by https")
def let_in(case: Case) -> Patch | None:
    """To the first zone with card data."""
    zone, outside = _target(case), _exposed(case, Exposure.INTERNET)
    if zone is None or not outside:
        return None
    return first_rule(case, Action.PERMIT, outside[0], zone, services=(HTTPS,))


@card_exposure.mutant("announce everything to providers")
def announce_all(case: Case) -> Patch | None:
    """Sessions with providers lose their policies."""
    zones = card_zones(case.network)
    if not zones or not provider_sessions(case.network) or announced(case.network, zones):
        return None
    return tuple(Set("bgp_neighbors", one.id, {"export_policy": None}) for one in case.design.routing.bgp_neighbors)


@card_exposure.mutant("let card data out untranslated")
def let_out(case: Case) -> Patch | None:
    """With no translation left."""
    zone, outside = _target(case), _exposed(case, Exposure.INTERNET)
    opened = first_rule(case, Action.PERMIT, zone, outside[0]) if zone is not None and outside else None
    if opened is None:
        return None
    return (*opened, *(Remove("nats", one.id) for one in case.design.addressing.nats))


@card_exposure.mutant("take the sources from rules into card data")
def forget_sources(case: Case) -> Patch | None:
    """Any address of a zone that is let in anyway."""
    zones = card_zones(case.network)
    lines = [one for one in border_rules(case.network, zones) if set(one.destination_zones) & set(zones)]
    return tuple(Set("policy_rules", one.id, {"sources": ()}) for one in lines) or None
