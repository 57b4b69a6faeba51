"""TOP-13: what stands in for another stands apart from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netdesign.analysis.equipment.rack_space import free_unit, tray_run_m
from netdesign.analysis.facts.tiers import fabrics
from netdesign.model.inventory import Device, Rack
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import refed


class Company(NamedTuple):
    """Devices that stand in for one another; `together` may share a rack where racks are few."""

    what: str
    elements: tuple[str, ...]
    devices: tuple[Device, ...]
    together: int = 1


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.MEDIUM) and bool(_companies(case))


@rule(
    code="TOP-13",
    name="placement-separation",
    title="Physical placement separation",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="redundancy medium and above, where high-availability groups or top tiers have two members or more",
    applicable=_applies,
    flags="Members of a high-availability group or of one top tier that all hang on one power feed; from redundancy"
    " high on, that share a rack; at critical, that share a room.",
    passes="Members stand in racks of their own, at critical in rooms of their own, and no feed powers them all.",
    remedy="Move one member to another rack or room, and feed it from the other side.",
    references=("NIST SP 800-53 PE-11, CP-7", "ISO/IEC 27001 A.7.5, A.8.14"),
    reading="Below redundancy high only the feed is asked for, as a warning. Of a group or top tier of more than"
    " two, as many may share a rack as there are too few racks.",
)
def placement_separation(case: Case) -> Iterator[Said]:
    """Counts racks, rooms and feeds of each company."""
    level = case.requirements.redundancy
    severity = None if level.at_least(Redundancy.HIGH) else Severity.WARNING
    companies = _companies(case)
    for company in companies:
        yield from _fed(company, severity)
        if level.at_least(Redundancy.HIGH):
            yield from _shared(company, "rack", company.together)
        if level.at_least(Redundancy.CRITICAL):
            yield from _shared(company, "room", max(1, len(company.devices) - 1) if len(company.devices) > 2 else 1)
    yield Measure(name="groups and top tiers looked at", value=len(companies))


def _companies(case: Case) -> list[Company]:
    known, found = case.network.by_id("devices"), []
    for group in case.design.inventory.ha_groups:
        members = tuple(known[m] for m in dict.fromkeys(group.members) if m in known and known[m].in_service)
        if len(members) > 1:
            found.append(Company(f"group {group.id}", (group.id,), members, _allowed(case, members)))
    for fabric in fabrics(case.network):
        top = tuple(case.network.devices[place] for place in fabric.top.tolist())
        if len(top) > 1:
            found.append(Company(f"the top tier at {fabric.site}", (), top, _allowed(case, top)))
    return found


def _allowed(case: Case, devices: tuple[Device, ...]) -> int:
    """How many of them may share a rack: those of a pair never, of more as many as racks are too few."""
    return 1 if len(devices) == 2 else -(-len(devices) // max(1, _racks_at(case, devices[0].site)))


def _racks_at(case: Case, site: str) -> int:
    rooms = {room.id for room in case.design.inventory.rooms if room.site == site}
    return sum(1 for rack in case.design.inventory.racks if rack.room in rooms)


def _fed(company: Company, severity: Severity | None) -> Iterator[Said]:
    names = tuple(device.id for device in company.devices)
    feeds = {feed for device in company.devices for feed in device.power_feeds}
    if any(not device.power_feeds for device in company.devices):
        yield Gap(message=f"nothing says what feeds {company.what}", elements=names)
    elif len(feeds) == 1:
        yield Finding(
            message=f"{', '.join(names[:3])} of {company.what} all hang on power feed {min(feeds)}",
            elements=(*company.elements, *names),
            witness={"shared": "feed", "feed": min(feeds), "members": list(names)},
            severity=severity,
        )


def _shared(company: Company, field: str, allowed: int) -> Iterator[Said]:
    places: dict[str, list[str]] = {}
    for device in company.devices:
        where = getattr(device, field)
        if where is None:
            yield Gap(message=f"nothing says in which {field} {device.id} of {company.what} is", elements=(device.id,))
        else:
            places.setdefault(where, []).append(device.id)
    for where, names in sorted(places.items()):
        if len(names) > allowed:
            yield Finding(
                message=f"{', '.join(names[:3])} of {company.what} share {field} {where}: {len(names)} where {allowed}"
                " may be",
                elements=(*company.elements, *names),
                witness={"shared": field, field: where, "members": list(names), "allowed": allowed},
            )


@placement_separation.mutant("put a high-availability group into one rack")
def group_in_one_rack(case: Case) -> Patch | None:
    """That of its first member."""
    return _moved(case, [one for one in _companies(case) if one.elements])


@placement_separation.mutant("put the top tier into one rack")
def top_in_one_rack(case: Case) -> Patch | None:
    """That of its first switch."""
    return _moved(case, [one for one in _companies(case) if not one.elements and one.together < len(one.devices)])


def _moved(case: Case, companies: Sequence[Company]) -> Patch | None:
    for company in companies if case.requirements.redundancy.at_least(Redundancy.HIGH) else ():
        first, *others = company.devices
        if first.rack is not None:
            return tuple(Set("devices", one.id, {"rack": first.rack, "room": first.room}) for one in others)
    return None


@placement_separation.mutant("feed a whole group from one side")
def one_side(case: Case) -> Patch | None:
    """Feed A of the first group, or of the top tier where there is no group."""
    for company in _companies(case) if _applies(case) else ():
        return tuple(Set("devices", one.id, {"power_feeds": ("A",)}) for one in company.devices)
    return None


@placement_separation.mutant("feed the top tier from one side")
def one_side_of_the_top(case: Case) -> Patch | None:
    """Feed B."""
    for company in reversed(_companies(case)) if _applies(case) else ():
        return tuple(Set("devices", one.id, {"power_feeds": ("B",)}) for one in company.devices)
    return None


@placement_separation.fix("move members to racks of their own")
def other_racks(case: Case, finding: Finding) -> Patch | None:
    """The nearest racks with units left that their cables reach, in other rooms where rooms must differ."""
    shared, members = finding.witness.get("shared"), finding.witness.get("members")
    if shared not in ("rack", "room") or not isinstance(members, list):
        return None
    known = case.network.by_id("devices")
    mine = [known[str(name)] for name in members if str(name) in known]
    beside = [one for company in _companies(case) if set(mine) & set(company.devices) for one in company.devices]
    racks, rooms = {one.rack for one in beside}, {one.room for one in beside}
    moved: list[Set] = []
    for device in mine[1:]:
        for rack in _near(case, device, str(shared)):
            unit = free_unit(case.network, rack, _height(case, device))
            if unit is not None and rack.id not in racks and (shared == "rack" or rack.room not in rooms):
                racks.add(rack.id)
                rooms.add(rack.room)
                moved.append(Set("devices", device.id, {"rack": rack.id, "room": rack.room, "rack_unit": unit}))
                break
    return tuple(moved) or None


def _near(case: Case, device: Device, shared: str) -> list[Rack]:
    """Racks that every cable of the device reaches, the nearest first; any of its site where rooms must differ."""
    rooms = {room.id for room in case.design.inventory.rooms if room.site == device.site}
    racks = [rack for rack in case.design.inventory.racks if rack.room in rooms]
    pitches = case.parameters.fabric
    if shared == "room":
        return racks
    run = {rack.id: tray_run_m(case.network, device.rack, rack.id, pitches) for rack in racks}
    racks = [rack for rack in racks if run[rack.id] is not None and _reached(case, device, rack)]
    return sorted(racks, key=lambda rack: (run[rack.id] or 0.0, rack.id))


def _reached(case: Case, device: Device, rack: Rack) -> bool:
    known = case.network.by_id("devices")
    for link in case.network.links:
        if device.id in (link.a.device, link.b.device) and link.length_m is not None:
            far = known.get(link.b.device if link.a.device == device.id else link.a.device)
            run = tray_run_m(case.network, rack.id, far.rack, case.parameters.fabric) if far is not None else None
            if run is not None and run > link.length_m:
                return False
    return True


def _height(case: Case, device: Device) -> int:
    kind = case.network.device_types[case.network.device_index[device.id]]
    return max(1, kind.rack_units) if kind is not None else 1


@placement_separation.fix("feed every second member from the other side")
def other_side(case: Case, finding: Finding) -> Patch | None:
    """Or from both, where it has two supplies."""
    members = finding.witness.get("members")
    if finding.witness.get("shared") != "feed" or not isinstance(members, list):
        return None
    known = case.network.by_id("devices")
    patches = [refed(case, known[str(name)]) for name in members[1::2] if str(name) in known]
    return tuple(operation for patch in patches if patch for operation in patch) or None
