"""Bundles as traffic sees them: those of a pair of devices as one, with what they carry and could lose."""

from __future__ import annotations

from typing import NamedTuple

from netdesign.analysis.traffic.failures import bundle_links
from netdesign.analysis.traffic.link_capacity import carried
from netdesign.graph.network import Network, analysis
from netdesign.model.cabling import Lag


class Bundle(NamedTuple):
    """Bundles (of one device, or the halves of a pair's) that are one to the other end, with their usable links.

    `members` counts the ports that were meant to be in it. `load_bps` is what its busier direction carries.
    """

    lags: tuple[Lag, ...]
    links: tuple[int, ...]
    members: int
    load_bps: float


@analysis
def bundles(network: Network) -> tuple[Bundle, ...]:
    """Every bundle that traffic can use, seen from each end that describes it."""
    halves: dict[tuple[object, ...], list[tuple[Lag, tuple[int, ...]]]] = {}
    for lag, links in bundle_links(network):
        halves.setdefault(_whole(lag), []).append((lag, links))
    found = []
    for those in halves.values():
        links = tuple(sorted({place for _, links in those for place in links}))
        members = sum(len(set(lag.members)) for lag, _ in those)
        found.append(Bundle(tuple(lag for lag, _ in those), links, members, load_of(network, links)))
    return tuple(found)


def _whole(lag: Lag) -> tuple[object, ...]:
    if lag.mlag is not None and lag.mlag_number is not None:
        return "mlag", lag.mlag, lag.mlag_number
    return ("segment", lag.esi) if lag.esi is not None else ("lag", lag.id)


def load_of(network: Network, links: tuple[int, ...]) -> float:
    """What links carry together in their busier direction, the same end of all taken as theirs."""
    load, near = carried(network).load_bps, network.link_ends[0]
    ends = network.link_ends
    here = {int(ends[0][links[0]])} if links else set()
    common = set.intersection(*({int(ends[0][p]), int(ends[1][p])} for p in links)) if links else set()
    here = common or here
    forth = sum(float(load[0 if int(near[p]) in here else 1, p]) for p in links)
    back = sum(float(load[1 if int(near[p]) in here else 0, p]) for p in links)
    return max(forth, back)
