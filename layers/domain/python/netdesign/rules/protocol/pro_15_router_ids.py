"""PRO-15: every router has a loopback that others know, and a name of its own that is that loopback's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.address_text import parse
from netdesign.analysis.addresses import subnet_prefixes
from netdesign.analysis.announcements import untold
from netdesign.analysis.layer3 import layer3
from netdesign.analysis.prefix_kinds import inside
from netdesign.analysis.readdressing import free_address, held_addresses, own_claims, read, right_address
from netdesign.analysis.route_origins import ORIGINATED, routes
from netdesign.analysis.row_codes import among, row_codes
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import Interface
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.routing import IgpInterface, RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import (
    Category,
    InterfaceKind,
    PortMode,
    Role,
    RoutingProtocol,
    Severity,
    SubnetPurpose,
)
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

DYNAMIC = (RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.ISIS)


def has_routers(case: Case) -> bool:
    """Whether any device of ours runs a routing protocol."""
    return bool(_routers(case.network))


@rule(
    code="PRO-15",
    name="router-identity",
    title="Loopback & router-id",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with routing protocols",
    applicable=has_routers,
    flags="A device of ours that runs a routing protocol without a loopback of one address (/32 or /128); a router id "
    "that is missing, no loopback's address of the device, or another device's as well; a loopback in no subnet of "
    "loopbacks, or in a pool that other subnets are cut from too; a loopback that no routing process announces, or "
    "whose announcement every session's policy holds back.",
    passes="Every router has a unique router id that is its loopback's address, and everyone knows the way to it.",
    remedy="Give the device the next address of the loopback pool, announce it, and use it as router id.",
    references=("RFC 2328 appendix C.1", "RFC 6286"),
    reading="Nodes with static routes alone, such as firewalls, need no router id and therefore no loopback. The "
    "router id is an IPv4 address; a loopback without one names no router.",
)
def router_identity(case: Case) -> Iterator[Said]:
    """Two routers of one name are one to their neighbours, and a name that goes down with a cable is none."""
    network = case.network
    devices = _routers(network)
    for device in devices:
        loopbacks = _loopbacks(network, device)
        if not loopbacks:
            yield Finding(
                message=f"{device} runs a routing protocol and has no loopback of one address",
                elements=(device,),
                witness={"device": device},
            )
    yield from _router_ids(network, devices)
    yield from _pools(network, devices)
    yield from _unannounced(network, devices)
    yield Measure(name="routers with an identity of their own", value=len(devices))


@analysis
def _routers(network: Network) -> dict[str, tuple[RoutingProcess, ...]]:
    """The routing processes of every device of ours that is in service."""
    ours = {d.id for d in network.devices if d.in_service and d.role is not Role.PROVIDER}
    found: dict[str, list[RoutingProcess]] = {}
    for process in network.design.routing.processes:
        if process.device in ours and process.protocol in DYNAMIC:
            found.setdefault(process.device, []).append(process)
    return {device: tuple(those) for device, those in sorted(found.items())}


@analysis
def _all_loopbacks(network: Network) -> dict[str, tuple[Interface, ...]]:
    found: dict[str, list[Interface]] = {}
    for fact in network.interfaces:
        if fact.kind is InterfaceKind.LOOPBACK and fact.enabled and any(_alone(text) for text in fact.addresses):
            found.setdefault(fact.device, []).append(fact)
    return {device: tuple(those) for device, those in found.items()}


def _loopbacks(network: Network, device: str) -> tuple[Interface, ...]:
    return _all_loopbacks(network).get(device, ())


def _alone(text: str) -> bool:
    one = read(text)
    return one is not None and one.length == (32 if one.version == 4 else 128)


def _router_ids(network: Network, devices: dict[str, tuple[RoutingProcess, ...]]) -> Iterator[Finding]:
    holder: dict[tuple[str, str], str] = {}
    for device, processes in devices.items():
        own = {text.split("/")[0] for fact in _loopbacks(network, device) for text in fact.addresses}
        for process in processes:
            name, problem = process.router_id, None
            if name is None:
                problem = "has no router id"
            elif holder.setdefault((process.protocol, name), device) != device:
                problem = f"has the router id {name} of {holder[process.protocol, name]}"
            elif name not in own:
                problem = f"has the router id {name}, which is no loopback's of {device}"
            if problem:
                yield Finding(
                    message=f"{process.id} {problem}",
                    elements=(process.id, device),
                    witness={"router_id": name, "device": device},
                )


def _pools(network: Network, devices: dict[str, tuple[RoutingProcess, ...]]) -> Iterator[Finding]:
    """Loopbacks outside the subnets of loopbacks, and pools that hold more than loopbacks."""
    subnets = network.design.addressing.subnets
    known = {subnet.prefix for subnet in subnets if subnet.purpose is SubnetPurpose.LOOPBACK}
    for device in devices:
        for fact in _loopbacks(network, device):
            for text in (text for text in fact.addresses if _alone(text) and _net(text) not in known):
                yield Finding(
                    message=f"{text} of {fact.id} lies in no subnet of loopbacks",
                    elements=(fact.id,),
                    witness={"address": text},
                )
    loops = np.array([subnet.purpose is SubnetPurpose.LOOPBACK for subnet in subnets], np.bool_)
    for pool in network.design.addressing.pools:
        held = inside(subnet_prefixes(network), (pool.prefix,)) if pool.vrf is not None else loops & False
        if bool((held & loops).any()) and bool((held & ~loops).any()):
            other = subnets[int(np.flatnonzero(held & ~loops)[0])]
            yield Finding(
                message=f"{other.id} ({other.prefix}) is cut from the pool {pool.id} of loopbacks",
                elements=(pool.id, other.id),
                witness={"pool": pool.prefix, "prefix": other.prefix},
            )


def _net(text: str) -> str:
    one = read(text)
    return str(one.prefix) if one is not None else text


def _unannounced(network: Network, devices: dict[str, tuple[RoutingProcess, ...]]) -> Iterator[Finding]:
    """Loopbacks that name their router, and are in no routing process."""
    table, known = routes(network), layer3(network).interface_vertex
    facts = [
        (fact, text)
        for device, processes in devices.items()
        for fact in _loopbacks(network, device)
        if {text.split("/")[0] for text in fact.addresses} & {process.router_id for process in processes}
        for text in fact.addresses
        if _alone(text)
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
    for at, (fact, text) in enumerate(facts):
        if at not in silent and (fact.device, _net(text)) not in held:
            continue
        problem = "no routing process announces" if at in silent else f"no session of {fact.device} tells anybody of"
        yield Finding(
            message=f"{problem} {text} of {fact.id}",
            elements=(fact.id, fact.device),
            witness={"address": text, "device": fact.device},
        )


def _named(case: Case) -> list[tuple[RoutingProcess, Interface]]:
    """Processes whose router id is the address of a loopback, with that loopback, by device."""
    found = []
    for device, processes in _routers(case.network).items():
        for fact in _loopbacks(case.network, device):
            own = {text.split("/")[0] for text in fact.addresses}
            found += [(process, fact) for process in processes if process.router_id in own]
    return found


@router_identity.mutant("two routers get one router id")
def equal_ids(case: Case) -> Patch | None:
    """Give the last router's process the router id of the first router's of its protocol."""
    named = [process for process, _ in _named(case)]
    for process in reversed(named):
        first = next((one for one in named if one.protocol is process.protocol and one.device != process.device), None)
        if first is not None:
            return (Set("processes", process.id, {"router_id": first.router_id}),)
    return None


@router_identity.mutant("a router id is no loopback's")
def invented_id(case: Case) -> Patch | None:
    """Give the first process an invented router id."""
    return next(((Set("processes", one.id, {"router_id": "9.9.9.9"}),) for one, _ in _named(case)), None)


@router_identity.mutant("a router has no router id")
def no_id(case: Case) -> Patch | None:
    """Leave the choice of the last process's router id to the platform."""
    return next(((Set("processes", one.id, {"router_id": None}),) for one, _ in reversed(_named(case))), None)


