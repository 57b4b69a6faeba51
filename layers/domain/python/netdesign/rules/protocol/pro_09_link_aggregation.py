"""PRO-09: parallel bridged links are bundles, and each bundle has one other end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.mac_text import station
from netdesign.analysis.switching.layer2 import NOT_BRIDGES
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Lag, PortRef
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.switching import SpanningTreeMode
from netdesign.model.verdict import Finding, Measure, Witness
from netdesign.model.vocabulary import Category, InterfaceKind, LinkPurpose, PortMode, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Longs

Far = dict[tuple[str, str], PortRef]


def has_parallel_links(case: Case) -> bool:
    """Whether there is a bundle, or two devices with more than one link between them."""
    a, b = case.network.link_ends
    pairs = np.stack([np.minimum(a, b), np.maximum(a, b)])[:, case.network.usable_links]
    return bool(case.design.cabling.lags) or np.unique(pairs, axis=1).shape[1] < pairs.shape[1]


@rule(
    code="PRO-09",
    name="unbundled-links",
    title="Link Aggregation",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with bundles or parallel links",
    applicable=has_parallel_links,
    flags="Parallel bridged links between two switches that are neither one bundle nor apart by MSTP instances; a "
    "bundle whose members end on several devices that are no MLAG pair and no EVPN Ethernet segment, on no bundle "
    "or on several; a bundle without members, without a minimum of links, with more than the platform takes, "
    "or whose two ends disagree on LACP; an MLAG pair whose system MAC is no address of one station.",
    passes="Every bundle ends on one bundle, and no two switches have loose parallel bridged links.",
    remedy="Bundle the links with LACP, or make the far devices an MLAG pair or an Ethernet segment.",
    references=("IEEE 802.1AX-2020: link aggregation", "RFC 7432: Ethernet segments"),
)
def unbundled_links(case: Case) -> Iterator[Said]:
    """Half a bundle is a loop or a dead link."""
    network = case.network
    most = case.parameters.protocols.max_lag_members
    yield from _loose(network)
    for lag in network.design.cabling.lags:
        yield from _sizes(lag, most)
        yield from _far_ends(network, lag)
    yield from _system_macs(network)
    sizes = [len(lag.members) for lag in network.design.cabling.lags]
    yield Measure(name="members of the largest bundle", value=max(sizes, default=0), threshold=most)


def _system_macs(network: Network) -> Iterator[Finding]:
    """Pairs that LACP cannot name: the partner takes no group's address for a system."""
    for mlag in network.design.cabling.mlags:
        if not station(mlag.system_mac):
            yield Finding(
                message=f"pair {mlag.id} has the system MAC {mlag.system_mac}, which is no address of one station",
                elements=(mlag.id,),
                witness={"system_mac": mlag.system_mac},
            )


def _loose(network: Network) -> Iterator[Finding]:
    """Pairs of switches with two wires that both bridge."""
    wire, bridged = _bridged_wires(network)
    a, b = network.link_ends
    kept = np.flatnonzero(network.usable_links & bridged)
    kept = kept[np.unique(wire[kept], return_index=True)[1]]
    between: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, low, high in zip(
        kept.tolist(), np.minimum(a, b)[kept].tolist(), np.maximum(a, b)[kept].tolist(), strict=True
    ):
        between[low, high].append(at)
    for (low, high), those in between.items():
        ends = network.devices[low], network.devices[high]
        if len(those) > 1 and not any(end.role in NOT_BRIDGES for end in ends) and not _apart(network, those):
            links = [network.links[at].id for at in those]
            yield Finding(
                message=f"{ends[0].id} and {ends[1].id} have {len(those)} parallel bridged links that are no bundle",
                elements=(ends[0].id, ends[1].id, *sorted(links)[:20]),
                witness={"links": [*sorted(links)]},
            )


def _bridged_wires(
    network: Network,
) -> tuple[Longs, Bools]:
    """The wire of each link, and whether both of its ends bridge."""
    table, wire = interfaces(network), wires(network)
    ports = np.flatnonzero((table.in_mode(PortMode.TRUNK) | table.in_mode(PortMode.ACCESS)) & (wire.of_interface >= 0))
    ends = np.unique(np.stack([wire.of_interface[ports], table.device[ports]]), axis=1)
    bridging = np.bincount(ends[0], minlength=len(network.links)) >= 2
    return wire.of_link, bridging[wire.of_link]


