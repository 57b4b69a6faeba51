"""Routers of ours and their loopbacks: where their addresses come from, and whether others hear of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.facts.prefix_kinds import held_in
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.readdressing import read
from netdesign.analysis.routing.announcements import untold
from netdesign.analysis.tables.route_origins import ORIGINATED, routes
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind, Role, RoutingProtocol, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs
    from netdesign.model.addressing import Interface, Pool, Subnet
    from netdesign.model.routing import RoutingProcess

DYNAMIC = (RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.ISIS)


@analysis
def routers(network: Network) -> dict[str, tuple[RoutingProcess, ...]]:
    """The routing processes of every device of ours that is in service."""
    ours = {d.id for d in network.devices if d.in_service and d.role is not Role.PROVIDER}
    found: dict[str, list[RoutingProcess]] = {}
    for process in network.design.routing.processes:
        if process.device in ours and process.protocol in DYNAMIC:
            found.setdefault(process.device, []).append(process)
    return {device: tuple(those) for device, those in sorted(found.items())}


@analysis
def loopbacks_by_device(network: Network) -> dict[str, tuple[Interface, ...]]:
    """The loopbacks that are up and have an address of full length, by device (id)."""
    found: dict[str, list[Interface]] = {}
    for fact in network.interfaces:
        if fact.kind is InterfaceKind.LOOPBACK and fact.enabled and any(alone(text) for text in fact.addresses):
            found.setdefault(fact.device, []).append(fact)
    return {device: tuple(those) for device, those in found.items()}


def loopbacks(network: Network, device: str) -> tuple[Interface, ...]:
    """The loopbacks of a device (by id) that have an address of full length."""
    return loopbacks_by_device(network).get(device, ())


def alone(text: str) -> bool:
    """Whether a text is an address with the full length."""
    one = read(text)
    return one is not None and one.length == (32 if one.version == 4 else 128)


def net(text: str) -> str:
    """The prefix around an address, or the text itself where it is none."""
    one = read(text)
    return str(one.prefix) if one is not None else text


@analysis
def strangers(network: Network) -> tuple[tuple[Interface, str], ...]:
    """Loopbacks of routers, with the address, that are in no subnet of loopbacks and in no pool of theirs."""
    subnets = network.design.addressing.subnets
    known = {subnet.prefix for subnet in subnets if subnet.purpose is SubnetPurpose.LOOPBACK}
    blocks = [around.prefix for pool in _pools_of_loopbacks(network) if (around := read(pool.prefix)) is not None]
    found = []
    for device in routers(network):
        for fact in loopbacks(network, device):
            for text in (text for text in fact.addresses if alone(text) and net(text) not in known):
                one = read(text)
                if one is None or not any(block.covers(one.prefix) for block in blocks):
                    found.append((fact, text))
    return tuple(found)


@analysis
def _held(network: Network) -> tuple[tuple[Pool, Longs, Longs], ...]:
    """Each pool of a VRF, with the subnets inside it (by position) that are of loopbacks, and those that are not."""
    subnets, pools = network.design.addressing.subnets, network.design.addressing.pools
    loops = np.array([subnet.purpose is SubnetPurpose.LOOPBACK for subnet in subnets], np.bool_)
    named = [pool for pool in pools if pool.vrf is not None]
    inside = held_in(subnet_prefixes(network), [pool.prefix for pool in named])
    return tuple((pool, held[loops[held]], held[~loops[held]]) for pool, held in zip(named, inside, strict=True))


def _pools_of_loopbacks(network: Network) -> list[Pool]:
    """The pools that subnets of loopbacks alone are cut from."""
    return [pool for pool, loops, others in _held(network) if loops.size and not others.size]


@analysis
def mixed_pools(network: Network) -> tuple[tuple[Pool, Subnet], ...]:
    """The pools that hold subnets of loopbacks and others, with the first of those."""
    subnets = network.design.addressing.subnets
    mixed = [(pool, others) for pool, loops, others in _held(network) if loops.size and others.size]
    return tuple((pool, subnets[int(others[0])]) for pool, others in mixed)


class Unknown(NamedTuple):
    """A loopback that names its router, an address of it, and whether no process announces it at all."""

    fact: Interface
    address: str
    silent: bool


@analysis
def unknown_loopbacks(network: Network) -> tuple[Unknown, ...]:
    """Loopbacks that name their router and are in no routing process, or held back by the policies of all sessions."""
    table, known = routes(network), layer3(network).interface_vertex
    facts = [
        (fact, text)
        for device, processes in routers(network).items()
        for fact in loopbacks(network, device)
        if {text.split("/")[0] for text in fact.addresses} & {process.router_id for process in processes}
        for text in fact.addresses
        if alone(text)
    ]
    parsed = parse([text for _, text in facts])
    vertex = np.array([known[network.interface_index[fact.id]] for fact, _ in facts], np.int64)
    spread = np.flatnonzero((table.kind == ORIGINATED) & (table.length >= np.where(table.version == 4, 32, 128)))
    codes = row_codes(
        *(
            np.concatenate([mine, theirs[spread]])
            for mine, theirs in (
                (parsed.version, table.version),
                (parsed.high, table.high),
                (parsed.low, table.low),
                (vertex, table.vertex),
            )
        )
    )
    held = {(network.design.routing.processes[one.process].device, str(one.prefix)) for one in untold(network)}
    silent = set(np.flatnonzero(~among(codes[: vertex.size], codes[vertex.size :])).tolist())
    return tuple(
        Unknown(fact, text, at in silent)
        for at, (fact, text) in enumerate(facts)
        if at in silent or (fact.device, net(text)) in held
    )
