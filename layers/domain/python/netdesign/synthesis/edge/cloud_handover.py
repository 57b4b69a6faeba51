"""Where the premises meet a cloud provider: an interface of the firewalls, routes both ways, and routers beyond."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.model.switching import Vlan
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.edge.border import Edge, firewall_host, route, zone_interfaces
from netdesign.synthesis.edge.cloud_edge import add_routers
from netdesign.synthesis.edge.cloud_sessions import cloud_prefixes
from netdesign.synthesis.needs.zones import CLOUD


def build_cloud_way(
    blueprint: Blueprint, edge: Edge, vlans: Sequence[Vlan], racks: Sequence[str], mtu_bytes: int
) -> None:
    """The routers toward a cloud provider behind an interface of the firewalls of their own."""
    wan, side = edge.plan.wan, blueprint.cloud_side
    if wan is None or side is None:
        return
    for vlan in vlans:
        zone_interfaces(blueprint, edge, CLOUD, vlan)
        edge.wans, doors = add_routers(blueprint, edge.site, edge.pair, wan, vlan, racks, mtu_bytes)
        side.doors = (*side.doors, *(door.id for door in doors))
        for net in blueprint.nets(vlan):
            for prefix in cloud_prefixes(blueprint):
                for firewall in edge.firewalls if (":" in prefix) == net.six else ():
                    route(blueprint, firewall, UNDERLAY, prefix, net.address(1))
            for router in edge.wans:
                for zone in edge.transits:
                    for prefix in blueprint.summaries(edge.site, zone):
                        if (":" in prefix) == net.six:
                            route(blueprint, router, UNDERLAY, prefix, net.address(firewall_host(edge)))
