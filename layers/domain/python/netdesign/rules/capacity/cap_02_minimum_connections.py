"""CAP-02: as many uplinks, and links in all, as redundancy and the fabric need."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.tiers import (
    CLOS,
    Fabric,
    fabric_links,
    fabric_of,
    fabrics,
    role_tiers,
    uplink_counts,
    uplinks,
)
from netdesign.analysis.traffic.demand import doubled
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints, Longs

LEAVES = CLOS[-1]


class Expected(NamedTuple):
    """Uplinks that a leaf needs to reach `spines` spines with `parallel` links each."""

    spines: int
    parallel: int

    @property
    def uplinks(self) -> int:
        """All of them."""
        return self.spines * self.parallel


def _applies(case: Case) -> bool:
    return bool(fabrics(case.network))


@rule(
    code="CAP-02",
    name="minimum-connections",
    title="Minimum Connections",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with switches",
    applicable=_applies,
    flags="A switch below the top tier with fewer uplinks than one, or two from medium redundancy on; a leaf without"
    " the same number of uplinks to every spine of its pod as its peers have; or a fabric with fewer links than its"
    " switches times the required link-disjoint paths, halved.",
    passes="Every switch below the top has its uplinks, every leaf meets every spine of its pod, and the fabric has"
    " links enough.",
    remedy="Add the missing uplinks on free ports of the same speed.",
    references=("Whitney's bound on edge connectivity", "RFC 7938 section 3.2"),
)
def minimum_connections(case: Case) -> Iterator[Said]:
    """Counts uplinks by switch, then links by fabric."""
    network, least = case.network, 2 if doubled(case.requirements) else 1
    counts, below = uplink_counts(network), role_tiers(network) > 0
    expected = _expected(network)
    needed = np.where(below, least, 0)
    for place, wanted in expected.items():
        needed[place] = max(least, wanted.uplinks)
    for place in np.flatnonzero(counts < needed).tolist():
        yield _too_few(network, place, int(counts[place]), int(needed[place]), expected.get(place))
    yield Measure(
        name="least uplinks of a switch below the top",
        value=int(counts[below].min(initial=10**6)) if below.any() else None,
        threshold=least,
    )
    yield from _whitney(case)


@analysis
def _expected(network: Network) -> dict[int, Expected]:
    """What each leaf under spines needs: as many links to each spine as the best of its pod has."""
    spines, leaves = network.with_role(Role.SPINE), network.with_role(*sorted(LEAVES))
    if not spines.size or not leaves.size:
        return {}
    pod = _pods(network)
    width = np.bincount(pod[spines], minlength=int(pod.max(initial=0)) + 1)
    rising, count = uplinks(network), np.int64(len(network.devices))
    direct = np.isin(network.role_codes[rising.upper], ROLES.index(Role.SPINE))
    pairs, links = np.unique(rising.lower[direct].astype(np.int64) * count + rising.upper[direct], return_counts=True)
    parallel = np.ones(width.size, dtype=np.int64)
    lower = pod[pairs // count]
    np.maximum.at(parallel, lower, links)
    return {
        place: Expected(int(width[code]), int(parallel[code]))
        for place, code in zip(leaves.tolist(), pod[leaves].tolist(), strict=True)
        if width[code]
    }


@analysis
def _pods(network: Network) -> Ints:
    """A number for the pod of each device: its block where its fabric has super-spines, the whole fabric otherwise."""
    fabric, numbers = fabric_of(network).tolist(), dict[tuple[int, str | None], int]()
    podded = {fabric[place] for place in network.with_role(Role.SUPER_SPINE).tolist()}
    keys = (
        (code, device.block if code in podded else None) for code, device in zip(fabric, network.devices, strict=True)
    )
    return np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int32, len(fabric))


def _too_few(network: Network, place: int, found: int, needed: int, wanted: Expected | None) -> Finding:
    device = network.devices[place].id
    why = f" ({wanted.parallel} to each of {wanted.spines} spines)" if wanted is not None else ""
    return Finding(
        message=f"{device} has {found} uplinks; it needs {needed}{why}",
        elements=(device,),
        witness={"device": device, "uplinks": found, "needed": needed},
    )


def _whitney(case: Case) -> Iterator[Said]:
    """No graph of n nodes withstands k - 1 lost links with fewer than k * n / 2 links."""
    paths = case.parameters.redundancy[case.requirements.redundancy].edge_disjoint_paths
    for fabric in fabrics(case.network):
        links, nodes = _inside(case.network, fabric), int(fabric.devices.size)
        needed = ceil(paths * nodes / 2) if nodes > 1 else 0
        if links.size < needed:
            yield Finding(
                message=f"the {nodes} switches at {fabric.site} have {links.size} links between them;"
                f" {paths} link-disjoint paths need at least {needed}",
                elements=tuple(case.network.devices[place].id for place in fabric.devices.tolist()),
                witness={"site": fabric.site, "switches": nodes, "links": int(links.size), "needed": needed},
            )
        yield Measure(name=f"links between switches at {fabric.site}", value=int(links.size), threshold=needed)


def _inside(network: Network, fabric: Fabric) -> Longs:
    """Links between switches of a fabric, those that watch over a pair included."""
    member = np.zeros(len(network.devices) + 1, dtype=np.bool_)
    member[fabric.devices] = True
    a, b = network.link_ends
    carrying = np.zeros(len(network.links), dtype=np.bool_)
    carrying[fabric_links(network)] = True
    carrying |= network.links_for(LinkPurpose.HEARTBEAT)
    return np.flatnonzero(carrying & member[a] & member[b]).astype(np.int64)


@minimum_connections.mutant("take uplinks of a switch out of service until one is missing")
def drop_uplinks(case: Case) -> Patch | None:
    """The switch with the fewest uplinks is left one short."""
    network, rising = case.network, uplinks(case.network)
    if not rising.lower.size:
        return None
    counts = uplink_counts(network)
    place = min(set(rising.lower.tolist()), key=lambda lower: (int(counts[lower]), lower))
    wanted = _expected(network).get(place)
    least = 2 if doubled(case.requirements) else 1
    needed = max(least, wanted.uplinks if wanted else 0)
    mine = rising.links[rising.lower == place].tolist()
    return tuple(Set("links", network.links[link].id, {"in_service": False}) for link in mine[needed - 1 :])


@minimum_connections.mutant("take links between switches out of service until a fabric has too few")
def drop_links(case: Case) -> Patch | None:
    """The first fabric of several switches keeps one link fewer than it needs."""
    paths = case.parameters.redundancy[case.requirements.redundancy].edge_disjoint_paths
    for fabric in fabrics(case.network):
        needed = ceil(paths * int(fabric.devices.size) / 2)
        links = _inside(case.network, fabric).tolist()
        if fabric.devices.size > 1 and needed > 0:
            gone = links[needed - 1 :]
            return tuple(Set("links", case.network.links[link].id, {"in_service": False}) for link in gone)
    return None
