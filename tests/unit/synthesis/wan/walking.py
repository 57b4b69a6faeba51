"""Where a packet goes, table by table, as the forwarding tables of a design have it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.design import Design
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import Role

MOST = 20


def without(design: Design, *links: str) -> Network:
    """The network with links (by id) out of service, and the ports at their ends down."""
    kept = tuple(replace(one, in_service=one.id not in links) for one in design.cabling.links)
    down = {f"{end.device}:{end.port}" for one in design.cabling.links if one.id in links for end in (one.a, one.b)}
    ports = tuple(replace(one, enabled=False) if one.id in down else one for one in design.addressing.interfaces)
    changed = replace(
        design,
        cabling=replace(design.cabling, links=kept),
        addressing=replace(design.addressing, interfaces=ports),
    )
    return compile_network(changed, default_catalog())


def firewall(network: Network, site: str) -> int:
    """The position of the first firewall of a site."""
    return next(at for at, one in enumerate(network.devices) if one.site == site and one.role is Role.FIREWALL)


def way(network: Network, source: str, target: str, zone: str = "user") -> tuple[list[Device], Fate]:
    """The devices that a packet passes from the firewall of a site to a subnet of another, and how it ends."""
    subnet = next(s for s in network.design.addressing.subnets
                  if s.site == target and s.zone == zone and s.vlan and ":" not in s.prefix)  # fmt: skip
    number = int(ip_address(subnet.prefix.split("/")[0])) + 1
    tables, graph = fib(network), layer3(network)
    here, passed = graph.vertex(firewall(network, source), "default"), []
    while True:
        passed.append(network.devices[int(graph.device[here])])
        decision = tables.decide(here, 4, number)
        if decision.fate is Fate.DELIVERED or not decision.hops or len(passed) > MOST:
            return passed, decision.fate
        here = decision.hops[0].table
