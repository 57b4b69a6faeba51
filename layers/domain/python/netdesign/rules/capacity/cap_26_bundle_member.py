"""CAP-26: every bundle carries its traffic with its largest member lost, or goes down before it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from netdesign.analysis.traffic.bundles import Bundle, bundles, load_of
from netdesign.analysis.traffic.failures import bundle_links
from netdesign.model.cabling import Lag
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.failing import BARELY, LOST_BPS
from netdesign.rules.widening import widened

TINY = 1e-9


def _applies(case: Case) -> bool:
    return bool(bundles(case.network))


def _allowed(case: Case) -> float:
    return case.parameters.redundancy[case.requirements.redundancy].max_utilisation_failed or 1.0


@rule(
    code="CAP-26",
    name="bundle-member-loss",
    title="Loss of a Bundle's Member",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with bundles",
    applicable=_applies,
    flags="A bundle of several links whose traffic at peak is more than the utilisation allowed after a failure times"
    " what is left without its largest member; a bundle that stays up with fewer members than carry its traffic,"
    " because no least number of members is set or too low a one.",
    passes="Every bundle carries its traffic without its largest member, and goes down before it carries too little.",
    remedy="Add a member, raise the speed of all, or set how many members must be up.",
    references=("IEEE 802.1AX-2020", "RFC 7130"),
    reading="The halves of a bundle that a pair of devices makes are one bundle. Where the redundancy level sets no"
    " limit after a failure, what is left has to carry the traffic at all. A bundle meant to have one member is no more"
    " than a link.",
)
def member_loss(case: Case) -> Iterator[Said]:
    """Weighs the traffic of every bundle against what a lost member leaves."""
    allowed, highest = _allowed(case), 0.0
    for bundle in bundles(case.network):
        left = _left(case, bundle)
        if bundle.members < 2 or bundle.load_bps < LOST_BPS:
            continue
        highest = max(highest, bundle.load_bps / left if left else float("inf"))
        if bundle.load_bps > allowed * left * (1 + TINY):
            yield _too_much(bundle, left, allowed)
    for lag, links in bundle_links(case.network):
        yield from _stays_up(case, lag, links)
    yield Measure(
        name="highest load of a bundle over what a lost member leaves",
        value=round(highest, 4) if highest < float("inf") else None,
        threshold=allowed,
    )


def _left(case: Case, bundle: Bundle) -> int:
    speeds = [case.network.links[place].speed_bps for place in bundle.links]
    return sum(speeds) - max(speeds, default=0)


def _too_much(bundle: Bundle, left: int, allowed: float) -> Finding:
    names = tuple(lag.id for lag in bundle.lags)
    return Finding(
        message=f"{' and '.join(names)} carries {bundle.load_bps / 1e9:,.3f} Gbit/s; without its largest member"
        f" {left / 1e9:g} Gbit/s are left, of which {allowed:.0%} may be used",
        elements=names,
        witness={
            "bundles": list(names),
            "links": len(bundle.links),
            "load_bps": round(bundle.load_bps),
            "left_bps": left,
            "allowed": allowed,
        },
    )


def _stays_up(case: Case, lag: Lag, links: tuple[int, ...]) -> Iterator[Finding]:
    slowest = min((case.network.links[place].speed_bps for place in links), default=0)
    load, needed = load_of(case.network, links), max(1, lag.min_links or 1)
    if len(links) > needed and load > needed * slowest * (1 + TINY):
        yield Finding(
            message=f"{lag.id} stays up with {needed} of {len(links)} members, which carry {needed * slowest / 1e9:g}"
            f" Gbit/s of its {load / 1e9:,.3f} Gbit/s",
            elements=(lag.id,),
            witness={
                "bundles": [lag.id],
                "links": len(links),
                "min_links": lag.min_links,
                "load_bps": round(load),
                "member_bps": slowest,
            },
        )


def _busiest(case: Case) -> Bundle | None:
    """The bundle of several links that carries most."""
    several = [bundle for bundle in bundles(case.network) if len(bundle.links) > 1]
    best = max(several, key=lambda bundle: bundle.load_bps, default=None)
    return best if best is not None and best.load_bps >= LOST_BPS else None


def _at_speed(case: Case, bundle: Bundle, speed: float) -> tuple[Set, ...]:
    return tuple(Set("links", case.network.links[p].id, {"speed_bps": max(1, int(speed))}) for p in bundle.links)


@member_loss.mutant("slow the members of the busiest bundle")
def slow_members(case: Case) -> Patch | None:
    """Until all but one carry too little."""
    bundle = _busiest(case)
    if bundle is None:
        return None
    return _at_speed(case, bundle, bundle.load_bps / (_allowed(case) * (len(bundle.links) - 1) * BARELY))


@member_loss.mutant("leave the busiest bundle one member")
def one_member(case: Case) -> Patch | None:
    """The others go out of service; their share of the traffic comes to the one left, or goes elsewhere."""
    bundle = _busiest(case)
    links = bundle.links[1:] if bundle is not None else ()
    return tuple(Set("links", case.network.links[p].id, {"in_service": False}) for p in links) or None


@member_loss.mutant("slow all members of the busiest bundle but one")
def unlike_members(case: Case) -> Patch | None:
    """The fast one cannot be lost."""
    bundle = _busiest(case)
    if bundle is None:
        return None
    return _at_speed(case, bundle, bundle.load_bps / (_allowed(case) * (len(bundle.links) - 1) * BARELY))[1:]


@member_loss.mutant("have bundles stay up with their last member")
def last_member(case: Case) -> Patch | None:
    """Bundles whose traffic is too much for one member no longer say how many they need."""
    known = case.network.links
    thick = [
        lag.id
        for lag, links in bundle_links(case.network)
        if links and load_of(case.network, links) > min(known[p].speed_bps for p in links) * (1 + TINY)
    ]
    return tuple(Set("lags", name, {"min_links": None}) for name in thick) or None


@member_loss.fix("put members back in service")
def put_back(case: Case, finding: Finding) -> Patch | None:
    """Links out of service on ports of the bundle."""
    names = finding.witness.get("bundles")
    lags = [lag for lag in case.design.cabling.lags if isinstance(names, list) and lag.id in names]
    ports = {(lag.device, port) for lag in lags for port in lag.members}
    dark = [
        link.id
        for link in case.network.links
        if not link.in_service and {(link.a.device, link.a.port), (link.b.device, link.b.port)} & ports
    ]
    return tuple(Set("links", name, {"in_service": True}) for name in dark) or None


@member_loss.fix("raise the speed of all members")
def raise_speed(case: Case, finding: Finding) -> Patch | None:
    """To what carries the traffic without one of them."""
    names, allowed = finding.witness.get("bundles"), finding.witness.get("allowed")
    for bundle in bundles(case.network):
        if isinstance(names, list) and [lag.id for lag in bundle.lags] == names and len(bundle.links) > 1:
            share = bundle.load_bps / (len(bundle.links) - 1)
            made = [
                widened(case, case.network.links[p].id, share, allowed)
                for p in bundle.links
                if isinstance(allowed, float)
            ]
            return tuple({str(op): op for patch in made if patch for op in patch}.values()) or None
    return None


@member_loss.fix("set how many members must be up")
def enough_members(case: Case, finding: Finding) -> Patch | None:
    """As many as carry the traffic; where that is more than there are, the bundle is down."""
    load, member = finding.witness.get("load_bps"), finding.witness.get("member_bps")
    if not isinstance(load, int) or not isinstance(member, int) or member <= 0:
        return None
    known = case.network.by_id("lags")
    return (
        tuple(Set("lags", name, {"min_links": ceil(load / member)}) for name in finding.elements if name in known)
        or None
    )
