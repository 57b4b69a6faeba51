"""How a data centre meets the outside: its firewalls and routers on the border, and the zones handed over there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from netdesign.catalog.ports import PortUse
from netdesign.errors import InfeasibleError
from netdesign.model.cabling import Lag, Link
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.clos_overlay import vlan_overlay, zone_process
from netdesign.synthesis.datacenter_hall import Hall
from netdesign.synthesis.edge import Edge, build_edge
from netdesign.synthesis.edge_sizing import GBPS, SPEEDS, EdgePlan, choose_firewall, firewall_ports, plan_edge
from netdesign.synthesis.pairs import Pair, allow_on_peer_link
from netdesign.synthesis.selection import Choice, Needs, PortNeed, select
from netdesign.synthesis.server_placement import host_mtu
from netdesign.synthesis.zones import INTERNET


def build_exit(
    blueprint: Blueprint,
    hall: Hall,
    border: Pair,
    zones: Sequence[str],
    management: Sequence[Device],
    demand: ResolvedRequirements,
) -> Edge:
    """Firewalls, routers and circuits of a site; every zone of `zones` is handed over at its border.

    `demand` has the site's flows between zones, for the sizes.
    """
    return build_edge(
        blueprint,
        hall.site,
        border.devices,
        (*zones, MANAGEMENT, INTERNET),
        racks=exit_racks(blueprint, hall),
        plan=exit_plan(blueprint, border.devices, demand),
        management=management,
        on_vlan=lambda vlan: carry(blueprint, border, vlan),
        mtu_bytes=host_mtu(blueprint),
    )


def carry(blueprint: Blueprint, border: Pair, vlan: Vlan) -> None:
    """Join the border switches in a VLAN: over their peer links, or by a segment of the overlay."""
    if border.mlag is not None:
        allow_on_peer_link(blueprint, border, (*peer_vlans(blueprint, border), vlan.id))
        return
    vlan_overlay(blueprint, vlan)
    if vlan.zone not in (None, INTERNET):
        for device in border.devices:
            zone_process(blueprint, device, vlan.zone, exit_to=True)


def peer_vlans(blueprint: Blueprint, pair: Pair) -> tuple[str, ...]:
    """VLANs that the peer links of a pair carry so far."""
    if pair.mlag is None:
        return ()
    link = blueprint.get(Link, pair.mlag.peer_links[0])
    lag = blueprint.get(Lag, blueprint.interface(link.a.device, link.a.port).lag or "")
    return blueprint.interface(link.a.device, lag.interface).vlans


def exit_racks(blueprint: Blueprint, hall: Hall) -> tuple[str, ...]:
    """Network racks, by turns of rooms, those with the most free units first."""
    space, rooms = blueprint.floor.racks, dict[str, list[str]]()
    for rack in sorted(hall.network_racks, key=lambda rack: (-space[rack].top, space[rack].watts, rack)):
        rooms.setdefault(space[rack].rack.room, []).append(rack)
    shortest = min(map(len, rooms.values()))
    return tuple(rack for at in range(shortest) for _, racks in sorted(rooms.items()) for rack in racks[at : at + 1])


def exit_plan(blueprint: Blueprint, border: Sequence[Device], demand: ResolvedRequirements) -> EdgePlan:
    """The edge by demand, on ports that the border switches have too: faster ones where they have no slow ones."""
    parameters, catalog, links = blueprint.parameters, blueprint.catalog, len(border)
    plan = plan_edge(demand, parameters, catalog, links=links)
    offered = [speed for speed in SPEEDS if _offers(blueprint, border, speed, plan.firewalls + plan.routers)]
    if plan.firewall_port_bps not in offered:
        speed, choice = _first(
            (speed for speed in offered if speed >= plan.firewall_port_bps),
            lambda speed: choose_firewall(
                catalog, parameters, demand, plan.demand, firewall_ports(plan.firewalls, speed, links)
            ),
        )
        plan = replace(plan, firewall=choice.kind, firewall_port_bps=speed, refused=choice.refused)
    speed, choice = _first(
        (speed for speed in offered if speed >= plan.router_port_bps),
        lambda speed: _router(blueprint, plan, speed, links),
    )
    return replace(plan, router=choice.kind, router_port_bps=speed)


def _offers(blueprint: Blueprint, border: Sequence[Device], speed_bps: int, count: int) -> bool:
    return all(blueprint.free_ports(device, speed_bps, PortUse.DOWNLINK) >= count for device in border)


def _first(speeds: Iterable[int], choose: Callable[[int], Choice]) -> tuple[int, Choice]:
    """The first speed for which there is a choice; raises the last `InfeasibleError` when there is none."""
    refusal: InfeasibleError | None = None
    for speed in speeds:
        try:
            return speed, choose(speed)
        except InfeasibleError as error:
            refusal = error
    raise refusal or InfeasibleError(())


def _router(blueprint: Blueprint, plan: EdgePlan, inward_bps: int, links: int) -> Choice:
    """The cheapest router with a port for each circuit, and one to each border switch."""
    needs = Needs(
        ports=(PortNeed(len(plan.circuits), plan.circuits[0].port_bps), PortNeed(links, inward_bps), PortNeed(1, GBPS)),
        features=frozenset({"bgp", "acl", "qos"}),
        power_supplies=2 if blueprint.requirements.redundancy.at_least(Redundancy.HIGH) else 1,
        field="flows",
    )
    kinds = blueprint.catalog.devices(Role.INTERNET_EDGE)
    return select(kinds, Role.INTERNET_EDGE, needs, blueprint.requirements)
