"""Where the switches, controllers and access points of a campus stand: rooms, racks and power feeds."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor

from netdesign.catalog.sku import DeviceType
from netdesign.model.inventory import Device, HaGroup, HaMode
from netdesign.model.vocabulary import Redundancy, Role, ServiceClass
from netdesign.synthesis.campus.ground import BREAKER_W, RACK_UNITS, Ground, closet_room
from netdesign.synthesis.campus.tiers import Equipment
from netdesign.synthesis.draft.pairs import Pair, feeds
from netdesign.synthesis.needs.campus_plan import Unit

MANAGEMENT_W = 1_500
"""Watts kept on each side for switches of an out-of-band network."""
RACK_FILL = 0.7
"""How full the racks of main rooms are planned, by units and by watts."""


def main_racks(ground: Ground, equipment: Equipment) -> dict[int, int]:
    """Racks on each of the two sides of each building's main room."""
    plan, tops = ground.plan, equipment.tops
    held: dict[int, list[DeviceType]] = {unit.building: [] for unit in plan.units}
    if tops.distribution:
        for block in range(ground.block_count):
            held[ground.building_of(block)] += [tops.distribution] * plan.pair
    held[1] += [tops.core] * plan.pair + [equipment.servers.kind] * (plan.pair * equipment.servers.groups)
    held[1] += [equipment.edge.firewall] * equipment.edge.firewalls
    held[1] += [equipment.edge.router] * equipment.edge.routers if equipment.edge.router else []
    held[1] += [equipment.edge.wan.kind] * equipment.edge.wan.routers if equipment.edge.wan else []
    held[1] += [equipment.edge.gate.kind] * equipment.edge.gate.routers if equipment.edge.gate else []
    if ground.radios and ground.radios.controller:
        held[1] += [ground.radios.controller] * ground.radios.controllers
    return {building: _racks_for(kinds) for building, kinds in held.items()}


