"""What rules that fail elements one by one say of the worst, break for their mutants, and put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.traffic.failures import FailureKind
from netdesign.analysis.traffic.link_capacity import capacity_bps
from netdesign.analysis.traffic.traffic import stretches
from netdesign.model.cabling import Srlg
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Measure, Scalar
from netdesign.model.vocabulary import LinkPurpose, Role, Severity
from netdesign.rules.diversity import BESIDE
from netdesign.rules.widening import like_links, widened

if TYPE_CHECKING:
    from netdesign.analysis.failure.worst_failures import Cut, Overload, Worst
    from netdesign.model.cabling import Link
    from netdesign.rules.card import Said
    from netdesign.rules.case import Case

SHOWN = 10
BARELY = 1.25
"""By how much mutants exceed what is allowed after a failure."""

LOST_BPS = 1.0
"""Up to this, what finds no path is rounding."""


def said_of(case: Case, worst: Worst, allowed: float) -> Iterator[Said]:
    """Findings for flows that are cut off and links that carry too much, and the worst that was found."""
    if (lost := sum(worst.before.values())) > LOST_BPS:
        yield Finding(
            message=f"{lost / 1e6:,.1f} Mbit/s find no path even with nothing failed",
            elements=tuple(sorted(worst.before))[:SHOWN],
            witness={"failed": [], "unserved_bps": round(lost), "flows": _names(sorted(worst.before))},
            severity=Severity.CRITICAL,
        )
    for cut in worst.cuts:
        if sum(cut.lost_bps.values()) > lost + LOST_BPS:
            yield _cut_off(cut)
    for overload in worst.overloads(case.network, allowed * (1 + 1e-9)):
        yield _overloaded(case, overload, allowed)
    highest = worst.highest if np.isfinite(worst.highest) else None
    yield Measure(
        name="highest utilisation of a link after a failure",
        value=None if highest is None else round(highest, 4),
        threshold=allowed,
    )
    yield Measure(name="failures tried", value=worst.tried)


def _names(names: list[str]) -> list[Scalar]:
    return list(names[:SHOWN])


def _cut_off(cut: Cut) -> Finding:
    what, lost = " and ".join(cut.failure.elements), sum(cut.lost_bps.values())
    flows = sorted(cut.lost_bps, key=lambda flow: (-cut.lost_bps[flow], flow))
    like = f" ({cut.like - 1} more are like it)" if cut.like > 1 else ""
    return Finding(
        message=f"when {what} fails{like}, {lost / 1e6:,.1f} Mbit/s find no path: {', '.join(flows[:3])}",
        elements=cut.failure.elements,
        witness={
            "failed": list(cut.failure.elements),
            "kind": cut.failure.kind.value,
            "unserved_bps": round(lost),
            "flows": _names(flows),
            "alike": cut.like,
        },
        severity=Severity.CRITICAL,
    )


def _overloaded(case: Case, found: Overload, allowed: float) -> Finding:
    link, what = case.network.links[found.link], " and ".join(found.failure.elements)
    ends = (link.a.device, link.b.device)[:: 1 if found.direction == 0 else -1]
    able = float(capacity_bps(case.network)[found.direction, found.link])
    share = f"{found.share:.0%} of " if np.isfinite(found.share) else ""
    return Finding(
        message=f"when {what} fails, {link.id} carries {found.load_bps / 1e9:,.3f} Gbit/s from {ends[0]} to {ends[1]},"
        f" {share}{able / 1e9:g} Gbit/s; {allowed:.0%} is allowed",
        elements=(link.id,),
        witness={
            "failed": list(found.failure.elements),
            "kind": found.failure.kind.value,
            "link": link.id,
            "from": ends[0],
            "to": ends[1],
            "load_bps": round(found.load_bps),
            "capacity_bps": round(able),
            "utilisation": round(found.share, 4) if np.isfinite(found.share) else None,
            "allowed": allowed,
            "alike": found.alike,
        },
    )


def wider(case: Case, finding: Finding) -> Patch | None:
    """Raise the speed of the overloaded link, and of those like it, to what carries the load found."""
    load, allowed = finding.witness.get("load_bps"), finding.witness.get("allowed")
    if not isinstance(load, int) or not isinstance(allowed, float):
        return None
    return widened(case, str(finding.witness.get("link")), load, allowed)


def restored(case: Case, finding: Finding) -> Patch | None:
    """Put back in service the devices and links out of service at the sites of what failed, or everywhere."""
    network, failed = case.network, finding.witness.get("failed")
    names = {str(name) for name in failed} if isinstance(failed, list) else set()
    ends = {end.device for link in network.links if link.id in names for end in (link.a, link.b)}
    sites = {one.site for one in network.devices if one.id in names | ends}
    near = {one.id for one in network.devices if one.site in sites or not sites}
    down = [one for one in network.devices if not one.in_service and one.id in near]
    dark = [one for one in network.links if not one.in_service and near & {one.a.device, one.b.device}]
    patch = [Set("devices", one.id, {"in_service": True}) for one in down]
    return (*patch, *(Set("links", one.id, {"in_service": True}) for one in dark)) or None


def parted(case: Case, finding: Finding) -> Patch | None:
    """Lead links of the shared risk that failed another way, so that every device keeps about as many either way."""
    network, failed = case.network, finding.witness.get("failed")
    known = network.by_id("srlgs")
    risk = known.get(str(failed[0])) if isinstance(failed, list) and failed else None
    if risk is None or finding.witness.get("kind") != FailureKind.SRLG.value:
        return None
    links = [link for link in network.links if risk.id in link.srlgs]
    moved = [link for link, away in zip(links, _evenly(links), strict=True) if away]
    other = Srlg(id=f"{risk.id}-{BESIDE}", kind=risk.kind, name=f"{risk.kind.value} beside {risk.name}")
    if other.id in known or not moved:
        return None
    ways = {link.id: (*(name for name in link.srlgs if name != risk.id), other.id) for link in moved}
    return (Add("srlgs", other), *(Set("links", name, {"srlgs": way}) for name, way in ways.items()))


def _evenly(links: list[Link]) -> Iterator[bool]:
    """For each link whether it goes the other way: the one that fewer links at its ends go so far."""
    taken: Counter[tuple[str, bool]] = Counter()
    for link in links:
        here, there = (sum(taken[end.device, way] for end in (link.a, link.b)) for way in (False, True))
        taken.update((end.device, here > there) for end in (link.a, link.b))
        yield here > there


def ways_from_endpoints(case: Case) -> Iterator[tuple[int, ...]]:
    """For each place where endpoints with flows to elsewhere are at home, the links that lead away from it.

    Those with more than one such link only; access points and what hangs on them are left out.
    """
    network = case.network
    homes = {node: members for members, node in carriage(network).homes.items()}
    seen: set[int] = set()
    for stretch in stretches(network):
        ends = (stretch.source.spread.nodes.tolist(), stretch.target.spread.nodes.tolist())
        if not stretch.up_bps + stretch.down_bps or (ends[0] == ends[1] and len(ends[0]) == 1):
            continue
        for node in (node for nodes in ends for node in nodes if node not in seen):
            seen.add(node)
            members = homes.get(node, frozenset({node} if node < len(network.devices) else ()))
            links = _ways(case, members)
            if len(links) > 1 and all(network.devices[m].role is not Role.ACCESS_POINT for m in members):
                yield links


def _ways(case: Case, members: frozenset[int]) -> tuple[int, ...]:
    """The links from devices to others that lead on."""
    network = case.network
    a, b = network.link_ends
    inside = np.zeros(len(network.devices) + 1, np.bool_)
    inside[sorted(members)] = True
    ends = np.append(np.fromiter((d.role is Role.ACCESS_POINT for d in network.devices), np.bool_), True)
    kept = network.usable_links & (inside[a] != inside[b]) & ~ends[a] & ~ends[b]
    purposes = network.links_for(LinkPurpose.MANAGEMENT, LinkPurpose.HEARTBEAT)
    return tuple(np.flatnonzero(kept & ~purposes).tolist())


def slowed(case: Case, worst: Worst, allowed: float) -> Patch | None:
    """Slow the link that carries most after a failure, and those like it, until that is too much for it."""
    network = case.network
    sold = {circuit.link for circuit in case.design.cabling.circuits}
    load = worst.load_bps.max(axis=0, initial=0.0)
    for place in np.argsort(-load, kind="stable").tolist():
        link = network.links[place]
        if load[place] < LOST_BPS or link.id in sold:
            continue
        speed = max(1, int(load[place] / (allowed * BARELY)))
        places = [p for p in like_links(case, link.id) if network.links[p].speed_bps > speed]
        if places:
            return tuple(Set("links", network.links[p].id, {"speed_bps": speed}) for p in places)
    return None


def thinned(case: Case, worst: Worst, allowed: float) -> Patch | None:
    """Order circuits that the traffic after a failure is too much for."""
    patch = []
    for circuit in case.design.cabling.circuits:
        place = case.network.link_index.get(circuit.link)
        if place is not None and (load := float(worst.load_bps[:, place].max())) >= LOST_BPS:
            rate = max(1, int(load / (allowed * BARELY)))
            patch.append(Set("circuits", circuit.id, {"rate_down_bps": rate, "rate_up_bps": rate}))
    return tuple(patch) or None
