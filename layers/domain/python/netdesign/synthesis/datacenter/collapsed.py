"""A small data centre: two switches joined by MLAG take servers, firewalls and exits alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.addressing import VirtualGateway
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.inventory import Device, Homing, Site
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.model.switching import SpanningTree, SpanningTreeMode
from netdesign.model.vocabulary import Redundancy, Role, ServiceClass
from netdesign.synthesis.datacenter.border import ExitPlan, choose_exit, exit_ports
from netdesign.synthesis.datacenter.demand import homing, server_ports
from netdesign.synthesis.datacenter.hall import place
from netdesign.synthesis.datacenter.management import join_pair
from netdesign.synthesis.datacenter.server_placement import Slice, gateways, place_servers
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.pairs import Pair, allow_on_peer_link
from netdesign.synthesis.draft.selection import Needs, PortNeed, in_turn, ports_refusal, price_usd
from netdesign.synthesis.interconnect.plan import Plan
from netdesign.synthesis.interconnect.reserve import Reserve, reserves

PEERS = 2
PEER_BPS = 100_000_000_000
"""Links between the two switches, and the speed of each."""
SPARE_BPS = 10_000_000_000
SPARE_PORTS = 3
"""Ports that each switch keeps for the keepalive and for service nodes to come."""
ROOT_PRIORITY = 4096


def collapsed_plan(
    blueprint: Blueprint, site: ResolvedSite, demand: ResolvedRequirements, lines: Plan | None = None
) -> ExitPlan | None:
    """The cheapest switch of which two hold all server ports and the edge; None when none is large enough.

    Below medium redundancy one switch does where all ports fit on it. `lines` lead to other sites.
    """
    pair = blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM)
    for switches in (2,) if pair else (1, 2):
        if switches == 2 and lines is not None and lines.most_bps(site.id, 2) + SPARE_BPS > PEERS * PEER_BPS:
            return None  # what hangs on one switch alone goes over the peer links when it loses its lines
        for reserve in reserves(lines, site.id, switches, bare=True):
            plan = _plan(blueprint, site, demand, switches, reserve)
            if plan is not None:
                return plan
    return None


def _plan(
    blueprint: Blueprint, site: ResolvedSite, demand: ResolvedRequirements, switches: int, reserve: Reserve
) -> ExitPlan | None:
    requirements = blueprint.requirements
    needs = Needs(
        features=frozenset({"mlag", "vrf", "stp"} if switches == 2 else {"vrf", "stp"}) | reserve.features,
        power_supplies=2 if requirements.redundancy.at_least(Redundancy.MEDIUM) else 1,
        refuse=reserve.refuse,
    )
    per_switch = ceil(server_ports(blueprint, site.servers) / switches)
    peers = (
        PortNeed(PEERS * (switches - 1), PEER_BPS, PortUse.UPLINK, apart=True),
        *reserve.ports,
        PortNeed(SPARE_PORTS, SPARE_BPS),
    )
    servers = (PortNeed(per_switch, requirements.servers.nic_speed_bps, PortUse.DOWNLINK),)
    for kinds in in_turn(blueprint.catalog.devices(Role.LEAF), Role.LEAF, needs, requirements):
        ranked = sorted(kinds, key=lambda kind: (price_usd(kind), kind.sku))
        plan = choose_exit(blueprint, demand, ranked, peers, switches, after=servers)
        if plan is not None:
            return plan
    return None


def keep_exit(blueprint: Blueprint, site: ResolvedSite, pair: Pair, plan: ExitPlan) -> None:
    """Keep the ports of firewalls and routers on the switches of a pair where servers would take them first."""
    if blueprint.standing.find(Site, site.id) is not None:
        return
    nics = blueprint.requirements.servers.nics_per_server
    servers = PortNeed(
        ceil(site.servers * nics / plan.switches), blueprint.requirements.servers.nic_speed_bps, PortUse.DOWNLINK
    )
    peers = PortNeed(2 * (plan.switches - 1), PEER_BPS, PortUse.UPLINK, apart=True)
    spare = PortNeed(SPARE_PORTS, SPARE_BPS)
    if ports_refusal(plan.border, (peers, servers, *exit_ports(plan), spare)):
        for device, need in product(pair.devices, exit_ports(plan)):
            blueprint.keep_ports(device, need.count, need.speed_bps, need.use)


def pair_full(blueprint: Blueprint, site: ResolvedSite, demand: ResolvedRequirements, switches: int) -> Conflict:
    """So many switches stand and cannot hold all servers: the conflict, with how many they can."""
    low, high = 0, site.servers
    while high - low > 1:
        middle = (low + high) // 2
        plan = collapsed_plan(blueprint, replace(site, servers=middle), demand)
        low, high = (middle, high) if plan is not None and plan.switches == switches else (low, middle)
    others = blueprint.requirements.servers.count - site.servers
    return Conflict(
        code="pair-full",
        requirements=("servers/count", "existing"),
        statement=f"{site.servers:,} servers need more ports than the {switches} switches of {site.name} have.",
        numbers=(("servers", str(site.servers)), ("servers_possible", str(low)), ("switches", str(switches))),
        relaxations=(
            Relaxation(
                field="servers/count",
                from_value=str(site.servers + others),
                to_value=str(low + others),
                statement=f"attach {low:,} servers at {site.name}",
                cost=f"{site.servers - low:,} servers fewer",
            ),
            Relaxation(
                field="existing",
                from_value="extended",
                to_value="none",
                statement="design the network anew, as a leaf-spine fabric",
                cost="everything that stands is replaced",
            ),
        ),
    )


def build_pair(blueprint: Blueprint, hall: Hall, kind: DeviceType, count: int) -> Pair:
    """The switches, two bundled as one, with a spanning tree rooted at them."""
    switches: list[Device] = []
    for at in range(count):
        switch = place(blueprint, hall, Role.LEAF, kind, apart=switches, criticality=ServiceClass.GOLD)
        switches.append(switch)
        blueprint.loopback(switch)
        blueprint.add(
            SpanningTree(
                id=f"{switch.id}:stp",
                device=switch.id,
                mode=SpanningTreeMode.RSTP,
                priority=ROOT_PRIORITY * (at + 1),
            )
        )
    if count == 1:
        return Pair(tuple(switches))
    return Pair(tuple(switches), join_pair(blueprint, switches, PEER_BPS, f"{hall.site}-pair"))


def pair_homing(blueprint: Blueprint, switches: int) -> Homing:
    """How servers attach to so many switches."""
    return homing(blueprint.requirements, collapsed=True) if switches == 2 else Homing.SINGLE


def fill_pair(blueprint: Blueprint, site: ResolvedSite, pair: Pair, parts: tuple[Slice, ...]) -> None:
    """Servers with their VLANs on the switches and a gateway for each VLAN, by VRRP on two."""
    style = pair_homing(blueprint, len(pair.devices))
    groups = [pair.devices] if style is not Homing.SINGLE else [(device,) for device in pair.devices]
    gateway = VirtualGateway.VRRP if pair.double else VirtualGateway.NONE
    vlans = []
    for vlan, _ in place_servers(blueprint, site.id, groups, parts, style):
        gateways(blueprint, vlan, pair.devices, gateway)
        vlans.append(vlan.id)
    allow_on_peer_link(blueprint, pair, tuple(vlans))
