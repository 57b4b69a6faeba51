"""The campus that stands at a site: its shape, its closets with what they serve, and room for more beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from netdesign.errors import ConflictError
from netdesign.model.inventory import Attachment, Device, Room
from netdesign.model.resolved import ResolvedSite
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import Archetype, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.standing import in_order
from netdesign.synthesis.needs.campus_plan import (
    ACCESS_PORTS,
    MAX_UNIT_USERS,
    PRINTER_SHARE,
    CampusPlan,
    Unit,
    block_fill,
    radio_count,
    terminal_count,
)
from netdesign.synthesis.needs.campus_sizing import Closet, ports_needed, shares, switch_count

PARTS = ("", *"abcdefghijklmnopqrstuvwxyz")
"""What the names of the units of one closet end with."""
FUNCTIONS = ("users", "phones", "wireless", "guests", "devices", "terminals", "management")
"""Functions of VLANs that a unit may have."""


def standing_shape(blueprint: Blueprint, site: str) -> Archetype | None:
    """The shape of the campus that stands at a site; None where none does."""
    standing = blueprint.standing
    if in_order(standing, Role.DISTRIBUTION, site):
        return Archetype.THREE_TIER
    if in_order(standing, Role.CORE, site):
        return Archetype.COLLAPSED_CORE
    return Archetype.BRANCH if in_order(standing, Role.ACCESS, site) else None


def standing_server_block(blueprint: Blueprint, site: str, blocks: int) -> int | None:
    """The block of the distribution that the server switches hang off; None where none stand."""
    standing = blueprint.standing
    names = {f"{site}-block{at + 1}": at for at in range(blocks + 1)}
    above = {one.id: names.get(one.block or "") for one in in_order(standing, Role.DISTRIBUTION, site)}
    for device in in_order(standing, Role.ACCESS, site):
        if device.block in names:
            continue
        for link in standing.links_of(device.id):
            far = link.b.device if link.a.device == device.id else link.a.device
            if above.get(far) is not None:
                return above[far]
    return None


def grown_plan(blueprint: Blueprint, site: ResolvedSite, plan: CampusPlan) -> CampusPlan:
    """The plan of a site with the units that stand as they are, and units beside them for all that is more.

    More closets or buildings take what is more; where there are none, closets that stand take further switches and
    VLANs in. Raises `ConflictError` where one switch is to serve more than it can.
    """
    kept = tuple(_units(blueprint, site.id))
    if not kept:
        return plan
    fresh = tuple(_new_units(blueprint, site, plan, kept))
    if fresh and plan.archetype is Archetype.BRANCH:
        raise ConflictError(f"{site.id} is a branch with one switch, which has no room for another closet")
    units = (*kept, *fresh)
    return CampusPlan(
        site=plan.site,
        archetype=plan.archetype,
        units=units,
        blocks=max(unit.block for unit in units) + 1,
        pair=plan.pair,
        general_servers=plan.general_servers,
        restricted_servers=plan.restricted_servers,
        voice=plan.voice,
        wireless=plan.wireless,
        guests=plan.guests,
    )


def unit_switches(blueprint: Blueprint, site: str, unit: str) -> tuple[Device, ...]:
    """The access switches of a unit that stand."""
    return _of_unit(blueprint, site, unit, Role.ACCESS)


def _of_unit(blueprint: Blueprint, site: str, unit: str, role: Role) -> tuple[Device, ...]:
    standing = blueprint.standing
    vlans = (standing.find(Vlan, f"{site}-{function}-{unit}") for function in FUNCTIONS)
    names = {name for vlan in vlans if vlan is not None for name in vlan.devices}
    return tuple(device for device in in_order(standing, role, site) if device.id in names)


def _units(blueprint: Blueprint, site: str) -> Iterator[Unit]:
    """The units that stand, building by building and closet by closet."""
    indices: dict[int, int] = {}
    for building, closet in _closets(blueprint, site):
        for part in PARTS:
            name = f"b{building}c{closet}{part}"
            switches = unit_switches(blueprint, site, name)
            if not switches:
                continue
            block = _block(switches[0], site)
            indices[block] = indices.get(block, 0) + 1
            serves, printers = _serves(blueprint, site, name, {one.id for one in switches})
            yield Unit(name, building, closet, block, indices[block], serves, printers, closet - 1)


def _closets(blueprint: Blueprint, site: str) -> Iterator[tuple[int, int]]:
    """Buildings and closets that stand, by number."""
    building = 1
    while blueprint.standing.find(Room, f"{site}-b{building}-c1") is not None:
        closet = 1
        while blueprint.standing.find(Room, f"{site}-b{building}-c{closet}") is not None:
            yield building, closet
            closet += 1
        building += 1


def _block(switch: Device, site: str) -> int:
    at = 0
    while switch.block is not None and switch.block != f"{site}-block{at + 1}":
        at += 1
        if at > len(PARTS) * 100:
            return 0
    return at


def _serves(blueprint: Blueprint, site: str, unit: str, switches: set[str]) -> tuple[Closet, int]:
    """What a unit serves, and how many printers are among its devices: counted from what is attached."""
    counts: dict[str, int] = {}
    for one in blueprint.standing.all(Attachment):
        if one.device in switches:
            counts[one.group] = counts.get(one.group, 0) + one.endpoints
    printers = counts.get(f"{site}-printers", 0)
    return Closet(
        users=counts.get(f"{site}-users", 0),
        devices=printers + counts.get(f"{site}-cameras", 0),
        access_points=len(_of_unit(blueprint, site, unit, Role.ACCESS_POINT)),
        terminals=counts.get(f"{site}-terminals", 0),
    ), printers


def _new_units(blueprint: Blueprint, site: ResolvedSite, plan: CampusPlan, kept: Sequence[Unit]) -> Iterator[Unit]:
    """Units for what the site has more than its units serve."""
    more = _more(blueprint, site, kept)
    places = list(_places(blueprint, site, plan, kept, more))
    if not places:
        return
    columns = (more.users, more.devices, more.access_points, more.terminals)
    parts = [Closet(*row) for row in zip(*(shares(total, len(places)) for total in columns), strict=True)]
    loads, indices = _loads(blueprint, site.id, kept), dict[int, int]()
    for unit in kept:
        indices[unit.block] = max(indices.get(unit.block, 0), unit.index)
    for (building, closet, name), serves in zip(places, parts, strict=True):
        block = _block_for(blueprint, site, plan, (building, _count(blueprint, serves)), loads)
        indices[block] = indices.get(block, 0) + 1
        printers = ceil(serves.devices * PRINTER_SHARE)
        yield Unit(name, building, closet, block, indices[block], serves, printers, closet - 1)


def _more(blueprint: Blueprint, site: ResolvedSite, kept: Sequence[Unit]) -> Closet:
    """What the site is to serve beyond what its units do."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    terminals = terminal_count(asked, site)
    points = radio_count(asked, parameters, site)

    def beyond(total: int, field: str) -> int:
        return max(0, total - sum(int(getattr(unit.serves, field)) for unit in kept))

    return Closet(
        users=beyond(site.users, "users"),
        devices=beyond(max(0, site.endpoints - terminals), "devices"),
        access_points=beyond(points, "access_points"),
        terminals=beyond(terminals, "terminals"),
    )


