"""What each link can carry in each direction: its speed, or the rate of the circuit bought on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.traffic.traffic import Loads, loads
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Floats


@analysis
def capacity_bps(network: Network) -> Floats:
    """Row 0 holds what fits from the a end of each link to its b end, row 1 what fits back."""
    capacity: Floats = np.tile(np.maximum(network.link_speed_bps, 0).astype(np.float64), (2, 1))
    for circuit in network.design.cabling.circuits:
        place = network.link_index.get(circuit.link)
        if place is not None:
            # The provider's end sends what the site receives.
            outward = 0 if _is_provider(network, network.links[place].b.device) else 1
            rates = (circuit.rate_up_bps, circuit.rate_down_bps)
            for direction, rate in zip((outward, 1 - outward), rates, strict=True):
                capacity[direction, place] = min(capacity[direction, place], max(rate, 0))
    return capacity


def _is_provider(network: Network, device: str) -> bool:
    place = network.device_index.get(device)
    return place is not None and network.devices[place].role is Role.PROVIDER


@analysis
def carried(network: Network) -> Loads:
    """The loads with nothing failed; none where there is no device."""
    if not network.devices:
        return Loads(np.zeros((2, len(network.links))), {}, {})
    return loads(network)


@analysis
def fill(network: Network) -> Floats:
    """Load over capacity in each direction with nothing failed; infinite where nothing fits at all."""
    load, capacity = carried(network).load_bps, capacity_bps(network)
    share: Floats = np.divide(load, capacity, out=np.zeros_like(load), where=capacity > 0)
    share[(capacity <= 0) & (load > 0)] = np.inf
    return share
