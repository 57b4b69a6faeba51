"""Next hops of static routes as facts say them: who stands behind one, which are free, which would answer."""

from __future__ import annotations

from typing import NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.tables.rib_sources import (
    answering,
    beside,
    circuit_ports,
    holders,
    interface_prefixes,
    static_hops_stated,
    static_tables,
)
from netdesign.graph.network import Network
from netdesign.graph.prefixes import Prefix, address_text, parse_interface


class Facing(NamedTuple):
    """A router that a next hop may be, by the ids of its device and VRF, and our own address towards it."""

    device: str
    vrf: str
    own: str


def facing(network: Network, at: int) -> tuple[Facing, ...]:
    """The routers of ours that the next hop of a static route (by position) may be."""
    hop, table = static_hops_stated(network)[at], static_tables(network)[at]
    if hop is None or hop.discard or table < 0:
        return ()
    out = beside(network, table, hop.version, hop.address)
    if out is None or out in circuit_ports(network):
        return ()
    own = next((text.split("/")[0] for text in network.interfaces[out].addresses
                if parse_interface(text).version == hop.version), None)  # fmt: skip
    graph, found = layer3(network), list[Facing]()
    for (_, version, address), some in holders(network).items():
        if (version, address) == (hop.version, hop.address) and own is not None:
            for one in some:
                vrf = network.interfaces[one.interface].vrf
                if one.table != table and network.ours[int(graph.device[one.table])]:
                    found.append(Facing(network.devices[int(graph.device[one.table])].id, vrf or "", own))
    return tuple(found)


def unheld(network: Network, at: int) -> str | None:
    """An address beside a static route's next hop that nobody has; None where there is none, or none is needed."""
    hop, table = static_hops_stated(network)[at], static_tables(network)[at]
    out = None if hop is None or hop.discard or table < 0 else beside(network, table, hop.version, hop.address)
    if hop is None or out is None or out in circuit_ports(network):
        return None
    taken = {(version, address) for _, version, address in holders(network)}
    for block in interface_prefixes(network)[out]:
        if block.version == hop.version and block.size > 2:
            last = block.last - 1
            return next((address_text(block.version, n) for n in range(last, block.network, -1)
                         if (block.version, n) not in taken), None)  # fmt: skip
    return None


def answerable(network: Network, at: int) -> str | None:
    """The address that most routers of another role hold beside a next hop that nobody has; None where somebody has."""
    hop, table = static_hops_stated(network)[at], static_tables(network)[at]
    if hop is None or hop.discard or table < 0:
        return None
    out = beside(network, table, hop.version, hop.address)
    blocks = [] if out is None else [b for b in interface_prefixes(network)[out] if holds(b, hop.version, hop.address)]
    if not blocks or answering(network, table, out or 0, hop.version, hop.address):
        return None
    graph, devices = layer3(network), network.devices
    role = devices[int(graph.device[table])].role
    around = [
        (len(some), -address)
        for (_, version, address), some in holders(network).items()
        if any(holds(b, version, address) for b in blocks)
        and all(devices[int(graph.device[h.table])].role is not role for h in some)
    ]
    return address_text(hop.version, -max(around)[1]) if around else None


def holds(block: Prefix, version: int, address: int) -> bool:
    """Whether an address lies in a block."""
    return block.version == version and block.network <= address <= block.last
