"""CAP-21: racks hold what is mounted in them, feeds carry it, and two supplies hang on two feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil

from netdesign.analysis.equipment.rack_load import drawn_w, feed_watts, rack_members, rack_watts, units, usual_watts
from netdesign.analysis.equipment.rack_space import free_unit
from netdesign.model.inventory import Device, Rack
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


def _applies(case: Case) -> bool:
    return bool(case.design.inventory.racks)


@rule(
    code="CAP-21",
    name="rack-power-cooling",
    title="Rack, Power, Cooling",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with racks",
    applicable=_applies,
    flags="A rack whose devices take more units than it has, or that share units, or that stand above its top; one"
    " whose devices draw at most, what they feed to others included, more than the share of a breaker that may be"
    " loaded for good, together or on one feed; a device with two supplies that is not on two feeds of its rack; a"
    " site whose racked devices as a rule draw, and heat, more than it has power for.",
    passes="Every rack has the units and watts that its devices take, with either feed lost.",
    remedy="Move devices to another rack, or put their supplies on both feeds.",
    references=("ISO/IEC 27001:2022 A.7.11, A.7.12", "NIST SP 800-53 PE-9(1), PE-11", "TIA-942"),
    reading="A feed alone must carry the whole rack, for the other one may be lost. Servers are not among the facts of"
    " a rack: what they take is planned with the rack.",
)
def rack_power(case: Case) -> Iterator[Said]:
    """Adds up units and watts by rack, feed and site."""
    fullest = 0.0
    for rack in case.design.inventory.racks:
        yield from _height(case, rack)
        yield from _watts(case, rack)
        able = rack.breaker_w * case.parameters.capacity.breaker_share
        fullest = max(fullest, rack_watts(case.network, rack.id) / able if able > 0 else 0.0)
    for place, device in enumerate(case.network.devices):
        if device.rack is not None and case.network.ours[place]:
            yield from _fed(case, place, device)
    yield from _sites(case)
    yield Measure(name="highest share of a breaker's lasting load", value=round(fullest, 4), threshold=1.0)


def _height(case: Case, rack: Rack) -> Iterator[Finding]:
    """Units in all, and units that two devices take."""
    network, members = case.network, rack_members(case.network).get(rack.id, ())
    taken = sum(units(network, place) for place in members)
    if taken > rack.usable_units:
        yield Finding(
            message=f"the devices in rack {rack.id} take {taken} units; it has {rack.usable_units}",
            elements=(rack.id, *(network.devices[place].id for place in members)),
            witness={"rack": rack.id, "taken": taken, "units": rack.usable_units},
        )
    spots = Counter(unit for place in members for unit in _spots(case, place))
    for place in members:
        device, mine = network.devices[place], _spots(case, place)
        shared = sorted(unit for unit in mine if spots[unit] > 1)
        outside = sorted(unit for unit in mine if not 1 <= unit <= rack.usable_units)
        if shared or outside:
            what = "another device takes too" if shared else f"rack {rack.id} does not have"
            yield Finding(
                message=f"{device.id} takes unit {(shared or outside)[0]} of rack {rack.id}, which {what}",
                elements=(device.id, rack.id),
                witness={"device": device.id, "rack": rack.id, "unit": (shared or outside)[0]},
            )


def _spots(case: Case, place: int) -> range:
    """The units that a device takes; none where its place in the rack is not known."""
    bottom = case.network.devices[place].rack_unit
    return range(0) if bottom is None else range(bottom, bottom + units(case.network, place))


def _watts(case: Case, rack: Rack) -> Iterator[Finding | Gap]:
    network, able = case.network, rack.breaker_w * case.parameters.capacity.breaker_share
    for place in rack_members(network).get(rack.id, ()):
        if drawn_w(network, place) is None:
            name = network.devices[place].id
            yield Gap(message=f"nothing says what {name} in rack {rack.id} draws", elements=(name,))
    drawn = max([rack_watts(network, rack.id), *(feed_watts(network, rack, feed) for feed in rack.feeds)])
    if drawn > able + TINY:
        yield Finding(
            message=f"the devices in rack {rack.id} draw {drawn:,.0f} W; a feed of {rack.breaker_w:,} W carries"
            f" {able:,.0f} W for good",
            elements=(rack.id,),
            witness={"rack": rack.id, "drawn_w": ceil(drawn), "able_w": int(able), "breaker_w": rack.breaker_w},
        )


def _fed(case: Case, place: int, device: Device) -> Iterator[Finding]:
    kind, rack = case.network.device_types[place], case.network.by_id("racks").get(device.rack or "")
    if kind is None or rack is None or kind.power_supplies < 1:
        return
    feeds = set(device.power_feeds) & set(rack.feeds)
    wanted = min(kind.power_supplies, 2)
    if len(feeds) < wanted:
        yield Finding(
            message=f"{device.id} has {kind.power_supplies} power supplies and is on"
            f" {'feed ' + ', '.join(sorted(feeds)) if feeds else 'no feed'} of rack {rack.id};"
            f" {wanted} {'feeds are' if wanted > 1 else 'is'} needed",
            elements=(device.id,),
            witness={
                "device": device.id,
                "rack": rack.id,
                "supplies": kind.power_supplies,
                "feeds": [*sorted(feeds)],
                "needed_feeds": wanted,
            },
        )


def _sites(case: Case) -> Iterator[Finding]:
    """What racked devices of a site draw as a rule against its power, which its cooling takes away again."""
    rooms = {room.id: room.site for room in case.design.inventory.rooms}
    drawn: dict[str, float] = {}
    for rack in case.design.inventory.racks:
        site = rooms.get(rack.room)
        if site is not None:
            drawn[site] = drawn.get(site, 0.0) + usual_watts(case.network, rack.id)
    for one in case.design.inventory.sites:
        if one.power_kw and drawn.get(one.id, 0.0) > one.power_kw * 1000 + TINY:
            yield Finding(
                message=f"racked devices of {one.id} draw {drawn[one.id] / 1e3:,.1f} kW; it has {one.power_kw:,.1f} kW",
                elements=(one.id,),
                witness={"site": one.id, "drawn_w": ceil(drawn[one.id]), "power_kw": one.power_kw},
            )


def _racked(case: Case) -> list[int]:
    """Devices of known types in known racks."""
    racks = case.network.by_id("racks")
    return [
        place
        for rack, places in rack_members(case.network).items()
        if rack in racks
        for place in places
        if case.network.device_types[place] is not None
    ]


@rack_power.mutant("put both supplies of a device on feed A")
def one_feed(case: Case) -> Patch | None:
    """The first device with two supplies, on the first feed of its rack."""
    racks = case.network.by_id("racks")
    for place in _racked(case):
        device, kind = case.network.devices[place], case.network.device_types[place]
        if kind is not None and kind.power_supplies > 1 and racks[device.rack or ""].feeds:
            return (Set("devices", device.id, {"power_feeds": racks[device.rack or ""].feeds[:1]}),)
    return None


@rack_power.mutant("plug a device into a feed that its rack does not have")
def no_such_feed(case: Case) -> Patch | None:
    """The first device that has a supply."""
    for place in _racked(case):
        kind = case.network.device_types[place]
        if kind is not None and kind.power_supplies:
            return (Set("devices", case.network.devices[place].id, {"power_feeds": ("no such feed",)}),)
    return None


@rack_power.mutant("mount two devices in the same unit")
def same_unit(case: Case) -> Patch | None:
    """The first two of a rack."""
    for places in rack_members(case.network).values():
        seated = [at for at in places if case.network.devices[at].rack_unit is not None]
        if len(seated) > 1:
            first, second = (case.network.devices[at] for at in seated[:2])
            return (Set("devices", second.id, {"rack_unit": first.rack_unit}),)
    return None


@rack_power.mutant("mount a device above the top of its rack")
def above_the_top(case: Case) -> Patch | None:
    """The last unit is below it."""
    racks = case.network.by_id("racks")
    for place in _racked(case):
        device = case.network.devices[place]
        return (Set("devices", device.id, {"rack_unit": racks[device.rack or ""].usable_units + 1}),)
    return None


@rack_power.mutant("feed a rack by a breaker that its devices overload")
def small_breaker(case: Case) -> Patch | None:
    """The fullest rack, with half of what it draws."""
    racks = case.network.by_id("racks")
    full = [(rack_watts(case.network, rack), rack) for rack in rack_members(case.network) if rack in racks]
    if not full or max(full)[0] < 2:
        return None
    return (Set("racks", max(full)[1], {"breaker_w": int(max(full)[0] / 2)}),)


@rack_power.fix("put the supplies on both feeds of the rack")
def refeed(case: Case, finding: Finding) -> Patch | None:
    """As many feeds as the device has supplies for."""
    place = case.network.device_index.get(str(finding.witness.get("device")))
    if place is None or "needed_feeds" not in finding.witness:
        return None
    device, kind = case.network.devices[place], case.network.device_types[place]
    rack = case.network.by_id("racks").get(device.rack or "")
    if rack is None:
        return None
    feeds = rack.feeds if kind is not None and kind.power_supplies > 1 else rack.feeds[:1]
    return (Set("devices", device.id, {"power_feeds": feeds}),)


@rack_power.fix("mount the device in free units of its rack")
def remount(case: Case, finding: Finding) -> Patch | None:
    """The highest that are free."""
    place = case.network.device_index.get(str(finding.witness.get("device")))
    rack = case.network.by_id("racks").get(str(finding.witness.get("rack")))
    if place is None or rack is None or "unit" not in finding.witness:
        return None
    unit = free_unit(case.network, rack, units(case.network, place))
    return (Set("devices", case.network.devices[place].id, {"rack_unit": unit}),) if unit is not None else None


@rack_power.fix("feed the rack as strongly as others of the design")
def stronger_feed(case: Case, finding: Finding) -> Patch | None:
    """By the smallest breaker in use that carries it."""
    drawn, rack = finding.witness.get("drawn_w"), finding.witness.get("rack")
    if not isinstance(drawn, int) or rack is None:
        return None
    share = case.parameters.capacity.breaker_share
    sizes = [one.breaker_w for one in case.design.inventory.racks if one.breaker_w * share >= drawn]
    return (Set("racks", str(rack), {"breaker_w": min(sizes)}),) if sizes else None
