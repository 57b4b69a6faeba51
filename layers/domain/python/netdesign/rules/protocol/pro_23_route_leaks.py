"""PRO-23: what comes in from one provider does not go out to another, and both ways are stated."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.adjacency import statements
from netdesign.analysis.bgp_sessions import sessions
from netdesign.analysis.internet_edge import BOGONS, own_blocks
from netdesign.analysis.route_leaks import Leak, leaks, outside_statements
from netdesign.analysis.route_policy import Marks, permits, policies
from netdesign.graph.prefixes import Prefix
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.routing import BgpNeighbor, PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

EVERYTHING = (Prefix(4, 0, 0), Prefix(6, 0, 0))
CEILING = 1000
"""Prefixes that a session with a provider may bring where it sends a default route: more are a fault of the sender."""


def has_outer_sessions(case: Case) -> bool:
    """Whether some BGP session leaves an AS of ours."""
    return bool(_external(case))


@rule(
    code="PRO-23",
    name="route-leak",
    title="eBGP policy & route leak",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="BGP sessions between systems",
    applicable=has_outer_sessions,
    flags="A session with a provider or partner without an import and an export policy; a route that comes from one of "
    "them and goes out to another, as announcements spread (critical); a bogon or a prefix of our own that is accepted "
    "from outside, a bogon or a default route that is announced there; any session between systems without a ceiling "
    "of prefixes.",
    passes="Every session outward says what it takes and tells, no route passes through from one provider to another, "
    "and each session has a ceiling.",
    remedy="Attach import and export policies, tell providers our own prefixes alone, and set a ceiling of about twice "
    "the prefixes expected.",
    references=("RFC 8212", "RFC 7908", "RFC 9234", "RFC 7454", "NIST SP 800-189"),
    reading="A default route from a provider is what an edge without full tables runs on, so accepting it is no fault; "
    "announcing one to a provider is. Sessions among our own systems (RFC 7938) need no policies, only a ceiling.",
)
def route_leak(case: Case) -> Iterator[Said]:
    """Sessions outward one by one, then what spreads from each provider."""
    network = case.network
    outer = outside_statements(network)
    for row, provider in outer:
        yield from _session(case, case.design.routing.bgp_neighbors[row], network.devices[provider].id)
    for fact in _external(case):
        if fact.max_prefixes is None:
            yield Finding(
                message=f"session {fact.id} has no ceiling of prefixes", elements=(fact.id,), witness={"ceiling": None}
            )
    found = leaks(network)
    for leak in found:
        yield _leak(leak)
    yield Measure(name="sessions with providers and partners", value=len(outer))
    yield Measure(name="routes that pass through from one provider to another", value=len(found), threshold=0)


def _external(case: Case) -> list[BgpNeighbor]:
    """Our statements of sessions with another AS, also of those whose other side the design does not describe."""
    said, facts = statements(case.network), case.design.routing
    whole, theirs = sessions(case.network), dict(outside_statements(case.network))
    rows = {row.heard for at, row in enumerate(whole.rows) if whole.external[at] and row.heard >= 0} | theirs.keys()
    ours = case.network.ours
    at = case.network.device_index
    return [
        facts.bgp_neighbors[row]
        for row in sorted(rows)
        if said.process[row] >= 0 and ours[at[facts.processes[int(said.process[row])].device]]
    ]


def _session(case: Case, fact: BgpNeighbor, provider: str) -> Iterator[Finding]:
    known = policies(case.network)
    for what, name in (("import", fact.import_policy), ("export", fact.export_policy)):
        if name is None or name not in known:
            yield Finding(
                message=f"session {fact.id} with {provider} has no {what} policy",
                elements=(fact.id,),
                witness={"missing": what, "provider": provider},
                severity=Severity.CRITICAL,
            )
    taken = [p for p in (*BOGONS, *own_blocks(case.network)) if _lets(case, fact.import_policy, p)]
    if taken and fact.import_policy is not None:
        yield Finding(
            message=f"session {fact.id} takes {taken[0]} from {provider}, which nobody outside may send",
            elements=(fact.id, fact.import_policy),
            witness={"taken": str(taken[0])},
        )
    told = [p for p in (*EVERYTHING, *BOGONS) if _lets(case, fact.export_policy, p)]
    if told and fact.export_policy is not None:
        yield Finding(
            message=f"session {fact.id} may announce {told[0]} to {provider}",
            elements=(fact.id, fact.export_policy),
            witness={"told": str(told[0])},
        )


def _lets(case: Case, policy: str | None, prefix: Prefix) -> bool:
    return permits(case.network, policy, prefix, Marks()) is not None


def _leak(row: Leak) -> Finding:
    return Finding(
        message=f"{row.prefix} comes from {row.source} and goes out to {row.target} through {row.through}",
        elements=(row.statement, row.source, row.target),
        witness={"prefix": row.prefix, "statement": row.statement, "from": row.source, "to": row.target},
        severity=Severity.CRITICAL,
    )


def _outer(case: Case) -> list[BgpNeighbor]:
    return [case.design.routing.bgp_neighbors[row] for row, _ in outside_statements(case.network)]


@route_leak.mutant("a session with a provider has no export policy")
def no_export_policy(case: Case) -> Patch | None:
    """Take the export policy off the first session outward."""
    return next(((Set("bgp_neighbors", s.id, {"export_policy": None}),) for s in _outer(case)), None)


@route_leak.mutant("sessions with providers have no import policy")
def no_import_policy(case: Case) -> Patch | None:
    """Take the import policy off every session outward."""
    return tuple(Set("bgp_neighbors", s.id, {"import_policy": None}) for s in _outer(case)) or None


@route_leak.mutant("everything is told to all providers")
def tell_everything(case: Case) -> Patch | None:
    """Let the export policies of sessions outward permit all."""
    return _rewritten(case, {s.export_policy for s in _outer(case)})


@route_leak.mutant("everything is taken from providers")
def take_everything(case: Case) -> Patch | None:
    """Let the import policies of sessions outward permit all."""
    return _rewritten(case, {s.import_policy for s in _outer(case)})


def _rewritten(case: Case, names: set[str | None]) -> Patch | None:
    term = RoutePolicyTerm(action=PolicyAction.PERMIT)
    known = case.network.by_id("route_policies")
    return tuple(Set("route_policies", n, {"terms": (term,)}) for n in sorted(n for n in names if n in known)) or None


@route_leak.mutant("a session between systems has no ceiling of prefixes")
def no_ceiling(case: Case) -> Patch | None:
    """Take the ceiling off the first session with another AS."""
    return next(((Set("bgp_neighbors", s.id, {"max_prefixes": None}),) for s in _external(case)), None)


@route_leak.fix("set a ceiling of prefixes")
def set_ceiling(case: Case, finding: Finding) -> Patch | None:
    """Give every session between systems that has none a ceiling."""
    if "ceiling" not in finding.witness:
        return None
    return tuple(Set("bgp_neighbors", s.id, {"max_prefixes": CEILING}) for s in _external(case) if not s.max_prefixes)


@route_leak.fix("attach the policies that other sessions outward have, or strict ones")
def attach_policies(case: Case, finding: Finding) -> Patch | None:
    """Give the sessions without a policy the strict one for their direction."""
    if "missing" not in finding.witness:
        return None
    operations: list[Add | Set] = []
    for field, strict in (("import_policy", _strict_import), ("export_policy", _strict_export)):
        bare = [s for s in _outer(case) if getattr(s, field) not in policies(case.network)]
        given = next((getattr(s, field) for s in _outer(case) if getattr(s, field) in policies(case.network)), None)
        if bare and given is None:
            made = strict(case, f"{bare[0].process}:{field}")
            given = made.id
            operations.append(Add("route_policies", made))
        operations += [Set("bgp_neighbors", s.id, {field: given}) for s in bare]
    return tuple(operations) or None


@route_leak.fix("let policies with providers take the default route alone, and tell nothing")
def tighten_policies(case: Case, finding: Finding) -> Patch | None:
    """Write the policies of the sessions outward anew, as strict as an edge without full tables can be."""
    names = [("import_policy", _strict_import)] if "taken" in finding.witness else [("export_policy", _strict_export)]
    if "missing" in finding.witness or "ceiling" in finding.witness:
        return None
    return tuple(
        Set("route_policies", name, {"terms": strict(case, name).terms})
        for field, strict in names
        for name in sorted({getattr(s, field) for s in _outer(case)} & policies(case.network).keys())
    ) or None  # fmt: skip


def _strict_import(case: Case, identity: str) -> RoutePolicy:
    blocks = tuple(str(block) for block in (*BOGONS, *own_blocks(case.network)))
    terms = (
        RoutePolicyTerm(action=PolicyAction.DENY, prefixes=blocks),
        RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=tuple(map(str, EVERYTHING)), max_length=0),
    )
    return RoutePolicy(id=identity, name=identity, terms=terms)


def _strict_export(case: Case, identity: str) -> RoutePolicy:
    """Our public prefixes that processes state, and nothing else."""
    own = tuple(
        text
        for fact in case.design.routing.processes
        for text in fact.networks
        if not any(block.covers(p) for p in _read(text) for block in BOGONS)
    )
    permit = (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=own),) if own else ()
    return RoutePolicy(id=identity, name=identity, terms=(*permit, RoutePolicyTerm(action=PolicyAction.DENY)))


def _read(text: str) -> list[Prefix]:
    from netdesign.analysis.internet_edge import readable

    return list(readable((text,)))
