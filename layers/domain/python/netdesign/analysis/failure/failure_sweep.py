"""What every failure does to the traffic: the loads of links after it, and the flows that find no path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.failure.cut_off import watch
from netdesign.analysis.failure.failure_images import like_failures, link_classes, symmetry
from netdesign.analysis.traffic.traffic import Stretch, Tally, stretches, tallied
from netdesign.graph.network import Network, analysis
from netdesign.graph.rerouting import Base, base_of, rerouted

if TYPE_CHECKING:
    from netdesign.analysis.traffic.failures import Failure
    from netdesign.graph.multigraph import Floats, Longs, Multigraph
    from netdesign.model.vocabulary import ServiceClass

Classes = frozenset["ServiceClass"]

LARGEST_TABLE = 30_000_000
"""Destinations times nodes and arcs up to which loads are kept apart by destination."""

BASE_NS, START_NS, ELEMENT_NS, SEARCH_NS, ROW_NS, ARC_NS = 60, 1_500_000, 1_500, 40, 30, 300
"""Measured times of array steps; they only decide between two ways to the same result."""


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """The traffic after a failure, and after the failures that are its images (itself among them).

    `load_bps` is as that of `traffic.Loads`. `unserved_bps` holds, by id of the flow, what finds no path,
    but for what starts or ends at what failed.
    """

    failure: Failure
    like: int
    load_bps: Floats
    unserved_bps: dict[str, float]


def outcomes(network: Network, failures: Sequence[Failure], classes: Classes | None = None) -> Iterator[Outcome]:
    """Yield what each failure does to the flows (of some service classes only); of like failures the first.

    The order is not that of the failures.
    """
    sent = sent_by(network, classes)
    watched = watch(network, sent)
    groups: dict[frozenset[int], list[tuple[Failure, int]]] = {}
    for like in like_failures(network, failures):
        failure = failures[like[0]]
        groups.setdefault(_stand_ins(network).intersection(failure.devices), []).append((failure, len(like)))
    for stand_ins, those in groups.items():
        loads = _loads(network, sent, stand_ins, [failure for failure, _ in those])
        for (failure, count), (load, whole) in zip(those, loads, strict=True):
            yield Outcome(failure, count, load, {} if whole else watched.cut_off_bps(failure))


def sent_by(network: Network, classes: Classes | None) -> tuple[Stretch, ...]:
    """The stretches of the flows of some service classes, or of all."""
    if classes is None:
        return stretches(network)
    flows = {flow.id for flow in network.design.traffic.flows if flow.service_class in classes}
    return tuple(stretch for stretch in stretches(network) if stretch.flow in flows)


@analysis
def _stand_ins(network: Network) -> frozenset[int]:
    """Devices whose failure makes others take over: what traffic passes then is not what it passed before."""
    index = network.device_index
    members = {m for group in network.design.inventory.ha_groups for m in group.members}
    passed = {m for stretch in stretches(network) for stop in stretch.past for e in stop for m in e.members}
    return frozenset(index[member] for member in members if member in index) | passed


def _loads(
    network: Network, sent: Sequence[Stretch], stand_ins: frozenset[int], failures: Sequence[Failure]
) -> Iterator[tuple[Floats, bool]]:
    """The loads after each failure, all of which fail the same stand-ins, and whether all is known to be served."""
    tally = tallied(network, sent, stand_ins)
    base = _worthwhile_base(network, tally, failures)
    links = len(network.links)
    if base is None:
        for failure in failures:
            alone = tallied(network, sent, frozenset(failure.devices), frozenset(failure.links))
            yield alone.routed()[:, :links], False
    else:
        # Paths through endpoints at home on several devices count as paths here, though they are none.
        served = not tally.unserved and not carriage(network).homes
        for block in rerouted(base, [(failure.devices, failure.links) for failure in failures]):
            for load, lost in zip(block.load[:, :, :links], block.lost.tolist(), strict=True):
                yield load, served and lost == 0.0


def _worthwhile_base(network: Network, tally: Tally, failures: Sequence[Failure]) -> Base | None:
    """Routes kept apart by destination; None where it is less work to route each failure on the symmetry left.

    What each takes is estimated from the sizes of what it works on.
    """
    targets = _destinations(tally)
    arcs = 2 * int(np.count_nonzero(tally.graph.edges_present))
    separate = targets.size * (arcs + tally.graph.node_count)
    if not targets.size or separate > LARGEST_TABLE:
        return None
    symmetric = len(failures) * _symmetric_ns(network, tally.graph, targets)
    if separate * BASE_NS > symmetric:
        return None
    base = base_of(tally.graph, targets, _demand(tally, targets))
    return base if sum(_touched_ns(base, failure) for failure in failures) < symmetric else None


def _symmetric_ns(network: Network, graph: Multigraph, targets: Longs) -> float:
    """Roughly how long it takes to route all traffic once, like parts drawn as one."""
    like = symmetry(network)
    kinds = np.unique(like.kind[targets]).size
    classes = np.unique(link_classes(network)).size
    return START_NS + ELEMENT_NS * (graph.node_count + graph.edge_count) + SEARCH_NS * kinds * classes


def _touched_ns(base: Base, failure: Failure) -> float:
    """Roughly how long it takes to route again what a failure touches."""
    rows, arcs = base.touched(failure.devices, failure.links)
    return rows * base.graph.node_count * ROW_NS + arcs * ARC_NS


def _destinations(tally: Tally) -> Longs:
    """The nodes where traffic ends, ascending."""
    nodes = [there.nodes for there, _ in tally.arriving.values()]
    return np.unique(np.concatenate(nodes)).astype(np.int64) if nodes else np.zeros(0, np.int64)


def _demand(tally: Tally, targets: Longs) -> Floats:
    """A row for each destination with what every node sends there."""
    demand = np.zeros((targets.size, tally.graph.node_count))
    for there, sent in tally.sent():
        rows = np.searchsorted(targets, there.nodes)
        for row, share in zip(rows.tolist(), there.shares.tolist(), strict=True):
            demand[row] += sent * share
    return demand
