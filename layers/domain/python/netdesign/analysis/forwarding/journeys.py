"""Where the packets of every flow end, there and back, by the forwarding tables of a network in one state."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.addressing.layer3 import gateways, layer3
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.forwarding.destinations import Target, free_address, known_prefixes, targets, within
from netdesign.analysis.forwarding.walks import End, walk
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.tables.fib import Fate, Fib
from netdesign.analysis.tables.rib_sources import Holder, active, interface_prefixes, vrf_names
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import WIDTH, Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.analysis.tables.rib import Rib
    from netdesign.analysis.tables.rib_sources import Source
    from netdesign.analysis.traffic.flow_routes import End as FlowEnd

BAD = (Fate.NO_ROUTE, Fate.DISCARDED, Fate.UNANSWERED, Fate.LOOPING)


class Journey(NamedTuple):
    """Packets of a flow (by id), or its answers, from a table to a target."""

    table: int
    target: Target
    flow: str
    backward: bool


class Lost(NamedTuple):
    """A journey that can end short of its target: how, and the tables on the way there."""

    journey: Journey
    end: End


def lost_journeys(fib: Fib) -> tuple[Lost, ...]:
    """The journeys of all flows that can end short, the first end of each that does."""
    found: list[Lost] = []
    asked = journeys(fib.network)
    fib.rib.prepare({prefix for target in asked for prefix in fib.rib.covering(target.version, target.address)})
    for target, starts in asked.items():
        if not _all_arrive(fib, starts, target):
            for table, journey in starts.items():
                ways = walk(fib, table, target.version, target.address).ends
                ends = [_judged(fib.network, end, target) for end in ways if not _fine(fib.network, end, target)]
                found += [Lost(journey, min(ends, key=lambda end: len(end.path)))] if ends else []
    return tuple(found)


def passed_tables(fib: Fib) -> frozenset[int]:
    """The tables that packets of some flow pass, there or back."""
    found: set[int] = set()
    for target, starts in journeys(fib.network).items():
        seen, waiting = set(starts), list(starts)
        while waiting:
            for hop in fib.decide(waiting.pop(), target.version, target.address).hops:
                if hop.table not in seen:
                    seen.add(hop.table)
                    waiting.append(hop.table)
        found |= seen
    return frozenset(found)


def _fine(network: Network, end: End, target: Target) -> bool:
    if target.subnet < 0:
        return end.fate is Fate.OUTSIDE
    return end.fate is Fate.DELIVERED and _at_home(network, end.table, target)


def _at_home(network: Network, table: int, target: Target) -> bool:
    """Whether a table that delivers packets to a target in a subnet is one of the subnet, or holds the very address."""
    return target.prefix.length == WIDTH[target.version] or table in homes(network, target.subnet)


def _judged(network: Network, end: End, target: Target) -> End:
    """The end as it is for packets to a target: delivery into another subnet is none."""
    astray = end.fate is Fate.DELIVERED and not _fine(network, end, target)
    return end._replace(fate=Fate.ELSEWHERE) if astray else end


@analysis
def homes(network: Network, subnet: int) -> frozenset[int]:
    """The tables that lie in a subnet (by position)."""
    vertex = layer3(network).interface_vertex
    return frozenset(int(vertex[i]) for i in gateways(network, subnet).tolist() if vertex[i] >= 0)


def _all_arrive(fib: Fib, starts: Iterable[int], target: Target) -> bool:
    """Whether no way from any of the tables ends short of the target or goes in circles."""
    good = Fate.DELIVERED if target.subnet >= 0 else Fate.OUTSIDE
    state: dict[int, bool] = {}
    for start in starts:
        if start in state:
            continue
        stack: list[tuple[int, bool]] = [(start, False)]
        while stack:
            here, left = stack.pop()
            if left:
                state[here] = True
                continue
            if here in state:
                if not state[here]:
                    return False
                continue
            decision = fib.decide(here, target.version, target.address)
            if decision.broken or decision.fate not in (good, Fate.FORWARDED):
                return False
            if decision.fate is Fate.DELIVERED and not _at_home(fib.network, here, target):
                return False
            state[here] = False
            stack.append((here, True))
            for hop in decision.hops:
                if state.get(hop.table) is False:
                    return False
                if hop.table not in state:
                    stack.append((hop.table, False))
    return True


@analysis
def journeys(network: Network) -> dict[Target, dict[int, Journey]]:
    """Every target with the tables that packets of some flow start from to it, and the first such flow for each."""
    found: dict[Target, dict[int, Journey]] = defaultdict(dict)
    for flow in network.design.traffic.flows:
        ends = flow.sources, flow.targets
        for backward, (near, far) in enumerate((ends, ends[::-1])):
            there = targets(network, far)
            for table, version in _starts(network, flow_ends(network, near)):
                for target in there:
                    if target.version == version:
                        found[target].setdefault(table, Journey(table, target, flow.id, bool(backward)))
    return dict(found)


@analysis
def _starts(network: Network, end: FlowEnd) -> tuple[tuple[int, int], ...]:
    """(table, IP version) of the active gateways of an end, and of the routers at its providers' circuits."""
    prefixes = subnet_prefixes(network)
    found: dict[tuple[int, int], None] = {}
    for subnet in end.subnets:
        found.update(((table, int(prefixes.version[subnet])), None) for table in active_gateways(network, subnet))
    for table, circuits in circuit_tables(network).items():
        for interface, provider in circuits:
            if provider in end.beyond:
                versions = {prefix.version for prefix in interface_prefixes(network).get(interface, ())}
                found.update(((table, version), None) for version in sorted(versions))
    return tuple(found)


