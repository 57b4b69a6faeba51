"""How many leaves, uplinks and spines a Clos fabric needs: arithmetic only, no catalogue and no graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True, slots=True, kw_only=True)
class FabricDemand:
    """What the fabric must carry.

    `ports` counts leaf ports at `port_bps` with growth and spare; each server takes `step` ports of a leaf.
    `east_west_bps` is the peak demand between leaves. Leaves come in groups of `group` that serve the same servers:
    pairs, or the rails of GPU servers; each leaf has `min_uplinks` or more.
    """

    ports: int
    port_bps: int
    oversubscription: float
    group: int = 2
    step: int = 1
    min_uplinks: int = 2
    border_leaves: int = 2
    east_west_bps: int = 0
    failed_factor: float = 1.5
    max_utilisation_failed: float = 1.0
    spine_port_reserve: float = 0.2
    spine_counts: tuple[int, ...] = (2, 4, 6, 8, 16)
    max_ecmp_paths: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPorts:
    """A leaf: at most `uplinks` at `uplink_bps`; `downlinks(u)` server ports are left beside u uplinks."""

    uplinks: int
    uplink_bps: int
    downlinks: Callable[[int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosSize:
    """A sized fabric. `parallel` links join each leaf with each spine (of its pod).

    With super-spines, each of `pods` pods has `spines` spines; spine i of every pod meets the `plane_width`
    super-spines of plane i with `spine_parallel` links each; a three-stage fabric has one pod and no planes.
    """

    leaves: int
    border_leaves: int
    leaf_downlinks: int
    uplinks: int
    uplink_bps: int
    spines: int
    parallel: int
    oversubscription: float
    pods: int = 1
    plane_width: int = 0
    spine_parallel: int = 0

    @property
    def spine_count(self) -> int:
        """Spines of all pods."""
        return self.spines * self.pods

    @property
    def super_spines(self) -> int:
        """Super-spines of all planes."""
        return self.spines * self.plane_width

    @property
    def links(self) -> int:
        """Fabric links of all stages."""
        leaf = (self.leaves + self.border_leaves) * self.uplinks
        return leaf + self.spine_count * self.plane_width * self.spine_parallel

    @property
    def failed_oversubscription(self) -> float:
        """Oversubscription of a leaf while one spine is down."""
        return self.oversubscription * self.spines / (self.spines - 1)

    @property
    def bisection_bps(self) -> int:
        """Bandwidth across a balanced cut."""
        return (self.leaves + self.border_leaves) * self.uplinks * self.uplink_bps // 2

    @property
    def ecmp_width(self) -> int:
        """Equal-cost paths between two leaves of a pod, first hop."""
        return self.uplinks


@dataclass(frozen=True, slots=True)
class LeafTier:
    """The leaves: server ports used on each, how many leaves, and uplinks over `spines` spines."""

    downlinks: int
    leaves: int
    uplinks: int
    spines: int

    @property
    def parallel(self) -> int:
        """Links from a leaf to each spine."""
        return self.uplinks // self.spines


def leaf_tier(demand: FabricDemand, leaf: LeafPorts, spines: int) -> LeafTier | None:
    """The leaf tier over `spines` spines with the fewest uplinks that keep the ceilings; None: none does."""
    for uplinks in range(spines, min(leaf.uplinks, demand.max_ecmp_paths) + 1, spines):
        free = leaf.downlinks(uplinks)
        allowed = floor(allowed_ratio(demand, spines) * uplinks * leaf.uplink_bps / demand.port_bps + 1e-9)
        more = uplinks + spines <= leaf.uplinks and leaf.downlinks(uplinks + spines) > allowed
        if uplinks < demand.min_uplinks or min(free, allowed) < demand.step or (allowed < free and more):
            continue
        tier = _tier(demand, min(free, allowed), uplinks, spines)
        if _carries(demand, leaf, tier):
            return tier
    return None


def allowed_ratio(demand: FabricDemand, spines: int) -> float:
    """Oversubscription that keeps the ceiling with all spines, and the failed ceiling with one spine down."""
    failed = demand.failed_factor * demand.oversubscription * (spines - 1) / spines
    return min(demand.oversubscription, failed)


def _tier(demand: FabricDemand, downlinks: int, uplinks: int, spines: int) -> LeafTier:
    usable = downlinks // demand.step * demand.step
    groups = max(1, ceil(demand.ports / (demand.group * usable)))
    return LeafTier(downlinks, groups * demand.group, uplinks, spines)


def _carries(demand: FabricDemand, leaf: LeafPorts, tier: LeafTier) -> bool:
    """Whether the east-west peak fits while one spine is down."""
    left = tier.leaves * (tier.uplinks - tier.parallel) * leaf.uplink_bps
    return demand.east_west_bps <= left * demand.max_utilisation_failed


def three_stage(demand: FabricDemand, leaf: LeafPorts, spine_ports: int) -> ClosSize | None:
    """The three-stage fabric with the fewest links, then spines, on spines of `spine_ports`; None if none."""
    sizes = [size for spines in demand.spine_counts if (size := _flat(demand, leaf, spine_ports, spines))]
    return min(sizes, key=lambda size: (size.links, size.spines), default=None)


def _flat(demand: FabricDemand, leaf: LeafPorts, spine_ports: int, spines: int) -> ClosSize | None:
    tier = leaf_tier(demand, leaf, spines)
    if tier is None:
        return None
    needed = ceil((tier.leaves + demand.border_leaves) * tier.parallel * (1 + demand.spine_port_reserve))
    if needed > spine_ports:
        return None
    return _size(demand, leaf, tier)


def _size(demand: FabricDemand, leaf: LeafPorts, tier: LeafTier, **more: int) -> ClosSize:
    return ClosSize(
        leaves=tier.leaves,
        border_leaves=demand.border_leaves,
        leaf_downlinks=tier.downlinks,
        uplinks=tier.uplinks,
        uplink_bps=leaf.uplink_bps,
        spines=tier.spines,
        parallel=tier.parallel,
        oversubscription=tier.downlinks * demand.port_bps / (tier.uplinks * leaf.uplink_bps),
        **more,
    )


def five_stage(
    demand: FabricDemand, leaf: LeafPorts, spine_ports: int, super_ports: int, *, ratio: float = 2.0
) -> ClosSize | None:
    """The five-stage fabric with the fewest switches above the leaves; None when the ports do not suffice.

    Pods share the leaves evenly, border leaves are in the first; `ratio` bounds spine bandwidth down to up.
    """
    sizes = [
        size
        for spines in demand.spine_counts
        if (tier := leaf_tier(demand, leaf, spines))
        for size in _podded(demand, leaf, tier, (spine_ports, super_ports), ratio)
    ]
    return min(sizes, key=lambda size: (size.spine_count + size.super_spines, size.links, size.pods), default=None)


def _podded(
    demand: FabricDemand, leaf: LeafPorts, tier: LeafTier, ports: tuple[int, int], ratio: float
) -> Iterable[ClosSize]:
    """Fabrics of every pod count that fit."""
    spine_ports, super_ports = ports
    reserve = 1 + demand.spine_port_reserve
    for pods in range(2, super_ports + 1):
        pod = demand.group * ceil(tier.leaves / (demand.group * pods)) + demand.border_leaves
        down = pod * tier.parallel
        up = ceil(down / ratio)
        if down * reserve + up > spine_ports:
            continue
        for width in range(max(2, ceil(pods * up * reserve / super_ports)), up + 1):
            parallel = ceil(up / width)
            if not demand.min_uplinks <= width * parallel <= demand.max_ecmp_paths:
                continue
            if width * parallel + down <= spine_ports and pods * parallel * reserve <= super_ports:
                yield _size(demand, leaf, tier, pods=pods, plane_width=width, spine_parallel=parallel)
                return
