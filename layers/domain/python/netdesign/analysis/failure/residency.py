"""In which jurisdiction things are, and through which places a flow may pass, also when something fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.policy.encryption import clear_links
from netdesign.analysis.traffic.failures import Failure, FailureKind
from netdesign.graph.network import Network, analysis
from netdesign.graph.shortest import distances
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints, Longs, Multigraph
    from netdesign.model.traffic import Flow

UNKNOWN = frozenset({"", "UNKNOWN", "NONE", "N/A"})


@dataclass(frozen=True, slots=True)
class Hop:
    """A device at a site that a flow passes; `failed` is what has to fail for that (empty for nothing)."""

    device: str
    site: str
    failed: str = ""


def code_of(jurisdiction: str) -> str | None:
    """The code of a jurisdiction in capitals without its subdivision (`us-va` is `US`); None where it is unknown."""
    plain = jurisdiction.strip().upper()
    return None if plain in UNKNOWN else plain.partition("-")[0]


@analysis
def jurisdictions(network: Network) -> dict[str, str | None]:
    """The code of the jurisdiction of each site, by the site's id."""
    return {site.id: code_of(site.jurisdiction) for site in network.design.inventory.sites}


@analysis
def foreign_sites(network: Network, allowed: frozenset[str]) -> frozenset[str]:
    """The sites that are known to lie outside the allowed jurisdictions."""
    return frozenset(site for site, code in jurisdictions(network).items() if code is not None and code not in allowed)


@analysis
def site_links(network: Network) -> Ints:
    """The links between devices of different sites, and circuits, by position."""
    sites = {site: place for place, site in enumerate(sorted({device.site for device in network.devices}))}
    site_of = np.fromiter((sites[device.site] for device in network.devices), np.int32, len(network.devices))
    theirs = np.zeros(len(network.devices), np.bool_)
    theirs[network.with_role(Role.PROVIDER)] = True
    a, b = network.link_ends
    usable = network.usable_links
    found: Ints = np.flatnonzero(usable & ((site_of[a] != site_of[b]) | theirs[a] | theirs[b])).astype(np.int32)
    return found


def telling(network: Network, failures: Iterable[Failure]) -> Iterator[Failure]:
    """The failures that may lead a flow through other sites: all single ones, and pairs at the links between sites."""
    links = frozenset(site_links(network).tolist())
    a, b = network.link_ends
    devices = {int(end[link]) for link in links for end in (a, b)}
    for failure in failures:
        if failure.kind is not FailureKind.PAIR or (links | devices) & {*failure.links, *failure.devices}:
            yield failure


def hops(network: Network, flow: Flow, sites: frozenset[str], failures: Iterable[Failure] = ()) -> tuple[Hop, ...]:
    """The devices at `sites` through which a flow enters or leaves them, with nothing failed or with each failure.

    Only devices at an end of a link between sites can be such. Each is told once, with the first failure.
    """
    a, b = network.link_ends
    edge = {int(end[link]) for link in site_links(network).tolist() for end in (a, b)}
    watched = np.array(sorted(place for place in edge if network.devices[place].site in sites), np.int64)
    found: dict[int, Hop] = {}
    ends = _nodes(network, flow.sources), _nodes(network, flow.targets)
    for failure in (None, *telling(network, failures)) if watched.size else ():
        devices, links = (failure.devices, failure.links) if failure is not None else ((), ())
        for place in _passed(carriage(network).without(devices, links), watched, *ends):
            device = network.devices[place]
            name = ", ".join(failure.elements) if failure is not None else ""
            found.setdefault(place, Hop(device.id, device.site, name))
    return tuple(found.values())


def _nodes(network: Network, names: tuple[str, ...]) -> Longs:
    """The nodes of the carriage that the ends of a flow are at."""
    spreads = [end.spread.nodes for end in ends_of(network, names)]
    found: Longs = np.unique(np.concatenate([np.zeros(0, np.int64), *spreads]))
    return found


def _passed(graph: Multigraph, watched: Longs, near: Longs, far: Longs) -> Iterator[int]:
    """Which watched nodes lie on a shortest path from a near node to a far one."""
    if not (watched.size and near.size and far.size):
        return
    few, many = (near, far) if near.size <= far.size else (far, near)
    between = distances(graph, few)[:, many]
    onward = distances(graph, watched)
    for place, row in zip(watched.tolist(), onward, strict=True):
        through = row[few][:, None] + row[many][None, :]
        if bool(np.any(np.isfinite(through) & (through == between))):
            yield place


def clear_hops(
    network: Network, flow: Flow, sites: frozenset[str], bits: int, failures: Iterable[Failure] = ()
) -> tuple[Hop, ...]:
    """The hops of a flow at `sites` that see its data: none where it is encrypted end to end.

    A provider's device sees nothing of a circuit that the link itself or a tunnel encrypts.
    """
    if flow.encrypted or not sites:
        return ()
    clear = [network.links[at] for at in clear_links(network, flow, bits)]
    bare = {end.device for link in clear for end in (link.a, link.b)}
    blind = {network.devices[place].id for place in network.with_role(Role.PROVIDER).tolist()} - bare
    return tuple(hop for hop in hops(network, flow, sites, failures) if hop.device not in blind)
