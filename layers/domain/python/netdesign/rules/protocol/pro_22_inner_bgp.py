"""PRO-22: what one router of an AS learns, all routers of the AS hear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.protocols.adjacency import processes, statements
from netdesign.analysis.protocols.bgp_sessions import link_addresses, sessions
from netdesign.analysis.routing.inner_bgp import Group, deaf, inner_groups, mutual_clients, reflectors, unresolved
from netdesign.analysis.tables.rib_sources import holders
from netdesign.graph.prefixes import address_text
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import AddressFamily, BgpNeighbor
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def has_inner_bgp(case: Case) -> bool:
    """Whether some routers of ours share an AS."""
    return bool(inner_groups(case.network))


@rule(
    code="PRO-22",
    name="inner-bgp-incomplete",
    title="iBGP completeness / RR redundancy",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="routers of ours that run BGP in one AS and meet, or name each other as peers",
    applicable=has_inner_bgp,
    flags="A router that does not hear what another one of its AS learns from outside, by the rules of iBGP (no full "
    "mesh, no reflector in between, equal cluster ids in a row), as things are or with one reflector lost; a single "
    "reflector at medium redundancy and above; routers that are each other's clients; a next hop that is handed on as "
    "it is to a router which has no route to it.",
    passes="Every router hears every other one by two reflectors or by its own session, with next hops that it can "
    "resolve.",
    remedy="Add the missing sessions or a second reflector; put the router itself as the next hop.",
    references=("RFC 4456", "RFC 7911", "RFC 4271 §9.1.2.1"),
    reading="Routers whose VRFs exchange routes over EVPN need no sessions among them. Routers of one AS that meet "
    "nowhere and name each other nowhere (the spines of RFC 7938) are no iBGP.",
)
def inner_bgp_incomplete(case: Case) -> Iterator[Said]:
    """Each group of routers of one AS is judged alone."""
    groups = inner_groups(case.network)
    silent = 0
    for group in groups:
        silent += len(deaf(case.network, group))
        yield from _unheard(case, group)
        yield from _reflection(case, group)
        yield from _next_hops(case, group)
    yield Measure(name="groups of routers of one AS", value=len(groups))
    yield Measure(name="pairs of routers that do not hear each other", value=silent, threshold=0)


def _unheard(case: Case, group: Group) -> Iterator[Finding]:
    facts, said = case.design.routing.processes, set[tuple[int, int]]()
    for row in deaf(case.network, group):
        pair = (min(row.speaker, row.listener), max(row.speaker, row.listener))
        if pair in said:
            continue
        said.add(pair)
        lost = f" while {facts[row.lost].device} is lost" if row.lost >= 0 else ""
        speaker, listener = facts[row.speaker], facts[row.listener]
        yield Finding(
            message=f"{listener.device} does not hear over iBGP what {speaker.device} learns (IPv{row.version}){lost}",
            elements=(speaker.id, listener.id),
            witness={"speaker": speaker.id, "listener": listener.id, "version": row.version, "lost": bool(lost)},
        )


def _reflection(case: Case, group: Group) -> Iterator[Finding]:
    facts = case.design.routing.processes
    some = reflectors(case.network, group)
    if len(some) == 1 and case.requirements.redundancy.at_least(Redundancy.MEDIUM) and len(group.members) > 2:
        yield Finding(
            message=f"{facts[some[0]].device} is the only route reflector of {len(group.members)} routers",
            elements=(facts[some[0]].id,),
            witness={"reflectors": 1, "routers": len(group.members)},
        )
    for one, other in mutual_clients(case.network, group):
        yield Finding(
            message=f"{facts[one].device} and {facts[other].device} count each other as clients",
            elements=(facts[one].id, facts[other].id),
            witness={"first": facts[one].id, "second": facts[other].id},
        )


def _next_hops(case: Case, group: Group) -> Iterator[Finding]:
    facts = case.design.routing
    for row in unresolved(case.network, group):
        said = facts.bgp_neighbors[row.statement]
        yield Finding(
            message=f"{facts.processes[row.peer].device} has no route to {row.address}, which {said.process} leaves as "
            f"the next hop of what it learns outside (IPv{row.version})",
            elements=(said.id, facts.processes[row.peer].id),
            witness={"statement": said.id, "next_hop": row.address},
        )


def _inner_statements(case: Case) -> list[BgpNeighbor]:
    """The statements of sessions inside groups."""
    whole, members = sessions(case.network), {p for group in inner_groups(case.network) for p in group.members}
    facts = case.design.routing.bgp_neighbors
    rows = (row for at, row in enumerate(whole.rows) if not whole.external[at] and row.said >= 0)
    return [facts[row.said] for row in rows if row.tail in members and row.head in members]


@inner_bgp_incomplete.mutant("one side forgets the sessions of a pair")
def forget_one_side(case: Case) -> Patch | None:
    """Remove the statements of the first process of a group."""
    some = _inner_statements(case)
    return tuple(Remove("bgp_neighbors", s.id) for s in some if s.process == some[0].process) or None


@inner_bgp_incomplete.mutant("there are no sessions inside the AS")
def forget_both_sides(case: Case) -> Patch | None:
    """Remove every statement of sessions inside groups."""
    return tuple(Remove("bgp_neighbors", s.id) for s in _inner_statements(case)) or None


@inner_bgp_incomplete.mutant("two routers count each other as clients")
def clients_of_each_other(case: Case) -> Patch | None:
    """Make both sides of every session inside a group reflect to each other."""
    some = _inner_statements(case)
    return tuple(Set("bgp_neighbors", s.id, {"route_reflector_client": True}) for s in some) or None


@inner_bgp_incomplete.mutant("next hops are handed on to routers without a route to them")
def hand_on_next_hops(case: Case) -> Patch | None:
    """Put nobody as the next hop inside the AS, where nobody is told of connected subnets."""
    some = _inner_statements(case)
    if not any(sessions(case.network).external):
        return None
    owners = {s.process for s in some}
    heads = {p for group in inner_groups(case.network) for p in group.members}
    whole = sessions(case.network)
    outer = {case.design.routing.processes[row.head].id for at, row in enumerate(whole.rows)
             if whole.external[at] and row.head in heads}  # fmt: skip
    if not owners & outer:
        return None
    told = [p for p in case.design.routing.processes if p.id in owners]
    if any(r.source == "connected" for p in told for r in p.redistribute):
        return None
    return tuple(Set("bgp_neighbors", s.id, {"next_hop_self": False}) for s in some)


@inner_bgp_incomplete.fix("state the missing sessions")
def state_sessions(case: Case, finding: Finding) -> Patch | None:
    """Answer the statements that the peer makes alone, or state sessions over the subnet that both are in."""
    pair = (finding.witness.get("speaker"), finding.witness.get("listener"))
    known = case.network.by_id("processes")
    if not all(name in known for name in pair):
        return None
    made = [*_answers(case, pair), *_answers(case, pair[::-1])] or _new_sessions(case, str(pair[0]), str(pair[1]))
    return tuple(Add("bgp_neighbors", one) for one in made) or None


def _answers(case: Case, pair: tuple[object, object]) -> Iterator[BgpNeighbor]:
    """The statements of the second process that answer those of the first one without an answer."""
    said, facts = statements(case.network), case.design.routing
    whole = sessions(case.network)
    answered = {row.heard for row in whole.rows}
    for at, fact in enumerate(facts.bgp_neighbors):
        peer = int(said.peer[at])
        if fact.process != pair[0] or at in answered or peer < 0 or facts.processes[peer].id != pair[1]:
            continue
        own = _own_address(case, at)
        if own is not None:
            asn = case.network.by_id("processes")[fact.process].asn
            yield replace(fact, id=f"{pair[1]}:{own}", process=str(pair[1]), peer_address=own, remote_asn=asn or 0,
                          interface=None, update_source=None)  # fmt: skip


def _own_address(case: Case, at: int) -> str | None:
    """The address of a statement's own side on the segment of its session."""
    said, network = statements(case.network), case.network
    table = int(processes(network).vertex[said.process[at]])
    colon = ":" in (case.design.routing.bgp_neighbors[at].peer_address or "")
    for interface in link_addresses(network).get((table, int(said.segment[at])), ()):
        for text in network.interfaces[interface].addresses:
            if (":" in text) is colon:
                return text.split("/")[0]
    return None


