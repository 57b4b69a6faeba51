"""CMP-22: every connection to others is listed, owned and reviewed, there are few, and the border denies by default."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.facts.days import day, months_later
from netdesign.analysis.failure.residency import jurisdictions
from netdesign.analysis.policy.permissions import undecided
from netdesign.analysis.policy.terrain import circuit_links, near_end
from netdesign.analysis.policy.zones import mixed, places, zone_pairs, zones_exposed
from netdesign.analysis.traffic.exits import exits
from netdesign.graph.network import Network
from netdesign.model.cabling import Link, PortRef
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Framework, Severity, Trust
from netdesign.rules.breaches import open_default
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.mending import closed

SHOWN = 10


def _applies(case: Case) -> bool:
    return requested(case, Framework.NIST) or requested(case, Framework.FEDRAMP)


@rule(
    code="CMP-22",
    name="managed-boundary",
    title="Boundary / managed interfaces",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for NIST or FedRAMP",
    applicable=_applies,
    flags="A link to others that no circuit describes; a circuit without an owner, or without a day of review that is"
    " still to come; more sites of one jurisdiction that meet the Internet than the parameter; a zone that meets the"
    " Internet without an enforcement point; a policy at that border that permits what no rule names.",
    passes="All connections to others are listed, owned and reviewed, and few places meet the Internet, by denying.",
    remedy="Describe every circuit with owner and review, close places that need no exit of their own, deny by"
    " default.",
    references=("NIST SP 800-53 SC-7(3), SC-7(4), SC-7(5), CA-3, CA-9", "TIC 3.0"),
    reading="A point of access is a site that meets the Internet; redundant routers of one site are one point. A region"
    " is a jurisdiction; sites without one share a region. The policy of an outside connection is what enforcement"
    " points hold for the Internet.",
)
def managed_boundary(case: Case) -> Iterator[Said]:
    """Links against circuits, circuits one by one, sites by region, then the border."""
    listed = {one.link for one in case.design.cabling.circuits}
    outside = _outside(case.network)
    for link in outside:
        if link.id not in listed:
            yield Finding(
                message=f"link {link.id} leads to others, but no circuit describes it",
                elements=(link.id,),
                witness={"link": link.id, "listed": False},
            )
    yield from _circuits(case)
    yield from _points(case)
    yield from _border(case)
    yield Measure(name="connections_to_others", value=len(outside))
    yield Measure(name="circuits_listed", value=len(case.design.cabling.circuits))


def _outside(network: Network) -> list[Link]:
    """Usable links to providers, and those to others between our own devices."""
    across = circuit_links(network).tolist()
    usable = network.usable_links.tolist()
    return [
        link for at, link in enumerate(network.links) if usable[at] and (across[at] or link.trust is not Trust.OWNED)
    ]


def _circuits(case: Case) -> Iterator[Finding]:
    today = day(case.evaluation_date)
    for one in case.design.cabling.circuits:
        review = day(one.review_date)
        if not (one.owner or "").strip():
            yield Finding(
                message=f"circuit {one.id} has no owner", elements=(one.id,), witness={"circuit": one.id, "owner": None}
            )
        if review is None or (today is not None and review < today):
            yield Finding(
                message=f"circuit {one.id} has no review ahead ({one.review_date or 'no day is set'})",
                elements=(one.id,),
                witness={"circuit": one.id, "review_date": one.review_date},
            )


def _points(case: Case) -> Iterator[Said]:
    limit, codes = case.parameters.compliance.internet_access_points_per_region, jurisdictions(case.network)
    devices = case.network.by_id("devices")
    found: dict[str, set[str]] = defaultdict(set)
    for one in exits(case.network):
        site = devices[one.device].site
        found[codes.get(site) or "unknown"].add(site)
    for region, sites in sorted(found.items()):
        if len(sites) > limit:
            names = sorted(sites)
            yield Finding(
                message=f"{len(sites)} sites in {region} meet the Internet, more than {limit}:"
                f" {', '.join(names[:SHOWN])}",
                elements=tuple(names[:SHOWN]),
                witness={"region": region, "sites": len(sites), "limit": limit},
            )
    yield Measure(name="sites_that_meet_the_internet", value=sum(map(len, found.values())))


def _border(case: Case) -> Iterator[Finding]:
    network = case.network
    outside = [zone.id for zone in zones_exposed(network, Exposure.INTERNET) if zone.id in places(network)]
    policies = network.by_id("policies")
    for pair in zone_pairs(network):
        other = next((z.id for z in (pair.low, pair.high) if z.id not in outside), None)
        if {pair.low.id, pair.high.id}.isdisjoint(outside) or other is None:
            continue
        if mixed(network, pair):
            yield Finding(
                message=f"{other} meets the Internet without an enforcement point",
                elements=(pair.low.id, pair.high.id),
                witness={"zone": other, "enforced": False},
            )
        for near in outside:
            for name, left in undecided(network, near, other):
                if left and policies[name].default_action is Action.PERMIT:
                    yield Finding(
                        message=f"policy {name} lets the Internet into {other} by default",
                        elements=(name, near, other),
                        witness={"policy": name, "from_zone": near, "to_zone": other},
                    )


def _first_circuit(case: Case) -> Link | None:
    at = np.flatnonzero(circuit_links(case.network)).tolist()
    return case.network.links[at[0]] if at else None


@managed_boundary.mutant("connect another provider that nobody lists")
def unlisted(case: Case) -> Patch | None:
    """Beside the first circuit, on a port of its own."""
    link = _first_circuit(case)
    if link is None:
        return None
    at = near_end(case.network, case.network.link_index[link.id])
    ours = case.network.devices[at].id
    theirs = link.a.device if link.b.device == ours else link.b.device
    near, far = PortRef(device=ours, port="unlisted"), PortRef(device=theirs, port="unlisted")
    return (Add("links", replace(link, id="unlisted", a=near, b=far)),)


@managed_boundary.mutant("let the review of a connection pass")
def let_review_pass(case: Case) -> Patch | None:
    """Of every circuit, years ago."""
    circuits = case.design.cabling.circuits
    return tuple(Set("circuits", one.id, {"review_date": "2001-01-01"}) for one in circuits) or None


@managed_boundary.mutant("forget who owns a connection")
def forget_owner(case: Case) -> Patch | None:
    """The first circuit."""
    circuits = case.design.cabling.circuits
    return (Set("circuits", circuits[0].id, {"owner": None}),) if circuits else None


@managed_boundary.mutant("permit at the border whatever no rule names")
def permit_by_default(case: Case) -> Patch | None:
    """No last denial, and a default that permits."""
    return open_default(case) if exits(case.network) else None


@managed_boundary.fix("cut a link that nobody lists")
def cut_link(case: Case, finding: Finding) -> Patch | None:
    """Where the link's port has no interface, so that nothing rests on it."""
    link = case.network.by_id("links").get(str(finding.witness.get("link")))
    if link is None or any((end.device, end.port) in case.network.interface_at for end in (link.a, link.b)):
        return None
    return (Remove("links", link.id),)


@managed_boundary.fix("give a circuit the owner and the review of the others")
def as_others(case: Case, finding: Finding) -> Patch | None:
    """The owner of other circuits or of its device; the day by which others are reviewed, or a period from now."""
    circuits = case.network.by_id("circuits")
    one, today = circuits.get(str(finding.witness.get("circuit"))), day(case.evaluation_date)
    if one is None or today is None:
        return None
    owners = [o.owner for o in circuits.values() if o.owner] or [d.owner for d in case.network.devices if d.owner]
    later = months_later(today, case.parameters.compliance.review_months).isoformat()
    review = day(one.review_date)
    kept = one.review_date if review is not None and review >= today else later
    return (Set("circuits", one.id, {"owner": one.owner or next(iter(owners), None), "review_date": kept}),)


@managed_boundary.fix("deny what no rule names")
def deny_default(case: Case, finding: Finding) -> Patch | None:
    """By its default and by a last rule."""
    return closed(case, str(finding.witness.get("policy")))
