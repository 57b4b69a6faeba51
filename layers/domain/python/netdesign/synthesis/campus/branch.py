"""A branch: one access switch in a closet, and firewalls that are its router, its gateway and its way out."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.catalog.ports import PortUse
from netdesign.model.addressing import Pool
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Rack, Room, RoomKind
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.synthesis.campus.equipment import choose_access
from netdesign.synthesis.campus.ground import (
    BREAKER_W,
    DEVICES,
    MANAGED,
    PHONES,
    PUBLISHED,
    RACK_UNITS,
    RESTRICTED,
    SERVERS,
    SERVICES,
    Ground,
    add_unit_vlans,
    add_vlan,
    unit_functions,
)
from netdesign.synthesis.campus.hosts import attach_servers, group_id, populate
from netdesign.synthesis.campus.management import address_switch, plug_in
from netdesign.synthesis.campus.radios import GBPS, choose_radios
from netdesign.synthesis.campus.tiers import SERVICE_HOSTS, explain_access, published_hosts
from netdesign.synthesis.datacenter.standing_hall import stand
from netdesign.synthesis.draft.blueprint import MANAGEMENT, UNDERLAY, Blueprint
from netdesign.synthesis.draft.pairs import Pair, trunk
from netdesign.synthesis.edge.border import (
    Edge,
    add_firewalls,
    explain_firewalls,
    firewall_interface,
    route,
)
from netdesign.synthesis.edge.gate import gate_vlan
from netdesign.synthesis.edge.gate_handover import build_gate
from netdesign.synthesis.edge.internet import add_circuit, protect, provider_links
from netdesign.synthesis.edge.remote_access import reserve_pool
from netdesign.synthesis.edge.sizing import leads, plan_edge
from netdesign.synthesis.needs.campus_plan import Unit
from netdesign.synthesis.needs.site_demand import at_site, evened, outward
from netdesign.synthesis.needs.zones import INTERNET
from netdesign.synthesis.operation.infrastructure import Home, add_services
from netdesign.synthesis.operation.management import port_profile

SERVER_INDEX = 99
CIRCUIT_MTU = 1_500


def build_branch(ground: Ground, zones: Sequence[str]) -> tuple[Edge, tuple[ServiceInstance, ...]]:
    """Every fact of a branch: its one switch, and the firewalls that route for it."""
    blueprint = ground.blueprint
    (unit,) = ground.plan.units
    ground.radios = choose_radios(blueprint, unit.serves.access_points)
    access = choose_access(blueprint, ground.plan, (unit,), ground.radios, 2, most=1)
    asked, share = at_site(blueprint.requirements, ground.site), evened(blueprint.requirements, ground.site)
    plan = plan_edge(
        asked,
        blueprint.parameters,
        blueprint.catalog,
        links=1,
        branch=True,
        share=share,
        tunnels=blueprint.heads.get(ground.site, 0),
        gate=(gate := blueprint.gates.get(ground.site)),
        leaving=outward(blueprint.requirements, ground.site) if gate and gate.lines else None,
        first=leads(blueprint.requirements, ground.site),
    )
    explain_access(blueprint, ground.plan, access)
    racks = _racks(ground, plan.firewalls)
    _plan_addresses(ground, unit, zones)
    switch = blueprint.device(Role.ACCESS, ground.site, access.kind, rack=racks[0])
    ground.access[unit.name] = ground.server_switches = (switch,)
    _place_points(ground, unit)
    edge = Edge(ground.site, plan, Pair((switch,)), add_firewalls(blueprint, ground.site, plan, racks))
    home = _vlans(ground, unit, zones)
    gates = (gate_vlan(blueprint, ground.site, (switch,)),) if plan.gate else ()
    edge.beyond = edge.gate_vlans = tuple(vlan.id for vlan in gates)
    _join(ground, edge, unit, switch)
    _circuits(blueprint, edge)
    for vlan in gates:
        build_gate(blueprint, edge, vlan, racks, CIRCUIT_MTU)
    explain_firewalls(blueprint, edge)
    populate(ground)
    counts = {
        SERVERS.name: ground.plan.general_servers,
        RESTRICTED.name: ground.plan.restricted_servers,
        PUBLISHED.name: published_hosts(blueprint, ground.site),
    }
    attach_servers(ground, counts, GBPS)
    apart = ground.site in blueprint.spokes
    if not apart:
        _attach_services(ground, switch, home)
    address_switch(ground, switch, home)
    for device in (*edge.firewalls, *edge.wans):
        plug_in(blueprint, device, switch, home)
    services = () if apart else add_services(blueprint, ground.site, (Home(blueprint.nets(home), (switch,)),))
    return edge, services


def _racks(ground: Ground, count: int) -> tuple[str, ...]:
    """The closet with its racks."""
    blueprint, site = ground.blueprint, ground.site
    room = blueprint.floor.room(
        blueprint.add(Room(id=f"{site}-b1-c1", name="closet", site=site, building=f"{site}-b1", kind=RoomKind.CLOSET))
    )
    for at in range(count):
        rack = Rack(
            id=f"{room.id}-r{at + 1}",
            room=room.id,
            row=0,
            position=at,
            usable_units=RACK_UNITS // 2,
            breaker_w=BREAKER_W // 2,
        )
        stand(blueprint, rack)
    return tuple(f"{room.id}-r{at + 1}" for at in range(count))


def _place_points(ground: Ground, unit: Unit) -> None:
    """Access points, which manage themselves."""
    if ground.radios is None:
        return
    ground.access_points[unit.name] = tuple(
        ground.blueprint.device(Role.ACCESS_POINT, ground.site, ground.radios.kind, room=f"{ground.site}-b1-c1")
        for _ in range(unit.serves.access_points)
    )


def _plan_addresses(ground: Ground, unit: Unit, zones: Sequence[str]) -> None:
    blueprint, plan = ground.blueprint, ground.plan
    hosts: dict[str, list[int]] = {zone: [2] for zone in zones}
    for function, count in unit_functions(ground, unit):
        hosts.setdefault(function.zone, []).append(count)
    for function, count in (
        (SERVERS, plan.general_servers),
        (RESTRICTED, plan.restricted_servers),
        (PUBLISHED, published_hosts(blueprint, ground.site)),
    ):
        hosts.setdefault(function.zone, []).append(max(2, count))
    if ground.site not in blueprint.spokes:
        reserve_pool(blueprint, hosts)
    blueprint.plan_site(ground.site, hosts, links=16, devices=32)
    for name in (f"{ground.site}-internet", f"{ground.site}-internet-v6"):
        if blueprint.has(Pool, name):
            blueprint.change(blueprint.get(Pool, name), vrf=UNDERLAY)


def _vlans(ground: Ground, unit: Unit, zones: Sequence[str]) -> Vlan:
    """The VLANs of the switch, one for each zone at least; service hosts live in that of management, which is
    returned."""
    plan = ground.plan
    add_unit_vlans(ground, unit)
    for function, count in (
        (SERVERS, plan.general_servers),
        (RESTRICTED, plan.restricted_servers),
        (PUBLISHED, published_hosts(ground.blueprint, ground.site)),
    ):
        if count:
            add_vlan(ground, function, "", SERVER_INDEX, count)
    present = {vlan.zone for vlan in ground.vlans.values()}
    for function in (SERVERS, DEVICES, PHONES, PUBLISHED):
        if function.zone in zones and function.zone not in present:
            add_vlan(ground, function, "", SERVER_INDEX, 1)
    return ground.vlans[MANAGED.name, unit.name]


def _join(ground: Ground, edge: Edge, unit: Unit, switch: Device) -> None:
    """A trunk from each firewall to a switch, and the gateway of each of the switch's VLANs on it."""
    blueprint = ground.blueprint
    vlans = (*ground.unit_vlans(unit), *ground.server_vlans())
    for vlan in vlans:
        blueprint.define_vlan(vlan, switch.id)
    blueprint.add(SpanningTree(id=f"{switch.id}:stp", device=switch.id, mode=SpanningTreeMode.RSTP, priority=4_096))
    double = len(edge.firewalls) > 1
    for at, firewall in enumerate(edge.firewalls):
        parent = trunk(
            blueprint,
            firewall,
            Pair((switch,)),
            edge.plan.firewall_port_bps,
            LinkPurpose.ATTACHMENT,
            use=(PortUse.DOWNLINK, PortUse.UPLINK),
            vlans=(*(vlan.id for vlan in vlans), *edge.beyond),
        )
        edge.inward.setdefault(firewall.id, parent)
        for vlan in vlans:
            firewall_interface(
                blueprint,
                firewall,
                parent,
                vlan.zone or "",
                vlan,
                at,
                shared=double,
                own=2 if double else 1,
                virtual=1,
            )