@analysis
def active_gateways(network: Network, subnet: int) -> tuple[int, ...]:
    """The tables that hosts of a subnet (by position) send what leaves it to."""
    vertex = layer3(network).interface_vertex
    held = tuple(Holder(int(vertex[i]), i) for i in gateways(network, subnet).tolist() if vertex[i] >= 0)
    shared = tuple(h for h in held if network.interfaces[h.interface].virtual_addresses)
    return tuple(dict.fromkeys(h.table for h in active(network, shared or held)))


def routed_classes(rib: Rib, *, mixed_only: bool = False) -> tuple[tuple[int, int], ...]:
    """(IP version, address) for each class of destinations that tables treat alike, of those that are routed at all.

    With `mixed_only`, only those that static, default or summary routes lead to: no protocol makes circles alone.
    """
    chosen = [prefix for prefix in rib.prefixes if not mixed_only or _mixed(rib.prefixes[prefix], prefix)]
    rib.prepare(chosen)
    keys: dict[Prefix, object] = {}
    found: dict[object, tuple[int, int]] = {}
    ordered = known_prefixes(rib.network)
    for prefix in chosen:
        if not mixed_only and not _routed(rib, prefix):
            continue
        address = free_address(prefix, within(ordered, prefix))
        if address is None or address >= 1 << WIDTH[prefix.version]:
            continue
        chain = tuple(_key(rib, keys, one) for one in rib.covering(prefix.version, address))
        found.setdefault((prefix.version, chain), (prefix.version, address))
    return tuple(found.values())


def _mixed(source: Source, prefix: Prefix) -> bool:
    """Whether routes by hand, summaries or defaults lead to a prefix."""
    return bool(source.statics or source.summaries or not prefix.length)


def _routed(rib: Rib, prefix: Prefix) -> bool:
    state = rib.states[prefix]
    return _mixed(state.source, prefix) or bool(state.igp or state.bgp or state.exporters)


def _key(rib: Rib, keys: dict[Prefix, object], prefix: Prefix) -> object:
    """What two prefixes share that every table treats alike."""
    if prefix not in keys:
        state = rib.state(prefix)
        routes = rib.network.design.routing.static_routes
        statics = tuple(
            (table, *((routes[at].next_hop, routes[at].distance, routes[at].discard) for at in some))
            for table, some in sorted(state.source.statics.items())
        )
        bgp = None if state.bgp is None else (id(state.bgp[0]), state.bgp[1])
        keys[prefix] = (tuple(sorted(state.source.connected)), statics, bgp, state.exporters, id(state.igp))
    return keys[prefix]


def place(network: Network, table: int) -> str:
    """The device and VRF of a table, for a reader."""
    return f"{network.devices[int(layer3(network).device[table])].id} ({vrf_names(network)[table] or 'no VRF'})"