@router_identity.mutant("a router loses its loopback")
def no_loopback(case: Case) -> Patch | None:
    """Remove the loopback that names the first router."""
    return next(((Remove("interfaces", fact.id),) for _, fact in _named(case)), None)


@router_identity.mutant("a loopback is cut from a subnet of hosts")
def misplaced(case: Case) -> Patch | None:
    """Give the loopback of the first router a free address of a subnet of hosts."""
    for _, fact in _named(case):
        for subnet in case.design.addressing.subnets:
            one = read(subnet.prefix)
            if one is not None and one.version == 4 and subnet.purpose is SubnetPurpose.HOSTS:
                free = free_address(case.network, one.prefix, fact.device)
                text = str(one._replace(address=free, length=32)) if free is not None else None
                changed = tuple(text if "." in old and text else old for old in fact.addresses)
                return (Set("interfaces", fact.id, {"addresses": changed}),)
    return None


@router_identity.mutant("a loopback is not announced")
def withdrawn(case: Case) -> Patch | None:
    """Take the loopback of the last router out of all its processes."""
    for _, fact in reversed(_named(case)):
        nets = {_net(text) for text in fact.addresses}
        patch: list[Operation] = [
            Remove("igp_interfaces", one.id) for one in case.design.routing.igp_interfaces if one.interface == fact.id
        ]
        for process in _routers(case.network)[fact.device]:
            kept = tuple(text for text in process.networks if text not in nets)
            sources = tuple(one for one in process.redistribute if one.source != "connected")
            if process.vrf == fact.vrf and (kept, sources) != (process.networks, process.redistribute):
                patch.append(Set("processes", process.id, {"networks": kept, "redistribute": sources}))
        return tuple(patch)
    return None


