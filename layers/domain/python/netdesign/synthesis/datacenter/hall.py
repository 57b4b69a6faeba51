"""The halls and racks of a data centre: server racks on a grid, network racks in its middle."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil
from typing import Any

from netdesign.catalog.sku import DeviceType
from netdesign.errors import ConflictError
from netdesign.model.inventory import Device, Rack, Room, RoomKind
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.datacenter.standing_hall import Hall, extended_hall
from netdesign.synthesis.draft.blueprint import Blueprint

BREAKERS_W = (7_360, 11_000, 17_200, 22_000, 34_500, 60_000)
"""Ratings of one feed: 32 A at 230 V, 16, 25, 32, 50 and 87 A at 400 V three-phase."""
UNIT_SHARE = 0.8
SERVICE_UNITS = 16
SERVICE_WATTS = 6_000
"""What firewalls, routers and the hosts of services may take, which are chosen later."""
RISER_M = 15.0


def build_hall(
    blueprint: Blueprint,
    site: ResolvedSite,
    server_racks: int,
    equipment: Collection[DeviceType],
    *,
    shared: bool = False,
    apart: int = 2,
    leaf_watts: float = 0.0,
) -> Hall:
    """Rooms and racks for `server_racks` racks of servers and network racks for `equipment`.

    There are `apart` network racks at least; leaves draw `leaf_watts` in a server rack. At critical redundancy
    there are two halls, so that no pair shares a room. With `shared`, servers and network equipment stand in
    the same racks.
    """
    rooms = 2 if blueprint.requirements.redundancy is Redundancy.CRITICAL else 1
    breaker = _breaker(equipment)
    network = rooms * ceil(max(apart, _network_racks(blueprint, equipment, breaker)) / rooms)
    if shared:
        network, server_racks = rooms * ceil(max(apart, server_racks) / rooms), 0
    _explain(blueprint, site, server_racks, network, breaker)
    halls = [_room(blueprint, site, at, rooms) for at in range(rooms)]
    if stands := [rack for rack in blueprint.standing.all(Rack) if rack.room in {room.id for room in halls}]:
        ratings = (_rating(leaf_watts), breaker)
        return extended_hall(blueprint, site.id, halls, stands, (server_racks, network), ratings, shared=shared)
    servers: list[str] = []
    cores: list[list[str]] = []
    for at, room in enumerate(halls):
        some = server_racks // rooms + (at < server_racks % rooms)
        mine, middle = _grid(blueprint, room, some, network // rooms, (_rating(leaf_watts), breaker))
        servers += mine
        cores.append(middle)
    turns = [rack for together in zip(*cores, strict=True) for rack in together]
    return Hall(site.id, tuple(servers or turns), tuple(turns))


def _explain(blueprint: Blueprint, site: ResolvedSite, servers: int, network: int, breaker: int) -> None:
    """The decision about racks."""
    blueprint.decide(
        f"How many racks does {site.id} have?",
        f"{servers} for servers and {network} for network equipment, on feeds of {breaker} W",
        formula="network racks = 1 + max(units / usable units, watts / usable watts), one for each top switch at least",
        inputs={"server racks": servers, "units": blueprint.parameters.fabric.rack_units, "breaker_w": breaker},
        result=servers + network,
        fields=("sites", "redundancy"),
        source="policy parameters fabric and capacity.breaker_share",
    )


def place(
    blueprint: Blueprint,
    hall: Hall,
    role: Role,
    kind: DeviceType,
    *,
    apart: Collection[Device] = (),
    **fields: Any,
) -> Device:
    """A device in the next network rack that has room, where possible in none of the devices `apart`."""
    if blueprint.next_known(role, hall.site) is not None:
        return blueprint.device(role, hall.site, kind, rack=hall.network_racks[0], **fields)
    taken, racks = {device.rack for device in apart}, hall.network_racks
    turns = [(hall.turn + step) % len(racks) for step in range(len(racks))]
    free = [at for at in turns if blueprint.floor.fits(racks[at], kind)]
    if not free:
        raise ConflictError(f"no network rack of {hall.site} has room and power for a {kind.sku}")
    chosen = next((at for at in free if racks[at] not in taken), free[0])
    hall.turn = (chosen + 1) % len(racks)
    return blueprint.device(role, hall.site, kind, rack=racks[chosen], **fields)


def _breaker(equipment: Collection[DeviceType]) -> int:
    """The rating of a feed that carries half of the largest devices a rack could hold by height."""
    densest = max((kind.power_max_w / max(1, kind.rack_units) for kind in equipment), default=0)
    wanted = min(densest * 16, max((kind.power_max_w for kind in equipment), default=0) * 6) / 0.8
    return _rating(wanted * 0.8)


def _rating(watts: float) -> int:
    """The smallest usual breaker, 11 kW or more, that carries so many watts for good; the largest when none does."""
    return next((rating for rating in BREAKERS_W[1:] if rating * 0.8 >= watts), BREAKERS_W[-1])


def _network_racks(blueprint: Blueprint, equipment: Collection[DeviceType], breaker: int) -> int:
    units = SERVICE_UNITS + sum(max(1, kind.rack_units) for kind in equipment)
    watts = SERVICE_WATTS + sum(kind.power_max_w for kind in equipment)
    by_units = ceil(units / (UNIT_SHARE * blueprint.parameters.fabric.rack_units))
    return 1 + max(1, by_units, ceil(watts / (0.8 * breaker * UNIT_SHARE)))


def _room(blueprint: Blueprint, site: ResolvedSite, at: int, rooms: int) -> Room:
    letter = "abcdefgh"[at]
    name = f"Data hall {letter.upper()}"
    room = Room(
        id=f"{site.id}-hall-{letter}",
        name=name,
        site=site.id,
        building=f"{site.id}-main",
        kind=RoomKind.DATA_HALL,
        riser_m=RISER_M if rooms > 1 else 0,
    )
    return blueprint.floor.room(blueprint.add(room))


def _grid(
    blueprint: Blueprint, room: Room, servers: int, network: int, breakers: tuple[int, int]
) -> tuple[list[str], list[str]]:
    """Racks of a room on a grid, the network racks at its centre; ids of server and of network racks.

    `breakers` are the ratings of server and of network racks.
    """
    per_row = blueprint.parameters.fabric.racks_per_row
    total = servers + network
    rows = ceil(total / per_row)
    spots = [(at // per_row, at % per_row) for at in range(total)]
    centre = ((rows - 1) / 2, (min(per_row, total) - 1) / 2)
    nearest = sorted(range(total), key=lambda at: (_reach(blueprint, spots[at], centre), at))
    middle = set(nearest[:network])
    found: tuple[list[str], list[str]] = ([], [])
    for at, (row, position) in enumerate(spots):
        rack = Rack(
            id=f"{room.id}-r{row + 1:02d}-{position + 1:02d}",
            room=room.id,
            row=row,
            position=position,
            usable_units=blueprint.parameters.fabric.rack_units,
            breaker_w=breakers[at in middle],
        )
        blueprint.floor.rack(blueprint.add(rack))
        found[at in middle].append(rack.id)
    return found


def _reach(blueprint: Blueprint, spot: tuple[int, int], centre: tuple[float, float]) -> float:
    fabric = blueprint.parameters.fabric
    return abs(spot[0] - centre[0]) * fabric.row_pitch_m + abs(spot[1] - centre[1]) * fabric.rack_width_m
