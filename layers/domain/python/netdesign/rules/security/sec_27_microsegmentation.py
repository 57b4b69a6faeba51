"""SEC-27: filters stand between tiers, and no large set of hosts reaches itself unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.policy.microsegments import Unfiltered, tier_traffic, unfiltered
from netdesign.analysis.policy.needs import crossings, needs_within
from netdesign.analysis.policy.policy import ordered_rules
from netdesign.analysis.policy.populations import SERVING
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.narrowing import final_denial, permits, takes_all
from netdesign.rules.posture import enterprise, government, posture

SHOWN = 4


@rule(
    code="SEC-27",
    name="east-west-microsegmentation",
    title="East-west inspection & micro-segmentation",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="level enterprise and above, with endpoints",
    applicable=lambda case: enterprise(case) and bool(case.design.inventory.endpoint_groups),
    flags="A smaller share of the traffic between tiers of servers that passes a filter than the level asks for; a"
    " larger set of hosts that no filter parts than it allows. Warnings below level government.",
    passes="Tiers are parted by filters, and sets of hosts that reach each other freely are small.",
    remedy="Part tiers by firewall legs, and have hosts enforce what their zone's flows need.",
    references=("NIST SP 800-207", "NIST SP 800-53 SC-7(20)-(22)", "NIST SP 800-125B"),
    reading="A tier is servers of one zone and one kind of data. A filter is a firewall, an access list, or a policy"
    " that the hosts enforce themselves and that permits among their zone no more than flows need. Of a VLAN whose"
    " hosts are isolated one counts. Phones are left out, for any phone may call any.",
)
def microsegmentation(case: Case) -> Iterator[Said]:
    """Sets by the routed network cut at every filter, traffic by flows."""
    asked, severity = posture(case), Severity.ERROR if government(case) else Severity.WARNING
    traffic, sets = tier_traffic(case.network), unfiltered(case.network)
    if traffic.share < asked.inspected_east_west_share:
        yield Finding(
            message=f"{traffic.share:.0%} of the traffic between tiers passes a filter, of"
            f" {asked.inspected_east_west_share:.0%} at least: {', '.join(traffic.bare[:SHOWN])} pass none",
            elements=traffic.bare,
            witness={"share": round(traffic.share, 3), "flows": [*traffic.bare[:SHOWN]]},
            severity=severity,
        )
    limit = asked.max_unfiltered_hosts
    for one in sets:
        if limit is not None and one.hosts > limit:
            yield _large(one, limit, severity)
    yield Measure(name="filtered_tier_share", value=round(traffic.share, 3), threshold=asked.inspected_east_west_share)
    yield Measure(name="largest_unfiltered_set", value=max((s.hosts for s in sets), default=0), threshold=limit)


def _large(one: Unfiltered, limit: int, severity: Severity) -> Finding:
    return Finding(
        message=f"{one.hosts} hosts of {', '.join(one.groups[:SHOWN])} reach each other with no filter between,"
        f" of {limit} at most",
        elements=(*one.groups, *one.zones),
        witness={"hosts": one.hosts, "groups": [*one.groups[:SHOWN]], "zones": [*one.zones]},
        severity=severity,
    )


@microsegmentation.fix("have the hosts enforce what the flows of their zone need")
def part(case: Case, finding: Finding) -> Patch | None:
    """By a policy for each zone, of which there may be one already."""
    known = case.network.by_id("zones")
    flows = {flow.id: flow for flow in case.design.traffic.flows}
    ends = {name for one in finding.elements if one in flows for name in (*flows[one].sources, *flows[one].targets)}
    groups = case.design.inventory.endpoint_groups
    zones = sorted({g.zone for g in groups if g.id in ends} | (set(finding.elements) & known.keys()))
    made: list[Operation] = []
    for zone in zones:
        made += _host_policy(case, zone, f"hosts-{zone}")
    return (*made, *_left_over(case, zones)) if made else None


def _left_over(case: Case, zones: list[str]) -> Patch:
    """The policies that hosts of the zones enforced before, where nothing else does."""
    groups = case.design.inventory.endpoint_groups
    before = {g.host_policy for g in groups if g.zone in zones} - {g.host_policy for g in groups if g.zone not in zones}
    known = case.network.by_id("policies")
    gone = sorted(name for name in before if name in known and not known[name].devices)
    rules = [Remove("policy_rules", line.id) for name in gone for line in ordered_rules(case.network, name)]
    return (*rules, *(Remove("policies", name) for name in gone))


def _host_policy(case: Case, zone: str, name: str) -> list[Operation]:
    """A policy with the permits that flows to, from and within a zone need, and its hosts' word to enforce it."""
    taken = case.network.by_id("policies")
    identity = next(n for n in (name, *(f"{name}-{at}" for at in range(2, 99))) if n not in taken)
    lost = [one for one in crossings(case.network) if zone in (one.source, one.target)]
    lines = permits(case, identity, [*needs_within(case.network, zone), *lost])
    permitted = [replace(one.fact, order=1, inspect=()) for one in lines if isinstance(one, Add)]
    rest = [replace(one.fact, order=2) for one in final_denial(case, identity) if isinstance(one, Add)]
    added = [Add("policy_rules", line) for line in (*permitted, *rest)]
    groups = [g for g in case.design.inventory.endpoint_groups if g.zone == zone]
    policy = Policy(id=identity, name=identity, devices=())
    return [Add("policies", policy), *added, *(Set("endpoint_groups", g.id, {"host_policy": identity}) for g in groups)]


