"""Facts of small routed networks, one line each."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from netdesign.model.addressing import Interface, Subnet
from netdesign.model.cabling import Link
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.routing import AddressFamily, BgpNeighbor, IgpInterface, RoutingProcess, StaticRoute
from netdesign.model.security import IpProtocol, Service
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import (
    DataClass,
    InterfaceKind,
    PortMode,
    RoutingProtocol,
    ServiceClass,
    SubnetPurpose,
    VlanPurpose,
)
from tests.support.sketch import interface, link

DEFAULT = Vrf(id="default", name="default")


def port(where: str, *addresses: str, vrf: str = "default", **changes: Any) -> Interface:
    """A routed port `device:name` with addresses."""
    device_id, _, name = where.partition(":")
    return interface(device_id, name, vrf=vrf, addresses=addresses, **changes)


def loopback(device_id: str, address: str, **changes: Any) -> Interface:
    """The loopback of a device."""
    return port(f"{device_id}:lo0", address, kind=InterfaceKind.LOOPBACK, **changes)


def svi(device_id: str, vlan_id: str, *addresses: str, **changes: Any) -> Interface:
    """The routed interface of a VLAN."""
    return port(f"{device_id}:Vlan-{vlan_id}", *addresses, kind=InterfaceKind.SVI, vlan=vlan_id, **changes)


def bridged(vlan_id: str, *devices: str) -> tuple[Any, ...]:
    """Links from each device to the next, with trunks at both ends that allow a VLAN."""
    facts: list[Link | Interface] = []
    for a, b in pairwise(devices):
        ends = f"{a}:to-{b}", f"{b}:to-{a}"
        facts += [link(*ends), *(port(end, mode=PortMode.TRUNK, vlans=(vlan_id,)) for end in ends)]
    return tuple(facts)


def joined(a: str, b: str, net: str = "10.0.0", **changes: Any) -> tuple[Link, Interface, Interface]:
    """A link with a /31 at both ends, and an IPv6 /127 when `net` holds a colon."""
    first, second = (f"{net}0/127", f"{net}1/127") if ":" in net else (f"{net}.0/31", f"{net}.1/31")
    return link(a, b), port(a, first, **changes), port(b, second, **changes)


def bgp(device_id: str, asn: int, *, vrf: str = "default", **changes: Any) -> RoutingProcess:
    """The BGP process of a VRF, `<device>:bgp` in the default one."""
    made = RoutingProcess(
        id=f"{device_id}:bgp" if vrf == "default" else f"{device_id}:bgp:{vrf}",
        device=device_id,
        vrf=vrf,
        protocol=RoutingProtocol.BGP,
        asn=asn,
    )
    return replace(made, **changes)


def peer(device_id: str, address: str | None, asn: int, *families: AddressFamily, **changes: Any) -> BgpNeighbor:
    """A statement of the process `<device>:bgp`."""
    made = BgpNeighbor(
        id=f"{device_id}>{address}",
        process=f"{device_id}:bgp",
        remote_asn=asn,
        peer_address=address,
        families=families or (AddressFamily.IPV4,),
    )
    return replace(made, **changes)


def ospf(device_id: str, *ports: str, **changes: Any) -> tuple[Any, ...]:
    """An OSPF process with interfaces in area 0, which `changes` alter."""
    process = RoutingProcess(id=f"{device_id}:ospf", device=device_id, vrf="default", protocol=RoutingProtocol.OSPF)
    members = (
        IgpInterface(id=f"{device_id}:{name}@ospf", process=process.id, interface=f"{device_id}:{name}", area="0")
        for name in ports
    )
    return (process, *(replace(member, **changes) for member in members))


def static(device_id: str, prefix: str, next_hop: str | None, *, vrf: str = "default", **changes: Any) -> StaticRoute:
    """A static route."""
    made = StaticRoute(id=f"{device_id}:{vrf}:{prefix}", device=device_id, vrf=vrf, prefix=prefix, next_hop=next_hop)
    return replace(made, **changes)


def vlan(identity: str, number: int, *devices: str, **changes: Any) -> Vlan:
    """A VLAN on devices."""
    made = Vlan(id=identity, number=number, name=identity, purpose=VlanPurpose.USERS, site="dc1", devices=devices)
    return replace(made, **changes)


def subnet(prefix: str, vlan_id: str | None = None, **changes: Any) -> Subnet:
    """A host subnet, its prefix being its id."""
    made = Subnet(id=prefix, prefix=prefix, vrf="default", purpose=SubnetPurpose.HOSTS, site="dc1", vlan=vlan_id)
    return replace(made, **changes)


def group(identity: str, *vlans: str, **changes: Any) -> EndpointGroup:
    """Ten servers in VLANs."""
    made = EndpointGroup(
        id=identity, name=identity, site="dc1", kind=EndpointKind.SERVER, count=10, zone="server", vlans=vlans
    )
    return replace(made, **changes)


def flow(source: str, target: str, **changes: Any) -> Flow:
    """A flow of HTTPS between two ends."""
    made = Flow(
        id=f"{source}>{target}",
        sources=(source,),
        targets=(target,),
        service=Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443),
        service_class=ServiceClass.SILVER,
        data_class=DataClass.INTERNAL,
        up_bps=1_000_000,
        down_bps=1_000_000,
    )
    return replace(made, **changes)
