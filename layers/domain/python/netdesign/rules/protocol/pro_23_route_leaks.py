"""PRO-23: what comes in from one provider does not go out to another, and both ways are stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.protocols.route_policy import Marks, permits, policies
from netdesign.analysis.routing.announcements import borrowed_prefixes, foreign_prefixes, high_ceilings, untold
from netdesign.analysis.routing.internet_edge import BOGONS, carried_blocks, edge_statements, own_blocks
from netdesign.analysis.routing.provider_policies import strict_export, strict_import
from netdesign.analysis.routing.route_leaks import Leak, external_statements, leaks, outside_statements
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
    return bool(external_statements(case.network))


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
    "of prefixes, or with one far above what the other side is expected to send; a prefix that a process originates "
    "and we do not hold, or another device's address (critical), or that none of its sessions tells anybody; a "
    "session with the Internet that takes our own number in a path; a policy that prepends it more often than steers "
    "traffic.",
    passes="Every session outward says what it takes and tells, no route passes through from one provider to another, "
    "and each session has a ceiling.",
    remedy="Attach import and export policies, tell providers our own prefixes alone, and set a ceiling of about twice "
    "the prefixes expected; originate what is ours, and let it out.",
    references=("RFC 8212", "RFC 7908", "RFC 9234", "RFC 7454", "NIST SP 800-189"),
    reading="A default route from a provider is what an edge without full tables runs on, so accepting it is no fault; "
    "announcing one to a provider is. A provider whose private network joins our sites may send and be sent our own "
    "prefixes. Sessions among our own systems (RFC 7938) need no policies, only a ceiling. A ceiling protects up to a "
    "number that every router bears, or up to a factor of what is expected (parameters): all prefixes and hosts of the "
    "design, and the Internet's where the import policy takes them. We hold our blocks, pools and subnets, what "
    "translations use outside, and what route origin statements name.",
)
def route_leak(case: Case) -> Iterator[Said]:
    """Sessions outward one by one, then what spreads from each provider."""
    network = case.network
    outer = outside_statements(network)
    for row, device in outer:
        yield from _session(case, case.design.routing.bgp_neighbors[row], device)
    for fact in external_statements(case.network):
        if fact.max_prefixes is None or fact.max_prefixes < 1:
            yield Finding(
                message=f"session {fact.id} has no ceiling of prefixes", elements=(fact.id,), witness={"ceiling": None}
            )
    yield from _high_ceilings(case)
    yield from _originated(case)
    yield from _dressed(case)
    found = leaks(network)
    for leak in found:
        yield _leak(leak)
    yield Measure(name="sessions with providers and partners", value=len(outer))
    yield Measure(name="routes that pass through from one provider to another", value=len(found), threshold=0)


def _high_ceilings(case: Case) -> Iterator[Finding]:
    capacity, protocols = case.parameters.capacity, case.parameters.protocols
    internet = {4: capacity.internet_routes_ipv4, 6: capacity.internet_routes_ipv6}
    inner = {fact.id for fact in external_statements(case.network)}
    for high in high_ceilings(case.network, internet, protocols.prefix_ceiling_least, protocols.prefix_ceiling_factor):
        if high.session in inner:
            yield Finding(
                message=f"session {high.session} has a ceiling of {high.ceiling} prefixes where about {high.expected}"
                " are expected",
                elements=(high.session,),
                witness={"ceiling": high.ceiling, "expected": high.expected},
            )


def _originated(case: Case) -> Iterator[Finding]:
    facts = case.design.routing.processes
    for at, prefix in foreign_prefixes(case.network):
        yield Finding(
            message=f"{facts[at].id} originates {prefix}, which is not ours",
            elements=(facts[at].id,),
            witness={"foreign": str(prefix)},
            severity=Severity.CRITICAL,
        )
    for (at, prefix), holder in borrowed_prefixes(case.network):
        device = case.network.devices[holder].id
        yield Finding(
            message=f"{facts[at].id} originates {prefix}, an address of {device}",
            elements=(facts[at].id, device),
            witness={"foreign": str(prefix), "holder": device},
            severity=Severity.CRITICAL,
        )
    for at, prefix in untold(case.network):
        yield Finding(
            message=f"{facts[at].id} originates {prefix}, but none of its sessions tells anybody",
            elements=(facts[at].id,),
            witness={"untold": str(prefix)},
        )


def _dressed(case: Case) -> Iterator[Finding]:
    """Paths with our own number where it should not be, or too often."""
    facts, most = case.design.routing, case.parameters.protocols.max_prepend
    for row, provider in edge_statements(case.network):
        fact = facts.bgp_neighbors[row]
        if fact.allow_own_asn:
            name = case.network.devices[provider].id
            yield Finding(
                message=f"session {fact.id} takes paths with our own number from {name}: nothing stops a loop",
                elements=(fact.id,),
                witness={"allow_own_asn": fact.allow_own_asn},
            )
    for policy in facts.route_policies:
        often = max((abs(term.prepend) for term in policy.terms), default=0)
        if often > most:
            yield Finding(
                message=f"policy {policy.id} prepends our number {often} times, {most} steer as well as more do",
                elements=(policy.id,),
                witness={"prepend": often, "most": most},
            )


def _session(case: Case, fact: BgpNeighbor, device: int) -> Iterator[Finding]:
    known, provider = policies(case.network), case.network.devices[device].id
    alien = [p for p in (*BOGONS, *own_blocks(case.network)) if p not in carried_blocks(case.network, device)]
    for what, name in (("import", fact.import_policy), ("export", fact.export_policy)):
        if name is None or name not in known:
            yield Finding(
                message=f"session {fact.id} with {provider} has no {what} policy",
                elements=(fact.id,),
                witness={"missing": what, "provider": provider},
                severity=Severity.CRITICAL,
            )
    taken = [p for p in alien if _lets(case, fact.import_policy, p)]
    if taken and fact.import_policy is not None:
        yield Finding(
            message=f"session {fact.id} takes {taken[0]} from {provider}, which nobody outside may send",
            elements=(fact.id, fact.import_policy),
            witness={"taken": str(taken[0])},
        )
    never = [*EVERYTHING, *(p for p in alien if p in BOGONS)]
    told = [p for p in never if _lets(case, fact.export_policy, p)]
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
    some = external_statements(case.network)
    return (Set("bgp_neighbors", some[0].id, {"max_prefixes": None}),) if some else None


@route_leak.mutant("a session between systems has a ceiling that protects nothing")
def high_ceiling(case: Case) -> Patch | None:
    """A thousand million prefixes on the last session with another AS."""
    some = external_statements(case.network)
    return (Set("bgp_neighbors", some[-1].id, {"max_prefixes": 10**9}),) if some else None


@route_leak.mutant("a process originates somebody else's prefix")
def hijack(case: Case) -> Patch | None:
    """A well-known one, at the first process of ours that speaks outward."""
    for fact in external_statements(case.network):
        networks = case.network.by_id("processes")[fact.process].networks
        return (Set("processes", fact.process, {"networks": (*networks, "8.8.8.0/24")}),)
    return None


@route_leak.mutant("a process originates another router's address")
def borrowed(case: Case) -> Patch | None:
    """What the next process that states host routes states first."""
    said = [p for p in case.design.routing.processes if any(t.endswith(("/32", "/128")) for t in p.networks)]
    other = next((p for p in said if p.device != said[0].device), None)
    if other is None:
        return None
    host = next(text for text in other.networks if text.endswith(("/32", "/128")))
    return (Set("processes", said[0].id, {"networks": (*said[0].networks, host)}),)


@route_leak.mutant("a process tells nobody what it originates")
def silenced(case: Case) -> Patch | None:
    """All its sessions have a policy that denies everything."""
    stating = {p.id for p in case.design.routing.processes if p.networks}
    name = next((s.process for s in external_statements(case.network) if s.process in stating), None)
    said = case.network.grouped("bgp_neighbors", "process").get(name, ()) if name else ()
    if not said:
        return None
    made = RoutePolicy(id=f"{name}:nothing", name="nothing")
    return (Add("route_policies", made), *(Set("bgp_neighbors", s.id, {"export_policy": made.id}) for s in said))


@route_leak.mutant("a session with the Internet takes our own number in a path")
def own_number(case: Case) -> Patch | None:
    """On the first one."""
    facts = case.design.routing.bgp_neighbors
    return next(
        ((Set("bgp_neighbors", facts[row].id, {"allow_own_asn": 1}),) for row, _ in edge_statements(case.network)), None
    )


@route_leak.mutant("a policy prepends our number three hundred times")
def long_path(case: Case) -> Patch | None:
    """In the last term of the first policy that has any."""
    for policy in case.design.routing.route_policies:
        if policy.terms:
            terms = (*policy.terms[:-1], replace(policy.terms[-1], prepend=300))
            return (Set("route_policies", policy.id, {"terms": terms}),)
    return None


@route_leak.fix("originate what is ours, and dress paths as usual")
def tidy(case: Case, finding: Finding) -> Patch | None:
    """Without the foreign prefix, the own number in paths, or the copies of it that steer nothing."""
    name, witness = finding.elements[0], finding.witness
    if "foreign" in witness:
        fact = case.network.by_id("processes")[name]
        kept = tuple(text for text in fact.networks if text != witness["foreign"])
        summaries = tuple(one for one in fact.summaries if one.prefix != witness["foreign"])
        return (Set("processes", name, {"networks": kept, "summaries": summaries}),)
    if "allow_own_asn" in witness:
        return (Set("bgp_neighbors", name, {"allow_own_asn": 0}),)
    if "prepend" in witness:
        most = case.parameters.protocols.max_prepend
        terms = case.network.by_id("route_policies")[name].terms
        short = tuple(replace(term, prepend=min(abs(term.prepend), most)) for term in terms)
        return (Set("route_policies", name, {"terms": short}),)
    return None


@route_leak.fix("let out what the process originates, as its fellows do")
def let_out(case: Case, finding: Finding) -> Patch | None:
    """The export policy that most sessions among our own systems have."""
    if "untold" not in finding.witness:
        return None
    outer = {fact.id for fact in _outer(case)}
    inner = [fact for fact in case.design.routing.bgp_neighbors if fact.id not in outer]
    votes = Counter(fact.export_policy for fact in inner if fact.process != finding.elements[0])
    usual = min(votes, key=lambda policy: (-votes[policy], policy or ""), default=None)
    mine = [fact for fact in inner if fact.process == finding.elements[0] and fact.export_policy != usual]
    return tuple(Set("bgp_neighbors", fact.id, {"export_policy": usual}) for fact in mine) or None


@route_leak.fix("set a ceiling of prefixes")
def set_ceiling(case: Case, finding: Finding) -> Patch | None:
    """Give every session between systems that has none a ceiling."""
    if "ceiling" not in finding.witness:
        return None
    if finding.witness.get("ceiling"):
        least = case.parameters.protocols.prefix_ceiling_least
        return (Set("bgp_neighbors", finding.elements[0], {"max_prefixes": least}),)
    bare = [s for s in external_statements(case.network) if (s.max_prefixes or 0) < 1]
    return tuple(Set("bgp_neighbors", s.id, {"max_prefixes": CEILING}) for s in bare)


@route_leak.fix("attach the policies that other sessions outward have, or strict ones")
def attach_policies(case: Case, finding: Finding) -> Patch | None:
    """Give the sessions without a policy the strict one for their direction."""
    if "missing" not in finding.witness:
        return None
    operations: list[Add | Set] = []
    for field, strict in (("import_policy", strict_import), ("export_policy", strict_export)):
        bare = [s for s in _outer(case) if getattr(s, field) not in policies(case.network)]
        given = next((getattr(s, field) for s in _outer(case) if getattr(s, field) in policies(case.network)), None)
        if bare and given is None:
            made = strict(case.network, f"{bare[0].process}:{field}")
            given = made.id
            operations.append(Add("route_policies", made))
        operations += [Set("bgp_neighbors", s.id, {field: given}) for s in bare]
    return tuple(operations) or None


@route_leak.fix("let policies with providers take the default route alone, and tell nothing")
def tighten_policies(case: Case, finding: Finding) -> Patch | None:
    """Write the policies of the sessions outward anew, as strict as an edge without full tables can be."""
    if finding.witness.keys().isdisjoint(("taken", "told", "from")):
        return None
    names = [("import_policy", strict_import)] if "taken" in finding.witness else [("export_policy", strict_export)]
    return tuple(
        Set("route_policies", name, {"terms": strict(case.network, name).terms})
        for field, strict in names
        for name in sorted({getattr(s, field) for s in _outer(case)} & policies(case.network).keys())
    ) or None  # fmt: skip
