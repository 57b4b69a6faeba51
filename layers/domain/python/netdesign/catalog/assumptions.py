"""Documented defaults that stand in for facts no maker states; whoever uses one must say "assumed"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog.documents import parsed


@dataclass(frozen=True, slots=True)
class PriceModel:
    """A straight line through port capacity, inspected rate, PoE budget and access points served, in USD."""

    base_usd: float
    usd_per_gbps: float = 0.0
    usd_per_inspected_gbps: float = 0.0
    usd_per_poe_w: float = 0.0
    usd_per_access_point: float = 0.0


@dataclass(frozen=True, slots=True)
class Assumptions:
    """All defaults; roles are tried in `precedence`, the costliest place in a network first."""

    version: str
    precedence: tuple[str, ...]
    prices: dict[str, PriceModel]
    tables: dict[str, dict[str, int]]
    mtbf_h: dict[str, int]
    licence_share: dict[str, float]
    typical_power_share: float
    optic_usd_per_gbps: float
    fan_out_usd_per_lane: float
    service_host_usd: float
    service_host_w: int
    storage_usd_per_tb: float

    def role(self, roles: Iterable[str], known: Iterable[str]) -> str:
        """The first role in precedence that the device is fit for and `known` covers; else `default`."""
        fit = set(roles) & set(known)
        return next((role for role in self.precedence if role in fit), "default")


@cache
def default_assumptions() -> Assumptions:
    """The assumptions that ship with the catalogue."""
    data: dict[str, Any] = parsed("assumptions.json")
    return Assumptions(
        version=data["version"],
        precedence=tuple(data["precedence"]),
        prices={role: PriceModel(**model) for role, model in data["prices"]["by_role"].items()},
        tables=data["tables"]["by_role"],
        mtbf_h=data["mtbf_h"]["by_role"],
        licence_share=data["licence_share"]["by_role"],
        typical_power_share=data["typical_power_share"]["value"],
        optic_usd_per_gbps=data["optic_usd_per_gbps"]["value"],
        fan_out_usd_per_lane=data["fan_out_usd_per_lane"]["value"],
        service_host_usd=data["service_host"]["usd"],
        service_host_w=data["service_host"]["power_w"],
        storage_usd_per_tb=data["storage_usd_per_tb"]["value"],
    )


def price_usd(
    roles: Iterable[str],
    capacity_bps: int,
    *,
    inspected_bps: int = 0,
    poe_w: int = 0,
    access_points: int = 0,
) -> int:
    """Assumed price of a device by role and size, rounded to 100 USD."""
    assumed = default_assumptions()
    model = assumed.prices[assumed.role(roles, assumed.prices)]
    amount = (
        model.base_usd
        + model.usd_per_gbps * capacity_bps / 1e9
        + model.usd_per_inspected_gbps * inspected_bps / 1e9
        + model.usd_per_poe_w * poe_w
        + model.usd_per_access_point * access_points
    )
    return max(100, round(amount / 100) * 100)


def table(roles: Iterable[str], name: str) -> int | None:
    """Assumed size of a hardware table; None when no role of the device has a default."""
    assumed = default_assumptions()
    known = [role for role, sizes in assumed.tables.items() if name in sizes]
    return assumed.tables.get(assumed.role(roles, known), {}).get(name)


def mtbf_h(roles: Iterable[str]) -> int:
    """Assumed mean time between failures in hours."""
    assumed = default_assumptions()
    return assumed.mtbf_h[assumed.role(roles, assumed.mtbf_h)]


def licence_share(roles: Iterable[str]) -> float:
    """Assumed yearly subscription as a share of the price."""
    assumed = default_assumptions()
    return assumed.licence_share[assumed.role(roles, assumed.licence_share)]


def typical_power_share() -> float:
    """Assumed typical draw as a share of the largest draw."""
    return default_assumptions().typical_power_share


def optic_usd(speed_bps: int) -> int:
    """Assumed price of one optic of a speed, in USD."""
    return max(10, round(default_assumptions().optic_usd_per_gbps * speed_bps / 1e9))


def fan_out_usd(lanes: int) -> float:
    """Assumed price of a fibre harness for a cage split so many ways, in USD."""
    return default_assumptions().fan_out_usd_per_lane * lanes
