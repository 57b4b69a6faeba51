from ipaddress import ip_interface, ip_network

import pytest

from netdesign.catalog.ports import FormFactor, PortGroup, PortUse
from netdesign.errors import CatalogError, ConflictError, NotFoundError
from netdesign.model.addressing import Interface, Pool, Subnet, VirtualGateway
from netdesign.model.cabling import Lag, Link, Mlag
from netdesign.model.inventory import Device, Rack, Room, RoomKind
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import (
    Archetype,
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    SubnetPurpose,
    VlanPurpose,
)
from netdesign.synthesis.draft.fact_store import collections, slug
from netdesign.synthesis.draft.interface_names import lag_name, loopback_name, subinterface_name, svi_name, vtep_name
from tests.support.sketch import within
from tests.unit.synthesis.datacenter_samples import G, blueprint, downlinks, kind, requirements, uplinks


@pytest.fixture
def plan():
    made = blueprint()
    made.floor.room(made.add(Room(id="hall", name="hall", site="s", building="b", kind=RoomKind.DATA_HALL)))
    for at in range(4):
        made.floor.rack(made.add(Rack(id=f"r{at}", room="hall", row=0, position=at, usable_units=42, breaker_w=9000)))
    made.plan_site("s", {"server": [40, 40], "dmz": [10]}, links=20, devices=10)
    return made


def pair(plan, role=Role.LEAF):
    return [plan.device(role, "s", kind(), rack=f"r{at}") for at in range(2)]


def test_facts_land_in_the_collection_of_their_type(plan):
    design = plan.design("My centre", Archetype.SPINE_LEAF)

    assert design.id == "my-centre"
    assert [rack.id for rack in design.inventory.racks] == ["r0", "r1", "r2", "r3"]
    assert design.requirements is plan.requirements
    assert all(
        collections()[type(fact)][1] == name
        for name, facts in (("racks", design.inventory.racks), ("pools", design.addressing.pools))
        for fact in facts
    )


def test_an_id_is_taken_once_for_each_type(plan):
    plan.add(Vlan(id="x", number=5, name="x", purpose=VlanPurpose.DMZ, site="s"))

    with pytest.raises(ConflictError, match="two Vlan 'x'"):
        plan.add(Vlan(id="x", number=6, name="y", purpose=VlanPurpose.DMZ, site="s"))
    with pytest.raises(NotFoundError):
        plan.get(Vlan, "y")
    with pytest.raises(NotFoundError):
        plan.replace(Vlan(id="y", number=6, name="y", purpose=VlanPurpose.DMZ, site="s"))


def test_a_fact_can_be_removed(plan):
    fact = plan.add(Vlan(id="x", number=5, name="x", purpose=VlanPurpose.DMZ, site="s"))
    plan.remove(fact)

    assert not plan.has(Vlan, "x")


def test_devices_are_numbered_by_site_and_role_and_mounted(plan):
    a, b = pair(plan)
    border = plan.device(Role.BORDER_LEAF, "s", kind(), rack="r2", block="pod1")

    assert [a.id, b.id, border.id] == ["s-leaf01", "s-leaf02", "s-border01"]
    assert (a.rack, a.rack_unit, a.room, a.power_feeds) == ("r0", 42, "hall", ("A", "B"))
    assert border.block == "pod1"
    assert plan.devices(Role.LEAF) == (a, b)
    assert plan.devices(Role.LEAF, "elsewhere") == ()


def test_a_link_takes_the_next_ports_and_describes_both_ends(plan):
    a, b = pair(plan)
    one, two = plan.connect(a, b, 100 * G, LinkPurpose.PEER, count=2, mtu_bytes=9214)

    assert [(link.a.port, link.b.port) for link in (one, two)] == [
        ("Ethernet49/1", "Ethernet49/1"),
        ("Ethernet50/1", "Ethernet50/1"),
    ]
    assert one.id == "s-leaf01--s-leaf02-1"
    assert (one.medium, one.length_m) == (Medium.AOC, 6.8)
    here = plan.interface(a, "Ethernet49/1")
    assert (here.speed_bps, here.mtu_bytes, here.description) == (100 * G, 9214, "to:s-leaf02:Ethernet49/1")


