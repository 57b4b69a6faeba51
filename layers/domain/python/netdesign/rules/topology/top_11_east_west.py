"""TOP-11: traffic inside a data centre takes the short, wide way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.facts.clos import links_between, planes
from netdesign.analysis.facts.tiers import CLOS, Fabric, fabrics, role_tiers, uplinks
from netdesign.analysis.protocols.adjacency import processes
from netdesign.analysis.routing.path_width import upward_widths
from netdesign.analysis.traffic.traffic import utilisation
from netdesign.graph.connectivity import components
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.graph.shortest import distances, eccentricities
from netdesign.graph.twins import twin_classes
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure, Witness
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

CLOS_ROLES = frozenset(role for tier in CLOS for role in tier)
MOSTLY = 0.5
"""East-west traffic that is more than this share makes it the rule's business; so does any Clos fabric."""


def _applies(case: Case) -> bool:
    return bool(_clos(case.network)) or (case.requirements.east_west_share > MOSTLY and bool(fabrics(case.network)))


@analysis
def _clos(network: Network) -> tuple[Fabric, ...]:
    found = [f for f in fabrics(network) if network.devices[int(f.edge[0])].role in CLOS_ROLES]
    return tuple(fabric for fabric in found if len(fabric.edge) > 1)


@rule(
    code="TOP-11",
    name="east-west-traffic",
    title="East-West Traffic",
    category=Category.TOPOLOGY,
    severity=Severity.WARNING,
    applies="Clos fabrics, and designs whose traffic is mostly east-west",
    applicable=_applies,
    flags="Two leaves further apart than twice the number of tiers above them, or joined only through a"
    " firewall; a leaf"
    " whose equal-cost paths use fewer spines than its plane has; and (as an error) a fabric link loaded"
    " beyond the steady limit.",
    passes="Leaves are two hops apart (four in five stages), every spine carries its share, and fabric"
    " links keep their headroom.",
    remedy="Complete the links between leaves and spines, or add spines; let routing use all equal paths.",
    references=("RFC 7938 section 3",),
)
def east_west(case: Case) -> Iterator[Said]:
    """Distances between classes of leaves, next hops per leaf, and the loads of fabric links."""
    yield from _hops(case)
    yield from _width(case)
    yield from _routing_width(case)
    yield from _loads(case)


def _hops(case: Case) -> Iterator[Said]:
    network = case.network
    for fabric in _clos(network):
        limit = max(1, 2 * (len(fabric.tiers) - 1))
        first, far, found = _furthest(network, fabric, limit)
        names = (network.devices[first].id, network.devices[far].id)
        if found > limit:
            hops = int(found) if np.isfinite(found) else None
            words = f"{hops} hops" if hops is not None else "no path inside the fabric"
            message = f"{names[0]} and {names[1]} have {words} between them; {limit} hops are enough"
            yield Finding(message=message, elements=names, witness={"hops": hops, "limit": limit})
        yield Measure(
            name=f"most hops between leaves at {fabric.site}",
            value=float(found) if np.isfinite(found) else None,
            threshold=limit,
        )


def _furthest(network: Network, fabric: Fabric, limit: int) -> tuple[int, int, float]:
    """The two leaves furthest apart, exactly where they lie further apart than `limit`, else a bound."""
    outside = np.setdiff1d(np.arange(len(network.devices)), fabric.devices)
    graph = network.forwarding.without(nodes=outside)
    leaves = fabric.edge
    reach = eccentricities(graph)[leaves]
    if np.unique(components(graph)[leaves]).size == 1 and reach.max() <= limit:
        return int(leaves[0]), int(leaves[1]), float(reach.max())
    classes = twin_classes(graph)[leaves]
    _, first = np.unique(classes, return_index=True)
    found = distances(graph, leaves[first])[:, leaves]
    row, column = np.unravel_index(int(np.argmax(found)), found.shape)
    return int(leaves[first][row]), int(leaves[column]), float(found[row, column])


def _width(case: Case) -> Iterator[Finding]:
    network = case.network
    for plane in planes(network):
        width = (links_between(network, plane.leaves, plane.spines) > 0).sum(axis=1)
        for place, paths in zip(plane.leaves.tolist(), width.tolist(), strict=True):
            if paths < len(plane.spines):
                name = network.devices[place].id
                message = f"{name} spreads its traffic over {paths} spines of {len(plane.spines)}"
                yield Finding(
                    message=message, elements=(name,), witness={"spines_used": paths, "spines": len(plane.spines)}
                )


def _routing_width(case: Case) -> Iterator[Finding]:
    network, widths = case.network, upward_widths(case.network)
    inside = np.zeros(len(network.devices) + 1, np.bool_)
    for fabric in _clos(network):
        inside[fabric.devices] = True
    facts, device = network.design.routing.processes, processes(network).device
    narrow = (widths.used < widths.sessions) & inside[device[widths.process]]
    rows = (column[narrow].tolist() for column in (widths.process, widths.sessions, widths.used))
    for process, sessions, used in zip(*rows, strict=True):
        fact = facts[process]
        message = f"{fact.id} of {fact.device} uses {used} of its {sessions} equal sessions to the tier above"
        witness: Witness = {
            "paths": used,
            "sessions": sessions,
            "max_paths": fact.max_paths,
            "multipath_relax": fact.multipath_relax,
        }
        yield Finding(message=message, elements=(fact.id, fact.device), witness=witness)


def _loads(case: Case) -> Iterator[Said]:
    network = case.network
    limit = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    inside = uplinks(network).links
    if not case.design.traffic.flows or not inside.size:
        return
    share = utilisation(network)[inside]
    for position in np.flatnonzero(share > limit).tolist():
        name = network.links[int(inside[position])].id
        message = f"fabric link {name} is {share[position]:.0%} full; the steady limit is {limit:.0%}"
        found = round(float(share[position]), 4)
        witness: Witness = {"utilisation": found, "limit": limit}
        yield Finding(message=message, elements=(name,), witness=witness, severity=Severity.ERROR)
    yield Measure(name="highest utilisation inside the fabric", value=round(float(share.max()), 4), threshold=limit)


@east_west.mutant("leave a leaf with one spine, or a pair without its peer links")
def single_core(case: Case) -> Patch | None:
    """All links of one leaf but those to one spine fail."""
    network, rising, tier = case.network, uplinks(case.network), role_tiers(case.network)
    for plane in planes(network):
        mine = rising.lower == plane.leaves[0]
        cut = rising.links[mine & (rising.upper != plane.spines[0])].tolist()
        if cut and tier[plane.leaves[0]] > 0:
            return tuple(Set("links", network.links[link].id, {"in_service": False}) for link in cut)
    for fabric in _clos(network):
        a, b = network.link_ends
        between = network.links_for(*FORWARDING_PURPOSES) & np.isin(a, fabric.edge) & np.isin(b, fabric.edge)
        cut = np.flatnonzero(between).tolist()
        if cut:
            return tuple(Set("links", network.links[link].id, {"in_service": False}) for link in cut)
    return None


@east_west.mutant("let a leaf use one path at a time")
def one_path(case: Case) -> Patch | None:
    """The process of a Clos switch with the most sessions to the tier above takes one path only."""
    network, widths = case.network, upward_widths(case.network)
    clos = {network.devices[at].id for fabric in _clos(network) for at in fabric.devices.tolist()}
    facts = network.design.routing.processes
    rows = zip(widths.sessions.tolist(), widths.process.tolist(), strict=True)
    wide = [(-many, facts[process].id) for many, process in rows if many > 1 and facts[process].device in clos]
    return (Set("processes", min(wide)[1], {"max_paths": 1}),) if wide else None
