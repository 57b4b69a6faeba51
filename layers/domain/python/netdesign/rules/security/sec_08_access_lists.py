"""SEC-08: every policy decides everything, says why it permits, and fits its device."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy import is_prefix, ordered_rules
from netdesign.analysis.zones import bypass, is_stateful, mixed, policies_of, zone_pairs
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
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
    " a firewall without policy; zones joined by routing with no filter between; more entries than the device holds.",
    passes="Every policy ends in a logged denial, its permits are owned and justified, and it fits its devices.",
    remedy="Generate the rules from the flows that are needed and end them with a logged denial of everything.",
    references=("PCI DSS 1.2.5, 1.3.1, 1.3.2", "NIST SP 800-53 SC-7(5), AC-4", "CIS Controls 13.4"),
)
def access_control_lists(case: Case) -> Iterator[Said]:
    """Rules are read in their order; entries are counted as prefixes times prefixes times services."""
    for policy in case.design.security.policies:
        rules = ordered_rules(case.network, policy.id)
        yield from _open_end(case, policy, rules)
        yield from _unowned(case, policy, rules)
        yield from _malformed(policy, rules)
    yield from _idle(case)
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


def _unended(policy: Policy, what: str) -> Finding:
    return Finding(message=f"policy {policy.id} {what}", elements=(policy.id,), witness={"policy": policy.id})


def _unowned(case: Case, policy: Policy, rules: tuple[PolicyRule, ...]) -> Iterator[Finding]:
    permits = [line for line in rules if line.action is Action.PERMIT]
    late = [line.id for line in permits if line.expires is not None and line.expires < case.evaluation_date]
    bare = [line.id for line in permits if not (line.owner and line.justification)]
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


@access_control_lists.mutant("take the owner from a permit")
def disown(case: Case) -> Patch | None:
    """Where the level asks for owners."""
    permits = [line for line in case.design.security.policy_rules if line.action is Action.PERMIT]
    known = case.network.by_id("policies")
    for line in permits if posture(case).rule_metadata else ():
        if line.policy in known:
            return (Set("policy_rules", line.id, {"owner": None}),)
    return None
