"""Physical layers: which optic or cable carries a speed over a length between two cages, and at what cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog import assumptions
from netdesign.catalog.documents import parsed
from netdesign.catalog.ports import FormFactor
from netdesign.model.vocabulary import Medium

STRUCTURED = frozenset(Medium) - {Medium.DAC, Medium.AOC, Medium.RADIO, Medium.VIRTUAL}


@dataclass(frozen=True, slots=True)
class Cage:
    """One end of a link: the cage of the port, and into how many links it is split (1: not split)."""

    form_factor: FormFactor | str
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class PhyType:
    """One physical layer.

    `price_usd` is for one pluggable end, or for the whole cable when `per_cable`. `splits` holds the (cage,
    lanes) that one end may be split into; what serves all those links then costs `split_price_usd`.
    """

    name: str
    speed_bps: int
    reach_m: dict[Medium, int]
    form_factors: frozenset[FormFactor]
    connector: str
    lanes: int = 1
    fibres: int = 0
    splits: frozenset[tuple[FormFactor, int]] = frozenset()
    price_usd: int | None = None
    split_price_usd: int | None = None
    per_cable: bool = False
    power_w: float = 0.0
    span_loss_db: float | None = None
    """What the way from one end to the other may lose of the light at most, where that is stated."""
    source: str = ""
    as_of: str = ""

    def __hash__(self) -> int:
        """Hash of the name, which is unique."""
        return hash(self.name)

    @property
    def cages(self) -> frozenset[FormFactor]:
        """Every cage that an end fits, split or not."""
        return self.form_factors | {form_factor for form_factor, _ in self.splits}

    def fits(self, cage: Cage) -> bool:
        """Whether the module or cable plugs into the cage, split as it is."""
        if cage.lanes == 1:
            return cage.form_factor in self.form_factors
        return (cage.form_factor, cage.lanes) in self.splits

    def plugged(self, cage: Cage) -> str:
        """Name of the part in a cage: in a split one a single module or cable, as `4x10GBASE-SR`, for all lanes."""
        return self.name if cage.lanes <= 1 else f"{cage.lanes}x{self.name}"

    def fan_out(self, cage: Cage) -> str | None:
        """Name of the fibre harness that a module in a split cage takes; None where lanes need none."""
        return f"fan-out-{cage.lanes}" if cage.lanes > 1 and self.fibres and not self.per_cable else None

    def mediums(self, length_m: float) -> tuple[Medium, ...]:
        """Mediums that reach `length_m`, cheapest to lay first."""
        reached = [medium for medium, reach in self.reach_m.items() if reach >= length_m]
        return tuple(sorted(reached, key=lambda medium: (laying_usd(medium, length_m, self.fibres), medium)))

    def priced(self) -> tuple[int, bool]:
        """Price of one end (of the cable when `per_cable`) in USD, and whether a default stands in."""
        if self.price_usd is not None:
            return self.price_usd, False
        return assumptions.optic_usd(self.speed_bps), True

    def end_usd(self, cage: Cage) -> float:
        """Price of one link's end in `cage`: nothing in a jack, a share of the module in a split cage."""
        if cage.form_factor == FormFactor.RJ45 or self.per_cable:
            return 0.0
        if cage.lanes == 1:
            return float(self.priced()[0])
        whole = self.split_price_usd if self.split_price_usd is not None else self.priced()[0] * cage.lanes
        return whole / cage.lanes

    def cable_usd(self, cage_a: Cage, cage_b: Cage) -> float:
        """Price of one link's share of a ready-made cable; 0 when it is not one."""
        if not self.per_cable:
            return 0.0
        lanes = max(cage_a.lanes, cage_b.lanes)
        if lanes == 1 or self.split_price_usd is None:
            return float(self.priced()[0])
        return self.split_price_usd / lanes

    def link_usd(self, length_m: float, cage_a: Cage, cage_b: Cage, medium: Medium | None = None) -> float:
        """Cost of one link: ends, cable, and laying `medium` (by default the cheapest that reaches)."""
        chosen = medium or next(iter(self.mediums(length_m)), None)
        laid = laying_usd(chosen, length_m, self.fibres) if chosen else 0.0
        return self.end_usd(cage_a) + self.end_usd(cage_b) + self.cable_usd(cage_a, cage_b) + laid


