"""Which stateful firewalls a flow passes there and back, on every equal path, and where those are not the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from netdesign.analysis.addressing.layer3 import gateways, layer3
from netdesign.analysis.facts.cloud_places import doors
from netdesign.analysis.facts.degraded import links_at
from netdesign.analysis.policy.needs import spot
from netdesign.analysis.policy.permissions import gates
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.policy.zones import is_stateful
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.tables.fib import Fate, Fib, fib
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
Passed = frozenset[frozenset[str]]
MOST_STARTS, MOST_TARGETS = 6, 3
"""Tables and subnets of one end of a flow that packets are followed from and to."""
MOST_STATES = 16
"""Failed devices, one at a time, for which paths are followed again."""
OUTSIDE = {4: 0xCB007101, 6: 0x20010DB8 << 96 | 1}
"""Addresses that only a default route leads to (RFC 5737, RFC 3849)."""


class Asymmetry(NamedTuple):
    """A flow between two zones whose ways pass different groups of firewalls while a device (None: none) is down."""

    flow: str
    source: str
    target: str
    groups: tuple[tuple[str, ...], ...]
    failed: str | None


@analysis
def state_groups(network: Network) -> dict[int, str]:
    """For each stateful device that is in service, by position, what it shares its sessions with: a group or itself."""
    shared = {
        name: group.id for group in network.design.inventory.ha_groups if group.state_sync for name in group.members
    }
    return {
        at: shared.get(device.id, device.id)
        for at, device in enumerate(network.devices)
        if device.in_service and is_stateful(network, at)
    }


@analysis
def one_way_only(network: Network) -> bool:
    """Whether between any two parts of the network there is but one chain of groups, whatever routes say."""
    groups = state_groups(network)
    joins = {(groups.get(gate.device, gate.device), gate.entry) for gate in gates(network)}
    parent: dict[object, object] = {}

    def top(node: object) -> object:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for group, part in sorted(joins, key=str):
        one, two = top(("group", group)), top(("part", part))
        if one == two:
            return False
        parent[one] = two
    return True


@analysis
def suspects(network: Network) -> tuple[int, ...]:
    """Stateful devices and what they hang off: the devices whose loss can move a flow to another firewall."""
    groups, (a, b) = state_groups(network), network.link_ends
    beside = {int(end[link]) for at in groups for link in links_at(network).get(at, ()) for end in (a, b)}
    ours = [at for at in sorted(beside | groups.keys()) if network.ours[at]]
    return tuple(sorted(ours, key=lambda at: (at not in groups, at))[:MOST_STATES])


@analysis
def asymmetries(network: Network, nodes: bool) -> tuple[Asymmetry, ...]:
    """Every flow between zones that passes different groups; with `nodes`, also while one of the suspects is down."""
    if one_way_only(network):
        return ()
    found = list(_in_state(network, fib(network), None))
    for at in suspects(network) if nodes else ():
        known = {(one.flow, one.source, one.target) for one in found}
        state = _in_state(network, fib(network, (at,)), network.devices[at].id)
        found += [one for one in state if (one.flow, one.source, one.target) not in known]
    return tuple(found)


def _in_state(network: Network, tables: Fib, failed: str | None) -> Iterator[Asymmetry]:
    groups = state_groups(network)
    for flow in network.design.traffic.flows:
        for (source, _), near in _by_place(network, flow.sources).items():
            for (target, _), far in _by_place(network, flow.targets).items():
                ways = _ways(network, tables, near, far, groups) if source != target else frozenset[frozenset[str]]()
                if len(ways) > 1:
                    shown = tuple(sorted(tuple(sorted(way)) for way in ways))
                    yield Asymmetry(flow.id, source, target, shown, failed)


def _by_place(network: Network, names: Iterable[str]) -> dict[tuple[str, str | None], tuple[str, ...]]:
    """Ends by zone and site: a session has one end in one place, and another one may well take another way."""
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for name in names:
        at = spot(network, name)
        if at is not None and at.zone is not None:
            found[at.zone, _site(network, name)].append(name)
    return {place: tuple(some) for place, some in found.items()}


def _site(network: Network, name: str) -> str | None:
    """The site of a group or a service instance; the Internet has none."""
    fact = network.by_id("endpoint_groups").get(name) or network.by_id("service_instances").get(name)
    return fact.site if fact is not None else None


def _ways(network: Network, tables: Fib, near: tuple[str, ...], far: tuple[str, ...], groups: dict[int, str]) -> Passed:
    """The sets of groups that ways pass, there and back."""
    found: set[frozenset[str]] = set()
    for one, two in ((near, far), (far, near)):
        targets = target_addresses(network, two)
        for start in starting_tables(network, tables, one):
            for version, address in targets:
                found |= crossed(tables, groups, start, version, address)
    return frozenset(found)


def starting_tables(network: Network, tables: Fib, names: tuple[str, ...]) -> list[int]:
    """Tables that packets of some ends begin at: gateways of their subnets, and ends of circuits."""
    ends, there = flow_ends(network, names), layer3(tables.network)
    found: dict[int, None] = {}
    for subnet in ends.subnets:
        for port in gateways(tables.network, subnet).tolist():
            if network.interfaces[port].kind is not InterfaceKind.MANAGEMENT:
                found[int(there.interface_vertex[port])] = None
    for table, circuits in circuit_tables(tables.network).items():
        if any(provider in ends.beyond for _, provider in circuits):
            found[table] = None
    found.pop(-1, None)
    return _spread(list(found), MOST_STARTS)


def target_addresses(network: Network, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """(IP version, address) that packets to some ends go to."""
    ends = flow_ends(network, names)
    found: list[tuple[int, int]] = []
    for version in (4, 6):
        ranges = (prefix_range(network.design.addressing.subnets[at].prefix, version) for at in ends.subnets)
        found += [(version, (low + high) // 2) for low, high in _spread([r for r in ranges if r], MOST_TARGETS)]
    for name in names:
        for text in doors(network)[name].prefixes if name in doors(network) else ():
            both = ((version, prefix_range(text, version)) for version in (4, 6))
            found += [(version, (span[0] + span[1]) // 2) for version, span in both if span is not None]
    return found + [(version, address) for version, address in OUTSIDE.items() if ends.providers]


def _spread(some: list[T], most: int) -> list[T]:
    """Some of them, first and last among them."""
    if len(some) <= most:
        return some
    return [some[at * (len(some) - 1) // (most - 1)] for at in range(most)]


def crossed(tables: Fib, groups: dict[int, str], start: int, version: int, address: int) -> Passed:
    """The sets of groups passed on each way from a table to an address that arrives."""
    device = layer3(tables.network).device.tolist()
    found: set[frozenset[str]] = set()
    stack: list[tuple[int, frozenset[str]]] = [(start, frozenset())]
    seen: set[tuple[int, frozenset[str]]] = set()
    while stack:
        here, passed = stack.pop()
        group = groups.get(device[here])
        passed = passed | {group} if group is not None else passed
        if (here, passed) in seen:
            continue
        seen.add((here, passed))
        decision = tables.decide(here, version, address)
        if decision.fate in (Fate.DELIVERED, Fate.OUTSIDE):
            found.add(passed)
        stack += [(hop.table, passed) for hop in decision.hops]
    return frozenset(found)
