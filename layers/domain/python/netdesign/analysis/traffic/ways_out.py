"""Whether switches have two ways to the Internet that share no link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.tiers import fabrics
from netdesign.analysis.traffic.exits import exits
from netdesign.analysis.traffic.pairs import whole
from netdesign.graph.connectivity import two_edge_components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools


@analysis
def two_ways_out(network: Network) -> Bools:
    """Which devices have two link-disjoint ways to the exits of their site, taken together."""
    graph, index = whole(network), network.device_index
    beyond: dict[str, set[int]] = {}
    for one in exits(network):
        beyond.setdefault(network.devices[index[one.device]].site, set()).add(index[one.provider])
    sites = sorted(beyond)
    if not sites:
        return np.zeros(len(network.devices), np.bool_)
    ends = [(provider, graph.node_count + at) for at, site in enumerate(sites) for provider in sorted(beyond[site])]
    tail, head = np.array(ends * 2, np.int32).reshape(-1, 2).T
    alive = np.concatenate([graph.nodes_present, np.ones(len(sites), np.bool_)])
    joined = Multigraph(
        graph.node_count + len(sites),
        np.concatenate([graph.tail, tail]),
        np.concatenate([graph.head, head]),
        None,
        alive,
        np.concatenate([graph.edges_present, np.ones(tail.size, np.bool_)]),
    )
    label = two_edge_components(joined)
    found = np.zeros(len(network.devices), np.bool_)
    for at, site in enumerate(sites):
        here = [place for place in network.devices_by("site").get(site, []) if label[place] >= 0]
        found[here] = label[here] == label[graph.node_count + at]
    return found


@analysis
def one_way_out(network: Network) -> dict[str, tuple[int, ...]]:
    """By site with exits, the switches without two link-disjoint ways to them."""
    doubled, index = two_ways_out(network), network.device_index
    sites = {network.devices[index[one.device]].site for one in exits(network)}
    found: dict[str, list[int]] = {}
    for fabric in fabrics(network):
        if fabric.site in sites:
            found.setdefault(fabric.site, []).extend(p for p in fabric.devices.tolist() if not doubled[p])
    return {site: tuple(places) for site, places in found.items()}