def _circuits(blueprint: Blueprint, edge: Edge) -> None:
    """The circuits, each on a firewall, with the default route over it."""
    for at, circuit in enumerate(edge.plan.circuits):
        firewall = edge.firewalls[at % len(edge.firewalls)]
        edge.providers += (add_circuit(blueprint, edge.site, firewall, circuit, at),)
    for firewall in edge.firewalls:
        for at, link in enumerate(provider_links(blueprint, firewall)):
            blueprint.change(blueprint.interface(firewall, link.a.port), zone=INTERNET, access_list=edge.policy)
            for address in blueprint.interface(link.b.device, link.b.port).addresses:
                everything = "::/0" if ":" in address else "0.0.0.0/0"
                route(blueprint, firewall, UNDERLAY, everything, address.split("/")[0], distance=1 + at)
    protect(blueprint, edge.providers)


def _attach_services(ground: Ground, switch: Device, vlan: Vlan) -> None:
    """The service hosts on the switch."""
    blueprint = ground.blueprint
    group = blueprint.add(
        EndpointGroup(
            id=group_id(ground, SERVICES.name),
            name=SERVICES.name,
            site=ground.site,
            kind=EndpointKind.SERVER,
            count=SERVICE_HOSTS,
            zone=MANAGEMENT,
            vlans=(vlan.id,),
        )
    )
    ground.groups.append(group)
    profile = blueprint.add(port_profile(f"{vlan.id}-hosts", blueprint.posture, vlans=(vlan.id,), trusted=True))
    blueprint.add(
        Attachment(
            id=(identity := f"{group.id}:{switch.id}"),
            group=group.id,
            device=switch.id,
            endpoints=SERVICE_HOSTS,
            ports=blueprint.attachment_ports(identity, switch, SERVICE_HOSTS, GBPS),
            profile=profile.id,
        )
    )