def _limit(case: Case) -> int | None:
    return posture(case).max_unfiltered_hosts if enterprise(case) else None


def _large_zone(case: Case) -> tuple[str, list[EndpointGroup]] | None:
    """The zone with the most hosts that are no phones and not isolated, if those are more than may be unfiltered."""
    limit, vlans = _limit(case), case.network.by_id("vlans")
    zones: dict[str, list[EndpointGroup]] = {}
    for group in case.design.inventory.endpoint_groups:
        if group.kind is not EndpointKind.PHONE and any(v in vlans and not vlans[v].isolated for v in group.vlans):
            zones.setdefault(group.zone, []).append(group)
    found = sorted(zones.items(), key=lambda item: (-sum(g.count for g in item[1]), item[0]))
    if limit is None or not found or sum(g.count for g in found[0][1]) <= limit:
        return None
    return found[0]


def _without(groups: list[EndpointGroup]) -> Patch:
    return tuple(Set("endpoint_groups", group.id, {"host_policy": None}) for group in groups)


@microsegmentation.mutant("have the hosts of a large zone filter nothing")
def flatten(case: Case) -> Patch | None:
    """The one with the most hosts."""
    found = _large_zone(case)
    return _without(found[1]) if found is not None else None


@microsegmentation.mutant("have hosts enforce a policy that permits everything among them")
def permit_among(case: Case) -> Patch | None:
    """By a first rule of theirs."""
    found = _large_zone(case)
    policies = sorted({group.host_policy for group in found[1] if group.host_policy}) if found is not None else []
    return (
        tuple(
            Add(
                "policy_rules",
                PolicyRule(
                    id=f"{name}-open",
                    policy=name,
                    order=-1,
                    action=Action.PERMIT,
                    source_zones=(found[0],) if found is not None else (),
                    log=True,
                    owner="nobody",
                    justification="none",
                ),
            )
            for name in policies
        )
        or None
    )


@microsegmentation.mutant("have hosts permit what no rule names")
def permit_rest(case: Case) -> Patch | None:
    """By their last rule."""
    found = _large_zone(case)
    policies = sorted({group.host_policy for group in found[1] if group.host_policy}) if found is not None else []
    ends = [line for name in policies for line in ordered_rules(case.network, name) if takes_all(line)]
    return tuple(Set("policy_rules", line.id, {"action": Action.PERMIT}) for line in ends) or None


@microsegmentation.mutant("put servers with other data into the zone of those that they talk to")
def mix_tiers(case: Case) -> Patch | None:
    """The flow that carries most, with no filter at the hosts."""
    known = case.network.by_id("endpoint_groups")
    for flow in sorted(case.design.traffic.flows, key=lambda f: (-f.up_bps - f.down_bps, f.id)) if _limit(case) else ():
        ends = [known[name] for name in dict.fromkeys((*flow.sources, *flow.targets)) if name in known]
        if len(ends) > 1 and len({group.zone for group in ends}) == 1 and all(g.kind in SERVING for g in ends):
            other = (DataClass.PUBLIC,) if ends[0].data_classes != (DataClass.PUBLIC,) else ()
            return (Set("endpoint_groups", ends[0].id, {"data_classes": other}), *_without(ends))
    return None
