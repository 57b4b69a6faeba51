"""A small network that stands for a large one: two of each kind of devices that look alike, and around each of them.

Devices look alike that have the same role, routing of the same shape, sites that are alike and neighbours that look
alike in turn, over links and tunnels.
Values that differ from device to device by plan (addresses, AS numbers, areas) do not count; whatever of a
device resolves to nothing does, so that a device with a fault looks like none of its fellows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from netdesign.analysis.addressing.layer3 import gateway_pairs
from netdesign.analysis.protocols.adjacency import statements
from netdesign.analysis.tables.rib_sources import answering, beside, static_hops_stated, static_tables
from netdesign.graph.network import FORWARDING_PURPOSES, PURPOSES, Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs
    from netdesign.model.addressing import Subnet
    from netdesign.model.cabling import Lag
    from netdesign.model.routing import BgpNeighbor

KEPT = 2
"""How many devices of a kind are kept: one to fail and one to stand in."""
ROUNDS = 2
"""How far from a device its neighbours still count."""


@analysis
def lookalikes(network: Network) -> Longs:
    """A label for each device, equal where devices look alike."""
    shapes = _shapes(network)
    codes: dict[object, int] = {}
    label = np.array([codes.setdefault(shape, len(codes)) for shape in shapes], np.int64)
    a, b = network.link_ends
    usable = np.flatnonzero(network.links_for(*FORWARDING_PURPOSES))
    near, far = _tunnelled(network)
    tail = np.concatenate([a[usable], near, b[usable], far]).astype(np.int64)
    head = np.concatenate([b[usable], far, a[usable], near]).astype(np.int64)
    kinds = np.append(network.link_purposes[usable], np.full(near.size, len(PURPOSES)))
    kind = np.tile(kinds, 2).astype(np.int64)
    for _ in range(ROUNDS):
        item = _mixed(_mixed(label[head]) + kind.astype(np.uint64))
        around = np.zeros(label.size, np.uint64)
        np.add.at(around, tail, item)
        label = np.unique(_mixed(label) ^ around, return_inverse=True)[1].astype(np.int64)
    return label


def _tunnelled(network: Network) -> tuple[Longs, Longs]:
    """The devices at both ends of every tunnel between two devices in service."""
    index, alive = network.device_index, network.in_service
    ends = [(index.get(tunnel.a, -1), index.get(tunnel.b, -1)) for tunnel in network.design.overlay.tunnels]
    rows = np.array([pair for pair in ends if min(pair) >= 0 and alive[[*pair]].all()], np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def _mixed(values: Any) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    mixed: np.ndarray[tuple[int], np.dtype[np.uint64]] = (values.astype(np.uint64) + np.uint64(1)) * np.uint64(
        0x9E3779B97F4A7C15
    )
    return mixed ^ (mixed >> np.uint64(29))


def _shapes(network: Network) -> list[tuple[object, ...]]:
    """What each device is and runs, as far as it is alike by plan."""
    seen: dict[str, Counter[object]] = defaultdict(Counter)
    for port in network.interfaces:
        modes = (
            (port.kind, port.mode, port.vrf, port.enabled, port.unnumbered, port.zone),
            (port.virtual_gateway, port.virtual_priority),
        )
        seen[port.device][modes, len(port.addresses) > 0, len(port.virtual_addresses) > 0] += 1
    _processes(network, seen)
    _statics(network, seen)
    kinds = _site_kinds(network)
    return [
        (d.role, kinds[d.site], d.in_service, frozenset(seen[d.id].items() if d.id in seen else ()))
        for d in network.devices
    ]


def _site_kinds(network: Network) -> dict[str, object]:
    """What makes sites alike: their tier, and how many devices of each role and type are in service there."""
    there: dict[str, Counter[object]] = defaultdict(Counter)
    for device in network.devices:
        there[device.site][device.role, device.sku, device.in_service] += 1
    tiers = {site.id: site.tier for site in network.design.inventory.sites}
    return {site: (tiers.get(site), frozenset(count.items())) for site, count in there.items()}


def _processes(network: Network, seen: dict[str, Counter[object]]) -> None:
    routing, said = network.design.routing, statements(network)
    policies = network.by_id("route_policies")
    device_of = {fact.id: fact.device for fact in routing.processes}
    for fact in routing.processes:
        taken = tuple((r.source, policies.get(r.policy or "")) for r in fact.redistribute)
        plain = (fact.protocol, fact.vrf, fact.max_paths, fact.multipath_relax, fact.default_originate, fact.distance)
        seen[fact.device][plain, taken, len(fact.networks), len(fact.summaries), fact.asn is None] += 1
    for at, one in enumerate(routing.bgp_neighbors):
        rules = policies.get(one.import_policy or ""), policies.get(one.export_policy or "")
        kind = (one.families, rules, one.route_reflector_client, one.next_hop_self, one.allow_own_asn)
        found = bool(said.peer[at] >= 0), bool(said.segment[at] >= 0), one.authentication
        seen[device_of.get(one.process, "")][kind, found] += 1
    for member in routing.igp_interfaces:
        seen[device_of.get(member.process, "")]["igp", member.passive, member.cost, member.authentication] += 1


def _statics(network: Network, seen: dict[str, Counter[object]]) -> None:
    tables, hops = static_tables(network), static_hops_stated(network)
    for at, route in enumerate(network.design.routing.static_routes):
        hop, table = hops[at], tables[at]
        found = -1
        if hop is not None and not hop.discard and table >= 0:
            out = beside(network, table, hop.version, hop.address)
            found = 0 if out is None else 1 + len(answering(network, table, out, hop.version, hop.address))
        zero = route.prefix.endswith("/0")
        seen[route.device][route.vrf, route.discard, zero, route.distance, found, ":" in route.prefix] += 1


@analysis
def reduced(network: Network, limit: int) -> Network:
    """The network itself where it has no more than `limit` devices, else one of lookalikes."""
    if len(network.devices) <= limit or not network.devices:
        return network
    label, kept = lookalikes(network).tolist(), set[int]()
    seen: Counter[int] = Counter()
    for at, one in enumerate(label):
        seen[one] += 1
        if seen[one] <= KEPT:
            kept.add(at)
    return _only(network, _surrounded(network, kept))


def _surrounded(network: Network, kept: set[int]) -> set[int]:
    """The devices, with their partners, and two of each kind that each has around it: no way on gets lost with one.

    Of several the one is taken that most of the others have around them already.
    """
    beside, label, partners = _beside(network), lookalikes(network).tolist(), _partners(network)
    found, waiting = set[int](), sorted(kept, reverse=True)
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        waiting += partners.get(here, ())
        kinds: dict[int, list[int]] = defaultdict(list)
        for one in beside.get(here, ()):
            kinds[label[one]].append(one)
        sure = found.union(waiting)
        for some in kinds.values():
            lacking = max(0, KEPT - sum(one in sure for one in some))
            more = sorted(set(some) - sure, key=lambda one: (-len(sure.intersection(beside[one])), one))
            waiting += more[:lacking]
    return found


def _beside(network: Network) -> dict[int, set[int]]:
    """The devices at the other ends of the links and tunnels of each device that packets may take."""
    found: dict[int, set[int]] = defaultdict(set)
    a, b = (end.tolist() for end in network.link_ends)
    for link in np.flatnonzero(network.links_for(*FORWARDING_PURPOSES)).tolist():
        found[a[link]].add(b[link])
        found[b[link]].add(a[link])
    for near, far in zip(*(ends.tolist() for ends in _tunnelled(network)), strict=True):
        found[near].add(far)
        found[far].add(near)
    return found


def _partners(network: Network) -> dict[int, set[int]]:
    """The pairs and groups that each device stands in for others in."""
    index, design = network.device_index, network.design
    groups = [*(mlag.peers for mlag in design.cabling.mlags), *(group.members for group in design.inventory.ha_groups)]
    found: dict[int, set[int]] = defaultdict(set)
    for names in groups:
        places = {index[name] for name in names if name in index}
        for place in places:
            found[place] |= places
    return found


def _idle_ports(network: Network, kept: set[int]) -> set[int]:
    """The ports whose links all lead to devices that are left out, with what lies on them."""
    a, b = (end.tolist() for end in network.link_ends)
    near, far = (end.tolist() for end in network.link_interfaces)
    alive: dict[int, bool] = {}
    for link in range(len(network.links)):
        stays = a[link] in kept and b[link] in kept
        for port in (near[link], far[link]):
            if port >= 0:
                alive[port] = alive.get(port, False) or stays
    bundles: dict[str, bool] = {}
    for port, stays in alive.items():
        lag = network.interfaces[port].lag
        if lag is not None:
            bundles[lag] = bundles.get(lag, False) or stays
    idle = {port for port, stays in alive.items() if not stays}
    for at, fact in enumerate(network.interfaces):
        if fact.kind is InterfaceKind.LAG and bundles.get(fact.lag or "") is False:
            idle.add(at)
    gone = {(network.interfaces[at].device, network.interfaces[at].name) for at in idle}
    above = {at for at, fact in enumerate(network.interfaces) if fact.parent and (fact.device, fact.parent) in gone}
    return idle | above | _idle_tunnels(network, kept)


def _idle_tunnels(network: Network, kept: set[int]) -> set[int]:
    """The interfaces of tunnels that all lead to devices that are left out."""
    index, at, alive = network.device_index, network.interface_index, dict[int, bool]()
    for tunnel in network.design.overlay.tunnels:
        stays = index.get(tunnel.a, -1) in kept and index.get(tunnel.b, -1) in kept
        for name in (tunnel.a_interface, tunnel.b_interface):
            if name in at:
                alive[at[name]] = alive.get(at[name], False) or stays
    return {port for port, stays in alive.items() if not stays}


def _bundles(network: Network, lags: tuple[Lag, ...], idle: set[int]) -> tuple[Lag, ...]:
    """Bundles that bear the loss of as many members as before, though some of these are left out."""
    gone = {(network.interfaces[at].device, network.interfaces[at].name) for at in idle}
    lost = {lag.id: sum((lag.device, name) in gone for name in lag.members) for lag in lags}
    return tuple(
        replace(lag, min_links=max(1, lag.min_links - lost[lag.id])) if lag.min_links and lost[lag.id] else lag
        for lag in lags
    )


def _kept_statements(network: Network, processes: set[str]) -> tuple[BgpNeighbor, ...]:
    """The statements of these processes, those aside whose peer is left out."""
    facts, peer = network.design.routing, statements(network).peer.tolist()
    return tuple(
        fact
        for at, fact in enumerate(facts.bgp_neighbors)
        if fact.process in processes and (peer[at] < 0 or facts.processes[peer[at]].id in processes)
    )


def _kept_subnets(network: Network, names: set[str]) -> tuple[Subnet, ...]:
    """The subnets but those that only routers are in that are left out."""
    stays: dict[int, bool] = {}
    for subnet, interface in zip(*(column.tolist() for column in gateway_pairs(network)), strict=True):
        stays[subnet] = stays.get(subnet, False) or network.interfaces[interface].device in names
    return tuple(fact for at, fact in enumerate(network.design.addressing.subnets) if stays.get(at, True))


def _only(network: Network, kept: set[int]) -> Network:
    design = network.design
    names = {network.devices[at].id for at in kept}
    processes = {fact.id for fact in design.routing.processes if fact.device in names}

    def of(facts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(fact for fact in facts if fact.device in names)

    inventory = replace(
        design.inventory,
        devices=tuple(device for at, device in enumerate(network.devices) if at in kept),
        attachments=of(design.inventory.attachments),
    )
    links = tuple(link for link in network.links if link.a.device in names and link.b.device in names)
    idle = _idle_ports(network, kept)
    cabling = replace(design.cabling, links=links, lags=_bundles(network, of(design.cabling.lags), idle))
    ports = tuple(port for at, port in enumerate(network.interfaces) if port.device in names and at not in idle)
    addressing = replace(design.addressing, interfaces=ports, subnets=_kept_subnets(network, names))
    routing = replace(
        design.routing,
        processes=of(design.routing.processes),
        static_routes=of(design.routing.static_routes),
        igp_interfaces=tuple(i for i in design.routing.igp_interfaces if i.process in processes),
        bgp_neighbors=_kept_statements(network, processes),
    )
    tunnels = tuple(one for one in design.overlay.tunnels if one.a in names and one.b in names)
    overlay = replace(design.overlay, tunnels=tunnels)
    changed = replace(
        design, inventory=inventory, cabling=cabling, addressing=addressing, routing=routing, overlay=overlay
    )
    return Network(changed, network.catalog)
