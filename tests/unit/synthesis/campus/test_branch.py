from typing import Any

from netdesign.model.inventory import HaMode
from netdesign.model.vocabulary import Archetype, LinkPurpose, Role
from tests.unit.synthesis.campus_samples import asked, design

SLOW = {
    "redundancy": "low",
    "security_level": "corporate",
    "bandwidth": {"min": "1Gbps", "max": "1Gbps"},
}
SITE = {"users": 10, "endpoints": 3, "servers": 1, "area_m2": 200, "closets": 1}


def branch(**fields):
    return design(asked(SITE, **(SLOW | fields)))


def roles(made):
    found: dict[Role, list[Any]] = {}
    for device in made.inventory.devices:
        found.setdefault(device.role, []).append(device)
    return found


def test_a_switch_a_firewall_and_a_circuit():
    made = branch()

    assert made.archetype is Archetype.BRANCH
    assert {role: len(some) for role, some in roles(made).items()} == {
        Role.ACCESS: 1, Role.FIREWALL: 1, Role.PROVIDER: 1, Role.ACCESS_POINT: 2,
    }  # fmt: skip


def test_the_firewall_is_the_gateway_of_every_vlan():
    made = branch()
    (firewall,) = roles(made)[Role.FIREWALL]
    own = [interface for interface in made.addressing.interfaces if interface.device == firewall.id]
    gateways = {interface.vlan for interface in own if interface.vlan}

    assert gateways == {vlan.id for vlan in made.switching.vlans}
    assert {interface.zone for interface in own if interface.zone} == {zone.id for zone in made.security.zones}


def test_the_default_route_leads_to_the_provider():
    made = branch()
    (circuit,) = (link for link in made.cabling.links if link.purpose is LinkPurpose.CIRCUIT)
    far = next(i for i in made.addressing.interfaces if i.device == circuit.b.device)
    hops = {
        route.next_hop
        for route in made.routing.static_routes
        if route.device == circuit.a.device and route.vrf == "default"
    }

    assert hops == {address.split("/")[0] for address in far.addresses}


def test_two_firewalls_have_a_circuit_each_and_share_the_gateways():
    made = branch(security_level="enterprise")
    firewalls = roles(made)[Role.FIREWALL]
    circuits = [link.a.device for link in made.cabling.links if link.purpose is LinkPurpose.CIRCUIT]
    (group,) = made.inventory.ha_groups
    shared = [i for i in made.addressing.interfaces if i.device == firewalls[0].id and i.vlan]

    assert (group.mode, len(firewalls)) == (HaMode.ACTIVE_STANDBY, 2)
    assert sorted(circuits) == sorted(device.id for device in firewalls)
    assert all(interface.virtual_addresses for interface in shared)
    assert firewalls[0].rack != firewalls[1].rack


def test_services_live_beside_the_switch():
    made = branch()
    (switch,) = roles(made)[Role.ACCESS]

    assert {service.attached_to for service in made.infrastructure.service_instances} == {(switch.id,)}
