"""Ports that face endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs


@analysis
def endpoint_port_counts(network: Network) -> Longs:
    """How many ports face endpoints, by device."""
    counts = np.zeros(len(network.devices), dtype=np.int64)
    for attachment in network.design.inventory.attachments:
        place = network.device_index.get(attachment.device)
        if place is not None:
            counts[place] += len(attachment.ports)
    return counts
