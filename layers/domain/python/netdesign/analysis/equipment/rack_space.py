"""Where racks stand and what room they have left: distances for cables, free units for devices."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.catalog.policy import Fabric
    from netdesign.model.inventory import Rack


def tray_run_m(network: Network, rack_a: str | None, rack_b: str | None, fabric: Fabric) -> float | None:
    """The least length of a cable between two racks of one room, along rows and across; None if unknown."""
    racks = network.by_id("racks")
    a, b = racks.get(rack_a or ""), racks.get(rack_b or "")
    if a is None or b is None or a.room != b.room:
        return None
    run: float = abs(a.position - b.position) * fabric.rack_width_m + abs(a.row - b.row) * fabric.row_pitch_m
    return run


def cable_m(network: Network, rack_a: str | None, rack_b: str | None, fabric: Fabric) -> float | None:
    """What a cable between two racks of one room is cut to: the tray's detours and the slack included."""
    if rack_a is not None and rack_a == rack_b:
        return 0.0
    run = tray_run_m(network, rack_a, rack_b, fabric)
    return None if run is None else round(run * fabric.cable_route_factor + fabric.cable_slack_m, 1)


@analysis
def mounted(network: Network) -> dict[str, tuple[tuple[int, int], ...]]:
    """(lowest unit, height) of what is mounted in each rack."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for device, kind in zip(network.devices, network.device_types, strict=True):
        if device.rack is not None and device.rack_unit is not None:
            found[device.rack].append((device.rack_unit, max(1, kind.rack_units) if kind else 1))
    return {rack: tuple(sorted(units)) for rack, units in found.items()}


def free_unit(network: Network, rack: Rack, height: int) -> int | None:
    """The highest unit at which a device of a height still fits into a rack; None where it does not."""
    taken = {unit + n for unit, tall in mounted(network).get(rack.id, ()) for n in range(tall)}
    for unit in range(rack.usable_units - height + 1, 0, -1):
        if taken.isdisjoint(range(unit, unit + height)):
            return unit
    return None
