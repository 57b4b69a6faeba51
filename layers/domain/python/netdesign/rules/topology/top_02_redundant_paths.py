"""TOP-02: as many disjoint paths as the redundancy level asks for."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.redundancy import Disjointness, disjoint_paths, weakest_links
from netdesign.analysis.traffic.pairs import PairKind
from netdesign.catalog.policy import RedundancyLevel
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.LOW) and bool(_counted(case))


def _level(case: Case) -> RedundancyLevel:
    return case.parameters.redundancy[case.requirements.redundancy]


def _counted(case: Case) -> tuple[Disjointness, ...]:
    level = _level(case)
    return disjoint_paths(case.network, max(level.edge_disjoint_paths, level.node_disjoint_paths, 1))


def _needed(case: Case, found: Disjointness) -> tuple[int, int]:
    """Inside a site the level's numbers hold; ways out need only be as many as the devices that may fail."""
    level = _level(case)
    if found.pair.kind is not PairKind.WAY_OUT:
        return level.edge_disjoint_paths, level.node_disjoint_paths
    return level.node_disjoint_paths, level.node_disjoint_paths


@rule(
    code="TOP-02",
    name="redundant-paths",
    title="Redundant Paths",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="redundancy low and above, where pairs need paths",
    applicable=_applies,
    flags="A switch and the top of its fabric, two top switches, or a top tier and its firewalls or ways out, with"
    " fewer link-disjoint or device-disjoint paths between them than the redundancy level asks for.",
    passes="Every required pair has the disjoint paths that its redundancy level asks for.",
    remedy="Add links between the two sides of the smallest cut, which the finding names.",
    references=("Menger's theorem", "NIST SP 800-53 CP-8(3)"),
)
def redundant_paths(case: Case) -> Iterator[Said]:
    """Counts paths by augmenting flows; switches that are twins are counted once."""
    for found in _counted(case):
        edges, nodes = _needed(case, found)
        if found.edges < edges or found.nodes < nodes:
            yield _finding(case, found, edges, nodes)
    level = _level(case)
    inside = [found for found in _counted(case) if found.pair.kind is not PairKind.WAY_OUT]
    least = min(inside or _counted(case), key=lambda found: (found.edges, found.nodes))
    yield Measure(name="least link-disjoint paths", value=least.edges, threshold=level.edge_disjoint_paths)
    yield Measure(
        name="least device-disjoint paths",
        value=min(f.nodes for f in inside or _counted(case)),
        threshold=level.node_disjoint_paths,
    )


def _finding(case: Case, found: Disjointness, edges: int, nodes: int) -> Finding:
    devices = case.network.devices
    sources = [devices[place].id for place in found.pair.sources]
    targets = [devices[place].id for place in found.pair.targets]
    others = f" (and {len(sources) - 1} like it)" if len(sources) > 1 and found.pair.kind is PairKind.SWITCH else ""
    return Finding(
        message=f"{sources[0]}{others} has {found.edges} link-disjoint and {found.nodes} device-disjoint paths to"
        f" {', '.join(targets[:3])}; it needs {edges} and {nodes}",
        elements=tuple(sources) if found.pair.kind is PairKind.SWITCH else (*sources, *targets),
        witness={
            "pair": found.pair.kind.value,
            "link_disjoint": found.edges,
            "device_disjoint": found.nodes,
            "sources": list(sources[:SHOWN]),
            "targets": list(targets[:SHOWN]),
            "smallest_cut": list(weakest_links(case.network, found.pair)[:SHOWN]),
        },
    )


@redundant_paths.mutant("cut the links of a pair until it has one path too few")
def cut_paths(case: Case) -> Patch | None:
    """The smallest cut, less as many links as may be left."""
    kinds = (PairKind.SWITCH, PairKind.TOP, PairKind.ENFORCER)
    for kind in kinds if _applies(case) else ():
        for found in _counted(case):
            cut = weakest_links(case.network, found.pair) if found.pair.kind is kind else ()
            spared = _level(case).edge_disjoint_paths - 1
            if len(cut) > spared:
                return tuple(Set("links", name, {"in_service": False}) for name in cut[spared:])
    return None
