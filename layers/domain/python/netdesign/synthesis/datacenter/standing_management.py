"""Which management switch serves what stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from netdesign.model.inventory import Device
from netdesign.model.vocabulary import LinkPurpose
from netdesign.synthesis.draft.blueprint import Blueprint


def serving_switch(blueprint: Blueprint, rack: str, switches: Sequence[Device]) -> str:
    """The switch that serves most of what stands in a rack, else the nearest."""
    ids = {switch.id for switch in switches}
    peers = [peer for device in blueprint.standing.mounted(rack) if (peer := managed_by(blueprint, device.id, ids))]
    if peers:
        return max(sorted(set(peers)), key=peers.count)
    room = blueprint.floor.racks[rack].rack.room
    reach = (blueprint.floor.length_m(rack, switch.rack, room, switch.room) for switch in switches)
    return min(zip(reach, [switch.id for switch in switches], strict=True))[1]


def managed_by(blueprint: Blueprint, device: str, switches: Collection[str]) -> str | None:
    """The one of the switches that the management port of a device is plugged into where it stands."""
    for link in blueprint.standing.links_of(device):
        if link.purpose is LinkPurpose.MANAGEMENT and link.a.device == device and link.b.device in switches:
            return link.b.device
    return None
