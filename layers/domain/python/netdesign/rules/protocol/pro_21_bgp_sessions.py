"""PRO-21: every BGP session that one side states comes up, and only with the right peer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import written
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.protocols.adjacency import processes, statements
from netdesign.analysis.protocols.session_guards import held_by
from netdesign.analysis.tables.session_faults import (
    LEAST_HOLD_MS,
    Fault,
    SessionFault,
    answers,
    idle_processes,
    session_faults,
    stated,
    with_providers,
)
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import AddressFamily, BgpNeighbor
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

HOLD_MS = 9_000


def _applies(case: Case) -> bool:
    return bool(stated(case.network).size)


@rule(
    code="PRO-21",
    name="bgp-sessions",
    title="BGP session validity",
    category=Category.PROTOCOL,
    severity=Severity.CRITICAL,
    applies="designs with BGP sessions",
    applicable=_applies,
    flags="A session whose address no router holds, or one that runs no BGP in that table; another AS number than the"
    " peer's; a peer beyond the next router without multihop, or with it but in no route; a side that the peer does not"
    " answer, or answers with another key or other address families; with a provider beside, no TTL security; a peer"
    " beside whose packets may come over several hops; a ceiling on prefixes below what the peer itself states, which"
    " tears the session down; a hold time of none, or below three seconds; a process whose"
    " routes are never used: an administrative distance outside 1..254 (platforms install nothing from 255), or no"
    " paths.",
    passes="Every statement of a session is answered alike by the peer that it names, and its routes are used.",
    remedy="Make both sides from the link: the other end's address and AS number, the same key and families.",
    references=("RFC 4271", "RFC 4760", "RFC 5082", "RFC 5925", "RFC 9687"),
    reading="What a provider's side says is not asked where the design does not describe it. A process that uses no"
    " paths, and a peer beside that may be far away, are errors, not critical.",
)
def bgp_sessions(case: Case) -> Iterator[Said]:
    """Each side of a session is judged for itself."""
    faults = session_faults(case.network)
    for fault in faults:
        yield _finding(case, fault)
    for idle in idle_processes(case.network):
        fact = case.design.routing.processes[idle.process]
        yield Finding(
            message=f"{fact.id} has {idle.field} {idle.value}: none of its routes is ever used",
            elements=(fact.id,),
            witness={"fault": "idle", "field": idle.field, "value": idle.value},
            severity=Severity.ERROR if idle.field == "max_paths" else None,
        )
    rows = stated(case.network)
    yield Measure(name="sides_of_sessions", value=int(rows.size))
    yield Measure(name="sides_at_fault", value=len({fault.row for fault in faults}), threshold=0)


def _finding(case: Case, fault: SessionFault) -> Finding:
    facts = case.design.routing.bgp_neighbors
    fact = facts[fault.row]
    other = facts[fault.other].id if fault.fault in (Fault.KEY, Fault.FAMILIES) else None
    peer = fact.peer_address or fact.interface or "nobody"
    return Finding(
        message=f"session {fact.id} with {peer} (AS {fact.remote_asn}) {fault.fault.value}",
        elements=(fact.id, *((other,) if other else ())),
        witness={"fault": fault.fault.name.lower(), "peer": peer, "remote_asn": fact.remote_asn, "other": other},
        severity=Severity.ERROR if fault.fault is Fault.HOPS else None,
    )


# --- mutants and repairs


def _some(case: Case, *, inside: bool = False) -> BgpNeighbor | None:
    """The first side of a session that both sides state; `inside` leaves providers out."""
    rows, back = stated(case.network), answers(case.network)
    edge = with_providers(case.network)
    kept = [row for row in rows.tolist() if back[row] >= 0 and not (inside and edge[row])]
    facts = case.design.routing.bgp_neighbors
    return min((facts[row] for row in kept), key=lambda one: one.id, default=None)


@bgp_sessions.mutant("a wrong AS number")
def misnumber(case: Case) -> Patch | None:
    """One that nobody has."""
    one = _some(case)
    return (Set("bgp_neighbors", one.id, {"remote_asn": 4_294_967_294}),) if one else None


@bgp_sessions.mutant("an address that nobody holds")
def misaddress(case: Case) -> Patch | None:
    """One of the block for documentation."""
    one = _some(case)
    return (Set("bgp_neighbors", one.id, {"peer_address": "203.0.113.77"}),) if one else None


@bgp_sessions.mutant("another key on one side")
def change_key(case: Case) -> Patch | None:
    """Both have one."""
    one = _some(case)
    return (Set("bgp_neighbors", one.id, {"authentication": f"other-{one.authentication}"}),) if one else None


@bgp_sessions.mutant("one side carries fewer address families")
def drop_family(case: Case) -> Patch | None:
    """Or another one, where it carries a single one."""
    one = _some(case)
    if one is None:
        return None
    kept = one.families[1:] or tuple(family for family in AddressFamily if family not in one.families)[:1]
    return (Set("bgp_neighbors", one.id, {"families": kept}),)


@bgp_sessions.mutant("one side is not stated")
def forget_side(case: Case) -> Patch | None:
    """Inside, where both sides are ours to state."""
    one = _some(case, inside=True)
    return (Remove("bgp_neighbors", one.id),) if one else None


@bgp_sessions.mutant("the session is held for ever")
def hold_forever(case: Case) -> Patch | None:
    """A hold time of none."""
    one = _some(case)
    return (Set("bgp_neighbors", one.id, {"hold_ms": 0}),) if one else None


@bgp_sessions.mutant("a session with a provider has no TTL security")
def open_ttl(case: Case) -> Patch | None:
    """The first one."""
    rows = np.intersect1d(stated(case.network), np.flatnonzero(with_providers(case.network)))
    facts = case.design.routing.bgp_neighbors
    chosen = next((facts[row] for row in rows.tolist() if not facts[row].multihop), None)
    return (Set("bgp_neighbors", chosen.id, {"ttl_security": False}),) if chosen else None


@bgp_sessions.mutant("a peer beside may be several hops away")
def far_peer(case: Case) -> Patch | None:
    """On the first side of a session over one link."""
    said, facts = statements(case.network), case.design.routing.bgp_neighbors
    near = [facts[row] for row in stated(case.network).tolist() if said.segment[row] >= 0]
    return (Set("bgp_neighbors", near[0].id, {"multihop": 255}),) if near else None


@bgp_sessions.mutant("a session takes fewer prefixes than its peer states")
def choke(case: Case) -> Patch | None:
    """One alone, where the peer has more networks than that."""
    said, back, facts = statements(case.network), answers(case.network), case.design.routing
    for row in stated(case.network).tolist():
        if back[row] >= 0 and len(facts.processes[int(said.process[back[row]])].networks) > 1:
            return (Set("bgp_neighbors", facts.bgp_neighbors[row].id, {"max_prefixes": 1}),)
    return None


def _unused(case: Case, **changes: int) -> Patch | None:
    """The last process of ours that states a session, with changes."""
    said, facts = statements(case.network).process, case.design.routing.processes
    ours = [int(said[row]) for row in stated(case.network).tolist() if said[row] >= 0]
    return (Set("processes", facts[ours[-1]].id, changes),) if ours else None


@bgp_sessions.mutant("the routes of a process are never installed")
def never_installed(case: Case) -> Patch | None:
    """Administrative distance 255."""
    return _unused(case, distance=255)


@bgp_sessions.mutant("a process uses no paths")
def no_paths(case: Case) -> Patch | None:
    """Not even one."""
    return _unused(case, max_paths=0)


@bgp_sessions.fix("use the routes, and all that the peer beside sends")
def use_routes(case: Case, finding: Finding) -> Patch | None:
    """The usual distance, as many paths and prefixes as others take, and no way over other routers."""
    fault, field, name = finding.witness.get("fault"), finding.witness.get("field"), finding.elements[0]
    if fault == "hops":
        return (Set("bgp_neighbors", name, {"multihop": None}),)
    if fault == "ceiling":
        most = max(one.max_prefixes or 0 for one in case.design.routing.bgp_neighbors)
        return (Set("bgp_neighbors", name, {"max_prefixes": most}),)
    if fault != "idle":
        return None
    if field == "distance":
        return (Set("processes", name, {"distance": None}),)
    paths = Counter(p.max_paths for p in case.design.routing.processes if p.max_paths > 0)
    return (Set("processes", name, {"max_paths": max(paths, key=lambda n: (paths[n], n), default=1)}),)


@bgp_sessions.fix("make the side from its peer")
def regenerate(case: Case, finding: Finding) -> Patch | None:
    """What the peer's side, or the link between the two, says."""
    facts, known = case.design.routing.bgp_neighbors, case.network.by_id("bgp_neighbors")
    fact = known.get(finding.elements[0] if finding.elements else "")
    if fact is None:
        return None
    fault, other = finding.witness.get("fault"), known.get(str(finding.witness.get("other")))
    if fault in ("hops", "idle", "ceiling"):
        return None
    if fault == "hold":
        return (Set("bgp_neighbors", fact.id, {"hold_ms": max(LEAST_HOLD_MS, HOLD_MS)}),)
    if fault == "ttl":
        return (Set("bgp_neighbors", fact.id, {"ttl_security": True}),)
    if fault == "key" and other is not None:
        key = _usual(case) if {fact.authentication, other.authentication} & {_usual(case)} else other.authentication
        return tuple(Set("bgp_neighbors", one.id, {"authentication": key}) for one in (fact, other))
    if fault == "families" and other is not None:
        families = tuple(family for family in AddressFamily if family in {*_fitting(fact, other)})
        return tuple(Set("bgp_neighbors", one.id, {"families": families}) for one in (fact, other))
    if fault == "unanswered":
        return _answer(case, facts.index(fact))
    return _aim(case, fact)


