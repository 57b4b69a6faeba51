"""PRO-15: every router has a loopback that others know, and a name of its own that is that loopback's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.facts.hostnames import fit_hostname, unfit, wrong_hostnames
from netdesign.analysis.protocols.readdressing import free_address, held_addresses, own_claims, read, right_address
from netdesign.analysis.routing.loopbacks import (
    alone,
    loopbacks,
    loopbacks_by_device,
    mixed_pools,
    net,
    routers,
    strangers,
    unknown_loopbacks,
)
from netdesign.graph.network import Network
from netdesign.model.addressing import Interface
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.routing import IgpInterface, RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import (
    Category,
    InterfaceKind,
    PortMode,
    RoutingProtocol,
    Severity,
    SubnetPurpose,
)
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def has_routers(case: Case) -> bool:
    """Whether any device of ours has a name: as a router, or as a host that is managed."""
    return bool(routers(case.network) or case.network.ours.any())


@rule(
    code="PRO-15",
    name="router-identity",
    title="Loopback & router-id",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with devices of our own",
    applicable=has_routers,
    flags="A hostname that is no name of RFC 1123 (letters, digits and hyphens of ASCII, up to 63 a label), or that "
    "two devices of ours have; a device of ours that runs a routing protocol without a loopback of one address (/32 or "
    "/128); a router id that is missing, no loopback's address of the device, or another device's as well; a loopback "
    "in no subnet of loopbacks and no pool of theirs, or in a pool that other subnets are cut from too; a loopback "
    "that no routing process announces, or whose announcement every session's policy holds back.",
    passes="Every router has a unique router id that is its loopback's address, and everyone knows the way to it.",
    remedy="Give the device the next address of the loopback pool, announce it, and use it as router id.",
    references=("RFC 2328 appendix C.1", "RFC 6286", "RFC 1123 section 2.1"),
    reading="Nodes with static routes alone, such as firewalls, need no router id and therefore no loopback. The "
    "router id is an IPv4 address; a loopback without one names no router. Hostnames "
    "are judged here as the other name that a device goes by; those of providers' devices are free text.",
)
def router_identity(case: Case) -> Iterator[Said]:
    """Two routers of one name are one to their neighbours, and a name that goes down with a cable is none."""
    network = case.network
    devices = routers(network)
    for device in devices:
        if not loopbacks(network, device):
            yield Finding(
                message=f"{device} runs a routing protocol and has no loopback of one address",
                elements=(device,),
                witness={"device": device},
            )
    yield from _router_ids(network, devices)
    yield from _pools(network)
    yield from _unknown(network)
    yield from _hostnames(network)
    yield Measure(name="routers with an identity of their own", value=len(devices))


def _router_ids(network: Network, devices: dict[str, tuple[RoutingProcess, ...]]) -> Iterator[Finding]:
    holder: dict[tuple[str, str], str] = {}
    for device, processes in devices.items():
        own = {text.split("/")[0] for fact in loopbacks(network, device) for text in fact.addresses}
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


def _pools(network: Network) -> Iterator[Finding]:
    """Loopbacks outside what loopbacks come from, and pools that hold more than loopbacks."""
    for fact, text in strangers(network):
        yield Finding(
            message=f"{text} of {fact.id} lies in no subnet of loopbacks",
            elements=(fact.id,),
            witness={"address": text},
        )
    for pool, other in mixed_pools(network):
        yield Finding(
            message=f"{other.id} ({other.prefix}) is cut from the pool {pool.id} of loopbacks",
            elements=(pool.id, other.id),
            witness={"pool": pool.prefix, "prefix": other.prefix},
        )


def _unknown(network: Network) -> Iterator[Finding]:
    """Loopbacks that name their router and that others hear nothing of."""
    for fact, text, silent in unknown_loopbacks(network):
        problem = "no routing process announces" if silent else f"no session of {fact.device} tells anybody of"
        yield Finding(
            message=f"{problem} {text} of {fact.id}",
            elements=(fact.id, fact.device),
            witness={"address": text, "device": fact.device},
        )


def _hostnames(network: Network) -> Iterator[Finding]:
    for device, hostname, problem, other in wrong_hostnames(network):
        yield Finding(
            message=f"the hostname {hostname!r} of {device} {problem}",
            elements=(device, *((other,) if other else ())),
            witness={"hostname": hostname, "device": device},
        )


def _named(case: Case) -> list[tuple[RoutingProcess, Interface]]:
    """Processes whose router id is the address of a loopback, with that loopback, by device."""
    found = []
    for device, processes in routers(case.network).items():
        for fact in loopbacks(case.network, device):
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


def _renamed(case: Case, text: str) -> Patch | None:
    """The last device of ours with a hostname."""
    ours = [device.id for at, device in enumerate(case.network.devices) if case.network.ours[at]]
    return (Set("devices", ours[-1], {"hostname": text}),) if ours else None


@router_identity.mutant("a hostname turns the order of letters")
def bidirectional(case: Case) -> Patch | None:
    """With a character that shows what follows from right to left."""
    return _renamed(case, "leaf\u202e10")


@router_identity.mutant("a hostname is too long")
def overlong(case: Case) -> Patch | None:
    """By one character."""
    return _renamed(case, "a" * 64)


@router_identity.mutant("a hostname has a blank in it")
def blank(case: Case) -> Patch | None:
    """Which neither DNS nor log collectors take."""
    return _renamed(case, "leaf 01")


@router_identity.mutant("two devices have one hostname")
def namesakes(case: Case) -> Patch | None:
    """The last one that of the first."""
    first = next((device for at, device in enumerate(case.network.devices) if case.network.ours[at]), None)
    patch = _renamed(case, first.hostname.upper()) if first is not None else None
    return patch if patch and first is not None and isinstance(patch[0], Set) and patch[0].id != first.id else None


@router_identity.fix("the device gets a hostname of its own")
def rename(case: Case, finding: Finding) -> Patch | None:
    """Its id where that is a hostname, or else what is left of its name."""
    if "hostname" not in finding.witness:
        return None
    taken = {device.hostname.lower() for device in case.network.devices}
    name = finding.elements[0]
    for text in (name, fit_hostname(name), fit_hostname(str(finding.witness["hostname"]))):
        if not unfit(text) and text.lower() not in taken:
            return (Set("devices", name, {"hostname": text}),)
    return None


@router_identity.mutant("a loopback is not announced")
def withdrawn(case: Case) -> Patch | None:
    """Take the loopback of the last router out of all its processes."""
    for _, fact in reversed(_named(case)):
        nets = {net(text) for text in fact.addresses}
        patch: list[Operation] = [
            Remove("igp_interfaces", one.id) for one in case.design.routing.igp_interfaces if one.interface == fact.id
        ]
        for process in routers(case.network)[fact.device]:
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
            facts = loopbacks(case.network, processes[name].device)
            texts = [text for fact in facts for text in fact.addresses if alone(text) and "." in text]
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
    if device not in routers(network) or loopbacks(network, device):
        return None
    name = _loopback_name(network, device)
    bare = Interface(
        id=f"{device}:{name}",
        device=device,
        name=name,
        kind=InterfaceKind.LOOPBACK,
        mode=PortMode.ROUTED,
        vrf=routers(network)[device][0].vrf,
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
    alike = (d for d in loopbacks_by_device(network) if d in index and types[index[d]] is types[index[device]])
    return next((loopbacks_by_device(network)[d][0].name for d in alike), "Loopback0")


@router_identity.fix("a routing process announces the loopback")
def announced(case: Case, finding: Finding) -> Patch | None:
    """Put it into the process of its VRF: as a network of BGP, as a passive interface otherwise."""
    known, text = case.network.by_id("interfaces"), str(finding.witness.get("address", ""))
    fact = next((known[name] for name in finding.elements if name in known), None)
    mine = routers(case.network).get(fact.device, ()) if fact is not None else ()
    process = next((one for one in mine if fact is not None and one.vrf == fact.vrf), None)
    if fact is None or process is None or text not in fact.addresses:
        return None
    if process.protocol is RoutingProtocol.BGP:
        return (Set("processes", process.id, {"networks": (*process.networks, net(text))}),)
    said = case.network.grouped("igp_interfaces", "process").get(process.id, ())
    area = said[0].area if said else "0.0.0.0"  # noqa: S104 - an OSPF area, not an address
    made = IgpInterface(id=f"{process.id}:{fact.name}", process=process.id, interface=fact.id, area=area, passive=True)
    return None if made.id in case.network.by_id("igp_interfaces") else (Add("igp_interfaces", made),)
