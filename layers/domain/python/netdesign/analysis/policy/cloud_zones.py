"""Zones at cloud providers: which firewall endpoints stand between them, and ways that avoid those."""

from __future__ import annotations

from typing import NamedTuple

from netdesign.analysis.facts.ends import internet_zone
from netdesign.analysis.routing.cloud_routes import land
from netdesign.analysis.routing.cloud_trips import end_zone, trips
from netdesign.graph.network import Network, analysis
from netdesign.model.cloud import CloudGatewayKind
from netdesign.model.security import Action


class OpenWay(NamedTuple):
    """A way between two zones on which no firewall endpoint enforces a policy that denies."""

    source: str
    target: str
    source_zone: str
    target_zone: str
    hops: tuple[str, ...]


@analysis
def bound_at_providers(network: Network, policy: str) -> frozenset[str]:
    """The zones that the firewall endpoints of a policy stand between: of all that is joined to their hubs."""
    fact = network.by_id("policies").get(policy)
    place = land(network)
    homes = {place.gateways[name].network for name in (fact.gateways if fact else ()) if name in place.gateways}
    if not homes:
        return frozenset()
    hubs = {place.hub_of[name] for name, (home, _) in place.attachments.items() if home in homes}
    hubs |= {end for ends in place.peerings.values() if hubs & set(ends) for end in ends}
    joined = {name for name, hub in place.hub_of.items() if hub in hubs}
    ends = {place.attachments[name][0] if name in place.attachments else name for name in joined} | homes
    zones = {end_zone(network, name) for name in ends}
    if any(one.network in ends and one.kind is CloudGatewayKind.INTERNET for one in place.gateways.values()):
        zones.add(internet_zone(network))
    return frozenset(zone for zone in zones if zone is not None)


@analysis
def closed_gateways(network: Network) -> frozenset[str]:
    """Firewall endpoints that enforce a policy which denies what it does not permit, or has rules that deny."""
    rules = network.grouped("policy_rules", "policy")
    found: set[str] = set()
    for policy in network.design.security.policies:
        denies = any(rule.action is Action.DENY for rule in rules.get(policy.id, ()))
        if policy.default_action is Action.DENY or denies:
            found.update(policy.gateways)
    return frozenset(found)


@analysis
def open_ways(network: Network) -> tuple[OpenWay, ...]:
    """The first way between every two ends of different zones that avoids all enforcing firewall endpoints."""
    closed, found = closed_gateways(network), []
    ends = _ends(network)
    for source in ends:
        for target in ends:
            zones = end_zone(network, source), end_zone(network, target)
            if source == target or None in zones or zones[0] == zones[1]:
                continue
            for trip in trips(network, source, target):
                if trip.journey.arrived and not closed & set(trip.journey.firewalls):
                    found.append(OpenWay(source, target, zones[0] or "", zones[1] or "", trip.journey.hops))
                    break
    return tuple(found)


def _ends(network: Network) -> tuple[str, ...]:
    """Networks, gateways to the Internet, and of connections that look up alike one for each zone behind them."""
    place, cloud = land(network), network.design.cloud
    alike: dict[tuple[str, str | None, str | None], str] = {}
    for one in cloud.cloud_connections:
        alike.setdefault((one.hub, place.table_of.get((one.hub, one.id)), one.zone), one.id)
    gateways = [one.id for one in cloud.cloud_gateways if one.kind is CloudGatewayKind.INTERNET]
    return (*(one.id for one in cloud.cloud_networks), *alike.values(), *gateways)
