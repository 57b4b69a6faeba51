"""The edge of a site: firewalls between all zones, routers and circuits to providers, and what protects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from netdesign.catalog.ports import PortUse
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.cabling import Mlag
from netdesign.model.inventory import Device, HaGroup, HaMode
from netdesign.model.routing import StaticRoute
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    PortMode,
    Role,
    ServiceClass,
    SubnetPurpose,
    VlanPurpose,
)
from netdesign.synthesis.draft.blueprint import MANAGEMENT, UNDERLAY, Blueprint, zone_vrf
from netdesign.synthesis.draft.interface_names import subinterface_name
from netdesign.synthesis.draft.net import Net
from netdesign.synthesis.draft.pairs import Pair, feeds, trunk
from netdesign.synthesis.edge.cloud_edge import cloud_vlan
from netdesign.synthesis.edge.gate import gate_vlan
from netdesign.synthesis.edge.sizing import GBPS, SPEEDS, EdgePlan, plan_edge
from netdesign.synthesis.needs.firewalls import transit_length
from netdesign.synthesis.needs.zones import CLOUD, INTERNET, WAN

FIRST_TRANSIT_VLAN = 901
OUTSIDE_VLAN = 990
SWITCH_ADDRESS, FIREWALL_ADDRESS = 1, 6
"""Hosts of a transit subnet that the switches and the firewalls answer on together."""
OUTER = (INTERNET, CLOUD, WAN)
"""Zones that lie beyond the firewalls of a site."""
APART = 128
"""What the VRRP group of firewalls differs by from that of the switches in the same VLAN."""


@dataclass(slots=True)
class Edge:
    """The edge of a site while it is built."""

    site: str
    plan: EdgePlan
    pair: Pair
    firewalls: tuple[Device, ...]
    routers: tuple[Device, ...] = ()
    providers: tuple[Device, ...] = ()
    wans: tuple[Device, ...] = ()
    """Routers toward a cloud provider, or toward other sites."""
    transits: dict[str, Vlan] = field(default_factory=dict)
    gate_vlans: tuple[str, ...] = ()
    """The VLAN (id) between the firewalls and the routers toward other sites, where there are any."""
    beyond: tuple[str, ...] = ()
    """The VLANs (ids) between the firewalls and the routers outside of them."""
    inward: dict[str, str] = field(default_factory=dict)
    """Name of the interface of each firewall that leads inward."""

    @property
    def policy(self) -> str:
        """Id of the policy that the firewalls enforce."""
        return f"{self.site}-policy"


def build_edge(
    blueprint: Blueprint,
    site: str,
    attach_to: Sequence[Device],
    zones: Sequence[str],
    *,
    racks: Sequence[str],
    plan: EdgePlan | None = None,
    management: Sequence[Device] = (),
    on_vlan: Callable[[Vlan], object] | None = None,
    mtu_bytes: int = 1500,
    links_each: int = 1,
    management_bps: int = GBPS,
) -> Edge:
    """Firewalls, routers and circuits of a site, attached to its border or core switches.

    `zones` are the zones inside; each gets a transit VLAN to the firewalls. `management` are the switches of an
    out-of-band network, which then hands over the management zone. `on_vlan` is told of each VLAN on `attach_to`.
    `links_each` links join a firewall to each of them. The management zone is handed over at `management_bps` or more.
    """
    from netdesign.synthesis.edge.cloud_handover import build_cloud_way
    from netdesign.synthesis.edge.gate_handover import build_gate
    from netdesign.synthesis.edge.internet import build_internet

    chosen = plan or plan_edge(blueprint.requirements, blueprint.parameters, blueprint.catalog, links=len(attach_to))
    pair = pair_of(blueprint, attach_to)
    edge = Edge(site, chosen, pair, add_firewalls(blueprint, site, chosen, racks))
    inside = [zone for zone in zones if zone not in OUTER and not (management and zone == MANAGEMENT)]
    for at, zone in enumerate(inside):
        edge.transits[zone] = transit_vlan(blueprint, site, zone, FIRST_TRANSIT_VLAN + at, pair)
    outside = outside_vlan(blueprint, site, pair)
    beyond = (outside, *((cloud_vlan(blueprint, site, pair.devices),) if chosen.wan else ()))
    gates = (gate_vlan(blueprint, site, pair.devices),) if chosen.gate else ()
    edge.gate_vlans = tuple(vlan.id for vlan in gates)
    edge.beyond = (*(vlan.id for vlan in beyond), *edge.gate_vlans)
    vlans = (*(vlan.id for vlan in edge.transits.values()), *edge.beyond)
    for firewall in edge.firewalls:
        edge.inward[firewall.id] = trunk(
            blueprint,
            firewall,
            pair,
            chosen.firewall_port_bps,
            LinkPurpose.ATTACHMENT,
            per_peer=links_each,
            mtu_bytes=mtu_bytes,
            vlans=vlans,
        )
    for zone, vlan in edge.transits.items():
        hand_over(blueprint, edge, zone, vlan, pair)
    if management and MANAGEMENT in zones:
        _management_transit(
            blueprint, edge, pair_of(blueprint, management), FIRST_TRANSIT_VLAN + len(inside), management_bps
        )
    zone_interfaces(blueprint, edge, INTERNET, outside)
    build_internet(blueprint, edge, outside, racks, mtu_bytes)
    build_cloud_way(blueprint, edge, beyond[1:], racks, mtu_bytes)
    for vlan in gates:
        build_gate(blueprint, edge, vlan, racks, mtu_bytes)
    for vlan in (*edge.transits.values(), *beyond, *gates):
        if on_vlan is not None and (blueprint.vlan_devices(vlan) and vlan.id in vlans):
            on_vlan(vlan)
    explain_firewalls(blueprint, edge)
    return edge


def pair_of(blueprint: Blueprint, devices: Sequence[Device]) -> Pair:
    """The devices as a pair, with the MLAG that joins exactly them where there is one."""
    ids = {device.id for device in devices}
    mlag = next((mlag for mlag in blueprint.all(Mlag) if set(mlag.peers) == ids), None)
    return Pair(tuple(devices), mlag)


def add_firewalls(blueprint: Blueprint, site: str, plan: EdgePlan, racks: Sequence[str]) -> tuple[Device, ...]:
    """The firewalls in racks apart; several are one active/standby group with heartbeats between all of them."""
    group = f"{site}-firewalls" if plan.firewalls > 1 else None
    firewalls = tuple(
        blueprint.device(
            Role.FIREWALL,
            site,
            plan.firewall,
            rack=racks[at % len(racks)],
            ha_group=group,
            criticality=ServiceClass.GOLD,
            **feeds(plan.firewall, at),
        )
        for at in range(plan.firewalls)
    )
    if group is not None:
        members = tuple(firewall.id for firewall in firewalls)
        blueprint.add(HaGroup(id=group, mode=HaMode.ACTIVE_STANDBY, members=members, state_sync=True))
        count = 2 if len(firewalls) == 2 else 1  # a third passes on what two say to each other
        for a, b in combinations(firewalls, 2):
            blueprint.connect(a, b, GBPS, LinkPurpose.HEARTBEAT, count=count, use_a=PortUse.HA, use_b=PortUse.HA)
    return firewalls


def transit_vlan(blueprint: Blueprint, site: str, zone: str, number: int, pair: Pair) -> Vlan:
    """The VLAN and subnets in which a zone is handed to the firewalls."""
    names = (device.id for device in pair.devices)
    vlan = blueprint.vlan(site, number, f"transit-{zone}", VlanPurpose.TRANSIT, zone, *names)
    length = transit_length(blueprint.requirements, blueprint.parameters)
    blueprint.subnet(vlan, length, SubnetPurpose.TRANSIT, planned_hosts=3)
    return vlan


def outside_vlan(blueprint: Blueprint, site: str, pair: Pair) -> Vlan:
    """The VLAN between firewalls and routers; no switch has an address in it."""
    vlan = blueprint.add(
        Vlan(
            id=f"{site}-outside",
            number=OUTSIDE_VLAN,
            name="outside",
            purpose=VlanPurpose.TRANSIT,
            site=site,
            vrf=UNDERLAY,
            zone=INTERNET,
        )
    )
    blueprint.define_vlan(vlan, *(device.id for device in pair.devices))
    length = transit_length(blueprint.requirements, blueprint.parameters)
    blueprint.subnet(vlan, length, SubnetPurpose.TRANSIT, planned_hosts=3)
    return vlan


def hand_over(blueprint: Blueprint, edge: Edge, zone: str, vlan: Vlan, pair: Pair, *, priority: int = 110) -> None:
    """Gateways of the switches and the firewalls in a transit VLAN, and the static routes both ways."""
    inward = blueprint.interface(edge.firewalls[0], edge.inward[edge.firewalls[0].id])
    for at, device in enumerate(pair.devices):
        blueprint.svi(
            device,
            vlan,
            gateway=_gateway(pair),
            host=_own_address(pair, at),
            priority=priority - 10 * at if pair.double and pair.mlag else None,
            mtu_bytes=inward.mtu_bytes,
        )
    zone_interfaces(blueprint, edge, zone, vlan)
    vrf = zone_vrf(zone)
    for net in blueprint.nets(vlan):
        for device in pair.devices:
            route(blueprint, device, vrf, _everything(net), net.address(firewall_host(edge)))
        for firewall in edge.firewalls:
            for prefix in blueprint.summaries(edge.site, zone):
                if (":" in prefix) == net.six:
                    route(blueprint, firewall, UNDERLAY, prefix, net.address(SWITCH_ADDRESS))
    for device in pair.devices:
        for prefix in blueprint.summaries(edge.site, zone):
            discard(blueprint, device, vrf, prefix)


def _own_address(pair: Pair, at: int) -> int | None:
    """The host number of a switch beside the shared one; an anycast gateway needs none of its own."""
    if not pair.double:
        return SWITCH_ADDRESS
    return at + 2 if pair.mlag is not None else None


def _gateway(pair: Pair) -> VirtualGateway:
    if not pair.double:
        return VirtualGateway.NONE
    return VirtualGateway.VRRP if pair.mlag is not None else VirtualGateway.ANYCAST


def firewall_host(edge: Edge) -> int:
    """The host number of a transit subnet at which the firewalls answer."""
    return FIREWALL_ADDRESS if len(edge.firewalls) > 1 else FIREWALL_ADDRESS - 2


def zone_interfaces(blueprint: Blueprint, edge: Edge, zone: str, vlan: Vlan) -> None:
    """The interface of each firewall in a VLAN of a zone; two share one address besides their own."""
    for at, firewall in enumerate(edge.firewalls):
        firewall_interface(
            blueprint, firewall, edge.inward[firewall.id], zone, vlan, at, shared=len(edge.firewalls) > 1
        )


def firewall_interface(
    blueprint: Blueprint,
    firewall: Device,
    parent: str,
    zone: str,
    vlan: Vlan,
    at: int,
    *,
    shared: bool,
    own: int = FIREWALL_ADDRESS - 2,
    virtual: int = FIREWALL_ADDRESS,
) -> Interface:
    """A sub-interface of a firewall bound to a zone; `own` is the host number of the first member."""
    nets, base = blueprint.nets(vlan), blueprint.interface(firewall, parent)
    host = own + at + (own < virtual <= own + at)
    name = subinterface_name(blueprint.kind(firewall), parent, vlan.number)
    return blueprint.add(
        Interface(
            id=f"{firewall.id}:{name}",
            device=firewall.id,
            name=name,
            kind=InterfaceKind.SUBINTERFACE,
            mode=PortMode.ROUTED,
            speed_bps=base.speed_bps,
            mtu_bytes=base.mtu_bytes,
            vrf=UNDERLAY,
            addresses=tuple(net.host(host) for net in nets),
            virtual_gateway=VirtualGateway.VRRP if shared else VirtualGateway.NONE,
            virtual_addresses=tuple(net.address(virtual) for net in nets) if shared else (),
            virtual_group=(vlan.number + APART) % 255 + 1 if shared else None,
            virtual_priority=110 - 10 * at if shared else None,
            vlan=vlan.id,
            parent=parent,
            zone=zone,
            access_list=f"{firewall.site}-policy",
        )
    )


def _management_transit(blueprint: Blueprint, edge: Edge, pair: Pair, number: int, least_bps: int) -> None:
    """Links of their own from the firewalls to the out-of-band switches, for the management zone."""
    vlan = edge.transits[MANAGEMENT] = transit_vlan(blueprint, edge.site, MANAGEMENT, number, pair)
    inward = dict(edge.inward)
    for firewall in edge.firewalls:
        speed = _common_bps(blueprint, firewall, pair, least_bps)
        edge.inward[firewall.id] = trunk(blueprint, firewall, pair, speed, LinkPurpose.ATTACHMENT, vlans=(vlan.id,))
    hand_over(blueprint, edge, MANAGEMENT, vlan, pair)
    edge.inward.update(inward)


def _common_bps(blueprint: Blueprint, device: Device, pair: Pair, least_bps: int) -> int:
    """The slowest speed from `least_bps` up at which a device has a free port for each of a pair, and they for it."""
    stands = blueprint.next_link(device, pair.devices[0])
    if stands is not None and stands.speed_bps >= least_bps:
        return stands.speed_bps
    count = len(pair.devices)
    return next(
        speed
        for speed in (*(speed for speed in SPEEDS if speed >= least_bps), *reversed(SPEEDS))
        if blueprint.free_ports(device, speed) >= count
        and all(blueprint.can_connect(device, peer, speed) for peer in pair.devices)
    )


def route(blueprint: Blueprint, device: Device, vrf: str, prefix: str, next_hop: str, *, distance: int = 1) -> None:
    """A static route."""
    blueprint.add(
        StaticRoute(
            id=f"{device.id}:{vrf}:{prefix}:{next_hop}",
            device=device.id,
            vrf=vrf,
            prefix=prefix,
            next_hop=next_hop,
            distance=distance,
        )
    )


def discard(blueprint: Blueprint, device: Device, vrf: str, prefix: str) -> None:
    """A route to nowhere for a summary, so that what it covers but nobody uses cannot loop."""
    identity = f"{device.id}:{vrf}:{prefix}:discard"
    if not blueprint.has(StaticRoute, identity):
        blueprint.add(StaticRoute(id=identity, device=device.id, vrf=vrf, prefix=prefix, discard=True, distance=250))


def _everything(net: Net) -> str:
    return "::/0" if net.six else "0.0.0.0/0"


def explain_firewalls(blueprint: Blueprint, edge: Edge) -> None:
    """The decision about the firewalls."""
    plan, level = edge.plan, blueprint.redundancy
    rates = plan.firewall.firewall
    rated = rates.ngfw_bps or 0 if rates else 0
    blueprint.decide(
        f"Which firewalls protect {edge.site}?",
        f"{plan.firewalls} x {plan.firewall.sku}",
        formula="rated inspected throughput >= sum over flows that change zone of max(up, down) * g / U0",
        inputs={
            "inspected_bps": plan.demand.inspected_bps,
            "sessions": plan.demand.sessions,
            "connections_per_s": plan.demand.connections_per_s,
            "U0": level.max_utilisation,
            "rated_bps": rated,
        },
        result=f"{plan.demand.inspected_bps / max(1, rated):.2f} of the rated throughput",
        alternatives=plan.refused,
        fields=("flows", "security_level", "redundancy", "expected_growth_rate"),
        source="NIST SP 800-41r1; policy parameters redundancy and capacity",
    )