def _model(case: Case, process: str, version: int) -> BgpNeighbor | None:
    """A statement of the process that carries an IP version over addresses of it; one of many families only once."""
    some = case.network.grouped("bgp_neighbors", "process").get(process, ())
    family = AddressFamily.IPV4 if version == 4 else AddressFamily.IPV6
    carrying = [s for s in some if family in s.families and ((":" in (s.peer_address or "")) is (version == 6))]
    return carrying[0] if carrying else None


def _new_sessions(case: Case, one: str, other: str) -> list[BgpNeighbor]:
    """Statements of both sides for each IP version of a subnet that both tables are in."""
    network, running = case.network, processes(case.network)
    facts = network.by_id("processes")
    tables = [int(running.vertex[running.index[name]]) for name in (one, other)]
    at: dict[tuple[int, int], dict[int, str]] = {}
    for (segment, version, address), some in holders(network).items():
        if len(some) == 1 and some[0].table in tables:
            at.setdefault((segment, version), {})[some[0].table] = address_text(version, address)
    made: dict[tuple[str, int], BgpNeighbor] = {}
    for (_, version), ends in sorted(at.items()):
        for own, peer, where in ((one, other, tables[1]), (other, one, tables[0])) if len(ends) == 2 else ():
            model = _model(case, own, version)
            if model is not None and (own, version) not in made:
                made[own, version] = replace(
                    model, id=f"{own}:{ends[where]}", process=own, remote_asn=facts[peer].asn or 0,
                    peer_address=ends[where], interface=None, import_policy=None, export_policy=None,
                    next_hop_self=True, remove_private_asn=False, origin_validation=False, ttl_security=False,
                )  # fmt: skip
    return [m for m in made.values() if m.id not in network.by_id("bgp_neighbors")]


@inner_bgp_incomplete.fix("put the router itself as the next hop inside the AS")
def next_hop_self(case: Case, finding: Finding) -> Patch | None:
    """Set next-hop-self on all statements inside groups."""
    if "next_hop" not in finding.witness:
        return None
    return tuple(
        Set("bgp_neighbors", s.id, {"next_hop_self": True}) for s in _inner_statements(case) if not s.next_hop_self
    ) or None  # fmt: skip


@inner_bgp_incomplete.fix("one of two routers is the other's client")
def client_of_one(case: Case, finding: Finding) -> Patch | None:
    """Let no two routers of a pair be each other's clients."""
    ends = (finding.witness.get("first"), finding.witness.get("second"))
    wrong = [s for s in _inner_statements(case) if s.process in ends and s.route_reflector_client]
    return tuple(Set("bgp_neighbors", s.id, {"route_reflector_client": False}) for s in wrong) or None
