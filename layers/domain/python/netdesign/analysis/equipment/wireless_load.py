"""What hangs on access points: clients by attachment, and the sum of their uplinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_links
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs


@analysis
def clients(network: Network) -> Longs:
    """Wireless clients today, by device."""
    groups, counts = network.by_id("endpoint_groups"), np.zeros(len(network.devices), np.int64)
    for attachment in network.design.inventory.attachments:
        group, place = groups.get(attachment.group), network.device_index.get(attachment.device)
        if group is not None and place is not None and group.homing is Homing.WIRELESS:
            counts[place] += max(0, attachment.endpoints)
    return counts


@analysis
def uplinks_bps(network: Network) -> Longs:
    """The sum of usable links between access points and switches, by device at either end."""
    chosen = np.flatnonzero(endpoint_links(network) & network.usable_links)
    total = np.zeros(len(network.devices), np.int64)
    for end in network.link_ends:
        np.add.at(total, end[chosen], network.link_speed_bps[chosen])
    return total
