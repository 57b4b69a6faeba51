"""SEC-08: every policy decides everything, says why it permits, and fits its device."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.policy import is_prefix, ordered_rules
from netdesign.analysis.policy.zones import bypass, is_stateful, mixed, policies_of, zone_pairs
from netdesign.model.addressing import Interface
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.said import is_past, is_said
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.mending import closed
from netdesign.rules.posture import corporate, posture

SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(case.design.security.policies or case.network.with_role(Role.FIREWALL).size)


@rule(
    code="SEC-08",
    name="access-control-lists",
    title="Access Control Lists",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="policies or firewalls",
    applicable=_applies,
    flags="A policy without a last rule that denies and logs all that is left (at level basic: that does not log it);"
    " a permit without owner or reason where the level asks for them, past its date, or naming what is no prefix;"
    " a firewall without policy, or with a leg in a zone that names no policy of that firewall as the filter of what"
    " enters (critical); an interface whose filter is a policy that is not there (critical); zones joined by routing"
    " with no filter between; more entries than the device holds.",
    passes="Every policy ends in a logged denial, its permits are owned and justified, and it fits its devices.",
    remedy="Generate the rules from the flows that are needed and end them with a logged denial of everything.",
    references=("PCI DSS 1.2.5, 1.3.1, 1.3.2", "NIST SP 800-53 SC-7(5), AC-4", "CIS Controls 13.4"),
    reading="A policy that lists a firewall filters nothing until the legs of the firewall are bound to it: what is"
    " configured from this design is open where a leg names no policy. Dates are ISO dates: what is none has passed.",
)
def access_control_lists(case: Case) -> Iterator[Said]:
    """Rules are read in their order; entries are counted as prefixes times prefixes times services."""
    for policy in case.design.security.policies:
        rules = ordered_rules(case.network, policy.id)
        yield from _open_end(case, policy, rules)
        yield from _unowned(case, policy, rules)
        yield from _malformed(policy, rules)
    yield from _idle(case)
    yield from _unbound(case)
    yield from _unfiltered(case)
    yield from _too_many(case)
    yield Measure(name="policies", value=len(case.design.security.policies))
    yield Measure(name="rules", value=len(case.design.security.policy_rules))


def _takes_all(line: PolicyRule) -> bool:
    return not (line.source_zones or line.destination_zones or line.sources or line.destinations or line.services)


def _open_end(case: Case, policy: Policy, rules: tuple[PolicyRule, ...]) -> Iterator[Finding]:
    last = rules[-1] if rules else None
    closed = last is not None and _takes_all(last) and last.action is Action.DENY
    if posture(case).inter_zone_default != "deny":
        logged = last.log if last is not None and _takes_all(last) else policy.default_log
        if not logged:
            yield _unended(policy, "does not log what no rule takes")
    elif not closed:
        yield _unended(policy, "has no last rule that denies everything")
    elif last is not None and not last.log:
        yield _unended(policy, "denies the rest without a log")


def _named(case: Case, policy: str) -> bool:
    """Whether the last rule of a policy takes some headers only."""
    return any(not _takes_all(line) for line in ordered_rules(case.network, policy)[-1:])


def _unended(policy: Policy, what: str) -> Finding:
    return Finding(message=f"policy {policy.id} {what}", elements=(policy.id,), witness={"policy": policy.id})


def _unowned(case: Case, policy: Policy, rules: tuple[PolicyRule, ...]) -> Iterator[Finding]:
    permits = [line for line in rules if line.action is Action.PERMIT]
    late = [line.id for line in permits if is_past(line.expires, case.evaluation_date)]
    bare = [line.id for line in permits if not (is_said(line.owner) and is_said(line.justification))]
    if late:
        yield _lines(policy, late, "are past their date")
    if bare and posture(case).rule_metadata:
        yield _lines(policy, bare, "have no owner or no reason")


def _malformed(policy: Policy, rules: tuple[PolicyRule, ...]) -> Iterator[Finding]:
    bad = [line.id for line in rules if not all(is_prefix(name) for name in (*line.sources, *line.destinations))]
    if bad:
        yield _lines(policy, bad, "name something that is no prefix")


def _lines(policy: Policy, lines: list[str], what: str) -> Finding:
    return Finding(
        message=f"{len(lines)} rules of policy {policy.id} {what}: {', '.join(lines[:SHOWN])}",
        elements=(policy.id, *lines),
        witness={"policy": policy.id, "rules": [*lines[:SHOWN]]},
    )


def _idle(case: Case) -> Iterator[Finding]:
    for place in case.network.with_role(Role.FIREWALL).tolist():
        if is_stateful(case.network, place) and place not in policies_of(case.network):
            name = case.network.devices[place].id
            yield Finding(
                message=f"firewall {name} enforces no policy",
                elements=(name,),
                witness={"device": name},
            )


def _unbound(case: Case) -> Iterator[Finding]:
    """Legs of firewalls that nothing filters, device by device, and filters that are not there."""
    known = case.network.by_id("policies")
    for name, ports in _bare_legs(case).items():
        shown = ", ".join(f"{port.name} in {port.zone}" for port in ports[:SHOWN])
        yield Finding(
            message=f"legs of firewall {name} that name no policy of its own as their filter: {shown}",
            elements=(name, *(port.id for port in ports)),
            witness={"device": name, "legs": [port.id for port in ports[:SHOWN]]},
            severity=Severity.CRITICAL,
        )
    for port in case.network.interfaces:
        if port.access_list is not None and port.access_list not in known:
            yield Finding(
                message=f"{port.id} is filtered by {port.access_list}, which is no policy of the design",
                elements=(port.id,),
                witness={"access_list": port.access_list},
                severity=Severity.CRITICAL,
            )


def _bare_legs(case: Case) -> dict[str, list[Interface]]:
    """The interfaces in a zone, of each device that enforces, that name none of its policies."""
    found: dict[str, list[Interface]] = {}
    for place, policies in policies_of(case.network).items():
        name, mine = case.network.devices[place].id, {policy.id for policy in policies}
        ports: list[Interface] = case.network.grouped("interfaces", "device").get(name, [])
        bare = [port for port in ports if port.zone is not None and port.enabled and port.access_list not in mine]
        if bare:
            found[name] = bare
    return found


def _unfiltered(case: Case) -> Iterator[Finding]:
    if not corporate(case):
        return
    for pair in zone_pairs(case.network):
        if mixed(case.network, pair, True):
            path = bypass(case.network, pair, True)
            yield Finding(
                message=f"nothing filters between {pair.low.name} and {pair.high.name}, by {' > '.join(path)}",
                elements=(pair.low.id, pair.high.id, *path),
                witness={"from_zone": pair.low.id, "to_zone": pair.high.id, "path": list(path)},
            )


def _too_many(case: Case) -> Iterator[Finding]:
    for place, policies in policies_of(case.network).items():
        kind = case.network.device_types[place]
        limit = kind.table("acl_entries")[0] if kind is not None else None
        entries = sum(_entries(line) for policy in policies for line in ordered_rules(case.network, policy.id))
        if limit is not None and entries > limit:
            name = case.network.devices[place].id
            yield Finding(
                message=f"{name} holds {limit} entries; its policies have {entries}",
                elements=(name, *(policy.id for policy in policies)),
                witness={"entries": entries, "limit": limit},
            )


def _entries(line: PolicyRule) -> int:
    return max(1, len(line.sources)) * max(1, len(line.destinations)) * max(1, len(line.services))


@access_control_lists.mutant("remove the final denial")
def remove_last_denial(case: Case) -> Patch | None:
    """At level basic, where the rest may pass, the log goes instead."""
    for policy in case.design.security.policies:
        rules = ordered_rules(case.network, policy.id)
        if posture(case).inter_zone_default != "deny":
            last = tuple(Set("policy_rules", line.id, {"log": False}) for line in rules[-1:] if _takes_all(line))
            return (*last, Set("policies", policy.id, {"default_log": False}))
        ends = tuple(Remove("policy_rules", line.id) for line in rules if _takes_all(line))
        return ends or None
    return None


def _permit(case: Case) -> PolicyRule | None:
    """The first permit of a policy that is there."""
    known = case.network.by_id("policies")
    permits = (line for line in case.design.security.policy_rules if line.action is Action.PERMIT)
    return next((line for line in permits if line.policy in known), None)


@access_control_lists.mutant("take the owner from a permit")
def disown(case: Case) -> Patch | None:
    """Where the level asks for owners."""
    line = _permit(case) if posture(case).rule_metadata else None
    return (Set("policy_rules", line.id, {"owner": None}),) if line is not None else None


def _legs(case: Case) -> list[Interface]:
    """The legs of firewalls that a policy of theirs filters."""
    bare = {port.id for ports in _bare_legs(case).values() for port in ports}
    names = [case.network.devices[place].id for place in policies_of(case.network)]
    ports = [port for name in names for port in case.network.grouped("interfaces", "device").get(name, ())]
    return [port for port in ports if port.zone is not None and port.enabled and port.id not in bare]


@access_control_lists.mutant("bind no policy to the legs of the firewalls")
def unbind(case: Case) -> Patch | None:
    """The policies still list the firewalls, and filter nothing."""
    return tuple(Set("interfaces", port.id, {"access_list": None}) for port in _legs(case)) or None


@access_control_lists.mutant("filter a leg of a firewall by a policy that is not there")
def misname(case: Case) -> Patch | None:
    """The name leads nowhere."""
    legs = _legs(case)
    return (Set("interfaces", legs[-1].id, {"access_list": "no-such-policy"}),) if legs else None


@access_control_lists.mutant("write blanks for the reason of a permit")
def blank(case: Case) -> Patch | None:
    """Where the level asks for reasons."""
    line = _permit(case) if posture(case).rule_metadata else None
    return (Set("policy_rules", line.id, {"justification": " "}),) if line is not None else None


@access_control_lists.mutant("let a permit end on what is no date")
def undated(case: Case) -> Patch | None:
    """Nobody can tell whether it has passed."""
    line = _permit(case)
    return (Set("policy_rules", line.id, {"expires": "31/12/2020"}),) if line is not None else None


@access_control_lists.fix("end the policy with a logged denial")
def end(case: Case, finding: Finding) -> Patch | None:
    """Behind all other rules; where the level lets the rest pass, it is logged."""
    policy = finding.witness.get("policy")
    if not isinstance(policy, str) or "rules" in finding.witness:
        return None
    if posture(case).inter_zone_default == "deny":
        lines = [line for line in ordered_rules(case.network, policy) if _takes_all(line)]
        logged = tuple(Set("policy_rules", line.id, {"log": True}) for line in lines if line.action is Action.DENY)
        return (*(closed(case, policy) or ()), *logged) or None
    last = tuple(Set("policy_rules", one.id, {"log": True}) for one in ordered_rules(case.network, policy)[-1:])
    return (Set("policies", policy, {"default_log": True}), *(last if last and not _named(case, policy) else ()))


@access_control_lists.fix("bind the policy of the firewall to its legs")
def bind(case: Case, finding: Finding) -> Patch | None:
    """The one that most rules are in, where it has several."""
    legs, policies = finding.witness.get("legs"), policies_of(case.network)
    place = case.network.device_index.get(str(finding.witness.get("device")))
    if not isinstance(legs, list) or place not in policies:
        return None
    best = max(policies[place], key=lambda one: (len(ordered_rules(case.network, one.id)), one.id))
    known = case.network.by_id("interfaces")
    names = [name for name in finding.elements if name in known]
    return tuple(Set("interfaces", name, {"access_list": best.id}) for name in names) or None


@access_control_lists.fix("take away the name of a filter that is not there")
def unname(case: Case, finding: Finding) -> Patch | None:
    """On a leg of a firewall the policy of that firewall takes its place."""
    port = case.network.by_id("interfaces").get(finding.elements[0]) if "access_list" in finding.witness else None
    place = case.network.device_index.get(port.device) if port is not None else None
    if port is None or place is None:
        return None
    mine = policies_of(case.network).get(place, ()) if port.zone is not None else ()
    return (Set("interfaces", port.id, {"access_list": mine[0].id if mine else None}),)
