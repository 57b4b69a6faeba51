"""What can fail: every link, device, shared risk and site of ours, alone and in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.catalog.parameters import Parameters
    from netdesign.model.cabling import Lag
    from netdesign.model.vocabulary import Redundancy


class FailureKind(StrEnum):
    LINK = "link"
    NODE = "node"
    SRLG = "srlg"
    SITE = "site"
    PAIR = "pair"


SINGLE = (FailureKind.LINK, FailureKind.NODE, FailureKind.SRLG, FailureKind.SITE)


@dataclass(frozen=True, slots=True)
class Failure:
    """What fails together: ids of the elements said to fail, and by position all devices and links that are down.

    `links` leaves out those that are down only because a device at their end is, and holds those that a
    bundle takes with it when it has fewer members left than it needs.
    """

    kind: FailureKind
    elements: tuple[str, ...]
    devices: tuple[int, ...] = ()
    links: tuple[int, ...] = ()


def failure_sets(network: Network, parameters: Parameters, redundancy: Redundancy) -> tuple[Failure, ...]:
    """What a design of the redundancy level must survive, one failure each: singles first, then pairs."""
    from netdesign.analysis.traffic.failure_pairs import failure_pairs

    kinds = failure_kinds(parameters, redundancy)
    singles = single_failures(network, kinds)
    return (*singles, *failure_pairs(network, parameters).failures) if FailureKind.PAIR in kinds else singles


def failure_kinds(parameters: Parameters, redundancy: Redundancy) -> tuple[FailureKind, ...]:
    """The kinds of failure that a design of the redundancy level must survive."""
    return tuple(FailureKind(kind) for kind in parameters.redundancy[redundancy].failure_set)


@analysis
def single_failures(network: Network, kinds: tuple[FailureKind, ...] = SINGLE) -> tuple[Failure, ...]:
    """Every single failure of the kinds, kind by kind, each in the design's order."""
    makers = {
        FailureKind.LINK: _links,
        FailureKind.NODE: _devices,
        FailureKind.SRLG: _shared_risks,
        FailureKind.SITE: _sites,
    }
    return tuple(failure for kind in SINGLE if kind in kinds for failure in makers[kind](network))


def _links(network: Network) -> Iterator[Failure]:
    needy = _needy_bundles(network)
    for place in np.flatnonzero(network.usable_links).tolist():
        fallen = with_bundles(network, (), (place,)) if place in needy else (place,)
        yield Failure(FailureKind.LINK, (network.links[place].id,), (), fallen)


def _devices(network: Network) -> Iterator[Failure]:
    for place in np.flatnonzero(network.in_service & network.ours).tolist():
        fallen = with_bundles(network, (place,), ())
        yield Failure(FailureKind.NODE, (network.devices[place].id,), (place,), fallen)


def _shared_risks(network: Network) -> Iterator[Failure]:
    """Only those risks that the design names as facts, and that take a usable link."""
    for risk in network.design.cabling.srlgs:
        links = tuple(risk_links(network).get(risk.id, ()))
        if links:
            yield Failure(FailureKind.SRLG, (risk.id,), (), with_bundles(network, (), links))


def _sites(network: Network) -> Iterator[Failure]:
    for site, places in network.devices_by("site").items():
        devices = tuple(place for place in places if network.ours[place])
        if devices:
            yield Failure(FailureKind.SITE, (site,), devices, with_bundles(network, devices, ()))


@analysis
def risk_links(network: Network) -> dict[str, list[int]]:
    """The usable links of every shared risk, by position."""
    found: dict[str, list[int]] = {}
    usable = network.usable_links.tolist()
    for place, link in enumerate(network.links):
        if link.srlgs and usable[place]:
            for risk in dict.fromkeys(link.srlgs):
                found.setdefault(risk, []).append(place)
    return found


def both(network: Network, first: Failure, second: Failure) -> Failure:
    """The failure of two elements at once."""
    devices = tuple(sorted({*first.devices, *second.devices}))
    links = with_bundles(network, devices, (*first.links, *second.links))
    return Failure(FailureKind.PAIR, (*first.elements, *second.elements), devices, links)


def with_bundles(network: Network, devices: tuple[int, ...], links: Iterable[int]) -> tuple[int, ...]:
    """The links, and those that fall with them because their bundle keeps too few members."""
    down, needy = set(links), _needy_bundles(network)
    waiting = [*down, *(link for device in devices for link in _bundled_links_at(network).get(device, ()))]
    if not any(link in needy for link in waiting):
        return tuple(sorted(down))
    a, b = network.link_ends
    dead = set(devices)
    gone = set(waiting)
    while waiting:
        for members, needed in needy.get(waiting.pop(), ()):
            left = [link for link in members if link not in gone]
            if left and len(left) < needed:
                gone.update(left)
                waiting += left
    return tuple(sorted(down | {link for link in gone if int(a[link]) not in dead and int(b[link]) not in dead}))


@analysis
def bundle_links(network: Network) -> tuple[tuple[Lag, tuple[int, ...]], ...]:
    """Every bundle with its usable links, by position."""
    at: dict[tuple[str, str], int] = {}
    for place in np.flatnonzero(network.usable_links).tolist():
        link = network.links[place]
        at[link.a.device, link.a.port] = at[link.b.device, link.b.port] = place
    return tuple(
        (lag, tuple(dict.fromkeys(at[lag.device, port] for port in lag.members if (lag.device, port) in at)))
        for lag in network.design.cabling.lags
    )


@analysis
def _needy_bundles(network: Network) -> dict[int, list[tuple[tuple[int, ...], int]]]:
    """For each link the bundles (links, how many must be up) that need more than one of their links."""
    found: dict[int, list[tuple[tuple[int, ...], int]]] = {}
    for lag, links in bundle_links(network):
        needed = lag.min_links or 0
        for link in links if needed > 1 else ():
            found.setdefault(link, []).append((links, needed))
    return found


@analysis
def _bundled_links_at(network: Network) -> dict[int, list[int]]:
    """The links in such bundles, by the devices at their ends."""
    found: dict[int, list[int]] = {}
    for link in sorted(_needy_bundles(network)):
        for end in network.link_ends:
            found.setdefault(int(end[link]), []).append(link)
    return found
