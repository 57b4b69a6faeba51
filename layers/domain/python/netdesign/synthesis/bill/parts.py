"""The bill of materials, counted from devices, links and attachments, with spares, power and cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, exp, sqrt
from typing import Final

from netdesign.analysis.equipment.parts import LOG_STORAGE, SERVICE_HOST
from netdesign.analysis.equipment.service_hosts import host_count, storage_tb
from netdesign.catalog.assumptions import default_assumptions, fan_out_usd
from netdesign.catalog.media import Cage, PhyType, laying_usd, media
from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError
from netdesign.model.addressing import Subnet
from netdesign.model.cabling import Cabling, Circuit, Lag, Link, Mlag, Srlg
from netdesign.model.cloud import CloudCharge
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Homing, Inventory, Rack
from netdesign.model.parts import PartKind, PartLine, Parts
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Redundancy, Trust
from netdesign.synthesis.bill.costs import Priced, cost_lines
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.cabling import SERVER_CABLE_M, endpoint_cable
from netdesign.synthesis.draft.placement import Floor
from netdesign.synthesis.draft.port_bank import FreePort

DESK_CABLE_M: Final = 45.0
"""Assumed mean run from a closet to a desk, a camera or a ceiling."""
OPTIC_MTBF: Final = "optic"
_SERVERS: Final = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
_KINDS: Final = tuple(PartKind)


@dataclass(slots=True)
class Tally:
    """How many of one part are in use and what they cost together."""

    quantity: int = 0
    usd: float = 0.0
    assumed: bool = False
    power_w: float = 0.0

    def add(self, usd: float, *, assumed: bool = False, power_w: float = 0.0) -> None:
        """One more."""
        self.quantity += 1
        self.usd += usd
        self.assumed |= assumed
        self.power_w += power_w


Tallies = dict[tuple[PartKind, str], Tally]
Plugs = dict[tuple[str, str], str]
"""The physical layer of what is plugged into each split cage, by device and cage: one piece for all its lanes."""


def add_parts(blueprint: Blueprint) -> Parts:
    """The parts and costs of everything in the blueprint, added to it."""
    inventory = Inventory(
        racks=blueprint.all(Rack),
        devices=blueprint.all(Device),
        endpoint_groups=blueprint.all(EndpointGroup),
        attachments=blueprint.all(Attachment),
    )
    cabling = Cabling(
        links=blueprint.all(Link),
        lags=blueprint.all(Lag),
        mlags=blueprint.all(Mlag),
        srlgs=blueprint.all(Srlg),
        circuits=blueprint.all(Circuit),
    )
    parts = bill(
        inventory,
        cabling,
        blueprint.catalog,
        blueprint.parameters,
        blueprint.requirements,
        services=blueprint.all(ServiceInstance),
        subnets=blueprint.all(Subnet),
        charges=blueprint.all(CloudCharge),
    )
    blueprint.add_all(parts.lines)
    blueprint.add_all(parts.costs)
    return parts


def bill(
    inventory: Inventory,
    cabling: Cabling,
    catalog: Catalog,
    parameters: Parameters,
    requirements: ResolvedRequirements,
    *,
    services: Iterable[ServiceInstance] = (),
    subnets: Iterable[Subnet] = (),
    charges: Iterable[CloudCharge] = (),
) -> Parts:
    """Every line and every sum; `services` run on hosts in VLANs of `subnets`, `charges` are a cloud provider's."""
    tallies: Tallies = {}
    _devices(tallies, inventory, catalog)
    kinds = {device.id: device.sku for device in inventory.devices if device.sku is not None}
    plugs: Plugs = {}
    crowd = _crowd(cabling, inventory, kinds, catalog)
    for link in cabling.links:
        _link(tallies, plugs, link, kinds, catalog, crowd)
    _endpoints(tallies, plugs, inventory, kinds, catalog, parameters)
    for _ in inventory.racks:
        _tally(tallies, PartKind.RACK, "rack").add(parameters.cost.rack_usd, assumed=True)
    _services(tallies, tuple(services), subnets, inventory)
    ordered = sorted(tallies.items(), key=lambda item: (_KINDS.index(item[0][0]), item[0][1]))
    counted = (_line(key, tally, catalog, parameters, requirements) for key, tally in ordered)
    lines = tuple(sorted(counted, key=lambda line: line.id))
    priced = Priced(lines, cabling.circuits, requirements.horizon_years, tuple(charges))
    return Parts(lines=lines, costs=cost_lines(priced, parameters))


