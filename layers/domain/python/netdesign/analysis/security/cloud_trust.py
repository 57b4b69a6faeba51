"""What networks at cloud providers have to show of a zero-trust index."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from netdesign.analysis.facts.cloud_places import cloud_zone_names
from netdesign.analysis.policy.cloud_zones import bound_at_providers, closed_gateways, open_ways
from netdesign.analysis.routing.cloud_trips import end_zone
from netdesign.graph.network import Network, analysis
from netdesign.model.cloud import CloudFlow
from netdesign.model.vocabulary import ServiceClass


@analysis
def zone_pairs_at_providers(network: Network) -> tuple[int, int]:
    """(pairs of zones kept apart by firewall endpoints that deny, all pairs)."""
    pairs = [frozenset(pair) for pair in combinations(sorted(cloud_zone_names(network)), 2)]
    joined = {frozenset((way.source_zone, way.target_zone)) for way in open_ways(network)}
    bound = [
        bound_at_providers(network, policy.id)
        for policy in network.design.security.policies
        if closed_gateways(network) & set(policy.gateways)
    ]
    kept = [pair for pair in pairs if pair not in joined and any(pair <= zones for zones in bound)]
    return len(kept), len(pairs)


@analysis
def workload_sets(network: Network) -> dict[str, int]:
    """Workloads by what no filter parts: each by itself where its network filters at every one, or else by network."""
    networks, found = network.by_id("cloud_networks"), defaultdict[str, int](int)
    rules = network.grouped("policy_rules", "policy")
    for subnet in network.design.cloud.cloud_subnets:
        home = networks.get(subnet.network)
        if subnet.workloads < 1 or home is None:
            continue
        if home.host_policy is not None and rules.get(home.host_policy):
            found.update({f"{subnet.id} {at}": 1 for at in range(min(subnet.workloads, 1_000_000))})
        else:
            found[home.id] += subnet.workloads
    return dict(found)


def crossing_zones(network: Network, flow: CloudFlow) -> set[tuple[str, str]]:
    """The pairs of zones that a flow goes between."""
    pairs = ((end_zone(network, one), end_zone(network, two)) for one in flow.sources for two in flow.targets)
    return {(near, far) for near, far in pairs if near and far and near != far}


@analysis
def gold_at_providers(network: Network) -> tuple[int, int]:
    """(gold flows between zones that no way leads around the firewall endpoints, all gold flows between zones)."""
    joined = {frozenset((way.source_zone, way.target_zone)) for way in open_ways(network)}
    gold = [
        pairs
        for flow in network.design.cloud.cloud_flows
        if flow.service_class is ServiceClass.GOLD and (pairs := crossing_zones(network, flow))
    ]
    return sum(all(frozenset(pair) not in joined for pair in pairs) for pairs in gold), len(gold)
