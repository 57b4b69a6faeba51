"""The circuits of every site: what they carry in each direction, and which of them only stand by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.policy.enforcers import standby_devices
from netdesign.analysis.policy.terrain import circuit_links, near_end
from netdesign.analysis.traffic.link_capacity import capacity_bps, carried
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Way:
    """A usable circuit from a site to a provider; `down` and `up` are seen from the site.

    `active` is false where it ends on a device that waits for another one to fail.
    """

    link: int
    device: int
    site: str
    down_bps: float
    up_bps: float
    carried_down_bps: float
    carried_up_bps: float
    active: bool
    public: bool


@analysis
def ways_out(network: Network) -> tuple[Way, ...]:
    """Every usable circuit, in the design's order."""
    able, load, waiting = capacity_bps(network), carried(network).load_bps, standby_devices(network)
    found = []
    for place in np.flatnonzero(circuit_links(network)).tolist():
        near = near_end(network, place)
        out = 0 if int(network.link_ends[0][place]) == near else 1
        found.append(
            Way(
                place,
                near,
                network.devices[near].site,
                float(able[1 - out, place]),
                float(able[out, place]),
                float(load[1 - out, place]),
                float(load[out, place]),
                near not in waiting,
                network.links[place].trust is Trust.PUBLIC,
            )
        )
    return tuple(found)


def together(ways: Iterable[Way]) -> tuple[float, float]:
    """(down, up) of circuits in sum."""
    chosen = tuple(ways)
    return sum(way.down_bps for way in chosen), sum(way.up_bps for way in chosen)


def largest_lost(ways: Iterable[Way]) -> tuple[Way, ...]:
    """What is left of circuits once the one that carries most has failed; those that stood by take over."""
    chosen = sorted(ways, key=lambda way: (way.down_bps + way.up_bps, -way.link))
    return tuple(chosen[:-1])
