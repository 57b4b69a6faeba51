"""What a Clos fabric carries between two halves of its leaves, in the worst way of halving them that is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_bandwidth_bps
from netdesign.analysis.facts.clos import planes
from netdesign.analysis.facts.tiers import role_tiers, uplinks
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.analysis.facts.clos import Plane
    from netdesign.graph.multigraph import Floats, Ints


class Bisection(NamedTuple):
    """A plane of leaves (or all pods, where `pod` is empty and pods differ): bandwidth of its endpoints and of the
    worst balanced cut that was found, one way."""

    site: str
    pod: str | None
    leaves: tuple[int, ...]
    edge_bps: float
    cut_bps: float


@analysis
def bisections(network: Network) -> tuple[Bisection, ...]:
    """The cut of every plane, and across the pods of every fabric that has several."""
    found = [_of_plane(network, plane) for plane in planes(network) if plane.leaves.size > 1]
    by_site: dict[str, list[Plane]] = {}
    for plane in planes(network):
        by_site.setdefault(plane.site, []).append(plane)
    found += [_across(network, site, pods) for site, pods in by_site.items() if len(pods) > 1]
    return tuple(found)


def _of_plane(network: Network, plane: Plane) -> Bisection:
    table = _capacity(network, plane.leaves, plane.spines)
    edge = float(endpoint_bandwidth_bps(network)[plane.leaves].sum())
    return Bisection(plane.site, plane.pod, tuple(plane.leaves.tolist()), edge, halved(table))


def _capacity(network: Network, lower: Ints, upper: Ints) -> Floats:
    """Bandwidth of the links in use between each of `lower` (rows) and of `upper` (columns)."""
    rising = uplinks(network)
    row = np.full(len(network.devices), -1, np.int64)
    column = row.copy()
    row[lower], column[upper] = np.arange(len(lower)), np.arange(len(upper))
    mine = (row[rising.lower] >= 0) & (column[rising.upper] >= 0)
    table = np.zeros((len(lower), len(upper)))
    speeds = network.link_speed_bps[rising.links[mine]]
    np.add.at(table, (row[rising.lower[mine]], column[rising.upper[mine]]), speeds)
    return table


def halved(table: Floats) -> float:
    """The least bandwidth between two halves of the rows over the columns, among the halvings that are tried.

    Over a spine goes what the poorer half has to it. Where all rows are alike every halving gives half of all;
    otherwise rows are ranked by what they have to one column, and to all, which sets apart what hangs together.
    """
    rows = table.shape[0]
    middle, ranks = rows // 2, [table.sum(axis=1), *table.T]
    least = np.inf
    for rank in ranks:
        order = np.argsort(-rank, kind="stable")
        one, other = table[order[: rows - middle]].sum(axis=0), table[order[rows - middle :]].sum(axis=0)
        # Halves of an odd number of leaves differ by one: the smaller half bounds what passes.
        least = min(least, float(np.minimum(one, other).sum() * (rows / 2 / max(1, middle))))
    return least if rows > 1 else 0.0


def _across(network: Network, site: str, pods: list[Plane]) -> Bisection:
    """Half of what all pods have towards the tier that joins them."""
    rising, tier = uplinks(network), role_tiers(network)
    spines = np.concatenate([pod.spines for pod in pods])
    up = np.isin(rising.lower, spines) & (tier[rising.upper] < tier[rising.lower])
    leaves = np.concatenate([pod.leaves for pod in pods])
    edge = float(endpoint_bandwidth_bps(network)[leaves].sum())
    total = float(network.link_speed_bps[rising.links[up]].sum())
    return Bisection(site, None, tuple(leaves.tolist()), edge, total / 2)
