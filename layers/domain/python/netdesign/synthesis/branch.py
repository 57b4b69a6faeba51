"""A branch: access switches in one closet, and firewalls that are its router, its gateway and its way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netdesign.catalog.ports import PortUse
from netdesign.model.addressing import Pool
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Rack, Room, RoomKind
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.synthesis.blueprint import MANAGEMENT, UNDERLAY, Blueprint
from netdesign.synthesis.campus_equipment import GBPS, choose_access, choose_radios
from netdesign.synthesis.campus_ground import (
    BREAKER_W,
    MANAGED,
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
from netdesign.synthesis.campus_hosts import attach_servers, group_id, populate
from netdesign.synthesis.campus_management import address_switch, plug_in
from netdesign.synthesis.campus_plan import Unit
from netdesign.synthesis.campus_sizing import shares
from netdesign.synthesis.campus_switches import SERVICE_HOSTS, published_hosts
from netdesign.synthesis.edge import Edge, add_firewalls, firewall_interface, route
from netdesign.synthesis.edge_sizing import plan_edge
from netdesign.synthesis.infrastructure import Home, add_services
from netdesign.synthesis.internet import add_circuit, protect, provider_links
from netdesign.synthesis.management import port_profile
from netdesign.synthesis.pairs import Pair, trunk
from netdesign.synthesis.zones import INTERNET

SERVER_INDEX = 99
SERVICE_ADDRESSES = 24


def build_branch(ground: Ground, zones: Sequence[str], share: float) -> tuple[Edge, tuple[ServiceInstance, ...]]:
    """Every fact of a branch; each access switch has VLANs of its own, so that nothing can loop."""
    blueprint = ground.blueprint
    (unit,) = ground.plan.units
    ground.radios = choose_radios(blueprint, unit.serves.access_points)
    least = 2 if blueprint.requirements.redundancy.at_least(Redundancy.HIGH) else 1
    access = choose_access(blueprint, ground.plan, (unit,), ground.radios, 2)
    count = max(least, access.counts[unit.name])
    ground.plan = replace(ground.plan, units=_split(unit, count))
    plan = plan_edge(
        blueprint.requirements, blueprint.parameters, blueprint.catalog, links=2 * count, branch=True, share=share
    )
    racks = _racks(ground, 2 if plan.firewalls > 1 else 1)
    _plan_addresses(ground, zones)
    for at, one in enumerate(ground.plan.units):
        ground.access[one.name] = (
            blueprint.device(Role.ACCESS, ground.site, access.kind, rack=racks[at % len(racks)]),
        )
    switches = tuple(ground.access[one.name][0] for one in ground.plan.units)
    ground.server_switches = switches[:1]
    _place_points(ground)
    edge = Edge(ground.site, plan, Pair(()), add_firewalls(blueprint, ground.site, plan, racks))
    homes = _vlans(ground)
    for one, switch in zip(ground.plan.units, switches, strict=True):
        _join(ground, edge, one, switch)
    _circuits(blueprint, edge)
    populate(ground)
    counts = {
        SERVERS.name: ground.plan.general_servers,
        RESTRICTED.name: ground.plan.restricted_servers,
        PUBLISHED.name: published_hosts(blueprint),
    }
    attach_servers(ground, counts, GBPS)
    _attach_services(ground, switches)
    for one, switch in zip(ground.plan.units, switches, strict=True):
        address_switch(ground, switch, ground.vlans[MANAGED.name, one.name])
    for at, firewall in enumerate(edge.firewalls):
        home = ground.plan.units[at % count]
        plug_in(blueprint, firewall, switches[at % count], ground.vlans[MANAGED.name, home.name])
    places = tuple(
        Home(blueprint.nets(vlan), (switches[at],)) for at, vlan in enumerate(homes)
    )
    return edge, add_services(blueprint, ground.site, places)


def _split(unit: Unit, count: int) -> tuple[Unit, ...]:
    """One unit for each switch."""
    serves = unit.serves
    columns = (serves.users, serves.devices, serves.access_points, serves.terminals)
    rows = zip(*(shares(total, count) for total in columns), shares(unit.printers, count), strict=True)
    return tuple(
        replace(unit, name=f"s{at}", index=at, serves=type(serves)(*row[:4]), printers=row[4])
        for at, row in enumerate(rows, start=1)
    )


def _racks(ground: Ground, count: int) -> tuple[str, ...]:
    """The closet with its racks."""
    blueprint, site = ground.blueprint, ground.site
    room = blueprint.floor.room(
        blueprint.add(
            Room(id=f"{site}-b1-c1", name="closet", site=site, building=f"{site}-b1", kind=RoomKind.CLOSET)
        )
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
        blueprint.floor.rack(blueprint.add(rack))
    return tuple(f"{room.id}-r{at + 1}" for at in range(count))


def _place_points(ground: Ground) -> None:
    """Access points, which manage themselves."""
    if ground.radios is None:
        return
    for unit in ground.plan.units:
        ground.access_points[unit.name] = tuple(
            ground.blueprint.device(
                Role.ACCESS_POINT, ground.site, ground.radios.kind, room=f"{ground.site}-b1-c1"
            )
            for _ in range(unit.serves.access_points)
        )


def _plan_addresses(ground: Ground, zones: Sequence[str]) -> None:
    blueprint, plan = ground.blueprint, ground.plan
    hosts: dict[str, list[int]] = {zone: [2] for zone in zones}
    for unit in plan.units:
        for function, count in unit_functions(ground, unit):
            hosts.setdefault(function.zone, []).append(count)
        hosts.setdefault(MANAGEMENT, []).append(SERVICE_ADDRESSES)
    for function, count in (
        (SERVERS, plan.general_servers),
        (RESTRICTED, plan.restricted_servers),
        (PUBLISHED, published_hosts(blueprint)),
    ):
        hosts.setdefault(function.zone, []).append(max(2, count))
    blueprint.plan_site(ground.site, hosts, links=16, devices=32)
    for name in (f"{ground.site}-internet", f"{ground.site}-internet-v6"):
        if blueprint.has(Pool, name):
            blueprint.change(blueprint.get(Pool, name), vrf=UNDERLAY)


def _vlans(ground: Ground) -> tuple[Vlan, ...]:
    """VLANs of each switch; those of servers on the first, of services on the first two."""
    plan = ground.plan
    for unit in plan.units:
        add_unit_vlans(ground, unit)
    for function, count in (
        (SERVERS, plan.general_servers),
        (RESTRICTED, plan.restricted_servers),
        (PUBLISHED, published_hosts(ground.blueprint)),
    ):
        if count:
            add_vlan(ground, function, "", SERVER_INDEX, count)
    return tuple(ground.vlans[MANAGED.name, unit.name] for unit in plan.units[:2])


def _join(ground: Ground, edge: Edge, unit: Unit, switch: Device) -> None:
    """A trunk from each firewall to a switch, and the gateway of each of the switch's VLANs on it."""
    blueprint = ground.blueprint
    vlans = list(ground.unit_vlans(unit))
    if switch in ground.server_switches:
        vlans += ground.server_vlans()
    for vlan in vlans:
        blueprint.define_vlan(vlan, switch.id)
    blueprint.add(
        SpanningTree(id=f"{switch.id}:stp", device=switch.id, mode=SpanningTreeMode.RSTP, priority=4_096)
    )
    double = len(edge.firewalls) > 1
    bundled = not double and blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM)
    for at, firewall in enumerate(edge.firewalls):
        parent = trunk(
            blueprint,
            firewall,
            Pair((switch,)),
            edge.plan.firewall_port_bps,
            LinkPurpose.ATTACHMENT,
            per_peer=2 if bundled else 1,
            use=(PortUse.DOWNLINK, PortUse.UPLINK),
            vlans=tuple(vlan.id for vlan in vlans),
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
            blueprint.change(
                blueprint.interface(firewall, link.a.port), zone=INTERNET, access_list=edge.policy
            )
            for address in blueprint.interface(link.b.device, link.b.port).addresses:
                everything = "::/0" if ":" in address else "0.0.0.0/0"
                route(blueprint, firewall, UNDERLAY, everything, address.split("/")[0], distance=1 + at)
    protect(blueprint, edge.providers)


def _attach_services(ground: Ground, switches: Sequence[Device]) -> None:
    """The service hosts, one on each of the first two switches, or both on the only one."""
    blueprint = ground.blueprint
    vlans = [ground.vlans[MANAGED.name, unit.name] for unit in ground.plan.units[:2]]
    group = blueprint.add(
        EndpointGroup(
            id=group_id(ground, SERVICES.name),
            name=SERVICES.name,
            site=ground.site,
            kind=EndpointKind.SERVER,
            count=SERVICE_HOSTS,
            zone=MANAGEMENT,
            vlans=tuple(vlan.id for vlan in vlans),
        )
    )
    ground.groups.append(group)
    for vlan, switch, share in zip(vlans, switches, shares(SERVICE_HOSTS, len(vlans)), strict=False):
        profile = blueprint.add(
            port_profile(f"{vlan.id}-hosts", blueprint.posture, vlans=(vlan.id,), trusted=True)
        )
        blueprint.add(
            Attachment(
                id=f"{group.id}:{switch.id}",
                group=group.id,
                device=switch.id,
                endpoints=share,
                ports=blueprint.take_ports(switch, share, GBPS),
                profile=profile.id,
            )
        )


