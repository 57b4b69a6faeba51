"""Which switches make the out-of-band network of a data centre, and how many of them."""

from __future__ import annotations

from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import Needs, PortNeed, ports_refusal, price_usd, refusal, select, suitable
from netdesign.synthesis.draft.standing import Standing, in_order

GIGABIT = 1_000_000_000
UPLINK_BPS = 10_000_000_000
HOSTS_PER_SWITCH = 40
"""Management addresses planned for each switch."""
SMALL_RACKS = 8
"""Up to so many racks the pair itself takes the management ports of the devices."""
SPARE_PORTS = 8
"""Ports of the pair for services, firewalls, console servers and its own links."""
MAX_SWITCHES = 240
"""More switches than this would outgrow one pair, so that each then serves more racks."""
DEVICES_PER_SWITCH = 44
CORE_ROLES = (Role.LEAF, Role.CORE)
"""What the routed switches may be made for, tried in this order."""
ManagementKinds = tuple[DeviceType, DeviceType | None, int]
"""The type of the routed switches, that of the switches by rack (None: the former serve all), and their number."""


def management_hosts(kinds: ManagementKinds) -> list[int]:
    """Hosts of each management subnet to be: one for each switch, and one to spare."""
    return [HOSTS_PER_SWITCH] * (kinds[2] + 2)


def management_kinds(blueprint: Blueprint, racks: int, devices: int, site: str = "") -> ManagementKinds:
    """Types of the routed pair and of the switches by rack (None: the pair serves all), and how many of those.

    What stands at `site` is kept, with more switches by rack where racks or devices have become more.
    """
    stands = _standing(blueprint, site)
    if stands is not None:
        return _extended(blueprint, site, racks, devices, stands)
    per = blueprint.parameters.fabric.racks_per_management_switch
    supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
    features = frozenset({"vrf", "stp", "mlag"} if supplies == 2 else {"vrf", "stp"})
    wanted = ceil(devices * 1.25)
    small = Needs(
        ports=(PortNeed(2, UPLINK_BPS, PortUse.UPLINK), PortNeed(ceil(wanted / supplies) + SPARE_PORTS, GIGABIT)),
        features=features,
        power_supplies=supplies,
    )
    offered = blueprint.catalog.devices(Role.MANAGEMENT_SWITCH)
    if racks <= SMALL_RACKS and any(not refusal(kind, small, blueprint.requirements) for kind in offered):
        return select(offered, Role.MANAGEMENT_SWITCH, small, blueprint.requirements).kind, None, 0
    count = min(MAX_SWITCHES, max(ceil(racks / per), ceil(devices / DEVICES_PER_SWITCH)))
    core = Needs(
        ports=(PortNeed(count * (3 - supplies) + SPARE_PORTS, UPLINK_BPS),),
        features=features,
        power_supplies=supplies,
    )
    return _routed(blueprint, core), _by_rack(blueprint, ceil(wanted / count)), count


def _by_rack(blueprint: Blueprint, busiest: int) -> DeviceType:
    """The cheapest switch for so many devices."""
    needs = Needs(
        ports=(
            PortNeed(2, UPLINK_BPS, PortUse.UPLINK),
            PortNeed(min(48, busiest + 4), GIGABIT, PortUse.DOWNLINK),
        ),
        features=frozenset({"stp"}),
    )
    offered = blueprint.catalog.devices(Role.MANAGEMENT_SWITCH)
    return select(offered, Role.MANAGEMENT_SWITCH, needs, blueprint.requirements).kind


def management_cores(standing: Standing, site: str) -> tuple[Device, ...]:
    """The routed switches of the management network that stands: those that bundle as one, else the first."""
    found = in_order(standing, Role.MANAGEMENT_SWITCH, site)
    pairs = {peer for mlag in standing.mlags for peer in mlag.peers}
    return tuple(device for device in found if device.id in pairs) or found[:1]


def _standing(blueprint: Blueprint, site: str) -> ManagementKinds | None:
    """What stands at a site: as `management_kinds` has it."""
    cores = management_cores(blueprint.standing, site)
    if not cores or cores[0].sku is None:
        return None
    others = [one for one in in_order(blueprint.standing, Role.MANAGEMENT_SWITCH, site) if one not in cores]
    access = blueprint.catalog.device(others[0].sku) if others and others[0].sku else None
    return blueprint.catalog.device(cores[0].sku), access, len(others)


def _extended(blueprint: Blueprint, site: str, racks: int, devices: int, stands: ManagementKinds) -> ManagementKinds:
    """The types that stand, with switches by rack for the racks that are more."""
    core, access, count = stands
    per = blueprint.parameters.fabric.racks_per_management_switch
    supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
    ports = PortNeed(ceil(devices * 1.25 / supplies) + SPARE_PORTS, GIGABIT)
    if access is None and not ports_refusal(core, (PortNeed(2, UPLINK_BPS, PortUse.UPLINK), ports)):
        return core, None, 0
    uplinks = PortBank(PortTable(core)).free(UPLINK_BPS) // (3 - supplies) - SPARE_PORTS
    more = max(0, racks - _standing_racks(blueprint, site)) if count else racks
    by_racks = min(MAX_SWITCHES, uplinks, count + ceil(more / per))
    wanted = max(count, by_racks, ceil(devices / DEVICES_PER_SWITCH))
    return core, access or _by_rack(blueprint, ceil(devices * 1.25 / wanted)), wanted


def _standing_racks(blueprint: Blueprint, site: str) -> int:
    """Server racks for which the site was designed so far."""
    existing = blueprint.standing.design
    return next((one.racks for one in existing.requirements.sites if one.id == site), 0) if existing else 0


def _routed(blueprint: Blueprint, needs: Needs) -> DeviceType:
    """The cheapest type for the routed switches; raises `InfeasibleError` when none has the ports."""
    for role in CORE_ROLES:
        fit = suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
        if fit:
            return min(fit, key=lambda kind: (price_usd(kind), kind.sku))
    return select(blueprint.catalog.devices(Role.CORE), Role.CORE, needs, blueprint.requirements).kind
