"""A campus site while it is built: its rooms and racks, its switches by unit and block, and its VLANs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from netdesign.model.inventory import Device, EndpointGroup, Rack, Room, RoomKind
from netdesign.model.resolved import Population
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import Archetype, Redundancy, VlanPurpose
from netdesign.synthesis.campus.equipment import fabric_wanted
from netdesign.synthesis.campus.radios import Radios
from netdesign.synthesis.datacenter.standing_hall import stand
from netdesign.synthesis.draft.blueprint import FIRST_OWN, Blueprint
from netdesign.synthesis.draft.pairs import Pair
from netdesign.synthesis.needs.campus_plan import CampusPlan, Unit, clients_of
from netdesign.synthesis.needs.zones import DATABASE, DMZ, GUEST, IOT, MANAGEMENT, SERVER, USER, VOICE

RACK_UNITS: Final = 42
BREAKER_W: Final = 7_360
"""32 A at 230 V."""
RISER_M: Final = 15.0
FLOOR_M: Final = 5.0
MAX_RISER_M: Final = 70.0
HORIZONTAL_M: Final = 45.0
"""Assumed mean length of horizontal cable; the most that is allowed is twice as much."""
GUESTS_PER_USER: Final = 0.25
BRANCH_SERVICES: Final = 40
"""Addresses for the services of a branch, which live beside its switches."""


@dataclass(frozen=True, slots=True)
class Function:
    """What a VLAN of a unit is for: its number is a hundred times `code` plus the unit's index."""

    name: str
    code: int
    purpose: VlanPurpose
    zone: str


USERS: Final = Function("users", 1, VlanPurpose.USERS, USER)
PHONES: Final = Function("voice", 2, VlanPurpose.VOICE, VOICE)
WIRELESS: Final = Function("wireless", 3, VlanPurpose.WIRELESS, USER)
GUESTS: Final = Function("guests", 4, VlanPurpose.GUEST, GUEST)
DEVICES: Final = Function("devices", 5, VlanPurpose.IOT, IOT)
SERVERS: Final = Function("servers", 6, VlanPurpose.SERVERS, SERVER)
PUBLISHED: Final = Function("published", 7, VlanPurpose.DMZ, DMZ)
MANAGED: Final = Function("management", 8, VlanPurpose.MANAGEMENT, MANAGEMENT)
SERVICES: Final = Function("services", 11, VlanPurpose.MANAGEMENT, MANAGEMENT)
RESTRICTED: Final = Function("restricted", 12, VlanPurpose.DATABASE, DATABASE)
TERMINALS: Final = Function("terminals", 13, VlanPurpose.DATABASE, DATABASE)


APART: Final = (USERS, WIRELESS, DEVICES, TERMINALS)
"""Functions whose hosts never need each other: the strictest levels keep them from meeting."""


@dataclass(slots=True)
class Ground:
    """What later steps need of earlier ones."""

    blueprint: Blueprint
    plan: CampusPlan
    radios: Radios | None = None
    racks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Racks of the main room of each building; those of building 1 are for the core and the edge."""
    core: Pair = field(default_factory=lambda: Pair(()))
    blocks: dict[int, Pair] = field(default_factory=dict)
    """The switches that the access switches of each block hang off."""
    access: dict[str, tuple[Device, ...]] = field(default_factory=dict)
    server_switches: tuple[Device, ...] = ()
    server_block: int = 0
    """The block whose distribution the server switches hang off: the first, or one more where they are many."""
    closets: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    """Racks of each closet, by building and number."""
    access_points: dict[str, tuple[Device, ...]] = field(default_factory=dict)
    controllers: tuple[Device, ...] = ()
    vlans: dict[tuple[str, str], Vlan] = field(default_factory=dict)
    """VLANs by function and unit; those of servers by function and an empty unit."""
    groups: list[EndpointGroup] = field(default_factory=list)

    @property
    def site(self) -> str:
        """Id of the site."""
        return self.plan.site.id

    @property
    def fabric(self) -> bool:
        """Whether the site is a fabric from the access layer up; a branch is too small for one."""
        return fabric_wanted(self.blueprint) and self.plan.archetype is not Archetype.BRANCH

    def unit_vlans(self, unit: Unit) -> tuple[Vlan, ...]:
        """VLANs of a unit."""
        return tuple(vlan for (_, name), vlan in self.vlans.items() if name == unit.name)

    def server_vlans(self) -> tuple[Vlan, ...]:
        """VLANs of servers and services."""
        return tuple(vlan for (_, name), vlan in self.vlans.items() if not name)

    def block_vlans(self, block: int) -> tuple[Vlan, ...]:
        """VLANs of all units of a block; those of servers belong to the first."""
        found = [vlan for unit in self.plan.of_block(block) for vlan in self.unit_vlans(unit)]
        return (*found, *self.server_vlans()) if block == self.server_block else tuple(found)

    @property
    def block_count(self) -> int:
        """Blocks of users, and the one of servers where these have one of their own."""
        return max(self.plan.blocks, self.server_block + 1)

    @property
    def server_top(self) -> Pair:
        """The switches that those of the servers hang off."""
        return self.blocks.get(self.server_block, self.core)

    def building_of(self, block: int) -> int:
        """The building that a block stands in; servers are in the main one."""
        return next((unit.building for unit in self.plan.of_block(block)), 1)


def prepare_rooms(ground: Ground, main: Mapping[int, int], closets: Mapping[tuple[int, int], int]) -> None:
    """The main room of each building with so many racks on each side, and the closets with so many each."""
    plan = ground.plan
    for building in range(1, max(unit.building for unit in plan.units) + 1):
        ground.racks[building] = _main_racks(ground, building, main[building])
    for unit in plan.units:
        key = (unit.building, unit.closet)
        if key not in ground.closets:
            ground.closets[key] = _closet(ground, unit, closets[key])


def _main_racks(ground: Ground, building: int, each: int) -> tuple[str, ...]:
    """Racks by turns of sides; at critical redundancy the sides of the main building are rooms of their own."""
    blueprint = ground.blueprint
    critical = blueprint.requirements.redundancy is Redundancy.CRITICAL
    first = second = _room(ground, building, "main", RoomKind.EQUIPMENT_ROOM, 0, 0)
    if critical and building == 1:
        second = _room(ground, building, "second", RoomKind.EQUIPMENT_ROOM, 0, RISER_M)
    apart = first is not second
    return tuple(
        _rack(blueprint, room, at if apart else 2 * at + number)
        for at in range(each)
        for number, room in enumerate((first, second))
    )


def _closet(ground: Ground, unit: Unit, racks: int) -> tuple[str, ...]:
    """A closet with its racks; the riser to it grows with the floor."""
    riser = min(MAX_RISER_M, RISER_M + FLOOR_M * unit.floor)
    room = _room(ground, unit.building, closet_name(unit), RoomKind.CLOSET, unit.floor, riser)
    return tuple(_rack(ground.blueprint, room, at) for at in range(racks))


def closet_name(unit: Unit) -> str:
    """Name of the closet that a unit is in."""
    return f"c{unit.closet}"


def closet_room(ground: Ground, unit: Unit) -> str:
    """The room of a unit's closet."""
    return f"{ground.site}-b{unit.building}-{closet_name(unit)}"


