"""A larger circuit of the catalogue on the same port: the mend of every rule that finds one too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.model.patch import Set

if TYPE_CHECKING:
    from netdesign.model.patch import Patch
    from netdesign.rules.case import Case


def larger_tier(case: Case, link: str, down_bps: float, up_bps: float) -> Patch | None:
    """Set the circuit on a link to the cheapest tier of its kind that carries both rates, if its port is that fast."""
    fact = case.network.link_index.get(link)
    sold = next((one for one in case.design.cabling.circuits if one.link == link), None)
    if fact is None or sold is None:
        return None
    speed = case.network.links[fact].speed_bps
    tiers = [
        tier
        for tier in case.catalog.circuit(sold.kind.value).tiers
        if down_bps <= tier.rate_bps <= speed and up_bps <= tier.up_bps <= speed
    ]
    best = min(tiers, key=lambda tier: (tier.usd_per_month, tier.rate_bps), default=None)
    if best is None:
        return None
    rates = {"rate_down_bps": best.rate_bps, "rate_up_bps": best.up_bps, "monthly_usd": round(best.usd_per_month)}
    return (Set("circuits", sold.id, rates),)
