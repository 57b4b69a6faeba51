"""What stands in each rack, how many units it takes, and what it draws, with all that it feeds in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.equipment.powered_devices import fed_watts
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.model.inventory import Rack

LEAST_SERVER_W = 150
"""What a small server draws; none that carries a load draws less."""


@analysis
def rack_members(network: Network) -> dict[str, tuple[int, ...]]:
    """Positions of our devices in each rack, out of service or not: they stand there."""
    found: dict[str, list[int]] = {}
    for place, device in enumerate(network.devices):
        if device.rack is not None and network.ours[place]:
            found.setdefault(device.rack, []).append(place)
    return {rack: tuple(places) for rack, places in found.items()}


@analysis
def drawn_w(network: Network, place: int) -> float | None:
    """Watts that a device draws at most, and feeds to others; None where its type is unknown."""
    kind = network.device_types[place]
    return None if kind is None else kind.power_max_w + float(fed_watts(network)[place])


def units(network: Network, place: int) -> int:
    """Rack units that a device takes; one where its type is unknown."""
    kind = network.device_types[place]
    return max(1, kind.rack_units) if kind is not None else 1


def rack_watts(network: Network, rack: str) -> float:
    """Watts that all devices of a rack draw together, as far as their types are known."""
    return sum(drawn_w(network, place) or 0.0 for place in rack_members(network).get(rack, ()))


def usual_watts(network: Network, rack: str) -> float:
    """Watts that all devices of a rack draw as a rule, with what they feed: what a site supplies and cools for good."""
    found = 0.0
    for place in rack_members(network).get(rack, ()):
        kind = network.device_types[place]
        found += (kind.typical_power()[0] if kind is not None else 0) + float(fed_watts(network)[place])
    return found


def feed_watts(network: Network, rack: Rack, feed: str) -> float:
    """Watts on one feed of a rack when it is alone: of every device that is on it."""
    return sum(
        drawn_w(network, place) or 0.0
        for place in rack_members(network).get(rack.id, ())
        if feed in network.devices[place].power_feeds
    )
