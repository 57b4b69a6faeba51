"""How a data centre meets the outside: its firewalls and routers on the border, and the zones handed over there."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.model.cabling import Lag, Link
from netdesign.model.inventory import Device
from netdesign.model.routing import RoutingProcess
from netdesign.model.switching import Vlan
from netdesign.synthesis.datacenter.border import ExitPlan
from netdesign.synthesis.datacenter.clos_overlay import process_id, vlan_overlay, zone_process
from netdesign.synthesis.datacenter.server_placement import host_mtu
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.draft.pairs import Pair, allow_on_peer_link
from netdesign.synthesis.edge.border import Edge, build_edge
from netdesign.synthesis.needs.zones import CLOUD, INTERNET


def build_exit(
    blueprint: Blueprint,
    hall: Hall,
    border: Pair,
    zones: Sequence[str],
    management: Sequence[Device],
    plan: ExitPlan,
) -> Edge:
    """Firewalls, routers and circuits of a site; every zone of `zones` is handed over at its border."""
    return build_edge(
        blueprint,
        hall.site,
        border.devices,
        (*zones, MANAGEMENT, INTERNET),
        racks=exit_racks(blueprint, hall),
        plan=plan.edge,
        links_each=plan.links_each,
        management=management,
        on_vlan=lambda vlan: carry(blueprint, border, vlan),
        mtu_bytes=host_mtu(blueprint, zones),
        management_bps=plan.management_bps,
    )


def carry(blueprint: Blueprint, border: Pair, vlan: Vlan) -> None:
    """Join the border switches in a VLAN: over their peer links, or by a segment of the overlay where there is one."""
    if border.mlag is not None:
        allow_on_peer_link(blueprint, border, (*peer_vlans(blueprint, border), vlan.id))
        return
    if not blueprint.has(RoutingProcess, process_id(border.devices[0].id)):
        return
    vlan_overlay(blueprint, vlan)
    if vlan.zone not in (None, INTERNET, CLOUD):
        for device in border.devices:
            zone_process(blueprint, device, vlan.zone or "", exit_to=True)


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
    return tuple(racks[at] for at in range(shortest) for _, racks in sorted(rooms.items()))
