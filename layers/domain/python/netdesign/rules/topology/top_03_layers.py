"""TOP-03: the tier that a role claims is the tier that the cables give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.facts.tiers import fabrics, graph_tiers, role_tiers, uplinks
from netdesign.model.cabling import PortRef
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Archetype, Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TIERS = {
    Archetype.COLLAPSED_DATACENTER: 1,
    Archetype.BRANCH: 1,
    Archetype.COLLAPSED_CORE: 2,
    Archetype.SPINE_LEAF: 2,
    Archetype.THREE_TIER: 3,
    Archetype.FIVE_STAGE_CLOS: 3,
}
"""What each archetype means: the number of tiers of its tallest fabric; that of a wide-area network says nothing."""


def _applies(case: Case) -> bool:
    return bool(fabrics(case.network)) and (TIERS.get(case.design.archetype, 1) > 1 or _tallest(case) > 1)


def _tallest(case: Case) -> int:
    return max((len(fabric.tiers) for fabric in fabrics(case.network)), default=0)


@rule(
    code="TOP-03",
    name="topology-layers",
    title="Topology Layers",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with more than one tier",
    applicable=_applies,
    flags="A switch whose distance from the top tier, counted along the cables, differs from the tier"
    " that its role claims"
    " (or that has no way to the top); a switch above the lowest tier that nothing hangs on; and a design"
    " whose tallest"
    " fabric has another number of tiers than its archetype.",
    passes="Every switch lies as far below the top as its role says, and the tiers are those of the archetype.",
    remedy="Cable the switch to the tier above its own, or correct its role.",
    references=("Reference architectures: three-tier and collapsed-core campus", "RFC 7938 section 3"),
)
def topology_layers(case: Case) -> Iterator[Said]:
    """A breadth-first search from the top decides; roles only say what to expect."""
    network = case.network
    claimed, found = role_tiers(network), graph_tiers(network)
    for place in np.flatnonzero(claimed != found).tolist():
        name, role = network.devices[place].id, network.devices[place].role.value
        hops = int(found[place])
        where = f"{hops} hops below the top" if hops >= 0 else "nowhere below the top"
        yield Finding(
            message=f"{name} is a {role}, {int(claimed[place])} hops below the top by role, but its cables"
            f" put it {where}",
            elements=(name,),
            witness={"role": role, "claimed_tier": int(claimed[place]), "found_tier": hops if hops >= 0 else None},
        )
    yield from _baseless(case)
    expected = TIERS.get(case.design.archetype)
    if expected is not None and _tallest(case) != expected:
        yield Finding(
            message=f"the tallest fabric has {_tallest(case)} tiers; a {case.design.archetype.value}"
            f" design has {expected}",
            witness={"tiers": _tallest(case), "expected": expected},
        )
    yield Measure(name="tiers of the tallest fabric", value=_tallest(case), threshold=expected)


def _baseless(case: Case) -> Iterator[Finding]:
    """A search from the top takes the top for granted; but what carries nothing is not above anything."""
    network, carrying = case.network, set(uplinks(case.network).upper.tolist())
    for fabric in fabrics(network):
        for tier in fabric.tiers[:-1]:
            for place in sorted(set(tier.tolist()) - carrying):
                name, role = network.devices[place].id, network.devices[place].role.value
                message = f"{name} is a {role}, but nothing of a lower tier hangs on it"
                yield Finding(message=message, elements=(name,), witness={"role": role, "links_down": 0})


@topology_layers.mutant("cable a switch of the lowest tier only to another one")
def daisy_chain(case: Case) -> Patch | None:
    """All its uplinks now end at its neighbour."""
    network, rising = case.network, uplinks(case.network)
    for fabric in fabrics(network):
        if len(fabric.tiers) < 2 or len(fabric.edge) < 2:
            continue
        moved, beside = (int(place) for place in fabric.edge[:2])
        mine = rising.links[rising.lower == moved].tolist()
        return tuple(Set("links", network.links[n].id, _moved(case, n, moved, beside)) for n in mine)
    return None


def _moved(case: Case, link: int, lower: int, beside: int) -> dict[str, PortRef]:
    made = case.network.links[link]
    end = "b" if made.a.device == case.network.devices[lower].id else "a"
    return {end: PortRef(device=case.network.devices[beside].id, port=f"moved-{link}")}


@topology_layers.mutant("call a switch of the lowest tier one of the tier above")
def misnamed(case: Case) -> Patch | None:
    """Its role says one thing; its cables say another."""
    for fabric in fabrics(case.network):
        if len(fabric.tiers) > 1 and len(fabric.edge) > 1:
            role = case.network.devices[int(fabric.tiers[-2][0])].role
            return (Set("devices", case.network.devices[int(fabric.edge[0])].id, {"role": role}),)
    return None
