"""Which switches make the out-of-band network of a data centre, and how many of them."""

from __future__ import annotations

from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import Needs, PortNeed, price_usd, refusal, select, suitable

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


def management_kinds(blueprint: Blueprint, racks: int, devices: int) -> ManagementKinds:
    """Types of the routed pair and of the switches by rack (None: the pair serves all), and how many of those."""
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
    busiest = ceil(wanted / count)
    access = Needs(
        ports=(
            PortNeed(2, UPLINK_BPS, PortUse.UPLINK),
            PortNeed(min(48, busiest + 4), GIGABIT, PortUse.DOWNLINK),
        ),
        features=frozenset({"stp"}),
    )
    core = Needs(
        ports=(PortNeed(count * (3 - supplies) + SPARE_PORTS, UPLINK_BPS),),
        features=features,
        power_supplies=supplies,
    )
    return _routed(blueprint, core), select(offered, Role.MANAGEMENT_SWITCH, access, blueprint.requirements).kind, count


def _routed(blueprint: Blueprint, needs: Needs) -> DeviceType:
    """The cheapest type for the routed switches; raises `InfeasibleError` when none has the ports."""
    for role in CORE_ROLES:
        fit = suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
        if fit:
            return min(fit, key=lambda kind: (price_usd(kind), kind.sku))
    return select(blueprint.catalog.devices(Role.CORE), Role.CORE, needs, blueprint.requirements).kind