def _places(
    blueprint: Blueprint, site: ResolvedSite, plan: CampusPlan, kept: Sequence[Unit], more: Closet
) -> Iterator[tuple[int, int, str]]:
    """Where new units go: building, closet and name. New closets of the plan first, else those with fewest users."""
    stands = {(unit.building, unit.closet) for unit in kept}
    fresh = sorted({(unit.building, unit.closet) for unit in plan.units} - stands)
    ports = ports_needed(
        more.users,
        more.devices + more.terminals,
        more.access_points,
        blueprint.growth,
        blueprint.redundancy.spare_share,
    )
    if not more.ports and not fresh:
        return
    stack = ACCESS_PORTS * blueprint.parameters.campus.max_stack
    least = max(ceil(more.users * blueprint.growth / MAX_UNIT_USERS), ceil(ports / stack), 1)
    names = {unit.name for unit in kept}
    count = max(least, len(fresh))
    old = sorted(stands, key=lambda at: (sum(u.serves.users for u in kept if (u.building, u.closet) == at), at))
    homes = fresh or old
    for at in range(count):
        building, closet = homes[at % len(homes)]
        name = next(
            name
            for part in PARTS
            if (name := f"b{building}c{closet}{part}") not in names and not _stands(blueprint, site.id, name)
        )
        names.add(name)
        yield building, closet, name


def _stands(blueprint: Blueprint, site: str, unit: str) -> bool:
    return any(blueprint.standing.find(Vlan, f"{site}-{function}-{unit}") for function in FUNCTIONS)


def _count(blueprint: Blueprint, serves: Closet) -> int:
    """About how many switches a unit takes."""
    ports = ports_needed(
        serves.users,
        serves.devices + serves.terminals,
        serves.access_points,
        blueprint.growth,
        blueprint.redundancy.spare_share,
    )
    return switch_count(ports, ACCESS_PORTS)


def _loads(blueprint: Blueprint, site: str, kept: Sequence[Unit]) -> dict[tuple[int, int], int]:
    """Access switches of each building and block."""
    found: dict[tuple[int, int], int] = {}
    for unit in kept:
        key = (unit.building, unit.block)
        found[key] = found.get(key, 0) + len(unit_switches(blueprint, site, unit.name))
    return found


def _block_for(
    blueprint: Blueprint,
    site: ResolvedSite,
    plan: CampusPlan,
    wanted: tuple[int, int],
    loads: dict[tuple[int, int], int],
) -> int:
    """The block of a building with room for so many switches, or a new one; block 0 where there are no more tiers."""
    building, switches = wanted
    if plan.archetype is not Archetype.THREE_TIER:
        loads[building, 0] = loads.get((building, 0), 0) + switches
        return 0
    largest = block_fill(blueprint.requirements, blueprint.parameters)
    servers = standing_server_block(blueprint, site.id, len(loads) + len(PARTS))
    for (home, block), held in sorted(loads.items()):
        if home == building and held + switches <= largest:
            loads[home, block] = held + switches
            return block
    taken = {block for _, block in loads} | ({servers} if servers is not None else set())
    block = next(at for at in range(len(taken) + 1) if at not in taken)
    loads[building, block] = switches
    return block
