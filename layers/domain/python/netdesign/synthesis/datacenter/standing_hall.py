"""The racks of a data centre by use, and the racks that stand with those that are put beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, zip_longest

from netdesign.model.inventory import Device, Rack, Room
from netdesign.model.vocabulary import Role
from netdesign.synthesis.draft.blueprint import Blueprint

RACK_SWITCHES = frozenset({Role.LEAF, Role.ACCESS_POINT})
"""What stands among servers; whatever else there is makes a rack one of the network."""


@dataclass(slots=True)
class Hall:
    """The racks of a site by use; network racks take turns, so that peers stand apart."""

    site: str
    server_racks: tuple[str, ...]
    network_racks: tuple[str, ...]
    turn: int = 0


def extended_hall(
    blueprint: Blueprint,
    site: str,
    rooms: Sequence[Room],
    stands: Sequence[Rack],
    wanted: tuple[int, int],
    breakers: tuple[int, int],
    *,
    shared: bool,
) -> Hall:
    """The racks that stand, and new ones after them up to `wanted` racks of servers and of the network.

    `breakers` are the ratings of new server and network racks. Racks stay where and what they are.
    """
    servers: list[list[str]] = []
    cores: list[list[str]] = []
    for at, room in enumerate(rooms):
        mine = [rack for rack in stands if rack.room == room.id]
        for rack in mine:
            stand(blueprint, rack)
        middle = [rack.id for rack in mine if shared or _is_network(blueprint, rack.id)]
        edge = [rack.id for rack in mine if rack.id not in middle]
        total = sum(number // len(rooms) + (at < number % len(rooms)) for number in wanted)
        fresh = _new_racks(blueprint, room, mine, max(0, total - len(mine)), breakers[shared])
        servers.append(edge if shared else [*edge, *fresh])
        cores.append([*middle, *fresh] if shared else middle)
    network = tuple(rack for together in zip_longest(*cores) for rack in together if rack is not None)
    return Hall(site, tuple(rack for some in servers for rack in some) or network, network)


def stand(blueprint: Blueprint, wanted: Rack) -> Rack:
    """A rack: as it stands, with the room that its devices take, or new and empty as it is wanted."""
    rack = blueprint.standing.find(Rack, wanted.id) or wanted
    blueprint.floor.rack(blueprint.add(rack))
    for device in blueprint.standing.mounted(rack.id):
        if device.sku is not None and device.rack_unit is not None:
            kind = blueprint.catalog.device(device.sku)
            blueprint.floor.occupy(rack.id, device.id, device.rack_unit, kind)
    return rack


def new_racks(blueprint: Blueprint, racks: Sequence[str]) -> tuple[str, ...]:
    """Those of the racks that do not stand yet."""
    return tuple(rack for rack in racks if blueprint.standing.find(Rack, rack) is None)


def _is_network(blueprint: Blueprint, rack: str) -> bool:
    """Whether anything of a rack but leaves and the management switches of racks stands in it."""
    return any(_central(blueprint, device) for device in blueprint.standing.mounted(rack))


def _central(blueprint: Blueprint, device: Device) -> bool:
    if device.role is Role.MANAGEMENT_SWITCH:
        return device.id in {peer for mlag in blueprint.standing.mlags for peer in mlag.peers}
    return device.role not in RACK_SWITCHES


def _new_racks(blueprint: Blueprint, room: Room, stands: Sequence[Rack], number: int, breaker_w: int) -> list[str]:
    """Racks at the next free spots of a room."""
    spots = _free_spots(blueprint, stands)
    found = []
    for _ in range(number):
        row, position = next(spots)
        rack = Rack(
            id=f"{room.id}-r{row + 1:02d}-{position + 1:02d}",
            room=room.id,
            row=row,
            position=position,
            usable_units=blueprint.parameters.fabric.rack_units,
            breaker_w=breaker_w,
        )
        blueprint.floor.rack(blueprint.add(rack))
        found.append(rack.id)
    return found


def _free_spots(blueprint: Blueprint, stands: Sequence[Rack]) -> Iterator[tuple[int, int]]:
    """Rows and positions of a grid that no rack stands at, row by row."""
    taken = {(rack.row, rack.position) for rack in stands}
    per_row = blueprint.parameters.fabric.racks_per_row
    for at in count():
        spot = (at // per_row, at % per_row)
        if spot not in taken:
            yield spot
