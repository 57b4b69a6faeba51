"""What a line between two data centres can be made of, and what each way costs: dark fibre, or a managed wave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from netdesign.catalog.circuits import CircuitKind, circuit
from netdesign.catalog.fibre import route_loss_db
from netdesign.catalog.media import PhyType, media
from netdesign.catalog.parameters import Parameters
from netdesign.model.quantity import format_bandwidth
from netdesign.model.vocabulary import Medium
from netdesign.synthesis.interconnect.optics import Reach, optics

FIBRE_BPS: Final = (10_000_000_000, 25_000_000_000, 100_000_000_000, 400_000_000_000)
WAVE_BPS: Final = (10_000_000_000, 100_000_000_000, 400_000_000_000)
SPEEDS_AT_MOST: Final = (400_000_000_000, 100_000_000_000)
"""The fastest links that lines may have, in the order of trying: not every border switch has the ports."""
CLIENT_REACH_M: Final = 10_000
"""Providers hand waves over on long-reach optics."""
MOST: Final = 8
"""Links of one line, which share the load."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to make a line: so many links of a speed over so long a route; `usd` is for the whole horizon."""

    kind: CircuitKind
    speed_bps: int
    links: int
    km: float
    phy: PhyType
    monthly_usd: float
    usd: float
    reach: Reach | None = None

    @property
    def words(self) -> str:
        """The offer for people."""
        name = self.kind.value.replace("_", " ")
        return f"{self.links} x {format_bandwidth(self.speed_bps)} on {name} with {self.phy.name}"


@dataclass(frozen=True, slots=True)
class Offers:
    """Ways to make a line, the cheapest first, and (way, reason) of those that do not do."""

    fit: tuple[Offer, ...]
    refused: tuple[tuple[str, str], ...]


def offers(
    km: float,
    rate_bps: float,
    parameters: Parameters,
    years: int,
    least_bps: int = 0,
    most_bps: int = SPEEDS_AT_MOST[0],
) -> Offers:
    """Every way to carry a rate over a route, by cost; links slower or faster than allowed are not considered."""
    fit = [*_fibres(km, rate_bps, parameters, years), *_waves(km, rate_bps, years)]
    fit = [offer for offer in fit if least_bps <= offer.speed_bps <= most_bps and offer.links <= MOST]
    fit.sort(key=lambda offer: (offer.usd, offer.kind.value, offer.speed_bps))
    dearer = ((offer.words, f"{offer.usd:,.0f} USD against {fit[0].usd:,.0f} USD") for offer in fit[1:])
    return Offers(tuple(fit), (*dearer, *_refusals(km, parameters)))


def _fibres(km: float, rate_bps: float, parameters: Parameters, years: int) -> Iterator[Offer]:
    policy = parameters.interconnect
    if km > policy.dark_fibre_max_km:
        return
    for speed in FIBRE_BPS:
        reach = optics(km, speed, policy)
        if reach is not None:
            yield _offer(CircuitKind.DARK_FIBRE, speed, rate_bps, (km, years), reach.phy, reach)


def _waves(km: float, rate_bps: float, years: int) -> Iterator[Offer]:
    for speed in WAVE_BPS:
        client = [phy for phy in media().by_speed[speed] if phy.reach_m.get(Medium.SMF, 0) >= CLIENT_REACH_M]
        cheapest = min(client, key=lambda phy: (phy.priced()[0], phy.name))
        yield _offer(CircuitKind.WAVE, speed, rate_bps, (km, years), cheapest, None)


def _offer(
    kind: CircuitKind, speed: int, rate_bps: float, over: tuple[float, int], phy: PhyType, reach: Reach | None
) -> Offer:
    """An offer with its cost: rent by link and kilometre, installation, and optics at both ends."""
    (km, years), sold = over, circuit(kind)
    tier = sold.tier(speed)
    monthly = (tier.usd_per_month if tier else 0.0) + km * sold.usd_per_km_month
    links = max(1, ceil(rate_bps / speed - 1e-9))
    once = (tier.install_usd if tier else 0.0) + 2 * phy.priced()[0]
    return Offer(kind, speed, links, km, phy, monthly, links * (monthly * 12 * max(1, years) + once), reach)


def _refusals(km: float, parameters: Parameters) -> Iterator[tuple[str, str]]:
    policy = parameters.interconnect
    yield "IPsec over the Internet", "nobody promises a rate or a round trip there"
    if km > policy.dark_fibre_max_km:
        yield "dark fibre", f"{km:.0f} km are more than {policy.dark_fibre_max_km} km without amplifiers"
        return
    loss = route_loss_db(km, policy)
    for speed in FIBRE_BPS:
        if optics(km, speed, policy) is None:
            yield (
                f"dark fibre at {format_bandwidth(speed)}",
                f"no optics bear {loss:.1f} dB with {policy.margin_db:g} dB to spare",
            )
