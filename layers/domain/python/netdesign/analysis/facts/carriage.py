"""The graph that traffic takes: devices and links, with the few nodes that no device stands for.

A pair that dual-homes the same endpoints, the network of a provider, and the Internet as a whole are
nodes of their own. Costs only order kinds of path: plain hops come first, then links between peers;
firewalls, endpoints' homes and providers are no way through, and circuits are for other sites.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import FORWARDING_PURPOSES, PURPOSES, ROLES, Network, analysis
from netdesign.graph.twins import twin_classes
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import LinkPurpose, Role, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Ints, Longs
    from netdesign.model.inventory import EndpointGroup

HOP, PEER, NO_TRANSIT, CIRCUIT = 1, 100, 10_000, 1_000_000

TRANSIT_ROLES = frozenset(
    {
        Role.SUPER_SPINE,
        Role.SPINE,
        Role.LEAF,
        Role.BORDER_LEAF,
        Role.CORE,
        Role.DISTRIBUTION,
        Role.ACCESS,
        Role.WAN_EDGE,
        Role.INTERNET_EDGE,
    }
)
"""What forwards for others; anything else is passed only where nothing else connects."""

DUAL_HOMED = frozenset({Homing.MLAG, Homing.ESI, Homing.ACTIVE_STANDBY})


@dataclass(frozen=True, eq=False)
class Carriage:
    """The routed graph: devices by position, then virtual nodes; links by position, then virtual edges.

    `homes[devices]` is the node of endpoints homed on all these devices, `exits[devices]` that of the
    Internet as it is reached through these providers.
    """

    graph: Multigraph
    homes: dict[frozenset[int], int]
    exits: dict[frozenset[int], int]

    def without(self, devices: Iterable[int] = (), links: Iterable[int] = ()) -> Multigraph:
        """The graph after devices and links failed."""
        return self.graph.without(list(devices), list(links))


@analysis
def carriage(network: Network) -> Carriage:
    """The routed graph with nothing failed and standby members still in it."""
    count = len(network.devices)
    joins: list[tuple[frozenset[int], int]] = []
    homes = _numbered({home for homes in group_homes(network).values() for home in homes if len(home) > 1}, count)
    exits = _numbered(_provider_sets(network), count + len(homes))
    joins += [(members, NO_TRANSIT) for members in (*homes, *exits)]
    joins += _provider_networks(network)
    tail, head, cost = _virtual_edges(joins, count)
    kept = network.links_for(*FORWARDING_PURPOSES)
    a, b = (np.where(kept, end, 0).astype(np.int32) for end in network.link_ends)
    alive = np.concatenate([network.in_service, np.ones(len(joins), dtype=np.bool_)])
    graph = Multigraph(
        count + len(joins),
        np.concatenate([a, tail]),
        np.concatenate([b, head]),
        np.concatenate([_link_costs(network), cost]),
        alive,
        np.concatenate([kept, alive[tail]]),
    )
    return Carriage(graph, homes, exits)


def merged_homes(network: Network, graph: Multigraph) -> Longs:
    """The node that stands for each node of `graph` when homes are drawn as one with their devices.

    That is so where the devices of a home are twins and at home to nothing else: then it changes no
    load, and it makes thousands of homes alike.
    """
    place = np.arange(graph.node_count)
    homes = carriage(network).homes
    if not homes:
        return place
    twins = twin_classes(graph.without(nodes=list(homes.values())))
    shared = Counter(d for some in {h for found in group_homes(network).values() for h in found} for d in some)
    for home, node in homes.items():
        alive = [device for device in sorted(home) if graph.nodes_present[device]]
        alike = len(set(twins[alive].tolist())) == 1 and all(shared[device] == 1 for device in alive)
        if alike:
            place[[*alive, node]] = alive[0]
    return place


@analysis
def group_homes(network: Network) -> dict[str, dict[frozenset[int], int]]:
    """For each endpoint group by id, the endpoints at each home: one device, or all that share them.

    Endpoints with a port on both members of an MLAG pair, or on no more devices than they have ports,
    are at home on all of them at once.
    """
    found: dict[str, dict[frozenset[int], int]] = {}
    groups, index = network.by_id("endpoint_groups"), network.device_index
    pairs = _mlag_pairs(network)
    for name, attachments in network.grouped("attachments", "group").items():
        group = groups.get(name)
        at: dict[int, int] = {}
        for attachment in attachments:
            if attachment.device in index and attachment.endpoints > 0:
                place = index[attachment.device]
                at[place] = at.get(place, 0) + attachment.endpoints
        if group is not None and at:
            found[name] = _homes(group, at, pairs)
    return found


def _homes(group: EndpointGroup, at: dict[int, int], pairs: dict[int, frozenset[int]]) -> dict[frozenset[int], int]:
    if group.homing not in DUAL_HOMED or len(at) == 1:
        return {frozenset((place,)): count for place, count in at.items()}
    if len(at) <= max(2, group.nics):
        return {frozenset(at): max(at.values())}
    homes: dict[frozenset[int], int] = {}
    for place, count in at.items():
        pair = pairs.get(place, frozenset((place,)))
        home = pair if pair <= at.keys() else frozenset((place,))
        homes[home] = max(homes.get(home, 0), count)
    return homes


def _mlag_pairs(network: Network) -> dict[int, frozenset[int]]:
    index, pairs = network.device_index, {}
    for mlag in network.design.cabling.mlags:
        peers = frozenset(index[peer] for peer in mlag.peers if peer in index)
        pairs.update(dict.fromkeys(peers, peers))
    return pairs


def _provider_sets(network: Network) -> set[frozenset[int]]:
    providers = set(network.with_role(Role.PROVIDER).tolist())
    index, found = network.device_index, set()
    for flow in network.design.traffic.flows:
        for ends in (flow.sources, flow.targets):
            found.add(frozenset(index[end] for end in ends if index.get(end) in providers))
    return found - {frozenset()}


def _provider_networks(network: Network) -> list[tuple[frozenset[int], int]]:
    """Provider devices that one network joins: those of one leased provider, and all of the Internet."""
    members: dict[str | None, set[int]] = {}
    providers = set(network.with_role(Role.PROVIDER).tolist())
    links = network.by_id("links")
    for circuit in network.design.cabling.circuits:
        link = links.get(circuit.link)
        if link is None or link.trust is Trust.OWNED:
            continue
        name = circuit.provider if link.trust is Trust.LEASED else None
        for name_of_end in (link.a.device, link.b.device):
            end = network.device_index.get(name_of_end)
            if end is not None and end in providers:
                members.setdefault(name, set()).add(end)
    cost = {True: 2 * CIRCUIT, False: CIRCUIT}
    return [(frozenset(at), cost[name is None]) for name, at in members.items() if len(at) > 1]


def _numbered(members: set[frozenset[int]], first: int) -> dict[frozenset[int], int]:
    return {chosen: first + place for place, chosen in enumerate(sorted(members, key=sorted))}


def _virtual_edges(joins: list[tuple[frozenset[int], int]], first: int) -> tuple[Ints, Ints, Longs]:
    tail = [member for members, _ in joins for member in sorted(members)]
    head = [first + place for place, (members, _) in enumerate(joins) for _ in members]
    cost = [cost for members, cost in joins for _ in members]
    return np.array(tail, dtype=np.int32), np.array(head, dtype=np.int32), np.array(cost, dtype=np.int64)


def _link_costs(network: Network) -> Longs:
    transit = np.append(np.isin(network.role_codes, [ROLES.index(role) for role in TRANSIT_ROLES]), True)
    a, b = network.link_ends
    purpose = network.link_purposes
    cost = np.where(transit[a] & transit[b], HOP, NO_TRANSIT)
    cost = np.where(purpose == PURPOSES.index(LinkPurpose.PEER), PEER, cost)
    costs: Longs = np.where(purpose == PURPOSES.index(LinkPurpose.CIRCUIT), CIRCUIT, cost).astype(np.int64)
    return costs
