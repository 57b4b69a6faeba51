"""Clos fabrics as bundles: how many links of which speed join which leaf to which spine, plane by plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.tiers import CLOS, Fabric, fabrics, uplinks
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints, Longs

SPINES, LEAVES = CLOS[1], CLOS[2]


@dataclass(frozen=True, eq=False)
class Plane:
    """Leaves and the spines that each of them should reach: those of its pod, or all where there are no pods."""

    site: str
    pod: str | None
    leaves: Ints
    spines: Ints


@analysis
def planes(network: Network) -> tuple[Plane, ...]:
    """The planes of every Clos fabric."""
    return tuple(plane for fabric in fabrics(network) for plane in _planes(network, fabric))


def _planes(network: Network, fabric: Fabric) -> list[Plane]:
    devices = fabric.devices
    spines, leaves = _with(network, devices, SPINES), _with(network, devices, LEAVES)
    if not spines.size or not leaves.size:
        return []
    pods = {network.devices[place].block for place in spines.tolist()}
    split: dict[str | None, list[int]] = {}
    for place in leaves.tolist():
        block = network.devices[place].block
        split.setdefault(block if block in pods else None, []).append(place)
    return [Plane(fabric.site, pod, np.array(mine), _spines(network, spines, pod)) for pod, mine in split.items()]


def _spines(network: Network, spines: Ints, pod: str | None) -> Ints:
    mine = [place for place in spines.tolist() if pod is None or network.devices[place].block == pod]
    return np.array(mine, dtype=np.int32)


def _with(network: Network, places: Ints, roles: frozenset[Role]) -> Ints:
    found: Ints = places[np.isin(network.role_codes[places], [ROLES.index(role) for role in roles])]
    return found


@analysis
def bundles(network: Network) -> tuple[Longs, Longs]:
    """Every pair of switches with uplinks between them, as columns, and the count of links of each.

    Rows of the first are lower switch, upper switch, slowest and fastest link of the pair in bit/s.
    """
    rising, speed = uplinks(network), network.link_speed_bps
    key = rising.lower.astype(np.int64) * len(network.devices) + rising.upper
    keys, where, count = np.unique(key, return_inverse=True, return_counts=True)
    slowest = np.full(keys.size, np.iinfo(np.int64).max)
    fastest = np.zeros(keys.size, dtype=np.int64)
    np.minimum.at(slowest, where, speed[rising.links])
    np.maximum.at(fastest, where, speed[rising.links])
    size = max(1, len(network.devices))
    return np.stack([keys // size, keys % size, slowest, fastest]), count.astype(np.int64)


def links_between(network: Network, lower: Ints, upper: Ints) -> Longs:
    """How many links join each of `lower` (rows) to each of `upper` (columns)."""
    pairs, count = bundles(network)
    row = np.full(len(network.devices), -1, dtype=np.int64)
    column = row.copy()
    row[lower], column[upper] = np.arange(len(lower)), np.arange(len(upper))
    mine = (row[pairs[0]] >= 0) & (column[pairs[1]] >= 0)
    table = np.zeros((len(lower), len(upper)), dtype=np.int64)
    table[row[pairs[0][mine]], column[pairs[1][mine]]] = count[mine]
    return table
