"""SEC-12: between zones passes what declared flows need, all of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.forwarding.passing import Branch, ways
from netdesign.analysis.policy.cloud_policies import (
    excess_at_providers,
    provider_pairs,
    refused_at_providers,
    undecided_at_providers,
)
from netdesign.analysis.policy.needs import Crossing, bits, crossings, needed, packet_text, surplus, withheld
from netdesign.analysis.policy.permissions import permitted, undecided, zone_matrix
from netdesign.analysis.policy.policy import bound_zones, enforced_policies, ordered_rules
from netdesign.graph.headerspace import Space
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure, Witness
from netdesign.model.vocabulary import Category, ServiceClass, Severity
from netdesign.rules.blocks import blocked
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import as_flows, final_denial, permits, rule_found, takes_all, widened
from netdesign.rules.posture import posture

MOST_OF_IT = ("0.0.0.0/1", "128.0.0.0/2")


def _applies(case: Case) -> bool:
    return bool(zone_matrix(case.network) or provider_pairs(case.network))


def _closed(case: Case) -> bool:
    return posture(case).inter_zone_default == "deny"


@rule(
    code="SEC-12",
    name="default-deny-completeness",
    title="Default-deny completeness",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="two zones that lie somewhere",
    applicable=_applies,
    flags="A flow of which something is not permitted between its zones; headers permitted between two zones that no"
    " flow needs; headers between two zones that no rule of the policy on the way decides.",
    passes="Policies permit between any two zones exactly what the flows need, and decide the rest explicitly.",
    remedy="Replace the rule that permits too much by one for each flow, and add a permit for each flow refused.",
    references=("PCI DSS 1.3.1, 1.3.2", "NIST SP 800-53 SC-7(5)", "NIST SP 800-53 AC-4"),
    reading="A rule is justified by the flows that need what it permits, never by its text. The default action of a"
    " policy is no explicit decision. A flow from or to any address outside does not need all of them: a denial of at"
    " most half of the outside that is logged and says why blocks a part of it, and is told by a measure. Where the"
    " level lets zones talk by default, only refused flows are found.",
    by_likeness=True,
)
def default_deny(case: Case) -> Iterator[Said]:
    """Exact header spaces over all enforcement points between the zones, less those of the flows."""
    every = withheld(case.network)
    refused = [(one, lost) for one, lost in every if not blocked(case, one, lost)]
    for crossing, lost in refused:
        yield _refused(case, crossing, lost)
    yield from _at_providers(case)
    extra = 0
    for source, target in zone_matrix(case.network) if _closed(case) else ():
        left = surplus(case.network, source, target)
        if left:
            extra += 1
            yield _surplus(case, source, target, left)
        for policy, gap in undecided(case.network, source, target):
            yield _undecided(policy, source, target, gap)
    yield Measure(name="zone_pairs_examined", value=len(zone_matrix(case.network)))
    yield Measure(name="zone_pairs_with_surplus", value=extra, threshold=0)
    yield Measure(name="flow_crossings_refused", value=len(refused), threshold=0)
    yield Measure(name="flow_crossings_with_parts_of_the_outside_blocked", value=len(every) - len(refused))


def _at_providers(case: Case) -> Iterator[Finding]:
    """The same of firewall endpoints at cloud providers, each policy between all zones that it stands between."""
    for policy, crossing, lost in refused_at_providers(case.network):
        packet = lost.witness()
        text = packet_text(packet) if packet is not None else ""
        yield Finding(
            message=f"flow {crossing.flow} needs {text} from {crossing.source} to {crossing.target}:"
            f" refused by {policy}",
            elements=(crossing.flow, crossing.source, crossing.target, policy),
            witness={"packet": text, "flow": crossing.flow, "policy": policy, "family": crossing.version},
        )
    found = (*excess_at_providers(case.network), *undecided_at_providers(case.network)) if _closed(case) else ()
    for one in found:
        packet = one.headers.witness()
        text = packet_text(packet) if packet is not None else ""
        yield Finding(
            message=f"{one.policy} lets 2^{bits(one.headers):.1f} headers pass or leaves them undecided from"
            f" {one.source} to {one.target} that no flow needs, such as {text}",
            elements=(one.policy, one.source, one.target),
            witness={"packet": text, "from_zone": one.source, "to_zone": one.target},
        )


def _facts(case: Case, branch: Branch | None) -> tuple[tuple[str, ...], Witness]:
    """The elements on a way, and its packet and steps as a witness."""
    if branch is None:
        return (), {}
    path = [case.network.devices[step.device].id for step in branch.steps]
    last = branch.steps[-1] if branch.steps else None
    policy, line = (last.policy, last.rule) if last is not None else (None, None)
    witness: Witness = {"packet": packet_text(branch.packet), "path": [*path], "policy": policy, "rule": line}
    return tuple(name for name in (policy, line, *path) if name is not None), witness


def _refused(case: Case, crossing: Crossing, lost: Space) -> Finding:
    denial = ways(case.network, crossing.source, crossing.target, lost).denial
    elements, witness = _facts(case, denial)
    by = f"by rule {witness['rule']}" if witness.get("rule") else "by no rule that permits it"
    packet = lost.witness()
    text = packet_text(packet) if packet is not None else ""
    return Finding(
        message=f"flow {crossing.flow} needs {text} from {crossing.source} to {crossing.target}: refused {by}",
        elements=(crossing.flow, crossing.source, crossing.target, *elements),
        witness={"packet": text, **witness, "flow": crossing.flow, "family": crossing.version},
    )


def _surplus(case: Case, source: str, target: str, left: Space) -> Finding:
    branches = ways(case.network, source, target, left).branches
    branch = next((one for one in branches if one.permitted), None)
    elements, witness = _facts(case, branch)
    by = f"rule {witness['rule']}" if witness.get("rule") else "the absence of any rule"
    return Finding(
        message=f"2^{bits(left):.1f} headers pass from {source} to {target} that no flow needs, such as"
        f" {witness.get('packet', 'none')}, by {by}",
        elements=(source, target, *elements),
        witness={**witness, "surplus_bits": round(bits(left), 1), "from_zone": source, "to_zone": target},
    )


def _undecided(policy: str, source: str, target: str, gap: Space) -> Finding:
    packet = gap.witness()
    text = packet_text(packet) if packet is not None else ""
    return Finding(
        message=f"no rule of policy {policy} decides 2^{bits(gap):.1f} headers from {source} to {target},"
        f" such as {text}",
        elements=(policy, source, target),
        witness={"packet": text, "policy": policy, "rule": None, "undecided": True},
    )


@default_deny.fix("put one permit for each flow in the place of a rule that permits more")
def narrow(case: Case, finding: Finding) -> Patch | None:
    """A policy that permits by default gets to deny instead."""
    witness = finding.witness
    line = rule_found(case, finding)
    if "surplus_bits" not in witness:
        return None
    if line is not None and line.action is Action.PERMIT:
        return as_flows(case, line)
    policy = witness.get("policy")
    return (Set("policies", str(policy), {"default_action": Action.DENY}),) if policy else None


@default_deny.fix("permit what the flow needs")
def allow(case: Case, finding: Finding) -> Patch | None:
    """A denial in front of the permits goes, where the policy denies what is left anyway."""
    policy, line = finding.witness.get("policy"), rule_found(case, finding)
    if "flow" not in finding.witness or not isinstance(policy, str):
        return None
    if line is not None and not takes_all(line):
        return (Remove("policy_rules", line.id),)
    if line is not None and line.id != ordered_rules(case.network, policy)[-1].id:
        last = max(one.order for one in ordered_rules(case.network, policy))
        return (Set("policy_rules", line.id, {"order": last + 10}),)
    return permits(case, policy, [one for one, _ in withheld(case.network)]) or None


@default_deny.fix("end the policy with a logged denial")
def close(case: Case, finding: Finding) -> Patch | None:
    """Where some headers are left to the default action."""
    policy = finding.witness.get("policy")
    return final_denial(case, policy) if finding.witness.get("undecided") and isinstance(policy, str) else None


def _pair(case: Case, *, open_now: bool) -> tuple[str, str] | None:
    """Two zones that one policy binds and that some of a flow passes between now, or none of any."""
    for policy in enforced_policies(case.network):
        bound = bound_zones(case.network, policy.id)
        for source, target in zone_matrix(case.network):
            if {source, target} <= bound and bool(needed(case.network, source, target)) is open_now:
                return source, target
    return None


def _permits(case: Case) -> list[PolicyRule]:
    """Permits that decide something, of enforced policies."""
    lines = [line for policy in enforced_policies(case.network) for line in ordered_rules(case.network, policy.id)]
    known = case.network.by_id("zones")
    return [
        line
        for line in lines
        if line.action is Action.PERMIT
        and any(permitted(case.network, a, b) for a in line.source_zones for b in line.destination_zones if a in known)
    ]


@default_deny.mutant("permit everything from one zone to another")
def open_up(case: Case) -> Patch | None:
    """Where the level denies by default."""
    pair = _pair(case, open_now=False) if _closed(case) else None
    return first_rule(case, Action.PERMIT, *pair) if pair is not None else None


@default_deny.mutant("permit every port where one is needed")
def open_ports(case: Case) -> Patch | None:
    """Of TCP, in the first permit."""
    every = (Service(name="tcp", protocol=IpProtocol.TCP, first_port=1, last_port=65535),)
    return widened(_permits(case)[0], services=every) if _closed(case) and _permits(case) else None


@default_deny.mutant("permit any source where some are needed")
def open_sources(case: Case) -> Patch | None:
    """In the first permit that names sources."""
    lines = [line for line in _permits(case) if line.sources]
    return widened(lines[0], sources=()) if _closed(case) and lines else None


@default_deny.mutant("take away all permits of a gold flow")
def refuse_gold(case: Case) -> Patch | None:
    """Of any flow where none is gold."""
    flows = sorted(case.design.traffic.flows, key=lambda flow: flow.service_class is not ServiceClass.GOLD)
    for flow in flows:
        lines = [line for line in _permits(case) if line.flows == (flow.id,)]
        if lines:
            return tuple(Remove("policy_rules", line.id) for line in lines)
    return None


@default_deny.mutant("refuse everything in front of the permits of a flow")
def refuse_first(case: Case) -> Patch | None:
    """Between two zones that a flow needs."""
    pair = _pair(case, open_now=True)
    return first_rule(case, Action.DENY, *pair) if pair is not None else None


@default_deny.mutant("leave the rest to the default action")
def leave_undecided(case: Case) -> Patch | None:
    """By taking away each denial of everything."""
    lines = [line for policy in enforced_policies(case.network) for line in ordered_rules(case.network, policy.id)]
    ends = tuple(Remove("policy_rules", line.id) for line in lines if takes_all(line))
    return ends or None if _closed(case) else None


@default_deny.mutant("refuse most of the Internet in front of the permits of a flow")
def refuse_most(case: Case) -> Patch | None:
    """Three quarters of its IPv4 addresses, with a reason."""
    for policy in enforced_policies(case.network):
        bound = bound_zones(case.network, policy.id)
        for one in crossings(case.network):
            if one.sources is None and one.version == 4 and {one.source, one.target} <= bound:
                patch = first_rule(case, Action.DENY, one.source, one.target)
                rules = [made for made in patch or () if isinstance(made, Add) and made.fact.policy == policy.id]
                return tuple(replace(made, fact=replace(made.fact, sources=MOST_OF_IT)) for made in rules) or None
    return None