def _room(ground: Ground, building: int, name: str, kind: RoomKind, floor: int, riser_m: float) -> Room:
    room = Room(
        id=f"{ground.site}-b{building}-{name}",
        name=f"{name} of building {building}",
        site=ground.site,
        building=f"{ground.site}-b{building}",
        kind=kind,
        floor=floor,
        riser_m=riser_m,
    )
    return ground.blueprint.floor.room(ground.blueprint.add(room))


def _rack(blueprint: Blueprint, room: Room, at: int) -> str:
    rack = Rack(
        id=f"{room.id}-r{at + 1}",
        room=room.id,
        row=0,
        position=2 * at,
        usable_units=RACK_UNITS,
        breaker_w=BREAKER_W,
    )
    return stand(blueprint, rack).id


def unit_functions(ground: Ground, unit: Unit) -> tuple[tuple[Function, int], ...]:
    """The VLANs that a unit needs, with their hosts today."""
    plan, serves = ground.plan, unit.serves
    air = ground.blueprint.parameters
    clients = clients_of(serves.users, air) if plan.wireless else 0
    switches = len(ground.access.get(unit.name, ())) or 4
    apart = ground.blueprint.posture.management_plane == "out-of-band"
    managed = 0 if apart else max(switches + serves.access_points + 2 * plan.pair, FIRST_OWN + switches)
    managed += BRANCH_SERVICES if plan.archetype is Archetype.BRANCH else 0
    devices = serves.devices + (serves.access_points if apart else 0)
    guests = max(5, serves.access_points, ceil(serves.users * GUESTS_PER_USER))
    wanted = (
        (USERS, serves.users),
        (PHONES, serves.users if plan.voice else 0),
        (WIRELESS, max(1, clients) if plan.wireless and serves.access_points else 0),
        (GUESTS, guests if plan.guests and serves.access_points else 0),
        (DEVICES, devices),
        (TERMINALS, serves.terminals),
        (MANAGED, managed),
    )
    return tuple((function, hosts) for function, hosts in wanted if hosts)


def add_unit_vlans(ground: Ground, unit: Unit, *devices: str) -> None:
    """The VLANs of a unit with their subnets, defined on its switches."""
    for function, hosts in unit_functions(ground, unit):
        add_vlan(ground, function, unit.name, unit.index, hosts, *devices)


def _isolated(ground: Ground, function: Function) -> bool:
    """Whether hosts of a VLAN are kept from each other: guests always, others at the strictest levels unless flows of
    theirs need each other."""
    if function is GUESTS:
        return True
    asked = ground.blueprint.requirements
    serving = {Population.SERVERS, Population.STORAGE}
    meet = any({flow.source, flow.target} <= serving for flow in asked.flows)
    apart = function in APART or (function in (SERVERS, RESTRICTED) and not meet)
    return apart and ground.blueprint.posture.fips_module


def add_vlan(ground: Ground, function: Function, unit: str, index: int, hosts: int, *devices: str) -> Vlan:
    """A VLAN of a function with its subnets."""
    name = f"{function.name}-{unit}" if unit else function.name
    fixed = function in (SERVERS, PUBLISHED, SERVICES, RESTRICTED)
    blueprint = ground.blueprint
    vlan = blueprint.vlan(
        ground.site,
        function.code * 100 + index,
        name,
        function.purpose,
        function.zone,
        *devices,
        igmp_querier=blueprint.requirements.video,
        isolated=_isolated(ground, function),
    )
    blueprint.host_subnet(vlan, hosts, dhcp=not fixed)
    ground.vlans[function.name, unit] = vlan
    return vlan