def _services(
    tallies: Tallies, services: Sequence[ServiceInstance], subnets: Iterable[Subnet], inventory: Inventory
) -> None:
    """Hosts of the services, and the disks of collectors."""
    assumed = default_assumptions()
    for _ in range(host_count(services, subnets, inventory.endpoint_groups)):
        host = _tally(tallies, PartKind.SERVER, SERVICE_HOST)
        host.add(assumed.service_host_usd, assumed=True, power_w=assumed.service_host_w)
    for _ in range(storage_tb(services)):
        _tally(tallies, PartKind.STORAGE, LOG_STORAGE).add(assumed.storage_usd_per_tb, assumed=True)


def _tally(tallies: Tallies, kind: PartKind, part: str) -> Tally:
    return tallies.setdefault((kind, part), Tally())


def _devices(tallies: Tallies, inventory: Inventory, catalog: Catalog) -> None:
    """Devices, with the yearly licence of each that needs one; supplies come with the device."""
    for device in inventory.devices:
        if device.sku is None or not device.in_service:
            continue
        kind = catalog.device(device.sku)
        price, assumed = kind.priced()
        _tally(tallies, PartKind.DEVICE, kind.sku).add(price, assumed=assumed, power_w=kind.power_max_w)
        licence, guessed = kind.licence()
        if licence:
            _tally(tallies, PartKind.LICENCE, kind.sku).add(licence, assumed=guessed)


def _crowd(cabling: Cabling, inventory: Inventory, kinds: dict[str, str], catalog: Catalog) -> Counter[tuple[str, str]]:
    """How many links and endpoints take ports of each cage, by device and cage."""
    ends = [(end.device, end.port, link.speed_bps) for link in cabling.links for end in (link.a, link.b)]
    speeds = {
        group.id: group.nic_speed_bps for group in inventory.endpoint_groups if group.homing is not Homing.WIRELESS
    }
    homed = [one for one in inventory.attachments if one.group in speeds]
    ends += [(one.device, port, speeds[one.group]) for one in homed for port in one.ports]
    return Counter(
        (device, _port(catalog.device(kinds[device]), port, speed).cage)
        for device, port, speed in ends
        if device in kinds
    )


def _link(
    tallies: Tallies, plugs: Plugs, link: Link, kinds: dict[str, str], catalog: Catalog, crowd: Counter[tuple[str, str]]
) -> None:
    """What a link takes: a ready-made or copper cable, or an optic at each end of ours and the fibre between."""
    if link.phy is None:
        return
    phy = media().phys[link.phy]
    ports = {
        end.device: _port(catalog.device(kinds[end.device]), end.port, link.speed_bps)
        for end in (link.a, link.b)
        if end.device in kinds
    }
    for device, port in ports.items():
        if port.lanes > 1 and crowd[device, port.cage] == 1 and _whole(catalog.device(kinds[device]), port, link, phy):
            ports[device] = replace(port, breakout=None)
        elif port.lanes > 1:
            _plug(tallies, plugs, (device, port), phy)
    whole = [Cage(port.form_factor) for port in ports.values() if port.lanes == 1]
    length = (link.length_m or 0.0) if link.trust is Trust.OWNED else 0.0  # fibre of others is rented, not laid
    laid, assumed = laying_usd(link.medium, length, phy.fibres), phy.priced()[1]
    if phy.fibres and not phy.per_cable:
        for cage in whole:
            _tally(tallies, PartKind.TRANSCEIVER, phy.name).add(phy.end_usd(cage), assumed=assumed, power_w=phy.power_w)
        _tally(tallies, PartKind.CABLE, link.medium.value).add(laid, assumed=True)
    elif len(whole) == len(ports):
        usd = phy.cable_usd(whole[0], whole[-1]) + sum(map(phy.end_usd, whole)) + laid
        _tally(tallies, PartKind.CABLE, phy.name).add(usd, assumed=assumed)


