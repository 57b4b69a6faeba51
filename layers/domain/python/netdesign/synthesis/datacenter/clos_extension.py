"""How far a Clos fabric that stands extends: more leaves of its type on its spines, and more pods on its planes."""

from __future__ import annotations

from collections import Counter
from math import ceil, floor

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.synthesis.datacenter.clos_choice import FabricPlan
from netdesign.synthesis.datacenter.clos_ports import leaf_ports, link_ports
from netdesign.synthesis.datacenter.clos_sizing import ClosSize, FabricDemand, allowed_ratio
from netdesign.synthesis.datacenter.standing_fabric import StandingFabric
from netdesign.synthesis.draft.blueprint import Blueprint

OTHERS = (("other types for what is added", "what stands is extended with its own types"),)


def extend_fabric(blueprint: Blueprint, demand: FabricDemand, stands: StandingFabric) -> FabricPlan:
    """The fabric that stands with as many leaves of its type as the demand needs; what stands keeps its links.

    Raises `InfeasibleError` with what the spines have room for when they have too few ports.
    """
    usable = usable_downlinks(demand, stands)
    groups = ceil(demand.ports / (demand.group * usable)) if usable else 0
    most = most_leaves(demand, stands)
    leaves = max(stands.leaves, groups * demand.group)
    if not usable or leaves > most:
        raise InfeasibleError((_full(blueprint, demand, stands, usable, leaves),))
    size = ClosSize(
        leaves=leaves,
        border_leaves=stands.borders,
        leaf_downlinks=usable,
        uplinks=stands.uplinks,
        uplink_bps=stands.uplink_bps,
        spines=stands.spines,
        parallel=stands.parallel,
        oversubscription=usable * demand.port_bps / (stands.uplinks * stands.uplink_bps),
        pods=max(stands.pods, ceil(leaves / most_in_pod(demand, stands))),
        plane_width=stands.plane_width,
        spine_parallel=stands.spine_parallel,
    )
    return FabricPlan(
        size=size, leaf=stands.leaf, spine=stands.spine, super_spine=stands.super_spine, cost_usd=0.0, refused=OTHERS
    )


def usable_downlinks(demand: FabricDemand, stands: StandingFabric) -> int:
    """Server ports of a leaf beside the uplinks that it has, within the oversubscription that is allowed."""
    ports = leaf_ports(stands.leaf, demand.port_bps, stands.uplink_bps)
    if ports is None or stands.uplinks > ports.uplinks:
        return 0
    ratio = allowed_ratio(demand, stands.spines) if stands.spines > 1 else demand.oversubscription
    allowed = floor(ratio * stands.uplinks * stands.uplink_bps / demand.port_bps + 1e-9)
    return min(ports.downlinks(stands.uplinks), allowed) // demand.step * demand.step


def most_in_pod(demand: FabricDemand, stands: StandingFabric) -> int:
    """Server leaves for which the spines of one pod have ports, with one more group to come after them."""
    ports = link_ports(stands.spine, stands.uplink_bps)
    up = stands.plane_width * stands.spine_parallel
    left = (ports - up) // stands.parallel - stands.borders
    return max(1, left // demand.group * demand.group - demand.group * (stands.super_spine is None))


def most_leaves(demand: FabricDemand, stands: StandingFabric) -> int:
    """Server leaves that the fabric takes without another switch above the pods."""
    if stands.super_spine is None:
        return most_in_pod(demand, stands)
    pods = link_ports(stands.super_spine, stands.uplink_bps) // max(1, stands.spine_parallel) - 1
    return most_in_pod(demand, stands) * max(stands.pods, pods)


def servers_of_group(blueprint: Blueprint, demand: FabricDemand, size: ClosSize) -> int:
    """Servers of today for which a leaf group has ports, with growth and spare."""
    each = blueprint.requirements.servers.nics_per_server * blueprint.growth * (1 + blueprint.redundancy.spare_share)
    return floor(demand.group * (size.leaf_downlinks // demand.step * demand.step) / each + 1e-9)


def group_pods(kept: list[int], groups: int, pods: int) -> list[int]:
    """The pod of each leaf group: `kept` stay, new ones go where the fewest are; all new ones are spread in order."""
    if not kept:
        return [at * pods // groups for at in range(groups)]
    found, loads = list(kept), Counter(kept)
    while len(found) < groups:
        pod = min(range(pods), key=lambda at: (loads[at], at))
        loads[pod] += 1
        found.append(pod)
    return found


def _full(blueprint: Blueprint, demand: FabricDemand, stands: StandingFabric, usable: int, leaves: int) -> Conflict:
    """The spines have no ports for so many leaves."""
    servers, most = blueprint.requirements.servers, most_leaves(demand, stands)
    each = servers.nics_per_server * blueprint.growth * (1 + blueprint.redundancy.spare_share)
    fitting = min(servers.count, floor(most // demand.group * demand.group * usable / each + 1e-9))
    racks = ceil(servers.racks * fitting / max(1, servers.count))
    spine = stands.super_spine or stands.spine
    return Conflict(
        code="spines-full",
        requirements=("servers/count", "existing"),
        statement=f"{servers.count:,} servers need {leaves} leaves of type {stands.leaf.sku}; the {spine.sku}"
        f" that stand have ports for {most} with {stands.parallel} links each, and for one group more.",
        numbers=(
            ("leaves_needed", str(leaves)),
            ("leaves_standing", str(stands.leaves)),
            ("leaves_possible", str(most)),
            ("ports_each", str(link_ports(spine, stands.uplink_bps))),
        ),
        relaxations=(
            Relaxation(
                field="servers/count",
                from_value=str(servers.count),
                to_value=str(fitting),
                statement=f"attach {fitting:,} servers, in {racks} racks",
                cost=f"{servers.count - fitting:,} servers fewer, or a second fabric beside this one",
            ),
            Relaxation(
                field="existing",
                from_value="extended",
                to_value="none",
                statement="design the network anew",
                cost="everything that stands is replaced",
            ),
        ),
    )
