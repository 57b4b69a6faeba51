"""SEC-20: the Internet edge takes and tells no route that it should not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.routing.internet_edge import (
    BOGONS,
    LONGEST,
    Taken,
    announced,
    edge_statements,
    families,
    own_blocks,
    unsigned,
    wrongly_taken,
    wrongly_told,
)
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import AddressFamily, BgpNeighbor, PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.security import RouteOrigin
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

EVERYTHING = {4: "0.0.0.0/0", 6: "::/0"}


def _sessions(case: Case) -> list[BgpNeighbor]:
    return [case.design.routing.bgp_neighbors[row] for row, _ in edge_statements(case.network)]


def _applies(case: Case) -> bool:
    return bool(edge_statements(case.network))


@rule(
    code="SEC-20",
    name="internet-routing",
    title="BGP edge hygiene / RPKI",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="BGP sessions with the Internet",
    applicable=_applies,
    flags="A session that takes bogons, prefixes of our own, or prefixes longer than /24 (IPv6: /48); that validates no"
    " origins; that has no ceiling of prefixes; that tells routes which are not ours, are private, or are more specific"
    " than what we announce; a public prefix of ours that is announced without a signed origin (ROA) which fits it.",
    passes="Each session takes what the Internet may send, and tells what is ours and signed.",
    remedy="Attach the set of edge policies: bogons, own prefixes and too specific ones out, origin validation and a"
    " ceiling on, our own aggregates alone told; sign them.",
    references=("RFC 7454", "RFC 6811, RFC 9319, RFC 9582", "NIST SP 800-189", "MANRS", "RFC 6890"),
    reading="Filters are judged by what they let through, not by what they name: a policy that takes the default route"
    " alone needs no list of bogons. Policies without a term for communities are tried on routes that carry none.",
)
def internet_routing(case: Case) -> Iterator[Said]:
    """Sessions that share policies are judged one by one, for each has its own switches."""
    network, wrong = case.network, 0
    for row, provider in edge_statements(network):
        said = list(_session(case, row, network.devices[provider].id))
        wrong += bool(said)
        yield from said
    for prefix, asn in unsigned(network):
        yield Finding(
            message=f"{prefix} is announced by AS {asn}, and no signed origin allows it",
            elements=(),
            witness={"prefix": str(prefix), "asn": asn},
        )
    yield Measure(name="sessions_with_the_internet", value=len(edge_statements(network)))
    yield Measure(name="sessions_at_fault", value=wrong, threshold=0)
    yield Measure(name="announced_prefixes_signed", value=len(announced(network)) - len(unsigned(network)),
                  threshold=len(announced(network)))  # fmt: skip


def _session(case: Case, row: int, provider: str) -> Iterator[Finding]:
    fact = case.design.routing.bgp_neighbors[row]
    for version in families(case.network, row):
        for reason, prefix in _examples(wrongly_taken(case.network, fact.import_policy, version)):
            yield _of(fact, f"takes {reason} from {provider}, such as {prefix}", taken=reason, prefix=str(prefix))
        for reason, prefix in _examples(wrongly_told(case.network, fact.export_policy, version)):
            yield _of(fact, f"may tell {provider} a route that is {reason}: {prefix}", told=reason, prefix=str(prefix))
    if not fact.origin_validation:
        yield _of(fact, f"believes {provider} any origin", origin_validation=False)
    if not fact.max_prefixes:
        yield _of(fact, f"takes any number of prefixes from {provider}", max_prefixes=fact.max_prefixes)


def _examples(routes: tuple[Taken, ...]) -> list[Taken]:
    """The first route of each reason."""
    return list({route.reason: route for route in reversed(routes)}.values())


def _of(fact: BgpNeighbor, fault: str, **witness: str | int | bool | None) -> Finding:
    return Finding(message=f"session {fact.id} {fault}", elements=(fact.id,), witness={"session": fact.id, **witness})


# --- mutants and repairs


def _first(case: Case) -> BgpNeighbor | None:
    return min(_sessions(case), key=lambda one: one.id, default=None)


@internet_routing.mutant("the import filter is dropped")
def drop_import(case: Case) -> Patch | None:
    """On the first session."""
    one = _first(case)
    return (Set("bgp_neighbors", one.id, {"import_policy": None}),) if one else None


@internet_routing.mutant("the export filter is dropped")
def drop_export(case: Case) -> Patch | None:
    """On the first session."""
    one = _first(case)
    return (Set("bgp_neighbors", one.id, {"export_policy": None}),) if one else None


@internet_routing.mutant("origins are not validated")
def believe(case: Case) -> Patch | None:
    """On the first session."""
    one = _first(case)
    return (Set("bgp_neighbors", one.id, {"origin_validation": False}),) if one else None


@internet_routing.mutant("prefixes are not counted")
def lift_ceiling(case: Case) -> Patch | None:
    """On the first session."""
    one = _first(case)
    return (Set("bgp_neighbors", one.id, {"max_prefixes": None}),) if one else None


def _taking(case: Case, *terms: RoutePolicyTerm) -> Patch | None:
    """The import policy of the first session with terms put before all others."""
    one = _first(case)
    policy = case.network.by_id("route_policies").get(one.import_policy or "") if one else None
    return (Set("route_policies", policy.id, {"terms": (*terms, *policy.terms)}),) if policy else None


@internet_routing.mutant("too specific prefixes are taken")
def take_specific(case: Case) -> Patch | None:
    """Nothing but those, so that bogons and our own stay out."""
    one = _first(case)
    if one is None:
        return None
    bogons = tuple(str(block) for block in (*BOGONS, *own_blocks(case.network)))
    version = _version(one)
    deny, permit = PolicyAction.DENY, PolicyAction.PERMIT
    specific = RoutePolicyTerm(action=permit, prefixes=(EVERYTHING[version],), min_length=LONGEST[version] + 1)
    return _taking(case, RoutePolicyTerm(action=deny, prefixes=bogons), specific)


def _version(session: BgpNeighbor) -> int:
    return 4 if AddressFamily.IPV4 in session.families else 6


@internet_routing.mutant("prefixes of our own are taken")
def take_own(case: Case) -> Patch | None:
    """Those of the first block."""
    one = _first(case)
    mine = [block for block in own_blocks(case.network) if one and block.version == _version(one)]
    return _taking(case, RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=(str(mine[0]),))) if mine else None


@internet_routing.mutant("everything is told, subnets and all")
def leak(case: Case) -> Patch | None:
    """The export policy of the first session permits all."""
    one = _first(case)
    policy = case.network.by_id("route_policies").get(one.export_policy or "") if one else None
    every = RoutePolicyTerm(action=PolicyAction.PERMIT)
    return (Set("route_policies", policy.id, {"terms": (every, *policy.terms)}),) if policy else None


@internet_routing.mutant("a public prefix is announced without a signed origin")
def announce_unsigned(case: Case) -> Patch | None:
    """Where we announce one, its origins go; elsewhere a process announces one."""
    if announced(case.network):
        return tuple(Remove("route_origins", one.id) for one in case.design.security.route_origins) or None
    one = _first(case)
    process = case.network.by_id("processes").get(one.process) if one else None
    policy = case.network.by_id("route_policies").get(one.export_policy or "") if one else None
    if process is None or policy is None:
        return None
    term = RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("8.8.4.0/24",), max_length=24)
    return (
        Set("processes", process.id, {"networks": (*process.networks, "8.8.4.0/24")}),
        Set("route_policies", policy.id, {"terms": (term, *policy.terms)}),
    )


@internet_routing.fix("attach the edge policies")
def attach(case: Case, finding: Finding) -> Patch | None:
    """Filters before whatever is taken, own aggregates alone told, validation and a ceiling."""
    one = case.network.by_id("bgp_neighbors").get(str(finding.witness.get("session")))
    if one is None:
        return None
    if "origin_validation" in finding.witness:
        return (Set("bgp_neighbors", one.id, {"origin_validation": True}),)
    if "max_prefixes" in finding.witness:
        most = max((other.max_prefixes or 0 for other in _sessions(case)), default=0)
        return (Set("bgp_neighbors", one.id, {"max_prefixes": most or 1_000}),)
    field = "import_policy" if "taken" in finding.witness else "export_policy"
    terms = _guarding(case) if field == "import_policy" else _telling(case)
    return _policy(case, one, field, terms)


def _policy(case: Case, one: BgpNeighbor, field: str, terms: tuple[RoutePolicyTerm, ...]) -> Patch:
    """The policy that sessions beside have for this where it is sound, or one of its own."""
    known = case.network.by_id("route_policies")
    present = getattr(one, field)
    if present is None:
        judge = wrongly_taken if field == "import_policy" else wrongly_told
        others = sorted({getattr(other, field) for other in _sessions(case)} - {None})
        sound = [name for name in others if name in known and not any(judge(case.network, name, v) for v in (4, 6))]
        if sound:
            return (Set("bgp_neighbors", one.id, {field: sound[0]}),)
    elif present in known:
        return (Set("route_policies", present, {"terms": terms}),)
    made = RoutePolicy(id=f"{one.id}:{field}", name=f"{one.id}:{field}", terms=terms)
    change = Set("bgp_neighbors", one.id, {field: made.id})
    return (change,) if made.id in known else (Add("route_policies", made), change)


def _guarding(case: Case) -> tuple[RoutePolicyTerm, ...]:
    deny, permit = PolicyAction.DENY, PolicyAction.PERMIT
    blocks = tuple(str(block) for block in (*BOGONS, *own_blocks(case.network)))
    specific = [RoutePolicyTerm(action=deny, prefixes=(EVERYTHING[v],), min_length=LONGEST[v] + 1) for v in (4, 6)]
    default = RoutePolicyTerm(action=permit, prefixes=tuple(EVERYTHING.values()), max_length=0)
    return (RoutePolicyTerm(action=deny, prefixes=blocks), *specific, default)


def _telling(case: Case) -> tuple[RoutePolicyTerm, ...]:
    permit = RoutePolicyTerm(action=PolicyAction.PERMIT)
    mine = [block for block in announced(case.network) if any(own.covers(block) for own in own_blocks(case.network))]
    told = (replace(permit, prefixes=(str(block),), max_length=block.length) for block in mine)
    return (*told, RoutePolicyTerm(action=PolicyAction.DENY))


@internet_routing.fix("list the origin to be signed")
def sign(case: Case, finding: Finding) -> Patch | None:
    """Exactly the prefix that is announced, by the number that announces it (RFC 9319)."""
    prefix, asn = finding.witness.get("prefix"), finding.witness.get("asn")
    if not isinstance(prefix, str) or not isinstance(asn, int):
        return None
    identity = "roa-" + prefix.replace("/", "-").replace(":", "-").replace(".", "-")
    if identity in case.network.by_id("route_origins"):
        identity += f"-{asn}"
    if identity in case.network.by_id("route_origins"):
        return None
    length = int(prefix.partition("/")[2])
    return (Add("route_origins", RouteOrigin(id=identity, prefix=prefix, asn=asn, max_length=length)),)
