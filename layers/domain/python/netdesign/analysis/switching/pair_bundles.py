"""Bundles that end on two switches: pairs that act as one, Ethernet segments, and what hangs on one side only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.homing import endpoints_at
from netdesign.analysis.switching.layer2 import lag_of_port
from netdesign.graph.network import FORWARDING_PURPOSES, Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import LinkPurpose, ServiceClass

if TYPE_CHECKING:
    from netdesign.model.addressing import Interface
    from netdesign.model.cabling import Lag, Mlag


class Spread(NamedTuple):
    """A bundle of one device (by id) whose members end on several switches, and the bundles there."""

    lag: Lag
    ends: tuple[tuple[str, Lag | None], ...]


@analysis
def spreads(network: Network) -> tuple[Spread, ...]:
    """Every bundle whose members lead to two devices or more, with what they end in."""
    lags = lag_of_port(network)
    found: dict[str, dict[str, Lag | None]] = defaultdict(dict)
    for at in np.flatnonzero(network.links_for(*FORWARDING_PURPOSES, LinkPurpose.MANAGEMENT)).tolist():
        link = network.links[at]
        for near, far in ((link.a, link.b), (link.b, link.a)):
            lag = lags.get((near.device, near.port))
            if lag is not None:
                found[lag.id].setdefault(far.device, lags.get((far.device, far.port)))
    known = network.by_id("lags")
    return tuple(Spread(known[name], tuple(sorted(ends.items(), key=lambda end: end[0])))
                 for name, ends in sorted(found.items()) if len(ends) > 1)  # fmt: skip


def bundle_interface(network: Network, lag: Lag) -> Interface | None:
    """The interface that a bundle is on its device."""
    at = network.interface_at.get((lag.device, lag.interface))
    return network.interfaces[at] if at is not None else None


def carried(network: Network, lag: Lag) -> frozenset[str]:
    """The VLANs that a bundle lets through."""
    one = bundle_interface(network, lag)
    if one is None or not one.enabled:
        return frozenset()
    return frozenset(name for name in (*one.vlans, one.native_vlan, one.vlan) if name)


@analysis
def orphan_bps(network: Network) -> dict[str, int]:
    """The speed of ports on each member of a pair that hang on it alone: endpoints with one home, single links up."""
    members = {name for mlag in network.design.cabling.mlags for name in mlag.peers}
    groups, found = network.by_id("endpoint_groups"), dict.fromkeys(sorted(members), 0)
    homes = endpoints_at(network)
    for name, at in homes.items():
        group = groups.get(name)
        if group is None or group.homing not in (Homing.SINGLE, Homing.ACTIVE_STANDBY):
            continue
        for device, count in at.items():
            if device in members and len(members & at.keys()) == 1:
                found[device] += count * group.nic_speed_bps
    return found


@analysis
def lonely_gold(network: Network) -> tuple[tuple[str, str, str], ...]:
    """(pair, gold group of servers, member): groups that hang on one member of a pair though they are dual-homed."""
    groups, found = network.by_id("endpoint_groups"), []
    for mlag in network.design.cabling.mlags:
        for name, at in endpoints_at(network).items():
            here = [peer for peer in mlag.peers if at.get(peer)]
            group = groups.get(name)
            gold = group is not None and group.service_class is ServiceClass.GOLD
            if gold and len(here) == 1 and len(at) < 2:
                found.append((mlag.id, name, here[0]))
    return tuple(sorted(found))


def single_links(network: Network, mlag: Mlag) -> dict[str, int]:
    """The speed of links that lead from one member of a pair to a device which has none to the other, by member."""
    ends: dict[str, dict[str, int]] = {peer: defaultdict(int) for peer in mlag.peers}
    a, b = network.link_ends
    index = {network.device_index[peer] for peer in mlag.peers if peer in network.device_index}
    near = np.isin(a, list(index)) | np.isin(b, list(index))
    for at in np.flatnonzero(network.links_for(*FORWARDING_PURPOSES, LinkPurpose.MANAGEMENT) & near).tolist():
        link = network.links[at]
        for one, far in ((link.a, link.b), (link.b, link.a)):
            if one.device in ends and far.device not in ends:
                ends[one.device][far.device] += link.speed_bps
    far_ends = [set(far) for far in ends.values()]
    both = set.intersection(*far_ends) if far_ends else set()
    return {peer: sum(bps for name, bps in far.items() if name not in both) for peer, far in ends.items()}