@dataclass(frozen=True, slots=True)
class Laying:
    """Installed cost of structured cabling, per link (both ends) and per metre of a fibre pair or cable.

    Further fibre pairs of the same cable cost `extra_pair_share` of the first.
    """

    usd_per_link: float
    usd_per_m: float
    extra_pair_share: float


@dataclass(frozen=True, slots=True)
class Media:
    """The closed table of physical layers, and what laying each medium costs."""

    phys: dict[str, PhyType]
    laying: dict[Medium, Laying]
    by_speed: dict[int, tuple[PhyType, ...]]


@cache
def media() -> Media:
    """The table that ships with the catalogue."""
    data = parsed("media.json")
    kinds = [kind for group in data["groups"] for kind in _group(group)]
    phys = {phy.name: phy for phy in kinds}
    laying = {Medium(name): Laying(**cost) for name, cost in data["laying"].items()}
    speeds = {phy.speed_bps for phy in kinds}
    by_speed = {speed: tuple(phy for phy in kinds if phy.speed_bps == speed) for speed in speeds}
    return Media(phys, laying, by_speed)


def _group(group: dict[str, Any]) -> Iterator[PhyType]:
    """Physical layers of one group of the data file; entries override what the group shares."""
    for entry in group["entries"]:
        fact = {**group["shared"], **entry}
        yield PhyType(
            name=fact["name"],
            speed_bps=round(fact["speed_mbps"] * 1_000_000),
            reach_m={Medium(medium): reach for medium, reach in fact["reach_m"].items()},
            form_factors=frozenset(map(FormFactor, fact["form_factors"])),
            connector=fact["connector"],
            lanes=fact.get("lanes", 1),
            fibres=fact.get("fibres", 0),
            splits=frozenset((FormFactor(cage), lanes) for cage, lanes in fact.get("splits", [])),
            price_usd=fact.get("price_usd"),
            split_price_usd=fact.get("split_price_usd"),
            per_cable=fact.get("per_cable", False),
            power_w=fact.get("power_w", 0.0),
            span_loss_db=fact.get("span_loss_db"),
            source=fact["source"],
            as_of=fact["as_of"],
        )


def laying_usd(medium: Medium, length_m: float, fibres: int = 0) -> float:
    """Installed cost of one link's structured cabling in USD; 0 for mediums that need none."""
    cost = media().laying.get(medium)
    if cost is None:
        return 0.0
    further = max(0.0, fibres / 2 - 1)
    return cost.usd_per_link + cost.usd_per_m * length_m * (1 + further * cost.extra_pair_share)


def legal(
    medium: Medium | str,
    speed_bps: int,
    connector: str | None = None,
    form_factor: FormFactor | str | None = None,
    length_m: float = 0.0,
) -> bool:
    """Whether some physical layer of the table has this medium and speed (and connector, cage, reach)."""
    if medium == Medium.VIRTUAL:
        return speed_bps > 0
    return any(
        phy.reach_m.get(Medium(medium), -1) >= length_m
        and connector in (None, phy.connector)
        and (form_factor is None or form_factor in phy.cages)
        for phy in media().by_speed.get(speed_bps, ())
        if medium in phy.reach_m
    )


def cheapest_phy(
    speed_bps: int,
    length_m: float,
    form_factor_a: FormFactor | str,
    form_factor_b: FormFactor | str,
    *,
    lanes_a: int = 1,
    lanes_b: int = 1,
    mediums: Collection[Medium] | None = None,
) -> PhyType | None:
    """The physical layer that links two cages over `length_m` at the least cost with cabling; None: no way.

    `lanes_a`, `lanes_b` say into how many links each cage is split; `mediums` narrows the choice.
    """
    cage_a, cage_b = Cage(form_factor_a, lanes_a), Cage(form_factor_b, lanes_b)
    offers = (
        (phy.link_usd(length_m, cage_a, cage_b, medium), phy.name, phy)
        for phy in media().by_speed.get(speed_bps, ())
        if _joins(phy, cage_a, cage_b)
        for medium in phy.mediums(length_m)
        if mediums is None or medium in mediums
    )
    best = min(offers, key=lambda offer: offer[:2], default=None)
    return best[2] if best else None


def _joins(phy: PhyType, cage_a: Cage, cage_b: Cage) -> bool:
    """Whether the ends fit both cages; a ready-made cable has at most one split end."""
    both_split = min(cage_a.lanes, cage_b.lanes) > 1
    return phy.fits(cage_a) and phy.fits(cage_b) and not (phy.per_cable and both_split)
