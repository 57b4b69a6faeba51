"""Whether the gateways of every flow's ends can route to each other, there and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import gateway_pairs, layer3
from netdesign.analysis.facts.address_text import Parsed
from netdesign.analysis.facts.addresses import subnet_prefixes, subnet_vlans
from netdesign.analysis.facts.cloud_places import doors
from netdesign.analysis.facts.row_codes import equal_pairs
from netdesign.analysis.protocols.providers import circuit_tables, provider_devices
from netdesign.analysis.tables.routes import ARRIVED, OUTCOMES, follow, table_classes
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints, Longs
    from netdesign.model.traffic import Flow


MAX_WALKS = 1_000_000
"""Walks that are taken one by one where those of a class do not arrive: only of a broken network are there more."""


class End(NamedTuple):
    """One end of a flow: its subnets by position, the Internet's providers, and doors to cloud providers among it."""

    subnets: tuple[int, ...]
    providers: tuple[int, ...]
    doors: tuple[int, ...] = ()

    @property
    def beyond(self) -> tuple[int, ...]:
        """All devices of others that circuits lead to."""
        return (*self.providers, *self.doors)


class Stranded(NamedTuple):
    """Packets of a flow that end in one way; one of them goes from a table to a subnet (-1: to a provider).

    `backward` says that they answer; `vertex` is the table where it ends, `walks` how many such walks there are.
    """

    flow: str
    backward: bool
    outcome: int
    start: int
    subnet: int
    vertex: int
    walks: int


@analysis
def flow_ends(network: Network, names: tuple[str, ...]) -> End:
    """The subnets that ids of endpoint groups, service instances and providers stand for.

    A service lies in its subnet and in those of the same VLAN: its IPv6 twin counts too.
    """
    groups, services = network.by_id("endpoint_groups"), network.by_id("service_instances")
    by_vlan, by_id = _subnets_by_vlan(network), _subnet_index(network)
    subnets: dict[int, None] = {}
    for name in names:
        if name in groups:
            subnets.update((at, None) for vlan in groups[name].vlans for at in by_vlan.get(vlan, ()))
        elif name in services and services[name].subnet in by_id:
            at = by_id[services[name].subnet]
            twins = by_vlan.get(network.design.addressing.subnets[at].vlan or "", ())
            subnets.update((one, None) for one in (at, *twins))
    theirs = provider_devices(network)
    index = network.device_index
    others = [name for name in names if name in index and theirs[index[name]]]
    through = tuple(index[name] for name in others if name in doors(network))
    return End(tuple(subnets), tuple(index[name] for name in others if index[name] not in through), through)


@analysis
def _subnets_by_vlan(network: Network) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, subnet in enumerate(network.design.addressing.subnets):
        if subnet.vlan is not None:
            found.setdefault(subnet.vlan, []).append(at)
    return found


@analysis
def _subnet_index(network: Network) -> dict[str, int]:
    """The position of each subnet with a service."""
    serving = {service.subnet for service in network.design.infrastructure.service_instances}
    return {subnet.id: at for at, subnet in enumerate(network.design.addressing.subnets) if subnet.id in serving}


