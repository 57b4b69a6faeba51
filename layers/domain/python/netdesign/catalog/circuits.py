"""Circuits that providers sell: kinds, rate tiers, monthly cost and availability, naming no provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from netdesign.catalog.documents import parsed
from netdesign.errors import CatalogError


class CircuitKind(StrEnum):
    """A kind of wide-area circuit."""

    MPLS = "mpls"
    DIA = "dia"
    BROADBAND = "broadband"
    LTE = "lte"
    WAVE = "wave"
    DARK_FIBRE = "dark_fibre"
    VPN = "vpn"
    DIRECT_CONNECT = "direct_connect"


@dataclass(frozen=True, slots=True)
class Tier:
    """One rate on sale, symmetric unless `up_bps` differs."""

    rate_bps: int
    up_bps: int
    usd_per_month: float
    install_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class CircuitType:
    """One kind of circuit; a `public` one shares a network, so nothing sensitive crosses it in the clear."""

    kind: CircuitKind
    tiers: tuple[Tier, ...]
    availability: float
    mttr_h: float
    public: bool
    usd_per_km_month: float
    assumed: bool
    source: str
    as_of: str

    def tier(self, rate_bps: float) -> Tier | None:
        """The cheapest tier that carries `rate_bps` in both directions; None when none does."""
        enough = [tier for tier in self.tiers if min(tier.rate_bps, tier.up_bps) >= rate_bps]
        return min(enough, key=lambda tier: (tier.usd_per_month, tier.rate_bps), default=None)


@cache
def circuits() -> dict[CircuitKind, CircuitType]:
    """Every kind of circuit."""
    data = parsed("circuits.json")
    return {CircuitKind(name): _circuit(CircuitKind(name), fact) for name, fact in data["kinds"].items()}


def circuit(kind: CircuitKind | str) -> CircuitType:
    """The facts of one kind; raises `CatalogError` when there is no such kind."""
    try:
        return circuits()[CircuitKind(kind)]
    except ValueError as exc:
        raise CatalogError(f"the catalogue has no circuit {kind!r}; it has {', '.join(CircuitKind)}") from exc


def _circuit(kind: CircuitKind, fact: dict[str, Any]) -> CircuitType:
    """One kind from its entry in the data file, whose `columns` name what a tier holds."""
    tiers = tuple(Tier(round(down * 1e6), round(up * 1e6), monthly, once) for down, up, monthly, once in fact["tiers"])
    return CircuitType(
        kind=kind,
        tiers=tiers,
        availability=fact["availability"],
        mttr_h=fact["mttr_h"],
        public=fact["public"],
        usd_per_km_month=fact["usd_per_km_month"],
        assumed=fact["assumed"],
        source=fact["source"],
        as_of=fact["as_of"],
    )
