"""The card data environment: its zones, what borders on it, what is inside without belonging there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.needs import surplus
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import bound_zones, concerns, enforced_policies, ordered_rules
from netdesign.analysis.policy.scope import scope
from netdesign.analysis.policy.zones import ZonePair, mixed, places, tunnel_zones, zone_pairs
from netdesign.graph.network import Network, analysis
from netdesign.model.security import Action
from netdesign.model.vocabulary import DataClass

if TYPE_CHECKING:
    from netdesign.graph.headerspace import Space
    from netdesign.model.inventory import EndpointGroup
    from netdesign.model.security import PolicyRule


class Surplus(NamedTuple):
    """Headers that are permitted across the border of zones in scope though no flow needs them."""

    source: str
    target: str
    headers: Space


@analysis
def card_zones(network: Network) -> tuple[str, ...]:
    """The zones that hold card data, ascending."""
    return scope(network, DataClass.CHD).zones


@analysis
def border_pairs(network: Network, zones: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every ordered pair of zones that somebody lives in, one of the given zones and one that is not of them."""
    lived = places(network).keys() - tunnel_zones(network)
    here = [zone for zone in sorted(lived) if zone in network.by_id("zones")]
    inside = [zone for zone in here if zone in zones]
    outside = [zone for zone in here if zone not in zones]
    return tuple(pair for near in inside for far in outside for pair in ((near, far), (far, near)))


@analysis
def open_borders(network: Network, zones: tuple[str, ...]) -> tuple[ZonePair, ...]:
    """The pairs of a given zone and another that hang together without an enforcement point between."""
    inside = frozenset(zones)
    return tuple(
        pair for pair in zone_pairs(network) if len({pair.low.id, pair.high.id} & inside) == 1 and mixed(network, pair)
    )


@analysis
def border_surplus(network: Network, zones: tuple[str, ...]) -> tuple[Surplus, ...]:
    """What may cross the border of the given zones though no declared flow needs it."""
    found = (Surplus(near, far, surplus(network, near, far)) for near, far in border_pairs(network, zones))
    return tuple(one for one in found if one.headers)


@analysis
def border_rules(network: Network, zones: tuple[str, ...]) -> tuple[PolicyRule, ...]:
    """The rules that may permit something into or out of the given zones: the generated list of connections."""
    found: dict[str, PolicyRule] = {}
    pairs = border_pairs(network, zones)
    for policy in enforced_policies(network):
        bound = bound_zones(network, policy.id)
        mine = [(near, far) for near, far in pairs if near in bound and far in bound]
        for rule in ordered_rules(network, policy.id):
            if rule.action is Action.PERMIT and any(concerns(rule, near, far) for near, far in mine):
                found[rule.id] = rule
    return tuple(found.values())


@analysis
def strangers(network: Network) -> tuple[EndpointGroup, ...]:
    """Endpoint groups in a zone or VLAN of card data that have nothing to do with card data."""
    zones = card_zones(network)
    vlans = {vlan.id for vlan in network.design.switching.vlans if vlan.zone in zones}
    return tuple(
        group
        for group in network.design.inventory.endpoint_groups
        if (group.zone in zones or vlans.intersection(group.vlans)) and DataClass.CHD not in group.data_classes
    )


@analysis
def holders_outside(network: Network) -> tuple[EndpointGroup, ...]:
    """Endpoint groups that hold card data in a zone that is not one of card data."""
    zones = card_zones(network)
    return tuple(
        group
        for group in network.design.inventory.endpoint_groups
        if DataClass.CHD in group.data_classes and group.zone not in zones
    )


@analysis
def connected_hosts(network: Network) -> tuple[int, int]:
    """(endpoints in zones with a permitted way into or out of the card data environment or in it, all endpoints)."""
    zones = card_zones(network)
    near = set(zones)
    for source, target in border_pairs(network, zones):
        if permitted(network, source, target):
            near |= {source, target}
    groups = network.design.inventory.endpoint_groups
    return sum(max(0, g.count) for g in groups if g.zone in near), sum(max(0, g.count) for g in groups)