@router_identity.fix("the router id becomes the loopback's address")
def as_loopback(case: Case, finding: Finding) -> Patch | None:
    """Name the process after the first loopback of its device with an IPv4 address."""
    processes = case.network.by_id("processes")
    for name in finding.elements:
        if name in processes:
            facts = _loopbacks(case.network, processes[name].device)
            texts = [text for fact in facts for text in fact.addresses if _alone(text) and "." in text]
            return (Set("processes", name, {"router_id": texts[0].split("/")[0]}),) if texts else None
    return None


@router_identity.fix("the loopback gets an address of its pool")
def repooled(case: Case, finding: Finding) -> Patch | None:
    """Give the loopback a subnet of loopbacks that nobody is in, the one that its device already names if any."""
    known, text = case.network.by_id("interfaces"), str(finding.witness.get("address", ""))
    for name in finding.elements:
        if name in known and text in known[name].addresses and "lies in no subnet" in finding.message:
            new = right_address(case.network, name, text)
            changed = tuple(new if one == text else one for one in known[name].addresses)
            return (Set("interfaces", name, {"addresses": changed}),) if new is not None else None
    return None


@router_identity.fix("the router gets a loopback")
def with_loopback(case: Case, finding: Finding) -> Patch | None:
    """A loopback as devices of its kind have, with addresses that its processes already claim or that are free."""
    network, device = case.network, str(finding.witness.get("device", ""))
    if device not in _routers(network) or _loopbacks(network, device):
        return None
    name = _loopback_name(network, device)
    bare = Interface(
        id=f"{device}:{name}",
        device=device,
        name=name,
        kind=InterfaceKind.LOOPBACK,
        mode=PortMode.ROUTED,
        vrf=_routers(network)[device][0].vrf,
    )
    own = tuple(text for version in (4, 6) if (text := _idle_loopback(network, device, version)))
    if not own or bare.id in network.interface_index:
        return None
    return (Add("interfaces", replace(bare, addresses=own)),)


def _idle_loopback(network: Network, device: str, version: int) -> str | None:
    """A subnet of loopbacks that nobody is in: one that the device already claims, or else the first."""
    subnets, claims = network.design.addressing.subnets, own_claims(network, device)
    loops = [one for s in subnets if s.purpose is SubnetPurpose.LOOPBACK and (one := read(s.prefix)) is not None]
    idle = [one for one in loops if one.version == version and (version, one.address) not in held_addresses(network)]
    return next((str(one) for one in sorted(idle, key=lambda one: ((version, one.address) not in claims, one))), None)


def _loopback_name(network: Network, device: str) -> str:
    """As statements of the device's own processes say, or as on another device of its type."""
    for one in network.design.routing.igp_interfaces:
        owner, _, name = one.interface.partition(":")
        if owner == device and one.interface not in network.interface_index:
            return name
    index, types = network.device_index, network.device_types
    alike = (d for d in _all_loopbacks(network) if d in index and types[index[d]] is types[index[device]])
    return next((_all_loopbacks(network)[d][0].name for d in alike), "Loopback0")


@router_identity.fix("a routing process announces the loopback")
def announced(case: Case, finding: Finding) -> Patch | None:
    """Put it into the process of its VRF: as a network of BGP, as a passive interface otherwise."""
    known, text = case.network.by_id("interfaces"), str(finding.witness.get("address", ""))
    fact = next((known[name] for name in finding.elements if name in known), None)
    mine = _routers(case.network).get(fact.device, ()) if fact is not None else ()
    process = next((one for one in mine if fact is not None and one.vrf == fact.vrf), None)
    if fact is None or process is None or text not in fact.addresses:
        return None
    if process.protocol is RoutingProtocol.BGP:
        return (Set("processes", process.id, {"networks": (*process.networks, _net(text))}),)
    said = case.network.grouped("igp_interfaces", "process").get(process.id, ())
    area = said[0].area if said else "0.0.0.0"  # noqa: S104 - an OSPF area, not an address
    made = IgpInterface(id=f"{process.id}:{fact.name}", process=process.id, interface=fact.id, area=area, passive=True)
    return None if made.id in case.network.by_id("igp_interfaces") else (Add("igp_interfaces", made),)