def _apart(network: Network, links: list[int]) -> bool:
    """Whether MSTP keeps the links apart: both devices run it, and no two links carry a VLAN in common."""
    trees = {tree.device: tree.mode for tree in network.design.switching.spanning_trees}
    ends = {end.device for at in links for end in (network.links[at].a, network.links[at].b)}
    if any(trees.get(device) is not SpanningTreeMode.MSTP for device in ends):
        return False
    carried: list[str] = []
    for at in links:
        port = next((int(side[at]) for side in network.link_interfaces if side[at] >= 0), -1)
        carried += dict.fromkeys(network.interfaces[port].vlans if port >= 0 else ())
    return len(carried) == len(set(carried))


def _sizes(lag: Lag, most: int) -> Iterator[Finding]:
    problem = None
    if not lag.members:
        problem = "has no members"
    elif len(lag.members) > most:
        problem = f"has {len(lag.members)} members, the platform takes {most}"
    elif lag.min_links is None:
        problem = "does not say how many links it needs to be up"
    elif not 1 <= lag.min_links <= len(lag.members):
        problem = f"needs {lag.min_links} links up and has {len(lag.members)}"
    if problem:
        witness: Witness = {"members": len(lag.members), "min_links": lag.min_links, "most": most}
        yield Finding(message=f"bundle {lag.id} {problem}", elements=(lag.id,), witness=witness)


@analysis
def _far_ports(network: Network) -> Far:
    """What is plugged into the other end of each (device, port)."""
    found: Far = {}
    for link in network.links:
        found[link.a.device, link.a.port] = link.b
        found[link.b.device, link.b.port] = link.a
    return found


@analysis
def _lags_at(network: Network) -> dict[tuple[str, str], Lag]:
    """The bundle that each (device, port) is a member of."""
    return {(lag.device, port): lag for lag in network.design.cabling.lags for port in lag.members}


def _far_ends(network: Network, lag: Lag) -> Iterator[Finding]:
    far, lags = _far_ports(network), _lags_at(network)
    ends = [far[lag.device, port] for port in lag.members if (lag.device, port) in far]
    others = [lags.get((end.device, end.port)) for end in ends]
    loose = [end for end, other in zip(ends, others, strict=True) if other is None and _ours(network, end.device)]
    remotes = sorted({end.device for end in ends})
    if loose:
        message = f"bundle {lag.id} ends on {loose[0].port} of {loose[0].device}, which is in no bundle"
        yield Finding(message=message, elements=(lag.id, loose[0].device), witness={"loose": len(loose)})
        return
    facing = list({other.id: other for other in others if other is not None}.values())
    if len(facing) > len(remotes):
        message = f"bundle {lag.id} ends on {len(facing)} bundles of {len(remotes)} devices"
        yield Finding(
            message=message, elements=(lag.id, *remotes), witness={"bundles": [*sorted(o.id for o in facing)]}
        )
    elif len(remotes) > 1 and not _one_system(network, facing, remotes):
        message = f"bundle {lag.id} ends on {' and '.join(remotes)}, which are no pair and no Ethernet segment"
        yield Finding(message=message, elements=(lag.id, *remotes), witness={"devices": [*remotes]})
    for other in facing:
        if other.mode is not lag.mode and lag.id < other.id:
            message = f"bundle {lag.id} is {lag.mode.value}, the other end {other.id} is {other.mode.value}"
            yield Finding(
                message=message, elements=(lag.id, other.id), witness={"modes": [lag.mode.value, other.mode.value]}
            )


def _ours(network: Network, device: str) -> bool:
    at = network.device_index.get(device)
    return at is not None and bool(network.ours[at])


