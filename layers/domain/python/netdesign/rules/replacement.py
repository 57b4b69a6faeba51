"""Another device type for a device, with every port that is in use on it: the mend for types that are too weak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.port_matching import seat_of
from netdesign.model.patch import Set

if TYPE_CHECKING:
    from collections.abc import Callable

    from netdesign.catalog.sku import DeviceType
    from netdesign.model.patch import Patch
    from netdesign.rules.case import Case


def other_type(case: Case, place: int, suits: Callable[[DeviceType], bool]) -> Patch | None:
    """Set the device to a type of its role that suits and has its ports: one that its peers are, or the cheapest."""
    device = case.network.devices[place]
    peers = {one.sku for one in case.network.devices if one.role is device.role and one.id != device.id}
    offers = [
        (kind.sku not in peers, kind.priced()[0], kind.sku)
        for kind in case.catalog.devices(device.role)
        if kind.sku != device.sku and suits(kind) and _seats(case, place, kind)
    ]
    return (Set("devices", device.id, {"sku": min(offers)[2]}),) if offers else None


def _seats(case: Case, place: int, kind: DeviceType) -> bool:
    """Whether the type has every port that cables and endpoints take, at its speed."""
    links, groups = case.network.links, case.network.by_id("endpoint_groups")
    wanted = {
        (end.port, link.speed_bps, link.phy)
        for row in np.flatnonzero(np.logical_or(*(end == place for end in case.network.link_ends))).tolist()
        for link in (links[row],)
        for end in (link.a, link.b)
        if end.device == case.network.devices[place].id
    }
    for attachment in case.design.inventory.attachments:
        if attachment.device == case.network.devices[place].id and attachment.group in groups:
            speed = groups[attachment.group].nic_speed_bps
            wanted.update((port, speed, None) for port in attachment.ports)
    return not any(seat_of(kind, port, speed, phy).fault for port, speed, phy in wanted)