def test_a_device_without_free_ports_refuses(plan):
    a, b = pair(plan)
    plan.connect(a, b, 100 * G, LinkPurpose.PEER, count=8)

    assert plan.free_ports(a, 100 * G) == 0
    with pytest.raises(CatalogError, match=r"s-leaf01 \(toy\) has no 100 Gbit/s port left"):
        plan.connect(a, b, 100 * G, LinkPurpose.PEER)


def test_no_cable_reaches_across_the_world(plan):
    a, b = pair(plan)

    with pytest.raises(CatalogError, match="nothing carries 100 Gbit/s over 1e"):
        plan.connect(a, b, 100 * G, LinkPurpose.PEER, length_m=10.0**6)


def test_a_bundle_stands_for_its_members(plan):
    a, b = pair(plan)
    links = plan.connect(a, b, 100 * G, LinkPurpose.PEER, count=2, lag=True, mode=PortMode.TRUNK, vlans=("x",))

    bundle = plan.get(Lag, "s-leaf01:Port-Channel1")
    whole = plan.interface(a, "Port-Channel1")
    member = plan.interface(a, links[0].a.port)
    assert bundle.members == ("Ethernet49/1", "Ethernet50/1")
    assert bundle.min_links == 1
    assert (whole.kind, whole.speed_bps, whole.vlans, whole.lag) == (InterfaceKind.LAG, 200 * G, ("x",), bundle.id)
    assert (member.mode, member.lag, member.vlans) == (PortMode.NONE, bundle.id, ())


def test_a_pair_bundles_as_one(plan):
    a, b = pair(plan)
    mlag = plan.add(Mlag(id="m", peers=(a.id, b.id), domain_id=1, system_mac="02:00:00:00:00:01"))
    switch = plan.device(Role.MANAGEMENT_SWITCH, "s", kind(), rack="r2")
    links = plan.connect_pair(switch, mlag, 25 * G, LinkPurpose.UPLINK, per_peer=2, vlans=("x",))

    assert [link.b.device for link in links] == [a.id, a.id, b.id, b.id]
    assert len(plan.get(Lag, f"{switch.id}:Port-Channel1").members) == 4
    halves = [plan.get(Lag, f"{peer.id}:Port-Channel1") for peer in (a, b)]
    assert [(half.mlag, half.mlag_number) for half in halves] == [("m", 1), ("m", 1)]


def test_links_to_a_provider_need_no_port_list(plan):
    (a, _), isp = pair(plan), plan.device(Role.PROVIDER, "s", None)
    (link,) = plan.connect(a, isp, 10 * G, LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, srlgs=("entry-a",))

    assert (link.b.port, link.phy, link.length_m, link.srlgs) == ("port1", None, None, ("entry-a",))
    assert not plan.has(Interface, f"{isp.id}:port1")
    assert (isp.managed, isp.owner) == (False, None)
    with pytest.raises(CatalogError, match="has no device type"):
        plan.kind(isp)


def test_point_to_point_links_get_the_next_31_and_127(plan):
    a, b = pair(plan)
    first, second = plan.connect(a, b, 100 * G, LinkPurpose.FABRIC, count=2)
    plan.point_to_point(first)
    plan.point_to_point(second)

    ends = [plan.interface(link.a.device, link.a.port) for link in (first, second)]
    far = plan.interface(first.b.device, first.b.port)
    assert [ip_interface(x).network.prefixlen for x in ends[0].addresses] == [31, 127]
    assert [ip_interface(x).network for x in ends[0].addresses] == [ip_interface(x).network for x in far.addresses]
    assert set(ends[0].addresses).isdisjoint(far.addresses)
    assert ends[0].addresses != ends[1].addresses
    assert (ends[0].mode, ends[0].vrf) == (PortMode.ROUTED, "default")


