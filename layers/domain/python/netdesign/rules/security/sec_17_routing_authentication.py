"""SEC-17: nobody can speak in the place of a routing neighbour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.protocols.adjacency import statements
from netdesign.analysis.protocols.session_guards import authenticated, beside_external, bgp_exposure, igp_exposure
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
AUTHENTICATION = {"bgp_neighbors": "tcp-ao", "igp_interfaces": "hmac-sha-256"}


def _statements(case: Case) -> list[tuple[int, bool]]:
    """(BGP statement of ours, whether it is exposed)."""
    exposure = bgp_exposure(case.network)
    return [(row, bool(exposure.exposed[row])) for row in np.flatnonzero(exposure.ours).tolist()]


def _interfaces(case: Case) -> list[tuple[int, bool]]:
    """(active IGP interface of ours, whether it is exposed)."""
    exposure = igp_exposure(case.network)
    return [(row, bool(exposure.exposed[row])) for row in np.flatnonzero(exposure.ours).tolist()]


def _applies(case: Case) -> bool:
    return bool(bgp_exposure(case.network).ours.any() or igp_exposure(case.network).ours.any())


@rule(
    code="SEC-17",
    name="routing-authentication",
    title="Routing-protocol authentication",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="designs with routing protocols; an error at the edge, on shared or leased segments and at borders of"
    " zones, a warning elsewhere",
    applicable=_applies,
    flags="A BGP session without TCP-AO or MD5, or an interface that speaks OSPF or IS-IS without a cryptographic"
    " digest; a session with the router beside, under another number, that takes packets from further away (no GTSM).",
    passes="Every session and every speaking interface proves who its neighbour is.",
    remedy="Add a key chain: TCP-AO for BGP, HMAC-SHA for OSPF and IS-IS; switch TTL security on; make interfaces"
    " towards hosts passive.",
    references=(
        "RFC 5925 (TCP-AO)",
        "RFC 5709, RFC 7474 (OSPF)",
        "RFC 5310 (IS-IS)",
        "RFC 5082 (GTSM)",
        "NIST SP 800-189, SP 800-53 SC-23",
    ),
    reading="A password that is sent in the clear counts as none. Authentication of BFD itself is not described by any"
    " fact and is not asked for.",
)
def routing_authentication(case: Case) -> Iterator[Said]:
    """One finding for each device and fault, so that a fabric without keys stays readable."""
    routing = case.design.routing
    open_ones: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    device = {process.id: process.device for process in routing.processes}
    beside = beside_external(case.network)
    spoken = _statements(case)
    for row, exposed in spoken:
        fact = routing.bgp_neighbors[row]
        if not authenticated(fact.authentication):
            open_ones["bgp_neighbors", device[fact.process], exposed].append(fact.id)
        if beside[row] and not fact.ttl_security:
            open_ones["ttl", device[fact.process], exposed].append(fact.id)
    quiet = _interfaces(case)
    for row, exposed in quiet:
        one = routing.igp_interfaces[row]
        if not authenticated(one.authentication):
            open_ones["igp_interfaces", device[one.process], exposed].append(one.id)
    for (kind, name, exposed), ids in open_ones.items():
        yield _finding(kind, name, ids, exposed=exposed)
    yield Measure(name="sessions_and_interfaces", value=len(spoken) + len(quiet))
    yield Measure(name="open_to_false_neighbours", value=sum(map(len, open_ones.values())), threshold=0)


WORDS = {
    "bgp_neighbors": "BGP sessions without authentication",
    "igp_interfaces": "interfaces that speak OSPF or IS-IS without authentication",
    "ttl": "BGP sessions that take packets from further away than the next router",
}


def _finding(kind: str, device: str, ids: list[str], *, exposed: bool) -> Finding:
    where = "at the edge, on a shared or leased segment, or at the border of a zone" if exposed else "inside"
    return Finding(
        message=f"{device} has {len(ids)} {WORDS[kind]}, {where}: {min(ids)}",
        elements=(device, *sorted(ids)[:SHOWN]),
        witness={"kind": kind, "count": len(ids), "exposed": exposed},
        severity=Severity.ERROR if exposed else Severity.WARNING,
    )


@routing_authentication.mutant("the session with a provider loses its key")
def open_edge(case: Case) -> Patch | None:
    """The first that is exposed."""
    row = next((row for row, exposed in _statements(case) if exposed), None)
    return None if row is None else (_set(case, row, authentication=None),)


@routing_authentication.mutant("a session loses its key")
def open_session(case: Case) -> Patch | None:
    """The last one."""
    rows = _statements(case)
    return (_set(case, rows[-1][0], authentication="simple"),) if rows else None


@routing_authentication.mutant("a session takes packets from afar")
def open_ttl(case: Case) -> Patch | None:
    """The first with a neighbour of another number."""
    beside = beside_external(case.network)
    row = next((row for row, _ in _statements(case) if beside[row]), None)
    return None if row is None else (_set(case, row, ttl_security=False),)


@routing_authentication.mutant("an interface speaks OSPF or IS-IS without a key")
def open_interface(case: Case) -> Patch | None:
    """The first one."""
    rows = _interfaces(case)
    facts = case.design.routing.igp_interfaces
    return (Set("igp_interfaces", facts[rows[0][0]].id, {"authentication": None}),) if rows else None


@routing_authentication.mutant("an interface speaks towards hosts")
def speak_to_hosts(case: Case) -> Patch | None:
    """A passive one becomes active as it is, without a key."""
    known = case.network.by_id("interfaces")
    for fact in case.design.routing.igp_interfaces:
        port = known.get(fact.interface)
        if (
            fact.passive
            and port is not None
            and port.kind is InterfaceKind.SVI
            and port.vlan
            and not fact.authentication
        ):
            return (Set("igp_interfaces", fact.id, {"passive": False}),)
    return None


def _set(case: Case, row: int, **changes: object) -> Set:
    return Set("bgp_neighbors", case.design.routing.bgp_neighbors[row].id, changes)


@routing_authentication.fix("add keys and TTL security")
def add_keys(case: Case, finding: Finding) -> Patch | None:
    """On both sides of each session, as the other side has it; interfaces towards hosts become passive."""
    kind = str(finding.witness.get("kind"))
    if kind == "ttl":
        return tuple(Set("bgp_neighbors", name, {"ttl_security": True}) for name in finding.elements[1:])
    if kind == "bgp_neighbors":
        return _keyed_sessions(case, finding.elements[1:])
    if kind != "igp_interfaces":
        return None
    facts = case.network.by_id("igp_interfaces")
    exposure, index = igp_exposure(case.network), {f.id: at for at, f in enumerate(case.design.routing.igp_interfaces)}
    made = []
    for name in finding.elements[1:]:
        shared = exposure.exposed[index[name]] and facts[name].authentication is None
        changes = {"passive": True} if shared else {"authentication": AUTHENTICATION[kind]}
        made.append(Set("igp_interfaces", name, changes))
    return tuple(made)


def _keyed_sessions(case: Case, names: tuple[str, ...]) -> Patch:
    said, facts = statements(case.network), case.design.routing.bgp_neighbors
    index = {fact.id: at for at, fact in enumerate(facts)}
    columns = zip(said.peer.tolist(), said.process.tolist(), said.segment.tolist(), strict=True)
    ends = {key: at for at, key in enumerate(columns)}
    made: dict[str, Set] = {}
    for name in names:
        at = index[name]
        other = ends.get((int(said.process[at]), int(said.peer[at]), int(said.segment[at])))
        theirs = facts[other].authentication if other is not None else None
        key = theirs if authenticated(theirs) else AUTHENTICATION["bgp_neighbors"]
        for row in (at, *((other,) if other is not None else ())):
            made[facts[row].id] = Set("bgp_neighbors", facts[row].id, {"authentication": key})
    return tuple(made.values())
