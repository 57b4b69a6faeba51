"""CAP-22: what each device must know of hosts, routes and access lists fits into its tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.protocols.providers import sessions_with_providers
from netdesign.analysis.traffic.demand import growth_of
from netdesign.analysis.traffic.table_demand import TABLES, table_demand, vlan_devices
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.routing import StaticRoute
from netdesign.model.security import Action, PolicyRule
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Longs

TINY = 1e-6
WITHOUT_TABLES = frozenset(
    {Role.ACCESS_POINT, Role.WIRELESS_CONTROLLER, Role.CONSOLE_SERVER, Role.LOAD_BALANCER, Role.PROVIDER}
)
"""Devices that forward by processor, or for others."""
WORDS = {
    "mac": "MAC addresses",
    "arp": "ARP entries",
    "nd": "IPv6 neighbours",
    "ipv4_routes": "IPv4 routes",
    "ipv6_routes": "IPv6 routes",
    "acl_entries": "lines of access lists",
}


def _applies(case: Case) -> bool:
    return bool(_places(case))


def _places(case: Case) -> list[int]:
    """Devices that have tables."""
    network = case.network
    return [
        place
        for place in np.flatnonzero(network.in_service & network.ours).tolist()
        if network.devices[place].role not in WITHOUT_TABLES
    ]


@rule(
    code="CAP-22",
    name="forwarding-tables",
    title="Forwarding-Table Scale",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with switches, routers or firewalls",
    applicable=_applies,
    flags="A device that, at the horizon, needs more than the planned share of a table of its type: MAC addresses of"
    " the hosts in its VLANs, neighbours in the VLANs where it has an address, routes of its tables with a whole"
    " Internet table where nothing keeps a provider from sending one, lines of the policies that it enforces.",
    passes="Every table of every device keeps room for churn.",
    remedy="Summarise, filter or limit what providers send, or take a type with larger tables.",
    references=("data sheets of the device types", "RFC 7938 section 5"),
    reading="Table sizes that no maker states are those assumed for the role. A route known in two ways counts twice,"
    " and every rule counts as many lines as it has pairs of addresses and services: both err on the side of too many.",
)
def forwarding_tables(case: Case) -> Iterator[Said]:
    """Compares every table of every device with what it must hold."""
    network, share, growth = case.network, case.parameters.capacity.table_share, growth_of(case.requirements)
    needed, worst = _needed(case), (0.0, "")
    for place in _places(case):
        kind, device = network.device_types[place], network.devices[place]
        if kind is None:
            yield Gap(message=f"nothing says how large the tables of {device.id} are", elements=(device.id,))
            continue
        for row in np.flatnonzero(needed[:, place]).tolist():
            size, grown = _size(kind, TABLES[row]), ceil(needed[row, place] * growth - TINY)
            if size is None:
                yield Gap(
                    message=f"nothing says how many {WORDS[TABLES[row]]} {device.id} holds", elements=(device.id,)
                )
                continue
            worst = max(worst, (grown / max(1, size), f"{WORDS[TABLES[row]]} of {device.id}"))
            if grown > share * size + TINY:
                yield _finding(case, place, TABLES[row], (grown, size))
    yield Measure(name=f"fullest table: {worst[1] or 'none'}", value=round(worst[0], 4), threshold=share)


@cache
def _size(kind: DeviceType, table: str) -> int | None:
    return kind.table(table)[0]


def _needed(case: Case) -> Longs:
    capacity = case.parameters.capacity
    return table_demand(case.network, capacity.internet_routes_ipv4, capacity.internet_routes_ipv6)


def _finding(case: Case, place: int, table: str, sizes: tuple[int, int]) -> Finding:
    device, (needed, size) = case.network.devices[place], sizes
    share = case.parameters.capacity.table_share
    return Finding(
        message=f"{device.id} ({device.sku}) needs {needed:,} {WORDS[table]} at the horizon;"
        f" it holds {size:,}, of which {share:.0%} may be planned",
        elements=(device.id,),
        witness={
            "device": device.id,
            "sku": device.sku,
            "table": table,
            "needed": needed,
            "size": size,
            "share": share,
        },
    )


def _least(case: Case, table: str, places: list[int]) -> tuple[int, int] | None:
    """(size, device) of the smallest table that is known."""
    found = [
        (size, place)
        for place in places
        if (kind := case.network.device_types[place]) is not None and (size := kind.table(table)[0]) is not None
    ]
    return min(found, default=None)


@forwarding_tables.mutant("let providers send whole Internet tables, unfiltered and unlimited")
def whole_internet(case: Case) -> Patch | None:
    """On every session with one; None where there is none, or where routers hold all that."""
    network, capacity = case.network, case.parameters.capacity
    ours = {case.design.routing.processes[process].id for process, _, _ in sessions_with_providers(network)}
    ends = {process.device for process in case.design.routing.processes if process.id in ours}
    least = _least(case, "ipv4_routes", [place for place in _places(case) if network.devices[place].id in ends])
    grown = capacity.internet_routes_ipv4 * growth_of(case.requirements)
    if least is None or least[0] * capacity.table_share >= grown:
        return None
    return tuple(
        Set("bgp_neighbors", fact.id, {"import_policy": None, "max_prefixes": None})
        for fact in case.design.routing.bgp_neighbors
        if fact.process in ours
    )


@forwarding_tables.mutant("put more hosts into a VLAN than its switch has MAC addresses for")
def crowded_vlan(case: Case) -> Patch | None:
    """All in one attachment of the first group with a VLAN of a known switch."""
    groups, places = case.network.by_id("endpoint_groups"), set(_places(case))
    for attachment in case.design.inventory.attachments:
        group = groups.get(attachment.group)
        vlans = group.vlans if group is not None else ()
        homes = [at for vlan in vlans for at in vlan_devices(case.network).get(vlan, ()) if at in places]
        least = _least(case, "mac", homes)
        if least is not None:
            # Only the group's own VLANs that the port carries count, evenly: so many hosts fill each of them.
            many = (least[0] + 1) * (len(vlans) + 1) * 2
            alone = [one for one in case.design.inventory.attachments if one.group == attachment.group]
            patch = [Set("attachments", one.id, {"endpoints": many}) for one in alone]
            return (Set("endpoint_groups", attachment.group, {"count": many * len(alone)}), *patch)
    return None


@forwarding_tables.mutant("give a device more static routes than its table holds")
def many_statics(case: Case) -> Patch | None:
    """Single addresses, discarded, on the device with the smallest table that has one already."""
    index = case.network.device_index
    held = {route.device: route.vrf for route in case.design.routing.static_routes}
    least = _least(
        case, "ipv4_routes", [index[name] for name in held if name in index and index[name] in _places(case)]
    )
    if least is None or least[0] > 100_000:
        return None
    device = case.network.devices[least[1]].id
    return tuple(
        Add(
            "static_routes",
            StaticRoute(
                id=f"table-mutant-{n}",
                device=device,
                vrf=held[device],
                prefix=f"198.{18 + n // 65536}.{n // 256 % 256}.{n % 256}/32",
                discard=True,
            ),
        )
        for n in range(least[0] + 1)
    )


@forwarding_tables.mutant("write one rule of so many sources and destinations that no access list holds it")
def wide_rule(case: Case) -> Patch | None:
    """Expanded, it has more lines than the smallest table of its policy's devices."""
    index = case.network.device_index
    for policy in case.design.security.policies:
        least = _least(case, "acl_entries", [index[one] for one in policy.devices if index.get(one) in _places(case)])
        if least is not None:
            width = ceil((least[0] + 1) ** 0.5)
            texts = tuple(f"10.{n // 256 % 256}.{n % 256}.1/32" for n in range(width))
            wide = PolicyRule(
                id="table-mutant",
                policy=policy.id,
                order=1_000_000,
                action=Action.DENY,
                sources=texts,
                destinations=texts,
            )
            return (Add("policy_rules", wide),)
    return None
