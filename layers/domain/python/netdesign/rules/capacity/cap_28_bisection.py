"""CAP-28: half of a fabric reaches the other half at the ratio that the fabric promises."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from netdesign.analysis.facts.clos import planes
from netdesign.analysis.facts.tiers import uplinks
from netdesign.analysis.traffic.bisection import Bisection, bisections
from netdesign.analysis.traffic.demand import leaf_ceiling
from netdesign.catalog.media import media
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


def _applies(case: Case) -> bool:
    return bool(bisections(case.network))


@rule(
    code="CAP-28",
    name="bisection-bandwidth",
    title="Bisection Bandwidth",
    category=Category.CAPACITY,
    severity=Severity.WARNING,
    applies="leaf-spine fabrics",
    applicable=_applies,
    flags="A fabric whose leaves, split into two halves, reach each other with less than half of the bandwidth of their"
    " endpoints over the highest oversubscription allowed; or whose pods do.",
    passes="Every halving that is tried keeps the bandwidth that uniform traffic puts across it.",
    remedy="Add a spine to each plane, or uplinks to the leaves that have few.",
    references=("fat-tree literature", "RFC 7938 section 3"),
    reading="Of the many halvings those are tried that set apart leaves with few and with many uplinks, to each spine"
    " and to all; where leaves are alike, every halving gives half of all uplinks.",
)
def bisection_bandwidth(case: Case) -> Iterator[Said]:
    """Compares the worst cut of each fabric with what its endpoints send across it."""
    tightest: float | None = None
    for one in bisections(case.network):
        needed = _needed(case, one)
        if needed > 0:
            ratio = one.cut_bps / needed
            tightest = ratio if tightest is None else min(tightest, ratio)
        if one.cut_bps < needed * (1 - TINY):
            yield _finding(case, one, needed)
    value = round(tightest, 4) if tightest is not None else None
    yield Measure(name="least bandwidth across a cut over what it must carry", value=value, threshold=1.0)


def _needed(case: Case, one: Bisection) -> float:
    limits = case.parameters.oversubscription
    most = leaf_ceiling(case.requirements, case.parameters) * (limits.spine if one.pod is None and _podded(case) else 1)
    return case.parameters.capacity.bisection_share * one.edge_bps / most


def _podded(case: Case) -> bool:
    """Whether some plane is only one of several pods."""
    return any(plane.pod is not None for plane in planes(case.network))


def _finding(case: Case, one: Bisection, needed: float) -> Finding:
    where = f"pod {one.pod} of {one.site}" if one.pod is not None else one.site
    return Finding(
        message=f"half of the {len(one.leaves)} leaves of {where} reach the other half with {one.cut_bps / 1e9:,.0f}"
        f" Gbit/s; {needed / 1e9:,.0f} Gbit/s are needed",
        elements=tuple(case.network.devices[place].id for place in one.leaves[:20]),
        witness={
            "site": one.site,
            "pod": one.pod,
            "leaves": len(one.leaves),
            "edge_bps": round(one.edge_bps),
            "cut_bps": round(one.cut_bps),
            "needed_bps": ceil(needed),
        },
    )


def _target(case: Case) -> Bisection | None:
    """The cut that is nearest to what it must carry."""
    found = [(one.cut_bps / _needed(case, one), at) for at, one in enumerate(bisections(case.network)) if one.edge_bps]
    return bisections(case.network)[min(found)[1]] if found else None


@bisection_bandwidth.mutant("take spines out of service until too few are left")
def fewer_spines(case: Case) -> Patch | None:
    """One after the other, all but one; the last stays slow."""
    one = _target(case)
    if one is None:
        return None
    mine = [plane for plane in planes(case.network) if set(plane.leaves.tolist()) & set(one.leaves)]
    spines = [place for plane in mine for place in plane.spines.tolist()]
    rising = uplinks(case.network)
    up = [float(case.network.link_speed_bps[rising.links[rising.upper == place]].sum()) / 2 for place in spines]
    left, gone = sum(up), list[int]()
    for place, share in sorted(zip(spines, up, strict=True), key=lambda pair: (-pair[1], pair[0]))[:-1]:
        if left < _needed(case, one) * 0.99:
            break
        gone.append(place)
        left -= share
    slow = max(1, int(_needed(case, one) / max(1, rising.links.size)))
    rest = rising.links[~np.isin(rising.upper, np.array(gone))].tolist() if left >= _needed(case, one) * 0.99 else []
    return (
        *(Set("devices", case.network.devices[place].id, {"in_service": False}) for place in gone),
        *(Set("links", case.network.links[link].id, {"speed_bps": slow}) for link in rest),
    )


@bisection_bandwidth.mutant("slow every uplink to what the cut does not bear")
def slow_uplinks(case: Case) -> Patch | None:
    """Half of what it must carry."""
    one = _target(case)
    if one is None or not one.cut_bps:
        return None
    share, rising = _needed(case, one) / one.cut_bps / 2, uplinks(case.network)
    links = [case.network.links[at] for at in rising.links.tolist()]
    return tuple(Set("links", link.id, {"speed_bps": max(1, int(link.speed_bps * share))}) for link in links)


@bisection_bandwidth.mutant("leave half of the leaves with hardly any uplink")
def poor_half(case: Case) -> Patch | None:
    """The second half keeps a tenth of what the cut must carry."""
    one = _target(case)
    rising = uplinks(case.network)
    if one is None:
        return None
    poor = np.isin(rising.lower, np.array(one.leaves[len(one.leaves) // 2 :]))
    links = rising.links[poor].tolist()
    if not links:
        return None
    speed = max(1, int(_needed(case, one) / 10 / len(links)))
    return tuple(Set("links", case.network.links[link].id, {"speed_bps": speed}) for link in links)


@bisection_bandwidth.mutant("join half of the leaves to other spines than the rest")
def two_fabrics(case: Case) -> Patch | None:
    """Uplinks of the first half to the second half of the spines go out of service, and the other way round."""
    one = _target(case)
    mine = set(one.leaves) if one is not None else set()
    plane = next((plane for plane in planes(case.network) if set(plane.leaves.tolist()) <= mine), None)
    if plane is None or plane.spines.size < 2:
        return None
    rising, half = uplinks(case.network), plane.leaves.size - plane.leaves.size // 2
    first = np.isin(rising.lower, plane.leaves[:half])
    upper = np.isin(rising.upper, plane.spines[: plane.spines.size // 2])
    inside = np.isin(rising.lower, plane.leaves) & np.isin(rising.upper, plane.spines)
    lost = rising.links[inside & (first != upper)].tolist()
    return tuple(Set("links", case.network.links[link].id, {"in_service": False}) for link in lost) or None


@bisection_bandwidth.fix("put spines and uplinks back into service")
def back_in_service(case: Case, finding: Finding) -> Patch | None:
    """Those of the fabric's site that stand idle."""
    upper = {
        device.id
        for device in case.network.devices
        if device.role in (Role.SPINE, Role.SUPER_SPINE) and device.site == finding.witness.get("site")
    }
    devices = [Set("devices", name, {"in_service": True}) for name in sorted(upper) if not _serves(case, name)]
    links = [
        Set("links", link.id, {"in_service": True})
        for link in case.network.links
        if not link.in_service and upper & {link.a.device, link.b.device}
    ]
    return (*devices, *links) or None


def _serves(case: Case, name: str) -> bool:
    return bool(case.network.in_service[case.network.device_index[name]])


@bisection_bandwidth.fix("run uplinks at the speed of what is plugged in")
def full_speed(case: Case, finding: Finding) -> Patch | None:
    """Uplinks of the fabric that run slower than their transceivers."""
    known, site = media().phys, finding.witness.get("site")
    rising = uplinks(case.network)
    slow = []
    for place, lower in zip(rising.links.tolist(), rising.lower.tolist(), strict=True):
        link = case.network.links[place]
        phy = known.get(link.phy or "")
        if phy is not None and phy.speed_bps > link.speed_bps and case.network.devices[lower].site == site:
            slow.append(Set("links", link.id, {"speed_bps": phy.speed_bps}))
    return tuple(slow) or None
