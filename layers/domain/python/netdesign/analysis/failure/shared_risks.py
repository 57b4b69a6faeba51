"""What fails together: links of one shared risk, circuits of one provider, devices on one power feed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.failure.redundancy import disjoint_paths, graph_of
from netdesign.analysis.traffic.pairs import PairKind, required_pairs
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network, analysis
from netdesign.model.said import said
from netdesign.model.vocabulary import LinkPurpose

if TYPE_CHECKING:
    from netdesign.analysis.traffic.pairs import Pair
    from netdesign.graph.multigraph import Ints

PROVIDER, POWER = "provider", "power feed"


class Risk(NamedTuple):
    """A cause that takes links and devices (by position) along; `name` is an SRLG's id, a provider or a feed."""

    kind: str
    name: str
    links: tuple[int, ...]
    devices: tuple[int, ...]


@analysis
def shared_risks(network: Network) -> tuple[Risk, ...]:
    """Every risk that two or more links or devices in service share."""
    found = [*_groups(network), *_providers(network), *_feeds(network)]
    return tuple(risk for risk in found if len(risk.links) + len(risk.devices) > 1)


def _groups(network: Network) -> list[Risk]:
    named: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(network.usable_links).tolist():
        for name in network.links[place].srlgs:
            named[one_risk(network).get(name, name)].append(place)
    known = network.by_id("srlgs")
    return [
        Risk(known[name].kind.value if name in known else "srlg", name, tuple(dict.fromkeys(links)), ())
        for name, links in sorted(named.items())
    ]


def _providers(network: Network) -> list[Risk]:
    sold: dict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for circuit in network.design.cabling.circuits:
        place = network.link_index.get(circuit.link)
        if place is not None and network.usable_links[place]:
            sold[names.setdefault(said(circuit.provider), circuit.provider)].append(place)
    return [Risk(PROVIDER, name, tuple(dict.fromkeys(links)), ()) for name, links in sorted(sold.items())]


@analysis
def one_risk(network: Network) -> dict[str, str]:
    """The id by which each shared risk is counted: that of the first of its kind and name, however it is spelled."""
    first: dict[tuple[str, str], str] = {}
    return {
        risk.id: first.setdefault((risk.kind.value, said(risk.name) or risk.id), risk.id)
        for risk in network.design.cabling.srlgs
    }


def _feeds(network: Network) -> list[Risk]:
    fed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, device in enumerate(network.devices):
        if device.in_service and len(set(device.power_feeds)) == 1:
            fed[device.site, device.power_feeds[0]].append(place)
    return [Risk(POWER, feed, (), tuple(places)) for (_, feed), places in sorted(fed.items())]


class Parting(NamedTuple):
    """A risk that parts what has two paths or more: the pair, and the sources that fall off."""

    risk: Risk
    pair: Pair
    lost: tuple[int, ...]


@analysis
def partings(network: Network) -> tuple[Parting, ...]:
    """Every required pair with disjoint paths, and every one risk that all of them share."""
    doubled = [found.pair for found in disjoint_paths(network, 2) if found.edges > 1]
    found = []
    for risk in shared_risks(network):
        labels: dict[bool, Ints] = {}
        for pair in doubled:
            wide = pair.kind is PairKind.WAY_OUT
            if wide not in labels:
                labels[wide] = components(graph_of(network, pair).without(risk.devices, risk.links))
            lost = _lost(pair, labels[wide])
            if lost:
                found.append(Parting(risk, pair, lost))
    return tuple(found)


def _lost(pair: Pair, label: Ints) -> tuple[int, ...]:
    """The ends of a pair that reach nobody at the other end; those that fail themselves do not count."""
    if pair.kind is PairKind.TOP:
        first = int(label[pair.sources[0]])
        return tuple(t for t in pair.targets if first >= 0 and label[t] >= 0 and label[t] != first)
    reached = {int(label[target]) for target in pair.targets} - {-1}
    if pair.kind is PairKind.ENFORCER and len(pair.targets) == 1 and not reached:
        return ()
    if pair.kind is PairKind.SWITCH:
        return tuple(s for s in pair.sources if label[s] >= 0 and int(label[s]) not in reached)
    alive = [s for s in pair.sources if label[s] >= 0]
    return () if any(int(label[s]) in reached for s in alive) else pair.sources


@analysis
def circuit_places(network: Network) -> dict[str, tuple[int, ...]]:
    """The usable circuits of each site by position: those that end on a device of ours there, at either end."""
    a, b = network.link_ends
    found: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(network.links_for(LinkPurpose.CIRCUIT)).tolist():
        ends = (int(a[place]), int(b[place]))
        for site in dict.fromkeys(network.devices[end].site for end in ends if network.ours[end]):
            found[site].append(place)
    return {site: tuple(places) for site, places in found.items()}


def risks_of_kind(network: Network, place: int, *kinds: str) -> frozenset[str]:
    """The shared risks of some kinds that a link names."""
    known, one = network.by_id("srlgs"), one_risk(network)
    names = (one[name] for name in network.links[place].srlgs if name in known)
    return frozenset(name for name in names if known[name].kind.value in kinds)


def pair_count(network: Network) -> int:
    """How many required pairs there are."""
    return len(required_pairs(network))
