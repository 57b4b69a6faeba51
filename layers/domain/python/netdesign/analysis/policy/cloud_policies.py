"""What policies at cloud providers withhold from flows, and what they permit that no flow needs."""

from __future__ import annotations

from typing import NamedTuple

from netdesign.analysis.policy.cloud_zones import bound_at_providers
from netdesign.analysis.policy.needs import Crossing, crossing_boxes, crossings_between, needed
from netdesign.analysis.policy.permissions import effect
from netdesign.graph.headerspace import Space, space
from netdesign.graph.network import Network, analysis


class Excess(NamedTuple):
    """Headers that a policy lets pass between two zones though no flow needs them, or that it does not decide."""

    policy: str
    source: str
    target: str
    headers: Space


@analysis
def provider_pairs(network: Network) -> tuple[tuple[str, str, str], ...]:
    """(policy, source zone, target zone) of every two zones that firewall endpoints stand between."""
    return tuple(
        (policy.id, source, target)
        for policy in network.design.security.policies
        for source in sorted(bound_at_providers(network, policy.id))
        for target in sorted(bound_at_providers(network, policy.id))
        if source != target
    )


@analysis
def refused_at_providers(network: Network) -> tuple[tuple[str, Crossing, Space], ...]:
    """(policy, crossing, headers) of what flows need and the policy between their zones does not permit."""
    found = []
    for policy, source, target in provider_pairs(network):
        lines = crossings_between(network).get((source, target), ())
        lost = needed(network, source, target) - effect(network, policy, source, target).permitted if lines else None
        for line in lines if lost else ():
            left = space(crossing_boxes(line)) & lost if lost else None
            if left:
                found.append((policy, line, left))
    return tuple(found)


@analysis
def excess_at_providers(network: Network) -> tuple[Excess, ...]:
    """What policies permit between zones beyond what flows need."""
    found = []
    for policy, source, target in provider_pairs(network):
        left = effect(network, policy, source, target).permitted - needed(network, source, target)
        if left:
            found.append(Excess(policy, source, target, left))
    return tuple(found)


@analysis
def undecided_at_providers(network: Network) -> tuple[Excess, ...]:
    """What no rule of a policy decides between two zones."""
    found = []
    for policy, source, target in provider_pairs(network):
        left = effect(network, policy, source, target).undecided
        if left:
            found.append(Excess(policy, source, target, left))
    return tuple(found)
