"""CAP-11: one link or shared risk may fail without cutting flows off or overloading what is left."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.worst_failures import Worst, worst_single
from netdesign.analysis.traffic.failures import FailureKind, bundle_links
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.failing import parted, restored, said_of, slowed, thinned, ways_from_endpoints, wider

TRENCH = "one-trench"


def _applies(case: Case) -> bool:
    level = case.requirements.redundancy
    return level.at_least(Redundancy.MEDIUM) and _allowed(case) is not None and bool(case.design.traffic.flows)


def _allowed(case: Case) -> float | None:
    return case.parameters.redundancy[case.requirements.redundancy].max_utilisation_failed


def _worst(case: Case) -> Worst:
    return worst_single(case.network, (FailureKind.LINK, FailureKind.SRLG))


@rule(
    code="CAP-11",
    name="link-loss-capacity",
    title="Capacity After Loss of a Link or Shared Risk",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="redundancy medium and above, with flows",
    applicable=_applies,
    flags="A link or shared risk whose failure leaves traffic without a path (critical), or leaves a link, or the"
    " circuit bought on it, with more in a direction than the utilisation allowed after a failure. A bundle that has"
    " fewer members left than it needs goes down whole.",
    passes="Whatever single link or shared risk fails, all traffic finds a path and no link carries too much.",
    remedy="Add a path beside the one that fails, lead one of two paths another way, or raise the speed of the link.",
    references=("NIST SP 800-53 CP-8(2), SC-5(2)", "ISO/IEC 27001:2022 A.8.14"),
    reading="Endpoints behind an access point start and end at its link: losing that link is losing them, not a path.",
    sweeping=True,
)
def link_loss(case: Case) -> Iterator[Said]:
    """Fails every link and every shared risk, one at a time, and routes again what that touches."""
    yield from said_of(case, _worst(case), _allowed(case) or 1.0)


@link_loss.mutant("lead all ways from some endpoints through one trench")
def one_trench(case: Case) -> Patch | None:
    """Those of the first place with several."""
    links = next(ways_from_endpoints(case), ()) if _applies(case) else ()
    facts = [case.network.links[place] for place in links]
    moved = (Set("links", one.id, {"srlgs": (*one.srlgs, TRENCH)}) for one in facts)
    return (Add("srlgs", Srlg(id=TRENCH, kind=SrlgKind.CONDUIT, name=TRENCH)), *moved) if facts else None


@link_loss.mutant("leave some endpoints a single way out")
def single_way(case: Case) -> Patch | None:
    """All links but the first of the first place with several go out of service."""
    links = next(ways_from_endpoints(case), ()) if _applies(case) else ()
    return tuple(Set("links", case.network.links[p].id, {"in_service": False}) for p in links[1:]) or None


@link_loss.mutant("slow the links that stand in for one another")
def slow_links(case: Case) -> Patch | None:
    """What is enough with nothing failed is too little with one of them gone."""
    return slowed(case, _worst(case), _allowed(case) or 1.0) if _applies(case) else None


@link_loss.mutant("order circuits that cannot stand in for one another")
def thin_circuits(case: Case) -> Patch | None:
    """Each carries less than what is left to it when another fails."""
    return thinned(case, _worst(case), _allowed(case) or 1.0) if _applies(case) else None


@link_loss.mutant("have bundles go down with their first member")
def strict_bundles(case: Case) -> Patch | None:
    """Bundles that are all the ways from some endpoints need every member."""
    ways = {frozenset(links) for links in ways_from_endpoints(case)} if _applies(case) else set()
    lags = [(lag, links) for lag, links in bundle_links(case.network) if len(links) > 1 and frozenset(links) in ways]
    return tuple(Set("lags", lag.id, {"min_links": len(links)}) for lag, links in lags) or None


@link_loss.fix("raise the speed of the links that carry too much")
def raise_speed(case: Case, finding: Finding) -> Patch | None:
    """Of all links that are alike, or the rate of their circuits."""
    return wider(case, finding)


@link_loss.fix("lead the links of a shared risk two ways")
def other_way(case: Case, finding: Finding) -> Patch | None:
    """Every device with several links of the shared risk that failed keeps some of them on it."""
    return parted(case, finding)


@link_loss.fix("keep bundles up with the members they have left")
def lenient_bundles(case: Case, finding: Finding) -> Patch | None:
    """All bundles that go down with their first member, when one of these went down."""
    failed = finding.witness.get("failed")
    names = {str(name) for name in failed} if isinstance(failed, list) else set()
    strict = [(lag, links) for lag, links in bundle_links(case.network) if 1 < len(links) <= (lag.min_links or 0)]
    if not any(case.network.links[place].id in names for _, links in strict for place in links):
        return None
    return tuple(Set("lags", lag.id, {"min_links": 1}) for lag, _ in strict)


@link_loss.fix("put the links beside it back in service")
def put_back(case: Case, finding: Finding) -> Patch | None:
    """Links out of service at the devices that the failed link joined."""
    return restored(case, finding)
