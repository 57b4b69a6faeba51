"""TOP-08: a full mesh has a direct way between every two of its members."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from netdesign.graph.network import Network, analysis
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity, TopologyPreference
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def _applies(case: Case) -> bool:
    return case.requirements.topology_preference is TopologyPreference.MESH and len(_sites(case.network)) > 2


@analysis
def _sites(network: Network) -> tuple[str, ...]:
    """Sites with devices of ours in service."""
    return tuple(sorted({d.site for d in network.devices if d.in_service and d.role is not Role.PROVIDER}))


@analysis
def _joined(network: Network) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The links and tunnels, as (collection, id), between the devices of each pair of sites."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    index, links = network.device_index, network.links
    ends = [("links", link.id, link.a.device, link.b.device) for link in links if link.in_service]
    ends += [("tunnels", tunnel.id, tunnel.a, tunnel.b) for tunnel in network.design.overlay.tunnels]
    for collection, name, *pair in ends:
        if all(end in index and network.in_service[index[end]] for end in pair):
            sites = sorted({network.devices[index[end]].site for end in pair})
            if len(sites) > 1:
                found.setdefault((sites[0], sites[1]), []).append((collection, name))
    return found


@rule(
    code="TOP-08",
    name="mesh-full-connectivity",
    title="Mesh Full Connectivity",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="a mesh asked for between three sites or more",
    applicable=_applies,
    flags="Two sites of a mesh without a link or tunnel between them.",
    passes="Every two sites of the mesh are joined directly.",
    remedy="Add the missing tunnel or link, or ask for hubs instead of a mesh.",
    references=("Complete graph: n(n-1)/2 pairs", "RFC 4456 (reflectors instead of a full mesh)"),
)
def full_mesh(case: Case) -> Iterator[Said]:
    """Every pair of sites, looked up among links and tunnels."""
    joined, pairs = _joined(case.network), list(combinations(_sites(case.network), 2))
    missing = [pair for pair in pairs if pair not in joined]
    for one, other in missing:
        yield Finding(message=f"nothing joins {one} and {other} directly", elements=(one, other), witness={"joins": 0})
    yield Measure(name="pairs of sites joined directly", value=len(pairs) - len(missing), threshold=len(pairs))


@full_mesh.mutant("drop what joins one pair of sites")
def drop_pair(case: Case) -> Patch | None:
    """All tunnels and links between two sites."""
    for members in _joined(case.network).values() if _applies(case) else ():
        return tuple(
            Remove("tunnels", name) if collection == "tunnels" else Set("links", name, {"in_service": False})
            for collection, name in members
        )
    return None
