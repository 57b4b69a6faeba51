"""The policies that flows need: of firewall endpoints between zones, and of every workload by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from netdesign.model.cloud import (
    CloudConnection,
    CloudGateway,
    CloudGatewayKind,
    CloudNetwork,
    CloudPeering,
    CloudSubnet,
    CloudSubnetKind,
)
from netdesign.model.security import Policy, PolicyRule
from netdesign.model.traffic import Flow
from netdesign.synthesis.cloud.plan import CloudPlan
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.policies import Place, host_rules, make_policy, rules_from_flows
from netdesign.synthesis.needs.zones import INTERNET, KINDS, SERVER, USER

POLICY: Final = "cloud-policy"


def add_policy(blueprint: Blueprint, plan: CloudPlan, flows: Iterable[Flow]) -> None:
    """What the firewall endpoints let pass: what flows need, and the final denial."""
    gateways = tuple(one.id for one in blueprint.all(CloudGateway) if one.kind is CloudGatewayKind.FIREWALL)
    blueprint.add(Policy(id=POLICY, name=POLICY, devices=(), gateways=gateways))
    parameters = blueprint.parameters
    trust = {zone: parameters.zones.trust[kind.trust] for zone, kind in KINDS.items()}
    rules = rules_from_flows(
        POLICY,
        [_at_door(blueprint, flow) for flow in flows],
        _places(blueprint, plan),
        blueprint.posture,
        trust,
        ipv6=blueprint.requirements.ipv6,
        delta=parameters.zones.inspected_trust_delta,
        most_bits=parameters.zones.over_permissive_bits,
        within=len(blueprint.all(CloudPeering)) > 0,
    )
    blueprint.add_all(_renamed(plan, rule) for rule in rules)
    blueprint.decide(
        "What may pass the firewall endpoints?",
        f"{len(rules) - 1} permits made from flows, then everything else is refused and logged",
        formula="one rule for each pair of zones and prefixes that a flow crosses, for each address family",
        inputs={"endpoints": len(gateways), "inspection": blueprint.posture.ips_coverage},
        result=len(rules),
        fields=("flows", "security_level", "requires_segmentation"),
        source="NIST SP 800-41r1",
    )


def _renamed(plan: CloudPlan, rule: PolicyRule) -> PolicyRule:
    """The rule with the ids that zones have at the provider."""
    near, far = (
        tuple(plan.zone_id(kind) or kind for kind in names) for names in (rule.source_zones, rule.destination_zones)
    )
    return replace(rule, source_zones=near, destination_zones=far)


def add_host_policies(blueprint: Blueprint, plan: CloudPlan, flows: Sequence[Flow]) -> None:
    """Every workload filters for itself, by a policy of its network: what flows need, and nothing else."""
    places = _places(blueprint, plan)
    for network in blueprint.all(CloudNetwork):
        if network.zone is None:
            continue
        policy = blueprint.add(make_policy(f"{network.id}-hosts", ()))
        mine = [_at_door(blueprint, flow) for flow in flows if network.id in (*flow.sources, *flow.targets)]
        kind = plan.kinds[network.zone] or SERVER
        rules = host_rules(policy.id, kind, mine, places, ipv6=blueprint.requirements.ipv6)
        blueprint.add_all(_renamed(plan, rule) for rule in rules)
        blueprint.change(network, host_policy=policy.id)


def _at_door(blueprint: Blueprint, flow: Flow) -> Flow:
    """A flow from the Internet meets what stands in public subnets alone."""
    outside = {one.id for one in blueprint.all(CloudGateway)}
    if not set(flow.sources) & outside:
        return flow
    return replace(flow, targets=tuple(f"{target} {CloudSubnetKind.PUBLIC}" for target in flow.targets))


def _places(blueprint: Blueprint, plan: CloudPlan) -> dict[str, Place]:
    """Zones and prefixes: of a network those of its workloads, of its door those of its public subnets."""
    by_kind: dict[tuple[str, CloudSubnetKind], list[str]] = {}
    for subnet in blueprint.all(CloudSubnet):
        both = (subnet.prefix, *((subnet.prefix_v6,) if subnet.prefix_v6 else ()))
        by_kind.setdefault((subnet.network, subnet.kind), []).extend(both)
    found: dict[str, Place] = {}
    for one in blueprint.all(CloudNetwork):
        inner = tuple(by_kind.get((one.id, CloudSubnetKind.PRIVATE), ()))
        found[one.id] = Place(plan.kinds[one.zone] or INTERNET, inner)
        door = tuple(by_kind.get((one.id, CloudSubnetKind.PUBLIC), inner))
        found[f"{one.id} {CloudSubnetKind.PUBLIC}"] = Place(plan.kinds[one.zone] or INTERNET, door)
    found |= {one.id: Place(plan.kinds[one.zone] or USER, one.prefixes) for one in blueprint.all(CloudConnection)}
    found |= {one.id: Place(INTERNET) for one in blueprint.all(CloudGateway) if one.kind is CloudGatewayKind.INTERNET}
    return found
