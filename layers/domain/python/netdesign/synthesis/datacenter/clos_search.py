"""The cheapest Clos fabric of all that a catalogue makes, and how many it was compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.synthesis.bill.lifetime import Lifetime
from netdesign.synthesis.datacenter.clos_ports import fabric_run, leaf_ports, link_ports, server_run
from netdesign.synthesis.datacenter.clos_sizing import (
    ClosSize,
    FabricDemand,
    LeafPorts,
    LeafTier,
    flat_ports,
    leaf_tiers,
    pods_on,
    sized,
    uppers,
)

CENT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What fabrics are made from, and what its parts cost over the horizon.

    `tops` are super-spines, `ratio` bounds spine bandwidth down to up, `cables` server cables are needed today.
    """

    leaves: tuple[DeviceType, ...]
    spines: tuple[DeviceType, ...]
    tops: tuple[DeviceType, ...]
    speeds_bps: tuple[int, ...]
    lifetime: Lifetime
    ratio: float
    cables: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A fabric and what it costs; `super_spine` is None in three stages."""

    size: ClosSize
    leaf: DeviceType
    spine: DeviceType
    super_spine: DeviceType | None
    usd: float

    @property
    def rank(self) -> tuple[float, int, int, str, str, str]:
        """What the best offer has least of: cost to the cent, devices, links, names."""
        size, top = self.size, self.super_spine.sku if self.super_spine else ""
        devices = size.leaves + size.border_leaves + size.spine_count + size.super_spines
        return round(self.usd, 2), devices, size.links, self.leaf.sku, self.spine.sku, top


Borders = Callable[[Offer], float]
"""What the switches of the border leaves of a fabric cost; raises `InfeasibleError` when no type has their ports."""


@dataclass
class Search:
    """All fabrics for a demand: each is compared, or proven to cost more than the best by a bound.

    Border leaves cost at least `floor_usd` together.
    """

    demand: FabricDemand
    market: Market
    borders: Borders
    floor_usd: float
    best: Offer | None = None
    refusal: InfeasibleError | None = None
    tried: list[Offer] = field(default_factory=list)
    podded: int = 0

    def run(self) -> Offer | None:
        """The cheapest fabric, borders included; None when there is none."""
        for offer in self.flats:
            if self._beyond(offer.usd):
                break
            self._try(offer)
        for usd, leaf, ports, tier in self.tiers:
            if self._beyond(usd):
                break
            for offer in self._podded(usd, leaf, ports, tier):
                self.podded += 1
                if not self._beyond(offer.usd):
                    self._try(offer)
        return self.best

    @property
    def compared(self) -> int:
        """How many fabrics there were to choose from; those of five stages that a bound rules out are not counted."""
        return len(self.flats) + self.podded

    def others(self, most: int) -> list[Offer]:
        """The cheapest of other leaf and spine types, borders included."""
        seen: dict[tuple[str, ...], Offer] = {}
        best = _types(self.best) if self.best else ()
        for offer in sorted(self.tried, key=lambda offer: offer.rank):
            seen.setdefault(_types(offer), offer)
        for offer in self.flats:
            if len(seen) > most:
                break
            if _types(offer) not in seen and (whole := self._with_borders(offer)) is not None:
                seen[_types(offer)] = whole
        found = sorted((offer for types, offer in seen.items() if types != best), key=lambda offer: offer.rank)
        return found[:most]

    @cached_property
    def tiers(self) -> list[tuple[float, DeviceType, LeafPorts, LeafTier]]:
        """Every leaf tier with the cost of its leaves and of the cables of their servers, cheapest first."""
        return sorted(self._tiers(), key=lambda one: one[0])

    def _tiers(self) -> Iterator[tuple[float, DeviceType, LeafPorts, LeafTier]]:
        for leaf, speed in product(self.market.leaves, self.market.speeds_bps):
            cables, ports = self._cables_usd(leaf), leaf_ports(leaf, self.demand.port_bps, speed)
            if cables is None or ports is None:
                continue
            for spines in self.demand.spine_counts:
                for tier in leaf_tiers(self.demand, ports, spines):
                    yield tier.leaves * self.market.lifetime.device_usd(leaf) + cables, leaf, ports, tier

    @cached_property
    def flats(self) -> list[Offer]:
        """Every three-stage fabric, border switches not yet counted, cheapest first."""
        return sorted(self._flat(), key=lambda offer: offer.rank)

    def _flat(self) -> Iterator[Offer]:
        for usd, leaf, ports, tier in self.tiers:
            needed = flat_ports(self.demand, tier)
            links = (tier.leaves + self.demand.border_leaves) * tier.uplinks
            for spine, link_usd in self._above(leaf, self.market.spines, ports.uplink_bps):
                if needed <= link_ports(spine, ports.uplink_bps):
                    whole = usd + tier.spines * self.market.lifetime.device_usd(spine) + links * link_usd
                    size = sized(self.demand, ports, tier)
                    yield Offer(size=size, leaf=leaf, spine=spine, super_spine=None, usd=whole)

    def _podded(self, usd: float, leaf: DeviceType, ports: LeafPorts, tier: LeafTier) -> Iterator[Offer]:
        """Every five-stage fabric on a leaf tier that may cost no more than the best."""
        speed, life = ports.uplink_bps, self.market.lifetime
        links = (tier.leaves + self.demand.border_leaves) * tier.uplinks
        for spine, link_usd in self._above(leaf, self.market.spines, speed):
            tops = list(self._above(spine, self.market.tops, speed))
            least = min((2 * tier.spines * life.device_usd(top) for top, _ in tops), default=float("inf"))
            for pods in pods_on(self.demand, tier, link_ports(spine, speed), self.market.ratio):
                below = usd + tier.spines * pods.count * life.device_usd(spine) + links * link_usd
                if self._beyond(below + least):
                    break
                for top, up_usd in tops:
                    for upper in uppers(self.demand, pods, link_ports(spine, speed), link_ports(top, speed)):
                        size = sized(self.demand, ports, tier, upper)
                        whole = below + size.super_spines * life.device_usd(top) + (size.links - links) * up_usd
                        yield Offer(size=size, leaf=leaf, spine=spine, super_spine=top, usd=whole)

    def _above(
        self, lower: DeviceType, uppers: Iterable[DeviceType], speed_bps: int
    ) -> Iterator[tuple[DeviceType, float]]:
        """The types of the same vendor that links of a speed join to one below, with the cost of a link."""
        for upper in uppers:
            run = fabric_run(lower, upper, speed_bps) if upper.vendor == lower.vendor else None
            if run is not None:
                yield upper, self.market.lifetime.link_usd(*run)

    def _cables_usd(self, leaf: DeviceType) -> float | None:
        """What the cables of today's servers cost on a leaf type; None when they do not plug in."""
        run = server_run(leaf, self.demand.port_bps)
        return self.market.cables * self.market.lifetime.link_usd(*run) if run else None

    def _beyond(self, usd: float) -> bool:
        """Whether fabrics that cost at least so much without border switches cost more than the best."""
        return self.best is not None and usd + self.floor_usd > self.best.usd + CENT

    def _try(self, offer: Offer) -> None:
        whole = self._with_borders(offer)
        if whole is None:
            return
        self.tried.append(whole)
        if self.best is None or whole.rank < self.best.rank:
            self.best = whole

    def _with_borders(self, offer: Offer) -> Offer | None:
        try:
            return replace(offer, usd=offer.usd + self.borders(offer))
        except InfeasibleError as error:
            self.refusal = self.refusal or error
            return None


def _types(offer: Offer) -> tuple[str, ...]:
    return offer.leaf.sku, offer.spine.sku
