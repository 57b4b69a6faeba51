"""Where things stand: racks in rooms, units in racks, feeds, and how long a cable between two of them is."""

from __future__ import annotations

from dataclasses import dataclass, field

from netdesign.catalog.policy import Fabric
from netdesign.catalog.sku import DeviceType
from netdesign.errors import ConflictError
from netdesign.model.inventory import Rack, Room

SAME_RACK_M = 2.0
BREAKER_SHARE = 0.8
BUILDING_RUN_M = 300.0
"""Assumed duct between two buildings of a site when nobody measured it."""


@dataclass(slots=True)
class RackSpace:
    """A rack, the units that are left at its top, and the watts mounted so far on one feed."""

    rack: Rack
    top: int
    watts: int = 0
    devices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mounting:
    """Where a device is mounted and what feeds it."""

    rack_unit: int
    feeds: tuple[str, ...]


class Floor:
    """All rooms and racks of the design, and what stands where."""

    def __init__(self, fabric: Fabric) -> None:
        self.pitches = fabric
        self.rooms: dict[str, Room] = {}
        self.racks: dict[str, RackSpace] = {}

    def room(self, room: Room) -> Room:
        """Take note of a room."""
        self.rooms[room.id] = room
        return room

    def rack(self, rack: Rack) -> Rack:
        """Take note of an empty rack."""
        self.racks[rack.id] = RackSpace(rack, rack.usable_units)
        return rack

    def occupy(self, rack: str, device: str, rack_unit: int, kind: DeviceType) -> None:
        """Take note of a device that stands in a rack already: what is mounted later goes below it."""
        space = self.racks[rack]
        space.top = min(space.top, rack_unit - 1)
        space.watts += kind.power_max_w
        space.devices.append(device)

    def fits(self, rack: str, kind: DeviceType) -> bool:
        """Whether the rack has units and watts left for a device."""
        space = self.racks[rack]
        return (
            space.top >= max(1, kind.rack_units)
            and space.watts + kind.power_max_w <= BREAKER_SHARE * space.rack.breaker_w
        )

    def mount(self, rack: str, device: str, kind: DeviceType) -> Mounting:
        """Mount a device in the topmost free units; raises `ConflictError` for want of units or watts."""
        space = self.racks[rack]
        if not self.fits(rack, kind):
            raise ConflictError(f"rack {rack} has no units or watts left for a {kind.sku}")
        units = max(1, kind.rack_units)
        space.top -= units
        space.watts += kind.power_max_w
        space.devices.append(device)
        feeds = space.rack.feeds
        if kind.power_supplies < 2:
            feeds = feeds[(len(space.devices) - 1) % len(feeds) :][:1]
        return Mounting(space.top + 1, feeds)

    def length_m(self, rack_a: str | None, rack_b: str | None, room_a: str | None, room_b: str | None) -> float:
        """Length of a cable between two places, slack included."""
        if rack_a is not None and rack_a == rack_b:
            return SAME_RACK_M
        if room_a == room_b:
            return self._in_room(rack_a, rack_b)
        return round(self._to_door(rack_a) + self._to_door(rack_b) + self._between(room_a, room_b), 1)

    def between_buildings(self, room_a: str | None, room_b: str | None) -> bool:
        """Whether the two rooms lie in different buildings."""
        a, b = self.rooms.get(room_a or ""), self.rooms.get(room_b or "")
        return a is not None and b is not None and (a.site, a.building) != (b.site, b.building)

    def _in_room(self, rack_a: str | None, rack_b: str | None) -> float:
        if rack_a is None or rack_b is None:
            return self.pitches.cable_slack_m
        a, b = self.racks[rack_a].rack, self.racks[rack_b].rack
        return round(self._run(a.position - b.position, a.row - b.row) + self.pitches.cable_slack_m, 1)

    def _run(self, positions: int, rows: int) -> float:
        """Length of a tray that many rack positions along and rows across."""
        metres = abs(positions) * self.pitches.rack_width_m + abs(rows) * self.pitches.row_pitch_m
        return metres * self.pitches.cable_route_factor

    def _to_door(self, rack: str | None) -> float:
        if rack is None:
            return self.pitches.cable_slack_m / 2
        at = self.racks[rack].rack
        return self._run(at.position, at.row) + self.pitches.cable_slack_m / 2

    def _between(self, room_a: str | None, room_b: str | None) -> float:
        a, b = self.rooms.get(room_a or ""), self.rooms.get(room_b or "")
        risers = (a.riser_m if a else 0.0) + (b.riser_m if b else 0.0)
        return risers + (BUILDING_RUN_M if self.between_buildings(room_a, room_b) else 0.0)
