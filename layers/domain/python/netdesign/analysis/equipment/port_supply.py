"""How many endpoints the ports of a switch can take, and how many it has."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.port_matching import dense, kind_codes, port_uses
from netdesign.analysis.facts.tiers import uplinks
from netdesign.catalog.ports import FormFactor
from netdesign.catalog.sku import DATA_USES
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.catalog.ports import Port
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Bools, Longs


@analysis
def endpoint_links(network: Network) -> Bools:
    """Links that serve what people use rather than other switches: those to access points."""
    role = np.append(network.role_codes, -1)
    a, b = network.link_ends
    radio = ROLES.index(Role.ACCESS_POINT)
    found: Bools = (role[a] == radio) ^ (role[b] == radio)
    return found


@analysis
def endpoint_ports_used(network: Network, speed_bps: int, copper: bool = False) -> Longs:
    """Ports that endpoints and access points take of those that `endpoint_ports` counts, by device.

    A port that the device does not have counts as well: whoever needs it needs some port.
    """
    uses = port_uses(network)
    served = (uses.attachment >= 0) | np.append(endpoint_links(network), False)[uses.link]
    rows = np.flatnonzero(served)
    counted = (uses.cage[rows] < 0) | (_lanes_of(network, rows, speed_bps, copper, False) > 0)
    return np.bincount(uses.device[rows[counted]], minlength=len(network.devices)).astype(np.int64)


@analysis
def endpoint_ports(network: Network, speed_bps: int, copper: bool = False, powered: bool = False) -> Longs:
    """Data ports that endpoints of a speed have or could take, by device: what cables between devices leave.

    `copper` counts jacks alone, `powered` ports that feed power alone.
    """
    kinds, kind_of = kind_codes(network)
    whole = np.array([sum(_lanes(kind, speed_bps, copper, powered).values()) for kind in kinds] + [0])
    total: Longs = whole[kind_of].astype(np.int64) - _taken(network, speed_bps, copper, powered)
    return np.maximum(total, 0)


def _taken(network: Network, speed_bps: int, copper: bool, powered: bool) -> Longs:
    """Ports of the kind asked for that cables between devices take, by device.

    A cable takes its cage, or one lane of a cage that it splits into ports of the same speed.
    """
    uses, devices = port_uses(network), len(network.devices)
    rows = _cabled(network)
    offered = _lanes_of(network, rows, speed_bps, copper, powered)
    lane = (uses.lanes[rows] > 1) & (uses.speed_bps[rows] == speed_bps)
    cages = _cage_samples(network).size
    place, count = dense(uses.device[rows] * cages + uses.cage[rows], devices * cages)
    lost, most, owner = (np.zeros(count, dtype=np.int64) for _ in range(3))
    np.add.at(lost, place, np.where(lane, np.minimum(offered, 1), offered))
    most[place], owner[place] = offered, uses.device[rows]
    return np.bincount(owner, np.minimum(lost, most), minlength=devices).astype(np.int64)


@analysis
def _cabled(network: Network) -> Longs:
    """The rows of `port_uses` whose cages cables between devices take."""
    uses = port_uses(network)
    between = (uses.link >= 0) & ~np.append(endpoint_links(network), False)[uses.link] & (uses.cage >= 0)
    found: Longs = np.flatnonzero(between)
    return found


@analysis
def _cage_samples(network: Network) -> Longs:
    """A row of `port_uses` for each number of a cage."""
    uses = port_uses(network)
    rows = np.flatnonzero(uses.cage >= 0)
    samples = np.zeros(int(uses.cage.max(initial=-1)) + 1, dtype=np.int64)
    samples[uses.cage[rows]] = rows
    return samples


def _lanes_of(network: Network, rows: Longs, speed_bps: int, copper: bool, powered: bool) -> Longs:
    """How many links of a speed the cage of each row of `port_uses` carries; 0 for ports of another sort."""
    uses, samples = port_uses(network), _cage_samples(network)
    lanes = np.zeros(samples.size + 1, dtype=np.int64)
    for cage, row in enumerate(samples.tolist()):
        kind = uses.kinds[uses.kind[row]]
        port = kind.port(uses.names[uses.port[row]])
        lanes[cage] = _lanes(kind, speed_bps, copper, powered).get(port.cage, 0) if port else 0
    found: Longs = lanes[uses.cage[rows]]
    return found


@lru_cache(maxsize=10_000)
def _lanes(kind: DeviceType, speed_bps: int, copper: bool, powered: bool) -> dict[str, int]:
    """How many links of a speed each data port carries, split as finely as it can be."""
    return {port.name: len(port.split(speed_bps)) for port in kind.all_ports() if _wanted(port, copper, powered)}


def _wanted(port: Port, copper: bool, powered: bool) -> bool:
    if port.use not in DATA_USES or (powered and port.poe is None):
        return False
    return not copper or port.form_factor is FormFactor.RJ45


@analysis
def endpoint_bandwidth_bps(network: Network) -> Longs:
    """The sum of the speeds of ports that endpoints take, by device."""
    total = np.zeros(len(network.devices), dtype=np.int64)
    groups = network.by_id("endpoint_groups")
    for attachment in network.design.inventory.attachments:
        place, group = network.device_index.get(attachment.device), groups.get(attachment.group)
        if place is not None and group is not None and group.homing is not Homing.WIRELESS:
            total[place] += len(attachment.ports) * group.nic_speed_bps
    return total


@analysis
def uplink_bps(network: Network) -> Longs:
    """The sum of the speeds of uplinks, by device."""
    rising = uplinks(network)
    speeds = network.link_speed_bps[rising.links]
    return np.bincount(rising.lower, speeds, minlength=len(network.devices)).astype(np.int64)