def closet_racks(ground: Ground, equipment: Equipment) -> dict[tuple[int, int], int]:
    """Racks of each closet, by its access switches."""
    kind, counts = equipment.access.kind, dict[tuple[int, int], int]()
    for unit in ground.plan.units:
        key = (unit.building, unit.closet)
        counts[key] = counts.get(key, 0) + equipment.access.counts[unit.name]
    each = min(RACK_UNITS // max(1, kind.rack_units), BREAKER_W // kind.power_max_w)
    most = min(max(1, floor(each * RACK_FILL)), _on_two_feeds(ground, equipment))
    return {key: ceil(count / most) for key, count in counts.items()}


def _on_two_feeds(ground: Ground, equipment: Equipment) -> int:
    """Switches of a rack whose feeds may each fail: those with one supply hang half on one, half on the other."""
    blueprint, units = ground.blueprint, ground.plan.units
    if equipment.access.kind.power_supplies > 1 or not blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM):
        return RACK_UNITS
    held = {unit.name: unit.endpoints(ground.plan) for unit in units}
    each = max(ceil(endpoints / equipment.access.counts[name]) for name, endpoints in held.items())
    allowed = int(sum(held.values()) * blueprint.parameters.topology.max_failure_domain_share)
    return 2 * max(1, allowed // max(1, each))


def closet_rack(ground: Ground, unit: Unit, kind: DeviceType) -> str:
    """The emptiest rack of a unit's closet that has room and power for a device."""
    racks, floor = ground.closets[unit.building, unit.closet], ground.blueprint.floor
    fit = [rack for rack in racks if floor.fits(rack, kind)] or [racks[-1]]
    return min(fit, key=lambda rack: len(floor.racks[rack].devices))


def _racks_for(kinds: Iterable[DeviceType]) -> int:
    """Racks on one side for half of the devices."""
    chosen = list(kinds)
    units = sum(max(1, kind.rack_units) for kind in chosen) / 2 + 4
    watts = sum(kind.power_max_w for kind in chosen) / 2 + MANAGEMENT_W
    return max(1, ceil(units / (RACK_UNITS * RACK_FILL)), ceil(watts / (BREAKER_W * RACK_FILL)))


def side(ground: Ground, building: int, at: int) -> tuple[str, ...]:
    """Racks on one of the two sides of a main room; peers stand on different sides."""
    return ground.racks[building][at % 2 :: 2]


def rack_of(ground: Ground, building: int, at: int, kind: DeviceType, *, apart: bool = False) -> str:
    """The emptiest rack on a side that has room and power for a device; on any side where devices stand alone."""
    floor = ground.blueprint.floor
    racks = side(ground, building, at) if apart or ground.plan.pair > 1 else ground.racks[building]
    fit = [rack for rack in racks if floor.fits(rack, kind)] or list(racks)
    return min(fit, key=lambda rack: (floor.racks[rack].watts, racks.index(rack)))


def exit_racks(ground: Ground) -> tuple[str, str]:
    """The two racks, one on each side, for firewalls and edge routers."""
    floor = ground.blueprint.floor
    sides = (side(ground, 1, at) for at in range(2))
    first, second = (min(racks, key=lambda rack: (floor.racks[rack].watts, rack)) for racks in sides)
    return first, second


def place_switches(ground: Ground, equipment: Equipment) -> None:
    """Core, distribution, access and server switches, controllers and access points, each in its rack or room."""
    blueprint, plan = ground.blueprint, ground.plan
    tops = equipment.tops
    ground.core = Pair(_group(ground, Role.CORE, tops.core, 1, None))
    for block in range(ground.block_count):
        if tops.distribution is None:
            break
        building, name = ground.building_of(block), f"{ground.site}-block{block + 1}"
        ground.blocks[block] = Pair(_group(ground, Role.DISTRIBUTION, tops.distribution, building, name))
    for unit in plan.units:
        ground.access[unit.name] = tuple(
            blueprint.device(
                Role.ACCESS,
                ground.site,
                equipment.access.kind,
                rack=closet_rack(ground, unit, equipment.access.kind),
                block=f"{ground.site}-block{unit.block + 1}",
            )
            for _ in range(equipment.access.counts[unit.name])
        )
    ground.server_switches = tuple(
        blueprint.device(
            Role.ACCESS,
            ground.site,
            equipment.servers.kind,
            rack=rack_of(ground, 1, at, equipment.servers.kind),
            stem="srv",
            block=f"{ground.site}-servers{at // plan.pair + 1}",
            criticality=ServiceClass.GOLD,
            **feeds(equipment.servers.kind, at),
        )
        for at in range(plan.pair * equipment.servers.groups)
    )
    _place_wireless(ground)


def _group(ground: Ground, role: Role, kind: DeviceType, building: int, block: str | None) -> tuple[Device, ...]:
    """One or two like switches in racks apart."""
    return tuple(
        ground.blueprint.device(
            role,
            ground.site,
            kind,
            rack=rack_of(ground, building, at, kind),
            block=block,
            criticality=ServiceClass.GOLD,
            **feeds(kind, at),
        )
        for at in range(ground.plan.pair)
    )


def _place_wireless(ground: Ground) -> None:
    """Access points in the area of their closet, controllers beside the core."""
    blueprint, radios = ground.blueprint, ground.radios
    if radios is None:
        return
    for unit in ground.plan.units:
        ground.access_points[unit.name] = tuple(
            blueprint.device(
                Role.ACCESS_POINT,
                ground.site,
                radios.kind,
                room=closet_room(ground, unit),
                block=f"{ground.site}-block{unit.block + 1}",
            )
            for _ in range(unit.serves.access_points)
        )
    if radios.controller is None:
        return
    group = f"{ground.site}-controllers"
    ground.controllers = tuple(
        blueprint.device(
            Role.WIRELESS_CONTROLLER,
            ground.site,
            radios.controller,
            rack=rack_of(ground, 1, at, radios.controller, apart=True),
            ha_group=group,
            criticality=ServiceClass.GOLD,
            **feeds(radios.controller, at),
        )
        for at in range(radios.controllers)
    )
    members = tuple(device.id for device in ground.controllers)
    blueprint.add(HaGroup(id=group, mode=HaMode.ACTIVE_STANDBY, members=members, state_sync=True))