def test_subinterfaces_lie_on_their_port(plan):
    a, b = pair(plan)
    (link,) = plan.connect(a, b, 100 * G, LinkPurpose.FABRIC, mtu_bytes=9000)
    here, there = plan.subinterfaces(link, 7, "vrf-server", zone="server")

    assert (here.name, here.parent, here.vrf, here.mtu_bytes) == ("Ethernet49/1.7", "Ethernet49/1", "vrf-server", 9000)
    assert ip_interface(here.addresses[0]).network == ip_interface(there.addresses[0]).network


def test_loopbacks_and_tunnel_endpoints_differ(plan):
    a, b = pair(plan)
    addresses = [plan.loopback(a), plan.loopback(b), plan.vtep(a)]

    assert [x.kind for x in addresses] == [InterfaceKind.LOOPBACK, InterfaceKind.LOOPBACK, InterfaceKind.VTEP]
    assert len({x.addresses[0] for x in addresses}) == 3
    assert all(ip_network(x.addresses[0]).prefixlen == 32 for x in addresses)


def test_a_vlan_gets_subnets_from_the_block_of_its_zone(plan):
    a, b = pair(plan)
    vlan = plan.vlan("s", 101, "server-1", VlanPurpose.SERVERS, "server", a.id)
    four, six = plan.host_subnet(vlan, 40, dhcp=True)
    plan.define_vlan(vlan, b.id)

    assert within(four.subnet.prefix, plan.summaries("s", "server")[0])
    assert within(six.subnet.prefix, plan.summaries("s", "server")[1])
    assert (four.subnet.vrf, four.subnet.zone, four.subnet.dhcp) == ("vrf-server", "server", True)
    assert ip_network(six.subnet.prefix).prefixlen == 64
    assert plan.nets(vlan) == (four, six)
    assert plan.vlan_devices(vlan) == (a.id, b.id)
    assert plan.design("x", Archetype.SPINE_LEAF).switching.vlans[0].devices == (a.id, b.id)


def test_a_zone_that_is_used_up_refuses(plan):
    vlan = plan.vlan("s", 101, "dmz-1", VlanPurpose.DMZ, "dmz")

    with pytest.raises(ConflictError, match=r"of dmz at s has no /20 left"):
        plan.subnet(vlan, 20, SubnetPurpose.HOSTS)


def test_infrastructure_pools_refuse_when_used_up():
    small = blueprint()
    small.plan_site("s", {}, links=1, devices=1)
    for _ in range(63):
        small.loopback(small.device(Role.LEAF, "s", kind()))
    last = small.device(Role.LEAF, "s", kind())

    with pytest.raises(ConflictError, match="the loopback pool"):
        small.loopback(last)


def test_gateways_are_virtual_at_the_first_address(plan):
    a, b = pair(plan)
    vlan = plan.vlan("s", 101, "server-1", VlanPurpose.SERVERS, "server")
    four, six = plan.host_subnet(vlan, 40)
    anycast = plan.svi(a, vlan, gateway=VirtualGateway.ANYCAST)
    second = plan.vlan("s", 102, "server-2", VlanPurpose.SERVERS, "server")
    plan.host_subnet(second, 40)
    vrrp = plan.svi(b, second, gateway=VirtualGateway.VRRP, host=3, priority=90)

    assert anycast.virtual_addresses == (four.address(1), six.address(1))
    assert (anycast.addresses, anycast.virtual_group) == ((), None)
    assert (vrrp.virtual_group, vrrp.virtual_priority) == (103, 90)
    assert all(
        ip_interface(address).ip == ip_interface(net.host(3)).ip
        for address, net in zip(vrrp.addresses, plan.nets(second), strict=True)
    )
    plain = plan.svi(a, second, host=2)
    assert plain.virtual_addresses == ()


