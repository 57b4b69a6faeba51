"""Where data centres meet their limits: full racks and switches, missing types, odd flows, few servers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.errors import ConflictError, InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.inventory import EndpointKind, Homing, Rack, Room, RoomKind
from netdesign.model.resolved import FabricWorkload
from netdesign.model.security import IpProtocol, Service
from netdesign.model.vocabulary import DataClass, Redundancy, Role, SecurityLevel, ServiceClass
from netdesign.synthesis.datacenter.clos_choice import FabricPlan, choose_fabric
from netdesign.synthesis.datacenter.clos_fabric import border_plan, build_fabric
from netdesign.synthesis.datacenter.clos_ports import leaf_ports
from netdesign.synthesis.datacenter.clos_sizing import ClosSize, FabricDemand
from netdesign.synthesis.datacenter.demand import Tenant, ceiling, homing, server_ports, server_zones, tenants
from netdesign.synthesis.datacenter.hall import build_hall, place
from netdesign.synthesis.datacenter.management import build_management, manage
from netdesign.synthesis.datacenter.management_choice import management_kinds
from netdesign.synthesis.datacenter.server_placement import slices
from netdesign.synthesis.datacenter.standing_hall import Hall
from netdesign.synthesis.datacenter.traffic import legs, sizing_requirements
from netdesign.synthesis.needs.centres import at_centre
from netdesign.synthesis.synthesize import synthesize
from tests.unit.synthesis.datacenter_samples import G, blueprint, design, downlinks, flow, kind, requirements, site

SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)


def tenant(zone, count):
    return Tenant(
        zone=zone,
        count=count,
        kind=EndpointKind.SERVER,
        service_class=ServiceClass.GOLD,
        data_classes=(DataClass.INTERNAL,),
    )


@given(st.integers(1, 400), st.sampled_from(SecurityLevel), st.booleans())
def test_every_server_is_in_one_zone_and_no_zone_starves_the_others(servers, level, facing):
    asked = requirements(level=level, facing=facing)
    found = tenants(asked, servers)

    assert sum(one.count for one in found) == servers
    assert all(one.count > 0 for one in found)
    assert {one.zone for one in found} <= set(server_zones(asked))
    if servers > len(server_zones(asked)):
        assert {one.zone for one in found} == set(server_zones(asked))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(1, 9))
def test_slices_spread_servers_evenly(counts, groups):
    zones = ("server", "database", "dmz", "storage")
    parts = slices([tenant(zone, count) for zone, count in zip(zones, counts, strict=False)], groups)
    placed = [sum(part.count for part in parts if part.group == at) for at in range(groups)]

    assert sum(placed) == sum(counts)
    assert max(placed) - min(placed) <= 1
    assert all(part.count > 0 for part in parts)


@pytest.mark.parametrize(
    ("nics", "workload", "collapsed", "wanted"),
    [
        (1, FabricWorkload.GENERAL, False, Homing.SINGLE),
        (2, FabricWorkload.GENERAL, False, Homing.ESI),
        (2, FabricWorkload.GENERAL, True, Homing.MLAG),
        (8, FabricWorkload.AI, False, Homing.RAIL),
    ],
)
def test_homing_follows_ports_and_workload(nics, workload, collapsed, wanted):
    assert homing(requirements(nics=nics, workload=workload), collapsed=collapsed) is wanted


@pytest.mark.parametrize(
    ("workload", "wanted"),
    [
        (FabricWorkload.AI, 1.0),
        (FabricWorkload.STORAGE, 1.0),
        (FabricWorkload.LIGHT, 4.0),
        (FabricWorkload.GENERAL, 3.0),
    ],
)
def test_the_ceiling_follows_the_workload(workload, wanted):
    assert ceiling(blueprint(requirements(workload=workload))) == wanted


def test_server_ports_grow_and_keep_spares():
    assert server_ports(blueprint(requirements(nics=3, growth=1.0)), 10) == 38
    assert server_ports(blueprint(requirements(nics=1, growth=2.0)), 10) == 25


def test_an_odd_number_of_ports_is_shared_out_between_both_leaves():
    found = design(requirements(12, 21, nics=3))
    used: Counter[str] = Counter()
    for attachment in found.inventory.attachments:
        used[attachment.device] += len(attachment.ports)
    leaves = [d.id for d in found.inventory.devices if d.role is Role.LEAF]

    assert max(used[leaf] for leaf in leaves) - min(used[leaf] for leaf in leaves) <= 6


def zones_of(flows, counts=(("server", 10), ("database", 4), ("dmz", 2)), **over):
    asked = requirements(flows=tuple(flows), **over)
    found = legs(asked, [tenant(*one) for one in counts])
    return [(leg.id, leg.source, leg.target) for leg in found if leg.id != "assumed-queries"]


def test_administration_from_outside_goes_by_the_bastion():
    login = replace(flow("admin", "users", "servers"), service=SSH)

    assert zones_of([login]) == [
        ("admin-in", "internet", "dmz"),
        ("admin-bastion", "dmz", "management"),
        ("admin", "management", "server"),
    ]
    assert zones_of([replace(login, target="management")]) == [
        ("admin-in", "internet", "dmz"),
        ("admin", "dmz", "management"),
    ]


def test_outsiders_meet_in_the_dmz():
    assert zones_of([flow("relay", "partner", "internet")]) == [
        ("relay-in", "internet", "dmz"),
        ("relay", "dmz", "internet"),
    ]


def test_missing_zones_are_served_by_the_servers():
    only = (("server", 10),)

    assert zones_of([flow("web", "internet", "dmz")], only) == [("web", "internet", "server")]
    assert zones_of([flow("disk", "servers", "storage")], only) == [("disk", "server", "server")]


def test_single_servers_talk_across_zones():
    assert zones_of([flow("ew", "servers", "servers")], (("server", 1), ("database", 1))) == [
        ("ew", "server", "database")
    ]


def test_the_edge_is_sized_for_what_changes_zone():
    asked = requirements(flows=(flow("ew", "servers", "servers"), flow("app", "users", "servers", up=3)))
    sized = sizing_requirements(at_centre(asked, "dc1", 0.5), [tenant("server", 5), tenant("dmz", 2)])

    assert [one.id for one in sized.flows] == ["app-in", "app", "upstream"]
    assert all(one.source != one.target for one in sized.flows)
    assert sized.flows[0].down_bps == G // 2


def test_the_cheapest_fabric_is_of_one_vendor_and_says_what_it_beat():
    plan = choose_fabric(blueprint(), FabricDemand(ports=480, port_bps=25 * G, oversubscription=3.0))

    assert plan.leaf.vendor == plan.spine.vendor
    assert plan.super_spine is None
    assert plan.refused
    assert all("USD against" in reason for _, reason in plan.refused)


def test_a_leaf_without_the_right_ports_is_none():
    assert leaf_ports(kind("toy", downlinks()), 25 * G, 400 * G) is None
    ports = leaf_ports(kind(), 25 * G, 100 * G)
    assert ports is not None
    assert (ports.uplinks, ports.downlinks(8), ports.downlinks(9)) == (8, 48, 0)


def fabric_plan(leaves=4, uplinks=4, speed=100 * G):
    catalog = default_catalog()
    size = ClosSize(
        leaves=leaves,
        border_leaves=2,
        leaf_downlinks=48,
        uplinks=uplinks,
        uplink_bps=speed,
        spines=2,
        parallel=uplinks // 2,
        oversubscription=3.0,
    )
    return FabricPlan(
        size=size,
        leaf=catalog.device("DCS-7050SX3-48YC8"),
        spine=catalog.device("DCS-7050CX3-32S"),
        super_spine=None,
        cost_usd=0.0,
    )


def test_no_border_leaf_is_a_conflict():
    with pytest.raises(InfeasibleError, match="No border leaf has 900 uplinks"):
        border_plan(blueprint(), fabric_plan(uplinks=900), requirements())


def hall_of(plan, racks, units):
    plan.floor.room(plan.add(Room(id="h", name="h", site="dc1", building="b", kind=RoomKind.DATA_HALL)))
    for at in range(racks):
        plan.floor.rack(plan.add(Rack(id=f"r{at}", room="h", row=0, position=at, usable_units=units, breaker_w=20_000)))
    names = tuple(f"r{at}" for at in range(racks))
    return Hall("dc1", names[:1], names[1:])


def test_a_leaf_whose_rack_is_full_stands_in_the_nearest_with_room():
    plan, chosen = blueprint(), fabric_plan(leaves=4)
    plan.plan_site("dc1", {"server": [10]}, links=100, devices=30)
    fabric = build_fabric(plan, hall_of(plan, 6, 3), chosen, chosen.leaf)

    assert [leaf.rack for leaf in fabric.leaves] == ["r0", "r0", "r0", "r1"]


def test_a_hall_without_room_refuses():
    plan, chosen = blueprint(), fabric_plan(leaves=20)
    plan.plan_site("dc1", {"server": [10]}, links=200, devices=60)
    hall = hall_of(plan, 3, 2)

    with pytest.raises(ConflictError):
        build_fabric(plan, hall, chosen, chosen.leaf)
    with pytest.raises(ConflictError, match="no network rack of dc1 has room"):
        place(plan, replace_racks(hall), Role.SPINE, kind(rack_units=9))


def replace_racks(hall):
    return Hall(hall.site, hall.server_racks, hall.network_racks)


def test_management_switches_that_are_full_refuse():
    plan = blueprint()
    plan.plan_site("dc1", {"management": [40] * 20}, links=10, devices=10)
    kinds = management_kinds(plan, 30, 10)
    hall = build_hall(plan, site(racks=30), 30, [kinds[0]] * 2)
    network = build_management(plan, hall, kinds)
    network.left = dict.fromkeys(network.left, 0)

    with pytest.raises(ConflictError, match="have no port left for dc1-leaf01"):
        manage(plan, network, [plan.device(Role.LEAF, "dc1", kind(), rack=hall.server_racks[0])])


def test_a_full_management_switch_passes_devices_to_its_neighbour():
    plan = blueprint()
    plan.plan_site("dc1", {"management": [40] * 20}, links=10, devices=10)
    kinds = management_kinds(plan, 30, 10)
    hall = build_hall(plan, site(racks=30), 30, [kinds[0]] * 2)
    network = build_management(plan, hall, kinds)
    first, second = network.switches[:2]
    network.left[first.id] = 0
    port = default_catalog().device("DCS-7050SX3-48YC8")
    manage(plan, network, [plan.device(Role.LEAF, "dc1", port, rack=hall.server_racks[0])])

    assert network.left[second.id] < network.left[network.switches[-1].id] + 1
    assert plan.all(type(plan.interface("dc1-leaf01", "Management1")))
    assert plan.interface("dc1-leaf01", "Management1").vrf == "management"


def test_what_does_not_fit_its_racks_is_refused():
    asked = requirements(2, 400, nics=8, growth=3.0, redundancy=Redundancy.HIGH)

    with pytest.raises(InfeasibleError) as caught:
        synthesize(asked, default_catalog(), default_parameters())

    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    assert conflict.code == "does-not-fit"
    assert conflict.requirements == ("servers", "sites")


def test_a_clos_has_two_spines_even_without_redundancy():
    found = design(requirements(12, 20, redundancy=Redundancy.NONE, level=SecurityLevel.BASIC, nics=1))

    assert len([d for d in found.inventory.devices if d.role is Role.SPINE]) >= 2
