"""A small data centre: two switches joined by MLAG take servers, firewalls and exits alike."""

from __future__ import annotations

from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.addressing import VirtualGateway
from netdesign.model.inventory import Device, Homing
from netdesign.model.resolved import ResolvedSite
from netdesign.model.switching import SpanningTree, SpanningTreeMode
from netdesign.model.vocabulary import Redundancy, Role, ServiceClass
from netdesign.synthesis.blueprint import Blueprint
from netdesign.synthesis.datacenter_demand import homing, server_ports
from netdesign.synthesis.datacenter_hall import Hall, place
from netdesign.synthesis.datacenter_management import join_pair
from netdesign.synthesis.pairs import Pair, allow_on_peer_link
from netdesign.synthesis.selection import Choice, Needs, PortNeed, select
from netdesign.synthesis.server_placement import Slice, gateways, place_servers

PEER_SPEEDS = tuple(gbps * 1_000_000_000 for gbps in (100, 40, 25, 10))
SERVICE_BPS = 10_000_000_000
SERVICE_PORTS = 8
"""Ports that each switch keeps for firewalls, edge routers and load balancers."""
ROOT_PRIORITY = 4096


def collapsed_kind(blueprint: Blueprint, site: ResolvedSite) -> Choice | None:
    """The cheapest switch of which two hold all server ports; None when none is large enough."""
    per_switch = ceil(server_ports(blueprint, site.servers) / 2)
    supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
    needs = Needs(
        ports=(
            PortNeed(3, PEER_SPEEDS[0], PortUse.UPLINK),
            PortNeed(per_switch, blueprint.requirements.servers.nic_speed_bps, PortUse.DOWNLINK),
            PortNeed(SERVICE_PORTS, SERVICE_BPS, PortUse.DOWNLINK),
        ),
        features=frozenset({"mlag", "vrf", "stp"}),
        power_supplies=supplies,
        field="servers",
    )
    try:
        return select(blueprint.catalog.devices(Role.LEAF), Role.LEAF, needs, blueprint.requirements)
    except InfeasibleError:
        return None


def build_pair(blueprint: Blueprint, hall: Hall, kind: DeviceType) -> Pair:
    """The two switches, bundled as one, with a spanning tree rooted at them."""
    switches: list[Device] = []
    for at in range(2):
        switch = place(blueprint, hall, Role.LEAF, kind, apart=switches, criticality=ServiceClass.GOLD)
        switches.append(switch)
        blueprint.add(
            SpanningTree(
                id=f"{switch.id}:stp",
                device=switch.id,
                mode=SpanningTreeMode.RSTP,
                priority=ROOT_PRIORITY * (at + 1),
            )
        )
    mlag = join_pair(blueprint, switches, PEER_SPEEDS[0], f"{hall.site}-pair")
    for switch in switches:
        blueprint.loopback(switch)
    return Pair(tuple(switches), mlag)


def fill_pair(blueprint: Blueprint, site: ResolvedSite, pair: Pair, parts: tuple[Slice, ...]) -> None:
    """Servers with their VLANs on both switches, and a VRRP gateway for each."""
    style = homing(blueprint.requirements, collapsed=True)
    groups = [pair.devices] if style is not Homing.SINGLE else [(device,) for device in pair.devices]
    vlans = []
    for vlan, _ in place_servers(blueprint, site.id, groups, parts, style):
        gateways(blueprint, vlan, pair.devices, VirtualGateway.VRRP)
        vlans.append(vlan.id)
    allow_on_peer_link(blueprint, pair, tuple(vlans))