@analysis
def stranded(network: Network) -> tuple[Stranded, ...]:
    """The flows with packets that routes do not lead to their destination, there or back, by how they end."""
    asked, labels = _questions(network)
    if not labels:
        return ()
    flow, start, prefix = asked
    prefixes = _with_defaults(subnet_prefixes(network))
    pair = start * np.int64(prefixes.version.size) + prefix
    _, first, back = np.unique(pair, return_index=True, return_inverse=True)
    alone = follow(network, start[first], prefix[first], prefixes, own=False)
    outcome, vertex = alone.outcome, alone.vertex
    doubt = np.flatnonzero(outcome != ARRIVED)
    if doubt.size:
        outcome[doubt], vertex[doubt] = _each_of_class(network, start[first[doubt]], prefix[first[doubt]], prefixes)
    lost = np.flatnonzero(outcome[back] != ARRIVED)
    kinds, some, count = np.unique(
        flow[lost] * len(OUTCOMES) + outcome[back[lost]], return_index=True, return_counts=True
    )
    subnets = len(network.design.addressing.subnets)
    return tuple(
        Stranded(
            flow=labels[kind // len(OUTCOMES)][0],
            backward=labels[kind // len(OUTCOMES)][1],
            outcome=kind % len(OUTCOMES),
            start=int(start[at]),
            subnet=int(prefix[at]) if prefix[at] < subnets else -1,
            vertex=int(vertex[back[at]]),
            walks=many,
        )
        for kind, at, many in zip(kinds.tolist(), lost[some].tolist(), count.tolist(), strict=True)
    )


def _with_defaults(prefixes: Parsed) -> Parsed:
    """The prefixes, then everything of IPv4 and everything of IPv6."""
    nothing = np.zeros(2, np.uint64)
    high, low = prefixes.networks()
    return Parsed(
        np.append(prefixes.version, np.array([4, 6], np.int32)),
        np.concatenate([high, nothing]),
        np.concatenate([low, nothing]),
        np.append(prefixes.length, np.zeros(2, np.int32)),
        np.append(prefixes.stated, [True, True]),
    )


def _each_of_class(network: Network, start: Longs, prefix: Longs, prefixes: Parsed) -> tuple[Ints, Longs]:
    """The worst outcome over all tables of the class of each start, each with its own connected subnets."""
    classes, users = table_classes(network), gateway_tables(network)
    users = np.union1d(users, start)
    question, member = equal_pairs(classes[start], classes[users])
    question, member = question[:MAX_WALKS], member[:MAX_WALKS]
    walks = follow(network, users[member], prefix[question], prefixes)
    outcome, vertex = np.zeros(start.size, np.int32), np.full(start.size, -1, np.int64)
    bad = np.flatnonzero(walks.outcome != ARRIVED)[::-1]
    outcome[question[bad]], vertex[question[bad]] = walks.outcome[bad], walks.vertex[bad]
    return outcome, vertex


@analysis
def gateway_tables(network: Network) -> Longs:
    """The tables that are a gateway of some subnet."""
    vertex = layer3(network).interface_vertex[gateway_pairs(network)[1]]
    found: Longs = np.unique(vertex[vertex >= 0])
    return found


Question = tuple["Longs", "Longs", "Longs"]


def _questions(network: Network) -> tuple[Question, list[tuple[str, bool]]]:
    """(flow and direction, table, prefix) of every walk to take, tables one of each class."""
    columns: list[Question] = []
    labels: list[tuple[str, bool]] = []
    for flow in network.design.traffic.flows:
        ends = flow_ends(network, flow.sources), flow_ends(network, flow.targets)
        for backward, (near, far) in enumerate((ends, ends[::-1])):
            start, version = _starts(network, near)
            targets, family = _targets(network, far)
            here, there = np.nonzero(version[:, None] == family[None, :])
            labels.append((flow.id, bool(backward)))
            which = np.full(here.size, len(labels) - 1)
            columns.append((which, start[here], targets[there]))
    if not columns:
        nothing = np.zeros(0, np.int64)
        return (nothing, nothing, nothing), []
    which, start, prefix = (np.concatenate(column) for column in zip(*columns, strict=True))
    return (which, start, prefix), labels


@analysis
def _starts(network: Network, end: End) -> tuple[Longs, Longs]:
    """(table, IP version) of one gateway of each class and family of an end."""
    subnet, interface = gateway_pairs(network)
    mine = _rows_of(subnet, end.subnets)
    at = layer3(network).interface_vertex[interface[mine]]
    held = [at, subnet_prefixes(network).version[subnet[mine]].astype(np.int64)]
    tables = _tables_by_provider(network)
    rows = sorted({row for provider in end.beyond for row in tables.get(provider, ())})
    edge = np.array(rows, np.int64).reshape(-1, 3).T[1:]
    vertex, version = (np.concatenate(column) for column in zip(held, edge, strict=True))
    live = np.flatnonzero(vertex >= 0)
    vertex, version = vertex[live], version[live]
    key = table_classes(network)[vertex] * 8 + version
    first = np.unique(key, return_index=True)[1]
    return vertex[first], version[first]


def _rows_of(column: Longs, wanted: tuple[int, ...]) -> Longs:
    """The rows of an ascending column that hold one of the values, ascending."""
    values = np.unique(np.array(wanted, np.int64))
    first, end = np.searchsorted(column, values), np.searchsorted(column, values, side="right")
    rows = [np.arange(low, high) for low, high in zip(first.tolist(), end.tolist(), strict=True)]
    return np.concatenate([np.zeros(0, np.int64), *rows])


@analysis
def _tables_by_provider(network: Network) -> dict[int, list[tuple[int, int, int]]]:
    """(place in `circuit_tables`, table, IP version) of every table with a circuit of each provider (by position)."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for place, (vertex, circuits) in enumerate(circuit_tables(network).items()):
        for version in _versions(network, circuits[0][0]):
            for provider in {provider for _, provider in circuits}:
                found[provider].append((place, vertex, version))
    return dict(found)


def _versions(network: Network, interface: int) -> Iterable[int]:
    texts = network.interfaces[interface].addresses
    return sorted({6 if ":" in text else 4 for text in texts})


@analysis
def _targets(network: Network, end: End) -> tuple[Longs, Longs]:
    """(prefix, IP version) of the subnets of an end, or of everything outside."""
    prefixes = subnet_prefixes(network)
    count = prefixes.version.size
    chosen = np.array(end.subnets, np.int64)
    chosen = chosen[prefixes.version[chosen] > 0]
    outside = np.array([count, count + 1] if end.providers else [], np.int64)
    return np.concatenate([chosen, outside]), np.concatenate(
        [prefixes.version[chosen], np.array([4, 6] if end.providers else [], np.int32)]
    ).astype(np.int64)


def without_gateway(network: Network, flow: Flow) -> tuple[int, ...]:
    """The subnets of a flow's ends that no routed interface is in, where the other end lies elsewhere."""
    near, far = flow_ends(network, flow.sources), flow_ends(network, flow.targets)
    return _without_gateway(network, near, far)


@analysis
def _without_gateway(network: Network, near: End, far: End) -> tuple[int, ...]:
    vlans = subnet_vlans(network)
    mine = np.array([*near.subnets, *far.subnets], np.int64)
    one_vlan = mine.size > 0 and bool((vlans[mine] == vlans[mine[0]]).all()) and vlans[mine[0]] >= 0
    if one_vlan and not (near.beyond or far.beyond):
        return ()
    held = np.zeros(vlans.size, np.bool_)
    held[gateway_pairs(network)[0]] = True
    return tuple(mine[~held[mine]].tolist())