def _usual(case: Case) -> str | None:
    """The way of authentication that most sessions have."""
    counts = Counter(one.authentication for one in case.design.routing.bgp_neighbors)
    return max(counts, key=lambda word: (counts[word], word or "")) if counts else None


def _fitting(fact: BgpNeighbor, other: BgpNeighbor) -> set[AddressFamily]:
    """All families of both sides; of the two Internet families that which the address has, where no EVPN is carried."""
    both = {*fact.families, *other.families}
    if AddressFamily.EVPN in both or fact.peer_address is None:
        return both
    return {AddressFamily.IPV6 if ":" in fact.peer_address else AddressFamily.IPV4}


def _answer(case: Case, row: int) -> Patch | None:
    """The other side of a session that one side states: on the same link, with the same settings."""
    said, facts = statements(case.network), case.design.routing
    fact, own, address = facts.bgp_neighbors[row], facts.processes[int(said.process[row])], _own_address(case, row)
    if address is None or own.asn is None or f"{fact.id}:answer" in case.network.by_id("bgp_neighbors"):
        return None
    holder = int(held_by(case.network)[row])
    made = replace(
        fact,
        id=f"{fact.id}:answer",
        process=facts.processes[int(said.peer[row])].id,
        remote_asn=own.asn,
        peer_address=address,
        interface=case.network.interfaces[holder].id if holder >= 0 and fact.interface else None,
        import_policy=None,
        export_policy=None,
    )
    return (Add("bgp_neighbors", made),)


