"""SEC-07: the Internet gets to published services in a DMZ, and from there no further."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.cloud_zones import bound_at_providers
from netdesign.analysis.policy.policy import TCP, UDP, Passage, open_share, opens, passages
from netdesign.analysis.policy.zones import ZonePair, bypass, legs, mixed, zone_pairs, zones_exposed
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.security import Action, IpProtocol, PublishedService, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import enterprise

ADMINISTRATION = (
    (TCP, 22),
    (TCP, 23),
    (TCP, 139),
    (TCP, 445),
    (TCP, 512),
    (TCP, 513),
    (TCP, 514),
    (TCP, 830),
    (TCP, 3389),
    (TCP, 5900),
    (TCP, 5985),
    (TCP, 5986),
    (UDP, 161),
)
"""Remote shells, desktops, file shares and device management."""
ANY_SHARE = 0.5
WEB = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def _outer(case: Case) -> frozenset[str]:
    return frozenset(zone.id for zone in zones_exposed(case.network, Exposure.INTERNET))


def _between(case: Case) -> frozenset[str]:
    return frozenset(zone.id for zone in zones_exposed(case.network, Exposure.DMZ))


def _applies(case: Case) -> bool:
    return bool(case.design.security.published_services or case.requirements.internet_facing)


@rule(
    code="SEC-07",
    name="dmz-configuration",
    title="DMZ Configuration",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="services that the Internet may use",
    applicable=_applies,
    flags="A published service outside a DMZ, or none published where the requirements name some; a permit from the"
    " Internet to a zone other than a DMZ; any or administrative services from a DMZ inward; a DMZ joined to an"
    " inner zone without a firewall, or without firewall interface of its own from level enterprise on.",
    passes="The Internet gets to DMZs alone, and DMZs get inward by single services only.",
    remedy="Move the service into a DMZ with its own firewall interface, and permit inward only what it needs.",
    references=("PCI DSS 1.4.2, 1.4.4", "NIST SP 800-41 r1 section 2.2", "NIST SP 800-53 SC-7(b)"),
)
def dmz_configuration(case: Case) -> Iterator[Said]:
    """Placement by endpoint groups, permits by the exact space of each policy."""
    yield from _misplaced(case)
    inward = [one for one in passages(case.network) if one.target not in _outer(case) | _between(case)]
    for one in inward:
        if one.source in _outer(case):
            yield _from_outside(one)
        elif one.source in _between(case):
            yield from _from_dmz(one)
    for pair in zone_pairs(case.network):
        if _touches(case, pair) and mixed(case.network, pair):
            yield _joined(case, pair)
    if enterprise(case):
        yield from _legless(case)
    yield Measure(name="published_services", value=len(case.design.security.published_services))
    yield Measure(name="passages_inward_examined", value=len(inward))


def _misplaced(case: Case) -> Iterator[Finding]:
    groups, networks = case.network.by_id("endpoint_groups"), case.network.by_id("cloud_networks")
    published = case.design.security.published_services
    for one in published:
        home = groups.get(one.group) or networks.get(one.group)
        zone = home.zone if home is not None else None
        if zone not in _between(case):
            yield Finding(
                message=f"{one.name} is published to the Internet from zone {zone}, which is no DMZ",
                elements=(one.id, one.group),
                witness={"service": one.id, "zone": zone},
            )
    if not published:
        wanted = ", ".join(service.name for service in case.requirements.internet_facing)
        yield Finding(message=f"nothing is published, yet the Internet is to use {wanted}", witness={"published": 0})


def _from_outside(one: Passage) -> Finding:
    rules = tuple(permit.rule.id for permit in one.permits if permit.rule is not None)
    return Finding(
        message=f"{one.policy} lets the Internet in to {one.target}, by {', '.join(rules) or 'its default'}",
        elements=(one.policy, *rules, one.target),
        witness={"from_zone": one.source, "to_zone": one.target, "rules": [*rules]},
    )


def _from_dmz(one: Passage) -> Iterator[Finding]:
    for permit in one.permits:
        found = opens(permit.boxes, ADMINISTRATION)
        if found is None and open_share(permit.boxes) < ANY_SHARE:
            continue
        line = permit.rule.id if permit.rule is not None else f"the default of {one.policy}"
        what = f"administration on port {found[1]}" if found else "any service"
        yield Finding(
            message=f"{line} permits {what} from {one.source} to {one.target}",
            elements=(one.policy, *((permit.rule.id,) if permit.rule is not None else ()), one.source, one.target),
            witness={"from_zone": one.source, "to_zone": one.target, "port": found[1] if found else None},
        )


def _touches(case: Case, pair: ZonePair) -> bool:
    """Whether the pair is a DMZ and a zone other than the Internet."""
    ends = {pair.low.id, pair.high.id}
    return bool(ends & _between(case)) and not ends & _outer(case)


def _joined(case: Case, pair: ZonePair) -> Finding:
    path = bypass(case.network, pair)
    return Finding(
        message=f"{pair.low.name} and {pair.high.name} are joined without a firewall, by {' > '.join(path)}",
        elements=(pair.low.id, pair.high.id, *path),
        witness={"from_zone": pair.low.id, "to_zone": pair.high.id, "path": list(path)},
    )


def _legless(case: Case) -> Iterator[Finding]:
    bound = {leg.zone for leg in legs(case.network)}
    for policy in case.design.security.policies:
        bound |= bound_at_providers(case.network, policy.id)
    for zone in sorted(_between(case) - bound):
        yield Finding(
            message=f"no firewall has an interface of its own for {zone}: it shares one with what lies before it",
            elements=(zone,),
            witness={"zone": zone},
        )


@dmz_configuration.mutant("publish a service from the zone of other endpoints")
def publish_inside(case: Case) -> Patch | None:
    """The first group that is in no DMZ serves the Internet."""
    published = case.design.security.published_services
    for group in case.design.inventory.endpoint_groups:
        if group.zone in _between(case):
            continue
        if published:
            return (Set("published_services", published[0].id, {"group": group.id}),)
        service = next(iter(case.requirements.internet_facing), WEB)
        made = PublishedService(id="published-inside", name="inside", group=group.id, service=service)
        return (Add("published_services", made),)
    return None


@dmz_configuration.mutant("permit anything from the Internet to an inner zone")
def let_in(case: Case) -> Patch | None:
    """A rule on top of a policy that binds both."""
    return _first(case, _outer(case))


@dmz_configuration.mutant("permit anything from a DMZ to an inner zone")
def let_through(case: Case) -> Patch | None:
    """A rule on top of a policy that binds both."""
    return _first(case, _between(case))


def _first(case: Case, sources: frozenset[str]) -> Patch | None:
    inner = [zone.id for zone in case.design.security.zones if zone.id not in _outer(case) | _between(case)]
    for source in sorted(sources):
        for target in inner:
            patch = first_rule(case, Action.PERMIT, source, target)
            if patch is not None:
                return patch
    return None
