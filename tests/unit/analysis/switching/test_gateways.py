"""Gateways of VLANs, and where the VLAN's hosts are."""

from __future__ import annotations

from netdesign.analysis.facts.attachments import endpoint_port_counts
from netdesign.analysis.switching.gateways import gateways, host_vlans
from netdesign.graph.network import compile_network
from netdesign.model.addressing import Subnet
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, PortProfile
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, SubnetPurpose
from tests.support.sketch import NO_CATALOG, design, device, interface, link


def network(*facts):
    return compile_network(design(*facts), NO_CATALOG)


def svi(device_id: str, vlan: str, **changes):
    return interface(device_id, vlan, kind=InterfaceKind.SVI, vlan=vlan, **changes)


def group(*vlans: str):
    return EndpointGroup(id="g", name="g", site="dc1", kind=EndpointKind.USER, count=2, zone="z", vlans=vlans)


def attach(device_id: str, profile: str = "none", group_id: str = "g"):
    return Attachment(
        id=f"{group_id}@{device_id}@{profile}",
        group=group_id,
        device=device_id,
        endpoints=2,
        ports=("1", "2"),
        profile=profile,
    )


def subnet(vlan: str | None, purpose: SubnetPurpose = SubnetPurpose.HOSTS):
    return Subnet(id=f"s-{vlan}-{purpose}", prefix="10.0.0.0/24", vrf="v", purpose=purpose, site="dc1", vlan=vlan)


def test_an_interface_with_an_address_in_service_is_a_gateway():
    facts = [device("a", Role.CORE), device("b", Role.CORE), device("off", Role.CORE, in_service=False)]
    facts += [svi("a", "v", addresses=("10.0.0.2/24",)), svi("b", "v", virtual_addresses=("10.0.0.1",)), svi("b", "w")]
    facts += [svi("off", "v", addresses=("10.0.0.3/24",)), svi("a", "x", addresses=("10.0.1.2/24",), enabled=False)]

    assert gateways(network(*facts)) == {"v": {0, 1}}


def test_hosts_are_where_their_ports_carry_the_vlan():
    facts = [
        device("a", Role.ACCESS),
        device("b", Role.ACCESS),
        group("v", "w", "x"),
        subnet("v"),
        subnet("w"),
        subnet(None),
    ]
    facts += [
        subnet("x", SubnetPurpose.TRANSIT),
        PortProfile(id="p", mode=PortMode.TRUNK, vlans=("v",), native_vlan="q"),
    ]
    facts += [attach("a", "p"), attach("b"), attach("ghost"), attach("a", group_id="unknown")]
    compiled = network(*facts)

    assert host_vlans(compiled) == {"v": {0, 1}, "w": {1}}
    assert endpoint_port_counts(compiled).tolist() == [4, 2]


def test_wireless_hosts_are_where_their_access_point_hangs():
    facts = [device("ap", Role.ACCESS_POINT), device("a", Role.ACCESS), link("ap:1", "a:1", LinkPurpose.ATTACHMENT)]

    assert host_vlans(network(*facts, group("v"), subnet("v"), attach("ap"))) == {"v": {1}}
