"""How many hops lie between the switches of a fabric and between sites, and how far traffic goes out of its way."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.distances import kilometres
from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.facts.tiers import CLOS, fabric_links, fabric_of, fabrics, role_tiers
from netdesign.analysis.protocols.providers import PRIVATE_CIRCUITS
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.graph.shortest import eccentricities
from netdesign.model.vocabulary import Archetype, ServiceClass

if TYPE_CHECKING:
    from netdesign.analysis.facts.tiers import Fabric
    from netdesign.graph.multigraph import Ints, Longs
    from netdesign.model.inventory import Site

Roads = dict[str, dict[str, float]]


class Width(NamedTuple):
    """A fabric: the shape that its tiers make, its hops at most, and two switches that are so far apart."""

    site: str
    shape: Archetype
    hops: int
    ends: tuple[int, ...]


@analysis
def widths(network: Network) -> tuple[Width, ...]:
    """The longest shortest path between switches of every fabric, along its own switches."""
    links, of = fabric_links(network), np.append(fabric_of(network), -1)
    owner = of[network.link_ends[0][links]]
    order = np.argsort(owner, kind="stable")
    numbers = np.arange(len(fabrics(network)))
    first, end = (np.searchsorted(owner[order], numbers + more).tolist() for more in (0, 1))
    shapes: dict[bytes, Longs] = {}
    return tuple(
        _width(network, fabric, links[order[low:high]], shapes)
        for fabric, low, high in zip(fabrics(network), first, end, strict=True)
    )


def _width(network: Network, fabric: Fabric, links: Ints, shapes: dict[bytes, Longs]) -> Width:
    """The width of a fabric with these links; `shapes` is told what each fabric, by its numbered links, spans."""
    members = np.sort(fabric.devices)
    tail, head = (np.searchsorted(members, end[links]).astype(np.int32) for end in network.link_ends)
    shape = np.concatenate([[members.size], tail, head]).tobytes()
    if shape not in shapes:
        reach = eccentricities(Multigraph(members.size, tail, head))
        shapes[shape] = np.where(np.isfinite(reach), reach, 0).astype(np.int64)
    spread = shapes[shape][np.searchsorted(members, fabric.devices)]
    hops = int(spread.max(initial=0))
    ends = fabric.devices[spread == hops][:2]
    return Width(fabric.site, shape_of(network, fabric), hops, tuple(ends.tolist()))


def shape_of(network: Network, fabric: Fabric) -> Archetype:
    """The archetype that the tiers of a fabric make."""
    count = len(fabric.tiers)
    role = ROLES[int(network.role_codes[int(fabric.edge[0])])]
    if any(role in tier for tier in CLOS):
        return (Archetype.COLLAPSED_DATACENTER, Archetype.SPINE_LEAF, Archetype.FIVE_STAGE_CLOS)[count - 1]
    return (Archetype.BRANCH, Archetype.COLLAPSED_CORE, Archetype.THREE_TIER)[count - 1]


@analysis
def roads(network: Network) -> Roads:
    """The kilometres of every direct way between two sites: links, tunnels, and networks of one provider."""
    sites, known, found = network.by_id("sites"), network.by_id("devices"), defaultdict[str, dict[str, float]](dict)

    def join(a: str, b: str, km: float | None) -> None:
        way = km if km is not None else distance_km(sites.get(a), sites.get(b))
        if a != b and way < found[a].get(b, inf):
            found[a][b] = found[b][a] = way

    for at in np.flatnonzero(network.usable_links).tolist():
        link = network.links[at]
        ends = [known[link.a.device], known[link.b.device]]
        if network.ours[network.device_index[ends[0].id]] and network.ours[network.device_index[ends[1].id]]:
            join(ends[0].site, ends[1].site, link.fibre_km)
    for tunnel in network.design.overlay.tunnels:
        if tunnel.a in known and tunnel.b in known:
            join(known[tunnel.a].site, known[tunnel.b].site, None)
    sold: dict[tuple[str, str], set[str]] = defaultdict(set)
    for circuit in network.design.cabling.circuits:
        place = network.link_index.get(circuit.link)
        if circuit.kind in PRIVATE_CIRCUITS and place is not None and network.usable_links[place]:
            sold[circuit.provider, circuit.kind.value].add(circuit.site)
    for members in sold.values():
        for a in members:
            for b in members:
                join(a, b, None)
    return dict(found)


def distance_km(a: Site | None, b: Site | None) -> float:
    """The great circle between two sites; 0 where a place is not known."""
    return (kilometres(a, b) or 0.0) if a is not None and b is not None else 0.0


def ways_from(network: Network, site: str, *, hops: bool) -> dict[str, float]:
    """The least kilometres (or hops) from a site to every site that it reaches."""
    best, queue = {site: 0.0}, [(0.0, site)]
    while queue:
        so_far, here = heappop(queue)
        if so_far > best[here]:
            continue
        for there, km in roads(network).get(here, {}).items():
            total = so_far + (1.0 if hops else km)
            if total < best.get(there, inf):
                best[there] = total
                heappush(queue, (total, there))
    return best


@analysis
def farthest_sites(network: Network) -> tuple[str, str, int]:
    """The two sites that are most hops apart, and how many."""
    joined = roads(network)
    sites = sorted(joined)
    number = {site: at for at, site in enumerate(sites)}
    pairs = np.array([(number[a], number[b]) for a in sites for b in joined[a] if a < b], np.int32).reshape(-1, 2)
    reach = eccentricities(Multigraph(len(sites), pairs[:, 0], pairs[:, 1]))
    if not pairs.size:
        return ("", "", 0)
    first, most = sites[int(reach.argmax())], int(reach.max())
    return first, next(far for far, hops in ways_from(network, first, hops=True).items() if hops == most), most


class Detour(NamedTuple):
    """A gold flow between two sites, the kilometres that it takes, and those between the sites."""

    flow: str
    sites: tuple[str, str]
    way_km: float
    direct_km: float


@analysis
def detours(network: Network) -> tuple[Detour, ...]:
    """Every gold flow between sites whose places are known and joined."""
    sites, found = network.by_id("sites"), []
    for flow in network.design.traffic.flows:
        if flow.service_class is not ServiceClass.GOLD:
            continue
        for near in ends_of(network, flow.sources):
            for far in ends_of(network, flow.targets):
                direct = distance_km(sites.get(near.site or ""), sites.get(far.site or ""))
                way = ways_from(network, near.site, hops=False).get(far.site or "") if near.site and direct else None
                if way is not None and near.site and far.site:
                    found.append(Detour(flow.id, (near.site, far.site), way, direct))
    return tuple(found)


@analysis
def stray_links(network: Network) -> tuple[int, ...]:
    """Links in service between two switches of one tier below the top, on ports that nobody set up."""
    tier = np.append(role_tiers(network), -1)
    a, b = network.link_ends
    bare = (network.link_interfaces[0] < 0) | (network.link_interfaces[1] < 0)
    return tuple(np.flatnonzero((tier[a] == tier[b]) & (tier[a] > 0) & network.usable_links & bare).tolist())