def _whole(kind: DeviceType, port: FreePort, link: Link, phy: PhyType) -> bool:
    """Whether the only link of a cage is plugged into it whole."""
    speeds = next((whole.speeds_bps for whole in kind.all_ports() if whole.name == port.name), ())
    return port.name == port.cage and link.speed_bps in speeds and phy.fits(Cage(port.form_factor))


def _plug(tallies: Tallies, plugs: Plugs, end: tuple[str, FreePort], phy: PhyType) -> None:
    """What serves all lanes of a split cage, once: a module with its fibre harness, or a ready-made cable."""
    device, port = end
    if (device, port.cage) in plugs:
        return
    plugs[device, port.cage] = phy.name
    cage, assumed = Cage(port.form_factor, port.lanes), phy.priced()[1]
    if phy.per_cable:
        usd = phy.cable_usd(cage, Cage(port.form_factor)) * port.lanes
        _tally(tallies, PartKind.CABLE, phy.plugged(cage)).add(usd, assumed=assumed)
        return
    usd, power_w = phy.end_usd(cage) * port.lanes, phy.power_w * port.lanes
    _tally(tallies, PartKind.TRANSCEIVER, phy.plugged(cage)).add(usd, assumed=assumed, power_w=power_w)
    harness = phy.fan_out(cage)
    if harness is not None:
        _tally(tallies, PartKind.CABLE, harness).add(fan_out_usd(port.lanes), assumed=True)


@lru_cache(maxsize=65_536)
def _port(kind: DeviceType, name: str, speed_bps: int) -> FreePort:
    """A port as it is used at a speed: whole, or as one of the lanes it is split into, the first of which may have
    the name of the whole. Raises `CatalogError` when the type has no such port."""
    port = kind.port(name)
    if port is None:
        raise CatalogError(f"{kind.sku} has no port {name!r}")
    way = port.breakout
    if way is None and port.speed_bps != speed_bps:
        way = max(
            (one for one in port.breakouts if one.speed_bps == speed_bps), key=lambda one: one.lanes, default=None
        )
    return FreePort(name, port.cage, port.form_factor, way)


def _endpoints(
    tallies: Tallies,
    plugs: Plugs,
    inventory: Inventory,
    kinds: dict[str, str],
    catalog: Catalog,
    parameters: Parameters,
) -> None:
    """The cables of wired endpoints; their far ends are theirs."""
    groups = {group.id: group for group in inventory.endpoint_groups}
    devices = {device.id: device for device in inventory.devices}
    floor, homes = _floor(inventory, parameters), dict[str, str]()
    for attachment in inventory.attachments:
        group = groups[attachment.group]
        if group.homing is Homing.WIRELESS or attachment.device not in kinds:
            continue
        near = homes.setdefault(group.id, attachment.device)
        length = DESK_CABLE_M
        if group.kind in _SERVERS:
            length = _apart_m(floor, devices[near], devices[attachment.device])
        kind = catalog.device(kinds[attachment.device])
        for name in attachment.ports:
            end = attachment.device, _port(kind, name, group.nic_speed_bps)
            _endpoint(tallies, plugs, end, group.nic_speed_bps, length)


def _floor(inventory: Inventory, parameters: Parameters) -> Floor:
    """The racks with their distances."""
    floor = Floor(parameters.fabric)
    for rack in inventory.racks:
        floor.rack(rack)
    return floor


def _apart_m(floor: Floor, near: Device, far: Device) -> float:
    """Length of a server's cable: short to the switch of its own rack, longer to a peer in another."""
    if near.rack == far.rack or near.room != far.room:
        return SERVER_CABLE_M
    return max(SERVER_CABLE_M, floor.length_m(near.rack, far.rack, near.room, far.room))


