"""PRO-18: AS numbers are legal, ours to use, and do not stop routes where they should pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.protocols.adjacency import SENDS, processes, statements
from netdesign.analysis.protocols.providers import provider_devices
from netdesign.analysis.traffic.exits import exits
from netdesign.graph.network import Network, analysis
from netdesign.model.patch import Patch, Set
from netdesign.model.routing import RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, RoutingProtocol, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

UNUSABLE = (range(1), range(23456, 23457), range(65535, 65536), range(2**32 - 1, 2**32))
DOCUMENTATION = (range(64_496, 64_512), range(65_536, 65_552))
TWO_BYTE_PRIVATE = range(64_512, 65_535)
PRIVATE = (TWO_BYTE_PRIVATE, range(4_200_000_000, 4_294_967_295))
LEAVES = (Role.LEAF, Role.BORDER_LEAF, Role.ACCESS)
SPINES = (Role.SPINE,)


def has_bgp(case: Case) -> bool:
    """Whether any device of ours speaks BGP."""
    return bool(_speakers(case.network))


@rule(
    code="PRO-18",
    name="as-numbers",
    title="ASN validity & plan",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with BGP",
    applicable=has_bgp,
    flags="A missing or unusable AS number (0, 23456, 65535, 4294967295, numbers for documentation); a session with a "
    "provider of the Internet that does not remove private numbers; two leaves with one number that are no pair, "
    "without leave to accept it in a path; spines of one pod with different numbers, or with one of a leaf; more "
    "leaves with private two-byte numbers than there are.",
    passes="Every number is legal, and the plan lets routes pass from every leaf to every other.",
    remedy="Number from the private four-byte range: one for the spines of a pod, one for each leaf or pair.",
    references=("RFC 6996", "RFC 7300", "RFC 7607", "RFC 5398", "RFC 6793", "RFC 7938 section 5.2.2"),
    reading="Two leaves are a pair where an MLAG joins them. A provider with a private number of its own is a private "
    "network's. A session that lets nothing out at present would let numbers out with the first prefix of ours "
    "(warning).",
)
def as_numbers(case: Case) -> Iterator[Said]:
    """BGP drops what went through its own number before, and nobody beyond us can use a private one."""
    network = case.network
    speakers = _speakers(network)
    for process in speakers:
        if (problem := _illegal(process.asn)) is not None:
            yield _finding(process, f"has {problem}")
    yield from _leaks(network)
    yield from _leaves(network)
    yield from _spines(network)
    yield from _space(case)
    yield Measure(name="numbers in use", value=len({process.asn for process in speakers}))


def _finding(process: RoutingProcess, problem: str, *others: str) -> Finding:
    return Finding(
        message=f"{process.id} {problem}",
        elements=(process.id, *others),
        witness={"asn": process.asn, "device": process.device},
    )


@analysis
def _speakers(network: Network) -> tuple[RoutingProcess, ...]:
    """The BGP processes of devices of ours that are in service."""
    ours = {d.id for d in network.devices if d.in_service and d.role is not Role.PROVIDER}
    facts = network.design.routing.processes
    return tuple(p for p in facts if p.protocol is RoutingProtocol.BGP and p.device in ours)


def _illegal(asn: int | None) -> str | None:
    if asn is None:
        return "no AS number"
    if any(asn in some for some in UNUSABLE) or not 0 <= asn < 2**32:
        return f"the AS number {asn}, which nobody may use"
    if any(asn in some for some in DOCUMENTATION):
        return f"the AS number {asn}, which is for documentation"
    return None


def _private(asn: int | None) -> bool:
    return asn is not None and any(asn in some for some in PRIVATE)


def _leaks(network: Network) -> Iterator[Finding]:
    """Sessions with providers of the Internet over which private numbers go out."""
    said, running = statements(network), processes(network)
    facts, owners = network.design.routing.bgp_neighbors, network.design.routing.processes
    theirs = np.append(provider_devices(network), False)
    public = {exit_.device for exit_ in exits(network)}
    private = any(_private(process.asn) for process in _speakers(network))
    for at, fact in enumerate(facts):
        own, peer = int(said.process[at]), int(said.peer[at])
        if own < 0 or theirs[running.device[own]] or fact.remove_private_asn or not private:
            continue
        outside = peer < 0 or bool(theirs[running.device[peer]])
        if outside and owners[own].device in public and fact.remote_asn != owners[own].asn:
            sends = bool(said.families[at] & SENDS)
            yield Finding(
                message=f"{fact.id} {'lets' if sends else 'would let'} private AS numbers out to a provider",
                elements=(fact.id, owners[own].id),
                witness={"asn": owners[own].asn, "remote_asn": fact.remote_asn},
                severity=None if sends else Severity.WARNING,
            )


@analysis
def _fabric(network: Network) -> dict[Role, tuple[RoutingProcess, ...]]:
    """The numbered processes of devices that have BGP neighbours, by role of the device."""
    talking = network.grouped("bgp_neighbors", "process")
    roles, found = {device.id: device.role for device in network.devices}, defaultdict[Role, list[RoutingProcess]](list)
    for process in _speakers(network):
        if process.asn is not None and process.id in talking:
            found[roles[process.device]].append(process)
    return {role: tuple(those) for role, those in found.items()}


def _of(network: Network, roles: tuple[Role, ...]) -> list[RoutingProcess]:
    return [process for role in roles for process in _fabric(network).get(role, ())]


def _leaves(network: Network) -> Iterator[Finding]:
    """Leaves that share a number and are no pair."""
    mates = {frozenset(mlag.peers) for mlag in network.design.cabling.mlags}
    said = network.grouped("bgp_neighbors", "process")
    first: dict[int, RoutingProcess] = {}
    for process in _of(network, LEAVES):
        one = first.setdefault(process.asn or 0, process)
        pair = frozenset((one.device, process.device))
        if len(pair) > 1 and pair not in mates:
            sessions = (*said.get(one.id, ()), *said.get(process.id, ()))
            if not all(session.allow_own_asn for session in sessions):
                problem = f"has the AS number {process.asn} of {one.device}: neither takes the other's routes"
                yield _finding(process, problem, one.id)


def _spines(network: Network) -> Iterator[Finding]:
    """Spines of a pod that differ, or that a leaf equals."""
    where = {device.id: (device.site, device.block) for device in network.devices}
    pods = defaultdict[tuple[str, str | None], list[RoutingProcess]](list)
    for process in _of(network, SPINES):
        pods[where[process.device]].append(process)
    used = {process.asn: process for process in _of(network, LEAVES)}
    for those in pods.values():
        usual = _usual(those)
        for process in those:
            if process.asn != usual:
                yield _finding(process, f"has the AS number {process.asn}, other spines of its pod {usual}")
            elif process.asn in used:
                leaf = used[process.asn]
                yield _finding(leaf, f"has the AS number {leaf.asn} of its spine {process.device}", process.id)


def _usual(those: list[RoutingProcess]) -> int | None:
    count = Counter(process.asn for process in those)
    return min(count, key=lambda asn: (-count[asn], asn or 0))


def _space(case: Case) -> Iterator[Finding]:
    """More leaves than private two-byte numbers."""
    leaves = _of(case.network, LEAVES)
    devices, most = {process.device for process in leaves}, case.parameters.protocols.max_two_byte_leaf_asns
    short = [process for process in leaves if process.asn in TWO_BYTE_PRIVATE]
    if len(devices) > most and short:
        yield _finding(short[0], f"has a two-byte number among {len(devices)} leaves: there are {most} of them")


def _set(process: RoutingProcess, asn: int | None) -> Patch:
    return (Set("processes", process.id, {"asn": asn}),)


@as_numbers.mutant("a router has a number that nobody may use")
def unusable(case: Case) -> Patch | None:
    """Give the first process 23456."""
    return next((_set(process, 23_456) for process in _speakers(case.network)), None)


@as_numbers.mutant("a router has a number for documentation")
def documentation(case: Case) -> Patch | None:
    """Give the last process 64500."""
    return next((_set(process, 64_500) for process in reversed(_speakers(case.network))), None)


@as_numbers.mutant("a router has no number")
def unnumbered(case: Case) -> Patch | None:
    """Forget the number of the first process."""
    return next((_set(process, None) for process in _speakers(case.network)), None)


@as_numbers.mutant("a leaf gets the number of another leaf")
def twin_leaves(case: Case) -> Patch | None:
    """Give a process of the last leaf the number of the first leaf."""
    leaves = _of(case.network, LEAVES)
    mates = {frozenset(mlag.peers) for mlag in case.design.cabling.mlags}
    for process in reversed(leaves):
        if process.asn != leaves[0].asn and frozenset((process.device, leaves[0].device)) not in mates:
            return _set(process, leaves[0].asn)
    return None


@as_numbers.mutant("a spine gets another number than its fellows")
def odd_spine(case: Case) -> Patch | None:
    """Give the last process of several spines of a pod a number of its own."""
    spines = _of(case.network, SPINES)
    where = {device.id: (device.site, device.block) for device in case.network.devices}
    crowd = Counter(where[process.device] for process in spines)
    last = next((process for process in reversed(spines) if crowd[where[process.device]] > 2), None)
    return _set(last, 4_294_000_000) if last is not None else None


@as_numbers.mutant("a leaf gets the number of its spines")
def leaf_as_spine(case: Case) -> Patch | None:
    """Give a process of the last leaf the number of the spines."""
    spines, leaves = _of(case.network, SPINES), _of(case.network, LEAVES)
    return _set(leaves[-1], spines[0].asn) if spines and leaves else None


@as_numbers.mutant("private numbers go out to a provider")
def leaked(case: Case) -> Patch | None:
    """Leave private numbers in what the sessions with providers send."""
    said, running = statements(case.network), processes(case.network)
    theirs = np.append(provider_devices(case.network), False)
    facts = case.design.routing.bgp_neighbors
    own = [at for at in range(len(facts)) if said.peer[at] >= 0 and theirs[running.device[int(said.peer[at])]]]
    own = [at for at in own if facts[at].remove_private_asn]
    return tuple(Set("bgp_neighbors", facts[at].id, {"remove_private_asn": False}) for at in own) or None


@as_numbers.fix("the router gets the number that its neighbours expect")
def as_expected(case: Case, finding: Finding) -> Patch | None:
    """Follow the statements of those who name an address of the device, most of them."""
    known, said = case.network.by_id("processes"), case.network.grouped("bgp_neighbors", "peer_address")
    for name in (one for one in finding.elements if one in known):
        facts = [i for i in case.network.interfaces if i.device == known[name].device and i.vrf == known[name].vrf]
        own = {text.split("/")[0] for fact in facts for text in fact.addresses}
        votes = Counter(one.remote_asn for text in own for one in said.get(text, ()))
        expected = min(votes, key=lambda asn: (-votes[asn], asn), default=None)
        if expected is not None and expected != known[name].asn and _illegal(expected) is None:
            return _set(known[name], expected)
    return None


@as_numbers.fix("the router gets the number that its other tables have")
def as_elsewhere(case: Case, finding: Finding) -> Patch | None:
    """A process without neighbours that state its number follows the other processes of its device."""
    known = case.network.by_id("processes")
    for name in (one for one in finding.elements if one in known):
        votes = Counter(p.asn for p in _speakers(case.network) if p.device == known[name].device and p.id != name)
        usual = min(votes, key=lambda asn: (-votes[asn], asn or 0), default=None)
        if usual is not None and usual != known[name].asn:
            return _set(known[name], usual)
    return None


@as_numbers.fix("private numbers are taken out of what the provider gets")
def removed(case: Case, finding: Finding) -> Patch | None:
    """Remove them on the session."""
    known = case.network.by_id("bgp_neighbors")
    name = next((one for one in finding.elements if one in known), None)
    return (Set("bgp_neighbors", name, {"remove_private_asn": True}),) if name is not None else None