def test_host_addresses_are_dealt_in_order(plan):
    vlan = plan.vlan("s", 101, "server-1", VlanPurpose.SERVERS, "server")
    nets = plan.host_subnet(vlan, 40)

    assert [plan.next_addresses(nets)[0] for _ in range(2)] == [nets[0].host(10), nets[0].host(11)]


def test_a_site_is_planned_with_a_pool_for_each_zone_and_management(plan):
    pools = {pool.id: pool for pool in plan.all(Pool)}

    assert {"s-block", "s-server", "s-server-v6", "s-dmz", "s-management", "s-loopback", "s-point-to-point"} <= set(
        pools
    )
    assert (pools["s-server"].summary, pools["s-loopback"].summary) == (True, False)
    assert pools["s-management"].vrf == "management"


def test_decisions_keep_their_inputs_and_alternatives(plan):
    made = plan.decide(
        "Why?", "so", formula="a + b", inputs={"a": 1}, result=2, alternatives=[("no", "dear")], fields=["x"]
    )

    assert (made.inputs[0].name, made.inputs[0].value, made.result) == ("a", "1", "2")
    assert made.alternatives[0].refused_because == "dear"
    assert made.requirement_fields == ("x",)


def test_ipv4_alone_leaves_no_trace_of_ipv6():
    plan = blueprint(requirements(ipv6=False))
    plan.plan_site("s", {"server": [5]}, links=2, devices=2)
    vlan = plan.vlan("s", 101, "a", VlanPurpose.SERVERS, "server")
    plan.host_subnet(vlan, 5)
    plan.loopback(plan.device(Role.LEAF, "s", kind()))

    assert not [fact for fact in (*plan.all(Subnet), *plan.all(Pool)) if ":" in fact.prefix]


def test_links_name_a_cable_that_fits_a_jack(plan):
    copper = PortGroup("Ethernet1-2", 2, FormFactor.RJ45, (G,), use=PortUse.ANY)
    a, b = (plan.device(Role.MANAGEMENT_SWITCH, "s", kind("copper", copper), rack=f"r{at}") for at in range(2))
    (link,) = plan.connect(a, b, G, LinkPurpose.MANAGEMENT)

    assert (link.phy, link.medium) == ("1000BASE-T", Medium.CAT6)
    assert plan.all(Link) == (link,)


@pytest.mark.parametrize(
    ("vendor", "group", "lag", "svi"),
    [
        ("arista", downlinks(), "Port-Channel1", "Vlan7"),
        ("cisco", PortGroup("Ethernet1/1-2", 2, FormFactor.SFP28, (G,)), "port-channel1", "Vlan7"),
        ("cisco", PortGroup("TenGigabitEthernet1/1/1-2", 2, FormFactor.SFP28, (G,)), "Port-channel1", "Vlan7"),
        ("juniper", uplinks(), "ae1", "irb.7"),
        ("palo-alto", uplinks(), "ae1", "vlan.7"),
    ],
)
def test_names_follow_the_operating_system(vendor, group, lag, svi):
    device = kind("x", group, vendor=vendor)

    assert (lag_name(device, 1), svi_name(device, 7)) == (lag, svi)
    assert loopback_name(device, 0)[-1] == "0"
    assert vtep_name(device, 1)[-1] == "1"
    assert subinterface_name(device, "ae1", 9) == "ae1.9"


@pytest.mark.parametrize(("text", "wanted"), [("Ünïted  Fabric #2", "n-ted-fabric-2"), ("***", "design")])
def test_slugs_are_plain(text, wanted):
    assert slug(text) == wanted


def test_a_device_keeps_what_is_said_of_it(plan):
    device = plan.device(Role.FIREWALL, "s", kind(), owner="security", stem="wall")

    assert (device.id, device.owner, device.rack) == ("s-wall01", "security", None)
    assert plan.get(Device, "s-wall01") is device