def _endpoint(tallies: Tallies, plugs: Plugs, end: tuple[str, FreePort], speed_bps: int, length_m: float) -> None:
    device, port = end
    try:
        cable = endpoint_cable(port, speed_bps, length_m)
    except CatalogError:  # nothing that long for a lane of a split port: the server stands beside its switch
        cable = endpoint_cable(port, speed_bps, SERVER_CABLE_M)
        length_m = SERVER_CABLE_M
    phy, medium = media().phys[cable.phy], cable.medium
    if port.lanes > 1:
        phy = media().phys[plugs.get((device, port.cage), phy.name)]
        medium = next(iter(phy.mediums(length_m)), medium)
        _plug(tallies, plugs, end, phy)
        if phy.per_cable:
            return
    cage, laid, assumed = Cage(port.form_factor), laying_usd(medium, length_m, phy.fibres), phy.priced()[1]
    if phy.per_cable or not phy.fibres:
        usd = phy.cable_usd(cage, cage) + phy.end_usd(cage) + laid
        _tally(tallies, PartKind.CABLE, phy.name).add(usd, assumed=assumed)
        return
    for _ in range(1 if port.lanes > 1 else 2):
        _tally(tallies, PartKind.TRANSCEIVER, phy.name).add(phy.end_usd(cage), assumed=assumed, power_w=phy.power_w)
    _tally(tallies, PartKind.CABLE, medium.value).add(laid, assumed=True)


def _line(
    key: tuple[PartKind, str],
    tally: Tally,
    catalog: Catalog,
    parameters: Parameters,
    requirements: ResolvedRequirements,
) -> PartLine:
    """A line with its spares; the unit price is the mean where pieces differ, such as cables by length."""
    kind, part = key
    unit = round(tally.usd / tally.quantity, 2)
    spares = _spares(kind, part, tally.quantity, catalog, parameters, requirements)
    return PartLine(
        id=f"{kind.value}-{part.lower().replace('/', '-').replace(' ', '-')}",
        kind=kind,
        part=part,
        quantity=tally.quantity,
        spares=spares,
        unit_usd=unit,
        price_assumed=tally.assumed,
        total_usd=round((tally.quantity + spares) * unit, 2),
        power_w=ceil(tally.power_w),
    )


def _spares(
    kind: PartKind,
    part: str,
    quantity: int,
    catalog: Catalog,
    parameters: Parameters,
    requirements: ResolvedRequirements,
) -> int:
    """Spares of devices and optics: by the fill rate, and by a share of many at high redundancy; one of each at
    critical, where nobody waits a day for a part; none where failures may wait."""
    capacity = parameters.capacity
    if kind is PartKind.DEVICE:
        mtbf_h = catalog.device(part).mtbf()[0]
    elif kind is PartKind.TRANSCEIVER:
        mtbf_h = parameters.availability.mtbf_h[OPTIC_MTBF]
    else:
        return 0
    if requirements.redundancy is Redundancy.NONE:
        return 0
    least = poisson_spares(quantity * capacity.spare_repair_days * 24 / mtbf_h, capacity.spare_fill_rate)
    least = max(least, int(requirements.redundancy is Redundancy.CRITICAL))
    many = quantity >= capacity.spare_device_from and requirements.redundancy.at_least(Redundancy.HIGH)
    return max(least, ceil(capacity.spare_device_share * quantity - 1e-9)) if many else least


def poisson_spares(mean: float, fill_rate: float) -> int:
    """The fewest spares with which a repair time passes without a shortage with probability `fill_rate`.

    `mean` is the number of failures expected in that time.
    """
    if mean > 500:
        return ceil(mean + 1.7 * sqrt(mean))
    spares, term = 0, exp(-mean)
    total = term
    while total < fill_rate:
        spares += 1
        term *= mean / spares
        total += term
    return spares
