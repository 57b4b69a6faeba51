"""What is set once everything is joined: guards of ports and sessions, and how soon failures are noticed."""

from __future__ import annotations

from collections import Counter
from typing import Final

from netdesign.model.addressing import Interface, Subnet, UnicastRpf, VirtualGateway
from netdesign.model.cabling import Lag, Link
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, PortProfile
from netdesign.model.routing import BgpNeighbor, IgpInterface, RoutingProcess, StaticRoute
from netdesign.model.switching import SpanningTree
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import LinkPurpose, PortMode, Role, ServiceClass, Trust
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.operation.host_policies import part_hosts

UNUSED: Final = "unused"


def harden(blueprint: Blueprint) -> None:
    """Guard ports and sessions, and set the timers that the flows ask for."""
    close_unused_ports(blueprint)
    part_hosts(blueprint)
    guard_roots(blueprint)
    believe_address_servers(blueprint)
    guard_sessions(blueprint)
    check_sources(blueprint)
    notice_failures(blueprint)


def close_unused_ports(blueprint: Blueprint) -> None:
    """Every device of ours shuts the ports that nothing uses; they are in no VLAN."""
    blueprint.add(
        PortProfile(
            id=UNUSED,
            mode=PortMode.ACCESS,
            enabled=False,
            bpdu_guard=True,
            dhcp_snooping=True,
            arp_inspection=True,
            source_guard=True,
            ra_guard=True,
            storm_control=True,
        )
    )
    for device in blueprint.all(Device):
        if device.role is not Role.PROVIDER:
            blueprint.change(device, unused_port_profile=UNUSED)


def guard_roots(blueprint: Blueprint) -> None:
    """A switch refuses a better root from every switch that is not to become one."""
    priority = {tree.device: tree.priority for tree in blueprint.all(SpanningTree)}
    for link in blueprint.all(Link):
        if link.purpose is LinkPurpose.PEER or not {link.a.device, link.b.device} <= priority.keys():
            continue
        upper, lower = sorted((link.a, link.b), key=lambda end: priority[end.device])
        if priority[upper.device] < priority[lower.device]:
            port = blueprint.interface(upper.device, upper.port)
            if port.lag is not None:
                port = blueprint.interface(upper.device, blueprint.get(Lag, port.lag).interface)
            if port.mode in (PortMode.TRUNK, PortMode.ACCESS):
                blueprint.change(port, root_guard=True)


def believe_address_servers(blueprint: Blueprint) -> None:
    """DHCP offers are believed on the ports of the hosts that the address servers run on."""
    places = {
        (blueprint.get(Subnet, service.subnet).vlan, device)
        for service in blueprint.all(ServiceInstance)
        if service.kind is ServiceKind.DHCP
        for device in service.attached_to
    }
    for attachment in blueprint.all(Attachment):
        vlans = blueprint.get(EndpointGroup, attachment.group).vlans
        if any((vlan, attachment.device) in places for vlan in vlans):
            blueprint.change(blueprint.get(PortProfile, attachment.profile), snooping_trusted=True)


def guard_sessions(blueprint: Blueprint) -> None:
    """Sessions with the router beside refuse packets from further away (RFC 5082)."""
    asn = {process.id: process.asn for process in blueprint.all(RoutingProcess)}
    for session in blueprint.all(BgpNeighbor):
        if session.remote_asn != asn.get(session.process) and session.multihop is None:
            blueprint.change(session, ttl_security=True)


def check_sources(blueprint: Blueprint) -> None:
    """What comes in from the Internet must not claim addresses that lie elsewhere (RFC 3704, RFC 8704).

    Where there are several circuits answers may leave by another than questions came in by.
    """
    links = [link for link in blueprint.all(Link) if link.purpose is LinkPurpose.CIRCUIT and link.trust is Trust.PUBLIC]
    site = {device.id: device.site for device in blueprint.all(Device)}
    count = Counter(site[link.a.device] for link in links)
    for link in links:
        several = count[site[link.a.device]] > 1
        port = blueprint.interface(link.a.device, link.a.port)
        if port.lag is not None:
            port = blueprint.interface(link.a.device, blueprint.get(Lag, port.lag).interface)
        blueprint.change(port, unicast_rpf=UnicastRpf.FEASIBLE if several else UnicastRpf.STRICT)


def notice_failures(blueprint: Blueprint) -> None:
    """Timers of failure detection: fast where calls must survive; gateways take over in time for gold flows."""
    protocols = blueprint.parameters.protocols
    calls = any(group.kind is EndpointKind.PHONE for group in blueprint.all(EndpointGroup))
    gold = calls or any(flow.service_class is ServiceClass.GOLD for flow in blueprint.all(Flow))
    interval = protocols.bfd_fast_interval_ms if calls else protocols.bfd_interval_ms
    sessions: tuple[BgpNeighbor | IgpInterface, ...] = (*blueprint.all(BgpNeighbor), *blueprint.all(IgpInterface))
    for fact in sessions:
        if fact.bfd:
            blueprint.change(fact, bfd_interval_ms=interval, bfd_multiplier=protocols.bfd_multiplier)
    for interface in blueprint.all(Interface) if gold else ():
        if interface.virtual_gateway is VirtualGateway.VRRP:
            blueprint.change(interface, virtual_interval_ms=protocols.gateway_interval_ms)
    _watch_circuits(blueprint)
    _explain(blueprint, interval, gold=gold)


def _watch_circuits(blueprint: Blueprint) -> None:
    """Static routes over a circuit go when its far end does: the port at ours may well stay up."""
    far = {
        address.partition("/")[0]
        for interface in blueprint.all(Interface)
        if blueprint.get(Device, interface.device).role is Role.PROVIDER
        for address in interface.addresses
    }
    for route in blueprint.all(StaticRoute):
        if route.next_hop in far:
            blueprint.change(route, bfd=True)


def _explain(blueprint: Blueprint, interval_ms: int, *, gold: bool) -> None:
    protocols = blueprint.parameters.protocols
    blueprint.decide(
        "How soon is a failure noticed?",
        f"BFD {protocols.bfd_multiplier} x {interval_ms} ms"
        + (f", gateways 3 x {protocols.gateway_interval_ms} ms" if gold else ""),
        formula="detection + SPF or BGP + prefixes * FIB time <= budget of the most demanding flow",
        inputs={
            "budget_voice_s": protocols.convergence_voice_s,
            "budget_gold_s": protocols.convergence_gold_s,
            "spf_ms": protocols.spf_ms,
            "bgp_ms": protocols.bgp_ms,
            "fib_us_per_prefix": protocols.fib_us_per_prefix,
        },
        result=interval_ms * protocols.bfd_multiplier,
        fields=("flows", "redundancy"),
        source="RFC 5880, RFC 5881, RFC 9568",
    )
