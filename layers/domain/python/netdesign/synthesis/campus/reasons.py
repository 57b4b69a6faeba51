"""Why a campus is as it is: the numbers behind uplinks, power, servers, VLANs, gateways and routing."""

from __future__ import annotations

from netdesign.model.addressing import Subnet
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import RoutingProtocol, SubnetPurpose
from netdesign.synthesis.campus.equipment import access_ports, poe_budget, unit_poe
from netdesign.synthesis.campus.ground import Ground
from netdesign.synthesis.campus.radios import GBPS, UPLINK_BPS
from netdesign.synthesis.campus.tiers import Equipment
from netdesign.synthesis.needs.campus_plan import igp
from netdesign.synthesis.needs.campus_sizing import ups_kw


def explain_campus(ground: Ground, equipment: Equipment) -> None:
    """The decisions on everything that has been built."""
    _uplinks(ground, equipment)
    _power(ground, equipment)
    _servers(ground, equipment)
    if equipment.tops.distribution is not None:
        _blocks(ground, equipment)
    _vlans(ground)
    _routing(ground)


def _uplinks(ground: Ground, equipment: Equipment) -> None:
    blueprint, count = ground.blueprint, equipment.per_peer * ground.plan.pair
    ports = access_ports(equipment.access.kind)
    blueprint.decide(
        f"How many uplinks has an access switch of {ground.site}?",
        f"{count} x {UPLINK_BPS / GBPS:g} Gbit/s, {equipment.per_peer} to each switch above",
        formula="oversubscription = ports * 1 Gbit/s / (uplinks * uplink speed) <= ceiling",
        inputs={
            "ports": ports,
            "ceiling": blueprint.parameters.oversubscription.access,
            "disjoint paths": blueprint.redundancy.edge_disjoint_paths,
        },
        result=f"{ports * GBPS / (count * UPLINK_BPS):.2f}",
        fields=("redundancy", "bandwidth"),
        source="policy parameters oversubscription.access and redundancy",
    )


def _power(ground: Ground, equipment: Equipment) -> None:
    blueprint, access = ground.blueprint, equipment.access
    busiest = max(
        ground.plan.units,
        key=lambda unit: unit_poe(ground.plan, unit, ground.radios, switches=access.counts[unit.name]),
    )
    count = access.counts[busiest.name]
    fed = unit_poe(ground.plan, busiest, ground.radios, switches=count)
    base = access.kind.power_max_w * count
    efficiency = blueprint.parameters.campus.ups_efficiency
    blueprint.decide(
        f"How much power does a closet of {ground.site} need?",
        f"an uninterruptible supply of {ups_kw(base, fed * count, efficiency):.1f} kW in the busiest closet",
        formula="allocated = sum over powered devices of the watts of their class <= budget of the switch;"
        " supply = (switches + allocated) / efficiency",
        inputs={
            "allocated on the busiest switch": f"{fed:g} W",
            "budget": f"{poe_budget(blueprint, access.kind)} W",
            "switches": f"{base} W",
            "efficiency": efficiency,
        },
        result=f"{fed:g} W",
        fields=("requires_voip", "requires_wireless", "sites", "redundancy"),
        source="IEEE 802.3bt; policy parameter campus.ups_efficiency",
    )


def _servers(ground: Ground, equipment: Equipment) -> None:
    servers, plan = equipment.servers, ground.plan
    ground.blueprint.decide(
        f"What do the servers of {ground.site} hang off?",
        f"{servers.groups * plan.pair} x {servers.kind.sku}, each server on {plan.pair}",
        formula="groups = fewest with ports for ceil(servers / groups * g * (1 + spare)) + service hosts",
        inputs={
            "servers": plan.general_servers + plan.restricted_servers,
            "g": f"{ground.blueprint.growth:.3f}",
            "spare": ground.blueprint.redundancy.spare_share,
            "port speed": f"{servers.nic_bps / GBPS:g} Gbit/s",
        },
        result=servers.groups,
        fields=("servers", "redundancy"),
        source="policy parameters redundancy",
    )


def _blocks(ground: Ground, equipment: Equipment) -> None:
    tops, ceiling = equipment.tops, ground.blueprint.parameters.oversubscription.distribution
    ground.blueprint.decide(
        f"How are the blocks of {ground.site} joined to the core?",
        f"{ground.block_count} blocks, {tops.uplinks} x {tops.uplink_bps / GBPS:g} Gbit/s from each switch to a core",
        formula="access uplinks of a block / (uplinks * speed) <= ceiling, and <= 1.5 * ceiling with one link lost",
        inputs={"ceiling": ceiling, "blocks": ground.block_count, "cores": len(ground.core.devices)},
        result=tops.uplinks,
        fields=("sites", "users", "redundancy"),
        source="policy parameter oversubscription.distribution",
    )


def _vlans(ground: Ground) -> None:
    blueprint = ground.blueprint
    hosts = [
        subnet
        for subnet in blueprint.all(Subnet)
        if subnet.site == ground.site and subnet.purpose is SubnetPurpose.HOSTS and ":" not in subnet.prefix
    ]
    largest = max((subnet.planned_hosts for subnet in hosts), default=0)
    blueprint.decide(
        f"How is {ground.site} cut into VLANs?",
        f"{len(ground.vlans)} VLANs: one for each function in each closet, none across closets",
        formula="number = function * 100 + closet; prefix length = 32 - ceil(log2(hosts * g / 0.8 + 3))",
        inputs={"closets": len(ground.plan.units), "most hosts in one": largest, "g": f"{blueprint.growth:.3f}"},
        result=len(hosts),
        fields=("users", "requires_segmentation", "addressing"),
        source="RFC 950; policy parameters topology.max_broadcast_hosts_wired and _wireless",
    )


def _routing(ground: Ground) -> None:
    if ground.fabric:
        return
    tiers, isis = bool(ground.blocks), igp(ground.blueprint.requirements) is RoutingProtocol.ISIS
    areas = "IS-IS in a table for each zone, all in level 2" if isis else "OSPF in a table for each zone"
    if not isis and ground.core.double:
        areas += ", an area for each block"
    ground.blueprint.decide(
        f"How does {ground.site} route?",
        areas if tiers else "static routes to the firewalls",
        formula="gateways by VRRP on each pair, ahead on the root of the spanning tree",
        inputs={"tiers": 3 if tiers else 2, "switches": len(ground.blueprint.all(Device))},
        alternatives=(("EVPN from the access layer up", "the requirements do not ask for a software-defined campus"),),
        fields=("network_type", "sdn_required", "redundancy", "technology_stack"),
        source=f"{'RFC 1195' if isis else 'RFC 2328'}, RFC 9568, IEEE 802.1Q",
    )
