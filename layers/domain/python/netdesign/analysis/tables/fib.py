"""Where each table sends a packet: longest match, next hops resolved to the tables that take it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.protocols.bgp_sessions import link_addresses
from netdesign.analysis.protocols.providers import provider_tables
from netdesign.analysis.tables.bgp_speakers import Via
from netdesign.analysis.tables.rib import Rib
from netdesign.analysis.tables.rib_entries import CONNECTED, Entry
from netdesign.analysis.tables.rib_sources import answering, beside, circuit_ports, parsed_address, vrf_names
from netdesign.graph.network import analysis

if TYPE_CHECKING:
    from netdesign.graph.network import Network
    from netdesign.graph.prefixes import Prefix

MAX_DEPTH = 6
"""How often a next hop may need another route to be found."""


class Fate(StrEnum):
    """What a table does with a packet, or how its way ends."""

    FORWARDED = "forwarded"
    DELIVERED = "delivered"
    OUTSIDE = "left to a provider"
    NO_ROUTE = "no route"
    DISCARDED = "discarded"
    UNANSWERED = "nobody answers for the next hop"
    LOOPING = "going in circles"
    ELSEWHERE = "delivered in another subnet"


class Hop(NamedTuple):
    """The next table: its device (position) and VRF, and the interfaces (positions) out of here and into it.

    -1 where there is none: `tunnel` says that the packet goes through the overlay to the device's endpoint.
    """

    table: int
    device: int
    vrf: str | None
    outgoing: int = -1
    incoming: int = -1
    tunnel: bool = False


class Decision(NamedTuple):
    """What a table does with packets to an address: by which prefix, and where each equal path leads.

    `broken` says that some of the next hops of the route are answered by nobody.
    """

    fate: Fate
    prefix: Prefix | None = None
    entry: Entry | None = None
    hops: tuple[Hop, ...] = ()
    broken: bool = False


class Fib:
    """The forwarding of a network in one state. What has been computed is kept; treat it as frozen."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rib = Rib(network)
        self._decisions: dict[tuple[int, int, int], Decision] = {}
        self._found: dict[tuple[int, Via], tuple[Hop, ...] | None] = {}
        self._theirs = provider_tables(network).tolist()
        self._devices = layer3(network).device.tolist()
        self._vrfs = vrf_names(network)
        self._at = link_addresses(network)

    def table(self, device: int, vrf: str | None) -> int:
        """The table of a VRF (id) on a device (position); -1 where there is none."""
        return layer3(self.network).vertex(device, vrf)

    def next_hops(self, device: int, vrf: str | None, address: str) -> tuple[Hop, ...]:
        """Where a device sends packets to an address; nothing where it delivers or drops them."""
        parsed, table = parsed_address(address), self.table(device, vrf)
        return () if parsed is None or table < 0 else self.decide(table, *parsed).hops

    def decide(self, table: int, version: int, address: int) -> Decision:
        """What a table does with packets to an address."""
        key = (table, version, address)
        if key not in self._decisions:
            self._decisions[key] = self._decided(table, version, address)
        return self._decisions[key]

    def _decided(self, table: int, version: int, address: int) -> Decision:
        if table < 0:
            return Decision(Fate.NO_ROUTE)
        theirs = self._theirs[table]
        match = self.rib.longest(table, version, address, shortest=1 if theirs else 0)
        if match is None:
            return Decision(Fate.OUTSIDE if theirs else Fate.NO_ROUTE)
        prefix, entry = match
        if entry.source == CONNECTED:
            return Decision(Fate.DELIVERED, prefix, entry)
        if entry.discard:
            return Decision(Fate.DISCARDED, prefix, entry)
        hops: dict[Hop, None] = {}
        broken = outside = False
        for via in entry.via:
            key = (table, via)
            found = self._found[key] if key in self._found else self._found.setdefault(key, self._hops(*key, MAX_DEPTH))
            outside = outside or (found is None)
            broken = broken or (found == ())
            hops.update((hop, None) for hop in found or ())
        if not hops:
            return Decision(Fate.OUTSIDE if outside else Fate.UNANSWERED, prefix, entry, broken=broken)
        return Decision(Fate.FORWARDED, prefix, entry, tuple(hops), broken)

    def _hops(self, table: int, via: Via, depth: int) -> tuple[Hop, ...] | None:
        """The tables that a next hop stands for; None for a provider that has none."""
        if via.outside:
            return None
        if via.table >= 0:
            return (self._hop(via.table, *self._ports(table, via), tunnel=via.tunnel),)
        interface = beside(self.network, table, via.version, via.address)
        if interface is not None:
            some = answering(self.network, table, interface, via.version, via.address)
            if not some and interface in circuit_ports(self.network):
                return None
            return tuple(self._hop(one.table, interface, one.interface) for one in some)
        match = self.rib.longest(table, via.version, via.address, shortest=1) if depth else None
        if match is None or match[1].discard or match[1].source == CONNECTED:
            return ()
        found = [self._hops(table, further, depth - 1) for further in match[1].via]
        hops = tuple(dict.fromkeys(hop for some in found for hop in some or ()))
        return hops if hops or None not in found else None

    def _ports(self, table: int, via: Via) -> tuple[int, int]:
        """The interfaces at both ends of the segment to a table beside."""
        at = self._at
        return at.get((table, via.segment), (-1,))[0], at.get((via.table, via.segment), (-1,))[0]

    def _hop(self, table: int, outgoing: int = -1, incoming: int = -1, *, tunnel: bool = False) -> Hop:
        return Hop(table, self._devices[table], self._vrfs[table], outgoing, incoming, tunnel)


def fib(network: Network, failed_devices: Collection[int] = (), failed_links: Collection[int] = ()) -> Fib:
    """The forwarding of a network while devices and links (by position) have failed; kept for the last ones asked for.

    Tables and interfaces of a `Fib` are those of its own network, `Fib.network`, in which what has failed is
    out of service; devices, links and interfaces keep their positions, tables may not.
    """
    return _fib(network, frozenset(failed_devices), frozenset(failed_links))


@analysis
def _fib(network: Network, failed_devices: frozenset[int], failed_links: frozenset[int]) -> Fib:
    return Fib(degraded(network, failed_devices, failed_links))
