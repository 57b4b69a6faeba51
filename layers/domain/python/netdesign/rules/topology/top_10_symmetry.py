"""TOP-10: peers are built alike, so that equal-cost paths are equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.facts.tiers import peers, uplinks
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

Shape = tuple[tuple[str, int, int], ...]
"""Uplinks as (role above, speed in bit/s, count), sorted."""


def _applies(case: Case) -> bool:
    return bool(uplinks(case.network).links.size) or len(case.design.inventory.ha_groups) > 0


@analysis
def _shapes(network: Network) -> dict[int, Shape]:
    rising, speed = uplinks(network), network.link_speed_bps
    speeds, rank = np.unique(speed[rising.links], return_inverse=True)
    key = (rising.lower.astype(np.int64) * len(ROLES) + network.role_codes[rising.upper]) * max(1, speeds.size) + rank
    kinds, count = np.unique(key, return_counts=True)
    shapes: dict[int, list[tuple[str, int, int]]] = {}
    for kind, links in zip(kinds.tolist(), count.tolist(), strict=True):
        (lower, role), bps = divmod(kind // speeds.size, len(ROLES)), int(speeds[kind % speeds.size])
        shapes.setdefault(lower, []).append((ROLES[role].value, bps, links))
    return {lower: tuple(sorted(shape)) for lower, shape in shapes.items()}


@rule(
    code="TOP-10",
    name="symmetric-design",
    title="Symmetric Design",
    category=Category.TOPOLOGY,
    severity=Severity.WARNING,
    applies="designs with uplinks or high-availability groups",
    applicable=_applies,
    flags="Switches of one role, site and block whose uplinks differ in number, speed or target; a switch"
    " with uplinks"
    " of unequal speed to one tier; members of a high-availability group of different types.",
    passes="Peers have the same uplinks, equal-cost next hops have equal bandwidth, and groups have"
    " members of one type.",
    remedy="Bring the odd one in line with its peers.",
    references=("RFC 2992 (equal-cost multipath)",),
)
def symmetric_design(case: Case) -> Iterator[Said]:
    """Compares multisets of uplinks; the most frequent shape among peers is the norm."""
    findings = [*_unlike(case), *_unequal(case), *_mixed(case)]
    yield from findings
    yield Measure(name="asymmetries", value=len(findings), threshold=0)


def _unlike(case: Case) -> Iterator[Finding]:
    network, shapes = case.network, _shapes(case.network)
    for group in peers(network):
        count = Counter(shapes.get(place, ()) for place in group)
        usual = max(count, key=lambda shape: (count[shape], shape))
        for place in group:
            if shapes.get(place, ()) != usual:
                name = network.devices[place].id
                yield Finding(
                    message=f"{name} has {_words(shapes.get(place, ()))}; its peers have {_words(usual)}",
                    elements=(name,),
                    witness={"uplinks": _words(shapes.get(place, ())), "of_peers": _words(usual)},
                )


def _words(shape: Shape) -> str:
    return ", ".join(f"{links} x {bps / 1e9:g} Gbit/s to {role}" for role, bps, links in shape) or "no uplinks"


def _unequal(case: Case) -> Iterator[Finding]:
    for place, shape in _shapes(case.network).items():
        for role in sorted({role for role, _, _ in shape}):
            speeds = [bps for above, bps, _ in shape if above == role]
            if len(speeds) > 1:
                name = case.network.devices[place].id
                listed = [bps / 1e9 for bps in speeds]
                message = (
                    f"equal-cost uplinks of {name} to {role} run at {', '.join(f'{gbps:g}' for gbps in listed)} Gbit/s"
                )
                yield Finding(message=message, elements=(name,), witness={"speeds_bps": list(speeds)})


def _mixed(case: Case) -> Iterator[Finding]:
    for group in case.design.inventory.ha_groups:
        index = case.network.device_index
        skus = {case.network.devices[index[member]].sku for member in group.members if member in index}
        if len(skus) > 1:
            listed = sorted(str(sku) for sku in skus)
            message = f"group {group.id} mixes {', '.join(listed)}"
            yield Finding(message=message, elements=(group.id, *group.members), witness={"types": list(listed)})


@symmetric_design.mutant("halve the speed of one uplink")
def slow_uplink(case: Case) -> Patch | None:
    """Of a switch with several uplinks to one tier, or with peers."""
    network, rising = case.network, uplinks(case.network)
    count = Counter(rising.lower.tolist())
    grouped = {place for group in peers(network) if len(group) > 2 for place in group}
    for link, lower in zip(rising.links.tolist(), rising.lower.tolist(), strict=True):
        if count[lower] > 1 or lower in grouped:
            return (Set("links", network.links[link].id, {"speed_bps": network.links[link].speed_bps // 2}),)
    return None


@symmetric_design.mutant("give one member of a group another type")
def odd_member(case: Case) -> Patch | None:
    """Any other device type will do."""
    index = case.network.device_index
    for group in case.design.inventory.ha_groups:
        known = [name for name in group.members if name in index]
        if len(known) > 1:
            mine = case.network.devices[index[known[0]]].sku
            other = next(kind.sku for kind in case.catalog.devices() if kind.sku != mine)
            return (Set("devices", known[0], {"sku": other}),)
    return None
