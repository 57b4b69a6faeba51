"""Hosts that reach each other with no filter between, and traffic between tiers that passes one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.needs import crossing_boxes, needs_within
from netdesign.analysis.policy.permissions import effect
from netdesign.analysis.policy.populations import SERVING
from netdesign.analysis.policy.terrain import terrain
from netdesign.analysis.policy.zones import domains, zone_domains
from netdesign.graph.headerspace import everything, space
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind

if TYPE_CHECKING:
    from netdesign.model.inventory import EndpointGroup
    from netdesign.model.traffic import Flow


class Unfiltered(NamedTuple):
    """Hosts that may all reach each other: how many, and the groups and zones that they belong to."""

    hosts: int
    groups: tuple[str, ...]
    zones: tuple[str, ...]


@analysis
def filters_itself(network: Network, group: str) -> bool:
    """Whether the hosts of a group enforce a policy that permits among their zone what flows need, and no more."""
    fact: EndpointGroup | None = network.by_id("endpoint_groups").get(group)
    policy = fact.host_policy if fact is not None else None
    if fact is None or policy not in network.by_id("policies"):
        return False
    return _exact_within(network, policy, fact.zone)


@analysis
def _exact_within(network: Network, policy: str, zone: str) -> bool:
    needed = space(dict.fromkeys(box for one in needs_within(network, zone) for box in crossing_boxes(one)))
    permitted = effect(network, policy, zone, zone).permitted
    return needed.covers(permitted) and not permitted.equals(everything())


@analysis
def unfiltered(network: Network) -> tuple[Unfiltered, ...]:
    """The sets of hosts that no filter parts, the largest first.

    Of a VLAN whose hosts are isolated from each other one host counts. Phones are left out: any may call any.
    """
    label, land, vlans = domains(network, True), terrain(network), network.by_id("vlans")
    count: dict[int, int] = defaultdict(int)
    members: dict[int, dict[str, str]] = defaultdict(dict)
    for group in network.design.inventory.endpoint_groups:
        known = [name for name in dict.fromkeys(group.vlans) if name in vlans and land.vlan_node(name) is not None]
        if group.kind is EndpointKind.PHONE or filters_itself(network, group.id):
            continue
        for at, name in enumerate(known):
            part = int(label[land.vlan_node(name) or 0])
            share = max(0, group.count) * (at + 1) // len(known) - max(0, group.count) * at // len(known)
            count[part] += min(1, share) if vlans[name].isolated else share
            members[part][group.id] = group.zone
    found = [Unfiltered(n, tuple(members[p]), tuple(sorted(set(members[p].values())))) for p, n in count.items()]
    return tuple(sorted(found, key=lambda one: (-one.hosts, one.groups)))


class TierTraffic(NamedTuple):
    """What servers of different tiers exchange, what of it passes a filter, and the flows that pass none."""

    total_bps: int
    filtered_bps: int
    bare: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share that passes a filter; 1 where there is none."""
        return self.filtered_bps / self.total_bps if self.total_bps else 1.0


@analysis
def tier_traffic(network: Network) -> TierTraffic:
    """The traffic between tiers of servers: groups of other zones, or of other data."""
    total = filtered = 0
    bare = []
    for flow in network.design.traffic.flows:
        pairs = _tier_pairs(network, flow)
        if pairs:
            rate = max(0, flow.up_bps) + max(0, flow.down_bps)
            total += rate
            held = sum(_parted(network, one, two) for one, two in pairs)
            filtered += rate * held // len(pairs)
            if held < len(pairs):
                bare.append(flow.id)
    return TierTraffic(total, filtered, tuple(bare))


def _tier_pairs(network: Network, flow: Flow) -> list[tuple[EndpointGroup, EndpointGroup]]:
    """The pairs of kinds of servers, one group each, of different tiers that a flow is between."""
    known = network.by_id("endpoint_groups")
    sides = []
    for names in (flow.sources, flow.targets):
        tiers: dict[object, EndpointGroup] = {}
        for group in (known[name] for name in names if name in known):
            if group.kind in SERVING:
                tiers.setdefault((group.zone, tuple(sorted(group.data_classes))), group)
        sides.append(tiers)
    return [(one, two) for a, one in sides[0].items() for b, two in sides[1].items() if a != b]


def _parted(network: Network, one: EndpointGroup, two: EndpointGroup) -> bool:
    """Whether a firewall, a filter or the hosts themselves stand between two groups."""
    labels = zone_domains(network, True)
    if one.zone != two.zone and not labels.get(one.zone, frozenset()) & labels.get(two.zone, frozenset()):
        return True
    return filters_itself(network, one.id) or filters_itself(network, two.id)
