"""The bill of materials: what to buy, how many to keep on the shelf, what it costs."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact


class PartKind(StrEnum):
    DEVICE = "device"
    POWER_SUPPLY = "power_supply"
    TRANSCEIVER = "transceiver"
    CABLE = "cable"
    LICENCE = "licence"
    RACK = "rack"
    SERVER = "server"
    """A host of network services; those of the client's own are not part of the network."""
    STORAGE = "storage"
    """Disks of log collectors, by the terabyte."""


@fact
class PartLine:
    """`quantity` in use plus `spares` of one part; money in USD, `total_usd` = (quantity + spares) * unit.

    Unpriced parts have a unit price of None. `price_assumed` marks a default that stands in for a price.
    A licence is per year and lies outside capital cost.
    """

    id: str
    kind: PartKind
    part: str
    quantity: int
    spares: int = 0
    unit_usd: float | None = None
    price_assumed: bool = False
    total_usd: float | None = None
    power_w: int = 0
    """Maximum draw of the quantity in use, all together."""


@fact
class CostLine:
    """A sum with its formula; `yearly` lines recur."""

    id: str
    name: str
    amount_usd: float
    yearly: bool
    formula: str
    assumed_share: float = 0
    """The share of the amount that rests on assumed prices, 0..1."""


@fact
class Parts:
    lines: tuple[PartLine, ...] = ()
    costs: tuple[CostLine, ...] = ()
