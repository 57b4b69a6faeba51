"""SEC-13: every rule of a policy acts, changes something, and contradicts no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netdesign.analysis.policy.anomalies import Anomaly, Kind, anomalies
from netdesign.analysis.policy.policy import enforced_policies, ordered_rules
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure, Scalar
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.blocks import is_meant
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, rule_found, takes_all

TEXTS = {
    Kind.SHADOWED: "never acts as written: {others} take all that it names, with the opposite action",
    Kind.REDUNDANT: "changes nothing: {others} do the same",
    Kind.CORRELATED: "overlaps {others} with the opposite action, so that their order decides",
    Kind.UNREACHABLE: "names nothing that a packet can be: no zone bound here, or no IP version common to its ends",
}
SHOWN = 3


def _applies(case: Case) -> bool:
    return any(ordered_rules(case.network, policy.id) for policy in enforced_policies(case.network))


@rule(
    code="SEC-13",
    name="rule-anomalies",
    title="Rule shadowing / redundancy / conflict",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    applies="policies with rules that a firewall enforces",
    applicable=_applies,
    flags="A rule that earlier ones cover wholly (an error where one of them has the opposite action), one that changes"
    " nothing, one that overlaps an earlier rule of the opposite action without either lying in the other, and one that"
    " names nothing that a packet can be.",
    passes="Every rule decides packets of its own, and taking any of them away would change what passes.",
    remedy="Delete the rule, or put it before those that hide it.",
    references=("Al-Shaer and Hamed, taxonomy of firewall policy anomalies", "PCI DSS 1.2.7"),
    reading="A wide rule behind narrow ones of the opposite action is no fault: that is what the last denial is. Rules"
    " that inspect or log differently are not alike. A denial that is logged, says why and names less than the one that"
    " would take its place is there for the log; one of addresses in front of permits is a block, and meant. An"
    " object is unreachable where no zone or IP version is left.",
    by_likeness=True,
)
def rule_anomalies(case: Case) -> Iterator[Said]:
    """Exact by subtraction over zones and headers at once."""
    policies = enforced_policies(case.network)
    count = 0
    for policy in policies:
        for one in anomalies(case.network, policy.id):
            if not _meant(case, one):
                count += 1
                yield _found(one)
    lines = sum(len(ordered_rules(case.network, policy.id)) for policy in policies)
    yield Measure(name="rules_examined", value=lines)
    yield Measure(name="anomalies", value=count, threshold=0)


def _meant(case: Case, one: Anomaly) -> bool:
    """Whether denials with a log and a reason do on purpose what looks like an oversight."""
    known = case.network.by_id("policy_rules")
    if one.kind is Kind.REDUNDANT:
        return is_meant(known[one.rule]) and not any(_alike(known[one.rule], known[other]) for other in one.others)
    if one.kind is not Kind.CORRELATED:
        return False
    return all(is_meant(line) and _by_address(line) for line in (known[other] for other in one.others))


def _alike(one: PolicyRule, other: PolicyRule) -> bool:
    """Whether two rules name the same, so that one of them tells nothing of its own in the log."""
    names = ("source_zones", "destination_zones", "sources", "destinations", "services")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _by_address(line: PolicyRule) -> bool:
    """Whether a rule blocks addresses, whatever service they use."""
    return bool(line.sources or line.destinations) and not line.services


def _found(one: Anomaly) -> Finding:
    others = ", ".join(one.others[:SHOWN]) + (" and others" if len(one.others) > SHOWN else "")
    return Finding(
        message=f"rule {one.rule} of {one.policy} {TEXTS[one.kind].format(others=others)}",
        elements=(one.policy, one.rule, *one.others[:SHOWN]),
        witness={"policy": one.policy, "rule": one.rule, "kind": one.kind.value, "others": [*one.others[:SHOWN]]},
        severity=Severity.ERROR if one.opposite and one.kind is Kind.SHADOWED else None,
    )


@rule_anomalies.fix("put a denial of everything behind all other rules")
def move_denial_last(case: Case, finding: Finding) -> Patch | None:
    """Where it stands before what it hides."""
    others = finding.witness.get("others")
    known = case.network.by_id("policy_rules")
    for name in others if isinstance(others, list) else []:
        line: PolicyRule | None = known.get(str(name))
        if line is not None and takes_all(line) and line.action is Action.DENY:
            last = max(one.order for one in ordered_rules(case.network, line.policy))
            return (Set("policy_rules", line.id, {"order": last + 10}),)
    return None


@rule_anomalies.fix("put permits of flows alone in the place of a wide permit that hides others")
def narrow_hiding(case: Case, finding: Finding) -> Patch | None:
    """Where the hidden rule denies, or the hiding one is wider than its flows."""
    others = finding.witness.get("others")
    known = case.network.by_id("policy_rules")
    if finding.witness.get("kind") not in (Kind.SHADOWED.value, Kind.CORRELATED.value):
        return None
    for name in others if isinstance(others, list) else []:
        line: PolicyRule | None = known.get(str(name))
        if line is not None and line.action is Action.PERMIT:
            return as_flows(case, line)
    return None


@rule_anomalies.fix("delete the rule")
def delete(case: Case, finding: Finding) -> Patch | None:
    """Of two that do the same the one that names fewer flows; a denial that contradicts permits goes as well."""
    line = rule_found(case, finding)
    others = finding.witness.get("others")
    if line is None:
        return None
    if finding.witness.get("kind") == Kind.REDUNDANT.value and line.flows and isinstance(others, list) and others:
        twin = case.network.by_id("policy_rules").get(str(others[0]))
        if twin is not None and set(line.flows) > set(twin.flows):
            return (Remove("policy_rules", twin.id),)
    if line.action is Action.PERMIT and line.flows and finding.witness.get("kind") != Kind.REDUNDANT.value:
        return _without_denials(case, line, others if isinstance(others, list) else [])
    return (Remove("policy_rules", line.id),)


def _without_denials(case: Case, line: PolicyRule, others: list[Scalar]) -> Patch | None:
    """The permits of the flows that need a rule, without the denials that contradict it."""
    known = case.network.by_id("policy_rules")
    denials = [str(n) for n in others if str(n) in known and known[str(n)].action is Action.DENY]
    return (*(Remove("policy_rules", name) for name in denials), *as_flows(case, line)) if denials else None


def _first_permits(case: Case) -> list[PolicyRule]:
    """The permits of enforced policies that name both zones and a source, in order."""
    return [
        line
        for policy in enforced_policies(case.network)
        for line in ordered_rules(case.network, policy.id)
        if line.action is Action.PERMIT and line.source_zones and line.destination_zones and line.services
    ]


def _beside(line: PolicyRule, name: str, order: int, **changes: Any) -> Patch:
    made = replace(line, id=f"{line.id}-{name}", order=order, flows=(), justification="a test of order")
    return (Add("policy_rules", replace(made, **changes)),)


@rule_anomalies.mutant("put the denial of everything before all permits")
def deny_first(case: Case) -> Patch | None:
    """Every permit is shadowed then."""
    for policy in enforced_policies(case.network):
        rules = ordered_rules(case.network, policy.id)
        last = [line for line in rules if takes_all(line) and line.action is Action.DENY]
        if last and len(rules) > len(last):
            return (Set("policy_rules", last[-1].id, {"order": rules[0].order - 10}),)
    return None


@rule_anomalies.mutant("permit everything between two zones before the denial of one service")
def hide_denial(case: Case) -> Patch | None:
    """The denial is shadowed by the rule of the opposite action."""
    for line in _first_permits(case)[:1]:
        wide = _beside(line, "wide", line.order - 2, sources=(), destinations=(), services=())
        return (*wide, *_beside(line, "denied", line.order - 1, action=Action.DENY, inspect=()))
    return None


@rule_anomalies.mutant("write a permit twice")
def repeat(case: Case) -> Patch | None:
    """The second changes nothing."""
    for line in _first_permits(case)[:1]:
        return _beside(line, "again", line.order)
    return None


@rule_anomalies.mutant("permit a part of what a later rule permits")
def permit_part(case: Case) -> Patch | None:
    """One address family or prefix of a rule that names several, or one port more narrowly."""
    for line in _first_permits(case):
        sources = line.sources[:1] if line.sources else ("192.0.2.0/24",)
        return _beside(line, "part", line.order - 1, sources=sources)
    return None


@rule_anomalies.mutant("deny a service from anywhere before a permit of more services from somewhere")
def correlate(case: Case) -> Patch | None:
    """Neither holds the other."""
    port = Service(name="some", protocol=IpProtocol.TCP, first_port=1, last_port=60000)
    for line in [one for one in _first_permits(case) if one.sources]:
        if any(service.protocol is IpProtocol.TCP for service in line.services):
            narrow = replace(line.services[0], name="all", protocol=IpProtocol.TCP, first_port=40, last_port=65000)
            wide = Set("policy_rules", line.id, {"services": (*line.services, narrow)})
            denial = {"action": Action.DENY, "sources": (), "services": (port,), "inspect": ()}
            return (wide, *_beside(line, "denied", line.order - 1, **denial))
    return None


@rule_anomalies.mutant("permit something between zones that the firewall does not bind")
def nowhere(case: Case) -> Patch | None:
    """No packet can match it."""
    for line in _first_permits(case)[:1]:
        return _beside(line, "nowhere", line.order - 1, source_zones=("no-such-zone",))
    return None
