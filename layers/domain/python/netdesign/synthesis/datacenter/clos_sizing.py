"""How many leaves, uplinks and spines a Clos fabric needs: arithmetic only, no catalogue and no graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

TINY: Final = 1e-9


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
    min_leaves: int = 1
    """So that the loss of one leaf drops no more servers than may fall at once."""


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


def leaf_tiers(demand: FabricDemand, leaf: LeafPorts, spines: int) -> Iterator[LeafTier]:
    """The leaf tiers over `spines` spines that keep the ceilings, by rising uplinks.

    More uplinks than those of a tier with as few leaves are left out: they cost more and serve nobody.
    """
    fewest: int | None = None
    for uplinks in range(spines, min(leaf.uplinks, demand.max_ecmp_paths) + 1, spines):
        allowed = floor(allowed_ratio(demand, spines) * uplinks * leaf.uplink_bps / demand.port_bps + TINY)
        usable = min(leaf.downlinks(uplinks), allowed)
        if uplinks < demand.min_uplinks or usable < demand.step:
            continue
        tier = _tier(demand, usable, uplinks, spines)
        if _carries(demand, leaf, tier) and (fewest is None or tier.leaves < fewest):
            fewest = tier.leaves
            yield tier


def allowed_ratio(demand: FabricDemand, spines: int) -> float:
    """Oversubscription that keeps the ceiling with all spines, and the failed ceiling with one spine down."""
    failed = demand.failed_factor * demand.oversubscription * (spines - 1) / spines
    return min(demand.oversubscription, failed)


def _tier(demand: FabricDemand, downlinks: int, uplinks: int, spines: int) -> LeafTier:
    usable = downlinks // demand.step * demand.step
    groups = max(1, ceil(demand.ports / (demand.group * usable)), ceil(demand.min_leaves / demand.group))
    return LeafTier(downlinks, groups * demand.group, uplinks, spines)


def _carries(demand: FabricDemand, leaf: LeafPorts, tier: LeafTier) -> bool:
    """Whether the east-west peak fits while one spine is down."""
    left = tier.leaves * (tier.uplinks - tier.parallel) * leaf.uplink_bps
    return demand.east_west_bps <= left * demand.max_utilisation_failed


def flat_ports(demand: FabricDemand, tier: LeafTier) -> int:
    """Ports that each spine of a three-stage fabric needs, those kept free included."""
    return ceil((tier.leaves + demand.border_leaves) * tier.parallel * (1 + demand.spine_port_reserve) - TINY)


def sized(demand: FabricDemand, leaf: LeafPorts, tier: LeafTier, upper: Upper | None = None) -> ClosSize:
    """The size of a fabric with these leaves: on one tier of spines, or with super-spines as `upper` says."""
    above = upper or Upper(1, 0, 0)
    return ClosSize(
        leaves=tier.leaves,
        border_leaves=demand.border_leaves,
        leaf_downlinks=tier.downlinks,
        uplinks=tier.uplinks,
        uplink_bps=leaf.uplink_bps,
        spines=tier.spines,
        parallel=tier.parallel,
        oversubscription=tier.downlinks * demand.port_bps / (tier.uplinks * leaf.uplink_bps),
        pods=above.pods,
        plane_width=above.width,
        spine_parallel=above.parallel,
    )


@dataclass(frozen=True, slots=True)
class Upper:
    """The tier above pods: how many pods, super-spines in each plane, links from a spine to each of its plane."""

    pods: int
    width: int
    parallel: int


@dataclass(frozen=True, slots=True)
class Pods:
    """A number of pods: what the spines of the fullest serve below them and must have above them, in links."""

    count: int
    down: int
    up: int


def pods_on(demand: FabricDemand, tier: LeafTier, spine_ports: int, ratio: float) -> Iterator[Pods]:
    """The numbers of pods, rising, whose spines have ports for their leaves, the reserve, and links upwards.

    Leaves are shared out evenly, border leaves are in the first pod; `ratio` bounds spine bandwidth down to up. More
    pods than those of a size need are left out.
    """
    groups = tier.leaves // demand.group
    room = floor(spine_ports / (tier.parallel * (1 + demand.spine_port_reserve + 1 / ratio)) + TINY)
    seen = 1
    for together in range(min(groups, (room - demand.border_leaves) // demand.group), 0, -1):
        pods = ceil(groups / together)
        down = (demand.group * ceil(groups / pods) + demand.border_leaves) * tier.parallel
        up = max(demand.min_uplinks, ceil(down / ratio - TINY))
        if pods > seen and down * (1 + demand.spine_port_reserve) + up <= spine_ports + TINY:
            seen = pods
            yield Pods(pods, down, up)


def uppers(demand: FabricDemand, pods: Pods, spine_ports: int, super_ports: int) -> Iterator[Upper]:
    """The super-spine tiers for pods, by links from a spine to each super-spine; each plane is as narrow as can be."""
    kept = pods.down * (1 + demand.spine_port_reserve) - TINY
    most = floor(super_ports / (pods.count * (1 + demand.spine_port_reserve)) + TINY)
    for parallel in range(1, most + 1):
        width = max(2, ceil(pods.up / parallel))
        if width * parallel <= min(demand.max_ecmp_paths, spine_ports - kept):
            yield Upper(pods.count, width, parallel)
        if width == 2:
            return