def _one_system(network: Network, facing: list[Lag], remotes: list[str]) -> bool:
    """Whether the far bundles are halves of one: of an MLAG pair, or of an Ethernet segment of EVPN."""
    pairs = network.by_id("mlags")
    named = {(lag.mlag, lag.mlag_number) for lag in facing}
    if len(named) == 1 and facing[0].mlag is not None:
        pair = pairs.get(facing[0].mlag)
        return pair is not None and set(remotes) <= set(pair.peers)
    at = [network.interface_at.get((lag.device, lag.interface)) for lag in facing]
    vlans = {frozenset(network.interfaces[i].vlans) for i in at if i is not None}
    return named == {(None, None)} and len(vlans) == 1 and set(remotes) <= _endpoints(network)


@analysis
def _endpoints(network: Network) -> frozenset[str]:
    """The devices that are VXLAN tunnel endpoints."""
    table = interfaces(network)
    ends = np.flatnonzero(table.of_kind(InterfaceKind.VTEP) & table.up).tolist()
    return frozenset(network.interfaces[at].device for at in ends)


@unbundled_links.mutant("a member of a bundle ends on a port of no bundle")
def loose_end(case: Case) -> Patch | None:
    """Take the first far port of a bundle out of its own bundle."""
    network = case.network
    far, lags = _far_ports(network), _lags_at(network)
    for lag in network.design.cabling.lags:
        ends = [far[lag.device, port] for port in lag.members if (lag.device, port) in far]
        other = lags.get((ends[0].device, ends[0].port)) if ends else None
        if other is not None:
            return (Set("lags", other.id, {"members": other.members[1:], "mlag": None, "min_links": 1}),)
    return None


@unbundled_links.mutant("a bundle ends on two switches that are no pair")
def two_switches(case: Case) -> Patch | None:
    """Let one of the two far ends of the first bundle that has two name a pair that does not exist."""
    network = case.network
    far, lags = _far_ports(network), _lags_at(network)
    for lag in network.design.cabling.lags:
        ends = [far[lag.device, port] for port in lag.members if (lag.device, port) in far]
        others = [other for end in ends if (other := lags.get((end.device, end.port))) is not None]
        if len({end.device for end in ends}) > 1 and others:
            return (Set("lags", others[0].id, {"mlag": "no-such-pair", "mlag_number": 0}),)
    return None


@unbundled_links.mutant("a second bridged link is laid beside another without a bundle")
def loose_pair(case: Case) -> Patch | None:
    """Lay a cable beside the first one between two switches, and let both bridge."""
    network = case.network
    sides = network.link_interfaces
    for at in np.flatnonzero(network.usable_links & (sides[0] >= 0) & (sides[1] >= 0)).tolist():
        link, ports = network.links[at], [network.interfaces[int(side[at])] for side in sides]
        owners = [network.devices[int(end[at])] for end in network.link_ends]
        if any(owner.role in NOT_BRIDGES for owner in owners) or link.purpose is LinkPurpose.HEARTBEAT:
            continue
        twins = [_bare_twin(port) for port in ports]
        near, far = (PortRef(device=twin.device, port=twin.name) for twin in twins)
        beside = replace(link, id=f"{link.id}-beside", a=near, b=far)
        loosened = tuple(Set("interfaces", port.id, {"mode": PortMode.TRUNK, "lag": None}) for port in ports)
        return (*loosened, *(Add("interfaces", twin) for twin in twins), Add("links", beside))
    return None


def _bare_twin(port: Interface) -> Interface:
    """A bridging port like this one beside it."""
    name = f"{port.name}-beside"
    return replace(port, id=f"{port.device}:{name}", name=name, mode=PortMode.TRUNK, lag=None, addresses=(), vrf=None)


@unbundled_links.mutant("a pair has a group's address as system MAC")
def group_address(case: Case) -> Patch | None:
    """One of IPv4 multicast."""
    for mlag in case.design.cabling.mlags:
        return (Set("mlags", mlag.id, {"system_mac": "01:00:5e:00:00:02"}),)
    return None


@unbundled_links.mutant("a bundle does not say how many links it needs")
def no_minimum(case: Case) -> Patch | None:
    """Leave the minimum of links of the first bundle unsaid."""
    for lag in case.design.cabling.lags:
        return (Set("lags", lag.id, {"min_links": None}),)
    return None