def _own_address(case: Case, row: int) -> str | None:
    """The address of a statement's own side on the segment that it shares with its peer."""
    network = case.network
    said, graph, rows = statements(network), layer3(network), addresses(network)
    version = 6 if ":" in (case.design.routing.bgp_neighbors[row].peer_address or "") else 4
    vertex = processes(network).vertex[said.process[row]]
    here = np.flatnonzero((graph.member_segment == said.segment[row]) & (graph.member_vertex == vertex))
    for member in graph.member_row[here].tolist():
        if member >= 0 and rows.version[member] == version and not rows.virtual[member]:
            return written(version, int(rows.high[member]), int(rows.low[member]))
    return None


def _aim(case: Case, fact: BgpNeighbor) -> Patch | None:
    """The address and number of the router that states this side's process as its peer and has no answer."""
    network, facts = case.network, case.design.routing
    said, back, own = statements(network), answers(network), processes(network).index.get(fact.process, -1)
    waiting = np.flatnonzero((said.peer == own) & (back < 0) & (said.process >= 0) & (own >= 0))
    for row in waiting.tolist():
        address = _own_address(case, row)
        if set(facts.bgp_neighbors[row].families) & set(fact.families) and address is not None:
            number = facts.processes[int(said.process[row])].asn
            return (Set("bgp_neighbors", fact.id, {"peer_address": address, "remote_asn": number}),)
    return None
