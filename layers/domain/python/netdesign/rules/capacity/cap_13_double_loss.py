"""CAP-13: any two elements may fail at once without cutting off or crowding out gold traffic."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.worst_failures import Worst, worst_pair
from netdesign.analysis.traffic.failure_pairs import failure_pairs
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, ServiceClass, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.failing import restored, said_of, slowed, thinned, ways_from_endpoints, wider

GOLD = frozenset({ServiceClass.GOLD})
ALLOWED = 1.0
DUCTS = ("one-duct", "other-duct")


def _applies(case: Case) -> bool:
    gold = any(flow.service_class is ServiceClass.GOLD for flow in case.design.traffic.flows)
    return case.requirements.redundancy.at_least(Redundancy.CRITICAL) and gold


def _worst(case: Case) -> Worst:
    return worst_pair(case.network, case.parameters, GOLD)


@rule(
    code="CAP-13",
    name="double-loss-capacity",
    title="Gold Capacity After Loss of Two Elements",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="redundancy critical, with gold flows",
    applicable=_applies,
    flags="Two links, devices or shared risks whose failure at once leaves gold traffic between others without a path"
    " (critical), or leaves a link, or the circuit bought on it, with more gold traffic in a direction than it"
    " carries at all.",
    passes="Whatever two elements fail, gold traffic finds a path and fits on it.",
    remedy="Add a third path, a third device or another site, or raise the speed of the link.",
    references=("NIST SP 800-53 CP-8(3)", "ISO/IEC 27001:2022 A.8.14"),
    reading="All pairs are tried up to the number of the parameters. Of more pairs those that are likeliest to strike"
    " most traffic are, and a spread of the rest; the share is part of the measures. Endpoints all of whose devices"
    " failed are not asked for.",
    sweeping=True,
)
def double_loss(case: Case) -> Iterator[Said]:
    """Fails elements two at a time and routes gold traffic again."""
    yield from said_of(case, _worst(case), ALLOWED)
    pairs = failure_pairs(case.network, case.parameters)
    yield Measure(name="share of all pairs tried", value=round(pairs.coverage, 4))


@double_loss.mutant("lead all ways from some endpoints through two ducts")
def two_ducts(case: Case) -> Patch | None:
    """By turns through the one and the other."""
    links = next(ways_from_endpoints(case), ()) if _applies(case) else ()
    facts = [case.network.links[place] for place in links]
    moved = (Set("links", one.id, {"srlgs": (*one.srlgs, DUCTS[at % len(DUCTS)])}) for at, one in enumerate(facts))
    ducts = (Add("srlgs", Srlg(id=name, kind=SrlgKind.CONDUIT, name=name)) for name in DUCTS)
    return (*ducts, *moved) if facts else None


@double_loss.mutant("leave some endpoints two ways out")
def two_ways(case: Case) -> Patch | None:
    """The other links of the first place with several go out of service."""
    links = next(ways_from_endpoints(case), ()) if _applies(case) else ()
    return tuple(Set("links", case.network.links[p].id, {"in_service": False}) for p in links[2:]) or None


@double_loss.mutant("slow the links that stand in for two others")
def slow_links(case: Case) -> Patch | None:
    """What is enough with nothing failed is too little with two of them gone."""
    return slowed(case, _worst(case), ALLOWED) if _applies(case) else None


@double_loss.mutant("order circuits that cannot stand in for two others")
def thin_circuits(case: Case) -> Patch | None:
    """Each carries less gold traffic than what is left to it."""
    return thinned(case, _worst(case), ALLOWED) if _applies(case) else None


@double_loss.fix("raise the speed of the links that carry too much")
def raise_speed(case: Case, finding: Finding) -> Patch | None:
    """Of all links that are alike, or the rate of their circuits."""
    return wider(case, finding)


@double_loss.fix("put what stands beside it back in service")
def put_back(case: Case, finding: Finding) -> Patch | None:
    """Devices and links out of service at the sites of what failed."""
    return restored(case, finding)
