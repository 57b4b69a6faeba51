"""What is left when everything at a site has failed: which sites reach each other, and which flows are served."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.traffic.failures import Failure, FailureKind, single_failures
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints
    from netdesign.model.traffic import Flow


class SiteLoss(NamedTuple):
    """What the loss of a site parts: pairs of the others, and flows with senders elsewhere that nothing serves."""

    site: str
    left: tuple[str, ...]
    parted: tuple[tuple[str, str], ...]
    unserved: tuple[str, ...]


@analysis
def site_losses(network: Network) -> tuple[SiteLoss, ...]:
    """The loss of each site at which we have devices."""
    failures = single_failures(network, (FailureKind.SITE,))
    sites = tuple(failure.elements[0] for failure in failures)
    return tuple(_loss(network, failure, sites) for failure in failures)


def _loss(network: Network, failure: Failure, sites: tuple[str, ...]) -> SiteLoss:
    lost = failure.elements[0]
    left = tuple(site for site in sites if site != lost)
    graph = carriage(network).graph.without(nodes=list(carriage(network).homes.values()))
    piece = components(graph.without(failure.devices, failure.links))
    after = degraded(network, failure.devices, failure.links)
    parted = [pair for pair in combinations(left, 2) if not _joined(network, after, piece, pair)]
    flows = (flow for flow in network.design.traffic.flows if flow.up_bps + flow.down_bps > 0)
    unserved = tuple(flow.id for flow in flows if not _served(network, flow, piece))
    return SiteLoss(lost, left, tuple(parted), unserved)


def _joined(network: Network, after: Network, piece: Ints, pair: tuple[str, str]) -> bool:
    """Whether cables join two sites, and routing tables where both have any."""
    by_cable = [_pieces_at(network, piece, site) for site in pair]
    if not by_cable[0] & by_cable[1]:
        return False
    by_route = [_routed_at(after, site) for site in pair]
    return not (by_route[0] and by_route[1]) or bool(by_route[0] & by_route[1])


def _pieces_at(network: Network, piece: Ints, site: str) -> set[int]:
    places = [place for place in network.devices_by("site").get(site, ()) if network.ours[place]]
    return {int(piece[place]) for place in places if piece[place] >= 0}


def _routed_at(after: Network, site: str) -> set[int]:
    """The pieces of routing tables that share subnets, at a site."""
    label, device = _routed_pieces(after), layer3(after).device
    at = {place for place in after.devices_by("site").get(site, ()) if after.ours[place]}
    return {int(label[vertex]) for vertex in range(device.size) if int(device[vertex]) in at}


@analysis
def _routed_pieces(after: Network) -> Ints:
    """The piece of every routing table: tables on one segment and tables of one device hold together."""
    graph = layer3(after)
    vertices, segments, devices = graph.vertex_count, graph.segment_count, len(after.devices)
    owned = np.arange(vertices, dtype=np.int32)
    tail = np.concatenate([graph.member_vertex.astype(np.int32), owned])
    head = np.concatenate([graph.member_segment + vertices, graph.device + vertices + segments]).astype(np.int32)
    return components(Multigraph(vertices + segments + devices, tail, head))[:vertices]


def _served(network: Network, flow: Flow, piece: Ints) -> bool:
    """Whether what is left of the senders reaches a receiver; a flow of which no sender is left asks for nothing."""
    near, far = (_pieces_of(network, names, piece) for names in (flow.sources, flow.targets))
    return not near or bool(near & far)


def _pieces_of(network: Network, names: tuple[str, ...], piece: Ints) -> set[int]:
    devices = _devices_of_homes(network)
    nodes = (node for end in ends_of(network, names) for node in end.spread.nodes.tolist())
    return {int(piece[place]) for node in nodes for place in devices.get(node, (node,)) if piece[place] >= 0}


@analysis
def _devices_of_homes(network: Network) -> dict[int, tuple[int, ...]]:
    return {node: tuple(sorted(members)) for members, node in carriage(network).homes.items()}
