"""How far the network trusts nothing by place: the components of a zero-trust index, each 0..1."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.analysis.facts.cloud_places import cloud_zone_names
from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.policy.cloud_zones import open_ways
from netdesign.analysis.policy.encryption import clear_links, exposed_links
from netdesign.analysis.policy.policy import bound_zones, enforced_policies, ordered_rules, passages
from netdesign.analysis.policy.terrain import terrain
from netdesign.analysis.policy.zones import domains, mixed, zone_pairs, zones_exposed
from netdesign.analysis.security.cloud_trust import (
    crossing_zones,
    gold_at_providers,
    workload_sets,
    zone_pairs_at_providers,
)
from netdesign.analysis.security.logins import edge_ports
from netdesign.graph.network import Network, analysis
from netdesign.model.security import Action, Inspection
from netdesign.model.vocabulary import Exposure, ServiceClass

if TYPE_CHECKING:
    from netdesign.model.cloud import CloudFlow
    from netdesign.model.traffic import Flow

Index = dict[str, float]


@analysis
def trust_index(network: Network, bits: int) -> Index:
    """The components that the design has anything to show for, by name; `bits` is the crypto floor."""
    found = {
        "default_deny_pairs": _denied_pairs(network),
        "micro_segmentation": _micro_segmentation(network),
        "authenticated_edge": edge_ports(network).share if edge_ports(network).total else None,
        "encrypted_traffic": _encrypted(network, bits),
        "inspected_traffic": _inspected(network),
        "enforced_gold_flows": _enforced_gold(network),
        "isolated_management": _isolated_management(network),
    }
    return {name: value for name, value in found.items() if value is not None}


def _denied_pairs(network: Network) -> float | None:
    """The share of zone pairs kept apart by policies that deny what they do not permit."""
    closed = [policy.id for policy in enforced_policies(network) if denies_rest(network, policy.id)]
    bound = [bound_zones(network, policy) for policy in closed]
    pairs = zone_pairs(network)
    kept = [
        pair
        for pair in pairs
        if not mixed(network, pair) and any(pair.low.id in zones and pair.high.id in zones for zones in bound)
    ]
    beyond, all_beyond = zone_pairs_at_providers(network)
    total = len(pairs) + all_beyond
    return (len(kept) + beyond) / total if total else None


def denies_rest(network: Network, policy: str) -> bool:
    """Whether a policy denies whatever its rules do not name."""
    for line in ordered_rules(network, policy):
        if not (line.source_zones or line.destination_zones or line.sources or line.destinations or line.services):
            return line.action is Action.DENY
    return bool(network.by_id("policies")[policy].default_action is Action.DENY)


def _micro_segmentation(network: Network) -> float | None:
    """One less the share of endpoints in the largest set that no filter parts."""
    sets = [*unfiltered_sets(network).values(), *workload_sets(network).values()]
    total = sum(sets)
    return 1 - max(sets) / total if total else None


@analysis
def unfiltered_sets(network: Network) -> dict[int, int]:
    """Endpoints by the part of the network that no firewall or filter divides, by its label.

    Endpoints of a VLAN that isolates them are a set each; such sets are left to negative labels.
    """
    land, label = terrain(network), domains(network, True)
    vlans = network.by_id("vlans")
    found: dict[int, int] = defaultdict(int)
    for at, group in enumerate(network.design.inventory.endpoint_groups):
        known = [name for name in group.vlans if name in vlans]
        if known and all(vlans[name].isolated for name in known):
            found.update({-(at * 1_000_000 + number) - 2: 1 for number in range(min(group.count, 1_000_000))})
            continue
        nodes = [node for name in known if (node := land.vlan_node(name)) is not None]
        for node in nodes:
            found[int(label[node])] += max(0, group.count) // len(nodes)
    return dict(found)


def _encrypted(network: Network, bits: int) -> float | None:
    """The share of traffic between endpoints that the application encrypts, or all of whose outside links do."""
    total = sealed = 0
    for flow in network.design.traffic.flows:
        total += _rate(flow)
        leaves = bool(exposed_links(network, flow.id))
        if flow.encrypted or (leaves and not clear_links(network, flow, bits)):
            sealed += _rate(flow)
    for beyond in network.design.cloud.cloud_flows:
        total += _rate(beyond)
        sealed += _rate(beyond) if beyond.encrypted else 0
    return sealed / total if total else None


def _rate(flow: Flow | CloudFlow) -> int:
    return max(0, flow.up_bps) + max(0, flow.down_bps)


def _crossings(network: Network, flow: Flow) -> set[tuple[str, str]]:
    """The pairs of zones that a flow goes between."""
    sources, targets = ends_of(network, flow.sources), ends_of(network, flow.targets)
    pairs = ((one.zone, two.zone) for one in sources for two in targets)
    return {(near, far) for near, far in pairs if near and far and near != far}


def _inspected(network: Network) -> float | None:
    """The share of traffic between zones that only passes rules with intrusion prevention."""
    blind, seen = set[tuple[str, str]](), set[tuple[str, str]]()
    for one in passages(network):
        for permit in one.permits:
            looked = permit.rule is not None and Inspection.IPS in permit.rule.inspect
            (seen if looked else blind).add((one.source, one.target))
    covered = seen - blind
    total = inspected = 0
    for flow in network.design.traffic.flows:
        pairs = _crossings(network, flow)
        if pairs:
            total += _rate(flow)
            inspected += _rate(flow) if pairs <= covered else 0
    for beyond in network.design.cloud.cloud_flows:
        pairs = crossing_zones(network, beyond)
        total += _rate(beyond) if pairs else 0
        inspected += _rate(beyond) if pairs and pairs <= covered else 0
    return inspected / total if total else None


def _enforced_gold(network: Network) -> float | None:
    """The share of gold flows between zones that no path leads around the firewalls."""
    apart = {frozenset((pair.low.id, pair.high.id)) for pair in zone_pairs(network) if not mixed(network, pair)}
    crossing = [
        pairs
        for flow in network.design.traffic.flows
        if flow.service_class is ServiceClass.GOLD and (pairs := _crossings(network, flow))
    ]
    kept = sum(all(frozenset(pair) in apart for pair in pairs) for pairs in crossing)
    beyond, all_beyond = gold_at_providers(network)
    total = len(crossing) + all_beyond
    return (kept + beyond) / total if total else None


def _isolated_management(network: Network) -> float | None:
    """1 where management is a zone that nothing joins to others but through enforcement points, else 0."""
    own = {zone.id for zone in zones_exposed(network, Exposure.MANAGEMENT)}
    pairs = [pair for pair in zone_pairs(network) if {pair.low.id, pair.high.id} & own]
    there = bool(own & cloud_zone_names(network))
    joined = any(own & {way.source_zone, way.target_zone} for way in open_ways(network)) if there else False
    return float((bool(pairs) or there) and not joined and not any(mixed(network, pair) for pair in pairs))
