"""What is in scope of a data class: what holds it, what carries it, and what can get to it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.policy.policy import passages
from netdesign.analysis.policy.zones import zone_domains
from netdesign.analysis.routing.cloud_trips import end_zone
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.model.inventory import EndpointGroup
    from netdesign.model.vocabulary import DataClass


@dataclass(frozen=True, slots=True)
class Scope:
    """What has to do with data of some classes, each as ids, ascending.

    Zones and groups hold the data (groups also by their zone); subnets are those of the zones; devices are
    what the groups attach to; flows carry the data.
    """

    zones: tuple[str, ...]
    groups: tuple[str, ...]
    subnets: tuple[str, ...]
    devices: tuple[str, ...]
    flows: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything holds the data."""
        return bool(self.groups or self.zones)

    def __str__(self) -> str:
        """How many of each."""
        return ", ".join(f"{len(getattr(self, field.name))} {field.name}" for field in fields(self))


@analysis
def scope(network: Network, *classes: DataClass) -> Scope:
    """The scope of the data classes."""
    wanted, design = frozenset(classes), network.design
    zones = {zone.id for zone in design.security.zones if wanted.intersection(zone.data_classes)}
    groups = {
        group.id
        for group in design.inventory.endpoint_groups
        if group.zone in zones or wanted.intersection(group.data_classes)
    }
    vlans = {vlan.id for vlan in design.switching.vlans if vlan.zone in zones}
    subnets = {one.id for one in design.addressing.subnets if one.zone in zones or one.vlan in vlans}
    devices = {one.device for one in design.inventory.attachments if one.group in groups}
    flows = {flow.id for flow in design.traffic.flows if flow.data_class in wanted}
    return Scope(*(tuple(sorted(ids)) for ids in (zones, groups, subnets, devices, flows)))


@analysis
def data_classes(network: Network) -> frozenset[DataClass]:
    """Every data class that the design or its requirements speak of."""
    design = network.design
    found = set(design.requirements.data_classes) | {flow.data_class for flow in design.traffic.flows}
    found |= {flow.data_class for flow in design.cloud.cloud_flows}
    for classes in (holder.data_classes for holder in design.inventory.endpoint_groups):
        found.update(classes)
    for classes in (zone.data_classes for zone in design.security.zones):
        found.update(classes)
    return frozenset(found)


@analysis
def connected_zones(network: Network, *classes: DataClass) -> frozenset[str]:
    """The zones that can send to or hear from zones in scope: by a permit, or by no filter between; those included."""
    inside = frozenset(scope(network, *classes).zones)
    found = set(inside)
    for one in passages(network):
        if {one.source, one.target} & inside:
            found |= {one.source, one.target}
    labels = zone_domains(network)
    held = frozenset(label for zone in inside for label in labels.get(zone, ()))
    return frozenset(found | {zone for zone, mine in labels.items() if mine & held})


@analysis
def connected_groups(network: Network, *classes: DataClass) -> tuple[EndpointGroup, ...]:
    """The endpoint groups of connected zones."""
    zones = connected_zones(network, *classes)
    return tuple(group for group in network.design.inventory.endpoint_groups if group.zone in zones)


class Surplus(NamedTuple):
    """A rule (None for a policy's default) that lets a zone into a zone in scope though no flow goes that way."""

    policy: str
    rule: str | None
    source: str
    target: str


@analysis
def unneeded_access(network: Network, *classes: DataClass) -> tuple[Surplus, ...]:
    """What policies permit into the zones in scope from zones that no flow sends from."""
    inside = frozenset(scope(network, *classes).zones)
    return tuple(
        Surplus(one.policy, permit.rule.id if permit.rule is not None else None, one.source, one.target)
        for one in passages(network)
        if one.target in inside and not needed(network, one.source, one.target)
        for permit in one.permits
    )


def needed(network: Network, source: str, target: str) -> bool:
    """Whether a flow goes from one zone to another."""
    return (source, target) in _flow_zones(network)


@analysis
def _flow_zones(network: Network) -> frozenset[tuple[str | None, str | None]]:
    """The ordered pairs of zones between which flows go."""
    return frozenset(
        (near.zone, far.zone)
        for flow in network.design.traffic.flows
        for near in ends_of(network, flow.sources)
        for far in ends_of(network, flow.targets)
    ) | frozenset(
        (end_zone(network, near), end_zone(network, far))
        for flow in network.design.cloud.cloud_flows
        for near in flow.sources
        for far in flow.targets
    )
